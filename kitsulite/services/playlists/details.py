"""A playlist with all that a review shows of it (contract 06, 2.3: PlaylistDetail).

The previews of all its entities are one query, whatever their number; the database writes each as JSON, and nothing more is
done to them here than to put them in their places.
"""

import itertools
import operator
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from kitsulite.models import is_uuid
from kitsulite.models.entities import Entity
from kitsulite.models.playlist_shapes import DETAILED
from kitsulite.models.preview_shapes import LIGHT, LIGHT_WITH_ANNOTATIONS, SHOWN, SHOWN_WITH_ANNOTATIONS
from kitsulite.models.reviews import Playlist, PreviewFile
from kitsulite.models.shapes import Raw, extended, one
from kitsulite.models.tasks import Task, TaskType
from kitsulite.services import access
from kitsulite.services.entitydetails import revisions
from kitsulite.services.errors import NotFound
from kitsulite.services.playlists.rows import entity_of, entries_of, may_show, preview_of
from kitsulite.services.work import Work
from kitsulite.storage import Row

_members = msgspec.json.Decoder(dict[str, Raw])


def show(work: Work, project_id: str, playlist_id: str) -> Raw:
    """A playlist of a project in detail; Forbidden for clients when it is not for them."""
    playlist = work.get(Playlist, playlist_id)
    if playlist["project_id"] != project_id:
        raise NotFound
    access.require(bool(playlist["for_client"]) or not access.has_role(work, "client"))
    return detail(work, playlist)


def previews_to_choose_from(work: Work, entity_id: str) -> Raw:
    """The revisions of an entity by task type, newest first, with what is drawn on them."""
    return revisions(work, work.get(Entity, entity_id))


def detail(work: Work, playlist: Row, *, with_annotations: bool = False) -> Raw:
    """A playlist (its row), each entry with the previews of its entity and what is to know of its own."""
    return assembled(work, playlist, entries_in_detail(work, playlist, with_annotations=with_annotations))


def entries_in_detail(work: Work, playlist: Row, *, with_annotations: bool = False) -> list[Row]:
    """The entries of `detail`, whose values may be written JSON already."""
    entries = entries_of(playlist)
    entity_ids = _ids(entity_of(entry) for entry in entries)
    previews = _previews(work, playlist, entity_ids, with_annotations=with_annotations)
    shown = _shown(
        work, playlist, _ids(preview_of(entry) for entry in entries), entity_ids, with_annotations=with_annotations
    )
    return [_entry(entry, previews, shown) for entry in entries]


def assembled(work: Work, playlist: Row, entries: Iterable[Row], **more: Any) -> Raw:
    """A playlist with entries as they are to be shown, and further keys."""
    head = one(work.db, DETAILED.select(work.db).where(Playlist.id == playlist["id"]))
    assert head is not None
    return extended(head, {"shots": list(entries), **more})


def _ids(named: Iterable[str]) -> list[str]:
    return list({id for id in named if is_uuid(id)})


def _entry(entry: Row, previews: Mapping[str, Raw], shown: Mapping[str, Raw]) -> Row:
    entity_id = entity_of(entry)
    told = {"id": entity_id, **entry, "preview_files": previews.get(entity_id, [])}
    if "preview_file_id" in entry:
        del told["preview_file_id"]
        if facts := shown.get(preview_of(entry)):
            told.update(_members.decode(facts))
    return told


def _previews(work: Work, playlist: Row, entity_ids: list[str], *, with_annotations: bool) -> dict[str, Raw]:
    """By entity, its revisions: task types by priority, the newest first."""
    shape = LIGHT_WITH_ANNOTATIONS if with_annotations else LIGHT
    query = (
        shape.select(work.db, Task.entity_id, Task.task_type_id, PreviewFile.task_id, PreviewFile.revision)
        .join(Task, on=Task.id == PreviewFile.task_id)
        .join(TaskType, on=TaskType.id == Task.task_type_id)
        .where(Task.entity_id.in_(entity_ids), may_show(playlist))
    )
    types = (TaskType.priority.desc(nulls="LAST"), TaskType.name)
    within = (PreviewFile.task_id, PreviewFile.position, PreviewFile.created_at, PreviewFile.id)
    rows = work.db.tuples(query.order_by(*types, PreviewFile.revision.desc(), *within))
    found: dict[str, dict[str, list[bytes]]] = {}
    for (entity_id, task_type_id, *_), previews in itertools.groupby(rows, operator.itemgetter(0, 1, 2, 3)):
        leading, *others = (preview for *_, preview in previews)
        siblings = b",".join(others)
        revision = b'%b,"previews":[%b]}' % (leading[:-1], siblings)
        found.setdefault(entity_id, {}).setdefault(task_type_id, []).append(revision)
    return {entity_id: _written(task_types) for entity_id, task_types in found.items()}


def _written(task_types: Mapping[str, Iterable[bytes]]) -> Raw:
    lists = (b'"%b":[%b]' % (id.encode(), b",".join(written)) for id, written in task_types.items())
    return Raw(b"{" + b",".join(lists) + b"}")


def _shown(
    work: Work, playlist: Row, preview_ids: list[str], entity_ids: list[str], *, with_annotations: bool
) -> dict[str, Raw]:
    """By preview, what an entry says of it; only those of the playlist's own entities."""
    shape = SHOWN_WITH_ANNOTATIONS if with_annotations else SHOWN
    query = (
        shape.select(work.db, PreviewFile.id, Task.entity_id)
        .join(Task, on=Task.id == PreviewFile.task_id)
        .where(PreviewFile.id.in_(preview_ids), may_show(playlist))
    )
    own = set(entity_ids)
    return {id: facts for id, entity_id, facts in work.db.tuples(query) if entity_id in own}
