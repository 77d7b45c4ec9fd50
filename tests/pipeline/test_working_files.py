"""Working files: revisions, comments, content (docs/api/pipeline.md)."""

import threading
from typing import Any

import pytest
from studio import NOBODY, Member, Studio
from test_file_trees import Pipeline

from kitsulite.models.files import WorkingFile
from kitsulite.models.people import Software
from kitsulite.models.tasks import Task
from kitsulite.storage import Row


@pytest.fixture
def pipeline(studio: Studio) -> Pipeline:
    return Pipeline(studio)


def save(pipeline: Pipeline, by: Member | None = None, status: int = 201, **body: Any) -> Any:
    path = f"/data/tasks/{pipeline.task['id']}/working-files/new"
    return (by or pipeline.artist).post(path, {"name": "main", **body}, status=status)


def test_each_saving_is_a_revision_of_its_name(pipeline: Pipeline) -> None:
    first, second = save(pipeline, comment="begun"), save(pipeline)
    other = save(pipeline, name="hair")
    assert [row["revision"] for row in (first, second, other)] == [1, 2, 1]
    assert first["path"] == (
        "/simple/productions/cosmos_landromat/assets/props/tree/shaders/blender/"
        "cosmos_landromat_props_tree_shaders_main_v001"
    )
    assert (first["comment"], first["person_id"], first["entity_id"]) == (
        "begun",
        pipeline.artist.id,
        pipeline.tree["id"],
    )
    assert first["software_id"] == pipeline.blender["id"]
    assert save(pipeline, revision=9)["revision"] == 9
    assert save(pipeline)["revision"] == 10
    assert save(pipeline, revision=9, status=400) == {"error": "The given working file already exists."}


def test_revisions_to_come_begin_at_one_and_fit(pipeline: Pipeline) -> None:
    assert save(pipeline, revision=-3)["revision"] == -3
    assert save(pipeline)["revision"] == 1
    save(pipeline, revision=2**31, status=400)
    assert save(pipeline, revision=2**31 - 1)["revision"] == 2**31 - 1
    save(pipeline, status=400)


def test_who_saves_a_file_works_on_the_task(studio: Studio, pipeline: Pipeline) -> None:
    save(pipeline, by=pipeline.manager, person_id=pipeline.artist.id)
    assert set(studio.row(Task, pipeline.task["id"])["assignees"]) == {pipeline.artist.id, pipeline.manager.id}
    events = studio.person(role="admin").get("/data/events")
    assert {"task:assign", "task:update", "working-file:new"} == {event["name"] for event in events}


def test_a_studio_without_blender_gets_it(studio: Studio, pipeline: Pipeline) -> None:
    pipeline.manager.put(f"/data/softwares/{pipeline.blender['id']}", {"name": "Houdini"}, status=403)
    with studio.tracker.work() as work:
        work.update(Software, pipeline.blender["id"], name="Houdini")
    made = studio.row(Software, save(pipeline)["software_id"])
    assert (made["name"], made["short_name"], made["file_extension"]) == ("Blender", "blender", ".blend")
    save(pipeline, software_id=NOBODY, status=404)
    save(pipeline, person_id=NOBODY, status=404)


def test_two_who_save_at_once_get_two_revisions(pipeline: Pipeline) -> None:
    made: list[int] = []
    threads = [threading.Thread(target=lambda: made.append(save(pipeline)["revision"])) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(made) == [1, 2, 3, 4, 5, 6]


def test_files_are_listed_from_the_newest_revision(pipeline: Pipeline) -> None:
    rows = [save(pipeline), save(pipeline), save(pipeline, name="hair")]
    task, tree = pipeline.task["id"], pipeline.tree["id"]
    assert [row["revision"] for row in pipeline.artist.get(f"/data/tasks/{task}/working-files")] == [2, 1, 1]
    last = pipeline.artist.get(f"/data/tasks/{task}/working-files/last-revisions")
    assert {name: row["id"] for name, row in last.items()} == {"main": rows[1]["id"], "hair": rows[2]["id"]}
    of_tree = f"/data/entities/{tree}/working-files"
    assert len(pipeline.artist.get(of_tree)) == 3
    assert [row["id"] for row in pipeline.artist.get(f"{of_tree}?name=hair&task_id={task}")] == [rows[2]["id"]]
    assert pipeline.artist.get(f"{of_tree}?relations=true")[0]["outputs"] == []
    pipeline.artist.get(f"{of_tree}?task_id=x", status=400)
    for path in (of_tree, f"/data/tasks/{task}/working-files", f"/data/tasks/{task}/working-files/last-revisions"):
        pipeline.outsider.get(path, status=403)


def test_who_acts_on_the_task_comments_and_touches_its_files(studio: Studio, pipeline: Pipeline) -> None:
    row = save(pipeline)
    assert (
        pipeline.artist.put(f"/actions/working-files/{row['id']}/comment", {"comment": "better"})["comment"] == "better"
    )
    pipeline.artist.put(f"/actions/working-files/{row['id']}/comment", {"comment": ""}, status=400)
    before = studio.stored(WorkingFile, row["id"])["updated_at"]
    pipeline.artist.put(f"/actions/working-files/{row['id']}/modified")
    assert studio.stored(WorkingFile, row["id"])["updated_at"] > before
    pipeline.vendor.put(f"/actions/working-files/{row['id']}/modified", status=403)
    pipeline.artist.put(f"/actions/working-files/{NOBODY}/modified", status=404)


def send(member: Member, row: Row, content: bytes, status: int = 201) -> Any:
    files = {"file": ("scene.blend", content, "application/octet-stream")}
    return member.send_form(f"/data/working-files/{row['id']}/file", {}, files, status=status)


def test_the_content_of_a_file_is_kept(pipeline: Pipeline) -> None:
    row = save(pipeline)
    path = f"/data/working-files/{row['id']}/file"
    pipeline.artist.get(path, status=404)
    assert send(pipeline.artist, row, b"one")["outputs"] == []
    send(pipeline.artist, row, b"three")
    answer = pipeline.artist.call("GET", path)
    assert (answer.content, answer.headers["content-type"]) == (b"three", "application/octet-stream")
    assert answer.headers["cache-control"] == "max-age=604800, private"
    assert pipeline.artist.call("GET", path, headers={"Range": "bytes=1-2"}).content == b"hr"
    send(pipeline.vendor, row, b"x", status=403)
    pipeline.vendor.get(path, status=403)
    assert pipeline.artist.call("POST", path).status == 400
    assert list(pipeline.studio.tracker.files.list()) == [f"workingfiles-{row['id']}"]


def test_any_file_is_found_by_its_id(pipeline: Pipeline) -> None:
    row = save(pipeline)
    assert pipeline.vendor.get(f"/data/files/{row['id']}")["outputs"] == []
    pipeline.outsider.get(f"/data/files/{row['id']}", status=403)
    pipeline.artist.get(f"/data/files/{NOBODY}", status=404)


def test_old_scripts_ask_for_a_review_by_a_path(studio: Studio, pipeline: Pipeline) -> None:
    path = f"/actions/tasks/{pipeline.task['id']}/to-review"
    task = pipeline.artist.put(path, {"comment": "done", "revision": 2, "change_status": False})
    assert task["task_status_id"] == pipeline.task["task_status_id"]
    assert task["preview_path"] == {
        "folder_path": "/simple/productions/previews/cosmos_landromat/assets/props/tree/shaders",
        "file_name": "cosmos_landromat_props_tree_shaders",
    }
    assert (task["person"]["id"], task["entity"]["id"], task["comment"]) == (
        pipeline.artist.id,
        pipeline.tree["id"],
        "done",
    )
    pipeline.set_tree(None)
    task = pipeline.manager.put(path, {"person_id": pipeline.artist.id})
    assert task["preview_path"] == {"folder_path": "", "file_name": ""}
    status = pipeline.manager.get(f"/data/task-status/{task['task_status_id']}")
    assert (status["name"], status["short_name"]) == ("To review", "pndng")
    assert pipeline.artist.put(path, {"person_id": NOBODY}, status=400)["message"] == "Cannot find given person."
    pipeline.outsider.put(path, {}, status=403)
