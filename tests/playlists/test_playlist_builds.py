"""Movies of playlists: asked for, made, taken away (docs/api/playlists.md)."""

import dataclasses
import io
import threading
from collections.abc import Iterator
from mailbox import Mailbox
from typing import Any

import pytest
from footage import facts, movie
from screening import Screening
from studio import NOBODY, Member, Studio

from kitsulite import create_app
from kitsulite.areas.playlists import builds
from kitsulite.models.own import Job
from kitsulite.models.reviews import BuildJob
from kitsulite.storage import Row
from kitsulite.work import jobs
from kitsulite.work.filekeys import LOW, MOVIE, key_of
from kitsulite.work.work import Event


class Cinema(Screening):
    """A production whose shots have movies, and a playlist of them."""

    def __init__(self, studio: Studio) -> None:
        super().__init__(studio, resolution="320x180")
        self.mail = Mailbox(studio, at_once=False)
        self.first = self.filmed(self.animating, seconds=1, sound=True)
        self.second = self.filmed(self.others_task, sound=True)
        self.shown = self.playlist("Dailies", [(self.shot, self.first), (self.other, self.second)])

    def filmed(self, task: Row, revision: int = 1, *, kind: str = MOVIE, **wanted: Any) -> Row:
        """A preview with a movie."""
        row = self.preview(task, revision)
        self.studio.tracker.files.put(key_of(kind, row["id"]), io.BytesIO(movie(**wanted)))
        return row

    def build(self, who: Member, playlist: Row | None = None, *, query: str = "", status: int = 200) -> Any:
        return who.get(f"/data/playlists/{(playlist or self.shown)['id']}/build/mp4{query}", status=status)

    def path(self, playlist: Row | None = None, build: Row | None = None) -> str:
        if build is None:
            return super().path(playlist)
        return f"/data/playlists/{(playlist or self.shown)['id']}/jobs/{build['id']}"

    def work(self) -> None:
        self.studio.tracker.jobs.run_due()

    def events(self) -> list[tuple[str, Row]]:
        found = [(event["name"], event["data"]) for event in self.ada.get("/data/events")]
        return [(name, data) for name, data in found if name.startswith("build-job")]

    def stored(self) -> list[str]:
        return list(self.studio.tracker.files.list("playlists"))

    def scratch(self) -> list[Any]:
        return list(self.studio.tracker.settings.scratch_folder.iterdir())


@pytest.fixture
def cinema(studio: Studio) -> Iterator[Cinema]:
    before = studio.tracker.settings
    yield Cinema(studio)
    studio.tracker.settings = before


def switch(cinema: Cinema, **settings: Any) -> None:
    cinema.studio.tracker.settings = dataclasses.replace(cinema.studio.tracker.settings, **settings)
    cinema.studio.app = create_app(cinema.studio.tracker)


def test_a_movie_is_built_by_a_job(cinema: Cinema) -> None:
    build = cinema.build(cinema.moe)
    assert (build["status"], build["job_type"], build["ended_at"], build["type"]) == (
        "running",
        "movie",
        None,
        "BuildJob",
    )
    assert cinema.moe.get(cinema.path(build=build))["status"] == "running"
    cinema.moe.get(cinema.path(build=build) + "/build/mp4", status=400)
    cinema.work()
    done = cinema.moe.get(cinema.path(build=build))
    assert done["status"] == "succeeded"
    assert done["ended_at"] >= build["created_at"]
    answer = cinema.moe.call("GET", cinema.path(build=build) + "/build/mp4")
    joined = facts(answer.content)
    assert (joined.width, joined.height, joined.has_audio) == (64, 48, True)
    assert joined.duration == pytest.approx(1.4, abs=0.1)
    assert cinema.stored() == [f"playlists-{build['id']}"]
    assert cinema.scratch() == []
    ids = {"build_job_id": build["id"], "playlist_id": cinema.shown["id"], "project_id": cinema.project["id"]}
    assert cinema.events() == [
        ("build-job:new", {**ids, "created_at": build["created_at"]}),
        ("build-job:update", {**ids, "status": "succeeded"}),
    ]
    assert {event["user_id"] for event in cinema.ada.get("/data/events")} == {cinema.moe.id}


def test_the_movie_is_sent_to_be_saved_and_in_parts(cinema: Cinema) -> None:
    build = cinema.build(cinema.moe)
    cinema.work()
    path = cinema.path(build=build) + "/build/mp4"
    answer = cinema.moe.call("GET", path)
    moment = build["created_at"].translate(str.maketrans({"-": "", ":": "", "T": "_"}))
    name = f"attachment; filename={moment}_big_fox_dailies.mp4"
    assert (answer.headers["content-disposition"], answer.headers["content-type"]) == (name, "video/mp4")
    assert answer.headers["cache-control"] == "no-cache"
    part = cinema.moe.call("GET", path, headers={"Range": "bytes=4-7"})
    assert (part.status, part.content) == (206, b"ftyp")
    cinema.studio.tracker.files.delete(f"playlists-{build['id']}")
    cinema.moe.get(path, status=404)


def test_who_asked_gets_a_letter(cinema: Cinema) -> None:
    build = cinema.build(cinema.moe)
    assert cinema.mail == []
    cinema.work()
    [letter] = cinema.mail
    assert letter.to == cinema.moe.row["email"]
    assert letter.subject == "Kitsu - Kitsu: playlist download"
    assert letter.link == f"https://studio.test/api/data/playlists/{cinema.shown['id']}/jobs/{build['id']}/build/mp4"


def test_the_production_says_how_large_the_whole_is(cinema: Cinema) -> None:
    build = cinema.build(cinema.moe, query="?full=true")
    cinema.work()
    joined = facts(cinema.moe.call("GET", cinema.path(build=build) + "/build/mp4").content)
    assert (joined.width, joined.height) == (320, 180)


def test_who_listens_hears_how_far_it_is(cinema: Cinema) -> None:
    heard: list[Event] = []
    cinema.studio.tracker.listeners.append(heard.append)
    build = cinema.build(cinema.moe, query="?full=true")
    cinema.work()
    told = [event.data for event in heard if event.name == "build-job:progress"]
    assert [data["progress"] for data in told] == [0.33, 0.67]
    assert {(data["build_job_id"], data["playlist_id"]) for data in told} == {(build["id"], cinema.shown["id"])}
    assert "build-job:progress" not in [name for name, _ in cinema.events()]


def test_movies_come_in_the_order_of_the_entries_the_best_there_is_of_each(cinema: Cinema) -> None:
    low = cinema.filmed(cinema.lighting_it, kind=LOW, seconds=0.2, sound=True)
    missing, still = cinema.preview(cinema.animating, 9), cinema.preview(cinema.animating, 10, extension="png")
    shown = [(cinema.shot, row) for row in (low, missing, still, cinema.second, low)]
    made = cinema.playlist("All sorts", [*shown, (cinema.other,)])
    build = cinema.build(cinema.moe, made)
    cinema.work()
    joined = facts(cinema.moe.call("GET", cinema.path(made, build) + "/build/mp4").content)
    assert joined.duration == pytest.approx(0.8, abs=0.12)


def test_a_playlist_is_built_once_at_a_time(cinema: Cinema) -> None:
    first = cinema.build(cinema.moe)
    answer = cinema.build(cinema.ada, status=409)
    assert answer == {"error": True, "message": "A build is already in progress for this playlist"}
    other = cinema.playlist("Other", [(cinema.shot, cinema.first)])
    cinema.build(cinema.moe, other)
    cinema.work()
    second = cinema.build(cinema.moe)
    rows = cinema.ada.get(f"/data/projects/{cinema.project['id']}/build-jobs")
    assert [row["id"] for row in rows if row["playlist_id"] == cinema.shown["id"]] == [first["id"], second["id"]]
    listed = cinema.moe.get(cinema.path(cinema.shown))["build_jobs"]
    assert [job["status"] for job in listed] == ["running", "succeeded"]


def test_of_two_who_ask_at_once_one_is_refused(cinema: Cinema) -> None:
    path = f"/data/playlists/{cinema.shown['id']}/build/mp4"
    answers: list[int] = []
    threads = [threading.Thread(target=lambda: answers.append(cinema.moe.call("GET", path).status)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [200, 409, 409, 409]


def test_a_build_that_nobody_is_at_has_failed(cinema: Cinema) -> None:
    """It came with an imported studio, say."""
    lost = cinema.studio.add(BuildJob, playlist_id=cinema.shown["id"])
    cinema.build(cinema.moe)
    failed = cinema.moe.get(cinema.path(build=lost))
    assert (failed["status"], failed["message"]) == ("failed", builds.LEFT)


def test_without_a_movie_nothing_is_built(cinema: Cinema) -> None:
    still = cinema.preview(cinema.animating, 2, extension="png")
    for entries in ([], [(cinema.shot, still)], [(cinema.shot,)]):
        answer = cinema.build(cinema.moe, cinema.playlist(entries=entries), status=400)
        assert answer == {"error": True, "message": "There is no movie in this playlist."}
    cinema.build(cinema.moe, cinema.playlist(shots=None), status=400)
    assert cinema.ada.get(f"/data/projects/{cinema.project['id']}/build-jobs") == []


@pytest.mark.parametrize("content", [None, b"no movie"])
def test_a_movie_that_cannot_be_read_fails_the_build_at_once(cinema: Cinema, content: bytes | None) -> None:
    broken = cinema.preview(cinema.animating, 2)
    if content is not None:
        cinema.studio.tracker.files.put(key_of(MOVIE, broken["id"]), io.BytesIO(content))
    made = cinema.playlist("Broken", [(cinema.shot, broken)])
    build = cinema.build(cinema.moe, made)
    cinema.work()
    failed = cinema.moe.get(cinema.path(made, build))
    assert failed["status"] == "failed"
    assert failed["message"], "it says why"
    assert cinema.ada.get(f"/data/projects/{cinema.project['id']}/build-jobs")[0]["message"] == failed["message"]
    assert [data["status"] for name, data in cinema.events() if name == "build-job:update"] == ["failed"]
    assert cinema.mail == []
    assert cinema.stored() == cinema.scratch() == []
    with cinema.studio.tracker.work(writes=False) as work:
        assert jobs.list_jobs(work) == []
    cinema.build(cinema.moe, made)


@pytest.mark.long
def test_a_build_goes_on_after_a_crash(cinema: Cinema, monkeypatch: pytest.MonkeyPatch) -> None:
    build = cinema.build(cinema.moe)
    join = builds.join_movies

    def crash(*arguments: Any, **options: Any) -> None:
        join(*arguments, **options)
        raise MemoryError

    monkeypatch.setattr(builds, "join_movies", crash)
    cinema.work()
    assert cinema.moe.get(cinema.path(build=build))["status"] == "running"
    assert cinema.stored() == cinema.scratch() == []
    cinema.build(cinema.moe, status=409)
    monkeypatch.setattr(builds, "join_movies", join)
    with cinema.studio.tracker.work() as work:
        work.db.run(Job.update(due_at=jobs.moment(-1)))
    cinema.work()
    assert cinema.moe.get(cinema.path(build=build))["status"] == "succeeded"


def test_a_build_that_was_tried_too_often_has_failed(cinema: Cinema, monkeypatch: pytest.MonkeyPatch) -> None:
    build = cinema.build(cinema.moe)

    def crash(*arguments: Any, **options: Any) -> None:
        raise MemoryError

    monkeypatch.setattr(builds, "join_movies", crash)
    for _ in range(jobs.ATTEMPTS):
        with cinema.studio.tracker.work() as work:
            work.db.run(Job.update(due_at=jobs.moment(-1)))
        cinema.work()
    failed = cinema.moe.get(cinema.path(build=build))
    assert (failed["status"], failed["message"]) == ("failed", builds.GIVEN_UP)
    monkeypatch.undo()
    made = cinema.build(cinema.moe)
    cinema.work()
    assert cinema.moe.get(cinema.path(build=made))["message"] is None


def test_a_build_that_is_deleted_meanwhile_leaves_nothing(cinema: Cinema) -> None:
    before, while_joining = cinema.build(cinema.moe), builds.join_movies
    cinema.moe.delete(cinema.path(build=before))
    cinema.work()
    assert cinema.stored() == []
    build = cinema.build(cinema.moe)
    with pytest.MonkeyPatch.context() as patch:

        def join(*arguments: Any, **options: Any) -> None:
            while_joining(*arguments, **options)
            cinema.moe.delete(cinema.path(build=build))

        patch.setattr(builds, "join_movies", join)
        cinema.work()
    assert cinema.stored() == []
    assert cinema.mail == []


def test_a_studio_without_the_queue_builds_while_the_caller_waits(cinema: Cinema) -> None:
    switch(cinema, job_queue=False)
    moe = Member(cinema.studio.app, str(cinema.moe.token), cinema.moe.row)
    build = cinema.build(moe)
    assert build["status"] == "succeeded"
    assert cinema.stored() == [f"playlists-{build['id']}"]
    broken = cinema.playlist("Broken", [(cinema.shot, cinema.preview(cinema.animating, 2))])
    cinema.build(moe, broken, status=400)
    assert [job["status"] for job in moe.get(cinema.path(broken))["build_jobs"]] == ["failed"]
    cinema.work()
    assert cinema.mail == []


def test_who_may_do_what_with_builds(cinema: Cinema) -> None:
    for_client = cinema.playlist("For Clo", [(cinema.shot, cinema.first)], for_client=True)
    for who in (cinema.sue, cinema.art, cinema.vic, cinema.clo):
        cinema.build(who, for_client, status=403)
    inside, outside = cinema.build(cinema.moe), cinema.build(cinema.ada, for_client)
    cinema.work()
    for playlist, build, readers in (
        (cinema.shown, inside, (cinema.moe, cinema.ada)),
        (for_client, outside, (cinema.moe, cinema.ada, cinema.clo)),
    ):
        path = cinema.path(playlist, build)
        for who in (cinema.ada, cinema.moe, cinema.sue, cinema.art, cinema.vic, cinema.clo):
            who.get(path, status=200 if who in readers else 403)
            takers = (*readers, cinema.sue)
            assert who.call("GET", f"{path}/build/mp4").status == (200 if who in takers else 403)
            if who not in (cinema.ada, cinema.moe):
                who.delete(path, status=403)
    cinema.moe.get(f"/data/projects/{cinema.project['id']}/build-jobs", status=403)
    cinema.ada.get(f"/data/projects/{NOBODY}/build-jobs", status=404)


def test_a_build_is_found_under_its_own_playlist(cinema: Cinema) -> None:
    build = cinema.build(cinema.moe)
    other = cinema.playlist()
    for path in (cinema.path(other, build), cinema.path(build={"id": NOBODY}), cinema.path(build={"id": "x"})):
        cinema.moe.get(path, status=404)
        cinema.moe.get(f"{path}/build/mp4", status=404)
        cinema.moe.delete(path, status=404)
    cinema.build(cinema.moe, {"id": NOBODY}, status=404)


@pytest.mark.parametrize("removes", [True, False])
def test_a_movie_goes_with_its_build_where_the_studio_wants_that(cinema: Cinema, removes: bool) -> None:
    build = cinema.build(cinema.moe)
    cinema.work()
    switch(cinema, remove_files=removes)
    moe = Member(cinema.studio.app, str(cinema.moe.token), cinema.moe.row)
    moe.delete(cinema.path(build=build))
    moe.get(cinema.path(build=build), status=404)
    assert bool(cinema.stored()) is not removes
    ids = {"build_job_id": build["id"], "playlist_id": cinema.shown["id"], "project_id": cinema.project["id"]}
    assert cinema.events()[-1] == ("build-job:delete", ids)
