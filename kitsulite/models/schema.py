"""Making and migrating the schema, at start-up, under a lock (DESIGN.md, 9).

A new database gets the tables as the models say and is stamped with the latest version; an older one takes the
migrations that it has not seen, in order. Migrations only go forward.
"""

from collections.abc import Callable
from itertools import chain

import peewee

from kitsulite.models import feed, search
from kitsulite.models.base import TABLES, Table
from kitsulite.models.fields import Reference
from kitsulite.models.own import SchemaVersion
from kitsulite.storage import Database

MIGRATIONS: dict[int, Callable[[Database], None]] = {}
BASELINE = 1


class TooNew(RuntimeError):
    """The database was written by a newer Kitsulite."""


def latest_version() -> int:
    return max(MIGRATIONS, default=BASELINE)


def version(db: Database) -> int | None:
    """The schema version of a database; None when it has no schema yet."""
    if SchemaVersion.table_name() not in db.table_names():
        return None
    return db.value(SchemaVersion.select(peewee.fn.MAX(SchemaVersion.version)))


def prepare(db: Database) -> bool:
    """Bring the schema up to date. True when it was made just now."""
    with db.reading():
        if version(db) == latest_version():
            return False
    with db.writing():
        db.lock_schema()
        found = version(db)
        if found is None:
            create(db)
            return True
        if found > latest_version():
            raise TooNew(
                f"This studio has schema version {found}; this Kitsulite knows {latest_version()}. Upgrade it."
            )
        for number in range(found + 1, latest_version() + 1):
            MIGRATIONS[number](db)
            _stamp(db, number)
        return False


def create(db: Database) -> None:
    """All tables and indexes in an empty database."""
    for table in TABLES.values():
        create_table(db, table)
    if not db.references_inline:
        for table in TABLES.values():
            for column in _references(table):
                db.engine.execute_sql(
                    f'ALTER TABLE "{table.table_name()}" ADD FOREIGN KEY ("{column.column_name}") {column.constraint}'
                )
    triggers = (db.trigger(trigger) for trigger in (*search.TRIGGERS, *feed.TRIGGERS))
    for statement in chain(db.search_schema(), *triggers):
        db.engine.execute_sql(statement)
    _stamp(db, latest_version())


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
