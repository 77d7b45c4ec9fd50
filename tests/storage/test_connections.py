"""How many connections a studio takes of PostgreSQL: never more than the settings say, however many clients there are."""

import http.client
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest
from engines import directly, drop_studio, engines_wanted, new_studio
from nodes import KEY, nodes
from serving import Served
from studio import Studio

from kitsulite import Settings, Tracker
from kitsulite.areas.people import sessions
from kitsulite.models.people import Person

pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif("postgres" not in engines_wanted(), reason="it is about PostgreSQL"),
]
CLIENTS, REQUESTS, WORKERS, CONNECTIONS = 32, 30, 2, 3
BESIDE = min(CONNECTIONS, 4) + 1
"""What a node takes beside its workers (docs/postgres.md)."""
SESSIONS = (
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    " AND backend_type = 'client backend'"
)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[str]:
    url = directly(new_studio("postgres", tmp_path))
    yield url
    drop_studio(url)


@pytest.fixture
def token(database: str, tmp_path: Path) -> str:
    settings = Settings(data=str(tmp_path / "made"), database=database, secret_key=KEY)
    with Tracker(settings, first_data=False) as tracker, tracker.work() as work:
        ann = work.insert(Person, first_name="Ann", last_name="Ada", email="ann@studio.test", role="admin")
        return str(sessions.open_session(work, str(ann))["access_token"])


class Count:
    """The sessions of a database, looked at again and again: the most that there were."""

    def __init__(self, url: str) -> None:
        self.url, self.most = url, 0
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._look)

    def _look(self) -> None:
        with psycopg.connect(self.url, autocommit=True) as connection:
            while not self._is_over.is_set():
                (count,) = connection.execute(SESSIONS).fetchone() or (0,)
                self.most = max(self.most, count)
                time.sleep(0.005)

    def __enter__(self) -> "Count":
        self._thread.start()
        return self

    def __exit__(self, *problem: object) -> None:
        self._is_over.set()
        self._thread.join()


def ask(node: Served, token: str) -> list[int]:
    """The statuses that a client got."""
    connection = http.client.HTTPConnection(urlsplit(node.url).netloc, timeout=60)
    found = []
    for path in ("/data/user/context", "/data/events?after=0&wait=0.1") * (
        REQUESTS // 2
    ):  # of a worker, and of who waits
        connection.request("GET", path, headers={"Authorization": f"Bearer {token}"})
        answer = connection.getresponse()
        answer.read()
        found.append(answer.status)
    return found


@pytest.mark.parametrize("count", [1, 2])
def test_nodes_ask_for_no_more_connections_than_their_settings_say(
    tmp_path: Path, database: str, token: str, count: int
) -> None:
    said = {"KITSULITE_CONNECTIONS": str(CONNECTIONS)}
    with (
        nodes(tmp_path, database, "--workers", str(WORKERS), "--threads", "16", count=count, **said) as running,
        Count(database) as sessions,
        ThreadPoolExecutor(CLIENTS) as pool,
    ):
        asked = [pool.submit(ask, running[number % count], token) for number in range(CLIENTS)]
        assert {status for future in asked for status in future.result()} == {200}
    limit = count * (WORKERS * CONNECTIONS + BESIDE)
    assert limit // 2 < sessions.most <= limit


def test_when_all_are_in_use_a_request_waits_and_then_is_told_to_come_again(database: str, tmp_path: Path) -> None:
    settings = Settings(data=str(tmp_path), database=database, secret_key=KEY, connections=1, lock_timeout=1)
    with Tracker(settings, first_data=False) as tracker:
        ann = Studio(tracker).person("Ann", "admin")
        is_held, is_over = threading.Event(), threading.Event()

        def hold(seconds: float) -> None:
            with tracker.db.reading():
                is_held.set()
                is_over.wait(seconds)

        for seconds, status in ((0.3, 200), (30.0, 503)):
            is_held.clear()
            holder = threading.Thread(target=hold, args=(seconds,))
            holder.start()
            assert is_held.wait(5)
            started = time.monotonic()
            assert ann.call("GET", "/data/departments").status == status
            assert 0.2 < time.monotonic() - started < 5
            is_over.set()
            holder.join()
            is_over.clear()
