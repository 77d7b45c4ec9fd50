"""`/auth/sessions`: where one is signed in, and signing out elsewhere (docs/api/signing-in.md)."""

from typing import Any

from kitsulite.access.callers import person_only
from kitsulite.access.roles import require
from kitsulite.areas.people import persons, sessions
from kitsulite.web.routing import delete, get
from kitsulite.work.work import Work

SESSION = {
    "id": str,
    "created_at": str,
    "renewed_at": str,
    "expires_at": str,
    "used_at": str,
    "address": str,
    "device": str,
    "is_current": bool,
}


def list_own(work: Work) -> list[dict[str, Any]]:
    """One's sessions that can still be used, the newest first; `is_current` is the one that asks."""
    current = _current(work)
    found = sessions.list_sessions(work, work.caller.id)
    return [{**session, "is_current": session["id"] == current} for session in found]


def end_one(work: Work, session_id: str) -> None:
    """Sign out of one of one's sessions."""
    _current(work)
    persons.end_sessions(work, work.caller.id, session_id)


def end_others(work: Work) -> None:
    """Sign out everywhere but here; one's scripts go on."""
    sessions.end_sessions(work, work.caller.id, but=_current(work), scripts_too=False)
    work.emit("person:end-sessions", {"person_id": work.caller.id})


def _current(work: Work) -> str | None:
    """The session at hand, of which there is none where an application around says who calls. Forbidden for scripts."""
    token = work.caller.token
    require(token is None or token["identity_type"] == "person")
    return token["session_id"] if token else None


ROUTES = [
    get("/auth/sessions", person_only, list_own, gives=[SESSION]),
    delete("/auth/sessions/{session_id}", person_only, end_one),
    delete("/auth/sessions", person_only, end_others),
]
