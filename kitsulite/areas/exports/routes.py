"""CSV to take out, made while it is sent."""

from collections.abc import Iterator

import msgspec

from kitsulite.access.callers import manager
from kitsulite.access.media import may_export_playlist
from kitsulite.access.rules import NO_VENDOR, project, row
from kitsulite.areas import exports
from kitsulite.models.reviews import Playlist
from kitsulite.web.call import Call
from kitsulite.web.routing import CSV, Answer, Handler, get
from kitsulite.web.streams import streamed
from kitsulite.work.work import Work

OF_STUDIO = "text/csv; charset=utf-8"


class Narrowed(msgspec.Struct):
    """Which entities are told: one, those of an episode, those on which the caller has a task."""

    id: str | None = None
    episode_id: str | None = None
    assigned_to: str | None = None


class Casting(msgspec.Struct):
    """Whose castings are told."""

    episode_id: str | None = None
    is_shot_casting: str = ""


def download(name: str) -> Handler:
    """What answers an export of the table."""

    def send(call: Call, **given: str | None) -> Answer:
        asked = {key: value for key, value in given.items() if value is not None}
        id = asked.pop("project_id", "") or asked.pop("playlist_id", "")

        def pieces(work: Work) -> Iterator[bytes]:
            for piece in exports.sheet(work, name, id, asked).pieces():
                yield "".join(piece).encode()

        with call.begin(writes=False) as work:
            disposition = f"attachment; filename={exports.file_name(work, name, id)}"
        return streamed(call, pieces, CSV.types[0] if id else OF_STUDIO, Content_Disposition=disposition)

    send.__doc__ = f"CSV: {exports.EXPORTS[name].about}."
    return send


PROJECT = "/export/csv/projects/{project_id}"
no_vendor = project(NO_VENDOR)

ROUTES = [
    get(f"{PROJECT}/assets.csv", no_vendor, download("assets"), query=Narrowed, gives=CSV, alone=True),
    get(f"{PROJECT}/shots.csv", no_vendor, download("shots"), query=Narrowed, gives=CSV, alone=True),
    get(f"{PROJECT}/edits.csv", no_vendor, download("edits"), query=Narrowed, gives=CSV, alone=True),
    get(f"{PROJECT}/casting.csv", no_vendor, download("casting"), query=Casting, gives=CSV, alone=True),
    get(
        "/export/csv/playlists/{playlist_id}",
        row(Playlist, may_export_playlist),
        download("playlist"),
        gives=CSV,
        alone=True,
    ),
    get("/export/csv/persons.csv", manager, download("persons"), gives=CSV, alone=True),
    get("/export/csv/projects.csv", manager, download("projects"), gives=CSV, alone=True),
    get("/export/csv/task-types.csv", manager, download("task-types"), gives=CSV, alone=True),
    get("/export/csv/tasks.csv", manager, download("tasks"), gives=CSV, alone=True),
    get("/export/csv/time-spents.csv", manager, download("time-spents"), gives=CSV, alone=True),
]
