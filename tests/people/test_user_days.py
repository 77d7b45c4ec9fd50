"""One's own days: time spent, days off, presence, and one's picture (docs/api/me.md)."""

import pytest
from studio import Member, Studio

from kitsulite.models import new_id
from kitsulite.models.people import DayOff, Person, TimeSpent
from kitsulite.storage import Row

SPENT = "/data/user/time-spents"
LOGINS = "/data/user/desktop-login-logs"
DAYS = ("2024-03-01", "2024-03-02", "2024-03-03")


@pytest.fixture
def ann(studio: Studio) -> Member:
    return studio.person("Ann")


@pytest.fixture
def task(studio: Studio, ann: Member) -> Row:
    """A task on which Ann spent time on three days, and Bob on the first."""
    task = studio.task(studio.entity("Prop", "Ball", studio.project()), assignees=[ann])
    for day in DAYS:
        studio.add(TimeSpent, person_id=ann.id, task_id=task["id"], date=day, duration=60.0)
    studio.add(TimeSpent, person_id=studio.person("Bob").id, task_id=task["id"], date=DAYS[0], duration=5.0)
    return task


def days(rows: list[Row]) -> tuple[str, ...]:
    return tuple(row["date"] for row in rows)


def test_people_see_the_time_they_spent(ann: Member, task: Row) -> None:
    assert days(ann.get(SPENT)) == DAYS
    assert days(ann.get(f"{SPENT}?start_date=2024-03-02&end_date=2024-03-03")) == DAYS[1:]
    assert days(ann.get(SPENT, json={"start_date": "2024-03-01", "end_date": "2024-03-02"})) == DAYS[:2]
    assert days(ann.get(f"{SPENT}/2024-03-02")) == DAYS[1:2]
    assert ann.get(f"{SPENT}/2024-04-01") == []


def test_a_range_of_days_has_two_ends(ann: Member) -> None:
    problem = ann.get(f"{SPENT}?start_date=2024-03-02", status=400)
    assert problem["message"].startswith("If querying for a range of dates, both a `start_date` and an `end_date`")
    problem = ann.get(f"{SPENT}?start_date=x&end_date=2024-03-02", status=400)
    assert problem["message"] == "Wrong date format for x and/or 2024-03-02"


def test_people_see_what_they_spent_on_a_task_in_a_day(ann: Member, task: Row) -> None:
    path = f"/data/user/tasks/{task['id']}/time-spents"
    row = ann.get(f"{path}/2024-03-01")
    assert (row["type"], row["person_id"], row["duration"]) == ("TimeSpent", ann.id, 60.0)
    assert ann.get(f"{path}/2024-04-01") is None
    for id in (new_id(), "malformed"):
        ann.get(f"/data/user/tasks/{id}/time-spents/2024-03-01", status=404)


def test_people_see_the_day_off_that_covers_a_day(studio: Studio, ann: Member) -> None:
    row = studio.add(DayOff, person_id=ann.id, date="2024-03-02", end_date="2024-03-04")
    path = "/data/user/day-offs"
    found = [ann.get(f"{path}/2024-03-{day:02}") for day in (1, 2, 3, 4, 5)]
    assert found == [{}, row, row, row, {}]
    assert studio.person("Bob").get(f"{path}/2024-03-03") == {}


@pytest.mark.parametrize("path", [f"{SPENT}/{{}}", "/data/user/tasks/{task}/time-spents/{}", "/data/user/day-offs/{}"])
def test_a_day_that_is_none_is_refused(ann: Member, task: Row, path: str) -> None:
    for day in ("nope", "2024-02-30"):
        problem = ann.get(path.replace("{task}", task["id"]).replace("{}", day), status=400)
        assert problem == {"error": True, "message": "Wrong date format.", "data": None}


def test_people_note_when_they_sat_down_to_work(studio: Studio, ann: Member, task: Row) -> None:
    events: list[tuple[str, Row]] = []
    studio.tracker.listeners.append(lambda event: events.append((event.name, event.data)))
    first = ann.post(LOGINS, {"date": "2024-03-05T09:00:00.123456"})
    assert (first["type"], first["person_id"], first["date"]) == ("DesktopLoginLog", ann.id, "2024-03-05T09:00:00")
    assert events == [("person:update", {"person_id": ann.id})]
    assert studio.row(Person, ann.id)["last_presence"] == "2024-03-05"
    ann.post(LOGINS, {"date": "2024-03-01T09:00:00"})
    assert studio.row(Person, ann.id)["last_presence"] == "2024-03-05"
    now = ann.post(LOGINS)
    assert [row["id"] for row in ann.get(LOGINS)][:2] == [now["id"], first["id"]]
    assert studio.person().get(LOGINS) == []
    for date in ("yesterday", 5, ""):
        ann.post(LOGINS, {"date": date}, status=400)


def test_people_take_their_picture_away(studio: Studio, ann: Member) -> None:
    events: list[tuple[str, Row]] = []
    studio.tracker.listeners.append(lambda event: events.append((event.name, event.data)))
    with studio.tracker.work() as work:
        work.update(Person, ann.id, has_avatar=True)
    ann.delete("/actions/user/clear-avatar")
    assert studio.row(Person, ann.id)["has_avatar"] is False
    assert events == [("person:update", {"person_id": ann.id})]
