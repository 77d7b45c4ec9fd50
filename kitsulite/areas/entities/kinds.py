"""Assets, shots, sequences, episodes, scenes, edits and concepts: what they have in common.

They are rows of one table and of one of two kinds: the six temporal kinds have an entity type of that name, everything else
is an asset (contract 03, 1). What differs between kinds is in the `Kind` rows below.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import peewee

from kitsulite import access
from kitsulite.models import is_uuid
from kitsulite.models.entities import Entity, EntityConceptLink, EntityType
from kitsulite.models.entity_shapes import ENTITIES, TEMPORAL, data_without
from kitsulite.models.people import DepartmentLink
from kitsulite.models.productions import (
    DepartmentMetadataDescriptorLink,
    MetadataDescriptor,
    Project,
)
from kitsulite.models.shapes import Extra, Raw, Shape, many, one
from kitsulite.models.tasks import Task, TaskPersonLink
from kitsulite.rows.filters import condition
from kitsulite.storage import Row, UniqueViolation
from kitsulite.work.errors import NotFound, Refused
from kitsulite.work.work import Work


@dataclass(frozen=True)
class Kind:
    """A kind of entity.

    name    the name of its entity type, and its `type` on the wire
    noun    the object of its events and the key of its id there
    parent  the kind that its `parent_id` leads to
    """

    name: str
    noun: str
    parent: str | None = None


ASSET = Kind("Asset", "asset")
EPISODE = Kind("Episode", "episode")
SEQUENCE = Kind("Sequence", "sequence", parent="Episode")
SHOT = Kind("Shot", "shot", parent="Sequence")
SCENE = Kind("Scene", "scene", parent="Sequence")
EDIT = Kind("Edit", "edit", parent="Episode")
CONCEPT = Kind("Concept", "concept")
ANYTHING = Kind("Entity", "entity")
KINDS = {kind.name: kind for kind in (ASSET, EPISODE, SEQUENCE, SHOT, SCENE, EDIT, CONCEPT)}


# --- which rows are of a kind ---


def temporal_types(work: Work) -> dict[str, str]:
    """The entity types that are no asset types: name -> id."""
    if "temporal_types" not in work.memory:
        query = EntityType.select(EntityType.name, EntityType.id).where(EntityType.name.in_(TEMPORAL))
        work.memory["temporal_types"] = dict(work.db.tuples(query))
    found: dict[str, str] = work.memory["temporal_types"]
    return found


def type_of(work: Work, kind: Kind) -> str:
    """The entity type of a temporal kind; made when the studio has lost it."""
    types = temporal_types(work)
    if kind.name not in types:
        try:
            with work.db.savepoint():
                work.insert(EntityType, name=kind.name)
        except UniqueViolation:
            pass  # made at the same time by somebody else
        del work.memory["temporal_types"]
    return temporal_types(work)[kind.name]


def of_kind(work: Work, kind: Kind) -> peewee.Node:
    """The condition that an entity is of a kind."""
    types = temporal_types(work)
    if kind is ANYTHING:
        return peewee.SQL("1 = 1")
    if kind is ASSET:
        return Entity.entity_type_id.not_in(list(types.values()))
    return Entity.entity_type_id == types.get(kind.name)


def not_canceled() -> peewee.Node:
    """The condition that an entity is not canceled; who never said so is not."""
    return Entity.canceled.is_null() | (Entity.canceled == False)  # noqa: E712


def kind_of(work: Work, entity: Mapping[str, Any]) -> Kind:
    """What kind of entity a row is."""
    for name, id in temporal_types(work).items():
        if id == entity["entity_type_id"]:
            return KINDS[name]
    return ASSET


def get_of_kind(work: Work, kind: Kind, id: str) -> Row:
    """The entity of this id and kind; NotFound for every other."""
    entity = work.get(Entity, id)
    if kind_of(work, entity) is not kind:
        raise NotFound
    return entity


def get_asset_type(work: Work, id: str) -> Row:
    """An entity type that is no temporal one; NotFound for every other."""
    row = work.get(EntityType, id)
    if row["name"] in TEMPORAL:
        raise NotFound
    return row


# --- what vendors see (contract 03, 2.3) ---


def assigned_entities(person_id: str) -> peewee.ModelSelect:
    """The ids of the entities on which a person has a task."""
    return (
        Task.select(Task.entity_id)
        .join(TaskPersonLink, on=TaskPersonLink.task_id == Task.id)
        .where(TaskPersonLink.person_id == person_id)
    )


def within_reach(work: Work) -> list[peewee.Node]:
    """What narrows a listing: in projects on which the caller is a vendor, only entities with a task of theirs."""
    projects = access.vendor_projects(work)
    return [Entity.project_id.not_in(projects) | Entity.id.in_(assigned_entities(work.caller.id))] if projects else []


def masked_data(work: Work, kinds: Iterable[str]) -> dict[str, Extra]:
    """The key `data` as a vendor sees it; nothing for who is none anywhere."""
    return {"data": data_without(_masked_keys(work, kinds))} if access.vendor_projects(work) else {}


def _masked_keys(work: Work, kinds: Iterable[str]) -> dict[str, list[str]]:
    """The keys of `data` that the caller does not see as a vendor: project id -> field names.

    They are those of descriptors kept to departments of which the caller is in none.
    """
    own = DepartmentMetadataDescriptorLink.department_id.in_(
        DepartmentLink.select(DepartmentLink.department_id).where(DepartmentLink.person_id == work.caller.id)
    )
    linked = DepartmentMetadataDescriptorLink.select(DepartmentMetadataDescriptorLink.metadata_descriptor_id)
    query = MetadataDescriptor.select(MetadataDescriptor.project_id, MetadataDescriptor.field_name).where(
        MetadataDescriptor.project_id.in_(access.vendor_projects(work)),
        MetadataDescriptor.entity_type.in_(list(kinds)),
        MetadataDescriptor.id.in_(linked),
        MetadataDescriptor.id.not_in(linked.where(own)),
    )
    masked: dict[str, list[str]] = {}
    for project_id, field_name in work.db.tuples(query):
        masked.setdefault(project_id, []).append(field_name)
    return masked


def masked_for_caller(work: Work, shape: Shape, kind: Kind) -> Shape:
    """The shape as the caller may see it: vendors without the data that is kept to other departments."""
    masked = masked_data(work, (kind.name,))
    return shape.but(plus=masked) if masked else shape


# --- listings ---


def rows(
    work: Work,
    kind: Kind,
    *conditions: Any,
    plus: Mapping[str, Extra] | None = None,
    relations: bool = False,
    narrowed: bool = True,
) -> Raw:
    """Plain rows of a kind, by name; for vendors masked and, when `narrowed`, only those with a task of theirs."""
    plain = ENTITIES[kind.name]
    shape = masked_for_caller(work, plain.but(plus=plus) if plus else plain, kind)
    reach = within_reach(work) if narrowed else []
    query = (shape.with_relations() if relations else shape).select(work.db)
    query = query.where(of_kind(work, kind), *conditions, *reach)
    return many(work.db, query.order_by(Entity.name, Entity.id))


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
    found = one(work.db, (shape.with_relations() if relations else shape).select(work.db).where(Entity.id == id))
    if found is None:
        raise NotFound
    return found


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
    work.emit(f"{kind.noun}:new", {f"{kind.noun}_id": id, **(facts or {})}, project_id)
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


def link_concept(work: Work, concept_id: str, entity_ids: Iterable[str]) -> None:
    """Say what a concept illustrates; ids that are not there are passed over."""
    known = work.db.values(Entity.select(Entity.id).where(Entity.id.in_([id for id in entity_ids if is_uuid(id)])))
    for id in known:
        work.insert(EntityConceptLink, entity_in_id=concept_id, entity_out_id=id)


def get_project(work: Work, project_id: str) -> Row:
    """The project; NotFound for everybody when there is none."""
    return work.get(Project, project_id)
