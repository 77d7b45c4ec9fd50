"""Listening without Socket.IO: a stream of server-sent events, and answers that wait until there is something.

Both read the outbox as the route `/data/events` does, from the place where their client is, whenever something is told that may be for
them. So they need no memory of their own, and one who takes slowly what is sent is read for slowly.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import parse_qs, urlencode

import falcon
import msgspec

from kitsulite.app import create_app
from kitsulite.live.following import LONGEST_WAIT, Followed, follow, read_place
from kitsulite.serving.desk import Desk
from kitsulite.serving.door import Door
from kitsulite.serving.hub import Hub, Listener
from kitsulite.storage import StorageError
from kitsulite.tracker import Tracker
from kitsulite.work.work import Caller

EVERY = 15.0
"""Seconds after which a stream says that it is still there."""
COME_BACK = 2000
"""Milliseconds after which a client should come back."""
TRY_AGAIN = 1.0
"""Seconds until the database is asked again that could not answer."""
AT_ONCE = 500


class Ear(Listener):
    """Somebody who looks by themselves when something is told that they may know."""

    form = staticmethod(lambda told: told.id)

    def __init__(self, caller: Caller) -> None:
        super().__init__(caller)
        self._told = asyncio.Event()
        self.is_good = True

    def take(self, piece: str | None) -> None:
        if piece:  # what is only live, nobody reads later
            self._told.set()

    def end(self) -> None:
        self.is_good = False
        self._told.set()

    async def hears(self, seconds: float) -> bool:
        """Whether something is told within so many seconds."""
        try:
            async with asyncio.timeout(seconds):
                await self._told.wait()
        except TimeoutError:
            return False
        self._told.clear()
        return True


class Streams:
    """See the module."""

    def __init__(self, tracker: Tracker, desk: Desk, door: Door, hub: Hub) -> None:
        self.tracker = tracker
        self.desk = desk
        self.door = door
        self.hub = hub
        self._app: Callable[..., Any] | None = None
        self._ears: set[Ear] = set()
        self._is_ending = False

    def close(self) -> None:
        """Have streams end, and who waits answered: there will be nothing more to hear."""
        self._is_ending = True
        for ear in self._ears:
            ear.end()

    @asynccontextmanager
    async def _listening(self, caller: Caller) -> AsyncIterator[Ear]:
        ear = Ear(caller)
        self._ears.add(ear)
        try:
            await self.hub.begin(ear)
            if self._is_ending:
                ear.end()
            yield ear
        finally:
            self._ears.discard(ear)
            self.hub.forget(ear)

    # --- server-sent events ---

    async def stream(self, request: falcon.Request, caller: Caller, receive: Any, send: Any) -> None:
        """Send what happens until the client leaves, or may stay no longer."""
        said = request.get_header("Last-Event-ID") or request.get_param("after") or "last"
        place = await self.desk.ask(self._place, said)
        async with self._listening(caller) as ear:
            leaving = asyncio.ensure_future(_leaves(receive))
            sending = asyncio.ensure_future(self._send_all(request, ear, place, send))
            try:
                await asyncio.wait((leaving, sending), return_when=asyncio.FIRST_COMPLETED)
            finally:
                leaving.cancel()
                sending.cancel()
        if sending.done() and not sending.cancelled() and (problem := sending.exception()):
            raise problem

    async def _send_all(self, request: falcon.Request, ear: Ear, place: int, send: Any) -> None:
        headers = [(b"content-type", b"text/event-stream; charset=utf-8"), (b"x-accel-buffering", b"no")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await _say(send, f"retry: {COME_BACK}\n\n")
        while ear.is_good:
            try:
                found = await self.desk.ask(self._follow, ear.caller, place)
            except StorageError:  # which tells of itself
                await asyncio.sleep(TRY_AGAIN)
                continue
            place = found.last
            if found.is_gap:
                await _say(send, f'id: {place}\nevent: gap\ndata: {{"last":{place}}}\n\n')
            for event in found.events:
                data = msgspec.json.encode(event).decode()
                await _say(send, f"id: {event['seq']}\nevent: {event['name']}\ndata: {data}\n\n")
            if not (found.events or found.is_gap or await ear.hears(EVERY)):
                await _say(send, ":\n\n")
        await send({"type": "http.response.body", "body": b""})

    def _follow(self, caller: Caller, place: int) -> Followed:
        with self.tracker.work(self.door.as_now(caller), writes=False) as work:
            return follow(work, place, AT_ONCE)

    def _place(self, said: str) -> int:
        with self.tracker.db.reading():
            return read_place(self.tracker.db, said)

    # --- answers that wait ---

    async def answer_later(self, environ: dict[str, Any], caller: Caller, receive: Any, send: Any) -> None:
        """Answer as the route does, once there is something or the time is up."""
        query = {name: values[-1] for name, values in parse_qs(environ["QUERY_STRING"], keep_blank_values=True).items()}
        loop = asyncio.get_running_loop()
        until = loop.time() + min(_number(query.pop("wait", "0")), LONGEST_WAIT)
        async with self._listening(caller) as ear:
            leaving = asyncio.ensure_future(_leaves(receive))
            try:
                while not leaving.done():
                    environ = {**environ, "QUERY_STRING": urlencode(query)}
                    status, headers, body = await self.desk.ask(self._ask, environ)
                    last = _nothing_until(body) if status == "200" else None
                    left = until - loop.time()
                    if last is None or left <= 0 or not ear.is_good:
                        await send({"type": "http.response.start", "status": int(status), "headers": headers})
                        await send({"type": "http.response.body", "body": body})
                        return
                    query["after"] = str(last)
                    hearing = asyncio.ensure_future(ear.hears(left))
                    await asyncio.wait((leaving, hearing), return_when=asyncio.FIRST_COMPLETED)
                    hearing.cancel()
            finally:
                leaving.cancel()

    def _ask(self, environ: dict[str, Any]) -> tuple[str, list[tuple[bytes, bytes]], bytes]:
        """The answer of the app, in a thread."""
        if self._app is None:
            self._app = create_app(self.tracker)
        started: list[Any] = []

        def start(status: str, headers: list[tuple[str, str]], *_: Any) -> Any:
            started.extend((status, headers))

        body = b"".join(self._app(environ, start))
        status, headers = started[:2]
        return status[:3], [(name.lower().encode(), value.encode("latin-1")) for name, value in headers], body


class _Answered(msgspec.Struct):
    events: list[Any]
    last: int
    gap: bool = False


def _nothing_until(body: bytes) -> int | None:
    """Up to where there was nothing for the caller; None when there is something to answer."""
    answered = msgspec.json.decode(body, type=_Answered)
    return None if answered.events or answered.gap else answered.last


def _number(text: str) -> float:
    try:
        return max(0.0, float(text))
    except ValueError:
        return 0.0


async def _leaves(receive: Any) -> None:
    """Wait until the client is gone."""
    while (await receive())["type"] != "http.disconnect":
        pass


async def _say(send: Any, text: str) -> None:
    await send({"type": "http.response.body", "body": text.encode(), "more_body": True})
