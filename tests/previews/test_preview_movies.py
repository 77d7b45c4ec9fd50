"""Movies as previews: encoded, looked at, tried again (docs/api/previews.md)."""

import dataclasses
import io
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import time_machine
from footage import facts, movie, opened
from reviewing import Review
from studio import Studio

from kitsulite import Settings, Tracker, create_app
from kitsulite.areas.previews import leftovers
from kitsulite.media import ffmpeg
from kitsulite.models.entities import Entity
from kitsulite.models.own import Job
from kitsulite.models.productions import Project
from kitsulite.models.reviews import PreviewFile
from kitsulite.models.tasks import Task
from kitsulite.storage import Row
from kitsulite.work import jobs

HIGH = "/movies/originals/preview-files/{id}.mp4"
LOW = "/movies/low/preview-files/{id}.mp4"
SOURCE = "/movies/source/preview-files/{id}.mp4"
TILES = "/movies/tiles/preview-files/{id}.png"


def fetch(review: Review, path: str, preview: Row) -> bytes:
    answer = review.artist.call("GET", path.format(id=preview["id"]))
    assert answer.status == 200, answer
    return answer.content


def make_movies(studio: Studio) -> None:
    studio.tracker.jobs.run_due()


@pytest.fixture
def switched(studio: Studio) -> Iterator[None]:
    """Settings of the studio can be changed."""
    before = studio.tracker.settings
    yield
    studio.tracker.settings = before


def switch(studio: Studio, **settings: object) -> None:
    studio.tracker.settings = dataclasses.replace(studio.tracker.settings, **settings)  # type: ignore[arg-type]
    studio.app = create_app(studio.tracker)


def test_a_movie_is_made_by_a_job(studio: Studio, review: Review) -> None:
    preview = review.preview()
    review.comment(preview)
    row = review.send(preview, "take 1.mov", movie("mov", sound=True))
    assert (row["status"], row["extension"], row["original_name"]) == ("processing", "mp4", "take 1")
    assert "preview-file:add-file" in review.events()
    make_movies(studio)
    row = review.row(preview)
    assert (row["status"], row["width"], row["height"]) == ("ready", 86, 48)
    assert row["duration"] == pytest.approx(0.4, abs=0.05)
    assert row["data"] == {
        "original_width": 64,
        "original_height": 48,
        "original_duration": row["data"]["original_duration"],
        "original_file_size": len(movie("mov", sound=True)),
        "movie_prefixes": ["lowdef", "previews"],
    }
    assert studio.row(Task, review.task["id"])["last_preview_file_id"] == preview["id"]
    events = review.admin.get("/data/events")
    assert {event["user_id"] for event in events} == {review.artist.id}
    assert [event["name"] for event in events].count("preview-file:update") == 2


def test_a_movie_is_encoded_twice_with_bars_around_it_and_sound(studio: Studio, review: Review) -> None:
    preview = review.preview()
    review.manager.put(f"/data/projects/{review.project['id']}", {"resolution": "1600x900"})
    review.send(preview, "a.mp4", movie(size="1600x1200", seconds=0.2), query="?no_job=true")
    high, low = facts(fetch(review, HIGH, preview)), facts(fetch(review, LOW, preview))
    assert (high.width, high.height, high.rate, high.has_audio) == (1600, 900, 25, True)
    assert (low.width, low.height, low.has_audio) == (1280, 720, True)
    assert len(fetch(review, HIGH, preview)) == review.row(preview)["file_size"]
    review.artist.get(SOURCE.format(id=preview["id"]), status=404)
    frame = opened(fetch(review, "/pictures/originals/preview-files/{id}.png", preview)).convert("RGB")
    assert frame.size == (1600, 900)
    assert max(frame.getpixel((10, 450))) < 20  # type: ignore[type-var]
    assert max(frame.getpixel((500, 200))) > 100  # type: ignore[type-var]
    assert opened(fetch(review, TILES, preview)).size == (8 * 178, 100)


@pytest.mark.parametrize(("resolution", "size"), [("320x180", (86, 48)), ("1920x1080", (86, 48)), ("x1080", (64, 48))])
def test_a_movie_is_not_blown_up_beyond_its_own_size(review: Review, resolution: str, size: tuple[int, int]) -> None:
    review.manager.put(f"/data/projects/{review.project['id']}", {"resolution": resolution})
    preview = review.preview()
    review.send(preview, "a.mp4", movie(), query="?no_job=true")
    high, low = facts(fetch(review, HIGH, preview)), facts(fetch(review, LOW, preview))
    assert (high.width, high.height) == (low.width, low.height) == size


def test_who_waits_gets_a_movie_that_is_ready(review: Review) -> None:
    preview = review.preview()
    review.comment(preview)
    row = review.send(preview, "a.mp4", movie(), query="?no_job=true")
    assert (row["status"], row["original_name"]) == ("ready", "a")
    assert review.events()[::-1].count("preview-file:update") == 2
    assert review.stored() == sorted(
        f"{kind}-{preview['id']}"
        for kind in "originals previews thumbnails squares movies lowdefs tiles".split()  # noqa: SIM905
    )


def test_a_studio_can_do_without_the_queue(studio: Studio, review: Review, switched: None) -> None:
    switch(studio, job_queue=False)
    preview = review.preview()
    assert review.send(preview, "a.mp4", movie())["status"] == "ready"


def test_a_movie_that_is_not_encoded_is_sent_as_it_came(review: Review) -> None:
    preview = review.preview()
    sent = movie("mp4", options="-vf setsar=4/3")
    row = review.send(preview, "a.mp4", sent, query="?normalize=false")
    assert (row["status"], row["width"], row["height"], row["file_size"]) == ("ready", 64, 48, len(sent))
    assert fetch(review, HIGH, preview) == fetch(review, LOW, preview) == sent
    review.artist.get(SOURCE.format(id=preview["id"]), status=404)
    assert opened(fetch(review, "/pictures/originals/preview-files/{id}.png", preview)).size == (86, 48)
    assert opened(fetch(review, TILES, preview)).width == 8 * 178


def test_a_studio_can_keep_what_was_sent_in(studio: Studio, review: Review, switched: None) -> None:
    switch(studio, preview_save_source_file=True)
    preview = review.preview()
    review.send(preview, "a.mp4", movie(), query="?normalize=false")
    assert fetch(review, HIGH, preview) == fetch(review, LOW, preview) == fetch(review, SOURCE, preview) == movie()
    assert f"movies-{preview['id']}" not in review.stored()
    encoded = review.preview(revision=2)
    review.send(encoded, "a.mp4", movie(), query="?no_job=true")
    assert fetch(review, SOURCE, encoded) == movie() != fetch(review, HIGH, encoded)


def test_a_studio_can_encode_in_low_definition_only_or_not_at_all(
    studio: Studio, review: Review, switched: None
) -> None:
    switch(studio, skip_normalization_highdef=True)
    low = review.preview()
    row = review.send(low, "a.mp4", movie(), query="?no_job=true")
    assert (row["width"], row["height"]) == (86, 48)
    assert facts(fetch(review, HIGH, low)).width == 86
    switch(studio, skip_normalization_full=True)
    raw = review.preview(revision=2)
    assert review.send(raw, "a.mp4", movie())["status"] == "ready"
    assert fetch(review, HIGH, raw) == movie()


def test_the_size_is_that_of_the_shot_then_of_the_production(studio: Studio, review: Review) -> None:
    review.manager.put(f"/data/entities/{review.shot['id']}", {"data": {"resolution": "201x101", "fps": "12,5"}})
    preview = review.preview()
    large = movie(size="480x360", seconds=0.2)
    row = review.send(preview, "a.mp4", large, query="?no_job=true")
    assert (row["width"], row["height"]) == (202, 102)
    assert facts(fetch(review, HIGH, preview)).rate == 12.5
    review.manager.put(f"/data/entities/{review.shot['id']}", {"data": {"resolution": "huge"}})
    review.manager.put(f"/data/projects/{review.project['id']}", {"resolution": "x120"})
    second = review.preview(revision=2)
    row = review.send(second, "a.mp4", large, query="?no_job=true")
    assert (row["width"], row["height"]) == (160, 120)


def test_what_is_no_movie_ends_broken_and_its_row_stays(studio: Studio, review: Review) -> None:
    for number, content in enumerate((b"not a movie", b"#EXTM3U\n/etc/passwd\n", movie()[:200]), start=1):
        preview = review.preview(revision=number)
        row = review.send(preview, "a.mp4", content, query="?no_job=true")
        assert (row["status"], row["original_name"]) == ("broken", "a")
        assert row["data"]["problem"]
        review.artist.get(HIGH.format(id=preview["id"]), status=404)
    assert review.stored() == []
    assert studio.row(Task, review.task["id"])["last_preview_file_id"] is None


def test_an_empty_movie_takes_its_preview_with_it(review: Review) -> None:
    preview = review.preview()
    assert "empty" in review.send(preview, "a.mp4", b"", status=400)["message"]
    review.admin.get(f"/data/preview-files/{preview['id']}", status=404)
    assert review.stored() == []


def test_without_ffmpeg_a_movie_is_shown_as_it_came(review: Review, monkeypatch: pytest.MonkeyPatch) -> None:
    def find() -> str:
        raise ffmpeg.NoFfmpeg("Movies need ffmpeg.")

    monkeypatch.setattr(ffmpeg, "find", find)
    preview = review.preview()
    row = review.send(preview, "a.mp4", movie(), query="?no_job=true")
    assert (row["status"], row["data"]) == ("broken", {"problem": "Movies need ffmpeg."})
    assert fetch(review, HIGH, preview) == movie()


def test_a_movie_that_takes_too_long_is_given_up(studio: Studio, review: Review, switched: None) -> None:
    switch(studio, movie_time_limit=0.001)
    preview = review.preview()
    row = review.send(preview, "a.mp4", movie(), query="?no_job=true")
    assert row["status"] == "broken"
    assert "too long" in row["data"]["problem"]
    assert review.stored() == []


def test_a_movie_whose_container_tells_no_duration_has_one_all_the_same(review: Review) -> None:
    sent = movie("mkv", options="-live 1")
    preview = review.preview()
    row = review.send(preview, "a.mkv", sent, query="?normalize=false")
    assert row["status"] == "ready"
    assert row["duration"] == pytest.approx(0.4, abs=0.1)


def test_a_preview_that_is_deleted_meanwhile_leaves_nothing(studio: Studio, review: Review) -> None:
    preview = review.preview()
    review.send(preview, "a.mp4", movie())
    assert len(review.stored()) == 1
    review.manager.delete(f"/data/preview-files/{preview['id']}")
    make_movies(studio)
    assert review.stored() == []


def test_a_movie_that_fails_for_good_is_broken(studio: Studio, review: Review, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*given: object) -> None:
        raise OSError("the disk is full")

    preview = review.preview()
    review.send(preview, "a.mp4", movie())
    monkeypatch.setattr(studio.tracker.files, "local", fail)
    for attempt in range(jobs.ATTEMPTS):
        assert review.row(preview)["status"] == "processing", attempt
        with studio.tracker.db.writing():
            studio.tracker.db.run(Job.update(due_at="2000-01-01T00:00:00.000000"))
        make_movies(studio)
    assert review.row(preview)["status"] == "broken"
    assert review.stored() == []


def test_a_movie_whose_encoder_is_stopped_is_made_later(
    studio: Studio, review: Review, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A server that stops takes what it started along; systemd and Ctrl-C see to that."""
    popen = subprocess.Popen

    def stopped(arguments: list[str], **how: Any) -> Any:
        process = popen(arguments, **how)
        if "libx264" in arguments:
            process.send_signal(signal.SIGTERM)
        return process

    preview = review.preview()
    review.send(preview, "a.mp4", movie(seconds=1.0, size="640x360"))
    monkeypatch.setattr(ffmpeg.subprocess, "Popen", stopped)
    make_movies(studio)
    assert review.row(preview)["status"] == "processing"
    monkeypatch.setattr(ffmpeg.subprocess, "Popen", popen)
    with studio.tracker.db.writing():
        studio.tracker.db.run(Job.update(due_at="2000-01-01T00:00:00.000000"))
    make_movies(studio)
    assert review.row(preview)["status"] == "ready"


def test_no_bit_rate_is_too_much_for_the_encoder(studio: Studio, review: Review) -> None:
    studio.store(Project, review.project["id"], hd_bitrate_compression=28_000, ld_bitrate_compression=1200)
    preview = review.preview()
    review.send(preview, "a.mp4", movie())
    make_movies(studio)
    assert review.row(preview)["status"] == "ready"


def test_a_movie_is_made_once_by_whoever_is_first(studio: Studio, review: Review) -> None:
    preview = review.preview()
    review.send(preview, "a.mp4", movie())
    with studio.tracker.db.reading():
        [job] = studio.tracker.db.rows(Job.select())
    make_movies(studio)
    count = len(review.events())
    jobs.perform(studio.tracker.jobs.functions, studio.tracker.work, job["name"], job["arguments"])
    assert len(review.events()) == count
    assert review.row(preview)["status"] == "ready"


@pytest.mark.long
def test_a_movie_is_taken_up_again_when_its_worker_is_killed(
    studio: Studio, review: Review, settings: Settings, tmp_path: Path
) -> None:
    preview = review.preview()
    review.send(preview, "a.mp4", movie(seconds=2.0, size="640x360"))
    slow = tmp_path / "bin"
    slow.mkdir()
    (slow / "ffmpeg").write_text(f"#!/bin/sh\ntouch {tmp_path}/at-work\nsleep 60\n")
    (slow / "ffmpeg").chmod(0o755)
    environment = {
        **os.environ,
        "PATH": f"{slow}:{os.environ['PATH']}",
        "KITSULITE_DATA": settings.data,
        "KITSULITE_DATABASE": settings.database,
        "SECRET_KEY": settings.secret_key,
    }
    worker = subprocess.Popen([sys.executable, "-m", "kitsulite", "jobs", "run"], env=environment)
    until = time.monotonic() + 30
    while not (tmp_path / "at-work").exists():
        assert time.monotonic() < until
        assert worker.poll() is None
        time.sleep(0.05)
    worker.kill()
    worker.wait()
    shutil.rmtree(slow)
    assert review.row(preview)["status"] == "processing"
    with studio.tracker.db.writing():  # as if the time had passed after which a worker counts as lost
        assert studio.tracker.db.run(Job.update(due_at=jobs.moment(-1)).where(Job.taken_at.is_null(False))) == 1
    with Tracker(settings) as other:
        other.jobs.run_due()
    assert review.row(preview)["status"] == "ready"
    assert review.events().count("preview-file:update") == 2
    assert studio.row(Entity, review.shot["id"])["id"]
    with studio.tracker.db.reading():
        assert studio.tracker.db.rows(Job.select()) == []
    assert not [key for key in review.stored() if key.startswith("uploads-")]
    assert studio.row(PreviewFile, preview["id"])["duration"] == pytest.approx(2.0, abs=0.1)


def test_what_was_broken_off_is_swept_up_after_a_day(studio: Studio, review: Review) -> None:
    """And nothing that a job waits for, or that somebody is at."""
    tracker = studio.tracker
    review.send(review.preview(), "a.mp4", movie())
    [waited_for] = review.stored()
    lost, new = "uploads-aaaa0000-0000-0000-0000-000000000000", "uploads-bbbb0000-0000-0000-0000-000000000000"
    for key in (lost, new):
        tracker.files.put(key, io.BytesIO(b"half a movie"))
    scratch = tracker.settings.scratch_folder
    for name in ("old", "young"):
        (scratch / name).mkdir()
        (scratch / name / "frame.png").write_bytes(b"x")
    long_ago = time.time() - 2 * leftovers.OLD
    os.utime(scratch / "old", (long_ago, long_ago))
    for key in (lost, waited_for):
        with tracker.files.local(key) as path:
            os.utime(path, (long_ago, long_ago))
    assert leftovers.sweep(tracker.work) == 2
    assert review.stored() == sorted([waited_for, new])
    assert [path.name for path in scratch.iterdir()] == ["young"]


@pytest.mark.parametrize("engine", ["sqlite"])
def test_a_full_disk_breaks_no_movie_it_is_made_once_there_is_room(
    studio: Studio, review: Review, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    preview = review.preview()
    review.send(preview, "take 1.mov", movie("mov"))
    real = ffmpeg.find()
    full = tmp_path / "bin" / "ffmpeg"
    full.parent.mkdir()
    full.write_text(
        f'#!/bin/sh\ncase "$*" in *low.mp4*) echo "No space left on device" >&2; exit 1;; esac\nexec {real} "$@"\n'
    )
    full.chmod(0o700)
    with monkeypatch.context() as context:
        context.setenv("PATH", str(full.parent), prepend=os.pathsep)
        make_movies(studio)
    assert review.row(preview)["status"] == "processing"
    with time_machine.travel(time.time() + jobs.FIRST_PAUSE + 1):
        make_movies(studio)
    assert review.row(preview)["status"] == "ready"
