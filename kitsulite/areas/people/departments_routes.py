"""`/data/departments/…`: what departments work with."""

import msgspec

from kitsulite.access.callers import admin
from kitsulite.areas.people import departments
from kitsulite.areas.people.departments import HARDWARE, SOFTWARE, Equipment
from kitsulite.models.shapes import Shape
from kitsulite.web.inputs import Id
from kitsulite.web.routing import Mapped, Route, delete, get, post
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

    link, row = Shape(kind.links), Shape(kind.things)
    things = f"/data/departments/{{department_id}}/{word}"
    return [
        get(f"/data/departments/{word}", admin, list_all, gives=Mapped([row])),
        get(things, admin, list_of_department, gives=[row]),
        post(things, admin, add, takes=form, gives=link, status=201),
        get(f"{things}/{{{kind.key}}}", admin, list_of_department, gives=[row]),
        delete(f"{things}/{{{kind.key}}}", admin, remove),
    ]


ROUTES = [
    *routes_of("software-licenses", SOFTWARE, SoftwareOfDepartment),
    *routes_of("hardware-items", HARDWARE, HardwareOfDepartment),
]
