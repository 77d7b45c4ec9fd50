"""Playlists to take away: movies that are built of them, and archives (docs/api/playlists.md)."""

from kitsulite.access.media import may_export_playlist, may_read_builds
from kitsulite.access.rules import MANAGING, admin, both, not_vendor, row
from kitsulite.areas.playlists import builds, zips
from kitsulite.models.playlist_shapes import BUILD
from kitsulite.models.reviews import Playlist
from kitsulite.web.call import Call
from kitsulite.web.downloads import disposition, send_file
from kitsulite.web.routing import Answer, delete, get


def build_movie(call: Call, playlist_id: str) -> object:
    """Have a movie of a playlist made; the build."""
    return builds.start_build(call.begin, playlist_id, full=call.flag("full"))


def download_movie(call: Call, playlist_id: str, build_job_id: str) -> Answer:
    """The movie that was built of a playlist."""
    return send_file(call, builds.open_movie(call.work, playlist_id, build_job_id), saved=True, kept=False)


def download_zip(call: Call, playlist_id: str) -> Answer:
    """The files of a playlist in an archive, which is made while it is sent."""
    archive = zips.archive(call.work, playlist_id)
    headers = {
        "Content-Disposition": disposition(archive.name, saved=True),
        "Cache-Control": "no-cache",
        "Accept-Ranges": "none",
    }
    return Answer(type="application/zip", headers=headers, chunks=archive.pieces())


def show_build(call: Call, playlist_id: str, build_job_id: str) -> object:
    """How a build of a playlist stands."""
    return builds.show_build(call.work, playlist_id, build_job_id)


def delete_build(call: Call, playlist_id: str, build_job_id: str) -> None:
    """Remove a build of a playlist."""
    builds.delete_build(call.work, playlist_id, build_job_id)


def list_builds(call: Call, project_id: str) -> object:
    """All builds of the playlists of a project."""
    return builds.list_builds(call.work, project_id)


PLAYLIST = "/data/playlists/{playlist_id}"
BUILD_OF_IT = PLAYLIST + "/jobs/{build_job_id}"
managed = row(Playlist, MANAGING)
exported = both(not_vendor, row(Playlist, may_export_playlist))
ROUTES = [
    get(f"{PLAYLIST}/build/mp4", managed, build_movie, gives=BUILD, writes=True, alone=True),
    get(f"{BUILD_OF_IT}/build/mp4", exported, download_movie),
    get(f"{PLAYLIST}/download/zip", exported, download_zip),
    get(BUILD_OF_IT, both(not_vendor, row(Playlist, may_read_builds)), show_build, gives=BUILD),
    delete(BUILD_OF_IT, managed, delete_build),
    get("/data/projects/{project_id}/build-jobs", admin, list_builds, gives=[BUILD]),
]
