"""How a client takes an answer: plain, or compressed by zstd or gzip (docs/api/requests.md)."""

import functools
import sys
import zlib
from collections.abc import Callable
from typing import Protocol

import falcon

ZSTD, GZIP = "zstd", "gzip"
WAYS = (ZSTD, GZIP)
"""The best one first: zstd takes a quarter of the time, and makes it smaller."""
SMALL = 8 * 1024
"""Bytes up to which nobody gains by it."""
SHORT = 64 * 1024
"""Bytes up to which gzip may take its time."""
AS_GZIP = 16 + zlib.MAX_WBITS
NONE = {"q=0", "q=0.0", "q=0.00", "q=0.000"}


class Packer(Protocol):
    """What compresses bytes as they come."""

    def compress(self, data: bytes, /) -> bytes: ...

    def flush(self) -> bytes: ...


def way_for(request: falcon.Request) -> str:
    """How the answer to a request may be compressed; empty when it may not."""
    return _way(request.get_header("Accept-Encoding") or "")


def accepts_gzip(header: str | None) -> bool:
    """Whether a caller takes what was compressed by gzip, by what they say they accept."""
    return GZIP in _taken(header or "")


def packer(way: str, size: int | None = None) -> Packer:
    """A fresh one.

    size  how many bytes it is for, when that is known
    """
    if way == ZSTD:
        return _zstd()()
    return zlib.compressobj(6 if size is not None and size <= SHORT else 1, zlib.DEFLATED, AS_GZIP)


def packed(way: str, body: bytes) -> bytes:
    made = packer(way, len(body))
    return made.compress(body) + made.flush()


@functools.lru_cache(64)
def _way(header: str) -> str:
    return next((way for way in WAYS if way in _taken(header)), "")


@functools.lru_cache(64)
def _taken(header: str) -> frozenset[str]:
    said: dict[str, bool] = {}
    for part in header.lower().split(","):
        name, _, weight = part.strip().partition(";")
        said[name.strip()] = weight.replace(" ", "") not in NONE
    anything = said.get("*", False)
    return frozenset(way for way in WAYS if said.get(way, anything and way == GZIP))


@functools.cache
def _zstd() -> Callable[[], Packer]:
    """Loaded by the first that wants it."""
    if sys.version_info >= (3, 14):
        from compression.zstd import ZstdCompressor

        return lambda: ZstdCompressor(level=1)
    from zstandard import ZstdCompressor

    return lambda: ZstdCompressor(level=1).compressobj()
