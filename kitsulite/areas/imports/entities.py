"""What tables of assets, of shots and of edits have in common (docs/api/imports.md)."""

from collections.abc import Callable
from typing import Any

from kitsulite.areas.entities.changing import change
from kitsulite.areas.entities.entities import create, find_or_create
from kitsulite.areas.exports.entities import fields_of
from kitsulite.areas.imports.cells import DataColumn, People, columns_of_fields
from kitsulite.areas.imports.lines import Importer, Taken
from kitsulite.areas.imports.tables import Line, Table
from kitsulite.areas.imports.taskcells import TaskCells
from kitsulite.models.entities import Entity
from kitsulite.models.entity_shapes import ENTITIES
from kitsulite.models.fields import as_object
from kitsulite.models.productions import Project
from kitsulite.models.shapes import Raw, by_id
from kitsulite.storage import Row
from kitsulite.work.errors import Refused
from kitsulite.work.kinds import EPISODE, Kind, of_kind
from kitsulite.work.work import Part, Work

TIME_SPENT = "Time Spent"
"""A column that only exports have. They tell all tasks that there are, and not everything else."""
MAIN_PACK = ("", "MP")
NO_SHOW = "An episode column is present for a production that isn't a TV Show"
TV_SHOW = "tvshow"


class EntityImporter(Importer[Line]):
    """How a line becomes an entity with its tasks.

    kind     of the entities
    columns  of the metadata that every production has
    assigns  whether there are columns for who is to do the tasks
    """

    kind: Kind
    columns: tuple[DataColumn, ...] = ()
    assigns = True

    def __init__(self, project: Row, *, update: bool = False) -> None:
        self.project, self.update = project, update
        self.is_show = project["production_type"] == TV_SHOW
        self.known: dict[tuple[Any, ...], str] = {}
        self.there: dict[str, list[Row]] = {}
        self.beside: dict[str, list[str | None]] = {}
        self.fresh: list[Row] = []
        self.touched: list[Row] = []

    def prepare(self, work: Work, table: Table[Line]) -> None:
        people = People(work)
        fields = columns_of_fields(fields_of(work, self.project["id"], self.kind), people)
        self.data_columns = [*self.columns, *fields]
        self.tasks = TaskCells(work, self.project, self.kind, people, assigns=self.assigns)
        self.is_export = TIME_SPENT in table.head.headings

    def begin(self, work: Work, lines: list[Line]) -> None:
        work.hold(Project, self.project["id"])  # who else makes what is in the table comes before or after
        names = {(line.get("Name") or "").strip() for line in lines}
        named = Entity.select().where(
            Entity.project_id == self.project["id"], of_kind(work, self.kind), Entity.name.in_(list(names))
        )
        self.there = {}
        for row in work.db.rows(named.order_by(Entity.created_at, Entity.id)):
            self.there.setdefault(row["name"], []).append(row)
        self.tasks.begin(work, [row["id"] for rows in self.there.values() for row in rows])

    def forget(self, work: Work) -> None:
        self.known.clear()
        for row in self.fresh:
            self.there[row["name"]].remove(row)
        for row in self.touched:
            row.update(work.get(Entity, row["id"]))
        self.tasks.forget(work)

    def take(self, work: Work, line: Line) -> Taken:
        self.fresh, self.touched, self.beside = [], [], {}
        said = self.tasks.read(work, line)
        values = self.read(work, line)
        found = self.find(values, self.there.get(values["name"], []))
        if found is None:
            id = self._make(work, line, values)
            self.tasks.write(work, id, said, self.wanted_of(values))
            return Taken(id, values["name"], is_new=True)
        if self.update:
            self._change(work, line, found, values)
        wanted = [] if self.is_export else self.still_wanted(found)
        if wanted or (self.update and said):
            self.tasks.write(work, found["id"], said if self.update else [], wanted)
        return Taken(found["id"], found["name"])

    # --- what differs ---

    def read(self, work: Work, line: Line) -> Row:
        """The columns of the entity that a line says, with what it stands under, which is made if need be."""
        values = {"name": line.filled("Name")}
        description = line.get("Description")
        return values if description is None else {**values, "description": description}

    def find(self, values: Row, named: list[Row]) -> Row | None:
        """The entity that a line is about, of those of its name."""
        return next((row for row in named if row["parent_id"] == values["parent_id"]), None)

    def derived(self, line: Line, kept: Row | None, data: Row) -> Row:
        """Columns that follow of the metadata as it is now; `kept` is the entity as it was."""
        return {}

    def facts(self, values: Row) -> Row:
        """What events say beside the id."""
        return {}

    def wanted_of(self, values: Row) -> list[str]:
        """The task types of which a new entity gets tasks."""
        return self.tasks.wanted()

    def still_wanted(self, found: Row) -> list[str]:
        """Those of which one that was there gets what it lacks, whatever the line says."""
        return []

    # --- writing ---

    def _make(self, work: Work, line: Line, values: Row) -> str:
        data = self._read_data(line, None)
        values = {**values, **self.derived(line, None, data), "data": data}
        id = create(work, self.kind, self.project["id"], values, facts=self.facts(values))
        self.fresh = [work.get(Entity, id)]
        self.there.setdefault(values["name"], []).extend(self.fresh)
        return id

    def _change(self, work: Work, line: Line, found: Row, values: Row) -> None:
        """Write what a line says otherwise than it is."""
        kept = as_object(found["data"])
        data = {**kept, **self._read_data(line, kept)}
        values = {**values, **self.derived(line, found, data)}
        changed = {key: value for key, value in values.items() if (found[key] or None) != (value or None)}
        if data != kept:
            changed["data"] = data
        if changed:
            self.touched = [found]
            found |= change(work, found, changed, self.facts(values))

    def _read_data(self, line: Line, kept: Row | None) -> Row:
        data: Row = {}
        for column in self.data_columns:
            data |= column.new_value(line, kept)
        return data

    # --- what it stands under ---

    def episode_of(self, work: Work, line: Line) -> str | None:
        """The episode that a line names, None for the main pack; Refused where there are no episodes."""
        name = (line.get("Episode") or "").strip()
        if name in MAIN_PACK:
            return None
        if not self.is_show:
            raise Refused(NO_SHOW)
        return self.place(work, EPISODE, name)

    def place(self, work: Work, kind: Kind, name: str, parent_id: str | None = None) -> str:
        """The episode or sequence of this name, which is made if need be."""
        facts = {"episode_id": parent_id} if parent_id else {}
        values: Row = {"name": name, "parent_id": parent_id, "data": {}, "description": ""}

        def find() -> str:
            return find_or_create(work, kind, self.project["id"], values, facts=facts)

        return self.known_as(work, kind.name.lower(), name, find, parent_id)

    def known_as(self, work: Work, what: str, name: str, find: Callable[[], str], *place: Any) -> str:
        """The id of what is called so, found once; when it had to be made for a line, that is said of the line."""
        key = (what, name, *place)
        if key not in self.known:
            events = len(work.events)
            self.known[key] = find()
            if len(work.events) > events:
                self.beside[what] = [None, name]
        return self.known[key]

    # --- answering ---

    def show(self, work: Work, ids: list[str]) -> dict[str, Raw]:
        return by_id(work.db, ENTITIES["Entity"], ids)

    def details(self, part: Part, taken: Taken) -> Row:
        return {**self.beside, **changes_of(part, taken.id), **self.tasks.changed}


def changes_of(part: Part, entity_id: str | None) -> Row:
    """What became of an entity's columns, and of its metadata key by key: name -> [before, after]."""
    changed = dict(part.changes.get((Entity.table_name(), entity_id or ""), {}))
    before, after = (as_object(value) for value in changed.pop("data", (None, None)))
    for key in sorted(before.keys() | after.keys()):
        if before.get(key) != after.get(key):
            changed[key] = [before.get(key), after.get(key)]
    return changed
