"""Concepts: pictures made before anything else, and what they illustrate (docs/api/entities.md)."""

from collections.abc import Mapping
from typing import Any

from kitsulite.areas.entities import withtasks
from kitsulite.areas.entities.entities import create as create_entity
from kitsulite.areas.entities.entities import criteria, find_same, link_concept, parent_in_project, rows, wire
from kitsulite.areas.entities.withtasks import CONCEPTS, Asked, Listing
from kitsulite.models.entities import Entity
from kitsulite.models.entity_shapes import PROJECT_NAME
from kitsulite.models.lists import Rows
from kitsulite.models.shapes import Raw, read
from kitsulite.rows.writing import read_ids
from kitsulite.storage import Row
from kitsulite.work.kinds import CONCEPT, CONCEPT_FOLDER
from kitsulite.work.work import Work


def concepts(work: Work, filters: Mapping[str, str]) -> Rows:
    """The concepts of a project; admins may ask for those of all projects."""
    return rows(work, CONCEPT, *criteria(work, filters, without=("episode_id",)), plus=PROJECT_NAME)


def with_tasks(work: Work, filters: Mapping[str, str]) -> Any:
    """The concepts of a project with their tasks."""
    found = withtasks.read_ids(filters, ("id", "project_id"))
    asked = Asked(found["project_id"], found["id"], mine="assigned_to" in filters)
    return Listing(work, CONCEPTS, asked).rows()


def of_project(work: Work, project_id: str) -> Rows:
    """The concepts of a project."""
    return rows(work, CONCEPT, Entity.project_id == project_id)


def show_concept(work: Work, concept: Row) -> Row:
    """One concept with its relations and tasks."""
    found = withtasks.one_with_tasks(work, Listing(work, CONCEPTS, Asked(entity_id=concept["id"])))
    return {**found, **read(wire(work, concept["id"], "Concept", relations=True))}


def create(
    work: Work,
    project_id: str,
    *,
    name: str,
    description: str | None,
    data: Row | None,
    parent_id: str | None,
    entity_concept_links: list[Any],
) -> Raw:
    """A new concept, or the one of that name in the same folder of the project as it stands."""
    parent_in_project(work, CONCEPT_FOLDER, parent_id, project_id)
    illustrated = read_ids("entity_concept_links", entity_concept_links)
    same = find_same(work, CONCEPT, project_id, name, parent_id)
    if same is not None:
        return wire(work, same["id"], "Concept")
    values = {"name": name, "description": description, "data": data or {}, "parent_id": parent_id}
    id = create_entity(work, CONCEPT, project_id, values)
    link_concept(work, project_id, id, illustrated)
    return wire(work, id, "Concept")
