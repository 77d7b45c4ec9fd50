"""Teams, the role that each of their people has, and the projects that they open with (docs/api/productions.md)."""

import concurrent.futures

from film import Film, film, names
from studio import Member

from kitsulite.models import new_id
from kitsulite.models.people import Person
from kitsulite.storage import Row

__all__ = ["film"]
UPDATED = ("project:update", {})


def joined(person_id: str) -> tuple[str, Row]:
    return ("project:update", {"person_id": person_id, "previous_in_team": False, "new_in_team": True})


def given_role(person_id: str, role: str) -> tuple[str, Row]:
    roles = {"previous_project_role": None, "new_project_role": role}
    return ("project:update", {"person_id": person_id, **roles})


def test_managers_see_all_of_a_team_and_others_who_is_in_it(film: Film) -> None:
    film.ann.put(f"{film.path}/team/{film.stan.id}", {"role": "supervisor"})
    layout = film.studio.department("Layout", film.stan)
    seen = {row["first_name"]: row for row in film.ann.get(f"{film.path}/team")}
    assert seen["Stan"]["departments"] == [layout["id"]]
    assert (seen["Stan"]["project_role"], seen["Vic"]["project_role"]) == ("supervisor", None)
    assert "email" in seen["Stan"]
    assert "password" not in seen["Stan"]
    few = {row["first_name"]: row for row in film.vic.get(f"{film.path}/team")}
    assert few.keys() == seen.keys() == {"Ann", "Stan", "Vic", "Cleo"}
    assert (few["Stan"]["departments"], "email" in few["Stan"]) == ([], False)
    film.mallory.get(f"{film.path}/team", status=403)


def test_joining_twice_changes_nothing_but_a_role_that_is_given(film: Film) -> None:
    path, newcomer = f"{film.path}/team", film.studio.person("Nora")
    film.events()
    assert film.ann.post(path, {"person_id": newcomer.id})["type"] == "Project"
    assert film.events() == [joined(newcomer.id)]
    film.ann.post(path, {"person_id": newcomer.id})
    assert film.events() == []
    film.ann.post(path, {"person_id": newcomer.id, "role": "vendor"})
    assert film.events() == [given_role(newcomer.id, "vendor")]
    olga = film.studio.person("Olga")
    film.ann.post(path, {"person_id": olga.id, "role": "client"})
    assert film.events() == [joined(olga.id), given_role(olga.id, "client")]
    film.ann.post(path, {"person_id": newcomer.id})
    roles = {row["first_name"]: row["project_role"] for row in film.ann.get(path)}
    assert (roles["Nora"], roles["Olga"]) == ("vendor", "client")


def test_who_adds_the_same_person_at_the_same_time_does_it_once(film: Film) -> None:
    newcomer = film.studio.person("Nora")

    def add(_: int) -> int:
        return film.ann.call("POST", f"{film.path}/team", {"person_id": newcomer.id}).status

    film.events()
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        assert set(pool.map(add, range(16))) == {201}
    assert film.events() == [joined(newcomer.id)]


def test_a_role_on_the_project_counts_both_ways_until_it_is_taken_back(film: Film) -> None:
    def may_make(name: str) -> int:
        return film.stan.call("POST", f"{film.path}/episodes", {"name": name}).status

    path = f"{film.path}/team/{film.stan.id}"
    answer = film.ann.put(path, {"role": "manager"})
    assert answer == {"project_id": film.id, "person_id": film.stan.id, "role": "manager"}
    assert may_make("A") == 201
    film.ann.put(path, {})
    assert may_make("B") == 403
    film.stan.get(f"/data/shots/{film.shot['id']}")
    film.ann.put(path, {"role": "vendor"})
    film.stan.get(f"/data/shots/{film.shot['id']}", status=403)
    film.ann.delete(path)
    film.ann.post(f"{film.path}/team", {"person_id": film.stan.id})
    film.stan.get(f"/data/shots/{film.shot['id']}")


def test_nobody_becomes_admin_by_a_team_and_strangers_cannot_be_named(film: Film) -> None:
    path = f"{film.path}/team"
    assert (
        film.ann.call("POST", path, {"person_id": film.stan.id, "role": "admin"}).json["message"] == "Validation error."
    )
    for unknown in (new_id(), "x"):
        answer = film.ann.call("POST", path, {"person_id": unknown})
        assert (answer.status, answer.json["message"]) == (400, f"Person with id {unknown} not found")
    answer = film.ann.call("PUT", f"{path}/{film.mallory.id}", {"role": "user"})
    assert (answer.status, answer.json["message"]) == (400, "Person is not a member of the project team")
    film.events()
    film.ann.delete(f"{path}/{new_id()}")
    assert film.events() == [UPDATED]
    film.mallory.post(path, {"person_id": film.mallory.id}, status=403)


def test_everybody_opens_with_the_open_projects_of_their_teams(film: Film) -> None:
    film.studio.project("Another")
    film.studio.project("Old", team=[film.stan], status="Closed")
    film.studio.project("Lively", status="Active", team=[film.stan])
    assert names(film.stan.get("/data/projects/open")) == ["Film"]
    assert names(film.admin.get("/data/projects/open")) == ["Another", "Film", "Lively"]
    assert names(film.admin.get("/data/projects/open?name=Film")) == ["Film"]
    assert film.admin.get("/data/projects/open?name=film") == []
    assert names(film.stan.get("/data/projects/all")) == ["Film", "Lively", "Old"]
    assert names(film.stan.get("/data/projects/all?name=oLd")) == ["Old"]
    film.stan.get("/data/projects/all?name=ol_", status=404)
    film.stan.get("/data/projects/all?name=Another", status=404)


def test_the_list_of_all_projects_says_their_status(film: Film) -> None:
    film.studio.project("Lost", project_status_id=None)
    every = film.admin.get("/data/projects/all")
    assert [(row["name"], row["project_status_name"], row["descriptors"]) for row in every] == [("Film", "Open", [])]
    assert "project_status_name" not in film.admin.get("/data/projects/all?name=fILM")[0]
    film.admin.get("/data/projects/all?name=none", status=404)


def test_an_open_project_tells_its_settings_and_where_a_show_begins(film: Film) -> None:
    animation = film.studio.task_type()
    film.ann.post(f"{film.path}/settings/task-types", {"task_type_id": animation["id"], "priority": 4})
    film.admin.put(film.path, {"production_type": "tvshow"})
    film.studio.entity("Episode", "E00", film.project, status="complete")
    film.studio.entity("Episode", "E02", film.project)
    project = film.stan.get("/data/projects/open")[0]
    assert project["first_episode_id"] == film.episode["id"]
    assert project["task_types_priority"] == {animation["id"]: 4}
    assert set(project["team"]) == {film.ann.id, film.stan.id, film.vic.id, film.cleo.id}


def test_the_fields_told_with_a_project_are_those_for_ones_role_on_it(film: Film) -> None:
    fx, layout = film.studio.department("FX"), film.studio.department("Layout", film.vic)
    film.keep("fx", fx)
    film.keep("layout", layout)
    film.ann.post(f"{film.path}/metadata-descriptors", {"name": "client", "entity_type": "Shot", "for_client": True})

    def told(member: Member) -> list[str]:
        return sorted(row["field_name"] for row in member.get("/data/projects/open")[0]["descriptors"])

    assert told(film.stan) == ["client", "fx", "layout"]
    assert told(film.vic) == ["client", "layout"]
    assert told(film.cleo) == ["client"]
    film.ann.put(f"{film.path}/team/{film.vic.id}", {"role": "user"})
    assert told(film.vic) == ["client", "fx", "layout"]


def test_salaries_are_not_for_who_manages_by_the_team_alone(film: Film) -> None:
    film.studio.store(Person, film.stan.id, daily_salary=777, phone="0123")
    lead = film.studio.person("Lead")
    film.studio.join(film.project, lead, "manager")
    task = film.studio.task(film.studio.entity("Shot", "SH01", film.project), assignees=[film.stan])
    for by, salary in ((film.ann, 777), (lead, None)):
        people = by.get(f"{film.path}/team") + by.get(f"/data/tasks/{task['id']}/full")["persons"]
        of_stan = [(row["daily_salary"], row["phone"]) for row in people if row["id"] == film.stan.id]
        assert of_stan == [(salary, "0123")] * 2
