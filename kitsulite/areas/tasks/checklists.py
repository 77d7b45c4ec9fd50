"""What the checklist of a comment may hold. BadValue for anything else."""

from typing import Any

from kitsulite.models import BadValue
from kitsulite.rows.writing import read_objects


def read_checklist(value: Any) -> Any:
    """A list of items, or nothing: objects, each with a text and whether it is checked."""
    for item in read_objects("checklist", value) or ():
        if not isinstance(item.get("text"), str | None):
            raise BadValue("checklist holds an item whose text is none")
        if not isinstance(item.get("checked"), bool | None):
            raise BadValue("checklist holds an item that is neither checked nor unchecked")
    return value
