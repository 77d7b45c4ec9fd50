"""A whole studio as JSON lines, `{"table": …, "row": {…}}`, out of any engine and into any other.

Loading is all or nothing, whatever the order of the lines: foreign keys are checked at the end. A row that is wrong is
refused with the number of its line. Columns that a row leaves out get their defaults, so that dumps of other servers, which
know the same tables, can be loaded too.
"""

from collections.abc import Callable, Collection, Generator, Iterable, Iterator
from contextlib import closing
from typing import Any

import msgspec

from kitsulite.areas.studio import search
from kitsulite.models import TABLES, Column, Table, feed, previewplaces, schema
from kitsulite.models.people import Person
from kitsulite.models.textfields import Sealed
from kitsulite.storage import OUT_OF_ORDER, Database, ForeignKeyViolation, StorageError
from kitsulite.storage.seal import MARK, CannotOpen, Seal

BATCH = 200  # SQLite takes ever longer for the rows of a savepoint where a table has triggers
BYTES = "\\x"
"""How PostgreSQL begins the text of bytes; there are servers that keep password hashes as such."""
LEFT_OUT = schema.OF_INSTALLATION
STUDIO = tuple(table for table in TABLES.values() if table not in LEFT_OUT)
"""The tables of a dump. In and out of other studios; an installation that moves as a whole takes more along."""

Values = list[Any]
Batch = list[tuple[int, Values]]
Reader = Callable[[Any], Any]


class BadLine(ValueError):
    """A line that cannot be loaded; `number` is None when no single line is to blame."""

    def __init__(self, number: int | None, why: str) -> None:
        self.number = number
        super().__init__(f"line {number}: {why}" if number else why)


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
        except (msgspec.MsgspecError, UnicodeDecodeError) as problem:
            raise BadLine(number, f'not {{"table": …, "row": {{…}}}}: {problem}') from None
        yield number, line.table, line.row


def count_rows(db: Database, tables: Iterable[type[Table]] = STUDIO) -> int:
    """How many rows a dump of this studio would have."""
    with db.reading():
        return sum(db.count(table.select()) for table in tables)


def load(
    db: Database,
    rows: Iterable[tuple[int, str, dict[str, Any]]],
    seal: Seal | None = None,
    tables: Iterable[type[Table]] = STUDIO,
) -> int:
    """Insert all rows, or none; how many they were.

    seal  the studio's; without it secrets are stored as they come
    """
    count = 0
    with db.writing():
        db.defer_references()
        for table, batch in _batches(rows, seal, tables):
            _insert(db, table, batch)
            count += len(batch)
        try:
            db.check_references()
        except ForeignKeyViolation as problem:
            raise BadLine(None, f"a row points to one that is not there: {_first_line(problem)}") from None
        feed.complete(db)
        previewplaces.complete(db)
        search.take_in(db)  # so that nobody's search has to
    return count


def _batches(
    rows: Iterable[tuple[int, str, dict[str, Any]]], seal: Seal | None, tables: Iterable[type[Table]]
) -> Iterator[tuple[type[Table], Batch]]:
    """The rows, in pieces of one table each."""
    waiting: dict[str, Batch] = {table.table_name(): [] for table in tables}
    readers = {name: {key: _reader(column, seal) for key, column in TABLES[name].columns().items()} for name in waiting}
    for number, name, row in rows:
        if name not in waiting:
            raise BadLine(number, f"there is no table {name!r}")
        batch = waiting[name]
        batch.append((number, _read(number, TABLES[name], row, readers[name])))
        if len(batch) == BATCH:
            yield TABLES[name], batch
            waiting[name] = []
    for name, batch in waiting.items():
        if batch:
            yield TABLES[name], batch


def _read(number: int, table: type[Table], row: dict[str, Any], readers: dict[str, Reader]) -> Values:
    """What the columns of a table store for a row, in their order."""
    columns = table.columns()
    if unknown := row.keys() - columns.keys():
        raise BadLine(number, f"{table.table_name()} has no column {', '.join(sorted(unknown))}")
    values = []
    for name, column in columns.items():
        value = row.get(name)
        try:
            if value is not None:
                value = readers[name](value)
            elif name not in row:
                value = _default(column)
        except ValueError as problem:
            raise BadLine(number, f"{table.table_name()}: {problem}") from None
        if value is None and not column.null:
            raise BadLine(number, f"{table.table_name()} needs {name}")
        values.append(column.db_value(value))
    return values


def _reader(column: Column, seal: Seal | None) -> Reader:
    """What makes of a value in a dump the one that a column stores; called for every value, so found once."""
    if isinstance(column, Sealed):
        return lambda value: _sealed(column, value, seal)
    if column is Person.password:
        return lambda value: column.read_stored(_read_bytes(value))
    if column is Person.otp_recovery_codes:
        return lambda value: column.read_stored(
            [_read_bytes(code) for code in value] if isinstance(value, list) else value
        )
    return column.read_stored


def _sealed(column: Column, value: Any, seal: Seal | None) -> Any:
    if not value:
        return column.read_stored(value)
    if not str(value).startswith(MARK):
        value = column.read(value)
    return seal.close(value) if seal else value


def _read_bytes(value: Any) -> Any:
    """A hash that was written down as bytes, as the text that it is."""
    if isinstance(value, str) and value.startswith(BYTES):
        return bytes.fromhex(value.removeprefix(BYTES)).decode()
    return value


def _default(column: Column) -> Any:
    return column.default() if callable(column.default) else column.default


def _insert(db: Database, table: type[Table], batch: Batch) -> None:
    name, columns = table.table_name(), table.columns()
    try:
        with db.savepoint():
            db.insert_many(name, columns, [values for _, values in batch])
    except OUT_OF_ORDER:  # whatever the rows are
        raise
    except StorageError:
        for number, values in batch:  # which one was it?
            try:
                with db.savepoint():
                    db.insert_many(name, columns, [values])
            except StorageError as problem:
                raise BadLine(number, f"{name}: {_first_line(problem)}") from None
        raise


def _first_line(problem: Exception) -> str:
    return str(problem).partition("\n")[0]


def dump(
    db: Database, seal: Seal | None = None, tables: Collection[type[Table]] = STUDIO, *, as_stored: bool = False
) -> Generator[bytes, None, None]:
    """The whole studio, a line a row, without its line ends; each table as its rows were made, on every engine.

    Secrets are in clear, so that another studio can seal them with its own key; CannotOpen without the key of this one.

    as_stored  sealed secrets stay sealed, for who has the same key
    """
    with db.reading():
        for table in tables:
            query = table.select().order_by(*_order(db, table))
            sealed = [name for name, column in table.columns().items() if isinstance(column, Sealed)]
            with closing(db.stream_rows(query)) as rows:
                for row in rows:
                    for name in sealed:
                        if row[name] and not as_stored:
                            row[name] = _opened(row[name], seal)
                    yield msgspec.json.encode({"table": table.table_name(), "row": row})


def _order(db: Database, table: type[Table]) -> list[Any]:
    """When a row was made says most; what has no time of its own, or the same, comes as it was stored."""
    made = table.columns().get("created_at")
    return [*([made.asc(nulls="first")] if made is not None else []), db.stored_order(table)]


def _opened(secret: str, seal: Seal | None) -> str:
    if seal is not None:
        return seal.open(secret)
    if secret.startswith(MARK):
        raise CannotOpen("The key of the studio is needed to write down its secrets.")
    return secret
