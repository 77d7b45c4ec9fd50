"""Ways by which rows, or what is said of them, could leave the production that they belong to, or reach who may not see them."""

from typing import Any

import pytest
from productions_apart import Apart
from studio import Member, Studio

from kitsulite.models.entities import AssetInstance, Entity
from kitsulite.models.files import FileStatus, OutputFile, OutputType, WorkingFile
from kitsulite.models.people import TimeSpent
from kitsulite.models.productions import MetadataDescriptor
from kitsulite.models.reviews import Comment
from kitsulite.models.tasks import Task
from kitsulite.storage import Row


@pytest.fixture
def apart(studio: Studio) -> Apart:
    return Apart(studio)


def output(apart: Apart, entity: Row, name: str = "main", **values: Any) -> Row:
    kind, status = (apart.studio.one_of(table, "Geo", **more) for table, more in KINDS_OF_OUTPUT)
    links = {"output_type_id": kind["id"], "file_status_id": status["id"], "entity_id": entity["id"]}
    return apart.studio.add(OutputFile, name=name, revision=1, **links, **values)


KINDS_OF_OUTPUT = ((OutputType, {"short_name": "geo"}), (FileStatus, {"color": "#000000"}))


# --- rows that would belong nowhere ---


def test_no_row_leaves_its_production_by_saying_nothing(apart: Apart) -> None:
    ours = apart.ours
    lamp = apart.studio.entity("Prop", "Theirs Lent", apart.theirs.project, is_shared=True)
    instance = apart.studio.add(AssetInstance, asset_id=lamp["id"], name="L", number=1, scene_id=ours.scene["id"])
    made = output(apart, ours.shot)
    saved = apart.studio.add(
        WorkingFile, name="x", revision=1, task_id=ours.task["id"], entity_id=ours.shot["id"], person_id=apart.art.id
    )
    for who, path, body in (
        (apart.art, f"/data/asset-instances/{instance['id']}", {"scene_id": None}),
        (apart.art, f"/data/output-files/{made['id']}", {"entity_id": None}),
        (apart.art, f"/data/working-files/{saved['id']}", {"entity_id": None, "task_id": None}),
        (apart.moe, f"/data/preview-files/{ours.preview['id']}", {"task_id": None}),
        (apart.ada, f"/data/preview-files/{ours.preview['id']}", {"task_id": ""}),
    ):
        answer = who.call("PUT", path, body)
        assert answer.status == 400, (path, body, answer)
    apart.art.put(f"/data/working-files/{saved['id']}", {"entity_id": None})
    apart.art.get(f"/data/asset-instances/{instance['id']}")
    apart.bob.get(f"/data/asset-instances/{instance['id']}", status=403)


# --- what a sheet of a playlist says ---


def test_the_sheet_of_a_playlist_says_what_its_reader_may_read(apart: Apart) -> None:
    ours, theirs = apart.ours, apart.theirs
    apart.studio.store(Comment, ours.comment["id"], text="INTERNAL")
    apart.studio.store(Entity, theirs.shot["id"], is_shared=True, name="LENT")
    apart.studio.store(Comment, theirs.comment["id"], text="FOREIGN")
    shots = [{"entity_id": of.shot["id"], "preview_file_id": of.preview["id"]} for of in (ours, theirs)]
    apart.moe.put(f"/data/playlists/{ours.playlist['id']}", {"shots": shots, "for_client": True})

    def sheet(who: Member) -> str:
        return who.call("GET", f"/export/csv/playlists/{ours.playlist['id']}").text

    assert "INTERNAL" in sheet(apart.moe)
    assert "Ours SH01" in sheet(apart.clo)
    assert "INTERNAL" not in sheet(apart.clo)
    assert "LENT" in sheet(apart.moe)
    assert "FOREIGN" not in sheet(apart.moe)
    apart.studio.store(Comment, ours.comment["id"], text="FOR CLIENTS", for_client=True)
    assert "FOR CLIENTS" in sheet(apart.clo)
    apart.studio.store(Entity, theirs.shot["id"], is_shared=False)
    assert "LENT" not in sheet(apart.moe)


# --- what somebody's own figures say ---


def test_own_figures_end_with_the_team_and_with_the_reach(apart: Apart) -> None:
    ours = apart.ours
    apart.studio.store(Task, ours.task["id"], end_date="2026-11-10T10:00:00", real_start_date="2026-11-09T10:00:00")
    apart.studio.add(TimeSpent, task_id=ours.task["id"], person_id=apart.vic.id, date="2026-11-10", duration=60)
    vending = apart.studio.task(ours.shot, "Vending", assignees=[apart.vic])
    project = ours.project["id"]
    query = f"count_mode=weighted&project_id={project}&task_type_id={ours.task['task_type_id']}"
    shots = f"/data/persons/{apart.vic.id}/quota-shots/month/2026/11?{query}"
    of_person = f"/data/projects/{project}/quotas/persons/{apart.vic.id}?count_mode=feedback"
    of_type = f"/data/projects/{project}/quotas/{ours.task['task_type_id']}?count_mode=feedback"
    assert [row["id"] for row in apart.vic.get(shots)] == [ours.shot["id"]]
    assert apart.art.id in apart.vic.get(of_type)
    apart.moe.delete(f"/data/tasks/{vending['id']}?force=true")
    assert apart.vic.get(shots) == []
    assert apart.vic.get(of_type) == {}
    apart.vic.get(of_person)
    apart.moe.delete(f"/data/projects/{project}/team/{apart.vic.id}")
    for path in (shots, of_person):
        apart.vic.get(path, status=403)


# --- files of the pipeline ---


def test_outputs_of_an_instance_are_where_it_stands(apart: Apart) -> None:
    lamp = apart.studio.entity("Prop", "Theirs Lent", apart.theirs.project, is_shared=True)
    instance = apart.studio.add(AssetInstance, asset_id=lamp["id"], name="L", number=1, scene_id=apart.ours.scene["id"])
    foreign = output(
        apart, lamp, "foreign", asset_instance_id=instance["id"], temporal_entity_id=apart.theirs.shot["id"]
    )
    own = output(apart, lamp, "own", asset_instance_id=instance["id"], temporal_entity_id=apart.ours.shot["id"])
    path = f"/data/asset-instances/{instance['id']}"
    assert [row["id"] for row in apart.art.get(f"{path}/output-files")] == [own["id"]]
    assert {row["id"] for row in apart.ada.get(f"{path}/output-files")} == {own["id"], foreign["id"]}
    apart.bob.get(f"{path}/output-files", status=403)
    seen_in = f"{path}/entities/{apart.theirs.shot['id']}"
    apart.bob.get(f"{seen_in}/output-types", status=403)
    body = {"output_type_id": own["output_type_id"], "task_type_id": apart.theirs.task["task_type_id"]}
    apart.bob.post(f"{seen_in}/output-files/new", body, status=403)


def test_clients_find_no_files_of_concepts(apart: Apart) -> None:
    concept = apart.ours.concept
    task = apart.studio.task(concept, apart.studio.task_type("Painting", for_entity="Concept"))
    made, shown = output(apart, concept), output(apart, apart.ours.shot)
    values: Any = {"name": "x", "revision": 1, "task_id": task["id"], "entity_id": concept["id"]}
    saved = apart.studio.add(WorkingFile, person_id=apart.art.id, **values)
    of_entity = f"/data/entities/{concept['id']}"
    apart.hides_from(
        apart.clo,
        f"{of_entity}/output-files",
        f"{of_entity}/working-files",
        f"{of_entity}/output-types",
        f"{of_entity}/output-files/last-revisions",
        f"/data/files/{made['id']}",
        f"/data/files/{saved['id']}",
    )
    for path, row in (("/data/output-files", made), ("/data/working-files", saved)):
        assert row["id"] in apart.art.call("GET", path).text
        assert row["id"] not in apart.clo.call("GET", path).text
    assert shown["id"] in apart.clo.call("GET", "/data/output-files").text
    apart.clo.get(f"/data/files/{shown['id']}")


def test_a_path_leads_nobody_to_what_they_may_not_see(apart: Apart) -> None:
    project = apart.ours.project["id"]
    apart.ada.post(f"/actions/projects/{project}/set-file-tree", {"tree_name": "simple"}, status=200)
    asked = {"sep": "/", "project_id": project}
    tree = apart.ada.get(f"/data/projects/{project}")["file_tree"]["working"]
    root = f"{tree['mountpoint']}/{tree['root']}/Ours"
    of_shot = {**asked, "file_path": f"{root}/shots/{apart.ours.sequence['name']}/{apart.ours.shot['name']}"}
    of_concept = {**asked, "file_path": f"{root}/assets/Concept/{apart.ours.concept['name']}"}

    def guessed(who: Member, body: Any) -> str:
        return who.call("POST", "/data/entities/guess-from-path", body).text

    for body, id, outsider in (
        (of_shot, apart.ours.shot["id"], apart.vic),
        (of_concept, apart.ours.concept["id"], apart.clo),
    ):
        assert id in guessed(apart.art, body), guessed(apart.art, body)
        assert id not in guessed(outsider, body)


# --- makers ---


def test_who_made_an_asset_neither_lends_it_nor_writes_what_is_hidden(apart: Apart) -> None:
    project = apart.ours.project["id"]
    made = apart.studio.entity("Prop", "Own", apart.ours.project, created_by=apart.pal.id)
    path = f"/data/entities/{made['id']}"
    apart.pal.put(path, {"description": "mine", "is_shared": False})
    apart.pal.put(path, {"is_shared": True}, status=403)
    apart.moe.put(path, {"is_shared": True})
    apart.studio.store(Entity, made["id"], created_by=apart.vic.id)
    apart.studio.task(made, "Vending", assignees=[apart.vic])
    department = apart.studio.department("Closed")
    field = {"name": "Inner", "entity_type": "Asset", "data_type": "string", "departments": [department["id"]]}
    apart.moe.post(f"/data/projects/{project}/metadata-descriptors", field)
    apart.vic.put(path, {"data": {"open": "x"}})
    apart.vic.put(path, {"data": {"inner": "x"}}, status=403)
    apart.moe.put(path, {"data": {"inner": "x"}})


# --- columns ---


def test_what_a_column_is_of_stays_and_its_values_follow_its_key(apart: Apart) -> None:
    values: Any = {"name": "Inner", "field_name": "inner", "entity_type": "Shot", "data_type": "string"}
    project = apart.ours.project["id"]
    row = apart.studio.add(MetadataDescriptor, project_id=project, for_client=False, **values)
    shot = f"/data/shots/{apart.ours.shot['id']}"
    apart.studio.store(Entity, apart.ours.shot["id"], data={"inner": "SECRET"})
    path = f"/data/metadata-descriptors/{row['id']}"
    apart.ada.put(path, {"entity_type": "Asset"}, status=400)
    apart.ada.put(path, {"field_name": "outer", "entity_type": "Shot"})
    assert apart.ada.get(shot)["data"] == {"outer": "SECRET"}
    assert apart.clo.get(shot)["data"] == {}
