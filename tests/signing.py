"""Signing in, for tests: people with passwords, browsers, other settings; and hashes that cost little, in all tests."""

import dataclasses
from typing import Any

import pytest
from argon2 import PasswordHasher
from studio import Answered, Member, Studio

from kitsulite.areas.people import passwords, persons, recovery

PASSWORD = "correct horse"
CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
"""Real argon2id that does not take the time of a test suite."""
REAL = passwords.hasher
FIREFOX = {"User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"}


@pytest.fixture(autouse=True)
def cheap_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "hasher", CHEAP)
    monkeypatch.setattr(recovery, "hasher", CHEAP)


def known(studio: Studio, name: str = "Ann", password: str | None = PASSWORD, **values: Any) -> Member:
    """Somebody with a password (and a session, as `studio.person` gives)."""
    stored = passwords.hash_password(password) if password is not None else None
    return studio.person(name, password=stored, **values)


def log_in(studio: Studio, login: str = "ann@studio.test", password: str = PASSWORD, **more: Any) -> Answered:
    """A login, whatever comes of it."""
    headers = more.pop("headers", {})
    body = {"email": login, "password": password, **more}
    return studio.stranger.call("POST", "/auth/login", body, headers=headers)


def set_up(studio: Studio, **options: Any) -> None:
    """Change the settings of a studio."""
    studio.tracker.settings = dataclasses.replace(studio.tracker.settings, **options)


def failures(studio: Studio, person: Member) -> int:
    """How many failed logins are counted."""
    with studio.tracker.work(writes=False) as work:
        return int(persons.account(work, person.id)["failed_logins"])


def as_member(studio: Studio, token: str) -> Member:
    """Somebody who calls with this token."""
    return Member(studio.app, token, {})
