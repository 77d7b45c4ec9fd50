"""`kitsulite load` and `kitsulite dump`: a studio as JSON lines."""

import argparse
import gzip
import sys
import zlib
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from itertools import chain, islice
from pathlib import Path
from typing import IO, TYPE_CHECKING, TypeVar

from kitsulite.areas.studio.marks import NotWhole, marked, unmarked
from kitsulite.cli.command import STUDIO, Command, Stop, argument, one_line, opened, settings_of
from kitsulite.storage.wholefile import whole_file

if TYPE_CHECKING:
    from rich.progress import Progress

Row = TypeVar("Row")

STANDARD = "-"
FILE = argument(
    "file", metavar="FILE", help="JSON lines, gzipped when the name ends in .gz; - is standard input or output"
)


def load(arguments: argparse.Namespace) -> None:
    """Put a dump into an empty studio: all of it, or nothing."""
    from kitsulite.areas.studio import transfer

    settings = settings_of(arguments)
    with progress_bar() as progress, _reading(arguments.file, progress) as lines, _told(arguments.file):
        rows = _begun(transfer.read_lines(unmarked(lines)))  # what is no dump makes no studio
        with opened(settings, new=True, first_data=False) as tracker:
            if transfer.count_rows(tracker.db):
                raise Stop("This studio holds rows already; a dump goes into an empty one.")
            count = transfer.load(tracker.db, rows, tracker.keys.seal)
    print(f"Loaded {count} rows.")


def dump(arguments: argparse.Namespace) -> None:
    """Write the whole studio."""
    from kitsulite.areas.studio import transfer
    from kitsulite.models.migrations import latest_version

    with (
        opened(settings_of(arguments)) as tracker,
        progress_bar() as progress,
        writing(arguments.file) as file,
        closing(transfer.dump(tracker.db, tracker.keys.seal)) as rows,
    ):
        told = progress.track(rows, total=transfer.count_rows(tracker.db), description="Dumping")
        for line in marked(told, latest_version()):
            file.write(line + b"\n")


def progress_bar() -> "Progress":
    """A bar on standard error, for people only."""
    from rich.console import Console
    from rich.progress import Progress

    return Progress(console=Console(stderr=True), transient=True, disable=not sys.stderr.isatty())


def _begun(rows: Iterator[Row]) -> Iterator[Row]:
    """The same rows, of which the first has been read."""
    return chain(list(islice(rows, 1)), rows)


@contextmanager
def _told(name: str) -> Iterator[None]:
    """What is wrong with a dump, in a line."""
    from kitsulite.areas.studio import transfer

    try:
        yield
    except transfer.BadLine as problem:
        raise Stop(f"{name}, {problem}; nothing was loaded.") from None
    except NotWhole as problem:
        raise Stop(f"{name} is not whole: {problem}; nothing was loaded.") from None
    except (OSError, EOFError, zlib.error) as problem:
        raise Stop(f"{name} cannot be read: {one_line(problem)}; nothing was loaded.") from None


@contextmanager
def _reading(name: str, progress: "Progress") -> Iterator[Iterable[bytes]]:
    if name == STANDARD:
        yield sys.stdin.buffer
        return
    try:
        file = progress.open(name, "rb", description="Loading")
    except OSError as problem:
        raise Stop(f"{name} cannot be read: {problem.strerror}.") from None
    with file:
        yield gzip.GzipFile(fileobj=file) if name.endswith(".gz") else file


@contextmanager
def writing(name: str) -> Iterator[IO[bytes] | gzip.GzipFile]:
    """A file that is there once it is whole."""
    if name == STANDARD:
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    try:
        with whole_file(Path(name)) as file:
            if name.endswith(".gz"):
                with gzip.GzipFile(fileobj=file, mode="wb", filename="") as packed:
                    yield packed
            else:
                yield file
    except OSError as problem:
        raise Stop(f"{name} cannot be written: {problem.strerror}.") from None


COMMANDS = (
    Command("load", "put a dump into an empty studio, all of it or nothing", load, (FILE, *STUDIO)),
    Command("dump", "write the whole studio, to keep it or to move it to another engine", dump, (FILE, *STUDIO)),
)
