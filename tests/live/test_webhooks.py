"""Webhooks: what is sent to whom, in which order, how it is signed, and what becomes of who does not take it."""

import base64
import dataclasses
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from receiving import Received, Receiver, receiver
from studio import Member, Studio

from kitsulite import Tracker
from kitsulite.cli import main
from kitsulite.live import outbox, places, webhooks
from kitsulite.live.signing import BadSecret, key_of, new_secret, signed
from kitsulite.models.outbox import Outgoing
from kitsulite.models.own import EventPlace, Job
from kitsulite.models.people import Organisation
from kitsulite.models.tasks import TaskStatus
from kitsulite.models.webhooks import Webhook, WebhookDelivery
from kitsulite.storage import Row
from kitsulite.storage.seal import MARK
from kitsulite.work import jobs


class Hooks(Studio):
    """A studio with an admin, whose webhooks may lead to this machine."""

    def __init__(self, tracker: Tracker) -> None:
        super().__init__(tracker)
        self.ann: Member = self.person("Ann", "admin")

    def hook(self, url: str, **values: Any) -> Row:
        """A new webhook, as the API answers it."""
        return self.ann.post("/data/webhooks", {"name": "Farm", "url": url, **values})  # type: ignore[no-any-return]

    def one_of_status(self, name: str, **values: Any) -> Row:
        return self.one_of(TaskStatus, name, short_name=name.lower(), color="#000000", **values)

    def happen(self, *names: str, project: str | None = None, **data: Any) -> list[int]:
        """Events, each committed by itself; their places."""
        seqs = []
        for name in names:
            with self.tracker.work() as work:
                work.emit(name, data, project)
            with self.tracker.db.reading():
                seqs.append(outbox.last(self.tracker.db))
        return seqs

    def pump(self) -> None:
        """Send all that is due."""
        self.tracker.jobs.run_due()

    def again(self) -> None:
        """The pause is over: send all that is due."""
        with self.tracker.db.writing():
            self.tracker.db.run(EventPlace.update(due_at=None))
        self.pump()

    def deliveries(self, hook: Row) -> list[Row]:
        return self.ann.get(f"/data/webhooks/{hook['id']}/deliveries")["data"]  # type: ignore[no-any-return]

    def webhook(self, hook: Row) -> Row:
        return self.ann.get(f"/data/webhooks/{hook['id']}")  # type: ignore[no-any-return]


@pytest.fixture
def hooks(tracker: Tracker) -> Iterator[Hooks]:
    settings = dataclasses.replace(tracker.settings, private_webhooks=True, mail_enabled=True)
    with Tracker(settings, first_data=False) as ours:
        yield Hooks(ours)


@pytest.fixture
def farm() -> Iterator[Receiver]:
    with receiver() as found:
        yield found


def soon(holds: Callable[[], object], seconds: float = 10.0) -> None:
    """Wait until something holds."""
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "it never came"
        time.sleep(0.01)


# --- signing ---


def test_a_message_is_signed_as_the_standard_says() -> None:
    """The values are those of the specification's own example."""
    headers = signed(
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}'
    )
    assert headers["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_their_own_library_verifies_what_is_sent(hooks: Hooks, farm: Receiver) -> None:
    standardwebhooks = pytest.importorskip("standardwebhooks", reason="pip install standardwebhooks")
    hook = hooks.hook(farm.url)
    hooks.happen("task:update", task_id="1")
    hooks.pump()
    (call,) = farm.received
    verifier = standardwebhooks.Webhook(hook["secret"])
    assert verifier.verify(call.body, call.headers)["type"] == "task:update"
    with pytest.raises(standardwebhooks.WebhookVerificationError):
        verifier.verify(call.body + b" ", call.headers)


@pytest.mark.parametrize(
    "secret", ["x", "whsec_", "whsec_????", "whsec_" + base64.b64encode(b"short").decode(), "whsec_" + "A" * 200]
)
def test_a_secret_is_long_enough_to_be_one(hooks: Hooks, secret: str) -> None:
    with pytest.raises(BadSecret):
        key_of(secret)
    body = {"name": "Farm", "url": "https://farm.studio.test", "secret": secret}
    assert "whsec_" in hooks.ann.post("/data/webhooks", body, status=400)["message"]


def test_no_two_secrets_are_the_same() -> None:
    assert len({new_secret() for _ in range(100)}) == 100
    assert len(key_of(new_secret())) == 32


def test_a_secret_is_shown_once_and_kept_sealed(hooks: Hooks, farm: Receiver) -> None:
    hook = hooks.hook(farm.url)
    assert hook["secret"].startswith("whsec_")
    assert "secret" not in hooks.webhook(hook)
    assert "secret" not in hooks.ann.get("/data/webhooks")[0]
    assert hooks.stored(Webhook, hook["id"])["secret"].startswith(MARK)
    ours = new_secret()
    assert hooks.hook(farm.url, secret=ours)["secret"] == ours


def test_a_new_secret_signs_from_then_on(hooks: Hooks, farm: Receiver) -> None:
    hook = hooks.hook(farm.url)
    new = hooks.ann.post(f"/actions/webhooks/{hook['id']}/rotate-secret", status=200)["secret"]
    assert new != hook["secret"]
    hooks.happen("task:update")
    hooks.pump()
    (call,) = farm.received
    stamp, id = int(call.headers["webhook-timestamp"]), call.headers["webhook-id"]
    assert signed(new, id, stamp, call.body)["webhook-signature"] == call.headers["webhook-signature"]


# --- what is sent ---


def test_an_event_is_told_whole(hooks: Hooks, farm: Receiver) -> None:
    hooks.hook(farm.url)
    project = hooks.project("Fox")
    hooks.ann.put(f"/data/projects/{project['id']}", {"description": "Red"})
    hooks.pump()
    call = farm.received[0]
    told = call.json
    assert told["type"] == "project:update"
    assert told["data"]["project_id"] == project["id"]
    assert told["fields"]["description"] == [None, "Red"]
    assert told["user_id"] == hooks.ann.id
    assert told["timestamp"].endswith("Z")
    assert told["id"]
    assert told["seq"]
    assert call.headers["webhook-id"].startswith("msg_")
    assert abs(int(call.headers["webhook-timestamp"]) - time.time()) < 60
    assert call.headers["content-type"].startswith("application/json")


def test_what_waits_is_sent_together_and_in_order(hooks: Hooks, farm: Receiver) -> None:
    hooks.hook(farm.url)
    seqs = hooks.happen(*["task:update"] * 250)
    hooks.pump()
    assert [len(call.seqs) for call in farm.received] == [100, 100, 50]
    assert farm.seqs == seqs
    assert farm.received[0].json["type"] == "events"


def test_a_webhook_hears_from_when_it_was_made(hooks: Hooks, farm: Receiver) -> None:
    hooks.happen("task:update")
    hooks.hook(farm.url)
    with hooks.tracker.work() as work:
        work.emit("task:update", {"kind": "live"}, live=True)
    seqs = hooks.happen("task:update")
    hooks.pump()
    assert farm.seqs == seqs


@pytest.mark.parametrize(
    ("events", "heard"),
    [
        (["task:update"], ["task:update"]),
        (["task:*", "asset:new"], ["task:update", "asset:new"]),
        (["comments"], ["comment:new"]),
        (["everything"], ["task:update", "comment:new", "asset:new", "shot:new"]),
        (["comments", "shot:*"], ["comment:new", "shot:new"]),
        (None, ["task:update", "comment:new", "asset:new", "shot:new"]),
    ],
)
def test_a_webhook_hears_of_what_it_names(hooks: Hooks, farm: Receiver, events: Any, heard: list[str]) -> None:
    hooks.hook(farm.url, events=events)
    for name in ("task:update", "comment:new", "asset:new", "shot:new"):
        hooks.happen(name)
        hooks.pump()
    assert [call.json["type"] for call in farm.received] == heard


def test_retakes_are_changes_to_a_status_that_asks_for_one(hooks: Hooks, farm: Receiver) -> None:
    hooks.hook(farm.url, events=["retakes"])
    retake = hooks.one_of_status("Retake", is_retake=True)
    done = hooks.one_of_status("Done", is_done=True)
    for status in (done, retake):
        hooks.happen("task:status-changed", new_task_status_id=status["id"])
    hooks.happen("task:update", new_task_status_id=retake["id"])
    hooks.pump()
    (call,) = farm.received
    assert call.json["data"]["new_task_status_id"] == retake["id"]


def test_a_webhook_of_productions_hears_of_no_other(hooks: Hooks, farm: Receiver) -> None:
    fox, owl = hooks.project("Fox"), hooks.project("Owl")
    hooks.hook(farm.url, project_ids=[fox["id"]])
    for project in (fox["id"], owl["id"], None):
        hooks.happen("task:update", project=project)
    hooks.pump()
    (call,) = farm.received
    assert call.json["project_id"] == fox["id"]


def test_no_secret_is_told(hooks: Hooks, farm: Receiver) -> None:
    hooks.hook(farm.url)
    organisation = hooks.add(Organisation, name="Kitsu")
    hooks.ann.put(f"/data/organisations/{organisation['id']}", {"chat_token_slack": "xoxb-mine", "name": "Blue Duck"})
    hooks.ann.post(
        "/data/persons", {"first_name": "B", "last_name": "C", "email": "b@example.com", "password": "mypassword1"}
    )
    hooks.pump()
    sent = b"".join(call.body for call in farm.received).decode()
    assert "Blue Duck" in sent
    assert "xoxb-mine" not in sent
    assert "mypassword" not in sent
    assert "$argon2" not in sent


def test_changes_that_are_too_long_are_left_out(hooks: Hooks, farm: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(webhooks, "LONGEST_FIELDS", 100)
    hooks.hook(farm.url)
    project = hooks.project("Fox")
    hooks.ann.put(f"/data/projects/{project['id']}", {"description": "x" * 200})
    hooks.pump()
    assert farm.received[0].json["fields"] is None


# --- who does not take it ---


def test_what_is_not_taken_is_sent_again_with_the_same_id_and_before_all_else(hooks: Hooks, farm: Receiver) -> None:
    hook = hooks.hook(farm.url)
    farm.answer = 500
    seqs = hooks.happen("task:update", "task:new")
    hooks.pump()
    (delivery,) = hooks.deliveries(hook)
    assert delivery["attempts"] == 1
    assert delivery["status"] == 500
    assert delivery["error"] == "It answered 500 Internal Server Error"
    assert delivery["due_at"]
    assert delivery["delivered_at"] is None
    assert hooks.webhook(hook)["failing_since"]
    hooks.pump()
    assert len(farm.received) == 1  # it rests
    seqs += hooks.happen("task:delete")
    hooks.again()
    farm.answer = 200
    hooks.again()
    ids = [call.headers["webhook-id"] for call in farm.received]
    assert ids[0] == ids[1] == ids[2] != ids[3]
    assert [call.seqs for call in farm.received] == [seqs[:2]] * 3 + [seqs[2:]]
    assert farm.received[0].body == farm.received[2].body
    later, first = hooks.deliveries(hook)
    assert (first["attempts"], first["events"], later["attempts"]) == (3, 2, 1)
    assert first["error"] is None
    assert first["delivered_at"]
    assert first["due_at"] is None
    assert hooks.webhook(hook)["failing_since"] is None
    assert hooks.webhook(hook)["seq"] == seqs[-1]


def test_pauses_grow_to_three_hours_and_a_receiver_may_ask_for_longer(hooks: Hooks, farm: Receiver) -> None:
    pauses = [webhooks._pause_after(attempts) for attempts in (1, 2, 3, 4, 50)]
    assert pauses == [5, 20, 80, 320, 3 * 3600]
    hook = hooks.hook(farm.url)
    farm.answer, farm.headers = 429, {"Retry-After": "900"}
    hooks.happen("task:update")
    hooks.pump()
    assert jobs.moment(800)[:19] < hooks.deliveries(hook)[0]["due_at"] < jobs.moment(1000)[:19]
    farm.headers = {"Retry-After": "999999"}
    hooks.again()
    assert jobs.moment(3500)[:19] < hooks.deliveries(hook)[0]["due_at"] < jobs.moment(3700)[:19]


def test_after_three_days_a_webhook_is_switched_off_and_admins_are_told(hooks: Hooks, farm: Receiver) -> None:
    hook = hooks.hook(farm.url, name="Render farm")
    hooks.person("Bob", "admin", active=False)
    hooks.person("Moe", "manager")
    farm.answer = 503
    hooks.happen("task:update")
    hooks.pump()
    with hooks.tracker.db.writing():
        old = {"created_at": jobs.moment(-webhooks.GIVEN_UP - 1), "attempts": webhooks.LEAST_ATTEMPTS}
        hooks.tracker.db.run(WebhookDelivery.update(old))
    letters: list[Any] = []
    hooks.tracker.jobs.functions["letter"] = lambda begin, **letter: letters.append(letter)
    hooks.again()
    hooks.pump()
    row = hooks.webhook(hook)
    assert row["active"] is False
    assert "three days" in row["off_reason"]
    assert hooks.deliveries(hook)[0]["due_at"] is None
    (letter,) = letters
    assert letter["to"] == "ann@studio.test"
    assert "Render farm" in letter["subject"]
    assert "503" in letter["text"]
    assert "127.0.0.1" in letter["text"]
    hooks.happen("task:new")
    hooks.again()
    assert len(farm.received) == 2
    seqs_from = hooks.ann.put(f"/data/webhooks/{hook['id']}", {"active": True})
    assert seqs_from["off_reason"] is None
    farm.answer = 200
    seqs = hooks.happen("task:delete")
    hooks.pump()
    assert farm.received[-1].seqs == seqs


def test_a_server_that_was_down_for_three_days_tries_more_than_once(hooks: Hooks, farm: Receiver) -> None:
    hook = hooks.hook(farm.url)
    farm.answer = 503
    hooks.happen("task:update")
    hooks.pump()
    with hooks.tracker.db.writing():
        hooks.tracker.db.run(WebhookDelivery.update(created_at=jobs.moment(-webhooks.GIVEN_UP - 1)))
    hooks.again()
    assert hooks.webhook(hook)["active"] is True


def test_who_is_gone_is_called_no_more(hooks: Hooks, farm: Receiver) -> None:
    hook = hooks.hook(farm.url)
    farm.answer = 410
    hooks.happen("task:update")
    hooks.pump()
    assert hooks.webhook(hook)["active"] is False
    assert "410" in hooks.webhook(hook)["off_reason"]
    hooks.happen("task:update")
    hooks.again()
    assert len(farm.received) == 1


def test_what_leads_elsewhere_is_not_followed(hooks: Hooks, farm: Receiver) -> None:
    with receiver() as other:
        hook = hooks.hook(farm.url)
        farm.answer, farm.headers = 307, {"Location": other.url}
        hooks.happen("task:update")
        hooks.pump()
        assert hooks.deliveries(hook)[0]["status"] == 307
        assert not other.received


def test_private_addresses_are_refused_unless_allowed(tracker: Tracker, farm: Receiver) -> None:
    hooks = Hooks(tracker)
    hook = hooks.hook(farm.url)
    hooks.happen("task:update")
    hooks.pump()
    assert not farm.received
    assert "KITSULITE_PRIVATE_WEBHOOKS" in hooks.deliveries(hook)[0]["error"]


def test_a_dead_receiver_holds_up_no_other(hooks: Hooks, farm: Receiver) -> None:
    held = threading.Event()
    with receiver() as dead:

        def hang(call: Received) -> int:
            held.wait(20)
            return 500

        dead.answer = hang
        for _ in range(3):
            hooks.hook(dead.url)
        hooks.hook(farm.url)
        hooks.tracker.jobs.start()
        try:
            seqs = hooks.happen("task:update")
            soon(lambda: farm.seqs == seqs)
            soon(lambda: len(dead.received) == 3)
            seqs += hooks.happen("task:update")
            soon(lambda: farm.seqs == seqs)
        finally:
            held.set()


def test_who_failed_leaves_room_for_who_did_not(hooks: Hooks, farm: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of many that fail only some are tried at once, so that the threads are not all theirs."""
    hooks.tracker.outward._pump.failing_at_once = 1
    hooks.tracker.outward._pump.at_once = 2
    held = threading.Event()
    with receiver() as dead:
        dead.answer = 500
        for _ in range(3):
            hooks.hook(dead.url)
        hooks.happen("task:update")
        hooks.pump()
        dead.answer = lambda call: held.wait(20) and 500
        hooks.hook(farm.url)
        with hooks.tracker.db.writing():
            hooks.tracker.db.run(EventPlace.update(due_at=None))
        hooks.tracker.jobs.start()
        try:
            soon(lambda: len(dead.received) == 4)
            seqs = hooks.happen("task:update")
            soon(lambda: farm.seqs == seqs)
            assert len(dead.received) == 4
        finally:
            held.set()


def test_inline_webhooks_are_called_by_themselves(hooks: Hooks, farm: Receiver) -> None:
    hooks.hook(farm.url)
    settings = dataclasses.replace(hooks.tracker.settings, jobs="inline")
    with Tracker(settings, first_data=False) as inline:
        with inline.work() as work:
            work.emit("task:update", {})
        soon(lambda: farm.received)


def test_nodes_share_the_work_and_send_nothing_twice(hooks: Hooks, farm: Receiver) -> None:
    hooks.hook(farm.url)
    with Tracker(hooks.tracker.settings, first_data=False) as other:
        hooks.tracker.outward.start()
        other.outward.start()
        seqs = hooks.happen(*["task:update"] * 60)
        soon(lambda: len(farm.seqs) >= 60)
        time.sleep(0.3)
        assert farm.seqs == seqs


# --- by hand ---


def test_a_test_is_sent_by_a_job_and_its_delivery_tells_how_it_went(hooks: Hooks, farm: Receiver) -> None:
    hook = hooks.hook(farm.url, events=["shot:new"])
    made = hooks.ann.post(f"/actions/webhooks/{hook['id']}/test")
    assert made["attempts"] == 0
    hooks.pump()
    (call,) = farm.received
    assert call.json["type"] == "webhook:test"
    (delivery,) = hooks.deliveries(hook)
    assert (delivery["id"], delivery["status"], delivery["first_seq"]) == (made["id"], 204, None)
    assert delivery["duration"] >= 0
    farm.answer = 500
    hooks.ann.post(f"/actions/webhooks/{hook['id']}/test")
    hooks.pump()
    hooks.again()
    assert len(farm.received) == 2  # it is not tried again
    assert hooks.deliveries(hook)[0]["error"]


def test_what_was_sent_can_be_sent_once_more(hooks: Hooks, farm: Receiver) -> None:
    hook = hooks.hook(farm.url)
    seqs = hooks.happen("task:update", "task:new")
    hooks.pump()
    (delivery,) = hooks.deliveries(hook)
    again = f"/actions/webhook-deliveries/{delivery['id']}/redeliver"
    hooks.ann.post(again, status=200)
    hooks.pump()
    first, second = farm.received
    assert first.body == second.body
    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    assert hooks.deliveries(hook)[0]["attempts"] == 2
    with hooks.tracker.db.writing():
        hooks.tracker.db.run(Outgoing.delete().where(Outgoing.number <= seqs[-1]))
    assert "not kept" in hooks.ann.post(again, status=400)["message"]


def test_what_rests_is_sent_at_once_when_it_is_asked_for(hooks: Hooks, farm: Receiver) -> None:
    hook = hooks.hook(farm.url)
    farm.answer = 500
    hooks.happen("task:update")
    hooks.pump()
    farm.answer = 200
    (delivery,) = hooks.deliveries(hook)
    hooks.ann.post(f"/actions/webhook-deliveries/{delivery['id']}/redeliver", status=200)
    hooks.pump()
    assert len(farm.received) == 2
    with hooks.tracker.db.reading():
        assert not hooks.tracker.db.count(Job.select())


def test_a_webhook_is_replayed_from_an_event(hooks: Hooks, farm: Receiver) -> None:
    hook = hooks.hook(farm.url)
    seqs = hooks.happen(*["task:update"] * 3)
    hooks.pump()
    hooks.ann.post(f"/actions/webhooks/{hook['id']}/replay", {"after": seqs[0]}, status=200)
    hooks.pump()
    first, second = farm.received
    assert second.seqs == seqs[1:]
    assert first.headers["webhook-id"] != second.headers["webhook-id"]
    for after in (-1, seqs[-1] + 1):
        hooks.ann.post(f"/actions/webhooks/{hook['id']}/replay", {"after": after}, status=400)
    hooks.ann.put(f"/data/webhooks/{hook['id']}", {"active": False})
    assert "off" in hooks.ann.post(f"/actions/webhooks/{hook['id']}/replay", {"after": 0}, status=400)["message"]


def test_a_change_holds_for_what_waits(hooks: Hooks, farm: Receiver) -> None:
    with receiver() as new:
        hook = hooks.hook(farm.url)
        farm.answer = 500
        seqs = hooks.happen("task:update", "shot:new")
        hooks.pump()
        hooks.ann.put(f"/data/webhooks/{hook['id']}", {"url": new.url, "events": ["shot:*"]})
        hooks.again()
        assert new.seqs == seqs[1:]
        assert new.received[0].headers["webhook-id"] != farm.received[0].headers["webhook-id"]
        assert [delivery["due_at"] for delivery in hooks.deliveries(hook)] == [None, None]


def test_a_webhook_that_changes_while_it_is_called_is_looked_at_anew(hooks: Hooks, farm: Receiver) -> None:
    hook = hooks.hook(farm.url)

    def switch_off(call: Received) -> int:
        hooks.ann.put(f"/data/webhooks/{hook['id']}", {"active": False})
        return 200

    farm.answer = switch_off
    hooks.happen(*["task:update"] * 150)
    hooks.pump()
    hooks.pump()
    assert len(farm.received) == 1


def test_what_is_removed_is_called_no_more(hooks: Hooks, farm: Receiver) -> None:
    hook = hooks.hook(farm.url)
    hooks.happen("task:update")
    hooks.pump()
    hooks.ann.delete(f"/data/webhooks/{hook['id']}")
    hooks.ann.get(f"/data/webhooks/{hook['id']}", status=404)
    hooks.happen("task:update")
    hooks.pump()
    assert len(farm.received) == 1
    with hooks.tracker.db.reading():
        assert not hooks.tracker.db.count(WebhookDelivery.select())
        assert not places.find(hooks.tracker.db, [webhooks.place_of(hook["id"])])


def test_deliveries_of_long_ago_are_forgotten(hooks: Hooks, farm: Receiver) -> None:
    hook = hooks.hook(farm.url)
    hooks.happen("task:update")
    hooks.pump()
    hooks.happen("task:update")
    hooks.pump()
    old = hooks.deliveries(hook)[1]
    hooks.store(WebhookDelivery, old["id"], created_at=jobs.moment(-webhooks.KEPT - 60))
    webhooks.tidy(hooks.tracker.work)
    (kept,) = hooks.deliveries(hook)
    assert kept["id"] != old["id"]


def test_deliveries_come_page_by_page(hooks: Hooks, farm: Receiver) -> None:
    hook = hooks.hook(farm.url)
    for _ in range(5):
        hooks.happen("task:update")
        hooks.pump()
    path = f"/data/webhooks/{hook['id']}/deliveries"
    first, last = hooks.ann.get(f"{path}?limit=2"), hooks.ann.get(f"{path}?limit=2&page=3")
    assert (first["total"], first["nb_pages"], len(first["data"]), len(last["data"])) == (5, 3, 2, 1)
    seqs = [row["first_seq"] for row in first["data"] + last["data"]]
    assert seqs == sorted(seqs, reverse=True)


# --- who may, and what can be said ---


@pytest.mark.parametrize(
    ("body", "complaint"),
    [
        ({"url": "ftp://farm.test/x"}, "https://"),
        ({"url": "javascript:alert(1)"}, "https://"),
        ({"url": "https://"}, "https://"),
        ({"events": ["task"]}, "names no events"),
        ({"events": []}, "at least 1"),
        ({"project_ids": ["00000000-0000-4000-8000-000000000000"]}, "no production"),
        ({"project_ids": ["x"]}, "no production"),
        ({"template": "fax"}, "template"),
        ({"name": " "}, "name"),
    ],
)
def test_a_webhook_makes_sense(hooks: Hooks, body: Row, complaint: str) -> None:
    good = {"name": "Farm", "url": "https://farm.studio.test/hook"}
    assert complaint in hooks.ann.call("POST", "/data/webhooks", {**good, **body}).text
    hook = hooks.hook(good["url"])
    answer = hooks.ann.call("PUT", f"/data/webhooks/{hook['id']}", body)
    assert answer.status == 400
    assert complaint in answer.text
    assert len(hooks.ann.get("/data/webhooks")) == 1


@pytest.mark.parametrize("role", ["manager", "supervisor", "user", "vendor", "client"])
def test_webhooks_are_for_admins(hooks: Hooks, role: str) -> None:
    hook = hooks.hook("https://farm.studio.test/hook")
    somebody = hooks.person(role=role)
    somebody.get("/data/webhooks", status=403)
    somebody.post("/data/webhooks", {"name": "x", "url": "https://x.test"}, status=403)
    for path in ("test", "replay", "rotate-secret"):
        somebody.post(f"/actions/webhooks/{hook['id']}/{path}", {"after": 0}, status=403)


def test_what_is_done_to_webhooks_is_for_admins_to_know_and_for_no_webhook(hooks: Hooks, farm: Receiver) -> None:
    hooks.hook(farm.url)
    hook = hooks.hook(farm.url)
    hooks.ann.put(f"/data/webhooks/{hook['id']}", {"url": "https://farm.studio.test/secret"})
    hooks.ann.post(f"/actions/webhooks/{hook['id']}/rotate-secret", status=200)
    hooks.ann.delete(f"/data/webhooks/{hook['id']}")
    hooks.pump()
    assert not farm.received
    with hooks.tracker.db.reading():
        told = [event for event in outbox.read_after(hooks.tracker.db, 0) if event.name.startswith("webhook:")]
    assert [event.name for event in told] == [
        f"webhook:{what}" for what in ("new", "new", "update", "update", "delete")
    ]
    assert {event.hearers for event in told} == {frozenset({"admin"})}
    assert {event.user_id for event in told} == {hooks.ann.id}
    assert told[2].data == {"webhook_id": hook["id"]}
    assert told[2].fields == {"url": [farm.url, "https://farm.studio.test/secret"]}
    assert told[3].fields is None


# --- moving ---


def test_a_webhook_moves_with_its_secret_and_hears_from_then_on(
    hooks: Hooks, farm: Receiver, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    hook = hooks.hook(farm.url)
    hooks.happen("task:update")
    settings = hooks.tracker.settings
    monkeypatch.setenv("SECRET_KEY", settings.secret_key)
    where = ["--data", settings.data] + (["--database", settings.database] if settings.database else [])
    assert main(["dump", str(tmp_path / "studio.jsonl"), *where]) == 0
    monkeypatch.setenv("SECRET_KEY", "another key, which is long enough to be one")
    assert main(["load", str(tmp_path / "studio.jsonl"), "--data", str(tmp_path / "new")]) == 0
    moved = dataclasses.replace(
        settings, data=str(tmp_path / "new"), database="", secret_key="another key, which is long enough to be one"
    )
    with Tracker(moved, first_data=False) as tracker:
        there = Hooks.__new__(Hooks)
        Studio.__init__(there, tracker)
        there.pump()
        seqs = there.happen("task:update")
        there.pump()
    assert farm.received[-1].seqs == seqs
    call = farm.received[-1]
    stamp, id = int(call.headers["webhook-timestamp"]), call.headers["webhook-id"]
    assert signed(hook["secret"], id, stamp, call.body)["webhook-signature"] == call.headers["webhook-signature"]


def test_with_the_key_of_the_studio_lost_a_webhook_is_switched_off(hooks: Hooks, farm: Receiver) -> None:
    from kitsulite.models import keyprint
    from kitsulite.storage.seal import Seal

    hook = hooks.hook(farm.url)
    with hooks.tracker.db.writing():
        keyprint.seal_anew(hooks.tracker.db, None, Seal("another"))
    row = hooks.stored(Webhook, hook["id"])
    assert row["active"] is False
    assert "key" in row["off_reason"]
