"""Changing and removing tasks (contract 05, 3.13 and 5)."""

from collections.abc import Iterable

from kitsulite.models.files import OutputFile, WorkingFile
from kitsulite.models.people import TimeSpent
from kitsulite.models.productions import Project
from kitsulite.models.reviews import Comment, News, Notification, PreviewFile, Subscription
from kitsulite.models.shapes import Raw, many
from kitsulite.models.task_shapes import TASK
from kitsulite.models.tasks import Task, TaskPersonLink, TaskType
from kitsulite.services import access, comments
from kitsulite.services.assignments import existing
from kitsulite.services.previews.previewfiles import remove_preview_file
from kitsulite.services.work import Work
from kitsulite.storage import Row


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
    for task in work.db.rows(Task.select().where(Task.project_id == project["id"], of_type)):
        remove_task(work, task, force=True)


def remove_tasks(work: Work, project_id: str, task_ids: list[str]) -> list[str]:
    """Delete tasks of a project, with all that hangs on them; the ids as given. Tasks of other projects stay."""
    for task in existing(work, task_ids):
        if task["project_id"] == project_id.lower():
            remove_task(work, task, force=True)
    return task_ids


def remove_task(work: Work, task: Row, *, force: bool = False) -> None:
    """Delete a task; with `force` all that hangs on it too. ForeignKeyViolation when something else does."""
    if force:
        _remove_what_hangs_on(work, task)
    work.delete(TaskPersonLink, TaskPersonLink.task_id == task["id"])
    work.delete(Task, Task.id == task["id"])
    ids = {"task_id": task["id"], "entity_id": task["entity_id"], "task_type_id": task["task_type_id"]}
    work.emit("task:delete", ids, task["project_id"])


def _remove_what_hangs_on(work: Work, task: Row) -> None:
    work.update(Task, task["id"], last_preview_file_id=None)
    for preview in work.db.rows(PreviewFile.select().where(PreviewFile.task_id == task["id"])):
        remove_preview_file(work, preview)
    for comment in work.db.rows(Comment.select().where(Comment.object_id == task["id"])):
        comments.erase(work, comment)
    working = WorkingFile.select(WorkingFile.id).where(WorkingFile.task_id == task["id"])
    work.delete(OutputFile, OutputFile.source_file_id.in_(working))
    for table in (WorkingFile, Subscription, TimeSpent, Notification, News):
        work.delete(table, table.task_id == task["id"])
