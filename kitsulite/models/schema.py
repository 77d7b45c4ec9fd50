"""Making the schema, comparing it with the models, and migrating it, at start-up and under a lock.

A new database gets the tables as the models say and is stamped with the latest version; an older one takes the
migrations that it has not seen, in order, after a backup. Migrations only go forward (`models/migrations.py`).
"""

import datetime
import logging
from collections.abc import Callable, Iterator
from functools import cache
from itertools import chain
from pathlib import Path
from typing import NamedTuple

import peewee

from kitsulite.models import feed, listmarks, migrations, previewplaces, rooms, search
from kitsulite.models.base import TABLES, Table
from kitsulite.models.fields import Reference
from kitsulite.models.migrations import latest_version
from kitsulite.models.own import BackupRun, Job, JobConsumer, SchemaVersion, Secret, Token
from kitsulite.models.webhooks import WebhookDelivery
from kitsulite.storage import Database
from kitsulite.storage.private import make_folder
from kitsulite.storage.seal import Seal

log = logging.getLogger("kitsulite")

Columns = dict[str, tuple[str, bool]]
"""The columns of a table: how the engine spells the type of each, and whether it may be null."""

OF_INSTALLATION: set[type[Table]] = {
    Token,
    Secret,
    SchemaVersion,
    Job,
    JobConsumer,
    BackupRun,
    WebhookDelivery,
    feed.FeedEntry,
    previewplaces.PreviewPlace,
    listmarks.ListMark,
    rooms.ReviewRoom,
    rooms.ReviewSeat,
    rooms.EventNode,
    rooms.RoomMessage,
}
"""Tables that belong to an installation, not to the studio: when it moves, sessions end and nobody is written to twice.

Entries of the feed are made from the news, and places of previews from these, where they are loaded; marks of lists by whatever is.
"""
TRIGGERS = (*search.TRIGGERS, *feed.TRIGGERS, *previewplaces.TRIGGERS)
FEW = 5
"""How many differences are named."""
LONGEST_NAME = 63
"""Characters of a name that PostgreSQL keeps."""


class TooNew(RuntimeError):
    """The database was written by a newer Kitsulite."""


class Differs(RuntimeError):
    """The tables are not what the models say."""


class MustUpgrade(RuntimeError):
    """The database is of an older Kitsulite, and cannot be upgraded here."""


class NoRoom(RuntimeError):
    """The tables of a studio cannot be made here."""


class Means(NamedTuple):
    """What an upgrade needs.

    backups  the folder for a copy of what is there before
    seal     the key of the studio
    say      is told what is done, in sentences
    """

    backups: Path
    seal: Seal
    say: Callable[[str], None] = log.warning


def version(db: Database) -> int | None:
    """The schema version of a database; None when it has no schema yet."""
    if SchemaVersion.table_name() not in db.table_names():
        return None
    return db.value(SchemaVersion.select(peewee.fn.MAX(SchemaVersion.version)))


def is_there(db: Database) -> bool:
    """Whether a studio has been made here."""
    if db.is_missing():
        return False
    with db.reading():
        return version(db) is not None


def prepare(db: Database, means: Means | None = None) -> bool:
    """Bring the schema up to date. True when it was made just now.

    means  without them an older database is refused
    """
    if db.make(create):
        return True
    with db.reading():
        found = version(db)
        if found is not None and _is_current(found):
            refuse_differences(db)
            return False
    with db.writing():
        db.lock_schema()
        found = version(db)
        if found is None:
            create(db)
            return True
        if not _is_current(found):
            upgrade(db, found, means)
        refuse_differences(db)
        return False


def _is_current(found: int) -> bool:
    if found > latest_version():
        raise TooNew(f"This studio has schema version {found}; this Kitsulite knows {latest_version()}. Upgrade it.")
    return found == latest_version()


def ahead(found: int) -> list[tuple[int, str]]:
    """The migrations that a database of this version has still to take, and what each does."""
    return [(number, migrations.MIGRATIONS[number].says) for number in range(found + 1, latest_version() + 1)]


def upgrade(db: Database, found: int, means: Means | None) -> None:
    """Take all migrations, in the running transaction."""
    if means is None:
        raise MustUpgrade(f"This studio has schema version {found}, not {latest_version()}: run `kitsulite upgrade`.")
    make_folder(means.backups)
    moment = datetime.datetime.now(datetime.UTC).strftime("%Y%m%d-%H%M%S-%f")
    tables = set(db.table_names()) & TABLES.keys() - {table.table_name() for table in OF_INSTALLATION}
    kept = db.back_up(means.backups / f"schema-{found}-{moment}", sorted(tables))
    means.say(f"Upgrading the studio from schema {found} to {latest_version()}. What it was is kept in {kept}.")
    for number, says in ahead(found):
        means.say(f"{number}: {says}")
        migrations.MIGRATIONS[number].steps(db, means.seal)
        _stamp(db, number)


# --- comparing ---


def refuse_differences(db: Database) -> None:
    """Differs, when the tables are not what the models say: better not to start than to fail at every request."""
    if found := list(differences(db)):
        more = f", and {len(found) - FEW} more" if len(found) > FEW else ""
        raise Differs(
            f"The tables of this studio are not those of this Kitsulite: {'; '.join(found[:FEW])}{more}. "
            "Was it changed by hand, or restored in part? Put it back from a backup."
        )


def differences(db: Database) -> list[str]:
    """What sets the tables, columns, indexes and triggers that are there apart from the models, in words."""
    there, found = db.columns(), []
    for table, wanted in _columns_wanted(db).items():
        if table not in there:
            found.append(f"there is no table {table}")
        elif there[table] != wanted:
            found += _column_differences(table, there[table], wanted)
    found += [f"there is no table {name}" for name in search.TABLE_NAMES if name not in there]
    parts = db.named_parts()
    missing = [name for name in sorted(_parts_wanted()) if name not in parts and name[:LONGEST_NAME] not in parts]
    return found + [f"the index or trigger {name} is missing" for name in missing]


def _column_differences(table: str, there: Columns, wanted: Columns) -> Iterator[str]:
    yield from (f"{table} has no column {missing}" for missing in wanted if missing not in there)
    yield from (f"{table} has a column {other} of its own" for other in there if other not in wanted)
    for name in [name for name in wanted if name in there]:
        (kind, may_be_null), (right, may_be) = there[name], wanted[name]
        if kind != right:
            yield f"{table}.{name} is {kind}, not {right}"
        if may_be_null != may_be:
            yield f"{table}.{name} may {'' if may_be_null else 'not '}be empty"


def _columns_wanted(db: Database) -> dict[str, Columns]:
    """What `Database.columns` says of a studio that is as the models are; found out once for an engine."""
    if db.name not in _wanted:
        _wanted[db.name] = {
            name: {
                column.column_name: (db.spelling(column), column.null and not column.primary_key)
                for column in table._meta.sorted_fields
            }
            for name, table in TABLES.items()
        }
    return _wanted[db.name]


_wanted: dict[str, dict[str, Columns]] = {}


@cache
def _parts_wanted() -> set[str]:
    indexes = (index for table in TABLES.values() for index in table._meta.fields_to_index())
    marking = {name for marking in listmarks.MARKINGS for name in marking.names.values()}
    return {index._name for index in indexes} | {trigger.name for trigger in TRIGGERS} | marking


# --- making ---


def create(db: Database) -> None:
    """All tables and indexes in a database that has none of these; NoRoom."""
    _must_have_room(db)
    for table in TABLES.values():
        create_table(db, table)
    if not db.references_inline:
        for table in TABLES.values():
            for column in _references(table):
                db.engine.execute_sql(
                    f'ALTER TABLE "{table.table_name()}" ADD FOREIGN KEY ("{column.column_name}") {column.constraint}'
                )
    triggers = (db.trigger(trigger) for trigger in TRIGGERS)
    marking = (db.marking(marking) for marking in listmarks.MARKINGS)
    for statement in chain(db.search_schema(), *triggers, *marking):
        db.engine.execute_sql(statement)
    _stamp(db, latest_version())


def _must_have_room(db: Database) -> None:
    if not db.may_make_tables():
        raise NoRoom(
            f"{db.place} is no place for a studio: its user may not make tables there. Make that user the database's owner, or "
            "GRANT CREATE ON SCHEMA public."
        )
    if others := sorted(db.table_names() & {*TABLES, *search.TABLE_NAMES}):
        raise NoRoom(
            f"{db.place} holds the tables of something else, {others[0]} for one: a studio needs a database of its own."
        )


def create_table(db: Database, table: type[Table]) -> None:
    manager = peewee.SchemaManager(table, db.engine)
    context = manager._create_table(safe=False)
    sql, parameters = context.query()
    if db.references_inline:
        keys = [f'FOREIGN KEY ("{column.column_name}") {column.constraint}' for column in _references(table)]
        sql = sql.rstrip()[:-1] + "".join(f", {key}" for key in keys) + ")"
    db.engine.execute_sql(sql, parameters)
    manager.create_indexes(safe=False)


def _references(table: type[Table]) -> list[Reference]:
    return [column for column in table.columns().values() if isinstance(column, Reference)]


def _stamp(db: Database, number: int) -> None:
    db.run(SchemaVersion.insert(version=number))
