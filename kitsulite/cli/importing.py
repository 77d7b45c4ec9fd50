"""`kitsulite import csv` and `import otio`: tables of a spreadsheet, and cuts of an editor, into a studio."""

import argparse
import io
import math
import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kitsulite.cli.command import (
    MISUSED,
    REFUSED,
    STUDIO,
    Command,
    Stop,
    argument,
    must_belong,
    one_line,
    opened,
    settings_of,
)
from kitsulite.cli.exporting import named
from kitsulite.cli.moving import STANDARD, progress_bar

if TYPE_CHECKING:
    from kitsulite.areas.imports.lines import Importer, N, Report
    from kitsulite.areas.imports.tables import Line, Table
    from kitsulite.tracker import Tracker
    from kitsulite.work.work import Caller, Work

KINDS = ("assets", "shots", "edits", "casting", "estimations", "persons")
BELONGS = {
    "--project": KINDS[:-1],
    "--task-type": ("estimations",),
    "--episode": ("estimations",),
    "--update": ("assets", "shots", "edits", "persons"),
}
CUT = "cut"
PROJECT = argument("--project", metavar="NAME", help="the production; persons are of none")
BY_PARTS = argument(
    "--by-parts",
    action="store_true",
    help="a hundred lines at a time, so that others can write meanwhile; what came before a line that is refused stays",
)
IN_WHOSE_NAME = argument("--as", dest="person", metavar="EMAIL", help="in whose name tasks are given and comments said")


def take_csv(arguments: argparse.Namespace) -> None:
    """Take a table in, all of it or nothing, or say what that would do."""
    from kitsulite.areas.imports.tables import read_table

    must_belong(arguments, arguments.kind, BELONGS)
    content = io.BytesIO(_content(arguments.file))
    with opened(settings_of(arguments)) as tracker:
        importer = _importer(tracker, arguments)
        report = _take_in(tracker, importer, read_table(content), arguments)
    _tell(report, dry=arguments.dry_run)


def take_otio(arguments: argparse.Namespace) -> None:
    """Take an edit list in, all of it or nothing, or say what that would do."""
    from kitsulite.areas.imports import cuts
    from kitsulite.models.productions import Project
    from kitsulite.storage.files import Upload
    from kitsulite.work.operator import operator_here

    file = Upload("file", arguments.file, "", io.BytesIO(_content(arguments.file)))
    if not arguments.project:
        raise Stop("A cut is of one production: say which with --project.", MISUSED)
    with opened(settings_of(arguments)) as tracker:
        with tracker.work(operator_here(), writes=False) as work:
            project = work.get(Project, named(work, Project, arguments.project))
            episode = cuts.the_episode(work, project, _episode(work, project["id"], arguments.episode))
        importer = cuts.CutImporter(project, episode, arguments.naming, loose=arguments.ignore_case)
        table = cuts.read_upload(tracker.settings, project, file, arguments.fps)
        report = _take_in(tracker, importer, table, arguments, CUT)
    for line in report.lines:
        line["outcome"] = importer.effects.get(line["line_number"], line["outcome"])
    _tell(report, dry=arguments.dry_run, usual=cuts.SAME, noun=CUT)
    for shot in importer.missing():
        print(f"not in the cut: {shot['sequence']} {shot['name']}")


def _take_in(
    tracker: "Tracker",
    importer: "Importer[N]",
    table: "Table[N]",
    arguments: argparse.Namespace,
    noun: str = "line",
) -> "Report":
    """All lines or none, unless it is to be by parts; with a bar."""
    from kitsulite.areas.imports import lines
    from kitsulite.work.errors import Refused

    with progress_bar() as progress:
        told = progress.add_task("Looking" if arguments.dry_run else "Importing", total=len(table.lines))
        try:
            return lines.take_in(
                partial(tracker.work, caller_named(tracker, arguments.person)),
                importer,
                table,
                atomic=not arguments.by_parts,
                dry=arguments.dry_run,
                told=lambda number: progress.advance(told),
            )
        except Refused as problem:
            where = f"{noun} {problem.facts['line_number']}: " if "line_number" in problem.facts else ""
            done = problem.facts.get("imported_rows")
            kept = f"what came before it was imported ({done})" if done else "nothing was imported"
            raise Stop(f"{arguments.file}, {where}{_hinted(problem.message, problem.facts)}; {kept}.") from None


def _tell(report: "Report", *, dry: bool, usual: str = "left", noun: str = "line") -> None:
    """What became of a table, or would: of a dry run each line that does something, else those that do nothing for a reason."""
    for line in report.lines:
        if "message" in line or (dry and line["outcome"] != usual):
            print(" ".join(filter(None, (f"{noun} {line['line_number']}", line["outcome"], line["name"], _more(line)))))
    if report.passed_over:
        print(f"Columns that mean nothing here were passed over: {', '.join(report.passed_over)}.")
    made, changed, left, refused = report.counts.values()
    would = "would be " if dry else ""
    print(
        f"{made} {would}made, {changed} changed, {left} left as they are"
        + (f", {refused} refused." if refused else ".")
    )
    if refused:
        raise Stop(f"As it is, none of it would be imported: every {noun} has to be right.", REFUSED)


def _more(line: dict[str, Any]) -> str:
    """What changes, or why nothing does."""
    changes = [
        f"{key}: {one_line(before)} -> {one_line(after)}" for key, (before, after) in line.get("changes", {}).items()
    ]
    return "; ".join(filter(None, [*changes, _hinted(line.get("message", ""), line)]))


def _hinted(message: str, facts: dict[str, Any]) -> str:
    return f"{message} ({facts['hint']})" if "hint" in facts else message


def rate(text: str) -> float:
    """Frames a second; ValueError for what is no speed."""
    if not 0 < float(text) < math.inf:
        raise ValueError(text)
    return float(text)


def _content(name: str) -> bytes:
    if name == STANDARD:
        return sys.stdin.buffer.read()
    try:
        return Path(name).read_bytes()
    except OSError as problem:
        raise Stop(f"{name} cannot be read: {problem.strerror}.") from None


def _importer(tracker: "Tracker", arguments: argparse.Namespace) -> "Importer[Line]":
    """What takes in such tables."""
    from kitsulite.areas import imports
    from kitsulite.areas.imports.estimations import EstimationImporter
    from kitsulite.models.productions import Project
    from kitsulite.models.tasks import TaskType
    from kitsulite.work.operator import operator_here

    kind = arguments.kind
    with tracker.work(operator_here(), writes=False) as work:
        if kind == "persons":
            return imports.TABLES[kind].make(update=arguments.update)
        if not arguments.project:
            raise Stop(f"{kind} are of one production: say which with --project.", MISUSED)
        project = work.get(Project, named(work, Project, arguments.project))
        if kind == "casting":
            return imports.TABLES[kind].make(project)
        if kind != "estimations":
            return imports.TABLES[kind].make(project, update=arguments.update)
        if not arguments.task_type:
            raise Stop("Estimations are of one task type: say which with --task-type.", MISUSED)
        task_type_id = named(work, TaskType, arguments.task_type)
        return EstimationImporter(project, task_type_id, _episode(work, project["id"], arguments.episode))


def _episode(work: "Work", project_id: str, name: str | None) -> str | None:
    from kitsulite.models.entities import Entity
    from kitsulite.work.kinds import EPISODE, of_kind

    return name and named(work, Entity, name, Entity.project_id == project_id, of_kind(work, EPISODE))


def caller_named(tracker: "Tracker", email: str | None) -> "Caller":
    """The person of this address, else whoever runs the machine."""
    from kitsulite.models.people import Person
    from kitsulite.work.operator import operator_here
    from kitsulite.work.work import Caller

    if email is None:
        return operator_here()
    with tracker.work(operator_here(), writes=False) as work:
        person = work.db.row(Person.select().where(Person.email == email.lower(), ~Person.is_bot))
    if person is None:
        raise Stop(f"There is nobody with the address {email}.")
    return Caller(person)


COMMANDS = (
    Command(
        "import csv",
        "take in a table, CSV or .xlsx: all of it, or nothing",
        take_csv,
        (
            argument("kind", metavar="KIND", choices=KINDS, help=", ".join(KINDS)),
            argument("file", metavar="FILE", help="the table; - is standard input"),
            PROJECT,
            argument("--task-type", metavar="NAME", help="of which tasks estimations are"),
            argument("--episode", metavar="NAME", help="of which episode's tasks alone"),
            argument("--update", action="store_true", help="change what is there, too, as the table says"),
            argument("--dry-run", action="store_true", help="only say what would become of each line"),
            BY_PARTS,
            IN_WHOSE_NAME,
            *STUDIO,
        ),
    ),
    Command(
        "import otio",
        "take in the cut of an editor (EDL, OTIO, FCP XML): all of it, or nothing",
        take_otio,
        (
            argument("file", metavar="FILE", help="the edit list: .edl, .otio, .otioz or .xml"),
            PROJECT,
            argument("--episode", metavar="NAME", help="which episode the cut is of, in a TV show"),
            argument(
                "--naming",
                metavar="CONVENTION",
                default="",
                help="how clips are called: ${project_name}_${sequence_name}-${shot_name}",
            ),
            argument("--ignore-case", action="store_true", help="large letters are the same as small ones"),
            argument("--fps", type=rate, metavar="RATE", help="frames a second of the list, else the production's"),
            argument("--dry-run", action="store_true", help="only say which shots are new, moved, trimmed and missing"),
            BY_PARTS,
            IN_WHOSE_NAME,
            *STUDIO,
        ),
    ),
)
