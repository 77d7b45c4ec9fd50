"""Commands that put right what stands in rows by itself, and make anew what belongs to previews (docs/commands.md)."""

import io
import json
from collections.abc import Callable
from typing import Any

import pytest
from footage import movie, picture
from reviewing import Review
from servers import ChatServer
from serving import served  # noqa: F401
from studio import Studio

from kitsulite import Settings
from kitsulite.areas.previews.remaking import snapped
from kitsulite.cli import main
from kitsulite.models.entities import EntityLink
from kitsulite.models.own import Token
from kitsulite.models.people import LoginLog, TimeSpent
from kitsulite.models.productions import Project, ProjectStatus
from kitsulite.models.reviews import Notification, PreviewFile
from kitsulite.models.search import Document
from kitsulite.models.tasks import Task
from kitsulite.models.tools import ApiEvent
from kitsulite.storage import Row
from kitsulite.work.filekeys import MOVIE, ORIGINAL, SOURCE, SQUARE, THUMBNAIL, TILES, key_of

Kitsulite = Callable[..., str]
OLD = "2020-01-01T00:00:00.000000"


@pytest.fixture
def kitsulite(settings: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Kitsulite:
    """What a command says, about the studio of the test."""
    given = {"KITSULITE_DATA": settings.data, "KITSULITE_DATABASE": settings.database, "SECRET_KEY": "for-tests"}
    for name, value in given.items():
        monkeypatch.setenv(name, value)

    def run(*arguments: object, code: int = 0) -> str:
        capsys.readouterr()
        try:
            ended: object = main([str(argument) for argument in arguments])
        except SystemExit as end:
            ended = end.code
        assert ended == code
        said = capsys.readouterr()
        return said.out + said.err

    return run


def write(studio: Studio, table: Any, id: str, **values: Any) -> None:
    with studio.tracker.work() as work:
        work.db.run(table.update(**values).where(table.id == id))


def events(studio: Studio, name: str) -> int:
    with studio.tracker.db.reading():
        return studio.tracker.db.count(ApiEvent.select().where(ApiEvent.name == name))


class TestTasks:
    """`repair tasks`: what comments and time spent say."""

    def test_what_was_wrong_is_right_and_nothing_else_is_told(self, review: Review, kitsulite: Kitsulite) -> None:
        studio, task = review.studio, review.task
        right = studio.task(studio.entity("Shot", "SH02", review.project, review.sequence))
        studio.add(TimeSpent, duration=90, date="2026-02-03", person_id=review.artist.id, task_id=task["id"])
        write(studio, Task, task["id"], retake_count=7, done_date="2026-01-01T00:00:00.000000", duration=5)
        before = studio.row(Task, right["id"])
        assert "1 of 2 tasks of Fox were not what their comments say" in kitsulite("repair", "tasks", "Fox")
        mended = studio.row(Task, task["id"])
        assert (mended["retake_count"], mended["done_date"], mended["duration"]) == (0, None, 90)
        assert studio.row(Task, right["id"]) == before
        assert events(studio, "task:update") == 1
        assert "0 of 2 tasks" in kitsulite("repair", "tasks", review.project["id"])

    def test_it_asks_for_a_production(self, review: Review, kitsulite: Kitsulite) -> None:
        assert "There is no production Owl." in kitsulite("repair", "tasks", "Owl", code=1)
        assert "required" in kitsulite("repair", "tasks", code=2)


def test_castings_are_counted_anew(review: Review, kitsulite: Kitsulite) -> None:
    studio = review.studio
    asset = studio.entity("Prop", "Tree", review.project)
    studio.link(EntityLink, entity_in_id=review.shot["id"], entity_out_id=asset["id"], nb_occurences=1)
    write(studio, Task, review.task["id"], nb_assets_ready=5)
    assert "1 tasks of 1 shots said another number" in kitsulite("repair", "castings")
    assert studio.row(Task, review.task["id"])["nb_assets_ready"] == 0
    assert "0 tasks of" in kitsulite("repair", "castings", "--project", "Fox")
    write(studio, Task, review.task["id"], nb_assets_ready=5)
    closed = studio.add(ProjectStatus, name="Closed", color="#000000")
    write(studio, Project, review.project["id"], project_status_id=closed["id"])
    assert "0 tasks of 0 shots" in kitsulite("repair", "castings")  # all that are open
    assert "1 tasks of 1 shots" in kitsulite("repair", "castings", "--project", "Fox")


def test_the_index_is_made_anew_and_looked_into(review: Review, kitsulite: Kitsulite) -> None:
    review.studio.entity("Prop", "Lighthouse", review.project)
    assert "Lighthouse" in kitsulite("search", "lighth")
    with review.studio.tracker.work() as work:
        work.db.run(Document.delete())
    assert "Nothing is found by lighthouse." in kitsulite("search", "lighthouse")
    assert "can be found" in kitsulite("repair", "search")
    found = json.loads(kitsulite("search", "lighthouse", "--json", "--project", "Fox"))
    assert [asset["name"] for asset in found["assets"]] == ["Lighthouse"]


class TestTidy:
    """What is old goes, what is not stays."""

    def test_by_days(self, review: Review, kitsulite: Kitsulite) -> None:
        studio = review.studio
        person = {"person_id": review.artist.id}
        with studio.tracker.work() as work:
            for created_at in (OLD, None):
                at = {"created_at": created_at} if created_at else {}
                work.insert(ApiEvent, name="x:y", **at)
                work.insert(LoginLog, **person, **at)
                said = {"author_id": review.artist.id, "type": "comment", "task_id": review.task["id"]}
                work.insert(Notification, **person, **said, reply_id=None, **at)
            work.db.run(Token.update(revoked_at=OLD).where(Token.person_id == review.artist.id))
        said = kitsulite("tidy", "--days", "30")
        assert said == "1 events, 1 sign-ins, 1 notifications, 2 tokens removed.\n"
        with studio.tracker.db.reading():
            for table in (LoginLog, Notification):
                assert studio.tracker.db.count(table.select()) == 1
            assert not studio.tracker.db.count(Token.select().where(Token.person_id == review.artist.id))
            assert studio.tracker.db.count(Token.select())
        assert kitsulite("tidy") == "Nothing removed.\n"
        assert "1 or more" in kitsulite("tidy", "--days", "0", code=1)

    def test_in_small_pieces(self, studio: Studio, kitsulite: Kitsulite, monkeypatch: pytest.MonkeyPatch) -> None:
        from kitsulite.areas.studio import tidying

        monkeypatch.setattr(tidying, "BATCH", 2)
        with studio.tracker.work() as work:
            for _ in range(5):
                work.insert(ApiEvent, name="x:y", created_at=OLD)
        assert kitsulite("tidy") == "5 events removed.\n"


def test_everybody_is_signed_out(review: Review, kitsulite: Kitsulite) -> None:
    from full_studio import FullStudio

    bot = FullStudio.__dict__["_bot"](review)  # a bot with its token
    assert review.admin.call("GET", "/data/user/context").status == 200
    assert "6 people were signed in" in kitsulite("person", "sign-out-all")
    assert review.admin.call("GET", "/data/user/context").status == 401
    assert bot.call("GET", "/data/task-types").status == 200
    kitsulite("person", "sign-out-all", "--with-bots")
    assert bot.call("GET", "/data/task-types").status == 401


# --- previews ---


@pytest.fixture
def shown(review: Review) -> dict[str, Row]:
    """A movie and a picture that can be looked at."""
    found = {"movie": review.preview(), "picture": review.preview(extension="png")}
    review.send(found["movie"], "a.mp4", movie(), query="?normalize=false")
    review.send(found["picture"], "a.png", picture((64, 48)))
    return found


class TestMeasure:
    """Sizes, as the files have them."""

    def test_of_all_or_of_a_kind(self, review: Review, shown: dict[str, Row], kitsulite: Kitsulite) -> None:
        assert "0 of 2 previews" in kitsulite("preview", "measure")
        for preview in shown.values():
            write(review.studio, PreviewFile, preview["id"], width=1, height=2, duration=0)
        assert "1 of 1 previews" in kitsulite("preview", "measure", "--movies", "--project", "Fox")
        row = review.row(shown["movie"])
        assert (row["width"], row["height"]) == (64, 48)
        assert row["duration"] == pytest.approx(0.4, abs=0.05)
        assert review.row(shown["picture"])["width"] == 1
        assert "1 of 1 previews" in kitsulite("preview", "measure", "--pictures")
        assert (review.row(shown["picture"])["width"], review.row(shown["picture"])["height"]) == (64, 48)

    def test_what_has_no_file_is_told(self, review: Review, shown: dict[str, Row], kitsulite: Kitsulite) -> None:
        review.studio.tracker.files.delete(key_of(MOVIE, shown["movie"]["id"]))
        review.studio.tracker.files.put(key_of(ORIGINAL, shown["picture"]["id"]), io.BytesIO(b"no picture"))
        said = kitsulite("preview", "measure")
        assert f"{shown['movie']['id']}: its file is not there." in said
        assert shown["picture"]["id"] in said
        assert "0 of 0 previews" in said


class TestExtras:
    """Pictures and tiles that are not there."""

    @pytest.fixture
    def bare(self, review: Review, shown: dict[str, Row]) -> dict[str, Row]:
        for preview in shown.values():
            for kind in (THUMBNAIL, SQUARE, TILES):
                review.studio.tracker.files.delete(key_of(kind, preview["id"]))
        return shown

    def test_all_of_them(self, review: Review, bare: dict[str, Row], kitsulite: Kitsulite) -> None:
        assert "2 of 2 previews lacked something" in kitsulite("preview", "extras")
        movie_id, picture_id = bare["movie"]["id"], bare["picture"]["id"]
        wanted = {key_of(kind, id) for id in (movie_id, picture_id) for kind in (THUMBNAIL, SQUARE)}
        assert {*wanted, key_of(TILES, movie_id)} <= set(review.stored())
        assert key_of(TILES, picture_id) not in review.stored()
        assert "0 of 2 previews" in kitsulite("preview", "extras")

    def test_only_some(self, review: Review, bare: dict[str, Row], kitsulite: Kitsulite) -> None:
        assert "1 of 2 previews" in kitsulite("preview", "extras", "--tiles")
        assert key_of(THUMBNAIL, bare["movie"]["id"]) not in review.stored()
        assert "1 of 2 previews" in kitsulite("preview", "extras", "--tiles", "--again")
        assert "0 of 0 previews" in kitsulite("preview", "extras", "--only-assets")
        assert "0 of 0 previews" in kitsulite("preview", "extras", "--episode", review.project["id"])
        assert "0 of 0 previews" in kitsulite("preview", "extras", "--entity", review.project["id"])
        assert "2 of 2 previews" in kitsulite("preview", "extras", "--only-shots", "--entity", review.shot["id"])

    def test_what_is_broken_is_left_alone(self, review: Review, bare: dict[str, Row], kitsulite: Kitsulite) -> None:
        for preview, status in zip(bare.values(), ("broken", "processing"), strict=True):
            write(review.studio, PreviewFile, preview["id"], status=status)
        assert "0 of 0 previews" in kitsulite("preview", "extras")


class TestEncode:
    """Movies, once more of what was sent in."""

    def test_what_was_kept_is_encoded(self, review: Review, shown: dict[str, Row], kitsulite: Kitsulite) -> None:
        files, id = review.studio.tracker.files, shown["movie"]["id"]
        files.put(key_of(SOURCE, id), io.BytesIO(movie(size="128x96")))
        files.delete(key_of(MOVIE, id))
        write(review.studio, PreviewFile, id, status="broken")
        assert kitsulite("preview", "encode", "--broken") == "1 ready of 1 previews.\n"
        row = review.row(shown["movie"])
        assert row["status"] == "ready"
        assert files.size(key_of(MOVIE, id))
        assert not list(files.list("uploads-"))
        assert files.size(key_of(SOURCE, id))

    def test_what_was_not_kept_is_missing(self, review: Review, shown: dict[str, Row], kitsulite: Kitsulite) -> None:
        write(review.studio, PreviewFile, shown["movie"]["id"], status="processing")
        said = kitsulite("preview", "encode", "--processing", "--project", "Fox", code=1)
        assert said.startswith("1 missing of 1 previews.")
        assert "PREVIEW_SAVE_SOURCE_FILE" in said
        assert review.row(shown["movie"])["status"] == "missing"

    def test_what_cannot_be_encoded_is_broken(
        self, review: Review, shown: dict[str, Row], kitsulite: Kitsulite
    ) -> None:
        review.studio.tracker.files.put(key_of(SOURCE, shown["movie"]["id"]), io.BytesIO(b"no movie"))
        said = kitsulite("preview", "encode", shown["movie"]["id"], code=1)
        assert said.startswith("1 broken of 1 previews.")
        assert review.row(shown["movie"])["status"] == "broken"

    def test_it_asks_which(self, review: Review, shown: dict[str, Row], kitsulite: Kitsulite) -> None:
        assert "Say which" in kitsulite("preview", "encode", code=2)
        assert "There is no preview" in kitsulite("preview", "encode", review.project["id"], code=1)
        write(review.studio, PreviewFile, shown["movie"]["id"], status="missing", created_at=OLD)
        assert "None of 0 previews." in kitsulite("preview", "encode", "--missing", "--hours", "24")


class TestAnnotations:
    """At the times of frames, one entry a frame."""

    @staticmethod
    def entry(time: Any, *ids: str) -> dict[str, Any]:
        return {"time": time, "drawing": {"objects": [{"id": id} for id in ids], "version": 4}}

    def test_they_are_moved_and_merged(self, review: Review, shown: dict[str, Row], kitsulite: Kitsulite) -> None:
        drawn = [self.entry(0.119, "a"), self.entry(0.12, "a", "b"), self.entry(0.2, "c")]
        write(review.studio, PreviewFile, shown["movie"]["id"], annotations=drawn)
        said = "2 entries of 1 movies {} moved to their frames or merged; 1 were looked at."
        assert said.format("would be") in kitsulite("repair", "annotations", "--dry-run")
        assert review.row(shown["movie"])["annotations"] == drawn
        assert said.format("were") in kitsulite("repair", "annotations", "--project", "Fox")
        assert review.row(shown["movie"])["annotations"] == [self.entry(0.12, "a", "b"), self.entry(0.2, "c")]
        assert "0 entries of 0 movies" in kitsulite("repair", "annotations")

    def test_what_has_no_time_stays(self, engine: str) -> None:
        odd = ["x", {"time": "1"}, {"time": True}, {"time": -1}, {"time": None}, {}]
        assert snapped(odd, 25.0) == (odd, 0)

    def test_rates_that_are_no_whole_numbers(self, engine: str) -> None:
        entries = [self.entry(frame / 23.976, str(frame)) for frame in range(100)]
        assert snapped(entries, 23.976) == (entries, 0)
        assert snapped([self.entry(1.0, "a")], 23.976)[0][0]["time"] == pytest.approx(24 / 23.976)


# --- files, and settings of a running server ---


def test_files_are_copied_to_a_store_and_from_it(
    review: Review, shown: dict[str, Row], kitsulite: Kitsulite, tmp_path: Any
) -> None:
    there = (tmp_path / "there").as_uri()
    count = len(review.stored())
    assert f"{count} files were copied" in kitsulite("files", "copy", "--to", there)
    assert f"0 files were copied to {tmp_path / 'there'}, {count} were there" in kitsulite(
        "files", "copy", "--to", there
    )
    lost = key_of(ORIGINAL, shown["picture"]["id"])
    review.studio.tracker.files.delete(lost)
    assert "1 files were copied" in kitsulite("files", "copy", "--from", there)
    assert review.studio.tracker.files.exists(lost)
    import os
    import time

    old = time.time() - 10 * 24 * 3600
    for path in (tmp_path / "there").rglob("*-*"):
        os.utime(path, (old, old))
    assert "0 files were copied" in kitsulite("files", "copy", "--from", there, "--days", "9")
    assert "Say --to URL, or --from URL." in kitsulite("files", "copy", code=2)


def test_settings_are_compared_with_a_running_server(kitsulite: Kitsulite, monkeypatch: pytest.MonkeyPatch) -> None:
    server = ChatServer()
    try:
        assert "ADMIN_TOKEN is not set" in kitsulite("settings", "--check", server.url, code=1)
        monkeypatch.setenv("ADMIN_TOKEN", "let me in")
        same = {"user_limit": {"env": 100}, "default_locale": {"env": "en_US"}, "nomad_host": {"env": None}}
        server.answers["/admin/config/check"] = {**same, "active_users": 3}
        assert "are the same there; 3 people are active" in kitsulite("settings", "--check", server.url)
        assert server.received[-1].authorization == "Bearer let me in"
        server.answers["/admin/config/check"]["user_limit"] = {"env": 5}
        assert "user_limit: 5 there, 100 here" in kitsulite("settings", "--check", server.url, code=1)
        server.answers["/admin/config/check"] = 403
        assert "has another ADMIN_TOKEN" in kitsulite("settings", "--check", server.url, code=1)
        assert "is no address" in kitsulite("settings", "--check", "localhost", code=2)
    finally:
        server.close()
    assert "cannot be asked" in kitsulite("settings", "--check", server.url, code=1)
