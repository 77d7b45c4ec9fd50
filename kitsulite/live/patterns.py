"""Which events are meant: by their name, by what stands before or after the colon, or all of them."""

import re
from collections.abc import Iterable

PATTERN = re.compile(r"\*|(\*|[\w-]+):(\*|[\w-]+)")


class BadPattern(ValueError):
    """Nothing is called so."""


def read(events: str | Iterable[str]) -> tuple[str, ...]:
    """Patterns as they are matched; BadPattern for what is none: `task:update`, `task:*`, `*:new` and `*` are."""
    patterns = tuple(pattern.lower() for pattern in ([events] if isinstance(events, str) else events))
    for pattern in patterns:
        if not PATTERN.fullmatch(pattern):
            raise BadPattern(f"{pattern!r} names no events: say one as task:update, task:*, *:new, or * for all.")
    if not patterns:
        raise BadPattern("No events are named: say * for all.")
    return patterns


def matches(patterns: Iterable[str], name: str) -> bool:
    """Whether an event of this name is meant by any of these."""
    thing, _, action = name.partition(":")
    return not {name, f"{thing}:*", f"*:{action}", "*:*", "*"}.isdisjoint(patterns)
