"""How what is saved of a playlist is called (docs/api/playlists.md)."""

import datetime

from slugify import slugify

from kitsulite.models import now
from kitsulite.models.entities import Entity
from kitsulite.models.productions import Project
from kitsulite.storage import Row
from kitsulite.work.work import Work

EVERYTHING, MAIN_PACK = "all_assets", "main_pack"
"""What stands for an episode where a playlist of a series has none."""


def title_of(work: Work, playlist: Row) -> str:
    """The production, in a series the episode, and the playlist: `big_fox_e01_dailies`."""
    project = work.get(Project, playlist["project_id"])
    parts = [project["name"]]
    if project["production_type"] == "tvshow":
        episode = work.find(Entity, playlist["episode_id"])
        parts.append(episode["name"] if episode else EVERYTHING if playlist["is_for_all"] else MAIN_PACK)
    return "_".join(slugify(part, separator="_") for part in (*parts, playlist["name"]))


def title_of_build(work: Work, playlist: Row, build: Row) -> str:
    """The same with the moment at which a movie of it was asked for."""
    moment = datetime.datetime.fromisoformat(build["created_at"] or now())
    return f"{moment:%Y%m%d_%H%M%S}_{title_of(work, playlist)}"
