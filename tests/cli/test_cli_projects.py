"""`kitsulite project …`, and what `kitsulite person …` does about getting in: the terminal's actions, for scripts."""

import datetime
import json
import re

import pytest
from shell import Shell
from signing import known, log_in
from studio import Studio
from time_machine import Traveller

from kitsulite.areas.people import lockout
from kitsulite.models.productions import ProjectTemplate
from kitsulite.models.tools import ApiEvent


def test_productions_are_listed_closed_and_opened(studio: Studio, kitsulite: Shell) -> None:
    fox = studio.project("Fox", team=[studio.person("Ann")])
    studio.task(studio.entity("Shot", "SH010", fox))
    assert "Fox   Open    1          1      0" in kitsulite("project", "list")
    kitsulite("project", "close", "Fox")
    (listed,) = json.loads(kitsulite("project", "list", "--json"))
    assert (listed["name"], listed["status"], listed["is_open"]) == ("Fox", "Closed", False)
    assert [(row["status"], row["count"]) for row in listed["tasks"]] == [("Todo", 1)]
    assert kitsulite("project", "open", fox["id"]) == f"{fox['id']} is open now.\n"
    assert "no production Wolf" in kitsulite("project", "open", "Wolf", code=1)


def test_productions_are_made_with_what_is_worked_on(studio: Studio, kitsulite: Shell) -> None:
    for name in ("Layout", "Animation", "Sound"):
        studio.task_type(name)
    kitsulite("project", "create", "Owl", "--task-type", "Layout", "--task-type", "Animation")
    assert "There is no task type Lay" in kitsulite("project", "create", "Fox", "--task-type", "Lay", code=1)
    (owl,) = (admin := studio.person(role="admin")).get("/data/projects")
    assert {row["name"] for row in admin.get(f"/data/projects/{owl['id']}/task-types")} == {"Layout", "Animation"}


def test_productions_are_made_and_changed(studio: Studio, kitsulite: Shell) -> None:
    studio.add(ProjectTemplate, name="Series", homepage="shots")
    made = kitsulite(
        "project", "create", "Owl", "--type", "tvshow", "--template", "Series", "--start-date", "2027-01-04"
    )
    assert made == "Owl is here now.\n"
    assert (
        kitsulite("project", "edit", "Owl", "--name", "Barn Owl", "--fps", "24", "--start-date", "")
        == "Owl is changed.\n"
    )
    (owl,) = studio.person(role="admin").get("/data/projects")
    assert (owl["name"], owl["production_type"], owl["fps"], owl["start_date"]) == ("Barn Owl", "tvshow", "24", None)
    assert owl["homepage"] == "shots"
    assert "one with these values already" in kitsulite("project", "create", "Barn Owl", code=1)
    assert "name must not be blank." in kitsulite("project", "create", " ", code=1)
    assert "Invalid resolution" in kitsulite("project", "create", "Fox", "--resolution", "big", code=1)
    assert "no template Film" in kitsulite("project", "create", "Fox", "--template", "Film", code=1)
    assert "Say what is to change" in kitsulite("project", "edit", "Barn Owl", code=1)


def test_task_types_are_made_listed_and_changed(studio: Studio, kitsulite: Shell) -> None:
    modeling = studio.department("Modeling")
    new = ("task-type", "create", "Concept", "--for-entity")
    assert kitsulite(*new, "Asset", "--department", "Modeling") == "The task type Concept is here now.\n"
    assert "similar name already exists" in kitsulite(*new, "Asset", code=1)
    assert "no department Magic, but Modeling" in kitsulite(*new, "Shot", "--department", "Magic", code=1)
    kitsulite(*new, "Concept")
    change = ("task-type", "edit", "Concept", "--color", "#123456", "--no-allow-timelog", "--priority", "4")
    assert "several Concept: Asset, Concept" in kitsulite(*change, code=1)
    kitsulite(*change, "--of", "Asset")
    first, second = json.loads(kitsulite("task-type", "list", "--json"))
    assert (first["color"], first["allow_timelog"], first["priority"]) == ("#123456", False, 4)
    assert (first["department_id"], second["color"]) == (modeling["id"], "#FFFFFF")
    assert "Concept  Asset                   #123456  4         Modeling" in kitsulite("task-type", "list")
    assert "priority is not a whole number" in kitsulite("task-type", "edit", first["id"], "--priority", "x", code=1)
    assert "no task type Magic" in kitsulite("task-type", "edit", "Magic", "--archived", code=1)


def test_task_statuses_are_made_listed_and_changed(studio: Studio, kitsulite: Shell) -> None:
    with pytest.raises(SystemExit):
        kitsulite("task-status", "create", "Hold")
    for name in ("Todo", "Hold"):
        kitsulite("task-status", "create", name, "--short-name", name.lower(), "--color", "#888888", "--default")
    assert "values already" in kitsulite("task-status", "create", "H", "--short-name", "hold", "--color", "#0", code=1)
    kitsulite("task-status", "edit", "hold", "--name", "On Hold", "--no-client-allowed", "--done")
    hold, todo = json.loads(kitsulite("task-status", "list", "--json"))
    assert (hold["name"], hold["is_done"], hold["is_client_allowed"]) == ("On Hold", True, False)
    assert (hold["is_default"], todo["is_default"]) == (True, False)
    assert "On Hold  hold" in kitsulite("task-status", "list")


def test_all_of_somebody_is_shown_the_last_request_too(studio: Studio, kitsulite: Shell, clock: Traveller) -> None:
    ann = known(studio, "Ann", last_presence="2026-02-01")
    studio.department("Animation", ann)
    clock.shift(datetime.timedelta(hours=3))
    ann.get("/data/projects/open")
    shown = kitsulite("person", "show", "ann@studio.test")
    assert re.search(r"^full name +Ann Test$", shown, re.MULTILINE)
    assert re.search(r"^departments +Animation$", shown, re.MULTILINE)
    assert re.search(r"^last seen +2026-03-02T12:00:05", shown, re.MULTILINE)
    assert json.loads(kitsulite("person", "show", ann.id, "--json"))["last_seen"].startswith("2026-03-02T12:00:05")
    assert "2026-03-02T12:00:05" in kitsulite("person", "list")
    (listed,) = json.loads(kitsulite("person", "list", "--json"))
    assert listed["last_seen"].startswith("2026-03-02T12:00:05")


def test_a_team_is_joined_and_left(studio: Studio, kitsulite: Shell) -> None:
    studio.project("Fox")
    studio.person("Ann")
    kitsulite("project", "add", "Fox", "ann@studio.test", "--role", "manager")
    (member,) = json.loads(kitsulite("project", "team", "Fox", "--json"))
    assert (member["email"], member["project_role"]) == ("ann@studio.test", "manager")
    assert "Ann Test" in kitsulite("project", "team", "Fox")
    kitsulite("project", "remove", "Fox", "ann@studio.test")
    assert json.loads(kitsulite("project", "team", "Fox", "--json")) == []


def test_sessions_are_listed_and_ended_one_by_one_or_all(studio: Studio, kitsulite: Shell) -> None:
    ann = known(studio, "Ann")
    token = log_in(studio).json["access_token"]
    latest, first = json.loads(kitsulite("person", "sessions", "ann@studio.test", "--json"))
    assert first["id"] in kitsulite("person", "sessions", "ann@studio.test")
    kitsulite("person", "sign-out", "ann@studio.test", "--session", first["id"])
    ann.get("/data/projects/open", status=401)
    studio.stranger.get("/data/projects/open", headers={"Authorization": f"Bearer {token}"})
    kitsulite("person", "sign-out", "ann@studio.test", "--session", first["id"], code=1)
    kitsulite("person", "sign-out", "ann@studio.test")
    assert json.loads(kitsulite("person", "sessions", "ann@studio.test", "--json")) == []
    assert latest["expires_at"] > latest["created_at"]


def test_somebody_who_failed_too_often_is_let_try_again(studio: Studio, kitsulite: Shell) -> None:
    known(studio, "Ann")
    for _ in range(lockout.ALLOWED):
        log_in(studio, password="wrong")
    assert log_in(studio).status == 400
    kitsulite("person", "unlock", " Ann@studio.test ")
    assert log_in(studio).status == 200


def test_a_link_leads_to_a_new_password_and_the_log_names_the_operator(studio: Studio, kitsulite: Shell) -> None:
    known(studio, "Ann")
    link = kitsulite("person", "reset-link", "ann@studio.test").strip()
    assert "/reset-change-password?email=ann%40studio.test&token=" in link
    with studio.tracker.work(writes=False) as work:
        (event,) = work.db.rows(ApiEvent.select())
    assert event["name"] == "person:make-reset-link"
    assert event["data"]["operator"]
    assert event["user_id"] is None
