"""Assets, shots and edits as sheets, with their metadata and the state of their tasks (docs/api/exports.md).

Which columns there are depends on the production: one for each of its metadata descriptors, two for each type of task that
any of the rows has.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import msgspec
import peewee

from kitsulite.access.tasks import assigned_to
from kitsulite.areas.entities import assets, shots
from kitsulite.areas.entities.entities import assigned_entities
from kitsulite.areas.entities.withtasks import joined, read_ids
from kitsulite.areas.exports.sheets import Cell, Cells, Column, Sheet, read_rows
from kitsulite.areas.productions.descriptors import NULLS_LAST, seen
from kitsulite.models.entities import Entity, EntityType
from kitsulite.models.entity_shapes import DATA, Grandparent, Parent
from kitsulite.models.people import Person
from kitsulite.models.people_shapes import full_name
from kitsulite.models.productions import MetadataDescriptor
from kitsulite.models.shapes import ids, shown
from kitsulite.models.tasks import Task, TaskStatus, TaskType
from kitsulite.storage import Database, Row, Wire
from kitsulite.work.kinds import ASSET, EDIT, SHOT, Kind, of_kind
from kitsulite.work.work import Work

MINUTES_A_DAY = 480
"""Always, whatever the studio's day is: so the column is known."""

Narrow = Callable[[str | None], list[peewee.Node]]


class Field(NamedTuple):
    """A column of an entity's own data."""

    heading: str
    key: str
    write: Callable[[Any], Cell]
    data_type: str = "string"


def as_it_is(value: Any) -> Cell:
    """A value of metadata; what no cell can hold is written as JSON."""
    if isinstance(value, bool) or not isinstance(value, str | int | float | None):
        return msgspec.json.encode(value).decode()
    return value


def as_truth(value: Any) -> str:
    """A tick box, which may be kept as a text."""
    return "true" if str(value).lower() == "true" else "false"


def as_person(names: Mapping[str, str]) -> Callable[[Any], Cell]:
    """What writes who is meant by an id, or by several; whoever is not there any more stays an id."""

    def write(value: Any) -> Cell:
        if isinstance(value, list):
            return ",".join(sorted(str(write(item)) for item in value))
        return names.get(value.lower(), value) if isinstance(value, str) else as_it_is(value)

    return write


@dataclass(frozen=True)
class Entities:
    """What differs between the kinds.

    fields   what every production has among the metadata
    order    by what the rows are ordered; nothing of it is null
    narrow   the conditions for the episode that is asked for; None where nothing can be asked
    """

    kind: Kind
    columns: tuple[Column, ...]
    order: tuple[Any, ...]
    fields: tuple[Field, ...] = ()
    narrow: Narrow | None = None


def sheet(work: Work, project: Row, query: Mapping[str, str], *, spec: Entities) -> Sheet:
    """The entities of a kind in a production.

    `query` may ask for one (`id`), for an episode (`episode_id`), for those with a task of the caller (`assigned_to`).
    WrongParameter for an id that is none.
    """
    conditions = [Entity.project_id == project["id"], of_kind(work, spec.kind)]
    assignee = None
    if spec.narrow is not None:
        asked = read_ids(dict(query), ("id", "episode_id"), (assets.ALL, assets.MAIN))
        conditions += spec.narrow(asked["episode_id"])
        if asked["id"] is not None:
            conditions.append(Entity.id == asked["id"])
        if "assigned_to" in query:
            assignee = work.caller.id
            conditions.append(Entity.id.in_(assigned_entities(assignee)))
    fields = [*spec.fields, *fields_of(work, project["id"], spec.kind)]
    states = States(work, conditions, assignee)
    head: Cells = [*(column.heading for column in spec.columns), *(field.heading for field in fields), *states.headings]
    columns = [*spec.columns, Column("data", DATA_SHOWN), Column("tasks", _tasks)]
    rows = read_rows(
        work, Entity, columns, lambda query: joined(query).where(*conditions).order_by(*spec.order, Entity.id)
    )
    return Sheet([head], _whole(rows, spec.columns.index(TIME_SPENT), fields, states))


def _whole(rows: Iterator[list[Any]], time_spent: int, fields: Sequence[Field], states: "States") -> Iterator[Cells]:
    """Rows with the cells of their metadata and of their tasks."""
    for *cells, data, tasks in rows:
        values = data if isinstance(data, dict) else {}
        cells[time_spent] = f"{sum(task[-1] for task in tasks) / MINUTES_A_DAY:.2f}"
        cells += [field.write(values.get(field.key)) for field in fields]
        yield cells + states.cells(tasks)


def fields_of(work: Work, project_id: str, kind: Kind) -> list[Field]:
    """The metadata of a kind in a production, as far as the caller may know of it."""
    return _fields(work, project_id, MetadataDescriptor.entity_type == kind.name)


def fields_of_tasks(work: Work, project_id: str, task_type_id: str) -> list[Field]:
    """The same of the tasks of one type."""
    return _fields(work, project_id, MetadataDescriptor.task_type_id == task_type_id)


def _fields(work: Work, project_id: str, condition: peewee.Node) -> list[Field]:
    query = MetadataDescriptor.select().where(MetadataDescriptor.project_id == project_id, condition, *seen(work))
    rows = work.db.rows(query.order_by(*NULLS_LAST))
    ways: dict[str, Callable[[Any], Cell]] = {"boolean": as_truth}
    if any(row["data_type"] == "person" for row in rows):
        ways["person"] = as_person(dict(work.db.tuples(Person.select(Person.id, peewee.SQL(full_name().sql)))))
    return [
        Field(row["name"], row["field_name"], ways.get(row["data_type"], as_it_is), row["data_type"]) for row in rows
    ]


class States:
    """The last columns: how far the tasks are, and who has them to do. Of one assignee when there is one.

    Names are looked up here, not in the query: there are few of them and many tasks.
    """

    def __init__(self, work: Work, conditions: Sequence[peewee.Node], assignee: str | None) -> None:
        self.assignee = assignee
        self.places: dict[str, int] = {}
        by_name: dict[str, int] = {}  # types of the same name share their columns
        for id, name in work.db.tuples(_task_types(conditions, assignee)):
            self.places[id] = by_name.setdefault(name, 2 * len(by_name))
        self.headings = [heading for name in by_name for heading in (name, "Assignations")]
        self.statuses = dict(work.db.tuples(TaskStatus.select(TaskStatus.id, TaskStatus.short_name)))
        self.people = dict(work.db.tuples(Person.select(Person.id, peewee.SQL(full_name().sql))))

    def cells(self, tasks: list[Any]) -> Cells:
        """The cells of an entity: short name of the status and names of the assignees, for each type of task."""
        cells: Cells = [None] * len(self.headings)
        for task_type_id, task_status_id, assignees, _ in tasks:
            place = self.places.get(task_type_id)  # other trackers bring tasks of no type
            if place is not None and (self.assignee is None or self.assignee in assignees):
                cells[place] = self.statuses.get(task_status_id)
                cells[place + 1] = self._names(assignees)
        return cells

    def _names(self, ids: list[str]) -> str:
        if len(ids) == 1:
            return self.people[ids[0]]
        return ",".join(sorted([self.people[id] for id in ids]))


def _task_types(conditions: Sequence[peewee.Node], assignee: str | None) -> peewee.ModelSelect:
    """The types of all tasks that will be met, in their order."""
    met = (
        Task.select(Task.task_type_id)
        .join(Entity, on=Entity.id == Task.entity_id)
        .join(Parent, peewee.JOIN.LEFT_OUTER, on=Parent.id == Entity.parent_id)
        .where(*conditions)
    )
    if assignee is not None:
        met = met.where(assigned_to(assignee))
    query = TaskType.select(TaskType.id, TaskType.name).where(TaskType.id.in_(met.distinct()))
    return query.order_by(peewee.fn.COALESCE(TaskType.priority, 0), TaskType.name)


def _tasks(db: Database) -> Wire:
    """The tasks of the entity at hand: type, status, assignees, minutes spent."""
    task = db.json_array(
        [
            Wire("task.task_type_id"),
            Wire("task.task_status_id"),
            ids(db, Task, "assignees"),
            Wire(f"coalesce({shown(Task.duration, 'task')}, 0.0)", "float"),
        ]
    )
    return Wire(db.json_list(Wire(task, "built"), 'FROM task WHERE task.entity_id = "entity"."id"'), "built")


DATA_SHOWN = Wire(DATA, "json")

PROJECT = Column("Project", Wire('"project"."name"'))
NAME = Column("Name", Wire('"entity"."name"'))
DESCRIPTION = Column("Description", Wire('"entity"."description"'))
TIME_SPENT = Column("Time Spent", Wire("NULL"))


def _shots_of(episode_id: str | None) -> list[peewee.Node]:
    """Shots in a sequence: of an episode, or all."""
    placed = [Entity.parent_id.is_null(False)]
    return placed if episode_id in (None, assets.ALL) else [*placed, shots.in_episode(episode_id)]


ASSETS = Entities(
    ASSET,
    (PROJECT, Column("Type", Wire('"entity_type"."name"')), NAME, DESCRIPTION, TIME_SPENT),
    order=(EntityType.name, Entity.name),
    narrow=assets.of_episode,
)
SHOTS = Entities(
    SHOT,
    (
        PROJECT,
        Column("Episode", Wire('"grandparent"."name"')),
        Column("Sequence", Wire('"parent"."name"')),
        NAME,
        DESCRIPTION,
        TIME_SPENT,
        Column("Frames", Wire('"entity"."nb_frames"', "integer")),
    ),
    order=(peewee.fn.COALESCE(Grandparent.name, ""), Parent.name, Entity.name),
    fields=(
        Field("Frame In", "frame_in", as_it_is),
        Field("Frame Out", "frame_out", as_it_is),
        Field("FPS", "fps", as_it_is),
    ),
    narrow=_shots_of,
)
EDITS = Entities(
    EDIT,
    (PROJECT, Column("Episode", Wire('"parent"."name"')), NAME, DESCRIPTION, TIME_SPENT),
    order=(peewee.fn.COALESCE(Parent.name, ""), Entity.name),
)
