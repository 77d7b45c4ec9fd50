"""The board of all projects: open tasks as people ask for them, and sums over them (docs/api/tasks.md)."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import peewee
from peewee import fn

from kitsulite.access.projects import open_projects, open_team_projects
from kitsulite.access.roles import is_admin
from kitsulite.access.tasks import in_sight
from kitsulite.areas.tasks.asked import among, given_to
from kitsulite.models.entities import Entity, EntityType
from kitsulite.models.entity_shapes import Parent
from kitsulite.models.people import DepartmentLink, Person
from kitsulite.models.productions import Project
from kitsulite.models.shapes import known, many
from kitsulite.models.task_shapes import BOARD, EPISODE_NAME, situated
from kitsulite.models.tasks import Task, TaskPersonLink, TaskStatus, TaskType
from kitsulite.work.work import Work

NO_STATS: dict[str, Any] = {"total_duration": 0, "total_estimation": 0, "total": 0, "status": []}


@dataclass(frozen=True)
class Wanted:
    """What is asked of the board. `persons` are ids of assignees, or `unassigned`; `priority` is the task type's."""

    project_id: str | None = None
    task_type_id: str | None = None
    task_status_id: str | None = None
    persons: tuple[str, ...] = ()
    studio_id: str | None = None
    department_id: str | None = None
    start_date: str | None = None
    due_date: str | None = None
    priority: int | None = None


def board(work: Work, wanted: Wanted, *, page: int, limit: int) -> dict[str, Any]:
    """One page of the open tasks, and sums over all of them. Tasks of concepts are only shown when asked for."""
    conditions = [_in_sight(work, wanted.project_id), *_asked(wanted)]
    shown = _shown(wanted)
    offset = (page - 1) * limit
    stats = _stats(work, conditions, shown)
    if offset >= stats["total"]:
        return {"data": [], "stats": dict(NO_STATS), "limit": limit, "is_more": False, "page": page}
    stats["total"] -= offset
    terms = (Project.name, peewee.SQL(EPISODE_NAME.sql), Parent.name, EntityType.name, Entity.name, TaskType.name)
    order = (*(_nulls_last(term) for term in terms), Task.id)
    cut = (
        situated(Task.select(Task.id))
        .where(*conditions, shown)
        .order_by(*order)
        .limit(min(limit, stats["total"]))
        .offset(offset)
    )
    rows = many(work.db, situated(BOARD.select(work.db)).where(Task.id.in_(cut)).order_by(*order))
    return {"data": rows, "stats": stats, "limit": limit, "is_more": stats["total"] >= limit, "page": page}


def wanted_tasks(work: Work, wanted: Wanted) -> list[peewee.Node]:
    """Which tasks the board shows (conditions on tasks and their types)."""
    return [_in_sight(work, wanted.project_id), *_asked(wanted), _shown(wanted)]


def _shown(wanted: Wanted) -> peewee.Node:
    return TaskType.for_entity != "Concept" if wanted.task_type_id is None else peewee.SQL("1 = 1")


def _nulls_last(term: Any) -> peewee.Node:
    return peewee.Ordering(term, "ASC", nulls="LAST")


def _in_sight(work: Work, project_id: str | None) -> peewee.Node:
    """The tasks that the caller sees: of a project, or of the open ones; vendors their own."""
    if project_id is not None:
        seen: peewee.Node = Task.project_id == project_id
    elif is_admin(work):
        seen = Task.project_id.in_(open_projects())
    else:
        seen = Task.project_id.in_(open_team_projects(work))
    return in_sight(work, seen)


def _asked(wanted: Wanted) -> list[peewee.Node]:
    found = [
        column == value
        for column, value in (
            (Task.task_type_id, wanted.task_type_id),
            (Task.task_status_id, wanted.task_status_id),
            (TaskType.priority, wanted.priority),
        )
        if value is not None
    ]
    if wanted.start_date is not None:
        found.append(known(Task.start_date) >= wanted.start_date)
    if wanted.due_date is not None:
        found.append(known(Task.due_date) <= wanted.due_date)
    found += given_to(wanted.persons)
    if wanted.studio_id is not None:
        people = Person.select(Person.id).where(Person.studio_id == wanted.studio_id)
        found.append(among(TaskPersonLink.person_id.in_(people)))
    if wanted.department_id is not None:
        members = DepartmentLink.select(DepartmentLink.person_id)
        found.append(
            among(TaskPersonLink.person_id.in_(members.where(DepartmentLink.department_id == wanted.department_id)))
        )
    return found


def _stats(work: Work, conditions: Iterable[peewee.Node], shown: peewee.Node) -> dict[str, Any]:
    counted = peewee.Case(None, ((shown, 1),), 0)
    query = complete(
        Task.select(
            Task.task_status_id,
            fn.COUNT(Task.id),
            fn.SUM(counted),
            fn.COALESCE(fn.SUM(known(Task.duration)), 0.0),
            fn.COALESCE(fn.SUM(known(Task.estimation)), 0.0),
        )
    )
    rows = work.db.tuples(query.where(*conditions).group_by(Task.task_status_id))
    return {
        "total_duration": sum(row[3] for row in rows),
        "total_estimation": sum(row[4] for row in rows),
        "total": sum(row[2] for row in rows),
        "status": [{"task_status_id": row[0], "amount": row[1]} for row in rows],
    }


def complete(query: peewee.ModelSelect) -> peewee.ModelSelect:
    """The tasks that have all that `situated` joins, with their types at hand: to count them needs no more."""
    needed = (Task.project_id, Task.task_status_id, Task.entity_id)
    return query.join(TaskType, on=Task.task_type_id == TaskType.id).where(*(~key.is_null() for key in needed))


def figures(work: Work) -> dict[str, Any]:
    """Project by project how many tasks there are and how long they take, in all and for each type and status."""
    keys = ("amount", "amount_done", "total_duration", "total_estimation")
    query = complete(
        Task.select(
            Task.project_id,
            Task.task_type_id,
            Task.task_status_id,
            fn.COUNT(Task.id),
            fn.SUM(peewee.Case(None, ((TaskStatus.is_done, 1),), 0)),
            fn.COALESCE(fn.SUM(known(Task.duration)), 0.0),
            fn.COALESCE(fn.SUM(known(Task.estimation)), 0.0),
        )
    )
    query = query.join_from(Task, TaskStatus, on=Task.task_status_id == TaskStatus.id)
    query = query.where(_in_sight(work, None), TaskType.for_entity != "Concept")
    found: dict[str, Any] = {}
    for project_id, type_id, status_id, *sums in work.db.tuples(
        query.group_by(Task.project_id, Task.task_type_id, Task.task_status_id)
    ):
        of_project = found.setdefault(project_id, dict.fromkeys(keys, 0) | {"task_types": []})
        part = dict(zip(keys, sums, strict=True))
        ids = {"task_status_id": status_id, "task_type_id": type_id, "project_id": project_id}
        of_project["task_types"].append(ids | part)
        of_project |= {key: of_project[key] + part[key] for key in keys}
    return found
