"""Refusals that no test of their area meets: each is met here, so that none can go unnoticed."""

import io
from pathlib import Path
from typing import Any

import pytest
from productions_apart import Apart
from reviewing import Review
from sharing import Sharing
from studio import NOBODY, Studio

from kitsulite.areas.previews import movies
from kitsulite.models.entities import AssetInstance
from kitsulite.models.productions import ProjectStatusAutomationLink, ProjectTaskTypeLink
from kitsulite.models.reviews import AttachmentFile, Comment, PreviewBackgroundFile, PreviewFile
from kitsulite.models.tasks import StatusAutomation, Task, TaskStatus
from kitsulite.work.filekeys import MOVIE, ORIGINAL, key_of


@pytest.fixture
def apart(studio: Studio) -> Apart:
    return Apart(studio)


def of_comment(apart: Apart, path: str = "", task: Any = None) -> str:
    return f"/actions/tasks/{(task or apart.ours.task)['id']}/comments/{apart.ours.comment['id']}{path}"


def another_comment(apart: Apart) -> Any:
    said = {"object_type": "Task", "task_status_id": apart.ours.task["task_status_id"], "text": "Else"}
    return apart.studio.add(Comment, object_id=apart.ours.task["id"], person_id=apart.art.id, **said)


def test_an_attachment_is_taken_from_its_own_comment(apart: Apart) -> None:
    other = another_comment(apart)
    path = f"/data/tasks/{apart.ours.task['id']}/comments/{other['id']}/attachments/{apart.ours.attachment['id']}"
    apart.art.delete(path, status=403)
    foreign = path.replace(apart.ours.attachment["id"], apart.theirs.attachment["id"])
    apart.art.delete(foreign, status=403)
    for attachment in (apart.ours.attachment, apart.theirs.attachment):
        assert apart.studio.row(AttachmentFile, attachment["id"])


@pytest.mark.parametrize("of", ["tasks", "projects"])
def test_attachments_of_what_is_no_id_are_not_found(apart: Apart, of: str) -> None:
    apart.ada.get(f"/data/{of}/malformed/attachment-files", status=404)


def test_a_comment_moves_between_two_tasks_of_its_entity(apart: Apart) -> None:
    ours, lighting = apart.ours, apart.studio.task_type("Lighting")
    beside = apart.studio.task(ours.shot, lighting)
    plain = another_comment(apart)

    def move(source: Any, comment: Any, target: Any) -> str:
        path = f"/actions/tasks/{source['id']}/comments/{comment['id']}/move"
        answer = apart.moe.call("POST", path, {"target_task_id": target["id"]})
        assert answer.status in (200, 400), answer
        return "" if answer.status == 200 else str(answer.json["message"])

    assert "does not belong" in move(beside, plain, ours.task)
    assert "must be different" in move(ours.task, plain, ours.task)
    assert "same entity" in move(ours.task, plain, ours.asset_task)
    assert "preview" in move(ours.task, ours.comment, beside)
    assert move(ours.task, plain, beside) == ""
    assert apart.studio.stored(Comment, plain["id"])["object_id"] == beside["id"]


def test_a_preview_is_put_beside_one_of_its_task(apart: Apart) -> None:
    for preview in (apart.theirs.preview["id"], NOBODY):
        apart.art.post(of_comment(apart, f"/preview-files/{preview}"), status=404)


def test_a_task_without_previews_shows_none(apart: Apart) -> None:
    apart.moe.put(f"/actions/tasks/{apart.ours.asset_task['id']}/set-main-preview", status=400)


def test_a_list_of_ids_is_a_list(apart: Apart) -> None:
    path = f"/data/tasks/{apart.ours.task['id']}"
    for nonsense in ("", {}, 7, "x", ["x"]):
        apart.moe.put(path, {"assignees": nonsense}, status=400)
    assert apart.moe.get(path)["assignees"] == [apart.art.id]


@pytest.mark.parametrize("word", ["all", "main"])
def test_the_assets_of_any_episode_are_of_one_production(apart: Apart, word: str) -> None:
    apart.moe.get(f"/data/assets/with-tasks?episode_id={word}", status=404)


def test_frames_are_set_for_a_production_and_a_task_type(apart: Apart) -> None:
    project, task_type = apart.ours.project["id"], apart.ours.task["task_type_id"]
    for path in (f"malformed/task-types/{task_type}", f"{project}/task-types/malformed"):
        apart.moe.post(f"/actions/projects/{path}/set-shot-nb-frames", status=400)


def test_nobody_is_invited_by_a_link_that_was_revoked(studio: Studio) -> None:
    sharing = Sharing(studio)
    sharing.change(sharing.link, is_active=False)
    path = f"{sharing.links}/{sharing.link['token']}/invite"
    sharing.moe.post(path, {"emails": ["gil@elsewhere.test"]}, status=404)


def test_a_review_is_asked_for_by_somebody(apart: Apart) -> None:
    path = f"/actions/tasks/{apart.ours.task['id']}/to-review"
    body = {"person_id": NOBODY, "name": "main", "revision": 1, "comment": "", "change_status": True}
    assert "person" in apart.art.put(path, body, status=400)["message"]
    assert apart.studio.stored(Task, apart.ours.task["id"])["task_status_id"] == apart.ours.task["task_status_id"]


def test_an_entry_of_a_budget_is_for_somebody(apart: Apart) -> None:
    budgets = f"/data/projects/{apart.ours.project['id']}/budgets"
    budget = apart.moe.post(budgets, {"name": "First", "currency": "EUR"}, status=200)
    department = apart.studio.department("Art")
    entry = {
        "department_id": department["id"],
        "person_id": apart.art.id,
        "start_date": "2024-01-01",
        "months_duration": 3,
        "daily_salary": 100,
        "position": "artist",
        "seniority": "junior",
    }
    for key in ("department_id", "person_id"):
        assert (
            NOBODY in apart.moe.post(f"{budgets}/{budget['id']}/entries", {**entry, key: NOBODY}, status=400)["message"]
        )
    apart.moe.post(f"{budgets}/{budget['id']}/entries", entry, status=200)


def test_a_production_is_set_up_with_what_is_there(apart: Apart) -> None:
    settings = f"/data/projects/{apart.ours.project['id']}/settings"
    for nonsense in ("malformed", "", NOBODY):
        answer = apart.moe.call("POST", f"{settings}/task-types", {"task_type_id": nonsense})
        assert answer.status == 400
        assert ("must be a valid UUID" in answer.text) == (nonsense != NOBODY)
    with apart.studio.tracker.db.reading():
        assert not apart.studio.tracker.db.count(ProjectTaskTypeLink.select())


def test_comments_in_a_batch_are_by_who_may_act_on_each_task(apart: Apart) -> None:
    said = {"task_id": apart.ours.task["id"], "task_status_id": apart.ours.task["task_status_id"], "text": "Hi"}
    for who in (apart.pal, apart.vic, apart.bob, apart.meg):
        answer = who.call("POST", "/actions/tasks/batch-comment", {"comments": [said]})
        assert answer.status == 403, answer
    foreign = {**said, "task_id": apart.theirs.task["id"]}
    assert apart.art.call("POST", "/actions/tasks/batch-comment", {"comments": [said, foreign]}).status == 403
    assert len(apart.moe.get(f"/data/tasks/{apart.ours.task['id']}/comments")) == 1
    many = f"/actions/projects/{apart.ours.project['id']}/tasks/comment-many"
    item = {"object_id": apart.ours.task["id"], "task_status_id": said["task_status_id"], "comment": "Hi"}
    assert apart.pal.post(many, [item]) == []
    shown = {"task_ids": [apart.theirs.task["id"]]}
    temporary = apart.art.call("POST", f"/data/projects/{apart.ours.project['id']}/playlists/temp", shown)
    assert temporary.status in (403, 404)
    assert "Theirs" not in temporary.text


def test_who_writes_a_comment_anew_uses_the_statuses_made_for_them(apart: Apart) -> None:
    internal = apart.studio.one_of(
        TaskStatus, "Final", short_name="fin", color="#000000", is_artist_allowed=False, is_client_allowed=False
    )
    path = f"/data/comments/{apart.ours.comment['id']}"
    apart.art.put(path, {"task_status_id": internal["id"]}, status=403)
    assert apart.studio.stored(Comment, apart.ours.comment["id"])["task_status_id"] != internal["id"]
    assert apart.moe.put(path, {"task_status_id": internal["id"]})["task_status_id"] == internal["id"]


def test_the_data_and_the_status_of_an_entity_make_sense(apart: Apart) -> None:
    path = f"/data/entities/{apart.ours.shot['id']}"
    for nonsense in ("x", 7, [1], [["a", "b"]]):
        apart.moe.put(path, {"data": nonsense}, status=400)
    for nonsense in (None, "x", 7):
        assert apart.moe.put(path, {"status": nonsense}, status=400)["message"] == "Invalid status"
    new = {"name": "New", "project_id": apart.ours.project["id"], "entity_type_id": apart.ours.shot["entity_type_id"]}
    apart.moe.post("/data/entities", {**new, "status": None}, status=400)


def test_an_entity_type_has_a_name_of_its_own_however_it_is_spelled(apart: Apart) -> None:
    assert "already exists" in apart.ada.post("/data/entity-types", {"name": "PROP"}, status=400)["message"]


def test_an_instance_is_of_an_asset_at_hand(apart: Apart) -> None:
    scene = f"/data/scenes/{apart.ours.scene['id']}/asset-instances"
    apart.moe.post(scene, {"asset_id": apart.theirs.asset["id"]}, status=404)
    into = f"/data/assets/{apart.ours.asset['id']}/asset-asset-instances"
    apart.moe.post(into, {"asset_to_instantiate_id": apart.theirs.asset["id"]}, status=404)


def test_an_automation_in_use_says_so(apart: Apart) -> None:
    status, task_type = apart.ours.task["task_status_id"], apart.ours.task["task_type_id"]
    ids = {"in_task_type_id": task_type, "in_task_status_id": status, "out_task_type_id": task_type}
    row = apart.studio.add(StatusAutomation, **ids, out_task_status_id=status)
    link = {"project_id": apart.ours.project["id"], "status_automation_id": row["id"]}
    apart.studio.link(ProjectStatusAutomationLink, **link)
    told = apart.ada.delete(f"/data/status-automations/{row['id']}", status=400)
    assert told["message"] == "This automation is used in a project."


def test_a_checklist_is_a_list_of_items(apart: Apart) -> None:
    path = f"/data/comments/{apart.ours.comment['id']}"
    for nonsense in ("x", 7, {"text": "x"}, ["x"], [None], [[]]):
        apart.moe.put(path, {"checklist": nonsense}, status=400)
    assert not apart.moe.get(path)["checklist"]


def test_both_ends_of_a_link_are_two(apart: Apart) -> None:
    ends = {"entity_in_id": apart.ours.shot["id"], "entity_out_id": apart.ours.asset["id"]}
    link = apart.ada.post("/data/entity-links", ends)
    apart.ada.put(f"/data/entity-links/{link['id']}", {"entity_out_id": apart.ours.shot["id"]}, status=400)


def test_the_episode_of_a_playlist_is_an_episode(apart: Apart) -> None:
    for row in (apart.ours.sequence, apart.ours.shot, apart.ours.asset):
        apart.moe.put(f"/data/playlists/{apart.ours.playlist['id']}", {"episode_id": row["id"]}, status=400)
        new = {"name": "New", "project_id": apart.ours.project["id"], "episode_id": row["id"]}
        apart.moe.post("/data/playlists", new, status=400)


def test_dates_are_asked_of_a_project_by_its_id(apart: Apart) -> None:
    assert (
        apart.moe.get("/data/persons/task-dates?project_id=malformed", status=400)["message"] == "Invalid project_id."
    )


def test_of_two_files_for_a_preview_the_first_stays(review: Review, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second was let in while there was none, and is refused when its movie is made."""
    preview = review.preview()

    def late(plan: movies.Plan, upload: str, folder: Path) -> movies.Result:
        with review.studio.tracker.work() as work:
            work.update(PreviewFile, preview["id"], original_name="first")
        return movies.Result(facts={"status": "ready"})

    monkeypatch.setattr(movies, "_result", late)
    review.send(preview, "second.mp4", b"a movie", query="?no_job=true", status=400)
    assert review.row(preview)["original_name"] == "first"


def test_only_pictures_and_movies_have_annotated_frames(review: Review) -> None:
    preview = review.preview(extension="zip", status="ready")
    path = f"/actions/preview-files/{preview['id']}/extract-annotated-frame"
    assert "extension 'zip'" in review.manager.get(path, status=400)["message"]


def test_tiles_are_made_of_movies_that_can_be_read(review: Review) -> None:
    picture = review.preview(extension="png", status="ready")
    assert "not a movie" in review.manager.get(tiles_of(picture), status=400)["message"]
    broken = review.preview(extension="mp4", status="ready")
    review.studio.tracker.files.put(key_of(MOVIE, broken["id"]), io.BytesIO(b"no movie at all"))
    review.manager.get(tiles_of(broken), status=400)


def tiles_of(preview: Any) -> str:
    return f"/actions/preview-files/{preview['id']}/extract-tile"


def test_a_broken_picture_cannot_be_drawn_on(review: Review) -> None:
    drawn = [{"time": 0, "drawing": {"objects": []}}]
    preview = review.preview(extension="png", status="ready", annotations=drawn)
    review.studio.tracker.files.put(key_of(ORIGINAL, preview["id"]), io.BytesIO(b"no picture at all"))
    review.manager.get(f"/actions/preview-files/{preview['id']}/extract-annotated-frame", status=400)


def test_an_avatar_that_was_lost_is_not_found(review: Review) -> None:
    lost = review.studio.person("Lost", has_avatar=True)
    assert review.artist.call("GET", f"/pictures/thumbnails/persons/{lost.id}.png").status == 404


def test_what_is_no_picture_in_a_chat_has_no_small_one(apart: Apart) -> None:
    path = f"/pictures/thumbnails/attachment-files/{apart.ours.attachment['id']}.png"
    assert apart.art.call("GET", path).status == 404


def test_a_background_is_a_radiance_picture_and_is_told_so(studio: Studio) -> None:
    ada = studio.person("Ada", role="admin")
    row = studio.add(PreviewBackgroundFile, name="Forest")
    files = {"file": ("forest.exr", b"no picture", "application/octet-stream")}
    told = ada.send_form(f"/pictures/preview-background-files/{row['id']}", {}, files, status=400)
    assert "extension: exr" in told["message"]


def test_an_instance_is_looked_for_in_its_own_production(apart: Apart) -> None:
    instance = apart.studio.add(AssetInstance, asset_id=apart.ours.asset["id"], name="Lamp_1", number=1)
    for seen_in, status in ((apart.ours.shot, 200), (apart.theirs.shot, 404)):
        path = f"/data/asset-instances/{instance['id']}/entities/{seen_in['id']}/output-types"
        assert apart.moe.call("GET", path).status == status
