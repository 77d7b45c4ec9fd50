"""API keys in the terminal."""

import asyncio

import pytest
from driving import LARGE, terminal
from signing import as_member
from studio import Studio

from kitsulite.areas.people import apikeys
from kitsulite.models.own import ApiKey
from kitsulite.models.people import Person
from kitsulite.work.operator import operator_here

pytestmark = pytest.mark.long


def keys(studio: Studio) -> list[dict[str, object]]:
    with studio.tracker.db.reading():
        return studio.tracker.db.rows(ApiKey.select())


def test_a_key_is_made_and_shown_once(studio: Studio) -> None:
    studio.person("Ann", first_name="Ann")
    studio.project("Fox")
    shown: list[str] = []

    async def drive() -> None:
        async with terminal(studio, LARGE) as driver:
            await driver.press("5", "a")
            assert "No script has a key yet" in driver.text
            await driver.press("n")
            await driver.type("ann", then="enter")
            await driver.press("enter")
            await driver.type("Nightly", then="ctrl+s")
            assert "shown this once" in driver.text
            shown.append(max((word for word in driver.text.split() if word.startswith("klk_")), key=len))
            await driver.press("escape")
            assert shown[0] not in driver.text
            assert "Nightly" in driver.text
            assert "writes" in driver.text

    asyncio.run(drive())
    (row,) = keys(studio)
    assert (row["name"], row["areas"], row["project_ids"], row["only_reads"]) == ("Nightly", None, None, False)
    assert as_member(studio, shown[0]).get("/auth/authenticated")["user"]["first_name"] == "Ann"


def test_what_is_pressed_next_is_about_the_new_key(studio: Studio) -> None:
    ann = studio.person("Ann", first_name="Ann")
    with studio.tracker.work(operator_here()) as work:
        apikeys.create_key(work, work.get(Person, ann.id), "Before")

    async def drive() -> None:
        async with terminal(studio, LARGE) as driver:
            await driver.press("5", "a", "n")
            await driver.type("ann", then="enter")
            await driver.press("enter")
            await driver.type("Nightly", then="ctrl+s")
            await driver.press("escape", "x")
            assert "Remove Nightly?" in driver.text

    asyncio.run(drive())


def test_a_key_is_rotated_and_removed(studio: Studio) -> None:
    ann = studio.person("Ann")
    with studio.tracker.work(operator_here()) as work:
        apikeys.create_key(work, work.get(Person, ann.id), "Nightly", only_reads=True)
    (before,) = keys(studio)

    async def drive() -> None:
        async with terminal(studio, LARGE) as driver:
            await driver.press("5", "a")
            assert "reads" in driver.text
            await driver.press("r", "ctrl+s")
            assert "klk_" in driver.text
            await driver.press("escape")
            assert keys(studio)[0]["previous_hash"] == before["key_hash"]
            await driver.press("x", "ctrl+s")
            assert driver.told[-1] == "Nightly opens nothing any more."

    asyncio.run(drive())
    assert keys(studio) == []
