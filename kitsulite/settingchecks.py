"""What options may hold: checks that say what to write instead of a value that would only go wrong later."""

import re
import zoneinfo
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

LONGEST_LENGTH, MOST_OF_ANYTHING = 100, 1e9
"""Characters that passwords may have to have; seconds, or bytes a second, with which clocks still count."""
TIME_OF_DAY, RULE_TO_KEEP = (
    re.compile(r"([01]\d|2[0-3]):[0-5]\d"),
    re.compile(r"[1-9]\d{0,4}[dwmy](, *[1-9]\d{0,4}[dwmy])*"),
)
SHORTEST_KEY = 32
"""Characters of a key that closes backups: it is made, not thought up."""

Check = Callable[[Any], str | None]
"""What to say instead of a value that would only go wrong later, when somebody is mailed a link or signs in; None for a good one."""


def among(*choices: str) -> Check:
    return lambda value: None if value in choices else f"say one of {', '.join(choices)}."


def one_or_more(value: int) -> str | None:
    return None if value >= 1 else "say 1 or more."


def none_or_more(value: int) -> str | None:
    return None if value >= 0 else "say 0 or more."


def a_port(value: int) -> str | None:
    return None if 0 < value < 2**16 else "say a port, 1 to 65535."


def a_length(value: int) -> str | None:
    return None if 1 <= value <= LONGEST_LENGTH else f"say 1 to {LONGEST_LENGTH} characters."


def some(value: float) -> str | None:
    return None if 0 < value <= MOST_OF_ANYTHING else f"say more than 0, and at most {MOST_OF_ANYTHING:g}."


def a_time_of_day(value: str) -> str | None:
    return None if TIME_OF_DAY.fullmatch(value) else "say hours and minutes, such as 03:00."


def a_rule_to_keep(value: str) -> str | None:
    return None if not value or RULE_TO_KEEP.fullmatch(value) else "say something like 7d,4w,12m."


def a_place(value: str) -> str | None:
    scheme, address, _ = value.partition("://")
    if not address:
        is_cut = value.startswith(("s3:", "file:"))
        return "say a folder, or s3://bucket/prefix." if is_cut else None
    if scheme in ("s3", "file"):
        return None
    from importlib.metadata import entry_points

    return None if entry_points(group="kitsulite.files", name=scheme) else "say a folder, or s3://bucket/prefix."


def a_key(value: str) -> str | None:
    return None if not value or len(value) >= SHORTEST_KEY else f"say {SHORTEST_KEY} characters or more."


def a_folder(value: str) -> str | None:
    return None if value.strip() else "say the folder of the studio, . for the one you are in."


def a_file(value: str) -> str | None:
    return None if not value or Path(value).is_file() else "there is no such file."


def a_host(value: str) -> str | None:
    """A name or an address by itself."""
    return "say the name or the address of a machine alone." if not value or set(value) & set("/ @") else None


def a_dn(value: str) -> str | None:
    return None if "=" in value else "say a DN, such as ou=people,dc=studio,dc=com."


def a_domain(value: str) -> str | None:
    return "say what comes after the @ of e-mails." if not value or set(value) & set("/ @") else None


def of_postgres(value: str) -> str | None:
    return (
        None if not value or value.startswith(("postgres://", "postgresql://")) else "say postgresql://USER@HOST/NAME."
    )


def a_name(value: str) -> str | None:
    return "say the name alone, DOMAIN_PROTOCOL says http or https." if "/" in value else None


def an_address(value: str) -> str | None:
    host, _, port = value.rpartition(":")
    if not value or (host and "/" not in value and port.isascii() and port.isdigit() and 0 < int(port) < 2**16):
        return None
    return "say host:port, such as 10.0.0.7:5000."


def an_own_address(value: str) -> str | None:
    """Where secrets are sent to: by https, or within this machine."""
    parts = urlsplit(value)
    is_near = parts.hostname in ("localhost", "127.0.0.1", "::1")
    if not value or (parts.hostname and (parts.scheme == "https" or (parts.scheme == "http" and is_near))):
        return None
    return "say an address that begins with https://."


def holds(word: str) -> Check:
    """A list of words, between blanks, with one that has to be there."""
    return lambda value: None if word in value.split() else f"{word} has to be among the words."


def a_timezone(value: str) -> str | None:
    try:
        zoneinfo.ZoneInfo(value)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        return "say the name of a time zone, such as Europe/Paris."
    return None
