"""What goes wrong, in a sentence for the person at the terminal."""

import logging

from kitsulite.models import BadValue
from kitsulite.storage import (
    BadData,
    Busy,
    CannotWrite,
    CheckViolation,
    Damaged,
    DiskFull,
    ForeignKeyViolation,
    NotNullViolation,
    StorageError,
    StoreBroken,
    UniqueViolation,
    Unreachable,
)
from kitsulite.work import errors

log = logging.getLogger("kitsulite")

DATABASE: dict[type[StorageError], str] = {
    Damaged: "The database is damaged: put it back from a backup.",
    Unreachable: "The database is not reachable. Try again later.",
    DiskFull: "The disk of the studio is full: nothing was saved. Make room on it and try again.",
    CannotWrite: "This studio can only be read: its database cannot be written to.",
    Busy: "The studio is busy: the change could not get its turn in time. Try again.",
    UniqueViolation: "There is one with these values already.",
    ForeignKeyViolation: "Other rows refer to this one.",
    NotNullViolation: "A value that is needed is missing.",
    CheckViolation: "The values contradict one another.",
    BadData: "One of the values cannot be stored.",
}


class NothingHere(Exception):
    """There is nothing at the cursor that something could be done to."""


def of_database(problem: StorageError) -> str | None:
    """What to say of what a database refuses, or cannot do."""
    return next((text for kind, text in DATABASE.items() if isinstance(problem, kind)), None)


def sentence(problem: BaseException) -> str:
    """What to say of anything that can be raised."""
    match problem:
        case NothingHere():
            return "There is nothing at the cursor."
        case errors.LoginRefused():
            return _login(problem)
        case errors.SecondFactorNeeded():
            return "This studio asks for a second factor: set one up in the web client first."
        case errors.NotSignedIn() | errors.TokenRefused():
            return "Your session has ended. Quit and sign in again."
        case errors.Forbidden():
            return problem.message or "You may not do this."
        case errors.NotFound():
            return str(problem) or "It is not there any more."
        case errors.TradeError():
            return " ".join(str(problem).split())
        case BadValue():
            return f"A value makes no sense: {problem}."
        case StoreBroken():
            return f"The file store is not reachable: {problem}"
        case OSError():
            return f"{problem.filename or 'The file'}: {problem.strerror}."
    if isinstance(problem, StorageError) and (text := of_database(problem)):
        return text
    log.error("Unexpected error", exc_info=problem)
    return f"Unexpected {type(problem).__name__}: {' '.join(str(problem).split())}"


def _login(problem: errors.LoginRefused) -> str:
    facts = problem.facts
    if facts.get("too_many_failed_login_attemps"):
        return "Too many failed attempts: wait a minute."
    if facts.get("missing_OTP"):
        return "A code of your authenticator app is needed, or a recovery code."
    if facts.get("wrong_OTP"):
        return "The code is wrong."
    if facts.get("default_password"):
        return "This password must be changed first: use the web client."
    return "This account is not active." if problem.inactive else "Wrong e-mail or password."
