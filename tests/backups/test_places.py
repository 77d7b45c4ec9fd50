"""Places of backups on the day of need: that can only be read, that lost a file or two, and studios that can only be read themselves."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import Kitsulite
from disks import read_only
from studio import Studio
from test_backups import KEY, a_preview, the_target

from kitsulite import Settings
from kitsulite.areas.backups import target as targets
from kitsulite.areas.backups.target import ABOUT, PRUNING, RUNNING, Target
from kitsulite.models.own import BackupRun
from kitsulite.storage import StoreBroken
from kitsulite.storage.files import Folder

pytestmark = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)


@pytest.fixture
def place(studio: Studio, kitsulite: Kitsulite, tmp_path: Path) -> Path:
    """A backup of a studio."""
    a_preview(studio)
    kitsulite("backup", tmp_path / "backups")
    return tmp_path / "backups"


@pytest.fixture
def again(tmp_path: Path) -> Path:
    return tmp_path / "again"


def restored(kitsulite: Kitsulite, place: Path, again: Path, **environment: str) -> str:
    return kitsulite("restore", place, "--data", again, KITSULITE_DATABASE="", **environment)


@pytest.fixture(params=["disk", "rights"])
def only_read(request: pytest.FixtureRequest, place: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The place can only be read: it is a disk that is so, or its store does not let us write."""
    if request.param == "disk":
        with read_only(place):
            yield
        return
    real = Folder.put

    def refuse(self: Folder, key: str, content: object) -> int:
        if Path(self.folder) == place:
            raise StoreBroken("The bucket answers AccessDenied.")
        return real(self, key, content)  # type: ignore[arg-type]

    monkeypatch.setattr(Folder, "put", refuse)
    yield


@pytest.mark.usefixtures("only_read")
def test_from_a_place_that_can_only_be_read_backups_are_tried_and_restored(
    place: Path, again: Path, kitsulite: Kitsulite
) -> None:
    said = kitsulite("backup", place, "--verify")
    assert "That it was tried cannot be noted there: " in said
    assert "is proven" in said
    assert "1 files" in restored(kitsulite, place, again)
    kitsulite("backup", place, code=1)  # which would write to it


def test_whoever_was_at_work_when_a_copy_was_made_keeps_nobody_from_reading_it(
    place: Path, again: Path, kitsulite: Kitsulite, monkeypatch: pytest.MonkeyPatch
) -> None:
    with the_target(place).alone():
        shutil.copytree(place, again)
    monkeypatch.setattr(Target, "_is_left", lambda self, mark: False)  # as on another machine
    monkeypatch.setattr(Target, "_wait", lambda self, seconds: pytest.fail("it waits"))
    with read_only(again):
        assert "is proven" in kitsulite("backup", again, "--verify")
    assert list(the_target(again).files.list(f"{PRUNING}-"))


def test_who_writes_must_be_able_to_say_so(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = the_target(place)
    real = Folder.put

    def refuse(self: Folder, key: str, content: object) -> int:
        if key.startswith(RUNNING):
            raise StoreBroken("full")
        return real(self, key, content)  # type: ignore[arg-type]

    monkeypatch.setattr(Folder, "put", refuse)
    with target.at_work(writes=False):
        pass
    with pytest.raises(StoreBroken), target.at_work():
        pass


# --- what a place says of itself is lost ---


@pytest.fixture(params=[None, b"", b"[]"], ids=["gone", "empty", "odd"])
def lost(request: pytest.FixtureRequest, place: Path) -> Path:
    """The place, which says nothing of itself any more."""
    [mark] = place.rglob(ABOUT)
    mark.unlink()
    if request.param is not None:
        mark.write_bytes(request.param)
    return mark


def test_backups_are_there_whatever_their_place_says(
    place: Path, lost: Path, again: Path, kitsulite: Kitsulite
) -> None:
    assert len(kitsulite("backup", place, "--list").splitlines()) >= 2
    assert "is proven" in kitsulite("backup", place, "--verify")
    restored(kitsulite, place, again)


def test_the_next_backup_of_the_studio_that_made_them_mends_the_place(
    place: Path, lost: Path, kitsulite: Kitsulite
) -> None:
    kitsulite("backup", place)
    about = the_target(place).about()
    assert about
    assert about.closed is False
    assert len(the_target(place).names(targets.SNAPSHOT)) == 2


def test_others_do_not_take_the_place_over(
    place: Path, lost: Path, kitsulite: Kitsulite, studio: Studio, tmp_path: Path
) -> None:
    assert "say an empty place for new ones" in kitsulite("backup", place, code=1, KITSULITE_BACKUP_KEY=KEY)
    with studio.tracker.work() as work:
        work.db.run(BackupRun.delete())
    assert "knows none of them as its own" in kitsulite("backup", place, code=1, KITSULITE_BACKUP_KEY="")
    assert the_target(place).about() is None


def test_closed_ones_are_read_with_their_key_alone(
    studio: Studio, kitsulite: Kitsulite, tmp_path: Path, again: Path
) -> None:
    place = tmp_path / "closed"
    kitsulite("backup", place, KITSULITE_BACKUP_KEY=KEY)
    next(place.rglob(ABOUT)).unlink()
    assert "cannot be read" in kitsulite("backup", place, "--verify", code=1, KITSULITE_BACKUP_KEY="")
    for key in ("", "another key of thirty-two characters"):
        assert "say an empty place for new ones" in kitsulite("backup", place, code=1, KITSULITE_BACKUP_KEY=key)
    restored(kitsulite, place, again, KITSULITE_BACKUP_KEY=KEY)
    kitsulite("backup", place, KITSULITE_BACKUP_KEY=KEY)
    about = the_target(place, KEY).about()
    assert about
    assert about.closed


# --- what else may be amiss ---


def test_rows_that_are_gone_are_said_and_nothing_is_begun(place: Path, again: Path, kitsulite: Kitsulite) -> None:
    [rows] = place.rglob("rows-*")
    rows.unlink()
    said = kitsulite("restore", place, "--data", again, code=1, KITSULITE_DATABASE="")
    assert "are gone from" in said
    assert not again.exists()
    assert f"{rows.name} is gone" in kitsulite("backup", place, "--verify", code=1)


def test_a_studio_that_can_only_be_read_with_its_scratch_folder(
    studio: Studio, settings: Settings, kitsulite: Kitsulite, tmp_path: Path
) -> None:
    a_preview(studio)
    copy = tmp_path / "snapshot"
    shutil.copytree(settings.data, copy)
    assert (copy / "scratch").is_dir()
    with read_only(copy):
        said = kitsulite("backup", tmp_path / "of it", "--data", copy, KITSULITE_DATABASE="")
        assert "Proven" in said
        assert "is proven" in kitsulite("backup", tmp_path / "of it", "--verify", "--data", copy)
