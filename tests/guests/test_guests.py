"""Guests: who gives a name at a share link, and what that does not make of them (docs/api/signing-in.md)."""

import dataclasses
import re
from concurrent.futures import ThreadPoolExecutor

import pytest
import time_machine
from sharing import Sharing
from studio import NOBODY, Member, Studio

from kitsulite import Settings
from kitsulite.areas.guests import persons
from kitsulite.areas.people import passwords, sessions
from kitsulite.models.people import Person

SECRETS = {
    "password",
    "totp_secret",
    "email_otp_secret",
    "otp_recovery_codes",
    "fido_credentials",
    "jti",
    "last_login_failed",
}


CREW = 6
"""The people of a screening."""


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return dataclasses.replace(settings, user_limit=CREW + 1)


@pytest.fixture
def sharing(studio: Studio) -> Sharing:
    return Sharing(studio)


def test_a_guest_is_a_client_with_a_name_and_no_password(sharing: Sharing) -> None:
    guest = sharing.stranger.post(sharing.at("/guest"), {"first_name": " Ann ", "last_name": " Lee"})
    assert guest == guest | {
        "type": "Person",
        "first_name": "Ann",
        "last_name": "Lee",
        "full_name": "Ann Lee",
        "role": "client",
        "is_guest": True,
        "is_bot": False,
        "active": True,
        "login_failed_attemps": 0,
        "data": {"share_link_id": sharing.link["id"]},
        **dict.fromkeys(SECRETS),
    }
    assert re.fullmatch(r"guest-[0-9a-f]{8}@guest\.kitsu", guest["email"])
    assert sharing.studio.stored(Person, guest["id"])["password"] is None
    event = sharing.events("person:new")[0]
    assert (event["data"], event["user_id"]) == ({"person_id": guest["id"]}, None)


@pytest.mark.parametrize("body", [{}, {"first_name": None, "guest_id": None}, {"first_name": "  ", "guest_id": ""}])
def test_who_gives_no_name_is_guest(sharing: Sharing, body: dict[str, str | None]) -> None:
    guest = sharing.stranger.post(sharing.at("/guest"), body)
    assert (guest["first_name"], guest["last_name"]) == ("Guest", "")


def test_a_guest_who_comes_back_is_known(sharing: Sharing) -> None:
    back = sharing.stranger.post(
        sharing.at("/guest"), {"guest_id": sharing.guest["id"], "first_name": "Other"}, status=200
    )
    assert (back["id"], back["first_name"], back["departments"]) == (sharing.guest["id"], "Gil", [])
    assert not SECRETS & set(back)


def test_the_same_names_at_one_link_are_one_guest(sharing: Sharing) -> None:
    count = len(sharing.events("person:new"))
    assert sharing.enter(" Gil ")["id"] == sharing.guest["id"]
    assert sharing.enter("gil")["id"] != sharing.guest["id"]
    assert sharing.enter("Gil", sharing.share())["id"] != sharing.guest["id"]
    assert len(sharing.events("person:new")) == count + 2


def test_whoever_gives_the_name_of_another_guest_is_not_that_guest(sharing: Sharing) -> None:
    for body in ({"first_name": "Gil"}, {"first_name": "Gil", "guest_id": sharing.guest["id"]}):
        answer = sharing.studio.stranger.call("POST", sharing.at("/guest"), body)
        assert answer.status == 201
        assert answer.json["id"] != sharing.guest["id"]
        assert list(answer.result.cookies) == [f"guest_{answer.json['id']}"]


def test_who_comes_back_proves_it_by_a_cookie_that_scripts_do_not_see(sharing: Sharing) -> None:
    for prefix, scheme in (("", "http"), ("/fox", "https")):
        answer = sharing.studio.stranger.call("POST", sharing.at("/guest"), {}, root_path=prefix, protocol=scheme)
        [(name, cookie)] = answer.result.cookies.items()
        assert name == f"guest_{answer.json['id']}"
        assert (cookie.path, cookie.http_only, cookie.same_site) == (prefix or "/", True, "Lax")
        assert bool(cookie.secure) == (scheme == "https")
        assert answer.json["id"] not in cookie.value


def test_a_link_takes_so_many_guests_from_an_address_within_an_hour(
    sharing: Sharing, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(persons, "MOST_AN_HOUR", 3)
    another = sharing.share()
    with time_machine.travel("2030-03-01T10:05:00Z", tick=False) as clock:
        for name in "ABC":
            sharing.enter(name)
        refused = sharing.stranger.post(sharing.at("/guest"), {"first_name": "D"}, status=429)
        assert "Try again later" in refused["message"]
        sharing.enter("C")  # who was here is here
        sharing.enter("D", another)
        answer = sharing.stranger.call("POST", sharing.at("/guest"), {"first_name": "E"}, remote_addr="203.0.113.7")
        assert answer.status == 201
        clock.shift(3600)
        sharing.enter("D")


def test_a_link_takes_only_so_many_guests(sharing: Sharing, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(persons, "MOST_OF_A_LINK", 3)
    sharing.enter("A")
    sharing.enter("B")
    count = len(sharing.events("person:new"))
    sharing.stranger.post(sharing.at("/guest"), {"first_name": "C"}, status=429)
    assert len(sharing.events("person:new")) == count
    sharing.enter("B")
    sharing.enter("C", sharing.share())


def test_what_is_no_guest_of_the_link_is_replaced_by_a_new_one(sharing: Sharing) -> None:
    foreign = sharing.enter("Foe", sharing.share())
    for number, id in enumerate((foreign["id"], sharing.moe.id, sharing.clo.id, NOBODY)):
        made = sharing.stranger.post(sharing.at("/guest"), {"guest_id": id, "first_name": f"New {number}"})
        assert made["id"] != id
        assert made["data"] == {"share_link_id": sharing.link["id"]}
    sharing.stranger.post(sharing.at("/guest"), {"guest_id": "x"}, status=400)
    sharing.stranger.post(sharing.at("/guest"), {"first_name": 3}, status=400)
    sharing.stranger.post(sharing.at("/guest"), {"first_name": "x" * 1000}, status=400)


def test_a_person_with_the_data_of_a_guest_is_none(sharing: Sharing) -> None:
    """Anybody may write their own data."""
    sharing.clo.put(f"/data/persons/{sharing.clo.id}", {"data": {"share_link_id": sharing.link["id"]}})
    made = sharing.stranger.post(sharing.at("/guest"), {"guest_id": sharing.clo.id, "first_name": "Clo"})
    assert made["id"] != sharing.clo.id


def test_guests_who_come_at_once_are_counted_one_by_one(sharing: Sharing, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(persons, "MOST_OF_A_LINK", 4)
    stranger = sharing.studio.stranger
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: stranger.call("POST", sharing.at("/guest"), {}).status, range(8)))
    assert sorted(answers) == [201] * 3 + [429] * 5


# --- what they are not ---


def test_a_guest_does_not_sign_in_whatever_is_set(sharing: Sharing) -> None:
    studio, id = sharing.studio, sharing.guest["id"]
    hashed = passwords.hash_password("open sesame")
    with studio.tracker.work() as work:
        work.update(Person, id, password=hashed, desktop_login="gil")
        token = sessions.open_session(work, id)["access_token"]
        api_token = sessions.mint_api_token(work, work.get(Person, id))
    for login in (sharing.guest["email"], "gil"):
        studio.stranger.post("/auth/login", {"email": login, "password": "open sesame"}, status=400)
    for one in (token, api_token):
        Member(studio.app, one, sharing.guest).get("/data/user/context", status=401)
    minted = sharing.ada.put(f"/data/persons/{id}", {"expiration_date": "2099-01-01"})
    Member(studio.app, minted["access_token"], sharing.guest).get("/auth/authenticated", status=401)


def test_guests_do_not_count_as_people(sharing: Sharing) -> None:
    for number in range(3):
        sharing.enter(f"Guest {number}")
    person = {"first_name": "New", "last_name": "Here", "email": "new@example.com"}
    sharing.ada.post("/data/persons", person)
    refused = sharing.ada.post("/data/persons", {**person, "email": "other@example.com"}, status=400)
    assert refused["data"] == {"limit": CREW + 1}


def test_guests_are_not_listed_among_the_people_of_the_studio(sharing: Sharing) -> None:
    assert sharing.guest["id"] not in {person["id"] for person in sharing.moe.get("/data/user/context")["persons"]}
    assert "Gil" not in sharing.moe.call("GET", "/export/csv/persons.csv").text
    found = sharing.moe.post("/data/search", {"query": "Gil", "index_names": ["persons"]}, status=200)
    assert found["persons"] == []
    assert sharing.guest["id"] in {person["id"] for person in sharing.ada.get("/data/persons")}
