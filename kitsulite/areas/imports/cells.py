"""What cells of a table may hold: yes and no, numbers, people, values of metadata (docs/api/imports.md)."""

import math
import re
from collections.abc import Callable, Container, Iterable
from dataclasses import dataclass
from typing import Any

import msgspec

from kitsulite.areas.exports.entities import Field, as_it_is
from kitsulite.areas.exports.sheets import Cell
from kitsulite.areas.imports.tables import BadCell, Line
from kitsulite.models.people import NO_PREVIEW_ACCOUNT, Person
from kitsulite.storage import Row
from kitsulite.work.errors import Refused, WrongParameter
from kitsulite.work.texts import brief
from kitsulite.work.work import Work

YES = ("y", "yes", "t", "true", "on", "1")
WITH_COMMA = re.compile(r"[+-]?\d+,\d+")
NO = ("n", "no", "f", "false", "off", "0")


def read_truth(cell: str) -> bool:
    """A tick box; BadCell for what is neither yes nor no."""
    word = cell.strip().lower()
    if word not in YES + NO:
        raise BadCell("yes or no is expected")
    return word in YES


def read_whole(name: str, cell: str | None) -> int | None:
    """A whole number, None for nothing; Refused in the name of what it is."""
    if cell is None or not cell.strip():
        return None
    try:
        return int(cell)
    except ValueError:
        raise Refused(f"{name} must be an integer, got '{brief(cell)}'") from None


def read_number(cell: str) -> str:
    """A number as the text that metadata keep, also where a comma stands before its fraction; another text stays as it is."""
    return cell.replace(",", ".") if WITH_COMMA.fullmatch(cell.strip()) else cell


def read_rate(cell: str) -> str:
    """Frames a second, as the text that shots keep; Refused for a number that is no speed."""
    rate = read_number(cell)
    try:
        is_speed = 0 < float(rate) < math.inf
    except ValueError:  # what else people write there stays
        return rate
    if not is_speed:
        raise Refused(f"fps must be a number of frames a second, got '{brief(cell)}'")
    return rate


def read_cell(heading: str, cell: str, read: "Read") -> Any:
    """What a cell says; BadCell in the name of its column."""
    try:
        return read(cell)
    except BadCell as problem:
        raise BadCell(f"{heading}: {brief(cell)} ({problem})") from None
    except (ValueError, WrongParameter):
        raise BadCell(f"{heading}: {brief(cell)}") from None


class People:
    """Who is meant by an id, a full name or an e-mail address."""

    def __init__(self, work: Work) -> None:
        columns = (Person.id, Person.first_name, Person.last_name, Person.email, Person.is_bot)
        self.names: dict[str, str] = {}
        self.by_word: dict[str, list[Row]] = {}
        for row in work.db.rows(
            Person.select(*columns).where(NO_PREVIEW_ACCOUNT).order_by(Person.created_at, Person.id)
        ):
            self.names[row["id"]] = name = f"{row['first_name']} {row['last_name']}".strip()
            for word in {row["id"], name.lower(), (row["email"] or "").lower()} - {""}:
                self.by_word.setdefault(word, []).append(row)

    def find(self, cell: str, *near: Container[str]) -> Row:
        """The one who is called so; of several one of those who are `near`, the nearest first, else the last. Refused when nobody is."""
        called = self.by_word.get(cell.strip().lower())
        if not called:
            raise Refused(f"Person not found for {brief(cell)}")
        return next((row for ids in near for row in called if row["id"] in ids), called[-1])

    def find_all(self, cell: str, *near: Container[str]) -> list[Row]:
        """Several, with commas between them; there are names that have some themselves."""
        parts, found = [part for part in cell.split(",") if part.strip()], []
        while parts:
            ends = range(len(parts), 1, -1)
            end = next((end for end in ends if ",".join(parts[:end]).strip().lower() in self.by_word), 1)
            found.append(self.find(",".join(parts[:end]).strip(), *near))
            del parts[:end]
        return found

    def written(self, ids: Iterable[str]) -> str:
        """The names of people as exports write them in one cell."""
        return ",".join(sorted(self.names.get(id, id) for id in ids))


Read = Callable[[str], Any]


@dataclass(frozen=True)
class DataColumn:
    """A column of what an entity or a task keeps among its metadata.

    headings     that it may have
    read, write  a value from a cell, and the cell that an export makes of it
    empty_stays  whether an empty cell says nothing
    """

    headings: tuple[str, ...]
    key: str
    read: Read = str
    write: Callable[[Any], Cell] = as_it_is
    empty_stays: bool = False

    def new_value(self, line: Line, kept: Row | None) -> Row:
        """The value that a line gives, by its key; nothing when it gives none, or says what an export would say of the one that is
        kept: so what nobody edited stays, whatever it is. Of what is new nothing is kept."""
        cell = line.get(*self.headings)
        if cell is None or (self.empty_stays and not cell.strip()):
            return {}
        if kept is not None:
            written = self.write(kept.get(self.key))
            if cell == ("" if written is None else str(written)):
                return {}
        return {self.key: read_cell(self.headings[0], cell, self.read) if cell.strip() else ""}


def columns_of_fields(fields: Iterable[Field], people: People) -> list[DataColumn]:
    """The columns of what a production adds to the metadata."""
    readers: dict[str, Read] = {
        "number": read_number,
        "boolean": lambda cell: str(read_truth(cell)).lower(),
        "person": lambda cell: people.find(cell)["id"],
        "checklist": _read_json,
    }
    return [DataColumn((field.heading,), field.key, readers.get(field.data_type, str), field.write) for field in fields]


def _read_json(cell: str) -> Any:
    """What an export wrote as JSON; a text that is none stays one."""
    try:
        return msgspec.json.decode(cell)
    except msgspec.MsgspecError:
        return cell
