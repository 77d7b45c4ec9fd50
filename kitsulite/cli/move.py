"""`kitsulite move`: a studio into another database, or its files into another store."""

import argparse
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from kitsulite.cli.command import MISUSED, STUDIO, UNOPENED, Command, Stop, argument, one_line, opened, settings_of
from kitsulite.cli.moving import progress_bar

if TYPE_CHECKING:
    from kitsulite.storage import Database, FileStore
    from kitsulite.tracker import Tracker

ONE_DAY = 24 * 3600.0
SERVED = (
    "Somebody serves this studio: stop every server and `kitsulite jobs run` of it first. (After a crash it takes a minute "
    "until that is believed.)"
)


def move(arguments: argparse.Namespace) -> None:
    """Carry files and rows over, look whether all of it came, and say what to change in the settings."""
    from kitsulite.areas.backups import left
    from kitsulite.work import jobs

    if not (arguments.to or arguments.files_to):
        raise Stop("Say where to: --to URL for the rows, --files-to URL for the files, or both.", MISUSED)
    settings = settings_of(arguments)
    folder = Path(settings.data)
    with opened(settings, also_left=True) as tracker:
        with tracker.work(writes=False) as work:
            if jobs.are_done(work):
                raise Stop(SERVED)
        changes = []
        with _database(tracker, arguments.to) if arguments.to else nullcontext() as target:
            if arguments.files_to:
                files = _move_files(tracker, arguments.files_to)
                changes.append(("KITSULITE_FILES", arguments.files_to))
            if target:
                _move_rows(tracker, target)
                changes.append(("KITSULITE_DATABASE", arguments.to))
                left.note(folder, tracker.db.place, target.place, arguments.to)
            if arguments.files_to:
                left.note(folder, tracker.files.place, files.place, arguments.files_to)
    print("What was moved is still where it was, too. From now on start the studio with:")
    for name, value in changes:
        print(f"  {name}={_shown(name, value, folder)}")


def _shown(name: str, url: str, folder: Path) -> str:
    """What a variable says then; where that is what it says by itself, that it is not needed."""
    from kitsulite.settings import without_password
    from kitsulite.storage import url_of

    usual = {
        "KITSULITE_DATABASE": url_of(folder / "studio.db"),
        "KITSULITE_FILES": (folder / "files").absolute().as_uri(),
    }
    return f"{without_password(url)}" + (" (or without it)" if url == usual[name] else "")


def _move_files(tracker: "Tracker", url: str) -> "FileStore":
    from kitsulite.areas.backups import copying

    source, target = tracker.files, _files(tracker, url)
    if source.place == target.place:
        raise Stop(f"The files are in {source.place} already.")
    _stand_apart(source, target)
    if others := copying.strangers(source, target):
        raise Stop(f"There are other files in {target.place}, such as {others[0]}: say an empty place.")
    files = list(source.listing())
    count = size = already = 0
    with progress_bar() as progress:
        bar = progress.add_task("Files", total=sum(stat.size for _, stat in files))
        try:
            for done in copying.copy_files(source, target, files):
                progress.advance(bar, done.size)
                count, size, already = count + 1, size + done.size, already + done.was_there
        except copying.Changed as problem:
            raise Stop(f"{problem} The studio stays where it is.") from None
    there = f", {already} of which were there" if already else ""
    print(f"{count} files ({size} bytes) are in {target.place}{there}; each was read back.")
    return target


def copy_files(arguments: argparse.Namespace) -> None:
    """Bring what a store lacks of the studio's files, which stay the studio's; or the other way round."""
    from kitsulite.areas.backups import copying

    if bool(arguments.to) == bool(arguments.source):
        raise Stop("Say --to URL, or --from URL.", MISUSED)
    with opened(settings_of(arguments)) as tracker:
        other = _files(tracker, arguments.to or arguments.source)
        source, target = (tracker.files, other) if arguments.to else (other, tracker.files)
        _stand_apart(source, target)
        since = time.time() - arguments.days * ONE_DAY if arguments.days is not None else 0.0
        files = [(key, stat) for key, stat in source.listing() if stat.changed_at >= since]
        count = already = 0
        with progress_bar() as progress:
            bar = progress.add_task("Files", total=sum(stat.size for _, stat in files))
            try:
                for done in copying.copy_files(source, target, files):
                    progress.advance(bar, done.size)
                    count, already = count + 1, already + done.was_there
            except copying.Changed as problem:
                raise Stop(one_line(problem)) from None
    print(f"{count - already} files were copied to {target.place}, {already} were there; each was read back.")


def _stand_apart(source: "FileStore", target: "FileStore") -> None:
    """A store within another would be copied into itself."""
    from kitsulite.areas.backups import copying
    from kitsulite.storage.files import Folder

    if isinstance(source, Folder) and (folder := copying.around(target, [source.folder])):
        raise Stop(f"{target.place} lies in {folder}, where the files are that are copied: say a place of its own.")


def _files(tracker: "Tracker", url: str) -> "FileStore":
    from kitsulite.storage import open_files

    try:
        return open_files(url, tracker.settings.scratch_folder)
    except ValueError as problem:
        raise Stop(one_line(problem), MISUSED) from None


def _move_rows(tracker: "Tracker", target: "Database") -> None:
    from kitsulite.areas.backups import moving
    from kitsulite.areas.studio.transfer import BadLine
    from kitsulite.storage import StorageError

    try:
        with progress_bar() as progress:
            bar = progress.add_task("Rows", total=moving.count_rows(tracker.db))
            end = moving.move_rows(tracker.db, target, lambda: progress.advance(bar))
    except (moving.CannotMove, StorageError) as problem:
        raise Stop(one_line(problem)) from None
    except BadLine as problem:
        raise Stop(f"A row cannot be moved ({one_line(problem)}); nothing was.") from None
    print(f"{end['rows']} rows are in {target.place}, with the digest {end['digest'][:16]} that they had.")


@contextmanager
def _database(tracker: "Tracker", url: str) -> "Iterator[Database]":
    """Where the rows go, its schema made; what is no place for them is found out before anything moves."""
    from kitsulite.storage import open_database
    from kitsulite.storage.private import make_folder

    try:
        target = open_database(url)
    except (ValueError, RuntimeError) as problem:
        raise Stop(one_line(problem), MISUSED) from None
    if target.place == tracker.db.place:
        raise Stop(f"The rows are in {target.place} already.")
    if target.name == "sqlite":
        make_folder(Path(unquote(urlsplit(url).path)[1:]).parent)
    try:
        _prepare(target)
        yield target
    finally:
        target.close()


def _prepare(target: "Database") -> None:
    from kitsulite.models import schema
    from kitsulite.storage import StorageError

    try:
        schema.prepare(target)
    except StorageError as problem:
        raise Stop(one_line(problem)) from None
    except (schema.MustUpgrade, schema.TooNew, schema.Differs, schema.NoRoom) as problem:
        raise Stop(f"{target.place} cannot be moved to: {one_line(problem)}", UNOPENED) from None


COMMANDS = (
    Command(
        "move",
        "move a studio into another database, its files into another store, or both",
        move,
        (
            argument("--to", metavar="URL", help="database to move to: postgresql://USER@HOST/NAME or sqlite:///PATH"),
            argument("--files-to", metavar="URL", help="file store to move to: s3://BUCKET/PREFIX or file:///FOLDER"),
            *STUDIO,
        ),
    ),
    Command(
        "files copy",
        "copy files to another store, or from one, each read back; the studio goes on with its own",
        copy_files,
        (
            argument("--to", metavar="URL", help="store to copy to: s3://BUCKET/PREFIX or file:///FOLDER"),
            argument("--from", dest="source", metavar="URL", help="store to copy from"),
            argument("--days", type=float, help="only what was stored in the last so many days"),
            *STUDIO,
        ),
    ),
)
