"""A whole studio as JSON lines, `{"table": …, "row": {…}}`, out of any engine and into any other.

Loading is all or nothing, in any order of tables: foreign keys are checked at the end. A row that is wrong is refused with
the number of its line.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import msgspec

from kitsulite.models import TABLES, BadValue, Table
from kitsulite.models.own import SchemaVersion, Secret, Token
from kitsulite.storage import Database, ForeignKeyViolation, StorageError

BATCH = 500
LEFT_OUT: set[type[Table]] = {Token, Secret, SchemaVersion}
"""Tables that belong to an installation, not to the studio: sessions end when it moves."""


class BadLine(ValueError):
    """A line that cannot be loaded."""

    def __init__(self, number: int, why: str) -> None:
        self.number = number
        super().__init__(f"line {number}: {why}")


class Line(msgspec.Struct):
    """One line of a dump."""

    table: str
    row: dict[str, Any]


def read_lines(lines: Iterable[str | bytes]) -> Iterator[tuple[int, str, dict[str, Any]]]:
    """The rows of a dump with the numbers of their lines; empty lines are passed over."""
    decoder = msgspec.json.Decoder(Line)
    for number, text in enumerate(lines, start=1):
        if not text.strip():
            continue
        try:
            line = decoder.decode(text)
        except msgspec.MsgspecError as problem:
            raise BadLine(number, f'not {{"table": …, "row": {{…}}}}: {problem}') from None
        yield number, line.table, line.row


def load(
    db: Database, rows: Iterable[tuple[int, str, dict[str, Any]]], progress: Callable[[int], None] = lambda n: None
) -> int:
    """Insert all rows, or none; how many they were. `progress` hears of every batch."""
    count = 0
    with db.writing():
        db.defer_references()
        for batch in _batches(rows):
            _insert(db, batch)
            count += len(batch)
            progress(len(batch))
        try:
            db.check_references()
        except ForeignKeyViolation as problem:
            raise BadLine(0, f"a row points to one that is not there ({problem})") from None
    return count


Batch = list[tuple[int, type[Table], dict[str, Any]]]


def _batches(rows: Iterable[tuple[int, str, dict[str, Any]]]) -> Iterator[Batch]:
    """Rows in a row of the same table and with the same columns."""
    batch: Batch = []
    for number, name, row in rows:
        table = TABLES.get(name)
        if table is None or table in LEFT_OUT:
            raise BadLine(number, f"there is no table {name!r}")
        read = _read(number, table, row)
        if batch and (batch[0][1] is not table or len(batch) >= BATCH):
            yield batch
            batch = []
        batch.append((number, table, read))
    if batch:
        yield batch


def _read(number: int, table: type[Table], row: dict[str, Any]) -> dict[str, Any]:
    columns = table.columns()
    if unknown := row.keys() - columns.keys():
        raise BadLine(number, f"{table.table_name()} has no column {', '.join(sorted(unknown))}")
    values = {}
    for name, column in columns.items():
        try:
            if name in row:
                value = column.read(row[name])
            else:
                value = column.default() if callable(column.default) else column.default
        except BadValue as problem:
            raise BadLine(number, f"{table.table_name()}: {problem}") from None
        if value is None and not column.null:
            raise BadLine(number, f"{table.table_name()} needs {name}")
        values[name] = column.db_value(value)
    return values


def _insert(db: Database, batch: Batch) -> None:
    table = batch[0][1]
    columns = list(table.columns())
    names = ", ".join(f'"{name}"' for name in columns)
    marks = ", ".join([db.placeholder] * len(columns))
    sql = f'INSERT INTO "{table.table_name()}" ({names}) VALUES ({marks})'
    rows = [[row[name] for name in columns] for _, _, row in batch]
    try:
        with db.savepoint():
            db.run_many(sql, rows)
    except StorageError:
        _blame(db, sql, batch, rows)


def _blame(db: Database, sql: str, batch: Batch, rows: list[list[Any]]) -> None:
    """Find the row of a batch that the database refused."""
    for (number, table, _), row in zip(batch, rows, strict=True):
        try:
            with db.savepoint():
                db.run_many(sql, [row])
        except StorageError as problem:
            raise BadLine(number, f"{table.table_name()}: {problem}") from None


def dump(db: Database) -> Iterator[bytes]:
    """The whole studio, a line a row, without its line ends."""
    with db.reading():
        for table in TABLES.values():
            if table in LEFT_OUT:
                continue
            order = db.creation_order(table) if "created_at" in table.columns() else None
            query = table.select().order_by(order) if order is not None else table.select()
            for row in db.stream_rows(query):
                yield msgspec.json.encode({"table": table.table_name(), "row": row})
