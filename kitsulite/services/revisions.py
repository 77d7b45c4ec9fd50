"""The revisions of a task: previews under its comments (contract 05, 3.11)."""

import peewee

from kitsulite.models import new_id
from kitsulite.models.productions import Project
from kitsulite.models.reviews import Comment, CommentPreviewLink, News, PreviewFile
from kitsulite.services.errors import Refused
from kitsulite.services.previewfiles import check_revision
from kitsulite.services.work import Work
from kitsulite.storage import Row

NAME_LENGTH = 13
COPIED = ("extension", "original_name", "status", "file_size", "width", "height", "duration")


def add_preview(work: Work, task: Row, comment: Row, revision: int | None = None) -> str:
    """A place for a preview under a comment, its file still to come; the new row's id.

    Without a revision it joins the comment's previews, or begins the task's next revision. Refused when the revision is
    taken, or when the project has one preview a revision only.
    """
    siblings = previews_of(work, comment["id"])
    if revision is None:
        revision = siblings[0]["revision"] if siblings else last_revision(work, task["id"]) + 1
    id = new_id()
    if not siblings:
        check_revision(work, {"id": id, "task_id": task["id"]}, revision)
    of_revision = (PreviewFile.task_id == task["id"]) & (PreviewFile.revision == revision)
    position = work.db.count(PreviewFile.select(PreviewFile.id).where(of_revision)) + 1
    if position > 1 and work.get(Project, task["project_id"])["is_single_preview_per_revision"]:
        raise Refused("Only one preview file is allowed per revision for this project.")
    work.insert(
        PreviewFile,
        id=id,
        name=id[:NAME_LENGTH],
        revision=revision,
        position=position,
        task_id=task["id"],
        person_id=work.caller.id,
        source="webgui",
        extension="mp4",
    )
    work.insert(CommentPreviewLink, comment=comment["id"], preview_file=id)
    work.db.run(News.update(preview_file_id=id).where(News.comment_id == comment["id"]))
    work.emit("preview-file:new", {"preview_file_id": id, "comment_id": comment["id"]}, task["project_id"])
    work.emit("comment:update", {"comment_id": comment["id"]}, task["project_id"])
    return id


def copy_last_revision(work: Work, source: Row, target: Row, comment_id: str) -> None:
    """Show the previews of a task's highest revision under a comment on another task, as a revision of that task."""
    comment = work.get(Comment, comment_id)
    newest = (PreviewFile.task_id == source["id"]) & (PreviewFile.revision == last_revision(work, source["id"]))
    for preview in work.db.rows(PreviewFile.select().where(newest).order_by(PreviewFile.position)):
        id = add_preview(work, target, comment)
        work.update(PreviewFile, id, **{key: preview[key] for key in COPIED})


def previews_of(work: Work, comment_id: str) -> list[Row]:
    """The previews of a comment, by position."""
    linked = CommentPreviewLink.select(CommentPreviewLink.preview_file).where(CommentPreviewLink.comment == comment_id)
    return work.db.rows(PreviewFile.select().where(PreviewFile.id.in_(linked)).order_by(PreviewFile.position))


def last_revision(work: Work, task_id: str) -> int:
    """The highest revision of a task; 0 when it has none."""
    query = PreviewFile.select(peewee.fn.MAX(PreviewFile.revision)).where(PreviewFile.task_id == task_id)
    return work.db.value(query) or 0


def last_preview(work: Work, task_id: str) -> Row | None:
    """The first preview of a task's highest revision."""
    latest = PreviewFile.select().where(PreviewFile.task_id == task_id)
    return work.db.row(latest.order_by(PreviewFile.revision.desc(), PreviewFile.created_at))
