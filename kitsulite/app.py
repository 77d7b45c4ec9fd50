"""The WSGI application: one Falcon app over one tracker. What a request does is told in `answering.py`."""

import functools
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import falcon
import msgspec
from falcon.routing import CompiledRouter

from kitsulite.access.callers import anyone
from kitsulite.answering import serve, spelled_as_stored
from kitsulite.areas.people.named import Identify
from kitsulite.proxies import API, MOUNT, Trust
from kitsulite.settings import Settings
from kitsulite.tables import route_tables
from kitsulite.tracker import Tracker
from kitsulite.web import openapi
from kitsulite.web.call import Call
from kitsulite.web.downloads import wait_for_turn
from kitsulite.web.errors import BAD_METHOD, NOT_FOUND, describe, failure
from kitsulite.web.fields import narrowed
from kitsulite.web.front import Front
from kitsulite.web.origins import came_by_https, mounted_below, note_where_from
from kitsulite.web.routing import HTML, Answer, Route, RouteTable, get
from kitsulite.web.scimerrors import PATHS, SCIM, in_scim
from kitsulite.web.spool import fit

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
COOKIE_LIFE = 31540000


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
