"""Playlists to measure, which the made-up studios do not have, and what it needs at the least to answer them."""

import json
from collections import defaultdict
from itertools import product
from typing import Any

from bench.floors import Bare, Ids, encode
from bench.visitors import InProcess
from kitsulite.models import new_id, now
from kitsulite.models.entities import Entity, EntityType
from kitsulite.models.reviews import Playlist, PreviewFile
from kitsulite.models.tasks import Task, TaskType

SHOTS, TASK_TYPES, REVISIONS = 500, 4, 5
PLAYLISTS = 20
PREVIEW = {"position": 1, "extension": "mp4", "status": "ready", "width": 1920, "height": 1080, "duration": 4.5}


def add_playlists(inside: InProcess, project_id: str) -> str:
    """A page of playlists of a production, of up to 500 shots with 20 previews each; the id of one of them."""
    with inside.tracker.work() as work:
        shot_type = EntityType.select(EntityType.id).where(EntityType.name == "Shot")
        shots = Entity.select(Entity.id).where(Entity.project_id == project_id, Entity.entity_type_id.in_(shot_type))
        entities = work.db.values(shots.order_by(Entity.id).limit(SHOTS))
        some_task = work.db.row(Task.select().where(Task.entity_id == entities[0]))
        assert some_task is not None
        types = work.db.values(TaskType.select(TaskType.id).order_by(TaskType.id).limit(TASK_TYPES))
        fixed = {"project_id": project_id, "task_status_id": some_task["task_status_id"], "name": "bench"}
        entries = []
        for entity_id, task_type_id in product(entities, types):
            task_id = work.insert(Task, **fixed, entity_id=entity_id, task_type_id=task_type_id)
            for revision in range(1, REVISIONS + 1):
                preview_id = work.insert(
                    PreviewFile, **PREVIEW, name=new_id()[:13], revision=revision, task_id=task_id, created_at=now()
                )
            if task_type_id == types[-1]:
                entries.append({"entity_id": entity_id, "preview_file_id": preview_id})
        made = [
            work.insert(Playlist, name=f"bench {number}", project_id=project_id, shots=entries)
            for number in range(PLAYLISTS)
        ]
    return str(made[0])


def playlist(bare: Bare, ids: Ids) -> bytes:
    """A playlist with the previews of its entities, by task type and revision."""
    [found] = bare.rows("SELECT * FROM playlist WHERE id = ?", ids["playlist"])
    stored = found["shots"]
    entries = json.loads(stored) if isinstance(stored, str) else stored
    builds = bare.rows("SELECT id, status, created_at FROM build_job WHERE playlist_id = ?", ids["playlist"])
    marks = ", ".join("?" * len(entries))
    previews: dict[Any, dict[str, list[dict[str, Any]]]] = defaultdict(lambda: defaultdict(list))
    by_id = {}
    for preview in bare.rows(
        "SELECT preview_file.id, revision, extension, width, height, preview_file.duration, status, "
        "preview_file.created_at, task_id, task.entity_id, task.task_type_id "
        "FROM preview_file JOIN task ON task.id = preview_file.task_id JOIN task_type ON task_type.id = task.task_type_id "
        f"WHERE task.entity_id IN ({marks}) ORDER BY task_type.priority DESC, task_type.name, revision DESC, position",
        *(entry["entity_id"] for entry in entries),
    ):
        by_id[str(preview["id"])] = preview
        previews[str(preview.pop("entity_id"))][str(preview.pop("task_type_id"))].append({**preview, "previews": []})
    shots = [
        {**entry, **by_id[entry["preview_file_id"]], "preview_files": previews[entry["entity_id"]]} for entry in entries
    ]
    return encode({**found, "build_jobs": builds, "shots": shots})


def playlists(bare: Bare, ids: Ids) -> bytes:
    """Twenty playlists, and what each shows first."""
    rows = bare.rows("SELECT * FROM playlist WHERE project_id = ? ORDER BY updated_at DESC LIMIT 20", ids["project"])
    for row in rows:
        stored = row.pop("shots")
        entries = json.loads(stored) if isinstance(stored, str) else stored
        row["first_preview_file_id"] = entries[0]["preview_file_id"]
    return encode(rows)
