"""A connection: what has arrived on it, and how the thread that answers reads the rest, at a pace, and writes.

To gunicorn it is a socket and a connection at once. Its socket never blocks: whoever has to wait for the client to send lends the
slot to another request meanwhile, and waits only as long as the client keeps up the pace. Nobody waits for the client to take
an answer: what it does not take at once is left to the loop.
"""

import contextlib
import select
import socket
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, BinaryIO

from kitsulite.serving.arrival import Arrival, State
from kitsulite.serving.rest import PIECE, Rest
from kitsulite.serving.slots import Slots

MOUTHFUL = 16 * 1024
"""Bytes that the loop reads at once: most requests have fewer, and room for more would have to be made each time."""
GLANCE = 5
"""Milliseconds for which it is not worth while to lend a slot, or to leave an answer to the loop."""
UNDER_WAY = 64 * 1024
"""Bytes of an answer that the system takes before the client does: with more, nobody would see how fast that one is."""


LOOK_AGAIN = 0.5
"""Seconds after which a thread that waits looks whether it still may: a server that stops has less patience."""


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
    rest       what of the answer the client has not taken yet
    latest     when a server that stops waits no longer for the next request
    forgotten  bytes of the request at hand that count no more for its pace
    """

    def __init__(
        self, sock: socket.socket, client: Any, server: Any, *, limits: Limits, slots: Slots, scratch: Path
    ) -> None:
        sock.setblocking(False)
        with contextlib.suppress(OSError):  # one that does not go over the network has no such bound
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NOTSENT_LOWAT, UNDER_WAY)
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
        self.forgotten = 0
        self.since = time.monotonic()
        self.arrival = Arrival(scratch)
        self.rest = Rest(scratch)
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
        self.forgotten = 0
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
        if self.rest:
            return self.rest.since + self.limits.patience + self.rest.sent / self.limits.pace
        if self.is_idle:
            return min(self.since + self.limits.idle, self.latest)
        if self.arrival.state is State.HEAD:
            return min(self.since + self.limits.patience, self.latest)
        return self._body_due()

    def close(self, graceful: bool = False) -> None:
        if not self.closed:
            self.closed = True
            self.arrival.close()
            self.rest.close()
            self.socket.close()

    def part_soon(self, seconds: float) -> None:
        """The server stops: from now on the client has so long to begin with a request, or to fall behind the pace."""
        self.since = time.monotonic()
        self.latest = self.since + seconds
        self.limits = replace(self.limits, patience=seconds)
        self.forgotten = self.arrival.came
        self.rest.begin_anew()

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
                if not self._waited():
                    return b""
            except OSError:
                return b""
            else:
                self.arrival.follow(data)
                self.arrival.taken += len(data)
                return data

    def sendall(self, data: bytes) -> None:
        """Send it; what the client does not take at once is left to the loop."""
        view = memoryview(data)
        self.rest.begin()
        while view and self._took_rest(0):
            try:
                sent = self.socket.send(view[:PIECE])
            except BlockingIOError:
                if not self._is_free(GLANCE):
                    break
            else:
                self.rest.sent += sent
                view = view[sent:]
        if view:
            self.rest.add(view)

    def send(self, data: bytes) -> int:
        self.sendall(data)
        return len(data)

    def sendfile(self, file: BinaryIO, offset: int = 0, count: int = 0) -> None:
        """Send a part of a file; what the client does not take at once is left to the loop."""
        self.rest.begin()
        self.rest.add_file(file, offset, count)
        self._took_rest(GLANCE)

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

    def _body_due(self) -> float:
        """When more of the body must have come."""
        came = self.arrival.came - self.forgotten
        return self.since + min(self.limits.patience + came / self.limits.pace, self.limits.whole)

    def _took_rest(self, glance: int) -> bool:
        """Send what is left, as long as the client takes it without delay; whether that was all."""
        while self.rest:
            try:
                self.rest.send(self.socket.fileno())
            except BlockingIOError:
                if not self._is_free(glance):
                    return False
        return True

    def _is_free(self, glance: int) -> bool:
        """Whether the client takes more, now or in so many milliseconds."""
        poll = select.poll()
        poll.register(self.socket, select.POLLOUT)
        return bool(poll.poll(glance))

    def _waited(self) -> bool:
        """Wait until more has come in; whether it has in time. TimeoutError after what `settimeout` said."""
        poll = select.poll()
        poll.register(self.socket, select.POLLIN)
        if poll.poll(GLANCE):
            return True
        enough = float("inf") if self.timeout is None else time.monotonic() + self.timeout
        with self.slots.lent():
            while (left := self._body_due() - time.monotonic()) > 0:
                if time.monotonic() >= enough:
                    raise TimeoutError("timed out")
                if poll.poll(1000 * min(left, LOOK_AGAIN, enough - time.monotonic())):
                    return True
        return False
