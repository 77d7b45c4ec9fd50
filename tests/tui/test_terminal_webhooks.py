"""Webhooks in the terminal."""

import asyncio
import dataclasses
from collections.abc import Iterator

import pytest
from driving import LARGE, SMALL, check_snapshot, on_one_engine, terminal
from receiving import Receiver, receiver
from studio import Studio

from kitsulite import Tracker
from kitsulite.areas.telling import webhooks
from kitsulite.models.webhooks import Webhook, WebhookDelivery
from kitsulite.work.operator import operator_here

pytestmark = pytest.mark.long


@pytest.fixture
def farm() -> Iterator[Receiver]:
    with receiver() as found:
        yield found


@pytest.fixture
def home(tracker: Tracker) -> Iterator[Studio]:
    """A studio whose webhooks may lead to this machine."""
    settings = dataclasses.replace(tracker.settings, private_webhooks=True)
    with Tracker(settings, first_data=False) as ours:
        yield Studio(ours)


def hook(studio: Studio, url: str, name: str = "Farm") -> str:
    with studio.tracker.work(operator_here()) as work:
        return webhooks.create_webhook(work, {"name": name, "url": url})[0]


def test_a_channel_hears_of_retakes_by_two_choices(home: Studio, farm: Receiver) -> None:
    home.project("Fox")

    async def drive() -> None:
        async with terminal(home, LARGE) as driver:
            await driver.press("5", "h")
            assert "Nobody is told of events yet" in driver.text
            await driver.press("n", "down", "enter")
            assert "New webhook" in driver.text
            await driver.press("enter")  # the name is there
            await driver.type(farm.url, then="ctrl+s")
            assert driver.told == ["It is told from now on. Press t to try."]
            await driver.press("t")
            assert "It was taken: 204" in driver.told[-1]
            assert "test" in driver.text

    asyncio.run(drive())
    (call,) = farm.received
    assert set(call.json) == {"text"}
    with home.tracker.db.reading():
        (row,) = home.tracker.db.rows(Webhook.select())
    assert (row["name"], row["events"], row["template"]) == ("Retakes to slack", ["retakes"], "slack")


def test_a_program_gets_its_secret_shown_once(home: Studio) -> None:
    async def drive() -> None:
        async with terminal(home, LARGE) as driver:
            await driver.press("5", "h", "n")
            await driver.type("json", then="enter")
            await driver.press("enter", "enter")
            await driver.type("nowhere", then="ctrl+s")
            assert "The url of a webhook is" in driver.text
            driver.app.screen.query_one("#url").value = "https://farm.studio.test/hook"
            await driver.press("ctrl+s")
            assert "shown this once" in driver.text
            assert "whsec_" in driver.text
            await driver.press("escape")
            assert "whsec_" not in driver.text

    asyncio.run(drive())


def test_a_webhook_is_edited_switched_and_removed(home: Studio) -> None:
    id = hook(home, "https://farm.studio.test/hook")

    async def drive() -> None:
        async with terminal(home, LARGE) as driver:
            await driver.press("5", "h", "enter")
            driver.app.screen.query_one("#events").value = "task:*, retakes"
            await driver.press("ctrl+s")
            assert driver.shown("webhooks")[0]["events"] == ["retakes", "task:*"]
            await driver.press("o")
            assert driver.told[-1] == "Farm is off now."
            assert driver.shown("webhooks")[0]["active"] is False
            await driver.press("o")
            assert driver.told[-1] == "Farm is on now."
            before = home.stored(Webhook, id)["secret"]
            await driver.press("w", "enter")
            assert "whsec_" in driver.text
            assert home.stored(Webhook, id)["secret"] != before
            await driver.press("escape", "x", "enter")
            assert driver.told[-1] == "Farm is gone."
            assert driver.shown("webhooks") == []

    asyncio.run(drive())


def test_what_was_not_taken_is_seen_and_sent_again(home: Studio, farm: Receiver) -> None:
    hook(home, farm.url)
    farm.answer = 500
    with home.tracker.work() as work:
        work.emit("task:update", {})
    home.tracker.jobs.run_due()

    async def drive() -> None:
        async with terminal(home, LARGE) as driver:
            await driver.press("5", "h")
            assert "fails: It answered 500" in driver.text
            await driver.press("tab", "enter")
            assert "Events 2 to 2." in driver.text
            await driver.press("escape", "d")
            assert driver.told[-1] == "It waited for its turn, which it has now."
            farm.answer = 200
            home.tracker.jobs.run_due()
            await driver.press("r", "d")
            assert "It was taken: 200" in driver.told[-1]
            await driver.press("p")
            assert "It has come to 2, of 2 events." in driver.text
            driver.app.screen.query_one("#after").value = "x"
            await driver.press("ctrl+s")
            assert "Say the number of an event." in driver.text
            driver.app.screen.query_one("#after").value = "0"
            await driver.press("ctrl+s")
            assert driver.told[-1].startswith("It is told again")

    asyncio.run(drive())
    home.tracker.jobs.run_due()
    assert len(farm.received) == 4


def test_deliveries_are_those_of_the_webhook_at_the_cursor(home: Studio, farm: Receiver) -> None:
    hook(home, farm.url)
    other = hook(home, "https://farm.studio.test", "Other")
    home.add(WebhookDelivery, webhook_id=other)

    async def drive() -> None:
        async with terminal(home, LARGE) as driver:
            await driver.press("5", "h")
            assert driver.shown("deliveries") == []
            await driver.press("down")
            assert [row["webhook_id"] for row in driver.shown("deliveries")] == [other]

    asyncio.run(drive())


@on_one_engine
@pytest.mark.parametrize("size", [SMALL, LARGE], ids=["80x24", "120x40"])
def test_webhooks_look_as_they_should(studio: Studio, greenwich: None, size: tuple[int, int]) -> None:
    fox = studio.project("Fox")
    studio.add(
        Webhook, name="Retakes to slack", url="https://hooks.test/1", secret="x", template="slack", events=["retakes"]
    )
    off = {"active": False, "off_reason": "It answered 410: there is nobody any more who wants to hear."}
    studio.add(Webhook, name="Old farm", url="https://farm.test", secret="x", **off)
    farm = studio.add(Webhook, name="Farm", url="https://farm.test", secret="x", project_ids=[fox["id"]])
    day = "2026-03-04T10:00:0{}"
    for number, values in enumerate(
        [
            {"first_seq": 1, "last_seq": 40, "events": 40, "attempts": 1, "status": 204, "duration": 12},
            {"attempts": 1, "status": 500, "duration": 3, "error": "It answered 500 Internal Server Error"},
        ]
    ):
        at = day.format(number)
        studio.add(WebhookDelivery, webhook_id=farm["id"], created_at=at, updated_at=at, delivered_at=at, **values)

    async def drive() -> None:
        async with terminal(studio, size) as driver:
            await driver.press("5", "h")
            driver.app.desk.name = "somebody"
            driver.app.screen.query_one("#places").refresh(layout=True)
            await driver.settle()
            check_snapshot(f"webhooks-{size[0]}x{size[1]}", driver)

    asyncio.run(drive())
