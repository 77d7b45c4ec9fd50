"""What happened in the studio, and who signed in (docs/api/studio.md). Both logs are read latest first."""

import re
from dataclasses import dataclass

import peewee

from kitsulite.access.projects import CREW, projects_as
from kitsulite.access.roles import is_admin
from kitsulite.models import Record, is_uuid
from kitsulite.models.people import LoginLog
from kitsulite.models.shapes import Raw, Shape, many
from kitsulite.models.tools import ApiEvent
from kitsulite.work.errors import WrongParameter
from kitsulite.work.work import Work

MOST = 1000
FILE_EVENTS = (
    "preview-file:add-file",
    "organisation:set-thumbnail",
    "person:set-thumbnail",
    "project:set-thumbnail",
)
NAME_PART = re.compile(r"[a-z0-9-]+")

EVENT = Shape(ApiEvent, type=None, without=("updated_at",), title="Event")
LOGIN = Shape(LoginLog, type=None, without=("updated_at",), title="LoginEvent")


@dataclass(frozen=True)
class Span:
    """A stretch of a log.

    after, before  moments, not included
    cursor_id      the row after which reading goes on
    person_ids     whose rows; of everybody when there are none
    limit          rows at most; a thousand whatever is asked for
    """

    after: str | None = None
    before: str | None = None
    cursor_id: str | None = None
    person_ids: tuple[str, ...] = ()
    limit: int = 100


@dataclass(frozen=True)
class EventFilter:
    """Which events. Parts of names are what stands before (`prefixes`) and after the colon (`suffixes`)."""

    project_id: str | None = None
    name: str | None = None
    prefixes: tuple[str, ...] = ()
    suffixes: tuple[str, ...] = ()
    only_files: bool = False


def last_events(work: Work, span: Span, wanted: EventFilter) -> Raw:
    """The latest events, of the productions of whose crew the caller is unless an admin asks."""
    conditions = []
    if wanted.project_id is not None:
        conditions.append(ApiEvent.project_id == wanted.project_id)
    elif not is_admin(work):
        conditions.append(ApiEvent.project_id.in_(projects_as(work, *CREW)))
    conditions += _of_people(ApiEvent.user_id, span.person_ids)
    if wanted.only_files:
        conditions.append(ApiEvent.name.in_(FILE_EVENTS))
    if wanted.name is not None:
        conditions.append(ApiEvent.name == wanted.name)
    conditions += _named(work, "name_prefixes", "{}:%", wanted.prefixes)
    conditions += _named(work, "name_suffixes", "%:{}", wanted.suffixes)
    return _latest(work, EVENT, span, conditions, "event")


def event_names(work: Work) -> list[str]:
    """The names of all events there ever were, sorted."""
    return sorted(work.db.values(ApiEvent.select(ApiEvent.name).distinct()))


def last_logins(work: Work, span: Span) -> Raw:
    """The latest logins."""
    return _latest(work, LOGIN, span, _of_people(LoginLog.person_id, span.person_ids), "login log")


def _of_people(column: peewee.Field, ids: tuple[str, ...]) -> list[peewee.Node]:
    if not all(is_uuid(id) for id in ids):
        raise WrongParameter("The person_ids parameter contains an invalid id")
    return [column.in_([id.lower() for id in ids])] if ids else []


def _named(work: Work, parameter: str, pattern: str, parts: tuple[str, ...]) -> list[peewee.Node]:
    if not all(NAME_PART.fullmatch(part) for part in parts):
        raise WrongParameter(f"The {parameter} parameter contains an invalid value")
    found: peewee.Node | None = None
    for part in parts:
        match = work.db.like(ApiEvent.name, pattern.format(part))
        found = match if found is None else found | match
    return [] if found is None else [found]


def _latest(work: Work, shape: Shape, span: Span, conditions: list[peewee.Node], noun: str) -> Raw:
    table: type[Record] = shape.table
    if span.cursor_id is not None:
        cursor = work.find(table, span.cursor_id)
        if cursor is None:
            raise WrongParameter(f"No {noun} found with id: {span.cursor_id}")
        moment = cursor["created_at"]
        of_the_moment = (table.created_at == moment) & (table.id > cursor["id"])
        conditions = [*conditions, (table.created_at < moment) | of_the_moment]
    if span.after is not None:
        conditions = [*conditions, table.created_at > span.after]
    if span.before is not None:
        conditions = [*conditions, table.created_at < span.before]
    query = shape.select(work.db).order_by(table.created_at.desc(), table.id)
    if conditions:
        query = query.where(*conditions)
    return many(work.db, query.limit(max(0, min(span.limit, MOST))))
