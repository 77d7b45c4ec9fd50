"""Where bytes live: pictures, movies, attachments. One URL chooses the store; a package can add a scheme by an entry point.

file:///srv/studio/files   a folder
s3://bucket/prefix         an object store (`storage/s3.py`)

A file has a key, `attachments-<id>` say: a word for what it is, and the id of the row that it belongs to.
"""

import io
import os
import re
import tempfile
import time
import uuid
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path
from typing import BinaryIO, NamedTuple, cast
from urllib.parse import unquote, urlsplit

from kitsulite.settings import without_password
from kitsulite.storage.full import is_full, said_where
from kitsulite.storage.private import FOR_ITS_OWNER, make_folder
from kitsulite.storage.told import Told

KEY = re.compile(r"([a-z0-9]+)-([a-z0-9]{4}[a-z0-9-]*)")
FANNED = 2
"""Characters of the names of the folders into which the files of a kind are fanned out, on two levels."""
PIECE = 1024 * 1024
"""Bytes that are in memory at once while a file is copied."""


CHECK_AGAIN = 2.0
"""Seconds for which it is believed that a store is well, or is not."""


class MissingFile(Exception):
    """Nothing is stored under this key."""


class StoreBroken(Exception):
    """The store does not answer, or is not where it was; the same call may work later."""


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
        self._last_check = (-CHECK_AGAIN, True)
        self.reach = Told("The file store is not reachable", "The file store is reachable again")

    @property
    def place(self) -> str:
        """Where it is, for people: a path, or a URL without its password."""
        return without_password(self.url)

    def check(self) -> None:
        """StoreBroken, with what is wrong, when nothing could be stored or read now."""
        next(self.list("no such file-"), None)

    def expect_files(self) -> None:  # noqa: B027 - most stores know by themselves
        """Files were stored here before: a place that is not there is no new one, but out of order."""

    def is_well(self) -> bool:
        """Whether it answers. Anybody may ask that, so the store itself is asked every few seconds only."""
        at, answer = self._last_check
        if time.monotonic() - at > CHECK_AGAIN:
            try:
                self.check()
                answer = True
            except StoreBroken:
                answer = False
            self._last_check = (time.monotonic(), answer)
        return answer

    @contextmanager
    def _told(self, key: str = "") -> Iterator[None]:
        """Around whatever asks the store: what goes wrong becomes StoreBroken or MissingFile, and is told once."""
        unreached = self.reach.since
        try:
            with said_where(self.place):
                yield
        except MissingFile:
            self.reach.well(unreached)
            raise
        except Exception as error:
            problem = self.translate(error, key)
            if isinstance(problem, StoreBroken):
                self.reach.trouble(problem)
            if problem is None:
                raise
            raise problem from (None if isinstance(problem, MissingFile) else error)
        self.reach.well(unreached)

    def translate(self, error: Exception, key: str) -> Exception | None:
        """What an error of the store's own kind means; None when it is nothing of that kind."""
        return error if isinstance(error, StoreBroken) else None

    def private_files(self) -> list[Path]:
        """The folders of this machine that nobody but the studio's owner may enter."""
        return []

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
        """The keys that begin so, in order. What has no name of a file of ours is passed over: somebody put it there by hand."""

    def names(self, prefix: str = "") -> Iterator[str]:
        """The names of all that lies there and begins so, in order, also of what is passed over."""
        return self.list(prefix)

    def listing(self, prefix: str = "") -> Iterator[tuple[str, Stat]]:
        """The keys that begin so, in order, with what is known of each; StoreBroken."""
        yield from ((key, found) for key in self.list(prefix) if (found := self.stat(key)) is not None)

    def sizes(self) -> Iterator[int]:
        """The bytes of every file, one after the other; StoreBroken."""
        yield from (found.size for _, found in self.listing())

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


class Guarded:
    """A stream that may break off or come out wrong at any piece: each is read within what says of whom."""

    def __init__(self, content: BinaryIO, guard: Callable[[], AbstractContextManager[None]]) -> None:
        self._content, self._guard = content, guard
        self.close = content.close

    def read(self, size: int = -1) -> bytes:
        with self._guard():
            return self._content.read(size if size >= 0 else None)  # type: ignore[arg-type]

    def __enter__(self) -> "Guarded":
        return self

    def __exit__(self, *problem: object) -> None:
        self.close()


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

    A file is written under another name, flushed to the disk and then renamed. The folder is made with the first file; but
    once it was there it is never made again, as whatever it lies on must have gone.
    """

    def __init__(self, url: str, scratch: Path) -> None:
        super().__init__(url, scratch)
        self.folder = unquote(urlsplit(url).path)
        self._was_there = Path(self.folder).is_dir()

    def check(self) -> None:
        with self._told():
            self._look_at_folder()
            place = Path(self.folder)
            if not self._was_there:  # it is made with the first file, in what is there of its path
                place = next(folder for folder in place.parents if folder.exists())
            if not (place.is_dir() and os.access(place, os.R_OK | os.W_OK | os.X_OK)):
                raise StoreBroken(f"{place} cannot be written to.")

    def expect_files(self) -> None:
        self._was_there = True

    def private_files(self) -> list[Path]:
        """Of a folder that holds other things, too, those in it that are of the store; of a whole disk as well."""
        path = Path(self.folder)
        try:
            within = list(path.iterdir())
        except OSError:  # it is still to be made, or no folder, which is told elsewhere
            return []
        kinds = [kind for kind in within if _is_fanned_out(kind)]
        return kinds if os.path.ismount(path) or kinds != within else [path]

    def translate(self, error: Exception, key: str) -> Exception | None:
        if isinstance(error, OSError) and not is_full(error):
            if isinstance(error, FileNotFoundError) and key and (Path(self.folder).is_dir() or not self._was_there):
                return MissingFile(key)
            where = error.filename or self.folder
            return StoreBroken(f"{where}: {error.strerror or error}")
        return super().translate(error, key)

    def put(self, key: str, content: BinaryIO) -> int:
        with self._told():
            path = self._room_for(key)
            number, temporary = tempfile.mkstemp(dir=path.parent, prefix=".")
        try:
            with open(number, "wb") as file:
                self._fill(file, content)
                size = file.tell()
                with self._told():
                    _flush(file)
            with self._told():
                Path(temporary).replace(path)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise
        return size

    def _fill(self, file: io.BufferedWriter, content: BinaryIO) -> None:
        """What goes wrong with the content is its sender's, what goes wrong with the file the store's."""
        while piece := content.read(PIECE):
            with self._told():
                file.write(piece)

    def take(self, key: str, path: Path) -> int:
        with path.open("rb") as file:
            size = path.stat().st_size
            target = None
            try:
                with self._told():
                    _flush(file)
                    target = self._room_for(key)
                os.fchmod(file.fileno(), FOR_ITS_OWNER)
                path.rename(target)
            except OSError:  # on another disk
                if target is None:
                    raise
                self.put(key, file)
        return size

    def open(self, key: str, start: int = 0, end: int | None = None) -> BinaryIO:
        with self._told(key):
            self._look_at_folder()
            file = open(self._path(key), "rb", buffering=0)  # noqa: SIM115 - the caller closes it
        file.seek(start)
        return cast(BinaryIO, file)

    def stat(self, key: str) -> Stat | None:
        try:
            with self._told(key):
                found = os.stat(self._path(key))  # noqa: PTH116 - asked for every file that is sent
        except MissingFile:
            return None
        return Stat(found.st_size, found.st_mtime)

    @contextmanager
    def local(self, key: str) -> Iterator[Path]:
        path = Path(self._path(key))
        with self._told(key):
            path.stat()
        yield path

    def copy(self, key: str, new: str) -> None:
        with self._told(key):
            target = self._room_for(new)
            temporary = target.with_name(f".{uuid.uuid4().hex}")
            os.link(self._path(key), temporary)  # as no file is ever written again, two names of one will do
            temporary.replace(target)
            temporary.unlink(missing_ok=True)  # where both were one file already

    def delete(self, key: str) -> None:
        with self._told():
            Path(self._path(key)).unlink(missing_ok=True)

    def list(self, prefix: str = "") -> Iterator[str]:
        return filter(KEY.fullmatch, self.names(prefix))

    def names(self, prefix: str = "") -> Iterator[str]:
        with self._told():
            self._look_at_folder()
        kind, dash, _ = prefix.partition("-")
        root = Path(self.folder) / kind if dash else Path(self.folder)
        found = (path.name for path in root.rglob("[!.]*") if path.is_file())
        yield from sorted(name for name in found if name.startswith(prefix))

    @property
    def place(self) -> str:
        return self.folder

    def sizes(self) -> Iterator[int]:
        with self._told():
            self._look_at_folder()
        folders = [self.folder] if Path(self.folder).is_dir() else []
        while folders:
            with self._told(), os.scandir(folders.pop()) as entries:
                found = [entry for entry in entries if not entry.name.startswith(".")]
                folders += [entry.path for entry in found if entry.is_dir()]
            for entry in found:
                with suppress(FileNotFoundError):  # removed meanwhile
                    if entry.is_file():
                        yield entry.stat().st_size

    def _look_at_folder(self) -> None:
        was_there, path = self._was_there, Path(self.folder)
        if path.is_dir():
            self._was_there = True
        elif was_there or (path.exists() and not path.is_dir()):  # else another thread made it just now
            raise StoreBroken(f"{self.folder} is not there: mount the disk that it lies on, or make the folder.")

    def _path(self, key: str) -> str:
        kind, id = split_key(key)
        return f"{self.folder}/{kind}/{id[:FANNED]}/{id[FANNED : 2 * FANNED]}/{key}"

    def _room_for(self, key: str) -> Path:
        self._look_at_folder()
        path = Path(self._path(key))
        make_folder(path.parent)
        return path


def _is_fanned_out(path: Path) -> bool:
    """Whether a folder looks like those in which a store keeps the files of a kind."""
    try:
        within = [below.name for below in path.iterdir()]
    except OSError:
        return False
    return bool(within) and all(len(name) == FANNED for name in within)


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
