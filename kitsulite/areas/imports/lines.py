"""Taking a table in, line by line (docs/api/imports.md).

A line comes in whole or not at all. The first that is refused ends the import: what came before it stays, or, when the import
is atomic, goes as well. A dry run takes everything in, says what became of each line, also of those after a refused one, and
undoes it all.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Generic, Protocol, TypeVar

from kitsulite.areas.imports.tables import BadCell, MissingColumn, Table
from kitsulite.models import BadValue
from kitsulite.models.shapes import Raw
from kitsulite.storage import StorageError
from kitsulite.storage.errors import Busy, CannotWrite, DiskFull, Unreachable
from kitsulite.work.errors import PlainlyRefused, Refused, WrongParameter
from kitsulite.work.work import Begin, Part, Work

LINES_A_WORK = 100
"""How many lines one transaction takes in, so that others who write need not wait for long."""
OF_A_LINE = (BadCell, BadValue, MissingColumn, PlainlyRefused, Refused, StorageError, WrongParameter)
NOT_ITS_FAULT = (Busy, CannotWrite, DiskFull, Unreachable)

MADE, CHANGED, LEFT, REFUSED = "made", "changed", "left", "refused"


@dataclass(frozen=True)
class Taken:
    """What a line came to.

    id      of the row that it is about; None where there is none to answer
    name    what it is about, for people
    is_new  whether the row was made
    why     why nothing came of it, where that is no mistake
    """

    id: str | None
    name: str
    is_new: bool = False
    why: str | None = None


class Numbered(Protocol):
    """A line: it knows which one it is."""

    @property
    def number(self) -> int: ...


N = TypeVar("N", bound=Numbered)


class Importer(Generic[N]):
    """How the lines of one kind of table are taken in. It lasts for one import."""

    def prepare(self, work: Work, table: Table[N]) -> None:
        """Look up what all lines are compared with."""

    def begin(self, work: Work, lines: list[N]) -> None:
        """These lines follow, in this work: look up what they are about."""

    def take(self, work: Work, line: N) -> Taken:
        """Take one line in; whatever is `OF_A_LINE` refuses it."""
        raise NotImplementedError

    def forget(self, work: Work) -> None:
        """The line at hand was refused: what was remembered of its rows is wrong."""

    def show(self, work: Work, ids: list[str]) -> dict[str, Raw]:
        """Rows as they are answered, by their ids."""
        return {}

    def details(self, part: Part, taken: Taken) -> dict[str, Any]:
        """What a line changed, for people: name -> [before, after]."""
        return {}


@dataclass
class Report:
    """What an import came to; of a dry run all that it would come to.

    passed_over  the columns that mean nothing
    """

    taken: list[Taken] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys((MADE, CHANGED, LEFT, REFUSED), 0))
    lines: list[dict[str, Any]] = field(default_factory=list)
    passed_over: list[str] = field(default_factory=list)

    def add(self, number: int, outcome: str, name: str, **more: Any) -> None:
        self.counts[outcome] += 1
        self.lines.append({"line_number": number, "outcome": outcome, "name": name, **more})


class _Undo(Exception):
    """Ends an atomic import of which a line is refused."""


def take_in(
    begin: Begin,
    importer: Importer[N],
    table: Table[N],
    *,
    atomic: bool = False,
    dry: bool = False,
    told: Callable[[int], None] = lambda number: None,
) -> Report:
    """Take the lines of a table in; Refused, with `line_number` and `imported_rows`, for the first that cannot be.

    atomic  all lines or none
    dry     none, and no line is refused: the report says what would become of each
    told    is called with the number of each line that is done
    """
    report = Report()
    with begin(writes=False) as work:
        importer.prepare(work, table)
    failure = None
    if dry:
        with begin(rehearsal="here" if len(table.lines) <= LINES_A_WORK else "aside") as work:
            _take_some(work, importer, table.lines, report, told, dry=True)
    elif atomic:
        with suppress(_Undo), begin() as work:
            failure = _take_some(work, importer, table.lines, report, told, dry=False)
            if failure is not None:
                raise _Undo
    else:
        for start in range(0, len(table.lines), LINES_A_WORK):
            with begin() as work:
                some = table.lines[start : start + LINES_A_WORK]
                failure = _take_some(work, importer, some, report, told, dry=False)
            if failure is not None:
                break
    if failure is not None:
        number, problem = failure
        facts = {"line_number": number, "imported_rows": 0 if atomic else len(report.taken)}
        raise Refused(in_words(problem), **facts, **hint_of(problem))
    report.passed_over = table.head.passed_over
    return report


Failure = tuple[int, Exception]
"""The line that is refused, and why."""


def _take_some(
    work: Work, importer: Importer[N], lines: list[N], report: Report, told: Callable[[int], None], *, dry: bool
) -> Failure | None:
    """Take lines in as parts of one work; the first refusal, unless it is a dry run."""
    importer.begin(work, lines)
    for line in lines:
        try:
            with work.part() as part:
                taken = importer.take(work, line)
        except NOT_ITS_FAULT:
            raise
        except OF_A_LINE as problem:
            importer.forget(work)
            if not dry:
                return line.number, problem
            report.add(line.number, REFUSED, "", message=in_words(problem), **hint_of(problem))
        else:
            report.taken.append(taken)
            outcome = MADE if taken.is_new else CHANGED if part.events else LEFT
            more = {"changes": importer.details(part, taken)} if dry else {}
            report.add(line.number, outcome, taken.name, **more, **({"message": taken.why} if taken.why else {}))
        told(line.number)
    return None


def in_words(problem: Exception) -> str:
    """What is wrong with a line."""
    match problem:
        case MissingColumn():
            return f"A columns is missing: '{problem}'"
        case BadCell() | BadValue():
            return f"A value is invalid: {problem}"
        case Refused() | WrongParameter() | PlainlyRefused():
            return problem.message
    return str(problem).partition("\n")[0]


def hint_of(problem: Exception) -> dict[str, str]:
    """What helps where the words do not."""
    return {"hint": problem.hint} if isinstance(problem, MissingColumn) else {}


def answer(begin: Begin, importer: Importer[N], report: Report) -> list[Raw | None]:
    """A row for each line, in their order; None for those that are about no row of their own."""
    ids = list(dict.fromkeys(taken.id for taken in report.taken if taken.id))
    with begin(writes=False) as work:
        shown = importer.show(work, ids)
    return [shown.get(taken.id) if taken.id else None for taken in report.taken]
