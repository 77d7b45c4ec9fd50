"""Edits, and what hangs on entities of any kind (docs/api/entities.md)."""

from typing import Any

import pytest
from studio import Member, Studio

from kitsulite.models import new_id
from kitsulite.models.entities import EntityVersion
from kitsulite.models.people import TimeSpent
from kitsulite.models.productions import DepartmentMetadataDescriptorLink, MetadataDescriptor
from kitsulite.models.reviews import News, PreviewFile
from kitsulite.storage import Row


@pytest.fixture
def ann(studio: Studio) -> Member:
    return studio.person("Ann", role="manager")


@pytest.fixture
def project(studio: Studio, ann: Member) -> Row:
    return studio.project("Film", team=[ann])


@pytest.fixture
def episode(studio: Studio, project: Row) -> Row:
    return studio.entity("Episode", "E01", project)


# --- edits ---


@pytest.mark.parametrize("key", ["episode_id", "parent_id"])
def test_an_edit_is_made_once_for_its_episode(
    studio: Studio, ann: Member, project: Row, episode: Row, key: str
) -> None:
    events: list[tuple[str, Any]] = []
    studio.tracker.listeners.append(lambda event: events.append((event.name, event.data)))
    path = f"/data/projects/{project['id']}/edits"
    edit = ann.post(path, {"name": "Cut", key: episode["id"], "data": None})
    assert (edit["type"], edit["parent_id"], edit["description"], edit["data"]) == ("Edit", episode["id"], "", {})
    assert ann.post(path, {"name": "Cut", key: episode["id"], "description": "Other"}) == edit
    facts = {"edit_id": edit["id"], "parent_id": episode["id"], "project_id": project["id"]}
    assert events == [("edit:new", facts)]
    assert ann.post(path, {"name": "Cut"})["id"] != edit["id"]
    ann.post(path, {"name": "Cut", key: new_id()}, status=404)
    ann.post(path, {"name": "Cut", key: ""}, status=400)
    ann.post(path, {"name": ""}, status=400)
    studio.person("Stan").post(path, {"name": "Mine"}, status=403)


def test_edits_are_listed_by_project_and_episode(studio: Studio, ann: Member, project: Row, episode: Row) -> None:
    film = studio.entity("Edit", "Trailer", project)
    cut = studio.entity("Edit", "Cut", project, episode)
    studio.entity("Edit", "Elsewhere", studio.project())
    of_project = f"project_id={project['id']}"
    for path in ("/data/edits", "/data/edits/all"):
        assert [row["name"] for row in ann.get(f"{path}?{of_project}")] == ["Cut", "Trailer"]
        assert ann.get(f"{path}?{of_project}&name=cut")[0]["project_name"] == "Film"
        ann.get(path, status=403)
    assert [row["name"] for row in ann.get(f"/data/projects/{project['id']}/edits")] == ["Cut", "Trailer"]
    assert [row["id"] for row in ann.get(f"/data/episodes/{episode['id']}/edits")] == [cut["id"]]
    assert ann.get(f"/data/episodes/{episode['id']}/edits?relations=true")[0]["entities_out"] == []
    for asked, found in (("all", {film["id"], cut["id"]}), ("main", {film["id"]}), (episode["id"], {cut["id"]})):
        rows = ann.get(f"/data/edits/with-tasks?{of_project}&episode_id={asked}")
        assert {row["id"] for row in rows} == found
    ann.get("/data/edits/with-tasks?id=x", status=403)
    assert (
        studio.person(role="admin").get("/data/edits/with-tasks?id=x", status=400)["message"]
        == "Invalid UUID format for id: x"
    )
    assert len(studio.person(role="admin").get("/data/edits/with-tasks")) == 3


def test_one_edit_looks_as_in_the_list_with_tasks(studio: Studio, ann: Member, project: Row, episode: Row) -> None:
    edit = studio.entity("Edit", "Cut", project, episode)
    studio.task(edit)
    (listed,) = ann.get(f"/data/edits/with-tasks?project_id={project['id']}")
    assert ann.get(f"/data/edits/{edit['id']}") == listed
    assert (listed["episode_id"], listed["episode_name"], listed["preview_file_id"]) == (episode["id"], "E01", None)
    old = studio.add(EntityVersion, name="Cut", entity_id=edit["id"])
    assert [row["id"] for row in ann.get(f"/data/edits/{edit['id']}/versions")] == [old["id"]]
    ann.get("/data/edits/x", status=404)


def test_a_vendor_sees_the_edits_of_his_tasks_without_what_other_departments_keep(
    studio: Studio, ann: Member, project: Row, episode: Row
) -> None:
    victor = studio.person("Victor", role="vendor")
    studio.join(project, victor)
    field = studio.add(MetadataDescriptor, project_id=project["id"], entity_type="Edit", name="Cost", field_name="cost")
    kept = {"metadata_descriptor_id": field["id"], "department_id": studio.department("Production")["id"]}
    studio.link(DepartmentMetadataDescriptorLink, **kept)
    edit = studio.entity("Edit", "Cut", project, episode, data={"cost": 5, "mood": "dark"})
    studio.entity("Edit", "Other", project)
    own = studio.task(edit, "Cutting", assignees=[victor])
    studio.task(edit, "Mixing")
    of_project = f"project_id={project['id']}"
    for path in (f"edits?{of_project}", f"edits/with-tasks?{of_project}", f"projects/{project['id']}/edits"):
        (row,) = victor.get(f"/data/{path}")
        assert row["data"] == {"mood": "dark"}, path
    assert [task["id"] for task in victor.get(f"/data/edits/{edit['id']}")["tasks"]] == [own["id"]]
    assert [task["id"] for task in victor.get(f"/data/edits/{edit['id']}/tasks")] == [own["id"]]
    assert ann.get(f"/data/edits/{edit['id']}")["data"] == {"cost": 5, "mood": "dark"}
    victor.get(f"/data/episodes/{episode['id']}/edits", status=403)
    victor.get(f"/data/episodes/{episode['id']}/edit-tasks", status=403)


# --- tasks and their types ---


def test_tasks_are_listed_of_an_entity_and_of_what_is_under_it(
    studio: Studio, ann: Member, project: Row, episode: Row
) -> None:
    sequence = studio.entity("Sequence", "SQ01", project, episode)
    places = {
        "episodes/{}/tasks": episode,
        "sequences/{}/tasks": sequence,
        "shots/{}/tasks": studio.entity("Shot", "SH01", project, sequence),
        "scenes/{}/tasks": studio.entity("Scene", "SC01", project, sequence),
        "assets/{}/tasks": studio.entity("Props", "Tree", project, source_id=episode["id"]),
        "edits/{}/tasks": studio.entity("Edit", "Cut", project, episode),
        "concepts/{}/tasks": studio.entity("Concept", "Mood", project),
    }
    names = {}
    for path, entity in places.items():
        studio.task(entity, entity["name"])
        names[path.format(entity["id"])] = {entity["name"]}
    under = f"episodes/{episode['id']}"
    names |= {
        f"sequences/{sequence['id']}/shot-tasks": {"SH01", "SC01"},
        f"{under}/shot-tasks": {"SH01", "SC01"},
        f"{under}/asset-tasks": {"Tree"},
        f"{under}/edit-tasks": {"Cut"},
    }
    for path, expected in names.items():
        tasks = ann.get(f"/data/{path}")
        assert {task["entity_name"] for task in tasks} == {task["task_type_name"] for task in tasks} == expected, path
        assert "assignees" not in tasks[0]
        assert ann.get(f"/data/{path}?relations=TRUE")[0]["assignees"] == []
    types = {path.replace("/tasks", "/task-types"): expected for path, expected in names.items() if "/tasks" in path}
    types |= {f"sequences/{sequence['id']}/task-types": {"SH01", "SC01"}, f"{under}/task-types": {"SH01", "SC01"}}
    for path, expected in types.items():
        assert {row["name"] for row in ann.get(f"/data/{path}")} == expected, path
    ann.get(f"/data/shots/{sequence['id']}/tasks", status=404)
    studio.person("Stan").get(f"/data/{under}/tasks", status=403)


# --- previews, news, time ---


def test_previews_are_folded_into_revisions_newest_first(studio: Studio, ann: Member, project: Row) -> None:
    edit = studio.entity("Edit", "Cut", project)
    last, first = (studio.task_type(name, priority=priority) for name, priority in (("Mix", 1), ("Cut", 2)))
    tasks = [studio.task(edit, task_type) for task_type in (last, first)]
    studio.task(edit, studio.task_type("Untouched"))

    def preview(task: Row, revision: int, position: int = 1, **values: Any) -> Row:
        name = f"{task['id'][:4]}-{revision}-{position}"
        values = {"created_at": f"2024-01-0{revision}T10:00:0{position}", "task_id": task["id"], **values}
        return studio.add(PreviewFile, name=name, revision=revision, position=position, **values)

    second = preview(tasks[0], 1, 2)
    main = preview(tasks[0], 1, 1, data={"original_width": 4096}, duration=None)
    newer, other = preview(tasks[0], 2), preview(tasks[1], 1)
    found = ann.get(f"/data/edits/{edit['id']}/preview-files")
    assert list(found) == [first["id"], last["id"]]
    assert [row["id"] for row in found[first["id"]]] == [other["id"]]
    assert [row["id"] for row in found[last["id"]]] == [newer["id"], main["id"]]
    folded = found[last["id"]][1]
    assert (folded["duration"], folded["original_width"], folded["original_file_size"]) == (0.0, 4096, None)
    assert [(row["id"], row["position"]) for row in folded["previews"]] == [(second["id"], 2)]
    assert folded["previews"][0]["task_type_id"] == last["id"]
    flat = ann.get(f"/data/entities/{edit['id']}/preview-files")
    assert [row["id"] for row in flat] == [other["id"], newer["id"], main["id"], second["id"]]


def test_two_tasks_of_a_type_show_their_revisions_together(studio: Studio, ann: Member, project: Row) -> None:
    shot = studio.entity("Shot", "SH01", project)
    tasks = [studio.task(shot, "Animation", name=name) for name in ("main", "alternative")]
    for task in tasks:
        studio.add(PreviewFile, name=task["name"], revision=1, task_id=task["id"])
    (revisions,) = ann.get(f"/data/shots/{shot['id']}/preview-files").values()
    assert {row["task_id"] for row in revisions} == {task["id"] for task in tasks}


def test_news_and_time_of_an_entity_are_told_latest_first(studio: Studio, ann: Member, project: Row) -> None:
    sequence = studio.entity("Sequence", "SQ01", project)
    shot = studio.entity("Shot", "SH01", project, sequence)
    task = studio.task(shot)
    days = ("2024-01-01", "2024-01-03", "2024-01-02")
    for day in days:
        studio.add(News, author_id=ann.id, task_id=task["id"], created_at=f"{day}T10:00:00")
        studio.add(TimeSpent, duration=60, date=day, person_id=ann.id, task_id=task["id"])
    news = ann.get(f"/data/entities/{shot['id']}/news")
    assert [row["created_at"][:10] for row in news.pop("data")] == sorted(days, reverse=True)
    assert news == {"total": 3, "nb_pages": 1, "limit": 2000, "offset": 0, "page": 1}
    (row, *_) = ann.get(f"/data/entities/{shot['id']}/news")["data"]
    assert (row["full_entity_name"], row["person"]["id"]) == ("SQ01 / SH01", ann.id)
    spent = ann.get(f"/data/entities/{shot['id']}/time-spents")
    assert [row["date"] for row in spent] == sorted(days, reverse=True)


@pytest.mark.parametrize("path", ["news", "preview-files", "time-spents", "entities-linked/with-tasks"])
def test_what_hangs_on_an_entity_is_for_its_team(studio: Studio, ann: Member, project: Row, path: str) -> None:
    shot = studio.entity("Shot", "SH01", project)
    victor = studio.person(role="vendor")
    studio.join(project, victor)
    victor.get(f"/data/entities/{shot['id']}/{path}", status=403)
    studio.task(shot, assignees=[victor])
    victor.get(f"/data/entities/{shot['id']}/{path}")
    studio.person("Stan").get(f"/data/entities/{shot['id']}/{path}", status=403)
    for id in (new_id(), "x"):
        ann.get(f"/data/entities/{id}/{path}", status=404)
