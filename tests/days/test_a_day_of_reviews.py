"""A coordinator prepares a review and takes it away, with every function of gazu's playlists: on each engine, with each store."""

import inspect
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import gazu
import pytest
from footage import facts, movie
from gazudesk import Desk
from serving import serve

PATIENCE = 60
OF_GUESTS = {"new_share_link", "all_share_links_for_playlist", "remove_share_link"}
"""Functions that the day goes without: links for people without an account have tests of their own."""


@pytest.fixture
def desk(tmp_path: Path, bare: str, files_url: str) -> Iterator[Desk]:
    with serve(tmp_path / "studio", bare, KITSULITE_FILES=files_url) as server:
        yield Desk(server)


def test_a_day_of_reviews(desk: Desk, tmp_path: Path) -> None:
    project = desk.project.new_project("Fox", production_type="tvshow")
    episode = desk.shot.new_episode(project, "E01")
    sequence = desk.shot.new_sequence(project, "SQ01", episode=episode)
    animation = desk.task.get_task_type_by_name("Animation")
    shots = [desk.shot.new_shot(project, sequence, name) for name in ("SH01", "SH02", "SH03")]
    tasks = [desk.task.new_task(shot, animation) for shot in shots]
    takes = [take(desk, tasks[0], tmp_path, "first"), take(desk, tasks[0], tmp_path, "second")]
    takes.append(take(desk, tasks[1], tmp_path, "other"))
    review = desk.playlist

    # made once, filled, listed
    dailies = review.new_playlist(project, "Dailies", episode=episode, for_client=True)
    assert review.new_playlist(project, "Dailies")["id"] == dailies["id"]
    review.add_entity_to_playlist(dailies, shots[0], preview_file=takes[0])
    for shot in shots[1:]:
        review.add_entity_to_playlist(dailies, shot)
    dailies = review.get_playlist(dailies)
    assert dailies["shots"] == [
        {"entity_id": shots[0]["id"], "preview_file_id": takes[0]["id"]},
        {"entity_id": shots[1]["id"], "preview_file_id": takes[2]["id"]},
        {"entity_id": shots[2]["id"]},
    ]
    assert [row["id"] for row in review.all_playlists_for_project(project)] == [dailies["id"]]
    assert [row["id"] for row in review.all_playlists_for_episode(episode["id"])] == [dailies["id"]]
    assert review.all_playlists()[0]["name"] == review.get_playlist_by_name(project, "Dailies")["name"]

    # another take, one shot less
    newest, *_ = review.get_entity_preview_files(shots[0])[animation["id"]]
    assert newest["id"] == takes[1]["id"]
    review.update_entity_preview(dailies, shots[0], newest)
    review.remove_entity_from_playlist(dailies, shots[2])
    assert review.get_playlist(dailies)["shots"] == [
        {"entity_id": shots[0]["id"], "preview_file_id": takes[1]["id"]},
        {"entity_id": shots[1]["id"], "preview_file_id": takes[2]["id"]},
    ]
    renamed = review.update_playlist({"id": dailies["id"], "name": "Dailies of Monday"})
    assert renamed["name"] == "Dailies of Monday"
    assert [entry["entity_id"] for entry in review.all_shots_for_playlist(dailies)] == [
        shot["id"] for shot in shots[:2]
    ]
    temporary = review.generate_temp_playlist(project, {"task_ids": [task["id"] for task in tasks]})
    assert [entry["name"] for entry in temporary] == ["SH01", "SH02", "SH03"]
    assert review.notify_clients_playlist_ready(dailies) == {"status": "success"}

    # taken away
    archive = tmp_path / "dailies.zip"
    review.download_playlist_zip(dailies, str(archive))
    with zipfile.ZipFile(archive) as content:
        assert content.namelist() == ["fox_e01_sq01_sh01_animation_v2.mp4", "fox_e01_sq01_sh02_animation_v1.mp4"]
        assert content.testzip() is None
    build = built(desk, dailies, review.build_playlist_movie(dailies))
    assert build["status"] == "succeeded"
    target = tmp_path / "dailies.mp4"
    review.download_playlist_build(dailies, build, str(target))
    assert facts(target.read_bytes()).duration == pytest.approx(0.8, abs=0.15)
    assert [row["id"] for row in review.all_build_jobs_for_project(project)] == [build["id"]]
    review.remove_build_job(dailies, build)
    review.delete_playlist(dailies)
    assert review.all_playlists_for_project(project) == []
    called = {name.partition(".")[2] for name in desk.called if name.startswith("playlist.")}
    assert called == functions() - OF_GUESTS


def take(desk: Desk, task: Any, folder: Path, name: str) -> Any:
    """A new revision of a task, its movie made."""
    path = folder / f"{name}.mp4"
    path.write_bytes(movie(sound=True))
    wip = desk.task.get_task_status_by_short_name("wip")
    _, preview = desk.task.publish_preview(task, wip, preview_file_path=str(path))
    until = time.monotonic() + PATIENCE
    while (preview := desk.files.get_preview_file(preview["id"]))["status"] == "processing":
        assert time.monotonic() < until
        time.sleep(0.1)
    return preview


def built(desk: Desk, playlist: Any, build: Any) -> Any:
    """A build once it has ended."""
    until = time.monotonic() + PATIENCE
    while (build := desk.playlist.get_build_job(playlist, build))["status"] == "running":
        assert time.monotonic() < until
        time.sleep(0.1)
    return build


def functions() -> set[str]:
    """Every public function of gazu's playlists."""
    return {
        name
        for name, function in inspect.getmembers(gazu.playlist, inspect.isfunction)
        if function.__module__ == "gazu.playlist" and not name.startswith("_")
    }
