"""`/data/departments/…`: who is in departments, and what these work with."""

import msgspec

from kitsulite.access.callers import admin, is_anybody
from kitsulite.access.rules import Is, row
from kitsulite.areas.people import departments
from kitsulite.areas.people.departments import HARDWARE, SOFTWARE, Equipment
from kitsulite.models.people import Department
from kitsulite.models.people_shapes import MINIMAL, SAFE
from kitsulite.models.shapes import Shape
from kitsulite.web.inputs import Id
from kitsulite.web.routing import Either, Mapped, Route, delete, get, post
from kitsulite.work.work import Work


class SoftwareOfDepartment(msgspec.Struct):
    software_id: Id


class HardwareOfDepartment(msgspec.Struct):
    hardware_item_id: Id


def routes_of(word: str, kind: Equipment, form: type[msgspec.Struct]) -> list[Route]:
    """The routes of one kind of equipment."""

    def list_all(work: Work) -> object:
        """The things of each department that has some."""
        return departments.list_all(work, kind)

    def list_of_department(work: Work, department_id: str, **thing: str) -> object:
        """The things of a department; a thing in the path changes nothing."""
        return departments.list_of_department(work, kind, department_id)

    def add(work: Work, department_id: str, body: msgspec.Struct) -> object:
        """Give a thing to a department; what it has already is answered as it is."""
        return departments.add(work, kind, department_id, getattr(body, kind.key))

    def remove(work: Work, department_id: str, **thing: str) -> None:
        """Take a thing from a department."""
        departments.remove(work, kind, department_id, thing[kind.key])

    link, thing = Shape(kind.links), Shape(kind.things)
    things = f"/data/departments/{{department_id}}/{word}"
    return [
        get(f"/data/departments/{word}", admin, list_all, gives=Mapped([thing])),
        get(things, admin, list_of_department, gives=[thing]),
        post(things, admin, add, takes=form, gives=link, status=201),
        get(f"{things}/{{{kind.key}}}", admin, list_of_department, gives=[thing]),
        delete(f"{things}/{{{kind.key}}}", admin, remove),
    ]


ROUTES = [
    get(
        "/data/departments/{department_id}/persons",
        row(Department, Is(is_anybody)),
        departments.members,
        gives=Either([SAFE.with_relations()], [MINIMAL.with_relations()]),
    ),
    *routes_of("software-licenses", SOFTWARE, SoftwareOfDepartment),
    *routes_of("hardware-items", HARDWARE, HardwareOfDepartment),
]
