"""What can be taken out as a spreadsheet: CSV of productions, of playlists and of the whole studio (docs/api/exports.md).

`EXPORTS` is the table. The API, the command line and the terminal all ask it the same way:

    for piece in exports.sheet(work, "shots", project_id).pieces(): ...

Who may is asked before: rights are not checked here.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

from slugify import slugify

from kitsulite.areas.exports import castings, entities, playlists, studio
from kitsulite.areas.exports.sheets import Sheet
from kitsulite.models import Record, now
from kitsulite.models.productions import Project
from kitsulite.models.reviews import Playlist
from kitsulite.storage import Row
from kitsulite.work.work import Work


@dataclass(frozen=True)
class Export:
    """A row of the table.

    about  what it tells, in a few words
    title  what the file is called, given the row that it is of
    make   makes the sheet of a row and a query string; of the studio it takes neither
    of     the table of that row; None for the studio
    """

    about: str
    title: Callable[[Work, Row], str]
    make: Callable[..., Sheet]
    of: type[Record] | None = None


def sheet(work: Work, name: str, id: str = "", query: Mapping[str, str] | None = None) -> Sheet:
    """An export by its name, of the production or playlist `id`; NotFound when there is none such."""
    export = EXPORTS[name]
    return export.make(work) if export.of is None else export.make(work, work.get(export.of, id), query or {})


def file_name(work: Work, name: str, id: str = "") -> str:
    """What the file of an export is called: lower-case ASCII, however the production is written."""
    export = EXPORTS[name]
    title = export.title(work, {} if export.of is None else work.get(export.of, id))
    return f"kitsu_{slugify(title, separator='_')}.csv"


def _of_project(about: str, what: str, make: Callable[..., Sheet]) -> Export:
    return Export(about, lambda work, project: f"{project['name']} {what}", make, Project)


def _of_studio(about: str, make: Callable[[Work], Sheet], title: str = "export") -> Export:
    return Export(about, lambda work, nothing: title, make)


def _title_of_playlist(work: Work, playlist: Row) -> str:
    return f"{work.get(Project, playlist['project_id'])['name']} playlist {playlist['name']}"


def _title_of_time(work: Work, nothing: Row) -> str:
    return f"{now()[:10]} open projects time spents export"


EXPORTS = {
    "assets": _of_project("the assets of a production", "assets", partial(entities.sheet, spec=entities.ASSETS)),
    "shots": _of_project("the shots of a production", "shots", partial(entities.sheet, spec=entities.SHOTS)),
    "edits": _of_project("the edits of a production", "edits", partial(entities.sheet, spec=entities.EDITS)),
    "casting": _of_project("what is cast in a production", "casting", castings.sheet),
    "playlist": Export("the entries of a playlist", _title_of_playlist, playlists.sheet, Playlist),
    "persons": _of_studio("the people of the studio", studio.persons, "people export"),
    "projects": _of_studio("all productions", studio.projects),
    "task-types": _of_studio("the task types of the departments", studio.task_types),
    "tasks": _of_studio("the tasks of the open productions", studio.tasks, "tasks export"),
    "time-spents": Export("the time spent on open productions", _title_of_time, studio.time_spents),
}
