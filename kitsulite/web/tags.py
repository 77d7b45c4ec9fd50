"""Long lists that are sent again only when something in them is another: `ETag`, `If-None-Match` (docs/api/requests.md).

The tag is made of the list itself, and of who is shown it. So it is another as soon as anything in the list is, whatever wrote it: what
is told to be the same is the same. How it is compressed
is told by the tag as well.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator

import msgspec

from kitsulite.models.lists import Rows
from kitsulite.web.call import Call
from kitsulite.web.downloads import Part, has_tag
from kitsulite.web.fields import narrowed, narrowed_rows
from kitsulite.web.packing import way_for
from kitsulite.web.routing import Answer
from kitsulite.web.spool import JSON, VARY, answer_of, type_of


def tagged(call: Call, rows: object) -> Answer:
    """The answer with its tag, or word that the caller has it."""
    assert call.caller
    digest = hashlib.sha256(f"{call.caller.id} {call.caller.global_role}\n".encode())
    if isinstance(rows, Rows):
        pieces, type = narrowed_rows(call.request, rows), type_of(rows)
    else:
        pieces, type = iter([narrowed(call.request, msgspec.json.encode(rows))]), JSON
    answer = answer_of(call, _told(pieces, digest.update), type, {"Cache-Control": "private, no-cache", **VARY})
    way = way_for(call.request)
    answer.headers["ETag"] = tag = f'"{digest.hexdigest()}{way and "-" + way}"'
    if not has_tag(call.request, tag):
        return answer
    if isinstance(answer.chunks, Part):
        answer.chunks.close()
    return Answer(status=304, headers={name: answer.headers[name] for name in ("ETag", "Cache-Control", "Vary")})


def _told(pieces: Iterable[bytes], tell: Callable[[bytes], object]) -> Iterator[bytes]:
    for piece in pieces:
        tell(piece)
        yield piece
