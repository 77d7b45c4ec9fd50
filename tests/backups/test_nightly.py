"""The backup of every night: made by one node, in the background; admins hear when there is none."""

import dataclasses
import datetime
import time
from pathlib import Path
from typing import Any

import pytest
from studio import Studio

from kitsulite.areas.backups import nightly
from kitsulite.areas.backups.nightly import Nightly, last_night
from kitsulite.areas.studio import backupruns
from kitsulite.models import now
from kitsulite.models.own import BackupRun, Job
from kitsulite.settings import BadSetting, Settings
from kitsulite.work.jobs import moment

pytestmark = pytest.mark.long


@pytest.fixture
def nights(studio: Studio, tmp_path: Path) -> Nightly:
    studio.tracker.settings = dataclasses.replace(studio.tracker.settings, backup=str(tmp_path / "backups"))
    return Nightly(studio.tracker.db, studio.tracker.work, studio.tracker.settings)


def runs_of(studio: Studio) -> list[dict[str, Any]]:
    with studio.tracker.db.reading():
        return studio.tracker.db.rows(BackupRun.select().order_by(BackupRun.created_at))


def letters_of(studio: Studio) -> list[dict[str, Any]]:
    with studio.tracker.db.reading():
        return [job["arguments"] for job in studio.tracker.db.rows(Job.select().where(Job.name == "letter"))]


@pytest.mark.long
def test_the_server_makes_it_by_itself(
    studio: Studio, nights: Nightly, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """In a process of its own."""
    studio.person("Ann", "admin")
    nights.serve_due()
    (run,) = runs_of(studio)
    assert run["error"] is None
    assert run["proven_at"]
    assert run["ended_at"]
    assert run["night"] == last_night(studio.tracker.settings)
    assert run["rows"] > 0
    assert caplog.messages == [
        f"The backup {run['snapshot']} is in {tmp_path / 'backups'}, and proven: {run['rows']} rows, 0 files."
    ]
    assert list((tmp_path / "backups").rglob("snapshots-*"))
    nights.serve_due()
    assert runs_of(studio) == [run]
    assert letters_of(studio) == []


def test_it_goes_on_in_the_background_and_breaks_off(
    studio: Studio, nights: Nightly, monkeypatch: pytest.MonkeyPatch
) -> None:
    def wait(id: str, settings: Settings, stopped: Any) -> str:
        stopped.wait(30)
        return "terminated"

    monkeypatch.setattr(nightly, "_run", wait)
    nights.start()
    for _ in range(100):
        if runs_of(studio):
            break
        time.sleep(0.02)
    nights.stop()
    (run,) = runs_of(studio)
    assert not run["ended_at"]
    assert backupruns.may_try(run)  # by the next that starts
    assert letters_of(studio) == []


def test_one_node_makes_it(studio: Studio) -> None:
    db = studio.tracker.db
    first = backupruns.claim(db, "2026-11-30", "s3://fox", "a node")
    assert first
    assert backupruns.claim(db, "2026-11-30", "s3://fox", "another") is None
    backupruns.note(db, first, held_until=moment(-1))
    assert backupruns.claim(db, "2026-11-30", "s3://fox", "another") == first
    backupruns.end(db, first, "The disk is full.")
    assert backupruns.claim(db, "2026-11-30", "s3://fox", "another") is None
    backupruns.note(db, first, ended_at=moment(-2 * 3600))
    assert backupruns.claim(db, "2026-11-30", "s3://fox", "a node") == first
    backupruns.note(db, first, ended_at=moment(-2 * 3600))
    assert backupruns.claim(db, "2026-11-30", "s3://fox", "a node") is None  # three times are enough
    assert backupruns.claim(db, "2026-12-01", "s3://fox", "a node")


def test_admins_hear_of_what_failed_for_good(studio: Studio, nights: Nightly, monkeypatch: pytest.MonkeyPatch) -> None:
    studio.person("Ann", "admin", email="ann@studio.test")
    studio.person("Bob", "manager", email="bob@studio.test")
    monkeypatch.setattr(nightly, "_run", lambda *given: "The disk is full.")
    for attempt in range(3):
        nights.serve_due()
        assert len(letters_of(studio)) == (attempt == 2)
        (run,) = runs_of(studio)
        assert run["error"] == "The disk is full."
        backupruns.note(studio.tracker.db, run["id"], ended_at=moment(-2 * 3600))
    nights.serve_due()
    (letter,) = letters_of(studio)
    assert letter["to"] == "ann@studio.test"
    assert "The disk is full." in letter["text"]
    assert "no backup yet" in letter["text"]


def test_the_letter_tells_the_age_of_the_last_that_was_proven(studio: Studio) -> None:
    studio.person("Ann", "admin", email="ann@studio.test")
    nightly.tell_admins(studio.tracker.work, "s3://fox", "It broke.", 53 * 3600)
    (letter,) = letters_of(studio)
    assert "is 53 hours old" in letter["text"]


def test_one_that_does_not_end_is_told_and_no_second_begun(studio: Studio, nights: Nightly) -> None:
    studio.person("Ann", "admin", email="ann@studio.test")
    assert backupruns.claim(studio.tracker.db, "2020-01-01", "s3://fox", "a node")
    nights.serve_due()
    assert nightly.STILL_RUNS in letters_of(studio)[0]["text"]
    nights.serve_due()
    assert len(letters_of(studio)) == 1


def test_nothing_is_made_where_nothing_is_said(studio: Studio) -> None:
    silent = Nightly(studio.tracker.db, studio.tracker.work, studio.tracker.settings)
    silent.start()
    silent.serve_due()
    silent.stop()
    assert runs_of(studio) == []


def test_a_night_begins_by_the_clock_of_the_studio(engine: str) -> None:
    settings = Settings(backup_at="03:00", default_timezone="Asia/Tokyo")

    def at(text: str) -> str:
        return last_night(settings, datetime.datetime.fromisoformat(text + "+00:00"))

    assert at("2026-11-30T17:59:00") == "2026-11-30"
    assert at("2026-11-30T18:00:00") == "2026-12-01"


@pytest.mark.parametrize(
    "wrong", [{"backup_at": "3:00"}, {"backup_at": "24:00"}, {"backup_keep": "7"}, {"backup_key": "short and secret"}]
)
def test_what_cannot_be_meant_is_refused(engine: str, wrong: dict[str, Any]) -> None:
    with pytest.raises(BadSetting) as refused:
        Settings(**wrong)
    assert "short and secret" not in str(refused.value)


# --- who is told ---


def test_the_age_of_the_last_proven_one_is_told(studio: Studio, nights: Nightly) -> None:
    assert studio.stranger.get("/health")["backup"] == {"status": "down", "proven_hours": None}
    assert studio.stranger.get("/status")["backup-up"] is False
    id = backupruns.begin(studio.tracker.db, "s3://fox", "me")
    backupruns.note(studio.tracker.db, id, proven_at=moment(-7 * 3600))
    assert studio.stranger.get("/health")["backup"] == {"status": "up", "proven_hours": 7.0}
    assert studio.stranger.get("/status")["backup-up"] is True
    assert studio.stranger.get("/status.txt").endswith("backup-up: up\n")
    assert studio.stranger.get("/status/influx")["backup-up"] == 1
    backupruns.note(studio.tracker.db, id, proven_at=moment(-50 * 3600))
    health = studio.stranger.get("/health")  # 200: it can still answer
    assert health["backup"] == {"status": "down", "proven_hours": 50.0}
    assert health["status"] == "up"


def test_strangers_hear_nothing_where_none_are_made(studio: Studio) -> None:
    assert "backup" not in studio.stranger.get("/health")
    assert "backup-up" not in studio.stranger.get("/status")


def test_old_runs_are_forgotten(studio: Studio) -> None:
    db = studio.tracker.db
    ids = [backupruns.begin(db, "s3://fox", "me") for _ in range(5)]
    backupruns.forget_old(db, kept=2)
    assert {run["id"] for run in runs_of(studio)} == set(ids[3:])
    assert now() > runs_of(studio)[0]["created_at"]
