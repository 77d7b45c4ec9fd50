"""The whole name of an entity, with the sequence and the episode it stands in, and that episode (docs/api/tasks.md).

SQL over an entity, its type, its parent and its grandparent; `with_ancestors` brings the last three into a query. Every
join is an outer one: a task without an entity has no name.
"""

import peewee

from kitsulite.models.entities import Entity, EntityType
from kitsulite.models.entity_shapes import Grandparent, Parent
from kitsulite.storage import Wire

FULL_NAME = Wire(
    "CASE WHEN entity_type.name IN ('Shot', 'Sequence', 'Episode')"
    " THEN coalesce(grandparent.name || ' / ', '') || coalesce(parent.name || ' / ', '') || entity.name"
    " ELSE entity_type.name || ' / ' || entity.name END"
)
"""`Episode / Sequence / Shot` as far as they are there; `Type / Name` for everything else."""

EPISODE_ID = Wire(
    "CASE entity_type.name WHEN 'Shot' THEN parent.parent_id WHEN 'Sequence' THEN entity.parent_id"
    " WHEN 'Episode' THEN entity.id ELSE entity.source_id END"
)
"""The episode that an entity belongs to; for an asset the one that it was made for."""


def with_ancestors(query: peewee.ModelSelect) -> peewee.ModelSelect:
    """The query with what the names of its entities are made of."""
    outer = peewee.JOIN.LEFT_OUTER
    return (
        query.join_from(Entity, EntityType, outer, on=EntityType.id == Entity.entity_type_id)
        .join_from(Entity, Parent, outer, on=Parent.id == Entity.parent_id)
        .join_from(Parent, Grandparent, outer, on=Grandparent.id == Parent.parent_id)
    )
