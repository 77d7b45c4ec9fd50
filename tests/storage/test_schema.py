"""The tables: what they hold, how they come to be, how they change."""

import json
import multiprocessing
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import peewee
import pytest
from engines import bare_database, drop_studio

from kitsulite.models import TABLES, schema
from kitsulite.models.fields import Reference
from kitsulite.models.migrations import Migration
from kitsulite.models.own import SchemaVersion
from kitsulite.models.people import Department
from kitsulite.storage import Database, open_database, url_of
from kitsulite.storage.seal import Seal

CONTRACT = Path(__file__).parents[3] / "shared" / "contract" / "tables.json"
KINDS = {
    "uuid": {"uuid", "text"},
    "datetime": {"timestamp", "timestamp without time zone"},
    "date": {"date"},
    "string": {"varchar", "character varying"},
    "choice": {"varchar", "character varying"},
    "Enum": {"varchar", "character varying"},
    "text": {"text"},
    "URLType": {"text"},
    "bytes": {"varchar", "character varying"},  # a password's hash, which is text
    "boolean": {"boolean", "integer"},
    "integer": {"integer", "bigint"},
    "float": {"double precision", "real"},
    "json": {"json", "text"},
    "list": {"json", "text"},
}
"""How the engines may spell a type of the contract."""
CONDITION = {"is_bot"}
"""E-mails are unique among people; the contract counts the column of that condition in."""


@pytest.fixture
def url(engine: str, tmp_path: Path) -> Iterator[str]:
    """A database with nothing in it."""
    url = bare_database(engine) or url_of(tmp_path / "studio.db")
    yield url
    drop_studio(url)


@pytest.fixture
def db(url: str) -> Iterator[Database]:
    db = open_database(url)
    yield db
    db.close()


@pytest.fixture
def made(db: Database) -> Database:
    assert schema.prepare(db) is True
    return db


# --- what is there ---

OURS = {"entity_link": {"by_shots"}}
"""Columns of our own in tables that others know; they are never shown."""
BITRATES = {"hd_bitrate_compression", "ld_bitrate_compression", "is_client_visible"}
FOR_CLIENTS = {"is_client_stats_visible", "is_client_task_list_visible", "is_client_task_panel_visible"}
IDENTITIES = ({"saml_issuer", "saml_subject"}, {"oidc_issuer", "oidc_subject"})
NEWER = {
    "build_job": {"message"},
    "output_file": {"quality"},
    "person": {*IDENTITIES[0], *IDENTITIES[1], "preview_project_id", "preview_opened_at", "preview_open_until"},
    "project": FOR_CLIENTS,
    "project_task_status_link": {"is_client_allowed"},
    "project_task_type_link": BITRATES,
    "project_template": FOR_CLIENTS,
    "project_template_task_status_link": {"is_client_allowed"},
    "project_template_task_type_link": BITRATES,
    "working_file": {"validation_status"},
}
"""Columns that the newest server of this kind has, and the one of the contract's tables had not."""
NEWER_KEYS = {"person": {frozenset(key) for key in (*IDENTITIES, {"preview_project_id"})}}
NEWER_REFERENCES = {"person": {("preview_project_id", "project.id")}}
LONGER = {("preview_file", "extension")}
"""Texts that may be longer than others let them be."""


@pytest.fixture(scope="module")
def contract() -> dict[str, Any]:
    if not CONTRACT.exists():
        pytest.skip("the contract is not at hand")
    tables: dict[str, Any] = json.loads(CONTRACT.read_text())
    return tables


def test_tables_and_columns_are_those_of_the_contract(made: Database, contract: dict[str, Any]) -> None:
    wrong = []
    with made.reading():
        for name, table in contract.items():
            found = {column.name: column for column in made.engine.get_columns(name)}
            wanted = {column["name"]: column for column in table["columns"]}
            if found.keys() - OURS.get(name, set()) != wanted.keys() | NEWER.get(name, set()):
                wrong.append(f"{name}: {sorted(found.keys() ^ wanted.keys())}")
            for key in found.keys() & wanted.keys():
                kind = str(found[key].data_type).lower().partition("(")[0]
                if kind not in KINDS[wanted[key]["type"]]:
                    wrong.append(f"{name}.{key} is {kind}, not {wanted[key]['type']}")
                if found[key].null != wanted[key]["null"]:
                    wrong.append(f"{name}.{key} may {'' if found[key].null else 'not '}be null")
    assert wrong == []


def test_texts_are_as_long_as_the_contract_lets_them_be(contract: dict[str, Any]) -> None:
    for name, table in contract.items():
        for column in table["columns"]:
            if column["type"] == "string" and column.get("length") and (name, column["name"]) not in LONGER:
                assert TABLES[name].columns()[column["name"]].length == column["length"], f"{name}.{column['name']}"


def test_references_are_those_of_the_contract(made: Database, contract: dict[str, Any]) -> None:
    with made.reading():
        for name, table in contract.items():
            found = {(key.column, f"{key.dest_table}.{key.dest_column}") for key in made.engine.get_foreign_keys(name)}
            wanted = {(key["name"], key["references"]) for key in table["columns"] if "references" in key}
            wanted |= NEWER_REFERENCES.get(name, set())
            assert found == wanted, name


def test_what_must_be_unique_is_that_of_the_contract(made: Database, contract: dict[str, Any]) -> None:
    wrong = []
    with made.reading():
        for name, table in contract.items():
            keys = {column["name"] for column in table["columns"] if column.get("primary_key")}
            key = frozenset({"id"} & keys or keys)  # an id is key enough; the contract adds to it where ids are links
            wanted = {key} | {frozenset(columns) for columns in table.get("unique_together", [])}
            wanted |= {frozenset([column["name"]]) for column in table["columns"] if column.get("unique")}
            wanted |= {frozenset(index["columns"]) - CONDITION for index in table.get("indexes", []) if index["unique"]}
            wanted |= NEWER_KEYS.get(name, set())
            found = {frozenset(index.columns) for index in made.engine.get_indexes(name) if index.unique}
            found.add(frozenset(made.engine.get_primary_keys(name)))
            if found != wanted:
                wrong.append((name, [set(columns) for columns in found ^ wanted]))
    assert wrong == []


def test_every_reference_has_an_index_so_that_deleting_what_it_points_to_scans_nothing(made: Database) -> None:
    with made.reading():
        for name, table in TABLES.items():
            leading = {index.columns[0] for index in made.engine.get_indexes(name)}
            leading |= set(made.engine.get_primary_keys(name)[:1])
            references = {key for key, column in table.columns().items() if isinstance(column, Reference)}
            assert references <= leading, name


# --- how it comes to be ---


def test_preparing_again_is_quick_and_changes_nothing(made: Database) -> None:
    started = time.perf_counter()
    assert schema.prepare(made) is False
    assert time.perf_counter() - started < 0.1
    with made.reading():
        assert made.values(SchemaVersion.select(SchemaVersion.version)) == [schema.latest_version()]


def prepare_with_others(url: str, barrier: Any, answers: Any) -> None:
    db = open_database(url)
    barrier.wait(timeout=30)
    answers.put(schema.prepare(db))
    db.close()


def test_processes_that_start_at_once_make_the_schema_once(url: str) -> None:
    context = multiprocessing.get_context("fork")
    barrier, answers = context.Barrier(6), context.Queue()
    processes = [context.Process(target=prepare_with_others, args=(url, barrier, answers)) for _ in range(6)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(timeout=60)
        assert process.exitcode == 0
    assert sorted(answers.get(timeout=5) for _ in processes) == [False] * 5 + [True]


# --- how it changes ---


@pytest.fixture
def migrations(monkeypatch: pytest.MonkeyPatch) -> dict[int, Migration]:
    """The migrations of a Kitsulite still to come."""
    migrations = dict(schema.migrations.MIGRATIONS)
    monkeypatch.setattr(schema.migrations, "MIGRATIONS", migrations)
    return migrations


@pytest.fixture
def means(tmp_path: Path) -> schema.Means:
    return schema.Means(tmp_path / "backups", Seal("a key"), say=lambda sentence: None)


def versions(db: Database) -> list[int]:
    with db.reading():
        return sorted(db.values(SchemaVersion.select(SchemaVersion.version)))


def add_column(name: str) -> Any:
    def migrate(db: Database, seal: Seal) -> None:
        db.engine.execute_sql(f'ALTER TABLE department ADD COLUMN "{name}" TEXT')

    return migrate


def test_migrations_that_were_not_seen_yet_are_done_in_order(
    made: Database, migrations: dict[int, Migration], means: schema.Means
) -> None:
    seen: list[int] = []
    known = schema.latest_version()
    for number in (known + 2, known + 1, known + 3):
        migrations[number] = Migration("Looks on.", lambda db, seal, number=number: seen.append(number))  # type: ignore[misc]
    assert schema.prepare(made, means) is False
    assert seen == [known + 1, known + 2, known + 3]
    assert versions(made) == [known, *seen]
    assert schema.prepare(made, means) is False
    assert len(seen) == 3


def test_a_migration_that_fails_leaves_the_database_as_it_was(
    made: Database, migrations: dict[int, Migration], means: schema.Means
) -> None:
    def fail(db: Database, seal: Seal) -> None:
        add_column("unfinished")(db, seal)
        raise ZeroDivisionError

    known = schema.latest_version()
    migrations.update({known + 1: Migration("", add_column("finished")), known + 2: Migration("", fail)})
    with pytest.raises(ZeroDivisionError):
        schema.prepare(made, means)
    assert versions(made) == [known]
    with made.reading():
        columns = {column.name for column in made.engine.get_columns("department")}
    assert columns == set(Department.columns())


def test_a_new_database_needs_no_migrations(db: Database, migrations: dict[int, Migration]) -> None:
    new = schema.latest_version() + 1
    migrations[new] = Migration("", lambda db, seal: pytest.fail("the models say it already"))
    assert schema.prepare(db) is True
    assert versions(db) == [new]


def test_nothing_is_migrated_where_no_backup_can_be_kept(made: Database, migrations: dict[int, Migration]) -> None:
    migrations[schema.latest_version() + 1] = Migration("", lambda db, seal: pytest.fail("there is no backup"))
    with pytest.raises(schema.MustUpgrade, match="kitsulite upgrade"):
        schema.prepare(made)


def test_a_database_of_a_newer_kitsulite_is_refused_in_words(made: Database) -> None:
    newer = schema.latest_version() + 1
    with made.writing():
        made.run(SchemaVersion.insert(version=newer))
    with pytest.raises(schema.TooNew, match=rf"version {newer}.*Upgrade"):
        schema.prepare(made)
    with made.writing():
        made.run(SchemaVersion.delete().where(SchemaVersion.version == newer))
    assert schema.prepare(made) is False


def test_a_model_has_no_database_of_its_own() -> None:
    with pytest.raises((peewee.InterfaceError, AttributeError)):
        list(Department.select())


# --- what differs ---


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ("DROP TABLE milestone", "there is no table milestone"),
        ("ALTER TABLE department DROP COLUMN archived", "department has no column archived"),
        ("ALTER TABLE department ADD COLUMN motto TEXT", "department has a column motto of its own"),
        ("ALTER TABLE department RENAME COLUMN color TO colour", "department has no column color"),
        ("DROP INDEX person_email_of_humans", "the index or trigger person_email_of_humans is missing"),
        ("DROP TABLE search_pending", "there is no table search_pending"),
    ],
)
def test_tables_that_are_not_what_the_models_say_are_refused_in_words(made: Database, change: str, words: str) -> None:
    with made.writing():
        made.engine.execute_sql(change)
    with pytest.raises(schema.Differs, match="not those of this Kitsulite") as refused:
        schema.prepare(made)
    assert words in str(refused.value)


def test_a_column_of_another_type_is_refused_in_words(made: Database) -> None:
    with made.writing():
        if made.name == "postgres":
            made.engine.execute_sql("ALTER TABLE department ALTER COLUMN name TYPE varchar(40)")
            words = "department.name is character varying(40), not character varying(80)"
        else:
            made.engine.execute_sql("ALTER TABLE department DROP COLUMN archived")
            made.engine.execute_sql("ALTER TABLE department ADD COLUMN archived TEXT")
            words = "department.archived is TEXT, not "
    with pytest.raises(schema.Differs) as refused:
        schema.prepare(made)
    assert words in str(refused.value)


def test_a_trigger_that_is_missing_is_refused_in_words(made: Database) -> None:
    where = ' ON "news"' if made.name == "postgres" else ""
    with made.writing():
        made.engine.execute_sql(f"DROP TRIGGER feed_news_new{where}")
    with pytest.raises(schema.Differs, match="feed_news_new is missing"):
        schema.prepare(made)


def test_other_tables_in_the_database_are_no_business_of_ours(made: Database) -> None:
    with made.writing():
        made.engine.execute_sql("CREATE TABLE somebody_elses (id INTEGER)")
    assert schema.prepare(made) is False
