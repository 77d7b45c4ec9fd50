"""Working and output files as rows (docs/api/rows.md)."""

import pytest
from studio import Member, Studio

from kitsulite.models.files import FileStatus, OutputFile, OutputType, WorkingFile
from kitsulite.models.tasks import TaskPersonLink


class Pipeline:
    """A shot with a task, a working file and what came out of it."""

    def __init__(self, studio: Studio) -> None:
        self.admin, self.artist, self.vendor = (
            studio.person(role="admin"),
            studio.person(),
            studio.person(role="vendor"),
        )
        self.manager = studio.person(role="manager")
        self.project = studio.project(team=[self.artist, self.vendor, self.manager])
        self.shot = studio.entity("Shot", "SH01", self.project)
        self.task = studio.task(self.shot)
        self.working = studio.add(WorkingFile, name="w", task_id=self.task["id"], entity_id=self.shot["id"], revision=1)
        self.status = studio.add(FileStatus, name="OK", color="#000000")
        self.output = studio.add(
            OutputFile,
            name="o",
            revision=1,
            entity_id=self.shot["id"],
            file_status_id=self.status["id"],
            source_file_id=self.working["id"],
        )

    def assign(self, studio: Studio, member: Member) -> None:
        studio.link(TaskPersonLink, task_id=self.task["id"], person_id=member.id)


@pytest.fixture
def pipeline(studio: Studio) -> Pipeline:
    return Pipeline(studio)


def test_an_output_shows_its_source_and_a_working_file_its_outputs(studio: Studio, pipeline: Pipeline) -> None:
    ann = pipeline.admin
    [row] = ann.get("/data/output-files")
    assert row["source_file"] == {
        **row["source_file"],
        "id": pipeline.working["id"],
        "type": "WorkingFile",
        "revision": 1,
    }
    assert "outputs" not in ann.get("/data/working-files")[0]
    shown = ann.get(f"/data/working-files/{pipeline.working['id']}?relations=false")
    assert shown["outputs"] == [pipeline.output["id"]]
    kept = ann.put(f"/data/output-files/{row['id']}", {**row, "size": 3})
    assert (kept["size"], kept["source_file"]["id"]) == (3, pipeline.working["id"])


def test_one_file_under_what_is_no_id_is_just_not_there(pipeline: Pipeline) -> None:
    for things in ("working-files", "output-files", "output-types", "softwares"):
        pipeline.admin.get(f"/data/{things}/x", status=404)
        assert pipeline.admin.put(f"/data/{things}/x", {}, status=400)["message"] == "Malformed ID."


def test_an_output_is_of_an_entity_and_tells_its_project(studio: Studio, pipeline: Pipeline) -> None:
    ann = pipeline.admin
    body = {"name": "n", "revision": 1, "file_status_id": pipeline.status["id"]}
    assert ann.post("/data/output-files", body, status=400) == {"message": "'entity_id'"}
    assert len(ann.get("/data/output-files")) == 1
    row = ann.post("/data/output-files", {**body, "entity_id": pipeline.shot["id"]})
    ann.delete(f"/data/output-files/{row['id']}")
    payload = {"output_file_id": row["id"], "project_id": pipeline.project["id"]}
    assert [(event["name"], event["data"]) for event in ann.get("/data/events")] == [
        ("output-file:new", payload),
        ("output-file:delete", payload),
    ]


def test_outputs_are_changed_by_managers_and_by_who_works_on_the_entity(studio: Studio, pipeline: Pipeline) -> None:
    path = f"/data/output-files/{pipeline.output['id']}"
    pipeline.manager.put(path, {"comment": "a"})
    pipeline.artist.get(path)
    pipeline.artist.put(path, {"comment": "b"}, status=403)
    pipeline.vendor.get(path, status=403)
    pipeline.assign(studio, pipeline.artist)
    pipeline.artist.put(path, {"comment": "b"})
    pipeline.assign(studio, pipeline.vendor)
    pipeline.vendor.get(path)
    studio.person(role="manager").get(path, status=403)


def test_working_files_are_those_of_who_works_on_the_task(studio: Studio, pipeline: Pipeline) -> None:
    path = f"/data/working-files/{pipeline.working['id']}"
    pipeline.artist.get(path)
    pipeline.artist.put(path, {"comment": "a"}, status=403)
    pipeline.vendor.get(path, status=403)
    pipeline.assign(studio, pipeline.artist)
    assert pipeline.artist.put(path, {"comment": "a"})["comment"] == "a"
    pipeline.artist.delete(path, status=403)
    orphan = studio.add(WorkingFile, name="x")
    pipeline.manager.get(f"/data/working-files/{orphan['id']}", status=403)
    pipeline.admin.get(f"/data/working-files/{orphan['id']}")


def test_files_are_listed_to_teams_and_not_to_vendors(studio: Studio, pipeline: Pipeline) -> None:
    closed = studio.project(team=[pipeline.artist], status="Closed")
    shot = studio.entity("Shot", "SH02", closed)
    studio.add(WorkingFile, name="w", entity_id=shot["id"])
    studio.add(OutputFile, name="o", revision=1, entity_id=shot["id"], file_status_id=pipeline.status["id"])
    assert len(pipeline.artist.get("/data/working-files")) == 2
    assert len(pipeline.artist.get("/data/output-files")) == 1
    for things in ("working-files", "output-files"):
        pipeline.vendor.get(f"/data/{things}", status=403)
        assert studio.person(role="manager").get(f"/data/{things}") == []


def test_outputs_stay_when_their_working_file_goes(studio: Studio, pipeline: Pipeline) -> None:
    pipeline.admin.delete(f"/data/working-files/{pipeline.working['id']}")
    assert pipeline.admin.get(f"/data/output-files/{pipeline.output['id']}")["source_file"] is None
    studio.add(OutputType, name="Cache", short_name="abc")
    assert pipeline.artist.get("/data/output-types?name=CACHE")[0]["short_name"] == "abc"
