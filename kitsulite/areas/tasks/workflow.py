"""The task types and statuses of a studio, and what an admin says of them."""

from kitsulite.models.tasks import TaskStatus, TaskType
from kitsulite.storage import Row
from kitsulite.work.work import Work

OF_TASK_TYPE = (
    "name",
    "for_entity",
    "short_name",
    "color",
    "priority",
    "department_id",
    "description",
    "allow_timelog",
    "archived",
)
OF_TASK_STATUS = (
    "name",
    "short_name",
    "color",
    "priority",
    "description",
    "is_default",
    "is_wip",
    "is_feedback_request",
    "is_retake",
    "is_done",
    "is_artist_allowed",
    "is_client_allowed",
    "for_concept",
    "archived",
)


def list_task_types(work: Work) -> list[Row]:
    """All of them, as they come in productions."""
    return work.db.rows(TaskType.select().order_by(TaskType.for_entity, TaskType.priority, TaskType.name, TaskType.id))


def list_task_statuses(work: Work) -> list[Row]:
    """All of them, those of concepts last."""
    order = (TaskStatus.for_concept, TaskStatus.priority, TaskStatus.name, TaskStatus.id)
    return work.db.rows(TaskStatus.select().order_by(*order))
