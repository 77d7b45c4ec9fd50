"""Where bytes live: pictures, movies, attachments. One URL chooses the store; a package can add a scheme by an entry point.

file:///srv/studio/files   a folder
s3://bucket/prefix         an object store (`storage/s3.py`)

A file has a key, `attachments-<id>` say: a word for what it is, and the id of the row that it belongs to.
"""

import io
import os
import re
import shutil
import tempfile
import uuid
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import BinaryIO, NamedTuple, cast
from urllib.parse import unquote, urlsplit

KEY = re.compile(r"([a-z0-9]+)-([a-z0-9]{4}[a-z0-9-]*)")


PIECE = 1024 * 1024
"""Bytes that are in memory at once while a file is copied."""


class MissingFile(Exception):
    """Nothing is stored under this key."""


class Upload(NamedTuple):
    """A file on its way in.

    field    the name of the form's field that it came in
    name     the file's name, as sent
    """

    field: str
    name: str
    mimetype: str
    content: BinaryIO


class Stat(NamedTuple):
    """What is known of a stored file.

    size        bytes
    changed_at  seconds since 1970
    """

    size: int
    changed_at: float


class FileStore(ABC):
    """A place for files, named by a URL. What is stored under a key appears whole or not at all.

    scratch  a folder of this machine for copies that are needed for a while
    """

    def __init__(self, url: str, scratch: Path) -> None:
        self.url = url
        self.scratch = scratch

    @abstractmethod
    def put(self, key: str, content: BinaryIO) -> int:
        """Store what is left of a stream, in the place of what was there; how many bytes."""

    @abstractmethod
    def take(self, key: str, path: Path) -> int:
        """`put` for a file of this machine, which may be gone afterwards; how many bytes."""

    @abstractmethod
    def open(self, key: str, start: int = 0, end: int | None = None) -> BinaryIO:
        """The file from byte `start` on, to be read and closed; MissingFile.

        end  the byte before which the caller will stop, so that a store far away sends no more than that
        """

    @abstractmethod
    def stat(self, key: str) -> Stat | None:
        """Size and age of a file; None when there is none."""

    @abstractmethod
    def local(self, key: str) -> AbstractContextManager[Path]:
        """The file on a disk of this machine, for programs that want a path; only to be read. MissingFile."""

    @abstractmethod
    def copy(self, key: str, new: str) -> None:
        """Store a file under another key too, in the place of what was there; MissingFile."""

    @abstractmethod
    def delete(self, key: str) -> None:
        """Remove a file, if it is there."""

    @abstractmethod
    def list(self, prefix: str = "") -> Iterator[str]:
        """The keys that begin so, in order."""

    def move(self, key: str, new: str) -> None:
        """Store a file under another key instead; MissingFile."""
        self.copy(key, new)
        self.delete(key)

    def link(self, key: str, headers: dict[str, str]) -> str | None:
        """A URL where whoever has it may fetch the file for a while, sent with these headers; None to send it ourselves."""
        return None

    def size(self, key: str) -> int | None:
        """Bytes stored; None when there is no such file."""
        found = self.stat(key)
        return found.size if found else None

    def exists(self, key: str) -> bool:
        """Whether something is stored under this key."""
        return self.stat(key) is not None


class StoredFile(NamedTuple):
    """A file on its way out.

    key         where it lies in the store
    name        for who saves it; "" when it is only to be looked at
    changed_at  seconds since 1970
    """

    files: FileStore
    key: str
    name: str
    mimetype: str
    size: int
    changed_at: float


class Folder(FileStore):
    """Files in a folder, fanned out by kind and the first characters of the id so that no folder grows too large.

    A file is written under another name, flushed to the disk and then renamed.
    """

    def __init__(self, url: str, scratch: Path) -> None:
        super().__init__(url, scratch)
        self.folder = unquote(urlsplit(url).path)

    def put(self, key: str, content: BinaryIO) -> int:
        path = self._room_for(key)
        number, temporary = tempfile.mkstemp(dir=path.parent, prefix=".")
        try:
            with open(number, "wb") as file:
                shutil.copyfileobj(content, file, PIECE)
                size = file.tell()
                _flush(file)
            Path(temporary).replace(path)
        except BaseException:
            Path(temporary).unlink()
            raise
        return size

    def take(self, key: str, path: Path) -> int:
        with path.open("rb") as file:
            size = path.stat().st_size
            try:
                _flush(file)
                path.rename(self._room_for(key))
            except OSError:  # on another disk
                self.put(key, file)
        return size

    def open(self, key: str, start: int = 0, end: int | None = None) -> BinaryIO:
        try:
            file = open(self._path(key), "rb", buffering=0)  # noqa: SIM115 - the caller closes it
        except FileNotFoundError:
            raise MissingFile(key) from None
        file.seek(start)
        return cast(BinaryIO, file)

    def stat(self, key: str) -> Stat | None:
        try:
            found = os.stat(self._path(key))  # noqa: PTH116 - asked for every file that is sent
        except FileNotFoundError:
            return None
        return Stat(found.st_size, found.st_mtime)

    @contextmanager
    def local(self, key: str) -> Iterator[Path]:
        path = Path(self._path(key))
        if not path.exists():
            raise MissingFile(key)
        yield path

    def copy(self, key: str, new: str) -> None:
        target = self._room_for(new)
        temporary = target.with_name(f".{uuid.uuid4().hex}")
        try:
            os.link(self._path(key), temporary)  # as no file is ever written again, two names of one will do
        except FileNotFoundError:
            raise MissingFile(key) from None
        temporary.replace(target)
        temporary.unlink(missing_ok=True)  # where both were one file already

    def delete(self, key: str) -> None:
        Path(self._path(key)).unlink(missing_ok=True)

    def list(self, prefix: str = "") -> Iterator[str]:
        kind, dash, _ = prefix.partition("-")
        root = Path(self.folder) / kind if dash else Path(self.folder)
        found = (path.name for path in root.rglob("[!.]*") if path.is_file())
        yield from sorted(name for name in found if name.startswith(prefix))

    def _path(self, key: str) -> str:
        kind, id = split_key(key)
        return f"{self.folder}/{kind}/{id[:2]}/{id[2:4]}/{key}"

    def _room_for(self, key: str) -> Path:
        path = Path(self._path(key))
        path.parent.mkdir(parents=True, exist_ok=True)
        return path


def _flush(file: BinaryIO | io.BufferedWriter) -> None:
    file.flush()
    os.fsync(file.fileno())


def split_key(key: str) -> tuple[str, str]:
    """What a file is, and whose; ValueError for what could lead anywhere else."""
    found = KEY.fullmatch(key)
    if found is None:
        raise ValueError(f"{key!r} cannot be the key of a file")
    kind, id = found.groups()
    return kind, id
