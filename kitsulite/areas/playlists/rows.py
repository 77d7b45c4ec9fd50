"""Rows of playlists."""

import peewee

from kitsulite import access
from kitsulite.access import new_in_supervised_project, not_vendor, that
from kitsulite.models import is_uuid
from kitsulite.models.playlist_entries import shown
from kitsulite.models.reviews import Playlist
from kitsulite.rows.collection import Collection
from kitsulite.rows.erase import erase
from kitsulite.storage import Row
from kitsulite.work.errors import WrongParameter
from kitsulite.work.work import Work

SHOWN_KINDS = ("shot", "asset", "sequence", "edit", "episode")


class Playlists(Collection):
    path, table = "playlists", Playlist
    list_by = not_vendor
    get_by = that("in the project's team, no vendor; clients what is for them", access.may_see_playlist)
    create_by = new_in_supervised_project
    update_by = delete_by = that("manager of the project; supervisors their own", access.may_change_playlist)

    def visible(self, work: Work) -> peewee.Node:
        seen = Playlist.project_id.in_(access.team_projects(work))
        return seen & Playlist.for_client if access.has_role(work, "client") else seen

    def check_create(self, work: Work, data: Row) -> None:
        _check_kind(data)
        if data.get("episode_id") in ("all", "main"):
            data["episode_id"] = None
        if not is_uuid(data.get("task_type_id")):
            data["task_type_id"] = None
        data["created_by"] = work.caller.id

    def check_update(self, work: Work, row: Row, data: Row) -> None:
        _check_kind(data)
        if "shots" in data:
            data["shots"] = shown(data["shots"])

    def remove(self, work: Work, row: Row, force: bool = False) -> None:
        erase(work, Playlist, [row["id"]])


def _check_kind(data: Row) -> None:
    if data.get("for_entity") is not None and data["for_entity"] not in SHOWN_KINDS:
        raise WrongParameter(f"for_entity must be one of {', '.join(SHOWN_KINDS)}")


COLLECTIONS: list[Collection] = [Playlists()]
