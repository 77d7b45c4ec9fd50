"""Imports of tables that are killed at random moments: all lines came in, or none, and a second run finishes.

PYTHONPATH=tests:tests/imports python tests/imports/killed_imports.py 34     # so many, on SQLite
"""

import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from kitsulite import Settings, Tracker
from kitsulite.areas.demo import production as demo
from kitsulite.models.entities import Entity
from kitsulite.models.tools import ApiEvent
from kitsulite.storage import Database

LINES = 500


def make(folder: Path) -> Settings:
    settings = Settings(data=str(folder), secret_key="for-tests")
    with Tracker(settings) as tracker, tracker.work() as work:
        demo.fill(work, "a hash")
    return settings


def import_shots(table: Path, folder: Path) -> subprocess.Popen[bytes]:
    command = ["import", "csv", "shots", str(table), "--project", demo.PRODUCTION, "--data", str(folder)]
    return subprocess.Popen(
        [sys.executable, "-m", "kitsulite", *command],
        env={**os.environ, "SECRET_KEY": "for-tests"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def counted(settings: Settings) -> tuple[int, int]:
    """How many entities and events there are."""
    with Tracker(settings) as tracker, tracker.db.reading():
        return _count(tracker.db, Entity), _count(tracker.db, ApiEvent)


def _count(db: Database, table: type[Entity] | type[ApiEvent]) -> int:
    return db.count(table.select(table.id))


def kill_imports(folder: Path, times: int) -> Counter[str]:
    """How many were killed at their work, and how many had ended before."""
    fresh = folder / "fresh"
    before = counted(make(fresh))
    table = folder / "shots.csv"
    table.write_text("Sequence,Name\n" + "".join(f"S{number // 20},{number}\n" for number in range(LINES)))
    began = time.monotonic()
    measured = shutil.copytree(fresh, folder / "measured")
    assert import_shots(table, measured).wait() == 0
    within, after = time.monotonic() - began, counted(Settings(data=str(measured), secret_key="for-tests"))
    found: Counter[str] = Counter()
    for number in range(times):
        place = shutil.copytree(fresh, folder / str(number))
        settings = Settings(data=str(place), secret_key="for-tests")
        process = import_shots(table, place)
        time.sleep(random.uniform(0.2, 1.0) * within)
        found["killed" if process.poll() is None else "ended"] += 1
        process.kill()
        process.communicate()
        assert counted(settings) in (before, after)
        process = import_shots(table, place)
        assert process.wait() == 0, process.communicate()
        assert counted(settings) == after
        shutil.rmtree(place)
    return found


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as name:
        sys.stdout.write(f"{dict(kill_imports(Path(name), int(sys.argv[1])))}\n")
