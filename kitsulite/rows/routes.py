"""`/data/<things>` and `/data/<things>/<id>`: the rows of every table."""

import msgspec

from kitsulite.access.rules import Asked, Condition, Given, Rule, name_of
from kitsulite.rows.collection import Change, Collection
from kitsulite.rows.filters import Listing
from kitsulite.storage import Row
from kitsulite.web.call import Call
from kitsulite.web.inputs import Forced
from kitsulite.web.paged import paged
from kitsulite.web.routing import Either, Route, delete, get, post, put
from kitsulite.work.errors import WrongParameter
from kitsulite.work.work import Work

OWN_PARAMETERS = {"page", "limit", "relations", "fields", "after", "wait"}


class Listed(msgspec.Struct):
    """How a list of rows comes."""

    page: int | None = None
    limit: int | None = None
    relations: bool = False
    fields: str | None = None


class Whole(msgspec.Struct):
    """How one row comes."""

    relations: bool = True


def routes_of(things: Collection) -> list[Route]:
    """The five routes of a collection. Each rule loads the row of the path."""
    key = f"{things.table.table_name()}_id"
    rows, row = f"/data/{things.path}", f"/data/{things.path}/{{{key}}}"
    changing = _to_change(things, key)

    def list_rows(call: Call) -> object:
        relations = call.flag("relations", default=things.plain_list_relates and not call.query)
        return things.list(call.work, read_listing(call, relations))

    def get_row(call: Call, row: Row) -> object:
        return things.answer_get(call.work, row, call.flag("relations", default=True))

    def create_row(call: Call) -> object:
        return things.make(call.work, call.json_object())

    def update_row(call: Call, row: Row) -> object:
        return things.alter(call.work, row, call.json_object())

    def create_prepared(call: Call) -> object:
        data = things.prepare(call.begin, call.json_object(), None)
        with call.begin() as work:
            return things.create(work, data)

    def update_prepared(call: Call, row: Row) -> object:
        data = things.prepare(call.begin, call.json_object(), row["id"])
        with call.begin() as work:
            return things.update(work, row["id"], data)

    def delete_row(call: Call, row: Row) -> None:
        call.work.foresee(things.table, row)
        things.remove(call.work, row, force=call.flag("force"))

    noun = things.table.table_name().replace("_", " ")
    for act, about in (
        (list_rows, f"The {noun} rows that the caller may see."),
        (get_row, f"One {noun} row."),
        (create_row, f"A new {noun} row."),
        (create_prepared, f"A new {noun} row."),
        (update_row, f"Change a {noun} row."),
        (update_prepared, f"Change a {noun} row."),
        (delete_row, f"Remove a {noun} row."),
    ):
        act.__doc__ = about
    made, alone = things.shape.with_relations(), things.prepares
    written = (
        made.but(plus=things.more_when_written, title=f"Written{made.title}") if things.more_when_written else made
    )
    row_of_list = made.but(plus=things.more_in_list, title=f"Listed{made.title}") if things.more_in_list else made
    listed = msgspec.defstruct("Listed", [(name, str | None, None) for name in things.narrowed_by], bases=(Listed,))
    create, update = (create_prepared, update_prepared) if alone else (create_row, update_row)
    reading = get(
        rows,
        things.list_by,
        list_rows,
        query=listed,
        filters=things.table,
        gives=Either([row_of_list], paged(row_of_list)),
    )
    routes = [
        *([reading] if things.lists else []),
        post(rows, things.create_by, create, raw=things.form(new=True), gives=written, status=201, alone=alone),
        put(row, changing, update, raw=things.form(), gives=written, alone=alone),
        delete(row, _to(things, key, things.delete_by), delete_row, query=Forced),
    ]
    if things.gets:
        routes.append(
            get(row, _to(things, key, things.get_by), get_row, query=Whole, gives=made.but(plus=things.more_of_one)),
        )
    return routes


def _to(things: Collection, key: str, condition: Condition) -> Rule:
    """Who may do something with the row of the path."""

    def check(work: Work, asked: Asked) -> Given:
        return {"row": things.load_for(work, asked.path[key], condition)}

    return Rule(name_of(condition), check, hands=("row",), asks=(condition,))


def _to_change(things: Collection, key: str) -> Rule:
    """Who may make the row of the path what the body says."""

    def check(work: Work, asked: Asked) -> Given:
        return {"row": things.load_to_change(work, asked.path[key], asked.body())}

    condition = things.update_by.allows if isinstance(things.update_by, Change) else things.update_by
    return Rule(name_of(condition), check, hands=("row",), asks=(condition,))


def read_listing(call: Call, relations: bool) -> Listing:
    """What the query string of a list says."""
    fields, limit = call.query.get("fields"), call.integer("limit")
    if limit is not None and limit < 0:
        raise WrongParameter("limit must be a positive integer.")
    return Listing(
        filters={key: text for key, text in call.query.items() if key not in OWN_PARAMETERS},
        page=call.integer("page"),
        limit=limit,
        relations=relations,
        fields=frozenset(name.strip() for name in fields.split(",")) if fields else None,
    )
