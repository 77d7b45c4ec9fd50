"""Preview files: pictures and movies of a task's revisions (docs/api/previews.md)."""

from kitsulite.models.entities import Entity
from kitsulite.models.productions import Project
from kitsulite.models.reviews import PreviewFile
from kitsulite.models.tasks import Task
from kitsulite.rows.erase import erase
from kitsulite.storage import Row
from kitsulite.work import kinds
from kitsulite.work.errors import Refused
from kitsulite.work.work import Work


def set_main_preview(work: Work, entity: Row, preview_id: str) -> None:
    """Make a preview the picture of an entity."""
    work.update(Entity, entity["id"], preview_file_id=preview_id)
    noun = kinds.kind_of(work, entity).noun
    ids = {"entity_id": entity["id"], "preview_file_id": preview_id}
    work.emit("preview-file:set-main", ids, entity["project_id"])
    work.emit(f"{noun}:update", {f"{noun}_id": entity["id"]}, entity["project_id"])


# --- revisions ---


def check_revision(work: Work, preview: Row, revision: int) -> None:
    """Refused when a preview is to be the first of a revision of which its task has a first one already."""
    taken = work.exists(
        PreviewFile,
        PreviewFile.task_id == preview["task_id"],
        PreviewFile.revision == revision,
        PreviewFile.position == 1,
        PreviewFile.id != preview["id"],
    )
    if taken:
        raise Refused(
            f"Revision {revision} already exists for this task. Choose a different revision number, or omit it to let "
            "the revision auto-increment."
        )


def move_revision(work: Work, task_id: str, old: int, new: int) -> None:
    """Give what is left of a revision another number."""
    rest = (PreviewFile.task_id == task_id) & (PreviewFile.revision == old)
    work.db.run(PreviewFile.update(revision=new).where(rest))


# --- removal ---


def remove_preview_file(work: Work, preview: Row) -> None:
    """Take a preview away from everything that shows it; its task falls back to the newest one that is left."""
    id = preview["id"]
    erase(work, PreviewFile, [id])
    task = work.find(Task, preview["task_id"])
    if task and task["last_preview_file_id"] == id:
        _fall_back(work, task)


def _fall_back(work: Work, task: Row) -> None:
    """Make the newest preview of a task that is the first of its revision its last one."""
    left = PreviewFile.select().where(PreviewFile.task_id == task["id"], PreviewFile.position == 1)
    newest = work.db.row(left.order_by(PreviewFile.created_at.desc()))
    if newest is None:
        work.update(Task, task["id"], last_preview_file_id=None)
        return
    work.update(Task, task["id"], last_preview_file_id=newest["id"])
    project, entity = work.find(Project, task["project_id"]), work.find(Entity, task["entity_id"])
    if project and entity and project["is_set_preview_automated"]:
        set_main_preview(work, entity, newest["id"])
