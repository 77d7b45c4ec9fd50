"""What follows when a preview has its file: its row, its task, its entity, and who is told (docs/api/previews.md)."""

from typing import Any

from kitsulite.access.tasks import project_of_task
from kitsulite.areas.previews.previewfiles import set_main_preview
from kitsulite.models.entities import Entity
from kitsulite.models.productions import Project
from kitsulite.models.reviews import CommentPreviewLink, PreviewFile
from kitsulite.models.tasks import Task
from kitsulite.storage import Row
from kitsulite.work.work import Work


def fill(work: Work, preview: Row, **values: Any) -> None:
    """Write down what is known of a preview now, and say so."""
    work.update(PreviewFile, preview["id"], **values)
    project_id = project_of_task(work, preview["task_id"])
    work.emit("preview-file:update", {"preview_file_id": preview["id"]}, project_id)


def follow_up(work: Work, preview: Row) -> None:
    """A revision can be looked at: its task shows it, and the entity too where the project wants that."""
    if preview["position"] != 1:
        return
    task = work.get(Task, preview["task_id"])
    work.update(Task, task["id"], last_preview_file_id=preview["id"])
    if work.get(Project, task["project_id"])["is_set_preview_automated"]:
        set_main_preview(work, work.get(Entity, task["entity_id"]), preview["id"])


def tell_comments(work: Work, preview_id: str) -> None:
    """The comments under which a preview stands have changed."""
    preview = work.get(PreviewFile, preview_id)
    project_id = project_of_task(work, preview["task_id"])
    links = CommentPreviewLink.select(CommentPreviewLink.comment).where(CommentPreviewLink.preview_file == preview_id)
    for comment_id in work.db.values(links):
        work.emit("comment:update", {"comment_id": comment_id}, project_id)
        facts = {key: preview[key] for key in ("task_id", "revision", "extension", "status")}
        work.emit(
            "preview-file:add-file", {"comment_id": comment_id, "preview_file_id": preview_id, **facts}, project_id
        )
