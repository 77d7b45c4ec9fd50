"""A studio in one SQLite file.

Write-ahead log, so that readers never wait. SQLite has one writer at a time: the threads of all processes take turns (turn.py), and
share the wait for the disk (writeahead.py). `writing` returns when what it wrote survives a power cut.

`sqlite3` is always taken from peewee, which connects with the newer of Python's own and pysqlite3. Two libraries on one file in one
process would be ruin: when either closes the file, the system lets go of the locks of both.
"""

import json
import os
import shutil
import tempfile
import threading
import time
import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

import peewee
from peewee import sqlite3
from playhouse.pool import MaxConnectionsExceeded, PooledSqliteDatabase

from kitsulite.storage.database import Database
from kitsulite.storage.engine import DOCUMENT_KINDS, Marking, Trigger, Wire, ended_pattern
from kitsulite.storage.errors import (
    BadData,
    Busy,
    CannotWrite,
    CheckViolation,
    Damaged,
    DiskFull,
    ForeignKeyViolation,
    NotNullViolation,
    StorageError,
    UniqueViolation,
    Unreachable,
    Unsure,
)
from kitsulite.storage.full import is_full
from kitsulite.storage.many import Many
from kitsulite.storage.private import make_file, put_in_place
from kitsulite.storage.turn import Turn
from kitsulite.storage.writeahead import Log

SCHEME = "sqlite:///"
OLDEST = (3, 38, 0)
PAUSE = 0.01
NUMBERS_A_KIND = 2**40
FOLD = 100
"""Commits of a process after which it folds the log into the file."""
LONG_LOG, LONGEST_LOG = 1000, 8000
"""Pages of the log from which on it is to begin anew, and after which SQLite folds it in at each commit, in the midst of the turn."""
DRAIN = 20
"""Milliseconds that the log waits to begin anew, for those who read in it."""
MEMBERS_A_CALL = 60  # SQLite's functions take at most 127 arguments

_probe = sqlite3.connect(":memory:")
SUBTYPES_PASS = _probe.execute("SELECT json_array((SELECT json_group_array(1)))").fetchone()[0] == "[[1]]"
"""Whether JSON made in a subquery is still known to be JSON outside of it, so that it need not be parsed again."""
_probe.close()

VIOLATIONS: dict[str, type[StorageError]] = {
    "UNIQUE constraint failed": UniqueViolation,
    "FOREIGN KEY constraint failed": ForeignKeyViolation,
    "NOT NULL constraint failed": NotNullViolation,
    "CHECK constraint failed": CheckViolation,
    "datatype mismatch": BadData,
    "database is locked": Busy,
    "database table is locked": Busy,
    "database or disk is full": DiskFull,
    "attempt to write a readonly database": CannotWrite,
    "unable to open database file": Unreachable,
    "disk I/O error": Unreachable,
    "database disk image is malformed": Damaged,
    "file is not a database": Damaged,
}
NO_ROOM = {"SQLITE_FULL", "SQLITE_IOERR_WRITE", "SQLITE_IOERR_SHMSIZE", "SQLITE_IOERR_TRUNCATE"}
"""SQLite's names for a write that the disk did not take: it is full, or a quota is."""
IN_SHORT = "SQLITE_IOERR"
"""All that pysqlite3 says of them, and of a disk that is broken."""
A_LITTLE = 64 * 1024
FULL = "database or disk is full"
PARTS = ("", "-wal", "-shm", "-turn")
"""What belongs to a database file, by how the names end."""


def _write_many(ctx: peewee.Context, many: Many) -> peewee.Context:
    values = many.values
    if not isinstance(values, peewee.Node):
        values = peewee.Value(json.dumps(values), converter=False)
    return ctx.literal("(SELECT value FROM json_each(").sql(values).literal("))")


class _Pool(PooledSqliteDatabase):
    def get_context_options(self) -> dict[str, Any]:
        return {**super().get_context_options(), "many": _write_many}

    def _connect(self) -> sqlite3.Connection:
        """SQLite waits for nobody when a new file gets its log: of processes that start at once, all but one are refused."""
        patient_until = time.monotonic() + self.timeout
        while True:
            try:
                return super()._connect()
            except sqlite3.OperationalError as error:
                if "locked" not in str(error) or time.monotonic() > patient_until:
                    raise
                time.sleep(PAUSE)


class Sqlite(Database):
    name = "sqlite"
    references_inline = True

    def __init__(self, url: str, *, lock_timeout: float, connections: int) -> None:
        if sqlite3.sqlite_version_info < OLDEST:
            raise RuntimeError(
                f"SQLite {'.'.join(map(str, OLDEST))} or newer is needed; here is {sqlite3.sqlite_version}."
            )
        self.path = unquote(url.removeprefix(SCHEME))  # no query, no fragment: ? and # may stand in a path
        if not url.startswith(SCHEME) or not self.path or self.path == ":memory:":
            raise ValueError(
                "sqlite:///path needs a path; a studio cannot live in memory, its threads would not share it."
            )
        super().__init__(url, lock_timeout=lock_timeout, connections=connections)

    @property
    def place(self) -> str:
        return str(Path(self.path).resolve())

    def connect(self) -> peewee.Database:
        self._turn = Turn(f"{self.path}-turn")
        self.log = Log(f"{self.path}-wal")
        self._known_as: tuple[int, int] | None = None
        self._unfolded = 0
        self._folding = threading.Lock()
        self._is_writable = _is_writable(Path(self.path))
        engine = _Pool(
            f"file:{quote(self.path)}?mode=rw" if self._is_writable else self._address_to_read(),
            uri=True,
            pragmas={
                **({"journal_mode": "wal", "synchronous": "normal"} if self._is_writable else {}),
                "foreign_keys": 1,
                "secure_delete": 1,  # what is erased is, in the file too
                "wal_autocheckpoint": LONGEST_LOG,
                "temp_store": "memory",
                "cache_size": -8000,
                "mmap_size": 256 * 1024 * 1024,
            },
            max_connections=self.connections,
            timeout=self.lock_timeout,
            check_same_thread=False,
            cached_statements=512,
        )
        engine.timeout = self.lock_timeout  # for the lock; the pool took the other one for its connections
        engine.register_function(_unicode_lower, "unicode_lower", 1, deterministic=True)
        return engine

    def _address_to_read(self) -> str:
        """Where a file can be read that cannot be written: what its log holds is only seen in a copy."""
        log = Path(self.log.path)
        if not log.exists() or not log.stat().st_size:
            return f"file:{quote(self.path)}?mode=ro&immutable=1"
        self._copy = tempfile.TemporaryDirectory(prefix="kitsulite-")
        for ending in ("", "-wal"):
            shutil.copyfile(self.path + ending, f"{self._copy.name}/studio.db{ending}")
        return f"file:{quote(self._copy.name)}/studio.db?mode=rw"

    @property
    def can_write(self) -> bool:
        return self._is_writable

    def begin(self, writes: bool, patience: float) -> None:
        self.engine.execute_sql("BEGIN IMMEDIATE" if writes else "BEGIN")  # whose turn it is waits for nothing
        if writes:
            try:
                self.log.look()
            except OSError as error:
                raise Unreachable(f"{self.log.path}: {error.strerror}.") from error

    def _look_at_file(self) -> None:
        """Nothing is read of a file that is gone, and above all nothing is written to one that no name leads to any more."""
        try:
            found = os.stat(self.path)  # noqa: PTH116 - before every transaction
        except OSError as error:
            raise Unreachable(f"{self.path} is gone: {error.strerror}.") from None
        if not found.st_size:
            raise Unreachable(f"{self.path} is empty (0 bytes): something cut it off. Put it back from a backup.")
        known = (found.st_dev, found.st_ino)
        if self._known_as not in (None, known):
            raise Unreachable(f"{self.path} was put in the place of another while this process ran: start it again.")
        self._known_as = known

    def is_missing(self) -> bool:
        return not Path(self.path).exists()

    def make(self, create: Callable[[Database], None]) -> bool:
        """The file is made aside, so that neither a crash nor a full disk leaves an empty one, which nobody could tell from
        a studio that was lost."""
        if not self.is_missing():
            return False
        if left := [f"{self.path}{ending}" for ending in PARTS[1:] if Path(f"{self.path}{ending}").exists()]:
            raise Unreachable(
                f"{self.path} is gone, though a studio was there: {', '.join(left)} is left of it. Put it back from a "
                "backup. Only to start anew, or to load a dump, remove what is left."
            )
        aside = Path(f"{self.path}.{uuid.uuid4().hex}.new")
        make_file(aside)
        made = _Fresh(f"{SCHEME}{quote(str(aside))}", lock_timeout=self.lock_timeout, connections=1)
        try:
            with made.writing():
                create(made)
            made.close()
            return put_in_place(aside, Path(self.path))
        finally:
            made.close()
            for ending in PARTS:
                Path(f"{aside}{ending}").unlink(missing_ok=True)

    @contextmanager
    def aside(self, scratch: Path) -> Iterator[Database]:
        self._look_at_file()
        with tempfile.TemporaryDirectory(dir=scratch) as folder:
            path = Path(folder) / "studio.db"
            try:
                copy_file(self.path, path)
            except sqlite3.Error as error:
                raise self.translate(peewee.DatabaseError(error, *error.args)) or error from error
            copy = Sqlite(f"{SCHEME}{quote(str(path))}", lock_timeout=self.lock_timeout, connections=1)
            try:
                yield copy
            finally:
                copy.close()

    def listed(self, values: Iterable[Any]) -> Any:
        return json.dumps(list(values))

    def cursor(self) -> Any:
        return self.engine.cursor()

    @contextmanager
    def turn(self, writes: bool, patience: float) -> Iterator[None]:
        try:
            self._look_at_file()
        except Unreachable as problem:
            self.reach.trouble(problem)
            raise
        if not writes:
            yield
            return
        if not self.can_write:
            raise CannotWrite(f"{self.path} can only be read.")
        self._mend(patience)
        with self._turn.taken(patience):
            yield
        self._settle()
        self._fold()

    def settle(self) -> None:
        if self.can_write and not self._local.writes:
            self._mend(self.lock_timeout)
            self._settle()

    def _settle(self) -> None:
        """What was committed is on the disk when this returns. Where it is not, it is seen all the same, and may yet be taken."""
        try:
            self.log.settle()
        except OSError as error:
            problem = Unsure(f"{self.log.path}: {error.strerror}. Whether what was written last is kept, nobody knows.")
            self.reach.trouble(problem)
            raise problem from error

    def _fold(self) -> None:
        """Now and then, fold the log into the file: most of it while others write, the rest in a turn, so that the log can begin anew.
        It need not succeed: what was committed is safe, and soon it is tried again."""
        self._unfolded += 1
        if self._unfolded < FOLD or not self._folding.acquire(blocking=False):
            return
        self._unfolded = 0
        try:
            with self.engine.connection_context():
                [(_, pages, _)] = self.engine.execute_sql("PRAGMA wal_checkpoint(PASSIVE)").fetchall()
                if pages > LONG_LOG:
                    with self._turn.taken(self.lock_timeout):
                        self._begin_log_anew()
        except (peewee.PeeweeException, MaxConnectionsExceeded, StorageError):
            pass
        finally:
            self._folding.release()

    def _begin_log_anew(self) -> None:
        """As far as nobody reads in it; whoever does is not waited for long."""
        self.engine.execute_sql(f"PRAGMA busy_timeout = {DRAIN}")
        try:
            self.engine.execute_sql("PRAGMA wal_checkpoint(RESTART)").fetchall()
        finally:
            self.engine.execute_sql(f"PRAGMA busy_timeout = {round(self.lock_timeout * 1000)}")

    def _mend(self, patience: float) -> None:
        """Where the log did not get to the disk, it has to before anything more is told or written."""
        if not self.log.problem:
            return
        with self._turn.taken(patience), closing(sqlite3.connect(self.path, isolation_level=None)) as connection:
            if not self.log.problem:  # another was quicker
                return
            try:
                connection.execute("BEGIN IMMEDIATE")  # whoever does not take turns is kept out too
                self.log.mend()
            except (OSError, sqlite3.Error) as error:
                raise Unreachable(f"{self.log.path}: {error}.") from error

    def close(self) -> None:
        super().close()
        self._turn.close()
        self.log.close()

    def translate(self, error: peewee.PeeweeException) -> StorageError | None:
        text = str(error)
        name = getattr(getattr(error, "orig", None), "sqlite_errorname", "")
        if name in NO_ROOM or (name == IN_SHORT and self._has_no_room()):
            return DiskFull(FULL)
        for words, kind in VIOLATIONS.items():
            if words in text:
                return kind(text)
        return BadData(text) if isinstance(error, peewee.DataError) else None

    def _has_no_room(self) -> bool:
        """Whether a file beside the log could not grow as it would have to."""
        log = Path(self.log.path)
        try:
            with tempfile.TemporaryFile(dir=log.parent, buffering=0) as like:
                like.seek(log.stat().st_size)
                like.write(bytes(A_LITTLE))
        except OSError as error:
            return is_full(error)
        return False

    def json_object(self, members: dict[str, Wire]) -> str:
        pairs = [f"{_quoted(key)},{_value(wire)}" for key, wire in members.items()]
        parts = [pairs[i : i + MEMBERS_A_CALL] for i in range(0, len(pairs), MEMBERS_A_CALL)] or [[]]
        calls = [f"json_object({','.join(part)})" for part in parts]
        if len(calls) == 1:
            return calls[0]
        inner = "||','||".join(f"substr({call},2,length({call})-2)" for call in calls)
        return f"json('{{'||{inner}||'}}')"

    def json_array(self, values: list[Wire]) -> str:
        return f"json_array({','.join(_value(wire) for wire in values)})"

    def json_without(self, column: str, keys: Iterable[str]) -> str:
        paths = "".join(f",{_quoted(_path(key))}" for key in keys)
        return f"json_remove({column}{paths})"

    def json_bytes(self, sql: str) -> str:
        return f"CAST({sql} AS BLOB)"

    def json_text(self, sql: str) -> str:
        return sql

    def json_member(self, column: str, key: str) -> Wire:
        return Wire(f"({column} -> {_quoted(_path(key))})", "built")

    def json_item(self, column: str, key: str, value: str) -> str:
        found = f"CASE type WHEN 'object' THEN value ->> {_quoted(_path(key))} END"
        return f"(SELECT value FROM json_each({column}) WHERE {found} = {value} LIMIT 1)"

    def json_first(self, column: str) -> str:
        return f"({column} -> '$[0]')"

    def json_list(self, value: Wire, source: str) -> str:
        return f"(SELECT json_group_array({_value(value)}) {source})"

    def json_map(self, key: str, value: Wire, source: str) -> str:
        return f"(SELECT json_group_object({key},{_value(value)}) {source})"

    def defer_references(self) -> None:
        self.engine.execute_sql("PRAGMA defer_foreign_keys = ON")

    def check_references(self) -> None:
        if broken := self.select("PRAGMA foreign_key_check"):
            table, _, parent, _ = broken[0]
            raise ForeignKeyViolation(f"{len(broken)} of them, the first from {table} to {parent}")

    def write_over(
        self, table: str, id: str, names: Sequence[str], values: Sequence[Any]
    ) -> tuple[Sequence[Any], Sequence[Any]] | None:
        columns = ", ".join(f'"{name}"' for name in names)
        before = self.select(f'SELECT {columns} FROM "{table}" WHERE id = ?', (id,))
        if not before:
            return None
        changes = ", ".join(f'"{name}" = ?' for name in names)
        after = self.select(f'UPDATE "{table}" SET {changes} WHERE id = ? RETURNING {columns}', (*values, id))
        return before[0], after[0]

    def take_turn(self) -> None:
        """Who writes is alone."""

    def lock_schema(self) -> None:
        """Nothing to do: who writes is alone."""

    def matches(self, column: peewee.Field, pattern: str) -> peewee.Node:
        if not pattern.isascii():  # SQLite folds the case of ASCII only
            column, pattern = peewee.fn.unicode_lower(column), pattern.lower()
        value = peewee.Value(ended_pattern(pattern), converter=False)
        return peewee.NodeList((column, peewee.SQL("LIKE"), value, peewee.SQL(r"ESCAPE '\'")), parens=True)

    def creation_order(self, table: type[peewee.Model]) -> peewee.Node:
        return self.stored_order(table)

    def stored_order(self, table: type[peewee.Model]) -> peewee.Node:
        return peewee.SQL(f'"{table._meta.table_name}".rowid')

    def date_part(self, part: str, day: peewee.Field) -> peewee.Node:
        if part == "week":  # counted on the week's Thursday, which decides the year that a week belongs to
            thursday = peewee.fn.date(day, peewee.SQL("'-3 days'"), peewee.SQL("'weekday 4'"))
            return (peewee.fn.strftime(peewee.SQL("'%j'"), thursday).cast("INTEGER") - 1) / peewee.SQL("7") + 1
        start, length = {"year": (1, 4), "month": (6, 2), "day": (9, 2)}[part]
        return peewee.fn.substr(day, peewee.SQL(str(start)), peewee.SQL(str(length))).cast("INTEGER")

    def trigger(self, trigger: Trigger) -> list[str]:
        name, table, when, statement = trigger
        return [f'CREATE TRIGGER {name} AFTER {when} ON "{table}" BEGIN {statement}; END']

    def marking(self, marking: Marking) -> list[str]:
        made = []
        for when, name in marking.names.items():
            project = marking.of.format(row="old" if when == "DELETE" else "new")
            made.append(
                f'CREATE TRIGGER {name} AFTER {when} ON "{marking.table}" BEGIN'
                f" INSERT INTO list_mark (project_id, slot, mark) SELECT project, 0, random() FROM (SELECT {project} AS project)"
                " WHERE project IS NOT NULL ON CONFLICT (project_id, slot) DO UPDATE SET mark = excluded.mark; END"
            )
        return made

    def search_schema(self) -> list[str]:
        return [
            "CREATE TABLE search_pending (id TEXT PRIMARY KEY) WITHOUT ROWID",
            "CREATE TABLE search_document (number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, kind TEXT NOT NULL,"
            " project_id TEXT, name TEXT NOT NULL, texts TEXT NOT NULL, words TEXT NOT NULL)",
            "CREATE INDEX search_document_place ON search_document (kind, name)",
            "CREATE VIRTUAL TABLE search_words USING fts5(words, content='search_document', content_rowid='number',"
            " tokenize='unicode61', prefix='2 3 4')",
            "CREATE TABLE search_known (word TEXT PRIMARY KEY) WITHOUT ROWID",
            "CREATE TRIGGER search_document_in AFTER INSERT ON search_document BEGIN"
            " INSERT INTO search_words (rowid, words) VALUES (new.number, new.words); END",
            "CREATE TRIGGER search_document_out AFTER DELETE ON search_document BEGIN"
            " INSERT INTO search_words (search_words, rowid, words) VALUES ('delete', old.number, old.words); END",
        ]

    def add_documents(self, kind: str, documents: Sequence[dict[str, Any]]) -> None:
        first, last = _numbers_of(kind)
        highest = self.select("SELECT max(number) FROM search_document WHERE number BETWEEN ? AND ?", (first, last))
        names = list(documents[0])
        numbered = enumerate(documents, start=(highest[0][0] or first) + 1)
        rows = ((number, *(document[name] for name in names)) for number, document in numbered)
        self.insert_many("search_document", ("number", *names), rows)

    def has_words(self, words: Sequence[str], kind: str, *, every: bool) -> peewee.Node:
        query = (" AND " if every else " OR ").join(f'"{word}"*' for word in words)
        found = "SELECT rowid FROM search_words WHERE search_words MATCH ? AND rowid BETWEEN ? AND ?"
        return peewee.SQL(f"search_document.number IN ({found})", (query, *_numbers_of(kind)))

    def is_word_found(self, beginning: str) -> bool:
        found = "SELECT rowid FROM search_words WHERE search_words MATCH ? LIMIT 1"
        return bool(self.select(found, (f'"{beginning}"*',)))

    def known_words(self, beginning: str) -> list[str]:
        words = "SELECT word FROM search_known WHERE word >= ? AND word < ? ORDER BY word"
        found = self.select(
            f"SELECT group_concat(word, ' ') FROM ({words})", (beginning, beginning + "\U0010ffff")
        )  # as one text: there are many
        return (found[0][0] or "").split()

    def table_names(self) -> set[str]:
        return {row[0] for row in self.select("SELECT name FROM sqlite_master WHERE type = 'table'")}

    def size(self) -> int:
        return sum(file.stat().st_size for file in self.files())

    def files(self) -> list[Path]:
        return [file for file in (Path(self.path), Path(self.path + "-wal")) if file.exists()]

    def private_files(self) -> list[Path]:
        return [Path(f"{self.path}{ending}") for ending in PARTS]

    def columns(self) -> dict[str, dict[str, tuple[str, bool]]]:
        found: dict[str, dict[str, tuple[str, bool]]] = {}
        for table, name, kind, needed, is_key in self.select(
            'SELECT m.name, p.name, p.type, p."notnull", p.pk FROM sqlite_master AS m, pragma_table_info(m.name) AS p'
            " WHERE m.type = 'table'"
        ):
            found.setdefault(table, {})[name] = (_family(kind), not (needed or is_key))
        return found

    def named_parts(self) -> set[str]:
        return {row[0] for row in self.select("SELECT name FROM sqlite_master WHERE type IN ('index', 'trigger')")}

    def spelling(self, column: peewee.Field) -> str:
        return _family(self._declared(column))

    def back_up(self, path: Path, tables: Iterable[str]) -> Path:
        """A copy of the file, to be put in its place."""
        target = path.with_name(f"{path.name}.db")
        make_file(target)
        copy_file(self.path, target)
        return target

    def version(self) -> str:
        return sqlite3.sqlite_version

    def problems_of(self, table: str) -> list[str]:
        found = [row[0] for row in self.select(f'PRAGMA integrity_check("{table}")') if row[0] != "ok"]
        for _, row, target, _ in self.select(f'PRAGMA foreign_key_check("{table}")'):
            found.append(f"Row {row} points to a row of {target} that is not there.")
        return found


class _Fresh(Sqlite):
    """A file that is being made, so that there is nothing in it yet, and nobody else."""

    def _look_at_file(self) -> None:
        pass


def _is_writable(path: Path) -> bool:
    """Whether this process can write to a file; to one that is not there yet, it is found out when it is made."""
    return not path.exists() or (os.access(path, os.W_OK) and os.access(path.parent, os.W_OK))


def _numbers_of(kind: str) -> tuple[int, int]:
    """The first and the last number of documents of a kind: kept apart, a word is looked up among those of one kind alone."""
    place = DOCUMENT_KINDS.index(kind)
    return place * NUMBERS_A_KIND, (place + 1) * NUMBERS_A_KIND - 1


def _family(kind: str) -> str:
    """A type as declared, without its length: SQLite keeps no value to one."""
    return kind.partition("(")[0].upper()


def _unicode_lower(text: str | None) -> str | None:
    return text.lower() if isinstance(text, str) else text


def _path(key: str) -> str:
    return '$."' + key.replace('"', '\\"') + '"'


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _value(wire: Wire) -> str:
    sql, kind = wire
    if kind == "json" or (kind == "built" and not SUBTYPES_PASS):
        return f"json({sql})"
    if kind == "boolean":
        return f"json(CASE {sql} WHEN 1 THEN 'true' WHEN 0 THEN 'false' END)"
    if kind == "datetime":
        return f"substr({sql},1,19)"
    if kind == "moment":
        return f"CASE WHEN substr({sql},20) = '.000000' THEN substr({sql},1,19) ELSE {sql} END"
    return sql


def copy_file(source: Any, target: Any) -> None:
    """A consistent copy of a SQLite file that others may be writing to."""
    with closing(sqlite3.connect(source)) as here, closing(sqlite3.connect(target)) as there:
        here.backup(there)
