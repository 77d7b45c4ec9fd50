"""Tables as people keep them, CSV of any spreadsheet and Excel's own files, as lines of texts (docs/api/imports.md)."""

import codecs
import csv
import datetime
import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, BinaryIO, Generic, TypeVar

from kitsulite.areas.exports.sheets import unguarded
from kitsulite.models.fields import LONGEST_JSON
from kitsulite.work.errors import Refused
from kitsulite.work.texts import brief

DELIMITERS = ",;\t|"
ZIPPED = b"PK\x03\x04"
MARKS = {
    codecs.BOM_UTF32_LE: "UTF-32-LE",  # which begins like the next but one
    codecs.BOM_UTF32_BE: "UTF-32-BE",
    codecs.BOM_UTF16_LE: "UTF-16-LE",
    codecs.BOM_UTF16_BE: "UTF-16-BE",
    codecs.BOM_UTF8: "UTF-8",
}
LARGEST_BOOK = 500 * 1024 * 1024
"""Bytes that an Excel file may have once it is unpacked."""
LONGEST_CELL = LONGEST_JSON
csv.field_size_limit(LONGEST_CELL)
"""Characters of a cell: whatever an export may have written. The csv module knows one limit only, that of the whole process."""
NO_DELIMITER = "Could not determine delimiter"
EMPTY = f"{NO_DELIMITER}: the file is empty."
ONE_COLUMN = f"{NO_DELIMITER}: there is no comma, semicolon, tab or bar between headings in the first line."
ASSIGNATIONS = "Assignations"
"""What an export calls the people of the task type in whose column's right it stands."""


class MissingColumn(Exception):
    """A column that must be there is not.

    hint  what helps to see why
    """

    def __init__(self, name: str, hint: str) -> None:
        super().__init__(name)
        self.hint = hint


class BadCell(Exception):
    """A cell holds what cannot be read."""


@dataclass
class Head:
    """The headings of a table, and which of them mean something, as somebody asked for what stands below."""

    headings: list[str] = field(default_factory=list)
    asked: set[str] = field(default_factory=set)

    def ask(self, heading: str) -> None:
        """Refused for a heading that stands over two columns."""
        if heading not in self.asked:
            if self.headings.count(heading) > 1:
                raise Refused(
                    f"The heading {brief(heading)} stands over two columns: which one is meant? Remove or rename the other."
                )
            self.asked.add(heading)

    @property
    def passed_over(self) -> list[str]:
        return [heading for heading in self.headings if heading.strip() and heading not in self.asked]


@dataclass(frozen=True)
class Line:
    """One line of a table.

    number  in the file, whose first line is the head
    cells   by what stands over them; None where the line is too short
    """

    number: int
    cells: dict[str, str | None]
    head: Head

    def __getitem__(self, heading: str) -> str | None:
        """The cell of a column that must be there; MissingColumn."""
        self.head.ask(heading)
        try:
            return self.cells[heading]
        except KeyError:
            raise MissingColumn(heading, f"the columns are {brief(', '.join(self.head.headings))}") from None

    def filled(self, heading: str) -> str:
        """The same of a column in which every line says something."""
        text = (self[heading] or "").strip()
        if not text:
            raise Refused(f"{heading} cannot be empty")
        return text

    def get(self, *headings: str) -> str | None:
        """The first of these cells that is there."""
        for heading in headings:
            self.head.ask(heading)
        return next((cell for heading in headings if (cell := self.cells.get(heading)) is not None), None)


L = TypeVar("L")


@dataclass(frozen=True)
class Table(Generic[L]):
    """A head and the lines below it; what is no table may have lines too."""

    head: Head
    lines: list[L]


def read_table(content: BinaryIO) -> Table[Line]:
    """A table out of a file; Refused for what is none."""
    start = content.read(len(ZIPPED))
    content.seek(0)
    rows = _rows_of_book(content) if start == ZIPPED else _rows_of_text(content)
    first = next(rows, None)
    if first is None:
        raise Refused(EMPTY)
    head = Head(_named(first[1]))
    return Table(head, list(_lines(head, rows)))


def _lines(head: Head, rows: Iterator[tuple[int, list[str]]]) -> Iterator[Line]:
    for number, row in rows:
        if any(cell.strip() for cell in row):
            cells: dict[str, str | None] = dict.fromkeys(head.headings)
            cells |= {key: unguarded(cell) for key, cell in zip(head.headings, row, strict=False)}
            yield Line(number, cells, head)


def _named(head: list[str]) -> list[str]:
    """The headings; of those that an export repeats each with the one before it."""
    pairs = pairwise(["", *head])
    return [f"{before} {name}" if name == ASSIGNATIONS and before else name for before, name in pairs]


# --- CSV ---


def _rows_of_text(content: BinaryIO) -> Iterator[tuple[int, list[str]]]:
    text = _decoded(content.read())
    first = text.lstrip("\r\n").partition("\n")[0].rstrip("\r")
    delimiter = max(DELIMITERS, key=first.count)
    if delimiter not in first:
        raise Refused(ONE_COLUMN if first else EMPTY)
    spaced = first.count(delimiter) == first.count(delimiter + " ")
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, skipinitialspace=spaced)
    try:
        for row in reader:
            if row:
                yield reader.line_num, row
    except csv.Error:
        raise Refused(f"Line {reader.line_num} has a cell of more than {LONGEST_CELL} characters.") from None


def _decoded(content: bytes) -> str:
    """The text of a file, which may begin with a byte order mark."""
    mark = next((mark for mark in MARKS if content.startswith(mark)), b"")
    coding = MARKS.get(mark, "UTF-8")
    try:
        return content.removeprefix(mark).decode(coding)
    except UnicodeDecodeError as problem:
        raise Refused(
            f"The file is not in {coding} (byte {problem.start + len(mark)}): save it as “CSV UTF-8”, or send the .xlsx itself."
        ) from None


# --- Excel ---


def _rows_of_book(content: BinaryIO) -> Iterator[tuple[int, list[str]]]:
    """The first sheet of a workbook that is no chart (`kitsulite[xlsx]`)."""
    try:
        import openpyxl
    except ImportError:
        raise Refused(
            "This server cannot read Excel's own files: install kitsulite[xlsx] on it, or save the sheet as CSV."
        ) from None
    try:
        with zipfile.ZipFile(content) as book:
            if sum(part.file_size for part in book.infolist()) > LARGEST_BOOK:
                raise Refused("The Excel file is too large once it is unpacked: send it in parts, or as CSV.")
        sheets = openpyxl.load_workbook(content, read_only=True, data_only=True).worksheets
        if not sheets:
            raise Refused("There is no table in the Excel file, only charts.")
        for number, row in enumerate(sheets[0].iter_rows(values_only=True), start=1):
            cells = [_text(value) for value in row]
            if any(cells):
                yield number, cells
    except Refused:
        raise
    except Exception:  # whatever a broken zip or XML makes it raise
        raise Refused("The file is no Excel sheet that can be read. Is it damaged? Save it anew, or as CSV.") from None


def _text(value: Any) -> str:
    """A cell as CSV would hold it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime.datetime):
        return value.date().isoformat() if value.time() == datetime.time() else value.isoformat(sep=" ")
    return str(value)
