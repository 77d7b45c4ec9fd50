"""Output files: revisions of what is published (docs/api/pipeline.md)."""

import threading
from typing import Any

import pytest
from studio import NOBODY, Member, Studio
from test_file_trees import Pipeline

from kitsulite.models.entities import AssetInstance
from kitsulite.models.files import FileStatus, OutputType
from kitsulite.storage import Row


class Published(Pipeline):
    """And with an instance of the tree, seen in the shot."""

    def __init__(self, studio: Studio) -> None:
        super().__init__(studio)
        self.instance = studio.add(AssetInstance, asset_id=self.tree["id"], name="Tree_1", number=1)
        self.of_tree = f"/data/entities/{self.tree['id']}"
        self.of_instance = f"/data/asset-instances/{self.instance['id']}/entities/{self.shot['id']}"

    def publish(self, what: str = "", by: Member | None = None, status: int = 201, **body: Any) -> Any:
        given = {"output_type_id": self.cache["id"], "task_type_id": self.shaders["id"], **body}
        return (by or self.artist).post(f"{what or self.of_tree}/output-files/new", given, status=status)


@pytest.fixture
def pipeline(studio: Studio) -> Published:
    return Published(studio)


def ids(rows: list[Row]) -> list[str]:
    return [row["id"] for row in rows]


def test_an_output_tells_where_it_lies_and_what_it_came_from(studio: Studio, pipeline: Published) -> None:
    working = pipeline.artist.post(f"/data/tasks/{pipeline.task['id']}/working-files/new", {"name": "main"})
    row = pipeline.publish(working_file_id=working["id"], extension=".tx", nb_elements=50, comment="all of it")
    assert row["folder_path"] == "/simple/productions/export/cosmos_landromat/assets/props/tree/shaders/cache"
    assert row["file_name"] == "cosmos_landromat_props_tree_shaders_cache_main_v001_[1-50]"
    assert row["path"] == f"{row['folder_path']}/{row['file_name']}.tx"
    assert (row["source_file"]["id"], row["person_id"], row["comment"]) == (
        working["id"],
        pipeline.artist.id,
        "all of it",
    )
    status = studio.row(FileStatus, row["file_status_id"])
    assert (status["name"], status["color"]) == ("To review", "#FFFFFF")
    assert pipeline.publish(working_file_id=NOBODY)["source_file"] is None
    assert pipeline.artist.get(f"/data/files/{row['id']}")["source_file"]["id"] == working["id"]


def test_revisions_count_all_representations_together(pipeline: Published) -> None:
    assert [pipeline.publish(representation=name)["revision"] for name in ("abc", "obj", "abc")] == [1, 2, 3]
    assert pipeline.publish(name="hair")["revision"] == 1
    ask = {"output_type_id": pipeline.cache["id"], "task_type_id": pipeline.shaders["id"]}
    path = f"{pipeline.of_tree}/output-files/next-revision"
    assert pipeline.artist.post(path, ask, status=200) == {"next_revision": 4}
    assert pipeline.artist.post(path, {**ask, "name": "new"}, status=200) == {"next_revision": 1}
    pipeline.artist.post(path, {**ask, "task_type_id": NOBODY}, status=404)


def test_a_revision_is_published_once(pipeline: Published) -> None:
    pipeline.publish(revision=66)
    assert pipeline.publish(revision=66, status=400) == {"error": "The given output file already exists."}
    assert pipeline.publish(revision=66, representation="abc")["revision"] == 66
    assert pipeline.publish()["revision"] == 67


def test_numbers_that_do_not_fit_are_refused(pipeline: Published) -> None:
    for body in ({"revision": 2**31}, {"nb_elements": 2**31}):
        pipeline.publish(status=400, **body)
    assert pipeline.artist.get(f"{pipeline.of_tree}/output-files") == []


def test_two_who_publish_at_once_get_two_revisions(pipeline: Published) -> None:
    made: list[int] = []
    threads = [threading.Thread(target=lambda: made.append(pipeline.publish()["revision"])) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(made) == [1, 2, 3, 4, 5]


def test_what_is_not_there_is_said_in_the_words_of_the_route(pipeline: Published) -> None:
    for what, key in ((pipeline.of_tree, "error"), (pipeline.of_instance, "message")):
        for body, message in (
            ({"output_type_id": NOBODY}, "Cannot find given output type."),
            ({"person_id": NOBODY}, "Cannot find given person."),
            ({"file_status_id": NOBODY}, "The given output file already exists."),
        ):
            assert pipeline.publish(what, status=400, **body) == {key: message}
    pipeline.publish(f"/data/entities/{NOBODY}", status=404)
    pipeline.publish(task_type_id=NOBODY, status=404)
    pipeline.publish(by=pipeline.outsider, status=403)


def test_what_the_tree_does_not_say_is_not_published(pipeline: Published) -> None:
    pipeline.set_tree(None)
    message = "No tree can be found for given project."
    assert pipeline.publish(status=400) == {"error": message}
    assert pipeline.publish(pipeline.of_instance, status=400) == {"message": message}
    assert pipeline.artist.get(f"{pipeline.of_tree}/output-files") == []


def test_instances_have_revisions_of_their_own(studio: Studio, pipeline: Published) -> None:
    pipeline.publish()
    row = pipeline.publish(pipeline.of_instance, nb_elements=9)
    assert (row["revision"], row["entity_id"], row["temporal_entity_id"]) == (
        1,
        pipeline.tree["id"],
        pipeline.shot["id"],
    )
    assert row["asset_instance_id"] == pipeline.instance["id"]
    assert "[1-9]" not in row["path"]
    assert pipeline.publish(pipeline.of_instance)["revision"] == 2
    elsewhere = f"/data/asset-instances/{pipeline.instance['id']}/entities/{pipeline.scene['id']}"
    assert pipeline.publish(elsewhere)["revision"] == 1
    of_instance = f"/data/asset-instances/{pipeline.instance['id']}/output-files"
    assert len(pipeline.artist.get(of_instance)) == 3
    assert len(pipeline.artist.get(f"{of_instance}?temporal_entity_id={pipeline.scene['id']}")) == 1


def test_an_instance_is_not_seen_in_another_production(studio: Studio, pipeline: Published) -> None:
    abroad = studio.entity("Shot", "SH99", studio.project())["id"]
    elsewhere = f"/data/asset-instances/{pipeline.instance['id']}/entities/{abroad}/output-files/last-revisions"
    pipeline.artist.get(elsewhere, status=404)


def test_the_last_revisions_are_those_that_the_filters_leave(studio: Studio, pipeline: Published) -> None:
    other = studio.add(OutputType, name="Geometry", short_name="geo")
    first, second = pipeline.publish(representation="abc"), pipeline.publish(representation="abc")
    obj, hair = pipeline.publish(representation="obj"), pipeline.publish(name="hair", output_type_id=other["id"])
    path = f"{pipeline.of_tree}/output-files/last-revisions"
    assert set(ids(pipeline.artist.get(path))) == {second["id"], obj["id"], hair["id"]}
    assert ids(pipeline.artist.get(f"{path}?representation=abc")) == [second["id"]]
    assert ids(pipeline.artist.get(f"{path}?output_type_id={other['id']}&name=hair&representation=")) == [hair["id"]]
    approved = studio.add(FileStatus, name="Approved", color="#00FF00")
    pipeline.manager.put(f"/data/output-files/{first['id']}", {"file_status_id": approved["id"]})
    assert ids(pipeline.artist.get(f"{path}?file_status_id={approved['id']}")) == [first["id"]]
    pipeline.artist.get(f"{path}?output_type_id=x", status=400)
    mine = pipeline.publish(pipeline.of_instance)
    assert ids(pipeline.artist.get(f"{pipeline.of_instance}/output-files/last-revisions")) == [mine["id"]]


def test_outputs_are_listed_by_entity_type_and_production(pipeline: Published) -> None:
    rows = [pipeline.publish(representation=name) for name in ("abc", "", "abc")]
    mine = pipeline.publish(pipeline.of_instance)
    assert ids(pipeline.artist.get(f"{pipeline.of_tree}/output-files")) == ids(rows)[::-1]
    assert ids(pipeline.artist.get(f"{pipeline.of_tree}/output-files?representation=abc")) == [
        rows[2]["id"],
        rows[0]["id"],
    ]
    of_type = f"{pipeline.of_tree}/output-types/{pipeline.cache['id']}/output-files"
    assert len(pipeline.vendor.get(of_type)) == 3
    assert ids(pipeline.artist.get(f"{of_type}?representation=")) == [rows[1]["id"]]
    pipeline.artist.get(f"{pipeline.of_tree}/output-types/{NOBODY}/output-files", status=404)
    assert ids(pipeline.artist.get(f"{pipeline.of_instance}/output-types/{pipeline.cache['id']}/output-files")) == [
        mine["id"]
    ]
    for what in (pipeline.of_tree, pipeline.of_instance):
        assert ids(pipeline.artist.get(f"{what}/output-types")) == [pipeline.cache["id"]]
    of_project = f"/data/projects/{pipeline.project['id']}/output-files"
    assert set(ids(pipeline.manager.get(of_project))) == set(ids(rows))
    pipeline.artist.get(of_project, status=403)
    pipeline.outsider.get(f"{pipeline.of_tree}/output-files", status=403)
