"""Signing in by OpenID Connect, against authlib's own provider."""

import dataclasses
import json
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from identityprovider import CLIENT, SECRET, Provider, consent, provider
from joserfc.jwk import OctKey, RSAKey
from signing import as_member
from studio import Answered, Member, Studio, Visitor

from kitsulite import Settings, create_app
from kitsulite.areas.directories import asking, oidc, sso
from kitsulite.areas.people import signin
from kitsulite.settings import BadSetting

BOUND = "This account cannot be signed in to with this identity. Ask an administrator."
FAILED = {"error": "OIDC authentication failed."}
BROWSER = {"User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"}


@pytest.fixture
def there() -> Iterator[Provider]:
    with provider() as running:
        yield running


@pytest.fixture
def ann(studio: Studio) -> Member:
    return studio.person("Ann", "admin")


@pytest.fixture
def site(studio: Studio, there: Provider) -> Visitor:
    change(
        studio,
        oidc_enabled=True,
        oidc_idp_name="Our directory",
        oidc_discovery_url=there.discovery,
        oidc_client_id=CLIENT,
        oidc_client_secret=SECRET,
    )
    return Visitor(create_app(studio.tracker))


def change(studio: Studio, **settings: Any) -> None:
    studio.tracker.settings = dataclasses.replace(studio.tracker.settings, **settings)


class Trip:
    """A browser on its way to the provider and back."""

    def __init__(self, site: Visitor, name: str = "") -> None:
        self.site = site
        query = f"?provider={name}" if name else ""
        begun = site.call("GET", f"/auth/oidc/login{query}", headers=BROWSER)
        assert begun.status == 302, begun
        self.address = begun.headers["location"]
        self.cookie = begun.result.cookies["session"].value
        self.back = consent(self.address)

    def arrive(self, cookie: str | None = None, **query: str) -> Answered:
        """Come back, perhaps with something else than what was sent along."""
        sent = {name: values[0] for name, values in parse_qs(urlsplit(self.back).query).items()} | query
        headers = {**BROWSER, "Cookie": f"session={self.cookie if cookie is None else cookie}"}
        asked = "&".join(f"{name}={value}" for name, value in sent.items())
        return self.site.call("GET", f"/auth/oidc/callback?{asked}", headers=headers)


def signed_in(site: Visitor) -> Answered:
    return Trip(site).arrive()


def token_of(answer: Answered) -> str:
    assert answer.status == 302, answer
    return str(answer.result.cookies["access_token_cookie"].value)


def user_of(studio: Studio, answer: Answered) -> Any:
    return Visitor(studio.stranger.client.app, token_of(answer)).get("/auth/authenticated")["user"]


def test_who_comes_for_the_first_time_gets_an_account(
    studio: Studio, ann: Member, site: Visitor, there: Provider
) -> None:
    trip = Trip(site)
    asked = {name: values[0] for name, values in parse_qs(urlsplit(trip.address).query).items()}
    assert asked["redirect_uri"] == f"{studio.tracker.settings.site}/api/auth/oidc/callback"
    assert (asked["response_type"], asked["scope"]) == ("code", "openid email profile")
    assert asked["code_challenge_method"] == "S256"
    assert asked["state"] != asked["nonce"]
    arrived = trip.arrive()
    assert arrived.headers["location"] == studio.tracker.settings.site
    assert arrived.result.cookies["access_token_cookie"].http_only
    user = user_of(studio, arrived)
    assert (user["full_name"], user["email"], user["role"]) == ("Zoe Park", "zoe@site.com", "user")
    assert user_of(studio, signed_in(site))["id"] == user["id"]
    logs = ann.get("/data/events/login-logs/last")
    assert [row["origin"] for row in logs if row["person_id"] == user["id"]] == ["web", "web"]


def test_an_account_is_found_by_its_e_mail_once_and_by_the_identity_then(
    studio: Studio, ann: Member, site: Visitor, there: Provider
) -> None:
    zoe = studio.person("Zoe")
    ann.put(f"/data/persons/{zoe.id}", {"email": "zoe@site.com"})
    assert user_of(studio, signed_in(site))["id"] == zoe.id
    there.person |= {"email": "someone.else@site.com", "email_verified": False, "family_name": "Kim"}
    user = user_of(studio, signed_in(site))
    assert (user["id"], user["email"], user["last_name"]) == (zoe.id, "zoe@site.com", "Kim")
    there.person["sub"] = "4711"
    there.person |= {"email": "zoe@site.com", "email_verified": True}
    refused = signed_in(site)
    assert (refused.status, refused.json["error"]) == (400, BOUND)
    assert "oidc_subject" not in ann.get(f"/data/persons/{zoe.id}")


def test_protected_accounts_are_not_bound(studio: Studio, ann: Member, site: Visitor) -> None:
    zoe = studio.person("Zoe", "admin")
    ann.put(f"/data/persons/{zoe.id}", {"email": "zoe@site.com"})
    change(studio, protected_accounts=["zoe@site.com"])
    assert signed_in(site).status == 400


def test_whom_the_studio_has_closed_out_stays_out(studio: Studio, ann: Member, site: Visitor) -> None:
    zoe = user_of(studio, signed_in(site))
    ann.put(f"/data/persons/{zoe['id']}", {"active": False})
    sent_on = signed_in(site)
    assert (sent_on.status, dict(sent_on.result.cookies)) == (302, {})


def test_a_full_studio_makes_nobody(studio: Studio, ann: Member, site: Visitor) -> None:
    change(studio, user_limit=1)
    sent_on = signed_in(site)
    assert (sent_on.status, dict(sent_on.result.cookies)) == (302, {})
    assert len(ann.get("/data/persons")) == 1


def test_an_e_mail_counts_when_the_provider_has_proved_it(
    studio: Studio, ann: Member, site: Visitor, there: Provider
) -> None:
    for proved in (False, None, "true"):
        there.person["email_verified"] = proved
        assert signed_in(site).json == {"error": "Email address is not verified."}
    change(studio, oidc_require_email_verified=False)
    there.person["email_verified"] = False
    assert signed_in(site).json == {"error": "Email address is not verified."}
    del there.person["email_verified"]
    assert user_of(studio, signed_in(site))["email"] == "zoe@site.com"
    there.person |= {"sub": "2", "email": ""}
    assert signed_in(site).json == {"error": "No email claim returned by the provider."}


def test_names_that_the_token_lacks_are_asked_for(studio: Studio, ann: Member, site: Visitor, there: Provider) -> None:
    names = {key: there.person.pop(key) for key in ("given_name", "family_name")}
    there.userinfo = {"sub": "somebody else", **names}
    assert user_of(studio, signed_in(site))["full_name"] == ""
    there.userinfo["sub"] = there.person["sub"]
    assert user_of(studio, signed_in(site))["full_name"] == "Zoe Park"
    there.userinfo = None
    assert user_of(studio, signed_in(site))["full_name"] == "Zoe Park"


@pytest.mark.parametrize(
    "wrong",
    [
        {"iss": "https://evil.test"},
        {"aud": "another"},
        {"aud": [CLIENT, "another"], "azp": "another"},
        {"aud": [CLIENT, "another"]},
        {"nonce": "another"},
        {"nonce": None},
        {"exp": 1},
        {"iat": 4102444800},
        {"sub": None},
        {"sub": 7},
        {"sub": ""},
        {"sub": "x" * 256},
        {"at_hash": "another"},
    ],
)
def test_a_token_that_is_not_for_this_sign_in_is_refused(site: Visitor, there: Provider, wrong: dict[str, Any]) -> None:
    def alter(claims: dict[str, Any]) -> None:
        claims |= wrong
        for name in [name for name, value in claims.items() if value is None]:
            del claims[name]

    there.alter = alter
    refused = signed_in(site)
    assert (refused.status, refused.json) == (400, FAILED)


def test_clocks_may_differ_a_little(studio: Studio, site: Visitor, there: Provider) -> None:
    def alter(claims: dict[str, Any]) -> None:
        claims |= {"iat": claims["iat"] + 30, "exp": claims["iat"] - 30}

    there.alter = alter
    assert user_of(studio, signed_in(site))["email"] == "zoe@site.com"


def test_keys_of_others_sign_nothing(studio: Studio, site: Visitor, there: Provider) -> None:
    there.key = RSAKey.generate_key(2048, {"kid": "one"})
    assert signed_in(site).json == FAILED
    there.published = [there.key]
    assert user_of(studio, signed_in(site))["email"] == "zoe@site.com", "new keys count at once"
    there.header = {"alg": "HS256"}
    there.key = OctKey.import_key(SECRET, {"kid": "one"})
    assert signed_in(site).json == FAILED
    there.published = [there.key]
    assert signed_in(site).json == FAILED


def test_only_the_browser_that_went_comes_back_and_once(studio: Studio, site: Visitor) -> None:
    for changed in ({"state": "another"}, {"cookie": ""}, {"cookie": "forged"}, {"code": "another"}, {"code": ""}):
        assert Trip(site).arrive(**changed).json == FAILED
    one, other = Trip(site), Trip(site)
    assert one.arrive(cookie=other.cookie).json == FAILED, "somebody else's sign-in"
    trip = Trip(site)
    assert trip.arrive().status == 302
    assert trip.arrive().json == FAILED
    assert site.call("GET", "/auth/oidc/callback?error=access_denied").json == FAILED


def test_a_provider_that_is_down_keeps_nobody_else_out(studio: Studio, site: Visitor, there: Provider) -> None:
    trip = Trip(site)
    there.is_down = True
    assert trip.arrive().json == FAILED
    assert site.call("GET", "/auth/oidc/login").json == FAILED
    assert create_app(studio.tracker)


def test_strangers_who_wait_for_a_slow_provider_leave_room_for_others(site: Visitor, there: Provider) -> None:
    entered, leave = threading.Semaphore(0), threading.Event()

    def hold() -> None:
        entered.release()
        leave.wait(20)

    there.before = hold
    with ThreadPoolExecutor(8) as threads:
        waiting = [threads.submit(site.call, "GET", "/auth/oidc/login") for _ in range(8)]
        for _ in range(asking.AT_ONCE):
            assert entered.acquire(timeout=20)
        refused = [
            next(done).result() for done in [as_completed(waiting, timeout=20)] for _ in range(8 - asking.AT_ONCE)
        ]
        leave.set()
    assert [answer.json for answer in refused] == [{"error": asking.BUSY}] * (8 - asking.AT_ONCE)
    assert [answer.result().status for answer in waiting].count(302) == asking.AT_ONCE


def test_who_skips_second_factors_skips_them_also_later(studio: Studio, ann: Member, site: Visitor) -> None:
    change(studio, enforce_2fa=True)
    restricted = signed_in(site)
    assert Visitor(studio.stranger.client.app, token_of(restricted)).call("GET", "/data/departments").status == 403
    change(studio, oidc_skip_2fa=True)
    free = signed_in(site)
    assert Visitor(studio.stranger.client.app, token_of(free)).get("/data/departments") == []
    refresh = free.result.cookies["refresh_token_cookie"].value
    renewed = Visitor(studio.stranger.client.app, refresh).get("/auth/refresh-token")["access_token"]
    assert Visitor(studio.stranger.client.app, renewed).get("/data/departments") == []


def test_who_leaves_the_provider_is_out(studio: Studio, ann: Member, site: Visitor, there: Provider) -> None:
    inside = Visitor(studio.stranger.client.app, token_of(signed_in(site)))
    other = {"iss": "https://evil.test"}, {"aud": "another"}, {"sub": None}, {"nonce": "n"}, {"events": {}}, {"exp": 1}
    for wrong in other:
        refused = site.send_form(
            "/auth/oidc/backchannel-logout", {"logout_token": there.logout_token(**wrong)}, {}, status=400
        )
        assert refused == FAILED
    inside.get("/data/departments")
    told = there.logout_token()
    body = f"logout_token={told}"
    form = "application/x-www-form-urlencoded"
    assert site.send("POST", "/auth/oidc/backchannel-logout", body, type=form).status == 200
    assert inside.call("GET", "/data/departments").status == 401
    again = Visitor(studio.stranger.client.app, token_of(signed_in(site)))
    assert site.send("POST", "/auth/oidc/backchannel-logout", body, type=form).json == FAILED, "told before"
    again.get("/data/departments")


def test_where_it_is_off_it_says_so(studio: Studio, there: Provider) -> None:
    off = {"error": "OIDC is not enabled."}
    assert studio.stranger.get("/auth/oidc/login", status=400) == off
    assert studio.stranger.get("/auth/oidc/callback?code=a&state=b", status=400) == off
    assert studio.stranger.post("/auth/oidc/backchannel-logout", {"logout_token": "x"}, status=400) == off
    shown = studio.stranger.get("/config")
    assert (shown["oidc_enabled"], shown["oidc_idp_name"]) == (False, "")


def test_what_works_is_announced(site: Visitor) -> None:
    shown = site.get("/config")
    assert (shown["oidc_enabled"], shown["oidc_idp_name"]) == (True, "Our directory")


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({}, "OIDC_ENABLED is on without OIDC_DISCOVERY_URL and OIDC_CLIENT_ID and OIDC_CLIENT_SECRET"),
        ({"oidc_discovery_url": "http://id.site.com"}, "begins with https"),
        ({"oidc_discovery_url": "id.site.com"}, "begins with https"),
        ({"oidc_scopes": "email"}, "openid has to be"),
    ],
)
def test_what_is_half_set_is_refused_at_the_start(said: dict[str, str], words: str) -> None:
    with pytest.raises(BadSetting, match=words):
        Settings(oidc_enabled=True, **said)


@pytest.mark.parametrize("typ", ["JWT", "", "at+jwt"])
def test_only_a_logout_token_logs_out(studio: Studio, site: Visitor, there: Provider, typ: str) -> None:
    browser = as_member(studio, token_of(signed_in(site)))
    claims = {"iss": there.url, "aud": CLIENT, "iat": int(time.time()), "exp": int(time.time()) + 60, "jti": "1"}
    claims |= {"sub": there.person["sub"], "events": {oidc.LOGGED_OUT: {}}}
    path = "/auth/oidc/backchannel-logout"
    site.post(path, {"logout_token": there.sign(claims, typ=typ)}, status=400)
    browser.get("/auth/authenticated")
    site.post(path, {"logout_token": there.sign(claims, typ="logout+jwt")}, status=200)
    browser.get("/auth/authenticated", status=401)


def test_of_first_visits_at_once_all_are_let_in_to_one_account(studio: Studio) -> None:
    """As when somebody clicks twice: the sign-ins come back to two threads in the same moment."""
    together = threading.Barrier(4)

    def enter(number: int) -> Any:
        def begin(*who: Any, **how: Any) -> Any:
            if how.get("writes", True) and number not in begun:
                begun.add(number)
                together.wait(10)
            return studio.tracker.work(*who, **how)

        identity, device = sso.Identity("oidc", "https://id.studio.com", "zoe"), signin.Device(None, browser=True)
        return sso.admit(begin, identity, {"first_name": "Zoe"}, lambda: "zoe@site.com", device, exempt=False)

    begun: set[int] = set()
    with ThreadPoolExecutor(4) as pool:
        entered = list(pool.map(enter, range(4)))
    assert len({json.loads(bytes(answer["user"]))["id"] for answer in entered}) == 1


# --- several providers ---

FILE = """
[google]
idp_name = "Google"
discovery_url = "{}"
client_id = "kitsulite"
client_secret = "a secret between the two"
email_domains = "site.com"
"""


@pytest.fixture
def other() -> Iterator[Provider]:
    with provider() as running:
        running.person |= {"sub": "another", "email": "yan@site.com"}
        yield running


@pytest.fixture
def both(studio: Studio, site: Visitor, other: Provider, tmp_path: Path) -> Visitor:
    file = tmp_path / "providers.toml"
    file.write_text(FILE.format(other.discovery))
    change(studio, oidc_providers=str(file))
    return Visitor(create_app(studio.tracker))


def test_each_provider_lets_in_its_own(studio: Studio, both: Visitor) -> None:
    for name, email in (("", "zoe@site.com"), ("google", "yan@site.com")):
        assert user_of(studio, Trip(both, name).arrive())["email"] == email
    shown = both.get("/config")["sign_ins"]
    assert [one["name"] for one in shown] == ["Our directory", "Google"]
    assert [both.call("GET", "/" + one["path"]).status for one in shown] == [302, 302]
    assert "no such provider" in both.get("/auth/oidc/login?provider=nobody", status=400)["error"]


def test_what_one_provider_says_is_not_taken_for_anothers(
    studio: Studio, both: Visitor, there: Provider, other: Provider
) -> None:
    """The same subject at two issuers is two people, and a code of one is worth nothing at the other."""
    other.person["sub"] = there.person["sub"]
    first, second = Trip(both).arrive(), Trip(both, "google").arrive()
    assert user_of(studio, first)["id"] != user_of(studio, second)["id"]
    begun, elsewhere = Trip(both), Trip(both, "google")
    code = parse_qs(urlsplit(elsewhere.back).query)["code"][0]
    assert begun.arrive(code=code).json == FAILED
    other.alter = lambda claims: claims.update(iss=there.url)
    assert Trip(both, "google").arrive().json == FAILED
    other.issuer = there.url
    assert both.get("/auth/oidc/login?provider=google", status=400) == FAILED


def test_a_provider_speaks_for_its_own_people_only(studio: Studio, both: Visitor, ann: Member, other: Provider) -> None:
    for email in (ann.row["email"], "yan@evil.com", "yan@sub.site.com", "site.com"):
        other.person["email"] = email
        assert Trip(both, "google").arrive().json == {"error": "Email address is not verified."}
    other.person["email"] = "Yan@SITE.com"
    assert Trip(both, "google").arrive().status == 302


def test_who_leaves_is_out_with_the_keys_of_their_scripts(studio: Studio, site: Visitor, there: Provider) -> None:
    browser = as_member(studio, token_of(signed_in(site)))
    me = browser.get("/auth/authenticated")["user"]["id"]
    script = as_member(studio, browser.post(f"/data/persons/{me}/api-keys", {"name": "x"})["key"])
    site.post("/auth/oidc/backchannel-logout", {"logout_token": there.logout_token()}, status=200)
    for who in (browser, script):
        who.get("/auth/authenticated", status=401)


def test_a_logout_is_told_by_the_provider_whose_it_is(studio: Studio, both: Visitor, other: Provider) -> None:
    browser = as_member(studio, token_of(Trip(both, "google").arrive()))
    path = "/auth/oidc/backchannel-logout"
    both.post(path, {"logout_token": other.logout_token()}, status=400)
    browser.get("/auth/authenticated")
    both.post(f"{path}?provider=google", {"logout_token": other.logout_token()}, status=200)
    browser.get("/auth/authenticated", status=401)


def test_providers_of_a_file_need_no_first_one(studio: Studio, both: Visitor) -> None:
    change(studio, oidc_enabled=False)
    site = Visitor(create_app(studio.tracker))
    assert (site.get("/config")["oidc_enabled"], site.get("/config")["oidc_idp_name"]) == (True, "Google")
    assert user_of(studio, Trip(site).arrive())["email"] == "yan@site.com"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("[google", "no TOML"),
        ("google = 1", "stands in no table"),
        ('[google]\ndiscovery_url = "https://x.com"', "client_id is missing"),
        (FILE.format("https://x.com") + 'colour = "red"', "there is no colour"),
        (FILE.format("https://x.com") + "skip_2fa = 1", "skip_2fa is true or false"),
        (FILE.format("https://x.com") + "idp_name = 1".replace("idp_name", "scopes"), "scopes is a text"),
        (FILE.format("https://x.com") + 'scopes = "email"', "openid"),
        (FILE.format("ftp://x.com"), "discovery_url is"),
        (FILE.format("https://x.com").replace("email_domains", "# "), "email_domains is missing"),
    ],
)
def test_a_file_that_is_half_written_is_refused_at_the_start(tmp_path: Path, text: str, why: str) -> None:
    file = tmp_path / "providers.toml"
    file.write_text(text)
    with pytest.raises(BadSetting, match=why):
        Settings(oidc_providers=str(file))
    with pytest.raises(BadSetting, match="cannot be read"):
        Settings(oidc_providers=str(tmp_path / "nowhere.toml"))
