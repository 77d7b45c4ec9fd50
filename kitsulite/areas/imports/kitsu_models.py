"""What is taken of each list of rows that another studio pushes (docs/api/imports.md)."""

from collections.abc import Iterable
from typing import Any

import peewee

from kitsulite.areas.imports.kitsu import Model
from kitsulite.areas.playlists.writing import check_entries
from kitsulite.areas.previews import names
from kitsulite.areas.previews.annotations import read_annotations
from kitsulite.areas.productions import projects
from kitsulite.areas.tasks import attachments
from kitsulite.areas.tasks.checklists import read_checklist
from kitsulite.models import Record
from kitsulite.models.entities import Entity, EntityLink
from kitsulite.models.entity_shapes import ENTITIES
from kitsulite.models.fields import as_object
from kitsulite.models.notification_shapes import ROW as NOTIFICATION
from kitsulite.models.people import TimeSpent
from kitsulite.models.productions import MetadataDescriptor, Project
from kitsulite.models.reviews import (
    AttachmentFile,
    BuildJob,
    Comment,
    News,
    Notification,
    Playlist,
    PreviewFile,
    Subscription,
)
from kitsulite.models.schedules import Milestone, ScheduleItem
from kitsulite.models.shapes import Shape
from kitsulite.models.tasks import Task
from kitsulite.rows.writing import read_object, read_objects
from kitsulite.storage import Row
from kitsulite.work.errors import WrongParameter
from kitsulite.work.kinds import EDIT, EPISODE, SEQUENCE, SHOT, kind_of, type_of
from kitsulite.work.work import Work

OF_A_TYPE = {kind.name: kind for kind in (SHOT, SEQUENCE, EPISODE, EDIT)}
"""The kinds whose entity type an entry doesn't say: studios have them under ids of their own."""
IN_DATA = ("frame_in", "frame_out", "fps")
"""What lists of shots show beside the data it stands in."""
IMPORTED = "imported_only"
"""In the data of a preview: its file was never here."""


# --- productions ---


def read_project(work: Work, entry: Row, there: Row | None) -> Row:
    """A production, of settings that make sense; a new one is open unless it says otherwise."""
    changed = {key: value for key, value in entry.items() if there is None or value != there.get(key)}
    projects.check_settings(changed)
    entry |= changed
    if there is None and not entry.get("project_status_id"):
        entry["project_status_id"] = projects.open_status(work)
    return entry


# --- entities ---


def read_entity(work: Work, entry: Row, there: Row | None) -> Row:
    """An entity, as lists of its kind show it. One that doesn't say its `type` is a shot, or what it is here already."""
    kind = entry.pop("type", None if there else SHOT.name)
    if kind in OF_A_TYPE:
        entry["entity_type_id"] = type_of(work, OF_A_TYPE[kind])
    elif kind is None:
        entry.pop("entity_type_id", None)
    elif entry.get("asset_type_id"):
        entry["entity_type_id"] = entry["asset_type_id"]
    if entry.get("sequence_id"):
        entry["parent_id"] = entry["sequence_id"]
    if not entry.get("preview_file_id"):
        entry.pop("preview_file_id", None)
    frames = {key: entry[key] for key in IN_DATA if entry.get(key) not in (None, "")}
    if frames:
        entry["data"] = {**as_object(entry.get("data", there and there["data"])), **frames}
    return entry


def check_entity(work: Work, row: Row, there: Row | None) -> None:
    """Refuse an entity that would stand under itself, and one that would leave the production of its tasks."""
    if there is None:  # nothing is below it yet
        return
    above, seen = row["parent_id"] if row["parent_id"] != there["parent_id"] else None, {row["id"]}
    while above is not None:
        if above in seen:
            raise WrongParameter("parent_id leads back to it, and nothing stands under itself")
        seen.add(above)
        above = work.db.value(Entity.select(Entity.parent_id).where(Entity.id == above))
    tasks = Task.select(Task.id).where(Task.entity_id == row["id"])
    if row["project_id"] != there["project_id"] and work.db.value(tasks.limit(1)) is not None:
        raise WrongParameter("project_id names another production than that of its tasks")


def check_task(work: Work, row: Row, there: Row | None) -> None:
    """Refuse a task of another production than what it is about."""
    keys = ("entity_id", "project_id")
    if there is None or any(row[key] != there[key] for key in keys):
        entity_id, project_id = map(row.get, keys)
        if work.db.value(Entity.select(Entity.project_id).where(Entity.id == entity_id)) not in (project_id, None):
            raise WrongParameter("project_id names another production than that of its entity")


def event_of_entity(work: Work, entity: Row) -> str:
    """Events of entities go by their kind."""
    return kind_of(work, entity).event


def tells_of_entity(work: Work, model: Model, entity: Row) -> Row:
    """Listeners of such imports know the key with a capital."""
    kind = kind_of(work, entity)
    return {f"{kind.name}_id": entity["id"], f"{kind.noun}_id": entity["id"]}


def count_casts_of(key: str) -> Any:
    """Count anew what the entities that rows name under a key cast."""

    def count(work: Work, rows: Iterable[Row]) -> None:
        ids = sorted({row[key] for row in rows})
        nb = EntityLink.select(peewee.fn.COUNT(EntityLink.id)).where(EntityLink.entity_in_id == Entity.id)
        work.db.run(Entity.update(nb_entities_out=nb).where(Entity.id.in_(ids)))

    return count


# --- what is said and shown ---


def read_comment(work: Work, entry: Row, there: Row | None) -> Row:
    """A comment, which is about a task."""
    return entry if there else {"object_type": "Task", **entry}


def read_preview(work: Work, entry: Row, there: Row | None) -> Row:
    """A preview whose file is elsewhere, unless it came here before; the file doesn't come along, so it is ready as it is."""
    data = as_object(entry.get("data", there and there["data"]))
    if there is None or as_object(there["data"]).get(IMPORTED):
        entry["data"] = {**data, IMPORTED: True}
    if entry.get("status") is None:
        entry["status"] = there["status"] if there else "ready"
    return entry


def read_playlist(work: Work, entry: Row, there: Row | None) -> Row:
    """A playlist without what it may not show here."""
    shots = read_objects("shots", entry.get("shots"))
    if shots is not None:
        playlist = {"project_id": entry.get("project_id", there and there["project_id"])}
        entry["shots"] = [shot for shot in shots if _may_show(work, playlist, shot)]
    return entry


def _may_show(work: Work, playlist: Row, shot: Row) -> bool:
    try:
        check_entries(work, playlist, [shot])
    except WrongParameter:
        return False
    return True


def read_notification(work: Work, entry: Row, there: Row | None) -> Row:
    """A notification: `type` says on the wire what kind of row it is, `notification_type` what it is about."""
    entry.pop("type", None)
    return entry | ({"type": entry["notification_type"]} if "notification_type" in entry else {})


def read_news(work: Work, entry: Row, there: Row | None) -> Row:
    """News, which are never changed."""
    return {**entry, "updated_at": entry["created_at"]}


def plain(table: type[Record], **more: Any) -> Model:
    """Rows that are taken as they are."""
    return Model(table, Shape(table), **more)


OF_NEWS = ("id", "created_at", "change", "author_id", "comment_id", "preview_file_id", "task_id")

MODELS: dict[str, Model] = {
    "attachment-files": Model(AttachmentFile, attachments.ROW, forgone=frozenset({"chat_message_id"})),
    "build-jobs": plain(BuildJob),
    "comments": plain(
        Comment,
        replaced=frozenset({"previews", "mentions", "department_mentions", "acknowledgements", "attachment_files"}),
        forgone=frozenset({"preview_file_id"}),  # previews come after comments
        forms={
            "checklist": lambda work, comment, value: read_checklist(value),
            "data": lambda work, comment, value: read_object("data", value),
            "replies": lambda work, comment, value: read_objects("replies", value),
        },
        read=read_comment,
    ),
    "entities": Model(
        Entity,
        ENTITIES["Entity"],
        replaced=frozenset({"entities_out", "entity_concept_links"}),
        forgone=frozenset({"preview_file_id", "created_by"}),
        forms={"data": lambda work, entity, value: read_object("data", value)},
        read=read_entity,
        check=check_entity,
        event=event_of_entity,
        tells=tells_of_entity,
        after=count_casts_of("id"),
    ),
    "entity-links": plain(EntityLink, found_by=("entity_in_id", "entity_out_id"), after=count_casts_of("entity_in_id")),
    "metadata-descriptors": plain(MetadataDescriptor, added=frozenset({"departments"})),
    "milestones": plain(Milestone),
    "news": plain(News, only=frozenset({*OF_NEWS, "updated_at"}), wanted=OF_NEWS, read=read_news),
    "notifications": Model(Notification, NOTIFICATION, read=read_notification),
    "playlists": plain(Playlist, forgone=frozenset({"created_by"}), read=read_playlist),
    "preview-files": plain(
        PreviewFile,
        added=frozenset({"comments"}),  # whose own entries came before
        forgone=frozenset({"source_file_id"}),
        forms={
            "annotations": read_annotations,
            "extension": names.read_extension,
            "original_name": names.read_original_name,
            "path": names.read_path,
        },
        read=read_preview,
    ),
    "projects": plain(
        Project,
        added=frozenset(
            {"team", "task_types", "task_statuses", "asset_types", "status_automations", "preview_background_files"}
        ),
        forgone=frozenset({"default_preview_background_file_id", "from_schedule_version_id"}),
        forms={"data": lambda work, project, value: read_object("data", value)},
        read=read_project,
    ),
    "schedule-items": plain(ScheduleItem, loose=frozenset({"object_id"})),
    "subscriptions": plain(Subscription),
    "tasks": plain(
        Task,
        replaced=frozenset({"assignees"}),
        loose=frozenset({"last_preview_file_id"}),
        forms={"data": lambda work, task, value: read_object("data", value)},
        check=check_task,
    ),
    "time-spents": plain(TimeSpent),
}
"""By the word in the address."""
