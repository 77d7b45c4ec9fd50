"""Estimations and dates of the tasks of one type, as a table (docs/api/imports.md)."""

import datetime
import math
from collections.abc import Callable
from typing import Any

from kitsulite.access.projects import is_project_manager
from kitsulite.access.rules import Asked
from kitsulite.access.tasks import supervises
from kitsulite.areas.entities.assets import ALL, MAIN
from kitsulite.areas.exports.entities import fields_of_tasks
from kitsulite.areas.imports.castings import Names
from kitsulite.areas.imports.cells import DataColumn, People, columns_of_fields, read_cell
from kitsulite.areas.imports.lines import Importer, Taken
from kitsulite.areas.imports.tables import BadCell, Line, MissingColumn, Table
from kitsulite.models.entities import Entity, EntityType
from kitsulite.models.entity_shapes import Parent
from kitsulite.models.fields import as_object
from kitsulite.models.people import Organisation
from kitsulite.models.tasks import Task, TaskType
from kitsulite.storage import Row
from kitsulite.work.errors import NotFound, Refused
from kitsulite.work.kinds import ASSET, EPISODE, SHOT, get_of_kind, of_kind
from kitsulite.work.periods import ONE_DAY
from kitsulite.work.texts import brief
from kitsulite.work.work import Part, Work

FRIDAY, WORKING_DAYS = 4, 5
ONE_WEEK = datetime.timedelta(weeks=1)
MINUTES = 60


def may_estimate(work: Work, project: Row, asked: Asked) -> bool:
    """Manager of the project; supervisors of the task type's department."""
    task_type = work.get(TaskType, asked.path["task_type_id"])
    return is_project_manager(work, project["id"]) or supervises(work, project["id"], task_type["id"])


class EstimationImporter(Importer[Line]):
    """A line is about the task of an asset or of a shot.

    episode_id  of whose assets or shots alone, as names return in every episode; `all` and `main` for no matter which
    """

    def __init__(self, project: Row, task_type_id: str, episode_id: str | None = None) -> None:
        self.project, self.task_type_id = project, task_type_id
        self.episode_id = None if episode_id in (ALL, MAIN) else episode_id

    def prepare(self, work: Work, table: Table[Line]) -> None:
        self.task_type = work.get(TaskType, self.task_type_id)
        if self.episode_id is not None:
            episode = get_of_kind(work, EPISODE, self.episode_id)
            if episode["project_id"] != self.project["id"]:
                raise NotFound
        self.entities = Names()
        for parent, name, id in work.db.tuples(self._entities(work)):
            self.entities.add((parent, name), id)
        of_type = (Task.project_id == self.project["id"], Task.task_type_id == self.task_type["id"])
        tasks = work.db.rows(Task.select().where(*of_type).order_by(Task.created_at, Task.id))
        self.tasks: dict[str, str] = {task["entity_id"]: task["id"] for task in tasks}
        fields = fields_of_tasks(work, self.project["id"], self.task_type["id"])
        self.columns: list[DataColumn] = columns_of_fields(fields, People(work))
        organisation = work.db.row(Organisation.select()) or {}
        self.hours = organisation.get("hours_by_day") or 8.0
        self.in_hours = bool(organisation.get("format_duration_in_hours"))

    def _entities(self, work: Work) -> Any:
        here = Entity.project_id == self.project["id"]
        if self.task_type["for_entity"] == SHOT.name:
            query = Entity.select(Parent.name, Entity.name, Entity.id).join(Parent, on=Parent.id == Entity.parent_id)
            query = query.where(here, of_kind(work, SHOT))
            column: Any = Parent.parent_id
        else:
            query = Entity.select(EntityType.name, Entity.name, Entity.id)
            query = query.join(EntityType, on=EntityType.id == Entity.entity_type_id).where(here, of_kind(work, ASSET))
            column = Entity.source_id
        return query if self.episode_id is None else query.where(column == self.episode_id)

    def take(self, work: Work, line: Line) -> Taken:
        parent, name = (line["Parent"] or "").strip(), (line["Entity"] or "").strip()
        entity_id = self.entities.find(parent, name)
        if entity_id is None:
            raise Refused(f"Entity '{brief(name)}' with parent '{brief(parent)}' not found")
        if entity_id not in self.tasks:
            raise MissingColumn(entity_id, f"{parent} {name} has no task {self.task_type['name']}")
        task = work.get(Task, self.tasks[entity_id])
        values = {key: value for key, value in self._read(line, task).items() if task[key] != value}
        if values:
            work.update(Task, task["id"], **values)
            work.emit("task:update", {"task_id": task["id"]}, task["project_id"])
        return Taken(None, f"{parent} {name}")

    def _read(self, line: Line, task: Row) -> Row:
        """What the cells say that are not empty, as columns of the task hold it."""
        columns, given = Task.columns(), {}
        for heading, (key, read) in READERS.items():
            cell = (line.get(heading) or "").strip()
            if cell:
                given[key] = read_cell(heading, cell, read)
        values = {key: columns[key].read(value) for key, value in given.items()}
        if (estimation := given.get("estimation")) is not None:
            days = estimation / self.hours if self.in_hours else estimation
            minutes = (estimation if self.in_hours else estimation * self.hours) * MINUTES
            values["estimation"] = minutes if self.in_hours else float(round(minutes))
            if "start_date" in given and "due_date" not in given:
                values["due_date"] = columns["due_date"].read(after_days_of_work(given["start_date"], days))
        kept = as_object(task["data"])
        data: Row = {}
        for column in self.columns:
            data |= column.new_value(line, kept)
        return {**values, "data": {**kept, **data}} if data else values

    def details(self, part: Part, taken: Taken) -> Row:
        return {
            key: value
            for (table, _), fields in part.changes.items()
            if table == "task"
            for key, value in fields.items()
        }


def after_days_of_work(start: str, days: float) -> str:
    """The last of so many days of work, the first of which is `start`; there is none at week-ends."""
    day, left = datetime.date.fromisoformat(start), max(0, math.ceil(days - 1))
    try:
        while left:
            if left >= WORKING_DAYS and day.weekday() <= FRIDAY:
                day += left // WORKING_DAYS * ONE_WEEK
                left %= WORKING_DAYS
                continue
            day, left = day + ONE_DAY, left - 1
            while day.weekday() > FRIDAY:
                day += ONE_DAY
    except OverflowError:
        raise BadCell(f"Estimation: {days:g} days of work from {start} on lead beyond every calendar") from None
    return day.isoformat()


def _day(cell: str) -> str:
    try:
        return datetime.date.fromisoformat(cell).isoformat()
    except ValueError:
        raise BadCell("a day as 2027-01-04 is expected") from None


def _number(cell: str) -> float:
    number = float(cell.replace(",", "."))
    if not math.isfinite(number) or number < 0:
        raise ValueError(cell)
    return number


READERS: dict[str, tuple[str, Callable[[str], Any]]] = {
    "Estimation": ("estimation", _number),
    "Drawings": ("nb_drawings", int),
    "Start date": ("start_date", _day),
    "Due date": ("due_date", _day),
    "Difficulty": ("difficulty", int),
}
