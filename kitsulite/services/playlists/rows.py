"""What a playlist keeps, and what goes with it when it is deleted (contract 06, 1 and 9)."""

from typing import Any

import peewee

from kitsulite.models.entities import Entity
from kitsulite.models.fields import BadValue
from kitsulite.models.reviews import BuildJob, Notification, Playlist, PlaylistShareLink
from kitsulite.models.tasks import Task
from kitsulite.services.previews.store import remove_files
from kitsulite.services.work import Work
from kitsulite.storage import Row

BUILT = "playlists"
"""What the movie of a build is stored as."""

ENTITY_KEYS = ("id", "shot_id", "entity_id")
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


def may_show(playlist: Row) -> peewee.Node:
    """The condition on tasks whose previews a playlist shows: those of its project, and of entities that all may use.

    An entry may name anything; no preview of another production is to be had by it.
    """
    shared = Entity.select(Entity.id).where(Entity.is_shared == True)  # noqa: E712
    return (Task.project_id == playlist["project_id"]) | Task.entity_id.in_(shared)


def remove_playlist(work: Work, playlist: Row) -> None:
    """Delete a playlist with its builds, its share links and what people were told of it."""
    id = playlist["id"]
    for job_id in work.db.values(BuildJob.select(BuildJob.id).where(BuildJob.playlist_id == id)):
        remove_build(work, playlist, job_id)
    for owner in (Notification.playlist_id, PlaylistShareLink.playlist_id):
        work.delete(owner.model, owner == id)
    work.delete(Playlist, Playlist.id == id)
    work.emit("playlist:delete", {"playlist_id": id}, playlist["project_id"])


def remove_build(work: Work, playlist: Row, build_job_id: str) -> None:
    """Delete a build of a playlist, its movie too where the studio wants that."""
    work.delete(BuildJob, BuildJob.id == build_job_id)
    remove_files(work, build_job_id, (BUILT,))
    ids = {"build_job_id": build_job_id, "playlist_id": playlist["id"]}
    work.emit("build-job:delete", ids, playlist["project_id"])
