"""Every route × every kind of caller: what the route's rule declares is what is answered.

Requests go in at the front door, to the rows of one production; instead of the route's handler a stand-in answers, so that
nothing is written and what a handler refuses for other reasons is not mistaken for a right.
"""

import dataclasses
import inspect
import json
import types
from collections.abc import Iterator
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import falcon.testing
import msgspec
import pytest
from callers import ALL, GUEST, IN_TEAM, KEYS, KNOWN, OUTSIDE, STRANGER, Callers
from studio import Studio

from kitsulite import Settings, answering
from kitsulite.access.rules import Asking, Is, Rule, Team
from kitsulite.app import tables
from kitsulite.areas.people import sessions
from kitsulite.models import new_id
from kitsulite.web.routing import PARAMETER, Answer, Route, RouteTable


@pytest.fixture(autouse=True)
def declared() -> None:
    """Nothing is held against the document here: the answers are those of stand-ins."""


LET_IN, LET_IN_TO_NOTHING = 299, 298
"""What the stand-in answers; the second when rows are handed on and none is left."""

NO_SESSION = {STRANGER: 401, GUEST: 422}
"""Of who is not signed in; guests have a token, but what it opens is in the path, and it is none of a session."""

PLACES = {"year": "2024", "month": "3", "week": "10", "day": "4", "date": "2024-03-04", "month_date": "2024-03"}
OTHER_NAMES = {
    "error": "data_import_error",
    "instance": "person",
    "file": "working_file",
    "studio": "studio",
    "temporal_entity": "shot",
}

# --- who may, predicate by predicate ---

ADMIN = {"admin"}
TEAM = set(IN_TEAM)
MANAGERS = {"admin", "manager", "leading artist", "vendor as manager"}
SUPERVISORS = {"supervisor", "supervisor of all", "supervisor elsewhere"}
OF_DEPARTMENT = {"supervisor", "supervisor of all"}
CLIENTS = {"client", "manager as client"}
VENDORS = {"vendor", "idle vendor", "lent vendor"}
ASSIGNED = {"artist", "vendor", "lent vendor", "bot"}
STUDIO_MANAGERS = {"admin", "manager", "manager as client", "manager of another", "studio manager"}
STUDIO_SUPERVISORS = SUPERVISORS
STUDIO_VENDORS = {"vendor", "idle vendor", "vendor as artist", "vendor as manager"}
EVERYBODY = set(KNOWN)
REACH = TEAM - {"idle vendor"} | ADMIN
ACTS = MANAGERS | CLIENTS | ASSIGNED | OF_DEPARTMENT

MAY: dict[str, set[str]] = {
    "access.comments.has_attachment_access": REACH - CLIENTS,
    "access.comments.has_comment_access": REACH - CLIENTS,
    "access.comments.may_act_on_its_task": ACTS - CLIENTS,
    "access.comments.may_attach": MANAGERS,
    "access.comments.may_remove_comment": MANAGERS,
    "access.comments.may_remove_reply": ADMIN,
    "access.comments.may_reply": ACTS - CLIENTS,
    "access.comments.may_speak": ACTS,
    "access.entities.has_entity_access": REACH,
    "access.entities.may_change_entity": MANAGERS | SUPERVISORS,
    "access.entities.may_list_files": TEAM | ADMIN,
    "access.entities.may_publish": REACH - CLIENTS,
    "access.entities.may_remove_entity": MANAGERS,
    "access.entities.may_see_concept": REACH - CLIENTS,
    "access.entities.may_see_work_time": REACH - CLIENTS,
    "access.media.has_output_access": REACH,
    "access.media.may_change_output": MANAGERS | ASSIGNED,
    "access.media.may_change_playlist": MANAGERS,
    "access.media.may_change_preview": MANAGERS | ASSIGNED,
    "access.media.may_export_playlist": MANAGERS | SUPERVISORS,
    "access.media.may_list_playlists": EVERYBODY - {"vendor", "idle vendor"},
    "access.media.may_read_builds": MANAGERS,
    "access.media.may_see_playlist": TEAM - CLIENTS - VENDORS | ADMIN,
    "access.media.may_see_preview": TEAM - {"idle vendor"} | ADMIN,
    "access.people.may_read_events": MANAGERS,
    "access.people.may_see_days_off": MANAGERS | OF_DEPARTMENT,
    "access.people.may_see_quotas": MANAGERS,
    "access.callers._is_no_vendor": EVERYBODY - STUDIO_VENDORS,
    "access.callers._is_person": EVERYBODY - {"bot"},
    "access.callers._is_self_or_admin": ADMIN,
    "access.callers._is_self_or_manager": STUDIO_MANAGERS,
    "access.callers._is_self_or_overseer": STUDIO_MANAGERS | STUDIO_SUPERVISORS,
    "access.callers._is_vendor_only_of_self": EVERYBODY - STUDIO_VENDORS,
    "access.callers.is_any_admin": ADMIN,
    "access.callers.is_any_manager": STUDIO_MANAGERS,
    "access.callers.is_anybody": EVERYBODY,
    "access.sight.may_change_instance": REACH - CLIENTS,
    "access.sight.may_change_working_file": ACTS - CLIENTS,
    "access.sight.may_see_entity": REACH,
    "access.sight.may_see_instance": REACH,
    "access.sight.may_see_working_file": REACH,
    "access.tasks.has_task_access": REACH,
    "access.tasks.has_task_action_access": ACTS,
    "access.tasks.may_annotate": MANAGERS | CLIENTS | OF_DEPARTMENT,
    "access.tasks.may_change_task": MANAGERS | OF_DEPARTMENT,
    "access.tasks.may_log_time": MANAGERS,
    "access.tasks.may_save_file": ACTS - CLIENTS,
    "access.tasks.may_plan": MANAGERS | OF_DEPARTMENT,
    "access.tasks.may_prioritize": MANAGERS | OF_DEPARTMENT,
    "access.tasks.may_see_task_dates": (STUDIO_MANAGERS | STUDIO_SUPERVISORS) & TEAM - CLIENTS | ADMIN,
    "access.tasks.may_see_time": REACH - CLIENTS,
    "access.tasks.may_set_main_preview": REACH - CLIENTS,
    "areas.figures.projectquotas.may_see_of_person": MANAGERS | SUPERVISORS,
    "areas.figures.episodestats.may_see_stats": TEAM | ADMIN,
    "areas.imports.estimations.may_estimate": MANAGERS | OF_DEPARTMENT,
    "areas.people.apikeys.may_manage": ADMIN,
    "areas.people.rows.is_own_or_admin": ADMIN,
    "areas.people.rows.may_remove_time": MANAGERS,
    "areas.people.rows_of_persons._is_self_or_admin": ADMIN,
    "areas.people.rows_of_persons._may_make_person": ADMIN,
    "areas.previews.avatars.is_own": ADMIN,
    "areas.previews.avatars.may_see_picture": TEAM | STUDIO_MANAGERS,
    "areas.previews.serving.may_glimpse": REACH,
    "areas.previews.serving.may_look": REACH,
    "areas.productions.descriptors.may_keep": MANAGERS | OF_DEPARTMENT,
    "areas.productions.tasktypesoftwares.may_equip": MANAGERS | OF_DEPARTMENT,
    "areas.tasks.assignments.may_give_task": MANAGERS | OF_DEPARTMENT,
    "areas.tasks.assignments.may_give_to_person": MANAGERS | OF_DEPARTMENT,
    "areas.tasks.assignments.may_take_away": MANAGERS | OF_DEPARTMENT,
    "areas.tasks.comments.may_move_to": MANAGERS,
    "areas.tasks.rows_of_comments.may_erase_comment": MANAGERS,
    "areas.tasks.rows_of_comments.may_write_comment": REACH - CLIENTS,
}
"""Who of the kinds may, where the rows are of our production, of an entity with a task on it, and by none of the callers."""

MAY_TO_ONESELF: dict[str, set[str]] = {
    "access.people.may_see_days_off": EVERYBODY,
    "access.people.may_see_quotas": TEAM | ADMIN,
    "access.callers._is_self_or_admin": EVERYBODY,
    "access.callers._is_self_or_manager": EVERYBODY,
    "access.callers._is_self_or_overseer": EVERYBODY,
    "access.callers._is_vendor_only_of_self": EVERYBODY,
    "access.tasks.may_log_time": ASSIGNED - {"bot"},
    "areas.figures.projectquotas.may_see_of_person": TEAM - CLIENTS | ADMIN,
    "areas.people.rows_of_persons._is_self_or_admin": EVERYBODY,
    "areas.previews.avatars.is_own": EVERYBODY,
    "areas.tasks.assignments.may_give_to_person": MANAGERS | OF_DEPARTMENT | {"artist"},
}
"""The same where the path names the caller."""


def name_of(condition: Asking) -> str:
    """A predicate's module and name."""
    function = inspect.unwrap(condition.holds if isinstance(condition, Is) else condition)  # type: ignore[arg-type]
    return f"{function.__module__.removeprefix('kitsulite.')}.{function.__qualname__}"


def holds(condition: Asking, who: str, *, own: bool) -> bool:
    """Whether a condition is to hold for a kind of caller."""
    if isinstance(condition, Team):
        return role_here(who) in condition.roles
    name = name_of(condition)
    return who in (MAY_TO_ONESELF[name] if own and name in MAY_TO_ONESELF else MAY[name])


def role_here(who: str) -> str | None:
    if who in OUTSIDE:
        return "admin" if who == "admin" else None
    of_studio, place = IN_TEAM[who]
    return place or of_studio


def leaves(rule: Rule) -> Iterator[Rule]:
    """The rules that a rule is made of, in their order."""
    for part in rule.parts or ():
        yield from leaves(part)
    if not rule.parts:
        yield rule


def expected(route: Route, who: str, *, asked: bool, own: bool) -> int:
    """What the rule of a route declares for a kind of caller.

    asked  whether the query string names a project
    own    whether the path names the caller
    """
    if who in (STRANGER, GUEST):
        return LET_IN if route.who.public else NO_SESSION[who]
    if who in KEYS:
        return expected_of_key(route, who, asked=asked, own=own)
    if route.token == "refresh" and who == "bot":
        return 422  # bots have API tokens only
    for rule in leaves(route.who):
        if own and rule is not route.who and who == "bot" and _is_of_a_human(route):
            return 403
        conditions = (rule.unasked,) if rule.unasked is not None and not asked else rule.asks
        if not all(holds(condition, who, own=own) for condition in conditions):
            return 403
    kept = [rule.keeps for rule in leaves(route.who) if rule.keeps is not None]
    return LET_IN if all(holds(condition, who, own=own) for condition in kept) else LET_IN_TO_NOTHING


def expected_of_key(route: Route, who: str, *, asked: bool, own: bool) -> int:
    """The same for an API key: what its twin may, less what the key leaves out."""
    _, twin, how = KEYS[who]
    if route.who.public:
        return LET_IN
    if route.token == "refresh":
        return 422
    closed = route.path.startswith("/auth/") or route.area not in how.get("areas", [route.area])
    writes = route.method not in ("GET", "HEAD") and (route.writes or route.alone)
    if (closed and route.path != "/auth/authenticated") or (writes and how.get("only_reads")):
        return 403
    return expected(route, twin, asked=asked, own=own)


def _is_of_a_human(route: Route) -> bool:
    return "person" in route.who.hands and "of people, not bots" in route.who.name


# --- the walk ---


def stand_in(call: Any, path: Any, given: Any) -> Answer:
    rows = given.get("rows", ...)
    return Answer(b"", status=LET_IN_TO_NOTHING if rows == [] else LET_IN)


class Walk:
    """Asks routes for one caller after another; what is not as declared becomes a problem."""

    def __init__(self, callers: Callers) -> None:
        self.callers = callers
        self.problems: list[str] = []
        self.unknown = False

    def walk(self, route: Route) -> None:
        """All that is to be asked of one route."""
        asks_project = any(rule.unasked is not None for rule in leaves(route.who))
        for who in (*ALL, *KEYS):
            self.expect(route, who, asked=asks_project)
            if asks_project:
                self.expect(route, who, asked=False)
            if self.names_person(route) and (who in KNOWN or who in KEYS):
                self.expect(route, who, asked=asks_project, own=True)

    def names_person(self, route: Route) -> bool:
        return "{person_id}" in route.path or (
            "{instance_id}" in route.path and self._of_instance(route) == self.callers.ids["person"]
        )

    def expect(self, route: Route, who: str, *, asked: bool, own: bool = False) -> None:
        query = "project_id=" + self.callers.ids["project"] if asked or "/events/last" in route.path else ""
        if any(word in route.path for word in ("/persons/task-dates", "/quota-shots/")):
            query = "project_id=" + self.callers.ids["project"]
        wanted = expected(route, who, asked=asked, own=own)
        status, text = self.ask(route, self.path(route, who if own else ""), who, query)
        if status != wanted:
            how = f"{' to oneself' * own}{' of our project' * asked}"
            self.problems.append(f"{route.method} {route.path}, {who}{how}: {status} instead of {wanted} {text[:200]}")

    def ask(self, route: Route, path: str, who: str, query: str) -> tuple[int, str]:
        headers = {"Accept": "application/json"}
        if who in KNOWN or who in KEYS:
            headers["Authorization"] = f"Bearer {self.token(who, route)}"
        elif who == GUEST:
            headers["Authorization"] = f"Bearer {self.callers.ids['token']}"
        content = b""
        if route.method in ("POST", "PUT", "DELETE"):
            headers["Content-Type"] = "application/json"
            content = json.dumps(self.body(route)).encode()
        environ = falcon.testing.create_environ(
            path, method=route.method, query_string=query, headers=headers, body=content
        )
        answered: list[str] = []
        text = b"".join(self.callers.studio.app(environ, lambda status, headers, problem=None: answered.append(status)))
        return int(answered[0][:3]), text.decode(errors="replace")

    def token(self, who: str, route: Route) -> str:
        person = self.callers.people[who]
        if route.token != "refresh" or who == "bot" or who in KEYS:
            return person.token or ""
        with self.callers.studio.tracker.work() as work:
            return str(sessions.open_session(work, person.id)["refresh_token"])

    def path(self, route: Route, own: str = "") -> str:
        def fill(name: str) -> str:
            if own and name in ("person_id", "instance_id"):
                return self.callers.people[own].id
            if name == "instance_id" and not self.unknown:
                return self._of_instance(route)
            if name == "extension":
                return "exr"
            return PLACES.get(name) or self._id(name)

        return PARAMETER.sub(lambda found: fill(found[1]), route.path)

    def _of_instance(self, route: Route) -> str:
        """The row of a picture."""
        nouns = [part for part in route.path.split("/") if part in ("persons", "projects", "organisations")]
        return self.callers.ids[nouns[-1].removesuffix("s") if nouns else "entity"]

    def _id(self, name: str) -> str:
        name = name.removesuffix("_id")
        if self.unknown:
            return new_id()
        if name == "entry":
            name = "budget_entry"
        if name == "chat_message" or name not in self.callers.ids:
            name = OTHER_NAMES.get(name, name)
        return self.callers.ids.get(name) or new_id()

    def body(self, route: Route) -> Any:
        """What the rule and the form of a body need."""
        named = {key: table.table_name() for rule in leaves(route.who) for key, table in rule.names.items()}
        if "" in named:
            return [self.callers.ids[named[""]]]
        given = self.least(route.takes) if route.takes is not None else {}
        if route.path == "/data/day-offs":
            given["person_id"] = self.callers.ids["person"]
        for key, table in named.items():
            id = self.callers.ids[table]
            given[key] = [id] if key.endswith("_ids") else id
        return given

    def least(self, form: type[msgspec.Struct]) -> dict[str, Any]:
        """The shortest body of a form."""
        return {
            field.encode_name: self.value(field.encode_name, field.type)
            for field in msgspec.structs.fields(form)
            if field.required or field.encode_name in {"departments", "person_id"}
        }

    def value(self, name: str, kind: Any) -> Any:
        origin = get_origin(kind)
        if origin is Annotated:
            return self.value(name, get_args(kind)[0])
        if origin in (Union, types.UnionType):
            return self.value(
                name, next(one for one in get_args(kind) if one is not type(None) and get_origin(one) is not Literal)
            )
        if origin is Literal:
            return get_args(kind)[0]
        if origin is list or kind is list:
            return [self.value(name.removesuffix("s"), get_args(kind)[0])] if origin else []
        if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
            return self.least(kind)
        if kind is str:
            noun = name.removesuffix("_id")
            if noun in ("target_task", "object"):
                return self.callers.ids["task"]
            return self.callers.ids.get(noun) or (new_id() if name.endswith("_id") else "x")
        return {int: 1, float: 1.0, bool: True, dict: {}}.get(origin or kind, "x")


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return dataclasses.replace(settings, mail_enabled=False, debug=True)


@pytest.fixture
def walk(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> Walk:
    callers = Callers(studio)
    monkeypatch.setattr(answering, "_handle", lambda route, call, path, given: stand_in(call, path, given))
    return Walk(callers)


@pytest.mark.parametrize("table", tables(), ids=lambda table: table.name)
def test_the_rule_of_a_route_is_what_is_answered(walk: Walk, table: RouteTable) -> None:
    for route in table.routes:
        walk.walk(route)
    assert not walk.problems, f"{len(walk.problems)} problems:\n" + "\n".join(walk.problems)


def test_every_predicate_of_the_table_is_asked_somewhere() -> None:
    asked = {
        name_of(condition)
        for table in tables()
        for route in table.routes
        for rule in leaves(route.who)
        for condition in (*rule.asks, rule.unasked, rule.keeps)
        if condition is not None and not isinstance(condition, Team)
    }
    assert asked == set(MAY)
    assert set(MAY) > set(MAY_TO_ONESELF)


@pytest.mark.parametrize("table", tables(), ids=lambda table: table.name)
def test_what_is_not_there_is_never_handed_on(walk: Walk, table: RouteTable) -> None:
    """Whoever may do it with a row that is there is told that one is not; everybody else is told that or refused."""
    walk.unknown = True
    for route in table.routes:
        if any(rule.hands and not rule.names and rule.unasked is None for rule in leaves(route.who)):
            for who in ("admin", "manager", "outside artist", "vendor"):
                status, text = walk.ask(route, walk.path(route), who, "")
                may = expected(route, who, asked=False, own=False) == LET_IN
                assert status in ((404,) if may else (403, 404)), f"{who}: {route.method} {route.path}: {status} {text}"
