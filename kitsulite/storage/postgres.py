"""A studio on PostgreSQL, through psycopg 3 (`pip install kitsulite[postgres]`).

A bounded pool; a connection that the server dropped is noticed when it is taken and replaced.
"""

from collections.abc import Iterable, Sequence
from typing import Any

import peewee

from kitsulite.storage.database import (
    BadData,
    Busy,
    CheckViolation,
    Database,
    ForeignKeyViolation,
    NotNullViolation,
    StorageError,
    UniqueViolation,
    Wire,
)

try:
    import psycopg
    from playhouse.pool import PooledPostgresqlDatabase
    from psycopg.adapt import Loader
except ImportError as missing:  # pragma: no cover
    raise RuntimeError("PostgreSQL needs a driver: pip install 'kitsulite[postgres]'.") from missing

SCHEMA_LOCK = 0x6B697473  # any number, the same in every process

VIOLATIONS: dict[str, type[StorageError]] = {
    "23505": UniqueViolation,
    "23503": ForeignKeyViolation,
    "23502": NotNullViolation,
    "23514": CheckViolation,
    "55P03": Busy,
    "40P01": Busy,
    "40001": Busy,
    "57014": Busy,
}


class AsText(Loader):
    """Leaves a value as PostgreSQL writes it."""

    def load(self, data: Any) -> str:
        return bytes(data).decode()


class AsBytes(Loader):
    """Leaves JSON as the bytes that came."""

    def load(self, data: Any) -> bytes:
        return bytes(data)


class AsMoment(Loader):
    """A timestamp as `YYYY-MM-DDTHH:MM:SS.ffffff`."""

    def load(self, data: Any) -> str:
        text = bytes(data).decode().replace(" ", "T", 1)
        return text + ".000000" if len(text) == 19 else text.ljust(26, "0")


class _Pool(PooledPostgresqlDatabase):
    def _initialize_connection(self, connection: Any) -> None:
        for name in ("uuid", "date"):
            connection.adapters.register_loader(name, AsText)
        connection.adapters.register_loader("json", AsBytes)
        connection.adapters.register_loader("timestamp", AsMoment)


class Postgres(Database):
    name = "postgres"
    references_inline = False

    def connect(self) -> peewee.Database:
        return _Pool(
            self.url.replace("postgres://", "postgresql://", 1),
            prefer_psycopg3=True,
            max_connections=self.connections,
            timeout=self.lock_timeout,
            options=f"-c lock_timeout={int(self.lock_timeout * 1000)} -c timezone=UTC -c datestyle=ISO",
        )

    def begin(self, writes: bool) -> None:
        self.engine.execute_sql("BEGIN" if writes else "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")

    def translate(self, error: peewee.PeeweeException) -> StorageError | None:
        cause = getattr(error, "orig", None)
        if not isinstance(cause, psycopg.Error):
            return None
        state = cause.sqlstate or ""
        if state in VIOLATIONS:
            return VIOLATIONS[state](str(cause))
        return BadData(str(cause)) if state.startswith("22") else None

    def json_object(self, members: dict[str, Wire]) -> str:
        # A row made in place: json_build_object takes 100 arguments at most, and is slower.
        columns = ",".join(f'{_value(wire)} AS "{key}"' for key, wire in members.items())
        return f"(SELECT row_to_json(o) FROM (SELECT {columns}) AS o)"

    def json_list(self, value: Wire, source: str) -> str:
        return f"(SELECT coalesce(json_agg({_value(value)}), '[]'::json) {source})"

    def json_array(self, values: list[Wire]) -> str:
        return f"json_build_array({','.join(_value(wire) for wire in values)})"

    def json_without(self, column: str, keys: Iterable[str]) -> str:
        names = ",".join(_quoted(key) for key in keys)
        return f"(coalesce({column},'{{}}')::jsonb - ARRAY[{names}]::text[])"

    def json_bytes(self, sql: str) -> str:
        return f"({sql})::json"

    def json_text(self, sql: str) -> str:
        return f"({sql})::text"

    def json_member(self, column: str, key: str) -> Wire:
        return Wire(f"({column} -> {_quoted(key)})", "built")

    def defer_references(self) -> None:
        self.engine.execute_sql("SET CONSTRAINTS ALL DEFERRED")

    def check_references(self) -> None:
        with self._translated():
            self.engine.execute_sql("SET CONSTRAINTS ALL IMMEDIATE")

    def insert_many(self, table: str, columns: Iterable[str], rows: Iterable[Sequence[Any]]) -> None:
        names = ", ".join(f'"{name}"' for name in columns)
        self._must_be_open()
        self.statements += 1
        copying = self.engine.cursor().copy(f'COPY "{table}" ({names}) FROM STDIN')
        with self._translated(), peewee.__exception_wrapper__, copying as copy:
            for row in rows:
                copy.write_row(row)

    def lock_schema(self) -> None:
        self.select("SELECT pg_advisory_xact_lock(%s)", (SCHEMA_LOCK,))

    def like(self, column: peewee.Field, pattern: str) -> peewee.Node:
        value = peewee.Value(pattern, converter=False)
        return peewee.NodeList((column, peewee.SQL("ILIKE"), value), parens=True)

    def creation_order(self, table: type[peewee.Model]) -> peewee.Node:
        return table._meta.fields["created_at"]

    def date_part(self, part: str, day: peewee.Field) -> peewee.Node:
        return peewee.fn.date_part(peewee.SQL(f"'{part}'"), day).cast("INTEGER")

    def table_names(self) -> set[str]:
        return {
            row[0]
            for row in self.select(
                "SELECT table_name FROM information_schema.tables WHERE table_schema = current_schema()"
            )
        }

    def size(self) -> int:
        return int(self.select("SELECT pg_database_size(current_database())")[0][0])


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''").replace("%", "%%") + "'"


def _value(wire: Wire) -> str:
    sql, kind = wire
    if kind == "datetime":
        return f"date_trunc('second',{sql})"
    if kind == "float":  # 8.0, not 8
        return f"CASE WHEN {sql}=trunc({sql}) AND abs({sql})<1e15 THEN to_json(({sql})::numeric(20,1)) ELSE to_json({sql}) END"
    if kind == "json":
        return f"({sql})::json"
    return sql
