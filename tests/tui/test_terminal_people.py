"""People: found while one types, made, changed, let in and kept out; whatever the API refuses is refused here too."""

import asyncio
import datetime
import unicodedata
from typing import Any

import pyotp
import pytest
from driving import LARGE, Driver, check_snapshot, on_one_engine, terminal
from signing import PASSWORD, known, log_in
from studio import Studio
from time_machine import Traveller

from kitsulite.areas.people import lockout, passwords, sessions
from kitsulite.models.own import Token
from kitsulite.models.people import Person
from kitsulite.models.tools import ApiEvent
from kitsulite.tui.facts import moment

pytestmark = pytest.mark.long

NEW = "a new sentence"


def events(studio: Studio, name: str) -> list[dict[str, Any]]:
    with studio.tracker.work(writes=False) as work:
        return work.db.rows(ApiEvent.select().where(ApiEvent.name == name))


def open_sessions(studio: Studio, person_id: str) -> int:
    with studio.tracker.work(writes=False) as work:
        return len(sessions.list_sessions(work, person_id))


async def sign_in(driver: Driver, email: str, password: str = PASSWORD, code: str = "") -> None:
    await driver.type(email)
    await driver.type(password)
    await driver.type(code)


@on_one_engine
def test_a_name_cannot_steer_the_terminal(studio: Studio) -> None:
    known(studio, "Ann", role="admin")
    bob = studio.person("Bob", first_name="\x1b]0;pwned\x07\x1b[2JBob", last_name="\r\nroot\x9b")

    async def drive() -> None:
        async with terminal(studio, LARGE) as driver:
            await driver.point_at("bob")
            seen = [driver.text]
            for key in ("enter", "e"):
                await driver.press(key)
                seen.append(driver.text)
            driver.app.notify(f"{bob.row['first_name']} is here.")
            seen += driver.told
        assert all("\N{REPLACEMENT CHARACTER}[2JBob" in text for text in seen)
        assert not [
            text
            for text in seen
            if unicodedata.category(text.replace("\n", "")[0]) == "Cc" or "\x1b" in text or "\x9b" in text
        ]

    asyncio.run(drive())


def test_a_password_is_changed_and_the_old_session_ends(studio: Studio) -> None:
    bob = known(studio, "Bob")
    known(studio, "Ann")

    async def drive() -> None:
        async with terminal(studio) as driver:
            await driver.point_at("bob")
            assert [person["id"] for person in driver.shown()] == [bob.id]
            await driver.press("p")
            await driver.type("short")
            await driver.type("short")
            assert "Password is too short." in driver.text
            for weak, why in (("password", "too common"), ("bob@studio.test", "the e-mail")):
                for field in ("password", "again"):
                    driver.app.screen.query_one(f"#{field}").value = weak
                await driver.press("ctrl+s")
                assert why in driver.text
            for field in ("password", "again"):
                driver.app.screen.query_one(f"#{field}").value = NEW
            await driver.press("ctrl+s")
            assert driver.told == ["Bob Test has a new password."]

    asyncio.run(drive())
    assert passwords.verify(studio.stored(Person, bob.id)["password"], NEW)
    bob.get("/data/projects/open", status=401)
    (event,) = events(studio, "person:set-password")
    assert event["data"]["person_id"] == bob.id
    assert event["data"]["operator"]


def test_admins_sign_in_and_change_what_the_api_lets_them_change(studio: Studio) -> None:
    ann, eve = known(studio, "Ann", role="admin"), known(studio, "Eve", role="admin")

    async def drive() -> None:
        async with terminal(studio, as_operator=False) as driver:
            await sign_in(driver, "ann@studio.test", "wrong")
            assert "Wrong e-mail or password." in driver.text
            driver.app.screen.query_one("#password").value = PASSWORD
            await driver.press("ctrl+s")
            assert "Ann Test" in driver.lines[0]
            await driver.point_at("eve")
            await driver.press("p")
            await driver.type(NEW)
            await driver.type(NEW)
            assert "An admin can't change another admin's password." in driver.text
            await driver.press("escape", "e")
            driver.app.screen.query_one("#last_name").value = "Else"
            await driver.press("ctrl+s")
        assert open_sessions(studio, ann.id) == 2
        driver.app.desk.leave()
        driver.app.desk.leave()

    asyncio.run(drive())
    assert open_sessions(studio, ann.id) == 1
    assert studio.stored(Person, eve.id)["last_name"] == "Else"
    (event,) = events(studio, "person:update")
    assert event["user_id"] == ann.id


def test_the_second_factor_is_asked_for(studio: Studio) -> None:
    secret = pyotp.random_base32()
    known(studio, "Ann", role="admin", totp_enabled=True, totp_secret=secret)

    async def drive() -> None:
        async with terminal(studio, as_operator=False) as driver:
            await sign_in(driver, "ann@studio.test")
            assert "A code of your authenticator app is needed" in driver.text
            driver.app.screen.query_one("#code").value = pyotp.TOTP(secret).now()
            await driver.press("ctrl+s")
            assert driver.app.screen.place == "people"

    asyncio.run(drive())


def test_nobody_but_admins_gets_in_and_too_many_failures_lock(studio: Studio) -> None:
    known(studio, "Max", role="manager")
    known(studio, "Ann", role="admin")

    async def drive() -> None:
        async with terminal(studio, as_operator=False) as driver:
            await sign_in(driver, "max@studio.test")
            assert "You may not do this." in driver.text
            driver.app.screen.query_one("#login").value = "ann@studio.test"
            for _ in range(lockout.ALLOWED):
                driver.app.screen.query_one("#password").value = "wrong"
                await driver.press("ctrl+s")
            driver.app.screen.query_one("#password").value = PASSWORD
            await driver.press("ctrl+s")
            assert "Too many failed attempts" in driver.text
            await driver.press("escape")

    asyncio.run(drive())


def test_an_admin_who_is_none_any_more_is_told_so(studio: Studio) -> None:
    ann = known(studio, "Ann", role="admin")

    async def drive() -> None:
        async with terminal(studio, as_operator=False) as driver:
            await sign_in(driver, "ann@studio.test")
            with studio.tracker.work() as work:
                work.update(Person, ann.id, role="user")
            await driver.press("a", "tab", "enter", "r")
            assert "You may not do this." in driver.told

    asyncio.run(drive())
    assert studio.stored(Person, ann.id)["active"]


def test_people_are_made_kept_out_and_let_in_again(studio: Studio) -> None:
    animation = studio.department("Animation")
    studio.person("Ann", email="ann@foxfilms.com")

    async def drive() -> None:
        async with terminal(studio) as driver:
            await driver.press("n")
            for text in ("Zoe", "Lee", "ann@foxfilms.com", ""):
                await driver.type(text)
            driver.app.screen.query_one("#departments").focus()
            await driver.press("space")
            for field in ("password", "again"):
                driver.app.screen.query_one(f"#{field}").value = "zoe lee "
            await driver.press("ctrl+s")
            assert "Email already in use." in driver.text
            driver.app.screen.query_one("#email").value = "zoe@foxfilms.com"
            await driver.press("ctrl+s")
            assert "the e-mail" in driver.text
            for field in ("password", "again"):
                driver.app.screen.query_one(f"#{field}").value = NEW
            await driver.press("ctrl+s")
            assert driver.told[-1] == "Zoe Lee is here now."
            await driver.point_at("zoe")
            await driver.press("a", "enter")
            assert [person["active"] for person in driver.shown()] == [False]
            await driver.press("a", "enter")
            assert [person["active"] for person in driver.shown()] == [True]

    asyncio.run(drive())
    with studio.tracker.work(writes=False) as work:
        zoe = work.db.row(Person.select().where(Person.email == "zoe@foxfilms.com"))
    assert zoe
    assert studio.row(Person, zoe["id"])["departments"] == [animation["id"]]
    assert log_in(studio, "zoe@foxfilms.com", NEW).status == 200


def test_a_persons_page_shows_sessions_and_ends_them(studio: Studio) -> None:
    bob = known(studio, "Bob", totp_enabled=True, totp_secret=pyotp.random_base32())
    for _ in range(5):
        log_in(studio, "bob@studio.test", "wrong")

    async def drive() -> None:
        async with terminal(studio, LARGE) as driver:
            await driver.point_at("bob")
            await driver.press("enter")
            assert len(driver.shown()) == 1
            assert "locked after 5 failed" in driver.text
            assert "TOTP" in driver.text
            await driver.press("u")
            assert "locked" not in driver.text
            await driver.press("f", "enter")
            assert "TOTP" not in driver.text
            await driver.press("x")
            assert driver.shown() == []
            await driver.press("l", "escape")
            assert not events(studio, "person:make-reset-link")
            await driver.press("l", "enter")
            assert "reset-change-password" in driver.text.replace("\n", "")
            await driver.press("escape", "t", "ctrl+s")
            assert "API token, shown this once" in driver.text
            await driver.press("enter", "X", "enter", "escape")
            assert driver.app.screen.query("#people")

    asyncio.run(drive())
    bob.get("/data/projects/open", status=401)
    for name in ("unlock", "disable-second-factors", "end-sessions", "make-reset-link"):
        assert events(studio, f"person:{name}"), name


def test_who_it_is_to_be_is_looked_at_before_the_password(studio: Studio) -> None:
    studio.person("Ann", email="ann@foxfilms.com")

    async def drive() -> None:
        async with terminal(studio) as driver:
            await driver.burst("nZoe<tab>Lee<tab>zoe<ctrl+s>")
            assert "An email address must have an @-sign." in driver.text
            await driver.burst("<shift+tab><tab>ann@foxfilms.com<ctrl+s>")
            assert "Email already in use." in driver.text
            await driver.burst("<shift+tab><tab>zoe@foxfilms.com<ctrl+s>")
            assert "Password is too short." in driver.text

    asyncio.run(drive())


def test_last_seen_is_the_last_request_and_not_the_last_sign_in(studio: Studio, clock: Traveller) -> None:
    bob = known(studio, "Bob", last_presence="2026-02-01")
    known(studio, "Cleo")
    clock.shift(datetime.timedelta(hours=3))
    bob.get("/data/projects/open")
    seen = moment("2026-03-02T12:00:05.000000")

    async def drive() -> None:
        async with terminal(studio, LARGE) as driver:
            shown = {line.split()[0]: line.split()[-2:] for line in driver.lines if "@studio.test" in line}
            assert shown["▌"] == seen.split()
            assert shown["Cleo"] == moment("2026-03-02T09:00:05.000000").split()
            await driver.point_at("bob")
            await driver.press("enter")
            assert seen in next(line for line in driver.lines if "Last seen" in line)

    asyncio.run(drive())


def test_a_dialog_shows_its_own_keys(studio: Studio) -> None:
    known(studio, "Bob")
    studio.project("Fox")

    async def drive() -> None:
        async with terminal(studio) as driver:
            assert "/ Filter" in driver.lines[-1]
            await driver.press("p")
            assert driver.lines[-1].split() == ["⏎", "Next", "^s", "Confirm", "esc", "Close"]
            await driver.press("escape", "l")
            assert driver.lines[-1].split() == ["^s", "Confirm", "esc", "Close"]
            await driver.press("enter")
            assert driver.lines[-1].split() == ["esc", "Close"]
            await driver.press("escape", "2", "enter", "n")
            assert "esc Show all" in driver.lines[-1]

    asyncio.run(drive())


def test_a_bots_token_is_shown_once_and_works(studio: Studio) -> None:
    async def drive() -> str:
        async with terminal(studio) as driver:
            await driver.press("b")
            await driver.type("Farm")
            await driver.press("ctrl+s")
            token: str = driver.app.screen.text
            await driver.press("enter")
            return token

    token = asyncio.run(drive())
    assert studio.stranger.get("/auth/authenticated", headers={"Authorization": f"Bearer {token}"})


@on_one_engine
@pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=["80x24", "120x40"])
def test_people_look_as_they_should(studio: Studio, greenwich: None, size: tuple[int, int]) -> None:
    animation = studio.department("Animation", known(studio, "Ann", role="admin"))
    assert animation
    for name, values in {
        "Bob": {"role": "user", "last_presence": "2026-11-02"},
        "Éloïse": {"email": "eloise@studio.test", "role": "supervisor"},
        "宮崎": {"email": "hayao@studio.test"},
        "Gone": {"active": False},
    }.items():
        studio.person(name, **values)
    with studio.tracker.work() as work:
        noted = "2026-11-02T09:30:00.000000"
        work.db.run(Token.update(created_at=noted, used_at=noted))

    async def drive() -> None:
        async with terminal(studio, size) as driver:
            driver.app.desk.name = "somebody"
            driver.app.screen.query_one("#places").refresh(layout=True)
            await driver.settle()
            check_snapshot(f"people-{size[0]}x{size[1]}", driver)

    asyncio.run(drive())
