"""Budgets and what they are made of (docs/api/productions.md)."""

from typing import Any

import pytest
from film import Film, film

from kitsulite.models import new_id
from kitsulite.models.people import TimeSpent
from kitsulite.storage import Row

__all__ = ["film"]


def budget(film: Film, name: str = "First", **values: Any) -> Row:
    row: Row = film.ann.post(f"{film.path}/budgets", {"name": name, **values}, status=200)
    return row


def entries(film: Film, of: Row) -> str:
    return f"{film.path}/budgets/{of['id']}/entries"


@pytest.fixture
def body(film: Film) -> Row:
    department = film.studio.department("Layout")
    return {"department_id": department["id"], "start_date": "2026-03-01", "months_duration": "4", "daily_salary": 100}


def test_each_budget_of_a_production_is_its_next_revision(film: Film) -> None:
    film.events()
    first = budget(film)
    assert (first["revision"], first["currency"], first["type"]) == (1, "USD", "Budget")
    assert film.events() == [("budget:create", {"budget_id": first["id"]})]
    assert budget(film, "Second", currency="EUR")["revision"] == 2
    path = f"{film.path}/budgets/{first['id']}"
    assert film.ann.put(path, {"name": "", "currency": None})["name"] == ""
    film.ann.delete(path)
    assert [name for name, _ in film.events()] == ["budget:create", "budget:update", "budget:delete"]
    assert [(row["name"], row["revision"], "type" in row) for row in film.ann.get(f"{film.path}/budgets")] == [
        ("Second", 2, False)
    ]
    film.ann.post(f"{film.path}/budgets", {"name": "X", "currency": "EURO"}, status=400)
    film.ann.post(f"{film.path}/budgets", {}, status=400)


def test_budgets_are_for_managers_of_their_production_alone(film: Film, body: Row) -> None:
    own = budget(film)
    entry = film.ann.post(entries(film, own), body, status=200)
    elsewhere = film.studio.project(team=[film.ann])
    paths = [f"/budgets/{own['id']}", f"/budgets/{own['id']}/entries", f"/budgets/{own['id']}/entries/{entry['id']}"]
    for path in paths:
        film.stan.get(f"{film.path}{path}", status=403)
        film.ann.get(f"/data/projects/{elsewhere['id']}{path}", status=404)
    other = budget(film, "Other")
    for method in ("GET", "PUT", "DELETE"):
        answer = film.ann.call(method, f"{entries(film, other)}/{entry['id']}", {} if method == "PUT" else None)
        assert answer.status == 404
    film.stan.post(entries(film, own), {}, status=403)
    assert film.ann.call("GET", f"{film.path}/budgets/x").json["message"] == "Wrong UUID format."
    film.ann.get(f"{film.path}/budgets/{new_id()}", status=404)


def test_an_entry_is_for_an_artist_in_the_middle_of_their_career_unless_it_says_so(film: Film, body: Row) -> None:
    own = budget(film)
    film.events()
    entry = film.ann.post(entries(film, own), {**body, "seniority": None}, status=200)
    assert (entry["position"], entry["seniority"], entry["exceptions"]) == ("artist", "mid", {})
    assert (entry["months_duration"], entry["daily_salary"], entry["start_date"]) == (4, 100.0, "2026-03-01")
    ids = {"budget_id": own["id"], "budget_entry_id": entry["id"]}
    assert film.events() == [("budget-entry:create", ids)]
    for key in ("department_id", "start_date", "months_duration", "daily_salary"):
        without = {name: value for name, value in body.items() if name != key}
        answer = film.ann.call("POST", entries(film, own), without)
        assert [error["field"] for error in answer.json["data"]["errors"]] == [key]
    for wrong in ({"position": "king"}, {"seniority": "old"}, {"person_id": new_id()}, {"department_id": "x"}):
        film.ann.post(entries(film, own), {**body, **wrong}, status=400)
    film.ann.delete(f"{entries(film, own)}/{entry['id']}")
    assert film.events() == [("budget-entry:delete", ids)]


def test_an_entry_said_anew_forgets_what_is_left_out_but_for_what_it_needs(film: Film, body: Row) -> None:
    own = budget(film)
    entry = film.ann.post(entries(film, own), {**body, "person_id": film.stan.id, "position": "lead"}, status=200)
    path = f"{entries(film, own)}/{entry['id']}"
    exceptions = {"2026-03": "5", "2026-04": 7.9, "2026-05": 0, "2026-06": None, "2026-07": -3}
    changed = film.ann.put(path, {"daily_salary": 120, "exceptions": exceptions})
    kept = [changed[key] for key in ("department_id", "months_duration", "daily_salary", "start_date")]
    assert kept == [body["department_id"], 4, 120.0, "2026-03-01"]
    assert (changed["person_id"], changed["position"]) == (None, None)
    assert changed["exceptions"] == {"2026-03": 5, "2026-04": 7}
    assert film.ann.put(path, {})["exceptions"] == {}
    film.ann.put(path, {"exceptions": {"2026-03": "much"}}, status=400)
    listed = film.ann.get(entries(film, own))
    assert [row["id"] for row in listed] == [entry["id"]]
    assert "type" not in listed[0]


def test_time_spent_counts_in_the_month_of_its_day(film: Film) -> None:
    layout = film.studio.department("Layout")
    task = film.studio.task(film.shot, film.studio.task_type("Layout", layout))
    film.studio.task(film.shot, "Loose")
    for day, minutes in (("2026-03-01", 60), ("2026-03-31", 30), ("2026-04-01", 10)):
        film.studio.add(TimeSpent, task_id=task["id"], person_id=film.stan.id, date=day, duration=minutes)
    west = film.studio.person("West", role="admin", timezone="America/Los_Angeles")
    person = {"total": 100.0, "2026-03": 90.0, "2026-04": 10.0}
    assert west.get(f"{film.path}/budgets/time-spents") == {layout["id"]: {"total": 100.0, film.stan.id: person}}
    film.ann.get(f"{film.path}/budgets/time-spents", status=403)
    film.admin.get(f"/data/projects/{new_id()}/budgets/time-spents", status=404)
