"""Webhooks: addresses that an admin has told of events (docs/webhooks.md). How they are called is in `live/webhooks.py`."""

from collections.abc import Iterable
from typing import Any

from kitsulite.areas.telling import letters
from kitsulite.areas.telling.chatwords import speak
from kitsulite.live import outbox, places
from kitsulite.live.calling import Undelivered, host_of
from kitsulite.live.patterns import BadPattern, read
from kitsulite.live.signing import BadSecret, key_of, new_secret
from kitsulite.live.webhooks import PRESETS, Sender, events_of, open_delivery, place_of
from kitsulite.models.people import Person
from kitsulite.models.productions import Project
from kitsulite.models.shapes import Raw, Shape, many
from kitsulite.models.webhooks import Webhook, WebhookDelivery
from kitsulite.rows.filters import read_row
from kitsulite.rows.pages import paged
from kitsulite.storage import Row, Wire
from kitsulite.work.errors import WrongParameter
from kitsulite.work.jobs import Duty
from kitsulite.work.work import Begin, Work

PLACE = "(SELECT place.{} FROM event_place AS place WHERE place.name = 'webhook:' || CAST(webhook.id AS TEXT))"
WEBHOOK = Shape(
    Webhook,
    plus={
        "seq": Wire(PLACE.format("seq"), "integer"),
        "failing_since": Wire(PLACE.format("failing_since"), "datetime"),
        "due_at": Wire(PLACE.format("due_at"), "datetime"),
        "error": Wire(PLACE.format("error")),
    },
)
"""With how far it has come, and what is wrong with it if anything is."""
DELIVERY = Shape(WebhookDelivery)
BY_HAND = "send_to_webhook"
OFF = "This webhook is switched off: switch it on first."


# --- looking ---


def list_webhooks(work: Work) -> Raw:
    """Every webhook, by name."""
    return many(work.db, WEBHOOK.select(work.db).order_by(Webhook.name, Webhook.id))


def show_webhook(work: Work, webhook: Row) -> Raw:
    """One webhook."""
    return work.show(WEBHOOK, webhook["id"])


def list_deliveries(work: Work, webhook: Row, page: int = 1, limit: int | None = None) -> Any:
    """What was sent to a webhook, a page of it, the latest first."""
    query = DELIVERY.select(work.db).where(WebhookDelivery.webhook_id == webhook["id"])
    return paged(work, query, WebhookDelivery, max(page, 1), limit)


# --- changing ---


def create_webhook(work: Work, values: Row) -> tuple[str, str]:
    """A new webhook, which hears from now on; its id and its secret, which is not shown again."""
    secret = values.get("secret") or new_secret()
    checked = _checked(work, {**values, "secret": secret})
    id = work.insert(Webhook, created_by=work.caller.id, **checked)
    assert id
    places.begin(work.db, place_of(id), outbox.last(work.db))
    _tell(work, "new", id)
    return id, secret


def update_webhook(work: Work, webhook: Row, values: Row) -> None:
    """Change what is given of a webhook. Who is switched on again hears from then on."""
    values = _checked(work, values)
    if values.get("active") and not webhook["active"]:
        values["off_reason"] = None
        places.move(work.db, place_of(webhook["id"]), outbox.last(work.db))
    work.update(Webhook, webhook["id"], **values)
    _tell(work, "update", webhook["id"])


def remove_webhook(work: Work, webhook: Row) -> None:
    """Remove a webhook with its deliveries."""
    places.forget(work.db, place_of(webhook["id"]))
    work.delete(WebhookDelivery, WebhookDelivery.webhook_id == webhook["id"])
    work.foresee(Webhook, webhook)
    work.delete(Webhook, Webhook.id == webhook["id"])
    _tell(work, "delete", webhook["id"])


def rotate_secret(work: Work, webhook: Row) -> str:
    """A new secret, which is shown this once; what is sent from now on is signed with it."""
    secret = new_secret()
    work.update(Webhook, webhook["id"], secret=work.keys.seal.close(secret))
    _tell(work, "update", webhook["id"])
    return secret


def replay(work: Work, webhook: Row, after: int) -> None:
    """Send again all that it wants of what came after this event."""
    if not webhook["active"]:
        raise WrongParameter(OFF)
    if not 0 <= after <= outbox.last(work.db):
        raise WrongParameter(f"There is no event {after}: the last one is {outbox.last(work.db)}.")
    places.move(work.db, place_of(webhook["id"]), after)


def _tell(work: Work, action: str, id: str) -> None:
    """For admins: who has what told elsewhere stands in the log of events."""
    work.emit(f"webhook:{action}", {"webhook_id": id})


def _checked(work: Work, values: Row) -> Row:
    """The columns among these as they are stored; WrongParameter, BadValue."""
    values = {key: value for key, value in values.items() if value is not None}
    try:
        if "url" in values:
            host_of(values["url"])
        if "events" in values:
            values["events"] = _events(values["events"])
        if "secret" in values:
            key_of(values["secret"])
    except Undelivered:
        raise WrongParameter("The url of a webhook is an address such as https://farm.studio.com/hook.") from None
    except (BadPattern, BadSecret) as problem:
        raise WrongParameter(str(problem)) from None
    for id in values.get("project_ids", ()):
        if work.find(Project, id) is None:
            raise WrongParameter(f"There is no production {id}.")
    values = read_row(Webhook, values)
    if "secret" in values:
        values["secret"] = work.keys.seal.close(values["secret"])
    return values


def _events(events: Iterable[str]) -> list[str]:
    words = [word for word in events if word in PRESETS]
    patterns = [pattern for pattern in events if pattern not in PRESETS]
    return [*words, *(read(patterns) if patterns or not words else ())]


# --- by hand ---


def prepare_test(work: Work, webhook: Row) -> str:
    """A message that says nothing but that it is a test; the id of the delivery, which has still to be sent."""
    return str(open_delivery(work, webhook["id"])["id"])


def prepare_again(work: Work, delivery: Row) -> bool:
    """Have a message sent once more. Whether it has to be sent by hand: what is waiting for its turn anyway has it now."""
    webhook = work.get(Webhook, delivery["webhook_id"])
    if delivery["due_at"] is not None and webhook["active"]:
        places.hurry(work.db, place_of(webhook["id"]))
        return False
    if delivery["first_seq"] is not None and not events_of(work, webhook, delivery):
        raise WrongParameter("What was sent is not kept any more, or the webhook does not want it now.")
    return True


def test_webhook(work: Work, webhook: Row) -> Raw:
    """Send a test; its delivery tells how it went."""
    id = prepare_test(work, webhook)
    work.enqueue(BY_HAND, delivery_id=id)
    return work.show(DELIVERY, id)


def redeliver(work: Work, delivery: Row) -> Raw:
    """Send a message once more."""
    if prepare_again(work, delivery):
        work.enqueue(BY_HAND, delivery_id=delivery["id"])
    return work.show(DELIVERY, delivery["id"])


def send_by_hand(begin: Begin, delivery_id: str) -> Row:
    """Send a message now; its delivery, which tells how it went."""
    SENDER.send_now(begin, delivery_id)
    with begin(writes=False) as work:
        return work.get(WebhookDelivery, delivery_id)


def _send(begin: Begin, delivery_id: str) -> None:
    with begin(writes=False) as work:
        if work.find(WebhookDelivery, delivery_id) is None:  # it was removed with its webhook
            return
    SENDER.send_now(begin, delivery_id)


JOBS = {BY_HAND: Duty(_send, calls_out=True)}


# --- the end ---


def tell_of_end(work: Work, webhook: Row, reason: str) -> None:
    """Write to every admin that a webhook was switched off."""
    _tell(work, "update", webhook["id"])
    admins = Person.select().where(Person.role == "admin", Person.active, ~Person.is_bot)
    for admin in work.db.rows(admins):
        letters.send(work, admin, "webhook_off", webhook=webhook["name"], host=host_of(webhook["url"]), reason=reason)


SENDER = Sender(speak, tell_of_end)
"""Calls webhooks, in the words of this studio."""
