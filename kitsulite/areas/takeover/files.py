"""Copying the files of a Zou into the store of the studio, each under the key that it has here."""

import hashlib
from collections.abc import Callable, Container, Iterable, Iterator
from contextlib import closing
from typing import Any, BinaryIO

from kitsulite.areas.takeover.layout import KINDS, SIZED_PREFIXES, TABLES, Place, expected, our_key, places_of
from kitsulite.areas.takeover.memory import Memory
from kitsulite.areas.takeover.report import Report
from kitsulite.areas.takeover.source import Readable
from kitsulite.areas.takeover.stores import Amiss, FileAmiss, Found, ZouFiles
from kitsulite.areas.takeover.tables import shared
from kitsulite.storage import Database
from kitsulite.storage.files import FileStore, MissingFile, split_key

NOTED = 50
"""After how many files it is noted which were copied."""
PNG = b"\x89PNG\r\n\x1a\n"
PICTURE_PREFIXES = {"original", "tiles", "thumbnails", "thumbnails-square"}
"""Of what a Zou keeps as PNG alone."""
Track = Callable[..., Iterable[Any]]
"""Shows progress: takes what is gone through, `total` and `description`."""


class Digested:
    """A stream that knows the digest of what was read of it."""

    def __init__(self, content: BinaryIO) -> None:
        self._content = content
        self._hash = hashlib.sha256()
        self.head = b""
        self.size = 0

    def read(self, size: int = -1) -> bytes:
        piece = self._content.read(size)
        self._hash.update(piece)
        self.head = self.head or piece[: len(PNG)]
        self.size += len(piece)
        return piece

    @property
    def digest(self) -> str:
        return self._hash.hexdigest()


def owners(source: Readable) -> dict[str, str]:
    """The ids of all rows that may have files, and the table of each."""
    return {id: table for table in TABLES if table in source.columns for id in source.keys(table, ["id"])}


class Copying:
    """Files on their way in.

    sizes  of the files whose size a row tells, by where they are there
    """

    def __init__(self, theirs: ZouFiles, ours: FileStore, memory: Memory, report: Report) -> None:
        self.theirs, self.ours, self.memory, self.report = theirs, ours, memory, report
        self.sizes: dict[Place, int] = {}
        self._here: dict[str, int] | None = None
        self._seen: set[str] = set()
        self._amiss: set[str] = set()
        self._waiting = 0

    def copy_all(self, owners: dict[str, str], track: Track) -> None:
        """Copy what is new or has changed of all files, and what is not here any more as it was copied."""
        without = 0
        self._here = {key: found.size for key, found in self.ours.listing()}
        for found in track(self.theirs.list(self._tell_of_folder), total=None, description="Files"):
            table = owners.get(found.place.id)
            key = table and our_key(found.place, table)
            if not key:
                without += 1
                continue
            self._seen.add(key)
            self._copy(found, key, str(table))
        self.report.files["of no row"] = without
        self.memory.commit()

    def copy_of_rows(self, table: str, ids: Iterable[str]) -> None:
        """Copy what is new or has changed of the files of some rows."""
        for id in ids:
            for place, key in places_of(table, id):
                try:
                    found = self.theirs.find(place)
                except FileAmiss as problem:
                    self._tell_of(key, table, id, problem)
                    continue
                if found is not None:
                    self._copy(found, key, table)
        self.memory.commit()

    def _tell_of(self, key: str, table: str, id: str, problem: FileAmiss) -> None:
        if key not in self._amiss:
            self._amiss.add(key)
            self.report.files["missing"] += 1
            self.report.tell("missing", table, id, f"{key} cannot be read: {problem}")

    def _tell_of_folder(self, path: str, why: str) -> None:
        if path not in self._amiss:
            self._amiss.add(path)
            self.report.tell("missing", "files", path, f"it cannot be looked into: {why}")

    def _copy(self, found: Found, key: str, table: str) -> None:
        before = self.memory.file(key)
        if before is not None and before[0] == found.stamp and self._is_here(key, before[1]):
            self.report.files["unchanged"] += 1
            self._note_size(found, before[1])
            return
        try:
            with closing(self.theirs.open(found.place)) as content:
                digested = Digested(content)
                self.ours.put(key, digested)  # type: ignore[arg-type]
        except FileNotFoundError:  # gone since it was listed
            return
        except FileAmiss as problem:
            self._tell_of(key, table, found.place.id, problem)
            return
        self.memory.remember_file(key, found.stamp, digested.digest, digested.size)
        self._note_size(found, digested.size)
        self.report.files["copied"] += 1
        self.report.files["no picture"] += found.place.prefix in PICTURE_PREFIXES and digested.head != PNG
        self._waiting += 1
        if self._waiting >= NOTED:
            self.memory.commit()
            self._waiting = 0

    def _is_here(self, key: str, size: int) -> bool:
        """Whether what was copied is in our store, with all its bytes; only a look at all of it can tell."""
        return self._here is None or self._here.get(key) == size

    def _note_size(self, found: Found, size: int) -> None:
        if found.place.prefix in SIZED_PREFIXES:
            self.sizes[found.place] = size

    def remove_of_rows(self, table: str, ids: Iterable[str]) -> None:
        """Take away the files of rows that are gone."""
        for id in ids:
            for _, key in places_of(table, id):
                if self.memory.file(key) is not None:
                    self.ours.delete(key)
                    self.memory.forget_file(key)
                    self.report.files["removed"] += 1

    def remove_of_none(self, owners: dict[str, str]) -> None:
        """Take away what was copied for rows that are gone by now: whoever removed these was interrupted."""
        for key in self.memory.files():
            if key not in self._seen and split_key(key)[1] not in owners:
                self.ours.delete(key)
                self.memory.forget_file(key)
                self.report.files["removed"] += 1
        self.memory.commit()

    def find_missing(self, rows: Iterable[tuple[str, dict[str, Any]]]) -> None:
        """Tell of rows whose files are not there, and were not named."""
        tell_missing(rows, {*self.memory.files(), *self._amiss}, self.report)


def tell_missing(rows: Iterable[tuple[str, dict[str, Any]]], known: Container[str], report: Report) -> None:
    """Name the rows of whose files there is none among these keys."""
    for table, row in rows:
        for kinds in expected(table, row):
            if not any(f"{kind}-{row['id']}" in known for kind in kinds):
                report.files["missing"] += 1
                report.tell("missing", table, row["id"], f"its file is not there: {' or '.join(kinds)}")


def rows_with_files(db: Database) -> Iterator[tuple[str, dict[str, Any]]]:
    """All rows that may have files, with their tables."""
    tables = shared()
    with db.reading():
        for name in TABLES:
            for row in db.stream_rows(tables[name].select()):
                yield name, row


def digest_of(open_it: Callable[[], BinaryIO]) -> str | None:
    """The digest of a file; None when it is not there."""
    try:
        with closing(open_it()) as content:
            digested = Digested(content)
            while digested.read(1024 * 1024):
                pass
    except (FileNotFoundError, MissingFile):
        return None
    return digested.digest


def all_files(theirs: ZouFiles, owners: dict[str, str], amiss: Amiss) -> Iterator[tuple[Found, str]]:
    """The files that rows have, with their keys here."""
    for found in theirs.list(amiss):
        table = owners.get(found.place.id)
        if table in KINDS[found.place.bucket, found.place.prefix] and (key := our_key(found.place, str(table))):
            yield found, key
