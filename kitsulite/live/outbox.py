"""The outbox (docs/live.md): every event is put in at the end of the transaction that causes it, in the order of commits, with what
was changed and with the keys of those who may know. Nothing that was committed is missing in it, and nothing else is there. The
log of events, which clients know, gets its rows at the same time.
"""

from typing import Any, NamedTuple

import msgspec
import peewee

from kitsulite.access.hearers import look_anew, subject_of, who_hears
from kitsulite.live.changes import Fields, told_of_change
from kitsulite.models import Record
from kitsulite.models.outbox import Outgoing
from kitsulite.models.people import Person
from kitsulite.models.productions import Project
from kitsulite.models.tools import ApiEvent
from kitsulite.storage import Database, Row
from kitsulite.work.jobs import moment
from kitsulite.work.work import Work

COLUMNS = ("event_id", "name", "data", "fields", "hearers", "user_id", "project_id", "created_at")
LOGGED = ("id", "created_at", "updated_at", "name", "data", "user_id", "project_id")
LIVE_KEPT = 3600
"""Seconds for which those who come back find what is only live."""


class Told(NamedTuple):
    """An event as it went out.

    seq      its place in the order of commits
    id       the row of the log of events; None for what is only live
    fields   of a change what was written: name -> [before, now], or None when that is long
    hearers  the keys that open it
    """

    seq: int
    id: str | None
    name: str
    data: dict[str, Any]
    fields: Fields | None
    hearers: frozenset[str]
    user_id: str | None
    project_id: str | None
    created_at: str


def put_in(work: Work) -> None:
    """Put in what a piece of work told of: the last thing that it does."""
    if not work.events:
        return
    logged = [
        (event.id, event.at, event.at, event.name, _as_text(event.data), event.user_id, event.project_id)
        for event in work.events
        if event.id
    ]
    work.db.insert_few(ApiEvent.table_name(), LOGGED, logged)
    look_anew(work)
    rows = []
    for event in work.events:
        subject = subject_of(event.name, event.data)
        if subject and event.name.endswith(":delete"):
            _forget(work, *subject)
        fields = told_of_change(work, event, subject)
        hearers = sorted(who_hears(work, event, subject))
        told = (_as_text(event.data), fields and _as_text(fields), _as_text(hearers))
        rows.append((event.id, event.name, *told, event.user_id, event.project_id, event.at))
    numbers = work.db.insert_in_turn(Outgoing.table_name(), COLUMNS, rows)
    work.events[:] = [event._replace(seq=seq) for event, seq in zip(work.events, numbers, strict=True)]


def _forget(work: Work, table: type[Record], id: str) -> None:
    """Who has a production or a person erased wants nothing kept of what was written about them."""
    kept = Outgoing.fields.is_null(False)
    if table is Project:
        work.db.run(Outgoing.update(fields=None).where(Outgoing.project_id == id, kept))
    elif table is Person:
        rows = work.db.rows(
            Outgoing.select(Outgoing.number, Outgoing.data).where(Outgoing.name.startswith("person:"), kept)
        )
        about = [row["number"] for row in rows if row["data"].get("person_id") == id]
        work.db.run(Outgoing.update(fields=None).where(Outgoing.number.in_(about)))


def _as_text(value: object) -> str:
    return msgspec.json.encode(value).decode()


# --- reading ---


def last(db: Database) -> int:
    """The place of the newest event; 0 when there was none."""
    return db.value(Outgoing.select(peewee.fn.MAX(Outgoing.number))) or 0


def place_to_tell(db: Database, known: int = 0) -> int:
    """The same, for who goes on from there: no power cut takes it, so that its number is not given to another.

    known  up to where they have come already
    """
    newest = last(db)
    if newest > known:
        db.settle()
    return newest


def first(db: Database) -> int:
    """The place of the oldest event that is kept; 0 when there is none."""
    return db.value(Outgoing.select(peewee.fn.MIN(Outgoing.number)).where(_is_kept())) or 0


def has_gap(db: Database, seq: int) -> bool:
    """Whether what came after this place is not there any more, or never was."""
    return is_gap(seq, first(db), last(db))


def is_gap(seq: int, first: int, last: int) -> bool:
    """The same, where the oldest and the newest place are known."""
    return seq > last or seq < first - 1


def read_after(db: Database, seq: int, limit: int = 500, *, live: bool = True) -> list[Told]:
    """The events after a place, in order: what others are told, and go on from, survives a power cut.

    live  whether with those that are only announced
    """
    query = Outgoing.select().where(Outgoing.number > seq).order_by(Outgoing.number).limit(limit)
    if not live:
        query = query.where(_is_kept())
    rows = db.rows(query)
    if rows:
        db.settle()
    return [_told(row) for row in rows]


def _told(row: Row) -> Told:
    return Told(seq=row.pop("number"), id=row.pop("event_id"), hearers=frozenset(row.pop("hearers")), **row)


def _is_kept() -> peewee.Node:
    return Outgoing.event_id.is_null(False)


# --- tidying ---


def trim(work: Work, days: float) -> int:
    """Let go of what was told so long ago, and sooner of what is only live. The newest stays: numbers go on from it."""
    newest = Outgoing.number < last(work.db)
    is_old = Outgoing.created_at < moment(-days * 24 * 3600)
    is_past = Outgoing.event_id.is_null() & (Outgoing.created_at < moment(-LIVE_KEPT))
    return work.delete(Outgoing, newest, is_old | is_past)
