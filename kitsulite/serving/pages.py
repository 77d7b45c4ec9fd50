"""What the event process answers beside Socket.IO: how many listen, the name of its rooms, the stream of events, and who waits."""

from collections.abc import Callable, Iterator
from typing import Any

import msgspec
from engineio.async_drivers.asgi import translate_request

from kitsulite.app import SECURITY_HEADERS
from kitsulite.serving.desk import Desk
from kitsulite.serving.door import Door
from kitsulite.serving.hub import Hub
from kitsulite.storage import StorageError
from kitsulite.tracker import Tracker
from kitsulite.web.errors import NOT_FOUND, describe, failure
from kitsulite.work.errors import TradeError

ROOMS = "Kitsulite review rooms"
JSON = [(b"content-type", b"application/json")]
ALLOWED = b"DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT"


class Pages:
    """See the module.

    count  how many listen
    """

    def __init__(self, tracker: Tracker, desk: Desk, door: Door, hub: Hub, count: Callable[[], int]) -> None:
        self.tracker = tracker
        self.desk = desk
        self.door = door
        self.hub = hub
        self.count = count
        self.origins = set(tracker.settings.cors_allowed_origins)

    async def answer(self, scope: Any, receive: Any, send: Any) -> None:
        path, method = scope["path"], scope["method"]
        if path == "/stats" and method in ("GET", "HEAD"):
            await say(send, 200, {"nb_connections": self.count()})
        elif path == "/rooms" and method in ("GET", "HEAD", "POST"):
            await self._signed_in(scope, receive, send)
        else:
            await say(send, 404, failure(NOT_FOUND))

    async def _signed_in(self, scope: Any, receive: Any, send: Any) -> None:
        environ = await translate_request(scope, receive, send)
        try:
            await self.desk.ask(lambda: self.door.let_in(self.door.request(environ)))
        except (TradeError, StorageError) as problem:
            await say(send, *describe(problem))
        else:
            await say(send, 200, {"name": ROOMS})

    def manners(self, scope: Any) -> Iterator[tuple[bytes, bytes]]:
        """What every answer carries."""
        for name, value in SECURITY_HEADERS.items():
            yield name.lower().encode(), value.encode()
        fields = dict(scope["headers"])
        origin = fields.get(b"origin", b"")
        if origin.decode("latin-1") in self.origins:
            yield b"access-control-allow-origin", origin
            yield b"access-control-allow-credentials", b"true"
            yield b"vary", b"Origin"
            if scope["method"] == "OPTIONS":
                yield b"access-control-allow-methods", ALLOWED
                if wanted := fields.get(b"access-control-request-headers"):
                    yield b"access-control-allow-headers", wanted

    def close(self) -> None:
        """Let go of whoever waits."""


async def say(send: Any, status: int, body: object) -> None:
    """Answer with JSON."""
    content = msgspec.json.encode(body)
    length = (b"content-length", str(len(content)).encode())
    await send({"type": "http.response.start", "status": status, "headers": [*JSON, length]})
    await send({"type": "http.response.body", "body": content})
