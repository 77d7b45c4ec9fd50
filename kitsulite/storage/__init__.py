"""Where rows live. One URL chooses the engine; a package can add a scheme by an entry point.

sqlite:///studio.db        one file (four slashes for an absolute path)
postgresql://user@host/db  a server
"""

from importlib.metadata import entry_points
from pathlib import Path
from urllib.parse import quote, urlsplit

from kitsulite.storage.database import (
    BadData,
    Busy,
    CheckViolation,
    Database,
    ForeignKeyViolation,
    NotNullViolation,
    OnlyReading,
    Row,
    StorageError,
    Trigger,
    UniqueViolation,
    Wire,
)
from kitsulite.storage.statements import Statement

__all__ = [
    "BadData",
    "Busy",
    "CheckViolation",
    "Database",
    "ForeignKeyViolation",
    "NotNullViolation",
    "OnlyReading",
    "Row",
    "Statement",
    "StorageError",
    "Trigger",
    "UniqueViolation",
    "Wire",
    "open_database",
    "url_of",
]

ENTRY_POINTS = "kitsulite.databases"


def open_database(url: str, *, lock_timeout: float = 15.0, connections: int = 20) -> Database:
    """The database at `url`. Nothing is read yet; connections are made when they are needed.

    lock_timeout  seconds that a writer waits for its turn before `Busy`
    connections   how many may be open at once; one more waits its turn
    """
    scheme = urlsplit(url).scheme
    kind = _database_class(scheme)
    return kind(url, lock_timeout=lock_timeout, connections=connections)


def url_of(path: Path) -> str:
    """The URL of a SQLite file, whatever letters its path has."""
    return "sqlite:///" + quote(str(path))


def _database_class(scheme: str) -> type[Database]:
    if scheme == "sqlite":
        from kitsulite.storage.sqlite import Sqlite

        return Sqlite
    if scheme in ("postgresql", "postgres"):
        from kitsulite.storage.postgres import Postgres

        return Postgres
    for point in entry_points(group=ENTRY_POINTS, name=scheme):
        return point.load()
    raise ValueError(
        f"No database speaks {scheme or 'an empty scheme'!r}: use sqlite:///path or postgresql://host/name."
    )
