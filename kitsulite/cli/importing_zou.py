"""`kitsulite import zou`: a studio that worked on Zou, taken over (docs/takeover.md)."""

import argparse
import getpass
import json
import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from kitsulite.cli.command import MISUSED, REFUSED, Command, Stop, argument, one_line, opened, settings_of
from kitsulite.cli.moving import progress_bar
from kitsulite.cli.people import PASSWORD_VARIABLE
from kitsulite.storage.wholefile import whole_file

if TYPE_CHECKING:
    from kitsulite.areas.takeover.here import Here
    from kitsulite.areas.takeover.memory import Memory
    from kitsulite.areas.takeover.report import Report
    from kitsulite.areas.takeover.source import Readable
    from kitsulite.areas.takeover.stores import ZouFiles
    from kitsulite.settings import Settings
    from kitsulite.tracker import Tracker

EVERY, SOONEST = 30.0, 1.0
SHOWN = 20


def import_zou(arguments: argparse.Namespace) -> None:
    """Take over a Zou, follow it, or compare it."""
    if bool(arguments.database) == bool(arguments.url):
        raise Stop("Say where the Zou is: --database postgresql://USER@HOST/NAME, or --url https://HOST.", MISUSED)
    if arguments.every < SOONEST:
        raise Stop(f"--every {SOONEST:g} or more seconds: each look costs the old server something.", MISUSED)
    if arguments.url and arguments.follow:
        raise Stop("--follow reads a database: through an API, take over again instead.", MISUSED)
    if arguments.invite and not arguments.url:
        raise Stop("--invite is for --url: with the database, passwords come along.", MISUSED)
    with _both(arguments) as (tracker, source, files, memory):
        here = _here(tracker)
        if arguments.verify:
            _verify(here, source, files, memory)
            return
        report = _take(here, source, files, memory)
        if arguments.invite:
            report.notes.append(f"{_invite(tracker, memory)} people were sent a link for a new password.")
        tell(report, arguments.report)
        if arguments.follow:
            _follow(here, source, files, memory, arguments.every)


def studio_settings(arguments: argparse.Namespace) -> "Settings":
    """The settings of the studio, where --database is the other side's."""
    return settings_of(argparse.Namespace(data=arguments.data, database=arguments.studio_database))


@contextmanager
def _both(arguments: argparse.Namespace) -> "Iterator[tuple[Tracker, Readable, ZouFiles | None, Memory]]":
    """The studio and the Zou, open."""
    from kitsulite.areas.takeover.memory import Memory
    from kitsulite.areas.takeover.refusals import CannotTakeOver

    try:
        source, files = _through_api(arguments) if arguments.url else _at_home(arguments)
        try:
            with opened(studio_settings(arguments), new=not arguments.verify, first_data=False) as tracker:
                memory = Memory(tracker.folder)
                try:
                    yield tracker, source, files, memory
                finally:
                    memory.close()
        finally:
            source.close()
    except CannotTakeOver as problem:
        raise Stop(str(problem)) from None


def _at_home(arguments: argparse.Namespace) -> "tuple[Readable, ZouFiles | None]":
    """A Zou by its database and its files."""
    from kitsulite.areas.takeover.source import Source
    from kitsulite.areas.takeover.stores import open_zou_files

    files = open_zou_files(arguments.files) if arguments.files else None
    source = Source(arguments.database)
    with source.moment():  # what is no Zou makes no studio
        _ = source.identity
    return source, files


def _through_api(arguments: argparse.Namespace) -> "tuple[Readable, ZouFiles | None]":
    """A Zou by its API, signed in to."""
    from kitsulite.areas.takeover.apifiles import ApiFiles
    from kitsulite.areas.takeover.apisource import ApiSource
    from kitsulite.areas.takeover.site import Site

    if not arguments.login:
        raise Stop("Say as whom: --login EMAIL, an admin there.", MISUSED)
    if arguments.files:
        raise Stop("With --url, files come through the API: leave out --files.", MISUSED)
    site = Site(arguments.url)
    site.log_in(arguments.login, _password())
    source = ApiSource(site)
    return source, ApiFiles(source)


def _password() -> str:
    """Of the account there: from the environment, a person at the terminal, or a pipe."""
    if password := os.environ.get(PASSWORD_VARIABLE):
        return password
    if sys.stdin.isatty():
        return getpass.getpass("Password: ")
    return sys.stdin.readline().rstrip("\n")


def _here(tracker: "Tracker") -> "Here":
    from kitsulite.areas.takeover.here import Here

    return Here(tracker.db, tracker.files, tracker.keys.seal, tracker.settings)


def _take(here: "Here", source: "Readable", files: "ZouFiles | None", memory: "Memory") -> "Report":
    from kitsulite.areas.takeover import notes
    from kitsulite.areas.takeover.apisource import ApiSource
    from kitsulite.areas.takeover.takingover import TakeOver

    with progress_bar() as progress:
        over = TakeOver(here, source, files, memory, progress.track)
        if not isinstance(source, ApiSource):
            return over.run()
        with source.moment():  # lists are long to read: once is enough
            report = over.run()
            notes.tell_unseen(source, report)
            return report


def _invite(tracker: "Tracker", memory: "Memory") -> int:
    """Mail a link for a first password to each who works here and has none; once."""
    from kitsulite.areas.people import persons
    from kitsulite.models.people import OF_STUDIO, Person
    from kitsulite.work.work import operator

    without = (Person.password.is_null(), Person.active, ~Person.is_bot, OF_STUDIO, Person.email.is_null(False))
    with tracker.work(operator()) as work:
        ids = [
            id for id in work.db.values(Person.select(Person.id).where(*without)) if not memory.fact(f"invited {id}")
        ]
        for id in ids:
            persons.invite(work, id)
    for id in ids:
        memory.note(f"invited {id}", "yes")
    memory.commit()
    return len(ids)


def tell(report: "Report", file: str | None) -> None:
    """Write the file, then print: whoever reads the lines may go away before their end."""
    try:
        if file:
            with whole_file(Path(file)) as written:
                written.write(json.dumps(report.as_json(), indent=1, ensure_ascii=False).encode() + b"\n")
    except OSError as problem:
        raise Stop(f"{file} cannot be written: {problem.strerror}.") from None
    finally:
        for line in report.lines():
            print(line)


def _follow(here: "Here", source: "Readable", files: "ZouFiles | None", memory: "Memory", every: float) -> None:
    """Keep up until somebody ends it, and finish what is at work then."""
    from kitsulite.areas.takeover.refusals import CannotTakeOver
    from kitsulite.areas.takeover.takingover import TakeOver
    from kitsulite.storage import StorageError, StoreBroken
    from kitsulite.tui.sentences import of_database

    ended = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: ended.set())
    print(f"Following, every {every:g} s. Ctrl-C ends it.", flush=True)
    take_over = TakeOver(here, source, files, memory, _quietly)
    while not ended.wait(every):
        try:
            report = take_over.catch_up()
        except (CannotTakeOver, StorageError, StoreBroken) as problem:
            why = (isinstance(problem, StorageError) and of_database(problem)) or one_line(problem)
            print(f"{why} It is tried again in {every:g} s.", file=sys.stderr, flush=True)
            continue
        if report.changes or report.files["copied"] or report.issues:
            for line in report.lines():
                print(line, flush=True)
    print("Ended. Take over once more without --follow, then --verify.")


def _quietly(rows: "Iterator[object]", **_: object) -> "Iterator[object]":
    return rows


def _verify(here: "Here", source: "Readable", files: "ZouFiles | None", memory: "Memory") -> None:
    from kitsulite.areas.takeover.verifying import verify

    different = 0
    with progress_bar() as progress:
        for table, theirs, ours, differences in verify(here, source, files, memory, progress.track):
            different += len(differences)
            if differences:
                progress.console.print(f"{table}: {theirs} there, {ours} here, {len(differences)} differ")
                for difference in differences[:SHOWN]:
                    print(f"  {difference}")
            elif theirs:
                print(f"{table}: {theirs}")
    if different:
        raise Stop(f"{different} rows and files are not the same.", REFUSED)
    print("Everything is the same.")


HERE = (
    argument("--data", metavar="DIR", help="folder of the studio (KITSULITE_DATA, else ./studio)"),
    argument(
        "--studio-database",
        metavar="URL",
        help="database of the studio (KITSULITE_DATABASE, else studio.db in its folder)",
    ),
)
"""Which studio it is about; --database and --files are the Zou's."""

COMMANDS = (
    Command(
        "import zou",
        "take over a studio that works on Zou; again, it takes what changed since",
        import_zou,
        (
            argument(
                "--database", metavar="URL", help="the Zou's database: postgresql://USER@HOST/NAME; it is only read"
            ),
            argument(
                "--files",
                metavar="WHERE",
                help="the Zou's files: its PREVIEW_FOLDER, or s3://FS_BUCKET_PREFIX?endpoint=URL; without, no files come",
            ),
            argument("--url", metavar="URL", help="instead of the two: the Zou's address, to be read through its API"),
            argument("--login", metavar="EMAIL", help="of an admin there, for --url; the password is asked for"),
            argument("--invite", action="store_true", help="with --url: mail people a link for a new password"),
            argument("--follow", action="store_true", help="keep up with what changes there, until Ctrl-C"),
            argument(
                "--every", metavar="SECONDS", type=float, default=EVERY, help=f"how often, with --follow ({EVERY:g})"
            ),
            argument("--verify", action="store_true", help="change nothing; compare every row and every file"),
            argument("--report", metavar="FILE", help="write all that was cleaned, left or missing, as JSON"),
            *HERE,
        ),
    ),
)
