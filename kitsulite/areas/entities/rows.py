"""Rows of assets, shots and everything else that a production is made of."""

import datetime
import functools
import operator
from typing import Any

import peewee

from kitsulite import access
from kitsulite.access import Rule, admin, entity_access, in_service, new_in_managed_project, remove_entity
from kitsulite.areas.entities import castingcounts
from kitsulite.areas.entities.kinds import (
    ASSET,
    KINDS,
    SEQUENCE,
    SHOT,
    kind_of,
    masked_data,
    require_unique,
    within_reach,
)
from kitsulite.models.entities import AssetInstance, Entity, EntityConceptLink, EntityLink, EntityType, EntityVersion
from kitsulite.models.entity_shapes import ANY_ENTITY
from kitsulite.models.fields import MOMENT, BadValue
from kitsulite.models.reviews import Subscription
from kitsulite.models.shapes import Raw, Shape
from kitsulite.rows.collection import Collection
from kitsulite.storage import Row, Wire
from kitsulite.work.errors import WrongParameter
from kitsulite.work.work import Work

STATUSES = Entity.columns()["status"].codes
VERSION_EVERY = datetime.timedelta(seconds=60)


class EntityTypes(Collection):
    """Asset types and the temporal types; `task_types` is the workflow of an asset type."""

    path, table = "entity-types", EntityType

    def check_create(self, work: Work, data: Row) -> None:
        name = data.get("name")
        if not isinstance(name, str):
            return
        if work.exists(EntityType, work.db.like(EntityType.name, name)):
            raise WrongParameter("Entity type with this name already exists")

    def answer_update(self, work: Work, row: Row) -> Any:
        return self.wire(work, row["id"], relations=True)

    def emit(self, work: Work, action: str, row: Row) -> None:
        work.emit(f"asset-type:{action}", {"asset_type_id": row["id"]})


class Entities(Collection):
    """Entities of all kinds; `type` says which."""

    path, table = "entities", Entity
    get_by = entity_access
    create_by = new_in_managed_project
    update_by = in_service("manager or creator; supervisors the data of their departments")
    delete_by = remove_entity
    protected = frozenset({"instance_casting", "entities_in", "entities_out", "type", "shotgun_id", "created_by"})

    def make_shape(self) -> Shape:
        return ANY_ENTITY

    def shape_for(self, work: Work) -> Shape:
        masked = masked_data(work, KINDS)
        return self.shape.but(plus=masked) if masked else self.shape

    def visible(self, work: Work) -> peewee.Node | None:
        seen = [Entity.project_id.in_(access.open_team_projects(work)), *within_reach(work)]
        return functools.reduce(operator.and_, seen)

    def check_create(self, work: Work, data: Row) -> None:
        _check_status(data)
        data["created_by"] = work.caller.id

    def answer_create(self, work: Work, row: Row) -> Raw:
        return self.wire(work, row["id"], relations=True, type=Wire("'Entity'"))

    def check_update(self, work: Work, row: Row, data: Row) -> None:
        access.require(access.may_change_entity(work, row, data))
        _check_status(data)
        if data.get("source_id") == "null":
            data["source_id"] = None
        given = data.pop("data", None)
        if given is not None:
            if not isinstance(given, dict):
                raise BadValue("data is not an object")
            data["data"] = {**(row["data"] if isinstance(row["data"], dict) else {}), **given}
        require_unique(work, row, data)

    def updated(self, work: Work, before: Row, row: Row, data: Row) -> None:
        kind = kind_of(work, row)
        if kind is SHOT:
            _keep_version(work, before, row)
        elif kind is ASSET and not ("ready_for" in data and data["ready_for"] == before["ready_for"]):
            castingcounts.refresh_for_asset(work, row)

    def answer_update(self, work: Work, row: Row) -> Any:
        return self.wire(work, row["id"], relations=True)

    def before_delete(self, work: Work, row: Row, force: bool) -> None:
        if kind_of(work, row) is SEQUENCE:
            work.delete(Subscription, Subscription.entity_id == row["id"])
        work.delete(EntityLink, (EntityLink.entity_in_id == row["id"]) | (EntityLink.entity_out_id == row["id"]))
        work.delete(
            EntityConceptLink,
            (EntityConceptLink.entity_in_id == row["id"]) | (EntityConceptLink.entity_out_id == row["id"]),
        )

    def emit(self, work: Work, action: str, row: Row) -> None:
        noun = kind_of(work, row).noun
        work.emit(f"{noun}:{action}", {f"{noun}_id": row["id"]}, row["project_id"])


def _check_status(data: Row) -> None:
    if "status" in data and data["status"] not in STATUSES:
        raise WrongParameter("Invalid status")


def _keep_version(work: Work, before: Row, row: Row) -> None:
    """Remember what a shot was called and cut like, unless it was changed only just now."""
    old, new = before["data"] or {}, row["data"] or {}
    changed = before["name"] != row["name"] or any(old.get(key) != new.get(key) for key in ("frame_in", "frame_out"))
    earlier = datetime.datetime.strptime(before["updated_at"], MOMENT)
    if changed and datetime.datetime.strptime(row["updated_at"], MOMENT) - earlier > VERSION_EVERY:
        work.insert(EntityVersion, name=before["name"], data=row["data"], entity_id=row["id"], person_id=work.caller.id)


def _asset_of_instance(work: Work, row: access.Subject) -> None:
    access.require_entity_access(work, work.get(Entity, row["asset_id"]))


of_asset = Rule("in the team of the asset's project; vendors with a task on it", _asset_of_instance)

COLLECTIONS = [
    EntityTypes(),
    Entities(),
    Collection("entity-links", EntityLink, list_by=admin, get_by=admin),
    Collection(
        "asset-instances",
        AssetInstance,
        list_by=admin,
        get_by=of_asset,
        update_by=of_asset,
        protected={"number"},
    ),
]
