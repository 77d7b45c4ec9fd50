"""What can go wrong in the trade. Services raise these; `web/errors.py` says how each looks over HTTP."""

from typing import Any


class TradeError(Exception):
    """Base of everything that a caller can be told."""


class NotSignedIn(TradeError):
    """Nobody is known to be calling, or the account is gone or inactive."""


class TokenRefused(TradeError):
    """The token cannot be used.

    reason   missing, malformed, expired, revoked, closed
    """

    def __init__(self, reason: str, message: str) -> None:
        self.reason = reason
        super().__init__(message)


class KeyRefused(TokenRefused):
    """An API key cannot be used; the message says why."""


class Gone(TokenRefused):
    """The token's account is deleted or inactive.

    session_id   the session to end, if there is one still
    """

    def __init__(self, person_id: str, session_id: str | None) -> None:
        self.person_id = person_id
        self.session_id = session_id
        super().__init__("gone", f"Error loading the user {person_id}")


class SecondFactorNeeded(TradeError):
    """The studio wants a second factor before anything else."""


class Forbidden(TradeError):
    """The caller may not do this; the message, when there is one, says why."""

    def __init__(self, message: str | None = None) -> None:
        super().__init__(message or "")
        self.message = message


class NotFound(TradeError):
    """There is no such row, or none that the caller could know of."""


class WrongParameter(TradeError):
    """A value of the request breaks a rule; `data` may carry more for programs."""

    def __init__(self, message: str, data: Any = None) -> None:
        super().__init__(message)
        self.message = message
        self.data = data


class Invalid(WrongParameter):
    """A body that is not of the form asked for: one entry a bad field."""

    def __init__(self, problems: list[tuple[str, str]]) -> None:
        self.problems = problems
        errors = [{"field": name, "message": message} for name, message in problems]
        super().__init__("Validation error.", {"errors": errors})


class Refused(TradeError):
    """The studio's rules forbid it, whoever asks; `facts` go along with the message."""

    def __init__(self, message: str, **facts: Any) -> None:
        super().__init__(message)
        self.message = message
        self.facts = facts


class Conflict(TradeError):
    """It cannot be done now, as something else is under way."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class TooMany(TradeError):
    """It was done too often; later it may be done again."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class NoTurn(TradeError):
    """As many as may are doing the same, and none was done in time."""


class PlainlyRefused(TradeError):
    """Refused where a row could not be written; clients know this form by its lone `message`."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class PlainlyNotFound(PlainlyRefused):
    """There is no such thing, said in the same form."""


class ShortlyRefused(TradeError):
    """Refused in few words; clients know this form by its lone `error`."""


class ShortlyForbidden(ShortlyRefused):
    """The caller may not do this, said in the same form."""


class ShortlyNotFound(ShortlyRefused):
    """There is no such thing, said in the same form."""


class NoSuchAssignee(ShortlyRefused):
    """The person to assign is not there."""

    def __init__(self) -> None:
        super().__init__("Assignee doesn't exist in database.")


class MissingKey(PlainlyRefused):
    """A key without which the row cannot be made."""

    def __init__(self, key: str) -> None:
        super().__init__(f"'{key}'")


class ScimRefused(TradeError):
    """Refused to a client of SCIM; `kind` is the word that RFC 7644 has for it, when it has one."""

    def __init__(self, status: int, message: str, kind: str = "") -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.kind = kind


class LoginRefused(TradeError):
    """A login that failed; `facts` say how, in the words that clients look for."""

    def __init__(self, *, inactive: bool = False, **facts: Any) -> None:
        super().__init__("login refused")
        self.inactive = inactive
        self.facts = facts


class NoDirectory(TradeError):
    """The directory that knows the password cannot be asked now."""
