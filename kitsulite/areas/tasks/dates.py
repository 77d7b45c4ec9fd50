"""When people are at work: the span of each one's tasks, for planning (docs/api/tasks.md)."""

from collections.abc import Iterable
from typing import Any

import peewee
from peewee import fn

from kitsulite.access.projects import CREW, open_projects, projects_as
from kitsulite.access.roles import is_admin
from kitsulite.models.people import Person
from kitsulite.models.tasks import Task, TaskPersonLink
from kitsulite.work.work import Work

SECOND = len("2026-01-01 00:00:00")
Period = tuple[str, str]


def task_dates(work: Work, project_id: str | None) -> list[dict[str, Any]]:
    """For each active person with tasks the first start and the last due date, in one project or in all open ones.

    Who does not see all projects is told when people are busy in the others, but not with what.
    """
    hears_of_others = project_id is None and not is_admin(work)
    if project_id is not None:
        seen: peewee.Node = Task.project_id == project_id
    else:
        seen = Task.project_id.in_(open_projects())
        if hears_of_others:
            seen &= Task.project_id.in_(projects_as(work, *CREW))
    spans = {person: (start, due) for person, start, due in _spans(work, seen)}
    busy: dict[str, list[Period]] = {}
    if hears_of_others:
        others = Task.project_id.in_(open_projects()) & Task.project_id.not_in(projects_as(work, *CREW))
        for person, start, due in _dated(work, others):
            busy.setdefault(person, []).append((start, due))
    return [
        {
            "person_id": person,
            "min_date": _plain(spans.get(person, (None, None))[0]),
            "max_date": _plain(spans.get(person, (None, None))[1]),
            "busy_periods": [
                {"start_date": _plain(start), "end_date": _plain(end)} for start, end in merged(busy.get(person, ()))
            ],
        }
        for person in dict.fromkeys([*spans, *busy])
    ]


def _spans(work: Work, seen: peewee.Node) -> Iterable[tuple[str, str | None, str | None]]:
    """Person by person the bounds of their tasks."""
    query = _assignments(Person.id, fn.MIN(Task.start_date), fn.MAX(Task.due_date)).where(seen)
    return work.db.tuples(query.group_by(Person.id))


def _dated(work: Work, seen: peewee.Node) -> Iterable[tuple[str, str, str]]:
    """Person by person their tasks with both dates, by start."""
    query = _assignments(Person.id, Task.start_date, Task.due_date)
    dated = Task.start_date.is_null(False) & Task.due_date.is_null(False)
    return work.db.tuples(query.where(seen, dated).order_by(Person.id, Task.start_date))


def _assignments(*values: Any) -> peewee.ModelSelect:
    return (
        Person.select(*values)
        .join(TaskPersonLink, on=TaskPersonLink.person_id == Person.id)
        .join(Task, on=Task.id == TaskPersonLink.task_id)
        .where(Person.active == True)  # noqa: E712
    )


def merged(periods: Iterable[Period]) -> list[Period]:
    """Periods by start, those that overlap or touch made one."""
    found: list[Period] = []
    for start, end in periods:
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((start, end))
    return found


def _plain(moment: str | None) -> str | None:
    return moment and moment.replace("T", " ")[:SECOND]
