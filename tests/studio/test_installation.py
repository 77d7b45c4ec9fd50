"""Whether the rows of a studio are sound: every table is looked at, and what is wrong is told."""

import io

import pytest
from peewee import sqlite3
from studio import Studio

from kitsulite.areas.studio import installation
from kitsulite.models import TABLES, new_id, now
from kitsulite.work.work import operator


def problems(studio: Studio) -> dict[str, list[str]]:
    checked = list(installation.check_integrity(studio.tracker.work))
    assert [one.table for one in checked] == list(TABLES)
    assert (checked[-1].done, checked[-1].total) == (len(TABLES), len(TABLES))
    return {one.table: one.problems for one in checked if one.problems}


def lose_reference(studio: Studio) -> None:
    """A row that points to one that is not there, as only a broken disk or a careless hand leaves behind."""
    values = (new_id(), now(), now(), new_id(), "web")
    db = studio.tracker.db
    insert = "INSERT INTO login_log (id, created_at, updated_at, person_id, origin) VALUES ({0}, {0}, {0}, {0}, {0})"
    if db.name == "sqlite":
        with sqlite3.connect(db.files()[0]) as connection:
            connection.execute(insert.format("?"), values)
        connection.close()
        return
    import psycopg

    with psycopg.connect(db.url) as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute(insert.format("%s"), values)


def test_files_are_counted_bit_by_bit(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(installation, "FILES_A_STEP", 2)
    for number in range(3):
        studio.tracker.files.put(f"movies-0badcafe-{number}", io.BytesIO(b"12345"))
    assert list(installation.measure_files(studio.tracker.files)) == [
        installation.Measured(2, 10, is_all=False),
        installation.Measured(3, 15, is_all=True),
    ]


def test_references_that_lead_nowhere_are_found(studio: Studio) -> None:
    studio.person("Ann")
    assert problems(studio) == {}
    lose_reference(studio)
    found = problems(studio)
    assert list(found) == ["login_log"]
    assert "person" in found["login_log"][0]


def test_a_studio_is_described_in_numbers(studio: Studio) -> None:
    studio.person("Ann")
    studio.person("Gone", active=False)
    studio.project("Fox")
    studio.project("Old", status="Closed")
    with studio.tracker.work(operator(), writes=False) as work:
        found = installation.describe(work)
    assert (found["active_people"], found["people"], found["sessions"]) == (1, 2, 2)
    assert (found["open_productions"], found["productions"]) == (1, 2)
    assert found["database_size"] > 0
    assert 0 < found["disk_free"] <= found["disk_total"]
