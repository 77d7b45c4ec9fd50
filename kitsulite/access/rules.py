"""Rules: who may call a route, declared in its row and checked before its handler.

A rule loads the row that a request names, checks a condition on it, and hands it to the handler:

    get("/data/tasks/{task_id}", row(Task, has_task_access), ...)      # the handler may take `task`

There is no such row: 404. The condition does not hold: 403. A condition is a place in the team of the row's production
(`MEMBER`, `MANAGING`, …) or a predicate of this package, `(work, row) -> bool`; its docstring says for people who may.
"""

import functools
import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from kitsulite.access import projects, roles
from kitsulite.access.places import project_of
from kitsulite.access.roles import require
from kitsulite.models import Record, is_uuid
from kitsulite.models.entities import Entity
from kitsulite.models.people import Person
from kitsulite.models.productions import Project
from kitsulite.models.reviews import Comment
from kitsulite.models.tasks import Task
from kitsulite.storage import Row
from kitsulite.work.errors import MissingKey, NotFound
from kitsulite.work.kinds import Kind, get_of_kind
from kitsulite.work.work import Work

Predicate = Callable[[Work, Any], bool]
Given = Mapping[str, Any]


@dataclass(frozen=True)
class Asked:
    """What a request says: in its path, its query string, and its body (read when it is asked for)."""

    path: Mapping[str, str]
    query: Mapping[str, str]
    body: Callable[[], Any]
    argument: Callable[[str], Any] = lambda name: None
    """What is given by a name in the query string, a form or a JSON body."""


@dataclass(frozen=True)
class Team:
    """A place in the team of a production."""

    name: str
    roles: frozenset[str]


MEMBER = Team("in the project's team", projects.CREW | {projects.CLIENT, projects.VENDOR})
NO_VENDOR = Team("in the project's team, no vendor", projects.CREW | {projects.CLIENT})
NO_CLIENT = Team("in the project's team, no client", projects.CREW | {projects.VENDOR})
CREW = Team("in the project's team, no client or vendor", projects.CREW)
SUPERVISING = Team("supervisor of the project", projects.SUPERVISORS)
MANAGING = Team("manager of the project", projects.MANAGERS)


@dataclass(frozen=True)
class Is:
    """A predicate as a value of a class, of which a bare function would become a method."""

    holds: Predicate


Condition = Team | Is | Predicate
Asking = Team | Is | Callable[..., bool]
"""A condition, or a predicate that takes more than a row."""


@dataclass(frozen=True)
class Rule:
    """Who may: a name for people, and the check, which refuses everybody else and gives what it loaded.

    public  strangers may too
    hands   the names under which the handler may take what was loaded
    asks    the conditions that all have to hold
    unasked the condition in their place when the query string names no project
    keeps   the condition on which rows that the body names are handed on; others are left out
    later   the condition that what carries it out asks of each row, for bodies in a form of their own
    names   what the body names for the rule: key -> table; "" when the body is a list of ids
    parts   the rules that it is made of
    """

    name: str
    check: Callable[[Work, Asked], Given]
    public: bool = False
    hands: tuple[str, ...] = ()
    asks: "tuple[Asking, ...]" = ()
    unasked: "Asking | None" = None
    keeps: "Asking | None" = None
    later: "Asking | None" = None
    names: Mapping[str, type[Record]] = field(default_factory=dict)
    parts: "tuple[Rule, ...]" = ()


def name_of(condition: Asking) -> str:
    """What a condition is called: the first sentence of its docstring."""
    if isinstance(condition, Team):
        return condition.name
    text = (
        (inspect.getdoc(condition.holds if isinstance(condition, Is) else condition) or "")
        .partition("\n")[0]
        .rstrip(".")
    )
    return text[:1].lower() + text[1:]


def allows(work: Work, condition: Condition, table: type[Record], found: Row) -> bool:
    """Whether a condition holds for the caller and a row of a table."""
    if isinstance(condition, Team):
        return projects.role_in(work, project_of(work, table, found)) in condition.roles
    return (condition.holds if isinstance(condition, Is) else condition)(work, found)


def of_its_task(condition: Predicate) -> Predicate:
    """The same condition on the task that a row belongs to."""

    def holds(work: Work, found: Row) -> bool:
        return condition(work, work.get(Task, found["task_id"]))

    functools.update_wrapper(holds, condition)
    return holds


# --- rules that load ---


def row(table: type[Record], condition: Condition, *, key: str = "", hands: str = "", name: str = "") -> Rule:
    """Who may do it with the row of a table that the path names.

    key    the parameter of the path; `<table>_id` when it is not said
    hands  the name under which the handler may take the row; the table's when it is not said
    """
    key, hands = key or f"{table.table_name()}_id", hands or table.table_name()

    def check(work: Work, asked: Asked) -> Given:
        found = work.get(table, asked.path[key])
        require(allows(work, condition, table, found))
        return {hands: found}

    return Rule(name or name_of(condition), check, hands=(hands,), asks=(condition,))


def row_for(table: type[Record], condition: Callable[[Work, Row, Any], bool], *, key: str = "") -> Rule:
    """Who may do with the row that the path names what the body says: `(work, row, body) -> bool`."""
    key, name = key or f"{table.table_name()}_id", table.table_name()

    def check(work: Work, asked: Asked) -> Given:
        found = work.get(table, asked.path[key])
        require(condition(work, found, asked.body()))
        return {name: found}

    return Rule(name_of(condition), check, hands=(name,), asks=(condition,))


def row_asked(table: type[Record], condition: Callable[[Work, Row, Asked], bool]) -> Rule:
    """The same for what depends on more that the request says: `(work, row, asked) -> bool`."""
    name = table.table_name()

    def check(work: Work, asked: Asked) -> Given:
        found = work.get(table, asked.path[f"{name}_id"])
        require(condition(work, found, asked))
        return {name: found}

    return Rule(name_of(condition), check, hands=(name,), asks=(condition,))


def comment(condition: Callable[[Work, Row, Row], bool], *, elsewhere: bool = False) -> Rule:
    """Who may do it with the comment of the path, `(work, comment, task) -> bool`; with `elsewhere`, a comment that is not on the
    task of the path is refused instead of not found."""

    def check(work: Work, asked: Asked) -> Given:
        found = work.get(Comment, asked.path["comment_id"])
        task = work.get(Task, found["object_id"])
        if asked.path.get("task_id", task["id"]) != task["id"]:
            require(not elsewhere)
            raise NotFound
        require(condition(work, found, task))
        return {"comment": found, "task": task}

    return Rule(name_of(condition), check, hands=("comment", "task"), asks=(condition,))


def entity(kind: Kind, condition: Condition, *, key: str = "") -> Rule:
    """The same for an entity of a kind; one of another kind is not there. Handed on by its kind's noun, and as `entity`."""
    key = key or f"{kind.noun}_id"

    def check(work: Work, asked: Asked) -> Given:
        found = get_of_kind(work, kind, asked.path[key])
        require(allows(work, condition, Entity, found))
        return {kind.noun: found, "entity": found}

    return Rule(name_of(condition), check, hands=(kind.noun, "entity"), asks=(condition,))


def project(condition: Condition) -> Rule:
    """The same for the project of the path; whoever asks, one that is not there is not found."""
    return row(Project, condition)


def asked_project(
    condition: Condition,
    *,
    otherwise: Predicate,
    parent: str = "",
    kind: Kind | None = None,
    project_first: bool = False,
    hint: str = "",
) -> Rule:
    """Who may list what the query string narrows to one project; without one, who may list over all of them.

    otherwise  who may when no project is named
    hint       what then is listed, when the predicate does not say it
    parent     the parameter that may name an entity of `kind` in the place of the project; it is handed on as `parent`
    project_first  whether a project that is named counts before that

    What is no id at all is for the filters to refuse.
    """

    def check(work: Work, asked: Asked) -> Given:
        project_id, above = asked.query.get("project_id"), None
        if kind is not None and asked.query.get(parent) and not (project_first and project_id):
            if is_uuid(asked.query[parent]):
                above = get_of_kind(work, kind, asked.query[parent])
                project_id = above["project_id"]
            elif asked.query[parent] in ("all", "main"):  # of which production?
                raise NotFound
        if not project_id:
            require(otherwise(work, {}))
        elif (found := work.find(Project, project_id)) is not None:
            require(allows(work, condition, Project, found))
        elif is_uuid(project_id) and not roles.is_admin(
            work
        ):  # who finds nothing in it; for others there is no such place
            raise NotFound
        return {"parent": above}

    name = f"{name_of(condition)} that is asked for; without one, {hint or name_of(otherwise)}"
    return Rule(name, check, hands=("parent",), asks=(condition,), unasked=otherwise)


def new(condition: Predicate) -> Rule:
    """Who may make a row, judged by the body."""

    def check(work: Work, asked: Asked) -> Given:
        body = asked.body()
        try:
            require(condition(work, body))
        except KeyError as missing:
            raise MissingKey(str(missing.args[0])) from None
        return {}

    return Rule(name_of(condition), check, asks=(condition,))


def new_of(table: type[Record], condition: Condition, *, key: str) -> Rule:
    """Who may make a row that belongs to the one that the body names."""

    def check(work: Work, asked: Asked) -> Given:
        body = asked.body()
        id = body.get(key) if isinstance(body, Mapping) else getattr(body, key)
        if id is None:
            raise MissingKey(key)
        require(allows(work, condition, table, work.get(table, id)))
        return {}

    return Rule(f"{name_of(condition)} of its {table.table_name()}", check, asks=(condition,), names={key: table})


def new_in_project(condition: Condition) -> Rule:
    """Who may make a row in the project that the body names."""
    return new_of(Project, condition, key="project_id")


def whoever(condition: Predicate, *, public: bool = False) -> Rule:
    """A rule about the caller alone, or about what the path says of persons."""

    def check(work: Work, asked: Asked) -> Given:
        require(condition(work, dict(asked.path)))
        return {}

    return Rule(name_of(condition), check, public=public, asks=(condition,))


def every(
    table: type[Record],
    condition: Condition,
    *,
    key: str = "",
    found: Callable[[Work, str], Row] | None = None,
    within: bool = False,
) -> Rule:
    """Who may do it with every row that the body names; when one may not be, nothing happens. Handed on as `rows`.

    key     the field of the body that holds the ids; without it the body is a list of ids
    found   finds a row, or refuses; without it ids that are not there are passed over
    within  whether rows of other projects than that of the path are passed over
    """

    def check(work: Work, asked: Asked) -> Given:
        ids = (getattr(asked.body(), key) if key else asked.body()) or ()
        rows = [found(work, id) if found else work.find(table, id) for id in dict.fromkeys(ids)]
        meant = [row for row in rows if row is not None]
        if within:
            meant = [row for row in meant if project_of(work, table, row) == asked.path["project_id"]]
        require(all(allows(work, condition, table, row) for row in meant))
        return {"rows": meant}

    return Rule(f"{name_of(condition)}, of every one", check, hands=("rows",), asks=(condition,), names={key: table})


def those(table: type[Record], condition: Condition, *, key: str = "", within: bool = False) -> Rule:
    """The same, but rows that the condition does not hold for are left out. The ids are handed on as they came, as `ids`."""

    def check(work: Work, asked: Asked) -> Given:
        ids = list((getattr(asked.body(), key) if key else asked.body()) or ())
        rows = [row for id in dict.fromkeys(ids) if (row := work.find(table, id)) is not None]
        if within:
            rows = [row for row in rows if project_of(work, table, row) == asked.path["project_id"]]
        return {"rows": [row for row in rows if allows(work, condition, table, row)], "ids": ids}

    return Rule(
        f"{name_of(condition)}; others are left out",
        check,
        hands=("rows", "ids"),
        keeps=condition,
        names={key: table},
    )


def those_for(table: type[Record], condition: Callable[[Work, Row, Asked], bool], *, key: str = "task_ids") -> Rule:
    """The same for what depends on more that the request says: `(work, row, asked) -> bool`."""

    def check(work: Work, asked: Asked) -> Given:
        rows = [row for id in getattr(asked.body(), key) if (row := work.find(table, id)) is not None]
        return {"rows": [row for row in rows if condition(work, row, asked)]}

    return Rule(
        f"{name_of(condition)}; others are left out", check, hands=("rows",), keeps=condition, names={key: table}
    )


def in_project(table: type[Record], condition: Condition) -> Rule:
    """Who may do it with a row of the path, which must be of the project of the path: 403 when it is of another."""

    def check(work: Work, asked: Asked) -> Given:
        project = work.get(Project, asked.path["project_id"])
        require(allows(work, condition, Project, project))
        found = work.get(table, asked.path[f"{table.table_name()}_id"])
        require(project_of(work, table, found) == project["id"])
        return {"project": project, table.table_name(): found}

    return Rule(name_of(condition), check, hands=("project", table.table_name()), asks=(condition,))


# --- rules made of rules ---


def both(first: Rule, second: Rule, *, name: str = "") -> Rule:
    """Who may by one rule and then by the other."""

    def check(work: Work, asked: Asked) -> Given:
        return {**first.check(work, asked), **second.check(work, asked)}

    return Rule(
        name or f"{first.name}; {second.name}", check, hands=(*first.hands, *second.hands), parts=(first, second)
    )


def of_a_human(rule: Rule) -> Rule:
    """The same for people only: nobody is 404 and a bot 403, whoever asks."""

    def check(work: Work, asked: Asked) -> Given:
        person = work.get(Person, asked.path["person_id"])
        require(not person["is_bot"])
        return {"person": person, **rule.check(work, asked)}

    return Rule(f"{rule.name}; of people, not bots", check, hands=("person", *rule.hands), parts=(rule,))
