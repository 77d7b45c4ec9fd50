"""Webhooks: addresses that are called when something happens, and the ledger of the calls (docs/webhooks.md)."""

from kitsulite.models.base import Record
from kitsulite.models.fields import BigInteger, Boolean, DateTime, Integer, Reference, Texts, constant
from kitsulite.models.textfields import Choice, Sealed, String, Text, Url

TEMPLATES = ("json", "slack", "mattermost", "discord")


class Webhook(Record):
    """An address that is told of events.

    events       patterns of names, or words that stand for some (`live/webhooks.py`)
    project_ids  the productions whose events it is told of; of all, and of the studio's own, when there are none
    template     what it is sent: the event as JSON, or a sentence for a chat
    off_reason   why it was switched off, when it was not an admin who did
    """

    name = String(80, null=False)
    url = Url(2000, null=False)
    events = Texts(null=False, default=constant(["*"]))
    project_ids = Texts(null=False, default=constant([]))
    template = Choice(*TEMPLATES, null=False, default="json")
    secret = Sealed(100, null=False, hidden=True)
    active = Boolean(null=False, default=True)
    off_reason = Text()
    created_by = Reference("person", erased="cleared")

    class Meta:
        table_name = "webhook"


class WebhookDelivery(Record):
    """One message to a webhook, and how it went; `webhook-id` is made of its id.

    first_seq, last_seq  the first and the last event in it, by their places in the outbox; of a test there are none
    attempts             how often it was sent, the last time with this status, duration (ms) and error
    due_at               when it is sent again
    """

    webhook_id = Reference("webhook", null=False, cascade=True, erased="along")
    first_seq = BigInteger()
    last_seq = BigInteger()
    events = Integer(null=False, default=0)
    attempts = Integer(null=False, default=0)
    status = Integer()
    duration = Integer()
    error = Text()
    due_at = DateTime()
    delivered_at = DateTime()

    class Meta:
        table_name = "webhook_delivery"
