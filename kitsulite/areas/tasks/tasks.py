"""Changing and removing tasks (docs/api/tasks.md)."""

from kitsulite.models.shapes import Raw, many
from kitsulite.models.task_shapes import TASK
from kitsulite.models.tasks import Task, TaskPersonLink, TaskType
from kitsulite.rows.erase import erase, tell_of_task
from kitsulite.storage import Row
from kitsulite.work.work import Work


def set_priority(work: Work, rows: list[Row], priority: int) -> Raw:
    """Give tasks a priority; those that the caller may not change are left out."""
    for task in rows:
        work.update(Task, task["id"], priority=Task.priority.read(priority))
        work.emit("task:update", {"task_id": task["id"]}, task["project_id"])
    return many(work.db, TASK.select(work.db).where(Task.id.in_([task["id"] for task in rows])))


def remove_of_type(work: Work, project: Row, task_type_id: str) -> None:
    """Remove all tasks of a type from a project, with all that hangs on them."""
    of_type = Task.task_type_id == work.get(TaskType, task_type_id)["id"]
    erase(work, Task, work.db.values(Task.select(Task.id).where(Task.project_id == project["id"], of_type)))


def remove_tasks(work: Work, rows: list[Row], ids: list[str]) -> list[str]:
    """Remove tasks of a project, with all that hangs on them; the ids as sent. Those that are not of it stay."""
    erase(work, Task, [task["id"] for task in rows])
    return ids


def remove_task(work: Work, task: Row, *, force: bool = False) -> None:
    """Delete a task; with `force` all that hangs on it too. ForeignKeyViolation when something else does."""
    if force:
        erase(work, Task, [task["id"]])
        return
    work.delete(TaskPersonLink, TaskPersonLink.task_id == task["id"])
    work.delete(Task, Task.id == task["id"])
    tell_of_task(work, task)
