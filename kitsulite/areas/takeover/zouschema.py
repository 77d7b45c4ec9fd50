"""The schema of a Zou, made from our models and from what sets its tables apart (`zoudifferences.py`)."""

import hashlib
from collections.abc import Iterator

from kitsulite.areas.takeover import zoudifferences as zou
from kitsulite.areas.takeover.source import VERSION
from kitsulite.areas.takeover.tables import columns_of, key_of, shared
from kitsulite.models import Column, Table
from kitsulite.models.fields import BigInteger, Boolean, Date, DateTime, Float, Integer, Json, Reference, Uuid
from kitsulite.models.textfields import Choice, String, Text

LONGEST_NAME, KEPT_OF_NAME = 63, 55
TIMES = ["created_at", "updated_at"]
TYPES: tuple[tuple[type[Column], str], ...] = (
    (Uuid, "uuid"),
    (BigInteger, "bigint"),
    (Integer, "integer"),
    (Float, "double precision"),
    (Boolean, "boolean"),
    (DateTime, "timestamp without time zone"),
    (Date, "date"),
    (Json, "jsonb"),
    (Text, "text"),
    (Choice, "character varying(255)"),
)


def type_of(name: str, column: Column) -> str:
    """The type of a column of a table there."""
    if found := zou.TYPES.get((name, column.name)):
        return found
    if isinstance(column, String):
        return f"character varying({column.length})"
    return next(type for kind, type in TYPES if isinstance(column, kind))


def columns_in_order(table: type[Table]) -> list[str]:
    """The columns of a table, as they stand there."""
    name, known = table.table_name(), list(columns_of(table))
    last = zou.LAST.get(name, [])
    times = [column for column in TIMES if column in known]
    id = ["id"] if "id" in known else []
    first = [column for column in known if column not in (*id, *times, *last)]
    if name in zou.STUDIO_BEFORE:
        column, before = zou.STUDIO_BEFORE[name]
        first.remove(column)
        first.insert(first.index(before), column)
    if name in zou.TIMES_FIRST:
        return [*id, *times, *first]
    return [*id, *first, *times, *last] if name in zou.ID_FIRST else [*first, *id, *times, *last]


def tables() -> Iterator[str]:
    """Statements that make the types and the tables, still without what holds rows together."""
    for name, values in zou.ENUMS.items():
        yield f"CREATE TYPE {name} AS ENUM ({', '.join(map(_quoted, values))})"
    yield f"CREATE TABLE {VERSION} (version_num character varying(32) NOT NULL)"
    yield f"INSERT INTO {VERSION} VALUES ({_quoted(zou.REVISION)})"
    for name, table in shared().items():
        columns = (_column(name, table.columns()[column]) for column in columns_in_order(table))
        yield f'CREATE TABLE "{name}" ({", ".join(columns)})'


def _column(table: str, column: Column) -> str:
    default = zou.DEFAULTS.get((table, column.name))
    null = "" if column.null and not _is_key(table, column.name) else " NOT NULL"
    return f'"{column.name}" {type_of(table, column)}{f" DEFAULT {default}" if default else ""}{null}'


def _is_key(table: str, column: str) -> bool:
    return column in key_of(shared()[table])


def constraints() -> Iterator[str]:
    """Statements that make keys, rules and indexes; quicker when the rows are there."""
    yield f"ALTER TABLE {VERSION} ADD CONSTRAINT {VERSION}_pkc PRIMARY KEY (version_num)"
    known = shared()
    for name, table in known.items():
        key = zou.KEYS.get(name, ", ".join(key_of(table)))
        yield _constraint(name, zou.KEY_NAMES.get(name, f"{name}_pkey"), f"PRIMARY KEY ({key})")
        for unique, columns in zou.UNIQUE.get(name, ()):
            yield _constraint(name, unique, f"UNIQUE ({columns})")
        if name in zou.CHECKS:
            check, condition = zou.CHECKS[name]
            yield _constraint(name, check, f"CHECK ({condition})")
    for name, table in known.items():
        for column in table.columns().values():
            if isinstance(column, Reference):
                yield _reference(name, column)
    yield from _indexes(known)


def _constraint(table: str, name: str, what: str) -> str:
    return f'ALTER TABLE "{table}" ADD CONSTRAINT {name} {what}'


def _reference(table: str, column: Reference) -> str:
    """A foreign key; PostgreSQL names it as it did there."""
    place = (table, column.name)
    name = zou.REFERENCE_NAMES.get(place)
    then = zou.ON_DELETE.get(place, zou.CASCADE if column.cascade else "")
    named = f"CONSTRAINT {name} " if name else ""
    return f'ALTER TABLE "{table}" ADD {named}FOREIGN KEY ("{column.name}") REFERENCES "{column.table}" (id) {then}'


def _indexes(known: dict[str, type[Table]]) -> Iterator[str]:
    for name, table in known.items():
        for column in columns_of(table).values():
            place = (name, column.name)
            indexed = isinstance(column, Reference) or (column.index and not column.unique) or place in zou.INDEXED
            if indexed and place not in zou.NOT_INDEXED:
                yield f'CREATE INDEX {index_name(name, column.name)} ON "{name}" ("{column.name}")'
        if unique := zou.UNIQUE_INDEXES.get(name):
            yield f'CREATE UNIQUE INDEX {index_name(name, unique)} ON "{name}" ("{unique}")'
    yield from (f"CREATE {index}" for index in zou.FURTHER_INDEXES)


def index_name(table: str, column: str) -> str:
    """The name of an index on a column; a long one is cut, and ends in a part of its digest."""
    name = f"ix_{table}_{column}"
    if len(name) <= LONGEST_NAME:
        return name
    return f"{name[:KEPT_OF_NAME]}_{hashlib.md5(name.encode(), usedforsecurity=False).hexdigest()[-4:]}"


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
