"""The files of a Zou, fetched through its API."""

from collections.abc import Iterator
from typing import Any, BinaryIO

from kitsulite.areas.takeover.apisource import ApiSource
from kitsulite.areas.takeover.layout import AVATARS, FILES, MOVIES, PICTURES, PREVIEW, TABLES, Place, places_of
from kitsulite.areas.takeover.refusals import CannotTakeOver
from kitsulite.areas.takeover.stores import Amiss, Found, ZouFiles

OF_PREVIEWS = {
    (PICTURES, "original"): "/pictures/originals/preview-files/{id}.png",
    (PICTURES, "previews"): "/pictures/previews/preview-files/{id}.png",
    (PICTURES, "thumbnails"): "/pictures/thumbnails/preview-files/{id}.png",
    (PICTURES, "thumbnails-square"): "/pictures/thumbnails-square/preview-files/{id}.png",
    (PICTURES, "tiles"): "/movies/tiles/preview-files/{id}.png",
    (MOVIES, "previews"): "/movies/originals/preview-files/{id}.mp4",
    (MOVIES, "lowdef"): "/movies/low/preview-files/{id}.mp4",
    (MOVIES, "source"): "/movies/source/preview-files/{id}.mp4",
    (FILES, "previews"): "/pictures/originals/preview-files/{id}.{extension}",
}
KINDS = {"png": {PICTURES}, "mp4": {PICTURES, MOVIES}}
"""In which buckets the files of a preview are, by its extension; of others in `files`."""
OF_OTHERS = {
    ("attachment_file", FILES, "attachments"): "/data/attachment-files/{id}/file/{name}",
    ("attachment_file", PICTURES, "thumbnails"): "/pictures/thumbnails/attachment-files/{id}.png",
    ("build_job", MOVIES, "playlists"): "/data/playlists/{playlist_id}/jobs/{id}/build/mp4",
    ("organisation", PICTURES, "thumbnails"): "/pictures/thumbnails/organisations/{id}.png",
    ("person", PICTURES, "thumbnails"): "/pictures/thumbnails/persons/{id}.png",
    ("preview_background_file", PICTURES, "preview-backgrounds"): "/pictures/preview-background-files/{id}.{extension}",
    ("preview_background_file", PICTURES, "thumbnails"): "/pictures/thumbnails/preview-background-files/{id}.png",
    ("project", PICTURES, "thumbnails"): "/pictures/thumbnails/projects/{id}.png",
    ("working_file", FILES, "working"): "/data/working-files/{id}/file",
}


class ApiFiles(ZouFiles):
    """See the module. Which there are, the rows tell; what is not there is found out when it is fetched."""

    def __init__(self, source: ApiSource) -> None:
        self.source = source
        self._paths: dict[Place, str] = {}

    def list(self, amiss: Amiss) -> Iterator[Found]:
        for table in TABLES:
            if table in self.source.columns:
                for row in self.source.shown(table):
                    yield from self._of(table, row)

    def _of(self, table: str, row: dict[str, Any]) -> Iterator[Found]:
        if table in AVATARS and not row.get("has_avatar"):
            return
        if table == "build_job" and row.get("status") != "succeeded":
            return
        for place, _ in places_of(table, row["id"]):
            path = path_of(table, place, row)
            if path:
                self._paths[place] = path
                yield Found(place, 0, str(row.get("updated_at")))

    def check(self, bucket: str) -> None:
        """A server that is gone is found to be when the next file is asked for."""

    def _find(self, place: Place) -> Found | None:
        return Found(place, 0, "") if place in self._paths else None

    def _open(self, place: Place) -> BinaryIO:
        return self.source.site.open(self._paths[place], is_media=place.bucket != FILES)

    def _put(self, place: Place, content: BinaryIO) -> None:
        raise CannotTakeOver("Files are not written through an API.")


def path_of(table: str, place: Place, row: dict[str, Any]) -> str | None:
    """Where a file is fetched; None when a row has none of this kind."""
    if table == PREVIEW:
        if place.bucket not in KINDS.get(str(row.get("extension")), {FILES}):
            return None
        if place.prefix == "tiles" and row.get("extension") != "mp4":
            return None
        form = OF_PREVIEWS[place.bucket, place.prefix]
    else:
        form = OF_OTHERS[table, place.bucket, place.prefix]
    return form.format(**{**row, "name": row.get("name") or row["id"]})
