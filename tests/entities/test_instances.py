"""Asset instances: copies of assets in scenes, in assets and in shots (docs/api/entities.md)."""

from typing import Any

import pytest
from studio import Member, Studio

from kitsulite.areas.entities.instances import name_of
from kitsulite.models import new_id
from kitsulite.storage import Row


class Set:
    """A scene and a shot of a project, a tree and a camera."""

    def __init__(self, studio: Studio) -> None:
        self.studio = studio
        self.ann = studio.person("Ann")
        self.project = studio.project(team=[self.ann])
        self.scene = studio.entity("Scene", "SC01", self.project)
        self.shot = studio.entity("Shot", "SH01", self.project)
        self.tree = studio.entity("Props", "Big tree", self.project)
        self.camera = studio.entity("Camera", "Main", self.project)
        self.events: list[tuple[str, Row]] = []
        studio.tracker.listeners.append(lambda event: self.events.append((event.name, event.data)))

    def instance(self, asset: Row, **more: Any) -> Row:
        found: Row = self.ann.post(self.of_scene, {"asset_id": asset["id"], **more})
        return found

    @property
    def of_scene(self) -> str:
        return f"/data/scenes/{self.scene['id']}/asset-instances"

    @property
    def of_shot(self) -> str:
        return f"/data/shots/{self.shot['id']}/asset-instances"


@pytest.fixture
def stage(studio: Studio) -> Set:
    return Set(studio)


def test_instances_are_numbered_in_their_scene(stage: Set) -> None:
    first, second = stage.instance(stage.tree, description="Left"), stage.instance(stage.tree)
    assert (first["name"], first["number"], first["description"]) == ("Big_tree_0001", 1, "Left")
    assert (second["name"], second["number"], second["active"]) == ("Big_tree_0002", 2, True)
    assert stage.instance(stage.camera)["number"] == 1
    facts = {"scene_id": stage.scene["id"], "asset_id": stage.tree["id"], "asset_instance_id": first["id"]}
    assert stage.events[0] == ("asset_instance:new", facts | {"project_id": stage.project["id"]})
    assert stage.ann.get(stage.of_scene)[stage.tree["id"]] == [first, second]
    cameras = stage.ann.get(f"/data/scenes/{stage.scene['id']}/camera-instances")
    assert list(cameras) == [stage.camera["id"]]
    by_scene = stage.ann.get(f"/data/assets/{stage.tree['id']}/scene-asset-instances")
    assert by_scene == {stage.scene["id"]: [first, second]}


@pytest.mark.parametrize(
    ("asset", "name"),
    [("Tree", "Tree_0007"), ("Caméra  n° 1!", "Camera_n_1_0007"), ("x" * 160, "x" * 75 + "_0007")],
)
def test_an_instance_is_called_like_its_asset_in_plain_letters(asset: str, name: str) -> None:
    assert name_of(asset, 7) == name


def test_instances_stand_in_other_assets(stage: Set) -> None:
    path = f"/data/assets/{stage.camera['id']}/asset-asset-instances"
    inside = stage.ann.post(path, {"asset_to_instantiate_id": stage.tree["id"]})
    assert (inside["asset_id"], inside["target_asset_id"]) == (stage.tree["id"], stage.camera["id"])
    assert stage.ann.get(path) == {stage.tree["id"]: [inside]}
    assert stage.ann.get(f"/data/assets/{stage.tree['id']}/scene-asset-instances") == {}, "it is in no scene"


def test_instances_are_attached_to_shots_once(stage: Set) -> None:
    instance = stage.instance(stage.tree)
    stage.events.clear()
    for _ in range(2):
        shot = stage.ann.post(stage.of_shot, {"asset_instance_id": instance["id"]})
        assert (shot["id"], shot["type"]) == (stage.shot["id"], "Entity")
    assert [name for name, _ in stage.events] == ["asset_instance:add-to-shot"]
    assert stage.ann.get(stage.of_shot) == {stage.tree["id"]: [instance]}
    by_shot = f"/data/assets/{stage.tree['id']}/shot-asset-instances"
    assert stage.ann.get(by_shot) == {stage.shot["id"]: [instance]}
    stage.ann.delete(f"{stage.of_shot}/{instance['id']}")
    stage.ann.delete(f"{stage.of_shot}/{instance['id']}", status=404)
    assert stage.ann.get(stage.of_shot) == {}
    assert stage.ann.get(stage.of_scene) == {stage.tree["id"]: [instance]}, "the instance itself stays"


def test_what_is_instantiated_must_be_there(stage: Set) -> None:
    stage.ann.post(stage.of_scene, {}, status=400)
    stage.ann.post(stage.of_scene, {"asset_id": new_id()}, status=404)
    stage.ann.post(stage.of_scene, {"asset_id": stage.tree["id"], "description": "x" * 201}, status=400)
    stage.ann.post(f"/data/scenes/{stage.shot['id']}/asset-instances", {"asset_id": stage.tree["id"]}, status=404)
    stage.ann.post(stage.of_shot, {"asset_instance_id": new_id()}, status=404)
    stage.ann.delete(f"{stage.of_shot}/x", status=404)


@pytest.mark.parametrize("role", ["vendor", "client"])
def test_vendors_and_clients_only_look(stage: Set, role: str) -> None:
    guest: Member = stage.studio.person(role=role)
    stage.studio.join(stage.project, guest)
    stage.studio.task(stage.scene, assignees=[guest])
    guest.post(stage.of_scene, {"asset_id": stage.tree["id"]}, status=403)
    guest.post(stage.of_shot, {"asset_instance_id": new_id()}, status=403)
    assert guest.get(stage.of_scene) == {}
    stage.studio.person("Stan").get(stage.of_scene, status=403)
