"""Asset instances: numbered copies of an asset in a scene or in another asset, attached to shots (docs/api/entities.md)."""

import re
import unicodedata

import peewee

from kitsulite.access.places import project_of
from kitsulite.areas.entities.entities import known_containers, wire
from kitsulite.models.entities import AssetInstance, AssetInstanceLink, Entity, EntityType
from kitsulite.models.shapes import Raw, Shape, grouped
from kitsulite.storage import Row
from kitsulite.work.errors import NotFound, Refused
from kitsulite.work.kinds import ASSET, get_of_kind
from kitsulite.work.work import Work

INSTANCE = Shape(AssetInstance)
CAMERA = "Camera"
BASE_LENGTH = 75
"""Characters of a name before `_` and the number."""


# --- lists: key -> instances ---


def of_scene(work: Work, scene: Row) -> Raw:
    """The instances in a scene, by asset."""
    return _instances(work, AssetInstance.asset_id, AssetInstance.scene_id == scene["id"])


def cameras_of_scene(work: Work, scene: Row) -> Raw:
    """The cameras in a scene, by asset."""
    cameras = Entity.select(Entity.id).join(EntityType, on=EntityType.id == Entity.entity_type_id)
    is_camera = AssetInstance.asset_id.in_(cameras.where(EntityType.name == CAMERA))
    return _instances(work, AssetInstance.asset_id, AssetInstance.scene_id == scene["id"], is_camera)


def of_shot(work: Work, shot: Row) -> Raw:
    """The instances that are attached to a shot, by asset."""
    attached = AssetInstanceLink.select(AssetInstanceLink.asset_instance_id)
    in_shot = AssetInstance.id.in_(attached.where(AssetInstanceLink.entity_id == shot["id"]))
    return _instances(work, AssetInstance.asset_id, in_shot)


def of_asset_by_shot(work: Work, asset: Row) -> Raw:
    """The instances of an asset, by the shot that they are attached to."""
    query = INSTANCE.select(work.db, AssetInstanceLink.entity_id).join(
        AssetInstanceLink, on=AssetInstanceLink.asset_instance_id == AssetInstance.id
    )
    of_asset = (AssetInstance.asset_id == asset["id"], *known_containers(work, AssetInstanceLink.entity_id))
    return grouped(work.db, query.where(*of_asset).order_by(AssetInstanceLink.entity_id, AssetInstance.number))


def of_asset_by_scene(work: Work, asset: Row) -> Raw:
    """The instances of an asset, by scene; those in another asset have none."""
    of_asset = (AssetInstance.asset_id == asset["id"], *known_containers(work, AssetInstance.scene_id))
    return _instances(work, AssetInstance.scene_id, *of_asset, AssetInstance.scene_id.is_null(False))


def in_asset(work: Work, asset: Row) -> Raw:
    """The instances within an asset, by what they are instances of."""
    return _instances(work, AssetInstance.asset_id, AssetInstance.target_asset_id == asset["id"])


def _instances(work: Work, key: peewee.Field, *conditions: peewee.Node) -> Raw:
    query = INSTANCE.select(work.db, key).where(*conditions)
    return grouped(work.db, query.order_by(key, AssetInstance.number, AssetInstance.id))


# --- changes ---


def add_to_scene(work: Work, scene: Row, asset_id: str, description: str | None) -> Raw:
    """A new instance of an asset in a scene."""
    asset = _usable(work, scene, asset_id)
    id = _create(work, asset, description, scene_id=scene["id"])
    facts = {"scene_id": scene["id"], "asset_id": asset["id"], "asset_instance_id": id}
    work.emit("asset_instance:new", facts, scene["project_id"])
    return _wire(work, id)


def add_to_asset(work: Work, asset: Row, asset_to_instantiate_id: str, description: str | None) -> Raw:
    """A new instance of an asset in another one."""
    instantiated = _usable(work, asset, asset_to_instantiate_id)
    if instantiated["id"] == asset["id"]:
        raise Refused("An asset does not stand within itself.")
    id = _create(work, instantiated, description, target_asset_id=asset["id"])
    facts = {"asset_id": asset["id"], "asset_instantiated": instantiated["id"], "asset_instance_id": id}
    work.emit("asset_instance:new", facts, asset["project_id"])
    return _wire(work, id)


def attach(work: Work, shot: Row, asset_instance_id: str) -> Raw:
    """Attach an instance to a shot, once; the shot."""
    instance = work.get(AssetInstance, asset_instance_id)
    if project_of(work, AssetInstance, instance) != shot["project_id"]:
        raise NotFound
    if not work.exists(AssetInstanceLink, _attachment(shot, instance)):
        work.insert(AssetInstanceLink, entity_id=shot["id"], asset_instance_id=instance["id"])
        work.update(Entity, shot["id"])
        _tell_of_shot(work, "asset_instance:add-to-shot", shot, instance)
    return wire(work, shot["id"], "Entity")


def detach(work: Work, shot: Row, asset_instance_id: str) -> None:
    """Detach an instance from a shot; NotFound when it is not attached."""
    instance = work.get(AssetInstance, asset_instance_id)
    if not work.delete(AssetInstanceLink, _attachment(shot, instance)):
        raise NotFound
    _tell_of_shot(work, "asset_instance:remove-from-shot", shot, instance)


def _usable(work: Work, place: Row, asset_id: str) -> Row:
    """The asset to put somewhere: of the same project, or lent by another; NotFound for every other."""
    asset = get_of_kind(work, ASSET, asset_id)
    if asset["project_id"] != place["project_id"] and not asset["is_shared"]:
        raise NotFound
    return asset


def _create(work: Work, asset: Row, description: str | None, **place: str) -> str:
    conditions = [AssetInstance.columns()[key] == id for key, id in place.items()]
    taken = AssetInstance.select(peewee.fn.MAX(AssetInstance.number)).where(
        AssetInstance.asset_id == asset["id"], *conditions
    )
    number = (work.db.value(taken) or 0) + 1
    id = work.insert(
        AssetInstance,
        asset_id=asset["id"],
        name=name_of(asset["name"], number),
        number=number,
        description=AssetInstance.description.read(description),
        **place,
    )
    assert id
    return id


def name_of(asset_name: str, number: int) -> str:
    """What an instance is called: `Caméra 1` and 12 make `Camera_1_0012`."""
    letters = unicodedata.normalize("NFKD", asset_name).encode("ascii", "ignore").decode()
    base = re.sub(r"[^A-Za-z0-9]+", "_", letters).strip("_")
    return f"{base[:BASE_LENGTH]}_{number:04}"


def _attachment(shot: Row, instance: Row) -> peewee.Node:
    return (AssetInstanceLink.entity_id == shot["id"]) & (AssetInstanceLink.asset_instance_id == instance["id"])


def _tell_of_shot(work: Work, event: str, shot: Row, instance: Row) -> None:
    work.emit(event, {"shot_id": shot["id"], "asset_instance_id": instance["id"]}, shot["project_id"])


def _wire(work: Work, id: str) -> Raw:
    return work.show(INSTANCE, id)
