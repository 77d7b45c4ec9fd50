"""A connection: what has arrived on it, and how the thread that answers reads the rest and writes, at a pace.

To gunicorn it is a socket and a connection at once. Its socket never blocks: whoever has to wait for the client lends the slot
to another request meanwhile, and waits only as long as the client keeps up the pace.
"""

import os
import select
import socket
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from kitsulite.serving.arrival import Arrival, State
from kitsulite.serving.slots import Slots

PIECE = 256 * 1024
MOUTHFUL = 16 * 1024
"""Bytes that the loop reads at once: most requests have fewer, and room for more would have to be made each time."""
GLANCE = 5
"""Milliseconds for which it is not worth while to lend a slot."""


@dataclass(frozen=True)
class Limits:
    """What a client has to keep to.

    patience  seconds for the head of a request, and that a client may be behind the pace
    pace      bytes a second of a body, and of an answer
    whole     seconds until a request has come in whole
    idle      seconds that a connection may be kept for the next request
    """

    patience: float
    pace: float
    whole: float
    idle: float


class Line:
    """See the module.

    client     the address and port at its other end
    since      when the request at hand began to come in, or since when one is waited for
    is_kept    whether a request was answered on it already
    """

    def __init__(
        self, sock: socket.socket, client: Any, server: Any, *, limits: Limits, slots: Slots, scratch: Path
    ) -> None:
        sock.setblocking(False)
        self.socket = sock
        self.client = client
        self.server = server
        self.limits = limits
        self.slots = slots
        self.scratch = scratch
        self.is_kept = False
        self.is_welcome = False
        self.closed = False
        self.timeout: float | None = None
        self.latest = float("inf")
        self.since = time.monotonic()
        self.arrival = Arrival(scratch)
        # what gunicorn wants to know of a connection
        self.sock = self
        self.initialized = self.data_ready = True
        self.is_http2 = False
        self.parser: Any = None

    # --- as the loop sees it ---

    @property
    def address(self) -> str:
        return self.client[0] if isinstance(self.client, tuple) else ""

    def next_request(self) -> None:
        """Wait for another request, of which the beginning may have come right behind the last."""
        begun = [self.parser.unreader.buf.getvalue(), *iter(lambda: self.arrival.take(PIECE), b"")]
        self.arrival.close()
        self.since = time.monotonic()
        self.is_kept, self.is_welcome, self.parser = True, False, None
        self.arrival = Arrival(self.scratch)
        if any(begun):
            self.arrival.add(b"".join(begun))

    def receive(self) -> bool:
        """Keep what has come in; whether the line is still open."""
        try:
            data = self.socket.recv(MOUTHFUL)
        except BlockingIOError:
            return True
        except OSError:
            return False
        if data and self.is_idle:
            self.since = time.monotonic()
        if data:
            self.arrival.add(data)
        return bool(data)

    def welcome(self) -> None:
        """Tell a client that waits for word to send its body."""
        if self.arrival.awaits and not self.is_welcome:
            self.is_welcome = True
            self.socket.send(b"HTTP/1.1 100 Continue\r\n\r\n")

    @property
    def is_idle(self) -> bool:
        """Whether it is kept for a request of which nothing has come yet."""
        return self.is_kept and not self.arrival.came

    @property
    def has_no_head(self) -> bool:
        """Whether no whole head has come on it yet, or the next one has begun and not ended."""
        return self.arrival.state is State.HEAD and not self.is_idle

    def deadline(self) -> float:
        """When the client has taken too long."""
        if self.is_idle:
            return min(self.since + self.limits.idle, self.latest)
        if self.arrival.state is State.HEAD:
            return min(self.since + self.limits.patience, self.latest)
        return self._by_pace(self.arrival.came, self.since)

    def close(self, graceful: bool = False) -> None:
        if not self.closed:
            self.closed = True
            self.arrival.close()
            self.socket.close()

    # --- as gunicorn sees it: a connection ---

    def init(self) -> None:
        """It needs no more than it has."""

    # --- as gunicorn sees it: a socket ---

    def recv(self, size: int) -> bytes:
        """What comes next of the request; nothing when the client is gone, or too slow."""
        if kept := self.arrival.take(size):
            return kept
        while True:
            try:
                data = self.socket.recv(size)
            except BlockingIOError:
                if self.arrival.awaits and not self.is_welcome:
                    self.welcome()
                if not self._waited(select.POLLIN, self._by_pace(self.arrival.came, self.since)):
                    return b""
            except OSError:
                return b""
            else:
                self.arrival.follow(data)
                self.arrival.taken += len(data)
                return data

    def sendall(self, data: bytes) -> None:
        """Send all of it; BrokenPipeError when the client is too slow to take it."""
        view, sent, since = memoryview(data), 0, time.monotonic()
        while sent < len(view):
            try:
                sent += self.socket.send(view[sent : sent + PIECE])
            except BlockingIOError:
                self._wait_for_reader(sent, since)

    def send(self, data: bytes) -> int:
        self.sendall(data)
        return len(data)

    def sendfile(self, file: BinaryIO, offset: int = 0, count: int = 0) -> None:
        """Send a part of a file; BrokenPipeError when the client is too slow to take it."""
        sent, since = 0, time.monotonic()
        while sent < count:
            try:
                piece = os.sendfile(self.socket.fileno(), file.fileno(), offset + sent, min(PIECE, count - sent))
            except BlockingIOError:
                self._wait_for_reader(sent, since)
            else:
                if not piece:
                    raise BrokenPipeError("the file has become shorter")
                sent += piece

    def shutdown(self, how: int) -> None:
        self.socket.shutdown(how)

    def fileno(self) -> int:
        return self.socket.fileno()

    def setblocking(self, blocking: bool) -> None:
        """It never blocks by itself."""

    def settimeout(self, seconds: float | None) -> None:
        """Wait no longer than so long for the client, whatever the pace allows."""
        self.timeout = seconds

    def gettimeout(self) -> float | None:
        return self.timeout

    def _by_pace(self, count: int, since: float) -> float:
        return since + min(self.limits.patience + count / self.limits.pace, self.limits.whole)

    def _wait_for_reader(self, sent: int, since: float) -> None:
        if not self._waited(select.POLLOUT, since + self.limits.patience + sent / self.limits.pace):
            raise BrokenPipeError("the client takes its answer too slowly")

    def _waited(self, event: int, until: float) -> bool:
        """Wait until the socket can go on; whether it can. TimeoutError after what `settimeout` said."""
        poll = select.poll()
        poll.register(self.socket, event)
        if poll.poll(GLANCE):
            return True
        left = max(0.0, until - time.monotonic())
        with self.slots.lent():
            if poll.poll(min(left, left if self.timeout is None else self.timeout) * 1000):
                return True
        if self.timeout is not None and self.timeout < left:
            raise TimeoutError("timed out")
        return False
