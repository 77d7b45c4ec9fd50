"""The kinds of Shotgun records that are taken (docs/api/imports.md), in the order in which each finds what it names."""

from typing import Any

from kitsulite.areas.imports.shotgun import Kind
from kitsulite.areas.imports.shotgun_studio import (
    take_connection,
    take_person,
    take_project,
    take_status,
    take_step,
)
from kitsulite.areas.imports.shotgun_work import (
    cast_in_parents,
    take_asset,
    take_episode,
    take_note,
    take_scene,
    take_sequence,
    take_shot,
    take_task,
    take_version,
)
from kitsulite.models.entity_shapes import ENTITIES
from kitsulite.models.people_shapes import GUEST
from kitsulite.models.productions import Project
from kitsulite.models.reviews import Comment, PreviewFile
from kitsulite.models.shapes import Shape
from kitsulite.models.tasks import Task, TaskStatus, TaskType

PERSON = GUEST.but(title="PersonOfShotgun")
"""A person whole; the keys of secrets are there, as older clients expect, and hold nothing."""


def _entity(type: str, take: Any, **links: tuple[str, ...]) -> Kind:
    after = cast_in_parents if type == "Asset" else None
    return Kind(type, take, ENTITIES["Entity"], {"project": ("Project",), **links}, after)


USER = ("HumanUser",)
KINDS: dict[str, Kind] = {
    "projects": Kind("Project", take_project, Shape(Project)),
    "persons": Kind("HumanUser", take_person, PERSON),
    "project-connections": Kind(
        "ProjectUserConnection", take_connection, Shape(Project), {"project": ("Project",), "user": USER}
    ),
    "steps": Kind("Step", take_step, Shape(TaskType)),
    "status": Kind("Status", take_status, Shape(TaskStatus)),
    "episodes": _entity("Episode", take_episode),
    "sequences": _entity("Sequence", take_sequence, episode=("Episode",)),
    "scenes": _entity("Scene", take_scene, sequence_sg_scenes_1_sequences=("Sequence",)),
    "assets": _entity("Asset", take_asset, parents=("Asset",)),
    "shots": _entity("Shot", take_shot, sg_sequence=("Sequence",), sg_scene=("Scene",), assets=("Asset",)),
    "tasks": Kind(
        "Task",
        take_task,
        Shape(Task),
        {
            "step": ("Step",),
            "project": ("Project",),
            "entity": ("Asset", "Shot", "Scene", "Sequence", "Episode"),
            "created_by": USER,
            "task_assignees": USER,
        },
    ),
    "notes": Kind("Note", take_note, Shape(Comment), {"tasks": ("Task",), "user": USER}),
    "versions": Kind("Version", take_version, Shape(PreviewFile), {"sg_task": ("Task",), "user": USER}),
}
"""By the word in the address."""
