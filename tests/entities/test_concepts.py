"""Concepts and what they illustrate (docs/api/entities.md)."""

from typing import Any

import pytest
from studio import Member, Studio

from kitsulite.models import new_id
from kitsulite.models.entities import Entity
from kitsulite.models.reviews import PreviewFile
from kitsulite.storage import Row


@pytest.fixture
def ann(studio: Studio) -> Member:
    return studio.person("Ann")


@pytest.fixture
def project(studio: Studio, ann: Member) -> Row:
    return studio.project(team=[ann])


def test_an_artist_makes_a_concept_of_an_asset(studio: Studio, ann: Member, project: Row) -> None:
    tree, rock = studio.entity("Props", "Tree", project), studio.entity("Props", "Rock", project)
    events: list[tuple[str, Any]] = []
    studio.tracker.listeners.append(lambda event: events.append((event.name, event.data)))
    links = [{"id": tree["id"]}, rock["id"], new_id()]
    path = f"/data/projects/{project['id']}/concepts"
    concept = ann.post(path, {"name": "Mood", "entity_concept_links": links, "data": None})
    assert (concept["type"], concept["description"], concept["data"]) == ("Concept", None, {})
    assert sorted(concept["entity_concept_links"]) == sorted([tree["id"], rock["id"]])
    assert events == [("concept:new", {"concept_id": concept["id"], "project_id": project["id"]})]
    again = ann.post(path, {"name": "Mood", "description": "Other"})
    assert again == concept
    assert len(events) == 1
    found = ann.get(f"/data/concepts/{concept['id']}")
    assert found["tasks"] == found["entities_in"] == []
    assert found["project_name"] == project["name"]
    (linked,) = ann.get(f"/data/entities/{tree['id']}/entities-linked/with-tasks")
    assert (linked["id"], linked["type"]) == (concept["id"], "Concept")


@pytest.mark.parametrize("links", [None, "x", ["x"], [{}], [3]])
def test_what_a_concept_illustrates_is_told_by_ids(ann: Member, project: Row, links: Any) -> None:
    path = f"/data/projects/{project['id']}/concepts"
    ann.post(path, {"name": "Mood", "entity_concept_links": links}, status=400)
    assert ann.get(path) == []


def test_concepts_are_listed_by_project(studio: Studio, ann: Member, project: Row) -> None:
    for name in ("Night", "Day"):
        studio.entity("Concept", name, project)
    studio.entity("Concept", "Elsewhere", studio.project())
    of_project = f"project_id={project['id']}"
    assert [row["name"] for row in ann.get(f"/data/projects/{project['id']}/concepts")] == ["Day", "Night"]
    listed = ann.get(f"/data/concepts?{of_project}")
    assert [(row["name"], row["project_name"]) for row in listed] == [
        ("Day", project["name"]),
        ("Night", project["name"]),
    ]
    assert {row["name"] for row in ann.get(f"/data/concepts/with-tasks?{of_project}")} == {"Day", "Night"}
    ann.get("/data/concepts", status=403)
    ann.get("/data/concepts/with-tasks", status=403)
    assert len(studio.person(role="admin").get("/data/concepts")) == 3
    refused = ann.get("/data/concepts/with-tasks?project_id=x", status=400)
    assert refused["message"] == "Invalid UUID format for project_id: x"


def test_a_concept_tells_whether_its_preview_is_ready(studio: Studio, ann: Member, project: Row) -> None:
    concept = studio.entity("Concept", "Day", project)
    paths = f"/data/concepts/with-tasks?project_id={project['id']}", f"/data/concepts/{concept['id']}"

    def told() -> list[Any]:
        listed, shown = (ann.get(path) for path in paths)
        return [listed[0]["preview_file_status"], shown["preview_file_status"]]

    assert told() == [None, None]
    preview = studio.add(PreviewFile, task_id=studio.task(concept, "Painting")["id"], status="processing")
    studio.store(Entity, concept["id"], preview_file_id=preview["id"])
    assert told() == ["processing", "processing"]


def test_tasks_of_concepts_tell_whether_the_caller_follows_them(studio: Studio, ann: Member, project: Row) -> None:
    task = studio.task(studio.entity("Concept", "Day", project), "Painting", assignees=[ann])
    (row,) = ann.get(f"/data/concepts/with-tasks?project_id={project['id']}&assigned_to=me")
    assert (row["tasks"][0]["id"], row["tasks"][0]["assignees"]) == (task["id"], [ann.id])
    assert row["tasks"][0]["is_subscribed"] is False


def test_clients_and_vendors_see_no_concepts(studio: Studio, project: Row) -> None:
    tree = studio.entity("Props", "Tree", project)
    ann = studio.person(role="manager")
    studio.join(project, ann)
    links = {"entity_concept_links": [tree["id"]]}
    concept = ann.post(f"/data/projects/{project['id']}/concepts", {"name": "Day", **links})
    client, vendor = studio.person(role="client"), studio.person(role="vendor")
    for guest in (client, vendor):
        studio.join(project, guest)
        studio.task(concept, f"Painting for {guest.row['first_name']}", assignees=[guest])
        guest.get(f"/data/projects/{project['id']}/concepts", status=403)
        guest.get(f"/data/concepts?project_id={project['id']}", status=403)
        guest.get(f"/data/concepts/with-tasks?project_id={project['id']}", status=403)
        guest.post(f"/data/projects/{project['id']}/concepts", {"name": "Mine"}, status=403)
    for path in ("", "/tasks", "/task-types", "/preview-files"):
        client.get(f"/data/concepts/{concept['id']}{path}", status=403)
        vendor.get(f"/data/concepts/{concept['id']}{path}")
    assert client.get(f"/data/entities/{tree['id']}/entities-linked/with-tasks") == []
    assert len(ann.get(f"/data/entities/{tree['id']}/entities-linked/with-tasks")) == 1


def test_a_concept_is_removed_by_who_made_it(studio: Studio, ann: Member, project: Row) -> None:
    concept = ann.post(f"/data/projects/{project['id']}/concepts", {"name": "Day"})
    other = studio.person("Other")
    studio.join(project, other)
    other.delete(f"/data/concepts/{concept['id']}?force=true", status=403)
    ann.delete(f"/data/concepts/{concept['id']}?force=true")
    ann.get(f"/data/concepts/{concept['id']}", status=404)
    ann.get("/data/concepts/x", status=404)
