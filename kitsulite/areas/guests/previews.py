"""The previews that a share link shows (docs/api/playlists.md)."""

from typing import Any

from kitsulite.access.guests import require_shared_preview, shared_playlist
from kitsulite.access.roles import require
from kitsulite.areas.guests.persons import require_guest
from kitsulite.areas.previews import serving
from kitsulite.areas.previews.annotations import merge_annotations
from kitsulite.areas.previews.intake import ROW
from kitsulite.models.playlist_entries import entries_of
from kitsulite.models.reviews import PreviewFile
from kitsulite.models.shapes import Raw, one
from kitsulite.storage import Row
from kitsulite.work.work import Work


def look(work: Work, id: str) -> Row:
    """A preview of the playlist of the link, or of the same revision as one; NotFound, Forbidden."""
    playlist = shared_playlist(work)
    require(bool(entries_of(playlist)))
    preview = serving.find_preview(work, id)
    require_shared_preview(work, playlist, preview)
    return preview


def show(work: Work, id: str) -> Raw | None:
    """The row of a preview that `look` finds."""
    return one(work.db, ROW.select(work.db).where(PreviewFile.id == look(work, id)["id"]))


def draw(work: Work, guest_id: str, id: str, **changes: list[Any]) -> Raw:
    """Change what a guest drew on a preview that `look` finds; the preview.

    ShortlyForbidden for no guest, Forbidden for a preview that another production lends.

    changes  additions, updates and deletions, as `merge_annotations` takes them
    """
    guest = require_guest(work, guest_id, "Guest not part of this shared playlist")
    preview = look(work, id)
    require(preview["project_id"] == shared_playlist(work)["project_id"])
    return merge_annotations(work, preview, **changes, author_id=guest["id"], own_alone=True)
