"""A PostgreSQL server that is gone for a while: said once, in words to callers, and over when it is back."""

import logging
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from engines import directly, drop_studio, engines_wanted, new_studio
from studio import Studio
from wires import Wire, short_folder

from kitsulite import Settings, Tracker
from kitsulite.cli import main

pytestmark = pytest.mark.skipif("postgres" not in engines_wanted(), reason="it is about PostgreSQL")
PATIENCE = 15
STATUS = {
    "name",
    "version",
    "database-up",
    "event-stream-up",
    "key-value-store-up",
    "job-queue-up",
    "indexer-up",
    "file-store-up",
}


@pytest.fixture
def wire(tmp_path: Path) -> Iterator[Wire]:
    url, folder = new_studio("postgres", tmp_path), short_folder(tmp_path)
    yield Wire(directly(url), folder)
    drop_studio(url)
    shutil.rmtree(folder)


@pytest.fixture
def studio(wire: Wire, tmp_path: Path) -> Iterator[Studio]:
    settings = Settings(data=str(tmp_path / "data"), database=wire.url, secret_key="for-tests", lock_timeout=1)
    with Tracker(settings, first_data=False) as tracker:
        yield Studio(tracker)


def test_a_server_that_is_gone_is_told_once_and_so_is_its_return(
    wire: Wire, studio: Studio, caplog: pytest.LogCaptureFixture
) -> None:
    admin = studio.person("Ann", "admin")
    tracker = studio.tracker
    tracker.jobs.start()
    admin.get("/data/departments")
    wire.cut()
    for _ in range(20):
        for answer in (
            admin.call("GET", "/data/departments"),
            admin.call("POST", "/data/departments", {"name": "Roto", "color": "#000000"}),
            studio.stranger.call("POST", "/auth/login", {"email": "ann@studio.test", "password": "x"}),
        ):
            assert (answer.status, answer.json["message"]) == (503, "The database is not reachable. Try again later.")
        assert studio.stranger.get("/status").keys() == STATUS
    assert studio.stranger.get("/status")["database-up"] is False
    assert "database-up: down\n" in studio.stranger.get("/status.txt")
    assert studio.stranger.get("/health", status=503) == {
        "status": "down",
        "checks": {"database": "down", "files": "up"},
    }
    time.sleep(1.2)  # the jobs look each second
    wire.mend()
    deadline = time.monotonic() + PATIENCE
    while admin.call("GET", "/data/departments").status != 200:
        assert time.monotonic() < deadline
    admin.post("/data/departments", {"name": "Roto", "color": "#000000"})
    assert studio.stranger.get("/status")["database-up"] is True
    assert studio.stranger.get("/health")["status"] == "up"
    said = [record for record in caplog.records if record.levelno >= logging.WARNING]
    assert [record.getMessage().partition(":")[0].partition(",")[0] for record in said] == [
        "The database is not reachable",
        "The database is reachable again",
    ]
    assert not any(record.exc_info for record in said)


def test_what_was_begun_before_does_not_tell_that_it_is_over(studio: Studio) -> None:
    """Its answers may have come just before the server was gone."""
    db = studio.tracker.db
    with db.reading():
        db.reach.trouble("Gone.")
    assert db.reach.since is not None
    with db.reading():
        pass
    assert db.reach.since is None


def test_a_silent_server_holds_up_one_request_not_all(wire: Wire, studio: Studio) -> None:
    """While one looks whether it is back, the others are told at once."""
    admin = studio.person("Ann", "admin")
    wire.cut()
    admin.get("/data/departments", status=503)
    wire.fall_silent()
    with studio.tracker.db.reach.one_at_a_time() as is_ours:
        assert is_ours
        started = time.monotonic()
        admin.get("/data/departments", status=503)
        assert time.monotonic() - started < 0.5
    wire.cut()
    wire.mend()
    admin.get("/data/departments")


def test_a_command_says_it_in_a_line(wire: Wire, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    wire.cut()
    assert main(["person", "list", "--data", str(tmp_path), "--database", wire.url]) == 3
    [line] = capsys.readouterr().err.splitlines()
    assert line.startswith("kitsulite: The studio cannot be opened: ")
