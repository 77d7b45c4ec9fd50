"""Search (docs/api/studio.md)."""

from typing import Annotated, Any

import msgspec

from kitsulite.access.rules import signed_in
from kitsulite.areas.studio import search
from kitsulite.web.call import Call
from kitsulite.web.inputs import IdOrNone
from kitsulite.web.routing import Route, post


class Search(msgspec.Struct):
    """What to look for. `limit` and `offset` count for each of the indexes."""

    query: str
    project_id: IdOrNone = None
    limit: Annotated[int, msgspec.Meta(ge=1)] = 3
    offset: Annotated[int, msgspec.Meta(ge=0)] = 0
    index_names: list[str] = msgspec.field(default_factory=lambda: list(search.KINDS))


def find(call: Call, body: Search) -> Any:
    """The persons, assets and shots that match some words."""
    return search.search(
        call.begin,
        body.query,
        project_id=body.project_id or None,
        limit=body.limit,
        offset=body.offset,
        kinds=body.index_names,
    )


ROUTES: list[Route] = [
    post("/data/search", signed_in, find, takes=Search, alone=True, status=200),
]
