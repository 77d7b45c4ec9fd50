"""The small production that `kitsulite serve --demo` brings is one that people have worked in."""

import datetime
import itertools
from collections import Counter
from io import BytesIO
from typing import Any

import pytest
from PIL import Image
from studio import Member, Studio

from kitsulite.areas.demo import production, review
from kitsulite.areas.demo.scenes import draw
from kitsulite.areas.studio import firstdata
from kitsulite.media import ffmpeg


def fill(studio: Studio) -> None:
    with studio.tracker.work() as work:
        firstdata.create(work)
        production.fill(work, "a hash")


@pytest.fixture
def ann(studio: Studio) -> Member:
    fill(studio)
    return studio.person("Ann", "admin")


@pytest.fixture
def film(ann: Member) -> str:
    [project] = ann.get("/data/projects")
    return str(project["id"])


def show(studio: Studio) -> tuple[str | None, list[tuple[int, int]]]:
    told: list[tuple[int, int]] = []
    without = review.show(studio.tracker.work, lambda done, total: told.append((done, total)))
    studio.tracker.jobs.run_due()
    return without, told


@pytest.mark.long
def test_there_is_something_to_see_of_everything(studio: Studio, ann: Member, film: str) -> None:
    without, told = show(studio)
    assert without is None
    previews = ann.get("/data/preview-files")
    assert told == [(number + 1, len(previews)) for number in range(len(previews))]
    assert {preview["status"] for preview in previews} == {"ready"}
    movies = [preview for preview in previews if preview["extension"] == "mp4"]
    assert sorted(round(movie["duration"], 1) for movie in movies) == [2, 3]
    [noted] = [preview for preview in previews if preview["annotations"]]
    assert noted in movies
    drawn = ann.call("GET", f"/movies/originals/preview-files/{noted['id']}.mp4")
    assert drawn.status == 200
    things = ann.get(f"/data/assets/with-tasks?project_id={film}") + ann.get(
        f"/data/shots/with-tasks?project_id={film}"
    )
    assert len(things) == len(production.ASSETS) + sum(len(shots) for shots in production.SHOTS.values())
    for thing in things:
        picture = ann.call("GET", f"/pictures/thumbnails/preview-files/{thing['preview_file_id']}.png")
        assert len(Image.open(BytesIO(picture.content)).getcolors(10**6) or []) > 10
    assert ann.get(f"/data/projects/{film}")["has_avatar"]
    [playlist] = ann.get(f"/data/projects/{film}/playlists")
    assert playlist["for_client"]
    shots = ann.get(f"/data/projects/{film}/playlists/{playlist['id']}")["shots"]
    assert len(shots) == 6
    assert {shot["preview_file_extension"] for shot in shots} == {"mp4", "png"}
    clara = ann.get("/data/persons?email=clara@example.com")[0]
    assert clara["id"] in ann.get(f"/data/projects/{film}")["team"]


def test_there_are_a_schedule_days_off_time_and_a_talk(ann: Member, film: str) -> None:
    tasks = ann.get(f"/data/projects/{film}/tasks")
    items = ann.get(f"/data/projects/{film}/schedule-items")
    assert {item["task_type_id"] for item in items} == {task["task_type_id"] for task in tasks}
    starts = {task["start_date"][:10] for task in tasks}
    assert {item["start_date"] for item in items} <= starts
    assert len(ann.get(f"/data/projects/{film}/milestones")) == len(production.working.MILESTONES)
    assert len(ann.get("/data/day-offs")) == len(production.working.DAYS_OFF)
    spent = Counter[str]()
    for row in ann.get(f"/data/projects/{film}/time-spents"):
        spent[row["task_id"]] += row["duration"]
    assert {task["id"]: task["duration"] for task in tasks if task["duration"]} == spent
    ids = [shot["id"] for shot in ann.get(f"/data/projects/{film}/shots")]
    said = [message["text"] for id in ids for message in ann.get(f"/data/entities/{id}/chat/messages")]
    assert said == [text for _, text in production.working.TALK]


def test_nothing_of_it_comes_from_the_future(ann: Member, film: str) -> None:
    moment = datetime.datetime.now(datetime.UTC).isoformat()
    comments = ann.get("/data/comments")
    assert len(comments) > 50
    assert all(comment["created_at"] < moment for comment in comments)
    assert all(row["date"] < moment for row in ann.get(f"/data/projects/{film}/time-spents"))
    days = ann.get(f"/data/tasks/open-tasks/burndown?project_id={film}")["done_by_day"]
    assert len(days) > 5, "work was done day after day"


def test_tasks_go_on_from_shot_to_shot(ann: Member, film: str) -> None:
    names = {status["id"]: status["short_name"] for status in ann.get("/data/task-status")}
    [animation] = [row["id"] for row in ann.get("/data/task-types") if row["name"] == "Animation"]
    states = {}
    for sequence in ann.get(f"/data/projects/{film}/sequences"):
        for shot in ann.get(f"/data/sequences/{sequence['id']}/shots"):
            [task] = [row for row in ann.get(f"/data/shots/{shot['id']}/tasks") if row["task_type_id"] == animation]
            states[sequence["name"], shot["name"]] = names[task["task_status_id"]]
    assert [states[key] for key in sorted(states)] == ["done", "done", "wfa", "wfa", "retake", "retake", "wip", "wip"]


@pytest.mark.long
def test_what_was_broken_off_goes_on(studio: Studio, ann: Member, monkeypatch: pytest.MonkeyPatch) -> None:
    whole, calls = review.intake.take_in, itertools.count()

    def take_in(*given: Any, **more: Any) -> None:
        if next(calls) == 5:
            raise KeyboardInterrupt
        whole(*given, **more)

    monkeypatch.setattr(review.intake, "take_in", take_in)
    with pytest.raises(KeyboardInterrupt):
        show(studio)
    assert not review.is_done(studio.tracker.work)
    begun = ann.get("/data/preview-files")
    show(studio)
    assert review.is_done(studio.tracker.work)
    previews = ann.get("/data/preview-files")
    assert {preview["status"] for preview in previews} == {"ready"}
    assert {preview["id"] for preview in begun} < {preview["id"] for preview in previews}
    assert len({preview["task_id"] for preview in previews}) == len(previews)


@pytest.mark.long
@pytest.mark.parametrize("problem", [ffmpeg.NoFfmpeg, ffmpeg.BadMovie])
def test_without_ffmpeg_there_are_pictures_in_place_of_movies(
    studio: Studio, ann: Member, monkeypatch: pytest.MonkeyPatch, problem: type[Exception]
) -> None:
    def run(*_: Any) -> bytes:
        raise problem("Movies need ffmpeg.")

    monkeypatch.setattr(ffmpeg, "run", run)
    without, _ = show(studio)
    assert without == "Movies need ffmpeg."
    previews = ann.get("/data/preview-files")
    assert {(preview["status"], preview["extension"]) for preview in previews} == {("ready", "png")}
    assert [preview for preview in previews if preview["annotations"]]


def test_what_moves_moves_and_what_has_no_colour_yet_has_none() -> None:
    first, later = (draw(["Fox", "Lantern"], "night", moment) for moment in (0, 0.5))
    assert first.tobytes() != later.tobytes()
    assert first.tobytes() == draw(["Fox", "Lantern"], "night", 0).tobytes()
    plain = draw(["Fox"], "paper", coloured=False).resize((8, 8))
    colours = plain.getcolors() or []
    assert all(max(colour) - min(colour) < 25 for _, colour in colours if isinstance(colour, tuple))
