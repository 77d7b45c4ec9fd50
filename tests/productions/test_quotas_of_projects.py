"""What a production's people bring forward, day by day (docs/api/entities.md)."""

from typing import Any

import pytest
from film import Film, film

from kitsulite.models import new_id
from kitsulite.models.people import Studio as Company
from kitsulite.models.people import TimeSpent
from kitsulite.models.productions import Project
from kitsulite.storage import Row

__all__ = ["film"]
FRIDAY, MONDAY = "2026-03-06T10:00:00.000000", "2026-03-09T10:00:00.000000"


def of_task_type(film: Film, task: Row, query: str = "") -> Row:
    answer: Row = film.stan.get(f"{film.path}/quotas/{task['task_type_id']}?{query}")
    return answer


def of_person(film: Film, who: Any, query: str = "") -> Row:
    answer: Row = film.ann.get(f"{film.path}/quotas/persons/{who.id}?{query}")
    return answer


def test_a_shot_that_is_done_counts_for_each_assignee_and_once_in_total(film: Film) -> None:
    task = film.studio.task(film.shot, assignees=[film.stan, film.ann], done_date=FRIDAY, nb_drawings=7)
    film.studio.task(film.asset, done_date=FRIDAY, assignees=[film.stan])
    quotas = of_task_type(film, task, "count_mode=done")
    assert quotas.keys() == {film.stan.id, film.ann.id, "total"}
    assert quotas["total"] == quotas[film.stan.id]
    day = {"frames": {"2026-03-06": 100}, "seconds": {"2026-03-06": 4.0}, "count": {"2026-03-06": 1}}
    assert quotas["total"]["day"] == {**day, "drawings": {"2026-03-06": 7}, "entries": {"2026-03": 1}}
    assert quotas["total"]["week"]["entries"] == {"2026": 1}
    assert quotas["total"]["week"]["frames"] == {"2026-10": 100}
    assert "entries" not in quotas["total"]["year"]
    assert of_person(film, film.stan, "count_mode=done").keys() == {task["task_type_id"], "total"}
    assert of_person(film, film.stan, "count_mode=done")["total"]["year"]["count"] == {"2026": 1}
    assert of_task_type(film, task, "count_mode=feedback") == {}


def test_a_day_is_that_of_whose_work_it_is(film: Film) -> None:
    east, west = film.studio.person("East", timezone="Asia/Tokyo"), film.studio.person("West", timezone="America/Lima")
    for who in (east, west):
        film.studio.join(film.project, who)
    late = "2026-03-05T02:30:00.000000"
    task = film.studio.task(film.shot, assignees=[east, west], end_date=late, real_start_date=late)
    other = film.studio.task(film.other_shot, assignees=[east], end_date="2026-03-05T20:30:00.000000")
    for asking in (film.ann, east, west):
        path = f"{film.path}/quotas/{task['task_type_id']}?count_mode"
        found = asking.get(f"{path}=feedback")
        assert found[east.id]["day"]["frames"] == {"2026-03-05": 100, "2026-03-06": 50}
        assert found[west.id]["day"]["frames"] == {"2026-03-04": 100}
        assert asking.get(f"{path}=weighted")[west.id]["day"]["frames"] == {"2026-03-04": 100}
    assert of_person(film, west, "count_mode=feedback")["total"]["day"]["frames"] == {"2026-03-04": 100}
    for day, shots in (("4", []), ("5", ["SH01"]), ("6", ["SH02"])):
        query = f"project_id={film.id}&task_type_id={other['task_type_id']}&count_mode=feedback"
        rows = film.admin.get(f"/data/persons/{east.id}/quota-shots/day/2026/03/0{day}?{query}")
        assert [row["name"] for row in rows] == shots


def test_time_that_was_noted_shares_the_shot_out(film: Film) -> None:
    task = film.studio.task(film.shot, assignees=[film.stan], end_date=MONDAY, duration=300.0, nb_drawings=10)
    for who, minutes in ((film.stan, 100), (film.ann, 200)):
        film.studio.add(TimeSpent, task_id=task["id"], person_id=who.id, date="2026-03-05", duration=minutes)
    quotas = of_task_type(film, task)
    assert quotas[film.stan.id]["day"]["frames"] == {"2026-03-05": 33}
    assert quotas[film.ann.id]["day"]["drawings"] == {"2026-03-05": 7}
    assert quotas["total"]["day"]["frames"] == {"2026-03-05": 100}
    assert of_person(film, film.ann)["total"]["day"]["frames"] == {"2026-03-05": 67}


def test_without_noted_time_a_shot_is_spread_over_the_weekdays_that_it_took(film: Film) -> None:
    began = "2026-03-05T09:00:00.000000"
    task = film.studio.task(film.shot, assignees=[film.stan], real_start_date=began, end_date=MONDAY, nb_drawings=2)
    days = {"2026-03-05": 33, "2026-03-06": 33, "2026-03-09": 33}
    for quotas in (of_task_type(film, task)[film.stan.id], of_person(film, film.stan)[task["task_type_id"]]):
        assert quotas["day"]["frames"] == days
        assert quotas["day"]["drawings"] == dict.fromkeys(days, 2)
        assert quotas["day"]["entries"] == {"2026-03": 3}


@pytest.mark.parametrize(
    ("day", "week"), [("2024-12-30", "2025-1"), ("2021-01-02", "2020-53"), ("2026-03-05", "2026-10")]
)
def test_a_week_is_of_its_own_year_and_not_padded(film: Film, day: str, week: str) -> None:
    task = film.studio.task(film.shot, assignees=[film.stan], end_date=f"{day}T12:00:00.000000")
    found = of_task_type(film, task, "count_mode=feedback")["total"]["week"]
    assert list(found["count"]) == [week]
    assert found["entries"] == {week.partition("-")[0]: 1}


def test_a_studio_counts_only_what_its_people_do(film: Film) -> None:
    ours, theirs = (film.studio.add(Company, name=name, color="#000000") for name in ("Ours", "Theirs"))
    film.admin.put(f"/data/persons/{film.stan.id}", {"studio_id": ours["id"]})
    task = film.studio.task(film.shot, assignees=[film.stan], done_date=FRIDAY)
    assert of_task_type(film, task, f"count_mode=done&studio_id={ours['id']}").keys() == {film.stan.id, "total"}
    assert of_task_type(film, task, f"count_mode=done&studio_id={theirs['id']}") == {}


def test_artists_see_their_own_quotas_and_overseers_those_of_their_team(film: Film) -> None:
    path = f"{film.path}/quotas/persons"
    for member in (film.stan, film.vic):
        assert member.get(f"{path}/{member.id}") == {}
    film.cleo.get(f"{path}/{film.cleo.id}", status=403)
    film.stan.get(f"{path}/{film.ann.id}", status=403)
    film.mallory.get(f"{path}/{film.mallory.id}", status=403)
    film.ann.get(f"{path}/{new_id()}", status=404)
    answer = film.ann.call("GET", f"{path}/{film.stan.id}?count_mode=all")
    assert answer.json["message"] == "count_mode must be equal to weighted, weigtheddone, feedback, or done"
    film.mallory.get(f"{film.path}/quotas/{film.studio.task_type()['id']}", status=403)


def test_a_production_without_a_speed_counts_as_usual(film: Film) -> None:
    film.studio.store(Project, film.id, fps="0")
    task = film.studio.task(film.shot, assignees=[film.stan], done_date=FRIDAY)
    assert of_task_type(film, task, "count_mode=done")["total"]["year"]["seconds"] == {"2026": 4.0}
