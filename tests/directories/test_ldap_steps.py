"""The set-up of LDAP, walked step by step (docs/sso.md)."""

import importlib.util
from collections.abc import Iterator
from typing import Any

import pytest
from directory import BASE, SUFFIX, Directory, directory

from kitsulite.areas.directories import ldapsteps
from kitsulite.settings import Settings

pytestmark = pytest.mark.long


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


def walked(settings: Settings) -> tuple[list[str], str]:
    """The steps that were taken, and what the last of them found wrong."""
    steps = list(ldapsteps.walk(settings))
    assert not any(step.problem for step in steps[:-1])
    return [step.does for step in steps], steps[-1].problem


def settings_for(there: Directory, **options: Any) -> Settings:
    return Settings(**there.settings | options)


def test_a_set_up_that_works_is_walked_to_its_end(there: Directory) -> None:
    there.add("kim", organizationalStatus=None)
    group = there.entry(
        f"cn=artists,{BASE}", ["groupOfUniqueNames"], cn="artists", uniqueMember=[f"uid=zoe,{BASE}", f"uid=kim,{BASE}"]
    )
    steps, problem = walked(settings_for(there, ldap_group="artists"))
    assert problem == ""
    assert steps[1:] == [
        f"127.0.0.1:{there.port} is reached",
        "passwords do not leave this machine unencrypted",
        "LDAP_USER signs in",
        f"there is {BASE}",
        f"there is the group {group}",
        "2 people are listed",
        "1 of them are active",
        "they have a uniqueIdentifier",
        "they have an e-mail",
        "what is said of them can be read",
    ]


@pytest.mark.parametrize(
    ("options", "step", "problem"),
    [
        ({"ldap_port": 1}, "127.0.0.1:1 is reached", "Look at LDAP_HOST and LDAP_PORT"),
        ({"ldap_starttls": True}, "the directory answers", "LDAP_SSL mostly goes with port 636"),
        ({"ldap_password": "wrong"}, "LDAP_USER signs in", "does not take LDAP_USER and LDAP_PASSWORD"),
        ({"ldap_base_dn": f"ou=nobody,{SUFFIX}"}, "the directory answers", f"The directory has no ou=nobody,{SUFFIX}"),
        ({"ldap_group": "nobodies"}, "the directory answers", "The directory has no group nobodies"),
        ({"ldap_is_ad_simple": True}, "1 people are listed", ""),
    ],
)
def test_a_step_that_fails_says_what_to_do(there: Directory, options: dict[str, Any], step: str, problem: str) -> None:
    settings = settings_for(there, **options)
    steps = list(ldapsteps.walk(settings))
    assert step in [one.does for one in steps]
    assert problem in next(one.problem for one in steps if one.does == step)


def test_what_people_lack_is_said(there: Directory) -> None:
    there.change("zoe", uniqueIdentifier=None, organizationalStatus=None)
    problems = {step.does: step.problem for step in ldapsteps.walk(settings_for(there, email_domain="a b"[:1]))}
    assert problems["0 of them are active"].startswith("Nobody is: organizationalStatus is absent")
    assert problems["they have a uniqueIdentifier"] == "1 have none that counts, such as zoe."
    there.remove("zoe")
    assert [step.problem for step in ldapsteps.walk(settings_for(there))][-1].startswith("There is nobody with a uid")


def test_certificates_are_looked_at_on_the_walk(secured: Directory) -> None:
    by_tls = {"ldap_ssl": True, "ldap_port": secured.tls_port}
    assert walked(settings_for(secured, **by_tls))[1].endswith("as KITSULITE_LDAP_CA_FILE.")
    by_tls["ldap_ca_file"] = secured.authority
    assert walked(settings_for(secured, **by_tls))[1] == ""
    assert walked(settings_for(secured, **by_tls | {"ldap_host": "localhost"}))[1].endswith("in the certificate.")


def test_without_its_library_the_walk_is_short(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    assert walked(Settings())[1] == "Signing in by LDAP needs: pip install 'kitsulite[ldap]'."
