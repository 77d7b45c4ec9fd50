"""Edits: the cuts of a film, or of its episodes (docs/api/entities.md)."""

from collections.abc import Mapping
from typing import Any

from kitsulite.areas.entities import withtasks
from kitsulite.areas.entities.entities import criteria, find_or_create, parent_in_project, rows, wire
from kitsulite.areas.entities.withtasks import EDITS, Asked, Listing
from kitsulite.models.entities import Entity, EntityVersion
from kitsulite.models.entity_shapes import PROJECT_NAME
from kitsulite.models.lists import Rows
from kitsulite.models.shapes import Raw, Shape, many
from kitsulite.storage import Row
from kitsulite.work.kinds import EDIT, EPISODE
from kitsulite.work.work import Work

ALL, MAIN = "all", "main"
VERSION = Shape(EntityVersion, type="EditVersion", title="EditVersion")


def edits(work: Work, filters: Mapping[str, str]) -> Rows:
    """The edits of a project; admins may ask for those of all projects."""
    return rows(work, EDIT, *criteria(work, filters, without=("episode_id",)), plus=PROJECT_NAME)


def with_tasks(work: Work, filters: Mapping[str, str]) -> Any:
    """The edits of a project with their tasks; as an episode `all` stands for any episode, `main` for none."""
    found = withtasks.read_ids(filters, ("id", "project_id", "episode_id"), (ALL, MAIN))
    conditions = []
    if found["episode_id"] == MAIN:
        conditions.append(Entity.parent_id.is_null())
    elif found["episode_id"] not in (None, ALL):
        conditions.append(Entity.parent_id == found["episode_id"])
    asked = Asked(found["project_id"], found["id"], mine="assigned_to" in filters)
    return Listing(work, EDITS, asked, *conditions).rows()


def of_project(work: Work, project_id: str) -> Rows:
    """The edits of a project."""
    return rows(work, EDIT, Entity.project_id == project_id)


def of_episode(work: Work, episode: Row, relations: bool) -> Rows:
    """The edits of an episode."""
    return rows(work, EDIT, Entity.parent_id == episode["id"], relations=relations)


def show_edit(work: Work, edit: Row) -> Row:
    """One edit with its tasks."""
    return withtasks.one_with_tasks(work, Listing(work, EDITS, Asked(entity_id=edit["id"])))


def versions(work: Work, edit: Row) -> Raw:
    """What an edit was like before, the latest first."""
    query = VERSION.select(work.db).where(EntityVersion.entity_id == edit["id"])
    return many(work.db, query.order_by(EntityVersion.created_at.desc()))


def create(
    work: Work,
    project_id: str,
    *,
    name: str,
    description: str | None,
    data: Row | None,
    episode_id: str | None,
    parent_id: str | None,
) -> Raw:
    """A new edit, or the one of that name in the episode as it stands. NotFound for an unknown episode."""
    episode = parent_in_project(work, EPISODE, episode_id or parent_id, project_id)
    parent_id = episode["id"] if episode else None
    values = {"name": name, "description": description, "data": data or {}, "parent_id": parent_id}
    return wire(work, find_or_create(work, EDIT, project_id, values, facts={"parent_id": parent_id}), "Edit")
