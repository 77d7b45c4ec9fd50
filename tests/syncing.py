"""`kitsulite person sync-ldap` for tests: on the studio and the directory of a test."""

import dataclasses
import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from directory import Directory, directory
from signing import set_up
from studio import Member, Studio

from kitsulite.cli import main
from kitsulite.models.people import Person
from kitsulite.models.tools import ApiEvent
from kitsulite.settings import Settings, written
from kitsulite.storage import Row

Find = Callable[[str], Any]
"""The stored row of somebody, by login; None for nobody."""
VARIABLES = {item.name: item.metadata["variable"] for item in dataclasses.fields(Settings)}


class Sync:
    """The command, on the studio and the directory of a test."""

    def __init__(
        self, studio: Studio, there: Directory, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        self.studio, self.capsys, self.monkeypatch = studio, capsys, monkeypatch
        self.place = ("--data", studio.tracker.settings.data, "--database", studio.tracker.settings.database)
        self.set(**there.settings, secret_key=studio.tracker.settings.secret_key)

    def set(self, **options: Any) -> None:
        """Change the settings of the studio."""
        set_up(self.studio, **options)
        for name, value in options.items():
            text = ",".join(value) if isinstance(value, list) else written(value)
            self.monkeypatch.setenv(VARIABLES[name], text)

    def __call__(self, *arguments: str, code: int = 0) -> str:
        """What it prints; what it complains of, where it does."""
        ended = main(["person", "sync-ldap", *arguments, *self.place])
        said = self.capsys.readouterr()
        assert ended == code, said
        return said.err if code else said.out

    def json(self, *arguments: str, code: int = 0) -> Any:
        ended = main(["person", "sync-ldap", "--json", *arguments, *self.place])
        said = self.capsys.readouterr()
        assert ended == code, said
        return json.loads(said.out)


@pytest.fixture
def there() -> Iterator[Directory]:
    with directory() as running:
        yield running


@pytest.fixture
def sync(studio: Studio, there: Directory, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Sync:
    return Sync(studio, there, capsys, monkeypatch)


@pytest.fixture
def find(studio: Studio) -> Find:
    """The stored row of somebody, by login."""

    def find(login: str) -> Row | None:
        with studio.tracker.work(writes=False) as work:
            return work.db.row(Person.select().where(Person.desktop_login == login))

    return find


def people(studio: Studio) -> list[str]:
    """The logins of those who are active, in order."""
    with studio.tracker.work(writes=False) as work:
        return sorted(filter(None, work.db.values(Person.select(Person.desktop_login).where(Person.active))))


def told(studio: Studio) -> list[str]:
    with studio.tracker.work(writes=False) as work:
        return list(work.db.values(ApiEvent.select(ApiEvent.name).order_by(ApiEvent.created_at)))


def of_directory(studio: Studio, name: str, **values: Any) -> Member:
    return studio.person(name, **{"desktop_login": name.lower(), "is_generated_from_ldap": True, **values})
