"""When people were here last: at their last request, as far as it is noted (docs/api/people.md)."""

import peewee
from peewee import fn

from kitsulite.models.own import Token
from kitsulite.models.people import LoginLog
from kitsulite.work.work import Work

STAMPS: tuple[peewee.Field, ...] = (Token.used_at, Token.created_at, LoginLog.created_at)
"""What is noted of people's requests, each with the person it is of; the latest of all counts."""


def last_seen(work: Work, person_ids: list[str] | None = None) -> dict[str, str]:
    """The moment (UTC) at which each of these people, else everybody, was here last; who never was is not among them."""
    seen: dict[str, str] = {}
    for stamp in STAMPS:
        whose = stamp.model.person_id
        query = stamp.model.select(whose, fn.MAX(stamp)).where(stamp.is_null(False)).group_by(whose)
        if person_ids is not None:
            query = query.where(whose.in_(person_ids))
        for id, moment in work.db.tuples(query):
            seen[id] = max(moment, seen.get(id, ""))
    return seen
