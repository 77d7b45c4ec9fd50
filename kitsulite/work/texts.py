"""What no request may hold, whatever it is for: texts that a database cannot keep, JSON that readers of it could not read back."""

from typing import Any

import msgspec

DEEPEST = 100
"""Levels of lists and objects within each other. Databases and clients give up at a few hundred, of all that is around it."""


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
        raise BrokenJson("it is nested too deep") from None
    except msgspec.DecodeError as problem:
        raise BrokenJson(str(problem).removeprefix("JSON is malformed: ")) from None
    opening = ("[", "{", "\\u0000") if isinstance(content, str) else (b"[", b"{", b"\\u0000")
    lists, objects, nuls = (content.count(mark) for mark in opening)  # type: ignore[arg-type]
    if nuls and _holds_nul(value):
        raise Unfit(NUL)
    if lists + objects > DEEPEST and _is_deep(value):
        raise BrokenJson(f"it is nested more than {DEEPEST} levels deep")
    return value


NUL = "A text holds a NUL character, which no text may."
NO_TEXT = "A text holds half a character, which no text may."


def fit(text: str) -> str:
    """The text as it is; Unfit when it cannot be kept."""
    if "\x00" in text:
        raise Unfit(NUL)
    try:
        text.encode()
    except UnicodeEncodeError:
        raise Unfit(NO_TEXT) from None
    return text


def _is_deep(value: Any) -> bool:
    level = [value]
    for _ in range(DEEPEST):
        level = _within(level)
        if not level:
            return False
    return True


def _holds_nul(value: Any) -> bool:
    level = [value]
    while level:
        for item in level:
            texts = item if isinstance(item, list) else [*item, *item.values()] if isinstance(item, dict) else [item]
            if any(isinstance(text, str) and "\x00" in text for text in texts):
                return True
        level = _within(level)
    return False


def _within(level: list[Any]) -> list[Any]:
    """The lists and objects that stand in those of a level."""
    holders = (item.values() if isinstance(item, dict) else item for item in level if isinstance(item, (list, dict)))
    return [inner for holder in holders for inner in holder if isinstance(inner, (list, dict))]
