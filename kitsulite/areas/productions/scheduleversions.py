"""Saved copies of a production's plan: dates, estimations and assignees of all tasks (docs/api/productions.md).

They are copied by a fixed number of statements, for a production has tens of thousands of tasks.
"""

from typing import Any

import peewee

from kitsulite.access.projects import has_project_access
from kitsulite.models import new_id, now
from kitsulite.models.productions import Project
from kitsulite.models.schedules import (
    ProductionScheduleVersion,
    ProductionScheduleVersionTaskLink,
    ProductionScheduleVersionTaskLinkPersonLink,
)
from kitsulite.models.shapes import Raw, Shape, many
from kitsulite.models.tasks import Task, TaskPersonLink
from kitsulite.storage import Row
from kitsulite.work.errors import NotFound, WrongParameter
from kitsulite.work.work import Work

Link = ProductionScheduleVersionTaskLink
Assignee = ProductionScheduleVersionTaskLinkPersonLink
LINK = Shape(Link)
PLAN = ("start_date", "due_date", "estimation")
"""What a version remembers of a task, beside who does it."""


def task_links(work: Work, version: Row, task_type_id: str | None, *, relations: bool) -> Raw:
    """The plan of a version, task by task."""
    shape = LINK.with_relations() if relations else LINK
    query = shape.select(work.db).where(Link.production_schedule_version_id == version["id"])
    if task_type_id:
        of_type = Task.select(Task.id).where(Task.task_type_id == Task.task_type_id.read_filter(task_type_id))
        query = query.where(Link.task_id.in_(of_type))
    return many(work.db, query.order_by(work.db.creation_order(Link)))


def take_from_production(work: Work, version: Row) -> int:
    """Remember the plan of every task as it is now; how many."""
    columns = (Task.id, Task.start_date, Task.due_date, Task.estimation)
    plan = work.db.tuples(Task.select(*columns).where(Task.project_id == version["project_id"]))
    _remember(work, version["id"], plan)
    assignees = TaskPersonLink.select(TaskPersonLink.task_id, TaskPersonLink.person_id).join(
        Task, on=Task.id == TaskPersonLink.task_id
    )
    _reassign(work, version["id"], work.db.tuples(assignees.where(Task.project_id == version["project_id"])))
    return len(plan)


def take_from_version(work: Work, version: Row, source_id: str) -> int:
    """Remember what another version of the production remembers; how many tasks."""
    source = known_version(work, source_id)
    if source["project_id"] != version["project_id"]:
        raise WrongParameter("Production schedule versions must belong to the same project.")
    if source["id"] == version["id"]:
        raise WrongParameter("A production schedule version cannot be copied onto itself.")
    of_source = Link.production_schedule_version_id == source["id"]
    columns = (Link.task_id, Link.start_date, Link.due_date, Link.estimation)
    plan = work.db.tuples(Link.select(*columns).where(of_source))
    _remember(work, version["id"], plan)
    query = Assignee.select(Link.task_id, Assignee.person_id).join(
        Link, on=Link.id == Assignee.production_schedule_version_task_link_id
    )
    _reassign(work, version["id"], work.db.tuples(query.where(of_source)), {row[0] for row in plan})
    work.update(ProductionScheduleVersion, version["id"], production_schedule_from=source["id"])
    _tell(work, version)
    return len(plan)


def known_version(work: Work, id: str) -> Row:
    """A version that a body names; NotFound for those of productions that the caller knows nothing of."""
    version = work.get(ProductionScheduleVersion, id)
    if not has_project_access(work, version["project_id"]):
        raise NotFound
    return version


def apply(work: Work, version: Row) -> int:
    """Plan the production's tasks as a version says, which is locked from then on; how many."""
    of_version = Link.production_schedule_version_id == version["id"]
    tasks = work.db.values(Link.select(Link.task_id).where(of_version))
    changes: dict[str, Any] = {
        key: Link.select(column).where(of_version, Link.task_id == Task.id)
        for key, column in Link.columns().items()
        if key in PLAN
    }
    planned = Task.id.in_(Link.select(Link.task_id).where(of_version))
    work.change_all(Task, planned, **changes)
    for task_id in tasks:
        work.emit("task:update", {"task_id": task_id}, version["project_id"])
    work.update(ProductionScheduleVersion, version["id"], locked=True)
    _tell(work, version)
    work.update(Project, version["project_id"], from_schedule_version_id=version["id"])
    work.emit("project:update", {}, version["project_id"])
    return len(tasks)


def _remember(work: Work, version_id: str, plan: list[tuple[Any, ...]]) -> None:
    """Write down dates and estimations, task by task, over what was written before."""
    moment = now()
    rows = [
        {
            "id": new_id(),
            "production_schedule_version_id": version_id,
            "task_id": task_id,
            "start_date": start,
            "due_date": due,
            "estimation": estimation,
            "created_at": moment,
            "updated_at": moment,
        }
        for task_id, start, due, estimation in plan
    ]
    for batch in peewee.chunked(rows, 500):
        query = Link.insert_many(batch).on_conflict(
            conflict_target=[Link.production_schedule_version_id, Link.task_id],
            preserve=[Link.start_date, Link.due_date, Link.estimation, Link.updated_at],
        )
        work.db.run(query)


def _reassign(work: Work, version_id: str, assignees: list[tuple[str, str]], tasks: set[str] | None = None) -> None:
    """Write down who does what, over what was written before; only for some tasks when they are named."""
    query = Link.select(Link.task_id, Link.id).where(Link.production_schedule_version_id == version_id)
    links = {task_id: id for task_id, id in work.db.tuples(query) if tasks is None or task_id in tasks}
    of_version = Link.select(Link.id).where(Link.production_schedule_version_id == version_id)
    gone = Assignee.production_schedule_version_task_link_id
    if tasks is None:
        work.delete(Assignee, gone.in_(of_version))
    else:
        for ids in peewee.chunked(links.values(), 500):
            work.delete(Assignee, gone.in_(ids))
    rows = [
        {"production_schedule_version_task_link_id": links[task_id], "person_id": person_id}
        for task_id, person_id in assignees
        if task_id in links
    ]
    for batch in peewee.chunked(rows, 500):
        work.db.run(Assignee.insert_many(batch))


def _tell(work: Work, version: Row) -> None:
    ids = {"production_schedule_version_id": version["id"]}
    work.emit("production_schedule_version:update", ids, version["project_id"])
