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
from kitsulite.models.entity_shapes import Grandparent, Parent
from kitsulite.models.people import DepartmentLink, Person
from kitsulite.models.productions import Project
from kitsulite.models.shapes import known, many
from kitsulite.models.task_shapes import BOARD, EPISODE_NAME, situated
from kitsulite.models.tasks import Task, TaskPersonLink, TaskStatus, TaskType
from kitsulite.work.work import Work


def _nulls_last(term: Any) -> peewee.Node:
    return peewee.Ordering(term, "ASC", nulls="LAST")


PLACES = (peewee.SQL(EPISODE_NAME.sql), Parent.name, EntityType.name, Entity.name)
"""By what entities of a project come."""
ORDER = (*map(_nulls_last, (Project.name, *PLACES, TaskType.name)), Task.id)
NO_STATS: dict[str, Any] = {"total_duration": 0, "total_estimation": 0, "total": 0, "status": []}


MORE_ENTITIES = 100
"""How many more entities than tasks are counted at first, for some have no tasks that are asked for."""


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
    page_of = slice(offset, offset + min(limit, stats["total"]))
    tasks = situated(Task.select(Task.id)).where(*conditions, shown).order_by(*ORDER)
    if is_of_few or wanted.task_type_id is not None:
        ids = work.db.values(tasks.limit(page_of.stop - offset).offset(offset))
    else:
        pieces = _pieces_by_project(work, counted, page_of)
        ids = [id for piece in pieces for id in _ids_of_piece(work, tasks, (*conditions, shown), *piece)]
    rows = many(work.db, situated(BOARD.select(work.db)).where(Task.id.in_(ids)).order_by(*ORDER))
    return {"data": rows, "stats": stats, "limit": limit, "is_more": stats["total"] >= limit, "page": page}


def wanted_tasks(work: Work, wanted: Wanted) -> list[peewee.Node]:
    """Which tasks the board shows (conditions on tasks and their types)."""
    return [_in_sight(work, wanted.project_id), *_asked(wanted), _shown(wanted)]


def _shown(wanted: Wanted) -> peewee.Node:
    return TaskType.for_entity != "Concept" if wanted.task_type_id is None else peewee.SQL("1 = 1")


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


def _pieces_by_project(work: Work, counted: Iterable["Part"], page: slice) -> Iterator[tuple[list[str], slice]]:
    """The projects that a page is of, which come by name, and which of all their tasks are on it."""
    amounts = Counter[str]()
    for part in counted:
        amounts[part.project_id] += part.amount
    query = Project.select(Project.id, Project.name).where(Project.id.in_(list(amounts)))
    at = 0
    for _, alike in itertools.groupby(
        work.db.tuples(query.order_by(_nulls_last(Project.name))), key=lambda row: row[1]
    ):
        ids = [id for id, _ in alike]
        amount = sum(amounts[id] for id in ids)
        if at < page.stop and page.start < at + amount:
            yield ids, slice(max(page.start - at, 0), min(page.stop - at, amount))
        at += amount


def _ids_of_piece(
    work: Work, tasks: peewee.ModelSelect, conditions: Iterable[peewee.Node], projects: list[str], piece: slice
) -> list[str]:
    """The tasks of a piece of what projects of one name have.

    Tasks come by their entities first, of which there are far fewer: so these are put in order and counted up to the
    piece, and of the tasks only those of the entities on it are.
    """
    within = Task.project_id.in_(projects)
    entities = work.db.tuples(
        Entity.select(Entity.id, *PLACES)
        .join(EntityType, on=EntityType.id == Entity.entity_type_id)
        .join_from(Entity, Parent, peewee.JOIN.LEFT_OUTER, on=Parent.id == Entity.parent_id)
        .join_from(Parent, Grandparent, peewee.JOIN.LEFT_OUTER, on=Grandparent.id == Parent.parent_id)
        .where(Entity.id.in_(Task.select(Task.entity_id).where(within, Task.entity_id.is_null(False)).distinct()))
        .order_by(*map(_nulls_last, PLACES))
    )
    namesakes = [[row[0] for row in alike] for _, alike in itertools.groupby(entities, key=lambda row: row[1:])]
    query = complete(Task.select(Task.entity_id, fn.COUNT(peewee.SQL("*")))).where(*conditions, within)
    chosen: list[str] = []
    before = at = 0
    likely = piece.stop + MORE_ENTITIES
    for some in (namesakes[:likely], namesakes[likely:]):
        counted = query.where(Task.entity_id.in_([id for ids in some for id in ids])).group_by(Task.entity_id)
        amounts = dict(work.db.tuples(counted))
        for ids in some:
            after = at + sum(amounts.get(id, 0) for id in ids)
            if after <= piece.start:
                before = after
            elif at < piece.stop:
                chosen += ids
            at = after
        if at >= piece.stop:
            break
    found = tasks.where(within, Task.entity_id.in_(chosen))
    return work.db.values(found.limit(piece.stop - piece.start).offset(piece.start - before))


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
