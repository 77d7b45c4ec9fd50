"""The interface to a SQL database: what services and shapes may ask of any engine.

Each engine is a subclass of `Database` and supplies what `Engine` lists.
"""

import os
import threading
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any, NoReturn, cast
from weakref import WeakKeyDictionary

import peewee
from playhouse.pool import MaxConnectionsExceeded

from kitsulite.settings import without_password
from kitsulite.storage.bound import BOUND, bind
from kitsulite.storage.engine import Engine
from kitsulite.storage.errors import (
    OUT_OF_ORDER,
    BadData,
    Busy,
    DiskFull,
    OnlyReading,
    StorageError,
    Unreachable,
)
from kitsulite.storage.statements import Compiled, Statement
from kitsulite.storage.told import Told
from kitsulite.storage.veil import MARK, Lift, lift

Row = dict[str, Any]
PIECE = 500  # rows of a stream that are in memory at once


class Database(Engine):
    """One opened database.

    Work happens inside `reading()` or `writing()`; outside of them there is no connection. Both may be nested: the
    outermost decides. Threads each have a transaction of their own.
    """

    def __init__(self, url: str, *, lock_timeout: float, connections: int) -> None:
        self.url = url
        self.lock_timeout = lock_timeout
        self.connections = connections
        self.statements = 0
        self.transactions = 0
        self._abandoned: list[peewee.Database] = []
        self.reach = Told("The database is not reachable", "The database is reachable again")
        self.room = Told("The disk of the database is full", "The database has room again")
        self._open()

    @property
    def place(self) -> str:
        """Where it is, for people: a path, or a URL without its password."""
        return without_password(self.url)

    def _open(self) -> None:
        self._process = os.getpid()
        self._local = threading.local()
        self._compiled = WeakKeyDictionary[Statement, Compiled]()  # a shape made for one request takes its own along
        self._finders: dict[type[peewee.Model], Statement] = {}
        self._holders: dict[type[peewee.Model], Statement] = {}
        self.engine: peewee.Database = self.connect()

    def _reopen_after_fork(self) -> None:
        """Start afresh in a child process. The parent's connections stay untouched: closing them here would hurt it there."""
        self._abandoned.append(self.engine)
        self._open()

    # --- what callers use ---

    def make(self, create: "Callable[[Database], None]") -> bool:
        """Make what is no database yet; whether it was made just now. A server's database is there already.

        create  makes the schema
        """
        return False

    @contextmanager
    def reading(self) -> Iterator[None]:
        """A transaction that only reads."""
        with self._transaction(writes=False):
            yield

    @contextmanager
    def writing(self, patience: float | None = None) -> Iterator[None]:
        """A transaction that may write; committed whole at its end, or not at all when an exception passes.

        patience  seconds to wait for others that write, when these are fewer than usual
        """
        with self._transaction(writes=True, patience=patience):
            yield

    @property
    def in_transaction(self) -> bool:
        return getattr(self._local, "is_open", False)

    @contextmanager
    def _transaction(self, writes: bool, patience: float | None = None) -> Iterator[None]:
        if self._process != os.getpid():
            self._reopen_after_fork()
        if self.in_transaction:
            if writes and not self._local.writes:
                raise OnlyReading("A transaction that reads cannot start to write: open it with writing().")
            yield
            return
        patience = self.lock_timeout if patience is None else patience
        self.transactions += 1
        unreached, full = self.reach.since, self.room.since
        with self.turn(writes, patience):
            try:
                with self._reached():
                    try:
                        self.engine.connect(reuse_if_open=True)
                        self.begin(writes, patience)
                    except Exception as error:
                        self._complain(error)
                self._local.is_open, self._local.writes, self._local.veil = True, writes, None
                try:
                    yield
                    try:
                        self.engine.commit()
                    except Exception as error:
                        self._complain(error)
                    if writes:
                        self.room.well(full)
                    self.reach.well(unreached)
                except BaseException as problem:
                    self._undo()
                    if not isinstance(problem, Unreachable):
                        self.reach.well(unreached)
                    raise
            finally:
                self._local.is_open = False
                self.engine.close()  # the pool takes it back

    @contextmanager
    def aside(self, scratch: Path) -> "Iterator[Database]":
        """A database that holds what this one holds now, in which one can write for long and nobody waits: for what is undone at
        its end. An engine with many writers is one itself.

        scratch  a folder for a copy
        """
        yield self

    @contextmanager
    def turn(self, writes: bool, patience: float) -> Iterator[None]:
        """Held around a transaction; an engine with one writer at a time queues here."""
        yield

    @contextmanager
    def _reached(self) -> Iterator[None]:
        """Tells, once, that the database cannot be reached.

        Meanwhile one transaction at a time finds out how things are, so that not every thread waits for a silent server.
        """
        with self.reach.one_at_a_time() as may_try:
            if not may_try:
                raise Unreachable("It did not answer a moment ago.")
            try:
                yield
            except Unreachable as problem:
                self.reach.trouble(problem)
                raise

    def _undo(self) -> None:
        with suppress(peewee.PeeweeException):  # nothing is left to undo when the connection broke; the pool drops it
            self.engine.rollback()

    def close(self) -> None:
        """Close every connection."""
        self.engine.close_all()

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        """Undo only what happens inside when an exception passes, so that the transaction can go on."""
        self._must_be_open()
        problem = None
        with self._translated():
            try:
                with self.engine.savepoint():
                    try:
                        yield
                    except OUT_OF_ORDER as error:
                        problem = error
                        raise
            except peewee.PeeweeException:
                if (
                    problem is not None
                ):  # for which the engine has undone everything itself, so that no part is left to undo
                    raise problem from None
                raise

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except (peewee.PeeweeException, OverflowError, UnicodeEncodeError) as error:
            self._complain(error)

    def _complain(self, error: Exception) -> NoReturn:
        """Raise what an error of Peewee or of the driver means; the error itself when it means nothing to others."""
        if isinstance(error, MaxConnectionsExceeded):
            raise Busy(f"All {self.connections} connections are in use.") from error
        if isinstance(error, (OverflowError, UnicodeEncodeError)):  # no driver can write the value down
            raise BadData(str(error)) from error
        wrapped = _wrapped(error)
        translated = self.translate(wrapped) if isinstance(wrapped, peewee.PeeweeException) else None
        if isinstance(translated, DiskFull):
            translated = DiskFull(f"{translated}: make room for {self.place}, then do the same again")
            self.room.trouble(translated)
        if isinstance(translated, Unreachable):
            self.reach.trouble(translated)
        if translated is None:
            raise wrapped
        raise translated from error

    def sql(self, query: peewee.Query) -> tuple[str, list[Any]]:
        """The text and the parameters of a query in this engine's dialect."""
        return self.engine.get_sql_context().sql(query).query()

    def rows(self, query: peewee.Query) -> list[Row]:
        """The rows of a query as dicts, values as columns read them."""
        cursor = self._execute(*self.sql(query))
        read = _reader(query, cursor)
        return [read(row) for row in cursor.fetchall()]

    def row(self, query: peewee.Query) -> Row | None:
        """The first row of a query."""
        rows = self.rows(query.limit(1))
        return rows[0] if rows else None

    def ask(self, statement: Statement, *values: Any) -> list[Row]:
        """The rows of a statement, with `values` for what it leaves open."""
        compiled = self._compile(statement)
        cursor = self._execute(compiled.sql, compiled.fill(values))
        read = compiled.read
        if read is None:
            read = compiled.read = _reader(compiled.query, cursor)
        return [read(row) for row in cursor.fetchall()]

    def ask_tuples(self, statement: Statement, *values: Any) -> list[tuple[Any, ...]]:
        """The same, values as the driver gives them."""
        compiled = self._compile(statement)
        rows: list[tuple[Any, ...]] = self._execute(compiled.sql, compiled.fill(values)).fetchall()
        return rows

    def ask_value(self, statement: Statement, *values: Any) -> Any:
        """The first column of the first row of a statement, or None."""
        rows = self.ask_tuples(statement, *values)
        return rows[0][0] if rows else None

    def _compile(self, statement: Statement) -> Compiled:
        compiled = self._compiled.get(statement)
        if compiled is None:
            query = statement.query(self)
            compiled = self._compiled[statement] = Compiled(query, *self.sql(query), statement.slots)
        return compiled

    def find(self, table: type[peewee.Model], id: str) -> Row | None:
        """The row of a table with this id."""
        finder = self._finders.get(table)
        if finder is None:
            key = table._meta.primary_key
            finder = self._finders[table] = Statement(lambda id: table.select().where(key == id))
        rows = self.ask(finder, id)
        return rows[0] if rows else None

    def hold(self, table: type[peewee.Model], id: str) -> Row | None:
        """The row of a table with this id, which no other transaction changes until this one ends."""
        self._must_be_writing()
        holder = self._holders.get(table)
        if holder is None:
            key = table._meta.primary_key
            holder = self._holders[table] = Statement(
                lambda id: table.update({key: key}).where(key == id).returning(table)
            )
        rows = self.ask(holder, id)
        return rows[0] if rows else None

    def tuples(self, query: peewee.Query) -> list[tuple[Any, ...]]:
        """The rows of a query, values as the driver gives them."""
        sql, parameters = self.sql(query)
        return self.select(sql, parameters)

    def values(self, query: peewee.Query) -> list[Any]:
        """The first column of a query."""
        return [row[0] for row in self.tuples(query)]

    def value(self, query: peewee.Query) -> Any:
        """The first column of the first row, or None."""
        rows = self.tuples(query)
        return rows[0][0] if rows else None

    def count(self, query: peewee.Query) -> int:
        """How many rows a query has."""
        return int(self.value(peewee.Select([query.order_by().alias("counted")], [peewee.fn.COUNT(peewee.SQL("*"))])))

    def run(self, query: peewee.Query) -> int:
        """Carry out an INSERT, UPDATE or DELETE; the number of rows touched."""
        self._must_be_writing()
        _check(getattr(query, "_update", None) or getattr(query, "_insert", None))
        return int(self.engine.rows_affected(self._execute(*self.sql(query))))

    def insert(self, table: type[peewee.Model], values: Row) -> None:
        """Put in a row, its values by the names of columns. Peewee takes longer to spell an INSERT than it takes to run."""
        columns = [(table._meta.fields[name], value) for name, value in values.items()]
        _check(dict(columns))
        sql = self._insertion(table._meta.table_name, [column.column_name for column, _ in columns])
        self._must_be_writing()
        self._execute(sql, [column.db_value(value) for column, value in columns])

    def change(self, table: type[peewee.Model], id: str, values: Row) -> tuple[Row, Row] | None:
        """Write columns of the row with this id: what they held before, and hold now. None when there is no such row.

        Peewee takes longer to spell an UPDATE than it takes to run.
        """
        self._must_be_writing()
        columns = [table._meta.fields[name] for name in values]
        _check(dict(zip(columns, values.values(), strict=True)))
        written = [column.db_value(value) for column, value in zip(columns, values.values(), strict=True)]
        names = [column.column_name for column in columns]
        found = self.write_over(table._meta.table_name, id, names, written)
        if found is None:
            return None
        before, after = (
            {name: column.python_value(value) for name, column, value in zip(values, columns, side, strict=True)}
            for side in found
        )
        return before, after

    def insert_in_turn(self, table: str, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> list[int]:
        """Put in rows that are numbered in the order of commits, whoever else does the same: their numbers.

        The turn is kept until the transaction ends, so this comes last in it.
        """
        self._must_be_writing()
        self.take_turn()
        number = f'(SELECT coalesce(max(number), 0) FROM "{table}") + {self.placeholder}'
        numbers: list[int] = []
        for start in range(0, len(rows), PIECE):
            piece = [(place, *row) for place, row in enumerate(rows[start : start + PIECE], start=1)]
            found = self._insert_at_once(table, ("number", *columns), piece, {"number": number}, " RETURNING number")
            numbers += sorted(number for (number,) in found.fetchall())
        return numbers

    def insert_few(self, table: str, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
        """Put in a few rows by one statement: values as stored, in the order of `columns`."""
        self._must_be_writing()
        for start in range(0, len(rows), PIECE):
            self._insert_at_once(table, columns, rows[start : start + PIECE], {}, "")

    def _insert_at_once(
        self, table: str, columns: Sequence[str], rows: Sequence[Sequence[Any]], made: Mapping[str, str], end: str
    ) -> Any:
        """`made` holds SQL for the values of some columns."""
        names = ", ".join(f'"{name}"' for name in columns)
        row = f"({', '.join(made.get(name, self.placeholder) for name in columns)})"
        statement = f'INSERT INTO "{table}" ({names}) VALUES {", ".join([row] * len(rows))}{end}'
        return self._execute(statement, [value for row in rows for value in row])

    def insert_many(self, table: str, columns: Iterable[str], rows: Iterable[Sequence[Any]]) -> None:
        """Put in many rows at once: values as stored, in the order of `columns`."""
        sql = self._insertion(table, list(columns))
        self._must_be_writing()
        self.statements += 1
        with self._translated(), peewee.__exception_wrapper__:
            self.engine.cursor().executemany(sql, rows)

    def _insertion(self, table: str, columns: Sequence[str]) -> str:
        names = ", ".join(f'"{name}"' for name in columns)
        return f'INSERT INTO "{table}" ({names}) VALUES ({", ".join([self.placeholder] * len(columns))})'

    def select(self, sql: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """The rows of a statement in this engine's own dialect."""
        return self._execute(sql, parameters).fetchall()

    def stream(self, query: peewee.Query, size: int = PIECE) -> Generator[list[Any], None, None]:
        """The first column of a query, in pieces of `size`; no more than a piece is in memory."""
        with self._cursor_on(query) as cursor:
            while piece := cursor.fetchmany(size):
                yield [row[0] for row in piece]

    def pieces(self, query: peewee.Query, size: int = PIECE) -> Iterator[list[Any]]:
        """`stream`, for who asks the database nothing else before the last piece. A few rows cost what they cost otherwise."""
        cursor = self._execute(*self.sql(query))
        while piece := cursor.fetchmany(size):
            yield [row[0] for row in piece]

    def stream_rows(self, query: peewee.Query) -> Generator[Row, None, None]:
        """The rows of a query as dicts, one by one; no more than a piece is in memory."""
        with self._cursor_on(query) as cursor:
            read = _reader(query, cursor)
            while piece := cursor.fetchmany(PIECE):
                yield from map(read, piece)

    @contextmanager
    def _cursor_on(self, query: peewee.Query) -> Iterator[Any]:
        self._must_be_open()
        self.statements += 1
        sql, parameters = self._as_run(*self.sql(query))
        with self._translated(), peewee.__exception_wrapper__, closing(self.cursor()) as cursor:
            cursor.execute(sql, parameters)
            yield cursor

    def _execute(self, sql: str, parameters: Sequence[Any]) -> Any:
        self._must_be_open()
        self.statements += 1
        sql, parameters = self._as_run(sql, parameters)
        try:
            cursor = self.engine.connection().cursor()
            cursor.execute(sql, parameters)
        except Exception as error:
            self._complain(error)
        return cursor

    def veil(self, find: Callable[[], Lift | None]) -> None:
        """For the running transaction: what is hidden from its caller, found when something veiled is first shown."""
        self._local.veil = find

    def _as_run(self, sql: str, parameters: Sequence[Any]) -> tuple[str, Sequence[Any]]:
        """A statement as it is run for the caller of the transaction."""
        if MARK in sql and (how := self._lift()) is not None:
            sql = lift(sql, how)
        return bind(sql, parameters, self.placeholder) if BOUND in sql else (sql, parameters)

    def _lift(self) -> Lift | None:
        veil = self._local.veil
        if not isinstance(veil, tuple):
            self._local.veil = (None,)  # while it is found, nothing is hidden
            self._local.veil = veil = (veil() if veil else None,)
        return cast(Lift | None, veil[0])

    @property
    def placeholder(self) -> str:
        """What stands for a parameter in hand-written SQL."""
        return self.engine.param

    def _must_be_open(self) -> None:
        if not self.in_transaction:
            raise RuntimeError("No transaction: use the database inside reading() or writing().")

    def _must_be_writing(self) -> None:
        self._must_be_open()
        if not self._local.writes:
            raise OnlyReading("A transaction that reads cannot write: open it with writing().")


def _check(written: Any) -> None:
    """Have columns refuse values that they do not hold, so that none depends on what an engine lets through."""
    for row in (written,) if isinstance(written, Mapping) else written if isinstance(written, (list, tuple)) else ():
        for column, value in row.items():
            if check := getattr(column, "check", None):
                check(value)


def _wrapped(error: Exception) -> Exception:
    """An error of the driver as Peewee has it; others as they are."""
    if isinstance(error, (peewee.PeeweeException, StorageError)):
        return error
    try:
        with peewee.__exception_wrapper__:
            raise error
    except Exception as wrapped:
        return wrapped


def _reader(query: peewee.Query, cursor: Any) -> Callable[[Sequence[Any]], Row]:
    """What makes a dict of a row of this cursor. Most columns hand on what the driver gives."""
    wrapper = query.dicts()._get_cursor_wrapper(cursor)
    wrapper.initialize()
    names = getattr(wrapper, "unique_columns", wrapper.columns)
    converters = getattr(wrapper, "converters", [None] * len(names))
    converted = [(name, convert) for name, convert in zip(names, converters, strict=True) if not _hands_on(convert)]

    def read(row: Sequence[Any]) -> Row:
        found = dict(zip(names, row, strict=True))
        for name, convert in converted:
            found[name] = convert(found[name])
        return found

    return read


def _hands_on(convert: Callable[[Any], Any] | None) -> bool:
    """Whether it is nothing, or a column's that does not change what the driver gives."""
    return convert is None or getattr(getattr(convert, "__self__", None), "as_stored", False)
