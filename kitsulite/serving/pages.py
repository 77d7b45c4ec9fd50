"""What the event process answers beside Socket.IO: how many listen, the name of its rooms, the stream of events, and who waits."""

from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import falcon
import msgspec
from engineio.async_drivers.asgi import translate_request

from kitsulite.app import SECURITY_HEADERS
from kitsulite.serving.desk import Desk
from kitsulite.serving.door import Door
from kitsulite.serving.hub import Hub
from kitsulite.serving.sockets import TOO_MANY
from kitsulite.serving.stream import Streams
from kitsulite.storage import StorageError
from kitsulite.tracker import Tracker
from kitsulite.web.errors import NOT_FOUND, describe, failure
from kitsulite.work.errors import TooMany, TradeError
from kitsulite.work.work import Caller

Then = Callable[[falcon.Request, Caller, Any, Any], Awaitable[None]]

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
        self.most = tracker.settings.sockets_per_person
        self.streams = Streams(tracker, desk, door, hub)
        self.origins = set(tracker.settings.cors_allowed_origins)

    async def answer(self, scope: Any, receive: Any, send: Any) -> None:
        path, method = scope["path"], scope["method"]
        if path == "/stats" and method in ("GET", "HEAD"):
            await say(send, 200, {"nb_connections": self.count()})
        elif path == "/rooms" and method in ("GET", "HEAD", "POST"):
            await self._signed_in(scope, receive, send, self._name_rooms)
        elif path == "/data/events/stream" and method == "GET":
            await self._signed_in(scope, receive, send, self._stream)
        elif path == "/data/events" and method == "GET":
            await self._signed_in(scope, receive, send, self._answer_later)
        else:
            await say(send, 404, failure(NOT_FOUND))

    async def _signed_in(self, scope: Any, receive: Any, send: Any, then: Then) -> None:
        environ = await translate_request(scope, receive, send)
        request = self.door.request(environ)
        try:
            caller = await self.desk.ask(self.door.let_in, request)
            if sum(1 for other in self.hub.listeners if other.person_id == caller.id) >= self.most:
                raise TooMany(TOO_MANY.format(most=self.most))
            await then(request, caller, receive, send)
        except (TradeError, StorageError) as problem:
            await say(send, *describe(problem))

    async def _name_rooms(self, request: falcon.Request, caller: Caller, receive: Any, send: Any) -> None:
        await say(send, 200, {"name": ROOMS})

    async def _stream(self, request: falcon.Request, caller: Caller, receive: Any, send: Any) -> None:
        await self.streams.stream(request, caller, receive, send)

    async def _answer_later(self, request: falcon.Request, caller: Caller, receive: Any, send: Any) -> None:
        await self.streams.answer_later(request.env, caller, receive, send)

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


async def say(send: Any, status: int, body: object) -> None:
    """Answer with JSON."""
    content = msgspec.json.encode(body)
    length = (b"content-length", str(len(content)).encode())
    await send({"type": "http.response.start", "status": status, "headers": [*JSON, length]})
    await send({"type": "http.response.body", "body": content})
