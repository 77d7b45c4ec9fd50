"""Every test of the API runs on SQLite and on PostgreSQL; KITSULITE_TEST_ENGINES narrows it.

Walks over all routes or all collections run on SQLite alone; with KITSULITE_TEST_WALKS=all, as in `.ci/run`, on both.
"""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from clock import clock  # noqa: F401
from declared import Watch
from departments import db  # noqa: F401
from engines import empty, engines_wanted, hurry, new_studio
from reviewing import review  # noqa: F401
from serving import bare, served  # noqa: F401
from signing import cheap_hashes  # noqa: F401
from stores import files_url  # noqa: F401
from studio import Studio

from kitsulite import Settings, Tracker

kept: dict[str, str] = {}


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if os.environ.get("KITSULITE_TEST_WALKS") != "all":
        later = [item for item in items if item.get_closest_marker("walk") and "[postgres" in item.name]
        config.hook.pytest_deselected(items=later)
        items[:] = [item for item in items if item not in later]


@pytest.fixture(params=list(engines_wanted()))
def engine(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def database(engine: str, tmp_path: Path) -> str:
    """The URL of a database with the schema and no rows."""
    if engine == "sqlite":
        return new_studio(engine, tmp_path)
    if engine not in kept:
        kept[engine] = new_studio(engine, tmp_path)
    return kept[engine]


@pytest.fixture
def settings(database: str, tmp_path: Path) -> Settings:
    return Settings(data=str(tmp_path), database=database, secret_key="for-tests", domain_name="studio.test")


@pytest.fixture
def tracker(settings: Settings) -> Iterator[Tracker]:
    if settings.database in kept.values():
        empty(settings.database)
    tracker = Tracker(settings, first_data=False)
    hurry(tracker.db)
    yield tracker
    tracker.close()


@pytest.fixture
def studio(tracker: Tracker) -> Studio:
    return Studio(tracker)


@pytest.fixture(autouse=True)
def declared(monkeypatch: pytest.MonkeyPatch) -> Iterator[Watch]:
    """Every request of every test is held against the document of the API."""
    watch = Watch()
    watch.install(monkeypatch)
    yield watch
    assert not watch.problems, "not in the document:\n" + "\n".join(watch.problems)
