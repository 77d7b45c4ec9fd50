"""Tokens, cookies and sessions (docs/api/signing-in.md)."""

import datetime
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import time_machine
from signing import FIREFOX, as_member, known, log_in
from studio import Answered, Member, Studio

from kitsulite.areas.people import devices, sessions
from kitsulite.models.own import Secret, Token
from kitsulite.models.people import Person
from kitsulite.storage import DiskFull
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


# --- where somebody is signed in ---

CHROME = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36"
)


def listed(studio: Studio, person: Member) -> list[dict[str, Any]]:
    with studio.tracker.work(writes=False) as work:
        return sessions.list_sessions(work, person.id)


def test_a_session_tells_address_device_and_last_use(studio: Studio, clock: time_machine.Traveller) -> None:
    ann = known(studio)
    answer = log_in(studio, headers={**FIREFOX, "X-Real-IP": "203.0.113.7"})
    assert len(listed(studio, ann)) == 2
    clock.shift(90)
    elsewhere = {"X-Real-IP": "2001:db8::1", "User-Agent": CHROME}
    here = as_member(studio, answer.json["access_token"])
    [session] = [row for row in listed(studio, ann) if row["device"]]
    assert (session["address"], session["device"]) == ("203.0.113.7", "Firefox on Linux")
    assert session["used_at"] == session["created_at"]
    here.call("GET", PATH, headers=elsewhere)
    [session] = [row for row in listed(studio, ann) if row["device"]]
    assert (session["address"], session["device"]) == ("2001:db8::1", "Chrome on Windows")
    assert session["used_at"][:19] == "2026-03-02T09:01:35"
    refresh = as_member(studio, answer.json["refresh_token"])
    renewed = as_member(studio, refresh.get("/auth/refresh-token")["access_token"])
    clock.shift(120)
    renewed.call("GET", PATH, headers={"User-Agent": "python-requests/2.32.3", "X-Real-IP": "10.0.0.9"})
    [session] = [row for row in listed(studio, ann) if row["device"]]
    assert (session["address"], session["device"]) == ("10.0.0.9", "python-requests 2.32.3")


def test_the_last_use_is_written_down_once_a_minute_at_most(studio: Studio, clock: time_machine.Traveller) -> None:
    ann = studio.person("Ann")
    written: list[int] = []

    def statements() -> int:
        before = studio.tracker.db.statements
        ann.get("/data/departments")
        return studio.tracker.db.statements - before

    usual = statements()
    for seconds in (0, 59, 1, 0, 30, 29, 2):
        clock.shift(seconds)
        written.append(statements() - usual)
    assert written == [0, 0, 1, 0, 0, 0, 1]
    clock.shift(datetime.timedelta(hours=-1))  # a clock that is set back
    assert [statements() - usual for _ in range(2)] == [1, 0]


def test_a_request_does_not_wait_to_write_down_that_it_was_made(studio: Studio, clock: time_machine.Traveller) -> None:
    ann = studio.person("Ann")
    used = listed(studio, ann)[0]["used_at"]
    clock.shift(90)
    with ThreadPoolExecutor(1) as pool, studio.tracker.work() as work:
        if studio.tracker.db.name == "postgres":
            work.db.run(Token.update(kind=Token.kind))  # which holds the rows
        begun = time.perf_counter()
        pool.submit(ann.get, "/data/departments").result(5)
        assert time.perf_counter() - begun < 1
    assert listed(studio, ann)[0]["used_at"] == used
    clock.shift(90)
    ann.get("/data/departments")
    assert listed(studio, ann)[0]["used_at"] > used


def test_a_studio_that_takes_nothing_more_is_read_all_the_same(
    studio: Studio, clock: time_machine.Traveller, monkeypatch: pytest.MonkeyPatch
) -> None:
    ann = studio.person("Ann")
    clock.shift(90)

    def full(*arguments: Any) -> None:
        raise DiskFull("no room")

    monkeypatch.setattr(sessions, "note_use", full)
    ann.get("/data/departments")


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        (CHROME, "Chrome on Windows"),
        (CHROME + " Edg/142.0.0.0", "Edge on Windows"),
        (CHROME.replace("Windows NT 10.0; Win64; x64", "Linux; Android 15; Pixel 9"), "Chrome on Android"),
        (
            "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Safari/605.1.15",
            "Safari on macOS",
        ),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) FxiOS/140.0 Mobile/15E148 Safari/605.1.15",
            "Firefox on iPhone",
        ),
        ("Mozilla/5.0", "a browser"),
        ("python-requests/2.32.3", "python-requests 2.32.3"),
        ("CGWire Gazu 1.0.3", "CGWire"),
        ("x" * 500, "x" * 80),
        ("", ""),
    ],
)
def test_what_somebody_signs_in_with_is_told_in_a_word_or_two(agent: str, name: str) -> None:
    assert devices.name_of(agent) == name
