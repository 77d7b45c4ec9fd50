"""Days on which people are away (docs/api/people.md)."""

from typing import Any

import pytest
from studio import Member, Studio

from kitsulite.models.people import DayOff, TimeSpent
from kitsulite.models.tasks import Task


@pytest.fixture
def ann(studio: Studio) -> Member:
    return studio.person("Ann")


@pytest.fixture
def admin(studio: Studio) -> Member:
    return studio.person("Ada", role="admin")


def away(person: Member, date: str, end_date: str = "", **more: Any) -> dict[str, Any]:
    return {"person_id": person.id, "date": date, "end_date": end_date or date, **more}


def dates(rows: list[dict[str, Any]]) -> list[str]:
    return [row["date"] for row in rows]


def test_people_note_their_own_days_off_and_admins_everybodys(studio: Studio, ann: Member, admin: Member) -> None:
    bob = studio.person("Bob", role="manager")
    own = ann.post("/data/day-offs", away(ann, "2024-06-03", description="Dentist"))
    assert own["type"] == "DayOff"
    assert own["description"] == "Dentist"
    bob.post("/data/day-offs", away(ann, "2024-06-04"), status=403)
    bob.get(f"/data/day-offs/{own['id']}", status=403)
    bob.delete(f"/data/day-offs/{own['id']}", status=403)
    ann.put(f"/data/day-offs/{own['id']}", {"person_id": bob.id}, status=403)
    ann.get("/data/day-offs", status=403)
    assert admin.put(f"/data/day-offs/{own['id']}", {"person_id": bob.id})["person_id"] == bob.id
    assert admin.get("/data/day-offs") == [bob.get(f"/data/day-offs/{own['id']}")]
    bob.delete(f"/data/day-offs/{own['id']}")


@pytest.mark.parametrize("missing", ["date", "end_date", "person_id"])
def test_a_day_off_needs_a_person_and_both_days(ann: Member, admin: Member, missing: str) -> None:
    body = away(ann, "2024-06-03")
    del body[missing]
    assert admin.post("/data/day-offs", body, status=400) == {"message": f"'{missing}'"}


def test_nobody_is_away_twice_on_a_day(studio: Studio, ann: Member) -> None:
    first = ann.post("/data/day-offs", away(ann, "2024-06-03", "2024-06-07"))
    second = ann.post("/data/day-offs", away(ann, "2024-06-08"))
    for date, end_date in (("2024-06-07", "2024-06-20"), ("2024-05-01", "2024-07-01"), ("2024-06-04", "2024-06-05")):
        refused = ann.post("/data/day-offs", away(ann, date, end_date), status=400)
        assert refused["message"] == "Day off already exists for this period"
    ann.put(f"/data/day-offs/{first['id']}", {"end_date": "2024-06-08"}, status=400)
    ann.put(f"/data/day-offs/{first['id']}", {"end_date": "2024-06-06"})
    backwards = ann.put(f"/data/day-offs/{second['id']}", {"end_date": "2024-06-07"}, status=400)
    assert backwards["message"] == "The data conflicts with database integrity rules."
    bob = studio.person("Bob")
    bob.post("/data/day-offs", away(bob, "2024-06-03"))


def test_who_is_away_spends_no_time(studio: Studio, ann: Member) -> None:
    task = studio.task(studio.entity("Shot", "SH01", studio.project()), duration=30.0)
    spent = {"task_id": task["id"], "duration": 10, "person_id": ann.id}
    for day in ("2024-06-02", "2024-06-03", "2024-06-05"):
        studio.add(TimeSpent, date=day, **spent)
    row = ann.post("/data/day-offs", away(ann, "2024-06-03", "2024-06-04"))

    def left() -> list[str]:
        with studio.tracker.db.reading():
            return studio.tracker.db.values(TimeSpent.select(TimeSpent.date).order_by(TimeSpent.date))

    assert left() == ["2024-06-02", "2024-06-05"]
    ann.put(f"/data/day-offs/{row['id']}", {"end_date": "2024-06-05"})
    assert left() == ["2024-06-02"]
    assert studio.row(Task, task["id"])["duration"] == 30.0


def test_days_off_are_listed_by_the_period_they_touch(studio: Studio, ann: Member, admin: Member) -> None:
    for date, end_date in (
        ("2023-12-30", "2024-01-02"),
        ("2024-06-03", "2024-06-03"),
        ("2024-06-30", "2024-07-01"),
        ("2025-01-01", "2025-01-01"),
    ):
        studio.add(DayOff, **away(ann, date, end_date))
    path = f"/data/persons/{ann.id}/day-offs"
    assert len(ann.get(path)) == 4
    assert dates(ann.get(f"{path}/year/2024")) == ["2023-12-30", "2024-06-03", "2024-06-30"]
    assert dates(ann.get(f"{path}/month/2024/7")) == ["2024-06-30"]
    assert dates(admin.get(f"{path}/month/2024/06")) == ["2024-06-03", "2024-06-30"]
    assert dates(ann.get(f"{path}/week/2024/23")) == ["2024-06-03"]
    assert ann.get(f"{path}/2024-01-01")["date"] == "2023-12-30"
    assert ann.get(f"{path}/2024-02-01") == {}
    for wrong in ("year/no", "month/2024/0", "week/2024/54", "2024-02-30"):
        assert ann.get(f"{path}/{wrong}", status=400)["message"] == "Invalid date format."


def test_days_off_are_seen_by_oneself_and_admins_and_not_by_any_manager(
    studio: Studio, ann: Member, admin: Member
) -> None:
    bob = studio.person("Bob", role="manager")
    robot = studio.person("Robot", is_bot=True)
    for rest in ("", "/year/2024", "/month/2024/6", "/week/2024/23", "/2024-06-03"):
        bob.get(f"/data/persons/{ann.id}/day-offs{rest}", status=403)
        admin.get(f"/data/persons/{robot.id}/day-offs{rest}", status=403)
        bob.get(f"/data/persons/nobody/day-offs{rest}", status=404)


def test_days_off_are_known_to_who_leads_a_production_that_the_person_is_in(studio: Studio, ann: Member) -> None:
    """Managers with what they are for; supervisors of a department of the person's, or of all, the days alone."""
    studio.department("Artists", ann)
    meg, mel = studio.person("Meg", "manager"), studio.person("Mel")
    sue, sam, sol = (studio.person(name, "supervisor") for name in ("Sue", "Sam", "Sol"))
    studio.department("Artists", sue)
    studio.department("Other", sol)
    bob, cleo, eve = studio.person("Bob"), studio.person("Cleo", "client"), studio.person("Eve", "manager")
    project = studio.project(team=[ann, meg, sue, sam, sol, bob, cleo])
    studio.join(project, mel, "manager")
    studio.project(team=[eve])
    row = studio.add(DayOff, **away(ann, "2024-06-03", description="Dentist"))
    paths = [f"/data/persons/{ann.id}/day-offs{rest}" for rest in ("", "/year/2024", "/month/2024/6", "/week/2024/23")]
    paths += ["/data/persons/day-offs/2024", "/data/persons/day-offs/2024/6"]

    def seen(who: Member, path: str) -> Any:
        answer = who.call("GET", path)
        if answer.status == 403:
            return None
        rows = answer.json if isinstance(answer.json, list) else [answer.json]
        assert all(found["id"] == row["id"] for found in rows)
        return [found["description"] for found in rows]

    for path in (*paths, f"/data/persons/{ann.id}/day-offs/2024-06-03", f"/data/day-offs/{row['id']}"):
        for who in (ann, meg, mel):
            assert seen(who, path) == ["Dentist"], (who.row["first_name"], path)
        for who in (sue, sam):
            assert seen(who, path) == [None], (who.row["first_name"], path)
        for who in (sol, bob, cleo, eve):
            assert not seen(who, path), (who.row["first_name"], path)
    meg.put(f"/data/day-offs/{row['id']}", {"description": "x"}, status=403)
    meg.delete(f"/data/day-offs/{row['id']}", status=403)


def test_what_a_day_off_is_for_is_told_to_managers_alone(studio: Studio, ann: Member, admin: Member) -> None:
    meg, sue, bob = studio.person("Meg", "manager"), studio.person("Sue", "supervisor"), studio.person("Bob")
    studio.project(team=[ann, meg, sue, bob])
    row = studio.add(DayOff, **away(ann, "2024-06-03", description="Dentist"))
    after = admin.get("/data/events?after=last")["last"]
    ann.put(f"/data/day-offs/{row['id']}", {"description": "Surgeon", "end_date": "2024-06-04"})

    def told(who: Member) -> str:
        return who.call("GET", f"/data/events?after={after}").text

    assert "Surgeon" in told(meg)
    assert "2024-06-04" in told(sue)
    assert "Surgeon" not in told(sue)
    assert "day-off" not in told(bob)


def test_a_months_days_off_are_everybodys_for_admins_and_ones_own_for_others(
    studio: Studio, ann: Member, admin: Member
) -> None:
    bob = studio.person("Bob", role="manager")
    studio.add(DayOff, **away(ann, "2024-06-03"))
    studio.add(DayOff, **away(bob, "2024-06-04"))
    for period in ("2024/6", "2024"):
        assert dates(admin.get(f"/data/persons/day-offs/{period}")) == ["2024-06-03", "2024-06-04"]
        assert dates(bob.get(f"/data/persons/day-offs/{period}")) == ["2024-06-04"]
    assert admin.get("/data/persons/day-offs/2024/7") == []
    admin.get("/data/persons/day-offs/2024/13", status=400)
