"""Delivery: what the outbox holds goes to whoever listens and may know, once, in its order.

The loop of the event process reads the outbox when it is poked, and a few times a second in case nobody could poke. What people may
know, and whether their tokens still count, is asked of the database with everything that is delivered, for all of them at once.
"""

import asyncio
import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple

from kitsulite.areas.people import sessions
from kitsulite.live import outbox
from kitsulite.live.listeners import keys_of
from kitsulite.live.outbox import Told
from kitsulite.models import is_uuid
from kitsulite.serving.desk import Desk
from kitsulite.storage import Database, StorageError
from kitsulite.work.work import Caller

log = logging.getLogger("kitsulite")

LOOK = 0.25
"""Seconds between two looks when nobody pokes."""
CHECK = 1.0
"""Seconds between two looks at everybody's tokens when nothing happens."""
BATCH = 500
BREATH = 500
"""Pieces that are given out before the loop does anything else."""
ID_LENGTH = 36

Form = Callable[[Told], Any]


class Listener:
    """Somebody who is told of events.

    form     what an event looks like for this listener; it is made once for all that share the form
    seq      up to where they have heard
    is_live  whether they hear what happens now; else they are still told what has happened before
    """

    form: Form

    def __init__(self, caller: Caller) -> None:
        assert caller.token
        self.caller = caller
        self.person_id: str = caller.id
        self.token_id: str = caller.token["id"]
        self.seq = 0
        self.is_live = False
        self.has_ended = False

    def take(self, piece: Any) -> None:
        """Be told of an event. Never waits."""
        raise NotImplementedError

    async def has_room(self) -> None:
        """Wait until more of what has happened before can be taken."""

    def end(self) -> None:
        """Stop: the token counts no more."""
        raise NotImplementedError


class Seen(NamedTuple):
    """What the database says at one moment."""

    told: list[Told]
    keys: dict[str, frozenset[str]]
    good: set[str] | None


@dataclass
class Gap:
    """What followed a place is not kept any more, or never was."""

    after: int
    first: int
    last: int


class Hub:
    """See the module.

    seq      up to where everybody who is live has heard
    ended    are called when the token of a listener counts no more
    also     is called after each look at tokens: what else ends with a right
    """

    def __init__(self, db: Database, desk: Desk) -> None:
        self.db = db
        self.desk = desk
        self.listeners: set[Listener] = set()
        self.seq = 0
        self.also: Callable[[], Any] | None = None
        self._poked = asyncio.Event()
        self._turn = asyncio.Lock()
        self._checked = 0.0

    def poke(self) -> None:
        """Look now."""
        self._poked.set()

    # --- listeners ---

    async def begin(self, listener: Listener, after: int | None = None) -> Gap | None:
        """Tell a listener of everything from now on, or of what comes after a place. A gap is said, and then it is from now on."""
        gap = None
        if after is not None:
            first, last = await self.desk.look(self._ends)
            gap = Gap(after, first, last) if outbox.is_gap(after, first, last) else None
        async with self._turn:
            if not self.listeners:
                self.seq = (await self.desk.look(self._ends))[1]
            if gap:
                listener.seq = gap.last
            else:
                listener.seq = self.seq if after is None else after
            listener.is_live = gap is not None or after is None
            self.listeners.add(listener)
        return gap

    def forget(self, listener: Listener) -> None:
        listener.has_ended = True
        self.listeners.discard(listener)

    def _ends(self) -> tuple[int, int]:
        with self.db.reading():
            return outbox.first(self.db), outbox.place_to_tell(self.db, self.seq)

    async def tell_what_was(self, listener: Listener) -> None:
        """Tell a listener of what happened before, until they have heard as much as everybody."""
        while not listener.has_ended:
            await listener.has_room()
            seen = await self.desk.look(self._see, listener.seq, [listener.person_id], [listener.token_id])
            if not seen.good:
                self._end(listener)
                return
            await self._deliver(seen, [listener])
            listener.seq = seen.told[-1].seq if seen.told else max(listener.seq, self.seq)
            if listener.seq < self.seq:
                continue
            async with self._turn:  # so that nothing is on its way that goes to those who were live before
                listener.is_live = listener.seq >= self.seq
            if listener.is_live:
                return

    # --- the loop ---

    async def run(self) -> None:
        """Deliver, for ever."""
        while True:
            try:
                async with asyncio.timeout(LOOK):
                    await self._poked.wait()
            except TimeoutError:
                pass
            self._poked.clear()
            try:
                async with self._turn:
                    await self._look()
            except StorageError:  # which tells of itself; what is not delivered now is at the next look
                await asyncio.sleep(LOOK)
            except Exception:
                log.exception("Events were not delivered")
                await asyncio.sleep(LOOK)

    async def _look(self) -> None:
        if not self.listeners:
            return
        now = asyncio.get_running_loop().time()
        is_due = now - self._checked >= CHECK
        live = [listener for listener in self.listeners if listener.is_live]
        people = {listener.person_id for listener in live}
        tokens = {listener.token_id for listener in self.listeners}
        seen = await self.desk.look(self._see, self.seq, people, tokens, is_due)
        if seen.good is not None:
            self._checked = now
            for listener in [listener for listener in self.listeners if listener.token_id not in seen.good]:
                self._end(listener)
        await self._deliver(seen, live)
        if seen.told:
            self.seq = seen.told[-1].seq
        if len(seen.told) == BATCH:
            self.poke()
        if is_due and self.also:
            await self.also()

    def _see(self, seq: int, people: Iterable[str], tokens: Iterable[str], is_due: bool = True) -> Seen:
        """In a thread."""
        with self.db.reading():
            told = outbox.read_after(self.db, seq, BATCH)
            keys = keys_of(self.db, people, _projects(told)) if told else {}
            good = sessions.still_good(self.db, tokens) if told or is_due else None
        return Seen(told, keys, good)

    async def _deliver(self, seen: Seen, listeners: list[Listener]) -> None:
        """Give listeners what they may know and have not heard yet."""
        given = 0
        for told in seen.told:
            hearing = {id for id, keys in seen.keys.items() if not told.hearers.isdisjoint(keys)}
            made: dict[Form, Any] = {}
            for listener in listeners:
                if listener.has_ended or told.seq <= listener.seq:
                    continue
                if listener.person_id in hearing:
                    if listener.form not in made:
                        made[listener.form] = listener.form(told)
                    listener.take(made[listener.form])
                    given += 1
                listener.seq = told.seq
            if given >= BREATH:  # others want to send, and to be heard
                given = 0
                await asyncio.sleep(0)

    def _end(self, listener: Listener) -> None:
        self.forget(listener)
        listener.end()


def _projects(told: Iterable[Told]) -> set[str]:
    """The productions whose teams are asked for."""
    hearers = {key for event in told for key in event.hearers}
    return {key[:ID_LENGTH] for key in hearers if key[ID_LENGTH : ID_LENGTH + 1] == ":" and is_uuid(key[:ID_LENGTH])}
