"""Shots, assets and edits out of tables (docs/api/imports.md)."""

from typing import Any

import pytest
import tabling
from studio import Member, Studio

from kitsulite.models.entities import Entity, TaskTypeAssetTypeLink
from kitsulite.models.people import Person
from kitsulite.models.productions import Project, ProjectAssetTypeLink
from kitsulite.models.tasks import Task, TaskStatus
from kitsulite.storage import Row


@pytest.fixture
def ann(studio: Studio) -> Member:
    return studio.person("Ann", "admin")


@pytest.fixture
def project(studio: Studio) -> Row:
    return studio.project("Fox")


@pytest.fixture
def show(studio: Studio) -> Row:
    return studio.project("Show", production_type="tvshow")


def of(project: Row, kind: str, query: str = "") -> str:
    return f"projects/{project['id']}/{kind}{query}"


def stored(studio: Studio, kind: str, name: str) -> Row:
    with studio.tracker.work(writes=False) as work:
        (row,) = work.db.rows(Entity.select().where(Entity.name == name))
    return row


def tasks(member: Member, entity_id: str) -> dict[str, Any]:
    """The tasks of a shot by the names of their types."""
    found = member.get(f"/data/tasks?entity_id={entity_id}&relations=true")
    types = {row["id"]: row["name"] for row in member.get("/data/task-types")}
    return {types[task["task_type_id"]]: task for task in found}


# --- shots ---


def test_shots_of_a_show_stand_under_sequences_of_episodes(ann: Member, show: Row) -> None:
    table = "Episode,Sequence,Name\nE01,S1,001\nE02,S1,001\nE01,S1,002\n"
    first, second, third = tabling.take(ann, of(show, "shots"), table)
    assert first["parent_id"] == third["parent_id"] != second["parent_id"]
    assert sorted(row["name"] for row in ann.get(f"/data/projects/{show['id']}/episodes")) == ["E01", "E02"]
    assert tabling.refused(ann, of(show, "shots"), "Sequence,Name\nS1,001\n")[0] == "A columns is missing: 'Episode'"
    assert tabling.refused(ann, of(show, "shots"), "Episode,Sequence,Name\n,S1,001\n")[0] == "Episode cannot be empty"
    assert tabling.refused(ann, of(show, "shots"), "Episode,Sequence,Name\nE1,,001\n")[0] == "Sequence cannot be empty"


def test_elsewhere_an_episode_is_not_looked_at(ann: Member, project: Row) -> None:
    (shot,) = tabling.take(ann, of(project, "shots"), "Episode,Sequence,Name\nE01,S1,001\n")
    assert ann.get(f"/data/projects/{project['id']}/episodes") == []
    assert shot["type"] == "Entity"


def test_frames_are_numbers_and_their_count_follows(studio: Studio, ann: Member, project: Row) -> None:
    table = "Sequence,Name,In,Out,FPS,Resolution\nS1,001,1001,1100,25,4K\nS1,002,,,,\nS1,003,9,3,24,\n"
    one, two, three = tabling.take(ann, of(project, "shots"), table)
    assert one["data"] == {"frame_in": 1001, "frame_out": 1100, "fps": "25", "resolution": "4K"}
    assert (one["nb_frames"], two["nb_frames"], three["nb_frames"]) == (100, None, None)
    assert two["data"] == {"fps": "", "resolution": ""}
    again = "Sequence,Name,Frames,Frame Out\nS1,001,7,\nS1,002,,\n"
    one, two = tabling.take(ann, of(project, "shots", "?update=true"), again)
    assert (one["nb_frames"], one["data"]["frame_out"], two["nb_frames"]) == (7, 1100, None)
    (one,) = tabling.take(ann, of(project, "shots", "?update=true"), "Sequence,Name,Frames,Frame Out\nS1,001,,1010\n")
    assert one["nb_frames"] == 10
    studio.store(Entity, two["id"], data={"frame_in": 1, "frame_out": 5})
    (two,) = tabling.take(ann, of(project, "shots", "?update=true"), "Sequence,Name\nS1,002\n")
    assert two["nb_frames"] == 5


@pytest.mark.parametrize("speed", ["inf", "nan", "0", "-24"])
def test_a_speed_is_one(ann: Member, project: Row, speed: str) -> None:
    message, *_ = tabling.refused(ann, of(project, "shots"), f"Sequence,Name,FPS\nS1,001,{speed}\n")
    assert message == f"fps must be a number of frames a second, got '{speed}'"


def test_what_is_there_is_left_alone_without_update(ann: Member, project: Row) -> None:
    tabling.take(ann, of(project, "shots"), "Sequence,Name,Description\nS1,001,old\n")
    (shot,) = tabling.take(ann, of(project, "shots"), "Sequence,Name,Description\nS1,001,new\n")
    assert shot["description"] == "old"
    (shot,) = tabling.take(ann, of(project, "shots", "?update=true"), "Sequence,Name,Description\nS1,001,new\n")
    assert shot["description"] == "new"
    (shot,) = tabling.take(ann, of(project, "shots", "?update=true"), "Sequence,Name\nS1,001\n")
    assert shot["description"] == "new"
    assert len(ann.get(f"/data/projects/{project['id']}/shots")) == 1


def test_shots_get_their_tasks_also_when_a_later_line_fails(studio: Studio, ann: Member, project: Row) -> None:
    for name in ("Layout", "Animation"):
        tabling.task_type(studio, project, name)
    tabling.task_type(studio, project, "Modeling", for_entity="Asset")
    studio.task_type("Elsewhere")
    assert tabling.refused(ann, of(project, "shots"), "Sequence,Name\nS1,001\nS1,\n")[2] == 1
    shot = stored(studio, "Shot", "001")
    assert sorted(tasks(ann, shot["id"])) == ["Animation", "Layout"]


def test_task_cells_say_status_comment_and_people(studio: Studio, ann: Member, project: Row) -> None:
    bob, zoe = studio.person("Bob"), studio.person("Zoe")
    tabling.task_type(studio, project, "Layout")
    tabling.task_type(studio, project, "Animation")
    for name, short in (("Todo", "todo"), ("Work In Progress", "wip"), ("Done", "done")):
        studio.one_of(
            TaskStatus, name, short_name=short, color="#000000", is_default=short == "todo", is_done=short == "done"
        )
    table = (
        "Sequence,Name,Layout,Layout comment,Layout assignations,Animation\n"
        'S1,001,WIP,go on,"Bob Test, zoe@studio.test",\nS1,002,,,,done\nS1,003,work in progress,,,\n'
    )
    one, two, three = tabling.take(ann, of(project, "shots"), table)
    layout = tasks(ann, one["id"])["Layout"]
    assert sorted(layout["assignees"]) == sorted([bob.id, zoe.id])
    assert layout["assigner_id"] == ann.id
    (comment,) = ann.get(f"/data/tasks/{layout['id']}/comments")
    assert (comment["text"], comment["task_status"]["short_name"], comment["person_id"]) == ("go on", "wip", ann.id)
    assert tasks(ann, two["id"])["Animation"]["done_date"] is not None
    assert ann.get(f"/data/tasks/{tasks(ann, two['id'])['Layout']['id']}/comments") == []
    assert ann.get(f"/data/tasks/{tasks(ann, three['id'])['Layout']['id']}/comments")[0]["text"] == ""
    assert bob.get("/data/user/tasks")[0]["id"] == layout["id"]  # who gets a task is of the team
    assert [note["notification_type"] for note in bob.get("/data/user/notifications")] == ["comment"]

    same = "Sequence,Name,Layout\nS1,001,wip\n"
    tabling.take(ann, of(project, "shots", "?update=true"), same)
    assert len(ann.get(f"/data/tasks/{layout['id']}/comments")) == 1
    with_comment = "Sequence,Name,Layout,Layout comment\nS1,001,wip,\n"
    tabling.take(ann, of(project, "shots", "?update=true"), with_comment)
    tabling.take(ann, of(project, "shots"), with_comment)
    assert len(ann.get(f"/data/tasks/{layout['id']}/comments")) == 2
    assert tabling.refused(ann, of(project, "shots"), "Sequence,Name,Layout\nS2,004,nope\n") == (
        "Task status not found for nope",
        2,
        0,
    )
    assert tabling.refused(ann, of(project, "shots"), "Sequence,Name,Layout assignations\nS2,004,Kim\n")[0] == (
        "Person not found for Kim"
    )
    assert [row["name"] for row in ann.get(f"/data/projects/{project['id']}/sequences")] == ["S1"]


def test_a_dry_run_tells_of_tasks_and_of_what_is_made_beside(studio: Studio, ann: Member, project: Row) -> None:
    studio.person("Bob")
    tabling.task_type(studio, project, "Layout")
    for name in ("Todo", "Done"):
        studio.one_of(TaskStatus, name, short_name=name.lower(), color="#000000", is_default=name == "Todo")
    tabling.take(ann, of(project, "shots"), "Sequence,Name,Layout\nS1,001,todo\nS1,002,todo\n")
    table = (
        "Sequence,Name,Layout,Layout comment,Layout assignations,Layuot\n"
        "S1,001,done,well,Bob Test,x\nS1,002,todo\nS7,003,done\nS7,004\n"
    )
    told = tabling.dry(ann, of(project, "shots", "?update=true"), table)
    assert told["columns_passed_over"] == ["Layuot"]
    assert [(line["outcome"], line["changes"]) for line in told["lines"]] == [
        (
            "changed",
            {
                "Layout": ["Todo", "Done"],
                "Layout comment": [None, "well"],
                "Layout assignations": ["", "Bob Test"],
            },
        ),
        ("left", {}),
        ("made", {"sequence": [None, "S7"], "Layout": ["Todo", "Done"]}),
        ("made", {}),
    ]
    assets = tabling.dry(ann, of(project, "assets"), "Type,Name\nProop,Hat\nProop,Cap\n")
    assert [line["changes"] for line in assets["lines"]] == [{"asset type": [None, "Proop"]}, {}]


def test_people_are_added_by_assignations_and_replaced_by_those_of_an_export(
    studio: Studio, ann: Member, project: Row
) -> None:
    bob, zoe = studio.person("Bob"), studio.person("Zoe")
    tabling.task_type(studio, project, "Layout")
    (shot,) = tabling.take(ann, of(project, "shots"), "Sequence,Name,Layout assignations\nS1,001,Bob Test\n")
    update = of(project, "shots", "?update=true")

    def assignees() -> set[str]:
        return set(tasks(ann, shot["id"])["Layout"]["assignees"])

    tabling.take(ann, update, "Sequence,Name,Layout assignations\nS1,001,Zoe Test\n")
    assert assignees() == {bob.id, zoe.id}
    tabling.take(ann, update, "Sequence,Name,Layout,Assignations\nS1,001,,\n")
    assert assignees() == {bob.id, zoe.id}
    tabling.take(ann, update, "Sequence,Name,Layout,Assignations\nS1,001,todo,Zoe Test\n")
    assert assignees() == {zoe.id}


def test_bots_work_only_where_they_may(studio: Studio, ann: Member, project: Row) -> None:
    studio.add(Person, first_name="Robot", last_name="", is_bot=True)
    tabling.task_type(studio, project, "Layout")
    table = "Sequence,Name,Layout assignations\nS1,001,Robot\n"
    assert "bots are not to work" in tabling.refused(ann, of(project, "shots"), table)[0]
    studio.store(Project, project["id"], is_bot_collaboration_enabled=True)
    assert len(tabling.take(ann, of(project, "shots"), table)) == 1


def test_a_retake_too_many_is_passed_over(studio: Studio, ann: Member) -> None:
    project = studio.project("Once", max_retakes=1)
    tabling.task_type(studio, project, "Layout")
    studio.one_of(TaskStatus, "Todo", short_name="todo", color="#000000", is_default=True)
    studio.one_of(TaskStatus, "Retake", short_name="rtk", color="#000000", is_retake=True)
    update = of(project, "shots", "?update=true")
    (shot,) = tabling.take(ann, of(project, "shots"), "Sequence,Name,Layout\nS1,001,rtk\n")
    task = tasks(ann, shot["id"])["Layout"]
    tabling.take(ann, update, "Sequence,Name,Layout\nS1,001,todo\n")
    tabling.take(ann, update, "Sequence,Name,Layout\nS1,001,rtk\n")
    assert studio.stored(Task, task["id"])["retake_count"] == 1
    assert len(ann.get(f"/data/tasks/{task['id']}/comments")) == 2


def test_a_shot_named_twice_is_one(studio: Studio, ann: Member, project: Row) -> None:
    tabling.task_type(studio, project, "Layout")
    studio.one_of(TaskStatus, "Todo", short_name="todo", color="#000000", is_default=True)
    studio.one_of(TaskStatus, "Done", short_name="done", color="#000000")
    table = "Sequence,Name,Description,Layout\nS1,001,a,done\nS1,001,b,done\n"
    one, same = tabling.take(ann, of(project, "shots", "?update=true"), table)
    assert one["id"] == same["id"]
    assert one["description"] == "b"
    assert len(ann.get(f"/data/tasks/{tasks(ann, one['id'])['Layout']['id']}/comments")) == 1


# --- metadata ---


def test_metadata_is_kept_as_the_fields_say(studio: Studio, ann: Member, project: Row) -> None:
    bob = studio.person("Bob")
    for name, kind in (("Lead", "person"), ("Ready", "boolean"), ("Note", "string"), ("Steps", "checklist")):
        tabling.field(studio, project, name, kind=kind)
    tabling.field(studio, project, "Secret", of="Asset")
    table = 'Sequence,Name,Lead,Ready,Note,Steps,Secret\nS1,001,BOB@studio.test,Yes,\'=1+1,"[{""text"":""a""}]",x\nS1,002,,,,,\n'
    one, two = tabling.take(ann, of(project, "shots"), table)
    assert one["data"] == {"lead": bob.id, "ready": "true", "note": "=1+1", "steps": [{"text": "a"}]}
    assert two["data"] == {"lead": "", "ready": "", "note": "", "steps": ""}
    update = of(project, "shots", "?update=true")
    (one,) = tabling.take(ann, update, "Sequence,Name,Ready\nS1,001,off\n")
    assert one["data"] == {"lead": bob.id, "ready": "false", "note": "=1+1", "steps": [{"text": "a"}]}
    assert tabling.refused(ann, update, "Sequence,Name,Ready\nS1,001,perhaps\n")[0] == (
        "A value is invalid: Ready: perhaps (yes or no is expected)"
    )
    assert tabling.refused(ann, update, "Sequence,Name,Lead\nS1,001,Kim\n")[0] == "Person not found for Kim"


# --- assets ---


def test_assets_come_with_their_types_and_tasks(studio: Studio, ann: Member, project: Row) -> None:
    modeling = tabling.task_type(studio, project, "Modeling", for_entity="Asset")
    tabling.task_type(studio, project, "Rigging", for_entity="Asset")
    tabling.task_type(studio, project, "Anything", for_entity=None)
    tabling.task_type(studio, project, "Animation")
    table = "Type,Name,Description,Ready for\nProp,Tree,green,Animation\nFX,Rain,,\nprop,Tree,blue,\n"
    tree, rain, same = tabling.take(ann, of(project, "assets"), table)
    assert tree["id"] == same["id"]
    assert studio.stored(Entity, tree["id"])["ready_for"] is not None
    assert sorted(tasks(ann, tree["id"])) == ["Anything", "Modeling", "Rigging"]
    studio.link(TaskTypeAssetTypeLink, asset_type_id=rain["entity_type_id"], task_type_id=modeling["id"])
    (snow,) = tabling.take(ann, of(project, "assets"), "Type,Name\nFX,Snow\n")
    assert sorted(tasks(ann, snow["id"])) == ["Modeling"]
    assert (
        tabling.refused(ann, of(project, "assets"), "Type,Name\n ,Hat\n")[0]
        == "An asset type is required in the Type column"
    )
    assert "no type of assets" in tabling.refused(ann, of(project, "assets"), "Type,Name\nshot,Hat\n")[0]
    assert tabling.refused(ann, of(project, "assets"), "Type,Name,Ready for\nFX,Hat,Modeling\n")[0] == (
        "Task type not found for Modeling"
    )


def test_assets_that_were_there_get_the_tasks_that_they_lack(studio: Studio, ann: Member, project: Row) -> None:
    tree = studio.entity("Prop", "Tree", project)
    tabling.task_type(studio, project, "Modeling", for_entity="Asset")
    tabling.take(ann, of(project, "assets"), "Type,Name\nProp,Tree\n")
    assert sorted(tasks(ann, tree["id"])) == ["Modeling"]


def test_types_of_assets_are_those_of_the_productions_list(studio: Studio, ann: Member, project: Row) -> None:
    studio.entity("FX", "Rain", studio.project())
    prop = studio.entity("Prop", "Tree", project)
    studio.link(ProjectAssetTypeLink, project_id=project["id"], asset_type_id=prop["entity_type_id"])
    assert (
        "Asset type not found for Vehicle" in tabling.refused(ann, of(project, "assets"), "Type,Name\nVehicle,Car\n")[0]
    )
    (rain,) = tabling.take(ann, of(project, "assets"), "Type,Name\nfx,Rain\n")
    listed = [row["id"] for row in ann.get(f"/data/projects/{project['id']}/settings/asset-types")]
    assert rain["entity_type_id"] in listed


def test_assets_of_a_show_are_of_an_episode_or_of_the_main_pack(
    studio: Studio, ann: Member, show: Row, project: Row
) -> None:
    table = "Type,Name,Episode\nProp,Tree,E01\nProp,Hat,MP\nProp,Car,\n"
    tree, hat, car = tabling.take(ann, of(show, "assets"), table)
    assert tree["source_id"] is not None
    assert hat["source_id"] is car["source_id"] is None
    update = of(show, "assets", "?update=true")
    (tree,) = tabling.take(ann, update, "Type,Name\nProp,Tree\n")
    assert tree["source_id"] is None
    assert tabling.refused(ann, of(project, "assets"), "Type,Name,Episode\nProp,Tree,E01\n")[0] == (
        "An episode column is present for a production that isn't a TV Show"
    )
    assert len(tabling.take(ann, of(project, "assets"), "Type,Name,Episode\nProp,Tree,\n")) == 1


def test_namesakes_are_told_apart_by_type_and_by_episode(studio: Studio, ann: Member, show: Row) -> None:
    one = studio.entity("Episode", "E01", show)
    two = studio.entity("Episode", "E02", show)
    studio.entity("Prop", "Tree", show, source_id=one["id"])
    second = studio.entity("Prop", "Tree", show, source_id=two["id"])
    update = of(show, "assets", "?update=true")
    (tree,) = tabling.take(ann, update, "Type,Name,Episode,Description\nProp,Tree,E02,mine\n")
    assert (tree["id"], tree["description"]) == (second["id"], "mine")
    assert "say which by a column Episode" in tabling.refused(ann, update, "Type,Name\nProp,Tree\n")[0]
    (third,) = tabling.take(ann, update, "Type,Name,Episode\nProp,Tree,E03\n")
    assert third["id"] not in {second["id"], tree["id"]}
    (other,) = tabling.take(ann, update, "Type,Name\nFX,Tree\n")
    assert other["entity_type_id"] != tree["entity_type_id"]


# --- edits ---


def test_edits_are_of_an_episode_or_of_the_whole(studio: Studio, ann: Member, show: Row, project: Row) -> None:
    editing = tabling.task_type(studio, show, "Editing", for_entity="Edit")
    studio.one_of(TaskStatus, "Done", short_name="done", color="#000000")
    bob = studio.person("Bob")
    table = "Name,Episode,Description,Editing,Editing assignations\ncut,E01,a,done,Bob Test\ncut,,b,,\n"
    one, two = tabling.take(ann, of(show, "edits"), table)
    assert one["parent_id"] is not None
    assert two["parent_id"] is None
    assert tasks(ann, one["id"])["Editing"]["task_type_id"] == editing["id"]
    assert tasks(ann, one["id"])["Editing"]["assignees"] == []
    assert bob.id
    assert tabling.refused(ann, of(project, "edits"), "Name,Episode\ncut,E01\n")[0] == (
        "An episode column is present for a production that isn't a TV Show"
    )


def test_names_that_no_column_holds_are_refused(ann: Member, project: Row) -> None:
    message, number, count = tabling.refused(ann, of(project, "shots"), "Sequence,Name\nS1,001\nS1," + "x" * 300 + "\n")
    assert message.startswith("A value is invalid: ")
    assert (number, count) == (3, 1)
