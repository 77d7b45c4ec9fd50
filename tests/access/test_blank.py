"""How the studio goes about its work is blank to clients: who has what to do, until when, how long it takes."""

from typing import Any

import pytest
from callers import Callers
from studio import Member, Studio
from test_hidden import answers

from kitsulite.models.entities import Entity
from kitsulite.models.reviews import Playlist, PreviewFile
from kitsulite.models.tasks import Task, TaskPersonLink, TaskStatus
from kitsulite.storage import Row

NUMBERS = {
    "completion_rate": 909091,
    "duration": 48151.25,
    "estimation": 16234.25,
    "nb_assets_ready": 906091,
    "nb_drawings": 907091,
    "priority": 905091,
    "retake_count": 908091,
}
DATES = {
    f"{name}_date": f"2031-0{month}-19T11:12:13.000014"
    for month, name in enumerate(("start", "due", "end", "done", "real_start", "last_comment"), start=1)
}
BLANK = {**dict.fromkeys(NUMBERS, 0), **dict.fromkeys(DATES), "difficulty": None, "assigner_id": None, "assignees": []}
WHOLE = ("artist", "supervisor", "manager", "vendor as manager", "admin")
CLIENTS = ("client", "manager as client")


@pytest.fixture
def callers(studio: Studio) -> Callers:
    """All tasks are given by somebody to somebody who are in no other list."""
    callers = Callers(studio)
    for name in ("Giverella", "Doerella"):
        callers.people[name] = studio.person(name)
    studio.store(Entity, callers.ids["shot"], parent_id=callers.ids["sequence"])
    with studio.tracker.work() as work:
        done = work.insert(TaskStatus, name="All done", short_name="alldone", color="#000000", is_done=True)
        given = {"assigner_id": callers.people["Giverella"].id, "difficulty": 5, "task_status_id": done}
        work.db.run(Task.update(**NUMBERS, **DATES, **given))
        work.delete(TaskPersonLink, TaskPersonLink.person_id == callers.people["artist"].id)
        for id in work.db.values(Task.select(Task.id)):
            work.insert(TaskPersonLink, task_id=id, person_id=callers.people["Doerella"].id)
    return callers


def telling(callers: Callers) -> list[str]:
    """What tells of it in an answer."""
    people = [callers.people[name] for name in ("Giverella", "Doerella")]
    days = [date[:10] for date in DATES.values()]
    return [*map(str, NUMBERS.values()), *days, *(person.id for person in people), "Giverella", "Doerella"]


def knows_people(who: str, route: str) -> bool:
    """The document that clients start with names everybody, and who manages the studio knows its people and when they are busy."""
    of_studio = ("/data/persons?", "/data/persons/task-dates?", "/export/csv/persons.csv?")
    return "/data/user/context?" in route or (who == "manager as client" and any(path in route for path in of_studio))


@pytest.mark.long
def test_no_route_tells_clients_how_the_studio_works(callers: Callers) -> None:
    words = telling(callers)
    seen = [route for route, text in answers(callers, "admin") if any(word in text for word in words)]
    assert len(seen) > 40, "the walk must come by it"
    for who in (*CLIENTS, "guest"):
        leaks = {
            route: found
            for route, text in answers(callers, who)
            if (found := [word for word in words if word in text]) and not knows_people(who, route)
        }
        assert not leaks, f"{who} reads\n" + "\n".join(f"{route}: {found}" for route, found in leaks.items())


ROWS = [
    "/data/tasks/{task}",
    "/data/tasks/{task}?relations=true",
    "/data/tasks/{task}/full",
    "/data/tasks?project_id={project}&relations=true",
    "/data/projects/{project}/tasks",
    "/data/projects/{project}/tasks?page=1",
    "/data/shots/{shot}/tasks?relations=true",
    "/data/shots/with-tasks?project_id={project}",
    "/data/assets/with-tasks?project_id={project}",
    "/data/tasks/open-tasks?project_id={project}",
]


def rows_of(answer: Any, place: str) -> list[Row]:
    """The task rows of an answer, wherever they stand in it."""
    if isinstance(answer, dict):
        found = answer.get("data", answer) if "data" in answer and isinstance(answer["data"], list) else answer
        if isinstance(found, dict):
            return found["tasks"] if "with-tasks" in place and "tasks" in found else [found]
        answer = found
    return [row for item in answer for row in rows_of(item, place)]


@pytest.mark.parametrize("path", ROWS)
def test_rows_of_tasks_are_blank_to_clients_and_whole_to_others(callers: Callers, path: str) -> None:
    for who in (*CLIENTS, *WHOLE):
        rows = rows_of(callers.people[who].get(path.format(**callers.ids)), path)
        assert rows, who
        for row in rows:
            shown = {key: row[key] for key in BLANK if key in row}
            assert {"duration", "estimation", "priority", "due_date"} <= shown.keys()
            if who in CLIENTS:
                assert shown == {key: BLANK[key] for key in shown}, who
            else:
                assert {key: shown[key] for key in NUMBERS if key in shown} == {
                    key: value for key, value in NUMBERS.items() if key in shown
                }, who
                assert all(shown[key] for key in shown), who


def test_a_whole_task_names_nobody_to_clients(callers: Callers) -> None:
    path = f"/data/tasks/{callers.ids['task']}/full"
    for who in CLIENTS:
        full = callers.people[who].get(path)
        assert full["persons"] == []
        assert "assigner" not in full
    full = callers.people["artist"].get(path)
    assert callers.people["Doerella"].id in {person["id"] for person in full["persons"]}
    assert full["assigner"]["id"] == callers.people["Giverella"].id


def test_who_is_client_of_one_production_sees_whole_tasks_of_another(studio: Studio) -> None:
    both = studio.person("Both", "client")
    rows: dict[str, Row] = {}
    projects: dict[str, str] = {}
    for role in ("client", "manager"):
        project = studio.project(role)
        projects[role] = project["id"]
        studio.join(project, both, role)
        shot = studio.entity("Shot", f"SH {role}", project, studio.entity("Sequence", "SQ", project))
        studio.task(shot, assignees=[both], estimation=77, priority=2)
    for row in both.get("/data/tasks?relations=true"):
        rows["manager" if row["estimation"] else "client"] = row
    assert (rows["manager"]["estimation"], rows["manager"]["priority"], rows["manager"]["assignees"]) == (
        77,
        2,
        [both.id],
    )
    assert (rows["client"]["estimation"], rows["client"]["priority"], rows["client"]["assignees"]) == (0, 0, [])
    for role, shown in (("client", 0), ("manager", 77)):
        (shot,) = both.get(f"/data/shots/with-tasks?project_id={projects[role]}")
        assert shot["tasks"][0]["estimation"] == shown
    assert both.get("/data/tasks/open-tasks")["stats"]["total_estimation"] == 77
    assert both.get("/data/tasks/open-tasks/burndown")["total_estimation"] == 77


@pytest.mark.parametrize(
    "filter",
    [
        *(f"{key}={value}" for key, value in NUMBERS.items()),
        *(f"{key}={value}" for key, value in DATES.items()),
        "difficulty=5",
        "priority=[905091]",
        "assigner_id={giver}",
        "assignees={doer}",
    ],
)
def test_no_task_is_found_by_what_is_blank(callers: Callers, filter: str) -> None:
    names = {"giver": callers.people["Giverella"].id, "doer": callers.people["Doerella"].id}
    path = f"/data/tasks?project_id={callers.ids['project']}&{filter.format(**names)}"
    assert callers.people["artist"].get(path)
    for who in CLIENTS:
        assert callers.people[who].get(path) == [], who


@pytest.mark.parametrize(
    "filter", ["start_date=2031-01-01", "due_date=2031-12-31", "person_id={doer}", "department_id={department}"]
)
def test_the_board_finds_nothing_by_what_is_blank(callers: Callers, filter: str) -> None:
    studio, doer = callers.studio, callers.people["Doerella"]
    department = studio.department("Doers", doer)
    path = f"/data/tasks/open-tasks?project_id={callers.ids['project']}&" + filter.format(
        doer=doer.id, department=department["id"]
    )
    assert callers.people["artist"].get(path)["data"]
    for who in CLIENTS:
        assert callers.people[who].get(path)["data"] == [], who
    everything = callers.people["client"].get(f"/data/tasks/open-tasks?project_id={callers.ids['project']}")
    nobodys = callers.people["client"].get(
        f"/data/tasks/open-tasks?project_id={callers.ids['project']}&person_id=unassigned"
    )
    assert len(nobodys["data"]) == len(everything["data"]) > 0


def test_sums_over_tasks_tell_clients_nothing(callers: Callers) -> None:
    path = f"/data/tasks/open-tasks?project_id={callers.ids['project']}"
    burndown = f"/data/tasks/open-tasks/burndown?project_id={callers.ids['project']}"
    for who in CLIENTS:
        stats = callers.people[who].get(path)["stats"]
        assert (stats["total_duration"], stats["total_estimation"]) == (0, 0)
        assert stats["total"] > 0
        down = callers.people[who].get(burndown)
        assert (down["total_estimation"], down["done_by_day"]) == (0, [])
        figures = callers.people[who].get("/data/tasks/open-tasks/stats")[callers.ids["project"]]
        assert (figures["total_duration"], figures["total_estimation"]) == (0, 0)
    assert callers.people["artist"].get(burndown)["done_by_day"][0]["date"] == "2031-04-19"


def test_sheets_tell_clients_nothing(callers: Callers) -> None:
    callers.studio.store(Playlist, callers.ids["playlist"], for_client=True)
    callers.studio.store(
        Playlist,
        callers.ids["playlist"],
        shots=[{"entity_id": callers.ids["entity"], "preview_file_id": callers.ids["preview_file"]}],
    )
    playlist = f"/export/csv/playlists/{callers.ids['playlist']}"
    shots = f"/export/csv/projects/{callers.ids['project']}/shots.csv"
    spent = f"{NUMBERS['duration'] / 480:.2f}"
    for who, knows in (("manager", True), ("client", False), ("manager as client", False)):
        assert (str(NUMBERS["retake_count"]) in callers.people[who].get(playlist)) is knows, who
        sheet = callers.people[who].get(shots)
        assert "Shot" in sheet
        assert (spent in sheet) is knows, who
        assert ("Doerella" in sheet) is knows, who


def test_clients_are_not_told_who_works_on_what(callers: Callers) -> None:
    """Nobody's tasks, nothing related to them, no change of what is blank, no assigning."""
    doer, client, admin = callers.people["Doerella"], callers.people["client"], callers.people["admin"]
    task_type = callers.ids["task_type"]
    for path in (f"related-tasks/{task_type}", "done-tasks"):
        assert callers.people["artist"].get(f"/data/persons/{doer.id}/{path}")
        assert client.get(f"/data/persons/{doer.id}/{path}") == []
    after = admin.get("/data/events?after=last")["last"]
    admin.put(f"/data/tasks/{callers.ids['task']}", {"estimation": 5, "description": "Opened"})
    admin.put(f"/actions/tasks/{callers.ids['task']}/assign", {"person_id": callers.people["supervisor"].id})

    def told(who: Member) -> str:
        return who.call("GET", f"/data/events?after={after}&limit=1000").text

    for word in ("estimation", "assigner_id", "task:assign"):
        assert word in told(callers.people["artist"])
        assert word not in told(client)
    assert "Opened" in told(client)


@pytest.mark.parametrize(
    ("path", "others"),
    [
        ("/data/projects/{project}/quotas/{task_type}", ("artist", "vendor")),
        ("/data/projects/{project}/quotas/persons/{client}", ("supervisor",)),
        ("/data/projects/{project}/episodes/retake-stats", ("artist", "vendor")),
        ("/data/projects/{project}/time-spents", ("supervisor",)),
        ("/data/projects/{project}/milestones", ("artist", "vendor")),
        ("/data/milestones/{milestone}", ("artist",)),
        ("/data/projects/{project}/schedule-items", ("artist",)),
        ("/data/projects/{project}/schedule-items/task-types", ("artist",)),
        ("/data/projects/{project}/news", ("artist", "vendor")),
        ("/data/projects/{project}/news/{news}", ("artist",)),
        ("/actions/tasks/{task}/time-spents", ("artist", "vendor")),
        ("/data/entities/{shot}/time-spents", ("artist", "vendor")),
    ],
)
def test_what_the_studio_plans_and_spends_is_not_for_clients(
    callers: Callers, path: str, others: tuple[str, ...]
) -> None:
    ids = {**callers.ids, "client": callers.people["client"].id}
    for who in CLIENTS:
        callers.people[who].get(path.format(**ids), status=403)
    for who in others:
        callers.people[who].get(path.format(**ids))


def test_clients_find_no_news_of_their_productions_in_the_feed_of_all(callers: Callers) -> None:
    assert callers.people["artist"].get("/data/projects/news")["data"]
    assert callers.people["client"].get("/data/projects/news")["data"] == []
    assert callers.people["client"].get(f"/data/projects/news?project_id={callers.ids['project']}")["data"] == []


def test_a_production_says_whether_clients_see_its_statistics(callers: Callers) -> None:
    path = f"/data/projects/{callers.ids['project']}/episodes/stats"
    with callers.studio.tracker.work() as work:
        work.update(Entity, callers.ids["sequence"], parent_id=callers.ids["episode"])
    for who in CLIENTS:
        cells = callers.people[who].get(path)["all"]["all"].values()
        assert [cell["count"] for cell in cells] == [1]
        assert [cell["drawings"] for cell in cells] == [0], "drawings are blank"
    callers.people["admin"].put(f"/data/projects/{callers.ids['project']}", {"is_client_stats_visible": False})
    for who in CLIENTS:
        callers.people[who].get(path, status=403)
    cells = callers.people["artist"].get(path)["all"]["all"].values()
    assert [cell["drawings"] for cell in cells] == [NUMBERS["nb_drawings"]]


@pytest.mark.parametrize(
    "path", ["/data/tasks/{task}/previews", "/data/entities/{entity}/preview-files", "/data/shots/{shot}/preview-files"]
)
def test_previews_that_were_rejected_are_left_out_for_clients(callers: Callers, path: str) -> None:
    with callers.studio.tracker.work() as work:
        at_shot = work.db.value(Task.select(Task.id).where(Task.entity_id == callers.ids["shot"]))
        for task_id in (callers.ids["task"], at_shot):
            work.insert(PreviewFile, name="No good", task_id=task_id, revision=7, validation_status="rejected")
            work.insert(PreviewFile, name="Good", task_id=task_id, revision=8, validation_status="neutral")

    def revisions(who: str) -> set[int]:
        found = callers.people[who].get(path.format(**callers.ids))
        rows = [row for rows in found.values() for row in rows] if isinstance(found, dict) else found
        return {row["revision"] for row in rows}

    assert {7, 8} <= revisions("artist")
    for who in CLIENTS:
        assert 8 in revisions(who)
        assert 7 not in revisions(who)


SHORT = {"id", "type", "first_name", "last_name", "full_name", "has_avatar", "active", "role", "is_bot"}


def test_clients_are_listed_the_people_of_their_teams_in_few_words(callers: Callers) -> None:
    studio, client, artist = callers.studio, callers.people["client"], callers.people["artist"]
    stranger = studio.person("Strangerella")
    studio.department("Everybody", stranger, artist)
    department = studio.department("Everybody")["id"]
    for path in (
        "/data/persons",
        "/data/persons?relations=true",
        "/data/persons?page=1",
        f"/data/departments/{department}/persons",
    ):
        listed = client.get(path)
        rows = listed["data"] if isinstance(listed, dict) else listed
        ids = {row["id"] for row in rows}
        assert artist.id in ids, path
        assert stranger.id not in ids, path
        assert all(row.keys() == SHORT for row in rows), path
    assert {row["id"] for row in client.get(f"/data/departments/{department}/persons")} == {artist.id}
    team = client.get(f"/data/projects/{callers.ids['project']}/team")
    assert team
    assert all(row.keys() == SHORT | {"project_role"} for row in team)
    assert stranger.id in {row["id"] for row in artist.get("/data/persons")}
    assert "departments" in artist.get("/data/persons?relations=true")[0]
    client.get("/data/persons?email=x@y.zz", status=400)
    for who, found in (("client", []), ("artist", [stranger.id])):
        people = callers.people[who].post("/data/search", {"query": "Strangerella"}, status=200)["persons"]
        assert [row["id"] for row in people] == found
    rows = client.post("/data/search", {"query": artist.row["first_name"]}, status=200)["persons"]
    assert rows
    assert all(row.keys() == SHORT | {"matched_terms"} for row in rows)
