"""What an engine of SQL supplies: how it connects and begins, what its errors mean, and how it spells what SQL leaves open,
such as JSON, locks and text search. What callers use is `Database`.
"""

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import peewee

from kitsulite.storage.errors import StorageError

WILD = re.compile(r"[\\%_]")  # what stands for other letters in a pattern
DOCUMENT_KINDS = ("persons", "assets", "shots", "projects")
"""The kinds of what is searched, which an engine may keep apart; new ones go to the end."""
LONGEST_PATTERN = 10_000  # characters; SQLite takes 50 000 bytes of one, and nothing that is compared is as long


class Wire(NamedTuple):
    """A value on its way out: SQL that yields it, and what it is.

    kind   text, integer, float, boolean, datetime (to the second), moment (to the microsecond), stamp (with six digits of
           microseconds, zero or not), date, json (stored text), or built (JSON that the same statement made)
    """

    sql: str
    kind: str = "text"


class Trigger(NamedTuple):
    """A statement that follows, in the database itself, whenever a row of a table is written.

    when       INSERT, UPDATE OF columns, or DELETE
    statement  one, in the SQL that all engines share; `new` and `old` are the row
    """

    name: str
    table: str
    when: str
    statement: str


class Marking(NamedTuple):
    """That a table is watched: whenever rows of it are written, there is a new mark in `list_mark` (`models/listmarks.py`).

    of  SQL for the production that a row is of, the row being {row}; of none, nothing is marked
    """

    table: str
    of: str

    @property
    def names(self) -> dict[str, str]:
        """What its triggers are called, by what they follow."""
        return {when: f"marked_{self.table}_{when.lower()}" for when in ("INSERT", "UPDATE", "DELETE")}


class Engine(ABC):
    """One kind of SQL database."""

    name: str
    references_inline: bool
    """Whether foreign keys are part of CREATE TABLE (and may name a table still to come), or are added afterwards."""
    engine: peewee.Database

    @abstractmethod
    def connect(self) -> peewee.Database:
        """Peewee's database object, with a bounded pool of connections."""

    @abstractmethod
    def begin(self, writes: bool, patience: float) -> None:
        """Start a transaction: a stable view when reading, the right to write when writing.

        patience  seconds to wait in it for what others hold
        """

    @abstractmethod
    def cursor(self) -> Any:
        """A cursor of the driver that takes rows from the database as they are fetched."""

    @abstractmethod
    def listed(self, values: Iterable[Any]) -> Any:
        """A list as the one value that a `Many` of a statement leaves open."""

    @abstractmethod
    def translate(self, error: peewee.PeeweeException) -> StorageError | None:
        """What an error of the driver means; None when it means nothing that a caller could have caused."""

    @abstractmethod
    def json_object(self, members: dict[str, Wire]) -> str:
        """SQL for the text of a JSON object."""

    @abstractmethod
    def json_array(self, values: list[Wire]) -> str:
        """SQL for the text of a JSON list of these values."""

    @abstractmethod
    def json_without(self, column: str, keys: Iterable[str]) -> str:
        """SQL for stored JSON without some of its keys, of the type that the column has; what is no object as it is."""

    @abstractmethod
    def json_bytes(self, sql: str) -> str:
        """A JSON expression so that the driver hands it over as UTF-8 bytes, untouched."""

    @abstractmethod
    def json_text(self, sql: str) -> str:
        """A JSON expression as the text that a column would hold."""

    @abstractmethod
    def json_member(self, column: str, key: str) -> Wire:
        """One value of a stored JSON object, null when it is not there."""

    @abstractmethod
    def json_item(self, column: str, key: str, value: str) -> str:
        """SQL for the object of a stored JSON list whose `key` is a text (`value`, SQL as well), null when there is none."""

    @abstractmethod
    def json_first(self, column: str) -> str:
        """SQL for the first item of a stored JSON list, null when there is none."""

    @abstractmethod
    def json_list(self, value: Wire, source: str) -> str:
        """SQL for the JSON list of `value` over the rows of `source` (`FROM …`, `WHERE …`, as written after SELECT)."""

    @abstractmethod
    def json_map(self, key: str, value: Wire, source: str) -> str:
        """SQL for the JSON object `key: value` over the rows of `source`; keys are texts."""

    @abstractmethod
    def defer_references(self) -> None:
        """Check foreign keys at the end of the running transaction only."""

    @abstractmethod
    def check_references(self) -> None:
        """Check the foreign keys that were put off; ForeignKeyViolation when one leads nowhere."""

    @abstractmethod
    def write_over(
        self, table: str, id: str, names: Sequence[str], values: Sequence[Any]
    ) -> tuple[Sequence[Any], Sequence[Any]] | None:
        """Write columns of a row: what they held before, and hold now; None when it is not there."""

    @abstractmethod
    def take_turn(self) -> None:
        """Have the transactions that ask for it commit one after the other, from here on."""

    @abstractmethod
    def lock_schema(self) -> None:
        """Keep every other process from changing the schema until the running transaction ends."""

    def like(self, column: peewee.Field, pattern: str) -> peewee.Node:
        """Whether a text matches a pattern whatever the case; `%` and `_` stand for anything, a backslash escapes them."""
        return self.matches(column, pattern) if len(pattern) <= LONGEST_PATTERN else peewee.SQL("1 = 0")

    @abstractmethod
    def matches(self, column: peewee.Field, pattern: str) -> peewee.Node:
        """`like`, for a pattern of a length that every engine takes."""

    def alike(self, column: peewee.Field, text: str) -> peewee.Node:
        """Whether a text is this one, whatever the case."""
        return self.like(column, WILD.sub(r"\\\g<0>", text))

    @abstractmethod
    def creation_order(self, table: type[peewee.Model]) -> peewee.Node:
        """What to order the rows of a table by, so that they come as they were made."""

    @abstractmethod
    def stored_order(self, table: type[peewee.Model]) -> peewee.Node:
        """What to order the rows of a table by, so that they come as they were stored."""

    @abstractmethod
    def date_part(self, part: str, day: peewee.Field) -> peewee.Node:
        """A number out of a date: its year, month, week (of ISO 8601) or day."""

    @abstractmethod
    def trigger(self, trigger: Trigger) -> list[str]:
        """The statements that make a trigger."""

    @abstractmethod
    def marking(self, marking: Marking) -> list[str]:
        """The statements that make the triggers by which a table is watched."""

    @abstractmethod
    def search_schema(self) -> list[str]:
        """The statements that make the tables of the search index (`models/search.py`)."""

    @abstractmethod
    def add_documents(self, kind: str, documents: Sequence[dict[str, Any]]) -> None:
        """Put documents of one kind into the search index, as columns and values."""

    @abstractmethod
    def has_words(self, words: Sequence[str], kind: str, *, every: bool) -> peewee.Node:
        """Whether a search document of this kind has words that begin like these: all of them, or any."""

    @abstractmethod
    def is_word_found(self, beginning: str) -> bool:
        """Whether any search document has a word that begins so."""

    @abstractmethod
    def known_words(self, beginning: str) -> list[str]:
        """The words that begin so and that are, or were, in search documents, in the order of their letters' numbers."""

    @abstractmethod
    def table_names(self) -> set[str]:
        """The tables that are there."""

    @abstractmethod
    def size(self) -> int:
        """Bytes on disk."""

    @abstractmethod
    def version(self) -> str:
        """The engine's own version."""

    @abstractmethod
    def problems_of(self, table: str) -> list[str]:
        """What is wrong with a stored table, a sentence each: pages, indexes, references that lead nowhere."""

    @abstractmethod
    def columns(self) -> dict[str, dict[str, tuple[str, bool]]]:
        """Every table that is there with its columns: how the engine spells the type, and whether it may be null."""

    @abstractmethod
    def named_parts(self) -> set[str]:
        """The names of the indexes and triggers that are there."""

    @abstractmethod
    def spelling(self, column: peewee.Field) -> str:
        """How `columns` spells the type of a column of a model."""

    def _declared(self, column: peewee.Field) -> str:
        """The type of a column as CREATE TABLE spells it."""
        context = self.engine.get_sql_context()
        return str(context.sql(column.ddl_datatype(context)).query()[0])

    @abstractmethod
    def back_up(self, path: Path, tables: Iterable[str]) -> Path:
        """Keep these tables, or all, in a file named `path` and an ending; where that is. Called within a transaction."""

    def settle(self) -> None:  # noqa: B027 - an engine that shows nothing before it is on the disk has nothing to do
        """What the running transaction finds survives a power cut once this returned: to be called before it is told to others, who
        go on from it."""

    def bell(self, rung: Callable[[], object], direct: str) -> Any:
        """A bell that every node on this database hears (`storage/bell.py`); None where processes can but look by themselves.

        rung    is called when another node rang
        direct  the URL that leads to the database itself, where the usual one leads to a pooler
        """
        return None

    def files(self) -> list[Path]:
        """The files that hold the rows, where this machine has them."""
        return []

    def private_files(self) -> list[Path]:
        """Every file of this machine that nobody but the studio's owner may read, whether it is there or not."""
        return []

    def is_missing(self) -> bool:
        """Whether there is no database at all, which `make` would make."""
        return False

    def may_make_tables(self) -> bool:
        """Whether whom we are there may make tables. Called within a transaction."""
        return True

    @property
    def can_write(self) -> bool:
        """Whether this process may change anything."""
        return True


def ended_pattern(pattern: str) -> str:
    """A pattern for LIKE; a lone backslash at its end, which would escape nothing, stands for itself."""
    backslashes = len(pattern) - len(pattern.rstrip("\\"))
    return pattern + "\\" if backslashes % 2 else pattern
