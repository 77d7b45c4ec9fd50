"""What an artist sends in for review, and what comes back, by gazu: on each engine, with each file store."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import gazu
import pytest
import requests
from footage import facts, movie, opened, picture
from gazudesk import Desk
from serving import serve

PATIENCE = 60


@pytest.fixture
def desk(tmp_path: Path, bare: str, files_url: str) -> Iterator[Desk]:
    with serve(tmp_path / "studio", bare, KITSULITE_FILES=files_url) as server:
        yield Desk(server)


def file(tmp_path: Path, name: str, content: bytes) -> str:
    path = tmp_path / name
    path.write_bytes(content)
    return str(path)


def when_ready(desk: Desk, preview: Any) -> Any:
    """The preview once its movie is made."""
    until = time.monotonic() + PATIENCE
    while (preview := desk.files.get_preview_file(preview["id"]))["status"] == "processing":
        assert time.monotonic() < until
        time.sleep(0.1)
    return preview


def test_an_artists_day(desk: Desk, tmp_path: Path) -> None:
    project = desk.project.new_project("Fox", production_type="short")
    sequence = desk.shot.new_sequence(project, "SQ01")
    shot = desk.shot.new_shot(project, sequence, "SH01")
    animation = desk.task.get_task_type_by_name("Animation")
    task = desk.task.new_task(shot, animation)
    wip = desk.task.get_task_status_by_short_name("wip")

    def publish(name: str, content: bytes) -> Any:
        path = file(tmp_path, name, content)
        comment, preview = desk.task.publish_preview(task, wip, comment=name, preview_file_path=path)
        assert comment["text"] == name
        return preview

    def fetched(function: str, preview: Any) -> bytes:
        target = tmp_path / f"fetched-{function}"
        getattr(desk.files, function)(preview, str(target))
        return target.read_bytes()

    # a picture
    still = publish("still.png", picture((640, 360)))
    assert (still["status"], still["extension"], still["width"]) == ("ready", "png", 640)
    assert opened(fetched("download_preview_file", still)).size == (640, 360)
    assert opened(fetched("download_preview_file_thumbnail", still)).size == (150, 100)
    assert opened(fetched("download_preview_file_cover", still)).size == (640, 360)

    # a movie, made by a job while the artist goes on
    take = publish("take.mov", movie("mov", sound=True))
    assert take["revision"] == 2
    take = when_ready(desk, take)
    assert (take["status"], take["extension"], take["height"]) == ("ready", "mp4", 48)
    assert facts(fetched("download_preview_file", take)).height == 48
    assert facts(fetched("download_preview_lowdef_movie", take)).width == 86
    assert desk.task.get_task(task)["last_preview_file_id"] == take["id"]

    # what is neither is kept as it is
    for name, content in (("notes.pdf", b"%PDF-1.7"), ("model.obj", b"v 0 0 0\n")):
        kept = publish(name, content)
        assert (kept["status"], kept["extension"]) == ("ready", name[-3:])
        assert fetched("download_preview_file", kept) == content

    # one more file of a revision, and the picture of the shot
    comment = desk.task.all_comments_for_task(task)[-1]
    beside = desk.task.add_preview(task, comment, preview_file_path=file(tmp_path, "b.png", picture()))
    assert (beside["revision"], beside["position"]) == (1, 2)
    desk.task.set_main_preview(still)
    assert desk.shot.get_shot(shot["id"])["preview_file_id"] == still["id"]

    # a face
    me = desk.client.session and gazu.client.get_current_user(client=desk.client)
    desk.person.set_avatar(me, file(tmp_path, "me.png", picture((50, 80))))
    target = tmp_path / "avatar.png"
    desk.files.download_person_avatar(me, str(target))
    assert opened(target.read_bytes()).size == (400, 400)


def test_a_pipelines_day(desk: Desk, tmp_path: Path) -> None:
    """Working files and what comes out of them, in the trees that come with the server."""
    project = desk.project.new_project("Fox", production_type="short")
    sequence = desk.shot.new_sequence(project, "SQ01")
    shot = desk.shot.new_shot(project, sequence, "SH01")
    asset = desk.asset.new_asset(project, desk.asset.get_asset_type_by_name("Prop"), "Tree")
    animation, modeling = (desk.task.get_task_type_by_name(name) for name in ("Animation", "Modeling"))
    task = desk.task.new_task(shot, animation)
    files = desk.files

    gazu.client.post(f"actions/projects/{project['id']}/set-file-tree", {"tree_name": "default"}, client=desk.client)
    assert files.build_working_file_path(task) == "/simple/productions/fox/shots/sq01/sh01/animation/fox_sh01_animation"
    first = files.new_working_file(task, comment="blocking")
    assert (first["revision"], first["path"]) == (
        1,
        "/simple/productions/fox/shots/sq01/sh01/animation/fox_sh01_animation",
    )
    second = files.new_working_file(task)
    assert files.get_last_working_file_revision(task)["id"] == second["id"]
    assert [row["revision"] for row in files.get_working_files_for_task(task)] == [2, 1]
    files.upload_working_file(second, file(tmp_path, "scene.blend", b"BLENDER"))
    files.download_working_file(second, str(tmp_path / "back.blend"))
    assert (tmp_path / "back.blend").read_bytes() == b"BLENDER"

    cache = files.new_output_type("Cache", "abc")
    output = files.new_entity_output_file(shot, cache, animation, "publish", working_file=second, representation="abc")
    assert output["path"] == "/simple/productions/export/fox/shots/sq01/sh01/cache/fox_sq01_sh01_cache_main"
    assert output["source_file"]["id"] == second["id"]
    assert files.get_next_entity_output_revision(shot, cache, animation, "main") == 2
    assert [row["id"] for row in files.all_output_files_for_entity(shot)] == [output["id"]]

    gazu.client.post(f"actions/projects/{project['id']}/set-file-tree", {"tree_name": "simple"}, client=desk.client)
    model = files.new_entity_output_file(asset, cache, modeling, "model")
    assert model["path"].endswith("/fox/assets/prop/tree/modeling/cache/fox_prop_tree_modeling_cache_main_v001")
    guessed = desk.entity.guess_from_path(project["id"], "/simple/productions/fox/assets/prop/tree/modeling/blender")
    assert {"Template": "asset", "Asset": asset["id"]}.items() <= guessed[0].items()


def test_a_movie_is_sent_in_parts_by_the_server_itself(desk: Desk, tmp_path: Path) -> None:
    """Over a real connection, where the server hands the open file to the system."""
    project = desk.project.new_project("Fox", production_type="short")
    asset = desk.asset.new_asset(project, desk.asset.get_asset_type_by_name("Prop"), "Tree")
    task = desk.task.new_task(asset, desk.task.get_task_type_by_name("Modeling"))
    wip = desk.task.get_task_status_by_short_name("wip")
    content = bytes(range(256)) * 4096
    path = file(tmp_path, "scene.blend", content)
    _, preview = desk.task.publish_preview(task, wip, preview_file_path=path)
    url = f"{gazu.client.get_host(client=desk.client)}/pictures/originals/preview-files/{preview['id']}.blend"
    headers = gazu.client.make_auth_header(client=desk.client)
    with requests.Session() as browser:
        for part in (slice(0, 200), slice(300_000, 700_000), slice(1_000_000, None), slice(None)):
            start, stop, _ = part.indices(len(content))
            asked = headers | ({} if part == slice(None) else {"Range": f"bytes={start}-{stop - 1}"})
            answer = browser.get(url, headers=asked)
            assert answer.content == content[part]
            assert answer.status_code == (200 if part == slice(None) else 206)
