"""The calendar and the money of a production as rows (docs/api/rows.md)."""

import pytest
from studio import NOBODY, Member, Studio

from kitsulite.models.productions import Project
from kitsulite.models.schedules import (
    Budget,
    BudgetEntry,
    ProductionScheduleVersion,
    ProductionScheduleVersionTaskLink,
    ScheduleItem,
)
from kitsulite.storage import Row


@pytest.fixture
def ann(studio: Studio) -> Member:
    return studio.person("Ann", role="admin")


@pytest.fixture
def bob(studio: Studio) -> Member:
    return studio.person("Bob", role="manager")


@pytest.fixture
def project(studio: Studio, bob: Member) -> Row:
    return studio.project(team=[bob])


def test_milestones_are_the_managers_and_the_crew_reads_them(studio: Studio, bob: Member, project: Row) -> None:
    vendor, client = studio.person(role="vendor"), studio.person(role="client")
    for member in (vendor, client):
        studio.join(project, member)
    row = bob.post("/data/milestones", {"name": "Alpha", "date": "2026-01-02", "project_id": project["id"]})
    path = f"/data/milestones/{row['id']}"
    artist = studio.person()
    studio.join(project, artist)
    artist.get(path)
    for member in (vendor, client):
        member.get(path, status=403)
    client.put(path, {"name": "Beta"}, status=403)
    assert bob.put(path, {"name": "Beta"})["name"] == "Beta"
    bob.get("/data/milestones", status=403)
    for body, status in (({"name": "x"}, 400), ({"project_id": None}, 400), ({"project_id": NOBODY}, 404)):
        answer = bob.post("/data/milestones", body, status=status)
        assert status != 400 or answer == {"message": "'project_id'"}
    bob.delete(path)


def test_what_a_task_type_does_for_one_thing_is_planned_once(studio: Studio, ann: Member, project: Row) -> None:
    body = {"project_id": project["id"], "task_type_id": studio.task_type()["id"]}
    ann.post("/data/schedule-items", body)
    again = ann.post("/data/schedule-items", body, status=400)
    assert again["message"] == "A similar schedule item already exists"
    ann.post("/data/schedule-items", {**body, "object_id": NOBODY})


def test_schedule_items_are_moved_by_managers_and_supervisors_of_the_department(
    studio: Studio, bob: Member, project: Row
) -> None:
    all_of_it, other = studio.person(role="supervisor"), studio.person(role="supervisor")
    for member in (all_of_it, other):
        studio.join(project, member)
    task_type = studio.task_type(department=studio.department("Layout"))
    studio.department("FX", other)
    item = studio.add(ScheduleItem, project_id=project["id"], task_type_id=task_type["id"], man_days=2)
    path = f"/data/schedule-items/{item['id']}"
    bob.get(path, status=403)
    assert bob.put(path, {"man_days": "9", "start_date": "2026-01-02"})["man_days"] == 2
    assert all_of_it.put(path, {"man_days": 3})["man_days"] == 3
    other.put(path, {"man_days": 4}, status=403)


def test_schedule_versions_are_listed_a_project_at_a_time(
    studio: Studio, ann: Member, bob: Member, project: Row
) -> None:
    artist, client = studio.person(), studio.person(role="client")
    for member in (artist, client):
        studio.join(project, member)
    other = studio.project()
    shot, elsewhere = studio.entity("Shot", "SH01", project), studio.entity("Shot", "SH01", other)
    for place, entity in ((project, shot), (other, elsewhere)):
        version = studio.add(ProductionScheduleVersion, name="V1", project_id=place["id"])
        task = studio.task(entity)
        studio.add(ProductionScheduleVersionTaskLink, production_schedule_version_id=version["id"], task_id=task["id"])
    for things in ("production-schedule-versions", "production-schedule-version-task-links"):
        path = f"/data/{things}"
        assert len(ann.get(path)) == 2
        assert len(ann.get(f"{path}?project_id={project['id']}")) == 1
        assert len(artist.get(f"{path}?project_id={project['id']}")) == 1
        assert ann.get(f"{path}?project_id={NOBODY}") == []
        ann.get(f"{path}?project_id=x", status=400)
        artist.get(path, status=403)
        client.get(f"{path}?project_id={project['id']}", status=403)
        artist.get(f"{path}?project_id={other['id']}", status=403)
        artist.get(f"{path}?project_id={NOBODY}", status=404)


def test_a_version_plans_tasks_of_its_project(studio: Studio, ann: Member, bob: Member, project: Row) -> None:
    version = bob.post("/data/production-schedule-versions", {"name": "V1", "project_id": project["id"]})
    task = studio.task(studio.entity("Shot", "SH01", project))
    elsewhere = studio.task(studio.entity("Shot", "SH01", studio.project()))
    path = "/data/production-schedule-version-task-links"
    body = {"production_schedule_version_id": version["id"], "task_id": task["id"], "assignees": [bob.id]}
    assert bob.post(path, {"task_id": task["id"]}, status=400) == {"message": "'production_schedule_version_id'"}
    bob.post(path, {**body, "task_id": NOBODY}, status=404)
    bob.post(path, {**body, "task_id": elsewhere["id"]}, status=403)
    answer = ann.post(path, {**body, "task_id": elsewhere["id"]}, status=400)
    assert answer["message"] == "The task and the production schedule version must be in the same project."
    artist = studio.person()
    studio.join(project, artist)
    artist.post(path, body, status=403)
    row = bob.post(path, body)
    assert row["assignees"] == [bob.id]
    assert artist.get(f"{path}/{row['id']}")["assignees"] == [bob.id]
    bob.put(f"{path}/{row['id']}", {"task_id": elsewhere["id"], "estimation": 3}, status=400)
    changed = bob.put(f"{path}/{row['id']}", {"task_id": task["id"], "estimation": 3})
    assert (changed["task_id"], changed["estimation"]) == (task["id"], 3.0)
    assert ann.get("/data/events")[-1]["data"] == {"production_schedule_version_task_link_id": row["id"]}
    bob.delete(f"/data/production-schedule-versions/{version['id']}", status=403)
    ann.delete(f"/data/production-schedule-versions/{version['id']}")
    ann.get(f"{path}/{row['id']}", status=404)


def test_money_is_for_admins_and_its_revision_stays(studio: Studio, ann: Member, bob: Member, project: Row) -> None:
    budget = studio.add(Budget, project_id=project["id"], name="Plan")
    department = studio.department("Layout")
    body = {
        "budget_id": budget["id"],
        "department_id": department["id"],
        "start_date": "2026-01-01",
        "months_duration": 2,
        "daily_salary": 100,
    }
    entry = ann.post("/data/budget-entries", {**body, "position": None})
    assert (entry["position"], entry["daily_salary"]) == ("artist", 100.0)
    ann.put(f"/data/budgets/{budget['id']}", {"revision": 9}, status=400)
    assert ann.put(f"/data/budgets/{budget['id']}", {"revision": 1, "name": "New"})["revision"] == 1
    other = studio.add(Budget, project_id=project["id"], name="Other")
    ann.put(f"/data/budget-entries/{entry['id']}", {"budget_id": other["id"]})
    assert studio.row(BudgetEntry, entry["id"])["budget_id"] == budget["id"]
    for path in ("budgets", "budget-entries", f"budgets/{budget['id']}"):
        bob.get(f"/data/{path}", status=403)


def test_a_version_of_the_schedule_goes_with_what_it_says_of_tasks_and_nothing_else(
    studio: Studio, bob: Member, project: Row
) -> None:
    admin, path = studio.person(role="admin"), "/data/production-schedule-versions"
    task = studio.task(studio.entity("Shot", "SH01", project))
    first = bob.post(path, {"name": "First", "project_id": project["id"]})
    second = bob.post(path, {"name": "Second", "project_id": project["id"], "production_schedule_from": first["id"]})
    for version in (first, second):
        bob.post(
            f"{path.removesuffix('s')}-task-links",
            {"production_schedule_version_id": version["id"], "task_id": task["id"]},
        )
    studio.store(Project, project["id"], from_schedule_version_id=first["id"])
    admin.delete(f"{path}/{first['id']}")
    assert bob.get(f"{path}/{second['id']}")["production_schedule_from"] is None
    assert studio.stored(Project, project["id"])["from_schedule_version_id"] is None
    links = bob.get(f"{path.removesuffix('s')}-task-links?project_id={project['id']}")
    assert [link["production_schedule_version_id"] for link in links] == [second["id"]]
    assert admin.get(f"/data/tasks/{task['id']}")["id"] == task["id"]
