"""Who may save and publish files, in whose name, and what of others they learn by it (docs/api/pipeline.md)."""

from typing import Any

import pytest
from productions_apart import Apart
from studio import NOBODY, Member, Studio

from kitsulite.areas.pipeline.filetrees import shipped_tree
from kitsulite.models.entities import AssetInstance, Entity
from kitsulite.models.files import FileStatus, OutputFile, OutputType, WorkingFile
from kitsulite.models.people import Person
from kitsulite.models.productions import Project
from kitsulite.models.tasks import Task, TaskStatus
from kitsulite.storage import Row


class Files(Apart):
    """With a working file on a task of each production, and a type of outputs. Art has the task of ours to do."""

    def __init__(self, studio: Studio) -> None:
        super().__init__(studio)
        for production in (self.ours, self.theirs):
            studio.store(Project, production.project["id"], file_tree=shipped_tree("simple"))
        self.own, self.foreign = self.working_file(self.ours, "Ours"), self.working_file(self.theirs, "Theirs")
        self.geometry = studio.add(OutputType, name="Geometry", short_name="geo")
        self.instance = studio.add(AssetInstance, asset_id=self.ours.asset["id"], name="Lamp_1", number=1)
        self.of_entity = f"/data/entities/{self.ours.shot['id']}"
        self.of_instance = f"/data/asset-instances/{self.instance['id']}/entities/{self.ours.shot['id']}"
        self.saving = f"/data/tasks/{self.ours.task['id']}/working-files/new"
        self.review = f"/actions/tasks/{self.ours.task['id']}/to-review"

    def working_file(self, production: Any, name: str) -> Row:
        where = {"task_id": production.task["id"], "entity_id": production.shot["id"]}
        return self.studio.add(WorkingFile, name=name, revision=1, **where)

    def publish(self, by: Member, what: str, status: int = 201, **body: Any) -> Any:
        given = {"output_type_id": self.geometry["id"], "task_type_id": self.ours.task["task_type_id"], **body}
        return by.post(f"{what}/output-files/new", given, status=status)

    def assignees(self, task: Row) -> list[str]:
        assignees: list[str] = self.studio.row(Task, task["id"])["assignees"]
        return assignees

    def send(self, by: Member, file: Row, status: int) -> None:
        files = {"file": ("scene.blend", b"bytes", "application/octet-stream")}
        by.send_form(f"/data/working-files/{file['id']}/file", {}, files, status=status)


@pytest.fixture
def files(studio: Studio) -> Files:
    return Files(studio)


# --- publishing ---


@pytest.mark.parametrize("what", ["of_entity", "of_instance"])
def test_an_output_comes_of_no_file_of_another_production(files: Files, what: str) -> None:
    path = getattr(files, what)
    for by in (files.art, files.pal, files.moe):
        made = files.publish(by, path, name=by.row["first_name"], working_file_id=files.foreign["id"])
        assert made["source_file"] is None
        assert made["source_file_id"] is None
    assert files.publish(files.art, path, working_file_id=files.own["id"])["source_file"]["name"] == "Ours"


@pytest.mark.parametrize("what", ["of_entity", "of_instance"])
def test_clients_publish_nothing_and_vendors_where_they_work(files: Files, what: str) -> None:
    path = getattr(files, what)
    for by in (files.clo, files.vic):
        files.publish(by, path, status=403)
    for entity in (files.ours.shot, files.ours.asset):
        task_type = files.studio.task_type("Rig", for_entity="Asset") if entity is files.ours.asset else None
        files.studio.task(entity, task_type or "Rotoscopy", assignees=[files.vic])
    files.publish(files.vic, path)


@pytest.mark.parametrize("what", ["of_entity", "of_instance"])
def test_only_who_directs_publishes_in_the_name_of_another_of_the_team(files: Files, what: str) -> None:
    path = getattr(files, what)
    refusals = [
        files.publish(by, path, status=400, person_id=id)
        for by, id in (
            (files.art, files.sue.id),
            (files.art, NOBODY),
            (files.moe, files.bob.id),
            (files.sue, files.bob.id),
            (files.moe, NOBODY),
        )
    ]
    assert {message for refusal in refusals for message in refusal.values()} == {"Cannot find given person."}
    for by, id in ((files.art, files.art.id), (files.moe, files.art.id), (files.sue, files.pal.id)):
        assert files.publish(by, path, person_id=id)["person_id"] == id


def test_a_lent_asset_is_not_seen_in_a_production_of_others(files: Files) -> None:
    files.studio.store(Entity, files.ours.asset["id"], is_shared=True)
    body = {"output_type_id": files.geometry["id"], "task_type_id": files.ours.task["task_type_id"]}
    for id in (files.theirs.shot["id"], NOBODY):
        path = f"/data/asset-instances/{files.instance['id']}/entities/{id}/output-file-path"
        files.pal.post(path, body, status=404)
        files.ada.post(path, body, status=404 if id == NOBODY else 200)


def test_the_row_of_an_output_names_whom_its_writer_speaks_for(files: Files) -> None:
    status = files.studio.add(FileStatus, name="OK", color="#000000")
    made = {"name": "o", "revision": 1, "file_status_id": status["id"], "entity_id": files.ours.shot["id"]}
    output = f"/data/output-files/{files.studio.add(OutputFile, person_id=files.sue.id, **made)['id']}"
    shown = files.art.get(output)
    files.art.put(output, {"person_id": files.pal.id}, status=400)
    files.moe.put(output, {"person_id": files.bob.id}, status=400)
    files.art.put(output, {"source_file_id": files.foreign["id"]}, status=400)
    files.art.put(output, {**shown, "comment": "better"})
    assert files.art.put(output, {"person_id": files.art.id})["person_id"] == files.art.id
    assert files.moe.put(output, {"person_id": files.pal.id})["person_id"] == files.pal.id


def test_who_left_the_team_and_who_is_a_client_changes_no_output(files: Files) -> None:
    status = files.studio.add(FileStatus, name="OK", color="#000000")
    made = {"name": "o", "revision": 1, "file_status_id": status["id"], "entity_id": files.ours.shot["id"]}
    output = f"/data/output-files/{files.studio.add(OutputFile, **made)['id']}"
    files.studio.task(files.ours.shot, "Rotoscopy", assignees=[files.clo, files.bob])
    for by in (files.clo, files.bob):
        files.publish(files.moe, files.of_entity)
        by.put(output, {"comment": "mine"}, status=403)


# --- working files ---


def test_nobody_gets_a_task_to_do_by_saving_a_file_of_it(files: Files) -> None:
    for by in (files.clo, files.pal, files.vic, files.bob):
        by.post(files.saving, {"name": "main"}, status=403)
    assert files.assignees(files.ours.task) == [files.art.id]
    files.art.post(files.saving, {"name": "main"})


def test_who_may_take_a_task_takes_it_by_saving_a_file_of_it(files: Files) -> None:
    department = files.studio.department("Layout", files.pal)
    task = files.studio.task(files.ours.shot, files.studio.task_type("Layout", department))
    files.pal.post(f"/data/tasks/{task['id']}/working-files/new", {"name": "main"})
    assert files.assignees(task) == [files.pal.id]


def test_only_who_directs_saves_in_the_name_of_another_of_the_team(files: Files) -> None:
    for by, id in ((files.art, files.sue.id), (files.art, NOBODY), (files.moe, files.bob.id), (files.moe, NOBODY)):
        by.post(files.saving, {"name": "main", "person_id": id}, status=404)
    assert files.moe.post(files.saving, {"name": "main", "person_id": files.art.id})["person_id"] == files.art.id


def test_only_who_works_on_the_task_changes_its_files(files: Files) -> None:
    row = f"/data/working-files/{files.own['id']}"
    for by in (files.clo, files.pal):
        files.send(by, files.own, 403)
        by.put(row, {"comment": "mine"}, status=403)
        by.put(f"/actions/working-files/{files.own['id']}/comment", {"comment": "mine"}, status=403)
        by.get(row)
    for by in (files.art, files.moe):
        files.send(by, files.own, 201)


def test_a_working_file_stays_on_a_task_and_an_entity_that_belong_together(files: Files) -> None:
    row = f"/data/working-files/{files.own['id']}"
    other, of_asset = files.studio.task(files.ours.shot, "Rotoscopy"), files.ours.asset_task
    shown = files.art.get(row)
    for changes in (
        {"task_id": other["id"]},
        {"task_id": of_asset["id"]},
        {"entity_id": files.ours.asset["id"]},
        {"person_id": files.moe.id},
        {"person_id": files.bob.id},
    ):
        files.art.put(row, changes, status=400)
    files.art.put(row, {**shown, "comment": "as it was"})
    files.art.put(row, {"task_id": of_asset["id"], "entity_id": files.ours.asset["id"], "person_id": files.art.id})
    files.moe.put(row, {"task_id": other["id"], "entity_id": files.ours.shot["id"], "person_id": files.pal.id})


# --- reviews ---


def test_who_may_act_on_the_task_asks_for_its_review(files: Files) -> None:
    for by in (files.pal, files.vic, files.bob):
        by.put(files.review, {}, status=403)
    status = files.studio.one_of(TaskStatus, "To review", short_name="pndng", color="#000000")
    for is_allowed in (False, True):
        files.studio.store(TaskStatus, status["id"], is_artist_allowed=is_allowed, is_client_allowed=is_allowed)
        for by in (files.art, files.clo):
            by.put(files.review, {}, status=200 if is_allowed else 403)
            by.put(files.review, {"change_status": False})


def test_a_review_is_asked_for_by_who_speaks_for_somebody_and_tells_little_of_them(files: Files) -> None:
    files.studio.store(Person, files.art.id, phone="0123", daily_salary=777)
    for by, id in ((files.art, files.moe.id), (files.clo, files.moe.id), (files.moe, files.bob.id)):
        by.put(files.review, {"person_id": id, "change_status": False}, status=400)
    for by in (files.art, files.moe):
        person = by.put(files.review, {"person_id": files.art.id, "change_status": False})["person"]
        assert (person["id"], person["departments"]) == (files.art.id, [])
        assert not person.keys() & {
            "phone",
            "email",
            "daily_salary",
            "totp_enabled",
            "preferred_two_factor_authentication",
        }
