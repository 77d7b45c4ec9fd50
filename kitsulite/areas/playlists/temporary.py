"""Tasks seen as a playlist, of which nothing is stored (docs/api/playlists.md)."""

from collections.abc import Sequence
from typing import Any

import msgspec

from kitsulite.access.roles import require
from kitsulite.access.tasks import has_access_to_tasks
from kitsulite.areas.tasks.entitydetails import select_revisions
from kitsulite.models.entities import Entity, EntityType
from kitsulite.models.entity_names import with_ancestors
from kitsulite.models.entity_shapes import Parent
from kitsulite.models.productions import ProjectTaskTypeLink
from kitsulite.models.shapes import Raw
from kitsulite.models.tasks import Task, TaskType
from kitsulite.storage import Row
from kitsulite.work.errors import NotFound
from kitsulite.work.kinds import KINDS
from kitsulite.work.work import Work

SHOWN_KEYS = ("id", "extension", "width", "height", "duration", "revision", "status", "previews")
"""What an entry says of the preview that it shows, each as `preview_file_…`."""
ASSET = "asset_type"
PARENTS = {
    "Shot": "sequence",
    "Scene": "sequence",
    "Sequence": "episode",
    "Edit": "episode",
    "Episode": "",
    "Concept": "",
    "ConceptFolder": "",
}
"""What an entity of a kind is shown with; other kinds are assets, which are shown with their type."""

_members = msgspec.json.Decoder(dict[str, Raw])
Revisions = dict[str, dict[str, list[bytes]]]
"""By entity and by task type, the revisions as they are written, newest first."""


def of_tasks(work: Work, project_id: str, task_ids: Sequence[str], *, sort: bool) -> list[Row]:
    """An entry for each task, with all previews of its entity: those of the task's own type are shown, else the next best.

    sort  by the name of the episode and of the entity, instead of in the order of the tasks
    """
    found = {task["id"]: task for task in _tasks(work, task_ids)}
    if any(id not in found for id in task_ids):
        raise NotFound
    tasks = [found[id] for id in task_ids]
    require(has_access_to_tasks(work, tasks))
    revisions = _revisions(work, {task["entity_id"] for task in tasks})
    substitutes = _task_types(work, project_id, tasks[0]["kind"]) if tasks else []
    entries = [_entry(task, revisions.get(task["entity_id"], {}), substitutes) for task in tasks]
    return sorted(entries, key=lambda entry: (entry["episode_name"], entry["name"])) if sort else entries


def _tasks(work: Work, ids: Sequence[str]) -> list[Row]:
    """The tasks with their entities, and under what these stand."""
    query = Task.select(
        Task.id,
        Task.project_id,
        Task.task_type_id,
        Task.entity_id,
        Entity.name.alias("name"),
        EntityType.name.alias("kind"),
        EntityType.id.alias("kind_id"),
        Parent.id.alias("parent_id"),
        Parent.name.alias("parent_name"),
    ).join(Entity, on=Entity.id == Task.entity_id)
    return work.db.rows(with_ancestors(query).where(Task.id.in_(list(ids))))


def _revisions(work: Work, entity_ids: set[str]) -> Revisions:
    found: Revisions = {}
    query = select_revisions(work, Task.entity_id, Task.task_type_id).where(Task.entity_id.in_(list(entity_ids)))
    for entity_id, task_type_id, revision in work.db.tuples(query):
        found.setdefault(entity_id, {}).setdefault(task_type_id, []).append(revision)
    return found


def _task_types(work: Work, project_id: str, kind: str) -> list[str]:
    """The task types of a project for a kind of entity, by priority."""
    query = (
        TaskType.select(TaskType.id)
        .join(ProjectTaskTypeLink, on=ProjectTaskTypeLink.task_type_id == TaskType.id)
        .where(
            ProjectTaskTypeLink.project_id == project_id,
            TaskType.for_entity == (kind if kind in KINDS else "Asset"),
        )
    )
    return work.db.values(query.order_by(ProjectTaskTypeLink.priority.desc(nulls="LAST"), TaskType.name))


def _entry(task: Row, revisions: dict[str, list[bytes]], substitutes: list[str]) -> Row:
    entry = {
        "id": task["entity_id"],
        "name": task["name"],
        "preview_file_task_id": task["id"],
        **_parent(task),
        "preview_files": {task_type_id: list(map(Raw, written)) for task_type_id, written in revisions.items()},
    }
    shown = next((revisions[id] for id in (task["task_type_id"], *substitutes) if id in revisions), None)
    return entry | _shown(shown[0]) if shown else entry


def _parent(task: Row) -> dict[str, str]:
    above = PARENTS.get(task["kind"], ASSET)
    id, name = (task["kind_id"], task["kind"]) if above == ASSET else (task["parent_id"], task["parent_name"])
    if not above or id is None:
        id = name = ""
    told = {"parent_name": name}
    for kind in ("episode", "sequence", ASSET):
        told |= {f"{kind}_id": id if kind == above else "", f"{kind}_name": name if kind == above else ""}
    return told


def _shown(revision: bytes) -> dict[str, Any]:
    facts = _members.decode(revision)
    annotations = facts["annotations"]
    return {
        **{f"preview_file_{key}": facts[key] for key in SHOWN_KEYS},
        "preview_file_annotations": [] if bytes(annotations) == b"null" else annotations,
    }
