"""The revisions of a task: previews under its comments (docs/api/tasks.md)."""

from typing import Any

import peewee

from kitsulite.access.media import shown_previews
from kitsulite.access.roles import require
from kitsulite.access.tasks import may_plan
from kitsulite.areas.entities import entities
from kitsulite.areas.previews.previewfiles import check_revision, remove_preview_file, set_main_preview
from kitsulite.models import new_id
from kitsulite.models.entities import Entity
from kitsulite.models.previewplaces import PreviewPlace
from kitsulite.models.productions import Project
from kitsulite.models.reviews import Comment, CommentPreviewLink, News, PreviewFile
from kitsulite.models.shapes import Raw, Shape, many
from kitsulite.models.tasks import Task
from kitsulite.rows.pages import paged
from kitsulite.storage import Row
from kitsulite.work.errors import NotFound, Refused, WrongParameter
from kitsulite.work.filekeys import copy_files
from kitsulite.work.work import Work

ROW = Shape(PreviewFile)
NAME_LENGTH = 13
COPIED = ("extension", "original_name", "status", "file_size", "width", "height", "duration")


def add_to_comment(work: Work, comment: Row, task: Row, revision: int | None) -> Raw | None:
    """A place for a preview under a comment; its file comes later."""
    return _shown(work, add_preview(work, task, comment, revision))


def add_beside(work: Work, comment: Row, task: Row, preview_file_id: str) -> Raw | None:
    """A place for one more preview of the same revision."""
    beside = work.get(PreviewFile, preview_file_id)
    if beside["task_id"] != task["id"]:
        raise NotFound
    return _shown(work, add_preview(work, task, comment, beside["revision"]))


def remove_from_comment(work: Work, comment: Row, task: Row, preview_file_id: str) -> None:
    """Remove a preview of a comment; who wrote either of them may, and who directs the task. Forbidden for others."""
    preview = next((row for row in previews_of(work, comment["id"]) if row["id"] == preview_file_id), None)
    if preview is None or preview["task_id"] != task["id"]:
        raise NotFound
    own = work.caller.id in (preview["person_id"], comment["person_id"])
    require(own or may_plan(work, task))
    remove_preview_file(work, preview)


def _shown(work: Work, id: str) -> Raw | None:
    return work.show(ROW.with_relations(), id)


def list_of_task(work: Work, task: Row) -> Raw:
    """The previews of a task, the highest revision first; clients see none that were rejected."""
    query = ROW.select(work.db).where(PreviewFile.task_id == task["id"], *shown_previews(work, task["project_id"]))
    return many(work.db, query.order_by(PreviewFile.revision.desc(), PreviewFile.position, PreviewFile.id))


def list_of_project(work: Work, project_id: str, page: int | None) -> Any:
    """The previews of a project, latest change first."""
    project_id = work.get(Project, project_id)["id"]
    if page is None or page < 1:
        tasks = Task.select(Task.id).where(Task.project_id == project_id)
        return paged(work, ROW.select(work.db).where(PreviewFile.task_id.in_(tasks)), PreviewFile, page)
    place = PreviewPlace.select(PreviewPlace.preview_file_id).where(PreviewPlace.project_id == project_id)
    latest = (PreviewPlace.updated_at.desc(), PreviewPlace.created_at.desc(), PreviewPlace.preview_file_id)
    return paged(work, ROW.select(work.db), PreviewFile, page, places=place.order_by(*latest))


def show_last(work: Work, task: Row) -> Raw:
    """Make the last preview of a task the main one of its entity; the entity. WrongParameter when there is none."""
    shown = _show_last(work, task)
    if shown is None:
        raise WrongParameter("This task has no preview file to set as the main preview.")
    return entities.wire(work, shown, "Entity")


def show_last_of(work: Work, rows: list[Row]) -> list[Raw]:
    """Make the last previews of tasks the main ones of their entities; those without preview are passed over."""
    shown = [_show_last(work, task) for task in rows]
    return [entities.wire(work, id, "Entity") for id in dict.fromkeys(shown) if id is not None]


def _show_last(work: Work, task: Row) -> str | None:
    """The entity that shows the task's last preview now, if there is one."""
    preview = last_preview(work, task["id"])
    if preview is None:
        return None
    set_main_preview(work, work.get(Entity, task["entity_id"]), preview["id"])
    return task["entity_id"]


def add_preview(work: Work, task: Row, comment: Row, revision: int | None = None) -> str:
    """A place for a preview under a comment, its file still to come; the new row's id.

    Without a revision it joins the comment's previews, or begins the task's next revision. Refused when the revision is
    taken, or when the project has one preview a revision only.
    """
    siblings = previews_of(work, comment["id"])
    if revision is None:
        revision = siblings[0]["revision"] if siblings else last_revision(work, task["id"]) + 1
    PreviewFile.revision.read(revision)  # BadValue for a number too large
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
        copy_files(work, preview, id)


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
