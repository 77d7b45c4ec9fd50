"""A playlist with all that a review shows of it (docs/api/previews.md).

The previews of all its entities are one query, whatever their number; the database writes each as JSON, and nothing more is
done to them here than to put them in their places.
"""

import itertools
import operator
from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec

from kitsulite.areas.tasks.entitydetails import revisions
from kitsulite.models import is_uuid
from kitsulite.models.playlist_entries import entity_of, entries_of, may_show, preview_of
from kitsulite.models.playlist_shapes import WITHOUT_ENTRIES
from kitsulite.models.preview_shapes import LIGHT, LIGHT_WITH_ANNOTATIONS
from kitsulite.models.reviews import PreviewFile
from kitsulite.models.shapes import Raw, Shape, extended
from kitsulite.models.tasks import Task, TaskType
from kitsulite.storage import Row
from kitsulite.work.errors import NotFound
from kitsulite.work.work import Work

_members = msgspec.json.Decoder(dict[str, Raw])


@dataclass
class Previews:
    """The previews of the entities of a playlist, written down.

    of_entities  entity id -> {task type id: revisions}
    shown        preview id -> the preview, and the others of its revision when it is the first; only what entries show
    """

    of_entities: dict[str, Raw] = field(default_factory=dict)
    shown: dict[str, tuple[bytes, Raw]] = field(default_factory=dict)


def show(work: Work, project_id: str, playlist: Row) -> Raw:
    """A playlist, each entry with the previews of its entity."""
    if playlist["project_id"] != project_id:
        raise NotFound
    return detail(work, playlist)


def previews_to_choose_from(work: Work, entity: Row) -> Raw:
    """The revisions of an entity by task type, newest first, with what is drawn on them."""
    return revisions(work, entity)


def detail(work: Work, playlist: Row, *, with_annotations: bool = False) -> Raw:
    """A playlist (its row), each entry with the previews of its entity and what is to know of its own."""
    return assembled(work, playlist, entries_in_detail(work, playlist, with_annotations=with_annotations))


def entries_in_detail(
    work: Work, playlist: Row, *, with_annotations: bool = False, only_shown: bool = False
) -> list[Row]:
    """The entries of `detail`, whose values may be written JSON already.

    only_shown  whether of the previews of an entity there are those alone that its entries show, with their revision
    """
    entries = entries_of(playlist)
    shape = LIGHT_WITH_ANNOTATIONS if with_annotations else LIGHT
    previews = _previews(work, playlist, entries, shape, only_shown=only_shown)
    return [_entry(entry, previews) for entry in entries]


def assembled(work: Work, playlist: Row, entries: Iterable[Row], **more: Any) -> Raw:
    """A playlist with entries as they are to be shown, and further keys."""
    head = work.show(WITHOUT_ENTRIES, playlist["id"])
    return extended(head, {"shots": list(entries), **more})


def _entry(entry: Row, previews: Previews) -> Row:
    entity_id = entity_of(entry)
    told = {"id": entity_id, **entry, "preview_files": previews.of_entities.get(entity_id, [])}
    if "preview_file_id" in entry:
        del told["preview_file_id"]
        if found := previews.shown.get(preview_of(entry)):
            preview, siblings = found
            facts = _members.decode(preview)
            told.update({f"preview_file_{key}": fact for key, fact in facts.items() if key != "created_at"})
            told["preview_file_previews"] = siblings
    return told


def _previews(work: Work, playlist: Row, entries: list[Row], shape: Shape, *, only_shown: bool) -> Previews:
    """The previews of the entities of a playlist: task types by priority, the newest revision first."""
    entity_ids = {id for entry in entries if is_uuid(id := entity_of(entry))}
    keys = (Task.entity_id, Task.task_type_id, PreviewFile.task_id, PreviewFile.revision, PreviewFile.id)
    query = (
        shape.select(work.db, *keys)
        .join(Task, on=Task.id == PreviewFile.task_id)
        .join(TaskType, on=TaskType.id == Task.task_type_id)
        .where(Task.entity_id.in_(list(entity_ids)), may_show(playlist))
    )
    types = (TaskType.priority.desc(nulls="LAST"), TaskType.name)
    within = (PreviewFile.task_id, PreviewFile.position, PreviewFile.created_at, PreviewFile.id)
    rows = work.db.tuples(query.order_by(*types, PreviewFile.revision.desc(), *within))
    pinned = {(entity_of(entry), preview_of(entry)) for entry in entries} if only_shown else None
    return _in_places(rows, {preview_of(entry) for entry in entries}, pinned)


def _in_places(
    rows: Iterable[tuple[Any, ...]], shown: Container[str], pinned: Container[tuple[str, str]] | None
) -> Previews:
    found = Previews()
    lists: dict[str, dict[str, list[bytes]]] = {}
    for _, revision in itertools.groupby(rows, operator.itemgetter(2, 3)):
        (entity_id, task_type_id, _, _, id, leading), *others = revision
        siblings = b"[%b]" % b",".join(other[-1] for other in others)
        if pinned is None or any(
            (entity_id, preview_id) in pinned for preview_id in (id, *(other[4] for other in others))
        ):
            written = b'%b,"previews":%b}' % (leading[:-1], siblings)
            lists.setdefault(entity_id, {}).setdefault(task_type_id, []).append(written)
        if id in shown:
            found.shown[id] = leading, Raw(siblings)
        for *_, id, preview in others:
            if id in shown:
                found.shown[id] = preview, Raw(b"[]")
    found.of_entities = {entity_id: _written(task_types) for entity_id, task_types in lists.items()}
    return found


def _written(task_types: Mapping[str, Iterable[bytes]]) -> Raw:
    lists = (b'"%b":[%b]' % (id.encode(), b",".join(written)) for id, written in task_types.items())
    return Raw(b"{" + b",".join(lists) + b"}")
