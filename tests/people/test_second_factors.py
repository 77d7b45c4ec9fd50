"""Second factors: authenticator apps, codes by e-mail, security keys, recovery codes (docs/api/signing-in.md)."""

import builtins
import datetime
import sys
from mailbox import Mailbox
from typing import Any

import pyotp
import pytest
import time_machine
from authenticator import SecurityKey
from signing import as_member, failures, known, log_in, set_up
from studio import Member, Studio

from kitsulite.areas.people import secondfactors
from kitsulite.models.people import Person

pytestmark = pytest.mark.usefixtures("clock")
WRONG = {"error": True, "login": False, "wrong_OTP": True}
HELD = "/data/departments"
"""A path that a restricted session may not ask for."""


@pytest.fixture
def mail(studio: Studio) -> Mailbox:
    return Mailbox(studio)


@pytest.fixture
def ann(studio: Studio) -> Member:
    return known(studio)


class App:
    """An authenticator app."""

    def __init__(self, secret: str) -> None:
        self.totp = pyotp.TOTP(secret)

    @property
    def code(self) -> str:
        return self.totp.now()


def with_totp(person: Member, clock: time_machine.Traveller) -> tuple[App, list[str]]:
    """Turn an authenticator app on; the app and the recovery codes. Its next code is a fresh one."""
    app = App(person.put("/auth/totp")["otp_secret"])
    answer = person.post("/auth/totp", {"totp": app.code}, status=200)
    clock.shift(30)
    return app, answer["otp_recovery_codes"]


def with_email_codes(person: Member, mail: Mailbox) -> list[str]:
    """Turn codes by e-mail on; the recovery codes."""
    person.put("/auth/email-otp")
    answer = person.post("/auth/email-otp", {"email_otp": mail.last.code}, status=200)
    return answer["otp_recovery_codes"]  # type: ignore[no-any-return]


def with_key(person: Member, name: str = "blue key", key: SecurityKey | None = None) -> SecurityKey:
    """Make a security key known."""
    key = key or SecurityKey()
    options, cookie = challenge(person.call("PUT", "/auth/fido"))
    body = {"registration_response": key.register(options), "device_name": name}
    answer = person.call("POST", "/auth/fido", body, headers=cookie)
    assert answer.status == 200, answer
    return key


def challenge(answer: Any) -> tuple[dict[str, Any], dict[str, str]]:
    """Options for the browser, and the headers that bring its cookie back."""
    assert answer.status == 200, answer
    return answer.json, {"Cookie": f"session={answer.result.cookies['session'].value}"}


def signed(studio: Studio, key: SecurityKey, login: str = "ann@studio.test") -> dict[str, Any]:
    """What goes along with a login to prove that the key is there."""
    options, cookie = challenge(studio.stranger.call("GET", f"/auth/fido?email=%20{login}%20"))
    return {"fido_authentication_response": key.sign(options), "headers": cookie}


def stored(studio: Studio, person: Member) -> dict[str, Any]:
    return studio.stored(Person, person.id)


# --- authenticator apps ---


def test_an_app_is_asked_for_at_login_once_it_is_on(studio: Studio, ann: Member, clock: time_machine.Traveller) -> None:
    secret = ann.put("/auth/totp")
    assert secret["totp_provisionning_uri"].startswith("otpauth://totp/Kitsu")
    assert log_in(studio).status == 200  # not before it is confirmed
    app, codes = with_totp(ann, clock)
    assert len(set(codes)) == 16
    assert all(len(code) == 10 and code == code.upper() for code in codes)
    answer = log_in(studio)
    assert answer.status == 400
    assert answer.json["missing_OTP"] is True
    assert answer.json["preferred_two_factor_authentication"] == "totp"
    assert answer.json["two_factor_authentication_enabled"] == ["recovery_code", "totp"]
    assert failures(studio, ann) == 0
    assert log_in(studio, totp="000000").json == WRONG
    assert failures(studio, ann) == 1
    assert log_in(studio, totp=app.code).status == 200


def test_nothing_is_said_about_second_factors_before_the_right_password(
    studio: Studio, ann: Member, clock: time_machine.Traveller
) -> None:
    with_totp(ann, clock)
    assert log_in(studio, password="wrong").json == {"login": False, "message": "Wrong email or password."}


def test_a_code_works_once(studio: Studio, ann: Member, clock: time_machine.Traveller) -> None:
    app = App(ann.put("/auth/totp")["otp_secret"])
    ann.post("/auth/totp", {"totp": app.code}, status=200)
    assert log_in(studio, totp=app.code).json == WRONG
    clock.shift(30)
    assert log_in(studio, totp=app.code).status == 200
    assert log_in(studio, totp=app.code).json == WRONG


@pytest.mark.parametrize(("seconds", "status"), [(-60, 400), (-30, 200), (30, 200), (60, 400)])
def test_a_phone_may_be_half_a_minute_off(
    studio: Studio, ann: Member, clock: time_machine.Traveller, seconds: int, status: int
) -> None:
    app, _ = with_totp(ann, clock)
    clock.shift(300)
    shown = app.totp.at(datetime.datetime.now(datetime.UTC) + datetime.timedelta(seconds=seconds))
    assert log_in(studio, totp=shown).status == status


def test_five_wrong_codes_lock_the_account(studio: Studio, ann: Member, clock: time_machine.Traveller) -> None:
    app, _ = with_totp(ann, clock)
    for _ in range(5):
        log_in(studio, totp="000000")
    assert log_in(studio, totp=app.code).json["too_many_failed_login_attemps"] is True


def test_an_app_is_confirmed_by_its_own_code_only(studio: Studio, ann: Member, clock: time_machine.Traveller) -> None:
    early = ann.post("/auth/totp", {"totp": "123456"}, status=400)
    assert early["wrong_OTP"] is True
    other = App(ann.put("/auth/totp")["otp_secret"])
    ann.put("/auth/totp")
    assert ann.post("/auth/totp", {"totp": other.code}, status=400)["message"] == "TOTP verification failed."
    with_totp(ann, clock)
    assert ann.put("/auth/totp", status=400)["message"] == "TOTP already enabled."
    assert ann.post("/auth/totp", {"totp": "123456"}, status=400)["message"] == "TOTP already enabled."


def test_turning_the_last_factor_off_takes_recovery_codes_and_preference(
    studio: Studio, ann: Member, clock: time_machine.Traveller
) -> None:
    app, _ = with_totp(ann, clock)
    assert ann.delete("/auth/totp", {"totp": "000000"}, status=400)["wrong_OTP"] is True
    assert ann.delete("/auth/totp", status=400)["wrong_OTP"] is True
    ann.delete(f"/auth/totp?totp={app.code}", status=200)
    row = stored(studio, ann)
    assert (row["totp_enabled"], row["totp_secret"], row["otp_recovery_codes"]) == (False, None, None)
    assert row["preferred_two_factor_authentication"] is None
    assert ann.delete("/auth/totp", {"totp": app.code}, status=400)["message"] == "TOTP not enabled."
    assert log_in(studio).status == 200


def test_a_stolen_session_cannot_try_all_codes(studio: Studio, ann: Member, clock: time_machine.Traveller) -> None:
    app, _ = with_totp(ann, clock)
    for _ in range(5):
        ann.delete("/auth/totp", {"totp": "000000"}, status=400)
    ann.delete("/auth/totp", {"totp": app.code}, status=400)
    clock.shift(61)
    ann.delete("/auth/totp", {"totp": app.code}, status=200)


# --- codes by e-mail ---


def test_a_mailed_code_signs_in_once_and_for_five_minutes(
    studio: Studio, ann: Member, mail: Mailbox, clock: time_machine.Traveller
) -> None:
    with_email_codes(ann, mail)
    assert log_in(studio).json["preferred_two_factor_authentication"] == "email_otp"
    studio.stranger.get("/auth/email-otp?email=%20Ann@studio.test%20")
    assert mail.last.to == "ann@studio.test"
    code = mail.last.code
    wrong = f"{(int(code) + 1) % 10**6:06}"
    assert log_in(studio, email_otp=wrong).json == WRONG
    assert log_in(studio, email_otp=code).status == 200
    assert log_in(studio, email_otp=code).json == WRONG
    studio.stranger.get("/auth/email-otp?email=ann@studio.test")
    clock.shift(300)
    assert log_in(studio, email_otp=mail.last.code).json == WRONG


def test_a_new_code_replaces_the_one_before(studio: Studio, ann: Member, mail: Mailbox) -> None:
    with_email_codes(ann, mail)
    codes = []
    while len(set(codes)) < 2:
        studio.stranger.get("/auth/email-otp?email=ann@studio.test")
        codes.append(mail.last.code)
    assert log_in(studio, email_otp=codes[0]).json == WRONG
    assert log_in(studio, email_otp=codes[-1]).status == 200


def test_codes_are_mailed_only_where_they_are_on(studio: Studio, ann: Member, mail: Mailbox) -> None:
    known(studio, "Bob", email_otp_enabled=True, active=False)
    for email in ("ann@studio.test", "bob@studio.test", "nobody@studio.test", ""):
        assert studio.stranger.get(f"/auth/email-otp?email={email}") == {"success": True}
    assert not mail
    missing = studio.stranger.get("/auth/email-otp", status=400)
    assert missing == {"error": True, "message": "Missing required parameter: email", "data": None}


def test_asking_for_codes_again_and_again_sends_a_few_only(studio: Studio, ann: Member, mail: Mailbox) -> None:
    with_email_codes(ann, mail)
    for _ in range(20):
        studio.stranger.get("/auth/email-otp?email=ann@studio.test")
    assert len(mail) == 10


def test_codes_by_email_are_turned_off_by_a_code(studio: Studio, ann: Member, mail: Mailbox) -> None:
    with_email_codes(ann, mail)
    assert ann.put("/auth/email-otp", status=400)["message"] == "OTP by email already enabled."
    studio.stranger.get("/auth/email-otp?email=ann@studio.test")
    ann.delete("/auth/email-otp", {"email_otp": mail.last.code}, status=200)
    assert ann.delete("/auth/email-otp", {"email_otp": "1"}, status=400)["message"] == "OTP by email not enabled."
    assert log_in(studio).status == 200


# --- security keys ---


def test_a_security_key_signs_in(studio: Studio, ann: Member) -> None:
    key = with_key(ann)
    assert ann.get("/auth/authenticated")["user"]["fido_devices"] == ["blue key"]
    assert log_in(studio).json["two_factor_authentication_enabled"] == ["recovery_code", "fido"]
    assert log_in(studio, **signed(studio, key)).status == 200


def test_each_challenge_can_be_answered_once(studio: Studio, ann: Member) -> None:
    proof = signed(studio, with_key(ann))
    assert log_in(studio, **proof).status == 200
    assert log_in(studio, **proof).json == WRONG


def test_only_the_right_key_for_the_right_challenge_signs_in(studio: Studio, ann: Member) -> None:
    key = with_key(ann)
    bob = known(studio, "Bob")
    bobs = with_key(bob, "red key")
    stranger = SecurityKey()
    stranger.id = key.id
    assert log_in(studio, **signed(studio, stranger)).json == WRONG
    assert log_in(studio, **signed(studio, bobs, "bob@studio.test")).json == WRONG
    assert log_in(studio, **{**signed(studio, key), "headers": {}}).json == WRONG
    assert log_in(studio, **{**signed(studio, key), "fido_authentication_response": {"id": 1}}).json == WRONG
    key.origin = "https://studio.test.evil"
    assert log_in(studio, **signed(studio, key)).json == WRONG


def test_a_registration_needs_its_own_challenge(studio: Studio, ann: Member) -> None:
    key = SecurityKey()
    options, cookie = challenge(ann.call("PUT", "/auth/fido"))
    body = {"registration_response": key.register(options), "device_name": "key"}
    assert ann.post("/auth/fido", body, status=400)["message"] == "No preregistration before."
    bob = known(studio, "Bob")
    assert bob.call("POST", "/auth/fido", body, headers=cookie).json["message"] == "No preregistration before."
    options, cookie = challenge(ann.call("PUT", "/auth/fido"))
    for message in ("FIDO server exception your registration response is probly wrong.", "No preregistration before."):
        assert ann.call("POST", "/auth/fido", body, headers=cookie).json["message"] == message
    assert not stored(studio, ann)["fido_enabled"]


def test_options_for_a_new_key_name_the_person_and_the_keys_that_are_known(studio: Studio, ann: Member) -> None:
    key = with_key(ann)
    options, _ = challenge(ann.call("PUT", "/auth/fido"))
    assert options["rp"] == {"name": "Kitsu", "id": "studio.test"}
    assert options["user"]["name"] == "ann@studio.test"
    assert options["user"]["displayName"] == "Ann Test"
    assert [known["id"] for known in options["excludeCredentials"]] == [key.register(options)["id"]]


def test_keys_are_removed_by_name_until_none_is_left(
    studio: Studio, ann: Member, clock: time_machine.Traveller
) -> None:
    blue, red = with_key(ann, "blue"), with_key(ann, "red")
    wrong = ann.delete("/auth/fido", {"device_name": "blue"}, status=400)
    assert wrong == {"error": True, "message": "Wrong OTP."}

    def remove(name: str, key: SecurityKey) -> None:
        proof = signed(studio, key)
        ann.delete("/auth/fido", {"device_name": name, **proof}, headers=proof.pop("headers"), status=200)

    remove("green", red)
    remove("blue", red)
    assert ann.get("/auth/authenticated")["user"]["fido_devices"] == ["red"]
    assert stored(studio, ann)["preferred_two_factor_authentication"] == "fido"
    assert stored(studio, ann)["otp_recovery_codes"]
    with pytest.raises(AssertionError):
        signed(studio, blue)  # no longer among the keys that are asked for
    remove("red", red)
    assert stored(studio, ann)["otp_recovery_codes"] is None
    assert ann.delete("/auth/fido", {"device_name": "red"}, status=400)["message"] == "FIDO not enabled."
    assert log_in(studio).status == 200


def test_who_has_no_key_gets_no_challenge(studio: Studio, ann: Member) -> None:
    for email in ("ann@studio.test", "nobody@studio.test"):
        assert studio.stranger.get(f"/auth/fido?email={email}", status=400)["message"] == "FIDO not enabled."
    assert studio.stranger.get("/auth/fido", status=400)["message"] == "Missing required parameter: email"


def test_without_the_library_the_routes_say_what_to_install(
    studio: Studio, ann: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    real_import = builtins.__import__

    def no_fido2(name: str, *rest: Any, **more: Any) -> Any:
        if name.partition(".")[0] == "fido2":
            raise ImportError(name)
        return real_import(name, *rest, **more)

    for name in [name for name in sys.modules if name.partition(".")[0] == "fido2"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setattr(builtins, "__import__", no_fido2)
    assert "pip install 'kitsulite[fido]'" in ann.put("/auth/fido", status=400)["message"]


# --- recovery codes ---


def test_a_recovery_code_works_once_and_with_any_factor(
    studio: Studio, ann: Member, clock: time_machine.Traveller
) -> None:
    _, codes = with_totp(ann, clock)
    assert log_in(studio, recovery_code="AAAAAAAAAA").json == WRONG
    assert log_in(studio, recovery_code=codes[3].lower()).json == WRONG
    assert log_in(studio, recovery_code=codes[3]).status == 200
    assert log_in(studio, recovery_code=codes[3]).json == WRONG
    assert len(stored(studio, ann)["otp_recovery_codes"]) == 15


def test_an_empty_code_counts_as_given(studio: Studio, ann: Member, clock: time_machine.Traveller) -> None:
    _, codes = with_totp(ann, clock)
    assert log_in(studio, totp="", recovery_code=codes[0]).json == WRONG


def test_new_recovery_codes_void_the_old_ones(studio: Studio, ann: Member, clock: time_machine.Traveller) -> None:
    message = ann.put("/auth/recovery-codes", status=400)["message"]
    assert message == "No two factor authentication enabled."
    app, old = with_totp(ann, clock)
    assert ann.put("/auth/recovery-codes", status=400)["wrong_OTP"] is True
    new = ann.put("/auth/recovery-codes", {"totp": app.code})["otp_recovery_codes"]
    assert len(new) == 16
    assert not set(new) & set(old)
    assert log_in(studio, recovery_code=old[0]).json == WRONG
    assert log_in(studio, recovery_code=new[0]).status == 200


def test_a_second_factor_comes_without_new_recovery_codes(
    studio: Studio, ann: Member, mail: Mailbox, clock: time_machine.Traveller
) -> None:
    _, codes = with_totp(ann, clock)
    assert with_email_codes(ann, mail) is None
    with_key(ann)
    assert stored(studio, ann)["preferred_two_factor_authentication"] == "totp"
    ann.delete("/auth/totp", {"recovery_code": codes[0]}, status=200)
    row = stored(studio, ann)
    assert row["preferred_two_factor_authentication"] == "fido"
    assert len(row["otp_recovery_codes"]) == 15
    ann.delete("/auth/totp", {"recovery_code": codes[1]}, status=400)
    assert len(stored(studio, ann)["otp_recovery_codes"]) == 15  # not spent on what is off already


def test_an_admin_can_turn_everything_off(studio: Studio, ann: Member, clock: time_machine.Traveller) -> None:
    with_totp(ann, clock)
    with_key(ann)
    with studio.tracker.work() as work:
        secondfactors.disable_all(work, ann.id)
    row = stored(studio, ann)
    assert not any(row[f"{factor}_enabled"] for factor in ("totp", "email_otp", "fido"))
    assert (row["totp_secret"], row["fido_credentials"], row["otp_recovery_codes"]) == (None, None, None)
    assert log_in(studio).status == 200


# --- studios that want a second factor from everybody ---


def test_without_a_second_factor_a_session_can_only_set_one_up(
    studio: Studio, ann: Member, clock: time_machine.Traveller
) -> None:
    set_up(studio, enforce_2fa=True)
    answer = log_in(studio).json
    assert answer["two_factor_authentication_required"] is True
    held = as_member(studio, answer["access_token"])
    assert held.get(HELD, status=403)["two_factor_authentication_required"] is True
    body = {"old_password": "x", "password": "y", "password_2": "z"}
    assert held.post("/auth/change-password", body, status=403)["two_factor_authentication_required"] is True
    for path in ("/auth/authenticated", "/auth/authenticated/"):
        held.get(path)
    app = App(held.put("/auth/totp/")["otp_secret"])
    fresh = as_member(studio, held.post("/auth/totp", {"totp": app.code}, status=200)["access_token"])
    fresh.get(HELD)
    held.get(HELD, status=403)
    again = as_member(studio, answer["refresh_token"]).get("/auth/refresh-token")
    as_member(studio, again["access_token"]).get(HELD)


def test_refreshing_a_session_asks_again_whether_a_second_factor_is_missing(studio: Studio, ann: Member) -> None:
    refresh = as_member(studio, log_in(studio).json["refresh_token"])
    set_up(studio, enforce_2fa=True)
    as_member(studio, refresh.get("/auth/refresh-token")["access_token"]).get(HELD, status=403)
    set_up(studio, enforce_2fa=True, exempt_2fa_users=["Ann@Studio.test"])
    as_member(studio, refresh.get("/auth/refresh-token")["access_token"]).get(HELD)
    assert "two_factor_authentication_required" not in log_in(studio).json


def test_single_sign_on_says_that_it_is_off(studio: Studio) -> None:
    for path in ("/auth/saml/login", "/auth/oidc/login", "/auth/oidc/callback"):
        assert set(studio.stranger.get(path, status=400)) == {"error"}
    assert studio.stranger.post("/auth/saml/sso", status=400) == {"error": "SAML is not enabled."}
