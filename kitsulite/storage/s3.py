"""Files in an object store that speaks S3: Amazon's, MinIO, Ceph, and whatever else does (`kitsulite[s3]`).

s3://bucket/prefix?endpoint=https://minio.studio.lan:9000&region=eu-west-1&redirect=300

prefix     what all keys begin with; may be left out
endpoint   where the store is, when it is not Amazon's
region     its region; else what AWS_DEFAULT_REGION says
redirect   seconds for which a link is good that browsers are sent to, so that files do not pass through here; 0, the
           default, sends them from here

The credentials are found where Amazon's own tools look: AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, ~/.aws, the machine's
role. A large file goes up in parts; it is there when the last part is.
"""

import errno
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, cast
from urllib.parse import parse_qsl, unquote, urlsplit

from kitsulite.storage.files import KEY, FileStore, Guarded, MissingFile, Stat, StoreBroken, split_key

GONE = {"404", "NoSuchKey", "NotFound"}
NO_ROOM = {"InsufficientCapacity", "QuotaExceeded", "XMinioStorageFull"}
CONNECT_TIMEOUT = 5
"""Seconds that a store may take to answer the telephone."""
CONNECTIONS = 50
RETRIES = {"mode": "standard", "max_attempts": 3}
LINK_HEADERS = {
    "Content-Disposition": "ResponseContentDisposition",
    "Content-Type": "ResponseContentType",
    "Cache-Control": "ResponseCacheControl",
}
"""What a link can say about how the file is sent, and what the store calls it."""


class Bucket(FileStore):
    """See the module. Nothing is asked of the store before the first file."""

    def __init__(self, url: str, scratch: Path) -> None:
        super().__init__(url, scratch)
        parts = urlsplit(url)
        options = dict(parse_qsl(parts.query))
        self.bucket = parts.netloc
        self.prefix = unquote(parts.path).strip("/")
        self.redirect = int(options.pop("redirect", 0))
        self.client = client_of(options.pop("endpoint", None), options.pop("region", None))
        if options or not self.bucket:
            raise ValueError(
                f"{url!r} is no address of an object store: s3://bucket/prefix?endpoint=…&region=…&redirect=…"
            )

    def check(self) -> None:
        with self._told():
            self._look_for_bucket()

    def _look_for_bucket(self) -> None:
        from botocore.exceptions import ClientError

        try:
            self.client.head_bucket(Bucket=self.bucket)
        except ClientError as error:
            code = _code(error)
            why = "is not there" if code in GONE | {"NoSuchBucket"} else f"does not let us in ({code})"
            raise StoreBroken(f"The bucket {self.bucket} {why}.") from error

    def translate(self, error: Exception, key: str) -> Exception | None:
        from boto3.exceptions import Boto3Error
        from botocore.exceptions import BotoCoreError, ClientError

        if isinstance(error, Boto3Error) and isinstance(error.__context__, ClientError):
            error = error.__context__
        if isinstance(error, ClientError):
            code = _code(error)
            if code in GONE and key:
                return MissingFile(key)
            if code in NO_ROOM:
                return OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), self.place)
            return StoreBroken(f"The bucket {self.bucket} answers {code}{f' for {key}' if key else ''}.")
        if isinstance(error, BotoCoreError | Boto3Error):
            return StoreBroken(f"{f'{key}: ' if key else ''}{' '.join(str(error).split())}")
        return super().translate(error, key)

    def put(self, key: str, content: BinaryIO) -> int:
        counted = _Counted(content)
        with self._told():
            self.client.upload_fileobj(counted, self.bucket, self._name(key), Config=_in_small_pieces())
        return counted.size

    def take(self, key: str, path: Path) -> int:
        with self._told():
            self.client.upload_file(str(path), self.bucket, self._name(key))
        return path.stat().st_size

    def open(self, key: str, start: int = 0, end: int | None = None) -> BinaryIO:
        part = {"Range": f"bytes={start}-{'' if end is None else end - 1}"} if start or end is not None else {}
        with self._told(key):
            body = self.client.get_object(Bucket=self.bucket, Key=self._name(key), **part)["Body"]
        return cast(BinaryIO, Guarded(body, lambda: self._told(key)))

    def stat(self, key: str) -> Stat | None:
        try:
            with self._told(key):
                found = self.client.head_object(Bucket=self.bucket, Key=self._name(key))
        except MissingFile:
            with self._told():
                self._look_for_bucket()  # of a bucket that is gone, nothing else tells
            return None
        return Stat(found["ContentLength"], found["LastModified"].timestamp())

    @contextmanager
    def local(self, key: str) -> Iterator[Path]:
        with tempfile.NamedTemporaryFile(dir=self.scratch) as file:
            with self._told(key):
                self.client.download_fileobj(self.bucket, self._name(key), file)
            file.flush()
            yield Path(file.name)

    def copy(self, key: str, new: str) -> None:
        with self._told(key):
            source = {"Bucket": self.bucket, "Key": self._name(key)}
            self.client.copy(source, self.bucket, self._name(new))  # in parts, where it is too large for one

    def delete(self, key: str) -> None:
        with self._told():
            self.client.delete_object(Bucket=self.bucket, Key=self._name(key))

    def list(self, prefix: str = "") -> Iterator[str]:
        return filter(KEY.fullmatch, self.names(prefix))

    def names(self, prefix: str = "") -> Iterator[str]:
        yield from (item["Key"].removeprefix(self._root) for item in self._contents(prefix))

    def listing(self, prefix: str = "") -> Iterator[tuple[str, Stat]]:
        for item in self._contents(prefix):
            if KEY.fullmatch(key := item["Key"].removeprefix(self._root)):
                yield key, Stat(item["Size"], item["LastModified"].timestamp())

    def sizes(self) -> Iterator[int]:
        yield from (item["Size"] for item in self._contents(""))

    @property
    def _root(self) -> str:
        return f"{self.prefix}/" if self.prefix else ""

    def _contents(self, prefix: str) -> Iterator[dict[str, Any]]:
        """What the store says of each object whose key begins so."""
        pages = self.client.get_paginator("list_objects_v2").paginate(Bucket=self.bucket, Prefix=self._root + prefix)
        with self._told():
            for page in pages:
                yield from page.get("Contents", ())

    def link(self, key: str, headers: dict[str, str]) -> str | None:
        if not self.redirect:
            return None
        said = {LINK_HEADERS[name]: value for name, value in headers.items() if name in LINK_HEADERS}
        place = {"Bucket": self.bucket, "Key": self._name(key), **said}
        return str(self.client.generate_presigned_url("get_object", Params=place, ExpiresIn=self.redirect))

    def _name(self, key: str) -> str:
        split_key(key)
        return f"{self.prefix}/{key}" if self.prefix else key


class _Counted:
    """A stream that counts what is read of it, and that nobody closes but who opened it."""

    def __init__(self, content: BinaryIO) -> None:
        self.content = content
        self.size = 0

    def read(self, size: int = -1) -> bytes:
        piece = self.content.read(size)
        self.size += len(piece)
        return piece


def _code(error: Any) -> str:
    """What the store calls an error."""
    return str(error.response.get("Error", {}).get("Code"))


def _in_small_pieces() -> Any:
    """How a stream goes up: two pieces of 8 MiB on their way and two more in memory, however long it is."""
    from boto3.s3.transfer import TransferConfig

    config = TransferConfig(max_concurrency=2)
    config.max_in_memory_upload_chunks = 2
    return config


def client_of(endpoint: str | None, region: str | None) -> Any:
    try:
        import boto3
        from botocore.config import Config
    except ImportError:
        raise ValueError("Files in an object store need boto3: pip install 'kitsulite[s3]'.") from None
    config = Config(max_pool_connections=CONNECTIONS, connect_timeout=CONNECT_TIMEOUT, retries=RETRIES)
    return boto3.session.Session().client("s3", endpoint_url=endpoint, region_name=region, config=config)
