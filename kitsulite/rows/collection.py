"""Rows over the wire: the one mechanism behind every `/data/<things>` (contract 02, 2).

A `Collection` is one table with its rules. Most are a line in the `rows.py` of their room; those with rules of their own are
subclasses that override the hooks below.
"""

import datetime
import math
from collections.abc import Mapping
from typing import Any

import peewee

from kitsulite import access
from kitsulite.access import Rule
from kitsulite.models import TABLES, BadFilter, Record, Relation, is_uuid, new_id
from kitsulite.models.fields import BadValue, Column, Date, DateTime, Json
from kitsulite.models.shapes import Extra, Raw, Shape, many, one
from kitsulite.rows.filters import Listing, condition, page_of, read_row
from kitsulite.storage import Row
from kitsulite.work.errors import NotFound, PlainlyRefused, WrongParameter
from kitsulite.work.work import Begin, Work

GIVEN_BY_SERVER = {"id", "created_at", "updated_at"}


class Collection:
    """The rows of one table.

    path        the word in the URL
    table       the model
    list_by, get_by, create_by, update_by, delete_by
                who may; `get_by` and the last two are checked against the row, `create_by` against the body
    protected   keys that an update leaves alone, beside id, times and project_id
    made_here   keys that a new row gets from the server, whatever the body says
    nested      keys that hold a whole row; nothing can be filtered by them
    list_limit  how many rows a list or a page has at most, None for all
    plain_list_relates
                whether a list that is asked for without any parameter carries lists of ids
    malformed_is_unknown
                whether to get what is no id answers that there is no such row, instead of refusing the id
    gets        whether one row is read here; else by a route of its area, which takes more parameters
    prepares    whether a body goes through `prepare` before the transaction that writes
    more_of_one  further keys of a row that is read by itself
    noun        the object of its events (`noun:new`), and the key of the payload (`noun_id`)
    """

    path: str
    table: type[Record]
    list_by: Rule = access.signed_in
    get_by: Rule = access.signed_in
    create_by: Rule = access.admin
    update_by: Rule = access.admin
    delete_by: Rule = access.admin
    protected: frozenset[str] = frozenset()
    made_here: frozenset[str] = frozenset(GIVEN_BY_SERVER)
    nested: frozenset[str] = frozenset()
    list_limit: int | None = None
    plain_list_relates: bool = False
    malformed_is_unknown: bool = False
    more_of_one: Mapping[str, Extra] = {}
    gets: bool = True
    prepares: bool = False

    def __init__(
        self,
        path: str = "",
        table: type[Record] | None = None,
        *,
        protected: set[str] | None = None,
        **rules: Rule,
    ) -> None:
        if path and table:
            self.path, self.table = path, table
        if protected:
            self.protected = frozenset(protected)
        for name, rule in rules.items():
            setattr(self, name, rule)
        self.shape = self.make_shape()

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
        if listing.page is None or listing.page < 0:
            return many(work.db, query.order_by(work.db.creation_order(self.table)).limit(self.list_limit))
        limit = listing.limit if listing.limit and listing.limit > 0 else work.settings.nb_records_per_page
        limit = min(limit, self.list_limit or limit)
        total = work.db.count(query.clone().select(self.table.id))
        offset = (listing.page - 1) * limit
        rows = Raw(b"[]")
        if 0 <= offset < total:
            rows = many(work.db, page_of(query, self.table, min(limit, total), offset))
        return {
            "data": rows,
            "total": total,
            "nb_pages": math.ceil(total / limit),
            "limit": limit,
            "offset": offset,
            "page": listing.page,
        }

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
        if not access.is_admin(work) and (seen := self.visible(work)) is not None:
            query = query.where(seen)
        return query

    # --- one row ---

    def load(self, work: Work, id: str) -> Row:
        """The row of a path; what is no id is refused in words of its own."""
        if not is_uuid(id):
            raise WrongParameter("Malformed ID.")
        return work.get(self.table, id)

    def get(self, work: Work, id: str, relations: bool = True) -> Any:
        """One row."""
        row = work.get(self.table, id) if self.malformed_is_unknown else self.load(work, id)
        self.get_by.check(work, row)
        return self.answer_get(work, row, relations)

    def answer_get(self, work: Work, row: Row, relations: bool) -> Any:
        return self.wire(work, row["id"], relations, **self.more_of_one)

    def wire(self, work: Work, id: str, relations: bool, **plus: Extra) -> Raw:
        """A row as this caller sees it, with further keys if need be."""
        shape = self.shape_for(work)
        if relations:
            shape = shape.with_relations()
        if plus:
            shape = shape.but(plus=plus)
        found = one(work.db, shape.select(work.db).where(self.table.id == id))
        if found is None:
            raise NotFound
        return found

    # --- create ---

    def create(self, work: Work, data: Row) -> Any:
        """A new row, answered with its relations."""
        self.create_by.check(work, data)
        data = dict(data)
        self.check_create(work, data)
        row = self.insert(work, data)
        self.created(work, row, data)
        self.emit(work, "new", row)
        return self.answer_create(work, row)

    def answer_create(self, work: Work, row: Row) -> Any:
        return self.wire(work, row["id"], relations=True)

    def insert(self, work: Work, data: Row) -> Row:
        """Store a new row and its lists of ids."""
        columns, relations = self.table.columns(), self.table.relations
        given = {key: value for key, value in data.items() if key not in self.made_here and key not in relations}
        for key in given:
            if key not in columns:
                raise PlainlyRefused(f"'{key}' is an invalid keyword argument for {self.table.type_name}")
        values = {
            key: columns[key].read(value)
            for key, value in given.items()
            if value is not None or columns[key].default is None or isinstance(columns[key], Json)
        }
        id = work.insert(self.table, **{"id": new_id(), **self.defaults(work), **values})
        assert id
        write_relations(work, self.table, id, data)
        return work.get(self.table, id)

    def defaults(self, work: Work) -> Row:
        """Defaults that depend on the studio's settings."""
        return {}

    # --- update ---

    def update(self, work: Work, id: str, data: Row) -> Any:
        """Change what is given; answered without relations."""
        row = self.load(work, id)
        self.update_by.check(work, row)
        data = dict(data)
        self.check_update(work, row, data)
        row = self.change(work, row, data)
        return self.answer_update(work, row)

    def change(self, work: Work, row: Row, data: Row) -> Row:
        """Write a change that was found right, with all that follows from it."""
        kept_back = GIVEN_BY_SERVER | {"project_id"} | self.protected
        data = {key: value for key, value in data.items() if key not in kept_back}
        write_changes(work, self.table, row["id"], data)
        after = work.get(self.table, row["id"])
        self.updated(work, row, after, data)
        self.emit(work, "update", after)
        return after

    def answer_update(self, work: Work, row: Row) -> Any:
        return self.wire(work, row["id"], relations=False)

    # --- delete ---

    def delete(self, work: Work, id: str, force: bool = False) -> None:
        """Remove a row, and of its lists of ids what is only association."""
        row = self.load(work, id)
        self.delete_by.check(work, row)
        self.remove(work, row, force)

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


def write_changes(work: Work, table: type[Record], id: str, data: Row) -> None:
    """Write columns and lists of ids of a row as a body gives them; other keys are passed over."""
    _check_dates(table.columns(), data)
    work.update(table, id, **read_row(table, data))
    write_relations(work, table, id, data)


def write_relations(work: Work, table: type[Record], id: str, data: Row) -> None:
    """Replace the lists of ids of a row that `data` holds."""
    for key, relation in table.relations.items():
        if key in data:
            write_relation(work, relation, id, read_ids(key, data[key]))


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


def write_relation(work: Work, relation: Relation, id: str, wanted: list[str]) -> None:
    """Make the list of ids of a row what is wanted: links that stay keep what else they hold, unknown ids are dropped."""
    link = relation.model
    ours, theirs = link.columns()[relation.ours], link.columns()[relation.theirs]
    if not relation.is_association:
        work.db.run(link.update({ours: None}).where(ours == id, theirs.not_in(wanted)))
        work.db.run(link.update({ours: id}).where(theirs.in_(wanted)))
        return
    present = set(work.db.values(link.select(theirs).where(ours == id)))
    gone = present - set(wanted)
    if gone:
        work.delete(link, ours == id, theirs.in_(list(gone)))
    target = _target(theirs)
    missing = [item for item in wanted if item not in present]
    known = set(work.db.values(target.select(target.id).where(target.id.in_(missing)))) if missing else set()
    for item in missing:
        if item in known:
            work.insert(link, **{relation.ours: id, relation.theirs: item})


def _target(column: Any) -> type[Record]:
    return TABLES[column.table]


def _check_dates(columns: dict[str, Column], data: Row) -> None:
    for key, value in data.items():
        if isinstance(columns.get(key), (Date, DateTime)) and isinstance(value, str) and value:
            try:
                datetime.datetime.fromisoformat(value)
            except ValueError:
                raise WrongParameter(
                    f"Invalid date format for '{key}': '{value}'. Expected an ISO 8601 date or datetime."
                ) from None
