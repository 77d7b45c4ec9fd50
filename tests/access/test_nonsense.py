"""What makes no sense is refused by every way in: the rows of POST and PUT, and the routes of their own."""

from collections.abc import Callable
from typing import Any

import pytest
from productions_apart import Apart
from studio import Studio

from kitsulite.models import Record
from kitsulite.models.entities import Entity
from kitsulite.models.people import Person
from kitsulite.models.productions import Project, ProjectTemplate
from kitsulite.models.reviews import Playlist
from kitsulite.models.schedules import BudgetEntry
from kitsulite.models.tasks import Task, TaskType

BLANK = ("", " ", "\t\n")


@pytest.fixture
def apart(studio: Studio) -> Apart:
    return Apart(studio)


def store(apart: Apart, table: type[Record], id: str, **values: Any) -> None:
    """As an older version, or an import, has left it."""
    with apart.studio.tracker.work() as work:
        work.db.run(table.update(**values).where(table.id == id))


def entity(row: Any) -> str:
    return f"/data/entities/{row['id']}"


# --- what stands above ---


def test_nothing_is_above_itself(apart: Apart) -> None:
    ours = apart.ours
    for row in (ours.shot, ours.sequence, ours.episode, ours.asset):
        assert apart.moe.call("PUT", entity(row), {"parent_id": row["id"]}).status == 400
        assert apart.moe.call("PUT", entity(row), {"source_id": row["id"]}).status == 400
    for row, parent in (
        (ours.sequence, ours.shot),
        (ours.episode, ours.sequence),
        (ours.shot, ours.asset),
        (ours.shot, ours.episode),
    ):
        assert apart.moe.call("PUT", entity(row), {"parent_id": parent["id"]}).status == 400
    assert apart.moe.call("PUT", f"/data/shots/{ours.shot['id']}", {"parent_id": ours.shot["id"]}).status == 400


def test_a_new_entity_stands_where_its_kind_does(apart: Apart) -> None:
    ours = apart.ours
    body = {"name": "New", "project_id": ours.project["id"], "entity_type_id": ours.shot["entity_type_id"]}
    for parent in (ours.shot, ours.asset, ours.episode):
        assert apart.moe.call("POST", "/data/entities", {**body, "parent_id": parent["id"]}).status == 400
    assert apart.moe.call("POST", "/data/entities", {**body, "source_id": ours.shot["id"]}).status == 400
    project = f"/data/projects/{ours.project['id']}"
    for path, key, parent in (
        ("shots", "sequence_id", ours.shot),
        ("scenes", "sequence_id", ours.episode),
        ("sequences", "episode_id", ours.sequence),
        ("edits", "episode_id", ours.shot),
    ):
        assert apart.moe.call("POST", f"{project}/{path}", {"name": "New", key: parent["id"]}).status in (400, 404)


def test_what_stands_wrongly_stays_editable(apart: Apart) -> None:
    shot = apart.ours.shot
    store(apart, Entity, shot["id"], parent_id=shot["id"])
    body = apart.moe.get(entity(shot))
    assert apart.moe.put(entity(shot), {**body, "description": "Still ours"})["description"] == "Still ours"
    assert (
        apart.moe.put(entity(shot), {"parent_id": apart.ours.sequence["id"]})["parent_id"] == apart.ours.sequence["id"]
    )


# --- kinds ---


def test_a_kind_does_not_become_another(apart: Apart) -> None:
    ours = apart.ours
    for row, other in (
        (ours.shot, ours.asset),
        (ours.asset, ours.shot),
        (ours.shot, ours.sequence),
        (ours.concept, ours.asset),
    ):
        for path in {entity(row), f"/data/shots/{row['id']}" if row is ours.shot else entity(row)}:
            assert apart.moe.call("PUT", path, {"entity_type_id": other["entity_type_id"]}).status == 400
    vehicle = apart.studio.entity("Vehicle", "Car", ours.project)
    changed = apart.moe.put(entity(ours.asset), {"entity_type_id": vehicle["entity_type_id"]})
    assert changed["entity_type_id"] == vehicle["entity_type_id"]


def test_a_task_is_of_a_type_that_is_made_for_its_entity(apart: Apart) -> None:
    ours, modeling = apart.ours, apart.studio.task_type("Modeling")
    concept_art = apart.studio.task_type("Concept", for_entity="Concept")
    path = f"/data/tasks/{ours.task['id']}"
    assert apart.moe.call("PUT", path, {"task_type_id": modeling["id"]}).status == 400
    assert apart.moe.call("PUT", path, {"entity_id": ours.asset["id"]}).status == 400
    new = {"entity_id": ours.shot["id"], "task_type_id": modeling["id"]}
    assert apart.moe.call("POST", "/data/tasks", new).status == 400
    for task_type in (modeling, concept_art):
        apart.moe.post("/data/tasks", {"entity_id": ours.concept["id"], "task_type_id": task_type["id"]})
    project = f"/actions/projects/{ours.project['id']}/task-types/{modeling['id']}/shots/create-tasks"
    answer = apart.moe.call("POST", project, [ours.shot["id"]])
    assert answer.status >= 400 or answer.json == []


def test_a_task_of_a_wrong_type_stays_editable(apart: Apart) -> None:
    modeling = apart.studio.task_type("Modeling")
    store(apart, Task, apart.ours.task["id"], task_type_id=modeling["id"])
    path = f"/data/tasks/{apart.ours.task['id']}"
    assert apart.moe.put(path, {**apart.moe.get(path), "priority": 3})["priority"] == 3
    animation = apart.studio.one_of(TaskType, "Animation")["id"]
    assert apart.moe.put(path, {"task_type_id": animation})["task_type_id"] == animation


def test_nothing_is_cast_in_itself(apart: Apart) -> None:
    ours = apart.ours
    entry = [{"asset_id": ours.asset["id"], "nb_occurences": 1}]
    project, asset = f"/data/projects/{ours.project['id']}", ours.asset["id"]
    for path, body in (
        (f"/data/assets/{asset}/casting", entry),
        (f"{project}/entities/{asset}/casting", entry),
        (f"{project}/entities/casting", {asset: entry}),
        (f"{project}/entities/casting/assets/{asset}", {"entity_ids": [asset]}),
    ):
        assert apart.moe.call("PUT", path, body).status == 400, path
    ends = {"entity_in_id": asset, "entity_out_id": asset}
    assert apart.ada.call("POST", "/data/entity-links", ends).status == 400
    link = apart.ada.post("/data/entity-links", {**ends, "entity_in_id": ours.shot["id"]})
    assert apart.ada.call("PUT", f"/data/entity-links/{link['id']}", {"entity_in_id": asset}).status == 400


def test_only_assets_are_cast(apart: Apart) -> None:
    entry = [{"asset_id": apart.ours.sequence["id"], "nb_occurences": 1}]
    path = f"/data/projects/{apart.ours.project['id']}/entities/{apart.ours.shot['id']}/casting"
    assert apart.moe.call("PUT", path, entry).status == 400


# --- numbers ---


def test_no_shot_has_less_than_no_frames(apart: Apart) -> None:
    ours = apart.ours
    body = {
        "name": "New",
        "project_id": ours.project["id"],
        "entity_type_id": ours.shot["entity_type_id"],
        "nb_frames": -5,
    }
    assert apart.moe.call("POST", "/data/entities", body).status == 400
    shots = f"/data/projects/{ours.project['id']}/shots"
    assert apart.moe.call("POST", shots, {"name": "New", "nb_frames": -5}).status == 400
    for path in (entity(ours.shot), f"/data/shots/{ours.shot['id']}"):
        assert apart.moe.call("PUT", path, {"nb_frames": -5}).status == 400
        apart.moe.put(path, {"nb_frames": 0})
    store(apart, Entity, ours.shot["id"], nb_frames=-7)
    row = apart.moe.get(entity(ours.shot))
    assert apart.moe.put(entity(ours.shot), {**row, "description": "Short"})["nb_frames"] == -7


def test_nothing_is_cast_less_than_never(apart: Apart) -> None:
    ours = apart.ours
    entry = [{"asset_id": ours.asset["id"], "nb_occurences": -2}]
    project = f"/data/projects/{ours.project['id']}/entities"
    assert apart.moe.call("PUT", f"{project}/{ours.shot['id']}/casting", entry).status == 400
    one = {"entity_ids": [ours.shot["id"]], "nb_occurences": -2}
    assert apart.moe.call("PUT", f"{project}/casting/assets/{ours.asset['id']}", one).status == 400


LEAST: dict[type[Record], tuple[str, ...]] = {
    Task: ("duration", "estimation", "completion_rate", "retake_count", "nb_drawings"),
    Project: (
        "nb_episodes",
        "episode_span",
        "max_retakes",
        "man_days",
        "hd_bitrate_compression",
        "ld_bitrate_compression",
    ),
    ProjectTemplate: ("max_retakes", "hd_bitrate_compression", "ld_bitrate_compression"),
    Person: ("daily_salary",),
}


@pytest.mark.parametrize("table", LEAST)
def test_what_is_counted_is_not_less_than_none(apart: Apart, table: type[Record]) -> None:
    template = apart.studio.add(ProjectTemplate, name="Short")
    ids = {Task: apart.ours.task["id"], Project: apart.ours.project["id"], ProjectTemplate: template["id"]}
    id = ids.get(table, apart.art.id)
    path = f"/data/{table.table_name().replace('_', '-')}s/{id}"
    for key in LEAST[table]:
        assert apart.ada.call("PUT", path, {key: -1}).status == 400
        assert apart.ada.put(path, {key: 0})[key] == 0
    store(apart, table, id, **dict.fromkeys(LEAST[table], -7))
    shown = apart.ada.get(path)
    kept = apart.ada.put(path, {key: value for key, value in shown.items() if key != "project_status_name"})
    assert {kept[key] for key in LEAST[table]} == {-7}


def test_no_entry_of_a_budget_is_for_less_than_nothing(apart: Apart) -> None:
    budgets = f"/data/projects/{apart.ours.project['id']}/budgets"
    budget = apart.moe.post(budgets, {"name": "First", "currency": "EUR"}, status=200)
    entry = {"department_id": apart.studio.department("Art")["id"], "start_date": "2024-01-01"}
    good = {**entry, "months_duration": 3, "daily_salary": 100}
    entries = f"{budgets}/{budget['id']}/entries"
    row = apart.moe.post(entries, good, status=200)
    for key in ("months_duration", "daily_salary"):
        assert apart.moe.call("POST", entries, {**good, key: -3}).status == 400
        assert apart.moe.call("PUT", f"{entries}/{row['id']}", {**good, key: -3}).status == 400
    store(apart, BudgetEntry, row["id"], months_duration=-3)
    assert apart.moe.put(f"{entries}/{row['id']}", {**good, "months_duration": -3})["months_duration"] == -3


@pytest.mark.parametrize("fps", ["abc", "0", "-3", "nan", "inf", "1e400", 0])
def test_a_production_has_a_speed(apart: Apart, fps: Any) -> None:
    path, template = f"/data/projects/{apart.ours.project['id']}", apart.studio.add(ProjectTemplate, name="Short")
    for where in (path, f"/data/project-templates/{template['id']}"):
        assert apart.ada.call("PUT", where, {"fps": fps}).status == 400
        for good in ("24", "23.976", "23,98", None):
            assert apart.ada.put(where, {"fps": good})["fps"] == good
    assert apart.ada.call("POST", "/data/project-templates", {"name": "x", "fps": fps}).status == 400
    store(apart, Project, apart.ours.project["id"], fps=str(fps))
    shown = apart.moe.get(path)
    assert apart.moe.put(path, {"fps": shown["fps"], "description": "as it was"})["fps"] == str(fps)


@pytest.mark.parametrize("tree", ["x", [1], 5, {"working": 5}, {"working": ["x"]}])
def test_a_file_tree_is_one(apart: Apart, tree: Any) -> None:
    path = f"/data/projects/{apart.ours.project['id']}"
    assert apart.moe.call("PUT", path, {"file_tree": tree}).status == 400
    store(apart, Project, apart.ours.project["id"], file_tree=tree)
    assert apart.moe.put(path, {"file_tree": tree, "description": "as it was"})["file_tree"] == tree
    for good in ({"working": {"mountpoint": "/m"}}, {}, None):
        assert apart.moe.put(path, {"file_tree": good})["file_tree"] == good


# --- names ---


@pytest.mark.parametrize("name", BLANK)
def test_nothing_gets_a_blank_name(apart: Apart, name: str) -> None:
    ours, studio = apart.ours, apart.studio
    department, task_type = studio.department("Art"), studio.task_type()
    for path, row in (
        ("entities", ours.shot),
        ("shots", ours.shot),
        ("projects", ours.project),
        ("playlists", ours.playlist),
        ("departments", department),
        ("task-types", task_type),
    ):
        assert apart.ada.call("PUT", f"/data/{path}/{row['id']}", {"name": name}).status == 400, path
    project = f"/data/projects/{ours.project['id']}"
    asset_type = ours.asset["entity_type_id"]
    bodies: dict[str, dict[str, Any]] = {
        "/data/entities": {"project_id": ours.project["id"], "entity_type_id": asset_type},
        "/data/projects": {},
        "/data/departments": {"color": "#000000"},
        "/data/playlists": {"project_id": ours.project["id"]},
        f"{project}/shots": {},
        f"{project}/scenes": {},
        f"{project}/sequences": {},
        f"{project}/episodes": {},
        f"{project}/edits": {},
        f"{project}/concepts": {},
        f"{project}/asset-types/{asset_type}/assets/new": {},
        f"{project}/budgets": {"currency": "EUR"},
    }
    for path, body in bodies.items():
        answer = apart.ada.call("POST", path, {**body, "name": name})
        assert answer.status == 400, f"{path}: {answer}"


# --- playlists ---


@pytest.mark.parametrize(
    "shots", ["text", [1, 2], ["x"], [None], [[]], {"id": "x"}, 7, [{"entity_id": 3}], [{"entity_id": "x"}]]
)
def test_a_playlist_is_a_list_of_entries(apart: Apart, shots: Any) -> None:
    path = f"/data/playlists/{apart.ours.playlist['id']}"
    assert apart.moe.call("PUT", path, {"shots": shots}).status == 400
    new = {"name": "New", "project_id": apart.ours.project["id"], "shots": shots}
    assert apart.moe.call("POST", "/data/playlists", new).status == 400
    assert apart.studio.stored(Playlist, apart.ours.playlist["id"])["shots"] == []


@pytest.mark.parametrize("shots", [[1, 2], "text", [{"entity_id": 3}], {"id": "x"}])
def test_a_playlist_of_nonsense_stays_readable_and_editable(apart: Apart, shots: Any) -> None:
    playlist = apart.ours.playlist
    store(apart, Playlist, playlist["id"], shots=shots)
    for path in (
        f"/data/projects/{apart.ours.project['id']}/playlists/{playlist['id']}",
        f"/data/playlists/{playlist['id']}",
    ):
        apart.moe.get(path)
    assert apart.moe.put(f"/data/playlists/{playlist['id']}", {"name": "Renamed"})["name"] == "Renamed"


# --- productions ---


def test_a_production_is_of_a_known_type(apart: Apart) -> None:
    path = f"/data/projects/{apart.ours.project['id']}"
    assert apart.moe.call("PUT", path, {"production_type": "opera"}).status == 400
    assert apart.ada.call("POST", "/data/projects", {"name": "Aida", "production_type": "opera"}).status == 400
    assert apart.ada.call("POST", "/data/project-templates", {"name": "Aida", "production_type": "opera"}).status == 400
    for known in ("featurefilm", "tvshow", "shots", "assets", "short"):
        assert apart.moe.put(path, {"production_type": known})["production_type"] == known
    store(apart, Project, apart.ours.project["id"], production_type="opera")
    row = apart.ada.get(path)
    assert apart.moe.put(path, {"production_type": "opera", "name": "Aida"})["name"] == "Aida"
    assert row["production_type"] == "opera"


@pytest.mark.parametrize("key", ["replies", "previews"])
def test_what_only_the_server_says_is_passed_over_when_it_says_the_same(apart: Apart, key: str) -> None:
    path = f"/data/comments/{apart.ours.comment['id']}"
    shown = apart.art.get(path)
    apart.art.put(path, {key: shown[key], "text": "More"})
    change: Callable[[Any], Any] = lambda value: [*value, {"id": "x"}]  # noqa: E731
    assert apart.art.call("PUT", path, {key: change(shown[key])}).status in (400, 403)


# --- values of another form than their columns' ---


def test_what_is_drawn_on_a_preview_are_objects(apart: Apart) -> None:
    preview = f"/data/preview-files/{apart.ours.preview['id']}"
    for drawn in (5, "x", [1], {"time": 1}):
        assert apart.moe.call("PUT", preview, {"annotations": drawn}).status == 400
    assert apart.moe.call("PUT", preview, {"annotations": [{"time": 1}]}).status == 200


def test_checks_meet_values_as_columns_hold_them(apart: Apart) -> None:
    """Whatever a check looks up by a value, the engine is never asked for what the column cannot be."""
    admin = apart.studio.person(role="admin")
    for odd in (True, 1, [], {"a": 1}, "\0"):
        assert (
            admin.call("POST", "/data/task-types", {"name": "Fox", "color": "#000000", "for_entity": odd}).status < 500
        )
        assert admin.call("POST", "/data/entities", {"name": "Fox", "project_id": odd}).status in (400, 404)


def test_an_entity_of_no_type_is_refused_whatever_it_points_at(apart: Apart) -> None:
    ours = apart.ours
    for key, target in (("parent_id", ours.sequence), ("source_id", ours.episode), ("preview_file_id", ours.preview)):
        body = {"name": "Fox", "project_id": ours.project["id"], key: target["id"]}
        assert apart.moe.call("POST", "/data/entities", body).status == 400


def test_nobody_has_a_first_name_of_blanks(apart: Apart) -> None:
    path = f"/data/persons/{apart.art.id}"
    assert apart.art.call("PUT", path, {"first_name": "  "}).status == 400
    store(apart, Person, apart.art.id, first_name=" ")
    assert apart.art.put(path, {"first_name": " ", "last_name": "New"})["last_name"] == "New"


@pytest.mark.parametrize("url", ["javascript:alert(1)", " Java\tScript:alert(1)", "data:text/html,x", "vbscript:x"])
def test_no_address_runs_where_it_is_followed(apart: Apart, url: str) -> None:
    apart.art.put(f"/data/preview-files/{apart.ours.preview['id']}", {"url": url}, status=400)
    apart.ada.post("/data/custom-actions", {"name": "Farm", "url": url}, status=400)
    fine = "https://farm.studio.test/data:x?shot={id}"
    assert apart.ada.post("/data/custom-actions", {"name": "Farm", "url": fine})["url"] == fine
