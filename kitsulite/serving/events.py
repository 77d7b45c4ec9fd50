"""The event process: one loop that holds all connections on which people wait for something to happen.

Under `kitsulite serve` it is a child of the master, and workers hand it connections; `kitsulite events` has it listen at a port of its own.
"""

import asyncio
import gc
import logging
import signal
import socket
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import Any

import engineio
from uvicorn.config import Config
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.server import ServerState

from kitsulite import orphans
from kitsulite.proxies import API
from kitsulite.serving.desk import CONNECTIONS, Desk
from kitsulite.serving.door import Door
from kitsulite.serving.forwarding import address_for, hand_on
from kitsulite.serving.handover import Channel, is_for_sockets
from kitsulite.serving.hub import Hub
from kitsulite.serving.nodes import Nodes, name_of
from kitsulite.serving.packets import LONGEST_MESSAGE, ODD, complaints
from kitsulite.serving.pages import Pages
from kitsulite.serving.reviews import Reviews
from kitsulite.serving.rights import Rights
from kitsulite.serving.sockets import Events, Server
from kitsulite.settings import Settings
from kitsulite.storage import StorageError
from kitsulite.tracker import Tracker

log = logging.getLogger("kitsulite")

LONGEST_HEAD = 128 * 1024
PATIENCE = 2.5
"""Seconds that clients have to take their answers, and the end of their connections, when the process ends."""
PARTING = 0.5
"""Seconds until nothing is left of connections that are cut."""
SELDOM = (10_000, 20, 1000)
"""After how much the interpreter looks for what nobody can reach: often among what is new, hardly ever among all."""
TIDY, MANY = 20.0, 200
"""Seconds between two looks among all, when so many connections have come since."""
CLOSE = (b"connection", b"close")
BAD_REQUEST = b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"


def run(settings: Settings, channel: Channel, master: int) -> None:
    """Serve what workers hand over, until told to stop."""
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    orphans.leave_with(master)
    with Tracker(with_few_connections(settings)) as tracker:
        asyncio.run(Process(tracker, name_of(settings)).serve(channel))


def listen(settings: Settings, listener: socket.socket, ready: Callable[[], None]) -> None:
    """Serve at a port, until told to stop."""
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    with Tracker(with_few_connections(settings)) as tracker:
        name = name_of(settings, listener.getsockname()[1])
        asyncio.run(Process(tracker, name).listen(listener, ready))


def with_few_connections(settings: Settings) -> Settings:
    return replace(settings, connections=min(settings.connections, CONNECTIONS))


class Process:
    """See the module."""

    def __init__(self, tracker: Tracker, name: str) -> None:
        settings = tracker.settings
        self.tracker = tracker
        self.desk = Desk()
        self.door = Door(tracker)
        self.hub = Hub(tracker.db, self.desk)
        self.io = Server(self.door, settings.connections_per_address, settings.request_patience, name)
        self.events = Events(self.io, self.hub, self.desk, self.door, settings.sockets_per_person)
        self.nodes = Nodes(tracker.db, self.desk, name, settings.node_address)
        self.reviews = Reviews(tracker.db, self.desk, Rights(tracker.db, self.desk), self.nodes)
        self.hub.also = self.reviews.look_around
        self.events.on_enter = self.reviews.welcome
        self.events.on_message = self.reviews.hear
        self.events.on_leave = self.reviews.part
        self.engine = engineio.ASGIApp(self.io, engineio_path="socket.io")
        self.pages = Pages(tracker, self.desk, self.door, self.hub, lambda: len(self.events.sockets))
        self.config = Config(
            self.answer,
            interface="asgi3",
            http="h11",
            ws="wsproto",
            lifespan="off",
            log_config=None,
            access_log=False,
            proxy_headers=False,
            server_header=False,
            ws_max_size=LONGEST_MESSAGE + 1024,
            ws_ping_interval=None,
            ws_per_message_deflate=False,
            h11_max_incomplete_event_size=LONGEST_HEAD,
        )
        self.config.load()
        self.state = ServerState()
        self.bell: Any = None
        self.begun = 0
        self._tasks: set[asyncio.Task[Any]] = set()

    # --- answering ---

    async def answer(self, scope: Any, receive: Any, send: Any) -> None:
        """Every request ends its connection, so that none for the API comes here."""

        async def send_and_close(message: Any) -> None:
            if message["type"] == "http.response.start":
                headers = [*message.get("headers", []), *self.pages.manners(scope), CLOSE]
                message = {**message, "headers": headers}
            await send(message)

        if scope["path"].startswith(f"{API}/"):  # workers hand over what is below it already
            scope = {**scope, "path": scope["path"].removeprefix(API)}
        last = send_and_close if scope["type"] == "http" else send
        if is_for_sockets(scope["path"]):
            await self._answer_engine(scope, receive, last)
        elif scope["type"] == "http":
            await self.pages.answer(scope, receive, last)
        else:
            await send({"type": "websocket.close"})

    async def _answer_engine(self, scope: Any, receive: Any, send: Any) -> None:
        """What the library cannot make out is refused, and is no traceback."""
        begun = False

        async def note_and_send(message: Any) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self.engine(scope, receive, note_and_send if scope["type"] == "http" else send)
        except Exception as problem:
            complaints.note(f"A request of Socket.IO could not be answered: {problem!r}")
            with suppress(Exception):
                if scope["type"] == "websocket":
                    await send({"type": "websocket.close"})
                elif not begun:
                    await send({"type": "http.response.start", "status": 400, "headers": []})
                    await send({"type": "http.response.body", "body": b""})

    # --- being there ---

    async def serve(self, channel: Channel) -> None:
        loop = asyncio.get_running_loop()
        loop.add_reader(channel.out_of, self._take, channel)
        loop.add_reader(channel.pokes, self._hear, channel)
        await self._until_told()
        loop.remove_reader(channel.out_of)
        loop.remove_reader(channel.pokes)
        await self._part()

    async def listen(self, listener: socket.socket, ready: Callable[[], None]) -> None:
        server = await asyncio.get_running_loop().create_server(lambda: _Direct(self), sock=listener)
        ready()
        await self._until_told()
        server.close()
        await self._part()

    async def _until_told(self) -> None:
        told = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGQUIT):
            loop.add_signal_handler(number, told.set)
        settings = self.tracker.settings

        def rung() -> None:
            loop.call_soon_threadsafe(self.hub.poke)
            loop.call_soon_threadsafe(self.nodes.listen)

        self.bell = self.tracker.db.bell(rung, settings.database_direct)
        await self.reviews.restore()
        self.begin(self.hub.run())
        if self.bell:  # where there is none, nobody else is at this database
            self.nodes.ring = self.bell.ring
            self.begin(self.nodes.beat())
            self.begin(self.nodes.hear())
        gc.collect()
        gc.freeze()  # what is there by now stays, and need not be looked through again and again
        gc.set_threshold(*SELDOM)
        self.begin(self._tidy())
        await told.wait()
        if self.bell:
            await asyncio.to_thread(self.bell.close)

    async def _part(self) -> None:
        self.reviews.is_ending = True
        self.pages.streams.close()
        await self.events.close()
        await self.reviews.write_down()
        if self.bell:
            with suppress(StorageError):
                await self.nodes.leave()
        await self._answered(PATIENCE)
        for protocol in list(self.state.connections):
            protocol.transport.abort()
        await self._answered(PARTING)
        for task in self._tasks:
            task.cancel()
        self.desk.close()

    async def _answered(self, seconds: float) -> None:
        """Wait until everybody has their answer, or so long."""
        if self.state.tasks:
            await asyncio.wait(set(self.state.tasks), timeout=seconds)

    async def _tidy(self) -> None:
        """Look for what connections leave behind, in a moment of its own: with hundreds open that takes a fifth of a second."""
        while True:
            await asyncio.sleep(TIDY)
            if self.begun >= MANY:
                self.begun = 0
                gc.collect()

    def begin(self, work: Any) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _hear(self, channel: Channel) -> None:
        channel.heard_poke()
        self.hub.poke()
        if self.bell:
            self.bell.ring()

    def _take(self, channel: Channel) -> None:
        for handed in channel.arrived():
            self.begin(self._go_on(handed.socket, handed.request))

    async def _go_on(self, connection: socket.socket, request: bytes) -> None:
        self.begun += 1
        connection.setblocking(False)
        loop = asyncio.get_running_loop()
        try:
            if address := address_for(request, self.nodes.name, self.nodes.others):
                reader, writer = await asyncio.open_connection(sock=connection)
                await hand_on(reader, writer, request, address)
                return
            await loop.connect_accepted_socket(lambda: _Handed(self, request), connection)
        except OSError:  # it is gone already
            connection.close()


class _Connection(H11Protocol):
    """A connection whose upgrade to a websocket may be asked for in bytes that are no text."""

    def data_received(self, data: bytes) -> None:
        try:
            super().data_received(data)
        except UnicodeError:
            complaints.note(ODD)
            for other in [other for other in self.connections if other.transport is self.transport]:
                self.connections.discard(other)
            self.transport.write(BAD_REQUEST)
            self.transport.close()


class _Handed(_Connection):
    """A connection on which a request has come already."""

    def __init__(self, process: Process, request: bytes) -> None:
        super().__init__(process.config, process.state, {})
        self._request = request

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        request, self._request = self._request, b""
        self.data_received(request)


class _Direct(_Connection):
    """A connection on which a request should come soon."""

    def __init__(self, process: Process) -> None:
        super().__init__(process.config, process.state, {})
        process.begun += 1
        self._patience = process.tracker.settings.request_patience

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        self.loop.call_later(self._patience, self._hurry)

    def _hurry(self) -> None:
        if self.scope is None and not self.transport.is_closing():
            self.transport.close()
