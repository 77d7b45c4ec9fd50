"""What a comment may hold beside its text: a checklist and links. BadValue for anything else."""

import re
from typing import Any

from kitsulite.models import BadValue
from kitsulite.rows.writing import read_objects

RUNS = re.compile(r"(javascript|vbscript|data):", re.IGNORECASE)
"""What a link begins with that a browser would run instead of following it."""

IGNORED = re.compile(r"[\x00-\x20]+")
"""What browsers skip within the scheme of a link."""


def read_checklist(value: Any) -> Any:
    """A list of items, or nothing: objects, each with a text and whether it is checked."""
    for item in read_objects("checklist", value) or ():
        if not isinstance(item.get("text"), str | None):
            raise BadValue("checklist holds an item whose text is none")
        if not isinstance(item.get("checked"), bool | None):
            raise BadValue("checklist holds an item that is neither checked nor unchecked")
    return value


def read_links(value: list[str] | None) -> list[str] | None:
    """The links of a comment, or nothing: none that a browser would run."""
    if any(RUNS.match(IGNORED.sub("", link)) for link in value or ()):
        raise BadValue("links holds one that leads nowhere")
    return value
