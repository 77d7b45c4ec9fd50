"""File trees: where the files of a production lie, and what a path stands for (docs/api/pipeline.md)."""

from typing import Any

import pytest
from studio import Member, Studio

from kitsulite.areas.pipeline.filetrees import shipped_tree
from kitsulite.models.entities import AssetInstance
from kitsulite.models.files import OutputType
from kitsulite.models.people import Software
from kitsulite.models.productions import Project
from kitsulite.storage import Row

ROOT = "/simple/productions"


class Pipeline:
    """Cosmos Landromat with a shot, an asset and tasks; its files lie as the tree `simple` says."""

    def __init__(self, studio: Studio) -> None:
        self.studio = studio
        self.manager, self.artist = studio.person(role="manager"), studio.person("Art")
        self.vendor, self.outsider = studio.person(role="vendor"), studio.person("Out")
        team = [self.manager, self.artist, self.vendor]
        self.project = studio.project("Cosmos Landromat", team=team, file_tree=shipped_tree("simple"))
        self.episode = studio.entity("Episode", "E01", self.project)
        self.sequence = studio.entity("Sequence", "S01", self.project, self.episode)
        self.shot = studio.entity("Shot", "P01", self.project, self.sequence)
        self.scene = studio.entity("Scene", "SC01", self.project, self.sequence)
        self.tree = studio.entity("Props", "Tree", self.project)
        self.rabbit = studio.entity("Character", "Rabbit", self.project)
        self.shaders = studio.task_type("Shaders", for_entity="Asset")
        self.animation = studio.task_type("Animation")
        self.task = studio.task(self.tree, self.shaders, assignees=[self.artist])
        self.shot_task = studio.task(self.shot, self.animation)
        self.cache = studio.add(OutputType, name="Cache", short_name="abc")
        self.blender = studio.add(Software, name="Blender", short_name="bl", file_extension=".blend")

    def working(self, task: Row, **body: Any) -> tuple[str, str]:
        found = self.artist.post(f"/data/tasks/{task['id']}/working-file-path", body, status=200)
        return found["path"], found["name"]

    def output(self, entity: Row, task_type: Row, **body: Any) -> tuple[str, str]:
        given = {"output_type_id": self.cache["id"], "task_type_id": task_type["id"], **body}
        found = self.artist.post(f"/data/entities/{entity['id']}/output-file-path", given, status=200)
        return found["folder_path"], found["file_name"]

    def set_tree(self, tree: Any) -> None:
        with self.studio.tracker.work() as work:
            work.update(Project, self.project["id"], file_tree=tree)


@pytest.fixture
def pipeline(studio: Studio) -> Pipeline:
    return Pipeline(studio)


def test_working_files_lie_by_task_and_software(pipeline: Pipeline) -> None:
    assert pipeline.working(pipeline.task) == (
        f"{ROOT}/cosmos_landromat/assets/props/tree/shaders/3ds_max",
        "cosmos_landromat_props_tree_shaders_main_v001",
    )
    assert pipeline.working(
        pipeline.shot_task, name="Beauty Pass", revision=12, software_id=pipeline.blender["id"]
    ) == (
        f"{ROOT}/cosmos_landromat/shots/s01/p01/animation/blender",
        "cosmos_landromat_s01_p01_animation_beauty_pass_v012",
    )


def test_every_kind_of_entity_has_its_place(studio: Studio, pipeline: Pipeline) -> None:
    for entity, folder in (
        (pipeline.episode, "episodes/e01"),
        (pipeline.sequence, "sequences/s01"),
        (pipeline.scene, "scenes/s01/sc01"),
        (studio.entity("Edit", "Cut", pipeline.project), "assets/edit/cut"),
    ):
        path, _ = pipeline.working(studio.task(entity, pipeline.animation))
        assert path == f"{ROOT}/cosmos_landromat/{folder}/animation/3ds_max"


def test_outputs_lie_by_their_type(pipeline: Pipeline) -> None:
    assert pipeline.output(pipeline.tree, pipeline.shaders, revision=3) == (
        f"{ROOT}/export/cosmos_landromat/assets/props/tree/shaders/cache",
        "cosmos_landromat_props_tree_shaders_cache_main_v003",
    )


def test_instances_lie_with_what_they_are_seen_in(studio: Studio, pipeline: Pipeline) -> None:
    instance = studio.add(AssetInstance, asset_id=pipeline.tree["id"], name="Tree_0001", number=1)
    ask = {"output_type_id": pipeline.cache["id"], "task_type_id": pipeline.animation["id"], "representation": "abc"}
    path = f"/data/asset-instances/{instance['id']}/entities/{pipeline.shot['id']}/output-file-path"
    found = pipeline.artist.post(path, {**ask, "revision": 3}, status=200)
    assert found["folder_path"].endswith(
        "export/cosmos_landromat/shot/s01/p01/animation/cache/props/tree/instance_0001/abc"
    )
    assert found["file_name"] == "cosmos_landromat_s01_p01_animation_cache_main_tree_0001_v003"
    within = studio.add(AssetInstance, asset_id=pipeline.rabbit["id"], target_asset_id=pipeline.tree["id"], number=7)
    path = f"/data/asset-instances/{within['id']}/entities/{pipeline.tree['id']}/output-file-path"
    found = pipeline.artist.post(path, ask, status=200)
    assert found["folder_path"].endswith("assets/props/tree/animation/cache/character/rabbit/instance_0007/abc")


def test_separators_are_those_asked_for(pipeline: Pipeline) -> None:
    path, _ = pipeline.working(pipeline.task, sep="\\")
    assert path == "/simple\\productions\\cosmos_landromat\\assets\\props\\tree\\shaders\\3ds_max"
    path, _ = pipeline.output(pipeline.tree, pipeline.shaders, separator="\\")
    assert path == "/simple\\productions/export\\cosmos_landromat\\assets\\props\\tree\\shaders\\cache"


def test_ids_stand_in_paths_as_they_are_and_styles_count(pipeline: Pipeline) -> None:
    names = {"asset": "<Project>_<Asset.id>", "style": "uppercase"}
    mode = {
        "mountpoint": "/m",
        "root": "",
        "folder_path": {"asset": "<Asset>/<Task.id>", "style": "uppercase"},
        "file_name": names,
    }
    pipeline.set_tree({"working": mode})
    id = pipeline.tree["id"]
    assert pipeline.working(pipeline.task) == (f"/m/TREE/{pipeline.task['id']}", f"COSMOS_LANDROMAT_{id}")


def test_what_a_tree_does_not_say_is_refused_in_words(pipeline: Pipeline) -> None:
    path = f"/data/tasks/{pipeline.task['id']}/working-file-path"

    def refused(**body: Any) -> str:
        answer = pipeline.artist.post(path, body, status=400)
        assert answer["received_data"] == {**answer["received_data"], **body}
        return str(answer["message"])

    assert refused(mode="nowhere") == "Mode nowhere cannot be found on given tree."
    folder = {"mountpoint": "/m", "root": "r", "file_name": {}, "folder_path": {"asset": "<Asset.short_name>"}}
    for tree, message in (
        ({"working": {"root": "r"}}, "Can't find given mode (working) in given tree."),
        ({"working": {**folder, "folder_path": {"asset": "<Colour>"}}}, "Unknown data type: Colour."),
        ({"working": folder}, "Unknown data type: Asset.short_name."),
        ({"working": {**folder, "folder_path": {}}}, ""),
        (None, "No tree can be found for given project."),
        ("oak", "No tree can be found for given project."),
    ):
        pipeline.set_tree(tree)
        assert refused() == message
        pipeline.artist.post(f"/data/tasks/{pipeline.task['id']}/working-files/new", {"name": "main"}, status=400)


def test_managers_choose_a_tree(studio: Studio, pipeline: Pipeline) -> None:
    path = f"/actions/projects/{pipeline.project['id']}/set-file-tree"
    pipeline.artist.post(path, {"tree_name": "default"}, status=403)
    project = pipeline.manager.post(path, {"tree_name": "default"}, status=200)
    assert project["file_tree"] == shipped_tree("default")
    for name in ("oak", "../simple", "simple.json"):
        assert (
            pipeline.manager.post(path, {"tree_name": name}, status=400)["message"] == "Selected tree is not available"
        )
    pipeline.manager.post(path, {}, status=400)
    assert studio.row(Project, pipeline.project["id"])["file_tree"] == shipped_tree("default")


# --- what a path stands for ---


def guess(member: Member, pipeline: Pipeline, path: str, status: int = 200, **more: str) -> Any:
    body = {"project_id": pipeline.project["id"], "file_path": path, **more}
    return member.post("/data/entities/guess-from-path", body, status=status)


def test_a_path_tells_what_it_is_of(pipeline: Pipeline) -> None:
    known = {"Project": pipeline.project["id"]}
    of_tree = {
        "AssetType": pipeline.tree["entity_type_id"],
        "Asset": pipeline.tree["id"],
        "TaskType": pipeline.shaders["id"],
    }
    path = f"{ROOT}/cosmos_landromat/assets/Props/Tree/Shaders/blender"
    assert guess(pipeline.artist, pipeline, path) == [{"Template": "asset", **known, **of_tree}]
    of_shot = {"Sequence": pipeline.sequence["id"], "Shot": pipeline.shot["id"], "TaskType": pipeline.animation["id"]}
    path = f"{ROOT}/COSMOS_LANDROMAT/SHOTS/S01/P01/ANIMATION"
    assert {"Template": "shot", **known, **of_shot} in guess(pipeline.artist, pipeline, path)


def test_a_path_is_followed_as_far_as_it_leads(pipeline: Pipeline) -> None:
    path = f"{ROOT}/cosmos_landromat/assets/props/nothing"
    known = {"Project": pipeline.project["id"], "AssetType": pipeline.tree["entity_type_id"]}
    assert guess(pipeline.artist, pipeline, path) == [{"Template": "asset", **known}]
    elsewhere = guess(pipeline.artist, pipeline, f"{ROOT}/other_production/assets/props/tree")
    assert elsewhere == [{"Template": "asset"}]
    for path in ("/elsewhere/cosmos_landromat", f"{ROOT}/cosmos_landromat/shots%/s01", ""):
        assert guess(pipeline.artist, pipeline, path, status=200 if path else 400) == [] or not path
    assert guess(pipeline.artist, pipeline, f"{ROOT}/cosmos_landromat/assets", sep="\\") == []


def test_names_are_found_in_any_case_and_by_all_their_letters(studio: Studio, pipeline: Pipeline) -> None:
    star, percent = (studio.entity("Props", name, pipeline.project) for name in ("Étoile Filante", "50% Off"))

    def asset(name: str) -> str | None:
        found: str | None = guess(pipeline.artist, pipeline, f"{ROOT}/cosmos_landromat/assets/props/{name}")[0].get(
            "Asset"
        )
        return found

    for name in ("Étoile_Filante", "ÉTOILE_FILANTE", "étoile filante"):
        assert asset(name) == star["id"]
    assert asset("50%_off") == percent["id"]
    for name in ("%", "50%", "tre%", "tree\\", "a" * 60_000):
        assert asset(name) is None


def test_versions_are_numbers_of_any_length(pipeline: Pipeline) -> None:
    pipeline.set_tree({"working": {"mountpoint": "/m", "root": "r", "folder_path": {"asset": "v<Version>"}}})
    for text, version in (("012", "12"), ("000", "0"), ("9" * 5000, "9" * 5000)):
        assert guess(pipeline.artist, pipeline, f"/m/r/v{text}") == [{"Template": "asset", "Version": version}]
    for text in ("two", "-1", "²"):
        assert guess(pipeline.artist, pipeline, f"/m/r/v{text}") == [{"Template": "asset"}]


def test_paths_are_guessed_for_the_team(pipeline: Pipeline) -> None:
    guess(pipeline.outsider, pipeline, f"{ROOT}/x", status=403)
    pipeline.set_tree(None)
    assert guess(pipeline.artist, pipeline, f"{ROOT}/x") == []
