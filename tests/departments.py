"""Storage for tests, and departments as the rows to store in it: a table that points to nothing."""

from collections.abc import Iterator
from typing import Any

import pytest
from engines import empty

from kitsulite.models import new_id
from kitsulite.models.people import Department
from kitsulite.storage import Database, open_database

WAIT = 0.3
MOMENT = "2026-03-01T08:30:00.000000"


@pytest.fixture
def db(database: str) -> Iterator[Database]:
    if not database.startswith("sqlite"):
        empty(database)
    db = open_database(database, lock_timeout=WAIT, connections=4)
    yield db
    db.close()


def add_department(db: Database, name: str, **values: Any) -> str:
    id = new_id()
    db.run(Department.insert(id=id, name=name, color="#FFFFFF", created_at=MOMENT, updated_at=MOMENT, **values))
    return id


def names(db: Database) -> list[str]:
    with db.reading():
        return sorted(db.values(Department.select(Department.name)))


def open_connections(db: Database) -> int:
    return len(db.engine._connections) + len(db.engine._in_use)  # type: ignore[attr-defined]
