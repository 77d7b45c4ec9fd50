"""What no request may hold, whatever it is for: texts that a database cannot keep, JSON that readers of it could not read back."""

import re
from typing import Any

import msgspec

DEEPEST = 100
"""Levels of lists and objects within each other. Databases and clients give up at a few hundred, of all that is around it."""


STEERS = re.compile("[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")
"""What would steer a terminal instead of being shown there: its commands, ends of lines, turns of direction."""


def shown(text: str) -> str:
    """A text as a terminal may show it, whoever wrote it."""
    return STEERS.sub("\N{REPLACEMENT CHARACTER}", text)


def brief(text: str, most: int = 80) -> str:
    """What was sent, as a message repeats it: it may be long."""
    return text if len(text) <= most else f"{text[: most - 1]}…"


class BrokenJson(Exception):
    """The body should be JSON and does not parse; the message says where."""


class Unfit(Exception):
    """A text that cannot be kept; the message says why."""


def read_json(content: bytes | str) -> Any:
    """What JSON says; BrokenJson when it is none, Unfit."""
    try:
        value = msgspec.json.decode(content)
    except UnicodeError:
        raise BrokenJson("it is not in UTF-8") from None
    except RecursionError:
        raise BrokenJson(TOO_DEEP) from None
    except msgspec.DecodeError as problem:
        raise BrokenJson(str(problem).removeprefix("JSON is malformed: ")) from None
    text = content if isinstance(content, bytes) else content.encode()
    if text.count(b"[") + text.count(b"{") > DEEPEST or SUSPECT.search(text):
        _look_through(value)
    return value


SUSPECT = re.compile(rb"\\u0000|[0-9]{19}")
TOO_DEEP = f"it is nested too deep, more than {DEEPEST} levels"
NUL = "A text holds a NUL character, which no text may."
HALF = "A text holds half a character, which no text may."
HUGE = "A number has more than 64 bits."


def _look_through(value: Any) -> None:
    """BrokenJson for what is nested too deep, Unfit for texts and numbers that cannot be kept."""
    level: list[Any] = [[value]]
    for _ in range(DEEPEST + 1):
        within: list[Any] = []
        for holder in level:
            for item in [*holder, *holder.values()] if isinstance(holder, dict) else holder:
                if isinstance(item, (list, dict)):
                    within.append(item)
                elif isinstance(item, str) and "\x00" in item:
                    raise Unfit(NUL)
                elif isinstance(item, int) and not -(2**63) <= item < 2**63:
                    raise Unfit(HUGE)
        level = within
        if not level:
            return
    raise BrokenJson(TOO_DEEP)


def fit(text: str) -> str:
    """The text as it is; Unfit when it cannot be kept."""
    if "\x00" in text:
        raise Unfit(NUL)
    try:
        text.encode()
    except UnicodeEncodeError:
        raise Unfit(HALF) from None
    return text
