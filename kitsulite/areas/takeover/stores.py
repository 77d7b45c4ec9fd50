"""The file store of a Zou: a folder, or three buckets of an object store.

/srv/zou/previews              its PREVIEW_FOLDER
s3://?endpoint=…&region=…      the buckets pictures, movies and files
s3://atelier-?endpoint=…       atelier-pictures, atelier-movies, atelier-files: what it calls FS_BUCKET_PREFIX
"""

import shutil
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple, cast
from urllib.parse import parse_qsl, urlsplit

from kitsulite.areas.takeover.layout import BUCKETS, Place, place_of
from kitsulite.areas.takeover.refusals import CannotTakeOver
from kitsulite.storage.files import Guarded
from kitsulite.storage.private import make_folder
from kitsulite.storage.s3 import client_of

GONE = {"404", "NoSuchKey", "NotFound"}
DEPTH = 4
"""How deep below the folder of a bucket its files are."""


class Found(NamedTuple):
    """A file of a Zou.

    stamp  changes when the file does
    """

    place: Place
    size: int
    stamp: str


class FileAmiss(Exception):
    """One file cannot be read, or written, while the place where it lies answers; why."""


Amiss = Callable[[str, str], object]
"""Is told of what cannot be looked into, and why."""


class ZouFiles(ABC):
    """Where a Zou has its files. What is wrong with the whole place is CannotTakeOver, with one file FileAmiss."""

    @abstractmethod
    def list(self, amiss: Amiss) -> Iterator[Found]:
        """All files that rows may have."""

    def find(self, place: Place) -> Found | None:
        """A file, if it is there; FileAmiss."""
        with self._blamed(place.bucket):
            return self._find(place)

    def open(self, place: Place) -> BinaryIO:
        """Its content, to be closed by the caller; FileNotFoundError. FileAmiss, also while it is read."""
        with self._blamed(place.bucket):
            return cast(BinaryIO, Guarded(self._open(place), lambda: self._blamed(place.bucket)))

    def put(self, place: Place, content: BinaryIO) -> None:
        """Store a file; FileAmiss."""
        try:
            self._put(place, content)
        except self.errors() as problem:
            raise FileAmiss(_said(problem)) from None

    @contextmanager
    def _blamed(self, bucket: str) -> Iterator[None]:
        try:
            yield
        except FileNotFoundError:
            raise
        except self.errors() as problem:
            self.check(bucket)
            raise FileAmiss(_said(problem)) from None

    @abstractmethod
    def check(self, bucket: str) -> None:
        """CannotTakeOver, when nothing in a bucket can be had."""

    def errors(self) -> tuple[type[Exception], ...]:
        """What goes wrong in such a place."""
        return (OSError,)

    @abstractmethod
    def _find(self, place: Place) -> Found | None: ...

    @abstractmethod
    def _open(self, place: Place) -> BinaryIO: ...

    @abstractmethod
    def _put(self, place: Place, content: BinaryIO) -> None: ...


def _said(problem: Exception) -> str:
    return getattr(problem, "strerror", None) or " ".join(str(problem).split())


class ZouFolder(ZouFiles):
    """Files in a folder. The prefix of its buckets shows in the names of the folders in it."""

    def __init__(self, folder: Path, prefix: str | None = None) -> None:
        self.folder = folder
        self.prefix = self._find_prefix() if prefix is None else prefix

    def _find_prefix(self) -> str:
        names = [path.name for path in self.folder.iterdir() if path.is_dir()] if self.folder.is_dir() else []
        found = {name.removesuffix(bucket) for name in names for bucket in BUCKETS if name.endswith(bucket)}
        if len(found) != 1:
            why = "holds none of the folders pictures, movies and files" if not found else "holds more than one store"
            raise CannotTakeOver(f"{self.folder} {why}: give the PREVIEW_FOLDER of the Zou.")
        return found.pop()

    def _root(self, bucket: str) -> Path:
        return self.folder / f"{self.prefix}{bucket}"

    def list(self, amiss: Amiss) -> Iterator[Found]:
        for bucket in BUCKETS:
            root = self._root(bucket)
            for path in _below(root, DEPTH, amiss):
                place = place_of(bucket, f"{path.relative_to(root).parts[0]}-{path.name}")
                try:
                    if place is not None and (found := self.find(place)):
                        yield found
                except FileAmiss as problem:
                    amiss(str(path), str(problem))

    def check(self, bucket: str) -> None:
        try:
            next(self.folder.iterdir(), None)
        except OSError as problem:
            raise CannotTakeOver(f"{self.folder} cannot be read: {problem.strerror}") from None

    def _find(self, place: Place) -> Found | None:
        path = self._root(place.bucket) / place.path
        with suppress(FileNotFoundError, NotADirectoryError):
            stat = path.stat()
            return Found(place, stat.st_size, str(stat.st_mtime_ns))
        return None

    def _open(self, place: Place) -> BinaryIO:
        return (self._root(place.bucket) / place.path).open("rb")

    def _put(self, place: Place, content: BinaryIO) -> None:
        path = self._root(place.bucket) / place.path
        make_folder(path.parent)
        unfinished = path.with_name(f".{path.name}")
        with unfinished.open("wb") as file:
            shutil.copyfileobj(content, file)
        unfinished.replace(path)


def _below(folder: Path, depth: int, amiss: Amiss) -> Iterator[Path]:
    """What lies so deep in a folder, in order."""
    try:
        found = sorted(folder.iterdir())
    except (FileNotFoundError, NotADirectoryError):
        return
    except OSError as problem:
        amiss(str(folder), str(problem.strerror))
        return
    for path in found:
        yield from (path,) if depth == 1 else _below(path, depth - 1, amiss)


class ZouBuckets(ZouFiles):
    """Files in an object store, with a flat key each."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        options = dict(parse_qsl(parts.query))
        self.prefix = parts.netloc
        self.client = client_of(options.pop("endpoint", None), options.pop("region", None))
        if options or parts.path.strip("/"):
            raise CannotTakeOver(
                f"{url} is no store of a Zou: say s3://PREFIX?endpoint=…&region=…, PREFIX being its FS_BUCKET_PREFIX."
            )

    def list(self, amiss: Amiss) -> Iterator[Found]:
        for bucket in BUCKETS:
            pages = self.client.get_paginator("list_objects_v2").paginate(Bucket=self.prefix + bucket)
            for item in self._items(bucket, pages):
                if (place := place_of(bucket, item["Key"])) is not None:
                    yield Found(place, item["Size"], item["ETag"])

    def _items(self, bucket: str, pages: Any) -> Iterator[dict[str, Any]]:
        with self._refused(bucket):
            for page in pages:
                yield from page.get("Contents", ())

    @contextmanager
    def _refused(self, bucket: str) -> Iterator[None]:
        try:
            yield
        except self.errors() as problem:
            raise CannotTakeOver(f"The bucket {self.prefix}{bucket} cannot be read: {problem}") from None

    def check(self, bucket: str) -> None:
        with self._refused(bucket):
            self.client.head_bucket(Bucket=self.prefix + bucket)

    def errors(self) -> tuple[type[Exception], ...]:
        from boto3.exceptions import Boto3Error
        from botocore.exceptions import BotoCoreError, ClientError

        return (Boto3Error, BotoCoreError, ClientError)

    def _find(self, place: Place) -> Found | None:
        try:
            found = self._ask(self.client.head_object, place)
        except FileNotFoundError:
            return None
        return Found(place, found["ContentLength"], found["ETag"])

    def _open(self, place: Place) -> BinaryIO:
        return cast(BinaryIO, self._ask(self.client.get_object, place)["Body"])

    def _ask(self, ask: Callable[..., dict[str, Any]], place: Place) -> dict[str, Any]:
        from botocore.exceptions import ClientError

        try:
            return ask(Bucket=self.prefix + place.bucket, Key=place.key)
        except ClientError as problem:
            if problem.response.get("Error", {}).get("Code") in GONE:
                raise FileNotFoundError(place.key) from None
            raise

    def _put(self, place: Place, content: BinaryIO) -> None:
        self.client.upload_fileobj(content, self.prefix + place.bucket, place.key)


def open_zou_files(where: str, *, new: bool = False) -> ZouFiles:
    """The store that a folder or a URL names.

    new  whether it may be one that is still to be made
    """
    if where.startswith("s3://"):
        return ZouBuckets(where)
    return ZouFolder(Path(where.removeprefix("file://")), "" if new else None)
