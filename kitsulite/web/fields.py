"""`fields=id,name` in the query string of a list: only these keys of its rows are sent, beside `id` and `type`."""

from typing import Any

import falcon
import msgspec

from kitsulite.web.routing import Route

ALWAYS = {"id", "type"}
OF_PAGES = {"page", "total", "nb_pages"}
"""What a page of rows says beside them, which are its `data`."""
ROWS = msgspec.json.Decoder(list[dict[str, msgspec.Raw]])
PAGE = msgspec.json.Decoder(dict[str, msgspec.Raw])


def takes_fields(route: Route) -> bool:
    """Whether a route is known to answer with rows, of which a caller may want some keys only."""
    return route.method == "GET" and (isinstance(route.gives, list) or route.filters is not None)


def narrowed(request: falcon.Request, body: bytes) -> bytes:
    """The body of an answer, its rows with the keys that were asked for. What is no list of rows stays as it is."""
    names = request.get_param("fields") if request.method == "GET" and "fields" in request.query_string else None
    if not names:
        return body
    kept = ALWAYS | {name.strip() for name in names.split(",")}
    if body[:1] == b"[":
        return _rows(body, kept)
    page = PAGE.decode(body) if body[:1] == b"{" else {}
    if not (page.keys() & OF_PAGES) or bytes(page.get("data", b""))[:1] != b"[":
        return body
    page["data"] = msgspec.Raw(_rows(page["data"], kept))
    return msgspec.json.encode(page)


def _rows(body: Any, kept: set[str]) -> bytes:
    try:
        rows = ROWS.decode(body)
    except msgspec.ValidationError:  # ids, or the bare values of a compact list
        return bytes(body)
    return msgspec.json.encode([{key: value for key, value in row.items() if key in kept} for row in rows])
