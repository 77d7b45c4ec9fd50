"""Time that people spent: rows, sums, tables and quotas (docs/api/people.md)."""

from typing import Any

import pytest
from studio import Member, Studio

from kitsulite.models.people import TimeSpent
from kitsulite.models.tasks import Task
from kitsulite.models.tools import ApiEvent
from kitsulite.storage import Row

JUNE = "2024/6"


class Production:
    """Ann animates a shot of one project; Moe manages it, Sue supervises its animation, Kim is from elsewhere."""

    def __init__(self, studio: Studio) -> None:
        self.studio = studio
        self.admin = studio.person("Ada", role="admin")
        self.ann = studio.person("Ann")
        self.bob = studio.person("Bob")
        self.moe = studio.person("Moe", role="manager")
        self.sue = studio.person("Sue", role="supervisor")
        self.kim = studio.person("Kim", role="manager")
        self.project = studio.project("Caminandes", team=[self.ann, self.moe, self.sue])
        self.department = studio.department("Animation", self.sue)
        self.animation = studio.task_type("Animation", self.department)
        self.layout = studio.task_type("Layout")
        episode = studio.entity("Episode", "E01", self.project)
        self.sequence = studio.entity("Sequence", "SQ01", self.project, episode)
        self.shot = studio.entity("Shot", "SH01", self.project, self.sequence)
        self.task = studio.task(self.shot, self.animation, assignees=[self.ann])

    def spend(self, date: str, duration: float, person: Member | None = None, task: Row | None = None) -> Row:
        person_id, task_id = (person or self.ann).id, (task or self.task)["id"]
        return self.studio.add(TimeSpent, date=date, duration=duration, person_id=person_id, task_id=task_id)

    def path(self, rest: str, person: Member | None = None) -> str:
        return f"/data/persons/{(person or self.ann).id}/time-spents{rest}"


@pytest.fixture
def production(studio: Studio) -> Production:
    return Production(studio)


def events(studio: Studio) -> list[str]:
    with studio.tracker.db.reading():
        return studio.tracker.db.values(ApiEvent.select(ApiEvent.name).order_by(ApiEvent.created_at))


# --- rows ---


def test_time_spent_adds_up_to_the_duration_of_its_task(production: Production) -> None:
    studio, ann, admin, task = production.studio, production.ann, production.admin, production.task
    other = studio.task(production.shot, production.layout, assignees=[ann])
    body: dict[str, Any] = {"person_id": ann.id, "task_id": task["id"]}
    first = admin.post("/data/time-spents", {**body, "date": "2024-06-03", "duration": 100})
    second = admin.post("/data/time-spents", {**body, "date": "2024-06-04", "duration": "30"})
    assert studio.row(Task, task["id"])["duration"] == 130.0
    admin.put(f"/data/time-spents/{first['id']}", {"duration": 20})
    admin.put(f"/data/time-spents/{second['id']}", {"task_id": other["id"]})
    assert studio.row(Task, task["id"])["duration"] == 20.0
    assert studio.row(Task, other["id"])["duration"] == 30.0
    admin.delete(f"/data/time-spents/{first['id']}")
    assert studio.row(Task, task["id"])["duration"] == 0.0
    told = events(studio)
    assert told[:2] == ["task:update", "time-spent:new"]
    assert told[-2:] == ["time-spent:delete", "task:update"]


def test_time_spent_has_to_be_more_than_nothing_and_on_a_task(production: Production) -> None:
    body = {"person_id": production.ann.id, "date": "2024-06-03", "duration": 0}
    answer = production.admin.post("/data/time-spents", body, status=400)
    assert answer == {"message": "'task_id'"}
    answer = production.admin.post("/data/time-spents", {**body, "task_id": production.task["id"]}, status=400)
    assert answer == {"message": "The data conflicts with database integrity rules."}


def test_time_is_taken_back_by_the_assignee_or_the_projects_manager_only(production: Production) -> None:
    mine, theirs, foreign = (production.spend(f"2024-06-0{day}", 10) for day in (1, 2, 3))
    strangers = production.spend("2024-06-04", 10, person=production.bob)
    production.sue.delete(f"/data/time-spents/{mine['id']}", status=403)
    production.kim.delete(f"/data/time-spents/{foreign['id']}", status=403)
    production.admin.delete(f"/data/time-spents/{strangers['id']}", status=403)  # Bob is not on the task
    production.ann.delete(f"/data/time-spents/{mine['id']}")
    production.moe.delete(f"/data/time-spents/{theirs['id']}")


def test_lists_of_time_spents_take_a_range_of_days(production: Production) -> None:
    days = ["2024-06-01", "2024-06-15", "2024-06-30", "2024-07-01"]
    for day in days:
        production.spend(day, 10)
    admin = production.admin
    for path in ("/data/time-spents", production.path("")):
        assert [row["date"] for row in admin.get(path)] == days
        within = admin.get(f"{path}?start_date=2024-06-15&end_date=2024-06-30")
        assert [row["date"] for row in within] == days[1:3]
        assert "both" in admin.get(f"{path}?start_date=2024-06-15", status=400)["message"]
        wrong = admin.get(f"{path}?start_date=june&end_date=2024-06-30", status=400)
        assert wrong["message"] == "Wrong date format for june and/or 2024-06-30"
    production.ann.get(production.path(""), status=403)
    for who, path in ((admin, production.path("")), (production.ann, "/data/user/time-spents")):
        places = {(row["project_id"], row["task_type_id"]) for row in who.get(path)}
        assert places == {(production.task["project_id"], production.task["task_type_id"])}, path


def test_the_time_of_a_day_shows_to_whom_it_concerns(production: Production) -> None:
    studio = production.studio
    layout = studio.task(production.shot, production.layout)
    elsewhere = studio.task(studio.entity("Shot", "X", studio.project()), production.animation)
    for task in (production.task, layout, elsewhere):
        production.spend("2024-06-03", 10, task=task)
    for path in (production.path("/2024-06-03"), production.path("/by-date?date=2024-06-03")):
        seen = {who: len(who.get(path)) for who in (production.admin, production.ann, production.moe, production.sue)}
        assert list(seen.values()) == [3, 3, 2, 1]  # Sue only has animation
        assert production.kim.get(path) == []
        production.bob.get(path, status=403)
    wrong = production.ann.get(production.path("/2024-06-31"), status=400)
    assert wrong["message"] == "Invalid month or year."


def test_bots_have_no_time_and_nobody_is_not_found_whoever_asks(production: Production) -> None:
    bot = production.studio.person("Robot", is_bot=True)
    production.admin.get(production.path("/2024-06-03", bot), status=403)
    production.bob.get("/data/persons/nobody/time-spents/2024-06-03", status=404)


# --- sums ---


def test_sums_say_what_was_spent_on_each_task_and_where_it_is(production: Production) -> None:
    asset = production.studio.entity("Prop", "Tree", production.project)
    modeling = production.studio.task(asset, "Modeling", assignees=[production.ann])
    for day, minutes in (("2024-06-03", 100.0), ("2024-06-09", 50.0), ("2024-06-30", 25.0), ("2025-01-01", 5.0)):
        production.spend(day, minutes)
    production.spend("2024-06-04", 7.5, task=modeling)
    ann = production.ann
    found = {row["task_id"]: row for row in ann.get(production.path(f"/month/{JUNE}"))}
    assert found[production.task["id"]] == {
        "task_id": production.task["id"],
        "task_type_id": production.animation["id"],
        "project_id": production.project["id"],
        "project_name": "Caminandes",
        "entity_name": "SH01",
        "entity_type_name": "Shot",
        "sequence_name": "SQ01",
        "episode_name": "E01",
        "duration": 175.0,
    }
    assert found[modeling["id"]]["sequence_name"] is None
    assert found[modeling["id"]]["duration"] == 7.5

    def spent(rest: str) -> float:
        return sum(row["duration"] for row in ann.get(production.path(rest)))

    assert spent("/year/2024") == 182.5
    assert spent("/week/2024/23") == 157.5  # from the 3rd to the 9th
    assert spent("/day/2024/06/30") == 25.0
    assert spent("/week/2025/1") == 5.0  # the week that began in 2024
    assert len(ann.get(production.path(f"/month/all/{JUNE}"))) == 4


@pytest.mark.parametrize(
    ("rest", "message"),
    [
        ("/year/24x", "Invalid date format."),
        ("/year/0", "Invalid date format."),
        ("/month/2024/13", "Invalid date format."),
        ("/week/2024/53", "Invalid month or year."),
        ("/day/2023/02/29", "Invalid month or year."),
        ("/month/all/2024/june", "Invalid month or year."),
        ("/year/2024?project_id=12", "Wrong UUID format."),
    ],
)
def test_periods_that_are_none_are_refused(production: Production, rest: str, message: str) -> None:
    assert production.ann.get(production.path(rest), status=400)["message"] == message


def test_sums_can_be_of_one_project_that_is_ones_own(production: Production) -> None:
    studio = production.studio
    other = studio.project("Other")
    task = studio.task(studio.entity("Shot", "X", other), production.animation)
    production.spend("2024-06-03", 10)
    production.spend("2024-06-03", 20, task=task)
    path = production.path(f"/month/{JUNE}?project_id=")
    assert [row["duration"] for row in production.ann.get(path + other["id"])] == [20.0]
    assert [row["duration"] for row in production.moe.get(path + production.project["id"])] == [10.0]
    production.moe.get(path + other["id"], status=403)
    production.ann.get(production.path(f"/month/{JUNE}", production.moe), status=403)


# --- tables ---


def test_tables_tell_minutes_by_unit_and_person(production: Production) -> None:
    ann, bob, admin = production.ann, production.bob, production.admin
    production.spend("2023-12-31", 1)
    production.spend("2024-01-01", 10)
    production.spend("2024-12-30", 20)  # of week 1 of 2025
    production.spend("2024-12-30", 5.5, person=bob)
    production.spend("2021-01-02", 4)  # of week 53 of 2020
    table = "/data/persons/time-spents"
    assert admin.get(f"{table}/year-table") == {
        "2021": {ann.id: 4.0},
        "2023": {ann.id: 1.0},
        "2024": {ann.id: 30.0, bob.id: 5.5},
    }
    assert admin.get(f"{table}/month-table/2024") == {"1": {ann.id: 10.0}, "12": {ann.id: 20.0, bob.id: 5.5}}
    assert admin.get(f"{table}/week-table/2020") == {"53": {ann.id: 4.0}}
    assert admin.get(f"{table}/week-table/2021") == {}
    assert admin.get(f"{table}/week-table/2023") == {"52": {ann.id: 1.0}}
    assert admin.get(f"{table}/week-table/2024") == {"1": {ann.id: 10.0}}
    assert admin.get(f"{table}/week-table/2025") == {"1": {ann.id: 20.0, bob.id: 5.5}}
    assert admin.get(f"{table}/day-table/2024/12") == {"30": {ann.id: 20.0, bob.id: 5.5}}
    for path in ("month-table/1x", "week-table/99999", "week-table/9999", "day-table/2024/13"):
        admin.get(f"{table}/{path}", status=400)


def test_tables_show_others_only_what_is_theirs(production: Production) -> None:
    studio = production.studio
    elsewhere = studio.task(studio.entity("Shot", "X", studio.project("Other")), production.animation)
    layout = studio.task(production.shot, production.layout)
    production.spend("2024-06-03", 1)
    production.spend("2024-06-03", 2, task=layout)
    production.spend("2024-06-03", 4, task=elsewhere)
    production.spend("2024-06-03", 8, person=production.bob, task=elsewhere)
    path = "/data/persons/time-spents/year-table"
    ann, bob = production.ann.id, production.bob.id
    assert production.admin.get(path) == {"2024": {ann: 7.0, bob: 8.0}}
    assert production.moe.get(path) == {"2024": {ann: 3.0}}
    assert production.sue.get(path) == {"2024": {ann: 1.0}}
    assert production.bob.get(path) == {"2024": {bob: 8.0}}
    assert production.kim.get(path) == {}
    other = elsewhere["project_id"]
    production.moe.get(f"{path}?project_id={other}", status=403)
    assert production.bob.get(f"{path}?project_id={other}") == {"2024": {bob: 8.0}}
    production.bob.get(f"{path}?project_id=no", status=400)


def test_tables_narrow_down_by_department_and_studio(production: Production) -> None:
    studio = production.studio
    lighting = studio.department("Lighting")
    layout = studio.task(production.shot, production.layout)
    production.spend("2024-06-03", 1)
    production.spend("2024-06-03", 2, task=layout)
    path = "/data/persons/time-spents/year-table"
    ann = production.ann.id
    assert production.admin.get(f"{path}?department_id={production.department['id']}") == {"2024": {ann: 1.0}}
    assert production.sue.get(f"{path}?department_id={production.department['id']}") == {"2024": {ann: 1.0}}
    refused = production.sue.get(f"{path}?department_id={lighting['id']}", status=400)
    assert refused["message"] == "Supervisor not allowed to access this department"
    paris = production.admin.post("/data/studios", {"name": "Paris", "color": "#000000"})
    production.admin.put(f"/data/persons/{ann}", {"studio_id": paris["id"]})
    production.spend("2024-06-04", 4, person=production.bob)
    assert production.admin.get(f"{path}?studio_id={paris['id']}") == {"2024": {ann: 3.0}}


# --- quotas ---


def quotas(production: Production, period: str, who: Member | None = None, mode: str = "") -> dict[str, float]:
    query = f"?project_id={production.project['id']}&task_type_id={production.animation['id']}"
    path = f"/data/persons/{production.ann.id}/quota-shots/{period}{query}{mode and '&count_mode=' + mode}"
    return {row["full_name"]: row["weight"] for row in (who or production.ann).get(path)}


def shot(production: Production, name: str, *, spent: dict[str, float] | None = None, **dates: str) -> Row:
    entity = production.studio.entity("Shot", name, production.project, production.sequence)
    duration = sum((spent or {}).values())
    task = production.studio.task(entity, production.animation, assignees=[production.ann], duration=duration, **dates)
    for day, minutes in (spent or {}).items():
        production.spend(day, minutes, task=task)
    return task


def test_quotas_count_shots_by_the_day_they_were_sent_or_done(production: Production) -> None:
    shot(production, "A", end_date="2024-06-03T10:00:00", done_date="2024-07-03T10:00:00")
    shot(production, "B", end_date="2024-06-30T22:30:00")  # the first of July in Paris
    asset = production.studio.entity("Prop", "Tree", production.project)
    production.studio.task(asset, production.animation, assignees=[production.ann], end_date="2024-06-03T10:00:00")
    assert quotas(production, f"month/{JUNE}", mode="feedback") == {"E01 / SQ01 / A": 1}
    production.admin.put(f"/data/persons/{production.ann.id}", {"timezone": "Atlantic/Azores"})
    assert quotas(production, f"month/{JUNE}", mode="feedback") == {"E01 / SQ01 / A": 1, "E01 / SQ01 / B": 1}
    assert quotas(production, "year/2024", mode="done") == {"E01 / SQ01 / A": 1}
    assert quotas(production, "week/2024/23", mode="done") == {}


def test_weighted_quotas_share_a_shot_out_over_the_time_spent_on_it(production: Production) -> None:
    times = {"2024-05-31": 200.0, "2024-06-03": 60.0, "2024-06-04": 40.0}
    shot(production, "A", end_date="2024-06-10T10:00:00", spent=times)
    shot(production, "Z", spent={"2024-06-03": 60.0})  # not sent yet
    assert quotas(production, f"month/{JUNE}") == {"E01 / SQ01 / A": pytest.approx(0.33)}
    assert quotas(production, "day/2024/6/3") == {"E01 / SQ01 / A": pytest.approx(0.2)}
    assert quotas(production, f"month/{JUNE}", mode="weighteddone") == {}


def test_without_time_spent_weighted_quotas_share_a_shot_out_over_its_weekdays(production: Production) -> None:
    began = "2024-05-30T09:00:00"  # a Thursday
    shot(production, "A", real_start_date=began, end_date="2024-06-05T10:00:00")
    shot(production, "B", real_start_date="2024-06-04T09:00:00", end_date="2024-06-05T10:00:00")
    shot(production, "C", real_start_date="2024-06-28T09:00:00", end_date="2024-07-02T10:00:00")
    shot(production, "D", real_start_date=began, end_date="2024-07-03T10:00:00")
    weights = quotas(production, f"month/{JUNE}")
    assert [weights[f"E01 / SQ01 / {name}"] for name in "ABCD"] == pytest.approx(
        [
            round(4 / 5, 2),  # 3, 4, 5 June and one, of five weekdays
            1.0,
            round(1 / 3, 2),  # the last Friday, of three weekdays
            round(1 / 25, 2),  # spans the month
        ]
    )
    assert quotas(production, "week/2024/23") == {
        "E01 / SQ01 / A": pytest.approx(0.6),  # 4, 5 June and one
        "E01 / SQ01 / B": 1.0,
        "E01 / SQ01 / D": pytest.approx(0.04),
    }


def test_quotas_are_ones_own_or_of_the_managers_project(production: Production) -> None:
    shot(production, "A", end_date="2024-06-03T10:00:00")
    for who in (production.admin, production.ann, production.moe):
        assert len(quotas(production, f"month/{JUNE}", who, mode="feedback")) == 1
    path = f"/data/persons/{production.ann.id}/quota-shots/month/{JUNE}"
    here = f"{path}?project_id={production.project['id']}"
    for who in (production.kim, production.sue, production.bob):
        who.get(here, status=403)
    production.moe.get(f"/data/persons/{production.moe.id}/quota-shots/month/{JUNE}", status=403)
    assert production.ann.get(path) == []
    production.ann.get(f"{path}?project_id=", status=404)
    assert "count_mode" in production.ann.get(f"{here}&count_mode=all", status=400)["message"]
    production.ann.get(here.replace(JUNE, "2024/13"), status=400)
