"""Long lists that are sent again only when something in them may be another: `ETag`, `If-None-Match` (docs/api/requests.md).

The tag of a list of one production is made of the marks of what it shows (`models/listmarks.py`), of who asks and of what they ask for: who
has it is told so before any row is read. That of another list is made of the list itself. How it is compressed is told by both.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator

import msgspec

from kitsulite.models import is_uuid
from kitsulite.models.listmarks import marks
from kitsulite.models.lists import Rows
from kitsulite.version import __version__
from kitsulite.web.call import Call
from kitsulite.web.downloads import Part, has_tag
from kitsulite.web.fields import narrowed, narrowed_rows
from kitsulite.web.packing import way_for
from kitsulite.web.routing import Answer
from kitsulite.web.spool import JSON, VARY, answer_of, type_of
from kitsulite.work.work import Work

KEPT = {"Cache-Control": "private, no-cache", **VARY}


PLAIN = frozenset({"project_id", "episode_id", "assigned_to", "task_type_id", "page", "compact", "stream", "fields"})
"""What a list may be asked for that no table tells which is not marked."""


def marked(call: Call, work: Work, project_id: str | None, make: Callable[[], object]) -> Answer:
    """The answer with its tag, or word that the caller has it.

    project_id  the production of which all that is listed is, if it is one
    make        makes the list: `Rows`, or something else that can be JSON
    """
    if project_id is None or not is_uuid(project_id) or not PLAIN.issuperset(call.query):
        return tagged(call, make())
    caller = work.caller
    kept_to = None if caller.scope.projects is None else sorted(caller.scope.projects)
    said = (__version__, caller.id, caller.identity_type, caller.global_role, kept_to, *call.pairs)
    told = msgspec.json.encode([marks(work.db, project_id.lower()), said])
    tag = _spelled(call, hashlib.sha256(told).hexdigest())
    if has_tag(call.request, tag):
        return Answer(status=304, headers={**KEPT, "ETag": tag})
    made = make()
    pieces, type = _pieces(call, made)
    return answer_of(call, pieces, type, {**KEPT, "ETag": tag})


def tagged(call: Call, rows: object) -> Answer:
    """The same by what the list holds."""
    assert call.caller
    digest = hashlib.sha256(f"{call.caller.id} {call.caller.global_role}\n".encode())
    pieces, type = _pieces(call, rows)
    answer = answer_of(call, _told(pieces, digest.update), type, KEPT)
    answer.headers["ETag"] = tag = _spelled(call, digest.hexdigest())
    if not has_tag(call.request, tag):
        return answer
    if isinstance(answer.chunks, Part):
        answer.chunks.close()
    return Answer(status=304, headers={**KEPT, "ETag": tag})


def _pieces(call: Call, rows: object) -> tuple[Iterator[bytes], str]:
    if isinstance(rows, Rows):
        return narrowed_rows(call.request, rows), type_of(rows)
    return iter([narrowed(call.request, msgspec.json.encode(rows))]), JSON


def _spelled(call: Call, digest: str) -> str:
    way = way_for(call.request)
    return f'"{digest}{way and "-" + way}"'


def _told(pieces: Iterable[bytes], tell: Callable[[bytes], object]) -> Iterator[bytes]:
    for piece in pieces:
        tell(piece)
        yield piece
