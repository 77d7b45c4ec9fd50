"""Long lists that are sent again only when something in them is another: `ETag`, `If-None-Match` (docs/api/requests.md).

The tag is made of the list itself, and of who is shown it. So it is another as soon as anything in the list is, whatever wrote it: what
is told to be the same is the same.
"""

import hashlib
from collections.abc import Iterable
from typing import Any

import msgspec

from kitsulite.web.call import Call
from kitsulite.web.downloads import has_tag
from kitsulite.web.routing import Answer

JSON = "application/json"


def tagged(call: Call, body: Any) -> Answer:
    """The answer with its tag, or word that the caller has it."""
    return _answer(call, [body if isinstance(body, bytes) else msgspec.json.encode(body)], JSON)


def tagged_pieces(call: Call, pieces: Iterable[bytes], type: str) -> Answer:
    """The same for an answer in pieces. They are all made before the first is sent, for what comes first is the tag."""
    return _answer(call, list(pieces), type)


def _answer(call: Call, pieces: list[bytes], type: str) -> Answer:
    assert call.caller
    digest = hashlib.sha256(f"{call.caller.id} {call.caller.global_role}\n".encode())
    for piece in pieces:
        digest.update(piece)
    tag = f'"{digest.hexdigest()}"'
    headers = {"ETag": tag, "Cache-Control": "private, no-cache"}
    if has_tag(call.request, tag):
        return Answer(status=304, headers=headers)
    if len(pieces) == 1:
        return Answer(pieces[0], type=type, headers=headers)
    return Answer(type=type, headers=headers, chunks=pieces)
