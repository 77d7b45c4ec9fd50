"""The studio's tables (`TABLES`, by name), and the one place that turns their rows into wire shapes (`shapes`)."""

from kitsulite.models import (
    entities,
    feed,
    files,
    outbox,
    own,
    people,
    previewplaces,
    productions,
    reviews,
    rooms,
    schedules,
    tasks,
    tools,
    webhooks,
)
from kitsulite.models.base import TABLES, Link, Record, Relation, Table
from kitsulite.models.fields import BadFilter, BadValue, Column, is_uuid, new_id, now

__all__ = [
    "TABLES",
    "BadFilter",
    "BadValue",
    "Column",
    "Link",
    "Record",
    "Relation",
    "Table",
    "entities",
    "feed",
    "files",
    "is_uuid",
    "new_id",
    "now",
    "outbox",
    "own",
    "people",
    "previewplaces",
    "productions",
    "reviews",
    "rooms",
    "schedules",
    "tasks",
    "tools",
    "webhooks",
]
