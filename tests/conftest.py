"""Every test of the API runs on SQLite and on PostgreSQL; KITSULITE_TEST_ENGINES narrows it.

`pytest` alone runs what shows soon whether a change is sound: all but what is marked `long`, and on PostgreSQL the folders where the
engines differ most. `pytest --rest` runs the rest, as `.ci/run` does. Whoever names folders, files or tests gets all that is there.
"""

import re
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


ON_POSTGRES = ("work",)
"""The folders whose tests run on PostgreSQL at first too."""
LATER = ("backups", "days", "live")
"""The folders whose tests run later: whole days, and what waits for processes."""
TESTS = Path(__file__).parent


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--rest", action="store_true", help="run what `pytest` alone leaves out")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    rest = config.getoption("--rest")
    if not rest and config.args_source is not pytest.Config.ArgsSource.TESTPATHS:
        return
    config.hook.pytest_deselected(items=[item for item in items if _is_later(item) != rest])
    items[:] = [item for item in items if _is_later(item) == rest]


def _is_later(item: pytest.Item) -> bool:
    on_postgres = "postgres" in re.split(r"[\[\]-]", item.name)
    folder = item.path.relative_to(TESTS).parts[0]
    is_long = folder in LATER or item.get_closest_marker("long") is not None
    return is_long or (on_postgres and folder not in ON_POSTGRES)


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
