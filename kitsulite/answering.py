"""From a request to what it is answered: who calls → may they → what they say → the handler.

Nearly every request is one transaction, in which who calls is found too. Where that cannot be, who calls is found before the body is
read, and the body is read before a transaction that writes is begun, so that no slow stranger holds anybody up.
"""

import sys
from contextlib import suppress
from functools import partial
from typing import Any, NamedTuple

import falcon
import msgspec

from kitsulite.access.callers import anyone
from kitsulite.access.previewaccounts import READING, why_only_looks
from kitsulite.access.projects import ADMIN
from kitsulite.access.rules import Asked, Given
from kitsulite.models import is_uuid
from kitsulite.settings import Settings
from kitsulite.storage import OnlyReading
from kitsulite.tracker import Tracker
from kitsulite.web.call import Call
from kitsulite.web.incoming import incoming
from kitsulite.web.routing import Route
from kitsulite.web.spool import laid_out
from kitsulite.web.uploads import Form, is_multipart, read_form
from kitsulite.whocalls import (
    comes_by_token,
    ends_sessions_of_the_gone,
    find_caller,
    note_use,
    recognise,
    shown_token,
)
from kitsulite.work.errors import Forbidden, NotFound
from kitsulite.work.work import BY_LINK, Caller, Work

LONGEST_BODY = 8 * 1024**2  # without files; what JSON says may take up thirty times as much in memory
SHORT = 64 * 1024  # what is read at once
LONGEST_OF_STRANGERS = 1024**2
LONGEST_OF_BULK = 32 * 1024**2  # of an admin, who pushes what another studio has
OPEN_TO_LOOKERS = {"/auth/logout", "/auth/refresh-token"}
"""What changes nothing but the session of who looks by a preview account."""


def serve(route: Route, tracker: Tracker, request: falcon.Request, path: dict[str, str]) -> Any:
    """What the route answers; raises what services raise."""
    came = None
    if not route.alone and comes_by_token(route, request) and _is_short(request, tracker.settings):
        token = shown_token(route, tracker, request)
        if not route.writes or tracker.keys.read_token(token):  # strangers do not take turns with those who write
            body = incoming(request, SHORT)
            came = Came(token, body.read() if body else b"")
            with suppress(OnlyReading):
                return _in_one_transaction(route, tracker, request, path, came)
    return _in_several(route, tracker, request, path, came)


class Came(NamedTuple):
    """What was read of a request before any transaction."""

    token: str
    content: bytes


def _is_short(request: falcon.Request, settings: Settings) -> bool:
    """Whether the body, if there is one, has come with the head or is about to, so that nobody's turn to write waits for it."""
    if request.get_header("Transfer-Encoding"):
        return False
    length = request.content_length
    return not length or (length <= min(SHORT, settings.max_content_length or SHORT) and not is_multipart(request))


def _in_one_transaction(
    route: Route, tracker: Tracker, request: falcon.Request, path: dict[str, str], came: Came
) -> Any:
    """What nearly every request is: who calls, whether they may, and what they do. OnlyReading where that takes more."""
    caller = None
    try:
        with ends_sessions_of_the_gone(tracker), tracker.work(writes=route.writes) as work:
            caller = work.visitor = recognise(route, tracker, request, came.token)
            _say_who(request, caller)
            if _refuse_lookers(route, request, caller) and route.writes:
                raise OnlyReading
            call = Call(request, came.content, partial(tracker.work, caller), caller, tracker.settings)
            if route.takes and route.body_first:
                call.body(route.takes)
            return _within(work, route, call, path)
    finally:
        if caller:
            note_use(tracker, request, caller)


def _say_who(request: falcon.Request, caller: Caller) -> None:
    """For the log of requests."""
    request.env["kitsulite.person"] = caller.person.get("email") or caller.identity_type


def _in_several(
    route: Route, tracker: Tracker, request: falcon.Request, path: dict[str, str], came: Came | None
) -> Any:
    """The same where who calls is found first: before a long body is read, by who opens transactions of their own."""
    caller = find_caller(route, tracker, request, path)
    if caller:
        _say_who(request, caller)
    why = _refuse_lookers(route, request, caller)
    reading = {"writes": False} if why else {}
    content = read_content(request, tracker.settings, route, caller) if came is None else came.content
    call = Call(request, content, lambda **how: tracker.work(caller, **how | reading), caller, tracker.settings)
    try:
        return _answer(route, call, path)
    except OnlyReading:
        if why:  # there are routes that read and leave something behind
            raise Forbidden(why) from None
        raise


def _refuse_lookers(route: Route, request: falcon.Request, caller: Caller | None) -> str | None:
    """Forbidden where somebody who only looks would change something; why they only look, None for others."""
    why = None if request.path in OPEN_TO_LOOKERS else why_only_looks(caller)
    if why and request.method not in READING and not _only_asks(route, caller):
        raise Forbidden(why)
    return why


def _only_asks(route: Route, caller: Caller | None) -> bool:
    """Whether a POST reads, by an API key that may: scripts ask so for paths of files. Who is lent an account asks for less."""
    return caller is not None and caller.scope.only_reads and not (route.writes or route.alone)


def _answer(route: Route, call: Call, path: dict[str, str]) -> Any:
    """What the route does, in transactions of the call."""
    if route.takes and route.body_first:
        call.body(route.takes)
    if route.alone:
        given: Given = {}
        if route.who is not anyone:  # nothing to look up: what needs no database answers without
            with call.begin(writes=False) as work:
                given = route.who.check(work, asked_of(route, call, path))
        return _handle(route, call, path, given)
    try:
        return _in_one_work(route, call, path, writes=route.writes)
    except OnlyReading:  # the first look at something, such as the organisation, makes it when it is missing
        return _in_one_work(route, call, path, writes=True)


def asked_of(route: Route, call: Call, path: dict[str, str]) -> Asked:
    """What the request says, for the rule of its route."""
    form = route.takes
    if form is not None:
        return Asked(path, call.query, lambda: call.body(form), call.argument)
    return Asked(path, call.query, call.ids if isinstance(route.raw, list) else call.json_object, call.argument)


def _in_one_work(route: Route, call: Call, path: dict[str, str], *, writes: bool) -> Any:
    with call.begin(writes=writes) as work:
        return _within(work, route, call, path)


def _within(work: Work, route: Route, call: Call, path: dict[str, str]) -> Any:
    """Whether they may, and what they do, in one piece of work."""
    call.work = work
    return _handle(route, call, path, route.who.check(work, asked_of(route, call, path)))


def _handle(route: Route, call: Call, path: dict[str, str], given: Given) -> Any:
    """The handler, with what it takes of the path, of what the rule loaded, of the query string and of the body."""
    there: dict[str, Any] = {**path, **given}
    if route.filters is not None:
        there["filters"] = call.query
    if route.query is not None:
        there["asked"] = asked = call.asked(route.query)
        there.update(msgspec.structs.asdict(asked))
    if route.takes is not None:
        there["body"] = body = call.body(route.takes)
        there.update({name: getattr(body, name) for name in route.wanted & set(body.__struct_fields__)})
    if route.files:
        there |= {"files": call.files, "file": call.file}
    arguments = {name: there[name] for name in route.wanted}
    return laid_out(call, route.handler(call if route.first == "call" else getattr(call, route.first), **arguments))


def spelled_as_stored(path: dict[str, str]) -> dict[str, str]:
    """The parameters of a path, ids in lower case; but people's as they came, for one's own id is compared to the letter.

    NotFound for what nothing can be called.
    """
    if any("\x00" in text for text in path.values()):
        raise NotFound
    return {name: id.lower() if name != "person_id" and is_uuid(id) else id for name, id in path.items()}


def read_content(request: falcon.Request, settings: Settings, route: Route, caller: Caller | None) -> bytes | Form:
    """The body, as far as the studio accepts its length; of a form with files its parts.

    Whatever is no form is held in memory, of strangers only little. Who comes through a link is a stranger all the same, but
    for the files of a guest who is known.
    """
    most = settings.max_content_length or sys.maxsize
    is_stranger = caller is None or caller.identity_type == BY_LINK
    sends_files = route.files and is_multipart(request) and caller is not None and (caller.guests or not is_stranger)
    if not sends_files:
        most = min(most, LONGEST_OF_STRANGERS if is_stranger else _longest(route, caller))
    body = incoming(request, most)
    if body is None:
        return b""
    if is_multipart(request):
        return read_form(body, request.content_type or "", settings.scratch_folder)
    return body.read()


def _longest(route: Route, caller: Caller | None) -> int:
    """How long a body without files may be of somebody who is signed in."""
    return LONGEST_OF_BULK if route.bulk and caller and caller.global_role == ADMIN else LONGEST_BODY
