"""The WSGI application: one Falcon app over one tracker.

A request goes straight through `serve`: who calls → may they → read the input → the handler → the answer. Who calls is
found before the body is read, and the body is read before a transaction that writes is begun, so that no slow stranger
holds anybody up.
"""

import functools
import sys
from collections.abc import Callable, Iterable
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import quote

import falcon
import msgspec
from falcon.routing import CompiledRouter

from kitsulite.access.callers import anyone
from kitsulite.access.previewaccounts import READING, why_only_looks
from kitsulite.access.projects import ADMIN
from kitsulite.access.rules import Asked, Given
from kitsulite.areas.people.named import Identify
from kitsulite.models import is_uuid
from kitsulite.proxies import API, MOUNT, Trust
from kitsulite.settings import Settings
from kitsulite.storage import OnlyReading
from kitsulite.tables import route_tables
from kitsulite.tracker import Tracker
from kitsulite.web import openapi
from kitsulite.web.call import Call
from kitsulite.web.downloads import wait_for_turn
from kitsulite.web.errors import BAD_METHOD, NOT_FOUND, describe, failure
from kitsulite.web.fields import narrowed
from kitsulite.web.front import Front
from kitsulite.web.incoming import incoming
from kitsulite.web.origins import came_by_https, mounted_below, note_where_from
from kitsulite.web.routing import HTML, Answer, Route, RouteTable, get
from kitsulite.web.scimerrors import PATHS, SCIM, in_scim
from kitsulite.web.spool import fit, laid_out
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
from kitsulite.work.work import BY_LINK, Caller

if TYPE_CHECKING:
    from kitsulite.web.client import Client

SECURITY_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "SAMEORIGIN",
    "Content-Security-Policy": "frame-ancestors 'self'",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Cache-Control": "no-store",
}
"""What answers carry that do not say otherwise."""
ONLY_HTTPS = f"max-age={365 * 24 * 3600}"
"""Browsers that came by https stay with it."""
JSON = "application/json"
METHODS = "DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT"
LONGEST_BODY = 8 * 1024**2  # without files; what JSON says may take up thirty times as much in memory
SHORT = 64 * 1024  # what is read at once
LONGEST_OF_STRANGERS = 1024**2
LONGEST_OF_BULK = 32 * 1024**2  # of an admin, who pushes what another studio has
COOKIE_LIFE = 31540000
OPEN_TO_LOOKERS = {"/auth/logout", "/auth/refresh-token"}
"""What changes nothing but the session of who looks by a preview account."""


def create_app(
    tracker: Tracker | Settings | None = None, *, ui: str | Path | None = None, identify: Identify | None = None
) -> "App":
    """The API of a tracker, as a WSGI app that can be mounted anywhere, under any prefix.

    Given settings, the tracker is opened here; given nothing, the environment says how. It hangs on the app as `.tracker`.

    ui        a built web client to serve in front of the API: a folder or a package; else the one of the settings, else pages
              of our own. BadPackage
    identify  who is signed in to the application around it, by the WSGI environ (docs/embedding.md)
    """
    if not isinstance(tracker, Tracker):
        tracker = Tracker(tracker)
    site = client_of(tracker, ui) or Front(tracker.files, tracker.settings.default_locale)
    app = App(middleware=[_Manners(tracker, site, identify)], router=_router())
    app.tracker = tracker
    app.req_options.strip_url_path_trailing_slash = True
    app.req_options.keep_blank_qs_values = True
    app.set_error_serializer(_write_error)
    return app


def client_of(tracker: Tracker, ui: str | Path | None) -> "Client | None":
    """The web client that is served."""
    settings = tracker.settings
    place, sha256 = (str(ui), "") if ui is not None else (settings.ui, settings.ui_sha256)
    if not place:
        return None
    from kitsulite.areas.studio import webclient  # loaded, with what fetches and unpacks, only where there is one
    from kitsulite.web.client import Client

    return Client(webclient.prepare(place, tracker.folder, sha256))


class App(falcon.App[falcon.Request, falcon.Response]):
    """A Falcon app that knows its tracker. It answers below /api too, where Kitsu's clients look for it."""

    tracker: Tracker

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        path = environ["PATH_INFO"]
        if path == API or path.startswith(API + "/"):
            environ[MOUNT] = environ.get("SCRIPT_NAME", "")
            environ["SCRIPT_NAME"] = environ[MOUNT] + API
            environ["PATH_INFO"] = path.removeprefix(API) or "/"
        return super().__call__(environ, start_response)


@functools.cache
def _router() -> CompiledRouter:
    """The tables of all areas. They are the same for every app: it is the request that brings the tracker along."""
    resources: dict[str, _Resource] = {}
    for route in (route for table in tables() for route in table.routes):
        template = route.path.removesuffix("}") + ":path}" if route.rest else route.path
        resources.setdefault(template, _Resource()).add(route)
    router = CompiledRouter()
    for path, resource in resources.items():
        router.add_route(path, resource)
    return router


@functools.cache
def tables() -> tuple[RouteTable, ...]:
    """All that is served: what the rooms declare, and the documentation of it."""
    return (*route_tables(), RouteTable("documentation", "The documentation of the API.", DOCUMENTATION))


def show_document(call: Call) -> object:
    """The OpenAPI document of this server."""
    return _document()


@functools.cache
def _document() -> msgspec.Raw:
    """It changes with the version of the server only."""
    return msgspec.Raw(msgspec.json.encode(openapi.describe(tables())))


def show_page(call: Call) -> Answer:
    """A page to read this documentation and to try routes."""
    return Answer(openapi.page(), type="text/html; charset=utf-8")


DOCUMENTATION = [
    get("/openapi.json", anyone, show_document, gives=dict[str, Any], alone=True),
    get("/openapi-raw.json", anyone, show_document, gives=dict[str, Any], alone=True),
    get("/apidocs", anyone, show_page, gives=HTML, alone=True),
]


class _Resource:
    """The methods of one path."""

    def add(self, route: Route) -> None:
        responder = _responder(route)
        setattr(self, f"on_{route.method.lower()}", responder)
        if route.method == "GET":
            self.on_head = responder


def _responder(route: Route) -> Callable[..., None]:
    def respond(request: falcon.Request, response: falcon.Response, **path: str) -> None:
        tracker: Tracker = request.context.tracker
        try:
            result = serve(route, tracker, request, spelled_as_stored(path))
            if isinstance(result, Answer):
                wait_for_turn(result, tracker.downloads)
        except falcon.HTTPError:
            raise
        except Exception as problem:
            status, body = describe(problem, debug=tracker.settings.debug)
            result = Answer(in_scim(status, body) if route.speaks == SCIM else body, status, type=route.speaks)
        write(result, route, request, response)

    return respond


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
            call.work = work
            if route.takes and route.body_first:
                call.body(route.takes)
            return _handle(route, call, path, route.who.check(work, asked_of(route, call, path)))
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


def write(result: Any, route: Route, request: falcon.Request, response: falcon.Response) -> None:
    """Put an answer into Falcon's response."""
    answer = result if isinstance(result, Answer) else Answer(result)
    empty = answer.body is None and answer.chunks is None
    status = answer.status or route.status or (204 if empty else 200)
    response.status = falcon.code_to_http_status(status)
    for name, value in answer.headers.items():
        response.set_header(name, value)
    for name, (value, path) in answer.cookies.items():
        life = COOKIE_LIFE if answer.cookie_life is None else answer.cookie_life
        secure, anywhere = came_by_https(request), answer.cookies_from_anywhere
        _set_cookie(response, name, value, _below(request, path), life, secure=secure, from_anywhere=anywhere)
    if answer.chunks is not None:
        response.stream = answer.chunks
        response.content_type = answer.type
    elif not empty:
        body = as_bytes(answer.body)
        is_plain = status == 200 and answer.type == JSON and not answer.is_ready
        response.data = fit(narrowed(request, body), request, response) if is_plain else body
        response.content_type = answer.type


def _below(request: falcon.Request, path: str) -> str:
    """The path of a cookie. What is for all of a studio is for it under each of its prefixes, and for no other studio."""
    return mounted_below(request) or "/" if path == "/" else request.root_path + path


def as_bytes(body: Any) -> bytes:
    if isinstance(body, bytes):
        return body
    return body.encode() if isinstance(body, str) else msgspec.json.encode(body)


def _set_cookie(
    response: falcon.Response, name: str, value: str, path: str, life: int, *, secure: bool, from_anywhere: bool
) -> None:
    if value:
        same_site = "Lax" if not from_anywhere else "None" if secure else None  # which browsers take by https only
        response.set_cookie(name, value, path=path, max_age=life, http_only=True, same_site=same_site, secure=secure)
    else:
        response.unset_cookie(name, path=path, same_site="Lax")


def _write_error(request: falcon.Request, response: falcon.Response, problem: falcon.HTTPError) -> None:
    """Falcon's own errors in the API's words."""
    messages = {404: NOT_FOUND, 405: BAD_METHOD}
    if problem.status_code == 405:
        response.delete_header("Allow")
    message = messages.get(problem.status_code) or problem.description or problem.title or "Bad request."
    is_scim, body = request.path.startswith(PATHS), failure(message)
    response.data = msgspec.json.encode(in_scim(problem.status_code, body) if is_scim else body)
    response.content_type = SCIM if is_scim else JSON


class _Manners:
    """What holds for every request of an app: its tracker, and whether it is for the pages in front; and for every answer, errors
    included: doubled slashes, security headers, CORS."""

    def __init__(self, tracker: Tracker, site: "Client | Front", identify: Identify | None) -> None:
        self.tracker = tracker
        self.site = site
        self.identify = identify
        self.trust = Trust(tracker.settings.trusted_proxies)
        self.origins = set(tracker.settings.cors_allowed_origins)

    def process_request(self, request: falcon.Request, response: falcon.Response) -> None:
        request.context.tracker = self.tracker
        request.context.identify = self.identify
        note_where_from(request, self.trust)
        if "//" in request.path:
            target = quote(request.root_path + "/" + "/".join(part for part in request.path.split("/") if part))
            response.status = falcon.HTTP_308
            response.location = target + (f"?{request.query_string}" if request.query_string else "")
            response.complete = True
        else:
            self.site.answer(request, response)

    def process_response(
        self, request: falcon.Request, response: falcon.Response, resource: object, succeeded: bool
    ) -> None:
        for name, value in SECURITY_HEADERS.items():
            if response.get_header(name) is None:
                response.set_header(name, value)
        if self.tracker.settings.domain_protocol == "https" and came_by_https(request):
            response.set_header("Strict-Transport-Security", ONLY_HTTPS)
        origin = request.get_header("Origin")
        if origin and origin in self.origins:
            response.set_header("Access-Control-Allow-Origin", origin)
            response.set_header("Access-Control-Allow-Credentials", "true")
            response.append_header("Vary", "Origin")
            if request.method == "OPTIONS":
                response.set_header("Access-Control-Allow-Methods", METHODS)
                if wanted := request.get_header("Access-Control-Request-Headers"):
                    response.set_header("Access-Control-Allow-Headers", wanted)
