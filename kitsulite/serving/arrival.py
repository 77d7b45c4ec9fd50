"""What has come of a request so far, and whether that is enough to begin with it. Nothing here knows of sockets.

Only the frame of a request is looked at: where its head ends and how long its body is. Whatever is odd about it is handed on
as it is, for the parser to refuse.
"""

import re
import tempfile
from enum import Enum
from pathlib import Path
from typing import BinaryIO, cast

LONGEST_HEAD = 64 * 1024
WHOLE_BODY = 1024 * 1024
"""Bytes of a body that are waited for before a request is begun. Strangers may send no longer one."""
IN_MEMORY = 16 * 1024
"""Bytes of a request that are kept in memory; of a longer one, what was read lies on the disk."""
LONGEST_CHUNK_LINE = 8 * 1024

FIELD = re.compile(rb"\r\n([^\s:]+)[ \t]*:[ \t]*([^\r\n]*)")


class State(Enum):
    """What is to be done with a request."""

    HEAD = "its head is still to come"
    BODY = "a body that is short enough to wait for is still to come"
    BEGIN = "a thread may begin with it: it is whole, or too long to wait for"
    BAD = "its head is no head"
    LONG = "its head is too long"


class Arrival:
    """The bytes of one request, and of what was sent right behind it.

    state    what is to be done
    size     bytes from its beginning to its end; None while that is not known
    awaits   whether the client waits for word before it sends the body
    """

    def __init__(self, scratch: Path) -> None:
        self.state = State.HEAD
        self.size: int | None = None
        self.awaits = False
        self.came = 0
        self.taken = 0
        self._scratch = scratch
        self._head = bytearray()
        self._chunks: _Chunks | None = None
        self._store: BinaryIO | bytearray = bytearray()

    @property
    def is_whole(self) -> bool:
        return self.size is not None and self.came >= self.size

    @property
    def untaken(self) -> int | None:
        """How many bytes of it nobody has taken yet; None when its end has not come."""
        return max(0, self.size - self.taken) if self.size is not None and self.is_whole else None

    def add(self, data: bytes) -> None:
        """Keep what has come in."""
        self._keep(data)
        self.follow(data)
        if self.state is State.BODY:
            self._spill()

    def follow(self, data: bytes) -> None:
        """Take note of bytes that went to the reader without being kept."""
        before, self.came = self.came, self.came + len(data)
        if self.state is State.HEAD:
            self._look_for_end(data)
        elif self._chunks is not None and self.size is None:
            self._follow_chunks(data, before)
        if self.state is State.BODY and (self.is_whole or self._is_too_much()):
            self.state = State.BEGIN

    def take(self, size: int) -> bytes:
        """The next of the bytes that were kept; empty when there are no more for now."""
        store = self._store
        if isinstance(store, bytearray):
            piece = bytes(store[:size])
            del store[:size]
        else:
            piece = store.read(size)
        self.taken += len(piece)
        return piece

    def close(self) -> None:
        if not isinstance(self._store, bytearray):
            self._store.close()

    def _keep(self, data: bytes) -> None:
        store = self._store
        if isinstance(store, bytearray):
            store += data
        else:
            store.write(data)

    def _spill(self) -> None:
        """Put what is long on the disk."""
        store = self._store
        if isinstance(store, bytearray) and len(store) > IN_MEMORY:
            file = cast(BinaryIO, tempfile.TemporaryFile(dir=self._scratch))  # noqa: SIM115 - lives as long as the request
            file.write(store)
            self._store = file

    def begin(self) -> None:
        """From now on it is taken, not added to."""
        if not isinstance(self._store, bytearray):
            self._store.seek(0)

    def _look_for_end(self, data: bytes) -> None:
        start = max(0, len(self._head) - 3)
        self._head += data
        end = self._head.find(b"\r\n\r\n", start)
        head = self._head if end < 0 else self._head[:end]
        if head.count(b"\n") != head.count(b"\r\n"):
            self.state = State.BAD
        elif end >= 0:
            self._frame(bytes(head), bytes(self._head[end + 4 :]))
            self._head.clear()
        elif len(head) > LONGEST_HEAD:
            self.state = State.LONG

    def _frame(self, head: bytes, rest: bytes) -> None:
        """Find out from a head how long the body is that comes behind it, of which `rest` is there."""
        fields = [(name.lower(), value.strip().lower()) for name, value in FIELD.findall(head)]
        lengths = [value for name, value in fields if name == b"content-length"]
        is_chunked = any(name == b"transfer-encoding" for name, value in fields)
        self.awaits = (b"expect", b"100-continue") in fields
        self.state = State.BODY
        start = self.came - len(rest)
        if is_chunked and lengths:
            self.state = State.BEGIN
        elif is_chunked:
            self._chunks = _Chunks()
            self._follow_chunks(rest, start)
        elif len(lengths) <= 1 and all(length.isdigit() and len(length) < 20 for length in lengths):
            self.size = start + int(lengths[0] if lengths else 0)
        else:
            self.state = State.BEGIN

    def _follow_chunks(self, data: bytes, before: int) -> None:
        assert self._chunks
        end = self._chunks.feed(data)
        if end is not None:
            self.size = before + end
        elif self._chunks.is_odd:
            self.state = State.BEGIN

    def _is_too_much(self) -> bool:
        return max(self.came, self.size or 0) > WHOLE_BODY + LONGEST_HEAD


class _Chunks:
    """Looks for the end of a body that comes in chunks.

    is_odd  whether it is not made as such a body is
    """

    def __init__(self) -> None:
        self.is_odd = False
        self._line = bytearray()
        self._left = 0  # bytes of the chunk at hand, and of the line's end behind it
        self._at_trailers = False

    def feed(self, data: bytes) -> int | None:
        """Where in these bytes the body ends; None when it does not, or is odd."""
        at = 0
        while at < len(data) and not self.is_odd:
            if self._left:
                step = min(self._left, len(data) - at)
                self._left, at = self._left - step, at + step
                continue
            end = data.find(b"\n", at)
            self._line += data[at : end if end >= 0 else len(data)]
            at = end + 1 if end >= 0 else len(data)
            if len(self._line) > LONGEST_CHUNK_LINE:
                self.is_odd = True
            elif end >= 0 and self._ends_with(bytes(self._line).removesuffix(b"\r")):
                return at
        return None

    def _ends_with(self, line: bytes) -> bool:
        """Whether a line is the last one of the body."""
        self._line.clear()
        if self._at_trailers:
            return not line
        try:
            size = int(line.partition(b";")[0].strip(), 16)
        except ValueError:
            size = -1
        if size < 0:
            self.is_odd = True
        self._at_trailers = size == 0
        self._left = size + 2 if size > 0 else 0
        return False
