"""The playlists of a production (docs/api/playlists.md)."""

from typing import Any

import peewee

from kitsulite.access.projects import CLIENT, has_role
from kitsulite.models.playlist_shapes import LISTED, PLAYLIST, first_preview
from kitsulite.models.productions import Project
from kitsulite.models.reviews import Playlist
from kitsulite.models.shapes import Raw, extended
from kitsulite.rows.pages import paged
from kitsulite.work.kinds import EPISODE, get_of_kind
from kitsulite.work.work import Work

PAGE = 20
LATEST_FIRST = {"created_at", "updated_at"}
NO_EPISODE = {"main": False, "all": True}
"""What stands in the place of an episode, and what `is_for_all` says of the playlists meant."""


def list_of_project(
    work: Work, project_id: str, *, page: int | None, sort_by: str = "", task_type_id: str | None = None
) -> list[Raw]:
    """A page of the playlists of a project; clients see those made for them."""
    return _page(work, project_id, page, sort_by, task_type_id)


def list_of_episode(
    work: Work,
    project_id: str,
    episode_id: str,
    *,
    page: int | None,
    sort_by: str = "",
    task_type_id: str | None = None,
    for_entity: str = "",
) -> list[Raw]:
    """The same for an episode of the project, or for `main` or `all`: playlists of none, for one part or for everything."""
    if episode_id in NO_EPISODE:
        for_all = peewee.fn.COALESCE(Playlist.is_for_all, False) == NO_EPISODE[episode_id]
        of_episode = Playlist.episode_id.is_null() & for_all
    else:
        of_episode = Playlist.episode_id == get_of_kind(work, EPISODE, episode_id)["id"]
    if for_entity:
        of_episode &= Playlist.for_entity == for_entity
    return _page(work, project_id, page, sort_by, task_type_id, of_episode)


def _page(
    work: Work, project_id: str, page: int | None, sort_by: str, task_type_id: str | None, *conditions: peewee.Node
) -> list[Raw]:
    query = LISTED.select(work.db, peewee.SQL(first_preview(work.db)))
    query = query.where(Playlist.project_id == project_id, *conditions)
    if task_type_id:
        query = query.where(Playlist.task_type_id == task_type_id)
    if has_role(work, project_id, CLIENT):
        query = query.where(Playlist.for_client == True)  # noqa: E712
    query = query.order_by(*_order(sort_by)).limit(PAGE).offset((max(page or 1, 1) - 1) * PAGE)
    return [_with_first(row, preview_id) for preview_id, row in work.db.tuples(query)]


def _order(sort_by: str) -> tuple[peewee.Node, ...]:
    column = Playlist.columns().get(sort_by, Playlist.updated_at)
    if column.name in LATEST_FIRST:
        return column.desc(), Playlist.id
    return (column.cast("text") if column is Playlist.shots else column).asc(nulls="LAST"), Playlist.id


def _with_first(row: bytes, preview_id: str | None) -> Raw:
    """A listed playlist, which says what it shows first only when there is something."""
    return (
        Raw(row) if preview_id in (None, "null") else extended(row, {"first_preview_file_id": Raw(preview_id.encode())})
    )


def list_whole(work: Work, project_id: str, page: int | None) -> Any:
    """The rows of all playlists of a project, or a page of them, latest change first."""
    project = work.get(Project, project_id)
    query = PLAYLIST.with_relations().select(work.db).where(Playlist.project_id == project["id"])
    return paged(work, query, Playlist, page)
