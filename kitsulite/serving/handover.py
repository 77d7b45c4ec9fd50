"""How workers hand connections over to the event process: the descriptor of a socket and the request that came on it.

A worker has a thread for each request at work, which a client that listens for hours must not hold. So it sends the connection
through a channel that its master made before there were workers: whoever of them dies, what lies in the channel stays.
"""

import os
import socket
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from importlib.util import find_spec
from typing import Any, BinaryIO, NamedTuple, cast

SHORT = 48 * 1024
"""Bytes of a request that go along with the descriptor; a longer one lies in a file without a name."""
ROOM = 1024 * 1024
"""Bytes that the channel is asked to hold; the system may allow fewer."""
AT_ONCE = 32
"""Connections that are taken from the channel before others of the process get their turn."""
NOT_HANDED_ON = {"CONTENT-LENGTH", "TRANSFER-ENCODING", "EXPECT"}
"""What says how a body comes in. It is there, whole."""


NEEDED = ("socketio", "uvicorn", "wsproto")
PATHS = ("/data/events/stream", "/rooms")
"""What the event process answers beside `/socket.io/`."""
SOCKETS = "/socket.io"
NOT_INSTALLED = "Live events need more than this server has: pip install 'kitsulite[live]', and start it again."


def is_possible() -> bool:
    """Whether all is installed that the event process needs."""
    return all(find_spec(name) for name in NEEDED)


def is_for_sockets(path: str) -> bool:
    return path == SOCKETS or path.startswith(f"{SOCKETS}/")


class Handed(NamedTuple):
    """A connection, and the request that has come on it."""

    socket: socket.socket
    request: bytes


class Channel:
    """Both ends of the way from the workers to the event process. Neither of them ever waits for the other."""

    def __init__(self) -> None:
        self._into, self.out_of = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._into.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, ROOM)
        self._into.setblocking(False)
        self.out_of.setblocking(False)
        self.pokes, self._poke = os.pipe()
        os.set_blocking(self.pokes, False)
        os.set_blocking(self._poke, False)

    # --- a worker's end ---

    def hand_over(self, connection: int, request: bytes) -> bool:
        """Send a connection; whether there was room. The sender closes its own descriptor then, without shutting it down."""
        try:
            if len(request) <= SHORT:
                socket.send_fds(self._into, [request], [connection])
            else:
                with _unnamed(request) as file:
                    socket.send_fds(self._into, [b"\n"], [connection, file.fileno()])
        except OSError:  # it is full, or too many descriptors are on their way
            return False
        return True

    def poke(self) -> None:
        """Say that something was committed. One that is not yet heard does for all."""
        with suppress(BlockingIOError):
            os.write(self._poke, b"!")

    # --- the end of the event process ---

    def heard_poke(self) -> None:
        with suppress(BlockingIOError):
            os.read(self.pokes, 64 * 1024)

    def arrived(self) -> Iterator[Handed]:
        """The connections that have come."""
        for _ in range(AT_ONCE):
            try:
                request, descriptors, _, _ = socket.recv_fds(self.out_of, SHORT, 2)
            except BlockingIOError:
                return
            if not descriptors:
                continue
            connection, *files = descriptors
            for file in files:
                with os.fdopen(file, "rb") as stored:
                    stored.seek(0)
                    request = stored.read()
            yield Handed(socket.socket(fileno=connection), request)


def spell(req: Any, target: str, body: bytes) -> bytes:
    """A request that gunicorn has parsed, as it may be parsed again."""
    version = ".".join(map(str, req.version))
    fields = [(name, value) for name, value in req.headers if name not in NOT_HANDED_ON]
    if body or req.method == "POST":
        fields.append(("CONTENT-LENGTH", str(len(body))))
    lines = [f"{req.method} {target} HTTP/{version}", *(f"{name}: {value}" for name, value in fields)]
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + body


def _unnamed(content: bytes) -> BinaryIO:
    file = cast(BinaryIO, tempfile.TemporaryFile())  # noqa: SIM115 - closed by who sends it
    file.write(content)
    file.flush()
    return file
