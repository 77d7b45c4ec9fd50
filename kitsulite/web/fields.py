"""`fields=id,name` in the query string of a list: only these keys of its rows are sent, beside `id` and `type`.

It holds for every form that a list has: rows, pages of rows, rows as lists of values (compact), and lines of any of them.
"""

from collections.abc import Callable, Iterator
from typing import Any

import falcon
import msgspec

from kitsulite.models.lists import Rows
from kitsulite.web.routing import Route

ALWAYS = {"id", "type"}
OF_PAGES = {"page", "total", "nb_pages"}
"""What a page of rows says beside them, which are its `data`."""
ROWS = msgspec.json.Decoder(list[dict[str, msgspec.Raw]])
OBJECT = msgspec.json.Decoder(dict[str, msgspec.Raw])
LISTS = msgspec.json.Decoder(list[list[msgspec.Raw]])
VALUES = msgspec.json.Decoder(list[msgspec.Raw])
OF_TASKS = "task_fields"
Object = dict[str, msgspec.Raw]
Cut = Callable[[bytes], bytes]


def takes_fields(route: Route) -> bool:
    """Whether a route is known to answer with rows, of which a caller may want some keys only."""
    return route.method == "GET" and (isinstance(route.gives, list) or route.filters is not None)


def narrowed(request: falcon.Request, body: bytes) -> bytes:
    """The body of an answer, its rows with the keys that were asked for. What is no list of rows stays as it is."""
    kept = _wanted(request)
    if kept is None:
        return body
    if body[:1] == b"[":
        return _rows(body, kept)
    page = OBJECT.decode(body) if body[:1] == b"{" else {}
    if _is_compact(page):
        places = _narrow_header(page, kept)
        rows = [[row[place] for place in places] for row in LISTS.decode(page["rows"])]
        return msgspec.json.encode({**page, "rows": rows})
    if not (page.keys() & OF_PAGES) or bytes(page.get("data", b""))[:1] != b"[":
        return body
    page["data"] = msgspec.Raw(_rows(page["data"], kept))
    return msgspec.json.encode(page)


def narrowed_rows(request: falcon.Request, rows: Rows) -> Iterator[bytes]:
    """The same for rows that come in pieces."""
    kept = _wanted(request)
    start, cut = (rows.start, None) if kept is None else _cut(rows, kept)
    part = b"\n" if rows.lines else b","
    yield start
    is_first = True
    for piece in rows.pieces():
        joined = part.join(map(cut, piece) if cut else piece)
        if rows.lines:
            yield joined + part
        else:
            yield joined if is_first else part + joined
        is_first = False
    yield rows.end


def _cut(rows: Rows, kept: set[str]) -> tuple[bytes, Cut]:
    """What stands before the rows, and what is done with each of them."""
    said = OBJECT.decode(rows.start + rows.end) if rows.start[:1] == b"{" else {}
    if not _is_compact(said):
        return rows.start, lambda row: msgspec.json.encode(_kept(OBJECT.decode(row), kept))
    places = _narrow_header(said, kept)
    start = msgspec.json.encode(said).removesuffix(rows.end) + (b"\n" if rows.lines else b"")
    return start, lambda row: msgspec.json.encode([VALUES.decode(row)[place] for place in places])


def _wanted(request: falcon.Request) -> set[str] | None:
    names = request.get_param("fields") if request.method == "GET" and "fields" in request.query_string else None
    return ALWAYS | {name.strip() for name in names.split(",")} if names else None


def _is_compact(said: Object) -> bool:
    return bytes(said.get("compact", b"")) == b"true"


def _narrow_header(said: Object, kept: set[str]) -> list[int]:
    """Have what explains rows as lists of values tell of those that are kept; their places."""
    key = next(name for name in said if name.endswith("_fields") and name != OF_TASKS)
    names: list[str] = msgspec.json.decode(said[key])
    said[key] = msgspec.Raw(msgspec.json.encode([name for name in names if name in kept]))
    return [place for place, name in enumerate(names) if name in kept]


def _rows(body: Any, kept: set[str]) -> bytes:
    try:
        rows = ROWS.decode(body)
    except msgspec.ValidationError:  # ids, or other bare values
        return bytes(body)
    return msgspec.json.encode([_kept(row, kept) for row in rows])


def _kept(row: Object, kept: set[str]) -> Object:
    return {key: value for key, value in row.items() if key in kept}
