"""What tests of backups share."""

from collections.abc import Callable

import pytest

from kitsulite import Settings
from kitsulite.cli import main

Kitsulite = Callable[..., str]


@pytest.fixture
def kitsulite(settings: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Kitsulite:
    """What a command says, about the studio of the test."""

    def run(*arguments: object, code: int = 0, **environment: str) -> str:
        given = {"KITSULITE_DATA": settings.data, "KITSULITE_DATABASE": settings.database, "SECRET_KEY": "for-tests"}
        for name, value in (given | environment).items():
            monkeypatch.setenv(name, value)
        assert main([str(argument) for argument in arguments]) == code
        said = capsys.readouterr()
        return said.out + said.err

    return run
