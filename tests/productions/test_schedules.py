"""Schedule items, versions of a schedule, time and days off of a production (docs/api/productions.md)."""

import datetime

import time_machine
from film import Film, film, names

from kitsulite.models import new_id
from kitsulite.models.people import DayOff, TimeSpent
from kitsulite.models.productions import Project
from kitsulite.models.schedules import ProductionScheduleVersion, ScheduleItem
from kitsulite.models.tasks import Task
from kitsulite.storage import Row

__all__ = ["film"]
MARCH = datetime.datetime(2026, 3, 1, 12, tzinfo=datetime.UTC)


# --- items ---


def test_whoever_looks_at_the_schedule_finds_an_item_for_all_that_has_tasks(film: Film) -> None:
    task = film.studio.task(film.shot)
    film.studio.task(
        film.studio.entity("Concept", "C", film.project), film.studio.task_type("Paint", for_entity="Concept")
    )
    film.studio.task_type("Unused")
    path = f"{film.path}/schedule-items"
    assert film.stan.get(path) == []
    film.events()
    with time_machine.travel(MARCH, tick=False):
        items = film.stan.get(f"{path}/task-types")
    assert [(item["task_type_id"], item["start_date"], item["end_date"], item["object_id"]) for item in items] == [
        (task["task_type_id"], "2026-03-01", "2026-03-02", None)
    ]
    assert film.events() == [("schedule-item:new", {"schedule_item_id": items[0]["id"]})]
    assert film.ann.get(f"{path}/task-types") == items
    assert film.events() == []
    assert [row["type"] for row in film.stan.get(path)] == ["ScheduleItem"]
    for member in (film.vic, film.cleo):
        member.get(f"{path}/task-types", status=403)
    film.studio.add(ScheduleItem, project_id=film.id, start_date=None)
    assert [item["start_date"] for item in film.stan.get(f"{path}/task-types")] == [None, "2026-03-01"]


def test_items_of_a_task_type_are_about_what_the_project_or_the_episode_has(film: Film) -> None:
    task_type = film.studio.task_type()["id"]
    other = film.studio.entity("Episode", "E02", film.project)
    film.studio.entity("Sequence", "SQ00", film.project, other)
    film.studio.entity("Edit", "Cut", film.project, film.episode)
    film.studio.entity("Edit", "Old cut", film.project, film.episode, canceled=True)
    path = f"{film.path}/schedule-items/{task_type}"

    def shown(kind: str, query: str = "") -> list[str]:
        return names(film.stan.get(f"{path}/{kind}{query}"))

    assert (shown("sequences"), shown("sequences", "?episode_id=")) == (["SQ00", "SQ01"], ["SQ00", "SQ01"])
    assert shown("sequences", f"?episode_id={other['id']}") == ["SQ00"]
    assert (shown("episodes"), shown("edits"), shown("asset-types")) == (["E01", "E02"], ["Cut"], ["Prop"])
    assert shown("asset-types", f"?episode_id={other['id']}") == []
    film.stan.get(f"{path}/sequences?episode_id=x", status=400)
    film.admin.get(f"{film.path}/schedule-items/x/sequences", status=400)
    film.admin.get(f"{film.path}/schedule-items/{new_id()}/sequences", status=404)
    film.ann.delete(f"/data/sequences/{film.sequence['id']}?force=true")
    assert shown("sequences") == ["SQ00"]


# --- versions ---


def version(film: Film, name: str = "Plan", project: Row | None = None) -> str:
    project_id = (project or film.project)["id"]
    return str(film.studio.add(ProductionScheduleVersion, name=name, project_id=project_id)["id"])


def task_links(film: Film, id: str, query: str = "?relations=true") -> list[Row]:
    rows: list[Row] = film.stan.get(f"/data/production-schedule-versions/{id}/task-links{query}")
    return rows


def test_a_version_remembers_the_plan_of_every_task_and_gives_it_back(film: Film) -> None:
    planned = {"start_date": "2026-03-02T00:00:00.000000", "estimation": 480.0}
    task = film.studio.task(film.shot, assignees=[film.stan], **planned)
    film.studio.task(film.other_shot, "Lighting")
    id = version(film)
    actions = f"/actions/production-schedule-versions/{id}"
    film.stan.post(f"{actions}/set-task-links-from-production", status=403)
    film.events()
    for _ in range(2):
        answer = film.ann.post(f"{actions}/set-task-links-from-production", status=200)
        assert answer == {"success": True, "task_link_count": 2}
    assert film.events() == []
    link = task_links(film, id, f"?task_type_id={task['task_type_id']}&relations=true")[0]
    assert (link["start_date"], link["estimation"], link["assignees"]) == ("2026-03-02T00:00:00", 480.0, [film.stan.id])

    film.admin.put(f"/data/tasks/{task['id']}", {"start_date": "2026-05-05", "estimation": 1})
    film.ann.put("/actions/tasks/clear-assignation", {"task_ids": [task["id"]]})
    film.events()
    assert film.ann.post(f"{actions}/apply-to-production", status=200) == {"success": True, "task_count": 2}
    told = [name for name, _ in film.events()]
    assert told == ["task:update"] * 2 + ["production_schedule_version:update", "project:update"]
    after = film.studio.row(Task, task["id"])
    assert (after["start_date"], after["estimation"], after["assignees"]) == ("2026-03-02T00:00:00", 480.0, [])
    assert film.studio.row(ProductionScheduleVersion, id)["locked"] is True
    assert film.studio.row(Project, film.id)["from_schedule_version_id"] == id

    film.ann.post(f"{actions}/set-task-links-from-production", status=200)
    assert [link["assignees"] for link in task_links(film, id)] == [[], []]


def test_a_version_is_copied_within_its_production_only(film: Film) -> None:
    film.studio.task(film.shot, assignees=[film.stan])
    source, target = version(film), version(film, "Copy")
    film.ann.post(f"/actions/production-schedule-versions/{source}/set-task-links-from-production", status=200)
    late = film.studio.task(film.other_shot, assignees=[film.vic])
    film.ann.post(f"/actions/production-schedule-versions/{target}/set-task-links-from-production", status=200)
    path = f"/actions/production-schedule-versions/{target}/set-task-links-from-production-schedule-version"

    def copy(id: str) -> Row:
        answer: Row = film.ann.call("POST", path, {"production_schedule_version_id": id}).json
        return answer

    assert copy(target.upper())["message"] == "A production schedule version cannot be copied onto itself."
    other = film.studio.project()
    elsewhere = version(film, project=other)
    film.ann.post(path, {"production_schedule_version_id": elsewhere}, status=404)
    film.studio.join(other, film.ann)
    assert copy(elsewhere)["message"] == "Production schedule versions must belong to the same project."
    film.ann.post(path, {"production_schedule_version_id": new_id()}, status=404)
    film.ann.post(path, {}, status=400)
    film.events()
    assert copy(source) == {"success": True, "task_link_count": 1}
    told = {"production_schedule_version_id": target}
    assert film.events() == [("production_schedule_version:update", told)]
    assert film.studio.row(ProductionScheduleVersion, target)["production_schedule_from"] == source
    links = {link["task_id"]: link["assignees"] for link in task_links(film, target)}
    assert links[late["id"]] == [film.vic.id]
    for refused in (film.vic, film.cleo, film.mallory):
        refused.get(f"/data/production-schedule-versions/{target}/task-links", status=403)
    film.stan.get(f"/data/production-schedule-versions/{new_id()}/task-links", status=404)


def test_a_longer_plan_takes_no_more_statements_to_remember(film: Film) -> None:
    def copy() -> int:
        before = film.studio.tracker.db.statements
        path = f"/actions/production-schedule-versions/{id}/set-task-links-from-production"
        film.ann.post(path, status=200)
        return film.studio.tracker.db.statements - before

    id = version(film)
    film.studio.task(film.shot, "One", assignees=[film.stan])
    few = copy()
    for number in range(20):
        film.studio.task(film.shot, f"Kind {number}", assignees=[film.stan])
    assert copy() == few


# --- time ---


def test_time_is_for_supervisors_and_above(film: Film) -> None:
    task = film.studio.task(film.shot)
    for day in ("2026-03-02", "2026-03-04"):
        film.studio.add(TimeSpent, task_id=task["id"], person_id=film.stan.id, date=day, duration=60)
    assert [row["date"] for row in film.ann.get(f"{film.path}/time-spents")] == ["2026-03-02", "2026-03-04"]
    for refused in (film.stan, film.vic, film.cleo, film.mallory):
        refused.get(f"{film.path}/time-spents", status=403)
    path = f"{film.path}/task-types/{task['task_type_id']}/time-spents"
    found = film.ann.get(path)
    assert [row["date"] for row in found[film.stan.id]] == ["2026-03-04", "2026-03-02"]
    found = film.ann.get(f"{path}?start_date=2026-03-03&end_date=2026-03-04")
    assert [row["date"] for row in found[film.stan.id]] == ["2026-03-04"]
    film.ann.get(f"{path}?start_date=soon&end_date=2026-03-04", status=400)
    film.ann.get(f"{film.path}/task-types/x/time-spents", status=400)


def test_why_somebody_is_away_is_for_managers_and_themselves(film: Film) -> None:
    days = {"date": "2026-03-02", "end_date": "2026-03-06", "description": "At sea"}
    film.studio.add(DayOff, person_id=film.stan.id, **days)
    film.studio.add(DayOff, person_id=film.mallory.id, **days)
    path = f"{film.path}/day-offs"
    for member in (film.ann, film.stan):
        assert film.ann.get(path).keys() == {film.stan.id}
        assert member.get(path)[film.stan.id][0]["description"] == "At sea"
    other = film.studio.person()
    film.studio.join(film.project, other)
    assert "description" not in other.get(path)[film.stan.id][0]
    assert film.ann.get(f"{path}?start_date=2026-03-06&end_date=2026-03-09").keys() == {film.stan.id}
    assert film.ann.get(f"{path}?start_date=2026-03-07&end_date=2026-03-09") == {}
    film.vic.get(path, status=403)
    film.cleo.get(path, status=403)
