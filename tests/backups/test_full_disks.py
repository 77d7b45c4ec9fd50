"""Disks that fill up while a studio is backed up, put back, moved or exported: which one is said, and what to do."""

import os
import uuid
from contextlib import suppress
from pathlib import Path

import pytest
from disks import small_disk
from stores import endpoint
from studio import Studio
from test_backups import Kitsulite, a_preview

from kitsulite import Settings, Tracker
from kitsulite.areas.backups.target import open_target

pytestmark = [pytest.mark.parametrize("engine", ["sqlite"], indirect=True), pytest.mark.usefixtures("studio")]
ADVICE = "No space left on device. Make room there, then do the same again.\n"


@pytest.fixture
def disk(tmp_path: Path) -> Path:
    return tmp_path / "disk"


@pytest.fixture
def large(studio: Studio) -> None:
    a_preview(studio, os.urandom(300_000))


@pytest.mark.usefixtures("large")
def test_a_place_for_backups(kitsulite: Kitsulite, disk: Path) -> None:
    with small_disk(disk, "200k"):
        assert kitsulite("backup", disk / "here", code=1) == f"kitsulite: {disk / 'here'}: {ADVICE}"


def test_rows_on_their_way_into_a_backup(studio: Studio, kitsulite: Kitsulite, tmp_path: Path) -> None:
    studio.project("Fox", description=os.urandom(100_000).hex())
    with small_disk(Path(studio.tracker.settings.scratch_folder), "20k") as scratch:
        said = kitsulite("backup", tmp_path / "backups", code=1)
    assert said.startswith(f"kitsulite: {scratch}/")
    assert said.endswith(ADVICE)


@pytest.mark.parametrize(("size", "rows"), [("200k", 0), ("5m", 20)], ids=["schema", "rows"])
def test_a_backup_that_cannot_be_tried_is_not_called_damaged(
    studio: Studio, kitsulite: Kitsulite, tmp_path: Path, size: str, rows: int
) -> None:
    for _ in range(rows):
        studio.project(description="x" * 900_000)
    with small_disk(Path(studio.tracker.settings.scratch_folder), size) as scratch:
        said = kitsulite("backup", tmp_path / "backups", code=1)
    assert "could not be tried: database or disk is full: make room for" in said
    assert str(scratch) in said
    assert "not whole" not in said
    assert open_target(str(tmp_path / "backups"), tmp_path).names("proofs") == []


@pytest.mark.usefixtures("large")
@pytest.mark.parametrize("files", ["", "files"])
def test_where_a_studio_is_put_back(kitsulite: Kitsulite, tmp_path: Path, disk: Path, files: str) -> None:
    kitsulite("backup", tmp_path / "backups", "--no-verify")
    with small_disk(disk, "200k"):
        own = {"KITSULITE_DATABASE": "", "KITSULITE_FILES": (tmp_path / "elsewhere").as_uri()}
        if files:
            own = {"KITSULITE_DATABASE": f"sqlite:///{tmp_path / 'elsewhere.db'}", "KITSULITE_FILES": ""}
        said = kitsulite("restore", tmp_path / "backups", code=1, KITSULITE_DATA=str(disk / "again"), **own)
        expected = f"kitsulite: {disk}/again/files: {ADVICE}"
        rows = f"database or disk is full: make room for {disk}/again/studio.db"
        assert said == expected if files else rows in said


@pytest.mark.usefixtures("large")
def test_where_a_studio_moves(kitsulite: Kitsulite, disk: Path) -> None:
    with small_disk(disk, "200k"):
        said = kitsulite("move", "--files-to", (disk / "files").as_uri(), code=1)
        assert said == f"kitsulite: {disk}/files: {ADVICE}"
        said = kitsulite("move", "--to", f"sqlite:///{disk / 'moved.db'}", code=1)
        assert f"database or disk is full: make room for {disk}/moved.db" in said


def test_where_the_studio_itself_is(kitsulite: Kitsulite, tmp_path: Path, disk: Path) -> None:
    with small_disk(disk, "8m"):
        place = disk / "studio"
        with Tracker(Settings(data=str(place))):
            pass
        with suppress(OSError), (disk / "ballast").open("wb", buffering=0) as ballast:
            while True:
                ballast.write(b"x" * 4096)
        own = {"KITSULITE_DATA": str(place), "KITSULITE_DATABASE": "", "SECRET_KEY": ""}
        said = kitsulite("backup", tmp_path / "backups", code=3, **own)
    assert f"database or disk is full: make room for {place}/studio.db" in said


@pytest.mark.long
def test_a_store_that_refuses_says_so_once(kitsulite: Kitsulite, caplog: pytest.LogCaptureFixture) -> None:
    """Not in a log, too."""
    said = kitsulite("files", "copy", "--to", f"s3://none-{uuid.uuid4().hex}?endpoint={endpoint()}", code=1)
    assert said.count("NoSuchBucket") == 1
    assert not [record for record in caplog.records if record.name.startswith("kitsulite")]


def test_where_a_table_is_written(studio: Studio, kitsulite: Kitsulite, disk: Path) -> None:
    for name in range(200):
        studio.project(f"Fox {name} {'x' * 40}")
    with small_disk(disk, "4k") as place:
        (place / "ballast").write_bytes(b"x" * 4096)
        said = kitsulite("export", "projects", "--output", place / "projects.csv", code=1)
        assert said == f"kitsulite: {place}/projects.csv cannot be written: No space left on device.\n"
