"""How castings look on the wire (docs/api/entities.md).

A query over entity links in one of the ENTRY shapes calls the asset that is cast `entity` and its type `entity_type`, what it
is cast in `container`, and what that stands under `parent` and `grandparent`; `with_cast` brings them in. Seen from the
asset, in the IN shapes, the container is the `entity`.
"""

from collections.abc import Mapping

import peewee

from kitsulite.models.entities import Entity, EntityLink, EntityType
from kitsulite.models.entity_names import with_ancestors
from kitsulite.models.entity_shapes import Grandparent, Parent, columns, or_else
from kitsulite.models.shapes import Extra, Shape
from kitsulite.storage import Wire

Container = Entity.alias("container")


def _entry(*parts: Mapping[str, Extra], title: str) -> Shape:
    members: dict[str, Extra] = {}
    for part in parts:
        members.update(part)
    return Shape(EntityLink, type=None, only=(), plus=members, title=title)


_named: dict[str, Extra] = {
    "asset_id": Wire('"entity"."id"'),
    "asset_name": Wire('"entity"."name"'),
    "asset_type_name": Wire('"entity_type"."name"'),
}
_named_twice = {**_named, **columns(Entity, ("name",))}
_picture = columns(Entity, ("preview_file_id",))
_count = columns(EntityLink, ("nb_occurences",))
_cast = {**_picture, **_count, **columns(EntityLink, ("label",))}
_lent = columns(Entity, ("is_shared", "project_id"))

ENTRY = _entry(
    _named,
    columns(Entity, ("ready_for",)),
    {"episode_id": Wire('"entity"."source_id"')},
    _cast,
    _lent,
    title="CastAsset",
)
"""An asset in the casting of one entity."""

ENTRY_OF_ASSET = _entry(_named_twice, _cast, title="AssetCastInAsset")
"""An asset in the castings of the assets of a type."""

ENTRY_OF_ANY = _entry(_named_twice, _cast, _lent, title="AssetCastAnywhere")
"""An asset in the castings of all that casts."""

ENTRY_OF_SHOT = _entry(_named_twice, {"sequence_name": Wire('"parent"."name"')}, _cast, _lent, title="AssetCastInShot")
"""An asset in the castings of what stands under sequences."""

IN_SHOT = _entry(
    {
        "shot_id": Wire('"entity"."id"'),
        "shot_name": Wire('"entity"."name"'),
        "sequence_name": Wire('"parent"."name"'),
        "episode_id": or_else('"grandparent"."id"', "None"),
        "episode_name": Wire('"grandparent"."name"'),
    },
    _picture,
    _count,
    title="ShotThatCasts",
)
"""What casts an asset and stands under something: a shot, nearly always."""

IN_ASSET = _entry(_named, _picture, _count, title="AssetThatCasts")
"""An asset that casts an asset."""

LINK = Shape(EntityLink)
LINK_TO_THE_MICROSECOND = LINK.but(
    plus={key: Wire(f'"entity_link"."{key}"', "stamp") for key in ("created_at", "updated_at")}, title="EntityLinkExact"
)
"""A link between an entity and what it casts; times as the next page is asked for by them."""

LINK_IN_LIST = LINK_TO_THE_MICROSECOND.but(kept=frozenset(LINK.keys() - {"updated_at"}), title="ListedEntityLink")


def with_cast(query: peewee.ModelSelect) -> peewee.ModelSelect:
    """A query over links with what the ENTRY shapes speak of."""
    outer = peewee.JOIN.LEFT_OUTER
    return (
        query.join_from(EntityLink, Entity, on=Entity.id == EntityLink.entity_out_id)
        .join_from(Entity, EntityType, on=EntityType.id == Entity.entity_type_id)
        .join_from(EntityLink, Container, on=Container.id == EntityLink.entity_in_id)
        .join_from(Container, Parent, outer, on=Parent.id == Container.parent_id)
        .join_from(Parent, Grandparent, outer, on=Grandparent.id == Parent.parent_id)
    )


def with_containers(query: peewee.ModelSelect) -> peewee.ModelSelect:
    """A query over links with what the IN shapes speak of."""
    return with_ancestors(query.join_from(EntityLink, Entity, on=Entity.id == EntityLink.entity_in_id))
