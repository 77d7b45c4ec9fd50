"""What was said to be stored survives a power cut, and a disk that does not take it is told of."""

import errno
import os
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from departments import add_department, names
from powercuts import cut_often
from studio import Studio

from kitsulite import Settings, Tracker
from kitsulite.live import outbox
from kitsulite.storage import Database, Unreachable, Unsure, open_database
from kitsulite.work.work import Event

PATIENCE = 10


class Disk:
    """Stands for the disk of a log: how often it was asked, held up as long as one likes, or broken."""

    def __init__(self) -> None:
        self.count = 0
        self.goes_on = threading.Event()
        self.goes_on.set()
        self.is_asked = threading.Event()
        self.problem: OSError | None = None

    def __call__(self, file: int) -> None:
        self.count += 1
        self.is_asked.set()
        assert self.goes_on.wait(PATIENCE)
        if self.problem:
            raise self.problem

    def hold(self) -> None:
        self.is_asked.clear()
        self.goes_on.clear()


@pytest.fixture
def studio(tmp_path: Path) -> Iterator[Studio]:
    with Tracker(Settings(data=str(tmp_path), secret_key="for-tests", lock_timeout=2), first_data=False) as tracker:
        yield Studio(tracker)


@pytest.fixture
def disk(studio: Studio) -> Disk:
    disk = Disk()
    studio.tracker.db.log.to_disk = disk  # type: ignore[attr-defined]
    return disk


def write(db: Database, name: str) -> None:
    with db.writing():
        add_department(db, name)


@pytest.mark.long
def test_nothing_is_lost_or_broken_wherever_the_power_goes() -> None:
    """`python tests/powercuts.py 10000` cuts more often."""
    found = cut_often(600)
    assert (found.lost, found.broken) == (0, 0)
    assert min(found.told, found.unsure) > 6000


@pytest.mark.long
@pytest.mark.parametrize("forgetting", ["writers", "readers"])
def test_it_would_be_seen_if_something_were_lost(forgetting: str) -> None:
    assert cut_often(500, forget=forgetting).lost > 10


def test_who_writes_waits_for_the_disk_and_holds_up_nobody(studio: Studio, disk: Disk) -> None:
    """Neither readers, nor the next one who writes: that one waits for the disk too, and with all the others for the same."""
    db = studio.tracker.db
    disk.hold()
    with ThreadPoolExecutor(6) as pool:
        first = pool.submit(write, db, "First")
        assert disk.is_asked.wait(PATIENCE)
        before = disk.count
        others = [pool.submit(write, db, f"Other {number}") for number in range(5)]
        deadline = time.monotonic() + PATIENCE
        while len(names(db)) < 6:
            assert time.monotonic() < deadline
        time.sleep(0.1)
        assert not any(one.done() for one in (first, *others))
        disk.goes_on.set()
        for one in (first, *others):
            one.result(PATIENCE)
    assert disk.count == before + 1


def test_nothing_is_told_before_it_is_on_the_disk(studio: Studio, disk: Disk) -> None:
    heard: list[Event] = []
    studio.tracker.on("department:new", heard.append)
    admin = studio.person("Ann", "admin")
    disk.hold()
    with ThreadPoolExecutor(1) as pool:
        answer = pool.submit(admin.post, "/data/departments", {"name": "Roto", "color": "#000000"})
        assert disk.is_asked.wait(PATIENCE)
        time.sleep(0.1)
        assert not answer.done()
        assert heard == []
        disk.goes_on.set()
        answer.result(PATIENCE)
    assert len(heard) == 1


def test_what_others_wrote_is_brought_to_the_disk_before_it_is_told_on(studio: Studio, disk: Disk) -> None:
    """They may still be waiting for it themselves."""
    other = open_database(studio.tracker.db.url)
    theirs = Disk()
    other.log.to_disk = theirs  # type: ignore[attr-defined]
    admin = studio.person("Ann", "admin")
    with other.reading():
        place = outbox.last(other)
        other.settle()  # it is open from here on, and its folder on the disk
    disk.hold()
    before = theirs.count
    with ThreadPoolExecutor(1) as pool:
        answer = pool.submit(admin.post, "/data/departments", {"name": "Roto", "color": "#000000"})
        assert disk.is_asked.wait(PATIENCE)
        with other.reading():
            assert [event.name for event in outbox.read_after(other, place)] == ["department:new"]
        assert theirs.count == before + 1
        with other.reading():
            assert outbox.place_to_tell(other, place) == place + 1
        assert theirs.count == before + 2
        disk.goes_on.set()
        answer.result(PATIENCE)
    with other.reading():
        assert outbox.read_after(other, place + 1) == []
    assert theirs.count == before + 2, "there was nothing to tell"
    other.close()


def test_a_log_that_rests_is_left_alone(studio: Studio, disk: Disk, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is on the disk, whoever asks: what wrote nothing does not wait."""
    db = studio.tracker.db
    write(db, "Roto")
    log = Path(f"{studio.tracker.db.url.removeprefix('sqlite:///')}-wal")
    os.utime(log, (time.time() - 5, time.time() - 5))
    for _ in range(3):
        with db.writing():
            pass
    count = disk.count
    for _ in range(3):
        with db.writing():
            pass
    assert disk.count == count
    write(db, "Layout")
    assert disk.count == count + 1


def test_a_disk_that_does_not_take_it_is_told_of(studio: Studio, disk: Disk, caplog: pytest.LogCaptureFixture) -> None:
    """The row is there, and may not be when the power goes: who wrote it is told no lie, and nobody else is told of it."""
    tracker = studio.tracker
    heard: list[Event] = []
    tracker.on("*", heard.append)
    admin = studio.person("Ann", "admin")
    heard.clear()
    disk.problem = OSError(errno.EIO, os.strerror(errno.EIO))
    answer = admin.call("POST", "/data/departments", {"name": "Roto", "color": "#000000"})
    assert (answer.status, answer.json["message"]) == (503, "The database is not reachable. Try again later.")
    assert heard == []
    assert [row["name"] for row in admin.get("/data/departments")] == ["Roto"]
    for _ in range(2):  # still
        admin.post("/data/departments", {"name": "Layout", "color": "#000000"}, status=503)
    with tracker.db.reading(), pytest.raises(Unreachable):
        outbox.read_after(tracker.db, 0)
    disk.problem = None
    admin.post("/data/departments", {"name": "Rigging", "color": "#000000"})
    assert sorted(row["name"] for row in admin.get("/data/departments")) == ["Rigging", "Roto"]
    assert len(heard) == 1
    with tracker.db.reading():
        told = [event.name for event in outbox.read_after(tracker.db, 0)]
    assert told.count("department:new") == 2
    said = [record.getMessage() for record in caplog.records if record.name == "kitsulite.told"]
    assert [line.partition(":")[0].partition(",")[0] for line in said] == [
        "The database is not reachable",
        "The database is reachable again",
    ]


def test_what_belongs_to_a_row_that_may_be_kept_stays(studio: Studio, disk: Disk) -> None:
    regretted: list[str] = []
    disk.problem = OSError(errno.EIO, os.strerror(errno.EIO))

    def work(name: str) -> None:
        with studio.tracker.work() as work:
            work.after_failure(lambda: regretted.append(name))
            work.after_commit(lambda: regretted.append("told"))
            add_department(work.db, name)

    with pytest.raises(Unsure):
        work("Roto")
    with pytest.raises(Unreachable):
        work("Layout")
    assert regretted == []  # the first may be kept, and the second did not begin
    assert names(studio.tracker.db) == ["Roto"]


def test_everybody_who_waits_for_a_disk_that_fails_is_told(studio: Studio, disk: Disk) -> None:
    db = studio.tracker.db
    disk.hold()
    disk.problem = OSError(errno.EIO, os.strerror(errno.EIO))
    with ThreadPoolExecutor(4) as pool:
        first = pool.submit(write, db, "First")
        assert disk.is_asked.wait(PATIENCE)
        others = [pool.submit(write, db, f"Other {number}") for number in range(3)]
        deadline = time.monotonic() + PATIENCE
        while len(names(db)) < 4:
            assert time.monotonic() < deadline
        disk.goes_on.set()
        for one in (first, *others):
            assert isinstance(one.exception(PATIENCE), Unsure)


def test_a_log_that_did_not_get_to_the_disk_is_written_once_more(studio: Studio, disk: Disk) -> None:
    """A system may hold that what it could not write was written: bringing it to the disk again would do nothing."""
    db = studio.tracker.db
    log = Path(f"{db.url.removeprefix('sqlite:///')}-wal")
    disk.problem = OSError(errno.EIO, os.strerror(errno.EIO))
    with pytest.raises(Unsure):
        write(db, "Roto")
    content, written = log.read_bytes(), log.stat().st_mtime_ns
    disk.problem = None
    time.sleep(0.02)
    with db.reading():
        db.settle()
    assert log.read_bytes() == content
    assert log.stat().st_mtime_ns > written
    write(db, "Layout")
    assert names(db) == ["Layout", "Roto"]
