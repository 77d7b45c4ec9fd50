"""What goes wrong, as it looks over HTTP (docs/api/requests.md)."""

import logging
import traceback
from typing import Any

from kitsulite.models import BadFilter, BadValue
from kitsulite.storage import (
    BadData,
    Busy,
    CannotWrite,
    CheckViolation,
    DiskFull,
    ForeignKeyViolation,
    NotNullViolation,
    StoreBroken,
    UniqueViolation,
    Unreachable,
)
from kitsulite.storage.full import is_full
from kitsulite.web.call import NotJson
from kitsulite.web.incoming import BrokenOff, NoLength, TooLarge
from kitsulite.work import errors
from kitsulite.work.texts import BrokenJson, Unfit

log = logging.getLogger("kitsulite")

NOT_SIGNED_IN = (
    "The server could not verify that you are authorized to access the URL requested. You either supplied the wrong "
    "credentials (e.g. a bad password), or your browser doesn't understand how to supply the credentials required."
)
FORBIDDEN = (
    "You don't have the permission to access the requested resource. It is either read-protected or not readable by the "
    "server."
)
NOT_FOUND = (
    "404 Not Found: The requested URL was not found on the server. If you entered the URL manually please check your "
    "spelling and try again."
)
BAD_METHOD = "The method is not allowed for the requested URL."
BROKEN_OFF = "The request broke off before its end, so nothing of it was done. Send it again."
NO_LENGTH = "Say how long the body is, by a Content-Length: this server cannot read it in chunks."
TOO_LARGE = "The data value transmitted exceeds the capacity limit."
NOT_JSON = "Did not attempt to load JSON data because the request Content-Type was not 'application/json'."
MANY_FILES = "Too many files are being sent at this moment. Try again in a moment."
DISK_FULL = "The disk of the studio is full: nothing was saved. Make room on it and try again."
SECOND_FACTOR = "Two-factor authentication setup is required. Please configure 2FA before accessing the API."

DATABASE: dict[type[Exception], str] = {
    UniqueViolation: "A record with the same unique values already exists.",
    ForeignKeyViolation: "The change conflicts with records referencing this one.",
    NotNullViolation: "A required field is missing.",
    CheckViolation: "The data conflicts with database integrity rules.",
    BadData: "One of the provided values has an invalid format.",
}


def failure(message: str, **more: Any) -> dict[str, Any]:
    return {"error": True, "message": message, **more}


def describe(problem: Exception, *, debug: bool = False) -> tuple[int, dict[str, Any]]:
    """The status and the body for anything that can be raised."""
    match problem:
        case errors.TokenRefused():
            return _token(problem)
        case errors.NotSignedIn():
            return 401, failure(NOT_SIGNED_IN)
        case errors.SecondFactorNeeded():
            return 403, {"error": True, "two_factor_authentication_required": True, "message": SECOND_FACTOR}
        case errors.Forbidden():
            return 403, failure(problem.message or FORBIDDEN)
        case errors.NotFound():
            return 404, failure(NOT_FOUND)
        case errors.WrongParameter():
            return 400, failure(problem.message, data=problem.data)
        case errors.Refused():
            return 400, failure(problem.message, **problem.facts)
        case errors.Conflict():
            return 409, failure(problem.message)
        case errors.TooMany():
            return 429, failure(problem.message)
        case errors.NoTurn():
            return 503, failure(MANY_FILES)
        case errors.PlainlyNotFound():
            return 404, {"message": problem.message}
        case errors.PlainlyRefused():
            return 400, {"message": problem.message}
        case errors.ShortlyForbidden():
            return 403, {"error": str(problem)}
        case errors.ShortlyNotFound():
            return 404, {"error": str(problem)}
        case errors.ShortlyRefused():
            return 400, {"error": str(problem)}
        case errors.ScimRefused():
            return problem.status, failure(problem.message, scimType=problem.kind)
        case errors.LoginRefused():
            return (401 if problem.inactive else 400), problem.facts
        case errors.NoDirectory():
            return 503, failure(str(problem), login=False)
        case BadFilter():
            return 400, failure(str(problem), data=None)
        case NotJson():
            return 415, failure(NOT_JSON)
        case BrokenJson():
            return 400, failure(f"The body is no JSON: {problem}.")
        case Unfit():
            return 400, failure(str(problem))
        case BrokenOff():
            return 400, failure(BROKEN_OFF)
        case NoLength():
            return 411, failure(NO_LENGTH)
        case TooLarge():
            return 413, failure(TOO_LARGE)
        case StoreBroken():
            return 503, failure("The file store is not reachable: nothing was stored or sent. Try again later.")
        case Unreachable():
            return 503, failure("The database is not reachable. Try again later.")
        case CannotWrite():
            return 503, failure("This studio can only be read: its database cannot be written to.")
        case DiskFull():
            return 507, failure(DISK_FULL)
        case OSError() if is_full(problem):
            log.error("The disk is full: %s", problem)
            return 507, failure(DISK_FULL)
        case Busy():
            return 503, failure("The studio is busy: the change could not get its turn in time. Try again.")
        case BadValue():
            return 400, {"message": f"{DATABASE[BadData].removesuffix('.')}: {problem}."}
    for kind, text in DATABASE.items():
        if isinstance(problem, kind):
            return 400, {"message": text}
    log.error("Unexpected error", exc_info=problem)
    if debug:
        return 500, failure(str(problem), stacktrace="".join(traceback.format_exception(problem)))
    return 500, failure("Internal server error.")


def _token(problem: errors.TokenRefused) -> tuple[int, dict[str, Any]]:
    if isinstance(problem, errors.Gone):
        return 401, failure(NOT_SIGNED_IN)
    if problem.reason == "expired":
        return 401, failure(str(problem))
    return (422 if problem.reason == "malformed" else 401), {"msg": str(problem)}
