"""Signing in by the studio's own directory, a real slapd (docs/sso.md)."""

import contextlib
import importlib.util
import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from mailbox import Mailbox
from typing import Any

import pytest
from directory import BASE, Directory, directory
from domaincontroller import DOMAIN, controller
from signing import as_member, failures, known, log_in, set_up
from studio import Answered, Member, Studio

from kitsulite.areas.people import ldap, passwords
from kitsulite.models.people import Person
from kitsulite.settings import BadSetting, Settings

pytestmark = pytest.mark.long

WRONG = {"login": False, "message": "Wrong email or password."}
AWAY = {"error": True, "login": False, "message": ldap.DOES_NOT_ANSWER}


@pytest.fixture
def there() -> Iterator[Directory]:
    with directory() as running:
        running.add("zoe", "her secret")
        yield running


@pytest.fixture
def secured() -> Iterator[Directory]:
    with directory(tls=True) as running:
        running.add("zoe", "her secret")
        yield running


def person(studio: Studio, name: str = "Zoe", **values: Any) -> Member:
    """Somebody of the directory."""
    return studio.person(name, **{"desktop_login": name.lower(), "is_generated_from_ldap": True, **values})


def sign_in(studio: Studio, login: str = "zoe", password: str = "her secret", **more: Any) -> Answered:
    return log_in(studio, login, password, **more)


@contextlib.contextmanager
def silent() -> Iterator[int]:
    """The port of a server that takes connections, and never says anything."""
    with socket.create_server(("127.0.0.1", 0), backlog=50) as listener:
        yield listener.getsockname()[1]


@contextlib.contextmanager
def crowded() -> Iterator[int]:
    """The port of a server that takes no more connections, and does not say so."""
    with socket.create_server(("127.0.0.1", 0), backlog=0) as listener, contextlib.ExitStack() as waiting:
        for _ in range(4):
            one = waiting.enter_context(socket.socket())
            one.setblocking(False)
            one.connect_ex(listener.getsockname())
        yield listener.getsockname()[1]


# --- whose password it is ---


def test_people_of_the_directory_sign_in_with_its_password(studio: Studio, there: Directory) -> None:
    set_up(studio, **there.settings)
    zoe = person(studio)
    for login in ("zoe", "zoe@studio.test"):
        answer = sign_in(studio, login)
        assert (answer.status, answer.json["login"]) == (200, True)
        assert as_member(studio, answer.json["access_token"]).get("/auth/authenticated")["user"]["id"] == zoe.id
    assert sign_in(studio, password="another secret").json == WRONG
    assert failures(studio, zoe) == 1


def test_the_password_of_the_directory_is_not_kept(studio: Studio, there: Directory) -> None:
    set_up(studio, **there.settings)
    outdated = "$2b$04$zzzzzzzzzzzzzzzzzzzzzuQ0xWJ9cnJTRW9jWXKXK3jZ1jZ1jZ1jZ"
    zoe = person(studio, password=outdated)
    assert sign_in(studio).status == 200
    assert studio.stored(Person, zoe.id)["password"] == outdated


def test_the_word_that_stands_for_no_password_yet_is_none_for_the_directory(studio: Studio, there: Directory) -> None:
    set_up(studio, **there.settings)
    there.add("kim", passwords.MUST_BE_CHANGED)
    person(studio, "Kim")
    assert sign_in(studio, "kim", passwords.MUST_BE_CHANGED).status == 200


def test_an_empty_password_is_none(studio: Studio, there: Directory) -> None:
    """A directory welcomes nobody in particular by one."""
    set_up(studio, **there.settings)
    person(studio)
    assert sign_in(studio, password="").json == WRONG
    there.stop()
    assert sign_in(studio, password="").json == WRONG


def test_a_login_is_one_name_whatever_it_holds(studio: Studio, there: Directory) -> None:
    set_up(studio, **there.settings)
    inner = there.entry(f"ou=inner,{BASE}", ["organizationalUnit"], ou="inner")
    there.entry(f"uid=eve,{inner}", ["inetOrgPerson"], uid="eve", cn="Eve", sn="Test", userPassword="her own")
    person(studio, "Zoe", desktop_login="eve,ou=inner")
    assert sign_in(studio, "eve,ou=inner", "her own").json == WRONG
    odd = 'o\'hara, "j+r" <x>; #1=2\\'
    there.entry(
        ldap.name_of(studio.tracker.settings, odd), ["inetOrgPerson"], uid=odd, cn="J", sn="O", userPassword="j"
    )
    person(studio, "Jo", desktop_login=odd)
    assert sign_in(studio, odd, "j").status == 200


def test_who_has_no_login_does_not_come_in(studio: Studio, there: Directory) -> None:
    set_up(studio, **there.settings)
    person(studio, desktop_login=None)
    assert sign_in(studio, "zoe@studio.test").json == WRONG


@pytest.mark.parametrize("fallback", [True, False])
def test_who_is_not_of_the_directory_signs_in_where_that_is_allowed(
    studio: Studio, there: Directory, fallback: bool
) -> None:
    set_up(studio, **there.settings, ldap_fallback=fallback)
    ann = known(studio, desktop_login="zoe")
    assert log_in(studio).status == (200 if fallback else 400)
    assert sign_in(studio, "ann@studio.test").json == WRONG
    assert failures(studio, ann) == (1 if fallback else 0)
    there.stop()
    assert log_in(studio).status == (200 if fallback else 400)


# --- what goes on as before ---


def test_who_is_closed_out_here_does_not_come_in(studio: Studio, there: Directory) -> None:
    set_up(studio, **there.settings)
    person(studio, active=False)
    assert (sign_in(studio).status, sign_in(studio, password="wrong").json) == (401, WRONG)


def test_a_second_factor_is_asked_for(studio: Studio, there: Directory) -> None:
    set_up(studio, **there.settings)
    person(studio, totp_enabled=True, totp_secret="A" * 32)
    assert sign_in(studio).json["missing_OTP"] is True
    assert sign_in(studio, totp="123456").json["wrong_OTP"] is True


def test_wrong_passwords_close_the_door_and_the_directory_is_not_asked(studio: Studio, there: Directory) -> None:
    set_up(studio, **there.settings)
    person(studio)
    for _ in range(5):
        assert sign_in(studio, password="wrong").json == WRONG
    there.stop()
    assert sign_in(studio).json["too_many_failed_login_attemps"] is True


def test_who_comes_from_the_directory_changes_no_password_here(studio: Studio, there: Directory) -> None:
    set_up(studio, **there.settings)
    zoe, mail = person(studio), Mailbox(studio)
    body = {"old_password": "her secret", "password": "battery staple", "password_2": "battery staple"}
    answer = zoe.call("POST", "/auth/change-password", body)
    assert (answer.status, answer.json["message"]) == (
        400,
        "Your password is that of the studio's directory: change it there.",
    )
    studio.stranger.post("/auth/reset-password", {"email": "zoe@studio.test"}, status=200)
    assert not mail
    assert studio.stored(Person, zoe.id)["password"] is None
    set_up(studio, auth_strategy="auth_local_classic")
    studio.stranger.post("/auth/reset-password", {"email": "zoe@studio.test"}, status=200)
    assert mail


@pytest.mark.parametrize("change", [{"desktop_login": "other"}, {"is_generated_from_ldap": False}])
def test_an_account_that_becomes_another_meanwhile_is_asked_about_again(
    studio: Studio, there: Directory, monkeypatch: pytest.MonkeyPatch, change: dict[str, Any]
) -> None:
    set_up(studio, **there.settings)
    zoe, asked = person(studio), []

    def is_right(settings: Settings, login: str | None, password: str) -> bool:
        asked.append(login)
        studio.store(Person, zoe.id, **change)
        return len(asked) == 1

    monkeypatch.setattr(ldap, "is_right", is_right)
    assert sign_in(studio, "zoe@studio.test").json == WRONG
    assert asked == (["zoe", "other"] if "desktop_login" in change else ["zoe"])


# --- a directory that cannot be asked ---


def test_a_directory_that_is_down_is_said_to_be(
    studio: Studio, there: Directory, caplog: pytest.LogCaptureFixture
) -> None:
    set_up(studio, **there.settings)
    zoe = person(studio)
    there.stop()
    answer = sign_in(studio)
    assert (answer.status, answer.json) == (503, AWAY)
    assert "Connection refused" in caplog.text
    assert failures(studio, zoe) == 0
    there.start()
    assert sign_in(studio).status == 200


def test_a_slow_directory_keeps_out_nobody_else(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ldap, "SECONDS", 1)
    with silent() as port, ThreadPoolExecutor(20) as pool:
        set_up(studio, auth_strategy="auth_remote_ldap", ldap_port=port, ldap_fallback=True)
        known(studio)
        person(studio)
        begun = time.monotonic()
        waiting = [pool.submit(sign_in, studio) for _ in range(ldap.AT_ONCE)]
        time.sleep(0.3)
        busy = sign_in(studio)
        assert (busy.status, busy.json["message"]) == (503, ldap.MANY_AT_ONCE)
        assert log_in(studio).status == 200  # which writes: nothing is held open meanwhile
        assert not any(one.done() for one in waiting)
        assert time.monotonic() - begun < 1
        assert [(one.result().status, one.result().json) for one in waiting] == [(503, AWAY)] * ldap.AT_ONCE
        assert time.monotonic() - begun < 3
        assert sign_in(studio).json == AWAY  # their turns are over


def test_a_directory_that_cannot_be_connected_to_is_given_up(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ldap, "SECONDS", 1)
    with crowded() as port:
        set_up(studio, auth_strategy="auth_remote_ldap", ldap_port=port)
        person(studio)
        begun = time.monotonic()
        assert sign_in(studio).json == AWAY
        assert time.monotonic() - begun < 3


def test_a_directory_that_refuses_for_another_reason_has_not_found_a_password_wrong(
    studio: Studio, there: Directory, caplog: pytest.LogCaptureFixture
) -> None:
    set_up(studio, **there.settings, ldap_is_ad=True)
    zoe = person(studio)
    assert sign_in(studio).json == AWAY
    assert "LDAP: The directory refuses to be signed in to: authMethodNotSupported" in caplog.text
    assert "her secret" not in caplog.text
    assert failures(studio, zoe) == 0


def test_without_its_library_nobody_comes_in_by_it(
    studio: Studio, there: Directory, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    set_up(studio, **there.settings)
    person(studio)
    find = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == "ldap3" else find(name))
    assert sign_in(studio).json == AWAY
    assert "pip install 'kitsulite[ldap]'" in caplog.text


# --- TLS ---


@pytest.mark.parametrize("how", ["from the start", "by STARTTLS"])
def test_a_directory_is_believed_that_somebody_known_vouches_for(
    studio: Studio, secured: Directory, how: str, caplog: pytest.LogCaptureFixture
) -> None:
    by_tls: dict[str, Any] = {"ldap_ssl": True, "ldap_port": secured.tls_port}
    if how == "by STARTTLS":
        by_tls = {"ldap_starttls": True}
    person(studio)
    set_up(studio, **secured.settings | by_tls)
    assert sign_in(studio).json == AWAY
    assert "unable to get local issuer certificate" in caplog.text
    set_up(studio, ldap_ca_file=secured.authority)
    assert sign_in(studio).status == 200
    assert sign_in(studio, password="wrong").json == WRONG
    set_up(studio, ldap_host="localhost")
    assert sign_in(studio).json == AWAY
    assert "certificate is not valid for 'localhost'" in caplog.text
    set_up(studio, ldap_ca_file="", ldap_verify=False)
    assert sign_in(studio).status == 200


def test_nobody_signs_in_in_clear_where_tls_is_wanted(studio: Studio, there: Directory) -> None:
    person(studio)
    set_up(studio, **there.settings, ldap_starttls=True, ldap_verify=False)
    assert sign_in(studio).json == AWAY


@pytest.mark.parametrize(
    ("options", "warned"),
    [
        ({"ldap_host": "directory.studio.com"}, "passwords go to the directory unencrypted"),
        ({"ldap_ssl": True, "ldap_verify": False}, "KITSULITE_LDAP_VERIFY is off"),
        ({"ldap_host": "directory.studio.com", "ldap_ssl": True}, ""),
        ({}, ""),
    ],
)
def test_what_others_could_read_is_warned_of(options: dict[str, Any], warned: str) -> None:
    said = " ".join(ldap.of_encryption(Settings(**options)))
    assert warned in said
    assert bool(said) == bool(warned)


def test_that_nobody_else_gets_in_is_told_at_the_start() -> None:
    (said,) = ldap.warnings(Settings())
    assert "LDAP_FALLBACK is off" in said
    assert ldap.warnings(Settings(ldap_fallback=True)) == []


# --- Active Directory ---


@pytest.fixture
def domain(there: Directory, monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, Any]]:
    """The settings of a domain whose controller signs people in by NTLM."""
    with controller(there, {"zoe": "her secret"}, monkeypatch) as port:
        yield there.settings | {"ldap_port": port, "ldap_is_ad": True, "ldap_domain": DOMAIN}


def test_people_of_a_domain_sign_in_by_ntlm(studio: Studio, domain: dict[str, Any]) -> None:
    set_up(studio, **domain)
    zoe = person(studio)
    assert sign_in(studio).status == 200
    assert sign_in(studio, password="wrong").json == WRONG
    assert sign_in(studio, password="").json == WRONG
    person(studio, "Bob")
    assert sign_in(studio, "bob").json == WRONG
    set_up(studio, ldap_domain="ELSEWHERE")
    assert sign_in(studio).json == WRONG
    assert failures(studio, zoe) == 3


def test_the_hash_of_a_password_is_no_password(studio: Studio, domain: dict[str, Any]) -> None:
    from Crypto.Hash import MD4

    set_up(studio, **domain)
    person(studio)
    hashed = MD4.new("her secret".encode("utf-16-le")).hexdigest()
    assert sign_in(studio, password=f"{'0' * 32}:{hashed}").json == WRONG


@pytest.mark.parametrize("login", ["OTHER\\zoe", f"cn=zoe,{BASE}"])
def test_a_login_of_a_domain_is_a_login_alone(
    studio: Studio, domain: dict[str, Any], login: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_up(studio, **domain)
    person(studio, desktop_login=login)
    monkeypatch.setattr(ldap, "reached", lambda *about: pytest.fail("the password was sent"))
    assert sign_in(studio, login).json == WRONG


def test_a_controller_that_speaks_no_ntlm_welcomes_nobody(
    studio: Studio, there: Directory, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    with controller(there, {}, monkeypatch, offers=b"GSSAPI") as port:
        set_up(studio, **there.settings | {"ldap_port": port, "ldap_is_ad": True})
        person(studio)
        assert sign_in(studio, password="anything").json == AWAY
    assert "knows no NTLM" in caplog.text


def test_people_of_an_active_directory_sign_in_by_their_common_name(studio: Studio, there: Directory) -> None:
    set_up(studio, **there.settings, ldap_is_ad_simple=True)
    there.add_to_ad("kim", "his secret")
    person(studio, "Kim")
    assert sign_in(studio, "kim", "his secret").status == 200
    assert sign_in(studio, "kim", "wrong").json == WRONG


# --- settings ---


@pytest.mark.parametrize(
    ("options", "why"),
    [
        ({"ldap_is_ad": True, "ldap_domain": ""}, "LDAP_IS_AD is on without LDAP_DOMAIN"),
        ({"ldap_is_ad": True, "ldap_is_ad_simple": True}, "two ways to sign in, say one"),
        ({"ldap_ssl": True, "ldap_starttls": True}, "LDAP_SSL and KITSULITE_LDAP_STARTTLS are both on"),
        ({"ldap_user": "reader"}, "LDAP_USER and LDAP_PASSWORD belong together"),
        ({"ldap_password": "secret"}, "LDAP_USER and LDAP_PASSWORD belong together"),
        ({"ldap_ca_file": __file__}, "KITSULITE_LDAP_CA_FILE is set without TLS"),
        ({"ldap_ca_file": __file__, "ldap_ssl": True, "ldap_verify": False}, "KITSULITE_LDAP_VERIFY is off: say one"),
        ({"ldap_ca_file": "/nowhere.pem", "ldap_ssl": True}, "there is no such file"),
        ({"ldap_host": "ldap://directory.studio.com"}, "say the name or the address of a machine alone"),
        ({"ldap_host": ""}, "say the name or the address of a machine alone"),
        ({"ldap_base_dn": "studio.com"}, "say a DN"),
        ({"ldap_port": 0}, "say a port"),
        ({"email_domain": "@studio.com"}, "say what comes after the @"),
    ],
)
def test_what_is_half_set_or_makes_no_sense_is_refused(options: dict[str, Any], why: str) -> None:
    with pytest.raises(BadSetting, match=why):
        Settings(**options)


def test_accounts_that_are_left_out_are_separated_by_commas() -> None:
    settings = Settings.from_environment({"LDAP_EXCLUDED_ACCOUNTS": "admin, scanner"})
    assert settings.ldap_excluded_accounts == ["admin", "scanner"]
