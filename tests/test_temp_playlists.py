"""Tasks seen as a playlist (contract 06, 5.1: temp)."""

from typing import Any

import pytest
from review import Review
from studio import Member, Studio

from kitsulite.models.productions import ProjectTaskTypeLink
from kitsulite.models.tasks import TaskPersonLink
from kitsulite.storage import Row

NOBODY = "00000000-0000-4000-8000-000000000000"


@pytest.fixture
def review(studio: Studio) -> Review:
    return Review(studio)


def look(review: Review, who: Member, *tasks: Row, query: str = "", status: int = 200) -> Any:
    ids = [task["id"] for task in tasks]
    return who.post(f"{review.path()}/temp{query}", {"task_ids": ids}, status=status)


def test_a_task_shows_the_newest_revision_of_its_own_type(review: Review) -> None:
    review.preview(review.animating, 1)
    newest = review.preview(review.animating, 2, annotations=None, data={"original_width": 7})
    beside = review.preview(review.animating, 2, position=2)
    lit = review.preview(review.lighting_it, 5)
    [entry] = look(review, review.art, review.animating)
    previews = entry.pop("preview_files")
    shown = entry.pop("preview_file_previews")
    assert entry == {
        "id": review.shot["id"],
        "name": "SH01",
        "preview_file_task_id": review.animating["id"],
        "parent_name": "SE01",
        "episode_id": "",
        "episode_name": "",
        "sequence_id": review.sequence["id"],
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
    assert [[row["revision"] for row in previews[row["id"]]] for row in (review.animation, review.lighting)] == [
        [2, 1],
        [5],
    ]
    assert previews[review.lighting["id"]][0]["id"] == lit["id"]
    assert previews[review.animation["id"]][0]["original_width"] == 7


def test_a_task_without_previews_shows_those_of_the_first_type_that_has_some(review: Review) -> None:
    third = review.studio.task_type("Layout", priority=9)
    ids = {"project_id": review.project["id"], "task_type_id": third["id"]}
    review.studio.add(ProjectTaskTypeLink, **ids, priority=3)
    layout = review.studio.task(review.shot, third)
    animated, lit = review.preview(review.animating, annotations=[{"time": 1}]), review.preview(review.lighting_it, 4)
    [entry] = look(review, review.art, layout)
    assert (entry["preview_file_id"], entry["preview_file_task_id"]) == (animated["id"], layout["id"])
    assert entry["preview_file_annotations"] == [{"time": 1}]
    assert lit["id"] not in (entry["preview_file_id"],)


def test_without_any_preview_nothing_is_told_of_one(review: Review) -> None:
    [entry] = look(review, review.art, review.animating)
    assert entry["preview_files"] == {}
    assert not [key for key in entry if key.startswith("preview_file_") and key != "preview_file_task_id"]


def test_entries_tell_under_what_they_stand(review: Review) -> None:
    studio, project = review.studio, review.project
    prop = studio.entity("Props", "Tree", project)
    edit = studio.entity("Edit", "Cut", project, review.episode)
    alone = studio.entity("Edit", "Other cut", project)
    lost = studio.entity("Shot", "SH99", project)
    entities = [prop, review.sequence, edit, alone, review.episode, lost]
    entries = look(review, review.art, *(studio.task(entity, review.animation) for entity in entities))
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
    assert entries[1]["episode_id"] == entries[2]["episode_id"] == review.episode["id"]


def test_entries_come_in_the_order_of_the_tasks_or_by_name(review: Review) -> None:
    cut = review.studio.task(review.studio.entity("Edit", "A", review.project, review.episode), review.animation)
    tasks = (review.others_task, cut, review.animating)
    assert [entry["name"] for entry in look(review, review.art, *tasks)] == ["SH02", "A", "SH01"]
    assert [entry["name"] for entry in look(review, review.art, *tasks, query="?sort=1")] == ["SH02", "A", "SH01"]
    assert [entry["name"] for entry in look(review, review.art, *tasks, query="?sort=true")] == ["SH01", "SH02", "A"]


def test_every_task_must_be_there_and_be_for_the_caller(review: Review) -> None:
    assert look(review, review.art) == []
    look(review, review.art, review.animating, {"id": NOBODY}, status=404)
    look(review, review.art, {"id": "x"}, status=400)
    review.art.post(f"{review.path()}/temp", {}, status=400)
    elsewhere = review.studio.project("Elsewhere")
    foreign = review.studio.task(review.studio.entity("Shot", "SH01", elsewhere))
    look(review, review.art, review.animating, foreign, status=403)
    look(review, review.ada, review.animating, foreign)
    look(review, review.studio.person(role="manager"), status=403)
    review.ada.post(f"/data/projects/{NOBODY}/playlists/temp", {"task_ids": []}, status=404)


def test_vendors_look_at_what_they_work_on(review: Review) -> None:
    review.studio.link(TaskPersonLink, task_id=review.lighting_it["id"], person_id=review.vic.id)
    look(review, review.vic, review.animating)
    look(review, review.vic, review.animating, review.others_task, status=403)


def test_the_number_of_queries_does_not_grow_with_the_tasks(review: Review) -> None:
    shots = [review.studio.entity("Shot", f"X{number}", review.project, review.sequence) for number in range(15)]
    tasks = [review.studio.task(shot, review.animation) for shot in shots]
    for task in tasks:
        review.studio.link(TaskPersonLink, task_id=task["id"], person_id=review.vic.id)
        review.preview(task)
    db = review.studio.tracker.db

    def statements(number: int) -> int:
        before = db.statements
        look(review, review.vic, *tasks[:number])
        return db.statements - before

    statements(1)
    assert statements(1) == statements(15)
