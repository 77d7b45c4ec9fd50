"""What decides on somebody's rights, as events tell of it: what it was, and what it is now."""

from typing import Any

from kitsulite.models.people import DepartmentLink, Person
from kitsulite.storage import Row
from kitsulite.work.work import Work

TOLD = ("role", "active", "is_bot", "is_guest")


def rights(work: Work, person_id: str) -> Row:
    """What a person is, and the departments that they are in."""
    person = work.get(Person, person_id)
    links = DepartmentLink.select(DepartmentLink.department_id).where(DepartmentLink.person_id == person_id)
    return {**{name: person[name] for name in TOLD}, "departments": sorted(work.db.values(links))}


def difference(before: Row, after: Row) -> dict[str, Any]:
    """What an event says of what has changed: `previous_role` and `new_role`, and so on."""
    changed = [name for name in before if before[name] != after[name]]
    return {f"{word}_{name}": side[name] for name in changed for word, side in (("previous", before), ("new", after))}
