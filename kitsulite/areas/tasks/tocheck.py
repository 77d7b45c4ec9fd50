"""What waits for feedback, as those who oversee it ask for it (docs/api/me.md)."""

import datetime
from dataclasses import dataclass
from typing import Any

import peewee
from peewee import fn

from kitsulite.access.people import overseen_tasks
from kitsulite.access.projects import own_open_projects
from kitsulite.access.roles import is_admin, is_overseer
from kitsulite.areas.tasks.asked import given_to
from kitsulite.models.entities import Entity
from kitsulite.models.productions import Project
from kitsulite.models.shapes import Raw, known, many
from kitsulite.models.task_shapes import EPISODE_ID, LISTED, situated
from kitsulite.models.tasks import Task, TaskPersonLink, TaskStatus
from kitsulite.work.work import Work

MIDNIGHT = datetime.time()
EPISODE = peewee.SQL(f"({EPISODE_ID})")
ORDERS: dict[str, peewee.Ordering] = {
    "priority": known(Task.priority).desc(nulls="LAST"),
    "due_date": known(Task.due_date).asc(nulls="LAST"),
    "entity_name": Entity.name.asc(),
    "estimation": known(Task.estimation).desc(nulls="LAST"),
}
"""What comes first: what is urgent, what is due, by name, what takes long."""


@dataclass(frozen=True)
class Wanted:
    """What is asked for. `persons` are ids of assignees, or `unassigned`; a due date without a time is a whole day."""

    projects: tuple[str, ...] = ()
    task_types: tuple[str, ...] = ()
    task_statuses: tuple[str, ...] = ()
    episodes: tuple[str, ...] = ()
    persons: tuple[str, ...] = ()
    due_since: str | None = None
    due_until: str | None = None
    order_by: str = ""


def list_to_check(work: Work, wanted: Wanted) -> Raw:
    """What waits for feedback in the open projects that the caller oversees; nothing for who oversees none."""
    if not is_overseer(work):
        return Raw(b"[]")
    return many(work.db, situated(LISTED.select(work.db)).where(*_conditions(work, wanted)).order_by(*_order(wanted)))


def page_to_check(work: Work, wanted: Wanted, *, page: int, limit: int) -> dict[str, Any]:
    """One page of it, and sums over all of it."""
    data, stats = Raw(b"[]"), _stats(work, wanted)
    offset = (page - 1) * limit
    if offset < stats["total"]:
        cut = situated(Task.select(Task.id)).where(*_conditions(work, wanted)).order_by(*_order(wanted))
        cut = cut.limit(min(limit, stats["total"])).offset(offset)
        data = many(work.db, situated(LISTED.select(work.db)).where(Task.id.in_(cut)).order_by(*_order(wanted)))
    return {"data": data, "stats": stats, "page": page, "limit": limit, "is_more": page * limit < stats["total"]}


def values_to_check(work: Work) -> dict[str, list[str]]:
    """By what one may narrow it down: the ids that there are of each thing."""
    names = ("project_ids", "task_type_ids", "task_status_ids", "episode_ids", "person_ids")
    if not is_overseer(work):
        return {name: [] for name in names}
    conditions = _conditions(work, Wanted())
    keys = (Task.project_id, Task.task_type_id, Task.task_status_id, EPISODE)
    rows = work.db.tuples(situated(Task.select(*keys)).where(*conditions).distinct())
    tasks = situated(Task.select(Task.id)).where(*conditions)
    persons = TaskPersonLink.select(TaskPersonLink.person_id).where(TaskPersonLink.task_id.in_(tasks)).distinct()
    columns = [{row[place] for row in rows} for place in range(len(keys))]
    found = (*columns, set(work.db.values(persons)))
    return {name: sorted(filter(None, ids)) for name, ids in zip(names, found, strict=True)}


def _conditions(work: Work, wanted: Wanted) -> list[peewee.Node]:
    """Which tasks (conditions on what `situated` has at hand)."""
    waiting = TaskStatus.alias("waiting")
    of_status = Task.task_status_id.in_(waiting.select(waiting.id).where(waiting.is_feedback_request))
    found: list[peewee.Node] = [Project.id.in_(own_open_projects(work)), of_status]
    if not is_admin(work):
        found.append(overseen_tasks(work))
    for column, ids in (
        (Task.project_id, wanted.projects),
        (Task.task_type_id, wanted.task_types),
        (Task.task_status_id, wanted.task_statuses),
    ):
        if ids:
            found.append(column.in_(ids))
    if wanted.episodes:
        found.append(peewee.Expression(EPISODE, peewee.OP.IN, wanted.episodes))
    if wanted.due_since is not None:
        found.append(known(Task.due_date) >= wanted.due_since)
    if wanted.due_until is not None:
        found.append(_due_until(datetime.datetime.fromisoformat(wanted.due_until)))
    return [*found, *given_to(wanted.persons)]


def _due_until(moment: datetime.datetime) -> peewee.Node:
    if moment.time() != MIDNIGHT:
        return known(Task.due_date) <= moment.isoformat(timespec="microseconds")
    return known(Task.due_date) < (moment + datetime.timedelta(days=1)).isoformat(timespec="microseconds")


def _order(wanted: Wanted) -> tuple[peewee.Node, ...]:
    asked = (ORDERS[wanted.order_by],) if wanted.order_by in ORDERS else ()
    return (*asked, Task.created_at, Task.id)


def _stats(work: Work, wanted: Wanted) -> dict[str, Any]:
    """How many tasks there are, how long they take, and how many are in each status."""
    rows: list[Any] = []
    if is_overseer(work):
        sums = (fn.COALESCE(fn.SUM(column), 0.0) for column in (known(Task.duration), known(Task.estimation)))
        query = situated(Task.select(Task.task_status_id, fn.COUNT(Task.id), *sums))
        rows = work.db.tuples(query.where(*_conditions(work, wanted)).group_by(Task.task_status_id))
    return {
        "total_duration": sum(row[2] for row in rows),
        "total_estimation": sum(row[3] for row in rows),
        "total": sum(row[1] for row in rows),
        "status": [{"task_status_id": row[0], "amount": row[1]} for row in rows],
    }
