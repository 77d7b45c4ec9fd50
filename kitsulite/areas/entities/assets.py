"""Assets and asset types: what a production's breakdown is made of (docs/api/entities.md)."""

from collections.abc import Mapping
from typing import Any

import peewee

from kitsulite.access.projects import team_projects
from kitsulite.access.roles import is_admin
from kitsulite.areas.entities import withtasks
from kitsulite.areas.entities.entities import create as create_entity
from kitsulite.areas.entities.entities import criteria, parent_in_project, rows, still_lent, wire
from kitsulite.areas.entities.withtasks import ASSETS, Asked, Listing
from kitsulite.models.entities import Entity, EntityLink, EntityType
from kitsulite.models.entity_shapes import ASSET_TYPE, ENTITIES, Parent
from kitsulite.models.lists import Rows
from kitsulite.models.productions import Project
from kitsulite.models.shapes import Extra, Raw, many, read, related
from kitsulite.rows.filters import condition, namesakes_first
from kitsulite.storage import Database, Row, Wire
from kitsulite.storage.bound import bound
from kitsulite.work.kinds import (
    ASSET,
    EPISODE,
    SHOT,
    get_asset_type,
    get_of_kind,
    not_canceled,
    of_kind,
    temporal_types,
)
from kitsulite.work.work import Work

ALL, MAIN = "all", "main"
"""What may stand for an episode: no matter which, and the main pack (none)."""

NONE_OF_THEM = ("", ALL, MAIN)
"""What clients say in the place of a new asset's episode when they show no single one."""

WITH_WORKFLOW = ASSET_TYPE.but(plus={"task_types": related(EntityType, "task_types")}, title="AssetTypeWithWorkflow")


# --- asset types ---


def asset_types(work: Work, filters: Mapping[str, str]) -> Raw:
    """Every asset type with its workflow; of a project those that its assets use."""
    conditions = [node for key, text in filters.items() if (node := condition(work, EntityType, key, text)) is not None]
    if project_id := filters.get("project_id"):
        conditions.append(EntityType.id.in_(_types_used(work, Entity.project_id == project_id)))
    query = WITH_WORKFLOW.select(work.db).where(_is_asset_type(work), *conditions)
    return many(work.db, query.order_by(*namesakes_first(conditions), work.db.creation_order(EntityType)))


def asset_type(work: Work, asset_type_id: str) -> Raw:
    """One asset type with its workflow; a temporal type is none."""
    row = get_asset_type(work, asset_type_id)
    return work.show(WITH_WORKFLOW, row["id"])


def asset_types_of_project(work: Work, project_id: str) -> Raw:
    """The asset types that the assets of a project use."""
    used = _types_used(work, Entity.project_id == project_id)
    return many(work.db, ASSET_TYPE.select(work.db).where(EntityType.id.in_(used)).order_by(EntityType.name))


def asset_types_of_shot(work: Work, shot: Row) -> Raw:
    """The types of everything that is cast in a shot."""
    used = Entity.select(Entity.entity_type_id).where(Entity.id.in_(cast_in(shot["id"])))
    return many(work.db, ASSET_TYPE.select(work.db).where(EntityType.id.in_(used)).order_by(EntityType.name))


def _types_used(work: Work, *conditions: Any) -> peewee.ModelSelect:
    return Entity.select(Entity.entity_type_id).where(of_kind(work, ASSET), *conditions)


def _is_asset_type(work: Work) -> peewee.Node:
    return EntityType.id.not_in(list(temporal_types(work).values()))


# --- listings ---


def assets(work: Work, filters: Mapping[str, str]) -> Rows:
    """The assets of the caller's projects."""
    conditions = scope(work, filters.get("episode_id"))
    return rows(work, ASSET, *conditions, *criteria(work, filters, without=("episode_id",)))


def assets_of_project(work: Work, project_id: str, filters: Mapping[str, str], *conditions: Any) -> Rows:
    """The assets of one project."""
    asked = criteria(work, filters, without=("project_id", "episode_id"))
    return rows(work, ASSET, Entity.project_id == project_id, *conditions, *asked)


def assets_of_type(work: Work, project_id: str, asset_type_id: str, filters: Mapping[str, str]) -> Rows:
    """The assets of one project and type."""
    of_type = Entity.entity_type_id == Entity.entity_type_id.read_filter(asset_type_id)
    return assets_of_project(work, project_id, {**filters, "entity_type_id": asset_type_id}, of_type)


def scope(work: Work, episode_id: str | None) -> list[peewee.Node]:
    """The conditions of a listing over projects: the caller's, perhaps an episode's assets."""
    conditions = [] if is_admin(work) else [Entity.project_id.in_(team_projects(work))]
    return conditions + of_episode(episode_id)


def of_episode(episode_id: str | None) -> list[peewee.Node]:
    """The condition of a listing of an episode's assets: made for it or cast in it. None for all of them."""
    if episode_id == MAIN:
        return [Entity.source_id.is_null()]
    if not episode_id or episode_id == ALL:
        return []
    episode_id = Entity.source_id.read_filter(episode_id)
    return [(Entity.source_id == episode_id) | Entity.id.in_(cast_in(episode_id))]


def cast_in(entity_id: str) -> peewee.ModelSelect:
    """The ids of what is cast in an entity (a query)."""
    container, cast = Entity.alias("container"), Entity.alias("cast_entity")
    return (
        EntityLink.select(EntityLink.entity_out_id)
        .join(container, on=container.id == EntityLink.entity_in_id)
        .join_from(EntityLink, cast, on=cast.id == EntityLink.entity_out_id)
        .where(EntityLink.entity_in_id == entity_id, still_lent(container, cast))
    )


def with_tasks(work: Work, filters: Mapping[str, str], *, compact: bool = False) -> Listing:
    """Assets with their tasks."""
    found = withtasks.read_ids(filters, ("id", "project_id", "episode_id"), (ALL, MAIN))
    conditions = scope(work, found["episode_id"])
    asked = Asked(found["project_id"], found["id"], compact, mine="assigned_to" in filters)
    plus: dict[str, Extra] = {}
    if found["project_id"] is not None:
        episode = found["episode_id"] if found["episode_id"] not in (ALL, MAIN) else None
        plus["casting_episode_ids"] = casting_episodes(found["project_id"], episode)
    return Listing(work, ASSETS, asked, *conditions, plus=plus)


def casting_episodes(project_id: str | None = None, episode_id: str | None = None) -> Extra:
    """The ids of the episodes in whose casting the asset at hand is, by name."""

    def ids(db: Database) -> Wire:
        source = (
            "FROM (SELECT episode.id FROM entity_link AS cast_link JOIN entity AS episode"
            " ON episode.id = cast_link.entity_in_id JOIN entity_type AS episode_type"
            " ON episode_type.id = episode.entity_type_id AND episode_type.name = 'Episode'"
            ' WHERE cast_link.entity_out_id = "entity"."id"'
        )
        project = bound(project_id) if project_id else '"entity"."project_id"'
        source += f" AND episode.project_id = {project}"
        if episode_id:
            source += f" AND episode.id = {bound(episode_id)}"
        return Wire(db.json_list(Wire("casting.id"), source + " ORDER BY episode.name) AS casting"), "built")

    return ids


def shared_and_used(work: Work, project_id: str, episode_id: str | None = None) -> Rows:
    """The shared assets of other projects that the shots of this one cast."""
    casting = Entity.alias("casting")
    used = (
        EntityLink.select(EntityLink.entity_out_id)
        .join(casting, on=casting.id == EntityLink.entity_in_id)
        .join(Parent, on=Parent.id == casting.parent_id)
        .where(casting.project_id == project_id, casting.entity_type_id == temporal_types(work).get(SHOT.name))
    )
    if episode_id not in (None, ALL, MAIN):
        used = used.where(Parent.parent_id == Entity.parent_id.read_filter(str(episode_id)))
    lent = (Entity.is_shared == True) & (Entity.project_id != project_id)  # noqa: E712
    return rows(work, ASSET, lent, not_canceled(), Entity.id.in_(used), narrowed=False)


# --- one asset ---


EPISODES_OF_CASTING = casting_episodes()


def show_asset(work: Work, asset: Row) -> dict[str, Any]:
    """One asset with its relations and tasks."""
    listing = Listing(work, ASSETS, Asked(entity_id=asset["id"]), plus={"casting_episode_ids": EPISODES_OF_CASTING})
    found = withtasks.one_with_tasks(work, listing)
    plain = read(wire(work, asset["id"], "Asset", relations=True))
    for key in ("source_id", "nb_frames"):
        plain.pop(key)
    return {**plain, "project_name": _project_name(work, asset["project_id"]), **found}


def _project_name(work: Work, project_id: str) -> str:
    return str(work.get(Project, project_id)["name"])


def assets_in_asset(work: Work, asset: Row) -> Rows:
    """What is cast in an asset."""
    return rows(work, ASSET, Entity.id.in_(cast_in(asset["id"])))


# --- writing ---


def create(
    work: Work,
    project_id: str,
    asset_type_id: str,
    *,
    name: str,
    description: str | None,
    data: dict[str, Any] | None,
    is_shared: bool | None,
    episode_id: str | None,
) -> Raw:
    """A new asset, or the one of this name, type and episode that is there. NotFound for an unknown type or episode."""
    type_id = get_asset_type(work, asset_type_id)["id"]
    episode = parent_in_project(work, EPISODE, None if episode_id in NONE_OF_THEM else episode_id, project_id)
    values = {
        "name": name,
        "entity_type_id": type_id,
        "description": description,
        "data": data,
        "is_shared": bool(is_shared),
        "source_id": episode["id"] if episode else None,
    }
    work.hold(Project, project_id)  # one at a time, so that two who ask at once get the same
    id = _namesake(work, project_id, values) or create_entity(
        work, ASSET, project_id, values, facts={"asset_type": type_id}
    )
    return wire(work, id, "Asset")


def _namesake(work: Work, project_id: str, values: Row) -> str | None:
    """The asset that is called so already, canceled ones left out; of several, which other studios may bring, the oldest."""
    source = Entity.source_id.is_null() if values["source_id"] is None else Entity.source_id == values["source_id"]
    same = Entity.select(Entity.id).where(
        Entity.project_id == project_id,
        Entity.entity_type_id == values["entity_type_id"],
        Entity.name == values["name"],
        not_canceled(),
        source,
    )
    found: str | None = work.db.value(same.order_by(Entity.created_at, Entity.id).limit(1))
    return found


def share(work: Work, is_shared: bool, *conditions: Any) -> Raw:
    """Share assets with other projects, or no longer; every asset meant is answered."""
    meant = work.db.rows(Entity.select(Entity.id, Entity.project_id).where(of_kind(work, ASSET), *conditions))
    for row in meant:
        work.update(Entity, row["id"], is_shared=is_shared)
        work.emit("asset:update", {"asset_id": row["id"]}, row["project_id"])
    query = ENTITIES["Asset"].select(work.db).where(Entity.id.in_([row["id"] for row in meant]))
    return many(work.db, query.order_by(Entity.name, Entity.id))


def get_asset(work: Work, id: str) -> Row:
    return get_of_kind(work, ASSET, id)


def share_assets(work: Work, rows: list[Row], is_shared: bool) -> Raw:
    """Lend the assets named to other projects, or no longer."""
    return share(work, is_shared, Entity.id.in_([row["id"] for row in rows]))


def share_of_project(work: Work, project_id: str, is_shared: bool, asset_ids: list[str] | None) -> Raw:
    """Lend assets of a project to others, all of them when none are named."""
    named = [] if asset_ids is None else [Entity.id.in_(asset_ids)]
    return share(work, is_shared, Entity.project_id == project_id, *named)


def share_of_type(work: Work, project_id: str, asset_type_id: str, is_shared: bool) -> Raw:
    """Lend all assets of a project and type to others."""
    of_type = Entity.entity_type_id == Entity.entity_type_id.read_filter(asset_type_id)
    return share(work, is_shared, Entity.project_id == project_id, of_type)
