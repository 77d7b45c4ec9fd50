"""What clients said, told to those who don't read clients (docs/api/tasks.md)."""

from typing import Any

import pytest
from studio import Member, Studio

from kitsulite.models import new_id
from kitsulite.models.productions import Project
from kitsulite.models.tasks import Task, TaskStatus
from kitsulite.storage import Row


class Told:
    """A shot to animate and to light by Art; Moe manages, Clo is a client."""

    def __init__(self, studio: Studio) -> None:
        self.studio = studio
        self.moe, self.clo, self.art = (
            studio.person("Moe", "manager"),
            studio.person("Clo", "client"),
            studio.person("Art"),
        )
        self.project = studio.project(team=[self.moe, self.clo, self.art])
        shot = studio.entity("Shot", "SH01", self.project)
        self.animating, self.lighting = (
            studio.task(shot, name, assignees=[self.art]) for name in ("Animation", "Lighting")
        )
        self.path = f"/actions/projects/{self.project['id']}/tasks/copy-client-comments"

    def say(self, who: Member, text: str, task: Row, status: str = "") -> None:
        body = {"task_status_id": status or task["task_status_id"], "comment": text}
        who.post(f"/actions/tasks/{task['id']}/comment", body)

    def copy(self, *tasks: Row, **more: Any) -> Any:
        return self.moe.post(self.path, {"task_ids": [task["id"] for task in tasks], **more})


@pytest.fixture
def told(studio: Studio) -> Told:
    return Told(studio)


def test_the_last_comment_of_a_client_is_said_by_the_manager(told: Told) -> None:
    for who, text in ((told.clo, "Higher"), (told.clo, "Slower"), (told.moe, "Fine")):
        told.say(who, text, told.animating)
    told.say(told.moe, "Brighter", told.lighting)
    [made] = told.copy(told.animating, told.lighting, told.animating, prefix="From the client:")
    assert (made["text"], made["person_id"]) == ("From the client:\n\nSlower", told.moe.id)
    assert (made["object_id"], made["task_status_id"]) == (told.animating["id"], told.animating["task_status_id"])
    assert made["for_client"] is False
    heard = [comment["text"] for comment in told.art.get(f"/data/tasks/{told.animating['id']}/comments")]
    assert heard == ["From the client:\n\nSlower", "Fine"]
    told.say(told.clo, "Warmer", told.lighting)
    assert [comment["text"] for comment in told.copy(told.lighting)] == ["Warmer"]


def test_who_is_a_client_is_said_by_the_team(told: Told) -> None:
    guest, lead = told.studio.person("Gus", "manager"), told.studio.person("Fay", "client")
    told.studio.join(told.project, guest, "client")
    told.studio.join(told.project, lead, "manager")
    told.say(guest, "As a client", told.animating)
    told.say(lead, "As a manager", told.animating)
    told.say(lead, "As a manager", told.lighting)
    assert [comment["text"] for comment in told.copy(told.animating, told.lighting)] == ["As a client"]


def test_the_status_stays_and_is_no_further_retake(told: Told) -> None:
    retake = told.studio.add(TaskStatus, name="Retake", short_name="rtk", color="#000000", is_retake=True)["id"]
    told.say(told.clo, "Slower", told.animating)
    told.say(told.moe, "Again", told.animating, retake)
    told.studio.store(Project, told.project["id"], max_retakes=1)
    [made] = told.copy(told.animating)
    assert made["task_status_id"] == retake
    assert told.studio.row(Task, told.animating["id"])["retake_count"] == 1


def test_tags_of_clients_copy_nothing(told: Told) -> None:
    told.say(told.clo, "Slower #lighting", told.animating)
    before = told.moe.get(f"/data/tasks/{told.lighting['id']}/comments")
    assert len(told.copy(told.animating)) == 1
    assert told.moe.get(f"/data/tasks/{told.lighting['id']}/comments") == before


def test_tasks_of_other_projects_are_passed_over(told: Told) -> None:
    other = told.studio.project(team=[told.moe, told.clo])
    task = told.studio.task(told.studio.entity("Shot", "SH01", other), "Animation")
    told.say(told.clo, "Slower", task)
    assert told.copy(task, {"id": new_id()}) == []


@pytest.mark.parametrize("body", [{}, {"task_ids": []}, {"task_ids": ["x"]}, {"task_ids": None}])
def test_tasks_are_named(told: Told, body: Row) -> None:
    told.moe.post(told.path, body, status=400)
    told.moe.post(told.path, {"task_ids": [told.animating["id"]], "prefix": None}, status=400)
    refused = told.moe.post(told.path, {"task_ids": [new_id() for _ in range(1001)]}, status=400)
    assert refused["message"] == "At most 1000 comments are posted at once."


@pytest.mark.parametrize("role", ["supervisor", "user", "client", "vendor"])
def test_only_managers_of_the_project_say_it_again(told: Told, role: str) -> None:
    eve, outsider = told.studio.person("Eve", role), told.studio.person("Max", "manager")
    told.studio.join(told.project, eve)
    for who in (eve, outsider):
        who.post(told.path, {"task_ids": [told.animating["id"]]}, status=403)
