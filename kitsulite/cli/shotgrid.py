"""`kitsulite import shotgrid`: a ShotGrid site, taken over."""

import argparse
import os
import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from kitsulite.cli.command import REFUSED, STUDIO, Command, Stop, aligned, argument, one_line, opened, settings_of
from kitsulite.cli.moving import progress_bar, writing

if TYPE_CHECKING:
    from kitsulite.areas.imports.shotgrid import Progress

KEY = "SHOTGRID_KEY"
SHOWN = 20
"""Records that are named one by one, of those that were not taken."""


def take_site(arguments: argparse.Namespace) -> None:
    """Read a site, or go on where a reading was cut short."""
    from kitsulite.areas.imports.shotgrid import Reading
    from kitsulite.areas.imports.shotgrid_site import Site, SiteError
    from kitsulite.storage.private import make_folder
    from kitsulite.tracker import IMPORTS
    from kitsulite.work.operator import operator_here

    key = _key(arguments)
    with opened(settings_of(arguments)) as tracker, progress_bar() as progress:
        folder = Path(tracker.settings.data) / IMPORTS
        make_folder(folder)
        bar = progress.add_task("Reading", total=None)
        counts: dict[str, int] = {}

        def told(step: str, count: int) -> None:
            counts[step] = counts.get(step, 0) + count
            progress.update(bar, description=f"Reading {step}: {counts[step]}")

        try:
            site = Site(arguments.url, arguments.script, key, warn=_warn)
            begin = partial(tracker.work, operator_here())
            reading = Reading(begin, site, folder, tuple(arguments.project or ()), told)
            result = reading.run()
        except SiteError as problem:
            raise Stop(one_line(problem), REFUSED) from None
    try:
        if arguments.report:
            with writing(arguments.report) as file:
                file.write(msgspec.json.format(msgspec.json.encode(_report(result)), indent=2) + b"\n")
    finally:
        _tell(result)


def _warn(sentence: str) -> None:
    print(f"kitsulite: {one_line(sentence)}", file=sys.stderr)


def _key(arguments: argparse.Namespace) -> str:
    """The script's key, from a file or the environment: on the command line everybody on this machine could read it."""
    if arguments.key_file:
        try:
            key = Path(arguments.key_file).read_text(encoding="utf-8").strip()
        except OSError as problem:
            raise Stop(f"{arguments.key_file} cannot be read: {problem.strerror}.") from None
        except UnicodeDecodeError:
            raise Stop(f"{arguments.key_file} holds no key: it is no text.") from None
    else:
        key = os.environ.get(arguments.key_env, "").strip()
    if not key:
        where = f"{arguments.key_file} is empty" if arguments.key_file else f"{arguments.key_env} is not set"
        raise Stop(f"There is no key of the script: {where}. Put it there, or name a file with --key-file.")
    return key


def _report(result: "Progress") -> dict[str, object]:
    return {
        "url": result.url,
        "projects": result.projects,
        "taken": result.taken,
        "lacking": result.lacking,
        "left": [left._asdict() for left in result.left],
    }


def _tell(result: "Progress") -> None:
    for line in aligned([["", "taken"], *([step, str(count)] for step, count in result.taken.items())]):
        print(line)
    for step in result.lacking:
        print(f"The site has no {step}.")
    if result.left:
        print(f"{len(result.left)} not taken:")
    for left in result.left[:SHOWN]:
        print(one_line(f"  {left.type} {left.id}: {left.why}"))
    if len(result.left) > SHOWN:
        print(f"  … and {len(result.left) - SHOWN} more: --report FILE has all of them.")


COMMANDS = (
    Command(
        "import shotgrid",
        "take over a ShotGrid site, or some of its productions; run again, it goes on where it stopped",
        take_site,
        (
            argument("url", metavar="URL", help="the site: https://studio.shotgrid.autodesk.com"),
            argument("--script", metavar="NAME", required=True, help="the name of a script that the site knows"),
            argument("--key-file", metavar="FILE", help="a file that holds the script's key"),
            argument("--key-env", metavar="NAME", default=KEY, help=f"the variable that holds it ({KEY})"),
            argument("--project", metavar="NAME", action="append", help="a production; all of them when none is named"),
            argument("--report", metavar="FILE", help="write what was taken and what was not, as JSON"),
            *STUDIO,
        ),
    ),
)
