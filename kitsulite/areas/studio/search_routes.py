"""Search."""

from typing import Annotated, Any

import msgspec

from kitsulite.access.callers import signed_in
from kitsulite.areas.studio import search
from kitsulite.models.people_shapes import SAFE
from kitsulite.models.project_shapes import PROJECT
from kitsulite.web.inputs import Id, IdOrNone
from kitsulite.web.routing import Merged, Route, post
from kitsulite.work.work import Begin


class Search(msgspec.Struct):
    """What to look for. `limit` and `offset` count for each of the indexes."""

    query: str
    project_id: IdOrNone = None
    limit: Annotated[int, msgspec.Meta(ge=1)] = 3
    offset: Annotated[int, msgspec.Meta(ge=0)] = 0
    index_names: list[str] = msgspec.field(default_factory=lambda: list(search.KINDS))


def find(begin: Begin, body: Search) -> Any:
    """The persons, assets and shots that match some words."""
    return search.search(
        begin,
        body.query,
        project_id=body.project_id or None,
        limit=body.limit,
        offset=body.offset,
        kinds=body.index_names,
    )


MATCHED = {"matched_terms": list[str]}
FOUND = {
    "persons": [Merged(SAFE.with_relations(), MATCHED)],
    "assets": [Merged(search.ASSET, MATCHED)],
    "shots": [Merged(search.SHOT, {"episode": str | None, "episode_id": Id | None}, MATCHED)],
    "projects": [Merged(PROJECT, MATCHED)],
}
ROUTES: list[Route] = [
    post("/data/search", signed_in, find, takes=Search, gives=FOUND, alone=True, status=200),
]
