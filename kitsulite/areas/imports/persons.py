"""The people of the studio as a table (docs/api/imports.md)."""

from collections.abc import Mapping
from typing import Any

from kitsulite.areas.imports.cells import read_cell, read_truth
from kitsulite.areas.imports.lines import Importer, Taken
from kitsulite.areas.imports.tables import BadCell, Line, Table
from kitsulite.areas.people import personvalues
from kitsulite.areas.people.rows_of_persons import Persons
from kitsulite.models.people import NO_PREVIEW_ACCOUNT, Department, DepartmentLink, Person, Studio
from kitsulite.models.people_shapes import SAFE
from kitsulite.models.shapes import Raw, by_id, read
from kitsulite.storage import Row
from kitsulite.work.errors import Refused
from kitsulite.work.texts import brief
from kitsulite.work.work import Part, Work

ROLES = {
    "Artist": "user",
    "Studio Manager": "admin",
    "Supervisor": "supervisor",
    "Production Manager": "manager",
    "Client": "client",
    "Vendor": "vendor",
}
CONTRACTS = ("Open-ended", "Fixed-term", "Short-term", "Freelance", "Apprentice", "Internship")
POSITIONS = ("Supervisor", "Lead", "Artist")
SENIORITIES = ("Senior", "Mid", "Junior")
CHOICES: dict[str, tuple[str, Mapping[str, str]]] = {
    "Role": ("role", ROLES),
    "Contract Type": ("contract_type", {label: label.lower() for label in CONTRACTS}),
    "Position": ("position", {label: label.lower() for label in POSITIONS}),
    "Seniority": ("seniority", {label: label.lower() for label in SENIORITIES}),
}
"""By the column: the key of a person, and the code that each label stands for. Codes are taken too, in whatever case."""
TEXTS = {"First Name": "first_name", "Last Name": "last_name", "Phone": "phone"}
SHAPE = SAFE.with_relations()


class PersonImporter(Importer[Line]):
    """People are found by their e-mail. An empty cell leaves what is there as it is."""

    def __init__(self, *, update: bool = False) -> None:
        self.update = update
        self.persons = Persons()

    def prepare(self, work: Work, table: Table[Line]) -> None:
        self.studios = dict(work.db.tuples(Studio.select(Studio.name, Studio.id)))
        self.departments = dict(work.db.tuples(Department.select(Department.name, Department.id)))

    def take(self, work: Work, line: Line) -> Taken:
        email = line.filled("Email").lower()
        values = self._read(line)
        found = work.db.row(Person.select().where(Person.email == email, ~Person.is_bot, NO_PREVIEW_ACCOUNT))
        if found is None:
            values = {"first_name": "", "last_name": "", **values, "email": personvalues.read_email(email)}
            return Taken(read(self.persons.create(work, values))["id"], email, is_new=True)
        if self.update and (changed := self._changed(work, found, values)):
            self.persons.alter(work, found, changed)
        return Taken(found["id"], email)

    def _changed(self, work: Work, found: Row, values: Row) -> Row:
        changed = {key: value for key, value in values.items() if key != "departments" and found[key] != value}
        if "departments" in values:
            links = DepartmentLink.select(DepartmentLink.department_id).where(DepartmentLink.person_id == found["id"])
            if set(work.db.values(links)) != set(values["departments"]):
                changed["departments"] = values["departments"]
        return changed

    def _read(self, line: Line) -> Row:
        """What the cells say that are not empty."""
        values: Row = {}
        for heading, key in TEXTS.items():
            cell = line[heading] if heading != "Phone" else line.get(heading)
            if cell and cell.strip():
                values[key] = cell.strip()
        for heading, read_values in READERS.items():
            cell = (line.get(heading) or "").strip()
            if cell:
                values |= read_cell(heading, cell, read_values)
        if name := (line.get("Studio") or "").strip():
            values["studio_id"] = _named(self.studios, "Studio", name)
        names = [name.strip() for name in (line.get("Departments") or "").split(",") if name.strip()]
        if names:
            values["departments"] = [_named(self.departments, "Department", name) for name in names]
        return values

    def show(self, work: Work, ids: list[str]) -> dict[str, Raw]:
        return by_id(work.db, SHAPE, ids)

    def details(self, part: Part, taken: Taken) -> Row:
        return dict(part.changes.get((Person.table_name(), taken.id or ""), {}))


def _named(ids: Mapping[str, str], what: str, name: str) -> str:
    try:
        return ids[name]
    except KeyError:
        raise Refused(f"{what} not found: {brief(name)}") from None


def _whole(cell: str) -> int:
    try:
        return int(cell)
    except ValueError:
        raise BadCell("a whole number is expected") from None


def _choice(key: str, labels: Mapping[str, str], cell: str) -> Row:
    codes = {word.lower(): code for label, code in labels.items() for word in (label, code)}
    if cell.lower() not in codes:
        raise BadCell(f"one of {', '.join(labels)} is expected")
    return {key: codes[cell.lower()]}


def _reader(key: str, labels: Mapping[str, str]) -> Any:
    return lambda cell: _choice(key, labels, cell)


READERS = {
    **{heading: _reader(key, labels) for heading, (key, labels) in CHOICES.items()},
    "Country": lambda cell: {"country": personvalues.read_country(cell)},
    "Daily Salary": lambda cell: {"daily_salary": _whole(cell)},
    "Active": lambda cell: {"active": read_truth(cell)},
}
