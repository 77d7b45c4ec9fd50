"""Where rows and files live. A URL chooses the engine or the store; a package can add a scheme by an entry point.

sqlite:///studio.db        one file (four slashes for an absolute path)
postgresql://user@host/db  a server
file:///srv/studio/files   a folder
s3://bucket/prefix         an object store
"""

from importlib.metadata import entry_points
from pathlib import Path
from urllib.parse import quote, urlsplit

from kitsulite.storage.database import Database, Row
from kitsulite.storage.engine import Marking, Trigger, Wire
from kitsulite.storage.errors import (
    OUT_OF_ORDER,
    BadData,
    Busy,
    CannotWrite,
    CheckViolation,
    Damaged,
    DiskFull,
    ForeignKeyViolation,
    NotNullViolation,
    OnlyReading,
    StorageError,
    UniqueViolation,
    Unreachable,
    Unsure,
)
from kitsulite.storage.files import FileStore, Folder, StoreBroken
from kitsulite.storage.statements import Statement

__all__ = [
    "OUT_OF_ORDER",
    "BadData",
    "Busy",
    "CannotWrite",
    "CheckViolation",
    "Damaged",
    "Database",
    "DiskFull",
    "FileStore",
    "ForeignKeyViolation",
    "Marking",
    "NotNullViolation",
    "OnlyReading",
    "Row",
    "Statement",
    "StorageError",
    "StoreBroken",
    "Trigger",
    "UniqueViolation",
    "Unreachable",
    "Unsure",
    "Wire",
    "open_database",
    "open_files",
    "url_of",
]

DATABASES, FILE_STORES = "kitsulite.databases", "kitsulite.files"
"""The groups of entry points that are looked into for other schemes."""


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
    for point in entry_points(group=DATABASES, name=scheme):
        return point.load()
    raise ValueError(
        f"No database speaks {scheme or 'an empty scheme'!r}: use sqlite:///path or postgresql://host/name."
    )


def open_files(url: str, scratch: Path) -> FileStore:
    """The file store at `url`, which may use a folder of this machine. Nothing is made before the first file is put in."""
    scheme = urlsplit(url).scheme
    if scheme == "file":
        return Folder(url, scratch)
    if scheme == "s3":
        from kitsulite.storage.s3 import Bucket

        return Bucket(url, scratch)
    for point in entry_points(group=FILE_STORES, name=scheme):
        store: type[FileStore] = point.load()
        return store(url, scratch)
    raise ValueError(f"No file store speaks {scheme or 'an empty scheme'!r}: use file:///folder or s3://bucket/prefix.")
