"""Playlists: reading them, adding to them, telling clients (contract 06, 4.7 and 5)."""

from typing import Annotated, Any

import msgspec

from kitsulite.access import admin, change_playlist, entity_in_path, list_playlists, manage_playlist, project_access
from kitsulite.areas.playlists import clients, details, entries, lists, running, temporary
from kitsulite.areas.playlists.entries import Entry
from kitsulite.models.playlist_shapes import DETAILED, LISTED_WITH_FIRST, PLAYLIST
from kitsulite.models.preview_shapes import UNDER_WAY
from kitsulite.web.call import Call
from kitsulite.web.inputs import Id, IdOrNone
from kitsulite.web.routing import get, post


class NewEntry(msgspec.Struct):
    """What to show; without a preview the newest one of the entity."""

    entity_id: Id
    preview_file_id: IdOrNone = None


class NewEntries(msgspec.Struct):
    entities: Annotated[list[NewEntry], msgspec.Meta(min_length=1)]


class Tasks(msgspec.Struct):
    task_ids: list[Id]


class Clients(msgspec.Struct):
    studio_id: IdOrNone = None
    department_id: IdOrNone = None


# --- reading ---


def list_of_project(call: Call, project_id: str) -> Any:
    """A page of the playlists of a project."""
    return lists.list_of_project(call.work, project_id, **read_listing(call))


def list_of_episode(call: Call, project_id: str, episode_id: str) -> Any:
    """A page of the playlists of an episode; `main` and `all` stand for those of none."""
    return lists.list_of_episode(call.work, project_id, episode_id, **read_listing(call))


def read_listing(call: Call) -> dict[str, Any]:
    """What the query string of a list says."""
    return {
        "page": call.integer("page"),
        "sort_by": call.query.get("sort_by", ""),
        "task_type_id": call.id("task_type_id"),
    }


def list_whole(call: Call, project_id: str) -> Any:
    """The rows of all playlists of a project."""
    return lists.list_whole(call.work, project_id, call.integer("page"))


def show_playlist(call: Call, project_id: str, playlist_id: str) -> Any:
    """A playlist, each entry with the previews of its entity."""
    return details.show(call.work, project_id, playlist_id)


def list_previews_of_entity(call: Call, entity_id: str) -> Any:
    """The revisions of an entity by task type, newest first."""
    return details.previews_to_choose_from(call.work, entity_id)


def show_tasks(call: Call, project_id: str, body: Tasks) -> Any:
    """Tasks seen as a playlist, which is not stored."""
    return temporary.of_tasks(call.work, project_id, body.task_ids, sort=call.flag("sort"))


def list_running_previews(call: Call) -> Any:
    """Previews at work and failed ones of open projects, newest first."""
    cursor = call.query.get("cursor_preview_file_id")
    return running.running_previews(call.work, limit=call.argument("limit", int), before=cursor)


# --- changing ---


def add_entity(call: Call, playlist_id: str, body: NewEntry) -> Any:
    """Show one more entity in a playlist."""
    return entries.add_entries(call.work, playlist_id, [as_entry(body)])


def add_entities(call: Call, playlist_id: str, body: NewEntries) -> Any:
    """Show more entities in a playlist."""
    return entries.add_entries(call.work, playlist_id, [as_entry(entry) for entry in body.entities])


def as_entry(new: NewEntry) -> Entry:
    return Entry(new.entity_id, new.preview_file_id or None)


def notify_clients(call: Call, playlist_id: str, body: Clients) -> Any:
    """Tell clients that a playlist is ready for them."""
    clients.notify_clients(
        call.work, playlist_id, studio_id=body.studio_id or None, department_id=body.department_id or None
    )
    return {"status": "success"}


OF_PROJECT = "/data/projects/{project_id}/playlists"
ROUTES = [
    get(OF_PROJECT, list_playlists, list_of_project, gives=[LISTED_WITH_FIRST]),
    get(
        "/data/projects/{project_id}/episodes/{episode_id}/playlists",
        list_playlists,
        list_of_episode,
        gives=[LISTED_WITH_FIRST],
    ),
    get(f"{OF_PROJECT}/all", admin, list_whole),
    post(f"{OF_PROJECT}/temp", project_access, show_tasks, takes=Tasks, writes=False),
    get(f"{OF_PROJECT}/{{playlist_id}}", list_playlists, show_playlist, gives=DETAILED),
    get("/data/playlists/entities/{entity_id}/preview-files", entity_in_path, list_previews_of_entity),
    get("/data/playlists/preview-files/running", admin, list_running_previews, gives=[UNDER_WAY]),
    post("/actions/playlists/{playlist_id}/add-entity", change_playlist, add_entity, takes=NewEntry, gives=PLAYLIST),
    post(
        "/actions/playlists/{playlist_id}/add-entities",
        change_playlist,
        add_entities,
        takes=NewEntries,
        gives=PLAYLIST,
    ),
    post("/data/playlists/{playlist_id}/notify-clients", manage_playlist, notify_clients, takes=Clients),
]
