"""What was taken of a Zou, in a file of the studio's folder: by it a second run knows what changed on which side.

Of each row there are two digests: of what was there when it was read, and of what was written here. What is noted counts once
`commit` is called, after the studio has committed: whoever is killed in between finds rows that are here as they are there.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from peewee import sqlite3

from kitsulite.storage.private import make_file, make_folder
from kitsulite.work.keys import TAKING_OVER

FOLDER, FILE = "takeover", "zou.db"
TABLES = """
CREATE TABLE IF NOT EXISTS fact (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS row (tbl TEXT, key TEXT, theirs BLOB NOT NULL, ours BLOB, cleaned INTEGER NOT NULL,
    PRIMARY KEY (tbl, key)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS file (key TEXT PRIMARY KEY, stamp TEXT NOT NULL, digest TEXT NOT NULL,
    size INTEGER NOT NULL) WITHOUT ROWID;
"""


class Taken(NamedTuple):
    """What is known of a row.

    theirs   digest of the row there
    ours     digest of the row here; None when it was not taken
    cleaned  whether the two say different things
    """

    theirs: bytes
    ours: bytes | None
    cleaned: bool


class Memory:
    """See the module."""

    def __init__(self, data: Path) -> None:
        folder = data / FOLDER
        make_folder(folder)
        path = folder / FILE
        if not path.exists():
            make_file(path)
        self._mark = data / TAKING_OVER
        self._db = sqlite3.connect(path)
        self._db.executescript(f"PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; {TABLES}")

    def begin(self) -> None:
        """No server is to start in the studio's folder until the rows are there."""
        if not self._mark.exists():
            make_file(self._mark)

    def end(self) -> None:
        """They are."""
        self._mark.unlink(missing_ok=True)

    def close(self) -> None:
        self._db.close()

    def commit(self) -> None:
        self._db.commit()

    def undo(self) -> None:
        self._db.rollback()

    # --- facts ---

    def fact(self, name: str) -> str | None:
        found = self._db.execute("SELECT value FROM fact WHERE name = ?", (name,)).fetchone()
        return found and found[0]

    def note(self, name: str, value: str) -> None:
        self._db.execute("INSERT OR REPLACE INTO fact VALUES (?, ?)", (name, value))

    # --- rows ---

    def rows(self, table: str) -> dict[str, Taken]:
        """All rows of a table that were read."""
        found = self._db.execute("SELECT key, theirs, ours, cleaned FROM row WHERE tbl = ?", (table,))
        return {key: Taken(theirs, ours, bool(cleaned)) for key, theirs, ours, cleaned in found}

    def row(self, table: str, key: str) -> Taken | None:
        found = self._db.execute("SELECT theirs, ours, cleaned FROM row WHERE tbl = ? AND key = ?", (table, key))
        row = found.fetchone()
        return Taken(row[0], row[1], bool(row[2])) if row else None

    @property
    def is_empty(self) -> bool:
        """Whether no row was taken yet."""
        return self._db.execute("SELECT 1 FROM row LIMIT 1").fetchone() is None

    def count(self, table: str) -> int:
        return int(self._db.execute("SELECT count(*) FROM row WHERE tbl = ?", (table,)).fetchone()[0])

    def remember(self, table: str, rows: Iterable[tuple[str, Taken]]) -> None:
        self._db.executemany(
            "INSERT OR REPLACE INTO row VALUES (?, ?, ?, ?, ?)", ((table, key, *taken) for key, taken in rows)
        )

    def forget(self, table: str, keys: Iterable[str]) -> None:
        self._db.executemany("DELETE FROM row WHERE tbl = ? AND key = ?", ((table, key) for key in keys))

    # --- files ---

    def file(self, key: str) -> tuple[str, int] | None:
        """Of a file that was copied: its stamp there, and its size."""
        row = self._db.execute("SELECT stamp, size FROM file WHERE key = ?", (key,)).fetchone()
        return (row[0], row[1]) if row else None

    def files(self) -> Iterator[str]:
        yield from (key for (key,) in self._db.execute("SELECT key FROM file").fetchall())

    def remember_file(self, key: str, stamp: str, digest: str, size: int) -> None:
        self._db.execute("INSERT OR REPLACE INTO file VALUES (?, ?, ?, ?)", (key, stamp, digest, size))

    def forget_file(self, key: str) -> None:
        self._db.execute("DELETE FROM file WHERE key = ?", (key,))
