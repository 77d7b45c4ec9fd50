"""How many of the assets cast in a shot are ready for each of its tasks (docs/api/entities.md).

An asset is ready for a task when it is shared from another project, or when the task type up to which it is `ready_for` does
not come before the task's own in the shot's project.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from kitsulite.models.entities import Entity, EntityLink
from kitsulite.models.productions import ProjectTaskTypeLink
from kitsulite.models.tasks import Task, TaskType
from kitsulite.storage import Row
from kitsulite.work.kinds import not_canceled
from kitsulite.work.work import Work


def refresh(work: Work, shot: Mapping[str, Any], *, only_wrong: bool = False) -> int:
    """Count anew for every task of a shot; how many were counted.

    only_wrong  what is right stays as it is, and nothing is told of it
    """
    count = 0
    cast = work.db.rows(
        Entity.select(Entity.id, Entity.project_id, Entity.is_shared, Entity.ready_for)
        .join(EntityLink, on=EntityLink.entity_out_id == Entity.id)
        .where(EntityLink.entity_in_id == shot["id"], not_canceled())
    )
    priorities = _priorities(work, shot["project_id"])
    tasks = Task.select(Task.id, Task.task_type_id, Task.nb_assets_ready).where(Task.entity_id == shot["id"])
    for task in work.db.rows(tasks):
        wanted = priorities.get(task["task_type_id"]) or 0
        ready = sum(_is_ready(asset, shot["project_id"], wanted, priorities) for asset in cast)
        if only_wrong and task["nb_assets_ready"] == ready:
            continue
        count += 1
        work.update(Task, task["id"], nb_assets_ready=ready)
        facts = {"task_id": task["id"], "nb_assets_ready": ready}
        work.emit("task:update-casting-stats", facts, shot["project_id"], live=True)
    return count


def refresh_for_asset(work: Work, asset: Mapping[str, Any]) -> None:
    """Count anew for every shot that casts an asset."""
    for shot in shots_casting(work, [asset["id"]]):
        refresh(work, shot)


def shots_casting(work: Work, asset_ids: Iterable[str]) -> list[Row]:
    """The placed entities in whose casting any of the assets is."""
    links = EntityLink.select(EntityLink.entity_in_id).where(EntityLink.entity_out_id.in_(list(asset_ids)))
    return work.db.rows(Entity.select().where(Entity.id.in_(links), Entity.parent_id.is_null(False)))


def _priorities(work: Work, project_id: str) -> dict[str, int]:
    query = (
        ProjectTaskTypeLink.select(ProjectTaskTypeLink.task_type_id, ProjectTaskTypeLink.priority)
        .join(TaskType, on=TaskType.id == ProjectTaskTypeLink.task_type_id)
        .where(ProjectTaskTypeLink.project_id == project_id, TaskType.for_entity == "Shot")
    )
    return dict(work.db.tuples(query))


def _is_ready(asset: Row, project_id: str, wanted: int, priorities: dict[str, int]) -> bool:
    if asset["is_shared"] and asset["project_id"] != project_id:
        return True
    return asset["ready_for"] is not None and wanted <= (priorities.get(asset["ready_for"]) or -1)
