"""`/data/events`: the log of what happened, and that of logins."""

import msgspec

from kitsulite.access.callers import admin, manager
from kitsulite.access.people import may_read_events
from kitsulite.access.roles import require
from kitsulite.access.rules import Asked, Given, Rule, name_of
from kitsulite.areas.studio import eventlog
from kitsulite.models import is_uuid
from kitsulite.web.inputs import Count, Moment
from kitsulite.web.routing import get
from kitsulite.work.errors import WrongParameter
from kitsulite.work.work import Work


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


ROUTES = [
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
