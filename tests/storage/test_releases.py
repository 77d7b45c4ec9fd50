"""Studios of every release open in this one: their databases are upgraded, their dumps are loaded.

`releases/` holds, for each version of the schema, a studio with a row in every table: as it lay in SQLite and in PostgreSQL,
and as a dump. Whoever adds a migration adds the three of the schema that it starts from; none is ever changed.
"""

import gzip
import json
import multiprocessing
import stat
from collections.abc import Callable, Collection, Iterator
from pathlib import Path
from typing import Any

import pyotp
import pytest
from engines import bare_database, directly, drop_studio

from kitsulite import Settings, Tracker, create_app
from kitsulite.areas.people import secondfactors
from kitsulite.areas.studio import transfer
from kitsulite.cli import main
from kitsulite.models import TABLES, schema
from kitsulite.models.migrations import BASELINE, MIGRATIONS, latest_version
from kitsulite.models.people import Person
from kitsulite.storage import open_database
from kitsulite.storage.seal import MARK

RELEASES = Path(__file__).parent.parent / "releases"
KEY = "the key of schema 1"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
NOT_YET = {
    "api_key",
    "event_place",
    "outbox",
    "preview_file_storage_state",
    "provisioned",
    "project_task_type_software_link",
    "stored_file",
    "webhook",
}
"""Tables that were not there at first."""
FILLED = {"checklist": []}
"""What is in columns that were empty before."""
ADDED = {"Concept", "Scene", "ConceptFolder"}
"""Kinds of entities that every studio has since."""
OLDER = range(BASELINE, latest_version())

Kitsulite = Callable[..., str]


def unpacked(name: str) -> bytes:
    return gzip.decompress((RELEASES / name).read_bytes())


@pytest.fixture
def old(engine: str, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Settings]:
    """The settings of a studio as a release left it."""
    number = getattr(request, "param", BASELINE)
    url = bare_database(engine)
    if engine == "sqlite":
        (tmp_path / "studio.db").write_bytes(unpacked(f"schema-{number}.sqlite.gz"))
    else:
        import psycopg

        with psycopg.connect(directly(url), autocommit=True) as connection:
            connection.execute(unpacked(f"schema-{number}.postgres.sql.gz"))
    yield Settings(data=str(tmp_path), database=url, secret_key=KEY)
    drop_studio(url)


@pytest.fixture
def kitsulite(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Kitsulite:
    monkeypatch.setenv("SECRET_KEY", KEY)

    def run(*arguments: str, code: int = 0) -> str:
        assert main(arguments) == code
        said = capsys.readouterr()
        return said.out + said.err

    return run


def rows_of(dump: bytes) -> list[dict[str, Any]]:
    return [line for line in map(json.loads, dump.splitlines()) if "table" in line]


def known_then(rows: list[dict[str, Any]], once: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Rows without the kinds of entities that an upgrade makes."""
    kept = {line["row"]["id"] for line in once if line["table"] == "entity_type"}
    return [line for line in rows if line["table"] != "entity_type" or line["row"]["id"] in kept]


def as_once(rows: list[dict[str, Any]], once: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Rows without the columns that came since."""
    columns = {line["table"]: line["row"].keys() for line in once}
    return [{"table": line["table"], "row": _filled(line["row"], columns[line["table"]])} for line in rows]


def _filled(row: dict[str, Any], keys: Collection[str]) -> dict[str, Any]:
    return {key: FILLED.get(key) if row[key] is None else row[key] for key in row.keys() & keys}


def same(rows: list[dict[str, Any]], once: list[dict[str, Any]]) -> bool:
    rows, once = as_once(rows, once), as_once(once, once)
    return sorted(map(_spelled, rows)) == sorted(map(_spelled, once))


def _spelled(line: dict[str, Any]) -> str:
    return json.dumps(line, sort_keys=True)


def test_every_schema_is_kept_on_both_engines_and_as_a_dump() -> None:
    numbers = set(range(BASELINE, latest_version() + 1))
    assert numbers == MIGRATIONS.keys() | {BASELINE}
    for number in numbers:
        assert (RELEASES / f"dump-{number}.jsonl.gz").exists()
    for number in OLDER:
        assert (RELEASES / f"schema-{number}.sqlite.gz").exists()
        assert (RELEASES / f"schema-{number}.postgres.sql.gz").exists()


@pytest.mark.parametrize("old", OLDER, indirect=True)
def test_a_studio_of_a_release_is_upgraded_with_every_row(
    old: Settings, caplog: pytest.LogCaptureFixture, request: pytest.FixtureRequest
) -> None:
    with Tracker(old) as tracker:
        found = list(transfer.dump(tracker.db, tracker.keys.seal))
        with tracker.db.reading():
            assert schema.differences(tracker.db) == []
            assert schema.version(tracker.db) == latest_version()
    tables = {row["table"] for row in map(json.loads, found)}
    assert tables == {name for name, table in TABLES.items() if table not in transfer.LEFT_OUT} - NOT_YET
    once, rows = rows_of(unpacked("dump-1.jsonl.gz")), list(map(json.loads, found))
    assert same(known_then(rows, once), once)
    kinds = [line["row"]["name"] for line in rows if line["table"] == "entity_type"]
    assert sorted(kinds) == sorted({line["row"]["name"] for line in once if line["table"] == "entity_type"} | ADDED)
    said = " ".join(caplog.messages)
    number = request.node.callspec.params["old"]
    assert f"from schema {number} to {latest_version()}" in said
    assert all(migration.says in said for version, migration in MIGRATIONS.items() if version > number)


def test_a_second_factor_is_sealed_by_the_upgrade_and_still_works(old: Settings) -> None:
    with Tracker(old) as tracker:
        with tracker.db.reading():
            [admin] = tracker.db.rows(Person.select().where(Person.totp_secret.is_null(False), Person.role == "admin"))
        assert admin["totp_secret"].startswith(MARK)
        assert SECRET not in admin["totp_secret"]
        proof = secondfactors.Proof(totp=pyotp.TOTP(SECRET).now())
        assert secondfactors.verify(tracker.work, admin, proof, None) is secondfactors.Verdict.RIGHT


def test_a_backup_comes_before_and_can_be_put_back(old: Settings, kitsulite: Kitsulite, tmp_path: Path) -> None:
    Tracker(old).close()
    [kept] = (tmp_path / "backups").iterdir()
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    again = tmp_path / "again"
    again.mkdir()
    if kept.suffix == ".db":
        db = open_database(f"sqlite:///{kept}")
        with db.reading():
            assert schema.version(db) == BASELINE
        db.close()
        kept.rename(again / "studio.db")
    else:
        kitsulite("load", str(kept), "--data", str(again))
    with Tracker(Settings(data=str(again), secret_key=KEY)) as tracker:
        rows = list(map(json.loads, transfer.dump(tracker.db, tracker.keys.seal)))
    once = rows_of(unpacked("dump-1.jsonl.gz"))
    assert len(known_then(rows, once)) == len(once)


def test_an_upgrade_can_be_looked_at_before(old: Settings, kitsulite: Kitsulite, tmp_path: Path) -> None:
    where = ("--data", old.data, *(("--database", old.database) if old.database else ()))
    said = kitsulite("upgrade", "--plan", *where)
    assert said.splitlines() == [
        f"This studio has schema {BASELINE}, this Kitsulite {latest_version()}.",
        f"A backup goes to {tmp_path / 'backups'} first. Then:",
        *(f"{number}: {migration.says}" for number, migration in sorted(MIGRATIONS.items())),
    ]
    assert not (tmp_path / "backups").exists()
    assert kitsulite("upgrade", *where).endswith(f"has schema {latest_version()}, as this Kitsulite has.\n")
    assert len(list((tmp_path / "backups").iterdir())) == 1
    assert "nothing to do" in kitsulite("upgrade", "--plan", *where)
    kitsulite("upgrade", *where)
    assert len(list((tmp_path / "backups").iterdir())) == 1


def open_and_close(settings: Settings) -> None:
    create_app(settings).tracker.close()


def test_processes_that_start_at_once_upgrade_once(old: Settings, tmp_path: Path) -> None:
    context = multiprocessing.get_context("fork")
    processes = [context.Process(target=open_and_close, args=(old,)) for _ in range(4)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(timeout=60)
        assert process.exitcode == 0
    assert len(list((tmp_path / "backups").iterdir())) == 1


@pytest.mark.parametrize("number", range(BASELINE, latest_version() + 1))
def test_a_dump_of_a_release_is_loaded(number: int, engine: str, kitsulite: Kitsulite, tmp_path: Path) -> None:
    url = bare_database(engine)
    where = ("--data", str(tmp_path / "new"), *(("--database", url) if url else ()))
    name = f"dump-{number}.jsonl.gz"
    rows = rows_of(unpacked(name))
    assert kitsulite("load", str(RELEASES / name), *where) == f"Loaded {len(rows)} rows.\n"
    kitsulite("dump", str(tmp_path / "again.jsonl"), *where)
    again = rows_of((tmp_path / "again.jsonl").read_bytes())
    assert same(again, rows)
    drop_studio(url)
