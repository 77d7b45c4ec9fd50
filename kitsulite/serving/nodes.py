"""The other servers on one database: which of them are alive, and what is said in rooms that people of several of them are in.

It goes through two small tables. As long as a server is alone it writes down only that it lives, and nothing of what is said.
"""

import asyncio
import hashlib
import logging
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import peewee

from kitsulite.models import new_id, now
from kitsulite.models.rooms import EventNode, ReviewSeat, RoomMessage
from kitsulite.serving.desk import Desk
from kitsulite.settings import Settings
from kitsulite.storage import Database, StorageError
from kitsulite.work.jobs import moment

log = logging.getLogger("kitsulite")

BEAT = 3.0
"""Seconds between two signs of life."""
LOST = 10.0
"""Seconds without one, after which a server is given up."""
LOOK = 0.25
"""Seconds between two looks at what others say, when no bell rings."""
KEPT = 60.0
"""Seconds that it is kept."""
COLUMNS = ("node", "playlist_id", "name", "data", "created_at")


class Said(NamedTuple):
    """What was said in a room at another node."""

    node: str
    playlist_id: str
    name: str
    data: dict[str, Any]


def name_of(settings: Settings, port: int | None = None) -> str:
    """The name of a server, the same after a restart. It stands in the addresses of polls.

    port  of one that listens by itself
    """
    place = f"{socket.gethostname()} {Path(settings.data).resolve()} {port or ''}"
    return hashlib.sha256(place.encode()).hexdigest()[:12]


class Nodes:
    """See the module.

    others  those that are alive, and where they are reached
    heard   is called with what was said at another
    lost    is called with the name of one that is alive no more
    met     is called when there is another one
    """

    def __init__(self, db: Database, desk: Desk, name: str, address: str) -> None:
        self.db = db
        self.desk = desk
        self.name = name
        self.address = address
        self.others: dict[str, str] = {}
        self.heard: Callable[[Said], None] = lambda said: None
        self.lost: Callable[[str], None] = lambda name: None
        self.met: Callable[[], None] = lambda: None
        self.ring: Callable[[], None] = lambda: None
        self._rung = asyncio.Event()
        self._place: int | None = None
        self._unsaid: list[tuple[Any, ...]] = []
        self._saying: asyncio.Task[None] | None = None

    def listen(self) -> None:
        """A bell rang: look now."""
        self._rung.set()

    async def beat(self) -> None:
        """Show signs of life, and find those of others, for ever."""
        while True:
            try:
                found = await self.desk.ask(self._beat)
            except StorageError:  # which tells of itself
                found = self.others
            known, self.others = self.others, found
            for name in known.keys() - found.keys():
                self.lost(name)
            if found.keys() - known.keys():
                self.met()
            await asyncio.sleep(BEAT)

    async def hear(self) -> None:
        """Tell what is said at others, for ever."""
        while True:
            try:
                async with asyncio.timeout(LOOK):
                    await self._rung.wait()
            except TimeoutError:
                pass
            self._rung.clear()
            if not self.others:
                continue
            try:
                for said in await self.desk.ask(self._read):
                    self.heard(said)
            except StorageError:
                continue
            except Exception:
                log.exception("What was said at other nodes was not told")

    def say(self, playlist_id: str, name: str, data: dict[str, Any]) -> None:
        """Have it told at the other nodes, when there are any."""
        if not self.others:
            return
        self._unsaid.append((self.name, playlist_id, name, msgspec.json.encode(data).decode(), now()))
        if self._saying is None:
            self._saying = asyncio.ensure_future(self._say())

    async def _say(self) -> None:
        try:
            while self._unsaid:
                rows, self._unsaid = self._unsaid, []
                await self.desk.ask(self._write, rows)
                self.ring()
        except StorageError as problem:
            log.warning("What was said in review rooms did not reach other nodes: %s", problem)
        finally:
            self._saying = None

    async def leave(self) -> None:
        """Go on purpose."""
        await self.desk.ask(self._leave)

    # --- in threads ---

    def _beat(self) -> dict[str, str]:
        with self.db.writing():
            told = {"address": self.address, "updated_at": now()}
            if not self.db.run(EventNode.update(**told).where(EventNode.name == self.name)):
                self.db.insert(EventNode, {"id": new_id(), "created_at": now(), "name": self.name, **told})
            gone = EventNode.updated_at < moment(-KEPT)
            self.db.run(ReviewSeat.delete().where(ReviewSeat.node.in_(EventNode.select(EventNode.name).where(gone))))
            self.db.run(EventNode.delete().where(gone))
            self.db.run(
                RoomMessage.delete().where(
                    RoomMessage.created_at < moment(-KEPT), RoomMessage.number < self._last()
                )  # numbers go on from the last
            )
            alive = (EventNode.name != self.name) & (EventNode.updated_at >= moment(-LOST))
            found = dict(self.db.tuples(EventNode.select(EventNode.name, EventNode.address).where(alive)))
            if not found or self._place is None:  # else what another says before it is known here would be missed
                self._place = self._last()
            return found

    def _last(self) -> int:
        return self.db.value(RoomMessage.select(peewee.fn.MAX(RoomMessage.number))) or 0

    def _read(self) -> list[Said]:
        with self.db.reading():
            rows = self.db.rows(
                RoomMessage.select().where(RoomMessage.number > self._place).order_by(RoomMessage.number)
            )
        if rows:
            self._place = rows[-1]["number"]
        return [
            Said(row["node"], row["playlist_id"], row["name"], row["data"]) for row in rows if row["node"] != self.name
        ]

    def _write(self, rows: list[tuple[Any, ...]]) -> None:
        with self.db.writing():
            self.db.insert_in_turn(RoomMessage.table_name(), COLUMNS, rows)

    def _leave(self) -> None:
        with self.db.writing():
            self.db.run(EventNode.delete().where(EventNode.name == self.name))
