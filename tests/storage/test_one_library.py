"""One library of SQLite in a process: the newer of Python's own and pysqlite3. Two on one file would take each other's locks away."""

import ast
from collections.abc import Iterator
from pathlib import Path

import peewee
import pytest
from driving import on_one_engine
from studio import Studio

from kitsulite.storage import sqlite

ROOT = Path(__file__).parent.parent.parent
LIBRARIES = {"sqlite3", "pysqlite3", "apsw"}
RECORDER = "powercuts.py"
"""Opens files of its own, below which it records."""


def imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.partition(".")[0]


@pytest.mark.parametrize("folder", ["kitsulite", "bench", "tests"])
def test_nothing_brings_a_library_of_its_own(folder: str) -> None:
    files = [path for path in (ROOT / folder).rglob("*.py") if path.name != RECORDER]
    assert len(files) > 10
    assert [path for path in files if not LIBRARIES.isdisjoint(imported(path))] == []


@on_one_engine
def test_connections_are_made_by_it(studio: Studio) -> None:
    if studio.tracker.db.name != "sqlite":
        return
    with studio.tracker.db.reading():
        assert type(studio.tracker.db.engine.connection()) is sqlite.sqlite3.Connection
        assert studio.tracker.db.select("SELECT sqlite_version()") == [(peewee.sqlite3.sqlite_version,)]
    assert studio.tracker.db.version() == peewee.sqlite3.sqlite_version
