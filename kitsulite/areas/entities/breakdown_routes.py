"""Castings: what shots, episodes and assets are made of."""

from typing import Annotated, Any

import msgspec

from kitsulite.access.callers import project_manager
from kitsulite.access.entities import has_entity_access
from kitsulite.access.rules import MANAGING, NO_VENDOR, entity, in_project, project
from kitsulite.areas.entities import casting, recasting
from kitsulite.areas.entities.recasting import Entry
from kitsulite.models.casting_shapes import (
    ENTRY,
    ENTRY_OF_ANY,
    ENTRY_OF_ASSET,
    ENTRY_OF_SHOT,
    IN_ASSET,
    IN_SHOT,
    LINK,
    LINK_IN_LIST,
    LINK_TO_THE_MICROSECOND,
)
from kitsulite.models.entities import Entity, EntityLink
from kitsulite.storage import Row
from kitsulite.web.call import Call
from kitsulite.web.inputs import Id
from kitsulite.web.paged import paged
from kitsulite.web.routing import Either, Mapped, Route, delete, get, put
from kitsulite.work.errors import Refused, WrongParameter
from kitsulite.work.kinds import ASSET
from kitsulite.work.work import Work


class Cast(msgspec.Struct):
    """One asset to cast in several entities; what is left out stays as it is, and 0 takes the asset out."""

    entity_ids: list[Id]
    nb_occurences: Annotated[int, msgspec.Meta(ge=0)] | None = None
    label: str | None = None


class Links(msgspec.Struct):
    """Which links of castings are listed: all, a page of them, or those that were made after a moment."""

    page: int | None = None
    limit: int | None = None
    cursor_created_at: str | None = None


def replace_casting(call: Call, entity: Row) -> Any:
    """Replace the casting of an entity; answered as it was sent."""
    sent = call.json()
    if not isinstance(sent, list):
        raise Refused("Request body must be a JSON array")
    recasting.replace_casting(call.work, entity, sent)
    return sent


def replace_castings(call: Call, project_id: str) -> Any:
    """Replace the castings of several entities, entity id -> casting; answered as they were sent."""
    sent = call.json()
    if not isinstance(sent, dict) or not all(isinstance(entries, list) for entries in sent.values()):
        raise Refused("Request body must be a JSON object mapping entity ids to casting arrays")
    recasting.replace_castings(call.work, project_id, sent)
    return sent


def replace_casting_of_asset(call: Call, asset: Row) -> Any:
    """Replace the casting of an asset; answered as it was sent."""
    sent = call.json()
    if not isinstance(sent, list):
        raise WrongParameter("Request body must be a JSON array.")
    recasting.replace_casting(call.work, asset, sent)
    return sent


def list_links(work: Work, project_id: str, page: int | None, limit: int | None, cursor_created_at: str | None) -> Any:
    """The links of a project: all of them, a page, or those made after a moment."""
    if cursor_created_at:
        return casting.links_after(work, project_id, cursor_created_at, limit=limit)
    if page is not None and page > 0:
        return casting.page_of_links(work, project_id, page=page, limit=limit)
    return casting.links(work, project_id, limit=limit)


seen = project(NO_VENDOR)
reachable = entity(ASSET, has_entity_access)
AFTER = {"data": [LINK_TO_THE_MICROSECOND], "total": int, "limit": int}
PROJECT = "/data/projects/{project_id}"
ROUTES: list[Route] = [
    get(PROJECT + "/entities/{entity_id}/casting", in_project(Entity, NO_VENDOR), casting.casting, gives=[ENTRY]),
    put(
        PROJECT + "/entities/{entity_id}/casting",
        in_project(Entity, MANAGING),
        replace_casting,
        raw=[Entry],
        gives=list,
    ),
    put(
        PROJECT + "/entities/casting",
        project_manager,
        replace_castings,
        raw=Mapped([Entry]),
        gives=Mapped(list),
    ),
    put(
        PROJECT + "/entities/casting/assets/{asset_id}",
        project_manager,
        recasting.cast_asset,
        takes=Cast,
        gives=Mapped([ENTRY]),
        body_first=True,
    ),
    get("/data/assets/{asset_id}/casting", reachable, casting.casting, gives=[ENTRY]),
    put(
        "/data/assets/{asset_id}/casting",
        entity(ASSET, MANAGING),
        replace_casting_of_asset,
        raw=[Entry],
        gives=list,
    ),
    get("/data/assets/{asset_id}/cast-in", reachable, casting.cast_in, gives=[Either(IN_SHOT, IN_ASSET)]),
    get(
        PROJECT + "/sequences/{sequence_id}/casting", seen, casting.castings_of_sequence, gives=Mapped([ENTRY_OF_SHOT])
    ),
    get(PROJECT + "/sequences/all/casting", seen, casting.castings_of_sequences, gives=Mapped([ENTRY_OF_SHOT])),
    get(
        PROJECT + "/episodes/{episode_id}/sequences/all/casting",
        seen,
        casting.castings_of_episode,
        gives=Mapped([ENTRY_OF_SHOT]),
    ),
    get(PROJECT + "/episodes/casting", seen, casting.castings_of_everything, gives=Mapped([ENTRY_OF_ANY])),
    get(
        PROJECT + "/asset-types/{asset_type_id}/casting",
        seen,
        casting.castings_of_asset_type,
        gives=Mapped([ENTRY_OF_ASSET]),
    ),
    get(
        PROJECT + "/entity-links",
        project_manager,
        list_links,
        query=Links,
        gives=Either([LINK_IN_LIST], paged(LINK), AFTER),
    ),
    delete(
        PROJECT + "/entity-links/{entity_link_id}",
        in_project(EntityLink, MANAGING),
        recasting.remove_link,
        gives=LINK,
        status=200,
    ),
]
