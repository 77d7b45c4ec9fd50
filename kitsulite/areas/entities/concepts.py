"""Concepts: pictures made before anything else, and what they illustrate (contract 03, 8)."""

from collections.abc import Iterable, Mapping
from typing import Any

from kitsulite import access
from kitsulite.areas.entities import withtasks
from kitsulite.areas.entities.kinds import CONCEPT, criteria, find_same, get_of_kind, link_concept, rows, wire
from kitsulite.areas.entities.kinds import create as create_entity
from kitsulite.areas.entities.withtasks import CONCEPTS, Asked, Listing
from kitsulite.models.entities import Entity
from kitsulite.models.entity_shapes import PROJECT_NAME
from kitsulite.models.shapes import Raw, read
from kitsulite.storage import Row
from kitsulite.work.errors import NotFound
from kitsulite.work.work import Work


def concepts(work: Work, filters: Mapping[str, str]) -> Raw:
    """The concepts that a query string asks for, in one project; in all of them for admins."""
    _require_reader(work, filters.get("project_id"))
    return rows(work, CONCEPT, *criteria(work, filters, without=("episode_id",)), plus=PROJECT_NAME)


def with_tasks(work: Work, filters: dict[str, str]) -> Any:
    """Concepts with their tasks."""
    found = withtasks.read_ids(filters, ("id", "project_id"))
    _require_reader(work, found["project_id"])
    asked = Asked(found["project_id"], found["id"], mine="assigned_to" in filters)
    return Listing(work, CONCEPTS, asked).whole()


def _require_reader(work: Work, project_id: str | None) -> None:
    access.require_listing_access(work, project_id)
    access.require(work.caller.role not in ("client", "vendor"))


def of_project(work: Work, project_id: str) -> Raw:
    """The concepts of a project."""
    return rows(work, CONCEPT, Entity.project_id == project_id)


def concept(work: Work, id: str) -> Row:
    """One concept with its relations and tasks; clients see none, vendors those that they work on."""
    row = get_of_kind(work, CONCEPT, id)
    access.require_entity_access(work, row)
    access.require(not access.has_role(work, "client"))
    found = withtasks.one_with_tasks(work.db, Listing(work, CONCEPTS, Asked(entity_id=row["id"])))
    if found is None:
        raise NotFound
    return {**found, **read(wire(work, row["id"], "Concept", relations=True))}


def create(
    work: Work, project_id: str, *, name: str, description: str | None, data: Row | None, illustrates: Iterable[str]
) -> Raw:
    """A new concept, or the project's one of that name as it stands; `illustrates` are ids of entities."""
    same = find_same(work, CONCEPT, project_id, name, None)
    if same is not None:
        return wire(work, same["id"], "Concept")
    id = create_entity(work, CONCEPT, project_id, {"name": name, "description": description, "data": data or {}})
    link_concept(work, id, illustrates)
    return wire(work, id, "Concept")
