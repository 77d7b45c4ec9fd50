"""Assets, shots, sequences, episodes, scenes, edits and concepts: what they have in common.

They are rows of one table and of one of two kinds: the six temporal kinds have an entity type of that name, everything else
is an asset (contract 03, 1). What differs between kinds is in the `Kind` rows below.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import peewee

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
from kitsulite.services import access
from kitsulite.services.errors import NotFound
from kitsulite.services.records.filters import condition
from kitsulite.services.work import Work
from kitsulite.storage import Row, UniqueViolation


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
        id = work.insert(EntityType, name=kind.name)
        assert id
        types[kind.name] = id
    return types[kind.name]


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


def masked_keys(work: Work, kinds: Iterable[str], projects: Iterable[str] | None = None) -> dict[str, list[str]]:
    """The keys of `data` that a vendor does not see: project id -> field names.

    They are those of descriptors kept to departments of which the caller is in none.
    """
    own = DepartmentMetadataDescriptorLink.department_id.in_(
        DepartmentLink.select(DepartmentLink.department_id).where(DepartmentLink.person_id == work.caller.id)
    )
    linked = DepartmentMetadataDescriptorLink.select(DepartmentMetadataDescriptorLink.metadata_descriptor_id)
    query = MetadataDescriptor.select(MetadataDescriptor.project_id, MetadataDescriptor.field_name).where(
        MetadataDescriptor.entity_type.in_(list(kinds)),
        MetadataDescriptor.id.in_(linked),
        MetadataDescriptor.id.not_in(linked.where(own)),
    )
    if projects is not None:
        query = query.where(MetadataDescriptor.project_id.in_(list(projects)))
    masked: dict[str, list[str]] = {}
    for project_id, field_name in work.db.tuples(query):
        masked.setdefault(project_id, []).append(field_name)
    return masked


def masked_for_caller(work: Work, shape: Shape, kind: Kind) -> Shape:
    """The shape as the caller may see it: vendors without the data that is kept to other departments."""
    if not access.has_role(work, "vendor"):
        return shape
    return shape.but(plus={"data": data_without(masked_keys(work, (kind.name,)))})


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
    query = (shape.with_relations() if relations else shape).select(work.db).where(of_kind(work, kind), *conditions)
    if narrowed and access.has_role(work, "vendor"):
        query = query.where(Entity.id.in_(assigned_entities(work.caller.id)))
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
    found = find_same(work, kind, project_id, values["name"], values.get("parent_id"))
    if found is None:
        try:
            with work.db.savepoint():
                return create(work, kind, project_id, values, facts=facts)
        except UniqueViolation:
            found = find_same(work, kind, project_id, values["name"], values.get("parent_id"))
            if found is None:
                raise
    return str(found["id"])


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
