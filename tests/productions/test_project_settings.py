"""What a production is set up with (docs/api/productions.md)."""

import pytest
from film import Film, film, names

from kitsulite.areas.productions.settings import SETTINGS, Setting
from kitsulite.models import new_id
from kitsulite.models.entities import EntityType
from kitsulite.models.productions import ProjectTaskStatusLink, ProjectTaskTypeLink
from kitsulite.models.reviews import PreviewBackgroundFile
from kitsulite.models.tasks import StatusAutomation, TaskStatus
from kitsulite.storage import Row

__all__ = ["film"]
UPDATED = [("project:update", {})]


def make(film: Film, setting: Setting) -> Row:
    """Something that a production can be set up with."""
    values = {
        "asset-types": (EntityType, {"name": "Vehicle"}),
        "task-status": (TaskStatus, {"name": "Wip", "short_name": "wip", "color": "#000000"}),
        "status-automations": (StatusAutomation, {}),
        "preview-background-files": (PreviewBackgroundFile, {"name": "Forest"}),
    }
    if setting.path == "task-types":
        return film.studio.task_type("Layout")
    table, given = values[setting.path]
    return film.studio.add(table, **given)


@pytest.mark.parametrize("setting", SETTINGS, ids=lambda setting: setting.path)
def test_a_setting_is_added_once_and_removed_whether_it_is_there_or_not(film: Film, setting: Setting) -> None:
    row, path = make(film, setting), f"{film.path}/settings/{setting.path}"
    film.events()
    film.stan.post(path, {setting.key: row["id"]}, status=403)
    for time in range(2):
        assert film.ann.post(path, {setting.key: row["id"].upper()})["id"] == film.id
        assert film.events() == (UPDATED if time == 0 or setting.path == "task-types" else [])
    assert [each["id"] for each in film.ann.get(path)] == [row["id"]]
    for id in (row["id"], row["id"], "x"):
        film.ann.delete(f"{path}/{id}")
        assert film.events() == UPDATED
    assert film.ann.get(path) == []


@pytest.mark.parametrize("setting", SETTINGS, ids=lambda setting: setting.path)
def test_an_unknown_setting_is_refused_by_name(film: Film, setting: Setting) -> None:
    path, unknown = f"{film.path}/settings/{setting.path}", new_id()
    answer = film.ann.call("POST", path, {setting.key: unknown})
    assert (answer.status, answer.json["message"]) == (400, f"{setting.table.type_name} with id {unknown} not found")
    assert film.stan.call("POST", path, {}).json["data"]["errors"] == [
        {"field": setting.key, "message": "Field required"}
    ]
    film.ann.post(path, {setting.key: "x"}, status=400)


def test_a_task_type_keeps_the_priority_it_was_given_first(film: Film) -> None:
    layout = film.studio.task_type("Layout", priority=9)
    path = f"{film.path}/settings/task-types"
    film.ann.post(path, {"task_type_id": layout["id"], "priority": 3})
    film.ann.post(path, {"task_type_id": layout["id"], "priority": 5})
    assert [link["priority"] for link in links(film, ProjectTaskTypeLink)] == [3]
    assert [row["priority"] for row in film.vic.get(f"{film.path}/task-types")] == [9]
    assert film.vic.get(f"{film.path}/task-types") == film.vic.get(path)


def test_a_new_status_is_on_everybodys_board(film: Film) -> None:
    status = film.studio.add(TaskStatus, name="Wip", short_name="wip", color="#000000")
    film.ann.post(f"{film.path}/settings/task-status", {"task_status_id": status["id"]})
    link = film.stan.get("/data/projects/open")[0]["task_statuses_link"][status["id"]]
    assert link["priority"] is None
    assert set(link["roles_for_board"]) == {"user", "admin", "supervisor", "manager", "vendor"}


def test_a_manager_says_whether_clients_may_set_a_status(film: Film) -> None:
    status = film.studio.add(TaskStatus, name="Wip", short_name="wip", color="#000000")
    path = f"{film.path}/settings/task-status/{status['id'].upper()}"
    other = film.studio.project("Other", team=[film.ann])
    film.studio.add(ProjectTaskStatusLink, project_id=other["id"], task_status_id=status["id"])
    film.ann.put(path, {"is_client_allowed": True}, status=404)
    film.ann.post(f"{film.path}/settings/task-status", {"task_status_id": status["id"]})
    film.events()
    for said in (True, False, None):
        link = film.ann.put(path, {"is_client_allowed": said})
        assert (link["project_id"], link["task_status_id"], link["is_client_allowed"]) == (film.id, status["id"], said)
        assert film.events() == UPDATED
    for body in ({}, {"is_client_allowed": "maybe"}):
        film.ann.put(path, body, status=400)
    film.stan.put(path, {"is_client_allowed": True}, status=403)
    film.ann.put(f"{film.path}/settings/task-status/{new_id()}", {"is_client_allowed": True}, status=404)
    assert {link["is_client_allowed"] for link in links(film, ProjectTaskStatusLink)} == {None}


def test_automations_are_for_managers_to_see(film: Film) -> None:
    film.stan.get(f"{film.path}/settings/status-automations", status=403)
    film.stan.get(f"{film.path}/settings/task-status")
    film.mallory.get(f"{film.path}/settings/task-status", status=403)


def test_many_settings_are_made_at_once_and_unknown_ones_passed_over(film: Film) -> None:
    layout, lighting = film.studio.task_type("Layout"), film.studio.task_type("Lighting")
    status = film.studio.add(TaskStatus, name="Wip", short_name="wip", color="#000000")
    film.ann.post(f"{film.path}/settings/task-types", {"task_type_id": layout["id"], "priority": 7})
    film.events()
    batch = {
        "task_types": [
            {"task_type_id": layout["id"]},
            {"task_type_id": lighting["id"].upper(), "priority": 2},
            {"task_type_id": lighting["id"], "priority": 2},
            {"task_type_id": new_id()},
            {"task_type_id": "x"},
        ],
        "task_status_ids": [status["id"], status["id"].upper(), new_id(), "x"],
        "asset_type_ids": [film.asset["entity_type_id"]],
    }
    path = f"{film.path}/settings/batch"
    assert film.ann.post(path, batch, status=200)["id"] == film.id
    assert film.events() == UPDATED
    assert priorities(film) == {layout["id"]: 7, lighting["id"]: 2}
    assert len(links(film, ProjectTaskStatusLink)) == 1
    film.ann.post(path, {"task_types": [{"task_type_id": layout["id"]}]}, status=200)
    assert priorities(film) == {layout["id"]: 7, lighting["id"]: 2}
    only = {"task_types": [{"task_type_id": layout["id"], "priority": 1}], "replace_task_types": True}
    film.ann.post(path, only, status=200)
    assert priorities(film) == {layout["id"]: 1}
    assert names(film.ann.get(f"{film.path}/settings/task-status")) == ["Wip"]
    film.stan.post(path, {}, status=403)


def priorities(film: Film) -> dict[str, int]:
    return {link["task_type_id"]: link["priority"] for link in links(film, ProjectTaskTypeLink)}


def links(film: Film, table: type[ProjectTaskTypeLink] | type[ProjectTaskStatusLink]) -> list[Row]:
    with film.studio.tracker.db.reading():
        return film.studio.tracker.db.rows(table.select())
