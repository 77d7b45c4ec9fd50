"""Asset instances: copies of assets in scenes, assets and shots (contract 03, 7)."""

from typing import Any

import msgspec

from kitsulite.access import in_service
from kitsulite.areas.entities import instances
from kitsulite.models.entity_shapes import ENTITIES
from kitsulite.web.call import Call
from kitsulite.web.inputs import Id
from kitsulite.web.routing import delete, get, post


class NewInstanceInScene(msgspec.Struct):
    """An asset to instantiate in a scene."""

    asset_id: Id
    description: str | None = None


class NewInstanceInAsset(msgspec.Struct):
    """An asset to instantiate in another one."""

    asset_to_instantiate_id: Id
    description: str | None = None


class Attachment(msgspec.Struct):
    """An instance to attach to a shot."""

    asset_instance_id: Id


def list_instances_of_scene(call: Call, scene_id: str) -> Any:
    """The instances in a scene, by asset."""
    return instances.of_scene(call.work, scene_id)


def list_cameras_of_scene(call: Call, scene_id: str) -> Any:
    """The cameras in a scene, by asset."""
    return instances.cameras_of_scene(call.work, scene_id)


def list_instances_of_shot(call: Call, shot_id: str) -> Any:
    """The instances attached to a shot, by asset."""
    return instances.of_shot(call.work, shot_id)


def list_instances_by_shot(call: Call, asset_id: str) -> Any:
    """The instances of an asset, by shot."""
    return instances.of_asset_by_shot(call.work, asset_id)


def list_instances_by_scene(call: Call, asset_id: str) -> Any:
    """The instances of an asset, by scene."""
    return instances.of_asset_by_scene(call.work, asset_id)


def list_instances_in_asset(call: Call, asset_id: str) -> Any:
    """The instances within an asset, by what they are instances of."""
    return instances.in_asset(call.work, asset_id)


def create_in_scene(call: Call, scene_id: str, body: NewInstanceInScene) -> Any:
    """A new instance of an asset in a scene."""
    return instances.add_to_scene(call.work, scene_id, str(body.asset_id), body.description)


def create_in_asset(call: Call, asset_id: str, body: NewInstanceInAsset) -> Any:
    """A new instance of an asset in another one."""
    return instances.add_to_asset(call.work, asset_id, str(body.asset_to_instantiate_id), body.description)


def attach_to_shot(call: Call, shot_id: str, body: Attachment) -> Any:
    """Attach an instance to a shot."""
    return instances.attach(call.work, shot_id, str(body.asset_instance_id))


def detach_from_shot(call: Call, shot_id: str, asset_instance_id: str) -> None:
    """Detach an instance from a shot."""
    instances.detach(call.work, shot_id, asset_instance_id)


in_team = in_service("in the project's team")
reachable = in_service("in the project's team; vendors with a task on it")
crew = in_service("in the project's team, no client or vendor")
made: dict[str, Any] = {"gives": instances.INSTANCE, "status": 201, "body_first": True}

ROUTES = [
    get("/data/scenes/{scene_id}/asset-instances", reachable, list_instances_of_scene),
    post("/data/scenes/{scene_id}/asset-instances", crew, create_in_scene, takes=NewInstanceInScene, **made),
    get("/data/scenes/{scene_id}/camera-instances", reachable, list_cameras_of_scene),
    get("/data/shots/{shot_id}/asset-instances", reachable, list_instances_of_shot),
    post(
        "/data/shots/{shot_id}/asset-instances",
        crew,
        attach_to_shot,
        takes=Attachment,
        gives=ENTITIES["Entity"],
        status=201,
        body_first=True,
    ),
    delete("/data/shots/{shot_id}/asset-instances/{asset_instance_id}", crew, detach_from_shot),
    get("/data/assets/{asset_id}/shot-asset-instances", in_team, list_instances_by_shot),
    get("/data/assets/{asset_id}/scene-asset-instances", in_team, list_instances_by_scene),
    get("/data/assets/{asset_id}/asset-asset-instances", in_team, list_instances_in_asset),
    post("/data/assets/{asset_id}/asset-asset-instances", crew, create_in_asset, takes=NewInstanceInAsset, **made),
]
