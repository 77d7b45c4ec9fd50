"""What backups refuse, each in a sentence, and that nothing came of it."""

import fcntl
import io
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from studio import Studio
from test_backups import KEY, a_preview, back_up, objects, put_back, the_target

from kitsulite import Settings
from kitsulite.areas.backups import proving, snapshots, taking
from kitsulite.areas.backups.taking import Taking
from kitsulite.areas.backups.target import ABOUT, SNAPSHOT, NoBackup, Target, open_target
from kitsulite.areas.studio import backupruns
from kitsulite.models.people import Person
from kitsulite.models.reviews import PreviewFile
from kitsulite.storage.files import Folder
from kitsulite.work.filekeys import key_of
from kitsulite.work.keys import Keys, new_key

pytestmark = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return tmp_path / "backups"


@pytest.fixture
def empty(tmp_path: Path) -> Settings:
    return Settings(data=str(tmp_path / "again"), secret_key="for-tests")


def refused(why: str) -> Any:
    return pytest.raises(NoBackup, match=why)


# --- places ---


def test_what_is_no_place_for_backups(studio: Studio, place: Path) -> None:
    target = the_target(place)
    strange = [(content, "holds something else") for content in (b"{", b"[]", b"null", b'{"format": 1}')]
    for content, why in (*strange, (b'{"format": 2}', "of a newer Kitsulite")):
        target.files.put(ABOUT, io.BytesIO(content))
        with refused(why):
            target.open()


def test_a_place_within_what_is_backed_up(studio: Studio) -> None:
    """Each backup would hold those before it."""
    with studio.tracker.work(writes=False) as work:
        files, settings = work.files, work.settings
    assert isinstance(files, Folder)
    for place in (Path(files.folder), Path(files.folder) / "backups", Path(settings.plugins) / "backups"):
        with refused("which is backed up: say a place of its own"):
            back_up(studio, place)
        assert not (place / ABOUT).exists()


def test_an_address_that_was_mistyped_is_no_folder(studio: Studio, tmp_path: Path) -> None:
    for place in ("s3:/fox/studio", "s3:fox", "file:/srv/backups"):
        with pytest.raises(ValueError, match="neither a folder nor an address"):
            open_target(place, tmp_path)


def test_a_place_without_a_backup_yet(studio: Studio, place: Path) -> None:
    target = the_target(place)
    target.open_or_begin("fox")
    with refused("There is no backup in"):
        snapshots.find(target)


def test_a_backup_that_was_removed_meanwhile_or_cannot_be_read(studio: Studio, place: Path) -> None:
    name = back_up(studio, place).snapshot.name
    target = the_target(place)
    next(place.rglob(f"{SNAPSHOT}-{name}")).write_bytes(b"no backup")
    with refused("cannot be read"):
        snapshots.read(target, name)
    target.files.delete(f"{SNAPSHOT}-{name}")
    with refused("is not in .* any more"):
        snapshots.read(target, name)


# --- making one ---


def test_files_that_go_all_the_time(studio: Studio, place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = Taking._write_rows

    def meanwhile(self: Taking, path: Path) -> object:
        id = a_preview(studio)
        found = real(self, path)
        studio.tracker.files.delete(key_of("originals", id))
        with studio.tracker.work() as work:
            work.delete(PreviewFile, PreviewFile.id == id)
        return found

    monkeypatch.setattr(Taking, "_write_rows", meanwhile)
    with refused("Files were removed all the time"):
        back_up(studio, place)
    assert not the_target(place).names(SNAPSHOT)
    last = backupruns.last(studio.tracker.db)
    assert last
    assert last["error"].startswith("Files were removed")


def test_a_place_that_loses_what_it_had(studio: Studio, place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    a_preview(studio)
    real = Target.put

    def lose(self: Target, key: str, content: Any) -> int:
        size = real(self, key, content)
        if key.startswith("rows-"):
            for path in objects(place):
                path.unlink()
        return size

    monkeypatch.setattr(Target, "put", lose)
    with refused("1 files went from"):
        back_up(studio, place)
    assert not the_target(place).names(SNAPSHOT)


def test_one_that_is_not_whole_is_an_error(studio: Studio, place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    a_preview(studio)
    real = snapshots.write

    def damage(target: Target, snapshot: snapshots.Snapshot) -> None:
        real(target, snapshot)
        objects(place)[0].write_bytes(b"?")

    monkeypatch.setattr(taking.snapshots, "write", damage)
    with refused("is not whole"):
        back_up(studio, place)
    assert backupruns.last_proven(studio.tracker.db) is None
    last = backupruns.last(studio.tracker.db)
    assert last
    assert "is not what it was" in last["error"]


# --- putting one back ---


def newer(studio: Studio, place: Path) -> str:
    """A backup of a Kitsulite that is still to come."""
    found = back_up(studio, place).snapshot
    found.schema += 1
    snapshots.write(the_target(place), found)
    return found.name


def test_a_newer_kitsulite_is_not_understood(studio: Studio, place: Path, empty: Settings) -> None:
    name = newer(studio, place)
    with refused("of a newer Kitsulite"):
        put_back(place, empty)
    assert not Path(empty.data).exists()
    with refused("of a newer Kitsulite"):
        proving.prove(the_target(place), name, place.parent)


def test_another_key_than_the_studio_had(studio: Studio, place: Path, empty: Settings) -> None:
    studio.tracker.keys = Keys(new_key())
    back_up(studio, place, KEY)
    with refused("is not the key that this studio had"):
        put_back(place, replace(empty, secret_key="another"), KEY)
    assert not Path(empty.data).exists()
    Path(empty.data).mkdir()
    (Path(empty.data) / "secret.key").write_text("cut off")
    with refused("is not the key that was written"):
        put_back(place, replace(empty, secret_key=""), KEY)


def test_two_restores_into_one_folder(studio: Studio, place: Path, empty: Settings) -> None:
    back_up(studio, place)
    Path(empty.data).mkdir()
    with (Path(empty.data) / "restoring").open("a") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        with refused("just now"):
            put_back(place, empty)


def test_rows_that_are_not_what_they_were(studio: Studio, place: Path, empty: Settings) -> None:
    studio.person("Ann")
    made = back_up(studio, place)
    made.snapshot.rows["digest"] = "0" * 64
    snapshots.write(the_target(place), made.snapshot)
    with refused("cannot be put back"):
        put_back(place, empty)
    made.snapshot.rows["tables"]["person"] = 7
    snapshots.write(the_target(place), made.snapshot)
    shutil.rmtree(empty.data)
    with refused("person has 1 rows, not 7"):
        put_back(place, empty)


def test_a_store_that_does_not_keep_what_it_is_given(
    studio: Studio, place: Path, empty: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_preview(studio, b"12345")
    back_up(studio, place)
    real = Folder.put

    def cut_off(self: Folder, key: str, content: Any) -> int:
        whole = content.read()
        return real(self, key, io.BytesIO(whole if key.startswith("r") else whole[:-1]))

    monkeypatch.setattr(Folder, "put", cut_off)
    with refused("is not what was put there"):
        put_back(place, empty)


def test_a_file_that_is_gone_from_the_backup(studio: Studio, place: Path, empty: Settings) -> None:
    a_preview(studio)
    back_up(studio, place)
    objects(place)[0].unlink()
    with refused("is not in the backup any more"):
        put_back(place, empty)


def test_a_secret_that_the_key_does_not_open(studio: Studio, place: Path, empty: Settings) -> None:
    studio.person("Ann")
    with studio.tracker.work() as work:
        work.db.run(Person.update(totp_secret=Keys("another").seal.close("JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP")))
    back_up(studio, place)
    with refused("sealed with another key"):
        put_back(place, empty)


def test_a_database_that_is_none(studio: Studio, place: Path, empty: Settings) -> None:
    back_up(studio, place)
    with refused("The database cannot be used"):
        put_back(place, replace(empty, database="mysql://x/y"))
    assert not (Path(empty.data) / "restoring").exists()
