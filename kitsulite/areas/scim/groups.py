"""Departments as a directory sends them: made, renamed, filled and taken away (docs/sso.md)."""

from collections.abc import Callable
from typing import Any

from kitsulite.areas.people import rows
from kitsulite.areas.people.rights import difference
from kitsulite.areas.scim.identities import LISTED, keep, said_of
from kitsulite.areas.scim.resources import Group
from kitsulite.models import is_uuid
from kitsulite.models.own import Provisioned
from kitsulite.models.people import Department, DepartmentLink, Person
from kitsulite.models.shapes import read
from kitsulite.rows.collection import Collection
from kitsulite.storage import ForeignKeyViolation, Row
from kitsulite.work.errors import ScimRefused
from kitsulite.work.work import Work

COLOR = "#78909C"
"""Of a department that a directory makes; people choose another one in the studio."""
TAKEN = "There is a department {} already."
NO_MEMBER = "{} is the id of nobody who can be in a department."
IN_USE = (
    "The department {} is in use: types of tasks, templates or schedules belong to it. Take it from these first,"
    " or leave its members out and keep it."
)


def _departments() -> Collection:
    return next(collection for collection in rows.COLLECTIONS if collection.path == "departments")


def make(work: Work, group: Group) -> str:
    """A new department with its members; its id."""
    name = group.display_name or ""
    _require_free(work, name)
    row = read(_departments().make(work, {"name": name, "color": COLOR}))
    _keep(work, row["id"], group)
    _fill(work, row["id"], group)
    return str(row["id"])


def change(
    work: Work, id: str, group: Group, members: Callable[[frozenset[str]], frozenset[str]] | None = None
) -> None:
    """Make a department what the directory says; what it does not name stays.

    members  who is to be in it, of those who are
    """
    department = work.hold(Department, id)
    if (name := group.display_name or "") != department["name"]:
        _require_free(work, name)
        _departments().alter(work, department, {"name": name})
    _keep(work, id, group)
    if members:
        before = _members(work, id)
        _have(work, id, before, members(before))
    else:
        _fill(work, id, group)


def remove(work: Work, id: str) -> None:
    """Take a department away, if nothing but people belongs to it."""
    department = work.hold(Department, id)
    _put(work, id, frozenset(), _all_members(work, id))
    try:
        with work.db.savepoint():
            _departments().remove(work, department)
    except ForeignKeyViolation:
        raise ScimRefused(409, IN_USE.format(department["name"])) from None


def _require_free(work: Work, name: str) -> None:
    if work.exists(Department, Department.name == name):
        raise ScimRefused(409, TAKEN.format(name), "uniqueness")


def _keep(work: Work, id: str, group: Group) -> None:
    if "external_id" in group.model_fields_set:
        before = said_of(work, Provisioned.department_id, id)
        keep(work, Provisioned.department_id, id, before, {"external_id": group.external_id or None})


# --- members ---


def _fill(work: Work, id: str, group: Group) -> None:
    """Have those in the department whom the directory names. Whom it cannot know of stay."""
    if "members" not in group.model_fields_set:
        return
    _have(work, id, _members(work, id), frozenset(str(member.value).lower() for member in group.members or ()))


def _have(work: Work, id: str, before: frozenset[str], wanted: frozenset[str]) -> None:
    _require_people(work, wanted - before)
    _put(work, id, wanted - before, before - wanted)


def _members(work: Work, id: str) -> frozenset[str]:
    return frozenset(work.db.values(members_of(DepartmentLink.department_id == id)))


def members_of(condition: Any) -> Any:
    """The ids of members whom a directory may know of, for the departments of a condition."""
    links = DepartmentLink.select(DepartmentLink.person_id).join(Person, on=Person.id == DepartmentLink.person_id)
    return links.left_outer_join(Provisioned, on=Provisioned.person_id == Person.id).where(condition, LISTED)


def _all_members(work: Work, id: str) -> frozenset[str]:
    return frozenset(
        work.db.values(DepartmentLink.select(DepartmentLink.person_id).where(DepartmentLink.department_id == id))
    )


def _require_people(work: Work, ids: frozenset[str]) -> None:
    possible = [id for id in ids if is_uuid(id)]
    people = Person.select(Person.id).left_outer_join(Provisioned, on=Provisioned.person_id == Person.id)
    known = set(work.db.values(people.where(Person.id.in_(possible), LISTED))) if possible else set()
    if strangers := sorted(ids - known):
        raise ScimRefused(400, NO_MEMBER.format(strangers[0][:80]), "invalidValue")


def _put(work: Work, id: str, new: frozenset[str], gone: frozenset[str]) -> None:
    """Put people into a department and take others out of it, and tell of each what it changes of their rights."""
    changed = sorted(new | gone)
    if not changed:
        return
    links = DepartmentLink.select(DepartmentLink.person_id, DepartmentLink.department_id)
    before: dict[str, list[str]] = {person_id: [] for person_id in changed}
    for person_id, department_id in work.db.tuples(links.where(DepartmentLink.person_id.in_(changed))):
        before[person_id].append(department_id)
    if gone:
        work.delete(DepartmentLink, DepartmentLink.department_id == id, DepartmentLink.person_id.in_(sorted(gone)))
    for person_id in sorted(new):
        work.insert(DepartmentLink, person_id=person_id, department_id=id)
    for person_id in changed:
        was, left = sorted(before[person_id]), [other for other in before[person_id] if other != id]
        now = sorted([*left, id] if person_id in new else left)
        work.note_change(Person, person_id, "departments", was, now)
        told: Row = difference({"departments": was}, {"departments": now})
        work.emit("person:update", {"person_id": person_id, **told})
