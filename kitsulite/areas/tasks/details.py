"""One task with all around it (docs/api/tasks.md)."""

from kitsulite.access.projects import is_project_manager
from kitsulite.access.roles import is_manager
from kitsulite.models.entities import Entity, EntityType
from kitsulite.models.entity_shapes import ENTITIES
from kitsulite.models.people import Person
from kitsulite.models.people_shapes import SAFE, UNPAID
from kitsulite.models.productions import Project
from kitsulite.models.reviews import Subscription
from kitsulite.models.shapes import Raw, Shape, many, read
from kitsulite.models.task_shapes import TASK
from kitsulite.models.tasks import TaskPersonLink, TaskStatus, TaskType
from kitsulite.storage import Row, Statement, Wire
from kitsulite.work import kinds
from kitsulite.work.work import Work

AROUND = {
    "entity_type": Shape(EntityType),
    "project": Shape(Project),
    "task_status": Shape(TaskStatus),
    "task_type": Shape(TaskType),
}
OPEN_TO_ALL = SAFE.but(plus={key: Wire("NULL") for key in ("email", "phone", "daily_salary")})
"""A person without what only managers are to know."""

SUBSCRIBED = Statement(
    lambda person_id, task_id: Subscription.select(Subscription.id).where(
        Subscription.person_id == person_id, Subscription.task_id == task_id
    )
)


def _assigned(shape: Shape) -> Statement:
    """The people who have a task."""
    link = TaskPersonLink
    return Statement(
        lambda db, id: shape.select(db).join(link, on=link.person_id == Person.id).where(link.task_id == id)
    )


ASSIGNED = {shape: _assigned(shape) for shape in (SAFE, UNPAID, OPEN_TO_ALL)}


def full_task(work: Work, task: Row) -> Row:
    """A task with all around it: its entity and what that is part of, its project, type, status and people."""
    entity = work.get(Entity, task["entity_id"])
    ids = {**task, "entity_type_id": entity["entity_type_id"]}
    managed = SAFE if is_manager(work) else UNPAID
    person = managed if is_project_manager(work, task["project_id"]) else OPEN_TO_ALL
    full = read(_row(work, TASK.with_relations(), task["id"]))
    full |= {name: _row(work, shape, ids[f"{name}_id"]) for name, shape in AROUND.items()}
    full |= {
        "entity": _row(work, ENTITIES["Entity"], entity["id"]),
        "persons": many(work.db, ASSIGNED[person], task["id"]) if full["assignees"] else [],
        "is_subscribed": bool(work.db.ask_tuples(SUBSCRIBED, work.caller.id, task["id"])),
    }
    if full["assigner_id"]:
        full["assigner"] = _row(work, person.with_relations(), full["assigner_id"])
    return full | _place(work, entity)


def _place(work: Work, entity: Row) -> Row:
    """The sequence and the episode that an entity stands in."""
    kind = kinds.kind_of(work, entity)
    if kind is kinds.SEQUENCE:
        sequence = entity
    elif kind in (kinds.SHOT, kinds.SCENE) and entity["parent_id"]:
        sequence = work.get(Entity, entity["parent_id"])
    else:
        return {}
    place = {"sequence": _row(work, ENTITIES["Sequence"], sequence["id"])}
    if sequence["parent_id"]:
        place["episode"] = _row(work, ENTITIES["Episode"], sequence["parent_id"])
    return place


def _row(work: Work, shape: Shape, id: str | None) -> Raw:
    """A row in a shape; null when there is none."""
    return shape.find(work.db, id) or Raw(b"null")
