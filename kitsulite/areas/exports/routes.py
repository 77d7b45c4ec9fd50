"""CSV to take out, made while it is sent (docs/api/exports.md)."""

from collections.abc import Iterator

from kitsulite.access.media import may_export_playlist
from kitsulite.access.rules import NO_VENDOR, manager, project, row
from kitsulite.areas import exports
from kitsulite.models.reviews import Playlist
from kitsulite.web.call import Call
from kitsulite.web.routing import Answer, Handler, get
from kitsulite.web.streams import streamed
from kitsulite.work.work import Work

CSV = "text/csv"
CSV_OF_STUDIO = "text/csv; charset=utf-8"


def download(name: str) -> Handler:
    """What answers an export of the table."""

    def send(call: Call, **path: str) -> Answer:
        (id,) = path.values() or ("",)

        def pieces(work: Work) -> Iterator[bytes]:
            for piece in exports.sheet(work, name, id, call.query).pieces():
                yield "".join(piece).encode()

        with call.begin(writes=False) as work:
            disposition = f"attachment; filename={exports.file_name(work, name, id)}"
        return streamed(call, pieces, CSV if path else CSV_OF_STUDIO, Content_Disposition=disposition)

    send.__doc__ = f"CSV: {exports.EXPORTS[name].about}."
    return send


PROJECT = "/export/csv/projects/{project_id}"
no_vendor = project(NO_VENDOR)

ROUTES = [
    get(f"{PROJECT}/assets.csv", no_vendor, download("assets"), alone=True),
    get(f"{PROJECT}/shots.csv", no_vendor, download("shots"), alone=True),
    get(f"{PROJECT}/edits.csv", no_vendor, download("edits"), alone=True),
    get(f"{PROJECT}/casting.csv", no_vendor, download("casting"), alone=True),
    get("/export/csv/playlists/{playlist_id}", row(Playlist, may_export_playlist), download("playlist"), alone=True),
    get("/export/csv/persons.csv", manager, download("persons"), alone=True),
    get("/export/csv/projects.csv", manager, download("projects"), alone=True),
    get("/export/csv/task-types.csv", manager, download("task-types"), alone=True),
    get("/export/csv/tasks.csv", manager, download("tasks"), alone=True),
    get("/export/csv/time-spents.csv", manager, download("time-spents"), alone=True),
]
