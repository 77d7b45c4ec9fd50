"""What the members of review rooms say to each other, and who may say it (docs/live.md)."""

import asyncio
import copy
import logging
from collections.abc import Callable, Iterable
from typing import Any

from kitsulite.access.previewaccounts import why_only_looks
from kitsulite.models import is_uuid, new_id
from kitsulite.serving import seats
from kitsulite.serving.desk import Desk
from kitsulite.serving.nodes import Nodes, Said
from kitsulite.serving.rights import Question, Rights
from kitsulite.serving.rooms import SHOWN, Room, Seat, shown_after
from kitsulite.serving.sockets import Socket, as_packet
from kitsulite.storage import Database, StorageError
from kitsulite.work.work import Caller

log = logging.getLogger("kitsulite")

ROOM = "preview-room:"
PEOPLE, SHOWS = f"{ROOM}room-people-updated", f"{ROOM}room-updated"
RELAYED = {
    f"{ROOM}{name}"
    for name in (
        "add-annotation",
        "remove-annotation",
        "update-annotation",
        "change-version",
        "panzoom-changed",
        "comparison-panzoom-changed",
    )
}
PAUSE = 0.2
"""Seconds in which what changes is written down together."""
RETURN = 60.0
"""Seconds that seats are kept for people whose connections were lost with the process before."""
AGAIN = 0.25
"""Seconds until it is asked again who may hear, when the database could not say."""
NO_ROOM = "There is no such room that you may enter."
NOT_INSIDE = "Open the playlist first: only who is in a room speaks in it."
TOO_MUCH = "This is more than can be shown."
PLAYLISTS = "playlists"
"""The area that an API key has to open for who takes part."""


def _acts(caller: Caller) -> bool:
    """Whether somebody takes part in reviews: who may write, by an API key that opens them if they come by one."""
    return why_only_looks(caller) is None and caller.scope.opens(PLAYLISTS)


class Reviews:
    """See the module.

    rooms  by playlist
    nodes  this server among others
    is_ending  whether the process ends: who goes with it comes back to the next one
    """

    def __init__(self, db: Database, desk: Desk, rights: Rights, nodes: Nodes) -> None:
        self.db = db
        self.desk = desk
        self.rights = rights
        self.node = nodes.name
        self.nodes = nodes
        nodes.heard, nodes.lost, nodes.met = self._hear_of, self._lose, self._introduce
        self.rooms: dict[str, Room] = {}
        self.is_ending = False
        self.inside: dict[Socket, set[str]] = {}
        self._changed: set[str] = set()
        self._saving: asyncio.Task[None] | None = None
        self._said: list[tuple[Room, list[Socket], Any]] = []
        self._telling: asyncio.Task[None] | None = None
        self._acts: dict[str, Callable[[Socket, Room, dict[str, Any], list[Any]], str | None]] = {
            f"{ROOM}close-playlist": self._close,
            f"{ROOM}leave": self._leave,
            SHOWS: self._show,
        }

    async def restore(self) -> None:
        """Find what was written down before this process began."""
        self.rooms = {room.playlist_id: room for room in await self.desk.ask(seats.load, self.db, self.node)}
        asyncio.get_running_loop().call_later(RETURN, self._give_up_lost)

    # --- as sockets see it ---

    async def welcome(self, socket: Socket) -> None:
        """Whoever comes back has the seat that was lost with the process before, if the room is open to them still."""
        for room in [room for room in self.rooms.values() if _lost_by(socket, room)]:
            if (await self.rights.of(_question(socket, room.playlist_id))).may_enter and not socket.has_ended:
                for id in _lost_by(socket, room)[:1]:
                    room.seats[socket] = room.seats.pop(id)
                    self.inside.setdefault(socket, set()).add(room.playlist_id)

    async def hear(self, socket: Socket, name: str, said: list[Any]) -> str | None:
        """Do what a message says; what is wrong with it, if anything is."""
        data = said[0] if said and isinstance(said[0], dict) else {}
        playlist_id = data.get("playlist_id")
        playlist_id = playlist_id.lower() if is_uuid(playlist_id) else None
        answer = await self.rights.of(_question(socket, playlist_id))
        if not answer.is_signed_in:
            socket.end()
            return None
        if not name.startswith(ROOM) or socket.has_ended:
            return None
        if playlist_id is None or not answer.may_enter or not _acts(socket.caller):
            if playlist_id and playlist_id in self.inside.get(socket, ()):
                self._expel(socket, self.rooms[playlist_id])
            return NO_ROOM
        if playlist_id not in self.rooms and self.nodes.others:
            await self._find_others(playlist_id)
            if socket.has_ended:
                return None
        if name == f"{ROOM}open-playlist":
            self._open(socket, playlist_id)
            return None
        if name == f"{ROOM}join":
            return self._join(socket, playlist_id, data)
        if name not in self._acts and name not in RELAYED:
            return None
        if playlist_id not in self.inside.get(socket, ()):
            return NOT_INSIDE
        room = self.rooms[playlist_id]
        if name in RELAYED:
            self._tell(room, name, data)
            self.nodes.say(playlist_id, name, data)
            return None
        return self._acts[name](socket, room, data, said)

    async def part(self, socket: Socket) -> None:
        """Somebody's connection is gone."""
        if self.is_ending:
            return
        for playlist_id in list(self.inside.get(socket, ())):
            self._expel(socket, self.rooms[playlist_id])

    async def look_around(self) -> None:
        """Have those leave who may be in a room no more."""
        await self._expel_those_who_may_not([(socket, id) for socket, ids in self.inside.items() for id in ids])

    # --- what is said ---

    def _open(self, socket: Socket, playlist_id: str) -> None:
        room = self._enter(socket, playlist_id)
        self._tell(room, PEOPLE, room.who())

    def _close(self, socket: Socket, room: Room, data: dict[str, Any], said: list[Any]) -> None:
        self._expel(socket, room)

    def _join(self, socket: Socket, playlist_id: str, data: dict[str, Any]) -> str | None:
        room = self._enter(socket, playlist_id)
        if room.state is None:
            state = shown_after(SHOWN, data)
            if state is None:
                return TOO_MUCH
            room.state = state
        seat = room.seats[socket]
        if not seat.joined:
            seat.joined = True
            room.seats[socket] = room.seats.pop(socket)  # in the order in which they join
        self._tell_people(room)
        self._tell(room, SHOWS, room.whole())
        self._say_state(room, {})
        return None

    def _leave(self, socket: Socket, room: Room, data: dict[str, Any], said: list[Any]) -> None:
        if room.seats[socket].joined:
            room.seats[socket].joined = False
            self._without(room)

    def _show(self, socket: Socket, room: Room, data: dict[str, Any], said: list[Any]) -> str | None:
        state = shown_after(room.state or copy.deepcopy(SHOWN), data)
        if state is None:
            return TOO_MUCH
        room.state = state
        self._note(room)
        more = {"only_newcomer": bool(said[1]) if len(said) > 1 else False}
        self._tell(room, SHOWS, {**room.whole(), **more})
        self._say_state(room, more)
        return None

    # --- coming and going ---

    def _enter(self, socket: Socket, playlist_id: str) -> Room:
        room = self.rooms.setdefault(playlist_id, Room(playlist_id))
        if socket not in room.seats:
            room.seats[socket] = Seat(new_id(), socket.person_id)
            self.inside.setdefault(socket, set()).add(playlist_id)
            self._note(room)
        return room

    def _expel(self, socket: Socket, room: Room) -> None:
        seat = room.seats.pop(socket)
        self.inside[socket].discard(room.playlist_id)
        if not self.inside[socket]:
            del self.inside[socket]
        if seat.joined:
            self._without(room)
        else:
            self._note(room)

    def _without(self, room: Room) -> None:
        """Somebody who took part does so no more; what is shown is forgotten with the last."""
        if not room.people:
            room.state = None
        self._tell_people(room)

    def _give_up_lost(self) -> None:
        for room in list(self.rooms.values()):
            lost = [room.seats.pop(id) for id in [key for key in room.seats if isinstance(key, str)]]
            if any(seat.joined for seat in lost):
                self._without(room)
            elif lost:
                self._note(room)

    # --- other nodes ---

    async def _find_others(self, playlist_id: str) -> None:
        """Who sits in a room at other nodes, and what is shown there."""
        state, elsewhere = await self.desk.ask(seats.elsewhere, self.db, self.node, playlist_id)
        room = self.rooms.setdefault(playlist_id, Room(playlist_id))
        if not room.seats:
            room.state = state
            room.elsewhere = {node: people for node, people in elsewhere.items() if node in self.nodes.others}

    def _hear_of(self, said: Said) -> None:
        """Something was said in a room at another node."""
        room = self.rooms.get(said.playlist_id)
        if room is None:
            return
        if said.name == PEOPLE:
            room.elsewhere[said.node] = said.data["people"]
            if not room.people:
                room.state = None
            self._tell(room, PEOPLE, room.who())
        elif said.name == SHOWS:
            room.state = said.data["state"]
            self._tell(room, SHOWS, {**room.whole(), **said.data["more"]})
        else:
            self._tell(room, said.name, said.data)

    def _introduce(self) -> None:
        """Another node is there: it is told who is here, and what they see."""
        for room in self.rooms.values():
            if room.here:
                self.nodes.say(room.playlist_id, PEOPLE, {"people": room.here})
                self._say_state(room, {})

    def _lose(self, node: str) -> None:
        """A node is there no more, and with it the seats of its people."""
        for room in self.rooms.values():
            if room.elsewhere.pop(node, None):
                self._without(room)

    def _say_state(self, room: Room, more: dict[str, Any]) -> None:
        self.nodes.say(room.playlist_id, SHOWS, {"state": room.state, "more": more})

    # --- telling and keeping ---

    def _tell_people(self, room: Room) -> None:
        """Somebody begins or ends to take part."""
        self._note(room)
        self._tell(room, PEOPLE, room.who())
        self.nodes.say(room.playlist_id, PEOPLE, {"people": room.here})

    def _tell(self, room: Room, name: str, data: dict[str, Any]) -> None:
        """Everybody in the room, who said it included, once it is known that they still may hear it."""
        hearing = [socket for socket in room.seats if isinstance(socket, Socket)]
        if hearing:
            self._said.append((room, hearing, as_packet(name, data)))
            if self._telling is None:
                self._telling = asyncio.ensure_future(self._tell_all())

    async def _tell_all(self) -> None:
        """Give out what was said, all that has come together after one look at the rights of those who would hear it."""
        try:
            while self._said:
                said, self._said = self._said, []
                hearing = {(socket, room.playlist_id) for room, sockets, _ in said for socket in sockets}
                while True:
                    try:
                        await self._expel_those_who_may_not(hearing)
                        break
                    except StorageError:  # which tells of itself
                        await asyncio.sleep(AGAIN)
                for room, sockets, packet in said:
                    for socket in sockets:
                        if socket in room.seats and not socket.has_ended:
                            socket.take(packet)
        finally:
            self._telling = None

    async def _expel_those_who_may_not(self, seated: Iterable[tuple[Socket, str]]) -> None:
        asked = [(socket, id, self.rights.of(_question(socket, id))) for socket, id in seated]
        answers = await asyncio.gather(*(answer for _, _, answer in asked))
        for (socket, playlist_id, _), answer in zip(asked, answers, strict=True):
            if not answer.may_enter and playlist_id in self.inside.get(socket, ()):
                self._expel(socket, self.rooms[playlist_id])

    def _note(self, room: Room) -> None:
        """Write it down, soon."""
        self._changed.add(room.playlist_id)
        if self._saving is None:
            self._saving = asyncio.ensure_future(self._save())

    async def _save(self) -> None:
        try:
            while self._changed:
                await asyncio.sleep(PAUSE)
                await self.write_down()
        finally:
            self._saving = None

    async def write_down(self) -> None:
        """Write down what has changed, now."""
        changed, self._changed = self._changed, set()
        rooms = [seats.kept(self.rooms[id]) for id in changed if id in self.rooms]
        for id in changed:
            if id in self.rooms and not self.rooms[id].seats:
                del self.rooms[id]
        if not rooms:
            return
        try:
            await self.desk.ask(seats.store, self.db, self.node, rooms)
        except StorageError as problem:
            log.warning("What is shown in review rooms could not be written down: %s", problem)
            self._changed |= changed & self.rooms.keys()


def _question(socket: Socket, playlist_id: str | None) -> Question:
    return Question(socket.token_id, socket.person_id, playlist_id)


def _lost_by(socket: Socket, room: Room) -> list[str]:
    """The seats of a person that wait for them."""
    return [key for key, seat in room.seats.items() if isinstance(key, str) and seat.person_id == socket.person_id]
