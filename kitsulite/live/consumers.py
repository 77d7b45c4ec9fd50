"""Consumers: functions of the program that a tracker is embedded in, which hear of events (docs/events.md)."""

import logging
from collections.abc import Callable, Iterable

from kitsulite.live import places
from kitsulite.live.outbox import Told, last
from kitsulite.live.patterns import matches, read
from kitsulite.live.pump import Line, Pump, Step
from kitsulite.storage import Database, Row
from kitsulite.work.work import Begin

log = logging.getLogger("kitsulite")

LONGEST_NAME = 80
SHOWN = ("name", "seq", "attempts", "due_at", "failing_since", "error")
Consume = Callable[[Told], object]
Gap = Callable[[int, int], object]


class Consumers:
    """The consumers of one tracker that keep their place in the database.

    inline  whether they start by themselves when something happens
    """

    def __init__(self, db: Database, begin: Begin, *, inline: bool) -> None:
        self.inline = inline
        self._lines: dict[str, Line] = {}
        self._db = db
        self._pump = Pump(db, begin, lambda: list(self._lines.values()), name="kitsulite-consumers")

    def add(
        self, name: str, function: Consume, events: str | Iterable[str], *, after: int | None, gap: Gap | None
    ) -> None:
        """One more; ValueError for a name that cannot be one, or is taken."""
        if not name.strip() or len(name) > LONGEST_NAME or ":" in name:
            raise ValueError(
                f"{name!r} is no name for a consumer: say up to {LONGEST_NAME} characters without a colon."
            )
        if name in self._lines:
            raise ValueError(f"There is a consumer {name} already.")
        if after is not None and (not isinstance(after, int) or after < 0):
            raise ValueError(f"A consumer hears of what came after an event: {after!r} is none, None is from now on.")
        patterns = read(events)

        def hand(told: list[Told]) -> Step:
            function(told[0])
            return Step(told[0].seq)

        self._lines[name] = Line(
            name,
            lambda told: matches(patterns, told.name),
            hand,
            after=after,
            gap=lambda seq, first: gap and gap(seq, first),
        )
        if self._pump.is_running:
            self._pump.find_places()

    def start(self) -> None:
        """Hand events over in the background, from now on for those that are new."""
        if not self._pump.is_running and self._lines:
            self._pump.find_places()
        self._pump.start()

    def wake(self) -> None:
        """Something happened: called after the commit."""
        if self._lines and (self._pump.is_running or self.inline):
            self._pump.start()
            self._pump.poke()

    def stop(self) -> None:
        self._pump.stop()


def list_places(db: Database) -> list[Row]:
    """How far consumers have come: name, seq, how many events came since, and what holds up the next one if anything does."""
    newest = last(db)
    rows = [row for row in places.list_all(db) if not row["name"].startswith("webhook:")]
    return [
        {**{key: row[key] for key in SHOWN}, "behind": newest - row["seq"] if newest > row["seq"] else 0}
        for row in rows
    ]


def replay(db: Database, name: str, after: int) -> None:
    """Have a consumer hear again of all that came after a place; LookupError when nobody has that name, ValueError for no place."""
    with db.writing():
        if not isinstance(after, int) or not 0 <= after <= last(db):
            raise ValueError(f"There is no event {after}: the last one is {last(db)}.")
        if not places.move(db, name, after):
            raise LookupError(f"There is no consumer {name}.")
