"""A playlist as a sheet: what was shown, and what was said about it last (docs/api/exports.md)."""

import datetime
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import peewee

from kitsulite.access.projects import CLIENT, has_role
from kitsulite.areas.exports.sheets import Cells, Sheet
from kitsulite.models import is_uuid
from kitsulite.models.entities import Entity
from kitsulite.models.entity_names import FULL_NAME, with_ancestors
from kitsulite.models.people import Person
from kitsulite.models.people_shapes import full_name
from kitsulite.models.playlist_entries import entity_of, entries_of, may_name, may_show, preview_of
from kitsulite.models.productions import Project
from kitsulite.models.reviews import PreviewFile
from kitsulite.models.shapes import Shape, many, read_list, shown
from kitsulite.models.task_shapes import last_comment
from kitsulite.models.tasks import Task, TaskStatus, TaskType
from kitsulite.storage import Row, Wire
from kitsulite.storage.bound import bound
from kitsulite.work.periods import zone_of
from kitsulite.work.work import Work

COLUMNS = (
    "Entity name",
    "Nb Frames",
    "Task Type",
    "Retake count",
    "Revision",
    "Task Status",
    "Last comment author",
    "Last comment date",
    "Last comment",
)
ENTITY = Shape(Entity, type=None, only=("id", "nb_frames"), plus={"full_name": FULL_NAME})
PREVIEW = Shape(
    PreviewFile,
    type=None,
    only=("id", "revision"),
    plus={
        "task_type": Wire('"task_type"."name"'),
        "task_status": Wire('"task_status"."name"'),
        "retake_count": Wire(shown(Task.retake_count, "task"), "integer"),
    },
)
PERSON = Shape(Person, type=None, only=("id",), plus={"full_name": full_name()})


def sheet(work: Work, playlist: Row, query: Mapping[str, str]) -> Sheet:
    """The entries of a playlist in their order. What is not there any more leaves its cells empty."""
    place = work.get(Project, playlist["project_id"])["name"]
    if episode := work.find(Entity, playlist["episode_id"]):
        place += f" - {episode['name']}"
    content = "for shots" if playlist["for_entity"] == "shot" else "for assets"
    title: Cells = ["Playlist", f"{place} | {content}", playlist["name"], _at_home(work, playlist["created_at"])]
    empty: list[None] = [None] * 7
    return Sheet([[*title, *empty[4:]], [*empty], list(COLUMNS)], _rows(work, playlist))


def _rows(work: Work, playlist: Row) -> Iterator[Cells]:
    entries = entries_of(playlist)
    named = with_ancestors(ENTITY.select(work.db)).where(may_name(playlist))
    entities = _found(work, named, map(entity_of, entries))
    shown = _with_task(_preview(work, playlist).select(work.db)).where(may_show(playlist))
    previews = _found(work, shown, map(preview_of, entries))
    said_last = [preview["last_comment"] for preview in previews.values()]
    authors = _found(work, PERSON.select(work.db), [said.get("person_id") for said in said_last])
    for entry in entries:
        entity = entities.get(entity_of(entry), {})
        preview = previews.get(preview_of(entry), {})
        said = preview.get("last_comment", {})
        yield [
            entity.get("full_name"),
            entity.get("nb_frames"),
            preview.get("task_type"),
            preview.get("retake_count"),
            preview.get("revision"),
            preview.get("task_status"),
            authors.get(said.get("person_id"), {}).get("full_name"),
            _at_home(work, said.get("date")),
            said.get("text"),
        ]


def _preview(work: Work, playlist: Row) -> Shape:
    """Previews with what was said of them last in the playlist's own production, as far as the caller may read it."""
    condition = f" AND task.project_id = {bound(playlist['project_id'])}"
    if has_role(work, playlist["project_id"], CLIENT):
        condition += " AND comment.for_client"
    return PREVIEW.but(plus={"last_comment": lambda db: last_comment(db, condition)})


def _found(work: Work, query: peewee.ModelSelect, named: Iterable[str | None]) -> dict[Any, Row]:
    """By id, the rows of a query that are named."""
    ids = {id for id in named if is_uuid(id)}
    return {row["id"]: row for row in read_list(many(work.db, query.where(query.model.id.in_(list(ids)))))}


def _with_task(query: peewee.ModelSelect) -> peewee.ModelSelect:
    return (
        query.join_from(PreviewFile, Task, on=Task.id == PreviewFile.task_id)
        .join_from(Task, TaskType, on=TaskType.id == Task.task_type_id)
        .join_from(Task, TaskStatus, on=TaskStatus.id == Task.task_status_id)
    )


def _at_home(work: Work, moment: str | None) -> str | None:
    """A stored moment as the clock of the caller shows it."""
    if moment is None:
        return None
    stored = datetime.datetime.fromisoformat(moment).replace(tzinfo=datetime.UTC)
    return stored.astimezone(zone_of(work)).replace(tzinfo=None).isoformat(timespec="seconds")
