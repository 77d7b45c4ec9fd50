"""How rows look on the wire: which keys, how each is written, declared once.

A `Shape` becomes one SQL expression that yields a row as JSON text, so a listing is one query whose rows go out as they
come. What the expression is differs by engine (`Database.json_object`); the shape does not.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec
import peewee

from kitsulite.models.base import Table
from kitsulite.models.fields import Boolean, Column, Date, DateTime, Float, Integer, Uuid, is_uuid
from kitsulite.storage import Database, Row, Statement, Wire
from kitsulite.storage.veil import veiled

Extra = Wire | Callable[[Database], Wire]
"""A further key of a shape: SQL, or what makes it for an engine (`nested`, `listed`)."""

Schema = dict[str, Any]
"""What JSON looks like, in the words of OpenAPI."""

IDS: Schema = {"type": "array", "items": Uuid.openapi}
SCHEMAS: dict[str, Schema] = {
    "text": {"type": "string"},
    "integer": Integer.openapi,
    "float": Float.openapi,
    "boolean": Boolean.openapi,
    "datetime": DateTime.openapi,
    "moment": DateTime.openapi,
    "date": Date.openapi,
}
"""By the kind of a `Wire`; of other kinds nothing is known."""

WITH_RELATIONS = "WithRelations"
"""How the title of a shape ends that has the lists of ids."""

Raw = msgspec.Raw
"""JSON that is written already; it can stand anywhere in what is still to be encoded."""


class Shape:
    """The wire form of the rows of a table.

    type     what `type` says; None leaves it out
    only     the columns to keep (all that are not hidden)
    without  columns to leave out
    plus     further keys, in SQL over the tables of the query
    relations  whether the lists of ids are there
    bare     only the values, as a JSON list in the order of `keys()`
    kept     of all these keys the ones that are written; None for all
    title    what the documentation calls it; a plain row of the table is called by its type, a variation by nothing
    """

    def __init__(
        self,
        table: type[Table],
        *,
        type: str | None = "",
        only: Iterable[str] | None = None,
        without: Iterable[str] = (),
        plus: Mapping[str, Extra] | None = None,
        relations: bool = False,
        bare: bool = False,
        kept: frozenset[str] | None = None,
        title: str = "",
    ) -> None:
        self.table = table
        self.bare = bare
        self.kept = kept
        self.type = table.type_name if type == "" else type
        self.relations = relations
        self.plus = dict(plus or {})
        dropped = set(without)
        self.columns = {
            name: column
            for name, column in table.columns().items()
            if not column.hidden and name not in dropped and (only is None or name in set(only))
        }
        self.title = title or self._plain_title()
        self._sql: dict[str, str] = {}
        self._finder = Statement(lambda db, id: self.select(db).where(self.table.id == id))
        self._related: Shape | None = self if relations else None

    def _plain_title(self) -> str:
        """What a row of the table is called that is shown as it is."""
        shown = {name for name, column in self.table.columns().items() if not column.hidden}
        if self.type is None or self.plus or self.kept is not None or set(self.columns) != shown:
            return ""
        return self.type + (WITH_RELATIONS if self.relations and self.table.relations else "")

    def with_relations(self) -> "Shape":
        """The same with the lists of ids."""
        if self._related is None:
            title = self.title and self.title + (WITH_RELATIONS if self.table.relations else "")
            self._related = self.but(relations=True, title=title)
        return self._related

    def but(self, **changes: Any) -> "Shape":
        """A variation: `plus` is added to, the rest replaced."""
        plus = {**self.plus, **changes.pop("plus", {})}
        settings: dict[str, Any] = {
            "type": self.type,
            "only": list(self.columns),
            "relations": self.relations,
            "bare": self.bare,
            "kept": self.kept,
        }
        return Shape(self.table, plus=plus, **{**settings, **changes})

    def members(self, db: Database) -> dict[str, Wire]:
        """Key by key, what is written."""
        name = self.table.table_name()
        members = {key: Wire(shown(column, name), column.kind) for key, column in self.columns.items()}
        if self.type is not None:
            members["type"] = Wire("'" + self.type + "'", "text")
        members.update({key: extra(db) if callable(extra) else extra for key, extra in self.plus.items()})
        if self.relations:
            members.update({key: ids(db, self.table, key) for key in self.table.relations})
        return {key: wire for key, wire in members.items() if self.kept is None or key in self.kept}

    def sql(self, db: Database) -> str:
        """The expression, in the dialect of `db`."""
        if db.name not in self._sql:
            members = self.members(db)
            self._sql[db.name] = db.json_array(list(members.values())) if self.bare else db.json_object(members)
        return self._sql[db.name]

    def select(self, db: Database, *keys: peewee.Node) -> peewee.ModelSelect:
        """A query for rows in this shape, to be filtered and ordered; `keys` are selected before it (see `grouped`)."""
        return self.table.select(*keys, peewee.SQL(db.json_bytes(self.sql(db))))

    def find(self, db: Database, id: Any) -> "Raw | None":
        """The row with this id; None when there is none."""
        return one(db, self._finder, id.lower()) if is_uuid(id) else None

    def keys(self) -> set[str]:
        """The keys of a row."""
        related = set(self.table.relations) if self.relations else set()
        return set(self.columns) | set(self.plus) | related | ({"type"} if self.type is not None else set())

    def schema(self) -> Schema:
        """What a row looks like, for the documentation."""
        properties = {key: column.schema for key, column in self.columns.items()}
        if self.type is not None:
            properties["type"] = {"type": "string", "enum": [self.type]}
        properties.update({key: _schema_of(extra) for key, extra in self.plus.items()})
        if self.relations:
            properties.update(dict.fromkeys(self.table.relations, IDS))
        if self.kept is not None:
            properties = {key: schema for key, schema in properties.items() if key in self.kept}
        if self.bare:
            return {"type": "array", "items": {}, "description": ", ".join(properties)}
        schema: Schema = {"type": "object", "properties": properties}
        return {"title": self.title, **schema} if self.title else schema


def shown(column: Column, alias: str) -> str:
    """SQL for a column of a row that is shown to somebody, the row called `alias` in the query."""
    plain = f'"{alias}"."{column.column_name}"'
    return veiled(column.model.table_name(), alias, column.column_name, plain) if column.veiled else plain


def known(column: Column) -> peewee.Node:
    """A column as far as the caller may see it, for what is found, ordered and counted by it."""
    return peewee.SQL(shown(column, column.model.table_name())) if column.veiled else column


def knows(table: type[Table], key: str) -> peewee.Node:
    """Those rows of which the caller may know what is in a list of ids, for what is found by that (a condition)."""
    return peewee.SQL(_may_be_known(table, key) if table.relations[key].veiled else "1 = 1")


def _may_be_known(table: type[Table], key: str) -> str:
    name = table.table_name()
    return veiled(name, name, key, "1 = 1")


@dataclass(frozen=True)
class Embedded:
    """What makes a key that holds other rows, and what these look like."""

    make: Callable[[Database], Wire]
    schema: Callable[[], Schema]

    def __call__(self, db: Database) -> Wire:
        return self.make(db)


def _schema_of(extra: Extra) -> Schema:
    if isinstance(extra, Embedded):
        return extra.schema()
    kind = extra.kind if isinstance(extra, Wire) else ""
    return {**SCHEMAS[kind], "nullable": True} if kind in SCHEMAS else {}


def nested(shape: Shape, source: str) -> Extra:
    """A key that holds a row in a shape: the one of `source` (`FROM …`, `WHERE …`), null when there is none."""
    return Embedded(
        lambda db: Wire(f"(SELECT {shape.sql(db)} {source})", "built"), lambda: {**shape.schema(), "nullable": True}
    )


def listed(shape: Shape, source: str) -> Extra:
    """A key that holds a list of rows in a shape: those of `source`, in its order."""
    return Embedded(
        lambda db: Wire(db.json_list(Wire(shape.sql(db), "built"), source), "built"),
        lambda: {"type": "array", "items": shape.schema()},
    )


def related(table: type[Table], key: str) -> Extra:
    """A key that holds the ids of one list relation, for shapes that take only some of them."""
    return Embedded(lambda db: ids(db, table, key), lambda: IDS)


def ids(db: Database, of: type[Table], key: str) -> Wire:
    """The ids of a list relation of the row at hand."""
    table, relation = of.table_name(), of.relations[key]
    value = Wire(f'related."{relation.theirs}"', "text")
    source = f'FROM "{relation.table}" AS related WHERE related."{relation.ours}" = "{table}"."id"'
    if relation.unless:
        source += f" AND NOT ({relation.unless})"
    if relation.at_home:
        home = f'FROM "{table}" AS other WHERE other.id = related."{relation.theirs}"'
        source += f' AND EXISTS (SELECT 1 {home} AND other.project_id = "{table}"."project_id")'
    if relation.veiled:
        source += f" AND {_may_be_known(of, key)}"
    return Wire(db.json_list(value, source), "built")


def one(db: Database, query: peewee.Query | Statement, *values: Any) -> Raw | None:
    """The row that a shape's query finds, or a statement of one row with these values; None when there is none."""
    rows = db.ask_tuples(query, *values) if isinstance(query, Statement) else db.tuples(query.limit(1))
    return Raw(rows[0][0]) if rows else None


def many(db: Database, query: peewee.Query | Statement, *values: Any) -> Raw:
    """All rows that a shape's query finds, or a statement with these values, as a JSON list."""
    rows = db.ask_tuples(query, *values) if isinstance(query, Statement) else db.tuples(query)
    return Raw(b"[" + b",".join([row[0] for row in rows]) + b"]")


def extended(raw: Raw | bytes, more: Mapping[str, Any]) -> Raw:
    """A written row with further keys at its end."""
    return Raw(bytes(raw)[:-1] + b"," + msgspec.json.encode(more)[1:]) if more else Raw(raw)


def by_id(db: Database, shape: Shape, ids: Iterable[str]) -> dict[str, Raw]:
    """The rows of a table with ids, in a shape, by their ids; those that are not there are left out."""
    key = shape.table.columns()["id"]
    return {id: Raw(row) for id, row in db.tuples(shape.select(db, key).where(key.in_(list(ids))))}


def grouped(db: Database, query: peewee.Query) -> Raw:
    """The rows of a query for a key (an id) and a shape, as a JSON object: key -> list of rows, both as they come."""
    groups: dict[str, list[bytes]] = {}
    for key, row in db.tuples(query):
        groups.setdefault(key, []).append(row)
    lists = (b'"%b":[%b]' % (key.encode(), b",".join(rows)) for key, rows in groups.items())
    return Raw(b"{" + b",".join(lists) + b"}")


def read(raw: Raw | bytes) -> Row:
    """A wire row back as a dict, for the few places that go on with it."""
    return msgspec.json.decode(bytes(raw))


def read_list(raw: Raw) -> list[Row]:
    """A list of wire rows back as dicts."""
    return msgspec.json.decode(bytes(raw))
