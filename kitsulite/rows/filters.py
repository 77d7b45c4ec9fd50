"""What a list of rows is asked for: filters, a page, the shape (docs/api/rows.md)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec
import peewee

from kitsulite.models import Relation, Table
from kitsulite.models.fields import BadFilter, BadValue, Json, is_uuid
from kitsulite.models.shapes import known, knows
from kitsulite.models.textfields import String, Text
from kitsulite.work.errors import WrongParameter
from kitsulite.work.texts import BrokenJson, read_json
from kitsulite.work.work import Work

NOTHING = peewee.SQL("1 = 0")


@dataclass(frozen=True)
class Listing:
    """A request for rows.

    filters    by column or relation; other names are ignored
    page       None for all rows at once
    limit      rows on a page; None or 0 for the studio's default
    relations  whether lists of ids are wanted
    fields     the keys to keep, None for all
    """

    filters: Mapping[str, str]
    page: int | None = None
    limit: int | None = None
    relations: bool = False
    fields: frozenset[str] | None = None


class Namesake(peewee.NodeList):
    """That a row has a name, whatever the case; `just_so`, that it is spelled as asked."""

    def __init__(self, whatever_case: peewee.Node, just_so: peewee.Expression) -> None:
        super().__init__([whatever_case])
        self.just_so = just_so


def condition(work: Work, table: type[Table], key: str, text: str) -> peewee.Node | None:
    """The condition that a filter stands for; None when the key means nothing here."""
    if relation := table.relations.get(key):
        return _related(table, relation, key, text)
    column = table.columns().get(key)
    if column is None:
        return None
    if isinstance(column, Json):
        return NOTHING
    seen = known(column)
    if key == "name" and isinstance(column, (String, Text)):
        return Namesake(work.db.alike(column, column.read_filter(text)), column == text)
    if text.startswith("["):
        return seen.in_([column.read_filter(item) for item in _elements(key, text)])
    return seen == column.read_filter(text)


def namesakes_first(conditions: Iterable[peewee.Node | None]) -> list[peewee.Node]:
    """What orders rows looked up by name so that the one spelled just so comes before those that differ in case."""
    return [found.just_so.desc() for found in conditions if isinstance(found, Namesake)]


def _related(table: type[Table], relation: Relation, key: str, text: str) -> peewee.Node:
    if not is_uuid(text):
        raise BadFilter(f"Invalid value for {key}: {text}")
    link = relation.model
    ours, theirs = link.columns()[relation.ours], link.columns()[relation.theirs]
    return table.columns()["id"].in_(link.select(ours).where(theirs == text.lower())) & knows(table, key)


def _elements(key: str, text: str) -> list[str]:
    try:
        items = read_json(text)
    except BrokenJson:
        items = None
    if not isinstance(items, list):
        raise WrongParameter(f"Malformed list filter for field {key}.")
    return [item if isinstance(item, str) else msgspec.json.encode(item).decode() for item in items]


def read_row(table: type[Table], data: Mapping[str, Any]) -> dict[str, Any]:
    """The columns among `data`, each value as it will be stored; BadValue for one that does not fit."""
    columns = table.columns()
    return {key: columns[key].read(value) for key, value in data.items() if key in columns}


def page_of(
    query: peewee.ModelSelect, table: type[Table], limit: int, offset: int, *first: peewee.Node
) -> peewee.ModelSelect:
    """One page of a query, latest change first, or by `first` before that. The page is cut before any row is written out."""
    columns = table.columns()
    order = (*first, columns["updated_at"].desc(), columns["created_at"].desc(), columns["id"])
    cut = table.select(columns["id"]).order_by(*order).limit(limit).offset(offset)
    if query._where is not None:
        cut = cut.where(query._where)
    page = query.clone().order_by(*order)
    page._where = columns["id"].in_(cut)  # instead of the conditions, which would lead the planner past these few rows
    return page


__all__ = ["BadFilter", "BadValue", "Listing", "condition", "namesakes_first", "page_of", "read_row"]
