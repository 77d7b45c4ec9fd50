"""Folders of concepts: what a production sorts its concepts into (docs/api/entities.md)."""

from kitsulite.areas.entities.changing import change
from kitsulite.areas.entities.entities import find_or_create, parent_in_project, require_unique, rows, wire
from kitsulite.models.entities import Entity
from kitsulite.models.lists import Rows
from kitsulite.models.shapes import Raw
from kitsulite.storage import Row
from kitsulite.work.errors import Refused
from kitsulite.work.kinds import CONCEPT, CONCEPT_FOLDER, of_kind
from kitsulite.work.work import Work


def of_project(work: Work, project_id: str) -> Rows:
    """The folders for the concepts of a project, by name."""
    return rows(work, CONCEPT_FOLDER, Entity.project_id == project_id)


def create(work: Work, project_id: str, *, name: str) -> Raw:
    """A new folder, or the project's one of that name."""
    return wire(work, find_or_create(work, CONCEPT_FOLDER, project_id, {"name": name}), CONCEPT_FOLDER.name)


def rename(work: Work, concept_folder: Row, *, name: str) -> Raw:
    """Give a folder another name."""
    namesake = (Entity.name == name, Entity.project_id == concept_folder["project_id"], of_kind(work, CONCEPT_FOLDER))
    if work.exists(Entity, Entity.id != concept_folder["id"], *namesake):
        raise Refused("A concept folder with this name already exists.")
    return wire(work, change(work, concept_folder, {"name": name})["id"], CONCEPT_FOLDER.name)


def empty(work: Work, folder: Row) -> None:
    """Take out what lies in a folder that goes: it stands in none then."""
    for concept in work.db.rows(Entity.select().where(Entity.parent_id == folder["id"]).order_by(Entity.name)):
        change(work, concept, {"parent_id": None})


def move(work: Work, project_id: str, *, concept_ids: list[str], concept_folder_id: str | None) -> list[str]:
    """Put concepts of a project into a folder, or into none; the ids of those that were moved."""
    parent_in_project(work, CONCEPT_FOLDER, concept_folder_id, project_id)
    meant = (Entity.id.in_(concept_ids), Entity.project_id == project_id, of_kind(work, CONCEPT))
    found = {row["id"]: row for row in work.db.rows(Entity.select().where(*meant))}
    moved = [id for id in dict.fromkeys(concept_ids) if id in found]
    for id in moved:
        require_unique(work, found[id], {"parent_id": concept_folder_id})
        change(work, found[id], {"parent_id": concept_folder_id})
    return moved
