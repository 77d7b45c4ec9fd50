"""Playlists to take away: movies that are built of them, and archives."""

import msgspec

from kitsulite.access.callers import admin
from kitsulite.access.media import may_export_playlist, may_read_builds
from kitsulite.access.rules import MANAGING, row
from kitsulite.areas.playlists import builds, zips
from kitsulite.models.playlist_shapes import BUILD
from kitsulite.models.reviews import Playlist
from kitsulite.web.call import Call
from kitsulite.web.downloads import IN_A_BOX, disposition, send_file
from kitsulite.web.routing import MOVIE, ZIP, Answer, delete, get
from kitsulite.work.work import Work


class Full(msgspec.Struct):
    """Whether the movie is made of the originals."""

    full: bool = False


def download_movie(call: Call, playlist_id: str, build_job_id: str) -> Answer:
    """The movie that was built of a playlist."""
    return send_file(call, builds.open_movie(call.work, playlist_id, build_job_id), saved=True, kept=False)


def download_zip(work: Work, playlist_id: str) -> Answer:
    """The files of a playlist in an archive, which is made while it is sent."""
    archive = zips.archive(work, playlist_id)
    headers = {
        "Content-Disposition": disposition(archive.name, saved=True),
        "Content-Security-Policy": IN_A_BOX,
        "Cache-Control": "no-cache",
        "Accept-Ranges": "none",
    }
    return Answer(type="application/zip", headers=headers, chunks=archive.pieces())


PLAYLIST = "/data/playlists/{playlist_id}"
BUILD_OF_IT = PLAYLIST + "/jobs/{build_job_id}"
managed = row(Playlist, MANAGING)
exported = row(Playlist, may_export_playlist)
ROUTES = [
    get(
        f"{PLAYLIST}/build/mp4",
        managed,
        builds.start_build,
        title="Have a movie of a playlist made",
        query=Full,
        also=(409,),
        gives=BUILD,
        writes=True,
        alone=True,
    ),
    get(f"{BUILD_OF_IT}/build/mp4", exported, download_movie, gives=MOVIE),
    get(f"{PLAYLIST}/download/zip", exported, download_zip, gives=ZIP),
    get(
        BUILD_OF_IT,
        row(Playlist, may_read_builds),
        builds.show_build,
        title="How a build of a playlist stands",
        gives=BUILD,
    ),
    delete(BUILD_OF_IT, managed, builds.delete_build),
    get("/data/projects/{project_id}/build-jobs", admin, builds.list_builds, gives=[BUILD]),
]
