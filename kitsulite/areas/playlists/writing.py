"""Reading the entries of a playlist as a body gives them."""

from collections.abc import Iterable
from typing import Any

from kitsulite.access.sight import may_see
from kitsulite.models import BadValue, is_uuid
from kitsulite.models.entities import Entity
from kitsulite.models.playlist_entries import ENTITY_KEYS, entity_of, entries_of, may_show, preview_of, shown
from kitsulite.models.reviews import PreviewFile
from kitsulite.models.tasks import Task
from kitsulite.rows.writing import read_objects
from kitsulite.storage import Row
from kitsulite.work.errors import WrongParameter
from kitsulite.work.work import Work

NAMING = (*ENTITY_KEYS, "preview_file_id")
"""The keys of an entry that name what it shows."""


def read_entries(work: Work, playlist: Row, value: Any) -> Any:
    """The entries of a playlist, whose entities and previews the caller may know of and the playlist may show.

    What stands in the playlist already may stay; other keys are dropped. BadValue for what are no entries.
    """
    entries = read_objects("shots", value)
    if entries is None:
        return None
    for key, id in ((key, entry.get(key)) for entry in entries for key in NAMING):
        if id and not isinstance(id, str):
            raise BadValue(f"{key} of an entry of shots is not an id")
    check_entries(work, playlist, entries)
    if "id" in playlist:
        return shown(entries)
    shown_by = _entities_of_previews(work, entries)
    return [_new_entry(entry, shown_by) for entry in entries]


def _new_entry(entry: Row, shown_by: dict[str, str]) -> Row:
    """An entry of a new playlist; one that is pinned to a preview of another entity loses the pin."""
    dropped = "preview_file_id" if entity_of(entry) and shown_by.get(preview_of(entry)) != entity_of(entry) else ""
    return {key: value for key, value in entry.items() if key in NAMING and key != dropped}


def _entities_of_previews(work: Work, entries: list[Row]) -> dict[str, str]:
    """By preview that entries are pinned to, the entity that it is of."""
    ids = [id for entry in entries if is_uuid(id := preview_of(entry))]
    query = PreviewFile.select(PreviewFile.id, Task.entity_id).join(Task, on=Task.id == PreviewFile.task_id)
    return dict(work.db.tuples(query.where(PreviewFile.id.in_(ids)))) if ids else {}


def check_entries(work: Work, playlist: Row, entries: Iterable[Row]) -> None:
    """WrongParameter for what a playlist, perhaps a new one, does not show yet and may not show."""
    known = {(entity_of(entry), preview_of(entry)) for entry in entries_of(playlist)} if "id" in playlist else set()
    for entry in entries:
        named = (entity_of(entry), preview_of(entry))
        if named not in known and not (
            _shows_entity(work, playlist, named[0]) and _shows_preview(work, playlist, named[1])
        ):
            raise WrongParameter("shots names something that cannot be shown here.")


def _shows_entity(work: Work, playlist: Row, id: str) -> bool:
    if not id:
        return True
    entity = work.find(Entity, id)
    if entity is None:
        return False
    lent = bool(entity["is_shared"])
    return lent or (entity["project_id"] == playlist["project_id"] and may_see(work, Entity, entity))


def _shows_preview(work: Work, playlist: Row, id: str) -> bool:
    if not id:
        return True
    tasks = Task.select(Task.id).where(may_show(playlist))
    return is_uuid(id) and work.exists(PreviewFile, PreviewFile.id == id, PreviewFile.task_id.in_(tasks))
