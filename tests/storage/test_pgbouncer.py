"""PostgreSQL behind pgbouncer in transaction pooling: each transaction may meet another session of the server.

What the tracker does at all through it is run by `KITSULITE_TEST_POOLER=1 pytest tests/days tests/storage …`, as `.ci/run` does.
"""

import http.client
import json
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlsplit

import pooler
import programs
import psycopg
import pytest
from departments import WAIT, add_department, names
from engines import directly, drop_studio, engines_wanted, new_studio, through_pooler
from serving import serve, signed_in

from kitsulite.models import now
from kitsulite.models.people import Department
from kitsulite.storage import Busy, Database, Statement, open_database

pytestmark = pytest.mark.skipif("postgres" not in engines_wanted(), reason="it is about PostgreSQL")
CLIENTS, REQUESTS = 16, 25


@pytest.fixture
def url(tmp_path: Path) -> Iterator[str]:
    programs.needed("pgbouncer")
    url = directly(new_studio("postgres", tmp_path))
    yield url
    drop_studio(url)


@pytest.fixture
def db(url: str) -> Iterator[Database]:
    db = open_database(through_pooler(url), lock_timeout=WAIT)
    yield db
    db.close()


def at_once(db: Database, act: object, times: int = 8) -> list[object]:
    """What comes of an act in so many transactions that are open at the same time, so that they share sessions with no other."""
    gate = threading.Barrier(pooler.SESSIONS)

    def transact(_: int) -> object:
        with db.reading():
            gate.wait(10)
            return act(db)  # type: ignore[operator]

    with ThreadPoolExecutor(pooler.SESSIONS) as pool:
        return list(pool.map(transact, range(pooler.SESSIONS * times)))


def test_every_session_has_the_settings_of_the_tracker(url: str) -> None:
    """Also of a database that has settings of its own."""
    name = urlsplit(url).path.lstrip("/")
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"ALTER DATABASE {name} SET timezone = 'Asia/Tokyo'")
        connection.execute(f"ALTER DATABASE {name} SET datestyle = 'SQL, DMY'")
    db = open_database(through_pooler(url), lock_timeout=WAIT)
    asked = "SELECT pg_backend_pid(), current_setting('timezone'), left(current_setting('datestyle'), 3), current_setting('lock_timeout')"
    found = at_once(db, lambda db: db.select(asked)[0])
    assert len({pid for pid, *_ in found}) == pooler.SESSIONS  # type: ignore[misc]
    assert {tuple(settings) for _, *settings in found} == {("UTC", "ISO", "300ms")}  # type: ignore[misc]
    with db.writing(patience=0.05):
        assert db.select("SHOW lock_timeout") == [("50ms",)]
    with db.writing():
        assert db.select("SHOW lock_timeout") == [("300ms",)]
    db.close()


def test_a_statement_is_asked_again_and_again_in_whatever_session(db: Database) -> None:
    with db.writing():
        add_department(db, "Layout")
    at_once(db, names_now)
    by_name = Statement(lambda name: Department.select(Department.name).where(Department.name == name))
    sessions = set()
    for _ in range(pooler.SESSIONS * 5):
        with db.reading():
            sessions.update(db.select("SELECT pg_backend_pid()"))
            assert db.ask(by_name, "Layout") == [{"name": "Layout"}]
    assert len(sessions) == pooler.SESSIONS


def test_rows_are_streamed_and_copied_by_many_at_once(db: Database) -> None:
    rows = [
        (f"{number:08}-0000-4000-8000-000000000000", str(number), "#FFFFFF", False, now(), now())
        for number in range(2000)
    ]
    with db.writing():
        db.insert_many("department", ("id", "name", "color", "archived", "created_at", "updated_at"), rows)
    query = Department.select(Department.name)
    found = at_once(db, lambda db: sum(len(piece) for piece in db.stream(query)), times=3)
    assert found == [2000] * len(found)


def test_more_transactions_than_sessions_wait(db: Database) -> None:
    def add(number: int) -> None:
        with db.writing():
            add_department(db, str(number))

    with ThreadPoolExecutor(CLIENTS) as pool:
        list(pool.map(add, range(CLIENTS * 4)))
    assert len(names(db)) == CLIENTS * 4
    with psycopg.connect(directly(db.url)) as connection:
        count = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        [(sessions,)] = connection.execute(count).fetchall()
    assert 1 < sessions <= pooler.SESSIONS


def test_a_restart_of_the_server_costs_the_transaction_at_hand_and_no_more(db: Database) -> None:
    def restart() -> None:
        with psycopg.connect(directly(db.url), autocommit=True) as other:
            other.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                          " WHERE datname = current_database() AND pid <> pg_backend_pid()")  # fmt: skip
        while pooler.sessions(db.url):
            time.sleep(0.01)

    at_once(db, names_now)
    restart()
    at_once(db, names_now)
    with pytest.raises(Busy), db.writing():  # noqa: PT012
        restart()
        add_department(db, "Layout")
    with db.writing():
        add_department(db, "Rigging")
    assert names(db) == ["Rigging"]


def names_now(db: Database) -> list[str]:
    return sorted(db.values(Department.select(Department.name)))


@pytest.mark.long
def test_two_workers_serve_many_clients(url: str, tmp_path: Path) -> None:
    with serve(tmp_path / "data", through_pooler(url), "--workers", "2", SECRET_KEY="for-tests") as server:
        token = signed_in(server).tokens["access_token"]
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}

        def work(client: int) -> None:
            connection = http.client.HTTPConnection(urlsplit(server.url).netloc, timeout=30)
            for number in range(REQUESTS):
                body = {"name": f"{client}-{number}", "color": "#FFFFFF"}
                for method, path, sent, status in (
                    ("POST", "/data/departments", json.dumps(body), 201),
                    ("GET", "/data/user/context", None, 200),
                ):
                    connection.request(method, path, sent, headers)
                    answer = connection.getresponse()
                    assert (answer.status, path) == (status, path), answer.read()
                    answer.read()

        with ThreadPoolExecutor(CLIENTS) as pool:
            list(pool.map(work, range(CLIENTS)))
        assert server.stop() == 0
        assert not server.errors.read_text().replace("Links in e-mails", "", 1).count("Traceback")
    db = open_database(url)
    made = {name for name in names(db) if "-" in name and name.partition("-")[0].isdecimal()}
    assert len(made) == CLIENTS * REQUESTS
    db.close()
