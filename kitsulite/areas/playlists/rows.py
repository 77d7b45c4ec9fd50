"""Rows of playlists."""

import peewee

from kitsulite.access.media import may_change_playlist, may_list_playlists, may_see_playlist
from kitsulite.access.projects import CLIENT, CREW, projects_as
from kitsulite.access.rules import SUPERVISING, Is, new_in_project, whoever
from kitsulite.areas.playlists.writing import read_entries
from kitsulite.models import is_uuid
from kitsulite.models.reviews import Playlist
from kitsulite.rows.collection import Collection
from kitsulite.rows.erase import erase
from kitsulite.rows.writing import Points
from kitsulite.storage import Row
from kitsulite.work.errors import WrongParameter
from kitsulite.work.kinds import EPISODE, kind_of
from kitsulite.work.work import Work

SHOWN_KINDS = ("shot", "asset", "sequence", "edit", "episode")


def is_episode(work: Work, playlist: Row, entity: Row) -> bool:
    return kind_of(work, entity) is EPISODE


class Playlists(Collection):
    path, table = "playlists", Playlist
    list_by = whoever(may_list_playlists)
    get_by = Is(may_see_playlist)
    create_by = new_in_project(SUPERVISING)
    update_by = delete_by = Is(may_change_playlist)
    writable = frozenset({"name", "shots", "task_type_id", "episode_id", "for_client", "for_entity", "is_for_all"})
    at_birth = frozenset({"project_id", "created_by"})
    points = {"episode_id": Points(only=is_episode)}
    forms = {"shots": read_entries}

    def visible(self, work: Work) -> peewee.Node:
        seen: peewee.Node = Playlist.project_id.in_(projects_as(work, *CREW))
        if client := projects_as(work, CLIENT):
            seen |= Playlist.project_id.in_(client) & Playlist.for_client
        return seen

    def check_create(self, work: Work, data: Row) -> None:
        _check_kind(data)
        if data.get("episode_id") in ("all", "main"):
            data["episode_id"] = None
        if not is_uuid(data.get("task_type_id")):
            data["task_type_id"] = None
        data["created_by"] = work.caller.id

    def check_update(self, work: Work, row: Row, data: Row) -> None:
        _check_kind(data)

    def remove(self, work: Work, row: Row, force: bool = False) -> None:
        erase(work, Playlist, [row["id"]])


def _check_kind(data: Row) -> None:
    if data.get("for_entity") is not None and data["for_entity"] not in SHOWN_KINDS:
        raise WrongParameter(f"for_entity must be one of {', '.join(SHOWN_KINDS)}")


COLLECTIONS: list[Collection] = [Playlists()]
