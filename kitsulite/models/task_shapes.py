"""How tasks look on the wire (docs/api/tasks.md).

Queries in the shapes below join what these speak of: `described` does for `CREATED` and `DETAILED`, `situated` for the
others.
"""

from collections.abc import Iterable

import peewee

from kitsulite.models.entities import Entity, EntityType
from kitsulite.models.entity_shapes import DATA, Grandparent, Parent, or_else
from kitsulite.models.people_shapes import role_in
from kitsulite.models.productions import Project
from kitsulite.models.shapes import Extra, Shape, shown
from kitsulite.models.tasks import Task, TaskStatus, TaskType
from kitsulite.storage import Database, Wire
from kitsulite.storage.bound import all_bound

TASK = Shape(Task)

CREATED = Shape(
    Task,
    relations=True,
    plus={
        "task_status_name": Wire('"task_status"."name"'),
        "task_status_short_name": Wire('"task_status"."short_name"'),
        "task_status_color": Wire('"task_status"."color"'),
        "task_type_name": Wire('"task_type"."name"'),
        "task_type_color": Wire('"task_type"."color"'),
        "task_type_priority": Wire('"task_type"."priority"', "integer"),
    },
    title="CreatedTask",
)
"""A task that was just made."""

DETAILED = Shape(
    Task,
    plus={
        "project_name": Wire('"project"."name"'),
        "task_type_name": Wire('"task_type"."name"'),
        "task_status_name": Wire('"task_status"."name"'),
        "entity_type_name": Wire('"entity_type"."name"'),
        "entity_name": Wire('"entity"."name"'),
    },
    title="TaskInDetail",
)
"""A task in the list of an entity; `relations` adds its assignees."""


def described(query: peewee.ModelSelect) -> peewee.ModelSelect:
    """A query of tasks with their project, type, status, entity and its type at hand; tasks without one of them are not."""
    return (
        query.join_from(Task, Project, on=Task.project_id == Project.id)
        .join_from(Task, TaskType, on=Task.task_type_id == TaskType.id)
        .join_from(Task, TaskStatus, on=Task.task_status_id == TaskStatus.id)
        .join_from(Task, Entity, on=Task.entity_id == Entity.id)
        .join_from(Entity, EntityType, on=Entity.entity_type_id == EntityType.id)
    )


DETAILED_ORDER = (Task.name, Project.name, TaskType.name, EntityType.name, Entity.name, Task.id)


# --- tasks in their situation: the lists of a person, and the board of all projects ---

EPISODE_ID = (
    "CASE WHEN entity_type.name = 'Sequence' AND parent.id IS NOT NULL THEN parent.id"
    " ELSE coalesce(grandparent.id, entity.source_id) END"
)
EPISODE_NAME = Wire(
    "CASE WHEN entity_type.name = 'Sequence' AND parent.id IS NOT NULL THEN parent.name"
    " WHEN grandparent.id IS NOT NULL THEN grandparent.name"
    " WHEN entity.source_id IS NOT NULL THEN coalesce((SELECT source.name FROM entity AS source JOIN entity_type AS kind"
    " ON kind.id = source.entity_type_id WHERE source.id = entity.source_id AND kind.name = 'Episode'), 'MP') END"
)

SITUATION: dict[str, Extra] = {
    "project_name": Wire('"project"."name"'),
    "project_has_avatar": Wire('"project"."has_avatar"', "boolean"),
    "entity_name": Wire('"entity"."name"'),
    "entity_description": Wire('"entity"."description"'),
    "entity_data": Wire(DATA, "json"),
    "entity_preview_file_id": or_else('"entity"."preview_file_id"', ""),
    "entity_source_id": or_else('"entity"."source_id"', ""),
    "entity_type_name": Wire('"entity_type"."name"'),
    "entity_canceled": Wire('"entity"."canceled"', "boolean"),
    "sequence_name": Wire('"parent"."name"'),
    "episode_id": or_else(EPISODE_ID, ""),
    "episode_name": EPISODE_NAME,
    "task_type_for_entity": Wire('"task_type"."for_entity"'),
}
"""Where a task stands: its project, its entity and what that is part of."""


def last_comment(db: Database, condition: str = "") -> Wire:
    """The newest comment of a task that no client wrote; an empty object when there is none.

    condition  SQL on comments and their task that narrows these down
    """
    comment = db.json_object(
        {"text": Wire("said.text"), "date": Wire("said.created_at", "datetime"), "person_id": Wire("said.person_id")}
    )
    newest = (
        "SELECT comment.text, comment.created_at, comment.person_id FROM comment"
        " JOIN person ON person.id = comment.person_id WHERE comment.object_id = task.id"
        f" AND ({role_in('person', 'task.project_id')}) <> 'client'{condition} ORDER BY comment.created_at DESC LIMIT 1"
    )
    return Wire(f"coalesce((SELECT {comment} FROM ({newest}) AS said), '{{}}')", "json")


def last_comment_for_client(projects: Iterable[str]) -> Extra:
    """The same for who is a client in these projects: there, of what is for clients."""
    condition = f" AND (comment.for_client OR task.project_id NOT IN ({all_bound(projects)}))"
    return lambda db: last_comment(db, condition)


LISTED = Shape(
    Task,
    relations=True,
    plus={
        **SITUATION,
        "task_estimation": Wire(shown(Task.estimation, "task"), "float"),
        "task_duration": Wire(shown(Task.duration, "task"), "float"),
        "task_start_date": Wire(shown(Task.start_date, "task"), "datetime"),
        "task_due_date": Wire(shown(Task.due_date, "task"), "datetime"),
        "task_type_name": Wire('"task_type"."name"'),
        "task_status_name": Wire('"task_status"."name"'),
        "task_type_color": Wire('"task_type"."color"'),
        "task_status_color": Wire('"task_status"."color"'),
        "task_status_short_name": Wire('"task_status"."short_name"'),
        "last_comment": last_comment,
    },
    title="ListedTask",
)
"""A task in somebody's list."""

BOARD = Shape(
    Task,
    relations=True,
    plus={
        **SITUATION,
        "type_name": Wire('"task_type"."name"'),
        "status_name": Wire('"task_status"."name"'),
        "type_color": Wire('"task_type"."color"'),
        "status_color": Wire('"task_status"."color"'),
        "status_short_name": Wire('"task_status"."short_name"'),
    },
    title="TaskOnBoard",
)
"""A task on the board of all projects."""


def situated(query: peewee.ModelSelect) -> peewee.ModelSelect:
    """`described`, with the parent and the grandparent of the entity at hand, as far as there are any."""
    outer = peewee.JOIN.LEFT_OUTER
    return (
        described(query)
        .join_from(Entity, Parent, outer, on=Entity.parent_id == Parent.id)
        .join_from(Parent, Grandparent, outer, on=Parent.parent_id == Grandparent.id)
    )
