"""Following what happens from a place on: for scripts that ask again and again, and for who was away (docs/live.md)."""

from typing import Any, NamedTuple

from kitsulite.live import outbox
from kitsulite.live.listeners import keys_of
from kitsulite.live.outbox import Told
from kitsulite.live.sight import fields_shown
from kitsulite.storage import Database
from kitsulite.work.errors import WrongParameter
from kitsulite.work.work import Work

MOST = 1000
"""Events in one answer."""
LONGEST_WAIT = 25.0
"""Seconds that an answer may be waited for."""
LONGEST_PLACE = 18
ODD_PLACE = "after, or Last-Event-ID, is the seq of an event, or last."
PIECE, MOST_LOOKED_AT = 500, 10_000
"""Events that are read at once, and in one answer also of those that are not for the caller."""


class Followed(NamedTuple):
    """What follows a place.

    last    where to go on: the newest place that was looked at
    is_gap  whether some of what followed is not kept any more, or the place is none that there was
    """

    events: list[dict[str, Any]]
    last: int
    is_gap: bool


def read_place(db: Database, said: str) -> int:
    """The place that somebody says; WrongParameter when it is none."""
    if said == "last":
        return outbox.place_to_tell(db)
    if not said.isascii() or not said.isdigit() or len(said) > LONGEST_PLACE:
        raise WrongParameter(ODD_PLACE)
    return int(said)


def follow(work: Work, after: int, limit: int = 100) -> Followed:
    """The events after a place that the caller may know of, as they are told to scripts."""
    db, caller = work.db, work.caller
    if outbox.has_gap(db, after):
        return Followed([], outbox.place_to_tell(db), True)
    keys = keys_of(db, [caller.id]).get(caller.id, frozenset())
    found: list[dict[str, Any]] = []
    last = after
    for start in range(0, MOST_LOOKED_AT, PIECE):
        piece = outbox.read_after(db, last, PIECE, live=False)
        for told in piece:
            last = told.seq
            if not told.hearers.isdisjoint(keys):
                found.append(told_to(work, told))
                if len(found) == limit:
                    return Followed(found, last, False)
        if len(piece) < PIECE or start + PIECE >= MOST_LOOKED_AT:
            break
    if not found and last == after:  # what is only live has places too
        last = max(last, outbox.place_to_tell(db, last))
    return Followed(found, last, False)


def told_to(work: Work, told: Told) -> dict[str, Any]:
    """An event as a script reads it: nothing in it that the caller may not see."""
    person_id = told.data.get("person_id")
    return {
        "seq": told.seq,
        "id": told.id,
        "name": told.name,
        "data": told.data,
        "fields": fields_shown(work, told),
        "user_id": told.user_id,
        "project_id": told.project_id,
        "person_ids": [person_id] if person_id else [],
        "created_at": told.created_at,
    }
