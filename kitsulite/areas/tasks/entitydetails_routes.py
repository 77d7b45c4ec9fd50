"""What hangs on an entity of a kind: its tasks, their types, its revisions.

The tables say of which kinds, and which entities are meant: the one of the path, or those under it.
"""

from kitsulite.access.entities import has_entity_access, may_see_concept
from kitsulite.access.rules import NO_VENDOR, entity
from kitsulite.areas.tasks import entitydetails
from kitsulite.areas.tasks.entitydetails import Part, children, edits, grandchildren, itself, main_assets
from kitsulite.models.preview_shapes import REVISION
from kitsulite.models.task_shapes import DETAILED
from kitsulite.storage import Row
from kitsulite.web.inputs import Related
from kitsulite.web.routing import Mapped, Route, get
from kitsulite.work.kinds import ASSET, CONCEPT, EDIT, EPISODE, SCENE, SEQUENCE, SHOT, Kind
from kitsulite.work.work import Work

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


def tasks_of(kind: Kind, word: str, part: Part) -> Route:
    def list_tasks(work: Work, entity: Row, relations: bool) -> object:
        return entitydetails.tasks(work, entity, part, relations=relations)

    who = may_see_concept if kind is CONCEPT else has_entity_access if part is itself else NO_VENDOR
    return get(
        f"/data/{kind.noun}s/{{{kind.noun}_id}}/{word}",
        entity(kind, who),
        list_tasks,
        query=Related,
        title=f"The {word.replace('-', ' ')} of one {kind.noun}, with the names around them",
        gives=[DETAILED.with_relations()],
    )


def task_types_of(kind: Kind, part: Part) -> Route:
    def list_task_types(work: Work, entity: Row) -> object:
        return entitydetails.task_types(work, entity, part)

    whose = f"one {kind.noun}" if part is itself else f"what is under one {kind.noun}"
    return get(
        f"/data/{kind.noun}s/{{{kind.noun}_id}}/task-types",
        entity(kind, may_see_concept if kind is CONCEPT else has_entity_access),
        list_task_types,
        title=f"The types of the tasks of {whose}",
        gives=[entitydetails.TASK_TYPE],
    )


def revisions_of(kind: Kind) -> Route:
    return get(
        f"/data/{kind.noun}s/{{{kind.noun}_id}}/preview-files",
        entity(kind, may_see_concept if kind is CONCEPT else has_entity_access),
        entitydetails.revisions,
        title=f"The revisions of one {kind.noun} by task type, newest first",
        gives=Mapped([REVISION]),
    )


ROUTES = [
    *(tasks_of(*row) for row in TASKS),
    *(task_types_of(*row) for row in TASK_TYPES),
    *(revisions_of(kind) for kind in WITH_REVISIONS),
]
