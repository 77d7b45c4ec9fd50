"""How the server is doing, and what clients may know of its set-up before anybody signs in (docs/api/studio.md).

The database holds what other servers of this kind keep in a key-value store and in a search engine, so these two are up
when it is.
"""

import datetime
import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from peewee import fn

from kitsulite.areas.studio import backupruns
from kitsulite.models.people import OF_STUDIO, Organisation, Person
from kitsulite.models.reviews import Comment, PreviewFile
from kitsulite.settings import Settings
from kitsulite.storage import FileStore, Row
from kitsulite.version import API_VERSION
from kitsulite.work import jobs
from kitsulite.work.work import Work

NAME = "Zou"
"""The name of the API that is spoken; clients look for it."""

MODELS_BY_EXTENSION = {"video": "mp4", "picture": "png", "model": "obj"}
A_LOOK = 1.0
"""Seconds that one look at the cores lasts."""
STORED_SETTINGS = ("user_limit", "default_timezone", "default_locale")
JOB_SETTINGS = ("nomad_host", "nomad_normalize_job", "nomad_playlist_job")


def identity() -> Row:
    """Which API this is, and its version."""
    return {"api": NAME, "version": API_VERSION}


def configuration(work: Work) -> Row:
    """What the web client needs to know before anybody signs in."""
    settings, providers = work.settings, work.settings.identity_providers
    organisation = work.db.row(Organisation.select().order_by(Organisation.created_at))
    shown: Row = {
        "is_self_hosted": settings.is_self_hosted,
        "crisp_token": settings.crisp_token,
        "dark_theme_by_default": bool(organisation and organisation["dark_theme_by_default"]),
        "indexer_configured": True,
        "saml_enabled": settings.saml_enabled,
        "saml_idp_name": settings.saml_idp_name if settings.saml_enabled else "",
        "oidc_enabled": bool(providers),
        "oidc_idp_name": providers[0].idp_name if providers else "",
        "default_locale": settings.default_locale,
        "default_timezone": settings.default_timezone,
        "enforce_2fa": settings.enforce_2fa,
        "movie_highdef_bitrate": settings.movie_highdef_bitrate,
        "movie_lowdef_bitrate": settings.movie_lowdef_bitrate,
        "preview_accounts_enabled": settings.has_own_passwords,
    }
    if sign_ins := list(_sign_ins(settings)):
        shown["sign_ins"] = sign_ins
    if settings.sentry_kitsu_enabled:
        shown["sentry"] = {"dsn": settings.sentry_kitsu_dsn, "sampleRate": settings.sentry_kitsu_sr}
    return shown


def _sign_ins(settings: Settings) -> Iterator[Row]:
    """Where else people sign in: what it is called, and the path that leads there."""
    for provider in settings.identity_providers:
        query = f"?{urlencode({'provider': provider.name})}" if provider.name else ""
        yield {"name": provider.idp_name or provider.name or "OpenID Connect", "path": f"auth/oidc/login{query}"}
    if settings.saml_enabled:
        yield {"name": settings.saml_idp_name or "SAML", "path": "auth/saml/login"}


def health(begin: Callable[..., AbstractContextManager[Work]], files: FileStore) -> Row:
    """Whether this server can do its work, for who decides where requests go: no names, and nothing that is slow to find out.

    Where backups are made every night, their state stands beside it: a server that has none can still answer.
    """
    checks = {"database": _database_answers(begin)[0], "files": files.is_well()}
    words = {name: "up" if is_well else "down" for name, is_well in checks.items()}
    found: Row = {"status": "up" if all(checks.values()) else "down", "checks": words}
    backup = backup_state(begin) if checks["database"] else None
    return found if backup is None else {**found, "backup": backup}


def backup_state(begin: Callable[..., AbstractContextManager[Work]]) -> Row | None:
    """Whether there is a backup that was proven within two nights, and its age in hours; None where none are made by themselves."""
    with begin(writes=False) as work:
        if not work.settings.backup:
            return None
        age = backupruns.age(backupruns.last_proven(work.db))
    words = "down" if backupruns.is_late(age) else "up"
    return {"status": words, "proven_hours": None if age is None else round(age / 3600, 1)}


def parts_up(begin: Callable[..., AbstractContextManager[Work]], files: FileStore) -> dict[str, bool]:
    """Which parts of the server work; `begin` opens the work that asks the database."""
    database, jobs_are_done = _database_answers(begin)
    return {
        "database-up": database,
        "event-stream-up": False,
        "key-value-store-up": database,
        "job-queue-up": jobs_are_done,
        "indexer-up": database,
        "file-store-up": files.is_well(),
        **({} if not database or (backup := backup_state(begin)) is None else {"backup-up": backup["status"] == "up"}),
    }


def _database_answers(begin: Callable[[], AbstractContextManager[Work]]) -> tuple[bool, bool]:
    """Whether it does, and whether it says that somebody does the jobs."""
    try:
        with begin() as work:
            return True, jobs.are_done(work)
    except Exception:  # whatever a driver raises: this is the question, and the database tells its trouble once
        return False, False


def emit_test_event(work: Work) -> None:
    """An event that means nothing, to see whether the stream reaches its listeners."""
    work.emit("main:test", {}, live=True)


def statistics(work: Work) -> dict[str, int]:
    """How many previews of each kind, and how many comments there are."""
    query = PreviewFile.select(PreviewFile.extension, fn.COUNT(PreviewFile.id)).group_by(PreviewFile.extension)
    previews = dict(work.db.tuples(query))
    counts = {f"number_of_{kind}_previews": previews.get(ext, 0) for kind, ext in MODELS_BY_EXTENSION.items()}
    return {**counts, "number_of_comments": work.db.value(Comment.select(fn.COUNT(Comment.id)))}


def check_configuration(work: Work) -> Row:
    """The settings of this process as an operator compares them over the nodes of a studio.

    There is no shared store whose text could differ, nor a farm that jobs are sent to.
    """
    active = Person.select(fn.COUNT(Person.id)).where(Person.active, ~Person.is_bot, OF_STUDIO)
    return {
        **{name: {"env": getattr(work.settings, name), "redis": None} for name in STORED_SETTINGS},
        **{name: {"env": None, "redis": None} for name in JOB_SETTINGS},
        "active_users": work.db.value(active),
    }


# --- the machine ---


def resources(begin: Callable[[], AbstractContextManager[Work]]) -> Row:
    """How busy the machine is, over one second. What the system does not tell is null or empty."""
    with begin() as work:
        running_jobs = jobs.count_running(work)
    return {
        "date": datetime.datetime.now().isoformat(timespec="microseconds"),
        "cpu": {"percent": cores.busy(), "loadavg": load_averages()},
        "memory": memory(),
        "jobs": {"running_jobs": running_jobs},
    }


class Cores:
    """How busy each core is, in percent, since somebody last asked; within a second the answer stays the same."""

    def __init__(self) -> None:
        self._looked = time.monotonic()
        self._times = _core_times()
        self._shares = [0.0] * len(self._times)
        self._lock = threading.Lock()

    def busy(self) -> list[float]:
        with self._lock:
            if time.monotonic() - self._looked >= A_LOOK:
                before, self._times, self._looked = self._times, _core_times(), time.monotonic()
                self._shares = [_share(*pair) for pair in zip(before, self._times, strict=True)]
            return self._shares


def _share(then: tuple[int, int], now: tuple[int, int]) -> float:
    """The share of a core's time that it did not idle, in percent."""
    passed = now[1] - then[1]
    return round(100 * (1 - (now[0] - then[0]) / passed), 1) if passed else 0.0


def _core_times() -> list[tuple[int, int]]:
    """For each core the time it idled and all its time, in ticks; where there is no /proc, nothing."""
    times = []
    for line in _lines_of("/proc/stat"):
        name, *ticks = line.split()
        if name.startswith("cpu") and name != "cpu":
            numbers = [int(tick) for tick in ticks[:8]]  # guest time is part of user time already
            times.append((numbers[3] + numbers[4], sum(numbers)))
    return times


def load_averages() -> dict[str, float | None]:
    """The system's load averages, under the names that clients know."""
    try:
        averages: tuple[float | None, ...] = os.getloadavg()
    except (OSError, AttributeError):
        averages = (None, None, None)
    return dict(zip(("last 1 min", "last 5 min", "last 10 min"), averages, strict=True))


def memory() -> dict[str, Any]:
    """The machine's memory in bytes, and how much of it is taken in percent."""
    sizes = {
        name: int(rest.split()[0]) * 1024
        for name, _, rest in (line.partition(":") for line in _lines_of("/proc/meminfo"))
    }
    if not {"MemTotal", "MemAvailable"} <= sizes.keys():
        return dict.fromkeys(("total", "used", "available", "percent"))
    total, available = sizes["MemTotal"], sizes["MemAvailable"]
    used = total - available
    return {"total": total, "used": used, "available": available, "percent": round(100 * used / total, 1)}


def _lines_of(path: str) -> list[str]:
    try:
        return Path(path).read_text().splitlines()
    except OSError:
        return []


cores = Cores()
