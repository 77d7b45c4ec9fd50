"""One piece of work on a tracker: a request, a command, a job. It has a caller, one transaction and the events it causes.

Every service function takes a `Work` first. What it writes and the events it emits are committed together, or not at all;
only then is anything announced or sent.
"""

import dataclasses
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

import peewee

from kitsulite.media.darkroom import Darkroom
from kitsulite.models import Record, Table, is_uuid, new_id, now
from kitsulite.models.own import ApiKey, Job, Secret, Token
from kitsulite.models.people import HARMLESS, DayOff, Person
from kitsulite.models.reviews import PlaylistShareLink
from kitsulite.models.shapes import Raw, Shape, one
from kitsulite.models.webhooks import Webhook
from kitsulite.settings import Settings
from kitsulite.storage import Database, Row, Statement
from kitsulite.storage.files import FileStore
from kitsulite.work.errors import Forbidden, NotFound, NotSignedIn
from kitsulite.work.keys import Keys
from kitsulite.work.mail import Post
from kitsulite.work.scopes import WHOLE, Scope


class Event(NamedTuple):
    """Something that happened: `object:action` and flat ids.

    id   the row of the log that says so; None for what is live, and not kept there
    seq  its place among all events, in the order of commits, once it has one
    at   when
    """

    name: str
    data: dict[str, Any]
    project_id: str | None = None
    user_id: str | None = None
    id: str | None = None
    seq: int | None = None
    at: str = ""


Key = tuple[str, str]
"""A table's name and the id of one of its rows."""
Hearers = frozenset[str]
"""The keys that open an event (`access/hearers.py`)."""


def _by_nobody(work: "Work", table: type[Record], row: Row) -> Hearers:
    return frozenset()


OVER_ALL = ("admin", "manager", "supervisor")
"""Roles that say something about more than one production."""
GETTING_IN = {ApiKey, PlaylistShareLink, Secret, Token, Webhook}
"""Tables of what opens the studio, or tells what happens in it."""
NO_ACCOUNTS = "This API key leaves out a part of your rights: it makes no accounts, links or webhooks, and changes nothing by which people get in."
NO_DAYS_OFF = "This API key is kept to some productions: days off take time away from all of them."

BY_LINK = "share link"
"""The kind of token that a share link is, and how its callers are told from others."""


@dataclass
class Caller:
    """Who is at work.

    guests  the ids of the guests who came through a link and are known to be this caller
    scope   what an API key leaves of the person's rights
    """

    person: Row
    identity_type: str = "person"
    token: Row | None = None
    guests: frozenset[str] = frozenset()
    scope: Scope = WHOLE

    @property
    def id(self) -> str:
        return self.person["id"]

    @property
    def global_role(self) -> str:
        """The role in the studio; who is kept to some productions has there none above an artist's."""
        role: str = self.person["role"]
        return "user" if self.scope.projects is not None and role in OVER_ALL else role


def operator(name: str = "") -> Caller:
    """Whoever runs the machine: an admin without an account, who may do what admins may not do to one another.

    name  the login on this machine, which stands in the event log in the place of an account
    """
    return Caller({"id": None, "role": "admin", "operator": name}, identity_type="operator")


@dataclass
class Part:
    """What a part of a work came to, once it is done."""

    changes: dict[Key, dict[str, list[Any]]] = field(default_factory=dict)
    events: list[Event] = field(default_factory=list)


@dataclass
class Work:
    """See the module. Made by `Tracker.work()`."""

    db: Database
    settings: Settings
    keys: Keys
    post: Post
    files: FileStore
    darkroom: Darkroom
    visitor: Caller | None = None
    events: list[Event] = field(default_factory=list)
    jobs: list[str] = field(default_factory=list)
    afterwards: list[Callable[[], None]] = field(default_factory=list)
    regrets: list[Callable[[], None]] = field(default_factory=list)
    memory: dict[Any, Any] = field(default_factory=dict)
    changes: dict[Key, dict[str, list[Any]]] = field(default_factory=dict)
    foreseen: dict[Key, Hearers] = field(default_factory=dict)
    heard_by: Callable[["Work", type[Record], Row], Hearers] = _by_nobody

    @property
    def caller(self) -> Caller:
        """Who is calling; NotSignedIn for a stranger."""
        if self.visitor is None:
            raise NotSignedIn
        return self.visitor

    # --- rows ---

    def in_name_of(self, caller: Caller) -> "Work":
        """The same piece of work in somebody else's name."""
        return dataclasses.replace(self, visitor=caller, memory={})

    def find(self, table: type[Table], id: Any) -> Row | None:
        """The row with this id, or None; anything that is no id finds nothing."""
        if not is_uuid(id):
            return None
        return self.db.find(table, id.lower())

    def get(self, table: type[Table], id: Any) -> Row:
        """The row with this id; NotFound when there is none."""
        row = self.find(table, id)
        if row is None:
            raise NotFound(f"No {table.table_name()} {id}.")
        return row

    def show(self, shape: Shape, id: Any) -> Raw:
        """The row with this id as a shape writes it; NotFound when there is none."""
        found = shape.find(self.db, id)
        if found is None:
            raise NotFound(f"No {shape.table.table_name()} {id}.")
        return found

    def one(self, query: peewee.Query | Statement, *values: Any) -> Raw:
        """The one row that the query of a shape finds, or a statement with these values; NotFound when there is none."""
        found = one(self.db, query, *values)
        if found is None:
            raise NotFound
        return found

    def once(self, name: tuple[Any, ...], find: Callable[[], Any]) -> Any:
        """What is found, each time anew; who only looks is given what was found before under this name (`access/hearers.py`)."""
        return find()

    def hold(self, table: type[Table], id: Any) -> Row:
        """`get`, and nobody else changes the row until this work ends: for what is counted up or added to."""
        held = self.db.hold(table, id.lower()) if is_uuid(id) else None
        if held is None:
            raise NotFound(f"No {table.table_name()} {id}.")
        return held

    def exists(self, table: type[Table], *conditions: Any) -> bool:
        """Whether any row meets the conditions; whether there is any row at all when there are none."""
        query = table.select(*_key(table))
        return bool(self.db.tuples((query.where(*conditions) if conditions else query).limit(1)))

    def insert(self, table: type[Table], **values: Any) -> str | None:
        """A new row, with defaults for what is not given; its id, when rows of this table have one."""
        filled = {name: column.default for name, column in table.columns().items() if column.default is not None}
        row = {name: default() if callable(default) else default for name, default in filled.items()} | values
        if issubclass(table, Record) and "updated_at" not in values:
            row["updated_at"] = row["created_at"]
        self.keep_to_scope(table)
        self.db.insert(table, row)
        return row.get("id")

    def update(self, table: type[Table], id: str, **values: Any) -> None:
        """Change a row; `updated_at` becomes now. What it held before is remembered, for who is told of the change."""
        self.keep_to_scope(table, values.keys())
        if changed := self.db.change(table, id, {"updated_at": now(), **values}):
            before, after = changed
            for name in values:
                self.note_change(table, id, name, before[name], after[name])

    def change_all(self, table: type[Record], condition: Any, **values: Any) -> None:
        """The same for all rows that meet a condition, which the change leaves as they are."""
        self.keep_to_scope(table, values.keys())
        columns = (table.id, *(table.columns()[name] for name in values))
        query = table.select(*columns).where(condition)
        before = self.db.rows(query)
        self.db.run(table.update(**{"updated_at": now(), **values}).where(condition))
        for old, new in zip(sorted(before, key=_id), sorted(self.db.rows(query), key=_id), strict=True):
            for name in values:
                self.note_change(table, old["id"], name, old[name], new[name])

    def note_change(self, table: type[Table], id: str, name: str, before: Any, after: Any) -> None:
        """Remember that a column or a list of a row held something else before."""
        self._note((table.table_name(), id), name, before, after)

    def _note(self, key: Key, name: str, before: Any, after: Any) -> None:
        noted = self.changes.setdefault(key, {})
        noted[name] = [noted[name][0] if name in noted else before, after]

    def delete(self, table: type[Table], *conditions: Any) -> int:
        """Remove the rows that meet the conditions; how many."""
        if table is Person:  # the rest closes doors
            self.keep_to_scope(table)
        return self.db.run(table.delete().where(*conditions))

    def keep_to_scope(self, table: type[Table], columns: Iterable[str] | None = None) -> None:
        """Forbidden where somebody with an API key that leaves things out would widen what they can.

        columns  what changes of a row; None when rows come or go
        """
        if self.visitor is None or not self.visitor.scope.is_narrow:
            return
        if table in GETTING_IN or (table is Person and (columns is None or not HARMLESS.issuperset(columns))):
            raise Forbidden(NO_ACCOUNTS)
        if table is DayOff and self.visitor.scope.projects is not None:
            raise Forbidden(NO_DAYS_OFF)

    # --- parts ---

    @contextmanager
    def part(self) -> Iterator["Part"]:
        """A part of the work that may come to nothing by itself: when an exception passes, neither rows nor events nor jobs are
        left of it, and the rest goes on."""
        part, whole = Part(), self.changes
        self.changes = part.changes
        lists: tuple[list[Any], ...] = (self.events, self.jobs, self.afterwards)
        lengths = [len(items) for items in lists]
        try:
            with self.db.savepoint():
                yield part
        except BaseException:
            for items, length in zip(lists, lengths, strict=True):
                del items[length:]
            self.memory.clear()
            raise
        finally:
            self.changes = whole
        part.events = self.events[lengths[0] :]
        for key, fields in part.changes.items():
            for name, (before, after) in fields.items():
                self._note(key, name, before, after)

    # --- events ---

    def emit(self, name: str, data: dict[str, Any], project_id: str | None = None, *, live: bool = False) -> None:
        """Say that something happened. It is stored with what is written, at the end, unless it is `live` only."""
        payload = data if project_id is None else {**data, "project_id": project_id}
        if self.visitor and (name_of_operator := self.visitor.person.get("operator")):
            payload = {**payload, "operator": name_of_operator}
        name, user_id = name.lower(), self.visitor.id if self.visitor else None
        self.events.append(Event(name, payload, project_id, user_id, None if live else new_id(), at=now()))

    def foresee(self, table: type[Record], row: Row) -> None:
        """A row goes, and who could see it is to hear of that."""
        self.foreseen[table.table_name(), row["id"]] = self.heard_by(self, table, row)

    def enqueue(self, job: str, **arguments: Any) -> None:
        """Have something done later, by whoever does the jobs (`work/jobs.py`): never when this work comes to nothing.

        job        a name of the tracker's table of jobs
        arguments  what JSON can hold
        """
        self.insert(Job, name=job, arguments=arguments, due_at=now())
        self.jobs.append(job)

    def after_commit(self, action: Callable[[], None]) -> None:
        """Do this once everything is safely stored; never when it is not."""
        self.afterwards.append(action)

    def after_failure(self, action: Callable[[], None]) -> None:
        """Do this when the work comes to nothing: what no transaction takes back."""
        self.regrets.append(action)


Rehearsal = Literal["here", "aside"]
"""A work that is undone at its end, whatever it wrote: for a moment where it is, in which others that write may have to wait, or
on a copy of the database where they would."""

Begin = Callable[..., AbstractContextManager[Work]]
"""Opens a piece of work (`writes=False` for one that only reads). Services that take it instead of a work do what is slow,
such as hashing a password, between short transactions."""


def _id(row: Row) -> str:
    return str(row["id"])


def _key(table: type[Table]) -> tuple[Any, ...]:
    return (table.id,) if issubclass(table, Record) else tuple(table.columns().values())[:1]
