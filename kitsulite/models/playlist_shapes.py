"""How playlists and their builds look on the wire (docs/api/previews.md)."""

from kitsulite.models.reviews import BuildJob, Playlist, PlaylistShareLink
from kitsulite.models.shapes import Shape, listed
from kitsulite.storage import Database, Wire

PLAYLIST = Shape(Playlist)

LISTED = Shape(
    Playlist,
    only=(
        "id",
        "name",
        "project_id",
        "episode_id",
        "task_type_id",
        "for_client",
        "is_for_all",
        "created_at",
        "updated_at",
        "created_by",
    ),
    plus={"for_entity": Wire("coalesce(\"playlist\".for_entity, 'shot')")},
    title="ListedPlaylist",
)
"""A playlist in a list, without its entries."""

BUILD = Shape(BuildJob)

DETAILED = PLAYLIST.but(
    plus={
        "build_jobs": listed(
            Shape(BuildJob, type=None, only=("id", "status", "created_at")),
            "FROM (SELECT * FROM build_job AS made WHERE made.playlist_id = playlist.id"
            " ORDER BY made.created_at DESC, made.id) AS build_job",
        )
    },
    title="PlaylistInDetail",
)
"""A playlist on its own, newest build first. Its entries say more than is stored (`areas/playlists/details.py`)."""

WITHOUT_ENTRIES = DETAILED.but(without=("shots",), title="PlaylistWithoutEntries")
"""The same where the entries are still to be added."""

SHARE_LINK = Shape(
    PlaylistShareLink,
    plus={"has_password": Wire("coalesce(playlist_share_link.password, '') <> ''", "boolean")},
    title="ShareLink",
)
"""A share link as managers see it."""


def first_preview(db: Database) -> str:
    """SQL for the id of the preview that the first entry shows, as JSON text."""
    return db.json_text(db.json_member(db.json_first('"playlist".shots'), "preview_file_id").sql)


LISTED_WITH_FIRST = LISTED.but(
    plus={"first_preview_file_id": lambda db: Wire(first_preview(db), "json")}, title="ListedPlaylistWithFirst"
)
"""A playlist in a list that shows a preview first; those that do not have no such key."""
