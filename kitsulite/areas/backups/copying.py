"""All files of a store into another, proven: each is read back, and is what it was.

It can be broken off at any moment and begun again: what is there is looked at, and not sent another time.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import BinaryIO, NamedTuple, TypeVar, cast

from kitsulite.storage import FileStore
from kitsulite.storage.files import PIECE, Folder, MissingFile, Stat

AT_ONCE = 4
"""Files on their way at a time: stores far away take long to begin."""
Item = TypeVar("Item")
Result = TypeVar("Result")


class Changed(Exception):
    """A file is not what was stored."""


class Copied(NamedTuple):
    """What was done with a file: its size, and whether it was there before."""

    key: str
    size: int
    was_there: bool


class Digesting:
    """A stream whose digest is taken as it is read."""

    def __init__(self, content: BinaryIO) -> None:
        self.content, self.size, self.sha = content, 0, hashlib.sha256()

    def read(self, size: int = PIECE) -> bytes:
        piece = self.content.read(size)
        self.sha.update(piece)
        self.size += len(piece)
        return piece

    @property
    def digest(self) -> str:
        return self.sha.hexdigest()


def digest_of(files: FileStore, key: str) -> tuple[str, int]:
    """The digest and the size of a stored file, all of it read; MissingFile."""
    with files.open(key) as content:
        reading = Digesting(content)
        while reading.read():
            pass
    return reading.digest, reading.size


def around(files: FileStore, folders: Iterable[str]) -> Path | None:
    """The one of these folders in which a store lies."""
    if not isinstance(files, Folder):
        return None
    here = Path(files.folder).resolve()
    return next((folder for folder in (Path(name).resolve() for name in folders) if here.is_relative_to(folder)), None)


def strangers(source: FileStore, target: FileStore) -> list[str]:
    """The files of the target that are none of the source's."""
    ours = {key for key, _ in source.listing()}
    return [key for key, _ in target.listing() if key not in ours]


def copy_files(source: FileStore, target: FileStore, keys: Iterable[tuple[str, Stat]]) -> Iterator[Copied]:
    """Copy these files; Changed. Those that are gone meanwhile are passed over."""
    there = dict(target.listing())
    yield from (done for done in side_by_side(lambda item: _copy(source, target, there, item), keys) if done)


def _copy(source: FileStore, target: FileStore, there: dict[str, Stat], item: tuple[str, Stat]) -> Copied | None:
    key, stat = item
    try:
        if key in there and there[key].size == stat.size and digest_of(source, key) == digest_of(target, key):
            return Copied(key, stat.size, was_there=True)
        with source.open(key) as content:
            reading = Digesting(content)
            target.put(key, cast(BinaryIO, reading))
    except MissingFile:
        return None
    if digest_of(target, key) != (reading.digest, reading.size):
        raise Changed(
            f"{key} in {target.place} is not what was put there: its disk, or what lies between, is not sound."
        )
    return Copied(key, reading.size, was_there=False)


def side_by_side(do: Callable[[Item], Result], items: Iterable[Item], at_once: int = AT_ONCE) -> Iterator[Result]:
    """`map` in a few threads, in order, a few steps ahead of who takes the results."""
    with ThreadPoolExecutor(at_once) as pool:
        waiting: list[Future[Result]] = []
        try:
            for item in items:
                waiting.append(pool.submit(do, item))
                if len(waiting) > at_once:
                    yield waiting.pop(0).result()
            for future in waiting:
                yield future.result()
        finally:
            for future in waiting:
                future.cancel()
