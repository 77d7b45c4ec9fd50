"""Signing in by SAML, against pysaml2's own provider. What attackers make of its answers: test_saml_attacks.py."""

import base64
import dataclasses
import datetime
import sys
import threading
import zlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import time_machine
from lxml import etree
from samlprovider import BROWSER, E_MAIL, Provider, make_key, post, provider, request_of
from studio import Answered, Member, Studio, Visitor

from kitsulite import Settings, create_app
from kitsulite.areas.directories import asking, saml, samlsteps
from kitsulite.models.people import Studio as House
from kitsulite.settings import BadSetting

pytestmark = pytest.mark.long

BOUND = "This account cannot be signed in to with this identity. Ask an administrator."
FAILED = {"error": "SAML authentication failed."}
PERSISTENT = "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent"


@pytest.fixture
def there(studio: Studio) -> Iterator[Provider]:
    with provider(studio.tracker.settings.site) as running:
        yield running


@pytest.fixture
def ann(studio: Studio) -> Member:
    return studio.person("Ann", "admin")


@pytest.fixture
def site(studio: Studio, there: Provider) -> Visitor:
    change(studio, saml_enabled=True, saml_idp_name="Our directory", saml_metadata_url=there.metadata)
    return Visitor(create_app(studio.tracker))


def change(studio: Studio, **settings: Any) -> None:
    studio.tracker.settings = dataclasses.replace(studio.tracker.settings, **settings)


class Trip:
    """A browser on its way to the provider and back."""

    def __init__(self, site: Visitor, there: Provider) -> None:
        self.site = site
        begun = site.call("GET", "/auth/saml/login", headers=BROWSER)
        assert begun.status == 302, begun
        self.address = begun.headers["location"]
        self.cookie = begun.result.cookies["saml"].value
        self.answer = there.answer(request_of(self.address), site=described(site))

    def arrive(self, cookie: str | None = None) -> Answered:
        return post(self.site, self.answer, {"Cookie": f"saml={self.cookie if cookie is None else cookie}"})


def described(site: Visitor) -> str:
    return str(site.get("/auth/saml/metadata"))


def signed_in(site: Visitor, there: Provider) -> Answered:
    return Trip(site, there).arrive()


def token_of(answer: Answered) -> str:
    assert answer.status == 302, answer
    return str(answer.result.cookies["access_token_cookie"].value)


def user_of(studio: Studio, answer: Answered) -> Any:
    return Visitor(studio.stranger.client.app, token_of(answer)).get("/auth/authenticated")["user"]


def test_who_comes_for_the_first_time_gets_an_account(
    studio: Studio, ann: Member, site: Visitor, there: Provider
) -> None:
    trip = Trip(site, there)
    ours = studio.tracker.settings.site
    assert trip.address.startswith(f"{there.url}/sso?SAMLRequest=")
    asked = etree.fromstring(zlib.decompress(base64.b64decode(request_of(trip.address)), -15))
    assert asked.get("AssertionConsumerServiceURL") == f"{ours}/api/auth/saml/sso"
    assert [item.text or item.get("Format") for item in asked] == [f"{ours}/api/auth/saml/login", E_MAIL]
    arrived = trip.arrive()
    assert arrived.headers["location"] == ours
    assert arrived.result.cookies["access_token_cookie"].http_only
    user = user_of(studio, arrived)
    assert (user["full_name"], user["email"], user["role"]) == ("Zoe Park", "zoe@site.com", "user")
    assert user_of(studio, signed_in(site, there))["id"] == user["id"]
    logs = ann.get("/data/events/login-logs/last")
    assert [row["origin"] for row in logs if row["person_id"] == user["id"]] == ["web", "web"]


def test_who_has_an_account_is_found_by_e_mail_each_time(
    studio: Studio, ann: Member, site: Visitor, there: Provider
) -> None:
    zoe, other = studio.person("Zoe"), studio.person("Kim")
    ann.put(f"/data/persons/{zoe.id}", {"email": "zoe@site.com"})
    ann.put(f"/data/persons/{other.id}", {"email": "kim@site.com"})
    change(studio, protected_accounts=["zoe@site.com"])
    there.name_id = " ZOE@site.com "
    assert user_of(studio, signed_in(site, there))["id"] == zoe.id
    there.name_id = "kim@site.com"
    assert user_of(studio, signed_in(site, there))["id"] == other.id


def test_what_the_provider_says_of_somebody_is_written(
    studio: Studio, ann: Member, site: Visitor, there: Provider
) -> None:
    layout, comp = studio.department("Layout"), studio.department("Compositing")
    house, phone = studio.add(House, name="Lyon", color="#000000"), "+33 1 23"
    there.person = {
        "first_name": ["Zoe", "Ann"],
        "last_name": ["x" * 100],
        "phone": [phone, "second"],
        "country": ["fr"],
        "studio_id": [house["id"].upper()],
        "departments": [layout["id"], "no id", comp["id"].upper()],
        "shoe_size": ["40"],
    }
    zoe = user_of(studio, signed_in(site, there))
    assert (zoe["first_name"], zoe["last_name"], zoe["phone"]) == ("Zoe Ann", "x" * 80, phone)
    assert (zoe["country"], zoe["studio_id"]) == ("FR", house["id"])
    assert sorted(zoe["departments"]) == sorted([layout["id"], comp["id"]])
    there.person = {"first_name": ["Zo"], "departments": [comp["id"]]}
    told = ann.get("/data/events/last?limit=1")[0]
    again = user_of(studio, signed_in(site, there))
    changed = ("first_name", "departments", "updated_at", "full_name")
    assert {key: value for key, value in again.items() if key not in changed} == {
        key: value for key, value in zoe.items() if key not in changed
    }
    assert (again["first_name"], again["departments"]) == ("Zo", [comp["id"]])
    (event,) = [row for row in ann.get("/data/events/last") if row["name"] == "person:update"]
    assert event["data"]["previous_departments"] == sorted([layout["id"], comp["id"]])
    assert told["id"] != event["id"]
    signed_in(site, there)
    assert [row["name"] for row in ann.get("/data/events/last")].count("person:update") == 1, "nothing differs"
    there.person = {"country": [""], "phone": [""], "departments": [""], "first_name": [""]}
    cleared = user_of(studio, signed_in(site, there))
    assert (cleared["country"], cleared["phone"], cleared["departments"]) == (None, None, [])
    assert cleared["first_name"] == "Zo"


def test_what_makes_no_sense_here_is_passed_over(studio: Studio, ann: Member, site: Visitor, there: Provider) -> None:
    layout = studio.department("Layout")
    there.person |= {"country": ["FR"], "phone": ["1"], "departments": [layout["id"]]}
    zoe = user_of(studio, signed_in(site, there))
    there.person |= {
        "country": ["Freedonia"],
        "phone": ["1" * 31],
        "studio_id": ["Lyon"],
        "departments": ["Layout", zoe["id"]],
    }
    again = user_of(studio, signed_in(site, there))
    assert {**again, "updated_at": None} == {**zoe, "updated_at": None}
    there.person = {}
    assert user_of(studio, signed_in(site, there))["full_name"] == "Zoe Park"


def test_attributes_may_have_other_names(studio: Studio, ann: Member, site: Visitor, there: Provider) -> None:
    change(
        studio,
        saml_email_attribute="address",
        saml_first_name_attribute="urn:oid:2.5.4.42",
        saml_last_name_attribute="family",
    )
    there.name_id, there.format = "0815", PERSISTENT
    there.person = {"urn:oid:2.5.4.42": ["Zoe"], "family": ["Kim"], "address": ["Zoe@site.com"]}
    trip = Trip(site, there)
    assert E_MAIL not in zlib.decompress(base64.b64decode(request_of(trip.address)), -15).decode()
    assert E_MAIL not in described(site)
    user = user_of(studio, trip.arrive())
    assert (user["full_name"], user["email"]) == ("Zoe Kim", "zoe@site.com")
    for person in ({}, {"address": [""]}, {"address": ["zoe"]}):
        there.person = person
        assert signed_in(site, there).json == {"error": "No email address returned by the provider."}


@pytest.mark.parametrize("attribute", ["number", "NameID"])
def test_with_a_lasting_name_the_e_mail_counts_once(
    studio: Studio, ann: Member, site: Visitor, there: Provider, attribute: str
) -> None:
    def is_called(name: str, email: str) -> None:
        there.name_id = name
        there.person |= {"number": [name], "address": [email]}

    zoe, kim = studio.person("Zoe"), studio.person("Kim", "admin")
    ann.put(f"/data/persons/{zoe.id}", {"email": "zoe@site.com"})
    ann.put(f"/data/persons/{kim.id}", {"email": "kim@site.com"})
    change(
        studio, saml_subject_attribute=attribute, saml_email_attribute="address", protected_accounts=["kim@site.com"]
    )
    is_called("0815", "zoe@site.com")
    assert user_of(studio, signed_in(site, there))["id"] == zoe.id
    is_called("0815", "another@site.com")
    found = user_of(studio, signed_in(site, there))
    assert (found["id"], found["email"]) == (zoe.id, "zoe@site.com")
    is_called("4711", "zoe@site.com")
    assert signed_in(site, there).json == {"error": BOUND}
    is_called("4711", "kim@site.com")
    assert signed_in(site, there).json == {"error": BOUND}
    is_called("", "kim@site.com")
    assert signed_in(site, there).json == FAILED
    is_called("x" * 256, "kim@site.com")
    assert signed_in(site, there).json == FAILED
    assert "saml_subject" not in ann.get(f"/data/persons/{zoe.id}")


def test_a_name_that_is_another_each_time_binds_nobody(
    studio: Studio, ann: Member, site: Visitor, there: Provider
) -> None:
    change(studio, saml_subject_attribute="NameID", saml_email_attribute="address")
    there.name_id, there.person = "0815", {"address": ["zoe@site.com"]}
    there.format = "urn:oasis:names:tc:SAML:2.0:nameid-format:transient"
    assert signed_in(site, there).json == FAILED
    there.format = PERSISTENT
    assert signed_in(site, there).status == 302


def test_what_is_missing_is_said(site: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "requests", None)
    assert site.get("/auth/saml/login", status=400) == {"error": saml.NOT_INSTALLED}


def test_whom_the_studio_has_closed_out_stays_out(studio: Studio, ann: Member, site: Visitor, there: Provider) -> None:
    zoe = user_of(studio, signed_in(site, there))
    ann.put(f"/data/persons/{zoe['id']}", {"active": False})
    sent_on = signed_in(site, there)
    assert (sent_on.status, dict(sent_on.result.cookies)) == (302, {})
    assert sent_on.headers["location"] == studio.tracker.settings.site


def test_a_full_studio_makes_nobody(studio: Studio, ann: Member, site: Visitor, there: Provider) -> None:
    change(studio, user_limit=1)
    sent_on = signed_in(site, there)
    assert (sent_on.status, dict(sent_on.result.cookies)) == (302, {})
    assert len(ann.get("/data/persons")) == 1


def test_who_skips_second_factors_skips_them_also_later(
    studio: Studio, ann: Member, site: Visitor, there: Provider
) -> None:
    change(studio, enforce_2fa=True)
    restricted = signed_in(site, there)
    assert Visitor(studio.stranger.client.app, token_of(restricted)).call("GET", "/data/departments").status == 403
    change(studio, saml_skip_2fa=True)
    free = signed_in(site, there)
    assert Visitor(studio.stranger.client.app, token_of(free)).get("/data/departments") == []
    refresh = free.result.cookies["refresh_token_cookie"].value
    renewed = Visitor(studio.stranger.client.app, refresh).get("/auth/refresh-token")["access_token"]
    assert Visitor(studio.stranger.client.app, renewed).get("/data/departments") == []


def test_who_comes_unasked_is_let_in_too(studio: Studio, site: Visitor, there: Provider) -> None:
    assert user_of(studio, post(site, there.answer(None, site=described(site))))["email"] == "zoe@site.com"


def test_an_answer_counts_once_and_for_the_browser_that_asked(studio: Studio, site: Visitor, there: Provider) -> None:
    for cookie in ("", "forged"):
        assert Trip(site, there).arrive(cookie).json == FAILED
    one, other = Trip(site, there), Trip(site, there)
    assert one.arrive(other.cookie).json == FAILED, "somebody else's sign-in"
    assert one.arrive().status == 302, "whose attempt used nothing up"
    assert one.arrive().json == FAILED
    unasked = there.answer(None, site=described(site))
    assert post(site, unasked).status == 302
    assert post(Visitor(create_app(studio.tracker)), unasked).json == FAILED, "in another process too"
    with time_machine.travel(datetime.datetime.now(datetime.UTC) + datetime.timedelta(minutes=5, seconds=50)):
        assert post(site, unasked).json == FAILED, "as long as it counts"


def test_a_request_is_over_after_ten_minutes(studio: Studio, site: Visitor, there: Provider) -> None:
    trip = Trip(site, there)
    with time_machine.travel(datetime.datetime.now(datetime.UTC) + datetime.timedelta(minutes=11), tick=True):
        trip.answer = there.answer(request_of(trip.address), site=described(site))
        assert trip.arrive().json == FAILED


def test_the_cookie_comes_along_when_the_provider_sends_its_form(site: Visitor) -> None:
    plain = site.call("GET", "/auth/saml/login").result.cookies["saml"]
    assert (plain.same_site, plain.secure, plain.http_only, plain.max_age) == (None, False, True, 600)
    safe = site.client.simulate_get("/auth/saml/login", protocol="https").cookies["saml"]
    assert (safe.same_site, safe.secure, safe.http_only) == ("None", True, True)


def test_a_form_of_the_provider_is_taken_from_who_is_signed_in(studio: Studio, site: Visitor, there: Provider) -> None:
    token = token_of(signed_in(site, there))
    headers = {"Origin": there.url, "Cookie": f"access_token_cookie={token}"}
    assert post(site, there.answer(None, site=described(site)), headers).status == 302


def test_clocks_may_differ_by_a_minute(studio: Studio, site: Visitor, there: Provider) -> None:
    for seconds, status in ((-50, 302), (-70, 400), (350, 302), (370, 400)):
        answer = there.answer(None, site=described(site))
        now = datetime.datetime.now(datetime.UTC)
        with time_machine.travel(now + datetime.timedelta(seconds=seconds)):
            assert post(site, answer).status == status, seconds


def test_new_keys_count_at_once_and_old_ones_no_more(studio: Studio, site: Visitor, there: Provider) -> None:
    old, there.key = there.key, make_key()
    assert signed_in(site, there).json == FAILED, "a key that it does not show"
    there.published = [old, there.key]
    assert signed_in(site, there).status == 302
    there.description = lambda text: text.replace('use="signing"', 'use="encryption"')
    assert signed_in(site, there).json == FAILED, "a key that is for something else"
    there.description = lambda text: text.replace('use="signing"', "")
    assert signed_in(site, there).status == 302
    there.published, there.key = [there.key], old
    assert signed_in(site, there).json == FAILED


def test_keys_count_while_their_certificate_does(site: Visitor, there: Provider) -> None:
    for key in (make_key(begins=-9, ends=-1), make_key(begins=1)):
        there.key, there.published = key, [key]
        assert signed_in(site, there).json == FAILED


def test_both_the_answer_and_the_assertion_may_be_signed(studio: Studio, site: Visitor, there: Provider) -> None:
    there.signs["sign_response"] = True
    assert user_of(studio, signed_in(site, there))["email"] == "zoe@site.com"
    there.signs["sign_assertion"] = False
    assert signed_in(site, there).json == FAILED, "the assertion has to be"


def test_a_provider_that_is_down_keeps_nobody_else_out(studio: Studio, site: Visitor, there: Provider) -> None:
    trip = Trip(site, there)
    there.is_down = True
    assert trip.arrive().json == FAILED
    assert site.call("GET", "/auth/saml/login").json == FAILED
    assert create_app(studio.tracker)
    there.is_down = False
    assert trip.arrive().status == 302


def test_strangers_who_wait_for_a_slow_provider_leave_room_for_others(site: Visitor, there: Provider) -> None:
    entered, leave = threading.Semaphore(0), threading.Event()

    def hold() -> None:
        entered.release()
        leave.wait(20)

    there.before = hold
    with ThreadPoolExecutor(8) as threads:
        waiting = [threads.submit(site.call, "GET", "/auth/saml/login") for _ in range(8)]
        for _ in range(asking.AT_ONCE):
            assert entered.acquire(timeout=20)
        done = as_completed(waiting, timeout=20)
        refused = [next(done).result() for _ in range(8 - asking.AT_ONCE)]
        leave.set()
    assert [answer.json for answer in refused] == [{"error": asking.BUSY}] * (8 - asking.AT_ONCE)
    assert [answer.result().status for answer in waiting].count(302) == asking.AT_ONCE


DESCRIPTIONS = {
    "no place to redirect to": lambda text: text.replace("HTTP-Redirect", "HTTP-POST"),
    "a place that is no address": lambda text: text.replace('Location="http:', 'Location="javascript:'),
    "over": lambda text: text.replace(" entityID=", ' validUntil="2020-01-01T00:00:00Z" entityID='),
    "two providers": lambda text: f"<all>{text}{text}</all>",
    "none": lambda text: text.replace("IDPSSODescriptor", "SPSSODescriptor"),
    "another protocol": lambda text: text.replace("SAML:2.0:protocol", "SAML:1.1:protocol"),
    "a document type": lambda text: f"<!DOCTYPE x>{text}",
    "no XML": lambda text: "<html>",
    "too much": lambda text: text + " " * 4 * 1024**2,
}


@pytest.mark.parametrize("wrong", DESCRIPTIONS)
def test_nobody_is_sent_to_a_provider_that_does_not_describe_itself(site: Visitor, there: Provider, wrong: str) -> None:
    there.description = DESCRIPTIONS[wrong]
    assert site.call("GET", "/auth/saml/login").json == FAILED


def test_a_provider_is_not_waited_for_longer_than_its_time(
    site: Visitor, there: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kitsulite.areas.directories.samlmetadata.SECONDS", -1)
    assert site.call("GET", "/auth/saml/login").json == FAILED


def test_a_provider_leads_nowhere_else(site: Visitor, there: Provider, studio: Studio) -> None:
    change(studio, saml_metadata_url=f"{there.url}/moved")
    assert site.call("GET", "/auth/saml/login").json == FAILED
    assert there.asked == ["/moved"]


def test_nothing_around_comes_between(site: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    assert site.call("GET", "/auth/saml/login").status == 302


def test_an_address_may_have_a_query_already(site: Visitor, there: Provider) -> None:
    there.description = lambda text: text.replace("/sso", "/sso?a=b")
    query = parse_qs(urlsplit(site.call("GET", "/auth/saml/login").headers["location"]).query)
    assert query.keys() == {"a", "SAMLRequest"}


def test_where_it_is_off_it_says_so(studio: Studio) -> None:
    off = {"error": "SAML is not enabled."}
    assert studio.stranger.get("/auth/saml/login", status=400) == off
    assert studio.stranger.post("/auth/saml/sso", {"SAMLResponse": "x"}, status=400) == off
    shown = studio.stranger.get("/config")
    assert (shown["saml_enabled"], shown["saml_idp_name"]) == (False, "")
    assert studio.tracker.settings.site in studio.stranger.get("/auth/saml/metadata"), (
        "what the provider has to know first"
    )


def test_what_works_is_announced(site: Visitor) -> None:
    shown = site.get("/config")
    assert (shown["saml_enabled"], shown["saml_idp_name"]) == (True, "Our directory")


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({}, "SAML_ENABLED is on without SAML_METADATA_URL"),
        ({"saml_metadata_url": "https://id.site.com", "saml_email_attribute": ""}, "without SAML_EMAIL_ATTRIBUTE"),
        ({"saml_metadata_url": "http://id.site.com"}, "begins with https"),
    ],
)
def test_what_is_half_set_is_refused_at_the_start(said: dict[str, str], words: str) -> None:
    with pytest.raises(BadSetting, match=words):
        Settings(saml_enabled=True, **said)


def problems(settings: Settings) -> dict[str, str]:
    return {step.does: step.problem for step in samlsteps.walk(settings)}


def test_a_set_up_is_walked_step_by_step(studio: Studio, site: Visitor, there: Provider) -> None:
    change(studio, domain_protocol="https")
    steps = problems(studio.tracker.settings)
    assert not any(steps.values())
    ours = studio.tracker.settings.site
    for shown in (there.issuer, f"{there.url}/sso", f"{ours}/api/auth/saml/sso", f"{ours}/api/auth/saml/login", E_MAIL):
        assert any(shown in does for does in steps), shown
    there.description = lambda text: text.replace("HTTP-Redirect", "HTTP-POST").replace('Signed="false', 'Signed="true')
    there.published = [make_key(begins=-9, ends=-1), make_key(begins=1), make_key(ends=9), there.key]
    change(studio, domain_protocol="http", saml_email_attribute="address")
    steps = problems(studio.tracker.settings)
    found = [problem for problem in steps.values() if problem]
    words = ("HTTP-Redirect", "It is over", "does not count before", "soon", "DOMAIN_PROTOCOL=https")
    assert [word for word, problem in zip(words, found, strict=True) if word not in problem] == []
    assert "the e-mail is in the attribute address" in steps
    assert any("wants signed requests" in does for does in steps)
    there.published = []
    assert any("no certificate" in problem for problem in problems(studio.tracker.settings).values())


def test_a_walk_ends_where_it_goes_no_further(
    studio: Studio, site: Visitor, there: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    there.is_down = True
    *_, (_, problem) = samlsteps.walk(studio.tracker.settings)
    assert "answers 503" in problem
    assert "SAML_METADATA_URL" in problem
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    assert [step.problem for step in samlsteps.walk(studio.tracker.settings)] == [saml.NOT_INSTALLED]
