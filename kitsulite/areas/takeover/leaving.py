"""Writing a studio out as a Zou: an empty database becomes that of a 1.0.97, and files are laid as it lays them."""

from collections.abc import Callable, Iterator
from contextlib import closing
from typing import TYPE_CHECKING, Any

from kitsulite.areas.takeover import zouschema
from kitsulite.areas.takeover.files import Track, rows_with_files, tell_missing
from kitsulite.areas.takeover.here import Here
from kitsulite.areas.takeover.layout import KINDS, TABLES, Place
from kitsulite.areas.takeover.refusals import CannotTakeOver
from kitsulite.areas.takeover.report import Report
from kitsulite.areas.takeover.stores import FileAmiss, ZouFiles
from kitsulite.areas.takeover.tables import OURS, key_of, shared
from kitsulite.models import TABLES as ALL_TABLES
from kitsulite.models import Column, Table, schema
from kitsulite.models.fields import INT_MAX, BigInteger, Json
from kitsulite.models.people import Person
from kitsulite.models.reviews import PlaylistShareLink
from kitsulite.models.textfields import Sealed
from kitsulite.settings import without_password
from kitsulite.storage import FileStore, Row, StoreBroken
from kitsulite.storage.files import MissingFile, split_key

if TYPE_CHECKING:
    import psycopg

BCRYPT = "$2"
"""How a hash begins that a Zou can check."""
PLACES = {kind: place for place, kinds in KINDS.items() for kind in kinds.values()}
"""Where a Zou keeps a file of each kind."""
Write = Callable[[Any], Any]
AGAIN = "Do the same again once it can be: what is there already stays."


def leave(here: Here, database: str, files: ZouFiles | None, track: Track) -> Report:
    """Copy all files, then write all rows in one transaction, with the files that came meanwhile. However it ends, there is
    no row or all; the same again goes on, and copies what is not there yet.
    """
    try:
        import psycopg
    except ImportError:
        raise CannotTakeOver("Writing a Zou needs psycopg: pip install 'kitsulite[postgres]'.") from None
    before, report = Report(), Report()
    try:
        with psycopg.connect(database, connect_timeout=15) as connection:
            _refuse_what_is_there(connection, database)
        if files is not None:
            _copy_files(here, files, before, track)
        with psycopg.connect(database, connect_timeout=15) as connection:
            _refuse_what_is_there(connection, database)
            for statement in zouschema.tables():
                connection.execute(statement.encode())
            with here.db.reading():
                for name, table in track(shared().items(), total=len(shared()), description="Rows"):
                    _write(connection, here, name, table, report)
                _tell_what_stays(here, report)
            for statement in zouschema.constraints():
                connection.execute(statement.encode())
            if files is not None:
                _copy_files(here, files, report, track)
                report.files["copied"] += before.files["copied"]
                report.files["unchanged"] = before.files["unchanged"]
    except psycopg.Error as problem:
        why = " ".join(str(problem).split())
        raise CannotTakeOver(f"{without_password(database)} cannot be written: {why}") from None
    return report


def _refuse_what_is_there(connection: "psycopg.Connection[Any]", database: str) -> None:
    found = connection.execute(
        "SELECT table_name FROM information_schema.tables WHERE table_schema = current_schema() LIMIT 1"
    ).fetchone()
    if found:
        raise CannotTakeOver(
            f"{without_password(database)} holds tables already, {found[0]} for one: a Zou is written into an empty database."
        )


# --- rows ---


def _write(connection: "psycopg.Connection[Any]", here: Here, name: str, table: type[Table], report: Report) -> None:
    columns = [table.columns()[column] for column in zouschema.columns_in_order(table)]
    writers = [_writer(name, column) for column in columns]
    names = ", ".join(f'"{column.name}"' for column in columns)
    count = 0
    order = here.db.creation_order(table) if "created_at" in table.columns() else None
    query = table.select().order_by(order) if order is not None else table.select()
    copying = f'COPY "{name}" ({names}) FROM STDIN'.encode()
    with (
        closing(here.db.stream_rows(query)) as rows,
        connection.cursor() as cursor,
        cursor.copy(copying) as copy,
    ):
        for row in rows:
            _fit(here, name, table, row, report)
            copy.write_row([write(row[column.name]) for column, write in zip(columns, writers, strict=True)])
            count += 1
    report.count(name, "taken", count)


def _fit(here: Here, name: str, table: type[Table], row: Row, report: Report) -> None:
    """Make of a row what a Zou can hold; what that changes is told."""
    key = "/".join(str(row[part]) for part in key_of(table))
    for column in table.columns().values():
        value = row[column.name]
        if value is None:
            continue
        if isinstance(column, Sealed):
            row[column.name] = here.seal.open(value)
        elif (name, column.name) in SHORTER and len(value) > SHORTER[name, column.name]:
            row[column.name] = value[: SHORTER[name, column.name]]
            report.tell("cleaned", name, key, f"{column.name} {value!r} is cut to {row[column.name]!r}")
        elif isinstance(column, BigInteger) and zouschema.type_of(name, column) == "integer" and abs(value) >= INT_MAX:
            row[column.name] = None
            report.tell("cleaned", name, key, f"{column.name} {value} is too large, and left empty")
    if table is Person:
        _fit_person(key, row, report)
    elif table is PlaylistShareLink and row["password"] and not row["password"].startswith(BCRYPT):
        row["password"], row["is_active"] = None, False
        report.tell("cleaned", name, key, "its password cannot be read there; the link is closed")


SHORTER = {("preview_file", "extension"): 6}
"""Texts that may not be as long there."""


def _fit_person(key: str, row: Row, report: Report) -> None:
    """Hashes of ours cannot be checked there: who has one asks for a new password."""
    if row["password"] and not row["password"].startswith(BCRYPT):
        row["password"] = None
        report.tell("cleaned", "person", key, f"{row['email']} needs a new password: the hash cannot be read there")
    codes = row["otp_recovery_codes"]
    if codes and not all(code.startswith(BCRYPT) for code in codes):
        row["otp_recovery_codes"] = [code for code in codes if code.startswith(BCRYPT)] or None
        report.tell("cleaned", "person", key, f"{row['email']} needs new recovery codes")


def _writer(table: str, column: Column) -> Write:
    """What makes a value one of a column there."""
    import msgspec
    from psycopg.types.json import Jsonb

    type = zouschema.type_of(table, column)
    if type == "bytea":
        return lambda value: None if value is None else value.encode()
    if type == "bytea[]":
        return lambda value: None if value is None else [code.encode() for code in value]
    if type == "jsonb[]":
        return lambda value: None if value is None else [Jsonb(item) for item in value]
    if isinstance(column, Json) and type == "jsonb":
        return lambda value: None if value is None else msgspec.json.encode(value).decode()
    return lambda value: value


def _tell_what_stays(here: Here, report: Report) -> None:
    """Name tables of ours that no Zou has."""
    for name, table in ALL_TABLES.items():
        if table in OURS and table not in schema.OF_INSTALLATION and (count := here.db.count(table.select())):
            report.unknown.append(f"A Zou has no table {name}: its {count} rows stay here.")


# --- files ---


def _copy_files(here: Here, files: ZouFiles, report: Report, track: Track) -> None:
    owners = _owners(here)
    there = set()
    for key, place, size in track(_places(here.files), total=None, description="Files"):
        table = owners.get(place.id)
        if table not in KINDS[place.bucket, place.prefix]:
            report.files["of no row"] += 1
            continue
        there.add(key)
        try:
            if (found := files.find(place)) is not None and found.size == size:
                report.files["unchanged"] += 1
                continue
            with closing(here.files.open(key)) as content:
                files.put(place, content)
            report.files["copied"] += 1
        except MissingFile:  # removed meanwhile
            there.discard(key)
        except StoreBroken as problem:
            here.files.check()
            report.files["missing"] += 1
            report.tell("missing", str(table), place.id, f"{key} cannot be read: {problem}")
        except FileAmiss as problem:
            raise CannotTakeOver(f"{place.key} cannot be written to {place.bucket}: {problem}. {AGAIN}") from None
    tell_missing(rows_with_files(here.db), there, report)


def _places(files: FileStore) -> Iterator[tuple[str, Place, int]]:
    """Our files that a Zou has, too: the key of each, where it is there, and its size."""
    for key, stat in files.listing():
        kind, id = split_key(key)
        if kind in PLACES:
            yield key, Place(*PLACES[kind], id), stat.size


def _owners(here: Here) -> dict[str, str]:
    tables = shared()
    with here.db.reading():
        return {id: name for name in TABLES for id in here.db.values(tables[name].select(tables[name].columns()["id"]))}
