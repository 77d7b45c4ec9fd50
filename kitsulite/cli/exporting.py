"""`kitsulite export`: CSV of a production or of the whole studio."""

import argparse
from functools import partial
from typing import TYPE_CHECKING, Any

from kitsulite.cli.command import MISUSED, STUDIO, Command, Stop, argument, opened, settings_of
from kitsulite.cli.moving import progress_bar, writing

if TYPE_CHECKING:
    from kitsulite.work.work import Work


def export(name: str, arguments: argparse.Namespace) -> None:
    """Write one export, as the API would send it to an admin."""
    from kitsulite.areas import exports
    from kitsulite.work.work import operator

    with (
        opened(settings_of(arguments)) as tracker,
        tracker.work(operator(), writes=False) as work,
        progress_bar() as progress,
    ):
        query = OF_CASTINGS[arguments.of] if name == CASTING else {}
        sheet = exports.sheet(work, name, _subject(work, name, arguments), query)
        lines = progress.add_task("Exporting", total=None)
        with writing(arguments.output) as file:
            for piece in sheet.pieces():
                file.write("".join(piece).encode())
                progress.advance(lines, len(piece))


def _subject(work: "Work", name: str, arguments: argparse.Namespace) -> str:
    """The id of what the export is of; nothing for the studio."""
    from kitsulite.areas import exports
    from kitsulite.models.productions import Project
    from kitsulite.models.reviews import Playlist

    of = exports.EXPORTS[name].of
    if of is None:
        return ""
    if not arguments.project:
        raise Stop(f"{name} is of one production: say which with --project.", MISUSED)
    project_id = named(work, Project, arguments.project)
    if of is Project:
        return project_id
    if not arguments.playlist:
        raise Stop(f"{name} is of one playlist: say which with --playlist.", MISUSED)
    return named(work, Playlist, arguments.playlist, Playlist.project_id == project_id)


def named(work: "Work", table: Any, name: str, *conditions: Any) -> str:
    found = work.db.values(table.select(table.id).where(table.name == name, *conditions))
    if len(found) != 1:
        raise Stop(f"There is {'more than one' if found else 'no'} {table.table_name()} {name}.")
    return str(found[0])


PROJECT = argument("--project", metavar="NAME", help="the production")
PLAYLIST = argument("--playlist", metavar="NAME", help="the playlist of that production")
OUTPUT = argument("--output", metavar="FILE", required=True, help="where to; - is standard output")
CASTING = "casting"
OF_CASTINGS = {"shots": {"is_shot_casting": "true"}, "assets": {}, "episodes": {"episode_id": "all"}}
OF_WHAT = argument(
    "--of", choices=OF_CASTINGS, default="shots", help="in what is cast: shots (default), assets, episodes"
)
OF_PROJECT = ("assets", "shots", "edits")
OF_PLAYLIST = ("playlist",)
OF_STUDIO = ("persons", "projects", "task-types", "tasks", "time-spents")
"""The names of the exports, said here once more so that the command line is read without opening them."""

COMMANDS = tuple(
    Command(
        f"export {name}",
        f"write a spreadsheet of {name.replace('-', ' ')}: CSV with ; between cells",
        partial(export, name),
        (*subject, OUTPUT, *STUDIO),
    )
    for names, subject in (
        (OF_PROJECT, (PROJECT,)),
        ((CASTING,), (PROJECT, OF_WHAT)),
        (OF_PLAYLIST, (PROJECT, PLAYLIST)),
        (OF_STUDIO, ()),
    )
    for name in names
)
