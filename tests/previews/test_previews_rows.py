"""Previews, backgrounds and playlists as rows (docs/api/rows.md)."""

from typing import Any

import pytest
from studio import Member, Studio

from kitsulite.models.entities import Entity
from kitsulite.models.reviews import (
    BuildJob,
    Comment,
    CommentPreviewLink,
    News,
    Playlist,
    PlaylistShareLink,
    PreviewBackgroundFile,
    PreviewFile,
)
from kitsulite.models.tasks import Task, TaskPersonLink
from kitsulite.storage import Row


@pytest.fixture
def ann(studio: Studio) -> Member:
    return studio.person("Ann", role="admin")


class Review:
    """A shot with a task of which there are two revisions, the second with two previews."""

    def __init__(self, studio: Studio, **settings: Any) -> None:
        self.manager, self.supervisor = studio.person(role="manager"), studio.person(role="supervisor")
        self.artist, self.vendor, self.client = (
            studio.person(),
            studio.person(role="vendor"),
            studio.person(role="client"),
        )
        team = [self.manager, self.supervisor, self.artist, self.vendor, self.client]
        self.project = studio.project(team=team, **settings)
        self.shot = studio.entity("Shot", "SH01", self.project)
        self.task = studio.task(self.shot)
        self.first, self.second, self.third = (
            studio.add(PreviewFile, name=f"p{n}", task_id=self.task["id"], revision=revision, position=position)
            for n, (revision, position) in enumerate([(1, 1), (2, 1), (2, 2)])
        )

    def path(self, preview: Row) -> str:
        return f"/data/preview-files/{preview['id']}"


@pytest.fixture
def review(studio: Studio) -> Review:
    return Review(studio)


def assign(studio: Studio, review: Review, member: Member) -> None:
    studio.link(TaskPersonLink, task_id=review.task["id"], person_id=member.id)


# --- preview files ---


def test_previews_are_seen_by_the_team_and_by_vendors_who_have_the_task(studio: Studio, review: Review) -> None:
    stranger = studio.person(role="manager")
    assert len(review.artist.get("/data/preview-files")) == 3
    assert stranger.get("/data/preview-files") == review.vendor.get("/data/preview-files") == []
    review.client.get(review.path(review.first))
    stranger.get(review.path(review.first), status=403)
    review.vendor.get(review.path(review.first), status=403)
    assign(studio, review, review.vendor)
    review.vendor.get(review.path(review.first))
    assert len(review.vendor.get("/data/preview-files")) == 3


def test_previews_are_changed_by_managers_and_by_who_has_the_task(studio: Studio, review: Review) -> None:
    path = review.path(review.first)
    assert review.manager.put(path, {"description": "a"})["description"] == "a"
    review.artist.put(path, {"description": "b"}, status=403)
    assign(studio, review, review.artist)
    assert review.artist.put(path, {"description": "b"})["description"] == "b"
    review.artist.delete(path, status=403)


def test_a_revision_moves_as_a_whole_to_a_free_number(studio: Studio, review: Review) -> None:
    answer = review.manager.put(review.path(review.second), {"revision": 1}, status=400)
    assert answer == {
        "error": True,
        "message": "Revision 1 already exists for this task. Choose a different revision number, or omit it to let the "
        "revision auto-increment.",
    }
    review.manager.put(review.path(review.second), {"revision": "5"})
    assert [studio.row(PreviewFile, row["id"])["revision"] for row in (review.first, review.second, review.third)] == [
        1,
        5,
        5,
    ]
    review.manager.put(review.path(review.third), {"revision": 1})
    assert studio.row(PreviewFile, review.second["id"])["revision"] == 5


JUDGED: Row = {"annotations": [{"time": 1, "drawing": {"objects": []}}], "validation_status": "validated"}
FOUND: Row = {
    "extension": "mp4",
    "status": "ready",
    "path": "/x",
    "file_size": 3,
    "width": 4,
    "height": 5,
    "duration": 6.5,
}


def test_who_has_the_task_says_of_a_preview_what_it_is_and_no_more(studio: Studio, review: Review) -> None:
    for member in (review.artist, review.supervisor):
        assign(studio, review, member)
    path, other = review.path(review.first), studio.task(review.shot, "Rotoscopy")
    moved = {"task_id": other["id"], "person_id": review.manager.id, "is_movie": True}
    for key, value in (JUDGED | FOUND | moved).items():
        review.artist.put(path, {key: value}, status=403)
        review.supervisor.put(path, {key: value}, status=200 if key in JUDGED else 403)
        assert review.manager.put(path, {key: value})[key] == value
    review.manager.put(path, {"task_id": review.task["id"]})
    shown = review.artist.get(path)
    assert review.artist.put(path, {**shown, "duration": int(shown["duration"]) + 0.5, "name": "n"})["name"] == "n"


def test_a_preview_holds_what_there_can_be(studio: Studio, review: Review) -> None:
    path = review.path(review.first)
    nonsense: Row = {
        **dict.fromkeys(("revision", "position", "file_size", "width", "height", "duration"), -1),
        "extension": "../../x",
        "original_name": "../x",
        "path": "/a/../../x",
    }
    for key, value in nonsense.items():
        review.manager.put(path, {key: value}, status=400)
    for extension in ("html/x", "a..b", "a b"):
        review.manager.put(path, {"extension": extension}, status=400)
    studio.store(PreviewFile, review.first["id"], **nonsense)
    shown = review.manager.get(path)
    assert review.manager.put(path, {**shown, "description": "as it was"})["width"] == -1
    for extension in ("png", ".tar.gz", ""):
        assert review.manager.put(path, {"extension": extension})["extension"] == extension


def test_a_deleted_preview_is_shown_nowhere_and_the_task_falls_back(studio: Studio, ann: Member) -> None:
    review = Review(studio, is_set_preview_automated=True)
    gone, bob = review.second["id"], review.artist.id
    with studio.tracker.work() as work:
        work.update(Task, review.task["id"], last_preview_file_id=gone)
        work.update(Entity, review.shot["id"], preview_file_id=gone)
        work.delete(PreviewFile, PreviewFile.id == review.third["id"])
    comment = studio.add(Comment, object_id=review.task["id"], object_type="Task", person_id=bob, preview_file_id=gone)
    studio.link(CommentPreviewLink, comment=comment["id"], preview_file=gone)
    news = [studio.add(News, author_id=bob, task_id=review.task["id"], preview_file_id=gone) for _ in range(2)]
    review.manager.delete(review.path(review.second))
    assert studio.row(Task, review.task["id"])["last_preview_file_id"] == review.first["id"]
    assert studio.row(Entity, review.shot["id"])["preview_file_id"] == review.first["id"]
    assert studio.row(Comment, comment["id"])["previews"] == []
    assert {studio.row(News, row["id"])["preview_file_id"] for row in news} == {None}
    assert [event["name"] for event in ann.get("/data/events")] == [
        "preview-file:set-main",
        "shot:update",
        "preview-file:delete",
    ]
    review.manager.delete(review.path(review.first))
    assert studio.row(Task, review.task["id"])["last_preview_file_id"] is None


# --- backgrounds ---


def test_a_background_has_a_name_of_its_own_and_one_is_the_default(studio: Studio, ann: Member) -> None:
    noon = ann.post("/data/preview-background-files", {"name": "Noon", "is_default": True})
    night = ann.post("/data/preview-background-files", {"name": "noon"})
    taken = "A preview background file with similar name already exists"
    assert ann.post("/data/preview-background-files", {"name": "Noon"}, status=400)["message"] == taken
    path = f"/data/preview-background-files/{night['id']}"
    assert ann.put(path, {"name": "Noon"}, status=400)["message"] == taken
    assert ann.put(path, {"name": "noon", "is_default": True})["is_default"] is True
    assert studio.row(PreviewBackgroundFile, noon["id"])["is_default"] is False
    ann.put(f"/data/projects/{studio.project()['id']}", {"preview_background_files": [night["id"]]})
    ann.delete(path, status=400)
    ann.delete(f"/data/preview-background-files/{noon['id']}")


# --- playlists ---


def test_a_playlist_is_made_by_supervisors_and_is_theirs(studio: Studio, review: Review) -> None:
    body = {"name": "Dailies", "project_id": review.project["id"], "episode_id": "all", "task_type_id": "x"}
    review.artist.post("/data/playlists", body, status=403)
    row = review.supervisor.post("/data/playlists", {**body, "created_by": review.artist.id})
    assert (row["created_by"], row["episode_id"], row["task_type_id"]) == (review.supervisor.id, None, None)
    assert (row["for_entity"], row["build_jobs"]) == ("shot", [])
    path = f"/data/playlists/{row['id']}"
    other = studio.person(role="supervisor")
    studio.join(review.project, other)
    other.put(path, {"name": "Mine"}, status=403)
    review.manager.put(path, {"created_by": None}, status=400)
    nobodys = studio.add(Playlist, name="Old", project_id=review.project["id"])
    assert other.put(f"/data/playlists/{nobodys['id']}", {"name": "Mine"})["name"] == "Mine"


def test_a_playlist_shows_entities_of_one_kind_and_keeps_what_to_show(studio: Studio, review: Review) -> None:
    body = {"name": "Dailies", "project_id": review.project["id"]}
    wrong = "for_entity must be one of shot, asset, sequence, edit, episode"
    assert review.manager.post("/data/playlists", {**body, "for_entity": "scene"}, status=400)["message"] == wrong
    path = f"/data/playlists/{review.manager.post('/data/playlists', body)['id']}"
    assert review.manager.put(path, {"for_entity": "scene"}, status=400)["message"] == wrong
    a, b = (studio.entity("Shot", name, review.project)["id"] for name in "AB")
    shown = review.first["id"]
    shots = [
        {"id": a, "preview_file_id": shown, "name": "dropped"},
        {"entity_id": b, "id": "x", "preview_file_id": None},
        {"entity_id": a},
        {"preview_file_id": shown},
    ]
    assert review.manager.put(path, {"shots": shots})["shots"] == [
        {"entity_id": a, "preview_file_id": shown},
        {"entity_id": b, "preview_file_id": None},
        {"entity_id": "", "preview_file_id": shown},
    ]
    elsewhere = studio.entity("Shot", "C", studio.project())["id"]
    refused = [{"entity_id": elsewhere, "preview_file_id": None}], [{"entity_id": "x", "preview_file_id": None}]
    for strange in ("x", [1], *refused):
        review.manager.put(path, {"shots": strange}, status=400)


def test_clients_see_playlists_made_for_them_and_vendors_none(studio: Studio, review: Review) -> None:
    mine, theirs = (
        studio.add(Playlist, name=str(shown), project_id=review.project["id"], for_client=shown)
        for shown in (True, False)
    )
    assert [row["id"] for row in review.client.get("/data/playlists")] == [mine["id"]]
    review.client.get(f"/data/playlists/{mine['id']}")
    review.client.get(f"/data/playlists/{theirs['id']}", status=403)
    review.vendor.get("/data/playlists", status=403)
    review.vendor.get(f"/data/playlists/{mine['id']}", status=403)
    assert studio.person(role="manager").get("/data/playlists") == []


def test_a_playlist_goes_with_its_builds_and_its_links(studio: Studio, ann: Member, review: Review) -> None:
    playlist = studio.add(Playlist, name="Dailies", project_id=review.project["id"])
    job = studio.add(BuildJob, playlist_id=playlist["id"])
    studio.add(PlaylistShareLink, token="t", playlist_id=playlist["id"], created_by=ann.id)
    review.manager.delete(f"/data/playlists/{playlist['id']}")
    deleted = {"playlist_id": playlist["id"], "project_id": review.project["id"]}
    assert [(event["name"], event["data"]) for event in ann.get("/data/events")] == [
        ("build-job:delete", {"build_job_id": job["id"], **deleted}),
        ("playlist:delete", deleted),
    ]
