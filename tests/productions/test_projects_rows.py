"""Productions as rows: what a new one gets, what may change, how one goes away (docs/api/rows.md)."""

from typing import Any

import pytest
from full_studio import FullStudio
from studio import NOBODY, Member, Studio

from kitsulite.models import TABLES
from kitsulite.models.entities import Entity
from kitsulite.models.outbox import Outgoing
from kitsulite.models.productions import (
    DepartmentMetadataDescriptorLink,
    MetadataDescriptor,
    Project,
    ProjectStatus,
    ProjectTaskStatusLink,
    ProjectTaskTypeLink,
    ProjectTemplate,
    ProjectTemplatePreviewBackgroundFileLink,
    ProjectTemplateTaskStatusLink,
    ProjectTemplateTaskTypeLink,
)
from kitsulite.models.reviews import PreviewBackgroundFile
from kitsulite.models.tasks import TaskStatus
from kitsulite.storage import Row


@pytest.fixture
def ann(studio: Studio) -> Member:
    return studio.person("Ann", role="admin")


@pytest.fixture
def light(studio: Studio) -> Row:
    return studio.add(PreviewBackgroundFile, name="Noon")


def events(ann: Member) -> list[str]:
    return [event["name"] for event in ann.get("/data/events")]


# --- making one ---


def test_a_new_project_is_open_and_has_the_team_it_is_given(studio: Studio, ann: Member) -> None:
    row = ann.post("/data/projects", {"name": "Short", "team": [ann.id]})
    ann.post("/data/projects", {"name": "Other", "team": [ann.id, NOBODY]}, status=400)
    assert studio.row(ProjectStatus, row["project_status_id"])["name"] == "Open"
    assert row["team"] == [ann.id]
    assert (row["fps"], row["production_style"], "first_episode_id" in row) == ("25", "2d3d", False)
    assert events(ann) == ["project:new"]
    again = ann.post("/data/projects", {"name": "Second", "production_style": None})
    assert again["project_status_id"] == row["project_status_id"]
    assert again["production_style"] == "2d3d"


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"production_style": "opera"}, "Invalid production_style"),
        (
            {"production_style": []},
            "One of the provided values has an invalid format: production_style is not one of 2d, ",
        ),
        ({"resolution": "big"}, "Invalid resolution big. Expected format: '1920x1080' or 'x1080'."),
        ({"resolution": 1080}, "Invalid resolution 1080. Expected format: '1920x1080' or 'x1080'."),
        ({"preview_background_file_id": NOBODY}, "Invalid preview_background_file_id"),
    ],
)
def test_settings_that_make_no_sense_are_refused(
    studio: Studio, ann: Member, values: dict[str, Any], message: str
) -> None:
    project = studio.project()
    assert ann.post("/data/projects", {"name": "New", **values}, status=400)["message"].startswith(message)
    assert ann.put(f"/data/projects/{project['id']}", values, status=400)["message"].startswith(message)


@pytest.mark.parametrize("resolution", ["x1080", "1920x1080", "", None])
def test_a_resolution_may_name_its_height_only(studio: Studio, ann: Member, resolution: str | None) -> None:
    project = studio.project()
    assert ann.put(f"/data/projects/{project['id']}", {"resolution": resolution})["resolution"] == resolution


def test_the_default_background_is_one_of_the_projects(studio: Studio, ann: Member, light: Row) -> None:
    body = {"name": "New", "preview_background_file_id": light["id"]}
    ann.post("/data/projects", body, status=400)
    ann.post("/data/projects", {**body, "preview_background_files": [NOBODY]}, status=404)
    ann.post("/data/projects", {**body, "preview_background_files": ["x"]}, status=404)
    row = ann.post("/data/projects", {**body, "preview_background_files": [light["id"]]})
    assert row["default_preview_background_file_id"] == light["id"]
    path = f"/data/projects/{row['id']}"
    ann.put(path, {"preview_background_file_id": light["id"]})
    ann.put(path, {"preview_background_file_id": light["id"], "preview_background_files": []}, status=400)
    assert ann.get(path)["preview_background_files"] == [light["id"]]


def test_a_tv_show_begins_with_an_episode(studio: Studio, ann: Member) -> None:
    row = ann.post("/data/projects", {"name": "Show", "production_type": "tvshow"})
    episode = studio.row(Entity, row["first_episode_id"])
    assert (episode["name"], episode["status"], episode["created_by"]) == ("E01", "running", ann.id)
    assert events(ann) == ["episode:new", "project:new"]
    assert ann.put(f"/data/projects/{row['id']}", {"code": "SH"})["first_episode_id"] == episode["id"]
    assert ann.get(f"/data/projects/{row['id']}")["first_episode_id"] == row["first_episode_id"]


def test_what_becomes_a_tv_show_gets_its_first_episode_by_name(studio: Studio, ann: Member) -> None:
    project = studio.project()
    studio.entity("Episode", "E20", project)
    first = studio.entity("Episode", "E10", project)
    row = ann.put(f"/data/projects/{project['id']}", {"production_type": "tvshow"})
    assert row["first_episode_id"] == first["id"]


def test_a_new_project_gets_the_project_fields_of_the_open_ones(studio: Studio, ann: Member) -> None:
    department = studio.department("Layout")
    kept = {"entity_type": "Project", "data_type": "number"}
    first, second = studio.project("First"), studio.project("Second", status="Active")
    closed = studio.project("Closed", status="Closed")
    budget = studio.add(
        MetadataDescriptor, project_id=first["id"], name="Budget", field_name="budget", position=2, **kept
    )
    studio.link(DepartmentMetadataDescriptorLink, metadata_descriptor_id=budget["id"], department_id=department["id"])
    studio.add(MetadataDescriptor, project_id=second["id"], name="Money", field_name="budget", position=3, **kept)
    studio.add(MetadataDescriptor, project_id=second["id"], name="Crew", field_name="crew", **kept)
    studio.add(MetadataDescriptor, project_id=closed["id"], name="Old", field_name="old", **kept)
    studio.add(MetadataDescriptor, project_id=first["id"], name="Mood", field_name="mood", entity_type="Asset")
    row = ann.post("/data/projects", {"name": "New"})
    copies = ann.get(f"/data/metadata-descriptors?project_id={row['id']}&relations=true")
    assert [(copy["name"], copy["data_type"], copy["departments"]) for copy in copies] == [
        ("Budget", "number", [department["id"]]),
        ("Crew", "number", []),
    ]
    assert events(ann) == ["metadata-descriptor:new", "metadata-descriptor:new", "project:new"]


# --- from a template ---


@pytest.fixture
def template(studio: Studio, light: Row) -> Row:
    row = studio.add(
        ProjectTemplate,
        name="Series",
        fps="24",
        resolution="x720",
        production_type="tvshow",
        data={"a": 1},
        file_tree={"b": 2},
        default_preview_background_file_id=light["id"],
        metadata_descriptors=[
            {"name": "Mon Été", "entity_type": "Asset", "data_type": "string", "field_name": "x", "position": 4},
            {"name": "mon ete!", "entity_type": "Asset", "data_type": "string"},
            {"name": "Of no type"},
            {"name": "Task", "entity_type": "Task"},
            {"name": "Odd", "entity_type": "Asset", "data_type": "odd"},
        ],
    )
    status = studio.add(TaskStatus, name="Todo", short_name="todo", color="#000000")
    of_template = {"project_template_id": row["id"]}
    studio.add(ProjectTemplateTaskTypeLink, **of_template, task_type_id=studio.task_type()["id"], priority=7)
    studio.add(
        ProjectTemplateTaskStatusLink, **of_template, task_status_id=status["id"], priority=3, roles_for_board=["user"]
    )
    studio.link(ProjectTemplatePreviewBackgroundFileLink, **of_template, preview_background_file_id=light["id"])
    return row


def test_a_project_begins_as_its_template_says(studio: Studio, ann: Member, template: Row, light: Row) -> None:
    body = {"name": "New", "project_template_id": template["id"], "fps": "30", "ratio": None, "data": {}}
    row = ann.post("/data/projects", body)
    assert (row["fps"], row["resolution"], row["ratio"]) == ("30", "x720", template["ratio"])
    assert (row["data"], row["file_tree"]) == ({"a": 1}, {"b": 2})
    assert row["default_preview_background_file_id"] == light["id"]
    assert row["preview_background_files"] == [light["id"]]
    assert row["first_episode_id"]
    with studio.tracker.db.reading():
        [types] = studio.tracker.db.rows(ProjectTaskTypeLink.select())
        [statuses] = studio.tracker.db.rows(ProjectTaskStatusLink.select())
        [descriptor] = studio.tracker.db.rows(MetadataDescriptor.select())
    assert (types["project_id"], types["priority"]) == (row["id"], 7)
    assert (statuses["priority"], statuses["roles_for_board"]) == (3, ["user"])
    assert (descriptor["name"], descriptor["field_name"], descriptor["position"]) == ("Mon Été", "mon_ete", None)
    assert events(ann) == ["metadata-descriptor:new", "project:update", "episode:new", "project:new"]


def test_what_is_asked_for_comes_before_the_template(ann: Member, template: Row) -> None:
    body = {"name": "New", "project_template_id": template["id"], "default_preview_background_file_id": None}
    row = ann.post("/data/projects", {**body, "production_type": "short", "data": {"mine": True}})
    assert (row["production_type"], row["data"]) == ("short", {"mine": True})
    assert row["default_preview_background_file_id"] is None


def test_an_unknown_template_makes_no_project(ann: Member) -> None:
    ann.post("/data/projects", {"name": "New", "project_template_id": NOBODY}, status=404)
    assert ann.get("/data/projects") == []


# --- reading and changing one ---


def test_a_project_is_read_by_its_team_and_changed_by_its_managers(studio: Studio, ann: Member) -> None:
    bob, eve, max_ = studio.person("Bob"), studio.person("Eve", role="manager"), studio.person("Max", role="client")
    project = studio.project(team=[max_])
    studio.join(project, bob, role="manager")
    path = f"/data/projects/{project['id']}"
    assert max_.get(path)["project_status_name"] == "Open"
    eve.get(path, status=403)
    eve.put(path, {"code": "X"}, status=403)
    max_.put(path, {"code": "X"}, status=403)
    bob.put(path, {"code": "X", "team": []}, status=400)
    row = bob.put(path, {"code": "X", "team": [max_.id, bob.id], "first_episode_id": "x"})
    assert row["code"] == "X"
    assert "team" not in row
    assert sorted(bob.get(path)["team"]) == sorted([bob.id, max_.id])


def test_a_project_without_status_can_be_read(studio: Studio, ann: Member) -> None:
    project = studio.project()
    ann.put(f"/data/projects/{project['id']}", {"project_status_id": None})
    assert ann.get(f"/data/projects/{project['id']}")["project_status_name"] is None


def test_links_that_stay_keep_their_priorities_and_boards(studio: Studio, ann: Member) -> None:
    project, layout, fx = studio.project(), studio.task_type("Layout"), studio.task_type("FX")
    link = studio.add(ProjectTaskTypeLink, project_id=project["id"], task_type_id=layout["id"], priority=5)
    ann.put(f"/data/projects/{project['id']}", {"task_types": [fx["id"], layout["id"]]})
    assert studio.row(ProjectTaskTypeLink, link["id"])["priority"] == 5
    with studio.tracker.db.reading():
        links = studio.tracker.db.rows(ProjectTaskTypeLink.select())
    assert {row["task_type_id"]: row["priority"] for row in links} == {layout["id"]: 5, fx["id"]: None}


# --- taking one away ---


def test_an_open_project_is_deleted_by_nobody(studio: Studio, ann: Member) -> None:
    bob = studio.person("Bob")
    project = studio.project(team=[bob])
    bob.delete(f"/data/projects/{project['id']}?force=true", status=403)
    answer = ann.call("DELETE", f"/data/projects/{project['id']}?force=true")
    assert (answer.status, answer.json) == (400, {"error": True, "message": "Only closed projects can be deleted"})


def test_a_closed_project_is_deleted_by_admins_when_nothing_is_in_it(studio: Studio, ann: Member) -> None:
    bob = studio.person("Bob", role="manager")
    project = studio.project(team=[bob], status="Closed")
    bob.delete(f"/data/projects/{project['id']}", status=403)
    shot = studio.entity("Shot", "SH01", project)
    answer = ann.call("DELETE", f"/data/projects/{project['id']}")
    assert answer.json == {"message": "The change conflicts with records referencing this one."}
    assert answer.status == 400
    ann.delete(f"/data/entities/{shot['id']}")
    ann.delete(f"/data/projects/{project['id']}", status=400)
    ann.delete(f"/data/projects/{project['id']}?force=TRUE")
    assert ann.get("/data/projects") == []


def test_by_force_a_project_goes_with_everything_in_it_and_nothing_else(studio: Studio) -> None:
    full = FullStudio(studio)
    ann, other = full.members["admin"], studio.project("Other")
    studio.entity("Shot", "Elsewhere", other)
    closed = studio.one_of(ProjectStatus, "Closed", color="#000000")
    ann.put(f"/data/projects/{full.ids['project']}", {"project_status_id": closed["id"]})
    ann.delete(f"/data/projects/{full.ids['project']}?force=true")
    with studio.tracker.db.reading():
        for name, table in TABLES.items():
            if "project_id" in table.columns() and table is not Outgoing:  # what is told of it outlives it
                assert (
                    studio.tracker.db.rows(table.select().where(table.columns()["project_id"] == full.ids["project"]))
                    == []
                ), name
        for name in ("task", "comment", "preview_file", "playlist", "budget_entry", "asset_instance", "working_file"):
            assert studio.tracker.db.rows(TABLES[name].select()) == [], name
        assert [row["name"] for row in studio.tracker.db.rows(Entity.select())] == ["Elsewhere"]
        assert [row["name"] for row in studio.tracker.db.rows(Project.select())] == ["Other"]
        for name in ("person", "task_type", "task_status", "department", "output_type", "project_template"):
            assert studio.tracker.db.rows(TABLES[name].select()), name
    assert events(ann)[-1] == "project:delete"


# --- templates as rows ---


def test_templates_are_read_by_managers_and_written_by_admins(studio: Studio, ann: Member, template: Row) -> None:
    bob = studio.person("Bob", role="manager")
    assert [row["name"] for row in bob.get("/data/project-templates")] == ["Series"]
    assert len(bob.get(f"/data/project-templates/{template['id']}")["task_types"]) == 1
    bob.post("/data/project-templates", {"name": "Mine"}, status=403)
    studio.person("Eve", role="supervisor").get("/data/project-templates", status=403)


def test_a_template_takes_what_it_knows_and_needs_a_name_of_its_own(studio: Studio, ann: Member, template: Row) -> None:
    row = ann.post("/data/project-templates", {"name": "New", "fps": "12", "revision_padding": 4, "nonsense": 1})
    assert (row["fps"], row["revision_padding"], "task_types" in row) == ("12", 0, False)
    for body in ({}, {"name": ""}, {"name": None}):
        assert ann.post("/data/project-templates", body, status=400) == {"message": "name is required"}
    taken = {"message": "A project template with this name already exists"}
    assert ann.post("/data/project-templates", {"name": "Series"}, status=400) == taken
    assert ann.put(f"/data/project-templates/{row['id']}", {"name": "Series"}, status=400) == taken


def test_a_templates_links_stay_when_it_changes_and_go_with_it(
    studio: Studio, ann: Member, template: Row, light: Row
) -> None:
    path = f"/data/project-templates/{template['id']}"
    ann.put(path, {"task_types": []}, status=400)
    ann.put(path, {"preview_background_files": [], "revision_padding": 3})
    row = ann.get(path)
    assert (len(row["task_types"]), len(row["task_statuses"])) == (1, 1)
    assert (row["preview_background_files"], row["revision_padding"]) == ([], 3)
    ann.delete(path)
    for method, id in (("PUT", template["id"]), ("DELETE", "x"), ("PUT", "x")):
        answer = ann.call(method, f"/data/project-templates/{id}", {} if method == "PUT" else None)
        assert (answer.status, answer.json) == (404, {"message": "Project template not found"})


# --- metadata descriptors as rows ---


def test_descriptors_show_departments_when_nothing_is_asked_for(studio: Studio, ann: Member) -> None:
    project = studio.project()
    body = {"project_id": project["id"], "name": "Mood", "field_name": "mood", "entity_type": "Shot"}
    ann.post("/data/metadata-descriptors", body)
    assert ann.get("/data/metadata-descriptors")[0]["departments"] == []
    assert "departments" not in ann.get(f"/data/metadata-descriptors?project_id={project['id']}")[0]
    assert "departments" in ann.get("/data/metadata-descriptors?relations=true")[0]
    for data_type in ("odd", None):
        answer = ann.post("/data/metadata-descriptors", {**body, "data_type": data_type}, status=400)
        assert answer["message"] == "Invalid data_type"
