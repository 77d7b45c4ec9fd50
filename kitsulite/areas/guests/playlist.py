"""The playlist of a share link, and what a guest's player has to know of its production (docs/api/playlists.md)."""

from collections.abc import Iterable
from typing import Any

import msgspec
import peewee

from kitsulite.access.guests import link_at_hand, shared_playlist
from kitsulite.areas.playlists.details import assembled, entries_in_detail
from kitsulite.models import is_uuid
from kitsulite.models.entities import Entity, EntityType
from kitsulite.models.entity_shapes import Parent
from kitsulite.models.guest_shapes import ENTITY, PRODUCTION, TASK_STATUS, TASK_TYPE
from kitsulite.models.playlist_entries import entity_of, entries_of, may_show
from kitsulite.models.productions import Project, ProjectTaskStatusLink, ProjectTaskTypeLink
from kitsulite.models.shapes import Raw, many, one
from kitsulite.models.tasks import Task, TaskStatus, TaskType
from kitsulite.storage import Row
from kitsulite.work.work import Work

WITH_PARENT = {"Shot", "Sequence", "Episode", "Edit"}
"""The kinds that are shown with what they stand under; others are shown with their type."""
ALONE = {"Concept", "ConceptFolder"}
"""The kinds that are shown with neither: folders of concepts are the crew's."""


def show(work: Work) -> Raw:
    """The playlist in detail, with what is drawn and whether guests may comment; each entry with the names around it."""
    playlist = shared_playlist(work)
    project = work.get(Project, playlist["project_id"])
    entries = entries_in_detail(work, playlist, with_annotations=True, only_shown=True)
    names = _names(work, playlist, {entity_of(entry) for entry in entries})
    steps = _steps(work, playlist, {id for entry in entries if (id := _task_of(entry))})
    for entry in entries:
        if around := names.get(entity_of(entry)):
            entry.update(around | steps.get(_task_of(entry), {}))
    more = {"project_name": project["name"], "project_fps": project["fps"]}
    return assembled(work, playlist, entries, **more, can_comment=link_at_hand(work)["can_comment"])


def _task_of(entry: Row) -> str:
    """The task whose preview an entry shows; an empty text when there is none."""
    task_id = entry.get("preview_file_task_id")
    if isinstance(task_id, msgspec.Raw):
        task_id = msgspec.json.decode(task_id)
    return task_id.lower() if isinstance(task_id, str) and is_uuid(task_id) else ""


def _names(work: Work, playlist: Row, entity_ids: Iterable[str]) -> dict[str, Row]:
    """By entity, its name and that of what it belongs to."""
    query = (
        Entity.select(Entity.id, Entity.name, EntityType.name, Parent.name)
        .join(EntityType, on=EntityType.id == Entity.entity_type_id)
        .join_from(Entity, Parent, peewee.JOIN.LEFT_OUTER, on=Parent.id == Entity.parent_id)
        .where(_among(playlist, entity_ids))
    )
    return {
        id: {"name": name, "parent_name": (parent or "") if kind in WITH_PARENT else "" if kind in ALONE else kind}
        for id, name, kind, parent in work.db.tuples(query)
    }


def _among(playlist: Row, entity_ids: Iterable[str]) -> peewee.Node:
    """Those of these entities that the playlist may show: an entry may name anything."""
    usable = (Entity.project_id == playlist["project_id"]) | (Entity.is_shared == True)  # noqa: E712
    return Entity.id.in_([id for id in entity_ids if is_uuid(id)]) & usable


def _steps(work: Work, playlist: Row, task_ids: Iterable[str]) -> dict[str, Row]:
    """By task, of which type it is and the colour of its status."""
    query = (
        TASK_TYPE.select(work.db, Task.id, TaskType.name, TaskStatus.color)
        .join(Task, on=Task.task_type_id == TaskType.id)
        .join_from(Task, TaskStatus, on=TaskStatus.id == Task.task_status_id)
        .where(Task.id.in_(list(task_ids)), may_show(playlist))
    )
    return {
        id: {
            "preview_file_task_type": Raw(task_type),
            "preview_file_task_type_name": name,
            "task_status_color": color,
        }
        for id, name, color, task_type in work.db.tuples(query)
    }


def context(work: Work) -> dict[str, Any]:
    """The production of the playlist with its task types and statuses, nobody of its team, and the entities that are shown."""
    playlist = shared_playlist(work)
    project_id = playlist["project_id"]
    task_types = (
        TASK_TYPE.select(work.db)
        .join(ProjectTaskTypeLink, on=ProjectTaskTypeLink.task_type_id == TaskType.id)
        .where(ProjectTaskTypeLink.project_id == project_id)
        .order_by(ProjectTaskTypeLink.priority.asc(nulls="LAST"), TaskType.name)
    )
    task_statuses = (
        TASK_STATUS.select(work.db)
        .join(ProjectTaskStatusLink, on=ProjectTaskStatusLink.task_status_id == TaskStatus.id)
        .where(ProjectTaskStatusLink.project_id == project_id)
        .order_by(ProjectTaskStatusLink.priority.asc(nulls="LAST"), TaskStatus.name)
    )
    shown = {entity_of({"entity_id": entry.get("entity_id")}) for entry in entries_of(playlist)}
    entities = ENTITY.select(work.db).where(_among(playlist, shown))
    return {
        "project": one(work.db, PRODUCTION.select(work.db).where(Project.id == project_id)),
        "task_types": many(work.db, task_types),
        "task_statuses": many(work.db, task_statuses),
        "entities": many(work.db, entities.order_by(Entity.name, Entity.id)),
    }
