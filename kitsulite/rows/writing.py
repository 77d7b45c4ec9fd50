"""What of a body is written: the keys that a collection declares, and references that lead where the caller may go.

A key that is not writable is passed over while it says what the caller is shown anyway, so that what GET gives PUT takes; what
says something else is refused. A reference leads to a row that is there, that the caller may know of and that belongs to the
same production; whatever is wrong with it is told in the same words, so that nobody learns what is where.
"""

import datetime
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from kitsulite.access.places import THROUGH, has_place, project_of
from kitsulite.access.sight import may_see
from kitsulite.models import TABLES, BadValue, Record, Relation, is_uuid
from kitsulite.models.fields import Column, Date, DateTime, Pointer
from kitsulite.models.productions import Project
from kitsulite.rows.filters import read_row
from kitsulite.storage import Row
from kitsulite.work.errors import WrongParameter
from kitsulite.work.work import Work

SECOND = len("2026-01-01T00:00:00")
GIVEN_BY_SERVER = frozenset({"id", "created_at", "updated_at"})

Form = Callable[[Work, Row, Any], Any]
"""Reads what a JSON column takes, for a row; what it gives is stored. BadValue or a trade error for what is none."""


@dataclass(frozen=True)
class Points:
    """What a reference may point at, beyond what holds for all.

    only  whether a target will do for a row (as it will be)
    lent  whether what other productions share will do, too
    free  whether any production will do
    loose  whether what is no row of the table will do, for columns that may point to others as well
    """

    only: Callable[[Work, Row, Row], bool] | None = None
    lent: bool = False
    free: bool = False
    loose: bool = False


PLAIN = Points()


# --- keys ---


def writable_part(data: Row, writable: frozenset[str], told: Iterable[str], shown: Callable[[], Row]) -> Row:
    """What is to be written of a body.

    told   the keys that must not say anything else than what is shown, when they are not writable
    shown  makes the row as the caller is shown it; asked only when the body says something that is not writable
    """
    rest = (data.keys() & set(told)) - writable - GIVEN_BY_SERVER
    if rest:
        row = shown()
        for key in sorted(rest & row.keys()):
            if not says_the_same(data[key], row[key]):
                raise WrongParameter(f"{key} cannot be changed here.")
    return {key: value for key, value in data.items() if key in writable}


def changed_part(table: type[Record], row: Row, data: Row) -> Row:
    """What of a body is not in the row already. What stands there may stay, whatever would be refused today."""
    columns = table.columns()
    return {key: value for key, value in data.items() if key not in columns or not _is_stored(columns[key], row, value)}


def _is_stored(column: Column, row: Row, value: Any) -> bool:
    stored = row[column.name]
    if isinstance(column, DateTime) and isinstance(value, str) and isinstance(stored, str):
        return value == stored[: max(len(value), SECOND)]
    return type(value) is type(stored) and bool(value == stored)


def says_the_same(given: Any, shown: Any) -> bool:
    """Whether a value is the one that is shown, or of lists of rows and ids names the same."""
    if given == shown or (not given and not shown and not isinstance(given, (bool, int, float))):
        return True
    if isinstance(given, list) and isinstance(shown, list):
        ids, known = _ids(given), _ids(shown)
        return None not in ids and set(ids) == set(known) and len(ids) == len(known)
    if isinstance(given, Mapping) and isinstance(shown, str):
        return given.get("id") == shown
    return isinstance(given, str) and isinstance(shown, Mapping) and given == shown.get("id")


def _ids(items: list[Any]) -> list[Any]:
    found = (item.get("id") if isinstance(item, Mapping) else item for item in items)
    return [id.lower() if isinstance(id, str) else None for id in found]


# --- values ---


def held(table: type[Record], data: Row, keys: frozenset[str]) -> Row:
    """The values of some columns as columns hold them, so that no check meets a list where a text belongs.

    A plain value that does not fit stays as it came: a check may refuse it in better words than the column does in the end.
    """
    columns = table.columns()
    return {key: _held(columns[key], data[key]) for key in data.keys() & keys & columns.keys()}


def _held(column: Column, value: Any) -> Any:
    try:
        return column.read(value)
    except BadValue:
        if isinstance(value, (list, dict)):
            raise
        return value


# --- names ---


def check_name(row: Row, data: Row) -> None:
    """Refuse a blank name, unless the row has it already."""
    name = data.get("name")
    if isinstance(name, str) and not name.strip() and name != row.get("name"):
        raise WrongParameter("name must not be blank.")


# --- references ---


def check_references(work: Work, table: type[Record], row: Row, data: Row, points: Mapping[str, Points]) -> None:
    """Refuse ids in a body that lead where the row may not; what stands in the row already may stay.

    row  as it is; of a new row nothing
    """
    columns = table.columns()
    after = {**(row or dict.fromkeys(columns)), **{key: data[key] for key in data.keys() & columns.keys()}}
    _check_stays(work, table, row, after)
    for key in data:
        target, ids = _named(table, key, data[key])
        if target is None or not ids:
            continue
        present = _present(work, table, row, key)
        new = [id for id in ids if id not in present]
        place = project_of(work, table, row or after) if new else None
        if table is Project and not row:
            place = ""  # it has nothing yet that could be pointed at
        for id in new:
            if not _will_do(work, target, id, after, place=place, points=points.get(key, PLAIN)):
                raise WrongParameter(f"{key} names no {_noun(target)} that can be used here.")


def _check_stays(work: Work, table: type[Record], row: Row, after: Row) -> None:
    """Refuse what would leave a row in no production because it says nothing more of its own."""
    emptied = [key for key in THROUGH.get(table, ()) if row.get(key) and not after[key]]
    if emptied and project_of(work, table, after) != project_of(work, table, row):
        raise WrongParameter(f"{emptied[0]} cannot be empty: it says which production this belongs to.")


def _named(table: type[Record], key: str, value: Any) -> tuple[type[Record] | None, list[str]]:
    """The table that a key points to, and the ids that its value names; what is no id is for others to refuse."""
    column = table.columns().get(key)
    if isinstance(column, Pointer):
        return _record(column.table), [value.lower()] if is_uuid(value) else []
    relation = table.relations.get(key)
    if relation is None:
        return None, []
    return target_of(relation), read_ids(key, value)


def _present(work: Work, table: type[Record], row: Row, key: str) -> set[str]:
    """The ids that a row names under a key now."""
    if not row:
        return set()
    if key in table.columns():
        return {row[key]}
    relation = table.relations[key]
    link = relation.model
    ours, theirs = link.columns()[relation.ours], link.columns()[relation.theirs]
    return set(work.db.values(link.select(theirs).where(ours == row["id"])))


def _will_do(work: Work, table: type[Record], id: str, after: Row, *, place: str | None, points: Points) -> bool:
    found = work.find(table, id)
    if found is None:
        return points.loose
    if not (may_see(work, table, found) or (points.lent and found.get("is_shared"))):
        return False
    if place is not None and has_place(table) and not points.free:
        elsewhere = project_of(work, table, found) not in (None, place)
        if elsewhere and not (points.lent and found.get("is_shared")):
            return False
    return points.only is None or points.only(work, after, found)


def target_of(relation: Relation) -> type[Record]:
    """The table whose ids a relation lists."""
    if not relation.is_association:
        return _record(relation.table)
    column = relation.model.columns()[relation.theirs]
    assert isinstance(column, Pointer)
    return _record(column.table)


def _record(name: str) -> type[Record]:
    table = TABLES[name]
    assert issubclass(table, Record)
    return table


def _noun(table: type[Record]) -> str:
    return table.table_name().replace("_", " ")


def read_ids(key: str, value: Any) -> list[str]:
    """A list of ids, or of objects that have one; BadValue for anything else."""
    if value is None:
        return []
    if not isinstance(value, list):
        raise BadValue(f"{key} is not a list of ids")
    ids = [item.get("id") if isinstance(item, dict) else item for item in value]
    if not all(is_uuid(item) for item in ids):
        raise BadValue(f"{key} holds something that is no id")
    return list(dict.fromkeys(str(item).lower() for item in ids))


def columns_of(table: type[Record], *, without: Iterable[str] = ()) -> frozenset[str]:
    """All columns of a table that are not the server's, and its own lists of ids: for what only admins write."""
    own = {key for key, relation in table.relations.items() if relation.is_association}
    kept = {key for key, column in table.columns().items() if not column.hidden}
    return frozenset((kept | own) - GIVEN_BY_SERVER - set(without))


def read_object(key: str, value: Any) -> Any:
    """An object, or nothing; BadValue for anything else."""
    if value is None or isinstance(value, dict):
        return value
    raise BadValue(f"{key} is not an object")


def read_objects(key: str, value: Any) -> Any:
    """A list of objects, or nothing; BadValue for anything else."""
    if value is None or (isinstance(value, list) and all(isinstance(item, dict) for item in value)):
        return value
    raise BadValue(f"{key} is not a list of objects")


# --- changes ---


def write_changes(work: Work, table: type[Record], id: str, data: Row) -> None:
    """Write columns and lists of ids of a row as a body gives them; other keys are passed over."""
    _check_dates(table.columns(), data)
    work.update(table, id, **read_row(table, data))
    write_relations(work, table, id, data)


def write_relations(work: Work, table: type[Record], id: str, data: Row) -> None:
    """Replace the lists of ids of a row that `data` holds."""
    for key, relation in table.relations.items():
        if key in data:
            before, after = write_relation(work, relation, id, read_ids(key, data[key]))
            work.note_change(table, id, key, before, after)


def write_relation(work: Work, relation: Relation, id: str, wanted: list[str]) -> tuple[list[str], list[str]]:
    """Make the list of ids of a row what is wanted: links that stay keep what else they hold, unknown ids are dropped.

    The ids of before and those of now, both sorted.
    """
    link = relation.model
    ours, theirs = link.columns()[relation.ours], link.columns()[relation.theirs]
    present = set(work.db.values(link.select(theirs).where(ours == id)))
    if not relation.is_association:
        work.db.run(link.update({ours: None}).where(ours == id, theirs.not_in(wanted)))
        work.db.run(link.update({ours: id}).where(theirs.in_(wanted)))
        return sorted(present), sorted(work.db.values(link.select(theirs).where(ours == id)))
    gone = present - set(wanted)
    if gone:
        work.delete(link, ours == id, theirs.in_(list(gone)))
    target = target_of(relation)
    missing = [item for item in wanted if item not in present]
    known = set(work.db.values(target.select(target.id).where(target.id.in_(missing)))) if missing else set()
    for item in missing:
        if item in known:
            work.insert(link, **{relation.ours: id, relation.theirs: item})
    return sorted(present), sorted(present - gone | known)


def _check_dates(columns: dict[str, Column], data: Row) -> None:
    for key, value in data.items():
        if isinstance(columns.get(key), (Date, DateTime)) and isinstance(value, str) and value:
            try:
                datetime.datetime.fromisoformat(value)
            except ValueError:
                raise WrongParameter(
                    f"Invalid date format for '{key}': '{value}'. Expected an ISO 8601 date or datetime."
                ) from None
