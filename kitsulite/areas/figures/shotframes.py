"""How long shots are, read off their latest previews (docs/api/entities.md)."""

import math
from typing import Any

from kitsulite.areas.entities.entities import get_project
from kitsulite.models import is_uuid
from kitsulite.models.entities import Entity
from kitsulite.models.entity_shapes import Parent
from kitsulite.models.reviews import PreviewFile
from kitsulite.models.tasks import Task
from kitsulite.work.errors import WrongParameter
from kitsulite.work.kinds import SHOT, of_kind
from kitsulite.work.work import Work

USUAL_FPS = 25.0


def set_from_previews(work: Work, project_id: str, task_type_id: str, episode_id: str | None) -> list[dict[str, Any]]:
    """Set the number of frames of every shot to what its newest preview of a task type lasts; what was set."""
    if episode_id and not is_uuid(episode_id):
        raise WrongParameter("Invalid episode id")
    project = get_project(work, project_id)
    query = (
        PreviewFile.select(Task.entity_id, PreviewFile.duration)
        .join(Task, on=Task.id == PreviewFile.task_id)
        .join(Entity, on=Entity.id == Task.entity_id)
        .where(Task.project_id == project["id"], Task.task_type_id == task_type_id, of_kind(work, SHOT))
        .order_by(PreviewFile.created_at)
    )
    if episode_id:
        under = Parent.select(Parent.id).where(Parent.parent_id == episode_id.lower())
        query = query.where(Entity.parent_id.in_(under))
    newest = dict(work.db.tuples(query))  # of several previews of a shot the last one stays
    fps = frames_per_second(project)
    found = [{"id": id, "nb_frames": round(duration * fps)} for id, duration in newest.items() if duration is not None]
    for shot in found:
        work.update(Entity, shot["id"], nb_frames=shot["nb_frames"])
    return found


def frames_per_second(project: dict[str, Any]) -> float:
    """The speed of a production; the usual one when it says nothing that is a number."""
    try:
        fps = float(project["fps"] or USUAL_FPS)
    except ValueError:
        return USUAL_FPS
    return fps if 0 < fps < math.inf else USUAL_FPS
