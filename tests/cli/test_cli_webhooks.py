"""`kitsulite webhook …` and `kitsulite consumer …`."""

import json
from collections.abc import Iterator

import pytest
from receiving import Receiver, receiver
from shell import Shell
from studio import Studio

from kitsulite.live import places
from kitsulite.models.webhooks import Webhook


@pytest.fixture
def farm() -> Iterator[Receiver]:
    with receiver() as found:
        yield found


def test_a_webhook_is_made_listed_changed_and_removed(studio: Studio, kitsulite: Shell) -> None:
    fox = studio.project("Fox")
    made = kitsulite(
        "webhook",
        "create",
        "Farm",
        "https://farm.test/x",
        "--event",
        "retakes",
        "--event",
        "shot:*",
        "--project",
        "Fox",
    )
    assert "The webhook Farm is here now." in made
    assert "whsec_" in made
    (row,) = json.loads(kitsulite("webhook", "list", "--json"))
    assert (row["events"], row["project_ids"], row["template"]) == (["retakes", "shot:*"], [fox["id"]], "json")
    assert "retakes, shot:*" in kitsulite("webhook", "list")
    assert "whsec_" not in kitsulite("webhook", "show", "Farm")
    assert json.loads(kitsulite("webhook", "show", row["id"], "--json"))["name"] == "Farm"
    edited = (
        "webhook",
        "edit",
        "Farm",
        "--name",
        "Barn",
        "--event",
        "*",
        "--template",
        "slack",
        "--project",
        "",
        "--off",
    )
    assert kitsulite(*edited) == "The webhook Farm is changed.\n"
    row = json.loads(kitsulite("webhook", "show", "Barn", "--json"))
    assert (row["events"], row["project_ids"], row["template"], row["active"]) == (["*"], [], "slack", False)
    assert "Say what is to change" in kitsulite("webhook", "edit", "Barn", code=1)
    assert "There is no webhook Farm" in kitsulite("webhook", "edit", "Farm", "--on", code=1)
    assert "no production Wolf" in kitsulite("webhook", "edit", "Barn", "--project", "Wolf", code=1)
    assert "names no events" in kitsulite("webhook", "edit", "Barn", "--event", "x", code=1)
    before = studio.stored(Webhook, row["id"])["secret"]
    assert "whsec_" in kitsulite("webhook", "rotate-secret", "Barn")
    assert studio.stored(Webhook, row["id"])["secret"] != before
    assert kitsulite("webhook", "remove", "Barn") == "The webhook Barn is gone.\n"
    assert json.loads(kitsulite("webhook", "list", "--json")) == []


def test_a_webhook_is_tried_and_its_ledger_read(studio: Studio, kitsulite: Shell, farm: Receiver) -> None:
    kitsulite("webhook", "create", "Farm", farm.url)
    assert "It was taken: 204" in kitsulite("webhook", "test", "Farm")
    farm.answer = 500
    assert "It answered 500" in kitsulite("webhook", "test", "Farm", code=1)
    failed, _ = json.loads(kitsulite("webhook", "deliveries", "Farm", "--json"))
    assert "It answered 500" in kitsulite("webhook", "deliveries", "Farm", "--limit", "1")
    farm.answer = 200
    assert "It was taken: 200" in kitsulite("webhook", "redeliver", failed["id"])
    assert "There is no delivery x" in kitsulite("webhook", "redeliver", "x", code=1)
    assert len(farm.received) == 3


def test_jobs_run_once_calls_webhooks_and_replays_them(studio: Studio, kitsulite: Shell, farm: Receiver) -> None:
    kitsulite("webhook", "create", "Farm", farm.url)
    with studio.tracker.work() as work:
        work.emit("task:update", {})
    (seq,) = [event.seq for event in work.events if event.seq]
    kitsulite("jobs", "run", "--once")
    assert farm.seqs == [seq]
    kitsulite("webhook", "replay", "Farm", "--after", str(seq - 1))
    kitsulite("jobs", "run", "--once")
    assert farm.seqs == [seq, seq]
    assert "There is no event 99" in kitsulite("webhook", "replay", "Farm", "--after", "99", code=1)
    farm.answer = 500
    with studio.tracker.work() as work:
        work.emit("task:update", {})
    kitsulite("jobs", "run", "--once")
    waiting = json.loads(kitsulite("webhook", "deliveries", "Farm", "--json"))[0]
    assert kitsulite("webhook", "redeliver", waiting["id"]) == "It waited for its turn, which it has now.\n"


def test_consumers_are_listed_and_replayed(studio: Studio, kitsulite: Shell) -> None:
    with studio.tracker.work() as work:
        places.begin(work.db, "render farm", 0)
        work.emit("task:update", {})
    kitsulite("webhook", "create", "Farm", "https://farm.test")
    (row,) = json.loads(kitsulite("consumer", "list", "--json"))
    assert (row["name"], row["seq"], row["behind"]) == ("render farm", 0, 2)
    assert "render farm" in kitsulite("consumer", "list")
    assert "after 1" in kitsulite("consumer", "replay", "render farm", "--after", "1")
    assert json.loads(kitsulite("consumer", "list", "--json"))[0]["seq"] == 1
    assert "There is no consumer nobody" in kitsulite("consumer", "replay", "nobody", "--after", "1", code=1)
