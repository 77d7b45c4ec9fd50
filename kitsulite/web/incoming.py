"""The body of a request as it comes in: of a known length or in chunks, never longer than it may be, never cut short unnoticed."""

import sys
from typing import Protocol

import falcon

PIECE = 1024 * 1024


class TooLarge(Exception):
    """The body is longer than the studio accepts, or has too many parts."""


class BrokenOff(Exception):
    """The body ended before its end."""


class NoLength(Exception):
    """The body has no length, and the server in front cannot tell where it ends."""


class _Source(Protocol):
    def read(self, size: int, /) -> bytes: ...


class Incoming:
    """What is still to come of a body.

    length  as the sender says; None when it comes in chunks
    most    bytes that it may have
    """

    def __init__(self, source: _Source, length: int | None, most: int) -> None:
        self.source = source
        self.length = length
        self.most = most
        self.came = 0

    def read(self, size: int | None = None, /) -> bytes:
        """So many bytes, fewer at the end, all without a size; TooLarge, BrokenOff."""
        pieces = []
        left = sys.maxsize if size is None or size < 0 else size
        while left and (piece := self._piece(min(left, PIECE))):
            pieces.append(piece)
            left -= len(piece)
        return b"".join(pieces)

    def _piece(self, size: int) -> bytes:
        size = min(size, self.most - self.came + 1)
        if self.length is not None:
            size = min(size, self.length - self.came)
        if not size:
            return b""
        try:
            piece = self.source.read(size)
        except Exception as problem:  # whatever servers raise when the sender is gone, or his chunks are none
            raise BrokenOff from problem
        if not piece and self.length is not None:
            raise BrokenOff
        self.came += len(piece)
        if self.came > self.most:
            raise TooLarge
        return piece


def incoming(request: falcon.Request, most: int) -> Incoming | None:
    """The body of a request, None when it has none; TooLarge, NoLength."""
    source = request.env["wsgi.input"]
    if request.get_header("Transfer-Encoding"):
        if not request.env.get("wsgi.input_terminated"):
            raise NoLength
        return Incoming(source, None, most)
    length = request.content_length
    if not length:
        return None
    if length > most:
        raise TooLarge
    return Incoming(source, length, most)
