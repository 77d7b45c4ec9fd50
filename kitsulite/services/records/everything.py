"""All collections, in the order of the contract (02, 3.1 by area)."""

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
