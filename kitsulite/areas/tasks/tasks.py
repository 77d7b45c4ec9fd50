"""Changing and removing tasks (contract 05, 3.13 and 5)."""

from collections.abc import Iterable

from kitsulite import access
from kitsulite.areas.tasks.assignments import existing
from kitsulite.models.productions import Project
from kitsulite.models.shapes import Raw, many
from kitsulite.models.task_shapes import TASK
from kitsulite.models.tasks import Task, TaskPersonLink, TaskType
from kitsulite.rows.erase import erase, tell_of_task
from kitsulite.storage import Row
from kitsulite.work.work import Work


def set_priority(work: Work, task_ids: Iterable[str], priority: int) -> Raw:
    """Give tasks a priority; those changed. What the caller may not change is passed over."""
    done = []
    for task in existing(work, task_ids):
        if access.may_change_task(work, task, {"priority"}):
            work.update(Task, task["id"], priority=Task.priority.read(priority))
            work.emit("task:update", {"task_id": task["id"]}, task["project_id"])
            done.append(task["id"])
    return many(work.db, TASK.select(work.db).where(Task.id.in_(done)))


def remove_of_type(work: Work, project_id: str, task_type_id: str) -> None:
    """Delete all tasks of a type in a project, with all that hangs on them."""
    project, task_type = work.get(Project, project_id), work.get(TaskType, task_type_id)
    of_type = Task.task_type_id == task_type["id"]
    erase(work, Task, work.db.values(Task.select(Task.id).where(Task.project_id == project["id"], of_type)))


def remove_tasks(work: Work, project_id: str, task_ids: list[str]) -> list[str]:
    """Delete tasks of a project, with all that hangs on them; the ids as given. Tasks of other projects stay."""
    here = (task["id"] for task in existing(work, task_ids) if task["project_id"] == project_id.lower())
    erase(work, Task, here)
    return task_ids


def remove_task(work: Work, task: Row, *, force: bool = False) -> None:
    """Delete a task; with `force` all that hangs on it too. ForeignKeyViolation when something else does."""
    if force:
        erase(work, Task, [task["id"]])
        return
    work.delete(TaskPersonLink, TaskPersonLink.task_id == task["id"])
    work.delete(Task, Task.id == task["id"])
    tell_of_task(work, task)
