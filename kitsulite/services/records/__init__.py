"""Every table over the wire: one line a collection, and a class for each that has rules of its own."""

from kitsulite.services.records import (
    comments,
    entities,
    files,
    people,
    previews,
    productions,
    schedules,
    tasks,
    tools,
)
from kitsulite.services.records.collection import Collection

COLLECTIONS: list[Collection] = [
    *people.COLLECTIONS,
    *productions.COLLECTIONS,
    *schedules.COLLECTIONS,
    *entities.COLLECTIONS,
    *tasks.COLLECTIONS,
    *comments.COLLECTIONS,
    *previews.COLLECTIONS,
    *files.COLLECTIONS,
    *tools.COLLECTIONS,
]
