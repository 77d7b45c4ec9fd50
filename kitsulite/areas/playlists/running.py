"""Previews that are not ready to be seen: still at work, or failed (docs/api/previews.md)."""

from kitsulite.models import is_uuid
from kitsulite.models.entities import Entity
from kitsulite.models.entity_names import with_ancestors
from kitsulite.models.preview_shapes import UNDER_WAY
from kitsulite.models.productions import Project, ProjectStatus
from kitsulite.models.reviews import PreviewFile
from kitsulite.models.shapes import Raw, many
from kitsulite.models.tasks import Task
from kitsulite.work.errors import WrongParameter
from kitsulite.work.work import Work

STATES = ("broken", "missing", "processing")
IN_PRODUCTION = ("Active", "open", "Open")


def running_previews(work: Work, *, limit: int | None, before: str | None) -> Raw:
    """Unfinished previews of open projects, newest first; WrongParameter for an end that is none.

    before  the id of a preview: only what was made before it
    """
    open_states = ProjectStatus.select(ProjectStatus.id).where(ProjectStatus.name.in_(IN_PRODUCTION))
    query = (
        UNDER_WAY.select(work.db)
        .join(Task, on=Task.id == PreviewFile.task_id)
        .join_from(Task, Project, on=Project.id == Task.project_id)
        .join_from(Task, Entity, on=Entity.id == Task.entity_id)
    )
    query = with_ancestors(query).where(PreviewFile.status.in_(STATES), Project.project_status_id.in_(open_states))
    if before is not None:
        query = query.where(PreviewFile.created_at < _made_at(work, before))
    if limit is not None and limit >= 0:
        query = query.limit(limit)
    return many(work.db, query.order_by(PreviewFile.created_at.desc(), PreviewFile.id))


def _made_at(work: Work, id: str) -> str:
    if not is_uuid(id):
        raise WrongParameter("The cursor_preview_file_id parameter is not a valid id")
    preview = work.find(PreviewFile, id)
    if preview is None:
        raise WrongParameter(f"No preview file found with id: {id}")
    return str(preview["created_at"])
