"""The front door: what server this is, whether it is well, how it is set up."""

import datetime
from typing import Any

from kitsulite.access.callers import admin, admin_token, anyone
from kitsulite.access.people import require_admin_token
from kitsulite.areas.studio import status
from kitsulite.web.call import Call
from kitsulite.web.credentials import bearer
from kitsulite.web.routing import TEXT, Answer, Mapped, get
from kitsulite.work.work import Begin, Work

STATUS_LINES = ("database-up", "event-stream-up", "key-value-store-up", "job-queue-up", "indexer-up", "file-store-up")


def show_identity(begin: Begin) -> object:
    """Which API this is."""
    return status.identity()


def show_status(call: Call) -> object:
    """Which parts of the server work."""
    return {**_name(), **status.parts_up(call.begin, call.request.context.tracker.files)}


def show_status_as_text(call: Call) -> Answer:
    """Which parts of the server work, a line each."""
    parts = status.parts_up(call.begin, call.request.context.tracker.files)
    lines = [*STATUS_LINES, *(part for part in parts if part not in STATUS_LINES)]
    words = _name() | {part: "up" if parts[part] else "down" for part in lines}
    return Answer("".join(f"{key}: {word}\n" for key, word in words.items()), type="text/plain")


def show_status_as_numbers(call: Call) -> object:
    """Which parts of the server work, as InfluxDB takes it."""
    parts = status.parts_up(call.begin, call.request.context.tracker.files)
    moment = datetime.datetime.now(datetime.UTC).timestamp()
    return {**{part: int(up) for part, up in parts.items()}, "time": moment}


def show_health(call: Call) -> Answer:
    """Whether this server can do its work: 200, or 503 with what is down."""
    found = status.health(call.begin, call.request.context.tracker.files)
    return Answer(found, 200 if found["status"] == "up" else 503, headers={"Cache-Control": "no-store"})


def show_resources(call: Call) -> object:
    """How busy the machine is; takes a second."""
    if call.settings.status_needs_token:
        require_admin_token(call.settings, bearer(call.request))
    return status.resources(call.begin)


def send_test_event(work: Work) -> object:
    """Send an event that means nothing to whoever listens."""
    status.emit_test_event(work)
    return {"success": True}


def check_configuration(call: Call) -> object:
    """The settings of this process, for who has the studio's ADMIN_TOKEN."""
    require_admin_token(call.settings, bearer(call.request))
    return status.check_configuration(call.work)


def _name() -> dict[str, str]:
    identity = status.identity()
    return {"name": identity["api"], "version": identity["version"]}


UP = dict.fromkeys((*STATUS_LINES, "backup-up"), bool)
HEALTH = {"status": str, "checks": dict[str, str], "backup": {"status": str, "proven_hours": float | None}}
CONFIGURATION = {
    "is_self_hosted": bool,
    "crisp_token": str,
    "dark_theme_by_default": bool,
    "indexer_configured": bool,
    "saml_enabled": bool,
    "saml_idp_name": str,
    "oidc_enabled": bool,
    "oidc_idp_name": str,
    "sign_ins": [{"name": str, "path": str}],
    "default_locale": str,
    "default_timezone": str,
    "enforce_2fa": bool,
    "movie_highdef_bitrate": int,
    "movie_lowdef_bitrate": int,
    "preview_accounts_enabled": bool,
    "sentry": {"dsn": str, "sampleRate": float},
}
RESOURCES = {
    "date": str,
    "cpu": {"percent": list[float], "loadavg": dict[str, float | None]},
    "memory": {"total": int | None, "used": int | None, "available": int | None, "percent": float | None},
    "jobs": {"running_jobs": int},
}

ROUTES = [
    get("/", anyone, show_identity, alone=True, gives={"api": str, "version": str}),
    get("/config", anyone, status.configuration, gives=CONFIGURATION),
    get("/health", anyone, show_health, also=(503,), alone=True, gives=HEALTH),
    get("/status", anyone, show_status, alone=True, gives={"name": str, "version": str, **UP}),
    get("/status.txt", anyone, show_status_as_text, gives=TEXT, alone=True),
    get("/status/influx", anyone, show_status_as_numbers, alone=True, gives={**dict.fromkeys(UP, int), "time": float}),
    get("/status/resources", anyone, show_resources, alone=True, gives=RESOURCES, also=(403,)),
    get("/status/test-event", anyone, send_test_event, gives={"success": bool}),
    get("/stats", admin, status.statistics, gives=dict[str, int]),
    get(
        "/admin/config/check",
        admin_token,
        check_configuration,
        gives=Mapped({"env": Any, "redis": Any}, {"active_users": int}),
    ),
]
