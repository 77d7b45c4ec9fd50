"""Long answers. They are made in pieces within their transaction and put aside as they come, compressed when the client takes that:
a little in memory, the rest on the disk. Then the transaction ends, and the answer is sent. So no list is ever whole in memory, a client
that reads slowly holds nothing but a file, and what goes wrong on the way is an answer of its own.
"""

from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from itertools import chain
from tempfile import SpooledTemporaryFile
from typing import BinaryIO, cast

import falcon

from kitsulite.models.lists import Rows
from kitsulite.web.call import Call
from kitsulite.web.downloads import Part
from kitsulite.web.fields import narrowed_rows
from kitsulite.web.packing import SMALL, packed, packer, way_for
from kitsulite.web.routing import Answer

JSON = "application/json"
NDJSON = "application/x-ndjson"
IN_MEMORY = 1024**2
"""Bytes of an answer that are kept in memory while it is made and sent."""
READS = ("GET", "HEAD")
VARY = {"Vary": "Accept-Encoding"}


def laid_out(call: Call, result: object) -> object:
    """What a route answers, as it is after its transaction."""
    return written(call, result) if isinstance(result, Rows) else result


def written(call: Call, rows: Rows) -> Answer:
    """The answer that rows are."""
    return answer_of(call, narrowed_rows(call.request, rows), type_of(rows), {})


def type_of(rows: Rows) -> str:
    return NDJSON if rows.lines else JSON


def answer_of(call: Call, pieces: Iterator[bytes], type: str, headers: dict[str, str]) -> Answer:
    """The answer that pieces make, the headers with it. A short one stays whole."""
    begun = b""
    for piece in pieces:
        begun += piece
        if len(begun) > SMALL:
            return _put_aside(
                call, chain((begun,), pieces), Answer(type=type, headers={**headers, **VARY}, is_ready=True)
            )
    return Answer(begun, type=type, headers=headers, is_ready=True)


def _put_aside(call: Call, pieces: Iterable[bytes], answer: Answer) -> Answer:
    if way := way_for(call.request):
        answer.headers["Content-Encoding"] = way
        pieces = _packed(pieces, way)
    with ExitStack() as left:
        spool = left.enter_context(SpooledTemporaryFile(IN_MEMORY, dir=str(call.settings.scratch_folder)))
        for piece in pieces:
            spool.write(piece)
        size = spool.tell()
        spool.seek(0)
        answer.headers["Content-Length"] = str(size)
        if call.request.method == "HEAD":
            answer.body = b""
        elif size <= IN_MEMORY:
            answer.body = spool.read()
        else:
            left.pop_all()
            answer.chunks = Spooled(cast(BinaryIO, spool), size)
    return answer


def _packed(pieces: Iterable[bytes], way: str) -> Iterator[bytes]:
    made = packer(way)
    for piece in pieces:
        yield made.compress(piece)
    yield made.flush()


class Spooled(Part):
    """A long answer that was put aside. It takes no turn among those who are sent files."""

    in_turn = False


def fit(body: bytes, request: falcon.Request, response: falcon.Response) -> bytes:
    """An answer that was made in one piece, as the client takes it."""
    if len(body) <= SMALL or request.method not in READS:
        return body
    response.append_header("Vary", "Accept-Encoding")
    way = way_for(request)
    if not way:
        return body
    response.set_header("Content-Encoding", way)
    return packed(way, body)
