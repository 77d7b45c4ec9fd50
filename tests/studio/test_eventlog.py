"""The log of events and of logins (docs/api/studio.md)."""

from typing import Any

import pytest
from studio import Member, Studio

from kitsulite.models import new_id
from kitsulite.models.people import LoginLog
from kitsulite.models.tools import ApiEvent
from kitsulite.storage import Row


def happened(studio: Studio, name: str, minute: int, **values: Any) -> Row:
    return studio.add(ApiEvent, name=name, created_at=f"2024-01-01T10:{minute:02}:00.500000", **values)


def names(events: Any) -> list[str]:
    return [event["name"] for event in events]


@pytest.fixture
def ann(studio: Studio) -> Member:
    return studio.person("Ann", "admin")


def test_the_latest_event_comes_first(studio: Studio, ann: Member) -> None:
    project = studio.project()
    happened(studio, "shot:new", 1)
    happened(studio, "task:new", 2, project_id=project["id"], user_id=ann.id, data={"task_id": "1"})
    latest, first = ann.get("/data/events/last")
    assert latest == {
        "id": latest["id"],
        "created_at": "2024-01-01T10:02:00",
        "name": "task:new",
        "user_id": ann.id,
        "project_id": project["id"],
        "data": {"task_id": "1"},
    }
    assert first["data"] is None


def test_as_many_events_come_as_were_asked_for(studio: Studio, ann: Member) -> None:
    for minute in range(5):
        happened(studio, f"shot:{minute}", minute)
    assert names(ann.get("/data/events/last?limit=2")) == ["shot:4", "shot:3"]
    assert ann.get("/data/events/last?limit=0") == ann.get("/data/events/last?limit=-1") == []
    assert len(ann.get(f"/data/events/last?limit={10**30}")) == 5


def test_a_reader_goes_on_after_the_last_event_seen(studio: Studio, ann: Member) -> None:
    rows = [happened(studio, f"shot:{minute}", minute) for minute in range(4)]
    assert names(ann.get(f"/data/events/last?cursor_event_id={rows[2]['id'].upper()}")) == ["shot:1", "shot:0"]
    unknown = new_id()
    answer = ann.get(f"/data/events/last?cursor_event_id={unknown}", status=400)
    assert answer["message"] == f"No event found with id: {unknown}"


def test_bounds_are_not_part_of_a_span(studio: Studio, ann: Member) -> None:
    for minute in range(4):
        studio.add(ApiEvent, name=f"shot:{minute}", created_at=f"2024-01-01T10:{minute:02}:00.000000")
    query = "after=2024-01-01T10:00:00&before=2024-01-01T10:03:00"
    assert names(ann.get(f"/data/events/last?{query}")) == ["shot:2", "shot:1"]


def test_events_are_chosen_by_name_and_parts_of_it(studio: Studio, ann: Member) -> None:
    for minute, name in enumerate(("task:new", "task-type:new", "comment:new", "task:update", "preview-file:add-file")):
        happened(studio, name, minute)
    log = "/data/events/last"
    assert names(ann.get(f"{log}?name=task:new")) == ["task:new"]
    assert names(ann.get(f"{log}?name_prefixes=task&name_prefixes=comment")) == [
        "task:update",
        "comment:new",
        "task:new",
    ]
    assert names(ann.get(f"{log}?name_suffixes=new&name_prefixes=task")) == ["task:new"]
    assert names(ann.get(f"{log}?only_files=true")) == ["preview-file:add-file"]
    assert len(ann.get(f"{log}?only_files=1")) == 5


def test_events_are_chosen_by_who_caused_them(studio: Studio, ann: Member) -> None:
    bob, eve = studio.person("Bob"), studio.person("Eve")
    for minute, member in enumerate((ann, bob, eve)):
        happened(studio, f"{member.row['first_name']}:new".lower(), minute, user_id=member.id)
    assert names(ann.get(f"/data/events/last?person_ids={bob.id}&person_ids={eve.id}")) == ["eve:new", "bob:new"]


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("limit=x", "Wrong value for parameter limit."),
        ("project_id=x", "The project_id parameter is not a valid id"),
        ("before=x", "Wrong date format for before argument.Expected format: 2020-01-05T13:23:10 or 2020-01-05"),
        ("after=2024", "Wrong date format for before argument.Expected format: 2020-01-05T13:23:10 or 2020-01-05"),
        ("cursor_event_id=x", "The cursor_event_id parameter is not a valid id"),
        ("person_ids=", "The person_ids parameter contains an invalid id"),
        ("name_prefixes=a%25", "The name_prefixes parameter contains an invalid value"),
        ("name_suffixes=a_b", "The name_suffixes parameter contains an invalid value"),
        ("name_suffixes=", "The name_suffixes parameter contains an invalid value"),
    ],
)
def test_a_question_that_makes_no_sense_is_refused(ann: Member, query: str, message: str) -> None:
    assert ann.get(f"/data/events/last?{query}", status=400)["message"] == message


def test_a_manager_reads_what_happens_in_the_own_projects_open_or_closed(studio: Studio) -> None:
    meg = studio.person("Meg", "manager")
    own, closed, other = studio.project(team=[meg]), studio.project(team=[meg], status="Closed"), studio.project()
    happened(studio, "own:new", 1, project_id=own["id"])
    happened(studio, "closed:new", 2, project_id=closed["id"])
    happened(studio, "other:new", 3, project_id=other["id"])
    happened(studio, "studio:new", 4)
    assert names(meg.get("/data/events/last")) == ["closed:new", "own:new"]
    assert names(meg.get(f"/data/events/last?project_id={own['id']}")) == ["own:new"]
    for id in (other["id"], new_id()):
        meg.get(f"/data/events/last?project_id={id}", status=403)


def test_who_manages_one_project_reads_that_one_only(studio: Studio) -> None:
    art = studio.person("Art")
    managed, worked_on = studio.project(), studio.project(team=[art])
    studio.join(managed, art, role="manager")
    happened(studio, "shot:new", 1, project_id=managed["id"])
    assert names(art.get(f"/data/events/last?project_id={managed['id']}")) == ["shot:new"]
    art.get("/data/events/last", status=403)
    art.get(f"/data/events/last?project_id={worked_on['id']}", status=403)


def test_a_refusal_wins_over_dates_but_not_over_the_project(studio: Studio) -> None:
    art = studio.person("Art")
    art.get("/data/events/last?after=x", status=403)
    art.get("/data/events/last?project_id=x", status=400)


def test_names_of_events_are_sorted_and_told_once(studio: Studio, ann: Member) -> None:
    for minute, name in enumerate(("task:new", "task-type:new", "task:new", "asset:new")):
        happened(studio, name, minute)
    assert studio.person("Meg", "manager").get("/data/events/names") == ["asset:new", "task-type:new", "task:new"]
    studio.person("Sue", "supervisor").get("/data/events/names", status=403)


def test_only_admins_see_who_signed_in(studio: Studio, ann: Member) -> None:
    bob = studio.person("Bob", "manager")
    for minute, member in enumerate((ann, bob, ann)):
        moment = f"2024-01-01T10:{minute:02}:00.000000"
        studio.add(LoginLog, person_id=member.id, origin="web", ip_address="10.0.0.1", created_at=moment)
    logins = ann.get("/data/events/login-logs/last")
    assert [login["created_at"][14:16] for login in logins] == ["02", "01", "00"]
    assert set(logins[0]) == {"id", "created_at", "ip_address", "person_id", "origin"}
    assert ann.get(f"/data/events/login-logs/last?person_ids={bob.id}") == [logins[1]]
    assert ann.get(f"/data/events/login-logs/last?cursor_login_log_id={logins[1]['id']}") == [logins[2]]
    unknown = new_id()
    refusal = ann.get(f"/data/events/login-logs/last?cursor_login_log_id={unknown}", status=400)
    assert refusal["message"] == f"No login log found with id: {unknown}"
    bob.get("/data/events/login-logs/last", status=403)
