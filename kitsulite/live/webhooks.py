"""Calling webhooks: what they are sent, signed, and what comes of it (docs/webhooks.md).

Each webhook is a line of its own: what it wants it gets in the order in which it happened, and what follows waits for what was
not taken. Events that wait are sent together. All that is sent is written down in the ledger before it is sent.
"""

import datetime
import math
import time
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import msgspec

from kitsulite.live import outbox
from kitsulite.live.calling import Undelivered, send
from kitsulite.live.outbox import Told
from kitsulite.live.patterns import matches
from kitsulite.live.pump import Changed, Line, NotNow, Step
from kitsulite.live.signing import signed
from kitsulite.models import now
from kitsulite.models.fields import MOMENT
from kitsulite.models.tasks import TaskStatus
from kitsulite.models.webhooks import Webhook, WebhookDelivery
from kitsulite.storage import Database, Row
from kitsulite.work.jobs import moment
from kitsulite.work.work import Begin, Work

SECONDS = 15.0
"""That a receiver has to answer."""
MOST, MOST_SAID = 100, 10
"""Events that are sent together, as JSON and as sentences."""
LONGEST_FIELDS = 256 * 1024
"""Bytes of what changed that are told; of more than that a receiver is not told."""
FIRST_PAUSE, LONGER, LONGEST_PAUSE = 5.0, 4.0, 3 * 3600.0
"""Seconds after the first failure, how many times longer each further pause is, and the longest."""
MOST_WAIT = 3600.0
"""Seconds for which a receiver may ask to be left alone."""
GIVEN_UP, LEAST_ATTEMPTS = 3 * 24 * 3600, 12
"""Seconds after which a webhook that took nothing, so often, is switched off."""
KEPT = 30 * 24 * 3600
"""Seconds that a delivery can be looked at."""
GONE = 410
RETAKES = "retakes"
PRESETS = {
    RETAKES: ("task:status-changed",),
    "publishes": ("preview-file:new",),
    "comments": ("comment:new", "comment:reply"),
    "assignments": ("task:assign",),
    "everything": ("*",),
}
"""Words that stand for events. Of the first only those count that ask for a retake."""
OF_WEBHOOKS = "webhook:"
"""Of these none is told: the address of one may be all that it takes to write to its channel."""
TEST = f"{OF_WEBHOOKS}test"

Speak = Callable[[Work, str, Sequence[Told]], Any]
"""What is sent to a chat of this kind: a body, or None when there is nothing to say."""


class Outcome(NamedTuple):
    """What came of a call: the status, if there was an answer, milliseconds, what was wrong, and the wait that was asked for."""

    status: int | None
    duration: int
    error: str | None
    wait: float

    @property
    def is_well(self) -> bool:
        return self.error is None


class Sender:
    """Sends what webhooks want.

    speak  makes a message for a chat
    ended  is told, in the transaction, of a webhook that was switched off
    """

    def __init__(self, speak: Speak, ended: Callable[[Work, Row, str], None]) -> None:
        self.speak = speak
        self.ended = ended

    def lines(self, db: Database, begin: Begin) -> list[Line]:
        """A line for each webhook that is on; within a transaction."""
        found = db.rows(Webhook.select().where(Webhook.active))
        retakes = retake_statuses(db) if any(RETAKES in webhook["events"] for webhook in found) else frozenset()
        return [self._line(webhook, begin, retakes) for webhook in found]

    def _line(self, webhook: Row, begin: Begin, retakes: frozenset[str]) -> Line:
        def hand(events: list[Told]) -> Step:
            return self._hand(begin, webhook, events)

        most = MOST if webhook["template"] == "json" else MOST_SAID
        return Line(place_of(webhook["id"]), wanted_by(webhook, retakes), hand, most)

    def _hand(self, begin: Begin, webhook: Row, events: list[Told]) -> Step:
        with begin() as work:
            if (now_so := work.find(Webhook, webhook["id"])) is None or now_so["updated_at"] != webhook["updated_at"]:
                raise Changed
            delivery = _open_delivery(work, webhook["id"], events)
        events = [event for event in events if event.seq <= delivery["last_seq"]]
        outcome = self._send(begin, webhook, delivery, events)
        if outcome is None or outcome.is_well:
            return Step(delivery["last_seq"], lambda work: _note(work, delivery, outcome))
        pause = max(_pause_after(delivery["attempts"] + 1), outcome.wait)
        why = _end_of(delivery, outcome)
        if why:
            why += f" What it did not take begins after event {delivery['first_seq'] - 1}."

        def note(work: Work) -> None:
            _note(work, delivery, outcome, due_at=None if why else moment(pause))
            if why:
                work.update(Webhook, webhook["id"], active=False, off_reason=why)
                self.ended(work, webhook, why)

        raise NotNow(outcome.error or "", pause, note)

    def send_now(self, begin: Begin, delivery_id: str) -> None:
        """Send a message of the ledger now, once, whatever comes of it: a test, or what was sent before."""
        with begin(writes=False) as work:
            delivery = work.get(WebhookDelivery, delivery_id)
            webhook = work.get(Webhook, delivery["webhook_id"])
            events = events_of(work, webhook, delivery)
        outcome = self._send(begin, webhook, delivery, events)
        with begin() as work:
            _note(work, delivery, outcome)

    def _send(self, begin: Begin, webhook: Row, delivery: Row, events: list[Told]) -> Outcome | None:
        """Call a webhook; None when there is nothing to say."""
        with begin(writes=False) as work:
            said = self._body(work, webhook, events)
            secret = work.keys.seal.open(webhook["secret"])
            anywhere = work.settings.private_webhooks
        if said is None:
            return None
        body = msgspec.json.encode(said)
        headers = signed(secret, message_id(delivery["id"]), int(time.time()), body)
        begun = time.monotonic()
        wait, status, error = 0.0, None, None
        try:
            reply = send("POST", webhook["url"], body, headers, anywhere=anywhere, seconds=SECONDS)
        except Undelivered as problem:
            error = str(problem)
        else:
            status, wait = reply.status, min(reply.wait or 0.0, MOST_WAIT)
            if not 200 <= status < 300:
                error = f"It answered {status} {reply.reason}".strip()
        return Outcome(status, round((time.monotonic() - begun) * 1000), error, wait)

    def _body(self, work: Work, webhook: Row, events: list[Told]) -> Any:
        if webhook["template"] != "json":
            return self.speak(work, webhook["template"], events)
        if not events:
            return {"type": TEST, "timestamp": _zoned(now()), "data": {"webhook_id": webhook["id"]}}
        told = [as_json(event) for event in events]
        if len(told) == 1:
            return told[0]
        return {"type": "events", "timestamp": told[-1]["timestamp"], "data": told}


def place_of(webhook_id: str) -> str:
    """The name of the place of a webhook."""
    return f"webhook:{webhook_id}"


def message_id(delivery_id: str) -> str:
    """What a message is called: the same each time that it is sent."""
    return f"msg_{delivery_id.replace('-', '')}"


def as_json(event: Told) -> dict[str, Any]:
    """An event as receivers read it."""
    fields = event.fields
    if fields is not None and len(msgspec.json.encode(fields)) > LONGEST_FIELDS:
        fields = None
    return {
        "type": event.name,
        "timestamp": _zoned(event.created_at),
        "data": event.data,
        "seq": event.seq,
        "id": event.id,
        "project_id": event.project_id,
        "user_id": event.user_id,
        "fields": fields,
    }


def _zoned(moment: str) -> str:
    return f"{moment}Z"


# --- what a webhook wants ---


def wanted_by(webhook: Row, retakes: frozenset[str]) -> Callable[[Told], bool]:
    """Whether an event is for a webhook.

    retakes  the statuses that ask for one
    """
    words = [word for word in webhook["events"] if word in PRESETS and word != RETAKES]
    patterns = {*webhook["events"], *(pattern for word in words for pattern in PRESETS[word])}
    productions = frozenset(webhook["project_ids"])
    wants_retakes = RETAKES in patterns

    def wants(event: Told) -> bool:
        if event.name.startswith(OF_WEBHOOKS) or (productions and event.project_id not in productions):
            return False
        if matches(patterns, event.name):
            return True
        return wants_retakes and event.name in PRESETS[RETAKES] and event.data.get("new_task_status_id") in retakes

    return wants


def retake_statuses(db: Database) -> frozenset[str]:
    """The task statuses that ask for a retake."""
    return frozenset(db.values(TaskStatus.select(TaskStatus.id).where(TaskStatus.is_retake)))


def events_of(work: Work, webhook: Row, delivery: Row) -> list[Told]:
    """The events that a message told of, as far as they are kept, and wanted yet."""
    if delivery["first_seq"] is None:
        return []
    wants = wanted_by(webhook, retake_statuses(work.db))
    found: list[Told] = []
    seq, end = delivery["first_seq"] - 1, delivery["last_seq"]
    while seq < end:
        part = outbox.read_after(work.db, seq, live=False)
        found += [event for event in part if event.seq <= end and wants(event)]
        seq = part[-1].seq if part else end
    return found


# --- the ledger ---


def open_delivery(work: Work, webhook_id: str, **values: Any) -> Row:
    """A new message."""
    id = work.insert(WebhookDelivery, webhook_id=webhook_id, **values)
    return work.get(WebhookDelivery, id)


def tidy(begin: Begin) -> None:
    """Forget deliveries of long ago."""
    with begin() as work:
        is_old = WebhookDelivery.created_at < moment(-KEPT)
        work.delete(WebhookDelivery, is_old, WebhookDelivery.due_at.is_null())


def _open_delivery(work: Work, webhook_id: str, events: list[Told]) -> Row:
    """The message that tells of these events: the one that was not taken before, else a new one."""
    table = WebhookDelivery
    for waiting in work.db.rows(table.select().where(table.webhook_id == webhook_id, table.due_at.is_null(False))):
        if waiting["first_seq"] == events[0].seq:
            return waiting
        work.update(table, waiting["id"], due_at=None)  # the webhook wants other events now, or begins anew
    first, last = events[0].seq, events[-1].seq
    return open_delivery(work, webhook_id, first_seq=first, last_seq=last, events=len(events), due_at=now())


def _note(work: Work, delivery: Row, outcome: Outcome | None, *, due_at: str | None = None) -> None:
    values: Row = {"due_at": due_at}
    if outcome is not None:
        values |= {"status": outcome.status, "duration": outcome.duration, "error": outcome.error}
        values["attempts"] = WebhookDelivery.attempts + 1
    if outcome is None or outcome.is_well:
        values["delivered_at"] = now()
    work.db.run(WebhookDelivery.update(updated_at=now(), **values).where(WebhookDelivery.id == delivery["id"]))


def _end_of(delivery: Row, outcome: Outcome) -> str | None:
    """Why a webhook is switched off now, if it is."""
    if outcome.status == GONE:
        return f"It answered {GONE}: there is nobody any more who wants to hear."
    age = datetime.datetime.now(datetime.UTC) - datetime.datetime.strptime(delivery["created_at"], MOMENT).replace(
        tzinfo=datetime.UTC
    )
    if age.total_seconds() >= GIVEN_UP and delivery["attempts"] + 1 >= LEAST_ATTEMPTS:
        return f"It took nothing for three days. The last time: {outcome.error}"
    return None


def _pause_after(attempts: int) -> float:
    return min(FIRST_PAUSE * math.pow(LONGER, min(attempts - 1, 20)), LONGEST_PAUSE)
