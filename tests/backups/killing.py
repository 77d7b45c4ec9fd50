"""Backups, restores and moves that are killed at random moments: nothing is half done, and a second run finishes.

    PYTHONPATH=tests:tests/backups python tests/backups/killing.py 34     # so many of each, on SQLite

Prints how many were killed at their work, and how many had ended before.
"""

import contextlib
import io
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from kitsulite import Settings, Tracker
from kitsulite.areas.backups import contents, moving, proving, snapshots
from kitsulite.areas.backups.target import SNAPSHOT, open_target
from kitsulite.areas.demo import production as demo
from kitsulite.areas.studio import transfer
from kitsulite.models import new_id
from kitsulite.models.reviews import PreviewFile
from kitsulite.models.tasks import Task
from kitsulite.storage import open_database, open_files
from kitsulite.tracker import HalfFilled
from kitsulite.work.filekeys import key_of

FILES, SIZE, ROWS = 120, 400_000, 4000
KEY = "0123456789abcdef" * 4
Command = Callable[[], list[str]]


class Studio:
    """A studio that takes a while to carry, in a folder, and what is to be found of it elsewhere.

    moved  where it is moved to: a database, and a folder of files
    """

    def __init__(self, folder: Path, database: str = "") -> None:
        self.folder, self.database = folder, database
        self.settings = Settings(data=str(folder / "studio"), secret_key="for-tests")
        with Tracker(self.settings) as tracker:
            self._fill(tracker)
            self.rows = list(contents.dump(tracker.db))
            self.files = stored(tracker.settings, "")

    def _fill(self, tracker: Tracker) -> None:
        with tracker.work() as work:
            demo.fill(work, "a hash")
            task = work.db.value(Task.select(Task.id))
        chance = random.Random(1)
        with tracker.work() as work:
            for number in range(ROWS):
                id = new_id()
                ready = number < FILES
                values = {"original_name": "p", "status": "ready"} if ready else {"status": "missing"}
                work.insert(
                    PreviewFile, id=id, name=f"p {number}", revision=number, task_id=task, extension="png", **values
                )
                if ready:
                    tracker.files.put(key_of("originals", id), io.BytesIO(chance.randbytes(SIZE)))


def stored(settings: Settings, url: str) -> dict[str, int]:
    store = open_files(url or (Path(settings.data) / "files").absolute().as_uri(), settings.scratch_folder)
    return {key: stat.size for key, stat in store.listing()}


def kitsulite(*arguments: object, **environment: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "kitsulite", *map(str, arguments)],
        env={**os.environ, "SECRET_KEY": "for-tests", "KITSULITE_BACKUP_KEY": "", **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def finish(process: subprocess.Popen[str]) -> float:
    """How long it took."""
    began = time.monotonic()
    said, _ = process.communicate(timeout=120)
    assert process.returncode == 0, said
    return time.monotonic() - began


def kill(process: subprocess.Popen[str], within: float) -> bool:
    """Kill it at a random moment; whether it was still at work."""
    time.sleep(random.uniform(0.15, 1.0) * within)
    was_at_work = process.poll() is None
    process.kill()
    process.communicate()
    return was_at_work


def kill_backups(studio: Studio, folder: Path, times: int, **environment: str) -> Counter[str]:
    """Each backup that is there after a kill is whole."""
    found: Counter[str] = Counter()
    key = environment.get("KITSULITE_BACKUP_KEY", "")
    arguments = ("backup", folder / "backups", "--keep", "1d", "--data", studio.settings.data)
    within = finish(kitsulite("backup", folder / "measured", "--data", studio.settings.data, **environment))
    for _ in range(times):
        if random.random() < 0.5:
            shutil.rmtree(folder / "backups", ignore_errors=True)
        found["backup: " + ("killed" if kill(kitsulite(*arguments, **environment), within) else "ended")] += 1
        target = open_target(str(folder / "backups"), folder, key)
        for name in target.names(SNAPSHOT):
            assert proving.prove(target, name, folder).problems == []
    finish(kitsulite(*arguments, **environment))
    last = snapshots.read(target, snapshots.find(target))
    assert last.files.keys() == studio.files.keys()
    return found


def kill_restores(studio: Studio, folder: Path, times: int, database: str = "") -> Counter[str]:
    """After a kill the studio is whole, or opens nowhere; the second run makes it whole."""
    found: Counter[str] = Counter()
    finish(kitsulite("backup", folder / "source", "--data", studio.settings.data))
    place = folder / "again"
    settings = Settings(data=str(place), database=database, secret_key="for-tests")
    arguments = ("restore", folder / "source", "--data", place, *(("--database", database) if database else ()))
    within = finish(kitsulite("restore", folder / "source", "--data", folder / "measured restore"))
    for _ in range(times):
        _empty(place, database)
        found["restore: " + ("killed" if kill(kitsulite(*arguments), within) else "ended")] += 1
        if place.exists() and (place / "studio.db").exists():
            with contextlib.suppress(HalfFilled):
                _compare(studio, settings)
        if not _is_whole(place):
            finish(kitsulite(*arguments))
        _compare(studio, settings)
    return found


def _is_whole(place: Path) -> bool:
    return (place / "files").exists() and not (place / "restoring").exists()


def _compare(studio: Studio, settings: Settings) -> None:
    with Tracker(settings, first_data=False) as again:
        assert list(contents.dump(again.db)) == studio.rows
        assert stored(settings, "") == studio.files


def kill_moves(studio: Studio, folder: Path, times: int, database: str = "") -> Counter[str]:
    """After a kill all rows are there, or none; the second run brings the rest."""
    found: Counter[str] = Counter()
    url, files = database or f"sqlite:///{folder / 'moved' / 'moved.db'}", (folder / "moved" / "files").as_uri()
    arguments = ("move", "--to", url, "--files-to", files, "--data", studio.settings.data)
    measured = f"sqlite:///{folder / 'measured.db'}", (folder / "measured files").as_uri()
    with Tracker(studio.settings) as tracker:
        whole = moving.tally_of(tracker.db, moving.MOVES)
    within = finish(kitsulite("move", "--to", measured[0], "--files-to", measured[1], "--data", studio.settings.data))
    for _ in range(times):
        _empty(folder / "moved", database)
        found["move: " + ("killed" if kill(kitsulite(*arguments), within) else "ended")] += 1
        if database or (folder / "moved" / "moved.db").exists():
            assert _moved(url) in (None, whole)
        finish(kitsulite(*arguments))
        assert _moved(url) == whole
        assert stored(studio.settings, files) == studio.files
    return found


def _moved(url: str) -> dict[str, object] | None:
    """What a database holds; None for nothing."""
    from kitsulite.models import schema

    db = open_database(url)
    try:
        if not schema.is_there(db) or not transfer.count_rows(db, moving.MOVES):
            return None
        return moving.tally_of(db, moving.MOVES)
    finally:
        db.close()


def _empty(place: Path, database: str) -> None:
    shutil.rmtree(place, ignore_errors=True)
    if database:
        import psycopg
        from engines import directly

        with psycopg.connect(directly(database), autocommit=True) as connection:
            connection.execute("DROP SCHEMA public CASCADE")
            connection.execute("CREATE SCHEMA public")


def main(times: int) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        studio = Studio(folder)
        total: Counter[str] = Counter()
        for number, kills in enumerate((kill_backups, kill_restores, kill_moves)):
            place = folder / str(number)
            place.mkdir()
            total += kills(studio, place, times)
            sys.stdout.write(f"{dict(total)}\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main(int(sys.argv[1]))
