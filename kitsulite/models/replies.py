"""Replies, as a comment keeps them in one of its columns."""

from typing import Any

from kitsulite.models.fields import is_uuid
from kitsulite.storage import Row


def well_formed(stored: Any) -> list[Row]:
    """Those of the stored replies that are replies: an imported studio may have anything in their place."""
    items = stored if isinstance(stored, list) else []
    return [
        item for item in items if isinstance(item, dict) and is_uuid(item.get("id")) and is_uuid(item.get("person_id"))
    ]
