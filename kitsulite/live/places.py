"""How far those have come who are handed events, and who hands them over: one process at a time, on one of the nodes.

Who hands events over holds the place, says again and again that it lives, and is given up for lost when it doesn't. What it
stores then comes to nothing, as the place is somebody else's, or was moved.
"""

from collections.abc import Collection, Iterable
from contextlib import suppress

import peewee

from kitsulite.live.holders import is_gone
from kitsulite.models import now
from kitsulite.models.own import EventPlace
from kitsulite.storage import Database, Row, UniqueViolation
from kitsulite.work.jobs import moment

SIGN_OF_LIFE = 4
GIVEN_UP = 30
"""Seconds after its last sign of life at which a holder counts as lost."""
FREE: Row = {"holder": None, "held_until": None}
WELL: Row = {"attempts": 0, "due_at": None, "failing_since": None, "error": None}


def find(db: Database, names: Iterable[str]) -> dict[str, Row]:
    """The places of these names, as far as there are any."""
    return {row["name"]: row for row in db.rows(EventPlace.select().where(EventPlace.name.in_(list(names))))}


def list_all(db: Database) -> list[Row]:
    """Every place, by name."""
    return db.rows(EventPlace.select().order_by(EventPlace.name))


def begin(db: Database, name: str, seq: int) -> None:
    """A place for who has none yet."""
    with suppress(UniqueViolation), db.savepoint():  # another may make it now
        db.run(EventPlace.insert(name=name, seq=seq))


def is_free(place: Row, holder: str) -> bool:
    """Whether somebody may hand over what comes next."""
    moment_now = now()
    is_due = place["due_at"] is None or place["due_at"] <= moment_now
    is_let_go = place["holder"] in (None, holder) or place["held_until"] <= moment_now
    return is_due and (is_let_go or is_gone(place["holder"]))


def take(db: Database, name: str, holder: str, *, before: str | None = None) -> Row | None:
    """The place, now ours; None when it is somebody else's, or rests.

    before  who held it when it was looked at
    """
    table, moment_now = EventPlace, now()
    with db.writing():
        is_due = table.due_at.is_null() | (table.due_at <= moment_now)
        may_hold = table.holder.is_null() | (table.holder == holder) | (table.held_until <= moment_now)
        if is_gone(before):
            may_hold |= table.holder == before
        values = {"holder": holder, "held_until": moment(GIVEN_UP)}
        rows = db.rows(table.update(values).where(table.name == name, is_due, may_hold).returning(table))
    return rows[0] if rows else None


def show_life(db: Database, names: Collection[str], holder: str) -> None:
    """Hold these a while longer."""
    with db.writing():
        mine = EventPlace.name.in_(list(names)) & (EventPlace.holder == holder)
        db.run(EventPlace.update(held_until=moment(GIVEN_UP)).where(mine))


def keep(db: Database, place: Row, seq: int, *, leaves: bool = False) -> Row | None:
    """All up to here is handed over; the place as it is now, None when it is not ours any more."""
    held = FREE if leaves else {"held_until": moment(GIVEN_UP)}
    return _store(db, place, {"seq": seq, **WELL, **held})


def note_failure(db: Database, place: Row, error: str, pause: float) -> Row | None:
    """What comes next could not be handed over, and is tried again after a pause."""
    since = place["failing_since"] or now()
    trouble = {"attempts": place["attempts"] + 1, "due_at": moment(pause), "failing_since": since, "error": error}
    return _store(db, place, {**trouble, **FREE})


def leave(db: Database, place: Row) -> None:
    """Let others hold it."""
    _store(db, place, FREE)


def move(db: Database, name: str, seq: int) -> bool:
    """Begin anew after this; whoever holds the place now learns it when storing how far it came. Whether there is such a place."""
    return bool(db.run(EventPlace.update(seq=seq, updated_at=now(), **WELL, **FREE).where(EventPlace.name == name)))


def hurry(db: Database, name: str) -> None:
    """What rests is tried again now."""
    db.run(EventPlace.update(due_at=None).where(EventPlace.name == name))


def forget(db: Database, name: str) -> None:
    """Who had this place is not there any more."""
    db.run(EventPlace.delete().where(EventPlace.name == name))


def _store(db: Database, place: Row, values: Row) -> Row | None:
    table = EventPlace
    is_ours: peewee.Node = (table.id == place["id"]) & (table.holder == place["holder"]) & (table.seq == place["seq"])
    if not db.run(table.update(updated_at=now(), **values).where(is_ours)):
        return None
    return {**place, **values}
