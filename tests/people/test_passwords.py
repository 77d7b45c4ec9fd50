"""Passwords for accounts: which are refused, wherever one is set (docs/api/signing-in.md)."""

from collections.abc import Callable
from mailbox import Mailbox
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from sharing import Sharing
from signing import PASSWORD, known, log_in, set_up
from studio import Studio

from kitsulite.areas.people import passwords
from kitsulite.cli import main
from kitsulite.models.people import Person

BLANKS = " " * 8
WEAK = {
    "password": "common",
    "12345678": "common",
    "PassWord": "common",
    " password ": "common",
    BLANKS: "simple",
    "\u00a0\t \u2003\u00a0\t \u2003": "simple",
    "zzzzzzzzz": "simple",
    "ann.lindgren@foxfilms.com": "name or the e-mail",
    "ANN.LINDGREN": "name or the e-mail",
    "annika lindgren": "name or the e-mail",
    "lindgrenannika": "name or the e-mail",
    "login-of-ann": "name or the e-mail",
    "short": "short. It needs at least 8 characters.",
}
ANN = {
    "email": "ann.lindgren@foxfilms.com",
    "first_name": "Annika",
    "last_name": "Lindgren",
    "desktop_login": "login-of-ann",
}
Setter = Callable[[Studio, str], str]
"""Sets a password by one of the doors; why it was refused, nothing when it was taken."""


def by_changing(studio: Studio, password: str) -> str:
    ann = known(studio, **{**ANN, "name": "Annika"})
    body = {"old_password": PASSWORD, "password": password, "password_2": password}
    return _why(ann.call("POST", "/auth/change-password", body))


def by_a_mailed_token(studio: Studio, password: str) -> str:
    known(studio, **{**ANN, "name": "Annika"})
    mail = Mailbox(studio)
    studio.stranger.post("/auth/reset-password", {"email": ANN["email"]}, status=200)
    token = parse_qs(urlsplit(mail.last.link).query)["token"][0]
    body = {"email": ANN["email"], "token": token, "password": password, "password2": password}
    return _why(studio.stranger.call("PUT", "/auth/reset-password", body))


def by_an_admin(studio: Studio, password: str) -> str:
    ann, admin = known(studio, **{**ANN, "name": "Annika"}), studio.person("Ada", role="admin")
    body = {"password": password, "password_2": password}
    return _why(admin.call("POST", f"/actions/persons/{ann.id}/change-password", body))


def at_birth(studio: Studio, password: str) -> str:
    admin = studio.person("Ada", role="admin")
    return _why(admin.call("POST", "/data/persons", {**ANN, "password": password}))


def _why(answer: Any) -> str:
    assert answer.status in (200, 201, 400), answer
    return "" if answer.status < 400 else str(answer.json["message"])


DOORS: list[Setter] = [by_changing, by_a_mailed_token, by_an_admin, at_birth]


@pytest.mark.parametrize("door", DOORS)
def test_what_is_guessed_first_is_refused_wherever_a_password_is_set(studio: Studio, door: Setter) -> None:
    reasons = {}
    for weak in WEAK:
        with studio.tracker.work() as work:
            work.delete(Person, Person.id.is_null(False))
        reasons[weak] = door(studio, weak)
    for weak, reason in reasons.items():
        assert WEAK[weak] in reason, (weak, reason)


@pytest.mark.parametrize("door", DOORS)
def test_what_nobody_guesses_is_taken(studio: Studio, door: Setter) -> None:
    assert door(studio, "annika lindgren paints") == ""
    assert log_in(studio, ANN["email"], "annika lindgren paints").status == 200


def test_the_length_that_is_asked_for_is_told(studio: Studio) -> None:
    set_up(studio, min_password_length=14)
    assert by_changing(studio, "battery stap") == "Password is too short. It needs at least 14 characters."


@pytest.mark.parametrize(
    ("weak", "reason"), [(weak, WEAK[weak]) for weak in ("password", BLANKS, "annika lindgren", ANN["email"])]
)
def test_commands_refuse_them_too(
    studio: Studio, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], weak: str, reason: str
) -> None:
    place = ("--data", studio.tracker.settings.data, "--database", studio.tracker.settings.database)
    monkeypatch.setenv("SECRET_KEY", studio.tracker.settings.secret_key)
    monkeypatch.setenv("KITSULITE_PASSWORD", weak)
    names = ("--first-name", "Annika", "--last-name", "Lindgren")
    assert main(["person", "create", ANN["email"], *names, *place]) == 1
    assert reason in capsys.readouterr().err
    ann = known(studio, **{**ANN, "name": "Annika"})
    assert main(["person", "set-password", ANN["email"], *place]) == 1
    assert reason in capsys.readouterr().err
    assert passwords.verify(studio.stored(Person, ann.id)["password"], PASSWORD)


def test_a_share_link_may_have_a_password_that_is_read_out_on_the_telephone(studio: Studio) -> None:
    sharing = Sharing(studio)
    link = sharing.share(password="1234")
    studio.stranger.get(sharing.at(link=link) + "?password=1234")


def test_the_list_has_what_people_choose_and_no_remarks() -> None:
    found = passwords.commonest()
    assert {"password", "12345678", "iloveyou", "qwertyuiop", "123456"} <= found
    assert len(found) == 4000
    assert all(word == word.strip().casefold() for word in found)
