"""What clients of Socket.IO may send: text, in the few forms that they have for it. Who sends anything else is let go.

Kitsu sends nothing binary, and whatever is binary would be kept until it is whole.
"""

import json
import logging
import re
import time
from typing import Any

import msgspec
from engineio.async_drivers.asgi import translate_request
from engineio.exceptions import EngineIOError
from socketio.packet import ACK, CONNECT, DISCONNECT, EVENT, Packet

log = logging.getLogger("kitsulite")

LONGEST_MESSAGE = 1_000_000
"""Bytes that clients know as the usual limit."""
PLAIN = re.compile(r"[1235](?:probe)?|4[0-3].*", re.DOTALL)
"""A packet of Engine.IO as clients have them: the end, a ping or its answer, the upgrade, or a message of Socket.IO without attachments."""
BETWEEN = "\x1e"
RESERVED = ("connect", "disconnect")
"""What happens to connections, and is not said."""
ODD = "Somebody sent what is no message of Socket.IO, and was let go."
EVERY = 60.0
"""Seconds between two lines about it in the log, whoever it is."""


class Malformed(EngineIOError):  # type: ignore[misc]
    """What came is none of that."""


class Complaints:
    """Lines in the log that nobody can have written often."""

    def __init__(self) -> None:
        self._last = -EVERY

    def note(self, line: str) -> None:
        now = time.monotonic()
        if now - self._last >= EVERY:
            self._last = now
            log.warning(line)


complaints = Complaints()


def is_plain(packet: object) -> bool:
    return isinstance(packet, str) and len(packet) <= LONGEST_MESSAGE and PLAIN.fullmatch(packet) is not None


class Posted:
    """The body of a poll, which is looked at before anything in it is."""

    def __init__(self, body: Any) -> None:
        self._body = body

    async def read(self, length: int) -> bytes:
        found: bytes = await self._body.read(length)
        try:
            is_good = not found or all(is_plain(packet) for packet in found.decode().split(BETWEEN))
        except UnicodeDecodeError:
            is_good = False
        if not is_good:
            complaints.note(ODD)
            raise Malformed
        return found


async def translate(scope: Any, receive: Any, send: Any) -> dict[str, Any]:
    environ: dict[str, Any] = await translate_request(scope, receive, send)
    if environ:
        environ["wsgi.input"] = Posted(environ["wsgi.input"])
    return environ


class _Strict:
    """JSON that can be written down again: without half characters, or brackets without end."""

    dumps = staticmethod(json.dumps)

    @staticmethod
    def loads(text: str) -> Any:
        try:
            return msgspec.json.decode(text)
        except RecursionError as problem:
            raise ValueError(str(problem)) from None


class Message(Packet):  # type: ignore[misc]
    """A message of Socket.IO. ValueError when it is none that clients send."""

    json = _Strict

    def decode(self, encoded_packet: Any) -> int:
        if not isinstance(encoded_packet, str):
            raise ValueError("binary")
        super().decode(encoded_packet)
        match self.packet_type, self.data:
            case int(kind), _ if kind in (CONNECT, DISCONNECT, ACK):
                return 0
            case int(kind), [str(name), *_] if kind == EVENT and name not in RESERVED:
                return 0
        raise ValueError("unknown")
