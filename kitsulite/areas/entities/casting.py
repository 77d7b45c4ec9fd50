"""Castings: which assets a shot, an episode or an asset is made of (docs/api/entities.md). `recasting.py` changes them."""

from typing import Any

import peewee

from kitsulite.access.roles import require
from kitsulite.areas.entities.entities import known_containers, still_lent
from kitsulite.models.casting_shapes import (
    ENTRY,
    ENTRY_OF_ANY,
    ENTRY_OF_ASSET,
    ENTRY_OF_SHOT,
    IN_ASSET,
    IN_SHOT,
    LINK,
    LINK_IN_LIST,
    LINK_TO_THE_MICROSECOND,
    Container,
    with_cast,
    with_containers,
)
from kitsulite.models.entities import Entity, EntityLink, EntityType
from kitsulite.models.entity_shapes import Grandparent, Parent
from kitsulite.models.lists import Rows
from kitsulite.models.shapes import Raw, Shape, grouped, many
from kitsulite.rows.pages import envelope
from kitsulite.storage import Row
from kitsulite.work.kinds import ASSET, EPISODE, SEQUENCE, get_asset_type, get_of_kind, not_canceled, of_kind
from kitsulite.work.work import Work

ALL, MAIN = "all", "main"
BY_ASSET = (EntityType.name, Entity.name, Entity.id)
BY_SHOT = (Parent.name, Container.name, Container.id, *BY_ASSET)
LINKS_A_PAGE = 100


# --- of one entity ---


def casting(work: Work, entity: Row) -> Raw:
    """What is cast in an entity, canceled assets left out."""
    query = with_cast(ENTRY.select(work.db)).where(
        EntityLink.entity_in_id == entity["id"], not_canceled(), still_lent(Container)
    )
    return many(work.db, query.order_by(*BY_ASSET))


def cast_in(work: Work, asset: Row) -> Raw:
    """What casts an asset: first what stands under something, as shots do, then assets."""
    links = EntityLink.entity_out_id == asset["id"]
    known = known_containers(work, EntityLink.entity_in_id)
    placed = with_containers(IN_SHOT.select(work.db)).where(
        links, not_canceled(), Entity.parent_id.is_null(False), *known
    )
    shots = placed.order_by(Grandparent.name.asc(nulls="LAST"), Parent.name.asc(nulls="LAST"), Entity.name, Entity.id)
    assets = with_containers(IN_ASSET.select(work.db)).where(links, not_canceled(), of_kind(work, ASSET), *known)
    rows = work.db.values(shots) + work.db.values(assets.order_by(*BY_ASSET))
    return Raw(b"[" + b",".join(rows) + b"]")


def of_project(project_id: str, entity: Row) -> Row:
    """The entity, when it is of the project."""
    require(entity["project_id"] == project_id)
    return entity


# --- of many: container id -> entries ---


def castings_of_sequence(work: Work, project_id: str, sequence_id: str) -> Raw:
    """The castings of what stands under a sequence."""
    sequence = of_project(project_id, get_of_kind(work, SEQUENCE, sequence_id))
    return _castings(work, ENTRY_OF_SHOT, BY_SHOT, Container.parent_id == sequence["id"])


def castings_of_sequences(work: Work, project_id: str) -> Raw:
    """The castings of all that stands under something."""
    placed = Container.parent_id.is_null(False)
    return _castings(work, ENTRY_OF_SHOT, BY_SHOT, Container.project_id == project_id, placed)


def castings_of_episode(work: Work, project_id: str, episode_id: str) -> Raw:
    """The castings of what stands under the sequences of an episode: `all` for any, none for `main`, the main pack."""
    if episode_id == ALL:
        return castings_of_sequences(work, project_id)
    if episode_id == MAIN:
        return Raw(b"{}")
    episode = of_project(project_id, get_of_kind(work, EPISODE, episode_id))
    return _castings(work, ENTRY_OF_SHOT, BY_SHOT, Parent.parent_id == episode["id"])


def castings_of_everything(work: Work, project_id: str) -> Raw:
    """The castings of everything in a project; clients look for the episodes among them."""
    return _castings(work, ENTRY_OF_ANY, BY_ASSET, Container.project_id == project_id)


def castings_of_asset_type(work: Work, project_id: str, asset_type_id: str) -> Raw:
    """The castings of the assets of a type."""
    of_type = Container.entity_type_id == get_asset_type(work, asset_type_id)["id"]
    return _castings(work, ENTRY_OF_ASSET, BY_ASSET, Container.project_id == project_id, of_type)


def _castings(work: Work, shape: Shape, order: tuple[Any, ...], *conditions: peewee.Node) -> Raw:
    query = with_cast(shape.select(work.db, EntityLink.entity_in_id)).where(
        not_canceled(), still_lent(Container), *conditions
    )
    return grouped(work.db, query.order_by(*order))


# --- links ---


def links(work: Work, project_id: str, *, limit: int | None) -> Rows:
    """The links of the entities of a project, as they were made; all of them when there is no limit."""
    query = LINK_IN_LIST.select(work.db).where(_of_project(project_id)).order_by(EntityLink.created_at, EntityLink.id)
    return Rows(work.db, query.limit(limit if limit and limit > 0 else None))


def page_of_links(work: Work, project_id: str, *, page: int, limit: int | None) -> dict[str, Any]:
    """One page of the links of a project."""
    limit = limit if limit and limit > 0 else LINKS_A_PAGE
    offset = (page - 1) * limit
    total = _count(work, project_id)
    if offset >= total:
        return envelope(Raw(b"[]"), 0, page=page, limit=limit)
    query = LINK.select(work.db).where(_of_project(project_id)).order_by(EntityLink.created_at, EntityLink.id)
    return envelope(many(work.db, query.limit(limit).offset(offset)), total, page=page, limit=limit)


def links_after(work: Work, project_id: str, cursor: str, *, limit: int | None) -> dict[str, Any]:
    """The links of a project that were made after a moment; BadFilter when it is none."""
    limit = limit if limit and limit > 0 else LINKS_A_PAGE
    query = LINK_TO_THE_MICROSECOND.select(work.db).where(
        _of_project(project_id), EntityLink.created_at > EntityLink.created_at.read_filter(cursor)
    )
    order = (EntityLink.created_at, EntityLink.updated_at, EntityLink.id)
    return {
        "data": many(work.db, query.order_by(*order).limit(limit)),
        "total": _count(work, project_id),
        "limit": limit,
    }


def _of_project(project_id: str) -> peewee.Node:
    return EntityLink.entity_in_id.in_(Entity.select(Entity.id).where(Entity.project_id == project_id))


def _count(work: Work, project_id: str) -> int:
    return work.db.count(EntityLink.select(EntityLink.id).where(_of_project(project_id)))
