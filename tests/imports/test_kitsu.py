"""Rows that another studio pushes (docs/api/imports.md)."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from full_studio import FullStudio
from studio import NOBODY, Member, Studio

from kitsulite import Settings, Tracker
from kitsulite.areas.imports import kitsu
from kitsulite.areas.imports.kitsu_models import MODELS
from kitsulite.models import TABLES, new_id
from kitsulite.models.entities import Entity, EntityLink
from kitsulite.models.fields import Pointer
from kitsulite.models.productions import Project
from kitsulite.models.reviews import (
    Comment,
    News,
    Notification,
    Playlist,
    PreviewFile,
)
from kitsulite.models.schedules import ScheduleItem
from kitsulite.models.shapes import read
from kitsulite.storage import Row
from kitsulite.work.work import Event

LONG_AGO = "2019-03-04T05:06:07"
PUSHED = (
    "projects",
    "metadata-descriptors",
    "milestones",
    "entities",
    "schedule-items",
    "entity-links",
    "tasks",
    "subscriptions",
    "time-spents",
    "comments",
    "preview-files",
    "attachment-files",
    "news",
    "playlists",
    "build-jobs",
    "notifications",
)
"""In the order in which each finds what it points to."""


@pytest.fixture
def ann(studio: Studio) -> Member:
    return studio.person("Ann", "admin")


@pytest.fixture
def told(tracker: Tracker) -> list[Event]:
    events: list[Event] = []
    tracker.on("*", events.append)
    return events


def push(member: Member, path: str, *entries: Any, query: str = "", status: int = 200) -> Any:
    return member.post(f"/import/kitsu/{path}{query}", list(entries), status=status)


def refusal(member: Member, path: str, *entries: Any) -> str:
    return str(push(member, path, *entries, status=400)["message"])


def shown(studio: Studio, path: str, id: str) -> Row:
    """A row as it is pushed: with its lists of ids."""
    with studio.tracker.work(writes=False) as work:
        return read(work.show(MODELS[path].shape.with_relations(), id))


# --- all models ---


@pytest.fixture
def full(studio: Studio) -> FullStudio:
    full = FullStudio(studio)
    studio.store(Project, full.ids["project"], resolution="1920x1080", fps="25", production_type="short")
    return full


@pytest.mark.parametrize("path", MODELS)
def test_what_is_pushed_as_it_is_changes_nothing(studio: Studio, full: FullStudio, path: str) -> None:
    table = MODELS[path].table
    id = full.ids[table.table_name()]
    before = studio.stored(table, id)
    entry = shown(studio, path, id)

    answer = push(full.members["admin"], path, {**entry, "type": "Asset" if table is Entity else entry["type"]})

    assert [row["id"] for row in answer] == [id]
    same = before.keys() - ({"updated_at"} if table is News else set())
    assert {key: studio.stored(table, id)[key] for key in same} == {key: before[key] for key in same}
    assert shown(studio, path, id) == entry


@pytest.mark.parametrize("path", MODELS)
def test_only_admins_are_listened_to(full: FullStudio, path: str) -> None:
    for role, member in full.members.items():
        if role not in ("admin", "bot"):
            assert push(member, path, {"id": new_id()}) == []


@pytest.mark.parametrize("path", MODELS)
def test_a_list_of_objects_with_ids_is_expected(ann: Member, path: str) -> None:
    assert ann.post(f"/import/kitsu/{path}", {"id": NOBODY}, status=400)["message"] == kitsu.NO_LIST
    assert refusal(ann, path, "Bunny") == "Entry 1 of 1: it is not an object."
    assert refusal(ann, path, {}) == "Entry 1 of 1: it has no id."
    assert "no id" in refusal(ann, path, {"id": None, "entity_in_id": NOBODY, "entity_out_id": NOBODY})
    assert push(ann, path) == []


@pytest.mark.parametrize("path", MODELS)
def test_references_lead_to_what_is_here(studio: Studio, full: FullStudio, path: str) -> None:
    model = MODELS[path]
    id = full.ids[model.table.table_name()]
    entry = {**shown(studio, path, id), "type": "Asset"}
    for name, column in model.table.columns().items():
        if not isinstance(column, Pointer) or name in model.loose | model.forgone | {*model.found_by}:
            continue
        expected = f"Entry 1 of 1 ({id}): {name} names no {column.table.replace('_', ' ')} that is here."
        assert refusal(full.members["admin"], path, {**entry, name: NOBODY}) == expected


@pytest.fixture
def other(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Studio]:
    """Another studio, on SQLite."""
    folder = tmp_path_factory.mktemp("other")
    with Tracker(Settings(data=str(folder), secret_key="other"), first_data=False) as tracker:
        yield Studio(tracker)


def test_a_production_goes_from_one_studio_to_another(studio: Studio, full: FullStudio, other: Studio) -> None:
    pushed = {model.table for model in MODELS.values()}
    from kitsulite.areas.studio import transfer

    lines = [json.loads(line) for line in transfer.dump(studio.tracker.db)]
    kept = [line for line in lines if not _leads_to(line["table"], {table.table_name() for table in pushed})]
    for line in kept:
        line["row"].pop("preview_project_id", None)
    transfer.load(other.tracker.db, [(0, line["table"], line["row"]) for line in kept])
    bob = other.person("Bob", "admin")

    for path in PUSHED:
        table = MODELS[path].table
        rows = sorted((line["row"] for line in lines if line["table"] == table.table_name()), key=_parents_first)
        entries = [{**shown(studio, path, row["id"]), "type": "Asset"} for row in rows]
        assert [row["id"] for row in push(bob, path, *entries)] == [row["id"] for row in rows]

    for path in PUSHED:
        table = MODELS[path].table
        for row in (line["row"] for line in lines if line["table"] == table.table_name()):
            differs = {key for key, value in other.stored(table, row["id"]).items() if not _same(row[key], value)}
            assert differs <= OF_HERE.get(path, set()), path


OF_HERE = {
    "preview-files": {"data", "source_file_id"},
    "projects": {"default_preview_background_file_id", "from_schedule_version_id"},
    "entities": {"preview_file_id", "nb_entities_out"},
    "news": {"updated_at"},
    "attachment-files": {"chat_message_id"},
    "comments": {"preview_file_id"},
}
"""What is not the same in the other studio: files, schedules and chats stay, what is cast is counted."""


def _same(theirs: Any, ours: Any) -> bool:
    return theirs == ours or (isinstance(theirs, str) and isinstance(ours, str) and theirs[:19] == ours[:19])


def _parents_first(row: Row) -> bool:
    return row.get("parent_id") is not None


def _leads_to(table: str, names: set[str]) -> bool:
    """Whether rows of a table hang on those of others."""
    if table == "person":  # but for a production to look at, which is left out
        return False
    if table in names:
        return True
    columns = TABLES[table].columns().values()
    return any(isinstance(column, Pointer) and column.table in names | HANGING for column in columns)


HANGING = {"output_file", "working_file", "asset_instance", "budget", "chat", "playlist_share_link", "webhook"} | {
    "production_schedule_version",
    "production_schedule_version_task_link",
    "chat_message",
}


# --- order, failure, silence ---


def milestone(project: Row, name: str | None, **more: Any) -> Row:
    return {"id": new_id(), "project_id": project["id"], "name": name, "date": "2026-06-01", **more}


def test_what_came_before_a_refusal_stays_and_what_comes_after_does_not(
    studio: Studio, ann: Member, told: list[Event], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kitsu, "BATCH", 2)
    project = studio.project()
    entries = [milestone(project, name) for name in ("one", "two", "three", None, "five")]

    message = refusal(ann, "milestones", *entries)

    assert message == (
        f"Entry 4 of 5 ({entries[3]['id']}): a value is missing that must be there. The 3 before it are taken."
    )
    there = [row["id"] for row in ann.get("/data/milestones")]
    assert sorted(there) == sorted(entry["id"] for entry in entries[:3])
    assert [event.data["milestone_id"] for event in told] == [entry["id"] for entry in entries[:3]]


@pytest.mark.parametrize(
    ("entry", "why"),
    [
        ({"name": "x" * 41}, "longer"),
        ({"name": ["x"]}, "name"),
        ({"date": "soon"}, "date is not a date"),
        ({"project_id": "x"}, "project_id is not a UUID"),
        ({"id": "x"}, "its id is not a UUID"),
        ({"id": 7}, "its id is not a UUID"),
        ({"id": {"a": 1}}, "its id is not a UUID"),
    ],
)
def test_values_are_read_as_everywhere(studio: Studio, ann: Member, entry: Row, why: str) -> None:
    assert why in refusal(ann, "milestones", {**milestone(studio.project(), "one"), **entry})


def test_what_may_be_there_once_is_not_made_twice(studio: Studio, ann: Member) -> None:
    task = studio.task(studio.entity("Shot", "SH01", studio.project()))

    message = refusal(ann, "tasks", {**task, "id": new_id()})

    assert "another row holds the same values already" in message


def test_a_rule_of_a_table_holds(studio: Studio, ann: Member) -> None:
    task = studio.task(studio.entity("Shot", "SH01", studio.project()))

    assert "breaks a rule" in refusal(ann, "tasks", {**task, "difficulty": 9})


def test_the_same_entry_twice_makes_one_row(studio: Studio, ann: Member, told: list[Event]) -> None:
    entry = milestone(studio.project(), "one")

    rows = push(ann, "milestones", entry, {**entry, "name": "two"})

    assert [row["name"] for row in rows] == ["two", "two"]
    assert [event.name for event in told] == ["milestone:new", "milestone:update"]


@pytest.mark.parametrize(("word", "is_told"), [("1", False), ("true", False), ("YES", False), ("no", True), ("", True)])
def test_who_wants_silence_gets_it(studio: Studio, ann: Member, told: list[Event], word: str, is_told: bool) -> None:
    push(ann, "milestones", milestone(studio.project(), "one"), query=f"?silent={word}")

    assert bool(told) is is_told


def test_times_stay_as_they_were_there(studio: Studio, ann: Member) -> None:
    task = studio.task(studio.entity("Shot", "SH01", studio.project()))
    times = {"created_at": LONG_AGO, "updated_at": "2020-01-02T03:04:05"}

    for id in (task["id"], new_id()):
        [row] = push(ann, "tasks", {**task, "name": id, "id": id, **times})
        assert {key: row[key] for key in times} == times


def test_a_body_of_an_admin_may_be_long(studio: Studio, ann: Member) -> None:
    entries = [milestone(studio.project(), "one", note="x" * (9 * 1024**2))]

    assert len(push(ann, "milestones", *entries)) == 1
    assert studio.person("Bob", "manager").call("POST", "/import/kitsu/milestones", entries).status == 413


def test_a_key_that_is_no_column_is_passed_over(studio: Studio, ann: Member) -> None:
    [row] = push(ann, "milestones", milestone(studio.project(), "one", hashed="x"))

    assert "hashed" not in row


# --- one by one ---


def shot_of(project: Row, **more: Any) -> Row:
    return {"id": new_id(), "name": f"SH{new_id()[:4]}", "project_id": project["id"], "type": "Shot", **more}


@pytest.mark.parametrize("kind", ["Shot", "Sequence", "Episode", "Edit"])
def test_kinds_have_the_entity_types_of_here(studio: Studio, ann: Member, told: list[Event], kind: str) -> None:
    project = studio.project()
    there = studio.entity(kind, "there", project)

    [row] = push(ann, "entities", shot_of(project, type=kind, entity_type_id=NOBODY))

    assert row["entity_type_id"] == there["entity_type_id"]
    [event] = told
    assert event.name == f"{kind.lower()}:new"
    ids = {f"{kind}_id": row["id"], f"{kind.lower()}_id": row["id"]}
    assert event.data == {**ids, "project_id": project["id"]}


@pytest.mark.parametrize("kind", ["Asset", "Concept", "Scene"])
def test_others_keep_theirs(studio: Studio, ann: Member, kind: str) -> None:
    project = studio.project()
    there = studio.entity("Prop" if kind == "Asset" else kind, "there", project)
    types = {"entity_type_id": there["entity_type_id"]}

    [row] = push(ann, "entities", shot_of(project, type=kind, **types))

    assert row["entity_type_id"] == there["entity_type_id"]


def test_the_asset_type_goes_by_either_name(studio: Studio, ann: Member) -> None:
    project = studio.project()
    type_id = studio.entity("Prop", "there", project)["entity_type_id"]

    [row] = push(ann, "entities", shot_of(project, type="Asset", asset_type_id=type_id, asset_type_name="Prop"))

    assert row["entity_type_id"] == type_id


def test_who_says_no_type_is_a_shot_or_stays_what_it_is(studio: Studio, ann: Member) -> None:
    project = studio.project()
    shot, lamp = studio.entity("Shot", "SH01", project), studio.entity("Prop", "Lamp", project)
    entries = [shot_of(project), {"id": lamp["id"], "name": "Lantern"}]
    del entries[0]["type"]

    made, changed = push(ann, "entities", *entries)

    assert made["entity_type_id"] == shot["entity_type_id"]
    assert (changed["name"], changed["entity_type_id"]) == ("Lantern", lamp["entity_type_id"])


def test_a_shot_as_lists_show_it(studio: Studio, ann: Member) -> None:
    project = studio.project()
    sequence = studio.entity("Sequence", "SE01", project)
    lists = {"sequence_id": sequence["id"], "sequence_name": "SE01", "episode_id": NOBODY, "tasks": [{"id": NOBODY}]}
    frames = {"frame_in": 5, "frame_out": 9, "fps": "", "data": {"mood": "dark"}}

    [row] = push(ann, "entities", shot_of(project, **lists, **frames, preview_file_id=NOBODY, created_by=NOBODY))

    assert row["parent_id"] == sequence["id"]
    assert row["data"] == {"mood": "dark", "frame_in": 5, "frame_out": 9}
    assert row["preview_file_id"] is row["created_by"] is None


def test_data_is_an_object(studio: Studio, ann: Member) -> None:
    assert "data is not an object" in refusal(ann, "entities", shot_of(studio.project(), data=[1]))


def test_nothing_stands_under_itself(studio: Studio, ann: Member) -> None:
    fox = studio.project("Fox")
    episode = studio.entity("Episode", "E1", fox)
    sequence = studio.entity("Sequence", "S1", fox, episode)
    shot = studio.entity("Shot", "001", fox, sequence)
    why = "parent_id leads back to it"
    for below in (episode, sequence, shot):
        assert why in refusal(ann, "entities", {"id": episode["id"], "parent_id": below["id"]})
    new = shot_of(fox)
    assert "(" + new["id"] in refusal(ann, "entities", {**new, "parent_id": new["id"]})
    assert why in refusal(ann, "entities", new, {**new, "parent_id": new["id"]})
    assert push(ann, "entities", {"id": shot["id"], "parent_id": episode["id"]})[0]["parent_id"] == episode["id"]


def test_what_already_stands_under_itself_can_be_put_right(studio: Studio, ann: Member) -> None:
    fox = studio.project("Fox")
    one = studio.entity("Sequence", "S1", fox)
    other = studio.entity("Sequence", "S2", fox, one)
    studio.store(Entity, one["id"], parent_id=other["id"])
    shot = studio.entity("Shot", "001", fox)
    assert "leads back" in refusal(ann, "entities", {"id": shot["id"], "parent_id": one["id"]})
    assert push(ann, "entities", {"id": one["id"], "parent_id": None})[0]["parent_id"] is None


def test_a_casting_is_replaced_when_it_is_said_and_left_alone_otherwise(studio: Studio, ann: Member) -> None:
    project = studio.project()
    shot = studio.entity("Shot", "SH01", project)
    lamp, fox = studio.entity("Prop", "Lamp", project), studio.entity("Prop", "Fox", project)
    link = studio.add(EntityLink, entity_in_id=shot["id"], entity_out_id=lamp["id"], nb_occurences=7)
    entry = {"id": shot["id"], "type": "Shot", "name": "SH01"}

    def cast() -> list[str]:
        return sorted(shown(studio, "entities", shot["id"])["entities_out"])

    push(ann, "entities", entry)
    assert cast() == [lamp["id"]]
    [row] = push(ann, "entities", {**entry, "entities_out": [lamp["id"], fox["id"], NOBODY]})
    assert (cast(), row["nb_entities_out"]) == (sorted([lamp["id"], fox["id"]]), 2)
    assert studio.stored(EntityLink, link["id"])["nb_occurences"] == 7
    [row] = push(ann, "entities", {**entry, "entities_out": []})
    assert (cast(), row["nb_entities_out"]) == ([], 0)


def test_links_are_found_by_their_ends(studio: Studio, ann: Member, told: list[Event]) -> None:
    project = studio.project()
    shot, lamp = studio.entity("Shot", "SH01", project), studio.entity("Prop", "Lamp", project)
    ends = {"entity_in_id": shot["id"], "entity_out_id": lamp["id"]}

    [made] = push(ann, "entity-links", {"id": new_id(), **ends, "nb_occurences": 2, "project_name": "x"})
    [changed] = push(ann, "entity-links", {"id": new_id(), **ends, "label": "fixed"})

    assert changed == {**made, "label": "fixed", "updated_at": changed["updated_at"]}
    assert studio.stored(Entity, shot["id"])["nb_entities_out"] == 1
    assert [event.name for event in told] == ["entity-link:new", "entity-link:update"]
    assert told[0].data == {"entity_link_id": made["id"], "project_id": project["id"]}


def test_what_is_never_shown_cannot_be_written(studio: Studio, ann: Member) -> None:
    project = studio.project()
    shot, lamp = studio.entity("Shot", "SH01", project), studio.entity("Prop", "Lamp", project)
    ends = {"entity_in_id": shot["id"], "entity_out_id": lamp["id"]}
    for path, model in MODELS.items():
        hidden = [name for name, column in model.table.columns().items() if column.hidden]
        assert hidden == (["by_shots"] if path == "entity-links" else []), path

    push(ann, "entity-links", {"id": new_id(), **ends, "by_shots": True})

    with studio.tracker.db.reading():
        [link] = studio.tracker.db.rows(EntityLink.select())
    assert link["by_shots"] is False


def test_a_link_without_its_ends_is_none(ann: Member) -> None:
    assert "it has no entity_in_id" in refusal(ann, "entity-links", {"id": new_id()})


def test_a_production_gains_and_loses_nothing(studio: Studio, ann: Member, told: list[Event]) -> None:
    bob, eve = studio.person("Bob"), studio.person("Eve")
    project = studio.project(team=[bob])
    entry = {"id": project["id"], "team": [eve.id, NOBODY], "project_status_name": "Closed"}

    push(ann, "projects", entry)

    assert sorted(shown(studio, "projects", project["id"])["team"]) == sorted([bob.id, eve.id])
    assert [event.data for event in told] == [{"project_id": project["id"]}]
    push(ann, "projects", {"id": project["id"], "team": []})
    assert len(shown(studio, "projects", project["id"])["team"]) == 2


def test_a_new_production_is_open_and_its_settings_make_sense(studio: Studio, ann: Member) -> None:
    studio.project()
    entry = {"id": new_id(), "name": "Fox"}

    assert "Invalid resolution" in refusal(ann, "projects", {**entry, "resolution": "wide"})
    push(ann, "projects", entry)

    assert "Fox" in [row["name"] for row in ann.get("/data/projects/open")]


def test_assignees_become_what_is_said(studio: Studio, ann: Member, told: list[Event]) -> None:
    bob, eve = studio.person("Bob"), studio.person("Eve")
    task = studio.task(studio.entity("Shot", "SH01", studio.project()), assignees=[bob])

    def assignees() -> Any:
        return shown(studio, "tasks", task["id"])["assignees"]

    push(ann, "tasks", {"id": task["id"]})
    assert assignees() == [bob.id]
    push(ann, "tasks", {"id": task["id"], "assignees": [{"id": eve.id}]})
    assert assignees() == [eve.id]
    push(ann, "tasks", {"id": task["id"], "assignees": []})
    assert assignees() == []
    assert told[0].data == {"task_id": task["id"], "project_id": task["project_id"]}
    assert "assignees holds something that is no id" in refusal(ann, "tasks", {"id": task["id"], "assignees": ["x"]})


def test_a_task_may_point_to_a_preview_that_is_still_to_come(studio: Studio, ann: Member) -> None:
    task = studio.task(studio.entity("Shot", "SH01", studio.project()))

    [row] = push(ann, "tasks", {"id": task["id"], "last_preview_file_id": NOBODY})

    assert row["last_preview_file_id"] == NOBODY


def test_a_task_is_of_the_production_of_its_entity(studio: Studio, ann: Member) -> None:
    fox, owl = studio.project("Fox"), studio.project("Owl")
    shot, there = studio.entity("Shot", "S1", fox), studio.entity("Shot", "S1", owl)
    task = studio.task(shot)
    why = "project_id names another production than that of its entity"
    for entry in ({"id": new_id(), "entity_id": there["id"]}, {"id": task["id"], "project_id": owl["id"]}):
        assert why in refusal(ann, "tasks", {**shown(studio, "tasks", task["id"]), **entry})
    assert why in refusal(ann, "tasks", {"id": task["id"], "entity_id": there["id"]})
    moved = {"id": task["id"], "entity_id": there["id"], "project_id": owl["id"]}
    assert push(ann, "tasks", moved)[0]["project_id"] == owl["id"]
    assert "another production than that of its tasks" in refusal(ann, "entities", {**there, "project_id": fox["id"]})
    assert push(ann, "entities", {**shot, "project_id": owl["id"]})[0]["project_id"] == owl["id"]


def test_a_comment_keeps_all_that_it_mentions(studio: Studio, ann: Member, told: list[Event]) -> None:
    bob, layout = studio.person("Bob"), studio.department("Layout")
    task = studio.task(studio.entity("Shot", "SH01", studio.project()))
    preview = studio.add(PreviewFile, name="v1", task_id=task["id"])
    entry = {
        "id": new_id(),
        "object_id": task["id"],
        "person_id": bob.id,
        "text": "Look",
        "mentions": [bob.id],
        "department_mentions": [layout["id"]],
        "acknowledgements": [ann.id],
        "previews": [{"id": preview["id"]}],
        "attachment_files": [NOBODY],
        "created_at": LONG_AGO,
        "updated_at": LONG_AGO,
    }

    push(ann, "comments", entry)

    lists = {key: shown(studio, "comments", entry["id"])[key] for key in MODELS["comments"].replaced}
    assert lists == {
        "mentions": [bob.id],
        "department_mentions": [layout["id"]],
        "acknowledgements": [ann.id],
        "previews": [preview["id"]],
        "attachment_files": [],
    }
    row = studio.stored(Comment, entry["id"])
    assert row["object_type"] == "Task"
    assert (row["created_at"][:19], row["updated_at"][:19]) == (LONG_AGO, LONG_AGO)
    assert told[0].data == {"comment_id": entry["id"], "project_id": task["project_id"]}
    push(ann, "comments", {"id": entry["id"], "mentions": []})
    assert shown(studio, "comments", entry["id"])["mentions"] == []


def test_a_comment_is_about_a_task_that_is_here(ann: Member) -> None:
    entry = {"id": new_id(), "object_id": NOBODY, "person_id": ann.id}

    assert "object_id names no task that is here" in refusal(ann, "comments", entry)


@pytest.mark.parametrize(
    ("path", "values", "why"),
    [
        ("comments", {"replies": "x"}, "replies is not a list of objects"),
        ("comments", {"links": ["javascript:x"]}, "links"),
        ("preview-files", {"extension": "../x"}, "extension is none of a file"),
        ("preview-files", {"path": "../x"}, "path leads out of its folder"),
        ("preview-files", {"annotations": [1]}, "annotations is not a list of objects"),
        ("playlists", {"shots": [1]}, "shots is not a list of objects"),
    ],
)
def test_values_of_any_form_have_the_form_that_all_expect(full: FullStudio, path: str, values: Row, why: str) -> None:
    id = full.ids[MODELS[path].table.table_name()]

    assert why in refusal(full.members["admin"], path, {"id": id, **values})


def test_a_preview_comes_without_its_file(studio: Studio, ann: Member, told: list[Event]) -> None:
    task = studio.task(studio.entity("Shot", "SH01", studio.project()))
    of_here = studio.add(PreviewFile, name="v1", task_id=task["id"], status="broken", data={"a": 1})
    entry = {"id": new_id(), "task_id": task["id"], "name": "v2", "status": None, "comments": [NOBODY]}

    made, kept = push(ann, "preview-files", {**entry, "data": {"b": 2}}, {"id": of_here["id"], "width": 9})
    [again] = push(ann, "preview-files", {"id": made["id"], "data": None})

    assert (made["status"], made["data"]) == ("ready", {"b": 2, "imported_only": True})
    assert (kept["status"], kept["data"], kept["width"]) == ("broken", {"a": 1}, 9)
    assert again["data"] == {"imported_only": True}
    assert told[0].data == {"preview_file_id": made["id"], "project_id": task["project_id"]}


def test_a_playlist_shows_what_may_be_shown_here(studio: Studio, ann: Member) -> None:
    ours, theirs = studio.project(), studio.project()
    shot, foreign = studio.entity("Shot", "SH01", ours), studio.entity("Shot", "SH01", theirs)
    shots = [{"entity_id": entity["id"]} for entity in (shot, foreign)] + [{"entity_id": NOBODY}]

    entry = {"id": new_id(), "name": "Dailies", "project_id": ours["id"], "shots": shots, "build_jobs": [NOBODY]}
    push(ann, "playlists", entry)

    assert studio.stored(Playlist, entry["id"])["shots"] == [{"entity_id": shot["id"]}]


def test_fields_gain_departments(studio: Studio, ann: Member) -> None:
    layout, sound, project = studio.department("Layout"), studio.department("Sound"), studio.project()
    values = {"project_id": project["id"], "entity_type": "Asset", "name": "Vendor", "field_name": "vendor"}
    entry = {"id": new_id(), **values, "data_type": "string"}

    for department in (layout, sound):
        push(ann, "metadata-descriptors", {**entry, "departments": [department["id"]]})

    found = shown(studio, "metadata-descriptors", entry["id"])["departments"]
    assert sorted(found) == sorted([layout["id"], sound["id"]])


def test_news_are_as_old_as_they_are_and_need_all_their_keys(studio: Studio, ann: Member) -> None:
    task = studio.task(studio.entity("Shot", "SH01", studio.project()))
    entry = {
        "id": new_id(),
        "created_at": LONG_AGO,
        "updated_at": "2026-01-01T00:00:00",
        "change": True,
        "author_id": ann.id,
        "comment_id": None,
        "preview_file_id": None,
        "task_id": task["id"],
    }

    [row] = push(ann, "news", entry)

    assert row["created_at"] == row["updated_at"] == LONG_AGO
    for key in entry.keys() - {"updated_at"}:
        assert f"it has no {key}" in refusal(ann, "news", {name: entry[name] for name in entry if name != key})


def test_the_kind_of_a_notification_has_a_key_of_its_own(studio: Studio, ann: Member) -> None:
    entry = {"id": new_id(), "person_id": ann.id, "author_id": ann.id, "type": "Notification"}

    [row] = push(ann, "notifications", {**entry, "notification_type": "mention"})
    push(ann, "notifications", {"id": row["id"], "type": "Notification", "read": True})

    stored = studio.stored(Notification, entry["id"])
    assert (stored["type"], stored["read"]) == ("mention", True)


def test_a_schedule_is_of_what_may_be_no_entity(studio: Studio, ann: Member) -> None:
    [row] = push(ann, "schedule-items", {"id": new_id(), "project_id": studio.project()["id"], "object_id": NOBODY})

    assert studio.stored(ScheduleItem, row["id"])["object_id"] == NOBODY


def test_the_production_of_an_attachment_is_that_of_its_comment(studio: Studio, ann: Member, told: list[Event]) -> None:
    task = studio.task(studio.entity("Shot", "SH01", studio.project()))
    comment = studio.add(Comment, object_id=task["id"], object_type="Task", person_id=ann.id)

    push(
        ann,
        "attachment-files",
        {"id": new_id(), "name": "a.txt", "comment_id": comment["id"], "comment": {"id": NOBODY}},
        {"id": new_id(), "name": "b.txt"},
    )

    assert [event.data.get("project_id") for event in told] == [task["project_id"], None]
