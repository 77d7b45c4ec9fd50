"""Productions in numbers: their teams, and how far their tasks are. For whoever runs the studio."""

from typing import Any

import peewee
from peewee import fn

from kitsulite.areas.productions.openprojects import OPEN_TO_ADMINS
from kitsulite.models.entities import Entity
from kitsulite.models.people import NO_PREVIEW_ACCOUNT, Person
from kitsulite.models.productions import Project, ProjectPersonLink, ProjectStatus
from kitsulite.models.tasks import Task, TaskStatus, TaskType
from kitsulite.storage import Row
from kitsulite.work.work import Work


def list_projects(work: Work) -> list[Row]:
    """Every production by name: `id`, `name`, `code`, `production_type`, `status`, `is_open`, `team_size` and, for each
    task status in use, its number of tasks (`tasks`, as `count_tasks` answers)."""
    team = dict(
        work.db.tuples(
            ProjectPersonLink.select(ProjectPersonLink.project_id, fn.COUNT(ProjectPersonLink.person_id))
            .join(Person, on=Person.id == ProjectPersonLink.person_id)
            .where(NO_PREVIEW_ACCOUNT)
            .group_by(ProjectPersonLink.project_id)
        )
    )
    tasks: dict[str, list[Row]] = {}
    for row in _counted(work, [Task.project_id]):
        tasks.setdefault(row.pop("project_id"), []).append(row)
    query = (
        Project.select(
            Project.id, Project.name, Project.code, Project.production_type, ProjectStatus.name.alias("status")
        )
        .join(ProjectStatus, peewee.JOIN.LEFT_OUTER, on=ProjectStatus.id == Project.project_status_id)
        .order_by(Project.name)
    )
    return [
        {
            **row,
            "is_open": row["status"] in OPEN_TO_ADMINS,
            "team_size": team.get(row["id"], 0),
            "tasks": tasks.get(row["id"], []),
        }
        for row in work.db.rows(query)
    ]


def count_tasks(work: Work, project_id: str) -> list[Row]:
    """A production's tasks by task type and status: `task_type`, `for_entity`, `status`, `short_name`, `color`, `is_done`,
    `is_default`, `priority`, `count`; task types and statuses in the studio's order."""
    return _counted(
        work,
        [TaskType.name.alias("task_type"), TaskType.for_entity],
        Task.project_id == project_id,
        order=[TaskType.for_entity, TaskType.priority, TaskType.name],
    )


def count_entities(work: Work, project_id: str) -> int:
    """How many assets, shots and other entities a production has."""
    return work.db.count(Entity.select(Entity.id).where(Entity.project_id == project_id))


def _counted(work: Work, keys: list[Any], *conditions: Any, order: list[Any] | None = None) -> list[Row]:
    columns = [
        TaskStatus.name.alias("status"),
        TaskStatus.short_name,
        TaskStatus.color,
        TaskStatus.is_done,
        TaskStatus.is_default,
        TaskStatus.priority,
    ]
    query = (
        Task.select(*keys, *columns, fn.COUNT(Task.id).alias("count"))
        .join(TaskStatus, on=TaskStatus.id == Task.task_status_id)
        .join_from(Task, TaskType, on=TaskType.id == Task.task_type_id)
    )
    if conditions:
        query = query.where(*conditions)
    plain = [key.node if isinstance(key, peewee.Alias) else key for key in keys]
    groups = [*plain, *(order or ()), TaskStatus.id]
    return work.db.rows(query.group_by(*groups).order_by(*(order or ()), TaskStatus.priority, TaskStatus.name))
