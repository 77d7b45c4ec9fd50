"""Sheets of cells, and how they become CSV (docs/api/exports.md).

Cells are separated by `;`, lines end with CR LF, and a cell is quoted only when it has to be. Null is an empty cell.

Spreadsheets take a cell that begins with `=`, `+`, `-` or `@` for a formula, so that a name could make whoever opens the
file run it. A text that begins so, or with a tab, a line break or a full-width form of these signs, gets a `'` before it,
which a spreadsheet does not show; plain numbers such as `-5` stay as they are.
"""

import csv
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

import msgspec
import peewee

from kitsulite.models.base import Table
from kitsulite.models.shapes import Extra, Shape
from kitsulite.work.work import Work

Cell = str | int | float | None
Cells = list[Cell]

FORMULA_SIGNS = frozenset("=+-@\t\r\n＝＋－＠")
MAY_BE_FORMULA = FORMULA_SIGNS | {"'"}
NUMBER = re.compile(r"[+-]?\d+([.,]\d+)?")
LINES_A_PIECE = 500


@dataclass(frozen=True)
class Sheet:
    """What is exported.

    head  the lines above the rows
    rows  the rest, made while it is read
    """

    head: list[Cells]
    rows: Iterable[Cells]

    def pieces(self) -> Iterator[list[str]]:
        """The lines of the file, some at a time; no more than a piece is in memory."""
        write = csv.writer(_Written(), delimiter=";", lineterminator="\r\n").writerow
        piece = [write(_safe(cells)) for cells in self.head]
        for cells in self.rows:
            piece.append(write(_safe(cells)))
            if len(piece) >= LINES_A_PIECE:
                yield piece
                piece = []
        yield piece


class _Written:
    """A file for the csv module that hands back each line."""

    def write(self, line: str) -> str:
        return line


def _safe(cells: Cells) -> Cells:
    return [
        "'" + cell if isinstance(cell, str) and cell[:1] in MAY_BE_FORMULA and _is_formula(cell.lstrip("'")) else cell
        for cell in cells
    ]


def _is_formula(cell: str) -> bool:
    return cell[:1] in FORMULA_SIGNS and not NUMBER.fullmatch(cell)


def unguarded(cell: str) -> str:
    """A cell as it was before it was made safe."""
    return cell[1:] if cell.startswith("'") and _is_formula(cell.lstrip("'")) else cell


class Column(NamedTuple):
    """A column of a sheet.

    value  SQL over the tables of the query
    write  what makes the cell of the value, where that is not the value itself
    """

    heading: str
    value: Extra
    write: Callable[[Any], Cell] | None = None


def read_rows(
    work: Work,
    table: type[Table],
    columns: Iterable[Column],
    choose: Callable[[peewee.ModelSelect], peewee.ModelSelect],
) -> Iterator[list[Any]]:
    """The cells of a query over a table, row by row; `choose` joins, filters and orders it."""
    columns = list(columns)
    shape = Shape(table, type=None, only=(), plus={column.heading: column.value for column in columns}, bare=True)
    writers = [(place, column.write) for place, column in enumerate(columns) if column.write]
    for piece in work.db.stream(choose(shape.select(work.db))):
        for cells in msgspec.json.decode(b"[" + b",".join(piece) + b"]"):
            for place, write in writers:
                cells[place] = write(cells[place])
            yield cells


def sheet_of(
    work: Work,
    table: type[Table],
    columns: Iterable[Column],
    choose: Callable[[peewee.ModelSelect], peewee.ModelSelect],
) -> Sheet:
    """A sheet whose columns are those of one query."""
    columns = list(columns)
    return Sheet([[column.heading for column in columns]], read_rows(work, table, columns, choose))


def day(moment: str | None) -> str | None:
    """The day of a moment, as it is stored."""
    return moment and moment[:10]


def names(*, joined: str) -> Callable[[list[str]], str]:
    """Several names in one cell, sorted."""
    return lambda found: joined.join(sorted(found))
