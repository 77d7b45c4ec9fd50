"""Socket.IO: who connects to the namespace `/events` is told of events there, and takes part in review rooms.

python-socketio speaks the protocol. Here it is seen to that nobody costs the others much: what a client has not taken yet is bounded,
who does not say who they are is not kept, and nobody has more sockets than a person needs.
"""

import asyncio
import logging
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

import engineio
import msgspec
import socketio
from engineio.async_drivers.asgi import WebSocket
from engineio.packet import MESSAGE, NOOP, Packet
from engineio.payload import Payload
from socketio.packet import CONNECT, DISCONNECT, EVENT

from kitsulite.live.outbox import Told
from kitsulite.serving.desk import Desk
from kitsulite.serving.door import Door
from kitsulite.serving.hub import Gap, Hub, Listener
from kitsulite.serving.packets import LONGEST_MESSAGE, ODD, Malformed, Message, complaints, is_plain, translate
from kitsulite.work.errors import TradeError
from kitsulite.work.work import Caller

log = logging.getLogger("kitsulite")

NAMESPACE = "/events"
ROOT = "/"
"""Where gazu connects too, and nothing is told."""
PING_EVERY, PING_PATIENCE = 25, 20
MOST_AT_ONCE = 16
"""Packets in one answer to a poll: clients in Python refuse more."""
MOST_TAKEN_AT_ONCE = 512
"""Packets that a client may send in one request; clients in browsers send what has come together."""
MOST_WAITING = 2 * 1024 * 1024
"""Characters that may wait for a client to take them. Who is behind by more is not listening."""
ENOUGH_WAITING = 128 * 1024
"""So many wait at the most while a client is told what was before."""
PARTING = 2.0
"""Seconds that a client has to take the end of its connection."""
STRANGERS = "Too many connections from this address have not said who they are."
TOO_MANY = "You have {most} connections to the events of this studio already: close one of them."
ODD_PLACE = 'after is the number of an event, or "last".'


class Outbound(asyncio.Queue[Packet | None]):
    """What waits for a client to take it.

    size  how many characters that are
    """

    def _init(self, maxsize: int) -> None:
        super()._init(maxsize)
        self.size = 0
        self._in_a_row = 0
        self._became_less = asyncio.Event()

    def _put(self, item: Packet | None) -> None:
        super()._put(item)
        self.size += _length(item)

    def _get(self) -> Packet | None:
        item: Packet | None = super()._get()
        self.size -= _length(item)
        self._became_less.set()
        return item

    async def get(self) -> Packet | None:
        self._in_a_row = 1
        return await super().get()

    def get_nowait(self) -> Packet | None:
        if self._in_a_row >= MOST_AT_ONCE:
            self._in_a_row = 0
            raise asyncio.QueueEmpty
        self._in_a_row += 1
        return super().get_nowait()

    async def is_short(self) -> None:
        """Wait until little waits."""
        while self.size > ENOUGH_WAITING:
            self._became_less.clear()
            await self._became_less.wait()


class Wire(WebSocket):  # type: ignore[misc]
    """The websocket below an Engine.IO socket, which can be cut."""

    def __init__(self, handler: Any, server: Any) -> None:
        super().__init__(handler, server)
        self.socket = handler.__self__
        if hasattr(self.socket, "wire"):
            raise Malformed("there is a websocket already")
        self.socket.wire = self

    async def wait(self) -> str:
        try:
            async with asyncio.timeout(None if self.socket.upgraded else self.socket.server.patience):
                said = await super().wait()
        except TimeoutError:
            hang_up(self.socket)
            raise
        if not is_plain(said):
            complaints.note(ODD)
            hang_up(self.socket)
            raise OSError
        return str(said)

    def cut(self) -> None:
        transport = self.asgi_send.__self__.transport
        if not transport.is_closing():
            transport.abort()


class Engine(engineio.AsyncServer):  # type: ignore[misc]
    """Engine.IO below, with bounds."""

    node = ""
    patience: float

    def create_queue(self, *arguments: Any, **named: Any) -> Outbound:
        return Outbound()

    async def disconnect(self, sid: str) -> None:
        """Let a client go without waiting until it has taken everything."""
        if found := self.sockets.get(sid):
            hang_up(found)

    def generate_id(self) -> str:
        return f"{self.node}.{super().generate_id()}" if self.node else str(super().generate_id())


class Server(socketio.AsyncServer):  # type: ignore[misc]
    """Socket.IO above it. Who connects has to say soon who they are."""

    def __init__(self, door: Door, most_strangers: int, patience: float, node: str) -> None:
        quiet = logging.getLogger("kitsulite.sockets")
        quiet.addFilter(lambda record: "further occurrences" not in record.getMessage())
        super().__init__(
            async_mode="asgi",
            async_handlers=False,
            namespaces=[NAMESPACE, ROOT],
            ping_interval=PING_EVERY,
            ping_timeout=PING_PATIENCE,
            max_http_buffer_size=LONGEST_MESSAGE,
            cors_allowed_origins=[],
            serializer=Message,
            logger=quiet,
            engineio_logger=quiet,
        )
        quiet.setLevel(logging.ERROR)
        self.eio.node, self.eio.patience = node, patience
        self.eio._async = {**self.eio._async, "websocket": Wire, "translate_request": translate}
        Payload.max_decode_packets = MOST_TAKEN_AT_ONCE
        self.door = door
        self.most_strangers = most_strangers
        self.patience = patience
        self.strangers: dict[str, str] = {}

    def _engineio_server_class(self) -> type[Engine]:
        return Engine

    async def _handle_eio_connect(self, eio_sid: str, environ: dict[str, Any]) -> str | None:
        request = self.door.request(environ)
        address = request.context.address
        is_proxy = address == request.remote_addr and self.door.trust.has(
            address
        )  # which does not say for whom it asks
        if address and not is_proxy:
            if Counter(self.strangers.values())[address] >= self.most_strangers:
                return STRANGERS
            self.strangers[eio_sid] = address
        asyncio.get_running_loop().call_later(self.patience, self._give_up, eio_sid)
        await super()._handle_eio_connect(eio_sid, environ)
        return None

    async def _handle_eio_message(self, eio_sid: str, data: Any) -> None:
        below = self.eio.sockets.get(eio_sid)
        if below is None or getattr(below, "is_let_go", False):
            return
        try:
            said = self.packet_class(encoded_packet=data)
            is_good = said.packet_type != CONNECT or self._is_new(eio_sid, said.namespace or ROOT)
        except ValueError:
            is_good = False
        if not is_good:
            complaints.note(ODD)
            hang_up(below)
        elif said.packet_type == CONNECT:
            await self._handle_connect(eio_sid, said.namespace, said.data)
        elif said.packet_type == DISCONNECT:
            await self._handle_disconnect(eio_sid, said.namespace, self.reason.CLIENT_DISCONNECT)
        elif said.packet_type == EVENT:  # and nobody is asked to acknowledge anything
            await self._handle_event(eio_sid, said.namespace, said.id, said.data)

    def _is_new(self, eio_sid: str, namespace: str) -> bool:
        return self.manager.sid_from_eio_sid(eio_sid, namespace) is None

    async def _handle_eio_disconnect(self, eio_sid: str, reason: str) -> None:
        self.strangers.pop(eio_sid, None)
        await super()._handle_eio_disconnect(eio_sid, reason)

    def _give_up(self, eio_sid: str) -> None:
        self.strangers.pop(eio_sid, None)
        if self.manager.sid_from_eio_sid(eio_sid, NAMESPACE) is None and (found := self.eio.sockets.get(eio_sid)):
            hang_up(found)


class Socket(Listener):
    """A client at the namespace."""

    def __init__(self, caller: Caller, sid: str, below: Any, *, with_seq: bool) -> None:
        super().__init__(caller)
        self.sid = sid
        self.below = below
        self.form = numbered if with_seq else plain

    def take(self, piece: Packet) -> None:
        queue: Outbound = self.below.queue
        if queue.size > MOST_WAITING:
            log.warning("Somebody does not take what they asked to be told of: their connection is closed.")
            self.end()
        else:
            queue.put_nowait(piece)

    async def has_room(self) -> None:
        await self.below.queue.is_short()

    def end(self) -> None:
        self.has_ended = True
        hang_up(self.below)


def plain(told: Told) -> Packet:
    return as_packet(told.name, told.data)


def numbered(told: Told) -> Packet:
    return as_packet(told.name, {**told.data, "seq": told.seq})


def as_packet(name: str, *data: Any) -> Packet:
    """A message to clients, written down once for all of them."""
    return Packet(MESSAGE, f"2{NAMESPACE},{msgspec.json.encode([name, *data]).decode()}")


def hang_up(socket: Any) -> None:
    """Close an Engine.IO socket so that a client that reconnects does so, with what it signs in by then."""
    socket.is_let_go = True
    task = asyncio.ensure_future(socket.close(wait=False, abort=True))
    _closing.add(task)
    task.add_done_callback(_closing.discard)
    wire: Wire | None = getattr(socket, "wire", None)
    if wire is None:
        socket.queue.put_nowait(Packet(NOOP))  # what the poll at hand is answered
    else:
        socket.queue.put_nowait(None)
        asyncio.get_running_loop().call_later(PARTING, wire.cut)


_closing: set["asyncio.Future[Any]"] = set()
"""What nobody else refers to."""

Handler = Callable[[Socket, str, list[Any]], Awaitable[str | None]]


class Events(socketio.AsyncNamespace):  # type: ignore[misc]
    """The namespace.

    on_message  what is done with messages, and on_leave with who goes
    """

    def __init__(self, server: Server, hub: Hub, desk: Desk, door: Door, most: int) -> None:
        super().__init__(NAMESPACE)
        server.register_namespace(self)
        self.io = server
        self.hub = hub
        self.desk = desk
        self.door = door
        self.most = most
        self.sockets: dict[str, Socket] = {}
        self.on_enter: Callable[[Socket], Awaitable[None]] | None = None
        self.on_message: Handler | None = None
        self.on_leave: Callable[[Socket], Awaitable[None]] | None = None
        self._replays: set[asyncio.Task[None]] = set()

    async def trigger_event(self, event: str, *arguments: Any) -> Any:
        sid, *rest = arguments
        if event == "connect":
            await self._connect(sid, rest[0], rest[1] if len(rest) > 1 else None)
        elif event == "disconnect":
            await self._disconnect(sid)
        elif (socket := self.sockets.get(sid)) and self.on_message and not socket.has_ended:
            try:
                problem = await self.on_message(socket, event, rest)
            except Exception:
                log.exception("The message %s failed", event)
                problem = "This failed. Try again."
            return {"error": True, "message": problem} if problem else None  # for who asks to be answered
        return None

    async def _connect(self, sid: str, environ: dict[str, Any], said: Any) -> None:
        said = said if isinstance(said, dict) else {}
        token, after = said.get("token"), said.get("after")
        if not (after is None or after == "last" or (isinstance(after, int) and 0 <= after < 2**63)):
            raise socketio.exceptions.ConnectionRefusedError(ODD_PLACE)
        try:
            caller = await self.desk.ask(self._let_in, environ, token if isinstance(token, str) else None)
        except TradeError as problem:
            raise socketio.exceptions.ConnectionRefusedError(await self.desk.ask(self.door.why, problem)) from None
        if sum(1 for other in self.hub.listeners if other.person_id == caller.id) >= self.most:
            raise socketio.exceptions.ConnectionRefusedError(TOO_MANY.format(most=self.most))
        eio_sid = self.io.manager.eio_sid_from_sid(sid, NAMESPACE)
        below = self.io.eio.sockets.get(eio_sid)
        if below is None:
            return
        self.io.strangers.pop(eio_sid, None)
        self.io.environ[eio_sid] = {}  # nobody asks again what the request was
        socket = self.sockets[sid] = Socket(caller, sid, below, with_seq=after is not None)
        gap = await self.hub.begin(socket, after if isinstance(after, int) else None)
        if below.closed:  # meanwhile
            await self._disconnect(sid)
            return
        if self.on_enter:
            self._later(self.on_enter(socket))
        if gap or not socket.is_live:
            self._later(self._catch_up(socket, gap))

    def _later(self, work: Any) -> None:
        """Do this once the client knows that it is connected."""
        task = asyncio.ensure_future(work)
        self._replays.add(task)
        task.add_done_callback(self._replays.discard)

    async def _catch_up(self, socket: Socket, gap: Gap | None) -> None:
        if gap:
            socket.take(as_packet("gap", {"after": gap.after, "first": gap.first, "last": gap.last}))
        else:
            await self.hub.tell_what_was(socket)

    def _let_in(self, environ: dict[str, Any], token: str | None) -> Caller:
        return self.door.let_in(self.door.request(environ), token)

    async def _disconnect(self, sid: str) -> None:
        if socket := self.sockets.pop(sid, None):
            self.hub.forget(socket)
            if self.on_leave:
                await self.on_leave(socket)

    async def close(self) -> None:
        """Let go of everybody: they come back when there is somebody again."""
        for below in list(self.io.eio.sockets.values()):
            hang_up(below)
        with suppress(Exception):
            await self.io.shutdown()


def _length(item: Packet | None) -> int:
    data = item.data if item is not None else None
    return len(data) if isinstance(data, (str, bytes)) else 0
