"""Kinds of entities: assets, shots, sequences, episodes, scenes, edits, concepts and the folders of concepts.

They are rows of one table and of one of two sorts: the temporal kinds have an entity type of that name, everything else
is an asset.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import peewee

from kitsulite.models.entities import Entity, EntityType
from kitsulite.models.entity_shapes import TEMPORAL
from kitsulite.storage import Row, Statement, UniqueViolation
from kitsulite.work.errors import NotFound
from kitsulite.work.work import Work


@dataclass(frozen=True)
class Kind:
    """A kind of entity.

    name    the name of its entity type, and its `type` on the wire
    noun    the key of its id in events, and what else names it there
    parent  the kind that its `parent_id` leads to
    """

    name: str
    noun: str
    parent: str | None = None

    @property
    def event(self) -> str:
        """The object of its events: `shot` in `shot:new`."""
        return self.noun.replace("_", "-")


ASSET = Kind("Asset", "asset")
EPISODE = Kind("Episode", "episode")
SEQUENCE = Kind("Sequence", "sequence", parent="Episode")
SHOT = Kind("Shot", "shot", parent="Sequence")
SCENE = Kind("Scene", "scene", parent="Sequence")
EDIT = Kind("Edit", "edit", parent="Episode")
CONCEPT = Kind("Concept", "concept", parent="ConceptFolder")
CONCEPT_FOLDER = Kind("ConceptFolder", "concept_folder")
ANYTHING = Kind("Entity", "entity")
KINDS = {kind.name: kind for kind in (ASSET, EPISODE, SEQUENCE, SHOT, SCENE, EDIT, CONCEPT, CONCEPT_FOLDER)}


# --- which rows are of a kind ---

TEMPORAL_TYPES = Statement(
    lambda: EntityType.select(EntityType.name, EntityType.id).where(EntityType.name.in_(TEMPORAL))
)


def temporal_types(work: Work) -> dict[str, str]:
    """The entity types that are no asset types: name -> id."""
    if "temporal_types" not in work.memory:
        found = work.once((temporal_types,), lambda: dict(work.db.ask_tuples(TEMPORAL_TYPES)))
        work.memory["temporal_types"] = found
    types: dict[str, str] = work.memory["temporal_types"]
    return types


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
