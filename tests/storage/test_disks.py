"""Disks that are full, files that are gone, copies that can only be read: said in words, nothing half done, and over when it
is over."""

import dataclasses
import os
import resource
import shutil
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from departments import add_department
from disks import read_only, small_disk, small_png
from driving import on_one_engine
from serving import serve
from stores import endpoint, store_url
from studio import Member, Studio

from kitsulite import Settings, Tracker
from kitsulite.cli import main
from kitsulite.models.people import Department
from kitsulite.models.reviews import PreviewFile
from kitsulite.storage import Database
from kitsulite.storage.private import write_once

FULL = "The disk of the studio is full: nothing was saved. Make room on it and try again."
PNG = small_png()


def told(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records if record.name == "kitsulite.told"]


# --- full ---


def limit_pages(db: Database, more: int) -> None:
    """SQLite finds the disk full when its file would grow by more pages than this."""
    with db.reading():
        pages = db.select("PRAGMA page_count")[0][0]
    with db.engine.connection_context():
        db.engine.pragma("max_page_count", pages + more, permanent=True)  # type: ignore[attr-defined]
    db.engine.close_all()  # type: ignore[attr-defined]


@on_one_engine
def test_a_full_disk_is_507_in_words_and_over_when_there_is_room(
    studio: Studio, caplog: pytest.LogCaptureFixture
) -> None:
    admin = studio.person("Ann", "admin")
    body = {"name": "Fox", "description": "x" * 100_000}
    limit_pages(studio.tracker.db, 2)
    for _ in range(3):
        answer = admin.call("POST", "/data/projects", body)
        assert (answer.status, answer.json["message"]) == (507, FULL)
    assert admin.get("/data/projects") == []
    assert admin.get("/data/events/last") == []
    limit_pages(studio.tracker.db, 1000)
    admin.post("/data/projects", body)
    assert [row["name"] for row in admin.get("/data/projects")] == ["Fox"]
    said = told(caplog)
    assert len(said) == 2
    assert said[0].startswith("The disk of the database is full: ")
    assert said[1].startswith("The database has room again")


@on_one_engine
def test_a_quota_that_is_used_up_is_a_full_disk_too(studio: Studio) -> None:
    """No file may grow any more: the engine has another word for that."""
    admin = studio.person("Ann", "admin")
    body = {"name": "Fox", "description": "x" * 100_000}
    log = Path(studio.tracker.settings.data) / "studio.db-wal"
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (log.stat().st_size + 10_000, before[1]))
    try:
        answer = admin.call("POST", "/data/projects", body)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert (answer.status, answer.json["message"]) == (507, FULL)
    assert admin.get("/data/projects") == []
    admin.post("/data/projects", body)


@pytest.mark.long
def test_a_disk_that_fills_up_beneath_a_served_studio(tmp_path: Path) -> None:
    """A real one: the studio, its log and what is uploaded share it."""
    with small_disk(tmp_path / "disk", "4m") as disk, serve(disk / "studio") as served:
        import gazu

        client = gazu.client.create_client(served.api)
        gazu.log_in(served.email, served.password, client=client)
        ballast = disk / "ballast"
        with open(ballast, "wb", buffering=0) as file, suppress(OSError):
            while True:
                file.write(b"x" * 4096)
        statuses = [
            client.session.post(
                f"{served.api}/data/departments",
                json={"name": f"D{number} {'x' * 70}", "color": "#000000"},
                headers=gazu.client.make_auth_header(client=client),
            ).status_code
            for number in range(200)
        ]
        assert set(statuses) <= {201, 507}
        assert statuses[-1] == 507
        before = len(gazu.client.get("data/departments", client=client))
        ballast.unlink()
        gazu.client.post("data/departments", {"name": "Roto", "color": "#000000"}, client=client)
        assert len(gazu.client.get("data/departments", client=client)) == before + 1
        assert "Traceback" not in served.errors.read_text()


@on_one_engine
def test_an_upload_that_does_not_fit_is_507_and_leaves_nothing(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*anything: Any, **more: Any) -> Any:
        raise OSError(28, os.strerror(28))

    admin = studio.person("Ann", "admin")
    monkeypatch.setattr(os, "fsync", full)
    answer = admin.form(f"/pictures/thumbnails/persons/{admin.id}", {}, {"file": ("me.png", PNG, "image/png")})
    assert (answer.status, answer.json["message"]) == (507, FULL)
    assert admin.get(f"/data/persons/{admin.id}")["has_avatar"] is False
    folder = Path(studio.tracker.settings.data)
    assert [path for path in folder.glob("files/**/*") if path.is_file()] == []
    assert list((folder / "scratch").iterdir()) == []
    monkeypatch.undo()
    admin.send_form(f"/pictures/thumbnails/persons/{admin.id}", {}, {"file": ("me.png", PNG, "image/png")})


# --- the file store ---


@pytest.mark.parametrize("kind", ["folder", "s3"])
@on_one_engine
def test_a_store_that_breaks_is_503_in_words_and_told_once(
    settings: Settings, kind: str, tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kitsulite.storage.files.CHECK_AGAIN", -1.0)
    store = store_url(kind, tmp_path)
    with Tracker(dataclasses.replace(settings, files="" if kind == "folder" else store), first_data=False) as tracker:
        studio = Studio(tracker)
        admin = studio.person("Ann", "admin")
        picture = f"/pictures/thumbnails/persons/{admin.id}"
        send = {"file": ("me.png", PNG, "image/png")}
        admin.send_form(picture, {}, send)
        assert studio.stranger.get("/health") == {"status": "up", "checks": {"database": "up", "files": "up"}}
        break_store(kind, store, tmp_path)
        for _ in range(3):
            for answer in (admin.form(picture, {}, send), admin.call("GET", f"{picture}.png")):
                assert answer.status == 503
                assert answer.json["message"].startswith("The file store is not reachable")
        assert studio.stranger.get("/status")["file-store-up"] is False
        assert studio.stranger.get("/status")["database-up"] is True
        health = studio.stranger.get("/health", status=503)
        assert health == {"status": "down", "checks": {"database": "up", "files": "down"}}
        mend_store(kind, store, tmp_path)
        admin.send_form(picture, {}, send)
        assert studio.stranger.get("/health")["status"] == "up"
    said = told(caplog)
    assert [line.partition(":")[0].partition(",")[0] for line in said] == [
        "The file store is not reachable",
        "The file store is reachable again",
    ]


@on_one_engine
def test_a_folder_of_files_that_can_never_be_made_is_told_before_anybody_sends_one(
    settings: Settings, tmp_path: Path
) -> None:
    (tmp_path / "raid").write_text("not mounted")
    with Tracker(dataclasses.replace(settings, files=(tmp_path / "raid/fox").as_uri()), first_data=False) as tracker:
        assert Studio(tracker).stranger.get("/health", status=503)["checks"]["files"] == "down"
    (tmp_path / "raid").unlink()
    with Tracker(dataclasses.replace(settings, files=(tmp_path / "raid/fox").as_uri()), first_data=False) as tracker:
        assert Studio(tracker).stranger.get("/health")["checks"]["files"] == "up"


def break_store(kind: str, store: str, folder: Path) -> None:
    if kind == "folder":
        (folder / "files").rename(folder / "elsewhere")
        return
    client, bucket = client_of(store)
    for item in client.list_objects_v2(Bucket=bucket).get("Contents", ()):
        client.delete_object(Bucket=bucket, Key=item["Key"])
    client.delete_bucket(Bucket=bucket)


def mend_store(kind: str, store: str, folder: Path) -> None:
    if kind == "folder":
        (folder / "elsewhere").rename(folder / "files")
        return
    client, bucket = client_of(store)
    client.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})


def client_of(store: str) -> tuple[Any, str]:
    import boto3

    return boto3.client("s3", endpoint_url=endpoint(), region_name="eu-west-1"), store.split("/")[2]


@pytest.mark.long
def test_a_bucket_that_is_not_there_is_said_at_the_start(tmp_path: Path) -> None:
    store = f"s3://nobody-made-this/fox?endpoint={endpoint()}&region=eu-west-1"
    with serve(tmp_path / "studio", KITSULITE_FILES=store) as served:
        said = served.errors.read_text()
        assert "The bucket nobody-made-this is not there." in said
        assert said.count("reachable") == 1


@on_one_engine
def test_a_disk_of_files_that_is_not_mounted_is_said_at_the_start_and_not_written_over(
    settings: Settings, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    raid = tmp_path / "raid" / "fox"
    settings = dataclasses.replace(settings, files=raid.as_uri())
    with Tracker(settings, first_data=False) as tracker:
        studio = Studio(tracker)
        admin = studio.person("Ann", "admin")
        picture = f"/pictures/thumbnails/persons/{admin.id}"
        admin.send_form(picture, {}, {"file": ("me.png", PNG, "image/png")})
        studio.add(PreviewFile, extension="png")
    raid.rename(tmp_path / "unmounted")
    with Tracker(settings, first_data=False) as tracker:
        assert not tracker.files.is_well()
        assert f"{raid} is not there: mount the disk" in told(caplog)[0]
        studio = Studio(tracker)
        token = admin.token
        admin = Member(studio.app, token or "", admin.row)
        assert admin.form(picture, {}, {"file": ("me.png", PNG, "image/png")}).status == 503
    assert not raid.exists()


# --- the database file ---


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A studio that was at work."""
    folder = tmp_path / "studio"
    with Tracker(Settings(data=str(folder))) as tracker, tracker.work() as work:
        add_department(work.db, "Roto")
    return folder


@pytest.fixture
def start(capfd: pytest.CaptureFixture[str]) -> Callable[[Path], str]:
    """Start a server that must not start; the line that it says."""

    def start(folder: Path) -> str:
        assert main(["serve", "--data", str(folder), "--port", "0"]) == 3
        said = capfd.readouterr()
        assert said.out == ""
        [line] = said.err.splitlines()
        return line

    return start


def test_a_studio_of_no_bytes_is_not_taken_for_a_new_one(folder: Path, start: Callable[[Path], str]) -> None:
    os.truncate(folder / "studio.db", 0)
    assert "studio.db is empty (0 bytes)" in start(folder)
    assert (folder / "studio.db").stat().st_size == 0


def test_an_empty_file_where_no_studio_was_is_refused_too(tmp_path: Path, start: Callable[[Path], str]) -> None:
    """None of ours is ever empty, so something else made it so."""
    tmp_path.chmod(0o700)
    (tmp_path / "studio.db").touch(0o600)
    assert "studio.db is empty (0 bytes)" in start(tmp_path)


@pytest.mark.parametrize("left", ["secret.key", "studio.db-turn"])
def test_a_studio_that_is_gone_is_not_begun_anew(folder: Path, left: str, start: Callable[[Path], str]) -> None:
    for path in folder.glob("studio.db*" if left == "secret.key" else "*"):
        if path.is_file() and path.name != left:
            path.unlink()
    assert "is gone" in start(folder)
    assert not (folder / "studio.db").exists()


def test_a_dump_goes_where_a_studio_was_lost(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    dump = str(folder.parent / "dump.jsonl")
    assert main(["dump", dump, "--data", str(folder)]) == 0
    for path in folder.glob("studio.db*"):
        path.unlink()
    assert main(["load", dump, "--data", str(folder)]) == 0
    with Tracker(Settings(data=str(folder))) as tracker, tracker.db.reading():
        assert tracker.db.count(Department.select().where(Department.name == "Roto")) == 1


@pytest.mark.parametrize("how", ["gone", "cut off", "replaced"])
def test_a_running_studio_notices_that_its_file_is_gone(
    folder: Path, how: str, caplog: pytest.LogCaptureFixture
) -> None:
    with Tracker(Settings(data=str(folder))) as tracker:
        studio = Studio(tracker)
        admin = studio.person("Ann", "admin")
        kept = folder / "kept.db"
        shutil.copyfile(folder / "studio.db", kept)
        if how == "gone":
            (folder / "studio.db").unlink()
        elif how == "cut off":
            os.truncate(folder / "studio.db", 0)
        else:
            kept.replace(folder / "studio.db")
        for _ in range(3):
            for answer in (admin.call("GET", "/data/departments"), admin.call("POST", "/data/departments", {})):
                assert answer.status == 503
                assert answer.json["message"] == "The database is not reachable. Try again later."
        assert studio.stranger.get("/status")["database-up"] is False
        assert studio.stranger.get("/health", status=503)["checks"]["database"] == "down"
        if how == "gone":
            assert not (folder / "studio.db").exists()
        assert len(told(caplog)) == 1


def test_a_file_that_comes_back_is_used_again(folder: Path) -> None:
    with Tracker(Settings(data=str(folder))) as tracker:
        studio = Studio(tracker)
        admin = studio.person("Ann", "admin")
        (folder / "studio.db").rename(folder / "away.db")
        admin.get("/data/departments", status=503)
        (folder / "away.db").rename(folder / "studio.db")
        assert "Roto" in {row["name"] for row in admin.get("/data/departments")}


def test_what_is_no_database_is_said_in_a_line(folder: Path, start: Callable[[Path], str]) -> None:
    (folder / "studio.db").write_bytes(b"This is a letter, not a database." * 200)
    (folder / "studio.db-wal").unlink(missing_ok=True)
    assert "file is not a database" in start(folder)


def test_a_first_start_on_a_full_disk_leaves_no_empty_studio(tmp_path: Path, start: Callable[[Path], str]) -> None:
    with small_disk(tmp_path / "disk", "512k") as disk:
        assert "full" in start(disk)
        assert [path.name for path in disk.rglob("*") if path.is_file()] == []


# --- copies that can only be read ---


@pytest.mark.parametrize("log", ["closed", "left over"])
def test_a_read_only_copy_can_be_dumped_and_listed(
    folder: Path, log: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    copy = tmp_path / "copy"
    with Tracker(Settings(data=str(folder))) as tracker:
        Studio(tracker).person("Ann", "admin")
        if log == "left over":
            shutil.copytree(folder, copy)
    if log == "closed":
        shutil.copytree(folder, copy)
    assert ((copy / "studio.db-wal").exists()) is (log == "left over")
    with read_only(copy):
        before = sorted(path.name for path in copy.iterdir())
        assert main(["dump", str(tmp_path / "copy.jsonl"), "--data", str(copy)]) == 0
        assert '"Roto"' in (tmp_path / "copy.jsonl").read_text()
        assert main(["person", "list", "--data", str(copy)]) == 0
        said = capsys.readouterr()
        assert "Ann" in said.out
        assert said.err == ""
        assert main(["person", "deactivate", "ann@studio.test", "--data", str(copy)]) == 1
        assert "can only be read" in capsys.readouterr().err
        assert main(["serve", "--port", "0", "--data", str(copy)]) == 3
        assert "but not served" in capsys.readouterr().err
        assert sorted(path.name for path in copy.iterdir()) == before


def test_a_file_is_written_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def killed(number: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", killed)
    with pytest.raises(KeyboardInterrupt):
        write_once(tmp_path / "secret.key", "a key")
    assert list(tmp_path.iterdir()) == []
    monkeypatch.undo()
    assert write_once(tmp_path / "secret.key", "a key")
    assert not write_once(tmp_path / "secret.key", "another")
    assert (tmp_path / "secret.key").read_text() == "a key"
