"""What a command is made of, and how it ends."""

import argparse
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kitsulite.proxies import Trust
from kitsulite.settings import BadSetting, Settings, misspelt
from kitsulite.work.texts import shown

if TYPE_CHECKING:
    from kitsulite.tracker import Tracker

DONE, REFUSED, MISUSED, UNOPENED, BROKEN = range(5)
EXIT_CODES = """exit codes:
  0    done
  1    refused: what was asked for is against a rule of the studio, or the input is wrong
  2    the command line is wrong
  3    the studio could not be opened: a setting, its folder or its database
  4    an error in Kitsulite
  130  interrupted (Ctrl-C)
"""


class Stop(Exception):
    """Ends a command with one sentence for the person at the terminal."""

    def __init__(self, sentence: str, code: int = REFUSED) -> None:
        super().__init__(sentence)
        self.code = code


@dataclass(frozen=True)
class Argument:
    """One argument, as argparse takes it."""

    names: tuple[str, ...]
    options: dict[str, Any]

    def add_to(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument(*self.names, **self.options)


def argument(*names: str, **options: Any) -> Argument:
    return Argument(names, options)


STUDIO = (
    argument("--data", metavar="DIR", help="folder of the studio (KITSULITE_DATA, else ./studio)"),
    argument(
        "--database", metavar="URL", help="database of the studio (KITSULITE_DATABASE, else studio.db in its folder)"
    ),
)
"""Which studio a command is about."""


@dataclass(frozen=True)
class Command:
    """A row of the table of commands.

    name  one word, or two where commands form a group
    """

    name: str
    help: str
    run: Callable[[argparse.Namespace], None]
    arguments: Sequence[Argument] = ()


def must_belong(arguments: argparse.Namespace, here: str, belongs: Mapping[str, Sequence[str]]) -> None:
    """Stop for an option that would be passed over in silence.

    here     what is to be done, or with what
    belongs  by option, with what alone it says anything
    """
    for option, places in belongs.items():
        if getattr(arguments, option.removeprefix("--").replace("-", "_")) and here not in places:
            raise Stop(f"{option} does not belong to {here}, only to {', '.join(places)}.", MISUSED)


def settings_of(arguments: argparse.Namespace) -> Settings:
    """What the environment and the command line say; on the way, a word about variables that mean nothing."""
    for name, meant in misspelt(os.environ):
        hint = f", but {meant}" if meant else ""
        print(f"kitsulite: there is no option {name}{hint}; it changes nothing.", file=sys.stderr)
    try:
        settings = Settings.from_environment(data=arguments.data, database=arguments.database)
        Trust(settings.trusted_proxies)  # says what is none
        return settings
    except BadSetting as problem:
        raise Stop(str(problem), UNOPENED) from None


@contextmanager
def opened(
    settings: Settings, *, new: bool = False, first_data: bool = True, also_left: bool = False, lasting: bool = False
) -> "Iterator[Tracker]":
    """The studio of a command, open while it lasts. Why it cannot be opened, or refuses what is asked, becomes a Stop.

    new        whether the command may make a studio where there is none
    also_left  whether it has to do with what a studio left behind that moved
    lasting    whether it goes on when something is out of order for a while, which then is logged; else it is said as it ends
    """
    import peewee

    from kitsulite.models import BadValue
    from kitsulite.storage import StorageError, StoreBroken
    from kitsulite.storage.seal import CannotOpen
    from kitsulite.storage.told import hushed
    from kitsulite.tracker import Tracker
    from kitsulite.tui.sentences import of_database
    from kitsulite.work.errors import TradeError

    if not new and not _may_be_studio(settings):
        raise Stop(f"There is no studio in {settings.data}: `kitsulite serve` makes one.", UNOPENED)
    try:
        with hushed():
            tracker = Tracker(settings, first_data=first_data, also_left=also_left)
    except (OSError, ValueError, RuntimeError, StorageError, peewee.PeeweeException) as problem:
        why = (
            f"{problem.filename}: {problem.strerror}." if isinstance(problem, OSError) and problem.filename else problem
        )
        raise Stop(f"The studio cannot be opened: {one_line(why)}", UNOPENED) from problem
    with tracker, nullcontext() if lasting else hushed():
        try:
            yield tracker
        except StorageError as problem:
            raise Stop(of_database(problem) or one_line(problem)) from problem
        except (TradeError, BadValue, StoreBroken, CannotOpen) as problem:
            raise Stop(one_line(problem)) from problem


def _may_be_studio(settings: Settings) -> bool:
    """Whether there is anything of a studio where one is looked for; a folder of something else is not made one, nor closed."""
    from kitsulite.work.keys import holds_studio

    folder = Path(settings.data)
    return folder.is_dir() and (bool(settings.database) or holds_studio(folder))


def aligned(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """The lines of a table."""
    rows = [[shown(cell) for cell in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()


def cell(value: object) -> str:
    """A value as it stands in a table."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else str(value)


def print_table(rows: Iterable[Mapping[str, Any]], columns: Sequence[str], cell: Callable[[Any], str] = cell) -> None:
    """These columns of rows, below their names."""
    heads = [column.replace("_", " ") for column in columns]
    for line in aligned([heads, *([cell(row[column]) for column in columns] for row in rows)]):
        print(line)


def one_line(problem: object) -> str:
    """What an error, or anything, says, without line breaks."""
    return shown(" ".join(str(problem).split())) or type(problem).__name__
