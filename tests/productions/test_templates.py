"""Project templates: what they hold, and productions that begin as they say (docs/api/productions.md)."""

from typing import Any

import pytest
from film import Film, film, names

from kitsulite.models import new_id
from kitsulite.models.productions import ProjectTaskTypeLink, ProjectTemplateTaskStatusLink
from kitsulite.models.reviews import PreviewBackgroundFile
from kitsulite.models.tasks import StatusAutomation, TaskStatus
from kitsulite.storage import Row

__all__ = ["film"]


def template(film: Film, name: str = "Series", **values: Any) -> Row:
    row: Row = film.admin.post("/data/project-templates", {"name": name, **values})
    return row


def path_of(template: Row) -> str:
    return f"/data/project-templates/{template['id']}"


@pytest.fixture
def status(film: Film) -> Row:
    return film.studio.add(TaskStatus, name="Wip", short_name="wip", color="#000000")


def test_what_a_template_is_linked_to_is_told_with_what_the_link_says(film: Film, status: Row) -> None:
    own = template(film)
    last, first, zero = (film.studio.task_type(name, priority=9) for name in ("B", "A", "C"))
    path = f"{path_of(own)}/task-types"
    link = film.admin.post(path, {"task_type_id": last["id"], "priority": 2})
    assert (link["type"], link["priority"], link["project_template_id"]) == (
        "ProjectTemplateTaskTypeLink",
        2,
        own["id"],
    )
    film.admin.post(path, {"task_type_id": zero["id"], "priority": 0})
    film.admin.post(path, {"task_type_id": first["id"]})
    mine = [(row["name"], row["priority"]) for row in film.mallory.get(path)]
    assert mine == [("A", None), ("C", 0), ("B", 2)]
    assert film.admin.post(path, {"task_type_id": last["id"]})["priority"] == 2
    assert film.admin.post(path, {"task_type_id": last["id"], "priority": 0})["priority"] == 0

    path = f"{path_of(own)}/task-statuses"
    film.admin.post(path, {"task_status_id": status["id"], "roles_for_board": ["client"]})
    assert film.admin.post(path, {"task_status_id": status["id"], "roles_for_board": []})["roles_for_board"] == [
        "client"
    ]
    film.admin.post(path, {"task_status_id": status["id"], "roles_for_board": ["king"]}, status=400)
    link = ProjectTemplateTaskStatusLink
    for said in (None, False, True):
        with film.studio.tracker.work() as work:
            work.db.run(link.update(is_client_allowed=said).where(link.task_status_id == status["id"]))
        (told,) = film.mallory.get(path)
        assert (told["link_is_client_allowed"], told["is_client_allowed"]) == (said, True)
    film.stan.get(path, status=403)
    film.mallory.post(path, {}, status=403)


def test_a_template_says_in_short_words_what_is_wrong(film: Film) -> None:
    own, unknown = template(film), new_id()

    def said(method: str, path: str, body: Any = None) -> tuple[int, Row]:
        answer = film.admin.call(method, path, body)
        return answer.status, answer.json

    for kind, key, name in (
        ("task-types", "task_type_id", "Task type"),
        ("task-statuses", "task_status_id", "Task status"),
        ("asset-types", "asset_type_id", "Asset type"),
        ("status-automations", "status_automation_id", "Status automation"),
        ("preview-background-files", "preview_background_file_id", "Preview background file"),
    ):
        path = f"{path_of(own)}/{kind}"
        assert said("POST", path, {key: "x"}) == (400, {"message": f"{key} is required and must be a valid UUID"})
        assert said("POST", path, {key: unknown}) == (400, {"message": f"{name} {unknown} does not exist"})
        missing = (404, {"message": "Project template not found"})
        assert said("GET", f"/data/project-templates/{unknown}/{kind}") == missing
        assert said("GET", f"/data/project-templates/x/{kind}") == missing
    assert said("POST", "/data/project-templates", {"name": "Series"}) == (
        400, {"message": "A project template with this name already exists"},
    )  # fmt: skip
    assert said("POST", f"/data/project-templates/from-project/{unknown}", {"name": "X"})[1] == {
        "message": "Project not found"
    }
    assert said("POST", f"/data/project-templates/from-project/{film.id}", {"name": "Series"})[0] == 400
    assert said("POST", f"/data/project-templates/from-project/{film.id}", {"name": "X" * 200})[0] == 400


def test_a_default_background_is_one_of_the_templates_own(film: Film) -> None:
    own = template(film)
    forest = film.studio.add(PreviewBackgroundFile, name="Forest", extension="hdr")
    path, default = f"{path_of(own)}/preview-background-files", f"{path_of(own)}/default-preview-background-file"
    body = {"default_preview_background_file_id": forest["id"].upper()}
    answer = film.admin.call("PUT", default, body)
    assert (answer.status, answer.json) == (400, {"message": "Preview background file is not linked to this template"})
    assert film.admin.post(path, {"preview_background_file_id": forest["id"]}) == {
        "id": forest["id"], "name": "Forest", "is_default": False,
    }  # fmt: skip
    assert film.admin.put(default, body)["default_preview_background_file_id"] == forest["id"]
    film.admin.delete(f"{path}/{forest['id']}")
    assert film.admin.get(path_of(own))["default_preview_background_file_id"] is None


def test_task_types_of_a_template_stand_as_ordered_and_missing_ones_join(film: Film) -> None:
    own = template(film)
    a, b = film.studio.task_type("A"), film.studio.task_type("B")
    film.admin.post(f"{path_of(own)}/task-types", {"task_type_id": a["id"], "priority": 5})
    action = f"/actions/project-templates/{own['id']}/task-types/reorder"
    film.events()
    links = film.admin.post(action, {"task_type_ids": [b["id"], a["id"]]}, status=200)
    assert [(link["task_type_id"], link["priority"]) for link in links] == [(b["id"], 1), (a["id"], 2)]
    assert film.events() == [("project-template:update", {"project_template_id": own["id"]})] * 2
    assert names(film.admin.get(f"{path_of(own)}/task-types")) == ["B", "A"]
    answer = film.admin.call("POST", action, {"ids": []})
    assert answer.json["message"] == "Request body must be a JSON object with a 'task_type_ids' list."
    unknown = new_id()
    assert (
        film.admin.call("POST", action, {"task_type_ids": [unknown]}).json["message"]
        == f"Task type {unknown} does not exist"
    )
    assert film.admin.post(action, {"task_type_ids": []}, status=200) == []


@pytest.mark.parametrize(
    "item", [{"departments": 7}, {"departments": "x"}, {"name": 7, "entity_type": "Shot"}, {"choices": 3}]
)
def test_odd_fields_are_kept_and_never_break_a_production(film: Film, item: Row) -> None:
    own = template(film)
    film.admin.put(f"{path_of(own)}/metadata-descriptors", [{"name": "Mood", "entity_type": "Shot", **item}])
    film.admin.post(f"/data/projects/{film.id}/apply-template/{own['id']}", status=200)
    film.admin.put(f"{path_of(own)}/metadata-descriptors", {"metadata_descriptors": None})
    assert film.admin.get(path_of(own))["metadata_descriptors"] == []
    answer = film.admin.call("PUT", f"{path_of(own)}/metadata-descriptors", ["x"])
    assert answer.json == {"message": "Each metadata descriptor must be an object"}
    film.admin.put(f"{path_of(own)}/metadata-descriptors", "x", status=400)


@pytest.fixture
def set_up(film: Film, status: Row) -> Row:
    """A template made of a production that uses a bit of everything."""
    automation = film.studio.add(StatusAutomation)
    settings = f"{film.path}/settings"
    film.ann.post(f"{settings}/task-types", {"task_type_id": film.studio.task_type()["id"], "priority": 3})
    film.ann.post(f"{settings}/task-status", {"task_status_id": status["id"]})
    film.ann.post(f"{settings}/asset-types", {"asset_type_id": film.asset["entity_type_id"]})
    film.ann.post(f"{settings}/status-automations", {"status_automation_id": automation["id"]})
    film.ann.post(f"{film.path}/metadata-descriptors", {"name": "Mood", "entity_type": "Shot", "choices": ["a"]})
    film.admin.put(film.path, {"fps": "12", "data": {"kept": 1}, "revision_padding": 3, "nb_episodes": 9})
    row: Row = film.admin.post(f"/data/project-templates/from-project/{film.id}", {"name": "From film"})
    return row


def test_a_template_takes_the_settings_of_a_production_but_not_its_people(film: Film, set_up: Row) -> None:
    assert (set_up["fps"], set_up["data"], set_up["revision_padding"]) == ("12", {"kept": 1}, 0)
    assert [(item["name"], item["choices"]) for item in set_up["metadata_descriptors"]] == [("Mood", ["a"])]
    counts = {key: len(value) for key, value in film.mallory.get(path_of(set_up)).items() if isinstance(value, list)}
    assert counts == {
        "metadata_descriptors": 1, "task_types": 1, "task_statuses": 1, "asset_types": 1, "status_automations": 1,
        "preview_background_files": 0,
    }  # fmt: skip
    assert film.admin.get(f"{path_of(set_up)}/task-types")[0]["priority"] == 3


def test_a_production_begins_as_its_template_says_unless_it_says_otherwise(film: Film, set_up: Row) -> None:
    body = {"name": "Second", "project_template_id": set_up["id"], "fps": "30", "data": {}}
    made = film.admin.post("/data/projects", body)
    assert (made["fps"], made["data"], made["team"]) == ("30", {"kept": 1}, [])
    assert [len(made[key]) for key in ("task_types", "task_statuses", "asset_types", "status_automations")] == [
        1,
        1,
        1,
        1,
    ]
    assert names(film.admin.get(f"/data/projects/{made['id']}/metadata-descriptors")) == ["Mood"]
    film.admin.post("/data/projects", {"name": "Third", "project_template_id": new_id()}, status=404)
    assert film.admin.get("/data/projects?name=Third") == []


def test_a_template_applied_later_wins_but_takes_nothing_away(film: Film, set_up: Row) -> None:
    other = film.studio.project("Other", team=[film.ann], fps="30", data={"own": 1})
    path = f"/data/projects/{other['id']}"
    task_type = film.admin.get(path_of(set_up))["task_types"][0]
    film.ann.post(f"{path}/settings/task-types", {"task_type_id": task_type, "priority": 8})
    film.ann.post(f"{path}/metadata-descriptors", {"name": "Mood", "entity_type": "Shot"})
    film.ann.post(f"{path}/apply-template/{set_up['id']}", status=403)
    for _ in range(2):
        applied = film.admin.post(f"{path}/apply-template/{set_up['id']}", status=200)
        assert (applied["fps"], applied["data"]) == ("12", {"kept": 1})
    after = film.admin.get(path)
    assert [len(after[key]) for key in ("task_types", "task_statuses", "asset_types")] == [1, 1, 1]
    assert len(film.admin.get(f"{path}/metadata-descriptors")) == 1
    with film.studio.tracker.db.reading():
        links = film.studio.tracker.db.rows(
            ProjectTaskTypeLink.select().where(ProjectTaskTypeLink.project_id == other["id"])
        )
    assert [link["priority"] for link in links] == [8]
