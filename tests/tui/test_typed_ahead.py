"""Keys go where they were meant to go, whatever the speed of the line: here all of them arrive at once."""

import asyncio
import threading

import pytest
from driving import MOMENT, PATIENCE, on_one_engine, terminal
from ptys import tui
from signing import PASSWORD, known, log_in
from studio import Studio

from kitsulite.models.people import Person
from kitsulite.models.productions import Project
from kitsulite.storage import Row
from kitsulite.tui import keys

NEW = "k7#mQw2z"
DOWN, LEFT = "\x1b[B", "\x1b[D"


def found(studio: Studio, email: str) -> Row:
    with studio.tracker.work(writes=False) as work:
        row = work.db.row(Person.select().where(Person.email == email))
    assert row is not None, f"there is nobody with {email}"
    return studio.row(Person, row["id"])


@pytest.mark.long
def test_what_is_typed_before_the_start_goes_where_it_was_meant_to(studio: Studio) -> None:
    ann, cleo = known(studio, "Ann", role="admin"), studio.person("Cleo")
    animation, fox = studio.department("Animation"), studio.project("Fox", team=[ann])
    typed = (
        f"ann@studio.test\r{PASSWORD}\r\r" if studio.tracker.db.name == "postgres" else "",
        f"nZoe\tLee\tzoe@fox.com\t+33\t\r{DOWN}\r\t \t{NEW}\t{NEW}\r",  # an admin, chosen; a department, ticked
        f"/cleo\rp{NEW}\t{NEW}\r",
        "/\x1b2\r",  # the filter is left, and a production opened
        "ncleo\r\r\r",  # into its team, with the role of the studio
    )
    with tui(studio) as session:
        session.send("".join(typed))
        session.wait_for("Cleo Test is in the team.")
        session.send("\x1bq")
        assert session.end() == 0
    zoe = found(studio, "zoe@fox.com")
    assert (zoe["first_name"], zoe["last_name"], zoe["phone"], zoe["role"]) == ("Zoe", "Lee", "+33", "admin")
    assert zoe["departments"] == [animation["id"]]
    assert log_in(studio, "zoe@fox.com", NEW).status == 200
    assert log_in(studio, "cleo@studio.test", NEW).status == 200
    assert set(studio.row(Project, fox["id"])["team"]) == {ann.id, cleo.id}


def test_escape_is_escape_with_any_key_behind_it(studio: Studio) -> None:
    known(studio, "Ann", role="admin")
    bob = known(studio, "Bob")
    typed = (
        f"ann@studio.test\r{PASSWORD}\r\r" if studio.tracker.db.name == "postgres" else "",
        "/bob\ra\x1b\r",  # not kept out, but looked at
        "\x1b\x1be\x1b/ann\x1b4",
    )
    with tui(studio) as session:
        session.send("".join(typed))
        session.wait_for("sign-in" if studio.tracker.db.name == "postgres" else "Nothing has happened yet.")
        session.send("\x1bq")
        assert session.end() == 0
    assert studio.stored(Person, bob.id)["active"]


@pytest.mark.parametrize(
    ("bytes", "read"),
    [
        ("\x1b\r", ["escape", "enter"]),
        ("\x1b\t\x1b/", ["escape", "tab", "escape", "slash"]),
        ("\x1bQ\x1b\x1b[B\x1b[1;3D", ["escape", "Q", "escape", "down", "alt+left"]),
        ("\x1bOP\x1b[200~x\n\x1b[201~", ["f1", "paste"]),
        ("a\nb", ["a", "enter", "b"]),
    ],
)
def test_bytes_are_read_as_the_keys_that_were_pressed(bytes: str, read: list[str]) -> None:
    reader = keys.Reader(False)
    assert [getattr(event, "key", "paste") for event in reader.feed(bytes)] == read


@pytest.mark.long
@on_one_engine
def test_every_dialog_takes_what_is_typed_ahead(studio: Studio) -> None:
    known(studio, "Ann", role="admin")
    known(studio, "Bob")
    studio.project("Fox")
    filled = {
        "bFarm<tab><enter><down><enter><tab>21": ("expiration_date", "21"),
        "/bob<enter>eRob<tab>R<enter><escape>eX<tab><shift+tab>Y": ("first_name", "Y"),
    }
    saved = {
        "a<enter>": "Bob Test is inactive now.",
        "a<escape>a<enter>": "Bob Test is active now.",
        "2<f1><escape><enter>nbob<enter><enter><shift+tab><enter><down><down><enter><ctrl+s>": "Bob Test is in the team.",
        "<escape>5w<tab>nHold<tab>h<tab>#8<ctrl+s>": "Hold is here now.",
    }

    async def drive() -> None:
        async with terminal(studio) as driver:
            for typed, (field, value) in filled.items():
                await driver.burst(typed)
                assert driver.app.screen.query_one(f"#{field}").value == value, typed
                await driver.press("escape")
            for typed, told in saved.items():
                await driver.burst(typed)
                assert driver.told[-1:] == [told], typed
            await driver.burst("<escape>1<ctrl+p>new person<enter>")
            await driver.burst("Zoe")
            assert driver.app.screen.query_one("#first_name").value == "Zoe"

    asyncio.run(drive())


@on_one_engine
def test_what_is_typed_ahead_of_a_refusal_is_forgotten(studio: Studio) -> None:
    known(studio, "Bob")

    async def drive() -> None:
        async with terminal(studio) as driver:
            await driver.burst("/bob<enter>pshort<tab>short<enter>q")
            assert "Password is too short." in driver.text
            assert driver.told == ["What was typed ahead is forgotten."]
            await driver.burst("<escape>/nobody<enter>pq")
            assert driver.told[1:] == ["There is nothing at the cursor.", "What was typed ahead is forgotten."]
            await driver.burst("<enter>q")
            assert driver.app.is_running

    asyncio.run(drive())


@on_one_engine
def test_the_terminal_is_left_even_while_the_studio_does_not_answer(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = threading.Event()
    monkeypatch.setattr("kitsulite.areas.people.persons.unlock", lambda *arguments: answers.wait(10))
    known(studio, "Bob")

    async def drive() -> None:
        async with terminal(studio) as driver:
            try:
                for key in ("u", "2", "ctrl+q"):
                    driver.app.simulate_key(key)
                await asyncio.sleep(0.05)
                assert (driver.app.screen.place, driver.app.is_running) == ("people", True)
                monkeypatch.setattr(keys, "PATIENCE", 0.0)
                driver.app.simulate_key("ctrl+q")
                async with asyncio.timeout(PATIENCE):
                    while driver.app.return_code is None:
                        await asyncio.sleep(MOMENT)
            finally:
                answers.set()

    asyncio.run(drive())
