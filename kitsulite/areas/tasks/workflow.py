"""The task types and statuses of a studio, for whoever runs it."""

from kitsulite.models.tasks import TaskStatus, TaskType
from kitsulite.storage import Row
from kitsulite.work.work import Work


def list_task_types(work: Work) -> list[Row]:
    """All of them, as they come in productions."""
    return work.db.rows(TaskType.select().order_by(TaskType.for_entity, TaskType.priority, TaskType.name, TaskType.id))


def list_task_statuses(work: Work) -> list[Row]:
    """All of them, those of concepts last."""
    order = (TaskStatus.for_concept, TaskStatus.priority, TaskStatus.name, TaskStatus.id)
    return work.db.rows(TaskStatus.select().order_by(*order))
