"""What a status sets off: automations of the project (docs/api/tasks.md)."""

from collections.abc import Iterator

import peewee

from kitsulite.areas.entities import castingcounts
from kitsulite.models.entities import Entity, EntityType
from kitsulite.models.productions import ProjectStatusAutomationLink, ProjectTaskTypeLink
from kitsulite.models.tasks import StatusAutomation, Task, TaskStatus, TaskType
from kitsulite.storage import Row, Statement
from kitsulite.work import kinds
from kitsulite.work.work import Work


def _waiting(project_id: str, task_type_id: str, task_status_id: str) -> peewee.Query:
    """The automations of a production for a status of a type of tasks."""
    linked = ProjectStatusAutomationLink.select(ProjectStatusAutomationLink.status_automation_id).where(
        ProjectStatusAutomationLink.project_id == project_id
    )
    return StatusAutomation.select().where(
        StatusAutomation.id.in_(linked),
        StatusAutomation.archived == False,  # noqa: E712
        StatusAutomation.in_task_type_id == task_type_id,
        StatusAutomation.in_task_status_id == task_status_id,
    )


WAITING = Statement(_waiting)


def triggered_by(work: Work, task: Row) -> Iterator[Row]:
    """The automations that the status of a task sets off, none that would take work back to an earlier step."""
    waiting = work.db.ask(WAITING, task["project_id"], task["task_type_id"], task["task_status_id"])
    if not waiting:
        return
    entity = work.get(Entity, task["entity_id"])
    kind = kinds.kind_of(work, entity)
    names = {kind.name.lower(), work.get(EntityType, entity["entity_type_id"])["name"].lower()}
    for automation in waiting:
        if (automation["entity_type"] or "").lower() in names and _goes_forward(work, automation, task, kind):
            yield automation


def _goes_forward(work: Work, automation: Row, task: Row, kind: kinds.Kind) -> bool:
    if automation["out_field_type"] == "ready_for":
        return True
    steps = (automation["in_task_type_id"], automation["out_task_type_id"])
    before, after = (_priority(work, task["project_id"], step, kind) for step in steps)
    return before <= after


def _priority(work: Work, project_id: str, task_type_id: str, kind: kinds.Kind) -> int:
    query = (
        ProjectTaskTypeLink.select(ProjectTaskTypeLink.priority)
        .join(TaskType, on=TaskType.id == ProjectTaskTypeLink.task_type_id)
        .where(
            ProjectTaskTypeLink.project_id == project_id,
            ProjectTaskTypeLink.task_type_id == task_type_id,
            TaskType.for_entity == kind.name,
        )
    )
    return work.db.value(query) or 0


def target_of(work: Work, automation: Row, task: Row) -> Row | None:
    """The task that an automation gives a status: the first of its type on the same entity."""
    if automation["out_task_status_id"] is None:
        return None
    query = Task.select().where(
        Task.entity_id == task["entity_id"], Task.task_type_id == automation["out_task_type_id"]
    )
    return work.db.row(query.order_by(Task.name))


def explain(work: Work, automation: Row) -> str:
    """What an automation says in the comment that it makes."""
    step = work.get(TaskType, automation["in_task_type_id"])["name"]
    status = work.get(TaskStatus, automation["in_task_status_id"])["name"]
    return f"Change triggered by {step} set to {status}"


def make_ready(work: Work, task: Row, automation: Row) -> None:
    """Declare the asset of a task ready for a step, and count anew in the shots that cast it."""
    entity = work.get(Entity, task["entity_id"])
    if kinds.kind_of(work, entity) is not kinds.ASSET:
        return
    step = automation["out_task_type_id"]
    work.update(Entity, entity["id"], ready_for=step)
    work.emit("asset:update", {"asset_id": entity["id"], "data": {"ready_for": step}}, entity["project_id"])
    castingcounts.refresh_for_asset(work, entity)
