"""How far each episode has come: tasks, frames and drawings by task type and status (docs/api/entities.md)."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from peewee import fn

from kitsulite.access.projects import CLIENT, VENDOR, has_project_access, has_role
from kitsulite.models.entities import Entity
from kitsulite.models.entity_shapes import Parent
from kitsulite.models.shapes import known
from kitsulite.models.tasks import Task, TaskPersonLink, TaskStatus
from kitsulite.storage import Row
from kitsulite.work.work import Work

ALL = "all"


class Pile(NamedTuple):
    """Tasks that are alike: of an episode, a type, a status and with as many retakes."""

    episode_id: str
    task_type_id: str
    task_status_id: str
    status: str
    color: str
    is_done: bool
    is_retake: bool
    retakes: int
    tasks: int
    frames: int
    drawings: int


def _piles(work: Work, project_id: str) -> list[Pile]:
    """The tasks of everything that stands in an episode; for vendors only theirs. One statement, whatever their number."""
    key = (
        Parent.parent_id,
        Task.task_type_id,
        Task.task_status_id,
        TaskStatus.short_name,
        TaskStatus.color,
        TaskStatus.is_done,
        TaskStatus.is_retake,
        Task.retake_count,
    )
    sums = (
        fn.COUNT(Task.id),
        fn.COALESCE(fn.SUM(Entity.nb_frames), 0),
        fn.COALESCE(fn.SUM(known(Task.nb_drawings)), 0),
    )
    query = (
        Task.select(*key, *sums)
        .join(Entity, on=Entity.id == Task.entity_id)
        .join(Parent, on=Parent.id == Entity.parent_id)
        .join_from(Task, TaskStatus, on=TaskStatus.id == Task.task_status_id)
        .where(Task.project_id == project_id, Parent.parent_id.is_null(False))
        .group_by(*key)
    )
    if has_role(work, project_id, VENDOR):
        mine = TaskPersonLink.select(TaskPersonLink.task_id).where(TaskPersonLink.person_id == work.caller.id)
        query = query.where(Task.id.in_(mine))
    return [Pile(*row) for row in work.db.tuples(query)]


def may_see_stats(work: Work, project: Row) -> bool:
    """In the project's team, clients where it lets them."""
    return has_project_access(work, project["id"]) and (
        bool(project["is_client_stats_visible"]) or not has_role(work, project["id"], CLIENT)
    )


def stats(work: Work, project_id: str) -> dict[str, Any]:
    """Episode -> task type -> status -> how many tasks, frames, drawings; `all` sums over episodes and over types."""
    found: dict[str, Any] = {}
    for pile in _piles(work, project_id):
        for episode, task_type in _places(pile):
            cell = (
                found.setdefault(episode, {})
                .setdefault(task_type, {})
                .setdefault(
                    pile.task_status_id,
                    {"name": pile.status, "color": pile.color, "count": 0, "frames": 0, "drawings": 0},
                )
            )
            _add(cell, pile)
    return found


def retake_stats(work: Work, project_id: str) -> dict[str, Any]:
    """Episode -> task type -> what is done, retaken or else; episodes also take by take (`evolution`)."""
    found: dict[str, Any] = {ALL: {ALL: _report()}}
    piles = _piles(work, project_id)
    for pile in piles:
        for episode, task_type in _places(pile):
            report = found.setdefault(episode, {}).setdefault(task_type, _report())
            _add(report[_state(pile)], pile)
            report["max_retake_count"] = max(report["max_retake_count"], pile.retakes or 0)
    for pile in piles:
        for episode, task_type in _places(pile):
            if episode != ALL:
                _add_takes(found[episode][task_type], pile)
    return found


def _add_takes(report: dict[str, Any], pile: Pile) -> None:
    """Count a pile into every take that its episode and type went through."""
    for take in range(1, report["max_retake_count"] + 1):
        states = report["evolution"].setdefault(str(take), {state: _counts() for state in ("done", "retake", "other")})
        if (pile.retakes or 0) >= take:
            _add(states["retake"], pile)
        else:
            _add(states["done" if pile.is_done else "other"], pile)


def _places(pile: Pile) -> Iterator[tuple[str, str]]:
    for episode in (pile.episode_id, ALL):
        for task_type in (pile.task_type_id, ALL):
            yield episode, task_type


def _state(pile: Pile) -> str:
    return "done" if pile.is_done else "retake" if pile.is_retake else "other"


def _report() -> dict[str, Any]:
    return {"max_retake_count": 0, "evolution": {}, "done": _counts(), "retake": _counts(), "other": _counts()}


def _counts() -> dict[str, int]:
    return {"count": 0, "frames": 0, "drawings": 0}


def _add(cell: dict[str, Any], pile: Pile) -> None:
    cell["count"] += pile.tasks
    cell["frames"] += int(pile.frames)
    cell["drawings"] += int(pile.drawings)
