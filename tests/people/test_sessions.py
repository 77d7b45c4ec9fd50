"""Tokens, cookies and sessions (docs/api/signing-in.md)."""

import datetime
from typing import Any

import pytest
import time_machine
from signing import FIREFOX, as_member
from studio import Answered, Member, Studio

from kitsulite.areas.people import sessions
from kitsulite.models.own import Secret, Token
from kitsulite.models.people import Person
from kitsulite.work import shortlived

PATH = "/auth/authenticated"
REVOKED = {"msg": "Token has been revoked"}


def session(studio: Studio, person: Member) -> tuple[Member, Member]:
    """A session: who holds the access token, and who holds the refresh token."""
    with studio.tracker.work() as work:
        tokens = sessions.open_session(work, person.id)
    return as_member(studio, tokens["access_token"]), as_member(studio, tokens["refresh_token"])


def api_token(studio: Studio, person: Member) -> Member:
    """Somebody who calls with the person's API token."""
    with studio.tracker.work() as work:
        token = sessions.mint_api_token(work, work.get(Person, person.id))
    return as_member(studio, token)


def change(studio: Studio, person: Member, **values: Any) -> None:
    with studio.tracker.work() as work:
        work.update(Person, person.id, **values)


def ask(studio: Studio, path: str = PATH, **headers: str) -> Answered:
    return studio.stranger.call("GET", path, headers={name.replace("_", "-"): text for name, text in headers.items()})


# --- where the token is read, and what is wrong with it ---


def test_a_cookie_goes_before_the_header_and_an_empty_one_does_not_count(studio: Studio) -> None:
    ann, bob = studio.person("Ann"), studio.person("Bob")
    bearer = f"Bearer {bob.token}"
    assert ask(studio, Cookie=f"access_token_cookie={ann.token}", Authorization=bearer).json["user"]["id"] == ann.id
    assert ask(studio, Cookie="access_token_cookie=rubbish", Authorization=bearer).status == 422
    assert ask(studio, Cookie="access_token_cookie=", Authorization=bearer).json["user"]["id"] == bob.id


@pytest.mark.parametrize(
    ("header", "status"),
    [
        ("Basic abc", 401),
        ("bearer abc", 401),
        ("Bearer", 422),
        ("Bearer a b", 422),
        ("Bearer rubbish", 422),
        ("Bearer é", 422),
    ],
)
def test_a_header_that_cannot_be_read_is_refused(studio: Studio, header: str, status: int) -> None:
    answer = ask(studio, Authorization=header)
    assert (answer.status, set(answer.json)) == (status, {"msg"})


def test_a_token_signed_elsewhere_is_refused(studio: Studio) -> None:
    ann = studio.person("Ann")
    assert ann.token
    forged = ann.token[:-4] + ("AAAA" if not ann.token.endswith("AAAA") else "BBBB")
    assert as_member(studio, forged).get(PATH, status=422) == {"msg": "Signature verification failed"}


def test_each_kind_of_token_has_its_use(studio: Studio) -> None:
    access, refresh = session(studio, studio.person("Ann"))
    assert refresh.get(PATH, status=422) == {"msg": "Only non-refresh tokens are allowed"}
    assert access.get("/auth/refresh-token", status=422) == {"msg": "Only refresh tokens are allowed"}


def test_an_access_token_lives_a_week_and_a_refresh_token_a_fortnight(
    studio: Studio, clock: time_machine.Traveller
) -> None:
    access, refresh = session(studio, studio.person("Ann"))
    clock.shift(datetime.timedelta(days=7, seconds=-1))
    access.get(PATH)
    clock.shift(2)
    assert access.get(PATH, status=401) == {"error": True, "message": "Signature has expired"}
    as_member(studio, refresh.get("/auth/refresh-token")["access_token"]).get(PATH)
    clock.shift(datetime.timedelta(days=8))
    assert refresh.get("/auth/refresh-token", status=401) == {"error": True, "message": "Signature has expired"}


# --- refreshing and leaving ---


def test_scripts_refresh_as_often_as_they_like(studio: Studio) -> None:
    access, refresh = session(studio, studio.person("Ann"))
    first, second = (refresh.get("/auth/refresh-token") for _ in range(2))
    assert set(first) == {"access_token"}
    for token in (first, second):
        as_member(studio, token["access_token"]).get(PATH)
    access.get(PATH)


def test_a_browser_refreshes_by_cookie_and_loses_the_refresh_cookie(studio: Studio) -> None:
    _, refresh = session(studio, studio.person("Ann"))
    answer = ask(studio, "/auth/refresh-token", Cookie=f"refresh_token_cookie={refresh.token}", **FIREFOX)
    assert answer.json == {"refresh": True}
    cookies = answer.result.cookies
    as_member(studio, cookies["access_token_cookie"].value).get(PATH)
    gone = cookies["refresh_token_cookie"]
    assert (gone.value, gone.path) == ("", "/auth/refresh-token")
    assert gone.expires is not None
    assert gone.expires <= datetime.datetime.now(datetime.UTC)


def test_logging_out_ends_the_session_and_takes_the_cookies(studio: Studio) -> None:
    ann = studio.person("Ann")
    access, refresh = session(studio, ann)
    answer = access.call("GET", "/auth/logout", headers=FIREFOX)
    assert answer.json == {"logout": True}
    assert {name: cookie.value for name, cookie in answer.result.cookies.items()} == {
        "access_token_cookie": "",
        "refresh_token_cookie": "",
    }
    assert access.get(PATH, status=401) == REVOKED
    assert refresh.get("/auth/refresh-token", status=401) == REVOKED
    ann.get(PATH)  # another session


def test_logging_out_after_a_refresh_ends_the_refresh_token_too(studio: Studio) -> None:
    _, refresh = session(studio, studio.person("Ann"))
    renewed = as_member(studio, refresh.get("/auth/refresh-token")["access_token"])
    assert renewed.get("/auth/logout") == {"logout": True}
    assert refresh.get("/auth/refresh-token", status=401) == REVOKED


def test_logging_out_ends_all_tokens_of_the_session_and_those_of_scripts(studio: Studio) -> None:
    ann = studio.person("Ann")
    script = api_token(studio, ann)
    access, refresh = session(studio, ann)
    renewed = as_member(studio, refresh.get("/auth/refresh-token")["access_token"])
    assert renewed.get("/auth/logout") == {"logout": True}
    for ended in (access, renewed, script):
        ended.get(PATH, status=401)
    script = api_token(studio, ann)
    assert script.get("/auth/logout") == {"logout": True}
    script.get(PATH, status=401)


def test_bots_are_known_but_sign_in_and_out_of_nothing(studio: Studio) -> None:
    robot = api_token(studio, studio.person("Robot", is_bot=True))
    assert robot.get(PATH)["user"]["is_bot"] is True
    robot.get("/auth/logout", status=403)
    robot.put("/auth/totp", status=403)
    body = {"old_password": "x", "password": "y", "password_2": "z"}
    robot.post("/auth/change-password", body, status=403)


# --- people who leave ---


def test_who_is_deactivated_loses_every_session_for_good(studio: Studio) -> None:
    ann = studio.person("Ann")
    access, refresh = session(studio, ann)
    change(studio, ann, active=False)
    assert set(access.get(PATH, status=401)) == {"error", "message"}
    assert access.get(PATH, status=401) == REVOKED
    change(studio, ann, active=True)
    assert access.get(PATH, status=401) == REVOKED
    assert refresh.get("/auth/refresh-token", status=401) == REVOKED


def test_api_tokens_only_sleep_while_their_person_is_inactive(studio: Studio) -> None:
    ann = studio.person("Ann")
    script = api_token(studio, ann)
    change(studio, ann, active=False)
    assert set(script.get(PATH, status=401)) == {"error", "message"}
    change(studio, ann, active=True)
    script.get(PATH)


def test_the_tokens_of_somebody_deleted_are_good_for_nothing(studio: Studio) -> None:
    ann, robot = studio.person("Ann"), studio.person("Robot", is_bot=True)
    machine = api_token(studio, robot)
    with studio.tracker.work() as work:
        work.delete(Person, Person.id.in_([ann.id, robot.id]))
    assert set(ann.get(PATH, status=401)) == {"error", "message"}
    assert machine.get(PATH, status=401) == REVOKED


def test_a_new_api_token_replaces_the_one_before(studio: Studio) -> None:
    ann = studio.person("Ann")
    first = api_token(studio, ann)
    second = api_token(studio, ann)
    assert first.get(PATH, status=401) == REVOKED
    second.get(PATH)
    ann.get(PATH)  # sessions are not concerned


def test_an_api_token_works_to_the_end_of_its_last_day(studio: Studio, clock: time_machine.Traveller) -> None:
    robot = studio.person("Robot", is_bot=True, expiration_date="2026-03-04")
    machine = api_token(studio, robot)
    clock.move_to(datetime.datetime(2026, 3, 4, 23, 59, tzinfo=datetime.UTC))
    machine.get(PATH)
    clock.shift(61)
    assert machine.get(PATH, status=401)["message"] == "Signature has expired"


# --- what is kept ---


def test_what_has_expired_is_forgotten(studio: Studio, clock: time_machine.Traveller) -> None:
    ann = studio.person("Ann")
    with studio.tracker.work() as work:
        shortlived.keep(work, "test", "short", 1, datetime.timedelta(minutes=1))
        shortlived.keep(work, "test", "long", 2, datetime.timedelta(days=30))
    clock.shift(datetime.timedelta(days=8))
    with studio.tracker.work() as work:
        assert sessions.forget_expired(work) == 1
        assert shortlived.forget_expired(work) == 1
        assert work.db.values(Token.select(Token.kind).where(Token.person_id == ann.id)) == ["refresh"]
        assert work.db.values(Secret.select(Secret.subject).where(Secret.purpose == "test")) == ["long"]


def test_a_secret_is_taken_once_and_claimed_once(studio: Studio) -> None:
    minute = datetime.timedelta(minutes=1)
    with studio.tracker.work() as work:
        shortlived.keep(work, "test", "a", {"x": 1}, minute)
        shortlived.keep(work, "test", "a", {"x": 2}, minute)
        assert shortlived.take(work, "test", "a") == {"x": 2}
        assert shortlived.take(work, "test", "a") is None
        assert [shortlived.claim(work, "test", "b", minute) for _ in range(2)] == [True, False]
