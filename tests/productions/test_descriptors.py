"""The fields that productions add: their names, values, order and who may (docs/api/productions.md)."""

from typing import Any

import pytest
from film import Film, film, names

from kitsulite.models import new_id
from kitsulite.models.entities import Entity
from kitsulite.models.productions import MetadataDescriptor, Project
from kitsulite.models.tasks import Task
from kitsulite.storage import Row

__all__ = ["film"]
EVERYWHERE = "/data/metadata-descriptors/all-projects"


def fields(film: Film) -> str:
    return f"{film.path}/metadata-descriptors"


def add(film: Film, name: str, entity_type: str = "Shot", **values: Any) -> Row:
    row: Row = film.ann.post(fields(film), {"name": name, "entity_type": entity_type, **values})
    return row


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("Mon Été", "mon_ete"),
        ("l'été", "l_ete"),
        ("1,000 m", "1000_m"),
        ("Straße", "strasse"),
        ("日本語", "ri_ben_yu"),
        ("A/B  test!!", "a_b_test"),
    ],
)
def test_a_field_keeps_its_values_under_a_plain_key(film: Film, name: str, key: str) -> None:
    film.events()
    field = add(film, name)
    assert (field["field_name"], field["data_type"], field["position"], field["departments"]) == (
        key,
        "string",
        None,
        [],
    )
    assert film.events() == [("metadata-descriptor:new", {"metadata_descriptor_id": field["id"]})]
    answer = film.ann.call("POST", fields(film), {"name": name, "entity_type": "Shot"})
    assert (answer.status, answer.json["message"]) == (400, "Metadata descriptor already exists.")
    add(film, name, "Asset")


def test_a_field_of_nothing_or_of_no_type_is_refused(film: Film) -> None:
    def refusal(**values: Any) -> str:
        return str(film.ann.call("POST", fields(film), {"name": "Mood", **values}).json["message"])

    assert refusal(entity_type="Scene").startswith("Wrong entity type. Please select Asset, Shot")
    assert refusal(entity_type="Task") == "Task metadata descriptors require a task_type_id."
    assert refusal(entity_type="Task", task_type_id=new_id()) == "Task type not found."
    assert refusal(task_type_id=new_id()) == "task_type_id only applies to Task metadata descriptors."
    assert refusal(data_type="colour") == "Invalid data_type"
    film.ann.post(fields(film), {"name": "Mood", "departments": ["x"]}, status=404)
    film.ann.post(fields(film), {"name": "M" * 200}, status=400)
    film.ann.post(fields(film), {"name": "Mood", "departments": [new_id()]})
    assert film.ann.get(fields(film))[0]["departments"] == []


def test_supervisors_keep_the_fields_of_their_own_departments(film: Film) -> None:
    fx, layout = film.studio.department("FX"), film.studio.department("Layout")
    film.ann.put(f"{film.path}/team/{film.stan.id}", {"role": "supervisor"})
    film.studio.department("FX", film.stan)

    def may(departments: list[Row]) -> int:
        body = {"name": f"Field {len(departments)}", "departments": [row["id"] for row in departments]}
        return film.stan.call("POST", fields(film), body).status

    assert [may([]), may([layout]), may([fx])] == [403, 403, 201]
    own, others = (row for row in (film.ann.get(fields(film))[0], add(film, "Lens")))
    film.stan.put(f"{fields(film)}/{own['id']}", {"name": "Dust", "departments": [fx["id"]]})
    film.stan.delete(f"{fields(film)}/{others['id']}", status=403)
    film.stan.delete(f"{fields(film)}/{own['id']}")
    film.mallory.post(fields(film), {"name": "X", "departments": [fx["id"]]}, status=403)


def test_a_field_just_made_tells_which_departments_it_is_kept_to(film: Film) -> None:
    department = film.studio.department("Lighting")
    made = film.ann.post(
        fields(film),
        {"name": "Mood", "entity_type": "Shot", "data_type": "string", "departments": [department["id"]]},
    )
    assert made["departments"] == [department["id"]]
    film.vic.get(f"{fields(film)}/{made['id']}", status=404)
    assert film.ann.get(f"{fields(film)}/{made['id']}") == made


def test_clients_see_the_fields_made_for_them(film: Film) -> None:
    add(film, "Secret")
    add(film, "Shown", for_client=True)
    assert names(film.cleo.get(fields(film))) == ["Shown"]
    assert names(film.vic.get(fields(film))) == ["Secret", "Shown"]


@pytest.mark.parametrize("kind", ["Shot", "Sequence", "Episode", "Asset", "Task", "Project"])
def test_values_follow_the_name_of_their_field_and_go_with_it(film: Film, kind: str) -> None:
    task = film.studio.task(film.shot, data={"mood": "blue"})
    task_type = {"task_type_id": task["task_type_id"]} if kind == "Task" else {}
    field = add(film, "Mood", kind, **task_type)
    kinds = {"Shot": film.shot, "Sequence": film.sequence, "Episode": film.episode, "Asset": film.asset}
    for row in kinds.values():
        film.admin.put(f"/data/entities/{row['id']}", {"data": {"mood": "blue", "other": 1}})
    film.admin.put(f"/data/entities/{film.other_shot['id']}", {"data": {"mood": None}})
    film.admin.put(film.path, {"data": {"mood": "blue"}})

    def values(key: str) -> set[str]:
        """What has a value under a key."""
        rows = {name: film.studio.row(Entity, row["id"]) for name, row in kinds.items()}
        rows |= {"Task": film.studio.row(Task, task["id"]), "Project": film.studio.row(Project, film.id)}
        return {name for name, row in rows.items() if row["data"].get(key) == "blue"}

    everything = {*kinds, "Task", "Project"}
    film.events()
    film.ann.put(f"{fields(film)}/{field['id']}", {"name": "Colour of mood", "choices": ["blue"]})
    assert film.events() == [("metadata-descriptor:update", {"metadata_descriptor_id": field["id"]})]
    assert (values("colour_of_mood"), values("mood")) == ({kind}, everything - {kind})
    assert film.studio.row(Entity, film.other_shot["id"])["data"] == {"mood": None}
    film.ann.delete(f"{fields(film)}/{field['id']}")
    assert values("colour_of_mood") == set()
    assert film.studio.row(Entity, film.asset["id"])["data"].get("other") == 1


def test_a_change_of_a_field_says_everything_but_its_name(film: Film) -> None:
    field = add(film, "Mood", data_type="list", choices=["a"], for_client=True)
    path = f"{fields(film)}/{field['id']}"
    changed = film.ann.put(path, {"entity_type": "Asset", "position": 4})
    assert (changed["name"], changed["data_type"], changed["choices"], changed["for_client"]) == (
        "Mood",
        "string",
        [],
        False,
    )
    assert (changed["entity_type"], changed["position"]) == ("Shot", None)
    add(film, "Lens")
    assert film.ann.call("PUT", path, {"name": "Lens"}).json["message"] == "Metadata descriptor already exists."
    assert film.ann.call("PUT", path, {"name": ""}).json["message"] == "Name cannot be empty."
    film.ann.put(path, {"data_type": "colour"}, status=400)
    elsewhere = film.studio.project(team=[film.ann])
    for method in ("GET", "PUT", "DELETE"):
        other = f"/data/projects/{elsewhere['id']}/metadata-descriptors/{field['id']}"
        assert film.ann.call(method, other, {} if method == "PUT" else None).status == 404


def test_fields_stand_in_the_order_given_and_the_rest_after_them_by_name(film: Film) -> None:
    rows = [add(film, name) for name in ("b", "c", "A")]
    ids = {row["name"]: row["id"] for row in rows}
    assert set(names(film.ann.get(fields(film)))) == {"A", "b", "c"}
    path = f"{fields(film)}/reorder"
    ordered = film.ann.post(path, {"entity_type": "Shot", "descriptor_ids": [ids["c"]]}, status=200)
    assert [(row["name"], row["position"], row["departments"]) for row in ordered] == [
        ("c", 1, []),
        ("A", 2, []),
        ("b", 3, []),
    ]
    late = add(film, "0")
    assert names(film.ann.get(fields(film))) == ["c", "A", "b", "0"]
    wrong = add(film, "Size", "Asset")["id"]
    answer = film.ann.call("POST", path, {"entity_type": "Shot", "descriptor_ids": [late["id"], wrong]})
    assert answer.json["message"] == f"Descriptor {wrong} not found for project {film.id} and entity type Shot"
    assert names(film.ann.get(fields(film)))[:3] == ["c", "A", "b"]
    answer = film.stan.call("POST", path, {"entity_type": "Shot", "descriptor_ids": []})
    assert answer.json["data"]["errors"] == [
        {"field": "descriptor_ids", "message": "List should have at least 1 item after validation, not 0"}
    ]
    film.stan.post(path, {"entity_type": "Shot", "descriptor_ids": [wrong]}, status=403)


def test_a_field_of_all_projects_is_made_changed_and_removed_everywhere_one_manages(film: Film) -> None:
    second = film.studio.project("Second", team=[film.ann])
    film.studio.project("Old", team=[film.ann], status="Closed")
    lent = film.studio.project("Lent")
    film.studio.join(lent, film.ann, role="user")
    add(film, "Mood")
    body = {"name": "Mood", "entity_type": "Shot"}
    assert [row["project_id"] for row in film.ann.post(EVERYWHERE, body)] == [second["id"]]
    made = film.admin.post(EVERYWHERE, body)
    assert [row["project_id"] for row in made] == [lent["id"]]
    changed = film.ann.put(f"{EVERYWHERE}/mood", {"entity_type": "Shot", "name": "", "data_type": "number"})
    assert [(row["name"], row["data_type"]) for row in changed] == [("Mood", "number")] * 2
    order = {"entity_type": "Shot", "field_order": ["mood"]}
    ordered = film.ann.post("/actions/metadata-descriptors/all-projects/reorder", order, status=200)
    assert [row["position"] for row in ordered] == [1, 1]
    film.ann.delete(f"{EVERYWHERE}/mood", status=400)
    gone = film.ann.delete(f"{EVERYWHERE}/mood?entity_type=Shot", status=200)
    assert set(gone) == {row["id"] for row in changed}
    assert film.studio.row(MetadataDescriptor, made[0]["id"])["name"] == "Mood"
    assert film.ann.call("POST", EVERYWHERE, {**body, "entity_type": "Task"}).json["message"].endswith("or Project.")
    film.stan.post(EVERYWHERE, {}, status=403)


def test_the_table_of_fields_shows_everybody_what_is_meant_for_them(film: Film) -> None:
    open_to_all = add(film, "Note", for_client=True)
    inside = add(film, "Margin")
    kept = film.keep("Kept", film.studio.department("Layout"))
    every = {open_to_all["id"], inside["id"], kept["id"]}
    for path in ("/data/metadata-descriptors", f"/data/metadata-descriptors?project_id={film.id}"):
        seen = {who: {row["id"] for row in who.get(path)} for who in (film.cleo, film.vic, film.stan, film.admin)}
        assert seen[film.cleo] == {open_to_all["id"]}
        assert seen[film.vic] == {open_to_all["id"], inside["id"]}
        assert seen[film.stan] == seen[film.admin] == every
