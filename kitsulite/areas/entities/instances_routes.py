"""Asset instances: copies of assets in scenes, assets and shots."""

from typing import Any

import msgspec

from kitsulite.access.entities import has_entity_access
from kitsulite.access.rules import CREW, MEMBER, entity
from kitsulite.areas.entities import instances
from kitsulite.models.entity_shapes import ENTITIES
from kitsulite.web.inputs import Id
from kitsulite.web.routing import Mapped, Route, delete, get, post
from kitsulite.work.kinds import ASSET, SCENE, SHOT


class NewInstanceInScene(msgspec.Struct):
    """An asset to instantiate in a scene."""

    asset_id: Id
    description: str | None = None


class NewInstanceInAsset(msgspec.Struct):
    """An asset to instantiate in another one."""

    asset_to_instantiate_id: Id
    description: str | None = None


class InstanceToAttach(msgspec.Struct):
    """An instance to attach to a shot."""

    asset_instance_id: Id


BY_ID = Mapped([instances.INSTANCE])
made: dict[str, Any] = {"gives": instances.INSTANCE, "status": 201, "body_first": True}

SCENE_INSTANCES, SHOT_INSTANCES = "/data/scenes/{scene_id}/asset-instances", "/data/shots/{shot_id}/asset-instances"
of_asset = entity(ASSET, MEMBER)
ROUTES: list[Route] = [
    get(SCENE_INSTANCES, entity(SCENE, has_entity_access), instances.of_scene, gives=BY_ID),
    post(SCENE_INSTANCES, entity(SCENE, CREW), instances.add_to_scene, takes=NewInstanceInScene, **made),
    get(
        "/data/scenes/{scene_id}/camera-instances",
        entity(SCENE, has_entity_access),
        instances.cameras_of_scene,
        gives=BY_ID,
    ),
    get(SHOT_INSTANCES, entity(SHOT, has_entity_access), instances.of_shot, gives=BY_ID),
    post(
        SHOT_INSTANCES,
        entity(SHOT, CREW),
        instances.attach,
        takes=InstanceToAttach,
        gives=ENTITIES["Entity"],
        status=201,
        body_first=True,
    ),
    delete(SHOT_INSTANCES + "/{asset_instance_id}", entity(SHOT, CREW), instances.detach),
    get("/data/assets/{asset_id}/shot-asset-instances", of_asset, instances.of_asset_by_shot, gives=BY_ID),
    get("/data/assets/{asset_id}/scene-asset-instances", of_asset, instances.of_asset_by_scene, gives=BY_ID),
    get("/data/assets/{asset_id}/asset-asset-instances", of_asset, instances.in_asset, gives=BY_ID),
    post(
        "/data/assets/{asset_id}/asset-asset-instances",
        entity(ASSET, CREW),
        instances.add_to_asset,
        takes=NewInstanceInAsset,
        **made,
    ),
]
