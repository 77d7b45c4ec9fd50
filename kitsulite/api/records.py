"""`/data/<things>` and `/data/<things>/<id>`: the rows of every table (contract 02)."""

from kitsulite.api.call import Call
from kitsulite.api.routing import Route, delete, get, post, put
from kitsulite.services.access import in_service
from kitsulite.services.records.collection import Collection
from kitsulite.services.records.everything import COLLECTIONS
from kitsulite.services.records.filters import Listing

OWN_PARAMETERS = {"page", "limit", "relations", "fields"}


def routes_of(things: Collection) -> list[Route]:
    """The five routes of a collection. Who may list is known here; the other rules need a row, the service checks them."""
    key = f"{things.table.table_name()}_id"
    rows, row = f"/data/{things.path}", f"/data/{things.path}/{{{key}}}"

    def list_rows(call: Call) -> object:
        return things.list(call.work, read_listing(call))

    def get_row(call: Call, **path: str) -> object:
        return things.get(call.work, path[key], relations=call.flag("relations", default=True))

    def create_row(call: Call) -> object:
        return things.create(call.work, call.json_object())

    def update_row(call: Call, **path: str) -> object:
        return things.update(call.work, path[key], call.json_object())

    def delete_row(call: Call, **path: str) -> None:
        things.delete(call.work, path[key], force=call.flag("force"))

    noun = things.table.table_name().replace("_", " ")
    list_rows.__doc__ = f"The {noun} rows that the caller may see."
    get_row.__doc__ = f"One {noun} row."
    create_row.__doc__ = f"A new {noun} row."
    update_row.__doc__ = f"Change a {noun} row."
    delete_row.__doc__ = f"Remove a {noun} row."
    return [
        get(rows, things.list_by, list_rows, gives=[things.shape], writes=things.list_writes),
        post(rows, in_service(things.create_by.name), create_row, gives=things.shape.with_relations(), status=201),
        get(row, in_service(things.get_by.name), get_row, gives=things.shape.with_relations()),
        put(row, in_service(things.update_by.name), update_row, gives=things.shape),
        delete(row, in_service(things.delete_by.name), delete_row),
    ]


def read_listing(call: Call) -> Listing:
    """What the query string of a list says."""
    fields = call.query.get("fields")
    return Listing(
        filters={key: text for key, text in call.query.items() if key not in OWN_PARAMETERS},
        page=call.integer("page"),
        limit=call.integer("limit"),
        relations=call.flag("relations"),
        fields=frozenset(name.strip() for name in fields.split(",")) if fields else None,
    )


ROUTES = [route for things in COLLECTIONS for route in routes_of(things)]
