"""What a playlist keeps: which entities it shows, and which preview of each."""

from typing import Any

import peewee

from kitsulite.models.entities import Entity
from kitsulite.models.fields import BadValue
from kitsulite.models.tasks import Task
from kitsulite.storage import Row

ENTITY_KEYS = ("entity_id", "id", "shot_id")
"""Where an entry names its entity; older clients have written all three."""


def shown(shots: Any) -> list[Row]:
    """The entries of a playlist as they are kept: an entity and one of its previews. BadValue for what are none."""
    if not isinstance(shots, list) or not all(isinstance(entry, dict) for entry in shots):
        raise BadValue("shots is not a list of entries")
    return [
        {"entity_id": entry.get("entity_id") or entry.get("id") or "", "preview_file_id": entry["preview_file_id"]}
        for entry in shots
        if "preview_file_id" in entry
    ]


def entries_of(playlist: Row) -> list[Row]:
    """The entries of a stored playlist. A playlist may be made with anything at all in their place: what is none is left out."""
    stored = playlist["shots"]
    return [entry for entry in stored if isinstance(entry, dict)] if isinstance(stored, list) else []


def entity_of(entry: Row) -> str:
    """The entity that an entry shows, in lower case; an empty text when it names none."""
    named = next((entry[key] for key in ENTITY_KEYS if entry.get(key)), "")
    return named.lower() if isinstance(named, str) else ""


def preview_of(entry: Row) -> str:
    """The preview that an entry shows, in the same way."""
    named = entry.get("preview_file_id")
    return named.lower() if isinstance(named, str) else ""


def may_name(playlist: Row) -> peewee.Node:
    """The condition on entities that a playlist shows: those of its project, and those that all may use."""
    return (Entity.project_id == playlist["project_id"]) | (Entity.is_shared == True)  # noqa: E712


def may_show(playlist: Row) -> peewee.Node:
    """The condition on tasks whose previews a playlist shows: those of its project, and of entities that all may use.

    An entry may name anything; no preview of another production is to be had by it.
    """
    shared = Entity.select(Entity.id).where(Entity.is_shared == True)  # noqa: E712
    return (Task.project_id == playlist["project_id"]) | Task.entity_id.in_(shared)
