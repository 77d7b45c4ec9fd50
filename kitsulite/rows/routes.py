"""`/data/<things>` and `/data/<things>/<id>`: the rows of every table."""

from collections.abc import Iterator
from contextlib import contextmanager

from kitsulite.access import in_service
from kitsulite.rows.collection import Collection
from kitsulite.rows.filters import Listing
from kitsulite.storage import Row
from kitsulite.web.call import Call
from kitsulite.web.routing import Route, delete, get, post, put
from kitsulite.work.work import Work

OWN_PARAMETERS = {"page", "limit", "relations", "fields"}


def routes_of(things: Collection) -> list[Route]:
    """The five routes of a collection. Who may list is known here; the other rules need a row, the service checks them."""
    key = f"{things.table.table_name()}_id"
    rows, row = f"/data/{things.path}", f"/data/{things.path}/{{{key}}}"

    def list_rows(call: Call) -> object:
        relations = call.flag("relations", default=things.plain_list_relates and not call.query)
        return things.list(call.work, read_listing(call, relations))

    def get_row(call: Call, **path: str) -> object:
        return things.get(call.work, path[key], relations=call.flag("relations", default=True))

    @contextmanager
    def writing(call: Call, id: str | None = None) -> Iterator[tuple[Work, Row]]:
        data = call.json_object()
        if not things.prepares:
            yield call.work, data
            return
        data = things.prepare(call.begin, data, id)
        with call.begin() as work:
            yield work, data

    def create_row(call: Call) -> object:
        with writing(call) as (work, data):
            return things.create(work, data)

    def update_row(call: Call, **path: str) -> object:
        with writing(call, path[key]) as (work, data):
            return things.update(work, path[key], data)

    def delete_row(call: Call, **path: str) -> None:
        things.delete(call.work, path[key], force=call.flag("force"))

    noun = things.table.table_name().replace("_", " ")
    list_rows.__doc__ = f"The {noun} rows that the caller may see."
    get_row.__doc__ = f"One {noun} row."
    create_row.__doc__ = f"A new {noun} row."
    update_row.__doc__ = f"Change a {noun} row."
    delete_row.__doc__ = f"Remove a {noun} row."
    made, alone = things.shape.with_relations(), things.prepares
    routes = [
        get(rows, things.list_by, list_rows, gives=[made]),
        post(rows, in_service(things.create_by.name), create_row, gives=made, status=201, alone=alone),
        put(row, in_service(things.update_by.name), update_row, gives=things.shape, alone=alone),
        delete(row, in_service(things.delete_by.name), delete_row),
    ]
    if things.gets:
        routes.append(get(row, in_service(things.get_by.name), get_row, gives=made.but(plus=things.more_of_one)))
    return routes


def read_listing(call: Call, relations: bool) -> Listing:
    """What the query string of a list says."""
    fields = call.query.get("fields")
    return Listing(
        filters={key: text for key, text in call.query.items() if key not in OWN_PARAMETERS},
        page=call.integer("page"),
        limit=call.integer("limit"),
        relations=relations,
        fields=frozenset(name.strip() for name in fields.split(",")) if fields else None,
    )
