"""Records that are gone from a Shotgun site go here too (docs/api/imports.md)."""

from collections.abc import Callable
from typing import Any

from kitsulite.areas.entities import removal
from kitsulite.areas.imports.shotgun import TABLES
from kitsulite.areas.people import admins
from kitsulite.areas.previews.previewfiles import remove_preview_file
from kitsulite.areas.tasks import comments
from kitsulite.areas.tasks.tasks import remove_task
from kitsulite.models.entities import Entity, EntityConceptLink, EntityLink
from kitsulite.models.files import WorkingFile
from kitsulite.models.people import Person
from kitsulite.models.productions import Project, ProjectPersonLink
from kitsulite.models.tasks import Task
from kitsulite.models.tools import ApiEvent
from kitsulite.storage import ForeignKeyViolation, Row
from kitsulite.work.kinds import KINDS, kind_of, of_kind
from kitsulite.work.work import Work

Removed = dict[str, Any]


def remove(work: Work, type: str, id: int) -> Removed:
    """Remove the row of a record; whether it went, and which it was. One that something else needs stays."""
    row = _find(work, type, id)
    if row is None:
        return {"success": True}
    try:
        with work.db.savepoint():
            WAYS.get(type, _remove_row)(work, type, row)
    except ForeignKeyViolation:
        return {"success": False, "removed_instance_id": row["id"]}
    return {"success": True, "removed_instance_id": row["id"]}


def _find(work: Work, type: str, id: int) -> Row | None:
    table = TABLES[type]
    query = table.select().where(table.columns()["shotgun_id"] == table.columns()["shotgun_id"].read(id))
    if table is Entity:
        query = query.where(of_kind(work, KINDS[type]))
    return work.db.row(query.order_by(table.created_at, table.id))


def remove_connection(work: Work, id: int) -> Removed:
    """Take somebody out of a team who is no longer in it there."""
    links = ProjectPersonLink.shotgun_id == ProjectPersonLink.shotgun_id.read(id)
    found = work.db.rows(ProjectPersonLink.select().where(links))
    work.delete(ProjectPersonLink, links)
    for link in found:
        told = {"person_id": link["person_id"], "previous_in_team": True, "new_in_team": False}
        work.emit("project:update", told, link["project_id"])
    return {"success": True, **({"removed_instance_id": found[0]["project_id"]} if found else {})}


# --- how each goes ---


def _remove_asset(work: Work, type: str, asset: Row) -> None:
    """An asset is canceled when files are made for it; else it goes with its tasks."""
    tasks = Task.select(Task.id).where(Task.entity_id == asset["id"])
    if work.exists(WorkingFile, WorkingFile.task_id.in_(tasks)):
        removal.cancel(work, asset)
    else:
        removal.erase_entity(work, asset)


def _remove_entity(work: Work, type: str, entity: Row) -> None:
    """Any other entity goes with what it casts, while nothing hangs on it."""
    work.foresee(Entity, entity)
    for link in (EntityLink, EntityConceptLink):
        work.delete(link, (link.entity_in_id == entity["id"]) | (link.entity_out_id == entity["id"]))
    work.delete(Entity, Entity.id == entity["id"])
    noun = kind_of(work, entity).noun
    work.emit(f"{noun}:delete", {f"{noun}_id": entity["id"]}, entity["project_id"])


def _remove_row(work: Work, type: str, row: Row) -> None:
    """A row with its own lists of ids."""
    table = TABLES[type]
    if table is Person:
        admins.keep_one(work, row, None)
    if table is Project:  # what was told of it is no reason to keep it
        work.delete(ApiEvent, ApiEvent.project_id == row["id"])
    work.foresee(table, row)
    for relation in table.relations.values():
        if relation.is_association:
            work.delete(relation.model, relation.model.columns()[relation.ours] == row["id"])
    work.delete(table, table.id == row["id"])
    noun = table.table_name()
    work.emit(f"{noun.replace('_', '-')}:delete", {f"{noun}_id": row["id"]})


WAYS: dict[str, Callable[[Work, str, Row], None]] = {
    "Asset": _remove_asset,
    **dict.fromkeys(("Episode", "Scene", "Sequence", "Shot"), _remove_entity),
    "Note": lambda work, type, comment: comments.remove_comment(work, comment),
    "Task": lambda work, type, task: remove_task(work, task, force=True),
    "Version": lambda work, type, preview: remove_preview_file(work, preview),
}
