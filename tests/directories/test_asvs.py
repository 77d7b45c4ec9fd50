"""What docs/asvs.md says is tested: each row by a test that is there, and what no other test looks at, here."""

import ast
import base64
import json
import re
from mailbox import Mailbox
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pyotp
import pytest
import time_machine
from identityprovider import Provider
from joserfc.jwk import RSAKey
from signing import FIREFOX, PASSWORD, as_member, known, log_in
from studio import Studio, Visitor
from test_oidc import FAILED, signed_in, site, there  # noqa: F401

from kitsulite.app import tables
from kitsulite.areas.people import persons, recovery, sessions
from kitsulite.cli import serving
from kitsulite.models.people import Person

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/asvs.md").read_text()
ROWS = re.findall(r"^\| (\d+\.\d+\.\d+) \|.*\| `([^`]+)` \|$", PAGE, re.MULTILINE)
UP_TO_LEVEL_2 = {
    "6.1": 3, "6.2": 11, "6.3": 4, "6.4": 4, "6.5": 5, "6.6": 3, "6.8": 4,
    "7.1": 3, "7.2": 4, "7.3": 2, "7.4": 5, "7.5": 2, "7.6": 2,
    "9.1": 3, "9.2": 4,
    "10.1": 2, "10.2": 2, "10.5": 5,
}  # fmt: skip
"""How many requirements of levels 1 and 2 there are in each section that applies; they come first in all of them."""


def test_every_requirement_has_its_row_and_every_row_its_test() -> None:
    told = {number for number, _ in ROWS}
    assert not {f"{section}.{n}" for section, most in UP_TO_LEVEL_2.items() for n in range(1, most + 1)} - told
    for _, test in ROWS:
        file, _, name = test.partition("::")
        functions = {
            node.name for node in ast.parse((ROOT / file).read_text()).body if isinstance(node, ast.FunctionDef)
        }
        assert name in functions, test


def test_every_way_in_is_named() -> None:
    ways = PAGE.partition("## Ways in")[2].partition("## Sessions")[0]
    for table in tables():
        for route in table.routes:
            if route.who.public and route.path.startswith("/auth/"):
                assert f"`{route.path}`" in ways, route.path


def test_fields_of_passwords_hide_and_take_what_is_pasted() -> None:
    scripts = {file.name: file.read_text() for file in (ROOT / "kitsulite/web/pages").glob("*.js")}
    fields = [line for text in scripts.values() for line in text.splitlines() if "name: 'password" in line]
    given = re.search(r"const given = \{(.*)\}", scripts["signin.js"])
    assert given
    for line in fields:
        told = line + given[1] if "...given" in line else line
        assert "type: 'password'" in told, line
        assert "autocomplete: '" in told, line
    assert len(fields) >= 4
    assert not [name for name, text in scripts.items() if "paste" in text]


def test_a_password_counts_to_the_letter_however_long(studio: Studio) -> None:
    password = "  Ünd " + "a long password, with blanks at both ends; " * 4
    known(studio, password=password)
    assert len(password) > 128
    assert log_in(studio, password=password).status == 200
    for other in (password.strip(), password.lower(), password[:72], password[:-1]):
        assert log_in(studio, password=other).status == 400


def test_a_password_does_not_age(studio: Studio) -> None:
    known(studio)
    with time_machine.travel("2046-01-01"):
        assert log_in(studio).json["login"]


def test_the_first_admin_has_a_password_of_its_own(studio: Studio, capsys: pytest.CaptureFixture[str]) -> None:
    serving.welcome(studio.tracker, demo=False)
    said = capsys.readouterr().out
    (password,) = re.findall(r"with password (\S+) ", said)
    (email,) = re.findall(r"Sign in as (\S+)", said)
    assert len(password) >= 12
    assert log_in(studio, email, password).json["user"]["role"] == "admin"
    for guessed in ("admin", "password", "kitsulite", "mysecretpassword"):
        assert log_in(studio, email, guessed).status == 400


def test_a_reset_leaves_second_factors_in_place(studio: Studio) -> None:
    mail, ann = Mailbox(studio), known(studio)
    secret = ann.put("/auth/totp")["otp_secret"]
    ann.post("/auth/totp", {"totp": pyotp.TOTP(secret).now()}, status=200)
    studio.stranger.post("/auth/reset-password", {"email": ann.row["email"]}, status=200)
    chosen = "another secret altogether"
    query = parse_qs(urlsplit(mail.last.link).query)
    body = {"email": ann.row["email"], "token": query["token"][0], "password": chosen, "password2": chosen}
    studio.stranger.put("/auth/reset-password", body)
    assert log_in(studio, password=PASSWORD).status == 400
    assert log_in(studio, password=chosen).json["missing_OTP"]


def test_codes_are_made_by_chance_are_long_enough_and_kept_as_hashes(studio: Studio) -> None:
    mail, ann = Mailbox(studio), known(studio)
    ann.put("/auth/email-otp")
    assert re.fullmatch(r"\d{6}", mail.last.code)
    codes = ann.post("/auth/email-otp", {"email_otp": mail.last.code}, status=200)["otp_recovery_codes"]
    assert len(set(codes)) == recovery.COUNT
    assert {len(code) for code in codes} == {10}
    stored = studio.stored(Person, ann.id)["otp_recovery_codes"]
    assert all(text.startswith("$argon2id$") for text in stored)
    for file in (ROOT / "kitsulite/areas/people").glob("*.py"):
        assert not re.search(r"^\s*(import|from) random\b", file.read_text(), re.MULTILINE), file.name


def test_a_session_that_is_renewed_ends_all_the_same(studio: Studio) -> None:
    known(studio)
    with time_machine.travel("2026-03-01", tick=False) as clock:
        refresh = as_member(studio, log_in(studio).json["refresh_token"])
        clock.move_to("2026-03-15")
        access = as_member(studio, refresh.get("/auth/refresh-token")["access_token"])
        clock.move_to("2026-03-17")
        refresh.get("/auth/refresh-token", status=401)
        access.get("/auth/authenticated")
        clock.move_to("2026-03-23")
        access.get("/auth/authenticated", status=401)


def test_admins_end_sessions(studio: Studio) -> None:
    ann, bob = studio.person("Ann"), studio.person("Bob")
    with studio.tracker.work() as work:
        persons.end_sessions(work, ann.id)
    ann.get("/auth/authenticated", status=401)
    bob.get("/auth/authenticated")
    with studio.tracker.work() as work:
        assert sessions.end_all(work) == 1
    bob.get("/auth/authenticated", status=401)


def test_a_token_brings_no_key_of_its_own(studio: Studio, site: Visitor, there: Provider) -> None:  # noqa: F811
    evil = RSAKey.generate_key(2048, {"kid": "one"})
    right, there.key = there.key, evil
    for header in ({"jwk": evil.as_dict(private=False)}, {"jku": f"{there.url}/evil"}, {"x5u": f"{there.url}/evil"}):
        there.header = header
        assert signed_in(site).json == FAILED
    there.key, there.header = right, {}
    assert signed_in(site).status == 302
    assert "/evil" not in there.asked

    ann = studio.person("Ann")
    assert ann.token
    claims = ann.token.split(".")[1]
    unsigned = base64.urlsafe_b64encode(json.dumps({"alg": "none", "typ": "JWT"}).encode()).rstrip(b"=").decode()
    for token in (f"{unsigned}.{claims}.", f"{unsigned}.{claims}", f"{unsigned}.{claims}.{ann.token.split('.')[2]}"):
        assert as_member(studio, token).call("GET", "/auth/authenticated", headers=FIREFOX).status == 422
