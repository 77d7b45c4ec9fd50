"""Statuses that the studio itself needs: the one a task begins with, and the one of the old review route (docs/api/tasks.md)."""

from kitsulite.models.tasks import TaskStatus
from kitsulite.storage import Row
from kitsulite.work.work import Work

FIRST = {"name": "Todo", "short_name": "todo", "color": "#f5f5f5", "is_default": True}
FIRST_OF_CONCEPTS = {
    "name": "Neutral",
    "short_name": "neutral",
    "color": "#CCCCCC",
    "is_default": True,
    "for_concept": True,
}
TO_REVIEW = {"name": "To review", "short_name": "pndng", "color": "#f5f5f5"}


def default_status(work: Work, *, for_concept: bool = False) -> Row:
    """What a task begins with and falls back to; made when the studio has none."""
    first = FIRST_OF_CONCEPTS if for_concept else FIRST
    same_kind = TaskStatus.for_concept == for_concept
    return (
        work.db.row(TaskStatus.select().where(TaskStatus.is_default == True, same_kind))  # noqa: E712
        or work.db.row(TaskStatus.select().where(TaskStatus.short_name == first["short_name"], same_kind))
        or _make(work, first)
    )


def review_status(work: Work) -> Row:
    """Where `to-review` puts a task; made when the studio has none."""
    found = (TaskStatus.name == TO_REVIEW["name"]) | (TaskStatus.short_name == TO_REVIEW["short_name"])
    return work.db.row(TaskStatus.select().where(found)) or _make(work, TO_REVIEW)


def _make(work: Work, values: Row) -> Row:
    id = work.insert(TaskStatus, **values)
    work.emit("task-status:new", {"task_status_id": id})
    return work.get(TaskStatus, id)
