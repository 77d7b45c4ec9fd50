"""Putting entities into playlists (docs/api/playlists.md)."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from kitsulite.areas.playlists.writing import check_entries
from kitsulite.models.playlist_entries import entity_of, entries_of, preview_of
from kitsulite.models.playlist_shapes import PLAYLIST
from kitsulite.models.reviews import Playlist, PreviewFile
from kitsulite.models.shapes import Raw
from kitsulite.models.tasks import Task
from kitsulite.storage import Row
from kitsulite.work.work import Work


class Entry(NamedTuple):
    """What to show: an entity, and one of its previews when it is not to be the newest."""

    entity_id: str
    preview_id: str | None = None


def add_entries(work: Work, playlist_id: str, wanted: Sequence[Entry]) -> Raw:
    """Put entries at the end of a playlist, none twice; the playlist.

    WrongParameter for what it may not show. An entity without a preview of the playlist's task type (of any when it has none) is shown without.
    """
    playlist = work.hold(Playlist, playlist_id)
    entries = entries_of(playlist)
    check_entries(work, playlist, [_stored(entry) for entry in wanted])
    there = {Entry(entity_of(entry), preview_of(entry) or None) for entry in entries}
    newest = _newest_previews(work, (entry.entity_id for entry in wanted if not entry.preview_id), playlist)
    added = []
    for entity_id, preview_id in wanted:
        entry = Entry(entity_id, preview_id or newest.get(entity_id))
        if entry in there:
            continue
        there.add(entry)
        added.append(_stored(entry))
        ids = {"playlist_id": playlist["id"], "entity_id": entity_id, "preview_file_id": entry.preview_id}
        work.emit("playlist:add_entity", ids, playlist["project_id"])
    if added:
        work.update(Playlist, playlist["id"], shots=[*entries, *added])
    return work.show(PLAYLIST, playlist["id"])


def _stored(entry: Entry) -> Row:
    shown = {"preview_file_id": entry.preview_id} if entry.preview_id else {}
    return {"entity_id": entry.entity_id, **shown}


def _newest_previews(work: Work, entity_ids: Iterable[str], playlist: Row) -> dict[str, str]:
    """By entity, the preview of the highest revision that a playlist would show."""
    ids = list(set(entity_ids))
    if not ids:
        return {}
    query = (
        PreviewFile.select(Task.entity_id, PreviewFile.id)
        .join(Task, on=Task.id == PreviewFile.task_id)
        .where(Task.entity_id.in_(ids))
        .order_by(PreviewFile.revision.asc(nulls="FIRST"), PreviewFile.created_at, PreviewFile.id)
    )
    if playlist["task_type_id"]:
        query = query.where(Task.task_type_id == playlist["task_type_id"])
    return dict(work.db.tuples(query))
