"""What an event of a change tells of it: the columns that were written, before and after, without what is nobody's to know."""

from typing import Any

import msgspec

from kitsulite.access.hearers import Subject
from kitsulite.models.people_shapes import CHAT_SECRETS
from kitsulite.work.work import Event, Work

Fields = dict[str, list[Any] | None]
LONGEST = 64 * 1024
"""Bytes of what a column held and holds that are told, such as of drawings; of more than that, only that it was changed."""
SILENT = {"updated_at", *CHAT_SECRETS}
NOT_CHANGES = ("new", "delete")


def told_of_change(work: Work, event: Event, subject: Subject | None) -> Fields | None:
    """What was written of the row that an event of a change is about; None for other events, and when nothing was."""
    if subject is None or event.name.rpartition(":")[2] in NOT_CHANGES:
        return None
    table, id = subject
    columns = table.columns()
    return {
        name: _short(_narrowed(before, after))
        for name, (before, after) in work.changes.get((table.table_name(), id), {}).items()
        if before != after and name not in SILENT and not (name in columns and columns[name].hidden)
    } or None


def _short(sides: tuple[Any, Any]) -> list[Any] | None:
    return list(sides) if len(msgspec.json.encode(sides)) <= LONGEST else None


def _narrowed(before: Any, after: Any) -> tuple[Any, Any]:
    """Of two objects, such as `data`, only the keys that differ."""
    if not isinstance(before, dict) or not isinstance(after, dict):
        return before, after
    same = {key for key in before.keys() & after.keys() if before[key] == after[key]}
    return tuple({key: value for key, value in side.items() if key not in same} for side in (before, after))  # type: ignore[return-value]
