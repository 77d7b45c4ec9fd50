"""Wrong tries: how many there may be, of whom, from where, and made at once (docs/api/signing-in.md)."""

import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from mailbox import Mailbox
from typing import Any
from urllib.parse import parse_qs, urlsplit

import bcrypt
import pyotp
import pytest
import time_machine
from authenticator import SecurityKey
from sharing import Sharing
from signing import PASSWORD, as_member, known, log_in
from studio import Answered, Member, Studio

from kitsulite.areas.people import lockout, passwords, recovery
from kitsulite.models.people import Person

THREADS = 16
ELSEWHERE = {"X-Real-IP": "203.0.113.7"}
LOCKED = "too_many_failed_login_attemps"


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> None:
    """Looking at a password takes so long that others come in meanwhile."""
    verify = passwords.verify

    def slowly(stored: str | None, text: str) -> bool:
        time.sleep(0.01)
        return verify(stored, text)

    monkeypatch.setattr(passwords, "verify", slowly)


def at_once(count: int, ask: Callable[[int], Answered]) -> list[Answered]:
    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(ask, range(count)))


def told(answers: list[Answered]) -> Counter[str]:
    """How many were told what."""
    return Counter("locked" if LOCKED in answer.json else str(answer.status) for answer in answers)


def fail(studio: Studio, count: int = lockout.ALLOWED, login: str = "ann@studio.test", **headers: str) -> None:
    for _ in range(count):
        assert LOCKED not in log_in(studio, login, "wrong", headers=headers).json


# --- made at once ---


@pytest.mark.usefixtures("slow")
@pytest.mark.parametrize("login", ["ann@studio.test", "nobody@studio.test"])
def test_of_wrong_passwords_at_once_no_more_are_answered_than_one_by_one(studio: Studio, login: str) -> None:
    known(studio)
    answers = at_once(60, lambda number: log_in(studio, login, f"wrong {number}"))
    assert told(answers) == {"400": lockout.ALLOWED, "locked": 60 - lockout.ALLOWED}


@pytest.mark.usefixtures("slow")
@pytest.mark.parametrize("of_reference", [False, True])
def test_right_passwords_at_once_are_all_answered(studio: Studio, of_reference: bool) -> None:
    """Also where the first of them brings the hash of another server up to date."""
    ann = known(studio)
    if of_reference:
        with studio.tracker.work() as work:
            work.update(Person, ann.id, password=bcrypt.hashpw(PASSWORD.encode(), bcrypt.gensalt(4)).decode())
    assert told(at_once(30, lambda _: log_in(studio))) == {"200": 30}


def test_of_wrong_codes_at_once_no_more_are_answered_than_one_by_one(studio: Studio) -> None:
    ann = known(studio)
    app = pyotp.TOTP(ann.put("/auth/totp")["otp_secret"])
    codes = ann.post("/auth/totp", {"totp": app.now()}, status=200)["otp_recovery_codes"]
    assert told(at_once(30, lambda _: log_in(studio, totp="000000"))) == {"400": 5, "locked": 25}
    assert LOCKED in log_in(studio, recovery_code=codes[0]).json


@pytest.mark.usefixtures("slow")
def test_of_wrong_recovery_codes_at_once_no_more_are_answered(studio: Studio, clock: time_machine.Traveller) -> None:
    ann = known(studio)
    app = pyotp.TOTP(ann.put("/auth/totp")["otp_secret"])
    codes = ann.post("/auth/totp", {"totp": app.now()}, status=200)["otp_recovery_codes"]
    answers = at_once(16, lambda number: log_in(studio, recovery_code=f"WRONG{number:05}"))
    assert told(answers) == {"400": 5, "locked": 11}
    clock.shift(61)
    assert told(at_once(5, lambda _: log_in(studio, recovery_code=codes[0]))) == {"200": 1, "400": 4}


def test_of_wrong_mailed_codes_at_once_no_more_are_answered(studio: Studio) -> None:
    ann, mail = known(studio), Mailbox(studio)
    ann.put("/auth/email-otp")
    ann.post("/auth/email-otp", {"email_otp": mail.last.code}, status=200)
    assert told(at_once(30, lambda _: log_in(studio, email_otp="no code"))) == {"400": 5, "locked": 25}


def test_of_wrong_keys_at_once_no_more_are_answered(studio: Studio) -> None:
    ann, key = known(studio), SecurityKey()
    answer = ann.call("PUT", "/auth/fido")
    cookie = {"Cookie": f"session={answer.result.cookies['session'].value}"}
    body = {"registration_response": key.register(answer.json), "device_name": "key"}
    assert ann.call("POST", "/auth/fido", body, headers=cookie).status == 200
    answers = at_once(30, lambda _: log_in(studio, fido_authentication_response={"id": "x"}))
    assert told(answers) == {"400": 5, "locked": 25}


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("DELETE", "/auth/totp", {"totp": "000000"}),
        ("PUT", "/auth/recovery-codes", {"recovery_code": "WRONG"}),
        ("POST", "/auth/email-otp", {"email_otp": "no code"}),
        ("POST", "/auth/change-password", {"old_password": "wrong", "password": "battery", "password_2": "battery"}),
    ],
)
def test_a_session_is_told_of_no_more_wrong_proofs_at_once(
    studio: Studio, method: str, path: str, body: dict[str, Any]
) -> None:
    ann = known(studio)
    app = pyotp.TOTP(ann.put("/auth/totp")["otp_secret"])
    ann.post("/auth/totp", {"totp": app.now()}, status=200)
    assert told(at_once(16, lambda _: ann.call(method, path, body))) == {"400": 5, "locked": 11}


def token_of(studio: Studio, mail: Mailbox) -> str:
    """The token of a reset that was asked for."""
    studio.stranger.post("/auth/reset-password", {"email": "ann@studio.test"}, status=200)
    return parse_qs(urlsplit(mail.last.link).query)["token"][0]


def reset(studio: Studio, token: str, login: str = "ann@studio.test", **headers: str) -> Answered:
    body = {"email": login, "token": token, "password": "battery staple", "password2": "battery staple"}
    return studio.stranger.call("PUT", "/auth/reset-password", body, headers=headers)


@pytest.mark.parametrize("login", ["ann@studio.test", "nobody@studio.test"])
def test_of_wrong_tokens_at_once_no_more_are_answered(studio: Studio, login: str) -> None:
    known(studio)
    token = token_of(studio, Mailbox(studio))
    assert told(at_once(30, lambda number: reset(studio, f"X{number}", login))) == {"400": 5, "locked": 25}
    assert LOCKED in reset(studio, token, login).json
    assert reset(studio, token, **ELSEWHERE).status == 200


def test_a_token_that_is_brought_at_once_sets_one_password(studio: Studio) -> None:
    known(studio)
    token = token_of(studio, Mailbox(studio))
    assert told(at_once(8, lambda _: reset(studio, token)))["200"] == 1


def test_a_token_that_was_replaced_meanwhile_sets_nothing(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    known(studio)
    mail, hash_password = Mailbox(studio), passwords.hash_password
    token = token_of(studio, mail)

    def slowly(text: str) -> str:
        monkeypatch.setattr(passwords, "hash_password", hash_password)
        token_of(studio, mail)
        return hash_password(text)

    monkeypatch.setattr(passwords, "hash_password", slowly)
    assert reset(studio, token).json["message"] == "Wrong or expired token."
    assert log_in(studio).status == 200


def test_behind_a_closed_door_nothing_is_looked_at(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    """It would cost the time of a hash, each."""
    sharing, ann = Sharing(studio), known(studio)
    path = sharing.at(link=sharing.share(password="open sesame"))
    app = pyotp.TOTP(ann.put("/auth/totp")["otp_secret"])
    ann.post("/auth/totp", {"totp": app.now()}, status=200)
    change = {"old_password": "wrong", "password": "battery staple", "password_2": "battery staple"}
    for _ in range(lockout.ALLOWED):
        log_in(studio, password="wrong")
        log_in(studio, "nobody@studio.test", "wrong")
        studio.stranger.get(f"{path}?password=wrong", status=404)
        ann.post("/auth/change-password", change, status=400)
    looked_at: list[str] = []
    monkeypatch.setattr(passwords, "verify", lambda stored, text: bool(looked_at.append(text)))
    assert LOCKED in log_in(studio).json
    assert LOCKED in log_in(studio, "nobody@studio.test", "wrong").json
    studio.stranger.get(f"{path}?password=wrong", status=404)
    assert LOCKED in ann.post("/auth/change-password", change, status=400)
    assert LOCKED in ann.delete("/auth/totp", {"recovery_code": "WRONG"}, status=400)
    assert looked_at == []


# --- from where ---


def test_a_stranger_elsewhere_keeps_nobody_out(studio: Studio) -> None:
    ann = known(studio)
    fail(studio, **ELSEWHERE)
    assert LOCKED in log_in(studio, headers=ELSEWHERE).json
    assert log_in(studio).status == 200
    assert LOCKED in log_in(studio, headers=ELSEWHERE).json  # that Ann signed in forgives nobody else
    changed = {"old_password": PASSWORD, "password": "battery staple", "password_2": "battery staple"}
    ann.post("/auth/change-password", changed, status=200)


@pytest.mark.parametrize("name", ["ann", "nobody"])
def test_a_name_is_one_however_it_is_spelled(studio: Studio, name: str) -> None:
    """Else names that nobody has could be told from others."""
    known(studio)
    for spelled in (f" {name}@studio.test", f"{name}@Studio.test ", f"{name.upper()}@studio.test"):
        fail(studio, 1, spelled)
    fail(studio, 2, f"{name}@studio.test")
    assert LOCKED in log_in(studio, f"\t{name}@studio.test").json


def test_a_network_of_one_counts_as_one_address(studio: Studio) -> None:
    known(studio)
    for number in range(lockout.ALLOWED):
        fail(studio, 1, **{"X-Real-IP": f"2001:db8:0:7::{number:x}"})
    assert LOCKED in log_in(studio, headers={"X-Real-IP": "2001:db8:0:7:ffff::1"}).json
    assert log_in(studio, headers={"X-Real-IP": "2001:db8:0:8::1"}).status == 200


def test_an_address_with_too_many_wrong_tries_is_refused_whatever_it_tries(
    studio: Studio, clock: time_machine.Traveller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lockout, "ALLOWED_OF_ADDRESS", 12)
    known(studio)
    token = token_of(studio, Mailbox(studio))
    for number in range(6):
        fail(studio, 1, f"nobody{number}@studio.test", **ELSEWHERE)
        assert log_in(studio, headers=ELSEWHERE).status == 200  # what is right does not count
        clock.shift(9)
    assert told(at_once(12, lambda n: log_in(studio, f"no{n}", headers=ELSEWHERE))) == {"400": 6, "locked": 6}
    assert LOCKED in log_in(studio, headers=ELSEWHERE).json
    assert LOCKED in reset(studio, token, **ELSEWHERE).json
    assert log_in(studio).status == 200
    clock.shift(8)  # a minute after the first of them
    assert log_in(studio, headers=ELSEWHERE).status == 200


def test_a_hundred_wrong_tries_a_minute_are_allowed_to_a_studio(studio: Studio) -> None:
    known(studio)
    answers = at_once(110, lambda number: log_in(studio, f"nobody{number}@studio.test"))
    assert told(answers) == {"400": 100, "locked": 10}


def test_a_share_link_closes_for_the_address_of_who_guesses_alone(studio: Studio) -> None:
    sharing = Sharing(studio)
    link = sharing.share(password="open sesame")
    path, key = sharing.at(link=link), "?password=open%20sesame"
    inside = studio.stranger.call("GET", path + key, headers=ELSEWHERE)
    [cookie] = inside.result.cookies.values()
    pass_of_browser = {"Cookie": f"{cookie.name}={cookie.value}", **ELSEWHERE}
    answers = at_once(20, lambda n: studio.stranger.call("GET", f"{path}?password={n}", headers=ELSEWHERE))
    assert {answer.status for answer in answers} == {404}
    studio.stranger.get(path + key, headers=ELSEWHERE, status=404)
    studio.stranger.get(path, headers=pass_of_browser)
    studio.stranger.get(path + key, headers=pass_of_browser)  # who is inside already
    studio.stranger.get(path + key)


@pytest.mark.usefixtures("slow")
def test_of_wrong_passwords_of_a_link_no_more_count_than_the_limit(studio: Studio) -> None:
    """A right one that comes among them is as good as the number of those before it."""
    sharing = Sharing(studio)
    link = sharing.share(password="open sesame")
    words = ["open%20sesame" if number > 20 else str(number) for number in range(60)]
    answers = at_once(60, lambda n: studio.stranger.call("GET", f"{sharing.at(link=link)}?password={words[n]}"))
    assert {answer.status for answer in answers} == {404}


def test_an_admin_sees_where_tries_came_from_and_opens_every_door(studio: Studio) -> None:
    ann = known(studio)
    fail(studio)
    fail(studio, **ELSEWHERE)
    with studio.tracker.work() as work:
        failures = lockout.list_failures(work)
        lockout.unlock(work, ann.id)
        assert lockout.list_failures(work) == []
    assert {(row["person_id"], row["address"], row["count"]) for row in failures} == {
        (ann.id, "127.0.0.1", 5),
        (ann.id, "203.0.113.7", 5),
    }
    for headers in ({}, ELSEWHERE):
        assert log_in(studio, headers=headers).status == 200


# --- second factors ---


@pytest.fixture
def ann(studio: Studio) -> Member:
    return known(studio)


def test_second_factors_lock_wherever_the_codes_come_from_and_longer_each_time(
    studio: Studio, ann: Member, clock: time_machine.Traveller
) -> None:
    app = pyotp.TOTP(ann.put("/auth/totp")["otp_secret"])
    ann.post("/auth/totp", {"totp": app.now()}, status=200)
    for minutes in (1, 2, 4, 8, 16, 32, 60, 60):
        for number in range(lockout.ALLOWED):
            answer = log_in(studio, totp="000000", headers={"X-Real-IP": f"203.0.113.{number}"})
            assert answer.json["wrong_OTP"] is True
        clock.shift(minutes * 60 - 1)
        assert LOCKED in log_in(studio, totp=app.now()).json
        waiting = ann.delete("/auth/totp", {"totp": app.now()}, status=400)
        assert waiting["message"].endswith("Wait a minute." if minutes == 1 else f"Wait {minutes} minutes.")
        clock.shift(2)
    assert log_in(studio, totp=app.now()).status == 200
    for _ in range(lockout.ALLOWED):
        log_in(studio, totp="000000")
    clock.shift(61)
    assert log_in(studio, totp=app.now()).status == 200  # the right one has made an end of it


def test_a_right_proof_makes_an_end_of_the_wrong_ones(studio: Studio, ann: Member) -> None:
    app = pyotp.TOTP(ann.put("/auth/totp")["otp_secret"])
    codes = ann.post("/auth/totp", {"totp": app.now()}, status=200)["otp_recovery_codes"]
    for code in (*["wrong"] * 4, codes[0], *["wrong"] * 4):
        answer = ann.call("PUT", "/auth/recovery-codes", {"recovery_code": code})
        codes = answer.json["otp_recovery_codes"] if answer.status == 200 else codes
    ann.delete("/auth/totp", {"recovery_code": codes[0]}, status=200)


def test_codes_of_a_stranger_without_the_password_keep_nobody_out(
    studio: Studio, ann: Member, clock: time_machine.Traveller
) -> None:
    app = pyotp.TOTP(ann.put("/auth/totp")["otp_secret"])
    ann.post("/auth/totp", {"totp": app.now()}, status=200)
    for _ in range(20):
        log_in(studio, password="wrong", totp="000000", headers=ELSEWHERE)
    clock.shift(30)
    assert log_in(studio, totp=app.now()).status == 200


def test_factors_that_are_turned_on_at_once_leave_the_codes_that_were_shown(
    studio: Studio, ann: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Recovery codes are shown once, with the first factor."""
    hash_codes = recovery.hash_codes

    def slowly(codes: list[str]) -> list[str]:
        with studio.tracker.work() as work:
            work.update(Person, ann.id, email_otp_enabled=True, otp_recovery_codes=["of the other factor"])
        return hash_codes(codes)

    monkeypatch.setattr(recovery, "hash_codes", slowly)
    app = pyotp.TOTP(ann.put("/auth/totp")["otp_secret"])
    assert ann.post("/auth/totp", {"totp": app.now()}, status=200)["otp_recovery_codes"] is None
    assert studio.stored(Person, ann.id)["otp_recovery_codes"] == ["of the other factor"]


def test_turning_a_factor_on_ends_the_other_sessions_not_the_present_one(studio: Studio, ann: Member) -> None:
    here, there = (log_in(studio).json for _ in range(2))
    present, script = as_member(studio, here["access_token"]), as_member(studio, there["refresh_token"])
    admin = studio.person("Ada", role="admin")
    api = as_member(studio, admin.put(f"/data/persons/{ann.id}", {"expiration_date": "2099-01-01"})["access_token"])
    app = pyotp.TOTP(present.put("/auth/totp")["otp_secret"])
    fresh = present.post("/auth/totp", {"totp": app.now()}, status=200)
    for token in (here["access_token"], fresh["access_token"]):
        as_member(studio, token).get("/auth/authenticated")
    api.get("/auth/authenticated")  # scripts are asked for no second factor
    as_member(studio, there["access_token"]).get("/auth/authenticated", status=401)
    script.get("/auth/refresh-token", status=401)
    ann.get("/auth/authenticated", status=401)
