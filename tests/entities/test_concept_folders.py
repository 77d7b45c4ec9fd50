"""Folders of concepts (docs/api/entities.md)."""

from typing import Any

import pytest
from studio import Member, Studio

from kitsulite.models import new_id
from kitsulite.models.entities import Entity
from kitsulite.storage import Row


@pytest.fixture
def sue(studio: Studio) -> Member:
    return studio.person("Sue", "supervisor")


@pytest.fixture
def ann(studio: Studio) -> Member:
    return studio.person("Ann")


@pytest.fixture
def project(studio: Studio, sue: Member, ann: Member) -> Row:
    return studio.project(team=[sue, ann])


@pytest.fixture
def path(project: Row) -> str:
    return f"/data/projects/{project['id']}/concept-folders"


@pytest.fixture
def events(studio: Studio) -> list[tuple[str, Any]]:
    found: list[tuple[str, Any]] = []
    studio.tracker.listeners.append(lambda event: found.append((event.name, event.data)))
    return found


def move(member: Member, project: Row, concepts: list[str], folder: str | None, status: int = 200) -> Any:
    body = {"concept_ids": concepts, "concept_folder_id": folder}
    return member.post(f"/actions/projects/{project['id']}/move-concepts", body, status=status)


def test_a_supervisor_makes_folders_and_the_crew_sees_them_by_name(
    sue: Member, ann: Member, project: Row, path: str, events: list[tuple[str, Any]]
) -> None:
    night = sue.post(path, {"name": "Night"})
    assert (night["type"], night["name"], night["parent_id"]) == ("ConceptFolder", "Night", None)
    assert events == [("concept-folder:new", {"concept_folder_id": night["id"], "project_id": project["id"]})]
    assert sue.post(path, {"name": "Night"}) == night
    assert len(events) == 1
    day = sue.post(path, {"name": "Day"})
    assert ann.get(path) == [day, night]
    assert ann.get(f"/data/projects/{project['id']}/concepts") == []


@pytest.mark.parametrize("name", ["", "  ", "x" * 161, None, 3])
def test_a_folder_has_a_name(sue: Member, path: str, name: Any) -> None:
    folder = sue.post(path, {"name": "Night"})
    sue.post(path, {"name": name}, status=400)
    sue.put(f"/data/concept-folders/{folder['id']}", {"name": name}, status=400)
    assert [row["name"] for row in sue.get(path)] == ["Night"]
    assert sue.post(path, {"name": "x" * 160})["name"] == "x" * 160


def test_a_folder_is_renamed_but_not_to_a_namesake(
    studio: Studio, sue: Member, project: Row, path: str, events: list[tuple[str, Any]]
) -> None:
    sue.post(path, {"name": "Night"})
    day = sue.post(path, {"name": "Day"})
    del events[:]
    own = f"/data/concept-folders/{day['id']}"
    refused = sue.put(own, {"name": "Night"}, status=400)
    assert refused["message"] == "A concept folder with this name already exists."
    assert events == []
    assert sue.put(own, {"name": "Day"})["name"] == "Day"
    studio.entity("ConceptFolder", "Noon", studio.project())
    studio.entity("Concept", "Noon", project)
    assert sue.put(own, {"name": "Noon"})["name"] == "Noon"
    told = ("concept-folder:update", {"concept_folder_id": day["id"], "project_id": project["id"]})
    assert events == [told, told]
    assert [row["name"] for row in sue.get(path)] == ["Night", "Noon"]


def test_concepts_are_made_in_a_folder(sue: Member, ann: Member, project: Row, path: str) -> None:
    night, concepts = sue.post(path, {"name": "Night"}), f"/data/projects/{project['id']}/concepts"
    moon = ann.post(concepts, {"name": "Moon", "parent_id": night["id"]})
    assert moon["parent_id"] == night["id"]
    assert ann.post(concepts, {"name": "Moon", "parent_id": night["id"]}) == moon
    other = ann.post(concepts, {"name": "Moon"})
    assert (other["id"] != moon["id"], other["parent_id"]) == (True, None)


def test_concepts_are_moved(
    studio: Studio, sue: Member, project: Row, path: str, events: list[tuple[str, Any]]
) -> None:
    night, star = sue.post(path, {"name": "Night"}), studio.entity("Concept", "Star", project)
    shot = studio.entity("Shot", "SH01", project)
    foreign = studio.entity("Concept", "Sun", studio.project(team=[sue]))
    del events[:]
    asked = [star["id"], shot["id"], foreign["id"], new_id(), night["id"], star["id"].upper()]
    assert move(sue, project, asked, night["id"]) == [star["id"]]
    assert events == [("concept:update", {"concept_id": star["id"], "project_id": project["id"]})]
    assert sue.get(f"/data/concepts/{star['id']}")["parent_id"] == night["id"]
    assert studio.row(Entity, foreign["id"])["parent_id"] is None
    assert move(sue, project, [star["id"]], None) == [star["id"]]
    assert sue.get(f"/data/concepts/{star['id']}")["parent_id"] is None


def test_what_is_no_folder_of_the_project_is_not_found(studio: Studio, sue: Member, project: Row) -> None:
    elsewhere = studio.project(team=[sue])
    concept = studio.entity("Concept", "Moon", project)
    strange = studio.entity("ConceptFolder", "Night", elsewhere)
    for id in (strange["id"], concept["id"], new_id()):
        move(sue, project, [concept["id"]], id, status=404)
        sue.post(f"/data/projects/{project['id']}/concepts", {"name": "Star", "parent_id": id}, status=404)
    move(sue, project, [concept["id"]], "x", status=400)
    move(sue, project, ["x"], None, status=400)
    assert [row["name"] for row in sue.get(f"/data/projects/{project['id']}/concepts")] == ["Moon"]
    for id in (concept["id"], new_id(), "x"):
        sue.put(f"/data/concept-folders/{id}", {"name": "Day"}, status=404)
        sue.delete(f"/data/concept-folders/{id}", status=404)


def test_namesakes_do_not_come_into_one_folder(studio: Studio, sue: Member, project: Row, path: str) -> None:
    night = sue.post(path, {"name": "Night"})
    inside = studio.entity("Concept", "Moon", project, night)
    moon, star = (studio.entity("Concept", name, project) for name in ("Moon", "Star"))
    assert "already exists" in move(sue, project, [star["id"], moon["id"]], night["id"], status=400)["message"]
    assert sue.get(f"/data/concepts/{star['id']}")["parent_id"] is None
    move(sue, project, [inside["id"]], None, status=400)
    assert sue.get(f"/data/concepts/{inside['id']}")["parent_id"] == night["id"]


@pytest.mark.parametrize("row", ["concept-folders", "entities"])
def test_a_folder_that_goes_leaves_its_concepts(
    studio: Studio, project: Row, path: str, events: list[tuple[str, Any]], row: str
) -> None:
    moe = studio.person("Moe", "manager")
    studio.join(project, moe)
    night = moe.post(path, {"name": "Night"})
    moon = studio.entity("Concept", "Moon", project, night)
    del events[:]
    moe.delete(f"/data/{row}/{night['id']}")
    assert events == [
        ("concept:update", {"concept_id": moon["id"], "project_id": project["id"]}),
        ("concept-folder:delete", {"concept_folder_id": night["id"], "project_id": project["id"]}),
    ]
    assert moe.get(path) == []
    assert moe.get(f"/data/concepts/{moon['id']}")["parent_id"] is None


def test_folders_go_with_others_that_are_named(studio: Studio, project: Row) -> None:
    moe = studio.person("Moe", "manager")
    studio.join(project, moe)
    folder, moon = studio.entity("ConceptFolder", "Night", project), studio.entity("Concept", "Moon", project)
    moe.post(f"/actions/projects/{project['id']}/delete-entities", [folder["id"], moon["id"]], status=200)
    assert [row["id"] for row in moe.get(f"/data/projects/{project['id']}/concept-folders")] == [folder["id"]]


@pytest.mark.parametrize("role", ["user", "vendor", "client"])
def test_who_may_not_sort_concepts(studio: Studio, sue: Member, project: Row, path: str, role: str) -> None:
    night, eve = sue.post(path, {"name": "Night"}), studio.person("Eve", role)
    moon = studio.entity("Concept", "Moon", project)
    eve.get(path, status=403)
    studio.join(project, eve)
    eve.get(path, status=200 if role == "user" else 403)
    eve.post(path, {"name": "Day"}, status=403)
    eve.put(f"/data/concept-folders/{night['id']}", {"name": "Day"}, status=403)
    eve.delete(f"/data/concept-folders/{night['id']}", status=403)
    move(eve, project, [moon["id"]], night["id"], status=403)
    if role != "user":
        eve.get(f"/data/entities/{night['id']}", status=403)
        assert night["id"] not in {row["id"] for row in eve.get("/data/entities")}
    sue.get(f"/data/projects/{new_id()}/concept-folders", status=404)


def test_a_folder_neither_illustrates_nor_is_illustrated(studio: Studio, project: Row, path: str) -> None:
    moe = studio.person("Moe", "manager")
    studio.join(project, moe)
    night, tree = moe.post(path, {"name": "Night"}), studio.entity("Prop", "Tree", project)
    links = [tree["id"], night["id"]]
    moon = moe.post(f"/data/projects/{project['id']}/concepts", {"name": "Moon", "entity_concept_links": links})
    assert moon["entity_concept_links"] == [tree["id"]]
    for entity, linked in ((moon, night), (night, moon), (night, tree), (tree, night)):
        moe.put(f"/data/entities/{entity['id']}", {"entity_concept_links": [linked["id"]]}, status=400)
