"""Which task types and statuses a production uses, and in which order (docs/api/rows.md)."""

from typing import Any

import pytest
from studio import NOBODY, Member, Studio

from kitsulite.models.productions import ProjectTaskStatusLink, ProjectTaskTypeLink
from kitsulite.models.tasks import TaskStatus
from kitsulite.storage import Row


@pytest.fixture
def bob(studio: Studio) -> Member:
    return studio.person("Bob", role="manager")


@pytest.fixture
def project(studio: Studio, bob: Member) -> Row:
    return studio.project(team=[bob])


@pytest.fixture
def status(studio: Studio) -> Row:
    return studio.add(TaskStatus, name="Todo", short_name="todo", color="#000000")


def test_a_manager_lets_a_project_use_a_task_type(studio: Studio, bob: Member, project: Row) -> None:
    ids = {"project_id": project["id"], "task_type_id": studio.task_type()["id"]}
    row = bob.post("/data/task-type-links", ids)
    assert row == {**row, **ids, "priority": 1, "type": "ProjectTaskTypeLink"}
    again = bob.post(f"/data/task-type-links?priority=4&project_id={project['id']}", ids)
    assert (again["id"], again["priority"]) == (row["id"], 4)
    assert bob.post("/data/task-type-links", {**ids, "priority": None})["priority"] is None
    admin = studio.person(role="admin")
    updates = admin.get("/data/events?name=project:update")
    assert [event["data"] for event in updates] == [{"project_id": project["id"]}] * 3


def test_boards_show_a_status_to_the_roles_that_are_said(
    studio: Studio, bob: Member, project: Row, status: Row
) -> None:
    ids = {"project_id": project["id"], "task_status_id": status["id"]}
    assert bob.post("/data/task-status-links", {**ids, "roles_for_board": "user"})["roles_for_board"] == ["user"]
    assert bob.post("/data/task-status-links", {**ids, "priority": 2})["roles_for_board"] == []
    for roles in (None, ["nobody"], [None]):
        answer = bob.post("/data/task-status-links", {**ids, "roles_for_board": roles}, status=400)
        assert answer["message"] == "Wrong value for parameter roles_for_board."


@pytest.mark.parametrize(
    ("change", "status", "message"),
    [
        ({"project_id": None}, 400, "Missing required parameter: project_id"),
        ({"task_type_id": None}, 400, "Missing required parameter: task_type_id"),
        ({"task_type_id": "x"}, 400, "task_type_id is required and must be a valid UUID"),
        ({"priority": "high"}, 400, "Wrong value for parameter priority."),
        ({"task_type_id": NOBODY}, 404, None),
        ({"project_id": NOBODY}, 404, None),
        ({"project_id": "x"}, 404, None),
    ],
)
def test_a_link_has_two_ends(
    *, studio: Studio, bob: Member, project: Row, change: dict[str, Any], status: int, message: str | None
) -> None:
    ids = {"project_id": project["id"], "task_type_id": studio.task_type()["id"]}
    for member in (bob, studio.person(role="admin")):
        answer = member.post("/data/task-type-links", {**ids, **change}, status=status)
        assert message is None or answer["message"] == message


def test_only_managers_of_the_project_link_and_reorder(studio: Studio, bob: Member, project: Row) -> None:
    ids = {"project_id": project["id"], "task_type_id": studio.task_type()["id"]}
    artist = studio.person()
    studio.join(project, artist)
    for member in (artist, studio.person(role="manager")):
        member.post("/data/task-type-links", ids, status=403)
        member.post(f"/actions/projects/{project['id']}/task-type-links/reorder", {"task_type_ids": []}, status=403)


def test_task_types_are_put_in_the_order_of_a_list(studio: Studio, bob: Member, project: Row) -> None:
    layout, fx, other = (studio.task_type(name) for name in ("Layout", "FX", "Other"))
    for row in (layout, fx):
        studio.add(ProjectTaskTypeLink, project_id=project["id"], task_type_id=row["id"])
    ids = [fx["id"], "x", other["id"], NOBODY, layout["id"].upper(), 5]
    path = f"/actions/projects/{project['id']}/task-type-links/reorder"
    links = bob.post(path, {"task_type_ids": ids}, status=200)
    assert [(link["task_type_id"], link["priority"]) for link in links] == [(fx["id"], 1), (layout["id"], 5)]
    for body in ({}, [], {"task_type_ids": "x"}):
        answer = bob.post(path, body, status=400)
        assert answer["message"] == "Request body must be a JSON object with a 'task_type_ids' list."
    assert bob.post(path, {"task_type_ids": []}, status=200) == []


def test_statuses_are_put_in_order_and_keep_their_boards(
    studio: Studio, bob: Member, project: Row, status: Row
) -> None:
    values = {"task_status_id": status["id"], "priority": 9, "roles_for_board": ["user"]}
    studio.add(ProjectTaskStatusLink, project_id=project["id"], **values)
    path = f"/actions/projects/{project['id']}/task-status-links/reorder"
    [link] = bob.post(path, {"task_status_ids": [status["id"]]}, status=200)
    assert (link["priority"], link["roles_for_board"]) == (1, ["user"])
    studio.person(role="admin").post(
        f"/actions/projects/{NOBODY}/task-status-links/reorder", {"task_status_ids": []}, status=404
    )


def test_admins_put_the_studios_task_types_in_order(studio: Studio, bob: Member) -> None:
    layout, fx = studio.task_type("Layout"), studio.task_type("FX")
    ann = studio.person("Ann", role="admin")
    body = {"task_type_ids": [fx["id"], "x", layout["id"]]}
    rows = ann.post("/actions/task-types/reorder", body, status=200)
    assert [(row["name"], row["priority"], row["type"]) for row in rows] == [
        ("FX", 1, "TaskType"),
        ("Layout", 3, "TaskType"),
    ]
    assert ann.get("/data/events") == []
    bob.post("/actions/task-types/reorder", body, status=403)
    ann.post("/actions/task-types/reorder", {"task_type_ids": None}, status=400)
