"""Desktop tools that sign in by the browser (docs/api/signing-in.md)."""

import base64
import hashlib
from typing import Any

import pytest
import time_machine
from signing import FIREFOX, as_member
from studio import Member, Studio

from kitsulite.areas.people import sessions
from kitsulite.models.own import Secret
from kitsulite.models.people import LoginLog, Person

VERIFIER = "tool-verifier._~" * 3
CODE, TOKEN = "/auth/app-login/code", "/auth/app-login/token"
REFUSED = {"login": False, "message": "Wrong or expired code."}


def challenge(verifier: str = VERIFIER) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


@pytest.fixture
def ann(studio: Studio) -> Member:
    return studio.person("Ann")


def code_of(person: Member) -> Any:
    return person.post(CODE, {"code_challenge": challenge()})["code"]


def use(studio: Studio, code: str, verifier: str = VERIFIER, *, status: int = 200, **options: Any) -> Any:
    return studio.stranger.post(TOKEN, {"code": code, "code_verifier": verifier}, status=status, **options)


def test_a_tool_signs_in_with_the_code_of_who_is_signed_in(studio: Studio, ann: Member) -> None:
    code = code_of(ann)
    answer = studio.stranger.call("POST", TOKEN, {"code": code, "code_verifier": VERIFIER}, headers=FIREFOX)
    found = answer.json
    assert (answer.status, found["login"], found["user"]["id"]) == (200, True, ann.id)
    assert found["organisation"]["name"]
    assert "set-cookie" not in answer.headers
    assert as_member(studio, found["access_token"]).get("/auth/authenticated")["user"]["id"] == ann.id
    as_member(studio, found["refresh_token"]).get("/auth/refresh-token")
    with studio.tracker.work(writes=False) as work:
        [log] = work.db.rows(LoginLog.select())
    assert (log["person_id"], log["origin"]) == (ann.id, "script")


def test_a_code_is_good_once(studio: Studio, ann: Member) -> None:
    code = code_of(ann)
    use(studio, code)
    assert use(studio, code, status=400) == REFUSED
    assert use(studio, "none", status=400) == REFUSED


def test_an_api_token_gives_no_code(studio: Studio, ann: Member) -> None:
    ada = studio.person("Ada", role="admin")
    script = as_member(studio, ada.put(f"/data/persons/{ann.id}", {"expiration_date": "2990-01-01"})["access_token"])
    assert script.get("/auth/authenticated")["user"]["id"] == ann.id
    script.post(CODE, {"code_challenge": challenge()}, status=403)


def test_a_wrong_verifier_uses_a_code_up(studio: Studio, ann: Member) -> None:
    code, other = code_of(ann), code_of(ann)
    assert use(studio, code, "x" * 43, status=400) == REFUSED
    assert use(studio, code, status=400) == REFUSED
    use(studio, other)


def test_a_code_is_good_for_a_minute(studio: Studio, clock: time_machine.Traveller) -> None:
    ann = studio.person("Ann")
    code, late = code_of(ann), code_of(ann)
    clock.shift(59)
    use(studio, code)
    clock.shift(2)
    assert use(studio, late, status=400) == REFUSED


def test_a_code_ends_with_the_account_and_with_the_session(studio: Studio, ann: Member) -> None:
    code = code_of(ann)
    studio.store(Person, ann.id, active=False)
    assert use(studio, code, status=400) == REFUSED
    studio.store(Person, ann.id, active=True)
    with studio.tracker.work() as work:
        leaving = as_member(studio, sessions.open_session(work, ann.id)["access_token"])
    code, other = code_of(leaving), code_of(ann)
    leaving.get("/auth/logout")
    assert use(studio, code, status=400) == REFUSED
    use(studio, other)


def test_the_database_does_not_hold_the_code(studio: Studio, ann: Member) -> None:
    code = code_of(ann)
    with studio.tracker.work(writes=False) as work:
        [kept] = work.db.rows(Secret.select().where(Secret.purpose == "sign-in of an app"))
    assert code not in str(kept)


def test_codes_are_for_people_who_are_signed_in(studio: Studio) -> None:
    studio.stranger.post(CODE, {"code_challenge": challenge()}, status=401)
    row = studio.add(Person, first_name="Bot", last_name="", role="manager", is_bot=True)
    with studio.tracker.work() as work:
        bot = as_member(studio, sessions.mint_api_token(work, work.get(Person, row["id"])))
    bot.post(CODE, {"code_challenge": challenge()}, status=403)


@pytest.mark.parametrize("wrong", [None, "", "x" * 42, "x" * 44, "x" * 42 + "=", "x" * 42 + "+", "x" * 43 + "\n", 3])
def test_a_challenge_is_a_sha256(ann: Member, wrong: Any) -> None:
    ann.post(CODE, {"code_challenge": wrong}, status=400)


@pytest.mark.parametrize("wrong", [None, "", "x" * 42, "x" * 129, "x" * 43 + "/", "é" * 43, "x" * 43 + "\n"])
def test_a_verifier_has_the_form_of_one(studio: Studio, ann: Member, wrong: Any) -> None:
    code = code_of(ann)
    use(studio, code, wrong, status=400)
    use(studio, code)
    studio.stranger.post(TOKEN, {"code_verifier": VERIFIER}, status=400)
    long = "y" * 128
    assert use(studio, ann.post(CODE, {"code_challenge": challenge(long)})["code"], long)["login"] is True
