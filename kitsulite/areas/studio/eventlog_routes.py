"""`/data/events`: the log of what happened, and that of logins (docs/api/studio.md)."""

from kitsulite.access.people import may_read_events
from kitsulite.access.roles import require
from kitsulite.access.rules import Asked, Given, Rule, admin, manager, name_of
from kitsulite.areas.studio import eventlog
from kitsulite.models import is_uuid
from kitsulite.web.call import Call
from kitsulite.web.routing import get
from kitsulite.work.errors import WrongParameter
from kitsulite.work.work import Work


def list_events(call: Call) -> object:
    """The latest events, newest first."""
    limit = call.argument("limit", int, 100)
    project_id = read_id(call, "project_id")
    span = read_span(call, limit, "cursor_event_id")
    wanted = eventlog.EventFilter(
        project_id=project_id,
        name=call.query.get("name"),
        prefixes=tuple(call.repeated("name_prefixes")),
        suffixes=tuple(call.repeated("name_suffixes")),
        only_files=call.query.get("only_files") == "true",
    )
    return eventlog.last_events(call.work, span, wanted)


def list_names(call: Call) -> object:
    """The names of all events there ever were."""
    return eventlog.event_names(call.work)


def list_logins(call: Call) -> object:
    """The latest logins, newest first."""
    limit = call.argument("limit", int, 100)
    return eventlog.last_logins(call.work, read_span(call, limit, "cursor_login_log_id"))


def read_span(call: Call, limit: int, cursor: str) -> eventlog.Span:
    """The stretch of a log that the query string asks for."""
    return eventlog.Span(
        after=call.moment("after"),
        before=call.moment("before"),
        cursor_id=read_id(call, cursor),
        person_ids=tuple(call.repeated("person_ids")),
        limit=limit,
    )


def read_id(call: Call, name: str) -> str | None:
    """An id of the query string."""
    text = call.query.get(name)
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
        Rule(name_of(may_read_events), _may_read_events),
        list_events,
        gives=[eventlog.EVENT],
    ),
    get("/data/events/names", manager, list_names, gives=list[str]),
    get("/data/events/login-logs/last", admin, list_logins, gives=[eventlog.LOGIN]),
]
