"""`/data/events`: the log of what happened, and that of logins."""

import time
from typing import Any

import msgspec

from kitsulite.access.callers import admin, is_any_admin, manager, signed_in
from kitsulite.access.people import may_read_events
from kitsulite.access.roles import require
from kitsulite.access.rules import Asked, Given, Rule, name_of
from kitsulite.access.scopes import refuse_hearing
from kitsulite.areas.studio import eventlog
from kitsulite.areas.studio.rows import EVENTS
from kitsulite.live.following import LONGEST_WAIT, MOST, Followed, follow, read_place
from kitsulite.models import is_uuid
from kitsulite.models.tools import ApiEvent
from kitsulite.rows.routes import Listed, read_listing
from kitsulite.web.call import Call
from kitsulite.web.inputs import Count, Moment
from kitsulite.web.paged import paged
from kitsulite.web.routing import Either, Media, get
from kitsulite.web.spool import laid_out
from kitsulite.web.waiting import is_left_to_server
from kitsulite.work.errors import Refused, WrongParameter
from kitsulite.work.work import Work

LOOK = 0.25
"""Seconds between two looks."""
NO_STREAM = (
    "This server cannot keep connections open. Have `kitsulite events` beside it and lead this path there, or run `kitsulite serve`; "
    "both need pip install 'kitsulite[live]'. Or ask /data/events?after= again and again."
)


class Stretch(msgspec.Struct):
    """Which stretch of a log."""

    after: Moment | None = None
    before: Moment | None = None
    person_ids: list[str] = []
    limit: Count = 100


class Events(Stretch):
    """Which events."""

    project_id: str | None = None
    cursor_event_id: str | None = None
    name: str | None = None
    name_prefixes: list[str] = []
    name_suffixes: list[str] = []
    only_files: bool = False


class Logins(Stretch):
    """Which logins."""

    cursor_login_log_id: str | None = None


class Rows(Listed):
    """How the rows come; or, with `after`, what follows a place.

    after  a place (`seq`) among all events, or `last` for where it stands now
    wait   seconds to wait for something, when there is nothing yet
    """

    after: str | None = None
    wait: float = 0.0


class ToldEvent(msgspec.Struct):
    """An event as it is told to who follows.

    seq         its place among all events, in the order of commits
    id          of its row in the log
    data        the ids that it is about
    fields      of a change what was written: name -> [before, now]; of `data`, only the keys that differ; null for what is long
    user_id     who did it
    person_ids  whom it concerns
    """

    seq: int
    id: str
    name: str
    data: dict[str, Any]
    fields: dict[str, list[Any] | None] | None
    user_id: str | None
    project_id: str | None
    person_ids: list[str]
    created_at: str


class Following(msgspec.Struct, omit_defaults=True):
    """What follows a place.

    last  where to go on
    gap   what followed the place is not kept any more: read everything anew, and go on from `last`
    """

    events: list[ToldEvent]
    last: int
    gap: bool = False


def read_events(call: Call, asked: Rows) -> object:
    """The rows of the log, oldest first; with `after`, what happened since that the caller may know of."""
    if asked.after is None:
        with call.begin(writes=False) as work:
            return laid_out(call, EVENTS.list(work, read_listing(call, asked.relations)))
    limit = MOST if asked.limit is None else max(1, min(asked.limit, MOST))
    until = time.monotonic() + min(max(asked.wait, 0.0), LONGEST_WAIT)
    found = None
    with call.begin(writes=False) as work:
        after = read_place(work.db, asked.after)
    while found is None or not (found.events or found.is_gap or time.monotonic() >= until):
        if found is not None:
            if is_left_to_server(call.request):
                break
            time.sleep(min(LOOK, max(0.0, until - time.monotonic())))
            after = found.last
        with call.begin(writes=False) as work:
            found = follow(work, after, limit)
    return told(found)


class Place(msgspec.Struct):
    """Where a stream begins; `Last-Event-ID`, which clients send when they come back, counts more.

    after  a place (`seq`) among all events, or `last` for where it stands now
    """

    after: str = "last"


def stream_events(call: Call) -> object:
    """What happens, as it happens: server-sent events, each with its `seq` as id. `Last-Event-ID` or `after` says where to begin."""
    raise Refused(NO_STREAM)


def told(found: Followed) -> dict[str, Any]:
    """What follows, as it is answered."""
    answer: dict[str, Any] = {"events": found.events, "last": found.last}
    return {**answer, "gap": True} if found.is_gap else answer


def list_events(work: Work, asked: Events) -> object:
    """The latest events, newest first."""
    wanted = eventlog.EventFilter(
        project_id=read_id("project_id", asked.project_id),
        name=asked.name,
        prefixes=tuple(asked.name_prefixes),
        suffixes=tuple(asked.name_suffixes),
        only_files=asked.only_files,
    )
    return eventlog.last_events(work, read_span(asked, "cursor_event_id", asked.cursor_event_id), wanted)


def list_logins(work: Work, asked: Logins) -> object:
    """The latest logins, newest first."""
    return eventlog.last_logins(work, read_span(asked, "cursor_login_log_id", asked.cursor_login_log_id))


def read_span(asked: Stretch, name: str, cursor: str | None) -> eventlog.Span:
    """The stretch of a log that the query string asks for."""
    return eventlog.Span(
        after=asked.after,
        before=asked.before,
        cursor_id=read_id(name, cursor),
        person_ids=tuple(asked.person_ids),
        limit=asked.limit,
    )


def read_id(name: str, text: str | None) -> str | None:
    """An id of the query string."""
    if text is not None and not is_uuid(text):
        raise WrongParameter(f"The {name} parameter is not a valid id")
    return text.lower() if text else None


def _may_read_events(work: Work, asked: Asked) -> Given:
    project_id = asked.query.get("project_id")
    if project_id is not None and not is_uuid(project_id):
        raise WrongParameter("The project_id parameter is not a valid id")
    require(may_read_events(work, project_id.lower() if project_id else None))
    return {}


def _may_list_rows(work: Work, asked: Asked) -> Given:
    if "after" in asked.query:
        refuse_hearing(work.caller.scope)
    require("after" in asked.query or is_any_admin(work, {}))
    return {}


ROUTES = [
    get(
        "/data/events",
        Rule("admin; with `after` everybody signed in, of what they may know", _may_list_rows, asks=(is_any_admin,)),
        read_events,
        query=Rows,
        filters=ApiEvent,
        gives=Either([EVENTS.shape.with_relations()], paged(EVENTS.shape.with_relations()), Following),
        alone=True,
    ),
    get(
        "/data/events/stream",
        signed_in,
        stream_events,
        query=Place,
        gives=Media("text/event-stream"),
        alone=True,
    ),
    get(
        "/data/events/last",
        Rule(name_of(may_read_events), _may_read_events, asks=(may_read_events,)),
        list_events,
        query=Events,
        gives=[eventlog.EVENT],
    ),
    get("/data/events/names", manager, eventlog.event_names, gives=list[str]),
    get("/data/events/login-logs/last", admin, list_logins, query=Logins, gives=[eventlog.LOGIN]),
]
