"""A bell that all nodes on a PostgreSQL server hear, without a pooler, and with one beside which a direct URL is said."""

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import programs
import pytest
from departments import WAIT
from engines import directly, drop_studio, engines_wanted, new_studio, through_pooler

from kitsulite.storage import Database, open_database
from kitsulite.storage.bell import Bell

pytestmark = pytest.mark.skipif("postgres" not in engines_wanted(), reason="it is about PostgreSQL")
PATIENCE = 5


class Ear:
    """A node that listens, and counts what it hears."""

    def __init__(self, db: Database, direct: str = "") -> None:
        self.count = 0
        self._changed = threading.Condition()
        self.bell: Bell = db.bell(self._hear, direct)

    def _hear(self) -> None:
        with self._changed:
            self.count += 1
            self._changed.notify_all()

    def hears(self, count: int, within: float = PATIENCE) -> bool:
        with self._changed:
            return self._changed.wait_for(lambda: self.count >= count, within)


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    url = directly(new_studio("postgres", tmp_path))
    db = open_database(url, lock_timeout=WAIT)
    yield db
    db.close()
    drop_studio(url)


def test_all_but_who_rang_hear_it(db: Database) -> None:
    ears = [Ear(db) for _ in range(3)]
    assert all(ear.hears(1) for ear in ears)  # who begins to listen may have missed something
    ears[0].bell.ring()
    assert all(ear.hears(2) for ear in ears[1:])
    assert not ears[0].hears(2, within=0.1)
    for ear in ears:
        ear.bell.close()


def test_a_connection_that_is_lost_is_made_again(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kitsulite.storage.bell.AGAIN", 0.05)
    here, there = Ear(db), Ear(db)
    assert here.hears(1)
    assert there.hears(1)
    with db.reading():
        db.select("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()"
                  " AND pid <> pg_backend_pid()")  # fmt: skip
    assert here.hears(2)  # it may have missed something
    assert there.hears(2)
    here.bell.ring()
    assert there.hears(3)
    here.bell.close()
    there.bell.close()


def test_behind_a_pooler_the_direct_url_is_used_and_without_one_nothing_is_heard(db: Database) -> None:
    programs.needed("pgbouncer")
    pooled = open_database(through_pooler(db.url), lock_timeout=WAIT)
    deaf, here, there = Ear(pooled), Ear(pooled, db.url), Ear(db)
    assert here.hears(1)
    assert there.hears(1)
    here.bell.ring()
    assert there.hears(2)
    deaf.bell._thread.join(PATIENCE)  # it holds no session of the pooler
    assert not deaf.bell._thread.is_alive()
    assert deaf.count == 0
    started = time.monotonic()
    for ear in (deaf, here, there):
        ear.bell.ring()
        ear.bell.close()
    assert time.monotonic() - started < PATIENCE
    pooled.close()


@pytest.mark.parametrize("direct", ["postgresql://postgres@127.0.0.1:9/nowhere", "postgresql://%"])
def test_a_server_that_is_not_there_holds_up_nobody_and_is_told_once(
    db: Database, direct: str, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kitsulite.storage.bell.AGAIN", 0.05)
    ear = Ear(db, direct)
    time.sleep(0.3)
    started = time.monotonic()
    for _ in range(100_000):
        ear.bell.ring()
    ear.bell.close()
    assert time.monotonic() - started < PATIENCE
    assert ear.count == 0
    assert [record.getMessage().partition(":")[0] for record in caplog.records] == ["Other nodes are not heard at once"]
