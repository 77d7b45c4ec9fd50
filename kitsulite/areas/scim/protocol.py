"""One request of a client of SCIM: read by scim2-server, carried out by the tracker, refused in the words of RFC 7644."""

import importlib.util
from collections.abc import Mapping
from typing import Any, NamedTuple

import msgspec

from kitsulite.models.people import Person
from kitsulite.storage import Row, UniqueViolation
from kitsulite.work.errors import ScimRefused
from kitsulite.work.work import Work

OFF = "SCIM is not switched on here: set KITSULITE_SCIM=true."
NOT_INSTALLED = "SCIM needs: pip install 'kitsulite[scim]'"
LONGEST_FILTER = 1000
"""Characters of a filter. Databases give up at conditions that are longer, or nested deeper, than it can be with so many."""
TOO_LONG = f"A filter, or a path, has at most {LONGEST_FILTER} characters."
MOST_OPERATIONS, LONGEST_PATHS = 1000, 64_000
"""Of one change, and characters of all of its paths: enough to take a thousand people out of a department one by one."""
TOO_MANY = f"A change has at most {MOST_OPERATIONS} operations, with paths that are not longer than needed: send the rest in another one."
TAKEN = "Somebody else made the same at this moment: it is there already."


LOCKING = ("PUT", "PATCH", "DELETE")
"""What changes that which is there."""


class Request(NamedTuple):
    """What is asked: the path within SCIM, and the address at which SCIM is to be had."""

    method: str
    path: str
    base: str
    query: Mapping[str, str]
    body: Row | None = None


class Done(NamedTuple):
    """What is answered."""

    status: int
    body: Any
    headers: dict[str, str]


def is_possible() -> bool:
    """Whether what it needs is installed; nothing is loaded to find out."""
    return all(importlib.util.find_spec(name) for name in ("scim2_models", "scim2_server"))


def answer(work: Work, request: Request) -> Done:
    """Do what is asked; ScimRefused, and whatever the tracker says of what breaks its rules."""
    if not work.settings.scim:
        raise ScimRefused(404, OFF)
    if not is_possible():
        raise ScimRefused(503, NOT_INSTALLED)
    _check_size(request)
    from scim2_models import SCIMException
    from scim2_server.requests import ScimRequest

    from kitsulite.areas.scim.membership import Handler
    from kitsulite.areas.scim.resources import service
    from kitsulite.areas.scim.storage import Storage

    body = b"" if request.body is None else msgspec.json.encode(_filled(work, request))
    asked = ScimRequest(request.method, request.base, request.path, request.query, body=body)
    try:
        done = Handler(service(), Storage(work, locks=request.method in LOCKING)).handle(asked)
    except SCIMException as problem:
        raise ScimRefused(problem.status or 400, problem.detail or str(problem), problem.scim_type or "") from None
    except UniqueViolation:
        raise ScimRefused(409, TAKEN, "uniqueness") from None
    return Done(int(done.status), done.body, {name: text for name, text in done.headers.items() if name == "Location"})


def _check_size(request: Request) -> None:
    """Refuse what would take long to look through."""
    body = request.body or {}
    asked = body if request.path.endswith("/.search") else request.query
    if _is_long(asked.get("filter")):
        raise ScimRefused(400, TOO_LONG, "invalidFilter")
    if request.method != "PATCH":
        return
    lists = [value for key, value in body.items() if key.lower() == "operations" and isinstance(value, list)]
    operations = [operation for found in lists for operation in found]
    paths = [operation.get("path") for operation in operations if isinstance(operation, dict)]
    if len(operations) > MOST_OPERATIONS or sum(len(path) for path in paths if isinstance(path, str)) > LONGEST_PATHS:
        raise ScimRefused(400, TOO_MANY, "tooMany")
    if any(map(_is_long, paths)):
        raise ScimRefused(400, TOO_LONG, "invalidPath")


def _is_long(text: Any) -> bool:
    return isinstance(text, str) and len(text) > LONGEST_FILTER


def _filled(work: Work, request: Request) -> Row:
    """What is sent of a person, with what each account has: whether it is open, and an e-mail. Where they are not named it is what
    there is; of somebody new, open, and the name if it looks like an e-mail."""
    body = dict(request.body or {})
    id = request.path.removeprefix("/Users").strip("/")
    is_new = request.method == "POST" and request.path == "/Users"
    if not is_new and not (request.method == "PUT" and request.path.startswith("/Users/")):
        return body
    keys = {key.lower(): key for key in body}
    known = {"active": True, "email": body.get(keys.get("username", ""))} if is_new else work.find(Person, id) or {}
    if "active" not in keys:
        body["active"] = bool(known.get("active"))
    email = known.get("email")
    if "emails" not in keys and isinstance(email, str) and "@" in email:
        body["emails"] = [{"value": email}]
    return body
