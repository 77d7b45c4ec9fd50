"""Rows of assets, shots and everything else that a production is made of."""

import functools
import operator
from typing import Any

import peewee

from kitsulite.access.callers import admin, is_any_admin
from kitsulite.access.entities import may_change_entity, may_remove_entity, outside_of_concepts
from kitsulite.access.projects import open_team_projects
from kitsulite.access.rules import MANAGING, Is, new_in_project
from kitsulite.access.sight import may_change_instance, may_see_entity, may_see_instance
from kitsulite.areas.entities import conceptfolders
from kitsulite.areas.entities.changing import follow_change
from kitsulite.areas.entities.entities import require_unique, within_reach
from kitsulite.models.entities import AssetInstance, Entity, EntityConceptLink, EntityLink, EntityType
from kitsulite.models.entity_shapes import ANY_ENTITY
from kitsulite.models.fields import BadValue
from kitsulite.models.reviews import Subscription
from kitsulite.models.shapes import Raw, Shape
from kitsulite.models.tasks import Task
from kitsulite.rows.collection import Change, Collection
from kitsulite.rows.writing import Points, columns_of
from kitsulite.storage import Row, Wire
from kitsulite.work.errors import WrongParameter
from kitsulite.work.kinds import ASSET, CONCEPT, CONCEPT_FOLDER, EPISODE, SCENE, SEQUENCE, SHOT, kind_of
from kitsulite.work.work import Work

STATUSES = Entity.columns()["status"].codes


class EntityTypes(Collection):
    """Asset types and the temporal types; `task_types` is the workflow of an asset type."""

    path, table = "entity-types", EntityType
    writable = columns_of(EntityType)

    def check_create(self, work: Work, data: Row) -> None:
        name = data.get("name")
        if not isinstance(name, str):
            return
        if work.exists(EntityType, work.db.alike(EntityType.name, name)):
            raise WrongParameter("Entity type with this name already exists")

    def answer_update(self, work: Work, row: Row) -> Any:
        return self.wire(work, row["id"], relations=True)

    def emit(self, work: Work, action: str, row: Row) -> None:
        work.emit(f"asset-type:{action}", {"asset_type_id": row["id"]})


# --- what an entity may point at ---


def keeps_kind(work: Work, entity: Row, entity_type: Row) -> bool:
    """A new entity may be of any type; one that is there only changes between asset types."""
    return entity["id"] is None or (
        kind_of(work, {"entity_type_id": entity_type["id"]}) is ASSET
        and work.get(Entity, entity["id"]) is not None
        and kind_of(work, work.get(Entity, entity["id"])) is ASSET
    )


def stands_above(work: Work, entity: Row, parent: Row) -> bool:
    """A shot stands under a sequence, a sequence under an episode, a concept in a folder; what has no such place stands under nothing."""
    return kind_of(work, parent).name == kind_of(work, entity).parent


def comes_before(work: Work, entity: Row, source: Row) -> bool:
    """An asset is made for an episode, a shot comes from a scene; nothing comes from itself."""
    wanted = {ASSET: EPISODE, SHOT: SCENE}.get(kind_of(work, entity))
    return kind_of(work, source) is wanted if wanted else source["id"] != entity.get("id")


def illustrates(work: Work, entity: Row, linked: Row) -> bool:
    """A concept illustrates what is none, and what is none is illustrated by concepts; folders do neither."""
    kinds = {kind_of(work, entity), kind_of(work, linked)}
    return CONCEPT in kinds and len(kinds - {CONCEPT_FOLDER}) == 2


def shows_it(work: Work, entity: Row, preview: Row) -> bool:
    """The picture of an entity is one of its previews."""
    return work.exists(Task, Task.id == preview["task_id"], Task.entity_id == entity["id"])


def is_not_itself(work: Work, link: Row, entity: Row) -> bool:
    """Nothing is cast in itself."""
    return link.get("entity_in_id") != link.get("entity_out_id")


def is_scene(work: Work, instance: Row, scene: Row) -> bool:
    return kind_of(work, scene) is SCENE


def is_asset_of_another(work: Work, instance: Row, asset: Row) -> bool:
    """No asset stands within itself."""
    return kind_of(work, asset) is ASSET and instance["asset_id"] != instance["target_asset_id"]


class Entities(Collection):
    """Entities of all kinds; `type` says which."""

    path, table = "entities", Entity
    adds_to_data = True
    get_by = Is(may_see_entity)
    create_by = new_in_project(MANAGING)
    update_by = Change(may_change_entity)
    delete_by = Is(may_remove_entity)
    writable = frozenset(
        {
            "canceled",
            "code",
            "data",
            "description",
            "entity_concept_links",
            "entity_type_id",
            "is_casting_standby",
            "is_shared",
            "name",
            "nb_entities_out",
            "nb_frames",
            "parent_id",
            "preview_file_id",
            "ready_for",
            "source_id",
            "status",
        }
    )
    at_birth = frozenset({"project_id", "shotgun_id", "created_by"})
    points = {
        "entity_type_id": Points(only=keeps_kind),
        "entity_concept_links": Points(only=illustrates, lent=True),
        "parent_id": Points(only=stands_above),
        "preview_file_id": Points(only=shows_it),
        "source_id": Points(only=comes_before),
    }

    def make_shape(self) -> Shape:
        return ANY_ENTITY

    def visible(self, work: Work) -> peewee.Node | None:
        seen = [Entity.project_id.in_(open_team_projects(work)), *within_reach(work), *outside_of_concepts(work)]
        return functools.reduce(operator.and_, seen)

    def check_create(self, work: Work, data: Row) -> None:
        _check_status(data)
        data["created_by"] = work.caller.id

    def answer_create(self, work: Work, row: Row) -> Raw:
        return self.wire(work, row["id"], relations=True, type=Wire("'Entity'"))

    def check_update(self, work: Work, row: Row, data: Row) -> None:
        _check_status(data)
        if data.get("source_id") == "null":
            data["source_id"] = None
        given = data.pop("data", None)
        if given is not None:
            if not isinstance(given, dict):
                raise BadValue("data is not an object")
            kept = row["data"] if self.adds_to_data and isinstance(row["data"], dict) else {}
            data["data"] = {**kept, **given}
        require_unique(work, row, data)

    def updated(self, work: Work, before: Row, row: Row, data: Row) -> None:
        same = "ready_for" in data and data["ready_for"] == before["ready_for"]
        follow_change(work, before, row, readiness=not same)

    def answer_update(self, work: Work, row: Row) -> Any:
        return self.wire(work, row["id"], relations=True)

    def before_delete(self, work: Work, row: Row, force: bool) -> None:
        if kind_of(work, row) is CONCEPT_FOLDER:
            conceptfolders.empty(work, row)
        if kind_of(work, row) is SEQUENCE:
            work.delete(Subscription, Subscription.entity_id == row["id"])
        work.delete(EntityLink, (EntityLink.entity_in_id == row["id"]) | (EntityLink.entity_out_id == row["id"]))
        work.delete(
            EntityConceptLink,
            (EntityConceptLink.entity_in_id == row["id"]) | (EntityConceptLink.entity_out_id == row["id"]),
        )

    def emit(self, work: Work, action: str, row: Row) -> None:
        kind = kind_of(work, row)
        work.emit(f"{kind.event}:{action}", {f"{kind.noun}_id": row["id"]}, row["project_id"])


class Shots(Entities):
    """Shots, as their own route changes them: data is replaced, and the answer is the plain row."""

    adds_to_data = False

    def answer_update(self, work: Work, row: Row) -> Any:
        return self.wire(work, row["id"], relations=False, type=Wire("'Entity'"))


def _check_status(data: Row) -> None:
    if "status" in data and data["status"] not in STATUSES:
        raise WrongParameter("Invalid status")


COLLECTIONS: list[Collection] = [
    EntityTypes(),
    Entities(),
    Collection(
        "entity-links",
        EntityLink,
        list_by=admin,
        get_by=is_any_admin,
        writable=columns_of(EntityLink),
        points={
            "entity_in_id": Points(only=is_not_itself, free=True),
            "entity_out_id": Points(only=is_not_itself, free=True),
        },
    ),
    Collection(
        "asset-instances",
        AssetInstance,
        list_by=admin,
        get_by=may_see_instance,
        update_by=may_change_instance,
        writable=columns_of(AssetInstance, without={"asset_id", "number"}),
        at_birth=frozenset({"asset_id", "number"}),
        points={
            "asset_id": Points(only=is_asset_of_another, lent=True),
            "scene_id": Points(only=is_scene),
            "target_asset_id": Points(only=is_asset_of_another),
        },
        ignored=frozenset({"number"}),
        names_may_be_blank=True,
    ),
]
