"""The command line itself: what it knows of its words, and of the settings it works with."""

import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from kitsulite import Tracker, __version__
from kitsulite.areas.people import passwords
from kitsulite.cli import main
from kitsulite.cli.serving import welcome
from kitsulite.models.people import Person

Capture = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def _nothing_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("KITSULITE_DATA", str(tmp_path / "fox"))


def misused(capsys: Capture, *arguments: str) -> str:
    """The last line of what is said to a command line that is wrong."""
    with pytest.raises(SystemExit) as left:
        main(arguments)
    assert left.value.code == 2
    return capsys.readouterr().err.splitlines()[-1]


def test_the_version_is_an_option_too(capsys: Capture) -> None:
    with pytest.raises(SystemExit) as left:
        main(["--version"])
    assert left.value.code == 0
    assert capsys.readouterr().out.startswith(f"kitsulite {__version__} ")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["serv"], "there is no serv: did you mean serve?"),
        (["person", "lst"], "there is no lst: did you mean list?"),
        (["person", "create", "a@b.c", "--role", "manger"], "there is no manger: did you mean manager?"),
        (["serve", "--porrt", "5000"], "(did you mean --port?)"),
        (["person", "list", "--jason"], "(did you mean --json?)"),
        (["jobs", "qqq"], "there is no qqq: choose from run, list, retry."),
    ],
)
def test_a_word_that_is_not_known_is_guessed(capsys: Capture, arguments: list[str], words: str) -> None:
    assert words in misused(capsys, *arguments)


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_shells_learn_the_words(capsys: Capture, shell: str) -> None:
    assert main(["completion", shell]) == 0
    script = capsys.readouterr().out
    for word in ("serve", "person", "upgrade", "--plan" if shell != "fish" else "plan"):
        assert word in script
    if shell == "bash":
        subprocess.run(["bash", "-n"], input=script, text=True, check=True)


def test_completion_says_what_to_install(capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "shtab", None)
    assert main(["completion", "bash"]) == 1
    assert "pip install 'kitsulite[completion]'" in capsys.readouterr().err


def test_settings_tell_what_is_in_force_and_where_it_comes_from(
    capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("USER_LIMIT", "12")
    monkeypatch.setenv("SECRET_KEY", "hush")
    monkeypatch.setenv("KITSULITE_DATABASE", "postgresql://fox:hush@host/studio")
    assert main(["settings", "--data", "owl"]) == 0
    said = capsys.readouterr().out
    rows = {row[0]: row[1:] for row in ([cell.strip() for cell in line.split("|")[1:-1]] for line in said.splitlines())}
    assert rows["`USER_LIMIT`"] == ["`12`", "environment"]
    assert rows["`KITSULITE_DATA`"] == ["`owl`", "command line"]
    assert rows["`MIN_PASSWORD_LENGTH`"] == ["`8`", "default"]
    assert rows["`SECRET_KEY`"] == ["(set, not shown)", "environment"]
    assert rows["`KITSULITE_DATABASE`"] == ["`postgresql://fox:…@host/studio`", "environment"]
    assert "hush" not in said


def test_a_variable_that_is_misspelt_is_told(capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KITSULITE_DATABSE", "sqlite:///x")
    monkeypatch.setenv("KITSULITE_PASSWORD", "no option, but not misspelt")
    assert main(["settings"]) == 0
    assert capsys.readouterr().err == (
        "kitsulite: there is no option KITSULITE_DATABSE, but KITSULITE_DATABASE; it changes nothing.\n"
    )


@pytest.mark.parametrize(
    ("email", "why"), [("nobody", "An email address must have an @-sign."), ("ann@fox.com", "Email already in use.")]
)
def test_an_address_is_looked_at_before_a_password_is_asked_for(
    capsys: Capture, monkeypatch: pytest.MonkeyPatch, email: str, why: str
) -> None:
    monkeypatch.setenv("KITSULITE_PASSWORD", "a long sentence")
    assert main(["person", "create", "ann@fox.com"]) == 0
    monkeypatch.delenv("KITSULITE_PASSWORD")
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("getpass.getpass", lambda prompt: pytest.fail("it asks for a password"))
    assert main(["person", "create", email]) == 1
    assert why in capsys.readouterr().err


def test_of_two_servers_that_find_a_studio_empty_one_makes_the_admin(
    tracker: Tracker, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    both = threading.Barrier(2, timeout=10)

    def hash_when_both_are_here(password: str) -> str:
        both.wait()
        return "a hash"

    monkeypatch.setattr(passwords, "hash_password", hash_when_both_are_here)
    with ThreadPoolExecutor(2) as pool:
        for future in [pool.submit(welcome, tracker, demo=False) for _ in range(2)]:
            future.result()
    assert capsys.readouterr().out.count("Sign in as") == 1
    with tracker.db.reading():
        assert tracker.db.count(Person.select()) == 1
