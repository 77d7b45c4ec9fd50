"""What a server says of itself (docs/api/studio.md)."""

import dataclasses
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from studio import Studio

import kitsulite
from kitsulite import Settings, Tracker
from kitsulite.areas.studio import status
from kitsulite.models.people import Organisation
from kitsulite.models.reviews import PreviewFile
from kitsulite.storage import StorageError


def with_settings(studio: Studio, **changes: Any) -> Studio:
    """The same studio, set up otherwise."""
    studio.tracker.settings = dataclasses.replace(studio.tracker.settings, **changes)
    return studio


def test_clients_learn_which_api_this_is(studio: Studio) -> None:
    assert studio.stranger.get("/") == {"api": "Zou", "version": kitsulite.API_VERSION}
    assert studio.stranger.call("HEAD", "/").status == 200


def test_the_configuration_is_there_before_anybody_signs_in(studio: Studio) -> None:
    studio.add(Organisation, name="Big Bunny", dark_theme_by_default=True)
    found = studio.stranger.get("/config")
    assert found["dark_theme_by_default"] is True
    assert found["default_timezone"] == "Europe/Paris"
    assert found["indexer_configured"] is True
    assert "sentry" not in found


def test_no_sign_on_is_announced_that_is_not_there(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("SAML", "OIDC"):
        monkeypatch.setenv(f"{name}_IDP_NAME", "Company")
    found = with_settings(studio, **dataclasses.asdict(Settings.from_environment())).stranger.get("/config")
    for name in ("saml", "oidc"):
        assert (found[f"{name}_enabled"], found[f"{name}_idp_name"]) == (False, "")
        assert studio.stranger.call("GET", f"/auth/{name}/login").status == 400


def test_the_web_client_is_told_of_sentry_only_when_it_is_on(studio: Studio) -> None:
    with_settings(studio, sentry_kitsu_enabled=True, sentry_kitsu_dsn="https://sentry.test")
    assert studio.stranger.get("/config")["sentry"] == {"dsn": "https://sentry.test", "sampleRate": 0.1}


def test_the_database_is_up_and_with_it_what_it_stands_for(studio: Studio) -> None:
    found = studio.stranger.get("/status")
    assert (found["name"], found["version"]) == ("Zou", kitsulite.API_VERSION)
    up = {key for key, value in found.items() if value is True}
    assert up == {"database-up", "key-value-store-up", "indexer-up", "file-store-up"}


def test_a_database_that_does_not_answer_is_told_of_not_failed_on(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    @contextmanager
    def broken(self: Tracker, *given: Any, **options: Any) -> Iterator[None]:
        raise StorageError("no connection")
        yield

    monkeypatch.setattr(Tracker, "work", broken)
    assert studio.stranger.get("/")["api"] == "Zou"
    assert studio.stranger.get("/status")["database-up"] is False
    assert "database-up: down\n" in studio.stranger.get("/status.txt")
    assert studio.stranger.get("/status/influx")["database-up"] == 0


def test_the_status_as_text_is_a_line_a_part(studio: Studio) -> None:
    answer = studio.stranger.call("GET", "/status.txt")
    assert answer.headers["content-type"].startswith("text/plain")
    assert answer.text == (
        f"name: Zou\nversion: {kitsulite.API_VERSION}\ndatabase-up: up\nevent-stream-up: down\n"
        "key-value-store-up: up\njob-queue-up: down\nindexer-up: up\nfile-store-up: up\n"
    )


def test_the_status_for_influx_is_numbers_at_a_true_time(studio: Studio) -> None:
    found = studio.stranger.get("/status/influx")
    assert found.pop("time") == pytest.approx(time.time(), abs=60)
    assert found == {
        "database-up": 1,
        "event-stream-up": 0,
        "key-value-store-up": 1,
        "job-queue-up": 0,
        "indexer-up": 1,
        "file-store-up": 1,
    }


def test_the_machine_tells_how_busy_it_is(studio: Studio) -> None:
    found = studio.stranger.get("/status/resources")
    assert set(found["cpu"]["loadavg"]) == {"last 1 min", "last 5 min", "last 10 min"}
    assert all(0 <= share <= 100 for share in found["cpu"]["percent"])
    assert found["jobs"] == {"running_jobs": 0}
    assert found["memory"]["total"] == found["memory"]["used"] + found["memory"]["available"]


def test_a_machine_that_tells_nothing_is_no_error(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Path, "read_text", lambda self: (_ for _ in ()).throw(FileNotFoundError))
    monkeypatch.delattr(status.os, "getloadavg")
    monkeypatch.setattr(status, "cores", status.Cores())
    found = studio.stranger.get("/status/resources")
    assert found["cpu"] == {"percent": [], "loadavg": {"last 1 min": None, "last 5 min": None, "last 10 min": None}}
    assert found["memory"] == {"total": None, "used": None, "available": None, "percent": None}


def test_who_looks_at_the_machine_can_be_asked_for_the_admin_token(studio: Studio) -> None:
    with_settings(studio, status_needs_token=True)
    studio.stranger.get("/status/resources", status=403)
    with_settings(studio, admin_token="open sesame")
    studio.stranger.get("/status/resources", status=403)
    studio.stranger.get("/status/resources", headers={"Authorization": "Bearer open sesame"})


def test_the_test_event_is_announced_and_not_stored(studio: Studio) -> None:
    heard: list[Any] = []
    studio.tracker.listeners.append(heard.append)
    assert studio.stranger.get("/status/test-event") == {"success": True}
    assert [(event.name, event.data) for event in heard] == [("main:test", {})]
    assert studio.person("Ann", "admin").get("/data/events/last") == []


def test_only_admins_see_how_much_there_is(studio: Studio) -> None:
    for extension in ("mp4", "mp4", "png", "txt"):
        studio.add(PreviewFile, extension=extension)
    assert studio.person("Ann", "admin").get("/stats") == {
        "number_of_video_previews": 2,
        "number_of_picture_previews": 1,
        "number_of_model_previews": 0,
        "number_of_comments": 0,
    }
    studio.person("Bob", "manager").get("/stats", status=403)


def test_the_configuration_check_is_for_who_has_the_admin_token(studio: Studio, settings: Settings) -> None:
    ann = studio.person("Ann", "admin")
    studio.person("Robo", is_bot=True)
    studio.person("Gone", active=False)
    ann.get("/admin/config/check", status=403)
    with_settings(studio, admin_token="token")
    for given in ("", "Bearer", "Bearer wrong", "token", "Basic token", f"Bearer {ann.token}"):
        studio.stranger.get("/admin/config/check", status=403, headers={"Authorization": given})
    found = studio.stranger.get("/admin/config/check", headers={"Authorization": "Bearer token"})
    assert found["user_limit"] == {"env": settings.user_limit, "redis": None}
    assert found["active_users"] == 1


def test_to_tell_how_busy_the_cores_are_keeps_nobody_waiting(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    moments, ticks = iter([0.0, 0.5, 2.0, 2.0, 2.1]), iter([[(0, 0)], [(50, 100)]])
    monkeypatch.setattr(status, "time", SimpleNamespace(monotonic=lambda: next(moments)))
    monkeypatch.setattr(status, "_core_times", lambda: next(ticks))
    cores = status.Cores()
    assert [cores.busy(), cores.busy(), cores.busy()] == [[0.0], [50.0], [50.0]]
