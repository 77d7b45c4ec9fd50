"""Rows over the wire: the one mechanism behind every `/data/<things>` (docs/api/rows.md).

A `Collection` is one table with its rules. Most are a line in the `rows.py` of their room; those with rules of their own are
subclasses that override the hooks below.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import peewee

from kitsulite.access.callers import admin, is_any_admin, is_anybody, signed_in
from kitsulite.access.roles import is_admin, require
from kitsulite.access.rules import Asked, Condition, Is, Rule, allows
from kitsulite.models import BadFilter, Record, is_uuid, new_id
from kitsulite.models.fields import Json
from kitsulite.models.lists import Rows
from kitsulite.models.shapes import Extra, Raw, Shape, many, read, related
from kitsulite.rows.filters import Listing, condition, namesakes_first, page_of
from kitsulite.rows.pages import envelope
from kitsulite.rows.writing import (
    GIVEN_BY_SERVER,
    Form,
    Points,
    changed_part,
    check_name,
    check_references,
    held,
    writable_part,
    write_changes,
    write_relations,
)
from kitsulite.storage import Row, Wire
from kitsulite.work.errors import PlainlyRefused, WrongParameter
from kitsulite.work.work import Begin, Work


@dataclass(frozen=True)
class Change:
    """A condition on a row and on what is to become of it: `(work, row, data) -> bool`."""

    allows: Callable[[Work, Row, Row], bool]


class Collection:
    """The rows of one table.

    path        the word in the URL
    table       the model
    list_by     who may list
    get_by, delete_by, update_by
                the condition on a row on which it may be read, removed and changed
    create_by   who may make one, checked against the body
    writable    the keys that a body may write, columns and lists of ids
    at_birth    those that only a new row takes, beside them
    points      what references may point at, beyond what holds for all (`rows/writing.py`)
    forms       how values of JSON columns are read
    own_words   columns whose values the checks read as they came, and refuse in words of their own
    ignored     keys that clients send along and that are never looked at in a change
    passed_over keys that a new row gets from the server, whatever the body says
    nested      keys that hold a whole row; nothing can be filtered by them
    list_limit  how many rows a list or a page has at most, None for all
    plain_list_relates
                whether a list that is asked for without any parameter carries lists of ids
    malformed_is_unknown
                whether to get what is no id is not found, instead of being refused
    lists, gets  whether rows, and one row, are read here; else by a route of its area, which takes more parameters
    prepares    whether a body goes through `prepare` before the transaction that writes
    names_may_be_blank
                whether a row may have no name to speak of
    more_of_one  further keys of a row that is read by itself
    more_when_written
                further keys of a row that was just made or changed, for the documentation
    told_at_birth
                columns that are never shown, and may be given when a row is made
    more_in_list  further keys of a row of a list, for the documentation
    narrowed_by  what a list may be asked for beside the values of its columns
    """

    path: str
    table: type[Record]
    list_by: Rule = signed_in
    get_by: Condition = Is(is_anybody)
    create_by: Rule = admin
    update_by: Condition | Change = Is(is_any_admin)
    delete_by: Condition = Is(is_any_admin)
    writable: frozenset[str] = frozenset()
    at_birth: frozenset[str] = frozenset()
    points: Mapping[str, Points] = {}
    forms: Mapping[str, Form] = {}
    own_words: frozenset[str] = frozenset()
    ignored: frozenset[str] = frozenset()
    passed_over: frozenset[str] = GIVEN_BY_SERVER
    nested: frozenset[str] = frozenset()
    list_limit: int | None = None
    plain_list_relates: bool = False
    malformed_is_unknown: bool = False
    more_of_one: Mapping[str, Extra] = {}
    more_when_written: Mapping[str, Extra] = {}
    more_in_list: Mapping[str, Extra] = {}
    told_at_birth: tuple[str, ...] = ()
    narrowed_by: tuple[str, ...] = ()
    lists: bool = True
    gets: bool = True
    prepares: bool = False
    names_may_be_blank: bool = False

    def __init__(
        self,
        path: str = "",
        table: type[Record] | None = None,
        *,
        writable: frozenset[str] | None = None,
        **settings: Any,
    ) -> None:
        if path and table:
            self.path, self.table = path, table
        for name, value in settings.items():
            setattr(self, name, value)
        if writable is not None:
            self.writable = writable
        self.shape = self.make_shape()

    @property
    def keys_of_new(self) -> frozenset[str]:
        """The keys of a body that a new row takes."""
        return self.writable | self.at_birth

    def form(self, *, new: bool = False) -> Shape:
        """What a body may hold, for the documentation."""
        keys = self.keys_of_new if new else self.writable
        further: dict[str, Extra] = {
            key: related(self.table, key) for key in sorted(keys & self.table.relations.keys())
        }
        further |= {key: Wire("NULL", self.table.columns()[key].kind) for key in (self.told_at_birth if new else ())}
        title = f"New{self.table.type_name}Row" if new else f"{self.table.type_name}RowChange"
        return Shape(self.table, type=None, only=keys, plus=further, title=title)

    # --- hooks, in the order in which they are called ---

    def make_shape(self) -> Shape:
        """What a row looks like."""
        return Shape(self.table)

    def shape_for(self, work: Work) -> Shape:
        """What a row looks like to this caller."""
        return self.shape

    def shape_in_list(self, work: Work, listing: Listing) -> Shape:
        """What a row looks like to this caller in a list."""
        return self.shape_for(work)

    def filterable(self, work: Work, key: str) -> bool:
        """Whether this caller may filter by a column."""
        column = self.table.columns().get(key)
        return column is None or not column.hidden

    def visible(self, work: Work) -> peewee.Node | None:
        """Which rows a caller who is no admin sees in lists; None for all."""
        return None

    def prepare(self, begin: Begin, data: Row, id: str | None) -> Row:
        """Do what takes long with the body of a change, or of a new row (id None); needs `prepares`."""
        return data

    def check_create(self, work: Work, data: Row) -> None:
        """Refuse a new row, or put its values right."""

    def created(self, work: Work, row: Row, data: Row) -> None:
        """What follows from a new row."""

    def check_update(self, work: Work, row: Row, data: Row) -> None:
        """Refuse a change, or put its values right."""

    def updated(self, work: Work, before: Row, row: Row, data: Row) -> None:
        """What follows from a change."""

    def before_delete(self, work: Work, row: Row, force: bool) -> None:
        """Refuse, or take away what goes with the row."""

    def deleted(self, work: Work, row: Row) -> None:
        """What follows from a deletion."""

    def emit(self, work: Work, action: str, row: Row) -> None:
        """Tell of a change."""
        noun = self.table.table_name()
        work.emit(f"{noun.replace('_', '-')}:{action}", {f"{noun}_id": row["id"]}, row.get("project_id"))

    # --- list ---

    def list(self, work: Work, listing: Listing) -> Any:
        """The rows asked for: a JSON list, or a page with its totals. `list_by` stands in the route's table."""
        query = self.query(work, listing)
        names = [text for key, text in listing.filters.items() if key == "name"]
        first = namesakes_first(condition(work, self.table, "name", text) for text in names)
        if listing.page is None or listing.page < 0:
            order = (*first, work.db.creation_order(self.table))
            return Rows(work.db, query.order_by(*order).limit(self.list_limit))
        limit = listing.limit if listing.limit and listing.limit > 0 else work.settings.nb_records_per_page
        limit = min(limit, self.list_limit or limit)
        total = work.db.count(query.clone().select(self.table.id))
        offset = (listing.page - 1) * limit
        rows = Raw(b"[]")
        if 0 <= offset < total:
            rows = many(work.db, page_of(query, self.table, min(limit, total), offset, *first))
        return envelope(rows, total, page=listing.page, limit=limit)

    def query(self, work: Work, listing: Listing) -> peewee.ModelSelect:
        """The rows asked for that the caller may see, in the caller's shape."""
        shape = self.shape_in_list(work, listing)
        if listing.relations:
            shape = shape.with_relations()
        if listing.fields is not None:
            shape = shape.but(kept=listing.fields | {"id", "type"})
        query = shape.select(work.db)
        for key, text in listing.filters.items():
            if key in self.nested:
                raise BadFilter(f"Invalid value for {key}: {text}")
            if not self.filterable(work, key):
                raise BadFilter(f"Filtering on {key} is not allowed.")
            if (found := condition(work, self.table, key, text)) is not None:
                query = query.where(found)
        if not is_admin(work) and (seen := self.visible(work)) is not None:
            query = query.where(seen)
        return query

    # --- one row ---

    def load(self, work: Work, id: str) -> Row:
        """The row of a path; what is no id is refused in words of its own."""
        if not is_uuid(id):
            raise WrongParameter("Malformed ID.")
        return work.get(self.table, id)

    def load_for(self, work: Work, id: str, condition: Condition) -> Row:
        """The row of a path, for whom the condition holds."""
        unknown = self.malformed_is_unknown and condition is self.get_by
        row = work.get(self.table, id) if unknown else self.load(work, id)
        require(allows(work, condition, self.table, row))
        return row

    def load_to_change(self, work: Work, id: str, data: Row) -> Row:
        """The row of a path, for who may make it what the body says."""
        row = self.load(work, id)
        if isinstance(self.update_by, Change):
            require(self.update_by.allows(work, row, data))
        else:
            require(allows(work, self.update_by, self.table, row))
        return row

    def get(self, work: Work, id: str, relations: bool = True) -> Any:
        """One row."""
        return self.answer_get(work, self.load_for(work, id, self.get_by), relations)

    def answer_get(self, work: Work, row: Row, relations: bool) -> Any:
        return self.wire(work, row["id"], relations, **self.more_of_one)

    def wire(self, work: Work, id: str, relations: bool, **plus: Extra) -> Raw:
        """A row as this caller sees it, with further keys if need be."""
        shape = self.shape_for(work)
        if relations:
            shape = shape.with_relations()
        if plus:
            shape = shape.but(plus=plus)
        return work.show(shape, id)

    # --- create ---

    def create(self, work: Work, data: Row) -> Any:
        """A new row by somebody who may make it, answered with its relations."""
        self.create_by.check(work, Asked({}, {}, lambda: data))
        return self.make(work, data)

    def make(self, work: Work, data: Row) -> Any:
        """A new row, answered with its relations. Who may is asked before."""
        data = dict(data)
        data |= held(self.table, data, self.keys_of_new - self.own_words)
        self.check_create(work, data)
        self.check_values(work, {}, data)
        row = self.insert(work, data)
        self.created(work, row, data)
        self.emit(work, "new", row)
        return self.answer_create(work, row)

    def check_values(self, work: Work, row: Row, data: Row) -> None:
        """What holds for a new row and for a change alike: names, forms, references. Values are those that columns hold."""
        if not self.names_may_be_blank:
            check_name(row, data)
        columns = self.table.columns()
        for key in self.forms.keys() & data.keys():
            data[key] = self.forms[key](work, row or data, columns[key].read(data[key]))
        check_references(work, self.table, row, data, self.points)

    def answer_create(self, work: Work, row: Row) -> Any:
        return self.wire(work, row["id"], relations=True)

    def insert(self, work: Work, data: Row) -> Row:
        """Store a new row and its lists of ids."""
        columns, relations = self.table.columns(), self.table.relations
        for key in data:
            if key not in self.passed_over and key not in relations and key not in columns:
                raise PlainlyRefused(f"'{key}' is an invalid keyword argument for {self.table.type_name}")
        given = {key: value for key, value in data.items() if key in self.keys_of_new}
        values = {
            key: columns[key].read(value)
            for key, value in given.items()
            if key in columns and (value is not None or columns[key].default is None or isinstance(columns[key], Json))
        }
        id = work.insert(self.table, **{"id": new_id(), **self.defaults(work), **values})
        assert id
        write_relations(work, self.table, id, given)
        return work.get(self.table, id)

    def defaults(self, work: Work) -> Row:
        """Defaults that depend on the studio's settings."""
        return {}

    # --- update ---

    def update(self, work: Work, id: str, data: Row) -> Any:
        """Change what is given, by somebody who may; answered without relations."""
        return self.alter(work, self.load_to_change(work, id, data), data)

    def alter(self, work: Work, row: Row, data: Row) -> Any:
        """Change what is given of a row. Who may is asked before."""
        told = (self.table.columns().keys() | self.table.relations.keys()) - self.ignored
        data = writable_part(data, self.writable, told, lambda: self.shown(work, row))
        data = changed_part(self.table, row, data)
        data |= held(self.table, data, self.writable - self.own_words)
        self.check_update(work, row, data)
        self.check_values(work, row, data)
        return self.answer_update(work, self.change(work, row, data))

    def shown(self, work: Work, row: Row) -> Row:
        """The row as this caller is shown it."""
        return read(self.wire(work, row["id"], relations=True))

    def change(self, work: Work, row: Row, data: Row) -> Row:
        """Write a change that was found right, with all that follows from it."""
        write_changes(work, self.table, row["id"], data)
        after = work.get(self.table, row["id"])
        self.updated(work, row, after, data)
        self.emit(work, "update", after)
        return after

    def answer_update(self, work: Work, row: Row) -> Any:
        return self.wire(work, row["id"], relations=False)

    # --- delete ---

    def delete(self, work: Work, id: str, force: bool = False) -> None:
        """Remove a row, by somebody who may."""
        self.remove(work, self.load_for(work, id, self.delete_by), force)

    def remove(self, work: Work, row: Row, force: bool = False) -> None:
        """Delete a row that may go."""
        self.before_delete(work, row, force)
        self.erase(work, row["id"])
        self.deleted(work, row)
        self.emit(work, "delete", row)

    def erase(self, work: Work, id: str) -> None:
        """Take the row and its own associations out of the tables."""
        for relation in self.table.relations.values():
            ours = relation.model.columns()[relation.ours]
            if relation.is_association:
                work.delete(relation.model, ours == id)
            elif ours.null:
                work.db.run(relation.model.update({ours: None}).where(ours == id))
        work.delete(self.table, self.table.id == id)
