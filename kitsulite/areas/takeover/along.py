"""Rows that go with another: the database takes them away by itself (ON DELETE CASCADE), and tells nobody."""

from collections.abc import Collection, Iterator, Sequence
from typing import NamedTuple

from kitsulite.areas.takeover.memory import Memory
from kitsulite.areas.takeover.tables import Shared
from kitsulite.models.fields import Reference
from kitsulite.storage import Database

AT_ONCE = 500
"""How many rows are asked about in one query."""


class Hanging(NamedTuple):
    """A row that goes with another.

    key  of the row
    id   of the other
    """

    table: str
    key: str
    id: str


class Along:
    """See the module. `tables` are those that a Zou has, too."""

    def __init__(self, db: Database, memory: Memory, tables: Sequence[Shared]) -> None:
        self.db, self.memory = db, memory
        self._pointing: dict[str, list[tuple[Shared, Reference]]] = {}
        for shared in tables:
            for column in shared.table.columns().values():
                if isinstance(column, Reference) and column.cascade:
                    self._pointing.setdefault(column.table, []).append((shared, column))

    def of(self, table: str, ids: Collection[str]) -> Iterator[Hanging]:
        """All rows that go with these, and those that go with them."""
        for row in self._directly(table, ids):
            yield row
            yield from self.of(row.table, [row.key])

    def holding(self, table: str, ids: Collection[str]) -> set[str]:
        """Those of the rows with which something written here would go."""
        held: set[str] = set()
        came: dict[str, dict[str, str]] = {}
        for row in self._directly(table, ids):
            if self.memory.row(row.table, row.key) is None:
                held.add(row.id)
            else:
                came.setdefault(row.table, {})[row.key] = row.id
        for name, id_of in came.items():
            held |= {id_of[key] for key in self.holding(name, id_of)}
        return held

    def _directly(self, table: str, ids: Collection[str]) -> Iterator[Hanging]:
        every = list(ids)
        for shared, column in self._pointing.get(table, ()):
            names = [shared.table.columns()[name] for name in shared.key]
            for start in range(0, len(every), AT_ONCE):
                query = shared.table.select(*names, column).where(column.in_(every[start : start + AT_ONCE]))
                for row in self.db.rows(query):
                    yield Hanging(shared.name, shared.key_in(row), str(row[column.name]))
