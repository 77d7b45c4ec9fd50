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
from kitsulite.work.errors import Refused

DELIMITERS = ",;\t|"
ZIPPED = b"PK\x03\x04"
MARKS = {codecs.BOM_UTF8: "utf-8", codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}
LARGEST_BOOK = 500 * 1024 * 1024
"""Bytes that an Excel file may have once it is unpacked."""
NO_DELIMITER = "Could not determine delimiter"
ASSIGNATIONS = "Assignations"
"""What an export calls the people of the task type in whose column's right it stands."""


class MissingColumn(Exception):
    """A column that must be there is not."""


class BadCell(Exception):
    """A cell holds what cannot be read."""


@dataclass(frozen=True)
class Line:
    """One line of a table.

    number  in the file, whose first line is the head
    cells   by what stands over them; None where the line is too short
    asked   of which columns of the table somebody asked for a cell
    """

    number: int
    cells: dict[str, str | None]
    asked: set[str] = field(default_factory=set)

    def __getitem__(self, heading: str) -> str | None:
        """The cell of a column that must be there; MissingColumn."""
        self.asked.add(heading)
        try:
            return self.cells[heading]
        except KeyError:
            raise MissingColumn(heading) from None

    def filled(self, heading: str) -> str:
        """The same of a column in which every line says something."""
        text = (self[heading] or "").strip()
        if not text:
            raise Refused(f"{heading} cannot be empty")
        return text

    def get(self, *headings: str) -> str | None:
        """The first of these cells that is there."""
        self.asked.update(headings)
        return next((cell for heading in headings if (cell := self.cells.get(heading)) is not None), None)


L = TypeVar("L")


@dataclass(frozen=True)
class Table(Generic[L]):
    """A head and the lines below it; what is no table may have lines too."""

    headings: list[str]
    lines: list[L]
    asked: set[str] = field(default_factory=set)

    @property
    def passed_over(self) -> list[str]:
        """The columns that nobody asked for, once the lines were taken in."""
        return [heading for heading in self.headings if heading.strip() and heading not in self.asked]


def read_table(content: BinaryIO) -> Table[Line]:
    """A table out of a file; Refused for what is none."""
    start = content.read(len(ZIPPED))
    content.seek(0)
    rows = _rows_of_book(content) if start == ZIPPED else _rows_of_text(content)
    head = next(rows, None)
    if head is None:
        raise Refused(NO_DELIMITER)
    headings = _named(head[1])
    asked: set[str] = set()
    return Table(headings, list(_lines(headings, rows, asked)), asked)


def _lines(headings: list[str], rows: Iterator[tuple[int, list[str]]], asked: set[str]) -> Iterator[Line]:
    for number, row in rows:
        if any(cell.strip() for cell in row):
            cells: dict[str, str | None] = dict.fromkeys(headings)
            cells |= {key: unguarded(cell) for key, cell in zip(headings, row, strict=False)}
            yield Line(number, cells, asked)


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
        raise Refused(NO_DELIMITER)
    spaced = first.count(delimiter) == first.count(delimiter + " ")
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, skipinitialspace=spaced)
    try:
        for row in reader:
            if row:
                yield reader.line_num, row
    except csv.Error as problem:
        raise Refused(f"Line {reader.line_num} is no CSV: {problem}") from None


def _decoded(content: bytes) -> str:
    """The text of a file, which may begin with a byte order mark."""
    mark = next((mark for mark in MARKS if content.startswith(mark)), b"")
    try:
        return content.removeprefix(mark).decode(MARKS.get(mark, "utf-8"))
    except UnicodeDecodeError as problem:
        raise Refused(
            f"The file is not in UTF-8 (byte {problem.start + len(mark)}): save it as “CSV UTF-8”, or send the .xlsx itself."
        ) from None


# --- Excel ---


def _rows_of_book(content: BinaryIO) -> Iterator[tuple[int, list[str]]]:
    """The first sheet of a workbook (`kitsulite[xlsx]`)."""
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
        sheet = openpyxl.load_workbook(content, read_only=True, data_only=True).worksheets[0]
        for number, row in enumerate(sheet.iter_rows(values_only=True), start=1):
            cells = [_text(value) for value in row]
            if any(cells):
                yield number, cells
    except Refused:
        raise
    except Exception as problem:  # whatever a broken zip or XML makes it raise
        raise Refused(f"The file is no Excel sheet that can be read: {problem}") from None


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
