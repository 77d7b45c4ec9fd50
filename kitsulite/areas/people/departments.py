"""Who is in a department, and what it works with: licences of software and pieces of hardware, for the budget
(docs/api/people.md).

The latter two are links of a department and a thing; `Equipment` says which tables.
"""

from typing import NamedTuple

import peewee

from kitsulite.access.people import known_people, shown_to
from kitsulite.access.roles import is_admin
from kitsulite.models import Record, is_uuid
from kitsulite.models.people import (
    OF_STUDIO,
    Department,
    DepartmentLink,
    HardwareItem,
    HardwareItemDepartmentLink,
    Person,
    Software,
    SoftwareDepartmentLink,
)
from kitsulite.models.people_shapes import MINIMAL, SAFE
from kitsulite.models.shapes import Raw, Shape, many, one
from kitsulite.storage import Row
from kitsulite.work.errors import WrongParameter
from kitsulite.work.work import Work


class Equipment(NamedTuple):
    """A kind of thing that departments have.

    key   the column of the link that holds the thing's id
    """

    things: type[Record]
    links: type[Record]
    key: str

    @property
    def thing_id(self) -> peewee.Field:
        return self.links.columns()[self.key]

    @property
    def department_id(self) -> peewee.Field:
        return self.links.columns()["department_id"]


SOFTWARE = Equipment(Software, SoftwareDepartmentLink, "software_id")
HARDWARE = Equipment(HardwareItem, HardwareItemDepartmentLink, "hardware_item_id")


def list_all(work: Work, kind: Equipment) -> dict[str, list[Raw]]:
    """The things of every department that has some."""
    query = Shape(kind.things).select(work.db).select_extend(kind.department_id)
    query = query.join(kind.links, on=kind.thing_id == kind.things.id).order_by(kind.things.columns()["name"])
    found: dict[str, list[Raw]] = {}
    for thing, department_id in work.db.tuples(query):
        found.setdefault(department_id, []).append(Raw(thing))
    return found


def list_of_department(work: Work, kind: Equipment, department_id: str) -> Raw:
    """The things of a department."""
    department = _get(work, Department, department_id)
    query = Shape(kind.things).select(work.db).join(kind.links, on=kind.thing_id == kind.things.id)
    return many(work.db, query.where(kind.department_id == department["id"]).order_by(kind.things.columns()["name"]))


def add(work: Work, kind: Equipment, department_id: str, thing_id: str) -> Raw | None:
    """The link of a department and a thing, made when it is not there yet."""
    department, thing = _get(work, Department, department_id), _get(work, kind.things, thing_id)
    linked = (kind.department_id == department["id"]) & (kind.thing_id == thing["id"])
    if not work.exists(kind.links, linked):
        work.insert(kind.links, **{"department_id": department["id"], kind.key: thing["id"]})
    return one(work.db, Shape(kind.links).select(work.db).where(linked))


def remove(work: Work, kind: Equipment, department_id: str, thing_id: str) -> None:
    """Take a thing from a department, whether it had it or not."""
    department, thing = _get(work, Department, department_id), _get(work, kind.things, thing_id)
    work.delete(kind.links, kind.department_id == department["id"], kind.thing_id == thing["id"])


def _get(work: Work, table: type[Record], id: str) -> Row:
    if not is_uuid(id):
        raise WrongParameter("Wrong UUID format.")
    return work.get(table, id)


def members(work: Work, department: Row) -> Raw:
    """Who is in a department: for admins all that there is to know of them, for others a little; clients see people of their teams."""
    shape = shown_to(work, SAFE if is_admin(work) else MINIMAL).with_relations()
    linked = DepartmentLink.select(DepartmentLink.person_id).where(DepartmentLink.department_id == department["id"])
    query = shape.select(work.db).where(Person.id.in_(linked), OF_STUDIO, *known_people(work))
    return many(work.db, query.order_by(Person.first_name, Person.last_name, Person.id))


def names(work: Work) -> dict[str, str]:
    """The names of all departments, by id, in their order."""
    return dict(work.db.tuples(Department.select(Department.id, Department.name).order_by(Department.name)))
