"""What the values of a person may be (docs/api/rows.md). Each check refuses a value or answers what to store."""

import datetime
import functools
import zoneinfo
from collections.abc import Callable
from typing import Any

from kitsulite.models import BadValue
from kitsulite.models.people import Person
from kitsulite.storage import Row
from kitsulite.work.errors import PlainlyRefused, WrongParameter

DATE_FORMATS = ("YYYY-MM-DD", "DD/MM/YYYY", "MM/DD/YYYY")
FACTORS = ("totp", "email_otp", "fido")
LONGEST_LOCALE = 10
NO_COUNTRIES = {"AC", "CP", "CQ", "DG", "EA", "EU", "EZ", "IC", "QO", "TA", "UN", "XA", "XB", "XK", "ZZ"}
"""Two letters that CLDR knows and ISO 3166-1 does not."""


def check(data: Row, before: Row | None = None) -> None:
    """Put the values of a body right; WrongParameter for the first that cannot be. `before` is the row to change."""
    for key, read in CHECKS.items():
        if key in data:
            data[key] = read(data[key])
    first = data.get("first_name")
    if isinstance(first, str) and first and not first.strip() and (before is None or first != before["first_name"]):
        raise WrongParameter("first_name must not be blank.")
    if data.get("expiration_date") is not None:
        known = before["expiration_date"] if before else None
        data["expiration_date"] = read_expiration_date(data["expiration_date"], known)
    if "email" in data:
        data["email"] = read_email(data["email"])


def read_code(name: str, codes: tuple[str, ...]) -> Callable[[Any], str]:
    def read(value: Any) -> str:
        if value not in codes:
            raise WrongParameter(f"Invalid {name}")
        return str(value)

    return read


def read_country(value: Any) -> str | None:
    """Two capitals, None for nothing."""
    code = _stripped(value)
    if code is None or (code and code.upper() not in countries()):
        raise WrongParameter("Invalid country code, expected an ISO 3166-1 alpha-2 code.")
    return code.upper() or None


def read_locale(value: Any) -> str | None:
    """A locale that CLDR knows, as it was spelled; None for nothing."""
    from babel import Locale, UnknownLocaleError  # here and below: not needed to start the server

    name = _stripped(value)
    if name == "":
        return None
    try:
        if name and len(name) <= LONGEST_LOCALE:
            Locale.parse(name)
            return name
    except (ValueError, UnknownLocaleError):
        pass
    raise WrongParameter("Invalid locale, expected a name available in Python Babel (e.g. en_US, fr_FR).")


def read_timezone(value: Any) -> str | None:
    """The name of a time zone that this machine knows."""
    if value is None:
        return None
    try:
        return zoneinfo.ZoneInfo(value).key
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, TypeError, OSError):
        raise BadValue("no such time zone") from None


def _stripped(value: Any) -> str | None:
    """A text without the space around it, empty for nothing; None for what is no text."""
    if value is None:
        return ""
    return value.strip() if isinstance(value, str) else None


def read_date_format(value: Any) -> str | None:
    if value is not None and value not in DATE_FORMATS:
        raise WrongParameter(f"Invalid display_date_format, expected one of: {', '.join(DATE_FORMATS)}.")
    return value


def read_expiration_date(value: Any, known: str | None) -> str:
    """The last day of an account's tokens; a past one only when it is the one `known` already."""
    try:
        day = datetime.datetime.strptime(value, "%Y-%m-%d").date()
    except (ValueError, TypeError):
        raise WrongParameter("Expiration date is not valid.") from None
    if is_past(day.isoformat()) and day.isoformat() != known:
        raise WrongParameter("Expiration date can't be in the past.")
    return day.isoformat()


def is_past(day: str) -> bool:
    return day < datetime.datetime.now(datetime.UTC).date().isoformat()


def read_email(value: Any, *, look_up: bool = False) -> str:
    """An address in lower case, without the blanks that people type around it. `look_up` asks the network whether its domain takes mail."""
    from email_validator import EmailNotValidError, validate_email

    if value is None:
        raise PlainlyRefused("An e-mail address is needed.")
    try:
        return validate_email(str(value).strip(), check_deliverability=look_up).normalized.lower()
    except EmailNotValidError as problem:
        raise WrongParameter(str(problem)) from None


@functools.cache
def countries() -> frozenset[str]:
    """The codes of ISO 3166-1 alpha-2."""
    from babel import Locale

    codes = (str(code) for code in Locale("en").territories)
    return frozenset(code for code in codes if len(code) == 2) - NO_COUNTRIES


CHECKS: dict[str, Callable[[Any], Any]] = {
    "role": read_code("role", Person.role.codes),
    "contract_type": read_code("contract_type", Person.contract_type.codes),
    "country": read_country,
    "locale": read_locale,
    "timezone": read_timezone,
    "display_date_format": read_date_format,
    "two_factor_authentication": read_code("two_factor_authentication", FACTORS),
}
