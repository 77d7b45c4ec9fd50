"""Playlists: reading them, adding to them, telling clients."""

from typing import Annotated, Any

import msgspec

from kitsulite.access.callers import admin, each, project_access
from kitsulite.access.entities import has_entity_access
from kitsulite.access.media import may_change_playlist, may_see_playlist
from kitsulite.access.rules import MANAGING, NO_VENDOR, both, project, row
from kitsulite.access.tasks import has_task_access
from kitsulite.areas.playlists import clients, details, entries, lists, running, temporary
from kitsulite.areas.playlists.entries import Entry
from kitsulite.models.entities import Entity
from kitsulite.models.playlist_shapes import DETAILED, LISTED_WITH_FIRST, PLAYLIST
from kitsulite.models.preview_shapes import REVISION, UNDER_WAY
from kitsulite.models.reviews import Playlist
from kitsulite.storage import Row
from kitsulite.web.inputs import Count, Id, IdOrNone
from kitsulite.web.paged import paged
from kitsulite.web.routing import Either, Mapped, get, post
from kitsulite.work.work import Work


class NewPlaylistEntry(msgspec.Struct):
    """What to show; without a preview the newest one of the entity."""

    entity_id: Id
    preview_file_id: IdOrNone = None


class NewPlaylistEntries(msgspec.Struct):
    entities: Annotated[list[NewPlaylistEntry], msgspec.Meta(min_length=1)]


class TasksToShow(msgspec.Struct):
    task_ids: list[Id]


class Clients(msgspec.Struct):
    studio_id: IdOrNone = None
    department_id: IdOrNone = None


# --- reading ---


class Page(msgspec.Struct):
    """Which page of a list."""

    page: int | None = None


class Listed(msgspec.Struct):
    """Which playlists are listed, and in which order."""

    page: int | None = None
    sort_by: str = ""
    task_type_id: Id | None = None


class ListedOfEpisode(Listed):
    """Which of them; `for_entity` is what they show, such as `shot`."""

    for_entity: str = ""


class Sorted(msgspec.Struct):
    """Whether what is shown comes in the order of names."""

    sort: bool = False


class Older(msgspec.Struct):
    """Which stretch of a list."""

    limit: Count | None = None
    cursor_preview_file_id: str | None = None


def list_running_previews(work: Work, limit: int | None, cursor_preview_file_id: str | None) -> Any:
    """Previews at work and failed ones of open projects, newest first."""
    return running.running_previews(work, limit=limit, before=cursor_preview_file_id)


# --- changing ---


def add_entity(work: Work, playlist: Row, body: NewPlaylistEntry) -> Any:
    """Show one more entity in a playlist."""
    return entries.add_entries(work, playlist["id"], [as_entry(body)])


def add_entities(work: Work, playlist: Row, body: NewPlaylistEntries) -> Any:
    """Show more entities in a playlist."""
    return entries.add_entries(work, playlist["id"], [as_entry(entry) for entry in body.entities])


def as_entry(new: NewPlaylistEntry) -> Entry:
    return Entry(new.entity_id, new.preview_file_id or None)


def notify_clients(work: Work, playlist_id: str, body: Clients) -> Any:
    """Tell clients that a playlist is ready for them."""
    clients.notify_clients(
        work, playlist_id, studio_id=body.studio_id or None, department_id=body.department_id or None
    )
    return {"status": "success"}


readers = project(NO_VENDOR)
changes = row(Playlist, may_change_playlist)
OF_PROJECT = "/data/projects/{project_id}/playlists"
PAGE = paged(PLAYLIST.with_relations())
ROUTES = [
    get(
        OF_PROJECT,
        readers,
        lists.list_of_project,
        title="A page of the playlists of a project",
        query=Listed,
        gives=[LISTED_WITH_FIRST],
    ),
    get(
        "/data/projects/{project_id}/episodes/{episode_id}/playlists",
        readers,
        lists.list_of_episode,
        title="A page of the playlists of an episode; `main` and `all` stand for those of none",
        query=ListedOfEpisode,
        gives=[LISTED_WITH_FIRST],
    ),
    get(f"{OF_PROJECT}/all", admin, lists.list_whole, query=Page, gives=Either([PLAYLIST.with_relations()], PAGE)),
    post(
        f"{OF_PROJECT}/temp",
        both(project_access, each(has_task_access)),
        temporary.of_tasks,
        title="Tasks seen as a playlist, which is not stored",
        query=Sorted,
        takes=TasksToShow,
        gives=[dict[str, Any]],
        writes=False,
    ),
    get(f"{OF_PROJECT}/{{playlist_id}}", row(Playlist, may_see_playlist), details.show, gives=DETAILED),
    get(
        "/data/playlists/entities/{entity_id}/preview-files",
        row(Entity, has_entity_access),
        details.previews_to_choose_from,
        gives=Mapped([REVISION]),
    ),
    get("/data/playlists/preview-files/running", admin, list_running_previews, query=Older, gives=[UNDER_WAY]),
    post("/actions/playlists/{playlist_id}/add-entity", changes, add_entity, takes=NewPlaylistEntry, gives=PLAYLIST),
    post(
        "/actions/playlists/{playlist_id}/add-entities",
        changes,
        add_entities,
        takes=NewPlaylistEntries,
        gives=PLAYLIST,
    ),
    post(
        "/data/playlists/{playlist_id}/notify-clients",
        row(Playlist, MANAGING),
        notify_clients,
        takes=Clients,
        gives={"status": str},
    ),
]
