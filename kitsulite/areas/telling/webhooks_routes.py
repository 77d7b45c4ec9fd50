"""Webhooks: who is told of events, how that goes, and what is sent once more."""

from typing import Annotated, Any, Literal

import msgspec

from kitsulite.access.callers import admin
from kitsulite.access.rules import Asked, Given, Rule
from kitsulite.areas.telling import webhooks
from kitsulite.models.shapes import read
from kitsulite.models.webhooks import Webhook, WebhookDelivery
from kitsulite.storage import Row
from kitsulite.web.inputs import Count, Name
from kitsulite.web.paged import paged
from kitsulite.web.routing import Merged, Route, delete, get, post, put
from kitsulite.work.work import Work

Template = Literal["json", "slack", "mattermost", "discord"]
Events = Annotated[list[str], msgspec.Meta(min_length=1)]


class NewWebhook(msgspec.Struct):
    """A new webhook; of all events when it names none, and with a secret of its own when none is given."""

    name: Name
    url: Name
    events: Events | None = None
    project_ids: list[str] = []
    template: Template = "json"
    secret: str | None = None
    active: bool = True


class WebhookChange(msgspec.Struct):
    """What changes of a webhook; null leaves it."""

    name: Name | None = None
    url: Name | None = None
    events: Events | None = None
    project_ids: list[str] | None = None
    template: Template | None = None
    active: bool | None = None


class Page(msgspec.Struct):
    """Which page."""

    page: Count = 1
    limit: Count | None = None


class From(msgspec.Struct):
    """After which event."""

    after: int


def create_webhook(work: Work, body: NewWebhook) -> Row:
    """A new webhook. Its secret is shown this once."""
    id, secret = webhooks.create_webhook(work, msgspec.structs.asdict(body))
    return {**read(work.show(webhooks.WEBHOOK, id)), "secret": secret}


def update_webhook(work: Work, webhook: Row, body: WebhookChange) -> Any:
    """Change a webhook."""
    webhooks.update_webhook(work, webhook, msgspec.structs.asdict(body))
    return webhooks.show_webhook(work, webhook)


def rotate_secret(work: Work, webhook: Row) -> Row:
    """A new secret, which is shown this once."""
    secret = webhooks.rotate_secret(work, webhook)
    return {**read(webhooks.show_webhook(work, webhook)), "secret": secret}


def replay(work: Work, webhook: Row, after: int) -> Any:
    """Send again what came after an event."""
    webhooks.replay(work, webhook, after)
    return webhooks.show_webhook(work, webhook)


def _of_webhook(work: Work, asked: Asked) -> Given:
    admin.check(work, asked)
    return {"webhook": work.get(Webhook, asked.path["webhook_id"])}


def _of_delivery(work: Work, asked: Asked) -> Given:
    admin.check(work, asked)
    return {"delivery": work.get(WebhookDelivery, asked.path["webhook_delivery_id"])}


ALL = "/data/webhooks"
ONE = f"{ALL}/{{webhook_id}}"
ACTIONS = "/actions/webhooks/{webhook_id}"
of_webhook = Rule(admin.name, _of_webhook, hands=("webhook",), asks=admin.asks)
of_delivery = Rule(admin.name, _of_delivery, hands=("delivery",), asks=admin.asks)
WITH_SECRET = Merged(webhooks.WEBHOOK, {"secret": str})
ROUTES: list[Route] = [
    get(ALL, admin, webhooks.list_webhooks, gives=[webhooks.WEBHOOK]),
    post(ALL, admin, create_webhook, takes=NewWebhook, gives=WITH_SECRET, status=201),
    get(ONE, of_webhook, webhooks.show_webhook, gives=webhooks.WEBHOOK),
    put(ONE, of_webhook, update_webhook, takes=WebhookChange, gives=webhooks.WEBHOOK),
    delete(ONE, of_webhook, webhooks.remove_webhook),
    get(f"{ONE}/deliveries", of_webhook, webhooks.list_deliveries, query=Page, gives=paged(webhooks.DELIVERY)),
    post(f"{ACTIONS}/test", of_webhook, webhooks.test_webhook, gives=webhooks.DELIVERY, status=201),
    post(f"{ACTIONS}/replay", of_webhook, replay, takes=From, gives=webhooks.WEBHOOK, status=200),
    post(f"{ACTIONS}/rotate-secret", of_webhook, rotate_secret, gives=WITH_SECRET, status=200),
    post(
        "/actions/webhook-deliveries/{webhook_delivery_id}/redeliver",
        of_delivery,
        webhooks.redeliver,
        gives=webhooks.DELIVERY,
        status=200,
    ),
]
