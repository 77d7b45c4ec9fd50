"""A studio on PostgreSQL, through psycopg 3 (`pip install kitsulite[postgres]`).

A bounded pool. A connection that the server dropped is noticed by the BEGIN of its next transaction, which is sent anyway,
and replaced; so a restart of the server costs nobody more than the transaction at hand.

It works the same behind pgbouncer in transaction pooling, where each transaction may meet another session of the server:
nothing of a session outlives its transaction but what pgbouncer itself carries along.
"""

import gzip
import itertools
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import peewee

from kitsulite.storage.database import PIECE, Database
from kitsulite.storage.engine import Marking, Trigger, Wire, ended_pattern
from kitsulite.storage.errors import (
    BadData,
    Busy,
    CannotWrite,
    CheckViolation,
    DiskFull,
    ForeignKeyViolation,
    NotNullViolation,
    StorageError,
    UniqueViolation,
    Unreachable,
)
from kitsulite.storage.many import Many
from kitsulite.storage.wholefile import whole_file

try:
    import psycopg
    from peewee import Psycopg3Adapter
    from playhouse.pool import PooledPostgresqlDatabase
    from psycopg.adapt import AdaptersMap, Loader
    from psycopg.conninfo import conninfo_to_dict

    from kitsulite.storage.bell import Bell
except ImportError as missing:  # pragma: no cover
    raise RuntimeError("PostgreSQL needs a driver: pip install 'kitsulite[postgres]'.") from missing

TYPES = {
    "VARCHAR": "character varying",
    "TIMESTAMP": "timestamp without time zone",
    "BOOL": "boolean",
    "INT": "integer",
    "INTEGER": "integer",
    "DOUBLE": "double precision",
    "DOUBLE PRECISION": "double precision",
}
"""How the server itself spells a type."""

SESSION = "SELECT pg_backend_pid(), set_config('timezone', 'UTC', false), set_config('datestyle', 'ISO', false)"
"""Not said as options when a session starts, which pgbouncer refuses. These two settings it keeps to in each that it lends."""

SLOTS = 256
"""Sessions of the server that mark lists without waiting for one another."""
MANY = 500
"""Rows up to which those of a list may well be in memory at once."""

SCHEMA_LOCK = 0x6B697473  # any number, the same in every process
TURN_LOCK = SCHEMA_LOCK + 1

VIOLATIONS: dict[str, type[StorageError]] = {
    "23505": UniqueViolation,
    "23503": ForeignKeyViolation,
    "23502": NotNullViolation,
    "23514": CheckViolation,
    "55P03": Busy,
    "40P01": Busy,
    "40001": Busy,
    "57014": Busy,
    "57P01": Unreachable,
    "57P02": Unreachable,
    "57P03": Unreachable,
    "3D000": Unreachable,
    "28000": Unreachable,
    "28P01": Unreachable,
    "53300": Busy,
    "53100": DiskFull,
    "25006": CannotWrite,
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


class _Adaptation(NamedTuple):
    """What psycopg takes for the context of a connection."""

    adapters: AdaptersMap
    connection: None = None


def _adaptation() -> _Adaptation:
    adapters = AdaptersMap(psycopg.adapters)
    for name in ("uuid", "date"):
        adapters.register_loader(name, AsText)
    adapters.register_loader("json", AsBytes)
    adapters.register_loader("timestamp", AsMoment)
    return _Adaptation(adapters)


def _write_many(ctx: peewee.Context, many: Many) -> peewee.Context:
    values = many.values
    if not isinstance(values, peewee.Node):
        values = peewee.Value(list(values), converter=False, unpack=False)
    ctx = ctx.literal("(SELECT unnest(").sql(values).literal("::").sql(many.column.ddl_datatype(ctx))
    return ctx.literal("[]))")


class _Driver(Psycopg3Adapter):
    """Makes connections that are ready for transactions, also behind a pooler of transactions."""

    def connect(self, db: peewee.Database, **parameters: Any) -> Any:
        connection = super().connect(db, autocommit=True, **parameters)
        pid, *_ = connection.execute(SESSION).fetchone()
        if (
            pid != connection.info.backend_pid
        ):  # a pooler answered: what is prepared in one session is not there in the next
            connection.prepare_threshold = None
        return connection


class _Pool(PooledPostgresqlDatabase):
    psycopg3_adapter = _Driver
    field_types = {**PooledPostgresqlDatabase.field_types, "JSON": "JSON"}  # as it was written, not JSONB

    def get_context_options(self) -> dict[str, Any]:
        return {**super().get_context_options(), "many": _write_many}

    def _is_closed(self, connection: Any) -> bool:
        """Peewee's own check asks the server each time."""
        return bool(connection.closed)


class Postgres(Database):
    name = "postgres"
    references_inline = False

    def connect(self) -> peewee.Database:
        self._cursors = itertools.count(1)
        self._lengthy = set[int]()  # hashes: the texts, with what is bound in them, are long and many
        return _Pool(
            _speakable(self.url),
            prefer_psycopg3=True,
            max_connections=self.connections,
            timeout=self.lock_timeout,
            connect_timeout=_patience(self.lock_timeout),
            context=_adaptation(),
        )

    def begin(self, writes: bool, patience: float) -> None:
        # To compile a statement takes longer than it saves: an estimate of many rows would have it done for each of our long lists.
        begin = "BEGIN" if writes else "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
        statement = f"{begin}; SET LOCAL jit = off; SET LOCAL lock_timeout = {round(patience * 1000)}"
        try:
            self._send(statement)
        except peewee.OperationalError:
            if not self.engine.connection().closed:
                raise
            self.engine.close()
            self.engine.close_idle()  # they are as old as this one
            self.engine.connect()
            self._send(statement)

    @contextmanager
    def _transaction(self, writes: bool, patience: float | None = None) -> Iterator[None]:
        """A cursor that nobody reads to its end goes now: later, the connection is somebody else's."""
        with super()._transaction(writes, patience):
            try:
                yield
            finally:
                if coming := self._local.__dict__.pop("coming", None):
                    coming.close()

    def _send(self, statements: str) -> None:
        """Several at once, which takes no longer than one."""
        with peewee.__exception_wrapper__:
            self.engine.connection().execute(statements, prepare=False)

    def bell(self, rung: Callable[[], object], direct: str) -> Bell:
        return Bell(_spelt(direct or self.url), rung, _patience(self.lock_timeout))

    def listed(self, values: Iterable[Any]) -> Any:
        return list(values)

    def cursor(self) -> Any:
        return self.engine.connection().cursor(name=f"stream_{next(self._cursors)}")

    def pieces(self, query: peewee.Query, size: int = PIECE) -> Iterator[list[Any]]:
        """A statement is planned once for all times it is run, as others are, until it yields many rows: from then on it has a
        cursor on the server, from which they are taken as they come."""
        sql, parameters = self.sql(query)
        if hash(sql) in self._lengthy:
            coming = self._local.coming = self.stream(query, size)
            yield from coming
            return
        rows = self.select(sql, parameters)
        if len(rows) > MANY:
            self._lengthy.add(hash(sql))
        for start in range(0, len(rows), size):
            yield [row[0] for row in rows[start : start + size]]

    def translate(self, error: peewee.PeeweeException) -> StorageError | None:
        cause = getattr(error, "orig", None)
        if not isinstance(cause, psycopg.Error):
            return None
        state = cause.sqlstate or ""
        if state in VIOLATIONS:
            return VIOLATIONS[state](str(cause))
        if isinstance(cause, psycopg.OperationalError) and (not state or state.startswith("08")):
            return Unreachable(str(cause))
        return BadData(str(cause)) if isinstance(cause, psycopg.DataError) else None

    def json_object(self, members: dict[str, Wire]) -> str:
        # A row made in place: json_build_object takes 100 arguments at most, and is slower.
        columns = ",".join(f'{_value(wire)} AS "{key}"' for key, wire in members.items())
        return f"(SELECT row_to_json(o) FROM (SELECT {columns}) AS o)"

    def json_first(self, column: str) -> str:
        return f"({column} -> 0)"

    def json_list(self, value: Wire, source: str) -> str:
        # Not json_agg, which writes spaces.
        return f"(SELECT coalesce(array_to_json(array_agg({_value(value)})), '[]'::json) {source})"

    def json_item(self, column: str, key: str, value: str) -> str:
        items = f"CASE WHEN json_typeof({column}) = 'array' THEN {column} END"
        return (
            f"(SELECT item FROM json_array_elements({items}) AS item"
            f" WHERE item ->> {_quoted(key)} = ({value})::text LIMIT 1)"
        )

    def json_array(self, values: list[Wire]) -> str:
        values_as_json = ",".join(_as_json(wire) for wire in values)
        return f"array_to_json(ARRAY[{values_as_json}])"

    def json_without(self, column: str, keys: Iterable[str]) -> str:
        names = ",".join(_quoted(key) for key in keys)
        kept = f"({column}::jsonb - ARRAY[{names}]::text[])::json"
        return f"(CASE json_typeof({column}) WHEN 'object' THEN {kept} ELSE {column} END)"

    def json_bytes(self, sql: str) -> str:
        return f"({sql})::json"

    def json_text(self, sql: str) -> str:
        return f"({sql})::text"

    def json_member(self, column: str, key: str) -> Wire:
        return Wire(f"({column} -> {_quoted(key)})", "built")

    def json_map(self, key: str, value: Wire, source: str) -> str:
        # Not json_object_agg, which writes spaces.
        member = f"""to_json(({key})::text)::text || ':' || coalesce(to_json({_value(value)})::text, 'null')"""
        return f"(SELECT ('{{' || coalesce(string_agg({member}, ','), '') || '}}')::json {source})"

    def defer_references(self) -> None:
        self.engine.execute_sql("SET CONSTRAINTS ALL DEFERRED")

    def check_references(self) -> None:
        with self._translated():
            self.engine.execute_sql("SET CONSTRAINTS ALL IMMEDIATE")

    def insert_many(self, table: str, columns: Iterable[str], rows: Iterable[Sequence[Any]]) -> None:
        names = ", ".join(f'"{name}"' for name in columns)
        self._must_be_writing()
        self.statements += 1
        copying = self.engine.cursor().copy(f'COPY "{table}" ({names}) FROM STDIN')
        with self._translated(), peewee.__exception_wrapper__, copying as copy:
            for row in rows:
                copy.write_row(row)

    def write_over(
        self, table: str, id: str, names: Sequence[str], values: Sequence[Any]
    ) -> tuple[Sequence[Any], Sequence[Any]] | None:
        columns = [f'"{name}"' for name in names]
        changes = ", ".join(f"{column} = %s" for column in columns)
        both = ", ".join(f"{side}.{column}" for side in ("before", "after") for column in columns)
        rows = self.select(
            f'UPDATE "{table}" AS after SET {changes}'
            f' FROM (SELECT id, {", ".join(columns)} FROM "{table}" WHERE id = %s FOR UPDATE) AS before'
            f" WHERE after.id = before.id RETURNING {both}",
            (*values, id),
        )
        return (rows[0][: len(names)], rows[0][len(names) :]) if rows else None

    def take_turn(self) -> None:
        # Of a sequence, a number could be taken first and be seen last.
        self.select("SELECT pg_advisory_xact_lock(%s)", (TURN_LOCK,))

    def lock_schema(self) -> None:
        self.select("SELECT pg_advisory_xact_lock(%s)", (SCHEMA_LOCK,))

    def matches(self, column: peewee.Field, pattern: str) -> peewee.Node:
        value = peewee.Value(ended_pattern(pattern), converter=False)
        return peewee.NodeList((column, peewee.SQL("ILIKE"), value), parens=True)

    def creation_order(self, table: type[peewee.Model]) -> peewee.Node:
        return table._meta.fields["created_at"]

    def stored_order(self, table: type[peewee.Model]) -> peewee.Node:
        return peewee.SQL(f'"{table._meta.table_name}".ctid')

    def date_part(self, part: str, day: peewee.Field) -> peewee.Node:
        return peewee.fn.date_part(peewee.SQL(f"'{part}'"), day).cast("INTEGER")

    def trigger(self, trigger: Trigger) -> list[str]:
        name, table, when, statement = trigger
        return [
            f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {statement}; RETURN NULL; END $$",
            f'CREATE TRIGGER {name} AFTER {when} ON "{table}" FOR EACH ROW EXECUTE FUNCTION {name}()',
        ]

    def marking(self, marking: Marking) -> list[str]:
        # Once a transaction: a row that is written again and again in one is found ever more slowly. A savepoint that is undone takes
        # the note of it back as well.
        made = [
            f"CREATE FUNCTION marked_{marking.table}() RETURNS trigger LANGUAGE plpgsql AS $$"
            " DECLARE project uuid; noted text := coalesce(current_setting('kitsulite.marked', true), ''); BEGIN"
            f" FOR project IN SELECT DISTINCT {marking.of.format(row='written')}::uuid AS whose FROM written ORDER BY whose LOOP"
            " IF project IS NOT NULL AND position(project::text IN noted) = 0 THEN"
            " INSERT INTO list_mark (project_id, slot, mark)"
            f" VALUES (project, mod(pg_backend_pid(), {SLOTS}), floor((random() - 0.5) * 1.8e19)::bigint)"
            " ON CONFLICT (project_id, slot) DO UPDATE SET mark = excluded.mark;"
            " noted := noted || project::text; PERFORM set_config('kitsulite.marked', noted, true);"
            " END IF; END LOOP; RETURN NULL; END $$"
        ]
        for when, name in marking.names.items():
            made.append(
                f'CREATE TRIGGER {name} AFTER {when} ON "{marking.table}" REFERENCING {"OLD" if when == "DELETE" else "NEW"} TABLE'
                f" AS written FOR EACH STATEMENT EXECUTE FUNCTION marked_{marking.table}()"
            )
        return made

    def search_schema(self) -> list[str]:
        return [
            "CREATE TABLE search_pending (id uuid PRIMARY KEY)",
            "CREATE TABLE search_document (number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,"
            " id uuid NOT NULL UNIQUE, kind text NOT NULL, project_id uuid, name text NOT NULL, texts json NOT NULL,"
            " words text NOT NULL, found tsvector GENERATED ALWAYS AS (to_tsvector('simple', words)) STORED)",
            "CREATE INDEX search_document_place ON search_document (kind, name)",
            "CREATE INDEX search_document_words ON search_document USING gin (found)",
            'CREATE TABLE search_known (word text COLLATE "C" PRIMARY KEY)',
        ]

    def add_documents(self, kind: str, documents: Sequence[dict[str, Any]]) -> None:
        self.insert_many("search_document", list(documents[0]), (list(document.values()) for document in documents))

    def has_words(self, words: Sequence[str], kind: str, *, every: bool) -> peewee.Node:
        query = (" & " if every else " | ").join(f"'{word}':*" for word in words)
        return peewee.SQL("search_document.found @@ to_tsquery('simple', %s)", (query,))

    def is_word_found(self, beginning: str) -> bool:
        found = "SELECT 1 FROM search_document WHERE found @@ to_tsquery('simple', %s) LIMIT 1"
        return bool(self.select(found, (f"'{beginning}':*",)))

    def known_words(self, beginning: str) -> list[str]:
        words = "SELECT word FROM search_known WHERE starts_with(word, %s) ORDER BY word"
        found = self.select(f"SELECT string_agg(word, ' ') FROM ({words}) AS known", (beginning,))
        return (found[0][0] or "").split()  # as one text: there are many

    def may_make_tables(self) -> bool:
        return bool(self.select("SELECT has_schema_privilege(current_schema(), 'CREATE')")[0][0])

    def table_names(self) -> set[str]:
        return {
            row[0]
            for row in self.select(
                "SELECT table_name FROM information_schema.tables WHERE table_schema = current_schema()"
            )
        }

    def columns(self) -> dict[str, dict[str, tuple[str, bool]]]:
        found: dict[str, dict[str, tuple[str, bool]]] = {}
        for table, name, kind, needed in self.select(
            "SELECT t.relname, c.attname, format_type(c.atttypid, c.atttypmod), c.attnotnull FROM pg_class AS t "
            "JOIN pg_attribute AS c ON c.attrelid = t.oid AND c.attnum > 0 AND NOT c.attisdropped "
            "WHERE t.relkind = 'r' AND t.relnamespace = current_schema()::regnamespace"
        ):
            found.setdefault(table, {})[name] = (kind, not needed)
        return found

    def named_parts(self) -> set[str]:
        return {
            row[0]
            for row in self.select(
                "SELECT relname FROM pg_class WHERE relkind = 'i' AND relnamespace = current_schema()::regnamespace "
                "UNION SELECT tgname FROM pg_trigger JOIN pg_class AS t ON t.oid = tgrelid "
                "WHERE t.relnamespace = current_schema()::regnamespace AND NOT tgisinternal"
            )
        }

    def spelling(self, column: peewee.Field) -> str:
        name, bracket, length = self._declared(column).partition("(")
        return TYPES.get(name.upper(), name.lower()) + bracket + length

    def back_up(self, path: Path, tables: Iterable[str]) -> Path:
        """A dump, as `kitsulite load` takes it."""
        target = path.with_name(f"{path.name}.jsonl.gz")
        with whole_file(target) as file, gzip.GzipFile(fileobj=file, mode="wb", filename="") as packed:
            for table in tables:
                line = "json_build_object('table', %s::text, 'row', row_to_json(stored))::text"
                rows = f'SELECT {line} FROM "{table}" AS stored'
                with self._translated(), peewee.__exception_wrapper__, self.cursor() as cursor:
                    cursor.execute(rows, (table,))
                    while piece := cursor.fetchmany(PIECE):
                        packed.write("".join(f"{row[0]}\n" for row in piece).encode())
        return target

    def size(self) -> int:
        return int(self.select("SELECT pg_database_size(current_database())")[0][0])

    def version(self) -> str:
        return str(self.select("SHOW server_version")[0][0])

    def problems_of(self, table: str) -> list[str]:
        self.select(f'SELECT count(*) FROM (SELECT "{table}".* FROM "{table}" OFFSET 0) AS every_page')
        keys = self.select(
            "SELECT ours.attname, target.relname, theirs.attname FROM pg_constraint AS key "
            "JOIN pg_class AS target ON target.oid = key.confrelid "
            "JOIN pg_attribute AS ours ON ours.attrelid = key.conrelid AND ours.attnum = key.conkey[1] "
            "JOIN pg_attribute AS theirs ON theirs.attrelid = key.confrelid AND theirs.attnum = key.confkey[1] "
            "WHERE key.contype = 'f' AND key.conrelid = %s::regclass",
            (f'"{table}"',),
        )
        found = []
        for column, target, theirs in keys:
            leads = f'EXISTS (SELECT 1 FROM "{target}" AS target WHERE target."{theirs}" = "{table}"."{column}")'
            lost = self.select(f'SELECT count(*) FROM "{table}" WHERE "{column}" IS NOT NULL AND NOT {leads}')[0][0]
            if lost:
                found.append(f"{lost} rows point to rows of {target} that are not there.")
        return found


def _speakable(url: str) -> str:
    """A URL as the driver takes it; ValueError, which does not repeat the password, for one that says nothing."""
    url = _spelt(url)
    try:
        conninfo_to_dict(url)
    except psycopg.ProgrammingError:
        raise ValueError(
            "The URL of the database cannot be read: it is postgresql://USER:PASSWORD@HOST:PORT/NAME, where anything odd in the "
            "password is written %XX (% itself %25), and a blank %20."
        ) from None
    return url


def _spelt(url: str) -> str:
    return url.replace("postgres://", "postgresql://", 1)


def _patience(lock_timeout: float) -> int:
    """Whole seconds to wait for a connection."""
    return max(2, round(lock_timeout))


def _as_json(wire: Wire) -> str:
    # A literal has no type of its own yet.
    return f"to_json(({wire.sql})::text)" if wire.kind == "text" else f"to_json({_value(wire)})"


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''").replace("%", "%%") + "'"


def _value(wire: Wire) -> str:
    sql, kind = wire
    if kind == "datetime":
        return f"date_trunc('second',{sql})"
    if kind == "stamp":
        return f"""to_char({sql},'YYYY-MM-DD"T"HH24:MI:SS.US')"""
    if kind == "float":  # 8.0, not 8
        return f"CASE WHEN {sql}=trunc({sql}) AND abs({sql})<1e15 THEN to_json(({sql})::numeric(20,1)) ELSE to_json({sql}) END"
    if kind == "json":
        return f"({sql})::json"
    return sql
