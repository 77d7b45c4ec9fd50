"""The board of all projects: open tasks as people ask for them, and sums over them (docs/api/tasks.md)."""

import itertools
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

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
    is_of_few = bool(wanted.persons or wanted.studio_id or wanted.department_id)
    parts, kinds = list(_parts(work, *conditions, is_of_few=is_of_few)), _kinds(work)
    counted = [part for part in parts if wanted.task_type_id is not None or _is_shown(kinds.get(part.task_type_id))]
    stats = _stats([part for part in parts if part.task_type_id in kinds], counted)
    if offset >= stats["total"]:
        return {"data": [], "stats": dict(NO_STATS), "limit": limit, "is_more": False, "page": page}
    stats["total"] -= offset
    terms = (Project.name, peewee.SQL(EPISODE_NAME.sql), Parent.name, EntityType.name, Entity.name, TaskType.name)
    order = (*(_nulls_last(term) for term in terms), Task.id)
    before = 0
    if not is_of_few:
        projects, before = _projects_of_page(work, counted, slice(offset, offset + limit))
        conditions.append(Task.project_id.in_(projects))
    cut = (
        situated(Task.select(Task.id))
        .where(*conditions, shown)
        .order_by(*order)
        .limit(min(limit, stats["total"]))
        .offset(offset - before)
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
        )
        if value is not None
    ]
    if wanted.priority is not None:
        found.append(Task.task_type_id.in_(TaskType.select(TaskType.id).where(TaskType.priority == wanted.priority)))
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


def _stats(parts: Iterable["Part"], counted: Iterable["Part"]) -> dict[str, Any]:
    """Sums over all tasks that are asked for; the total only counts those that are shown."""
    amounts = Counter[str]()
    duration, estimation = 0.0, 0.0
    for part in parts:
        amounts[part.task_status_id] += part.amount
        duration, estimation = duration + part.duration, estimation + part.estimation
    return {
        "total_duration": duration,
        "total_estimation": estimation,
        "total": sum(part.amount for part in counted),
        "status": [{"task_status_id": id, "amount": amount} for id, amount in sorted(amounts.items())],
    }


def _projects_of_page(work: Work, counted: Iterable["Part"], page: slice) -> tuple[list[str], int]:
    """The projects that a page is of, which come by name, and how many tasks those before them have.

    So nothing has to be put in order but the tasks of these.
    """
    amounts = Counter[str]()
    for part in counted:
        amounts[part.project_id] += part.amount
    query = Project.select(Project.id, Project.name).where(Project.id.in_(list(amounts)))
    projects: list[str] = []
    before = at = 0
    for _, alike in itertools.groupby(
        work.db.tuples(query.order_by(_nulls_last(Project.name))), key=lambda row: row[1]
    ):
        ids = [id for id, _ in alike]
        after = at + sum(amounts[id] for id in ids)
        if after <= page.start:
            before = after
        elif at < page.stop:
            projects += ids
        at = after
    return projects, before


class Part(NamedTuple):
    """The tasks of a project that are of one type and status."""

    project_id: str
    task_type_id: str
    task_status_id: str
    amount: int
    duration: float
    estimation: float


def _parts(work: Work, *conditions: peewee.Node, is_of_few: bool = False) -> Iterator[Part]:
    """Sums by project, type and status, read from one index alone (`models/tasks.py`): the few that there are are joined here.

    is_of_few  whether the conditions leave few tasks, to be found first
    """
    keys = (Task.project_id, Task.task_type_id, Task.task_status_id)
    order = keys[::-1] if is_of_few else keys  # in another order than the index's, which would be read whole
    query = Task.select(
        *keys,
        fn.COUNT(peewee.SQL("*")),
        fn.COALESCE(fn.SUM(known(Task.duration)), 0.0),
        fn.COALESCE(fn.SUM(known(Task.estimation)), 0.0),
    )
    found = work.db.tuples(query.where(*_is_complete(), *conditions).group_by(*order).order_by(*order))
    return itertools.starmap(Part, found)


def _kinds(work: Work) -> dict[str, str | None]:
    """Which kind of entity each task type is for."""
    return dict(work.db.tuples(TaskType.select(TaskType.id, TaskType.for_entity)))


def _is_shown(kind: str | None) -> bool:
    return kind is not None and kind != "Concept"


def _is_complete() -> list[peewee.Node]:
    needed = (Task.project_id, Task.task_status_id, Task.entity_id)
    return [key.is_null(False) for key in needed]


def complete(query: peewee.ModelSelect) -> peewee.ModelSelect:
    """The tasks that have all that `situated` joins, with their types at hand: to count them needs no more."""
    return query.join(TaskType, on=Task.task_type_id == TaskType.id).where(*_is_complete())


def figures(work: Work) -> dict[str, Any]:
    """Project by project how many tasks there are and how long they take, in all and for each type and status."""
    keys = ("amount", "amount_done", "total_duration", "total_estimation")
    kinds = _kinds(work)
    done = set(work.db.values(TaskStatus.select(TaskStatus.id).where(TaskStatus.is_done)))
    found: dict[str, Any] = {}
    for part in _parts(work, _in_sight(work, None)):
        if not _is_shown(kinds.get(part.task_type_id)):
            continue
        of_project = found.setdefault(part.project_id, dict.fromkeys(keys, 0) | {"task_types": []})
        amount_done = part.amount if part.task_status_id in done else 0
        sums = dict(zip(keys, (part.amount, amount_done, part.duration, part.estimation), strict=True))
        ids = {
            "task_status_id": part.task_status_id,
            "task_type_id": part.task_type_id,
            "project_id": part.project_id,
        }
        of_project["task_types"].append(ids | sums)
        of_project |= {key: of_project[key] + sums[key] for key in keys}
    return found
