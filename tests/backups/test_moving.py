"""A studio moves to another database and its files to another store: all of it, proven, or nothing."""

import io
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from engines import bare_database, drop_studio
from full_studio import FullStudio
from stores import store_url
from studio import Studio

from kitsulite import Settings, Tracker
from kitsulite.areas.backups import left, moving
from kitsulite.areas.backups.left import MovedAway
from kitsulite.areas.demo import production as demo
from kitsulite.areas.studio import firstdata, transfer
from kitsulite.cli import main
from kitsulite.models import new_id, schema
from kitsulite.models.own import BackupRun, EventPlace, Job, JobConsumer, Token
from kitsulite.models.people import Person
from kitsulite.models.productions import Project
from kitsulite.models.reviews import Comment
from kitsulite.models.tasks import Task
from kitsulite.storage import open_database
from kitsulite.work.filekeys import key_of

pytestmark = pytest.mark.long

OTHER = {"sqlite": "postgres", "postgres": "sqlite"}
Move = Callable[..., str]


@pytest.fixture
def move(settings: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Move:
    """What `kitsulite move` says of a studio; the test's, unless it names another database."""

    def run(*arguments: str, database: str = "", files: str = "", code: int = 0) -> str:
        for name, value in {
            "KITSULITE_DATA": settings.data,
            "KITSULITE_DATABASE": database or settings.database,
            "KITSULITE_FILES": files,
            "SECRET_KEY": settings.secret_key,
        }.items():
            monkeypatch.setenv(name, value)
        assert main(["move", *arguments]) == code
        said = capsys.readouterr()
        return said.out + said.err

    return run


@pytest.fixture
def elsewhere(engine: str, tmp_path: Path) -> Iterator[str]:
    """The URL of an empty database of the other engine."""
    url = bare_database(OTHER[engine]) or f"sqlite:///{tmp_path / 'over there' / 'moved.db'}".replace(" ", "%20")
    yield url
    drop_studio(url)


@pytest.fixture
def back(engine: str, tmp_path: Path) -> Iterator[str]:
    """The URL of an empty database of the same engine."""
    url = bare_database(engine) or f"sqlite:///{tmp_path / 'back.db'}"
    yield url
    drop_studio(url)


def odd_rows(tracker: Tracker) -> None:
    """Values that engines may write down in their own ways, and rows that were made in another order than they say."""
    with tracker.work() as work:
        person, task = work.db.value(Person.select(Person.id)), work.db.value(Task.select(Task.id))
        nested = {
            "z": 1,
            "a": [1.0, 0.1, 1e21, 1e-7, -0.0, 123456789012345678, None, True],
            "ü": {"": "\u0000\U0001f98a\n\\"},
        }
        work.update(Person, person, last_name="Łukasz 狐 é é", data=nested)
        work.update(Task, task, estimation=0.1 + 0.2, real_start_date="1999-12-31T23:59:59.000001")
        project = work.db.value(Project.select(Project.id))
        work.update(Project, project, data={"2": 2, "10": 10, "1": {"b": [], "a": {}}}, description=" \t'\"\\ \r\n")
        for moment in ("2030-01-01T00:00:00.000000", "2001-01-01T00:00:00.000001", "2030-01-01T00:00:00.000000"):
            work.insert(Comment, id=new_id(), object_id=task, object_type="Task", person_id=person, created_at=moment)
        work.insert(Comment, id=new_id(), object_id=task, object_type="Task", person_id=person, created_at=None)
        work.insert(EventPlace, name="a place", seq=2**62)
        work.insert(BackupRun, target="s3://fox", bytes=2**40, night="2026-11-30")
        work.enqueue("send-mail", letter={"to": "ann@studio.test"})
        work.emit("person:update", {"person_id": person})


def whole_dump(url: str) -> list[bytes]:
    db = open_database(url)
    try:
        return list(transfer.dump(db, tables=moving.MOVES, as_stored=True))
    finally:
        db.close()


def test_there_and_back_the_dump_is_the_same_byte_for_byte(
    studio: Studio, settings: Settings, move: Move, elsewhere: str, back: str
) -> None:
    FullStudio(studio)
    odd_rows(studio.tracker)
    before = whole_dump(settings.database)
    assert {b'{"table":"%s"' % table.table_name().encode() for table in moving.MOVES} == {
        line.partition(b",")[0] for line in before
    } | {b'{"table":"secret"'}
    said = move("--to", elsewhere)
    assert f"{len(before)} rows are in" in said
    assert "KITSULITE_DATABASE=" in said
    assert whole_dump(elsewhere) == before
    move("--to", back, database=elsewhere)
    assert whole_dump(back) == before
    with Tracker(replace(settings, database=back)) as moved, moved.work(writes=False) as work:
        assert schema.differences(work.db) == []
        assert all(not work.db.problems_of(table.table_name()) for table in moving.MOVES)


def test_a_demo_moves(tracker: Tracker, settings: Settings, move: Move, elsewhere: str) -> None:
    with tracker.work() as work:
        firstdata.create(work)
        demo.fill(work, "a hash")
    move("--to", elsewhere)
    assert whole_dump(elsewhere) == whole_dump(settings.database)


def test_people_stay_signed_in_and_jobs_wait_there(
    studio: Studio, settings: Settings, move: Move, elsewhere: str
) -> None:
    ann = studio.person("Ann", "admin")
    with studio.tracker.work() as work:
        work.enqueue("send-mail", letter={})
    move("--to", elsewhere)
    with Tracker(replace(settings, database=elsewhere), first_data=False) as moved, moved.work(writes=False) as work:
        assert set(work.db.values(Token.select(Token.person_id))) == {ann.id}
        assert work.db.count(Job.select()) == 1


def test_a_second_move_finds_all_of_it_there(studio: Studio, move: Move, elsewhere: str) -> None:
    studio.person("Ann")
    said = move("--to", elsewhere)
    assert move("--to", elsewhere) == said


def test_the_place_that_it_left_is_not_started_any_more(
    studio: Studio, settings: Settings, move: Move, elsewhere: str, back: str
) -> None:
    files = (Path(settings.data).parent / "files elsewhere").as_uri()
    move("--to", elsewhere, "--files-to", files)
    for old, what in ((replace(settings, files=files), "rows"), (replace(settings, database=elsewhere), "files")):
        with pytest.raises(MovedAway, match=f"The {what} of this studio moved from .* remove {settings.data}/moved"):
            Tracker(old)
    assert main(["serve", "--port", "0"]) == 3
    with Tracker(replace(settings, database=elsewhere, files=files)):
        pass
    move("--to", back, database=elsewhere, files=files)
    for database in (settings.database, elsewhere):
        with pytest.raises(MovedAway):
            Tracker(replace(settings, database=database, files=files))
    with Tracker(replace(settings, database=back, files=files)):
        pass
    (Path(settings.data) / "moved").unlink()
    with Tracker(settings):
        pass


def test_it_may_come_back_to_a_place_that_it_left(
    studio: Studio, settings: Settings, move: Move, tmp_path: Path
) -> None:
    here, there = ((tmp_path / name).as_uri() for name in ("here", "there"))
    for target, files in ((there, here), (here, there)):
        move("--files-to", target, files=files)
        with Tracker(replace(settings, files=target)):
            pass
        with pytest.raises(MovedAway):
            Tracker(replace(settings, files=files))


def test_a_folder_that_is_mounted_elsewhere_is_still_the_one_that_it_left(tmp_path: Path) -> None:
    for place in (tmp_path / "one", tmp_path / "two"):
        place.mkdir()
    left.note(tmp_path / "one", str(tmp_path / "one" / "studio.db"), "postgresql://x/y", "postgresql://x/y")
    (tmp_path / "one" / left.NOTE).rename(tmp_path / "two" / left.NOTE)
    with pytest.raises(MovedAway):
        left.refuse(tmp_path / "two", "KITSULITE_DATABASE", "rows", str(tmp_path / "two" / "studio.db"))


def test_it_goes_into_an_empty_place_only(studio: Studio, move: Move, elsewhere: str) -> None:
    studio.person("Ann")
    move("--to", elsewhere)
    studio.person("Bob")
    there = whole_dump(elsewhere)
    assert "Say an empty place." in move("--to", elsewhere, code=1)
    assert whole_dump(elsewhere) == there


def test_a_studio_that_is_served_stays(studio: Studio, move: Move, elsewhere: str) -> None:
    with studio.tracker.work() as work:
        work.insert(JobConsumer)
    assert "Somebody serves this studio" in move("--to", elsewhere, code=1)


def test_what_is_written_meanwhile_is_not_lost(studio: Studio, elsewhere: str) -> None:
    """Where somebody writes although they should not: nothing moves."""
    studio.person("Ann")
    target = open_database(elsewhere)
    if target.name == "sqlite":
        Path(target.place).parent.mkdir()
    schema.prepare(target)

    def work_on() -> None:
        if not wrote:
            wrote.append(1)
            with studio.tracker.work() as work:
                work.emit("person:update", {})

    wrote: list[int] = []
    in_a_thread = _in_thread(work_on)
    with pytest.raises(moving.CannotMove, match="Somebody worked"):
        moving.move_rows(studio.tracker.db, target, in_a_thread)
    assert moving.count_rows(target) == 0
    target.close()


def _in_thread(do: Callable[[], None]) -> Callable[[], None]:
    from threading import Thread

    def run() -> None:
        thread = Thread(target=do)
        thread.start()
        thread.join()

    return run


def test_what_comes_out_wrong_is_not_kept(
    studio: Studio, elsewhere: str, move: Move, monkeypatch: pytest.MonkeyPatch
) -> None:
    studio.person("Ann")
    real = transfer._reader
    monkeypatch.setattr(
        transfer,
        "_reader",
        lambda column, seal: (lambda value: "Eve") if column is Person.first_name else real(column, seal),
    )
    assert "not what was put in" in move("--to", elsewhere, code=1)
    db = open_database(elsewhere)
    assert moving.count_rows(db) == 0
    db.close()


def test_it_says_what_is_no_place(studio: Studio, settings: Settings, move: Move) -> None:
    assert "Say where to" in move(code=2)
    assert "No database speaks" in move("--to", "mysql://x/y", code=2)
    assert "are in" in move("--to", settings.database, code=1)
    assert "No file store speaks" in move("--files-to", "ftp://x", code=2)
    assert "The files are in" in move("--files-to", (Path(settings.data) / "files").as_uri(), code=1)


# --- files ---


def put_files(tracker: Tracker, count: int = 5) -> dict[str, bytes]:
    found = {key_of("previews", new_id()): bytes([number]) * number * 70_000 for number in range(count)}
    for key, content in found.items():
        tracker.files.put(key, io.BytesIO(content))
    return found


def contents(tracker: Tracker, url: str) -> dict[str, bytes]:
    from kitsulite.storage import open_files

    store = open_files(url, Path(tracker.settings.scratch_folder))
    found = {}
    for key in store.list():
        with store.open(key) as file:
            found[key] = file.read()
    return found


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_files_go_into_a_bucket_and_back(tracker: Tracker, move: Move, tmp_path: Path) -> None:
    files = put_files(tracker)
    bucket, folder = store_url("s3", tmp_path), (tmp_path / "back").as_uri()
    assert "5 files (700000 bytes) are in" in move("--files-to", bucket)
    assert contents(tracker, bucket) == files
    move("--files-to", folder, files=bucket)
    assert contents(tracker, folder) == files


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
class TestFiles:
    """From folder to folder."""

    def test_what_is_there_is_not_sent_again_unless_it_is_another(
        self, tracker: Tracker, move: Move, tmp_path: Path
    ) -> None:
        files, there = put_files(tracker), (tmp_path / "there").as_uri()
        move("--files-to", there)
        one, other, *_ = sorted(files, key=lambda key: -len(files[key]))
        path = next((tmp_path / "there").rglob(one))
        path.write_bytes(b"?" * len(files[one]))
        next((tmp_path / "there").rglob(other)).unlink()
        assert "3 of which were there" in move("--files-to", there)
        assert contents(tracker, there) == files

    def test_other_files_are_not_mixed_with(self, tracker: Tracker, move: Move, tmp_path: Path) -> None:
        put_files(tracker)
        there = tmp_path / "there"
        (there / "previews" / "ab" / "cd").mkdir(parents=True)
        (there / "previews" / "ab" / "cd" / "previews-abcd").write_bytes(b"1")
        assert "other files" in move("--files-to", there.as_uri(), code=1)
        assert len(list(there.rglob("previews-*"))) == 1

    def test_they_do_not_go_into_their_own_folder(self, tracker: Tracker, move: Move) -> None:
        """The store would be copied into itself."""
        put_files(tracker)
        here = Path(tracker.settings.data) / "files"
        for place in ("within", "previews/../deeper/within", "../files"):
            assert "say a place of its own" in move("--files-to", f"{here.as_uri()}/{place}", code=1)
        assert not list(here.rglob("*within*"))

    def test_what_does_not_arrive_is_told(
        self, tracker: Tracker, move: Move, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        from kitsulite.storage.files import Folder

        put_files(tracker)
        real = Folder.put
        monkeypatch.setattr(Folder, "put", lambda self, key, content: real(self, key, io.BytesIO(content.read()[:-1])))
        assert "is not what was put there" in move("--files-to", (tmp_path / "there").as_uri(), code=1)
