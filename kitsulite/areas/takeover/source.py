"""Reading the database of a Zou: by the names of its columns, whatever their order, in one moment, without changing anything."""

import hashlib
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from kitsulite.areas.takeover.refusals import CannotTakeOver
from kitsulite.settings import without_password

if TYPE_CHECKING:
    import psycopg

PIECE = 2000
MOMENT, DAY = 'YYYY-MM-DD"T"HH24:MI:SS.US', "YYYY-MM-DD"
SPELLED = {
    "uuid": "{}::text",
    "timestamp": f"CASE WHEN isfinite({{0}}) THEN to_char({{0}}, '{MOMENT}') ELSE {{0}}::text END",
    "timestamptz": f"CASE WHEN isfinite({{0}}) THEN to_char({{0}} AT TIME ZONE 'UTC', '{MOMENT}') ELSE {{0}}::text END",
    "date": f"CASE WHEN isfinite({{0}}) THEN to_char({{0}}, '{DAY}') ELSE {{0}}::text END",
    "json": "{}::text",
    "jsonb": "{}::text",
    "bytea": "encode({}, 'hex')",
    "numeric": "{}::double precision",
}
"""How a column of a type is read; lists are read as JSON, and what is not here as it comes."""
AS_SHOWN = "shown"
"""The type of what an API shows: its values are read as they came."""
AS_IT_IS = {"bool", "int2", "int4", "int8", "float4", "float8", "varchar", "text", "bpchar"}
FIRST = {"person": "active DESC NULLS LAST, created_at NULLS FIRST"}
"""Who comes first where only one may have something, in other tables than by age: people who work here."""
OF_A_ZOU = {"person", "project", "entity", "task", "organisation"}
"""Tables by which a database is known to be one of a Zou."""
VERSION = "alembic_version"
ALL_COLUMNS = """
SELECT c.relname, a.attname, t.typname, has_column_privilege(c.oid, a.attnum, 'SELECT'), row_security_active(c.oid)
FROM pg_class AS c JOIN pg_attribute AS a ON a.attrelid = c.oid JOIN pg_type AS t ON t.oid = a.atttypid
WHERE c.relnamespace = to_regnamespace(quote_ident(current_schema())) AND c.relkind IN ('r', 'p') AND a.attnum > 0 AND NOT a.attisdropped
ORDER BY c.relname, a.attnum
"""
"""Also of tables that this user may not read: the information schema shows them only what they may."""


class Theirs(NamedTuple):
    """A row as it was read.

    key     the values of its primary key here, joined
    digest  of all values
    mended  whether a value was put right since
    """

    key: str
    digest: bytes
    values: Sequence[Any]
    mended: bool = False


def spelled(column: str, type: str) -> str:
    """SQL for the value of a column."""
    name = f'"{column}"'
    if type.startswith("_"):
        return f"to_json({name})::text"
    return SPELLED.get(type, "{}" if type in AS_IT_IS else "{}::text").format(name)


def digest_of(values: Sequence[Any]) -> bytes:
    return hashlib.blake2b(repr(values).encode("utf-8", "surrogatepass"), digest_size=16).digest()


class Readable(Protocol):
    """What is asked of a Zou, be it its database (`Source`) or its API (`apisource.ApiSource`)."""

    columns: dict[str, dict[str, str]]

    def moment(self) -> AbstractContextManager[None]: ...
    def close(self) -> None: ...
    @property
    def identity(self) -> str: ...
    def count(self, table: str, condition: str = "true") -> int: ...
    def rows(
        self, table: str, columns: Sequence[str], key: Sequence[str], since: str | None = None
    ) -> Iterator[Theirs]: ...
    def keys(self, table: str, key: Sequence[str]) -> set[str]: ...
    def latest(self, table: str) -> str | None: ...
    def filled(self, table: str, column: str) -> int: ...


class Source:
    """The database of a Zou; open while it is read.

    columns  by table, the type of each column
    """

    def __init__(self, url: str) -> None:
        try:
            import psycopg
        except ImportError:
            raise CannotTakeOver("Reading a Zou needs psycopg: pip install 'kitsulite[postgres]'.") from None
        self.url = url
        self.columns: dict[str, dict[str, str]] = {}
        self._psycopg = psycopg
        self._connection = self._connect()

    def _connect(self) -> "psycopg.Connection[Any]":
        try:
            return self._psycopg.connect(self.url, autocommit=True, connect_timeout=15)
        except self._psycopg.Error as problem:
            why = " ".join(str(problem).split())
            raise CannotTakeOver(f"{without_password(self.url)} cannot be opened: {why}") from None

    def close(self) -> None:
        self._connection.close()

    @contextmanager
    def moment(self) -> Iterator[None]:
        """All that is read within is of one moment, and nothing can be written. It may take as long as it takes."""
        if self._connection.closed:
            self._connection = self._connect()
        connection = self._connection
        try:
            connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
            for limit in ("statement_timeout", "idle_in_transaction_session_timeout"):
                connection.execute(f"SET LOCAL {limit} = 0")
            try:
                self._look_around()
                yield
            finally:
                if not connection.closed:
                    connection.execute("ROLLBACK")
        except self._psycopg.Error as problem:
            raise CannotTakeOver(f"The Zou cannot be read: {' '.join(str(problem).split())}") from None

    def _look_around(self) -> None:
        self.columns = {}
        kept: list[tuple[str, str]] = []
        hidden: dict[str, None] = {}
        for table, column, type, may_read, is_filtered in self.ask(ALL_COLUMNS):
            self.columns.setdefault(table, {})[column] = type
            if not may_read:
                kept.append((table, column))
            if is_filtered:
                hidden[table] = None
        if missing := OF_A_ZOU - self.columns.keys():
            raise CannotTakeOver(
                f"{without_password(self.url)} is no database of a Zou: it has no table {', '.join(sorted(missing))}."
            )
        if kept or hidden:
            raise CannotTakeOver(self._not_all(kept, list(hidden)))

    def _not_all(self, kept: list[tuple[str, str]], hidden: list[str]) -> str:
        """What is kept from this user, and what to do. Without it, what they may not see would count as gone there."""
        [(who, schema)] = self.ask("SELECT quote_ident(current_user), quote_ident(current_schema())")
        counts = Counter(table for table, _ in kept)
        names = [t if counts[t] == len(self.columns[t]) else f"{t}.{column}" for t, column in kept]
        rights = f"GRANT SELECT ON ALL TABLES IN SCHEMA {schema} TO {who}"
        ways = [
            *([f"{who} may not read {', '.join(dict.fromkeys(names))} ({rights})."] if kept else []),
            *([f"Row security hides rows of {', '.join(hidden)} (ALTER ROLE {who} BYPASSRLS)."] if hidden else []),
        ]
        return f"A Zou is taken over whole, and {without_password(self.url)} does not show all of it. {' '.join(ways)}"

    def ask(self, sql: str, *parameters: Any) -> list[tuple[Any, ...]]:
        return self._connection.execute(sql, parameters).fetchall()

    @property
    def identity(self) -> str:
        """What tells this studio from others: its organisation, or else who came first."""
        ids = self.ask("SELECT id::text FROM organisation ORDER BY id") or self.ask(
            "SELECT id::text FROM person ORDER BY created_at, id LIMIT 1"
        )
        if not ids:
            raise CannotTakeOver("This Zou is empty: it has neither an organisation nor people.")
        return ",".join(id for (id,) in ids)

    @property
    def revision(self) -> str:
        """Up to where its schema was upgraded."""
        found = self.ask(f"SELECT version_num FROM {VERSION}") if VERSION in self.columns else []
        return ", ".join(str(number) for (number,) in found)

    def count(self, table: str, condition: str = "true") -> int:
        return int(self.ask(f'SELECT count(*) FROM "{table}" WHERE {condition}')[0][0])

    def rows(
        self, table: str, columns: Sequence[str], key: Sequence[str], since: str | None = None
    ) -> Iterator[Theirs]:
        """The rows of a table, oldest first; those alone that were written since a moment, when one is given."""
        types = self.columns[table]
        wanted = ", ".join(spelled(column, types[column]) for column in columns)
        places = [columns.index(name) for name in key]
        order = FIRST.get(table, "created_at NULLS FIRST" if "created_at" in types else "1")
        where, parameters = ("", ()) if since is None else (" WHERE updated_at >= %s OR updated_at IS NULL", (since,))
        with self._connection.cursor(name="taking") as cursor:
            cursor.itersize = PIECE
            cursor.execute(f'SELECT {wanted} FROM "{table}"{where} ORDER BY {order}', parameters)
            for values in cursor:
                joined = "/".join("" if values[place] is None else str(values[place]) for place in places)
                yield Theirs(joined, digest_of(values), values)

    def keys(self, table: str, key: Sequence[str]) -> set[str]:
        """The keys of all rows of a table."""
        joined = " || '/' || ".join(f'"{name}"::text' for name in key)
        return {found for (found,) in self.ask(f'SELECT {joined} FROM "{table}"')}

    def latest(self, table: str) -> str | None:
        """When a row of a table was last written."""
        return self.ask(f"SELECT to_char(max(updated_at), '{MOMENT}') FROM \"{table}\"")[0][0]

    def filled(self, table: str, column: str) -> int:
        """In how many rows a column holds anything."""
        return self.count(table, f'"{column}" IS NOT NULL')
