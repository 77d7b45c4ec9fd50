"""Putting the rows of a Zou in: what is new there, what changed there, what is gone there. Within one transaction.

A row that changed there counts, also over what somebody wrote here meanwhile, which is told. What was written here alone stays.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import peewee

from kitsulite.areas.takeover import values
from kitsulite.areas.takeover.along import Along
from kitsulite.areas.takeover.memory import Memory, Taken
from kitsulite.areas.takeover.report import Report
from kitsulite.areas.takeover.source import Theirs
from kitsulite.areas.takeover.tables import Shared, digest
from kitsulite.models import Column
from kitsulite.models.textfields import Choice, Email, String
from kitsulite.storage import CheckViolation, Database, Row, StorageError, UniqueViolation

BATCH = 200  # SQLite takes ever longer for the rows of a savepoint where a table has triggers
HELD = "it is gone there, and something written here hangs on it"
TRIES = 50
"""How many names are tried for a row whose name another has."""


class New:
    """A row that is to be put in.

    values   as our columns hold them
    cleaned  whether they are not those that were read
    """

    __slots__ = ("cleaned", "theirs", "values")

    def __init__(self, theirs: Theirs, values: list[Any], cleaned: bool) -> None:
        self.theirs, self.values, self.cleaned = theirs, values, cleaned


class _NotYet(Exception):
    """Another row has what only one may have, for now."""


@dataclass
class Taking:
    """One table on its way in.

    touched  whether anything was written
    removed  rows that were taken away, by their key
    """

    shared: Shared
    db: Database
    memory: Memory
    report: Report
    touched: bool = False
    removed: dict[str, Row] = field(default_factory=dict)
    _late: list[New] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.name = self.shared.name
        missing = [name for name in self.shared.table.columns() if name not in self.shared.columns]
        self._extra = values.defaults(self.shared.table, missing)
        if "by_shots" in self._extra:
            self._extra["by_shots"] = None  # found out when all are there
        self._names = [*self.shared.columns, *self._extra]
        columns = self.shared.table.columns()
        self._stored_extra = [columns[name].db_value(value) for name, value in self._extra.items()]

    # --- coming ---

    def changed(self, rows: Iterable[Theirs], known: Mapping[str, Taken], seen: set[str]) -> Iterator[Theirs]:
        """Those of the rows that are not known as they are; `seen` takes the keys of all. Nothing is written."""
        for theirs in rows:
            seen.add(theirs.key)
            before = known.get(theirs.key)
            if before is not None and before.theirs == theirs.digest and before.ours is not None:
                self.report.count(self.name, "unchanged")
            else:
                yield theirs

    def put(self, rows: Iterable[Theirs], *, is_new: bool) -> None:
        """Write rows.

        is_new  whether the studio is empty, so that nothing has to be looked for
        """
        write = self._insert if is_new else self._put_some
        waiting: list[New] = []
        for theirs in rows:
            new = self._read(theirs)
            if new is None:
                continue
            waiting.append(new)
            if len(waiting) == BATCH:
                write(waiting)
                waiting = []
        write(waiting)
        self._put_late()

    def _put_some(self, rows: Sequence[New]) -> None:
        """Write rows that may be here: at once when all of them fit, else one by one."""
        found = self.shared.find_all(self.db, [new.theirs.key for new in rows])
        coming = [new for new in rows if new.theirs.key not in found]
        here = {key: digest(self.shared.values(row)) for key, row in found.items()}
        changed = [new for new in rows if new.theirs.key in here and here[new.theirs.key] != digest(new.values)]
        try:
            with self.db.savepoint():
                if coming:
                    self.db.insert_many(self.name, self._names, [self._stored(new) for new in coming])
                for new in changed:
                    self._update(new)
        except StorageError:
            for new in rows:
                self._put_one(new, last=False)
            return
        for new in changed:
            self._tell_both(new, here[new.theirs.key])
        self.touched |= bool(coming or changed)
        self.report.count(self.name, "taken", len(coming))
        self.report.count(self.name, "changed", len(changed))
        self.report.count(self.name, "unchanged", len(rows) - len(coming) - len(changed))
        self._remember(rows)

    def _put_one(self, new: New, *, last: bool) -> None:
        """Write a row that may be here; if it does not fit, perhaps it will once the others are written, unless it is the last try."""
        found = self.shared.find(self.db, new.theirs.key)
        try:
            if found is not None:
                self._change(new, found, last=last)
            elif self._written(new, lambda: self._insert_row(new), last=last):
                self.touched = True
                self.report.count(self.name, "taken")
                self._remember([new])
        except _NotYet:
            self._late.append(new)

    def _put_late(self) -> None:
        """Write rows that did not fit: what two of them have the other way round is taken from both first."""
        late, self._late = self._late, []
        for new in late:
            self._park(new)
        for new in late:
            self._put_one(new, last=True)

    def _park(self, new: New) -> None:
        """Give up names that only one may have."""
        indexes = (index for index in self.shared.table._meta.fields_to_index() if index._unique)
        parts = {part for index in indexes for part in index._expressions if isinstance(part, String)}
        names = {part: new.theirs.key for part in parts if part.length >= len(new.theirs.key)}
        if names:
            self.db.run(self.shared.table.update(names).where(self.shared.where(new.theirs.key)))

    def _read(self, theirs: Theirs) -> New | None:
        told: list[str] = []
        try:
            found = self.shared.read(theirs, told.append)
        except values.CannotStay as problem:
            self._leave(theirs, str(problem))
            return None
        for what in told:
            self.report.tell("cleaned", self.name, theirs.key, what)
        return New(theirs, found, bool(told) or theirs.mended)

    def _leave(self, theirs: Theirs, why: str) -> None:
        self.report.tell("left", self.name, theirs.key, why)
        self.memory.remember(self.name, [(theirs.key, Taken(theirs.digest, None, True))])

    def _insert(self, rows: Sequence[New]) -> None:
        if not rows:
            return
        self.touched = True
        try:
            with self.db.savepoint():
                self.db.insert_many(self.name, self._names, [self._stored(new) for new in rows])
        except StorageError:
            rows = [new for new in rows if self._insert_alone(new)]
        self.report.count(self.name, "taken", len(rows))
        self._remember(rows)

    def _stored(self, new: New) -> list[Any]:
        return self.shared.stored(new.values) + self._stored_extra

    def _insert_alone(self, new: New) -> bool:
        """Put in a row that may not fit; whether it did."""
        return self._written(new, lambda: self._insert_row(new), last=True)

    def _insert_row(self, new: New) -> None:
        self.db.insert_many(self.name, self._names, [self._stored(new)])

    def _remember(self, rows: Iterable[New]) -> None:
        self.memory.remember(
            self.name, ((new.theirs.key, Taken(new.theirs.digest, digest(new.values), new.cleaned)) for new in rows)
        )

    # --- changing ---

    def _change(self, new: New, found: Row, *, last: bool) -> None:
        """Write over a row of ours what is different there."""
        here, there = digest(self.shared.values(found)), digest(new.values)
        if here != there:
            if not self._written(new, lambda: self._update(new), last=last):
                return
            if not last:
                self._tell_both(new, here)
            self.touched = True
            self.report.count(self.name, "changed")
        else:
            self.report.count(self.name, "unchanged")
        self._remember([new])

    def _tell_both(self, new: New, here: bytes) -> None:
        """Tell of a row that was written over and had been changed here; `here` is its digest before."""
        before = self.memory.row(self.name, new.theirs.key)
        if before is not None and before.ours not in (None, here):
            self.report.tell("both", self.name, new.theirs.key, "it was changed here too; what is there counts")

    def _update(self, new: New) -> None:
        names = [name for name in self.shared.columns if name not in self.shared.key]
        if not names:
            return
        stored = dict(zip(self.shared.columns, self.shared.stored(new.values), strict=True))
        changes = ", ".join(f'"{name}" = {self.db.placeholder}' for name in names)
        where = " AND ".join(f'"{name}" = {self.db.placeholder}' for name in self.shared.key)
        parameters = [stored[name] for name in (*names, *self.shared.key)]
        self.db.engine.execute_sql(f'UPDATE "{self.name}" SET {changes} WHERE {where}', parameters)

    def _written(self, new: New, write: Callable[[], None], *, last: bool) -> bool:
        """Write a row; when another has what only one may have, with what nobody has. _NotYet, unless it is the last try."""
        for _ in range(TRIES):
            try:
                with self.db.savepoint():
                    write()
            except UniqueViolation:
                if not last:
                    raise _NotYet from None
                if not self._tell_apart(new):
                    self._leave(new.theirs, "another row has what only one may have")
                    return False
            except CheckViolation:
                self._leave(new.theirs, "its values contradict each other")
                return False
            except StorageError as problem:
                self._leave(new.theirs, " ".join(str(problem).split()))
                return False
            else:
                return True
        self._leave(new.theirs, "another row has what only one may have")
        return False

    def _tell_apart(self, new: New) -> bool:
        """Change what another row has too; whether that could be done."""
        names = list(self.shared.columns)
        row = dict(zip(names, new.values, strict=True))
        for index in self.shared.table._meta.fields_to_index():
            columns = [part for part in index._expressions if isinstance(part, peewee.Field)]
            if not index._unique or not self._is_taken(index, columns, row, new.theirs.key):
                continue
            for column in columns:
                if column.name in row and (instead := _another(column, row[column.name])) is not None:
                    new.values[names.index(column.name)] = instead.value
                    new.cleaned = True
                    self.report.tell("cleaned", self.name, new.theirs.key, instead.why)
                    return True
        return False

    def _is_taken(self, index: Any, columns: Sequence[Any], row: Row, key: str) -> bool:
        if any(row.get(column.name) is None for column in columns):
            return False
        query = self.shared.table.select().where(*(column == row[column.name] for column in columns))
        query = query.where(~self.shared.where(key))
        return bool(self.db.rows((query.where(index._where) if index._where is not None else query).limit(1)))

    # --- going ---

    def drop(self, keys: Collection[str], along: Along) -> None:
        """Take away rows that are gone there, unless something written here would go along."""
        held = along.holding(self.name, keys)
        for key in held:
            self.report.tell("kept", self.name, key, HELD)
        for key in (key for key in keys if key not in held):
            found, known = self.shared.find(self.db, key), self.memory.row(self.name, key)
            if found is not None and known is not None and known.ours is not None:
                if digest(self.shared.values(found)) != known.ours:
                    self.report.tell("both", self.name, key, "it was changed here, and is gone there; so it is here")
                self.db.run(self.shared.table.delete().where(self.shared.where(key)))
                self.removed[key] = found
                self.touched = True
                self.report.count(self.name, "removed")
        self.memory.forget(self.name, keys)

    def put_back(self, key: str) -> None:
        """Keep a row that is gone there: something was written here that hangs on it."""
        row = self.removed.pop(key)
        columns = self.shared.table.columns()
        new = New(Theirs(key, b"", []), self.shared.values(row), False)

        def insert() -> None:
            stored = {name: columns[name].db_value(value) for name, value in row.items()}
            stored |= dict(zip(self.shared.columns, self.shared.stored(new.values), strict=True))
            self.db.insert_many(self.name, list(stored), [list(stored.values())])

        if self._written(new, insert, last=True):  # another may have its name by now
            self.report.count(self.name, "removed", -1)
            self.report.tell("kept", self.name, key, HELD)

    # --- afterwards ---

    def reread(self, key: str) -> None:
        """Note a row of ours as it is now: something of it was put right."""
        before, found = self.memory.row(self.name, key), self.shared.find(self.db, key)
        if before is not None:
            ours = digest(self.shared.values(found)) if found else None
            self.memory.remember(self.name, [(key, Taken(before.theirs, ours, True))])


@dataclass(frozen=True)
class Instead:
    """What stands for a value that another row has."""

    value: Any
    why: str


def _another(column: Column, value: Any) -> Instead | None:
    """A value by which a row can be told from another; None when there is none."""
    if isinstance(column, Email) and column.null:
        return Instead(None, f"another person has {value}; it is empty now")
    if isinstance(column, String) and not isinstance(column, Choice):
        name, number = _counted(str(value))
        ending = f" ({number})"
        another = name[: column.length - len(ending)] + ending
        return Instead(another, f"another has the {column.name} {value!r}; it is {another!r} now")
    if column.null and not isinstance(column, peewee.ForeignKeyField) and column.kind == "integer":
        return Instead(None, f"another has the {column.name} {value}; it is empty now")
    return None


def _counted(name: str) -> tuple[str, int]:
    """A name without the number at its end, and the next one."""
    start, bracket, number = name.rpartition(" (")
    if bracket and number.endswith(")") and number[:-1].isdecimal():
        return start, int(number[:-1]) + 1
    return name, 2
