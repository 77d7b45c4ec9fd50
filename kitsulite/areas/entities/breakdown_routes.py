"""Castings: what shots, episodes and assets are made of (contract 03, 6)."""

from typing import Annotated, Any

import msgspec

from kitsulite.access import but_not, in_service, project_access, project_manager
from kitsulite.areas.entities import casting, recasting
from kitsulite.models.casting_shapes import ENTRY, LINK
from kitsulite.web.call import Call
from kitsulite.web.inputs import Id
from kitsulite.web.routing import delete, get, put
from kitsulite.work.errors import Refused, WrongParameter


class Cast(msgspec.Struct):
    """One asset to cast in several entities; what is left out stays as it is, and 0 takes the asset out."""

    entity_ids: list[Id]
    nb_occurences: Annotated[int, msgspec.Meta(ge=0)] | None = None
    label: str | None = None


def show_casting(call: Call, project_id: str, entity_id: str) -> Any:
    """What is cast in an entity."""
    return casting.casting_in_project(call.work, project_id, entity_id)


def show_casting_of_asset(call: Call, asset_id: str) -> Any:
    """What is cast in an asset."""
    return casting.casting_of_asset(call.work, asset_id)


def show_cast_in(call: Call, asset_id: str) -> Any:
    """What casts an asset."""
    return casting.cast_in(call.work, asset_id)


def replace_casting(call: Call, project_id: str, entity_id: str) -> Any:
    """Replace the casting of an entity; answered as it was sent."""
    sent = call.json()
    if not isinstance(sent, list):
        raise Refused("Request body must be a JSON array")
    recasting.replace_castings(call.work, project_id, {entity_id: sent})
    return sent


def replace_castings(call: Call, project_id: str) -> Any:
    """Replace the castings of several entities, entity id -> casting; answered as they were sent."""
    sent = call.json()
    if not isinstance(sent, dict) or not all(isinstance(entries, list) for entries in sent.values()):
        raise Refused("Request body must be a JSON object mapping entity ids to casting arrays")
    recasting.replace_castings(call.work, project_id, sent)
    return sent


def replace_casting_of_asset(call: Call, asset_id: str) -> Any:
    """Replace the casting of an asset; answered as it was sent."""
    sent = call.json()
    if not isinstance(sent, list):
        raise WrongParameter("Request body must be a JSON array.")
    recasting.replace_casting_of_asset(call.work, asset_id, sent)
    return sent


def cast_asset(call: Call, project_id: str, asset_id: str, body: Cast) -> Any:
    """Cast one asset in several entities, whatever else they cast."""
    return recasting.cast_asset(call.work, project_id, asset_id, **msgspec.structs.asdict(body))


def show_castings_of_sequence(call: Call, project_id: str, sequence_id: str) -> Any:
    """The castings of the shots of a sequence."""
    return casting.castings_of_sequence(call.work, project_id, sequence_id)


def show_castings_of_sequences(call: Call, project_id: str) -> Any:
    """The castings of all shots of a project."""
    return casting.castings_of_sequences(call.work, project_id)


def show_castings_of_episode(call: Call, project_id: str, episode_id: str) -> Any:
    """The castings of the shots of an episode."""
    return casting.castings_of_episode(call.work, project_id, episode_id)


def show_castings_of_everything(call: Call, project_id: str) -> Any:
    """The castings of everything in a project, episodes among them."""
    return casting.castings_of_everything(call.work, project_id)


def show_castings_of_asset_type(call: Call, project_id: str, asset_type_id: str) -> Any:
    """The castings of the assets of a type."""
    return casting.castings_of_asset_type(call.work, project_id, asset_type_id)


def list_links(call: Call, project_id: str) -> Any:
    """The links of a project: all of them, a page, or those made after a moment."""
    page, limit = call.integer("page"), call.integer("limit")
    if cursor := call.query.get("cursor_created_at"):
        return casting.links_after(call.work, project_id, cursor, limit=limit)
    if page is not None and page > 0:
        return casting.page_of_links(call.work, project_id, page=page, limit=limit)
    return casting.links(call.work, project_id, limit=limit)


def remove_link(call: Call, project_id: str, entity_link_id: str) -> Any:
    """Remove one link of a casting."""
    return recasting.remove_link(call.work, project_id, entity_link_id)


in_studio = but_not(project_access, "vendor")
reachable = in_service("in the project's team; vendors with a task on the asset")
manages = in_service("manager of the project, once the body is a casting")

PROJECT = "/data/projects/{project_id}"
ROUTES = [
    get(PROJECT + "/entities/{entity_id}/casting", in_studio, show_casting, gives=[ENTRY]),
    put(PROJECT + "/entities/{entity_id}/casting", manages, replace_casting),
    put(PROJECT + "/entities/casting", manages, replace_castings),
    put(PROJECT + "/entities/casting/assets/{asset_id}", project_manager, cast_asset, takes=Cast, body_first=True),
    get("/data/assets/{asset_id}/casting", reachable, show_casting_of_asset, gives=[ENTRY]),
    put("/data/assets/{asset_id}/casting", manages, replace_casting_of_asset),
    get("/data/assets/{asset_id}/cast-in", reachable, show_cast_in),
    get(PROJECT + "/sequences/{sequence_id}/casting", in_studio, show_castings_of_sequence),
    get(PROJECT + "/sequences/all/casting", in_studio, show_castings_of_sequences),
    get(PROJECT + "/episodes/{episode_id}/sequences/all/casting", in_studio, show_castings_of_episode),
    get(PROJECT + "/episodes/casting", in_studio, show_castings_of_everything),
    get(PROJECT + "/asset-types/{asset_type_id}/casting", in_studio, show_castings_of_asset_type),
    get(PROJECT + "/entity-links", project_manager, list_links),
    delete(PROJECT + "/entity-links/{entity_link_id}", project_manager, remove_link, gives=LINK, status=200),
]
