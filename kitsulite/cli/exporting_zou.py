"""`kitsulite export zou`: the whole studio as a Zou has it, so that nobody is kept here (docs/takeover.md)."""

import argparse

from kitsulite.cli.command import MISUSED, Command, Stop, argument, opened
from kitsulite.cli.importing_zou import HERE, studio_settings, tell
from kitsulite.cli.moving import progress_bar


def export_zou(arguments: argparse.Namespace) -> None:
    """Write the studio out."""
    from kitsulite.areas.takeover.here import Here
    from kitsulite.areas.takeover.leaving import leave
    from kitsulite.areas.takeover.refusals import CannotTakeOver
    from kitsulite.areas.takeover.stores import open_zou_files

    if not arguments.database:
        raise Stop("Say where to: --database postgresql://USER@HOST/NAME, an empty one.", MISUSED)
    try:
        files = open_zou_files(arguments.files, new=True) if arguments.files else None
        with opened(studio_settings(arguments)) as tracker, progress_bar() as progress:
            here = Here(tracker.db, tracker.files, tracker.keys.seal, tracker.settings)
            report = leave(here, arguments.database, files, progress.track)
    except CannotTakeOver as problem:
        raise Stop(str(problem)) from None
    tell(report, arguments.report)


COMMANDS = (
    Command(
        "export zou",
        "write the whole studio into an empty database, as a Zou has it",
        export_zou,
        (
            argument("--database", metavar="URL", help="an empty database: postgresql://USER@HOST/NAME"),
            argument(
                "--files", metavar="WHERE", help="where its files go: a folder, or s3://FS_BUCKET_PREFIX?endpoint=URL"
            ),
            argument("--report", metavar="FILE", help="write what could not be written as it is, as JSON"),
            *HERE,
        ),
    ),
)
