"""Where bytes live: pictures, movies, attachments. One URL chooses the store; a package can add a scheme by an entry point.

file:///srv/studio/files   a folder

A file has a key, `attachments-<id>` say: a word for what it is, and the id of the row that it belongs to.
"""

import os
import re
import shutil
import tempfile
from abc import ABC, abstractmethod
from collections.abc import Iterator
from importlib.metadata import entry_points
from pathlib import Path
from typing import BinaryIO, NamedTuple
from urllib.parse import unquote, urlsplit

ENTRY_POINTS = "kitsulite.files"
KEY = re.compile(r"([a-z0-9]+)-([a-z0-9]{4}[a-z0-9-]*)")


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


class StoredFile(NamedTuple):
    """A file on its way out; `content` is to be closed."""

    key: str
    name: str
    mimetype: str
    size: int
    changed_at: str
    content: BinaryIO


class FileStore(ABC):
    """A place for files, named by a URL. What is stored under a key appears whole or not at all."""

    def __init__(self, url: str) -> None:
        self.url = url

    @abstractmethod
    def put(self, key: str, content: BinaryIO) -> int:
        """Store what is left of a stream, in the place of what was there; how many bytes."""

    @abstractmethod
    def open(self, key: str) -> BinaryIO:
        """The file, to be read (and sought in) and closed; MissingFile."""

    @abstractmethod
    def size(self, key: str) -> int | None:
        """Bytes stored; None when there is no such file."""

    @abstractmethod
    def delete(self, key: str) -> None:
        """Remove a file, if it is there."""

    @abstractmethod
    def list(self, prefix: str = "") -> Iterator[str]:
        """The keys that begin so, in order."""

    def exists(self, key: str) -> bool:
        """Whether something is stored under this key."""
        return self.size(key) is not None


class Folder(FileStore):
    """Files in a folder, fanned out by kind and the first characters of the id so that no folder grows too large.

    A file is written under another name, flushed to the disk and then renamed.
    """

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.folder = Path(unquote(urlsplit(url).path))

    def put(self, key: str, content: BinaryIO) -> int:
        path = self._path(key)
        path.parent.mkdir(parents=True, exist_ok=True)
        number, temporary = tempfile.mkstemp(dir=path.parent, prefix=".")
        try:
            with open(number, "wb") as file:
                shutil.copyfileobj(content, file, 1024 * 1024)
                size = file.tell()
                file.flush()
                os.fsync(file.fileno())
            Path(temporary).replace(path)
        except BaseException:
            Path(temporary).unlink()
            raise
        return size

    def open(self, key: str) -> BinaryIO:
        try:
            return open(self._path(key), "rb")
        except FileNotFoundError:
            raise MissingFile(key) from None

    def size(self, key: str) -> int | None:
        try:
            return self._path(key).stat().st_size
        except FileNotFoundError:
            return None

    def delete(self, key: str) -> None:
        self._path(key).unlink(missing_ok=True)

    def list(self, prefix: str = "") -> Iterator[str]:
        found = (path.name for path in self.folder.rglob("[!.]*") if path.is_file())
        yield from sorted(name for name in found if name.startswith(prefix))

    def _path(self, key: str) -> Path:
        found = KEY.fullmatch(key)
        if found is None:
            raise ValueError(f"{key!r} cannot be the key of a file")
        kind, id = found.groups()
        return self.folder / kind / id[:2] / id[2:4] / key


def open_files(url: str) -> FileStore:
    """The file store at `url`. Nothing is made before the first file is put in."""
    scheme = urlsplit(url).scheme
    if scheme == "file":
        return Folder(url)
    for point in entry_points(group=ENTRY_POINTS, name=scheme):
        store: type[FileStore] = point.load()
        return store(url)
    raise ValueError(f"No file store speaks {scheme or 'an empty scheme'!r}: use file:///folder.")
