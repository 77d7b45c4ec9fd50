"""`kitsulite doctor sso`: which step of a set-up fails, and what to do about it."""

import json
from collections.abc import Iterator

import pytest
from identityprovider import CLIENT, SECRET, Provider, provider
from joserfc.jwk import RSAKey

from kitsulite.cli import main

GOOD = ["what it needs is installed"]


@pytest.fixture
def there() -> Iterator[Provider]:
    with provider() as running:
        yield running


@pytest.fixture
def doctor(there: Provider, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> "Doctor":
    for name, value in {
        "OIDC_ENABLED": "true",
        "OIDC_IDP_NAME": "Our directory",
        "OIDC_DISCOVERY_URL": there.discovery,
        "OIDC_CLIENT_ID": CLIENT,
        "OIDC_CLIENT_SECRET": SECRET,
        "DOMAIN_NAME": "tracker.studio.com",
    }.items():
        monkeypatch.setenv(name, value)
    return Doctor(monkeypatch, capsys)


class Doctor:
    def __init__(self, environment: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        self.environment, self.capsys = environment, capsys

    def __call__(self, *, code: int = 0, **changed: str) -> list[dict[str, str]]:
        for name, value in changed.items():
            self.environment.setenv(name, value)
        assert main(["doctor", "sso", "--json"]) == code
        return list(json.loads(self.capsys.readouterr().out))

    def problem(self, **changed: str) -> str:
        """What is wrong, which is one thing."""
        (found,) = [step for step in self(code=1, **changed) if step["problem"]]
        return f"{found['step']}: {found['problem']}"


def test_a_set_up_that_works_is_told_step_by_step(doctor: Doctor, capsys: pytest.CaptureFixture[str]) -> None:
    steps = doctor()
    assert len(steps) == 6
    assert {step["problem"] for step in steps} == {""}
    assert main(["doctor", "sso"]) == 0
    said = capsys.readouterr().out
    assert "OpenID Connect\n  ✓ what it needs is installed\n" in said
    assert "https://tracker.studio.com/api/auth/oidc/callback" in said
    assert "✗" not in said


def test_nothing_set_up_is_said(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.delenv("OIDC_ENABLED", raising=False)
    assert main(["doctor", "sso"]) == 0
    assert "docs/sso.md" in capsys.readouterr().out


def test_what_is_described_and_not_switched_on(doctor: Doctor) -> None:
    assert "OIDC_DISCOVERY_URL is set" in doctor.problem(OIDC_ENABLED="false")


def test_a_provider_that_is_down(doctor: Doctor, there: Provider) -> None:
    there.is_down = True
    assert "Our directory describes itself" in doctor.problem()
    assert "503" in doctor.problem()


def test_a_wrong_secret_or_id(doctor: Doctor) -> None:
    assert "invalid_client" in doctor.problem(OIDC_CLIENT_SECRET="wrong")
    assert "invalid_client" in doctor.problem(OIDC_CLIENT_SECRET=SECRET, OIDC_CLIENT_ID="somebody")


def test_keys_that_cannot_sign(doctor: Doctor, there: Provider) -> None:
    there.published = []
    assert "No keys" in doctor.problem()
    there.published = [RSAKey.generate_key(2048, {"kid": "one"})]
    doctor()


def test_where_people_come_back(doctor: Doctor) -> None:
    assert "DOMAIN_NAME" in doctor.problem(DOMAIN_NAME="localhost:8080")
    assert "DOMAIN_PROTOCOL" in doctor.problem(DOMAIN_NAME="tracker.studio.com", DOMAIN_PROTOCOL="http")


def test_an_issuer_elsewhere(doctor: Doctor, there: Provider) -> None:
    there.issuer = "https://elsewhere.com"
    assert "https://elsewhere.com" in doctor.problem()


def test_what_a_provider_says_that_it_cannot(doctor: Doctor, there: Provider) -> None:
    there.says = {"code_challenge_methods_supported": ["plain"]}
    assert "code_challenge_methods_supported lacks S256" in doctor.problem()
    there.says = {"id_token_signing_alg_values_supported": ["HS256"]}
    assert "It signs with HS256" in doctor.problem()
    there.says = {"token_endpoint": None}
    assert "does not say token_endpoint" in doctor.problem()
