"""What a directory calls people and departments for itself: kept beside them, and looked up by it."""

from typing import Any

from kitsulite.models import new_id, now
from kitsulite.models.own import Provisioned
from kitsulite.models.people import OF_STUDIO, Person
from kitsulite.storage import Row
from kitsulite.work.work import Work

COLUMNS = ("external_id", "user_name", "display_name", "removed_at")
PEOPLE = ~Person.is_bot & OF_STUDIO
"""Whom a directory may know of: no bots, no guests of share links, no account that is lent."""
LISTED = PEOPLE & (Provisioned.removed_at.is_null() | Person.active)
"""Who is still there for it: all but those whom it deleted, unless the studio opened their account again."""


def said_of(work: Work, column: Any, id: str) -> Row:
    """What is kept of a row; `column` says of which table."""
    found = work.db.row(Provisioned.select().where(column == id))
    return found or {"id": None, **dict.fromkeys(COLUMNS)}


def keep(work: Work, column: Any, id: str, before: Row, said: Row) -> bool:
    """Keep what is said of a row; whether it differs from what was."""
    changes = {key: value for key, value in said.items() if before[key] != value}
    if not changes:
        return False
    read = {key: Provisioned.columns()[key].read(value) for key, value in changes.items()}
    if before["id"] is None:
        work.insert(Provisioned, **{"id": new_id(), column.name: id, **read})
    else:
        work.update(Provisioned, before["id"], **read)
    return True


def mark_removed(work: Work, person_id: str) -> None:
    """Note that somebody is deleted in the directory."""
    before = said_of(work, Provisioned.person_id, person_id)
    keep(work, Provisioned.person_id, person_id, before, {"removed_at": now()})
