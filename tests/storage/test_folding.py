"""The log of a SQLite file is folded into it beside the writing, and begins anew; a write never fails for that."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import pytest
from departments import add_department, names

from kitsulite.models import new_id, schema
from kitsulite.models.people import Department
from kitsulite.storage import Database, sqlite

PAGE = 4096
PATIENCE = 10


@pytest.fixture
def db(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[sqlite.Sqlite]:
    monkeypatch.setattr(sqlite, "FOLD", 5)
    monkeypatch.setattr(sqlite, "LONG_LOG", 20)
    db = sqlite.Sqlite(f"sqlite:///{tmp_path / 'studio.db'}", lock_timeout=PATIENCE, connections=8)
    db.make(lambda new: schema.create_table(new, Department))
    yield db
    db.close()


def write(db: Database, count: int) -> None:
    for _ in range(count):
        with db.writing():
            add_department(db, new_id())


def pages(db: sqlite.Sqlite) -> int:
    return Path(db.log.path).stat().st_size // PAGE


def test_the_log_stays_short_however_many_write(db: sqlite.Sqlite) -> None:
    with ThreadPoolExecutor(4) as pool:
        for one in [pool.submit(write, db, 100) for _ in range(4)]:
            one.result()
    assert len(names(db)) == 400
    assert pages(db) < 300  # of the 1200 or so that were written


def test_who_reads_for_long_is_not_waited_for(db: sqlite.Sqlite) -> None:
    """The log grows meanwhile, and begins anew when they are done."""
    is_reading, is_over = threading.Event(), threading.Event()

    def read() -> None:
        with db.reading():
            db.select("SELECT count(*) FROM department")
            is_reading.set()
            assert is_over.wait(PATIENCE)

    with ThreadPoolExecutor(1) as pool:
        write(db, 1)
        reading = pool.submit(read)
        assert is_reading.wait(PATIENCE)
        write(db, 60)
        grown = pages(db)
        assert grown > 60
        is_over.set()
        reading.result()
    write(db, 60)
    assert pages(db) < grown + 60


def test_a_log_that_is_gone_takes_no_room_any_more(db: sqlite.Sqlite) -> None:
    """Whoever closes the file last takes its log away."""
    write(db, 1)
    log = Path(db.log.path)
    assert str(log) in open_files()
    db.close()
    assert not log.exists()
    assert [name for name in open_files() if name.startswith(str(log.parent))] == []


def open_files() -> list[str]:
    found = []
    for file in Path("/proc/self/fd").iterdir():
        with suppress(OSError):
            found.append(str(file.readlink()))
    return found


def test_a_log_that_cannot_be_folded_keeps_nobody_from_writing(
    db: sqlite.Sqlite, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is on the disk all the same."""
    write(db, 1)
    plain = db.engine.execute_sql

    def broken(sql: str, *rest: object) -> object:
        return plain("SELECT nothing FROM nowhere" if "checkpoint" in sql else sql, *rest)

    monkeypatch.setattr(db.engine, "execute_sql", broken)
    write(db, 20)
    assert len(names(db)) == 21
