"""Playlists: reading them, adding to them, telling clients (docs/api/previews.md)."""

from typing import Annotated, Any

import msgspec

from kitsulite.access.entities import has_entity_access
from kitsulite.access.media import may_change_playlist, may_see_playlist
from kitsulite.access.rules import MANAGING, admin, both, each, not_vendor, project_access, row
from kitsulite.access.tasks import has_task_access
from kitsulite.areas.playlists import clients, details, entries, lists, running, temporary
from kitsulite.areas.playlists.entries import Entry
from kitsulite.models.entities import Entity
from kitsulite.models.playlist_shapes import DETAILED, LISTED_WITH_FIRST, PLAYLIST
from kitsulite.models.preview_shapes import UNDER_WAY
from kitsulite.models.reviews import Playlist
from kitsulite.storage import Row
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


def show_tasks(call: Call, project_id: str, body: Tasks) -> Any:
    """Tasks seen as a playlist, which is not stored."""
    return temporary.of_tasks(call.work, project_id, body.task_ids, sort=call.flag("sort"))


def list_running_previews(call: Call) -> Any:
    """Previews at work and failed ones of open projects, newest first."""
    cursor = call.query.get("cursor_preview_file_id")
    return running.running_previews(call.work, limit=call.argument("limit", int), before=cursor)


# --- changing ---


def add_entity(call: Call, playlist: Row, body: NewEntry) -> Any:
    """Show one more entity in a playlist."""
    return entries.add_entries(call.work, playlist["id"], [as_entry(body)])


def add_entities(call: Call, playlist: Row, body: NewEntries) -> Any:
    """Show more entities in a playlist."""
    return entries.add_entries(call.work, playlist["id"], [as_entry(entry) for entry in body.entities])


def as_entry(new: NewEntry) -> Entry:
    return Entry(new.entity_id, new.preview_file_id or None)


def notify_clients(call: Call, playlist_id: str, body: Clients) -> Any:
    """Tell clients that a playlist is ready for them."""
    clients.notify_clients(
        call.work, playlist_id, studio_id=body.studio_id or None, department_id=body.department_id or None
    )
    return {"status": "success"}


readers = both(not_vendor, project_access)
changes = row(Playlist, may_change_playlist)
OF_PROJECT = "/data/projects/{project_id}/playlists"
ROUTES = [
    get(OF_PROJECT, readers, list_of_project, gives=[LISTED_WITH_FIRST]),
    get(
        "/data/projects/{project_id}/episodes/{episode_id}/playlists",
        readers,
        list_of_episode,
        gives=[LISTED_WITH_FIRST],
    ),
    get(f"{OF_PROJECT}/all", admin, list_whole),
    post(f"{OF_PROJECT}/temp", both(project_access, each(has_task_access)), show_tasks, takes=Tasks, writes=False),
    get(
        f"{OF_PROJECT}/{{playlist_id}}", both(not_vendor, row(Playlist, may_see_playlist)), details.show, gives=DETAILED
    ),
    get(
        "/data/playlists/entities/{entity_id}/preview-files",
        row(Entity, has_entity_access),
        details.previews_to_choose_from,
    ),
    get("/data/playlists/preview-files/running", admin, list_running_previews, gives=[UNDER_WAY]),
    post("/actions/playlists/{playlist_id}/add-entity", changes, add_entity, takes=NewEntry, gives=PLAYLIST),
    post(
        "/actions/playlists/{playlist_id}/add-entities",
        changes,
        add_entities,
        takes=NewEntries,
        gives=PLAYLIST,
    ),
    post("/data/playlists/{playlist_id}/notify-clients", row(Playlist, MANAGING), notify_clients, takes=Clients),
]
