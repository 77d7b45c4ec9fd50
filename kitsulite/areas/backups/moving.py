"""A whole installation into another database: its rows of one moment, all of them or nothing.

Sessions, tokens of bots, jobs and what webhooks have still to be told go along, as it is the same studio, with the same key.
"""

from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any

import peewee

from kitsulite.areas.studio import transfer
from kitsulite.areas.studio.marks import Tally
from kitsulite.models import TABLES, Table, feed, listmarks, previewplaces, rooms
from kitsulite.models.outbox import Outgoing
from kitsulite.models.own import JobConsumer, SchemaVersion
from kitsulite.storage import Database

OF_PROCESSES = {JobConsumer, rooms.ReviewRoom, rooms.ReviewSeat, rooms.EventNode, rooms.RoomMessage}
STAYS = {SchemaVersion, feed.FeedEntry, previewplaces.PreviewPlace, listmarks.ListMark, *OF_PROCESSES}
"""What each database makes for itself, and what is about processes that run."""
MOVES = tuple(table for table in TABLES.values() if table not in STAYS)
End = dict[str, Any]


class CannotMove(Exception):
    """Why nothing was moved, a sentence."""


def count_rows(db: Database) -> int:
    """How many rows would move."""
    return transfer.count_rows(db, MOVES)


def move_rows(source: Database, target: Database, advance: Callable[[], object] = lambda: None) -> End:
    """Carry all rows over; what a dump of them ends with (`areas/studio/marks.py`). CannotMove.

    The target has a schema. Where all was moved before, and nothing happened since, this only looks.

    advance  is called with each row
    """
    with target.writing():
        target.lock_schema()
        with source.reading():
            if transfer.count_rows(target, MOVES):
                return _look_again(source, target)
            before, tally = _last_event(source), Tally()
            with closing(transfer.dump(source, tables=MOVES, as_stored=True)) as lines:
                transfer.load(target, transfer.read_lines(_counted(lines, tally, advance)), tables=MOVES)
        if tally_of(target, MOVES) != tally.end:
            raise CannotMove("What the new database gives is not what was put in. Nothing was moved.")
        with source.reading():
            if _last_event(source) != before:
                raise CannotMove("Somebody worked in the studio meanwhile: stop all its servers. Nothing was moved.")
    return tally.end


def _look_again(source: Database, target: Database) -> End:
    there = tally_of(target, MOVES)
    if there != tally_of(source, MOVES):
        raise CannotMove(
            f"There is something in {target.place}, and it is not this studio as it is now. Say an empty place."
        )
    return there


def _last_event(db: Database) -> int | None:
    return db.value(Outgoing.select(peewee.fn.MAX(Outgoing.number)))


def tally_of(db: Database, tables: tuple[type[Table], ...] = transfer.STUDIO) -> End:
    """What a dump of these tables would end with, secrets as they are stored."""
    tally = Tally()
    with closing(transfer.dump(db, tables=tables, as_stored=True)) as lines:
        for line in lines:
            tally.count(line)
    return tally.end


def _counted(lines: Iterator[bytes], tally: Tally, advance: Callable[[], object]) -> Iterator[bytes]:
    for line in lines:
        tally.count(line)
        advance()
        yield line
