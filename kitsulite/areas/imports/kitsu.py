"""Rows of another studio of the same kind, as it pushes them (docs/api/imports.md): made with the ids that they bring, or changed
when they are here. `kitsu_models.py` says what is taken of each.

What was taken before an entry that is refused stays, as those expect who push: they go on where it stopped.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from kitsulite.access.places import project_of
from kitsulite.models import TABLES, BadValue, Record, Relation, is_uuid
from kitsulite.models.fields import Column, DateTime, Json, Pointer
from kitsulite.models.people import NO_PREVIEW_ACCOUNT, Person
from kitsulite.models.shapes import Raw, Shape, by_id
from kitsulite.rows.writing import SECOND, Form, read_ids, target_of, write_relation
from kitsulite.storage import (
    BadData,
    CheckViolation,
    ForeignKeyViolation,
    NotNullViolation,
    Row,
    StorageError,
    UniqueViolation,
)
from kitsulite.work.errors import WrongParameter
from kitsulite.work.work import Begin, Work

BATCH = 200
"""Entries a transaction: others get their turn in between."""
NO_LIST = "A list of entities is expected."
REACHED: Mapping[type[Record], tuple[Any, ...]] = {Person: (NO_PREVIEW_ACCOUNT,)}
"""Of some tables: which rows an entry may point to."""
NEW, UPDATE = "new", "update"

REFUSED: dict[type[StorageError], str] = {
    UniqueViolation: "another row holds the same values already, and they may be there only once",
    ForeignKeyViolation: "it points to a row that is not here",
    NotNullViolation: "a value is missing that must be there",
    CheckViolation: "a value breaks a rule of its table",
    BadData: "a value is not of the form that its column holds",
}


def noun_of(work: Work, model: "Model", row: Row) -> Row:
    """What an event says of a row: its id, by the name of its table."""
    return {f"{model.table.table_name()}_id": row["id"]}


def as_it_is(work: Work, entry: Row, there: Row | None) -> Row:
    """An entry whose keys are those of its columns."""
    return entry


def anything(work: Work, row: Row, there: Row | None) -> None:
    """Whatever its references lead to."""


@dataclass(frozen=True)
class Model:
    """What a list of rows to take in is of.

    table     where they go
    shape     how they are answered
    added     lists of ids that grow by what an entry says
    replaced  lists of ids that become what an entry says
    loose     references that may lead to what is not here, or not yet
    forgone   references that are left out where they lead to what is not here
    wanted    keys without which nothing can be done
    only      the columns that are read; all of them when there are none
    found_by  the columns by which a row is found
    forms     how values of some columns are read, beyond what the column says
    read      puts the keys of an entry right: (work, entry, the row that is here)
    check     WrongParameter for a row that stands where it cannot: (work, the row as it would be, the row that is here)
    event     what stands before the colon in events: (work, row)
    tells     what events say beside the production
    after     what follows for all rows of a batch
    """

    table: type[Record]
    shape: Shape
    added: frozenset[str] = frozenset()
    replaced: frozenset[str] = frozenset()
    loose: frozenset[str] = frozenset()
    forgone: frozenset[str] = frozenset()
    wanted: tuple[str, ...] = ()
    only: frozenset[str] = frozenset()
    found_by: tuple[str, ...] = ("id",)
    forms: Mapping[str, Form] = field(default_factory=dict)
    read: Callable[[Work, Row, Row | None], Row] = as_it_is
    check: Callable[[Work, Row, Row | None], None] = anything
    event: Callable[[Work, Row], str] | None = None
    tells: Callable[[Work, "Model", Row], Row] = noun_of
    after: Callable[[Work, Iterable[Row]], None] | None = None

    @property
    def lists(self) -> dict[str, Relation]:
        """The lists of ids that are read."""
        return {key: self.table.relations[key] for key in sorted(self.added | self.replaced)}


def take_in(begin: Begin, model: Model, entries: Any, *, silent: bool = False) -> list[Raw]:
    """Make or change the rows that the entries say, in their order; the rows. WrongParameter says which one was refused and why.

    silent  whether nobody is told
    """
    if not isinstance(entries, list):
        raise WrongParameter(NO_LIST)
    ids: list[str] = []
    for start in range(0, len(entries), BATCH):
        with begin() as work:
            intake = Intake(work, model, entries[start : start + BATCH])
            refused = intake.take_all(silent=silent)
        ids += intake.ids
        if refused is not None:
            raise WrongParameter(_complaint(len(ids), entries, refused))
    with begin(writes=False) as work:
        return shown(work, model, ids)


def _complaint(taken: int, entries: Sequence[Any], refused: str) -> str:
    entry = entries[taken]
    name = f" ({entry['id']})" if isinstance(entry, dict) and is_uuid(entry.get("id")) else ""
    before = f" The {taken} before it are taken." if taken else ""
    return f"Entry {taken + 1} of {len(entries)}{name}: {refused}.{before}"


def shown(work: Work, model: Model, ids: Sequence[str]) -> list[Raw]:
    """Rows by their ids, in this order."""
    found = by_id(work.db, model.shape, ids)
    return [found[id] for id in ids if id in found]


class Intake:
    """What is taken in one transaction."""

    def __init__(self, work: Work, model: Model, entries: Sequence[Any]) -> None:
        self.work, self.model, self.entries = work, model, entries
        self.columns = {
            name: column
            for name, column in model.table.columns().items()
            if not column.hidden and (not model.only or name in model.only)
        }
        self.ids: list[str] = []
        self.rows: dict[str, Row] = {}
        self.there = self._rows_there()
        self.known = self._ids_there()
        self.listed = {
            name: self._ids_listed(relation) for name, relation in model.lists.items() if relation.is_association
        }

    def take_all(self, *, silent: bool) -> str | None:
        """Take one entry after the other: why the first was refused, or None."""
        refused = None
        for entry in self.entries:
            try:
                with self.work.part():
                    row, is_new = self._take(entry)
            except (BadValue, WrongParameter) as problem:
                refused = str(problem).removesuffix(".")
                break
            except tuple(REFUSED) as problem:
                refused = REFUSED[type(problem)]
                break
            self.ids.append(row["id"])
            self.rows[row["id"]] = row
            self.there[self._key(row)] = row
            self.known.setdefault(self.model.table, set()).add(row["id"])
            if not silent:
                self._tell(row, NEW if is_new else UPDATE)
        if self.model.after and self.rows:
            self.model.after(self.work, self.rows.values())
        return refused

    # --- what is here ---

    def _objects(self) -> list[Row]:
        return [entry for entry in self.entries if isinstance(entry, dict)]

    def _key(self, row: Mapping[str, Any]) -> tuple[str, ...]:
        return tuple(str(row.get(name)).lower() for name in self.model.found_by)

    def _rows_there(self) -> dict[tuple[str, ...], Row]:
        """The rows that entries name, by what they are found by."""
        column = self.model.table.columns()[self.model.found_by[0]]
        named = {key[0] for key in map(self._key, self._objects()) if all(is_uuid(part) for part in key)}
        query = self.model.table.select().where(column.in_(sorted(named)))
        return {self._key(row): row for row in self.work.db.rows(query)} if named else {}

    def _ids_there(self) -> dict[type[Record], set[str]]:
        """Of all that entries point to, what is here: table -> ids."""
        wanted: dict[type[Record], set[str]] = {}
        for entry in self._objects():
            for name, value in entry.items():
                if (target := self._target(name)) is not None:
                    values = value if isinstance(value, list) else [value]
                    ids = (item.get("id") if isinstance(item, dict) else item for item in values)
                    wanted.setdefault(target, set()).update(id.lower() for id in ids if is_uuid(id))
        return {
            table: set(
                self.work.db.values(table.select(table.id).where(table.id.in_(sorted(ids)), *REACHED.get(table, ())))
            )
            for table, ids in wanted.items()
        }

    def _ids_listed(self, relation: Relation) -> dict[str, set[str]]:
        """Of the rows that are here, the ids that they list: id -> ids."""
        ours, theirs = relation.model.columns()[relation.ours], relation.model.columns()[relation.theirs]
        ids = [row["id"] for row in self.there.values()]
        found: dict[str, set[str]] = {}
        for id, item in self.work.db.tuples(relation.model.select(ours, theirs).where(ours.in_(ids))) if ids else ():
            found.setdefault(id, set()).add(item)
        return found

    def _target(self, name: str) -> type[Record] | None:
        """The table that a key points to."""
        if name in self.model.lists:
            return target_of(self.model.lists[name])
        column = self.columns.get(name)
        return target_of_column(column) if isinstance(column, Pointer) else None

    # --- one entry ---

    def _take(self, entry: Any) -> tuple[Row, bool]:
        """The row that an entry made or changed, and whether it was made."""
        if not isinstance(entry, dict):
            raise WrongParameter("it is not an object")
        for name in ("id", *self.model.found_by, *self.model.wanted):
            if name not in entry or (name == "id" and not entry["id"]):
                raise WrongParameter(f"it has no {name}")
        if not is_uuid(entry["id"]):
            raise WrongParameter("its id is not a UUID")
        there = self.there.get(self._key(entry))
        entry = self.model.read(self.work, dict(entry), there)
        values = self._values(entry, there)
        self.model.check(self.work, {**(there or {}), **values}, there)
        if there is None:
            id = values["id"]
            self.work.insert(self.model.table, **values)
            row = {**dict.fromkeys(self.columns), **self._defaults(), **values}
        else:
            id = there["id"]
            values.pop("id")
            self.work.update(self.model.table, id, **values)
            row = {**there, **values}
        for name, relation in self.model.lists.items():
            if name in entry:
                self._write_list(id, name, relation, read_ids(name, entry[name]))
        return row, there is None

    def _defaults(self) -> Row:
        return {
            name: column.default
            for name, column in self.columns.items()
            if column.default is not None and not callable(column.default)
        }

    def _values(self, entry: Row, there: Row | None) -> Row:
        """What is written of an entry, as columns hold it."""
        values: Row = {}
        for name, column in self.columns.items():
            if name not in entry:
                continue
            value = entry[name]
            if value is None and not column.null and column.default is not None:
                continue
            if value is None and there is None and column.default is not None and not isinstance(column, Json):
                continue
            value = self._read(column, entry, value)
            if isinstance(column, DateTime) and there and _is_same_moment(there[name], value):
                value = there[name]
            if isinstance(column, Pointer) and value is not None and not self._is_there(column, value):
                if name in self.model.forgone:
                    continue
                if name not in self.model.loose:
                    raise WrongParameter(f"{name} names no {column.table.replace('_', ' ')} that is here")
            values[name] = value
        return values

    def _read(self, column: Column, entry: Row, value: Any) -> Any:
        """A value as its column holds it; BadValue says which one it is."""
        try:
            value = column.read(value)
        except BadValue as problem:
            said = str(problem)
            raise BadValue(said if column.name in said else f"{column.name}: {said}") from None
        return self.model.forms[column.name](self.work, entry, value) if column.name in self.model.forms else value

    def _is_there(self, column: Pointer, id: str) -> bool:
        target = target_of_column(column)
        known = self.known.setdefault(target, set())
        if id not in known and self.work.exists(target, target.id == id, *REACHED.get(target, ())):
            known.add(id)
        return id in known

    def _write_list(self, id: str, name: str, relation: Relation, ids: list[str]) -> None:
        """Make a list of ids what an entry says, or add to it; ids of what is not here are passed over."""
        wanted = [item for item in ids if item in self.known.get(target_of(relation), set())]
        if not relation.is_association:
            before, after = write_relation(self.work, relation, id, wanted)
            self.work.note_change(self.model.table, id, name, before, after)
            return
        listed = self.listed[name].setdefault(id, set())
        link, missing = relation.model, set(wanted) - listed
        gone = set() if name in self.model.added else listed - set(wanted)
        if gone:
            ours, theirs = link.columns()[relation.ours], link.columns()[relation.theirs]
            self.work.delete(link, ours == id, theirs.in_(sorted(gone)))
        for item in sorted(missing):
            self.work.insert(link, **{relation.ours: id, relation.theirs: item})
        if gone or missing:
            self.listed[name][id] = listed - gone | missing
            self.work.note_change(self.model.table, id, name, sorted(listed), sorted(self.listed[name][id]))

    def _tell(self, row: Row, action: str) -> None:
        model = self.model
        noun = model.event(self.work, row) if model.event else model.table.table_name().replace("_", "-")
        self.work.emit(f"{noun}:{action}", model.tells(self.work, model, row), project_of(self.work, model.table, row))


def target_of_column(column: Pointer) -> type[Record]:
    """The table that a column points to."""
    table = TABLES[column.table]
    assert issubclass(table, Record)
    return table


def _is_same_moment(stored: Any, given: Any) -> bool:
    """Whether a moment is the one that is stored, as far as it says: on the wire they are cut to seconds."""
    return isinstance(stored, str) and isinstance(given, str) and given == f"{stored[:SECOND]}.000000"
