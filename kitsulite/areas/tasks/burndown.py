"""How the work on the board of all projects gets done, day by day (docs/api/tasks.md)."""

from typing import Any

import peewee
from peewee import fn

from kitsulite.areas.tasks.board import Wanted, complete, wanted_tasks
from kitsulite.models.productions import Project
from kitsulite.models.shapes import known
from kitsulite.models.tasks import Task, TaskStatus
from kitsulite.work.work import Work


def burndown(work: Work, wanted: Wanted) -> dict[str, Any]:
    """How much there is to do, from when to when, and how much of it was done on each day.

    The bounds are those of the tasks, else of their projects. What was done before them counts on the first day, and what was
    done after them moves the last one.
    """
    conditions = wanted_tasks(work, wanted)
    total, estimation, start, end = work.db.tuples(
        complete(
            Task.select(
                fn.COUNT(Task.id),
                fn.COALESCE(fn.SUM(known(Task.estimation)), 0.0),
                _day(fn.MIN(known(Task.start_date))),
                _day(fn.MAX(known(Task.due_date))),
            )
        ).where(*conditions)
    )[0]
    if start is None or end is None:
        first, last = _bounds_of_projects(work, wanted, conditions)
        start, end = start or first, end or last
    days: dict[str, tuple[int, float]] = {}
    for day, done, done_estimation in _done(work, conditions):
        shown = max(day, start) if start else day
        before = days.get(shown, (0, 0.0))
        days[shown] = (before[0] + done, before[1] + done_estimation)
    return {
        "total": total,
        "total_estimation": estimation,
        "start_date": start,
        "end_date": max(filter(None, (end, *days)), default=None),
        "done_by_day": [
            {"date": day, "done": done, "done_estimation": done_estimation}
            for day, (done, done_estimation) in sorted(days.items())
        ],
    }


def _bounds_of_projects(work: Work, wanted: Wanted, conditions: list[peewee.Node]) -> tuple[str | None, str | None]:
    """When the first of the projects starts and the last one ends."""
    projects: Any = Project.id == wanted.project_id
    if wanted.project_id is None:
        projects = Project.id.in_(complete(Task.select(Task.project_id)).where(*conditions))
    bounds = Project.select(_text(fn.MIN(Project.start_date)), _text(fn.MAX(Project.end_date)))
    start, end = work.db.tuples(bounds.where(projects))[0]
    return start, end


def _done(work: Work, conditions: list[peewee.Node]) -> list[tuple[str, int, float]]:
    """Day by day how many tasks were done, and how long they were to take."""
    done_date = known(Task.done_date)
    day = _day(done_date)
    query = complete(Task.select(day, fn.COUNT(Task.id), fn.COALESCE(fn.SUM(known(Task.estimation)), 0.0)))
    query = query.join_from(Task, TaskStatus, on=TaskStatus.id == Task.task_status_id)
    done = query.where(*conditions, TaskStatus.is_done == True, done_date.is_null(False))  # noqa: E712
    return work.db.tuples(done.group_by(peewee.SQL("1")))


def _day(moment: peewee.Node) -> peewee.Node:
    return _text(fn.DATE(moment))


def _text(date: peewee.Node) -> peewee.Node:
    return peewee.Cast(date, "TEXT")
