"""Records of a Shotgun (ShotGrid) site, taken in one list a kind (docs/api/imports.md). `shotgun_kinds.py` says what becomes of each.

A record is found again by the id that it has there. One that cannot be taken is passed over and the others are not: what is wrong
with it is told to who asks, and in the server's log.
"""

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from kitsulite.models import BadValue, Record
from kitsulite.models.entities import Entity
from kitsulite.models.people import Person
from kitsulite.models.productions import Project
from kitsulite.models.reviews import Comment, PreviewFile
from kitsulite.models.shapes import Raw, Shape, by_id
from kitsulite.models.tasks import Task, TaskStatus, TaskType
from kitsulite.storage import BadData, CheckViolation, ForeignKeyViolation, NotNullViolation, Row, UniqueViolation
from kitsulite.work.errors import TradeError, WrongParameter
from kitsulite.work.kinds import KINDS as ENTITY_KINDS
from kitsulite.work.kinds import kind_of
from kitsulite.work.work import Begin, Work

log = logging.getLogger("kitsulite")

BATCH = 200
"""Records a transaction: others get their turn in between."""
NO_LIST = "A list of Shotgun records is expected."
TABLES: dict[str, type[Record]] = {
    "HumanUser": Person,
    "Note": Comment,
    "Project": Project,
    "Status": TaskStatus,
    "Step": TaskType,
    "Task": Task,
    "Version": PreviewFile,
    **dict.fromkeys(ENTITY_KINDS, Entity),
}
"""Where records go, by the type that Shotgun gives them."""
VIOLATIONS = {
    UniqueViolation: "there is another with the same name already",
    ForeignKeyViolation: "it points to what is not here",
    NotNullViolation: "a value is missing",
    CheckViolation: "a value breaks a rule of its table",
    BadData: "a value is not of the form that its column holds",
}


class Passed(Exception):
    """A record is not taken; why."""


class Left(NamedTuple):
    """A record that was not taken.

    type  as Shotgun calls it
    id    there; None for what has none
    """

    type: str
    id: int | None
    why: str


@dataclass(frozen=True)
class Kind:
    """A kind of record.

    type    as Shotgun calls it
    take    makes or changes the row of a record; its id, or Passed
    shape   how rows are answered
    links   the types of the records that a record names, by its keys
    after   what follows when all of a list are taken
    """

    type: str
    take: Callable[["Intake", Row], str]
    shape: Shape
    links: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    after: Callable[["Intake", Sequence[Row]], None] | None = None


@dataclass
class Taken:
    """What came of a list: ids of rows in its order, and what was left."""

    ids: list[str] = field(default_factory=list)
    left: list[Left] = field(default_factory=list)


def take_in(begin: Begin, kind: Kind, records: Any, *, adopts: bool = False) -> Taken:
    """Take a list of records, in transactions of a batch each.

    adopts  whether rows that are here without an id of Shotgun, under the same name or e-mail, are taken for the records' own; and
            whether what a record lists is added to what is listed here, as befits a list that comes in pages
    """
    if not isinstance(records, list):
        raise WrongParameter(NO_LIST)
    taken = Taken()
    for start in range(0, len(records), BATCH):
        with begin() as work:
            Intake(work, kind, records[start : start + BATCH], adopts).take_all(taken)
    if kind.after and not adopts:
        with begin() as work:
            kind.after(Intake(work, kind, records, adopts), records)
    return taken


def shown(work: Work, kind: Kind, ids: Sequence[str]) -> list[Raw]:
    """Rows by their ids, in this order."""
    found = by_id(work.db, kind.shape, ids)
    return [found[id] for id in ids if id in found]


class Intake:
    """What is taken in one transaction."""

    def __init__(self, work: Work, kind: Kind, records: Sequence[Any], adopts: bool = False) -> None:
        self.work, self.kind, self.records, self.adopts = work, kind, records, adopts
        self.known: dict[tuple[str, int], Row] = {}
        self._look_up()

    def take_all(self, taken: Taken) -> None:
        """Take one record after the other."""
        for record in self.records:
            try:
                with self.work.part():
                    taken.ids.append(self._take(record))
                continue
            except (Passed, BadValue, TradeError) as problem:
                why = str(problem).removesuffix(".") or "it is refused"
            except tuple(VIOLATIONS) as problem:
                why = VIOLATIONS[type(problem)]
            self._look_up()
            left = Left(self.kind.type, _id_of(record), why)
            log.info("Shotgun %s %s is passed over: %s", left.type, left.id, left.why)
            taken.left.append(left)

    def _take(self, record: Any) -> str:
        if _id_of(record) is None:
            raise Passed("it is no record: it has no id")
        return self.kind.take(self, record)

    # --- what is here of Shotgun's ---

    def find(self, type: str, id: int | None) -> Row | None:
        """The row of a record."""
        return self.known.get((type, id)) if id is not None else None

    def own(self, record: Row) -> Row | None:
        """The row of the record at hand."""
        return self.find(self.kind.type, record["id"])

    def linked(self, record: Row, key: str) -> Row | None:
        """The row of the record that one names under a key; of the first, when there are several."""
        return next((row for _, row in self.all_linked(record, key)), None)

    def all_linked(self, record: Row, key: str) -> list[tuple[int, Row | None]]:
        """The rows of the records that one lists under a key, with their ids there; None for one that is not here."""
        types = self.kind.links[key]
        found = []
        for link in links_under(record, key):
            type = types[0] if len(types) == 1 else str(link.get("type"))
            found.append((link["id"], self.find(type, link["id"]) if type in types else None))
        return found

    def _look_up(self) -> None:
        """Find what is here, at first and whenever what a record made is taken back."""
        self.known.clear()
        wanted: dict[type[Record], set[int]] = {}
        for record in self.records:
            if isinstance(record, dict):
                if self.kind.type in TABLES:
                    wanted.setdefault(TABLES[self.kind.type], set()).update(_ids([record]))
                for key, names in self.kind.links.items():
                    for name in names:
                        wanted.setdefault(TABLES[name], set()).update(ids_under(record, key))
        for table, ids in wanted.items():
            column = table.columns()["shotgun_id"]
            query = table.select().where(column.in_(sorted(ids))).order_by(table.created_at.desc(), table.id.desc())
            for row in self.work.db.rows(query):
                self.remember(row, table)

    def remember(self, row: Row, table: type[Record]) -> None:
        """Find a row from now on by the id of its record."""
        if table is Entity:
            type = kind_of(self.work, row).name
        else:
            type = next(name for name, of in TABLES.items() if of is table)
        self.known[type, row["shotgun_id"]] = row

    # --- writing ---

    def save(self, table: type[Record], row: Row | None, **values: Any) -> str:
        """Make a row, or change what differs of one; its id."""
        columns = table.columns()
        read = {name: columns[name].read(value) for name, value in values.items()}
        for name, value in read.items():
            is_kept = row is None or self.adopts  # a list on its own takes away what a record does not say
            if value is None and is_kept and columns[name].default is not None and not callable(columns[name].default):
                read[name] = columns[name].default
        if row is None:
            id = str(self.work.insert(table, **read))
        else:
            id = row["id"]
            changed = {
                name: value
                for name, value in read.items()
                if value != row[name] and (value is not None or columns[name].null)
            }
            if changed:
                self.work.update(table, id, **changed)
        self.remember(self.work.get(table, id), table)
        return id


# --- reading records ---


def need(record: Row, *keys: str) -> None:
    """Passed when a key is missing without which nothing can be done, or holds nothing."""
    for key in keys:
        if record.get(key) is None:
            raise Passed(f"it has no {key}")


def links_under(record: Row, key: str) -> list[Row]:
    """The records that one names under a key."""
    value = record.get(key)
    items = value if isinstance(value, list) else [value]
    return [item for item in items if isinstance(item, dict) and _id_of(item) is not None]


def ids_under(record: Row, key: str) -> list[int]:
    """Their ids."""
    return [link["id"] for link in links_under(record, key)]


def _ids(items: Iterable[Any]) -> list[int]:
    return [id for item in items if (id := _id_of(item)) is not None]


def _id_of(item: Any) -> int | None:
    id = item.get("id") if isinstance(item, dict) else None
    return id if isinstance(id, int) and not isinstance(id, bool) and 0 <= id < 2**31 else None


def name_under(record: Row, key: str) -> str | None:
    """The name of what a record names under a key."""
    value = record.get(key)
    name = value.get("name") if isinstance(value, dict) else None
    return name if isinstance(name, str) else None


def custom_fields(record: Row, *but: str) -> Row:
    """What a site has added to its records, as far as it says something."""
    return {
        key: value for key, value in record.items() if key.startswith("sg_") and value is not None and key not in but
    }


def color_of(record: Row, key: str) -> str:
    """A colour, which Shotgun spells `r,g,b`; black for none."""
    value = record.get(key)
    if value is None:
        return "#000000"
    parts = value.split(",") if isinstance(value, str) else []
    if len(parts) != 3 or not all(part.strip().isdecimal() and int(part) < 256 for part in parts):
        raise Passed(f"its {key} is no colour")
    return "#" + "".join(f"{int(part):02x}" for part in parts)
