"""Signing in with a password, and changing it (docs/api/signing-in.md)."""

import datetime
from mailbox import Mailbox
from typing import Any
from urllib.parse import parse_qs, urlsplit

import bcrypt
import pytest
import time_machine
from argon2 import PasswordHasher
from signing import CHEAP, FIREFOX, PASSWORD, REAL, as_member, failures, known, log_in, set_up
from studio import Answered, Studio, Visitor

from kitsulite.areas.people import passwords
from kitsulite.models.people import Department, DepartmentLink, LoginLog, Organisation, Person
from kitsulite.settings import BadSetting

WRONG = {"login": False, "message": "Wrong email or password."}
LOCKED = {
    "error": True,
    "login": False,
    "too_many_failed_login_attemps": True,
    "message": "Too many failed login attempts. Wait a minute.",
}


@pytest.fixture
def mail(studio: Studio) -> Mailbox:
    return Mailbox(studio)


# --- who gets in ---


@pytest.mark.parametrize(
    "login", ["ann@studio.test", "ANN@Studio.Test", "ann.a", " Ann@studio.test\t", "\u00a0ann@studio.test", " ann.a "]
)
def test_people_sign_in_by_email_in_any_case_or_by_desktop_login(studio: Studio, login: str) -> None:
    ann = known(studio, desktop_login="ann.a")
    answer = log_in(studio, login)
    assert answer.status == 200
    assert answer.json["login"] is True
    assert answer.json["user"]["id"] == ann.id
    assert as_member(studio, answer.json["access_token"]).get("/auth/authenticated")["user"]["id"] == ann.id


def test_a_login_answers_the_person_with_departments_and_without_secrets(studio: Studio) -> None:
    ann = known(studio, last_name="Lee")
    department = studio.add(Department, name="Layout", color="#000000")
    with studio.tracker.work() as work:
        work.insert(DepartmentLink, person_id=ann.id, department_id=department["id"])
    user = log_in(studio).json["user"]
    assert user["full_name"] == "Ann Lee"
    assert user["type"] == "Person"
    assert user["departments"] == [department["id"]]
    assert not {"password", "totp_secret", "otp_recovery_codes", "jti", "login_failed_attemps"} & set(user)


@pytest.mark.parametrize(("role", "sees"), [("admin", True), ("manager", False)])
def test_only_admins_see_the_chat_tokens_of_the_organisation(studio: Studio, role: str, sees: bool) -> None:
    studio.add(Organisation, name="Blue Duck", chat_token_slack="xoxb-1")
    known(studio, role=role)
    session = log_in(studio).json
    again = as_member(studio, session["access_token"]).get("/auth/authenticated")
    for organisation in (session["organisation"], again["organisation"]):
        assert organisation["name"] == "Blue Duck"
        assert ("chat_token_slack" in organisation) is sees


def test_an_organisation_is_made_when_there_is_none(studio: Studio) -> None:
    first = known(studio).get("/auth/authenticated")["organisation"]
    assert first["name"] == "Kitsu"
    assert log_in(studio).json["organisation"]["id"] == first["id"]


def test_credentials_may_come_in_the_query_string(studio: Studio) -> None:
    known(studio)
    path = "/auth/login?email=ann@studio.test&password=correct%20horse"
    assert studio.stranger.call("POST", path).status == 200


def test_a_wrong_password_and_a_name_that_nobody_has_look_alike(studio: Studio) -> None:
    known(studio)
    for answer in (log_in(studio, password="wrong"), log_in(studio, "nobody@studio.test")):
        assert (answer.status, answer.json) == (400, WRONG)


def test_a_name_that_nobody_has_costs_a_hash_too(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    hashed: list[str] = []

    class Watched(PasswordHasher):
        def hash(self, password: str | bytes, *, salt: bytes | None = None) -> str:
            hashed.append(str(password))
            return CHEAP.hash(password)

    known(studio, "Guest", password=None)
    monkeypatch.setattr(passwords, "hasher", Watched())
    log_in(studio, "nobody@studio.test", "mine")
    log_in(studio, "guest@studio.test", "mine")
    assert hashed == ["mine", "mine"]


def test_passwords_are_hashed_as_the_library_recommends() -> None:
    assert REAL.hash("x").startswith("$argon2id$")
    assert not REAL.check_needs_rehash(PasswordHasher().hash("x"))


def test_passwords_are_checked_outside_of_transactions(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    known(studio, password="default", desktop_login="ann")
    checked: list[bool] = []
    verify, hash_password = passwords.verify, passwords.hash_password

    def watched_verify(stored: str | None, text: str) -> bool:
        checked.append(studio.tracker.db.in_transaction)
        return verify(stored, text)

    def watched_hash(text: str) -> str:
        checked.append(studio.tracker.db.in_transaction)
        return hash_password(text)

    monkeypatch.setattr(passwords, "verify", watched_verify)
    monkeypatch.setattr(passwords, "hash_password", watched_hash)
    log_in(studio, "nobody")
    token = log_in(studio, password="default").json["token"]
    _reset(studio, token, "a new password")
    ann = as_member(studio, log_in(studio, password="a new password").json["access_token"])
    _change(ann, "a new password", PASSWORD)
    assert len(checked) == 6
    assert not any(checked)


@pytest.mark.parametrize("strategy", ["auth_local_classic", "auth_local_no_password"])
@pytest.mark.parametrize("kind", ["is_bot", "is_guest"])
def test_bots_and_guests_do_not_log_in(studio: Studio, strategy: str, kind: str) -> None:
    set_up(studio, auth_strategy=strategy)
    known(studio, "Robot", desktop_login="robot", **{kind: True})
    assert log_in(studio, "robot@studio.test").json == WRONG
    assert log_in(studio, "robot").json == WRONG


def test_who_is_inactive_hears_so_only_after_the_right_password(studio: Studio) -> None:
    known(studio, active=False)
    assert log_in(studio, password="wrong").json == WRONG
    answer = log_in(studio)
    assert answer.status == 401
    assert answer.json["unactive"] is True


def test_a_body_without_email_is_refused_field_by_field(studio: Studio) -> None:
    answer = studio.stranger.call("POST", "/auth/login", {"password": None})
    assert answer.status == 400
    assert {error["field"] for error in answer.json["data"]["errors"]} == {"email", "password"}


# --- too many failures ---


@pytest.mark.parametrize("login", ["ann@studio.test", "nobody@studio.test"])
def test_five_wrong_passwords_lock_a_name_for_a_minute(
    studio: Studio, clock: time_machine.Traveller, login: str
) -> None:
    known(studio)
    for _ in range(5):
        assert log_in(studio, login, "wrong").json == WRONG
    clock.shift(59)
    assert log_in(studio, login).json == LOCKED
    clock.shift(2)
    assert log_in(studio, login).status == (200 if login.startswith("ann") else 400)
    assert log_in(studio, login, "wrong").json == WRONG


def test_after_the_minute_one_failure_does_not_lock_again(studio: Studio, clock: time_machine.Traveller) -> None:
    ann = known(studio)
    for _ in range(5):
        log_in(studio, password="wrong")
    clock.shift(61)
    assert log_in(studio, password="wrong").json == WRONG
    assert failures(studio, ann) == 1
    assert log_in(studio).status == 200
    assert failures(studio, ann) == 0


def test_attempts_while_locked_do_not_lengthen_the_wait(studio: Studio, clock: time_machine.Traveller) -> None:
    known(studio)
    for _ in range(5):
        log_in(studio, password="wrong")
    clock.shift(40)
    assert log_in(studio, password="wrong").json == LOCKED
    clock.shift(21)
    assert log_in(studio).status == 200


def test_a_right_password_does_not_pass_a_lock_that_came_while_it_was_checked(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    known(studio)
    verify = passwords.verify

    def slow_verify(stored: str | None, text: str) -> bool:
        monkeypatch.setattr(passwords, "verify", verify)
        for _ in range(5):
            log_in(studio, password="wrong")
        return verify(stored, text)

    monkeypatch.setattr(passwords, "verify", slow_verify)
    assert log_in(studio).json == LOCKED


@pytest.mark.parametrize(
    ("change", "answer"),
    [
        ({"totp_enabled": True, "totp_secret": "JBSWY3DPEHPK3PXP"}, "missing_OTP"),
        ({"active": False}, "unactive"),
        ({"password": CHEAP.hash("another one")}, "login"),
    ],
)
def test_an_account_that_changes_while_its_password_is_looked_at_is_looked_at_again(
    studio: Studio, monkeypatch: pytest.MonkeyPatch, change: dict[str, Any], answer: str
) -> None:
    ann, verify = known(studio), passwords.verify

    def slow_verify(stored: str | None, text: str) -> bool:
        monkeypatch.setattr(passwords, "verify", verify)
        right = verify(stored, text)
        with studio.tracker.work() as work:
            work.update(Person, ann.id, **change)
        return right

    monkeypatch.setattr(passwords, "verify", slow_verify)
    refused = log_in(studio)
    assert refused.status in (400, 401)
    assert answer in refused.json


# --- browsers and scripts ---


def test_browsers_get_cookies_and_scripts_do_not(studio: Studio) -> None:
    known(studio)
    assert not log_in(studio).result.cookies
    answer = log_in(studio, headers=FIREFOX)
    access, refresh = (answer.result.cookies[f"{kind}_token_cookie"] for kind in ("access", "refresh"))
    assert access.value == answer.json["access_token"]
    assert (access.path, refresh.path) == ("/", "/auth/refresh-token")
    for cookie in (access, refresh):
        assert cookie.http_only
        assert cookie.same_site == "Lax"
        assert cookie.max_age == 31540000


@pytest.mark.parametrize(
    ("header", "kept"), [("203.0.113.7", "203.0.113.7"), ("unknown, 203.0.113.7", "203.0.113.7"), ("unknown", None)]
)
def test_each_login_is_logged_with_the_first_valid_address(studio: Studio, header: str, kept: str | None) -> None:
    ann = known(studio)
    log_in(studio, password="wrong")
    log_in(studio, headers={**FIREFOX, "X-Real-IP": header})
    log_in(studio)
    with studio.tracker.db.reading():
        logs = studio.tracker.db.rows(LoginLog.select().order_by(LoginLog.created_at))
    assert [(log["person_id"], log["ip_address"], log["origin"]) for log in logs] == [
        (ann.id, kept, "web"),
        (ann.id, "127.0.0.1", "script"),
    ]


def test_a_stranger_cannot_choose_the_address_that_is_logged(studio: Studio) -> None:
    known(studio)
    visitor, headers = studio.stranger.client, {"X-Real-IP": "203.0.113.7", "X-Forwarded-For": "203.0.113.7"}
    body = {"email": "ann@studio.test", "password": PASSWORD}
    visitor.simulate_post("/auth/login", json=body, headers=headers, remote_addr="198.51.100.9")
    with studio.tracker.db.reading():
        assert studio.tracker.db.values(LoginLog.select(LoginLog.ip_address)) == ["198.51.100.9"]


# --- how passwords are checked ---


def test_bcrypt_passwords_of_an_imported_studio_work_and_become_argon2(studio: Studio) -> None:
    long = "é" * 40  # 80 bytes: bcrypt knows 72
    stored = bcrypt.hashpw(long.encode()[:72], bcrypt.gensalt(4)).decode()
    ann = studio.person("Ann", password=stored)
    assert log_in(studio, password="wrong").json == WRONG
    assert studio.stored(Person, ann.id)["password"] == stored
    assert log_in(studio, password=long).status == 200
    assert studio.stored(Person, ann.id)["password"].startswith("$argon2id$")
    assert log_in(studio, password=long).status == 200


def test_a_login_brings_an_old_hash_up_to_date(studio: Studio) -> None:
    weaker = PasswordHasher(time_cost=1, memory_cost=16, parallelism=1)
    ann = studio.person("Ann", password=weaker.hash(PASSWORD))
    assert log_in(studio).status == 200
    assert not CHEAP.check_needs_rehash(studio.stored(Person, ann.id)["password"])
    assert log_in(studio).status == 200


def test_a_studio_may_do_without_passwords(studio: Studio) -> None:
    set_up(studio, auth_strategy="auth_local_no_password")
    known(studio, password=None)
    assert log_in(studio, password="anything").status == 200
    assert log_in(studio, password="default").status == 200
    assert log_in(studio, "nobody@studio.test").json == WRONG


def test_a_strategy_that_does_not_exist_is_refused_at_once(studio: Studio) -> None:
    with pytest.raises(BadSetting, match="AUTH_STRATEGY is 'auth_by_handshake'"):
        set_up(studio, auth_strategy="auth_by_handshake")


@pytest.mark.parametrize("fallback", [True, False])
def test_people_outside_of_the_directory_sign_in_where_that_is_allowed(studio: Studio, fallback: bool) -> None:
    set_up(studio, auth_strategy="auth_remote_ldap", ldap_fallback=fallback)
    ann = known(studio)
    known(studio, "Bob", is_generated_from_ldap=True)
    assert log_in(studio).status == (200 if fallback else 400)
    assert log_in(studio, "bob@studio.test").json == WRONG
    assert failures(studio, ann) == 0


# --- changing a password ---


def _change(person: Visitor, old: str, new: str, again: str | None = None) -> Answered:
    body = {"old_password": old, "password": new, "password_2": new if again is None else again}
    return person.call("POST", "/auth/change-password", body)


def test_changing_a_password_ends_the_other_sessions(studio: Studio, mail: Mailbox) -> None:
    elsewhere = known(studio)
    here = as_member(studio, log_in(studio).json["access_token"])
    assert _change(here, PASSWORD, "battery staple").json == {"success": True}
    here.get("/auth/authenticated")
    elsewhere.get("/auth/authenticated", status=401)
    assert log_in(studio).json == WRONG
    assert log_in(studio, password="battery staple").status == 200
    assert mail.last.to == "ann@studio.test"
    assert "127.0.0.1" in mail.last.text


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (("wrong", "x", "y"), "Old password is wrong."),
        ((PASSWORD, "short", "other"), "Password is too short. It needs at least 8 characters."),
        ((PASSWORD, "battery staple", "battery"), "Confirmation password doesn't match."),
    ],
)
def test_a_refused_change_leaves_the_password_alone(
    studio: Studio, mail: Mailbox, given: tuple[str, str, str], message: str
) -> None:
    ann = known(studio)
    answer = _change(ann, *given)
    assert (answer.status, answer.json["message"]) == (400, message)
    assert failures(studio, ann) == (1 if given[0] == "wrong" else 0)
    assert log_in(studio).status == 200
    assert not mail


def test_wrong_old_passwords_lock_as_logins_do(studio: Studio) -> None:
    ann = known(studio)
    for _ in range(5):
        _change(ann, "wrong", "battery staple")
    answer = _change(ann, PASSWORD, "battery staple")
    assert answer.json["too_many_failed_login_attemps"] is True
    assert log_in(studio).json == LOCKED


# --- getting a new one ---


def _reset(studio: Studio, token: str, new: str, again: str | None = None, login: str = "ann@studio.test") -> Answered:
    body = {"email": login, "token": token, "password": new, "password2": new if again is None else again}
    return studio.stranger.call("PUT", "/auth/reset-password", body)


def _asked(studio: Studio, mail: Mailbox, email: str = " Ann@studio.test ") -> str:
    """Ask for a reset; the token that was mailed."""
    studio.stranger.post("/auth/reset-password", {"email": email}, status=200)
    query = parse_qs(urlsplit(mail.last.link).query)
    assert query["email"] == ["ann@studio.test"]
    return query["token"][0]


def test_a_mailed_token_sets_a_new_password_once_and_ends_all_sessions(studio: Studio, mail: Mailbox) -> None:
    ann = known(studio)
    token = _asked(studio, mail)
    assert mail.last.link.startswith("https://studio.test/reset-change-password?")
    assert len(token) == 64
    assert _reset(studio, token, "battery staple").json == {"success": True}
    ann.get("/auth/authenticated", status=401)
    assert log_in(studio, password="battery staple").status == 200
    assert _reset(studio, token, "once more please").json["message"] == "Wrong or expired token."


def test_a_token_survives_a_password_that_is_refused(studio: Studio, mail: Mailbox) -> None:
    known(studio)
    token = _asked(studio, mail)
    assert (
        _reset(studio, token, "short", "other").json["message"]
        == "Password is too short. It needs at least 8 characters."
    )
    answer = _reset(studio, token, "battery staple", "battery")
    assert answer.json["message"] == "Confirmation password doesn't match."
    assert _reset(studio, token, "battery staple").status == 200


def test_a_token_lasts_two_hours(studio: Studio, mail: Mailbox, clock: time_machine.Traveller) -> None:
    known(studio)
    token = _asked(studio, mail)
    clock.shift(datetime.timedelta(hours=2))
    assert _reset(studio, token, "battery staple").json["message"] == "Wrong or expired token."


def test_a_new_token_replaces_the_one_before(studio: Studio, mail: Mailbox) -> None:
    known(studio)
    first, second = _asked(studio, mail), _asked(studio, mail)
    assert _reset(studio, first, "battery staple").status == 400
    assert _reset(studio, second, "battery staple").status == 200


def test_a_token_of_one_does_nothing_for_another(studio: Studio, mail: Mailbox) -> None:
    known(studio)
    known(studio, "Bob")
    token = _asked(studio, mail)
    for login, guess in (("bob@studio.test", token), ("ann@studio.test", "é"), ("nobody@studio.test", token)):
        assert _reset(studio, guess, "battery staple", login=login).status == 400


def test_asking_tells_nobody_whether_there_is_an_account(studio: Studio, mail: Mailbox) -> None:
    known(studio, "Bob", active=False, desktop_login="bob")
    known(studio, "Robot", is_bot=True)
    for email in ("nobody@studio.test", "bob@studio.test", "bob", "robot@studio.test"):
        answer = studio.stranger.post("/auth/reset-password", {"email": email}, status=200)
        assert answer == {"success": "Reset token sent"}
    assert not mail


def test_asking_again_and_again_sends_a_few_mails_only(studio: Studio, mail: Mailbox) -> None:
    known(studio)
    for _ in range(20):
        studio.stranger.post("/auth/reset-password", {"email": "ann@studio.test"}, status=200)
    assert len(mail) == 5
    token = parse_qs(urlsplit(mail.last.link).query)["token"][0]
    assert _reset(studio, token, "battery staple").status == 200


@pytest.mark.parametrize("login", ["ann@studio.test", "ANN@studio.test", "ann.a", " ann@studio.test "])
def test_the_password_default_opens_no_session_but_must_be_changed(studio: Studio, login: str) -> None:
    known(studio, password="default", desktop_login="ann.a")
    answer = studio.stranger.call("POST", "/auth/login", {"email": login})
    assert answer.status == 400
    assert answer.json["default_password"] is True
    assert "access_token" not in answer.json
    assert _reset(studio, answer.json["token"], PASSWORD, login=login).status == 200
    assert log_in(studio, login).status == 200
