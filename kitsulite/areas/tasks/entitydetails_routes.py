"""What hangs on an entity of a kind: its tasks, their types, its revisions (contract 03, 4, 8, 9; 04, 3.4).

The tables say of which kinds, and which entities are meant: the one of the path, or those under it.
"""

from collections.abc import Callable

from kitsulite.access import in_service
from kitsulite.areas.entities.kinds import ASSET, CONCEPT, EDIT, EPISODE, SCENE, SEQUENCE, SHOT, Kind
from kitsulite.areas.tasks import entitydetails
from kitsulite.areas.tasks.entitydetails import Part, children, edits, grandchildren, itself, main_assets
from kitsulite.models.task_shapes import DETAILED
from kitsulite.storage import Row
from kitsulite.web.call import Call
from kitsulite.web.routing import Route, get

TASKS: list[tuple[Kind, str, Part]] = [
    *((kind, "tasks", itself) for kind in (ASSET, SHOT, SCENE, SEQUENCE, EPISODE, EDIT, CONCEPT)),
    (SEQUENCE, "shot-tasks", children),
    (EPISODE, "shot-tasks", grandchildren),
    (EPISODE, "asset-tasks", main_assets),
    (EPISODE, "edit-tasks", edits),
]
TASK_TYPES: list[tuple[Kind, Part]] = [
    *((kind, itself) for kind in (ASSET, SHOT, SCENE, EDIT, CONCEPT)),
    (SEQUENCE, children),
    (EPISODE, grandchildren),
]
WITH_REVISIONS = [SHOT, EDIT, CONCEPT]

Find = Callable[[Call, Row], object]


def route(kind: Kind, word: str, find: Find, summary: str, *, vendors: bool = True, gives: object = None) -> Route:
    """A route that answers what `find` says of an entity. Clients are told nothing of concepts."""
    key = f"{kind.noun}_id"
    refused = [role for role, applies in (("client", kind is CONCEPT), ("vendor", not vendors)) if applies]

    def show(call: Call, **path: str) -> object:
        return find(call, entitydetails.reach(call.work, kind, path[key], refused))

    show.__doc__ = summary
    who = "in the project's team" + (f", no {' or '.join(refused)}" if refused else "")
    if vendors:
        who += "; vendors with a task on it"
    return get(f"/data/{kind.noun}s/{{{key}}}/{word}", in_service(who), show, gives=gives)


def tasks_of(kind: Kind, word: str, part: Part) -> Route:
    def find(call: Call, entity: Row) -> object:
        return entitydetails.tasks(call.work, entity, part, relations=call.flag("relations"))

    summary = f"The {word.replace('-', ' ')} of one {kind.noun}, with the names around them."
    return route(kind, word, find, summary, vendors=part is itself, gives=[DETAILED])


def task_types_of(kind: Kind, part: Part) -> Route:
    def find(call: Call, entity: Row) -> object:
        return entitydetails.task_types(call.work, entity, part)

    whose = f"one {kind.noun}" if part is itself else f"what is under one {kind.noun}"
    return route(kind, "task-types", find, f"The types of the tasks of {whose}.", gives=[entitydetails.TASK_TYPE])


def revisions_of(kind: Kind) -> Route:
    def find(call: Call, entity: Row) -> object:
        return entitydetails.revisions(call.work, entity)

    return route(kind, "preview-files", find, f"The revisions of one {kind.noun} by task type, newest first.")


ROUTES = [
    *(tasks_of(*row) for row in TASKS),
    *(task_types_of(*row) for row in TASK_TYPES),
    *(revisions_of(kind) for kind in WITH_REVISIONS),
]
