"""What all kinds of entities have in common: how they are listed, masked, found and made."""

from collections.abc import Iterable, Mapping
from typing import Any

import peewee

from kitsulite.access.projects import team_projects, vendor_projects
from kitsulite.access.roles import is_admin
from kitsulite.models.entities import Entity, EntityConceptLink
from kitsulite.models.entity_shapes import ENTITIES
from kitsulite.models.lists import Rows
from kitsulite.models.productions import (
    Project,
)
from kitsulite.models.shapes import Extra, Raw
from kitsulite.models.tasks import Task, TaskPersonLink
from kitsulite.rows.filters import condition, namesakes_first
from kitsulite.storage import Row
from kitsulite.work.errors import NotFound, Refused
from kitsulite.work.kinds import ASSET, CONCEPT, CONCEPT_FOLDER, Kind, get_of_kind, of_kind, type_of
from kitsulite.work.work import Work

# --- what vendors see (docs/api/entities.md) ---


def assigned_entities(person_id: Any) -> peewee.ModelSelect:
    """The ids of the entities on which a person has a task."""
    return (
        Task.select(Task.entity_id)
        .join(TaskPersonLink, on=TaskPersonLink.task_id == Task.id)
        .where(TaskPersonLink.person_id == person_id)
    )


def within_reach(work: Work) -> list[peewee.Node]:
    """What narrows a listing: in projects on which the caller is a vendor, only entities with a task of theirs."""
    projects = vendor_projects(work)
    return [Entity.project_id.not_in(projects) | Entity.id.in_(assigned_entities(work.caller.id))] if projects else []


# --- what is lent (docs/api/rights.md) ---


def known_containers(work: Work, column: peewee.Field) -> list[peewee.Node]:
    """What narrows a listing of what uses an asset to the productions that the caller is in: others borrow in silence.

    column  names what uses it
    """
    if is_admin(work):
        return []
    user = Entity.alias("known")
    return [column.in_(user.select(user.id).where(user.project_id.in_(team_projects(work))))]


def still_lent(container: Any, cast: Any = Entity) -> peewee.Node:
    """The condition that what is cast is of the production that casts it, or lent to all: what no longer is shows no more."""
    return (cast.project_id == container.project_id) | (cast.is_shared == True)  # noqa: E712


# --- listings ---


def rows(
    work: Work,
    kind: Kind,
    *conditions: Any,
    plus: Mapping[str, Extra] | None = None,
    relations: bool = False,
    narrowed: bool = True,
) -> Rows:
    """Plain rows of a kind, by name; for vendors, when `narrowed`, only those with a task of theirs."""
    plain = ENTITIES[kind.name]
    shape = plain.but(plus=plus) if plus else plain
    reach = within_reach(work) if narrowed else []
    query = (shape.with_relations() if relations else shape).select(work.db)
    query = query.where(of_kind(work, kind), *conditions, *reach)
    return Rows(work.db, query.order_by(*namesakes_first(conditions), Entity.name, Entity.id))


def criteria(work: Work, filters: Mapping[str, str], *, without: Iterable[str] = ()) -> list[peewee.Node]:
    """The conditions that a query string asks for: columns and relations of an entity, `assigned_to` for the caller's."""
    found = [
        node
        for key, text in filters.items()
        if key not in without and (node := condition(work, Entity, key, text)) is not None
    ]
    if "assigned_to" in filters:
        found.append(Entity.id.in_(assigned_entities(work.caller.id)))
    return found


def wire(work: Work, id: str, kind: str, *, relations: bool = False) -> Raw:
    """One entity in the plain shape, written as of `kind`."""
    shape = ENTITIES[kind]
    return work.show(shape.with_relations() if relations else shape, id)


# --- making one ---


def find_same(work: Work, kind: Kind, project_id: str, name: str, parent_id: str | None) -> Row | None:
    """The entity of this kind, project, name and parent, when there is one."""
    parent = Entity.parent_id.is_null() if parent_id is None else Entity.parent_id == parent_id
    return work.db.row(
        Entity.select().where(Entity.project_id == project_id, Entity.name == name, of_kind(work, kind), parent)
    )


def create(work: Work, kind: Kind, project_id: str, values: Row, *, facts: Row | None = None) -> str:
    """A new entity, with its event; its id. `facts` go into the event beside the id.

    `values` has the columns, `entity_type_id` only for an asset. BadValue for a value that does not fit its column.
    """
    columns = Entity.columns()
    read = {key: columns[key].read(value) for key, value in values.items()}
    if kind is not ASSET:
        read["entity_type_id"] = type_of(work, kind)
    caller = work.visitor.id if work.visitor else None
    id = work.insert(Entity, **{"created_by": caller, **read, "project_id": project_id})
    assert id
    work.emit(f"{kind.event}:new", {f"{kind.noun}_id": id, **(facts or {})}, project_id)
    return id


def find_or_create(work: Work, kind: Kind, project_id: str, values: Row, *, facts: Row | None = None) -> str:
    """The entity of this name and parent as it stands, or a new one; also when two ask for it at once."""
    type_of(work, kind)
    parent_id = values.get("parent_id")
    found = find_same(work, kind, project_id, values["name"], parent_id)
    if found is None:
        work.hold(*((Project, project_id) if parent_id is None else (Entity, parent_id)))  # one at a time from here
        found = find_same(work, kind, project_id, values["name"], parent_id)
    return str(found["id"]) if found else create(work, kind, project_id, values, facts=facts)


UNIQUE = ("name", "project_id", "entity_type_id", "parent_id")


def require_unique(work: Work, row: Row, changes: Mapping[str, Any]) -> None:
    """Refuse to make an entity another one's namesake: same project, type and parent, none being a parent like others."""
    wanted = {key: Entity.columns()[key].read(changes[key]) if key in changes else row[key] for key in UNIQUE}
    wanted["project_id"] = row["project_id"]
    if all(wanted[key] == row[key] for key in UNIQUE):
        return
    same = [
        column.is_null() if wanted[key] is None else column == wanted[key]
        for key, column in Entity.columns().items()
        if key in UNIQUE
    ]
    if work.exists(Entity, Entity.id != row["id"], *same):
        raise Refused(
            f"An entity with name '{wanted['name']}', project_id '{wanted['project_id']}', entity_type_id "
            f"'{wanted['entity_type_id']}', and parent_id '{wanted['parent_id']}' already exists. The combination "
            "of these fields must be unique."
        )


def parent_in_project(work: Work, kind: Kind, id: str | None, project_id: str) -> Row | None:
    """The entity of a kind that a new one goes under, which must be of the same project; None for none."""
    if id is None:
        return None
    parent = get_of_kind(work, kind, id)
    if parent["project_id"] != project_id:
        raise NotFound
    return parent


def link_concept(work: Work, project_id: str, concept_id: str, entity_ids: Iterable[str]) -> None:
    """Say what a concept illustrates; what is not of its project, nor lent, or a concept or a folder, is passed over."""
    here = (Entity.project_id == project_id) | (Entity.is_shared == True)  # noqa: E712
    meant = (Entity.id.in_(list(entity_ids)), ~of_kind(work, CONCEPT), ~of_kind(work, CONCEPT_FOLDER))
    known = work.db.values(Entity.select(Entity.id).where(*meant, here))
    for id in known:
        work.insert(EntityConceptLink, entity_in_id=concept_id, entity_out_id=id)


def get_project(work: Work, project_id: str) -> Row:
    """The project; NotFound for everybody when there is none."""
    return work.get(Project, project_id)
