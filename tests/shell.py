"""Commands on the studio of a test, in its own process."""

import pytest
from studio import Studio

from kitsulite.cli import main


class Shell:
    """What a command printed; of one that ends with another code, what it complained of."""

    def __init__(self, studio: Studio, capsys: pytest.CaptureFixture[str]) -> None:
        self.place = ("--data", studio.tracker.settings.data, "--database", studio.tracker.settings.database)
        self.capsys = capsys

    def __call__(self, *arguments: str, code: int = 0) -> str:
        assert main([*arguments, *self.place]) == code
        said = self.capsys.readouterr()
        return said.err if code else said.out


@pytest.fixture
def kitsulite(studio: Studio, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Shell:
    monkeypatch.setenv("SECRET_KEY", studio.tracker.settings.secret_key)
    monkeypatch.setenv("MAIL_ENABLED", "false")
    monkeypatch.setenv("KITSULITE_PRIVATE_WEBHOOKS", "true")
    return Shell(studio, capsys)
