"""Tasks seen as a playlist (docs/api/playlists.md)."""

from typing import Any

import pytest
from screening import Screening
from studio import NOBODY, Member, Studio

from kitsulite.models.productions import ProjectTaskTypeLink
from kitsulite.models.tasks import TaskPersonLink
from kitsulite.storage import Row


@pytest.fixture
def screening(studio: Studio) -> Screening:
    return Screening(studio)


def look(screening: Screening, who: Member, *tasks: Row, query: str = "", status: int = 200) -> Any:
    ids = [task["id"] for task in tasks]
    return who.post(f"{screening.path()}/temp{query}", {"task_ids": ids}, status=status)


def test_a_task_shows_the_newest_revision_of_its_own_type(screening: Screening) -> None:
    screening.preview(screening.animating, 1)
    newest = screening.preview(screening.animating, 2, annotations=None, data={"original_width": 7})
    beside = screening.preview(screening.animating, 2, position=2)
    lit = screening.preview(screening.lighting_it, 5)
    [entry] = look(screening, screening.art, screening.animating)
    previews = entry.pop("preview_files")
    shown = entry.pop("preview_file_previews")
    assert entry == {
        "id": screening.shot["id"],
        "name": "SH01",
        "preview_file_task_id": screening.animating["id"],
        "parent_name": "SE01",
        "episode_id": "",
        "episode_name": "",
        "sequence_id": screening.sequence["id"],
        "sequence_name": "SE01",
        "asset_type_id": "",
        "asset_type_name": "",
        "preview_file_id": newest["id"],
        "preview_file_extension": "mp4",
        "preview_file_width": 1920,
        "preview_file_height": 1080,
        "preview_file_duration": 0.0,
        "preview_file_revision": 2,
        "preview_file_status": "ready",
        "preview_file_annotations": [],
    }
    assert [preview["id"] for preview in shown] == [beside["id"]]
    assert [[row["revision"] for row in previews[row["id"]]] for row in (screening.animation, screening.lighting)] == [
        [2, 1],
        [5],
    ]
    assert previews[screening.lighting["id"]][0]["id"] == lit["id"]
    assert previews[screening.animation["id"]][0]["original_width"] == 7


def test_a_task_without_previews_shows_those_of_the_first_type_that_has_some(screening: Screening) -> None:
    third = screening.studio.task_type("Layout", priority=9)
    ids = {"project_id": screening.project["id"], "task_type_id": third["id"]}
    screening.studio.add(ProjectTaskTypeLink, **ids, priority=3)
    layout = screening.studio.task(screening.shot, third)
    animated, lit = (
        screening.preview(screening.animating, annotations=[{"time": 1}]),
        screening.preview(screening.lighting_it, 4),
    )
    [entry] = look(screening, screening.art, layout)
    assert (entry["preview_file_id"], entry["preview_file_task_id"]) == (animated["id"], layout["id"])
    assert entry["preview_file_annotations"] == [{"time": 1}]
    assert lit["id"] not in (entry["preview_file_id"],)


def test_without_any_preview_nothing_is_told_of_one(screening: Screening) -> None:
    [entry] = look(screening, screening.art, screening.animating)
    assert entry["preview_files"] == {}
    assert not [key for key in entry if key.startswith("preview_file_") and key != "preview_file_task_id"]


def test_entries_tell_under_what_they_stand(screening: Screening) -> None:
    studio, project = screening.studio, screening.project
    prop = studio.entity("Props", "Tree", project)
    edit = studio.entity("Edit", "Cut", project, screening.episode)
    alone = studio.entity("Edit", "Other cut", project)
    lost = studio.entity("Shot", "SH99", project)
    entities = [prop, screening.sequence, edit, alone, screening.episode, lost]
    entries = look(screening, screening.art, *(studio.task(entity, screening.animation) for entity in entities))
    told = [
        {key: entry[key] for key in entry if key.endswith("_name") or key == "name" if entry[key]} for entry in entries
    ]
    assert told == [
        {"name": "Tree", "parent_name": "Props", "asset_type_name": "Props"},
        {"name": "SE01", "parent_name": "E01", "episode_name": "E01"},
        {"name": "Cut", "parent_name": "E01", "episode_name": "E01"},
        {"name": "Other cut"},
        {"name": "E01"},
        {"name": "SH99"},
    ]
    assert entries[0]["asset_type_id"] == prop["entity_type_id"]
    assert entries[1]["episode_id"] == entries[2]["episode_id"] == screening.episode["id"]


def test_entries_come_in_the_order_of_the_tasks_or_by_name(screening: Screening) -> None:
    cut = screening.studio.task(
        screening.studio.entity("Edit", "A", screening.project, screening.episode), screening.animation
    )
    tasks = (screening.others_task, cut, screening.animating)
    assert [entry["name"] for entry in look(screening, screening.art, *tasks)] == ["SH02", "A", "SH01"]
    assert [entry["name"] for entry in look(screening, screening.art, *tasks, query="?sort=1")] == ["SH02", "A", "SH01"]
    assert [entry["name"] for entry in look(screening, screening.art, *tasks, query="?sort=true")] == [
        "SH01",
        "SH02",
        "A",
    ]


def test_every_task_must_be_there_and_be_for_the_caller(screening: Screening) -> None:
    assert look(screening, screening.art) == []
    look(screening, screening.art, screening.animating, {"id": NOBODY}, status=404)
    look(screening, screening.art, {"id": "x"}, status=400)
    screening.art.post(f"{screening.path()}/temp", {}, status=400)
    elsewhere = screening.studio.project("Elsewhere")
    foreign = screening.studio.task(screening.studio.entity("Shot", "SH01", elsewhere))
    look(screening, screening.art, screening.animating, foreign, status=403)
    look(screening, screening.ada, screening.animating, foreign)
    look(screening, screening.studio.person(role="manager"), status=403)
    screening.ada.post(f"/data/projects/{NOBODY}/playlists/temp", {"task_ids": []}, status=404)


def test_vendors_look_at_what_they_work_on(screening: Screening) -> None:
    screening.studio.link(TaskPersonLink, task_id=screening.lighting_it["id"], person_id=screening.vic.id)
    look(screening, screening.vic, screening.animating)
    look(screening, screening.vic, screening.animating, screening.others_task, status=403)


def test_the_number_of_queries_does_not_grow_with_the_tasks(screening: Screening) -> None:
    shots = [
        screening.studio.entity("Shot", f"X{number}", screening.project, screening.sequence) for number in range(15)
    ]
    tasks = [screening.studio.task(shot, screening.animation) for shot in shots]
    for task in tasks:
        screening.studio.link(TaskPersonLink, task_id=task["id"], person_id=screening.vic.id)
        screening.preview(task)
    db = screening.studio.tracker.db

    def statements(number: int) -> int:
        before = db.statements
        look(screening, screening.vic, *tasks[:number])
        return db.statements - before

    statements(1)
    assert statements(1) == statements(15)
