"""The documentation: an OpenAPI document made of the tables of routes, and a page to browse it."""

import functools
import inspect
import re
from collections.abc import Iterable, Iterator
from importlib import resources
from typing import Any

from kitsulite.access.callers import admin_token, anyone
from kitsulite.models import Table
from kitsulite.models.glossary import term
from kitsulite.models.shapes import IDS, Schema
from kitsulite.version import API_VERSION, __version__
from kitsulite.web import scimerrors
from kitsulite.web.fields import takes_fields
from kitsulite.web.routing import NOTHING, Either, Media, Route, RouteTable
from kitsulite.web.schemas import schema_of

OPENAPI = "3.0.2"
PARAMETER = re.compile(r"{(\w+)}")
PROBLEMS = {
    400: ("BadRequest", "A value of the request breaks a rule; the message says which."),
    401: ("NotSignedIn", "No token, or one that does not count any more."),
    403: ("Forbidden", "The caller may not do this."),
    404: ("NotFound", "There is no such row, or none that the caller could know of."),
    409: ("Conflict", "It does not go together with what is there."),
    413: ("TooLarge", "The body is longer than the studio accepts."),
    429: ("TooMany", "It was done too often; later it may be done again."),
    415: ("NotJson", "The body must be JSON, and say so."),
    416: ("NoSuchPart", "The file has no such part."),
    422: ("MalformedToken", "What was given as a token is none."),
    501: ("NotDone", "Nothing of the kind is done here."),
    503: ("Busy", "The studio is busy, or its database or file store is not to be had; try again."),
    507: ("DiskFull", "The studio has no room left: nothing was saved, or a long answer could not be made."),
}
SPEAKING = {"application/json": "", scimerrors.SCIM: "Scim"}
"""How the names of problems begin, by the type of content in which they are told."""
NO_BODY = {"application/json": {"schema": {"type": "object"}}}
PROBLEM: Schema = {
    "type": "object",
    "properties": {
        "error": {"description": "True; some routes tell here in words what is wrong."},
        "message": {"type": "string", "description": "What is wrong, in words."},
        "msg": {"type": "string", "description": "What is wrong with a token, in words."},
        "data": {"description": "What more there is to say of it."},
        "login": {"type": "boolean", "description": "False when somebody could not sign in."},
        "default_password": {"type": "boolean", "description": "Whether the first password has to be changed."},
        "token": {"type": "string", "description": "The token by which to change it."},
        "unactive": {"type": "boolean", "description": "Whether the account is closed."},
        "too_many_failed_login_attemps": {"type": "boolean", "description": "Whether to wait before trying again."},
        "wrong_OTP": {"type": "boolean", "description": "Whether the second factor was wrong."},
        "missing_OTP": {"type": "boolean", "description": "Whether a second factor is needed."},
        "preferred_two_factor_authentication": {
            "type": "string",
            "nullable": True,
            "description": "The factor that is preferred.",
        },
        "two_factor_authentication_enabled": {
            "type": "array",
            "items": {"type": "string"},
            "description": "The factors that are set up.",
        },
        "two_factor_authentication_required": {"type": "boolean", "description": "Whether one has to be set up first."},
        "received_data": {"type": "object", "description": "What was sent."},
        "line_number": {
            "type": "integer",
            "description": "The line of a table that was refused, the head being the first.",
        },
        "hint": {"type": "string", "description": "What helps to see why."},
        "imported_rows": {"type": "integer", "description": "How many lines came in before it, and stay."},
    },
}


@functools.cache
def page() -> bytes:
    """A page to read the documentation and to try routes."""
    return resources.files(__package__).joinpath("apidocs.html").read_bytes()


def describe(tables: Iterable[RouteTable]) -> dict[str, Any]:
    """The OpenAPI document of tables of routes."""
    tables = tuple(tables)
    forms = Forms()
    paths: dict[str, dict[str, Any]] = {}
    for table in tables:
        for route in table.routes:
            paths.setdefault(route.path, {})[route.method.lower()] = operation(route, table.name, forms)
    return {
        "openapi": OPENAPI,
        "info": {
            "title": "Kitsulite",
            "version": API_VERSION,
            "description": f"The Kitsu HTTP API, as Kitsulite {__version__} speaks it.",
        },
        "servers": [{"url": "./"}],
        "tags": [{"name": table.name, "description": table.about} for table in tables],
        "paths": paths,
        "components": {
            "schemas": {"Problem": PROBLEM, "ScimProblem": scimerrors.PROBLEM, **forms.named},
            "responses": {
                prefix + name: _answer(text, _reference(f"{prefix}Problem"), type)
                for type, prefix in SPEAKING.items()
                for name, text in PROBLEMS.values()
            },
            "securitySchemes": {
                "token": {"type": "http", "scheme": "bearer"},
                "cookie": {"type": "apiKey", "in": "cookie", "name": "access_token_cookie"},
            },
        },
    }


class Forms:
    """The schemas that have a title, each written once and referred to by name."""

    def __init__(self) -> None:
        self.named: dict[str, Schema] = {}

    def put(self, schema: Any) -> Any:
        """The schema with everything that has a title replaced by a reference."""
        if isinstance(schema, list):
            return [self.put(item) for item in schema]
        if not isinstance(schema, dict):
            return schema
        inner = {key: self.put(value) for key, value in schema.items()}
        if isinstance(inner.get("properties"), dict):
            inner["properties"] = {key: _described(key, value) for key, value in inner["properties"].items()}
        title = inner.get("title")
        if not isinstance(title, str):
            return inner
        nullable = inner.pop("nullable", False)
        reference = _reference(self._name(title, inner))
        return {"allOf": [reference], "nullable": True} if nullable else reference

    def _name(self, title: str, schema: Schema) -> str:
        if self.named.setdefault(title, schema) != schema:
            raise ValueError(f"Two schemas are called {title}: give one of them another title.")
        return title


def _described(key: str, schema: Schema) -> Schema:
    """A property with what it means; beside a reference nothing may stand, so that is wrapped."""
    if "description" in schema:
        return schema
    return {**({"allOf": [schema]} if "$ref" in schema else schema), "description": term(key)}


def operation(route: Route, tag: str, forms: Forms) -> dict[str, Any]:
    """One route, as the document tells of it."""
    found: dict[str, Any] = {
        "tags": [tag],
        "operationId": _operation_id(route),
        "summary": (route.title or _summary(route.handler)).rstrip("."),
        "description": f"Who may: {route.who.name}.",
        "x-who": route.who.name,
        "parameters": [
            *(_path_parameter(name) for name in PARAMETER.findall(route.path)),
            *_query_parameters(route, forms),
        ],
        "responses": dict(_responses(route, forms)),
        "security": [] if route.who.public else [{"token": []}, {"cookie": []}],
    }
    if (content := dict(_bodies(route, forms))) or route.method in ("POST", "PUT", "PATCH"):
        # Whoever sends nothing of use may still send something.
        found["requestBody"] = {"required": _needs_body(route), "content": content or NO_BODY}
        if not content:
            found["requestBody"]["description"] = "Nothing of it is looked at."
    return found


def _needs_body(route: Route) -> bool:
    """Whether a body must be sent, in whichever way."""
    if route.takes is not None:
        return bool(schema_of(route.takes).get("required"))
    return route.raw is not None and route.method != "DELETE" and route.status != 201


def _query_parameters(route: Route, forms: Forms) -> Iterator[dict[str, Any]]:
    known: set[str] = set()
    if route.query is not None:
        for name, schema in schema_of(route.query)["properties"].items():
            known.add(name)
            yield _query_parameter(name, forms.put(schema))
    if takes_fields(route) and "fields" not in known:
        known.add("fields")
        yield _query_parameter("fields", {"type": "string"})
    if route.filters is not None:
        for name in (*route.filters.columns(), *route.filters.relations):
            if name not in known and (name not in route.filters.columns() or not route.filters.columns()[name].hidden):
                yield _query_parameter(name, _filter_schema(route.filters, name))


def _filter_schema(table: type[Table], name: str) -> Schema:
    """A filter is a value of its column, or a JSON list of such; of a list of ids, one of them."""
    column = table.columns().get(name)
    schema = dict(IDS["items"] if column is None else column.schema)
    schema.pop("nullable", None)
    return {"oneOf": [schema, {"type": "string"}]} if schema.get("type") != "string" else {"type": "string"}


def _query_parameter(name: str, schema: Schema) -> dict[str, Any]:
    return {"name": name, "in": "query", "required": False, "schema": schema, "description": term(name)}


def _bodies(route: Route, forms: Forms) -> Iterator[tuple[str, Any]]:
    """The ways in which a body may be sent: as JSON or as a form; with files, as a form with parts."""
    form = route.takes if route.takes is not None else route.raw
    if form is None and not route.files:
        return
    schema = {"type": "object"} if form is None else forms.put(schema_of(form))
    if form is not None:
        for type in dict.fromkeys((route.speaks, "application/json")):
            yield type, {"schema": schema}
    if route.takes is not None:
        yield "application/x-www-form-urlencoded", {"schema": schema}
    if route.files:
        part = {"type": "object", "properties": {"file": {"type": "string", "format": "binary"}}}
        yield "multipart/form-data", {"schema": part if form is None else {"allOf": [schema, part]}}


def _responses(route: Route, forms: Forms) -> Iterator[tuple[str, Any]]:
    yield str(status_of(route)), _success(route, forms)
    for status in {200, 503}.intersection(route.also):  # what was there already, or what is not to be had
        yield str(status), _success(route, forms)
    if 304 in route.also:
        yield "304", {"description": "The caller has the list as it is."}
    if isinstance(route.gives, Media) and route.gives.types and route.method == "GET":
        yield "206", _success(route, forms) | {"description": "The part that was asked for."}
        yield "302", {"description": "Where the file is to be fetched."}
        yield "304", {"description": "The file has not changed since the caller got it."}
        yield "416", {"$ref": "#/components/responses/NoSuchPart"}
    known = not route.who.public
    possible = {
        400: True,
        401: known or route.who is admin_token,
        403: route.who not in (anyone,),
        404: "{" in route.path or any((route.takes, route.raw, route.query, route.filters)),
        413: True,
        415: route.takes is None and route.raw is not None,
        422: known,
        503: 503 not in route.also,
        507: route.writes
        or route.alone
        or isinstance(route.gives, (list, Either)),  # a long list lies on the disk for a while
    }
    possible |= dict.fromkeys({*route.also} - {503}, True)
    for status, (name, _) in PROBLEMS.items():
        if possible.get(status) and status != status_of(route):
            yield str(status), {"$ref": f"#/components/responses/{SPEAKING[route.speaks]}{name}"}


def status_of(route: Route) -> int:
    """The status of a successful answer."""
    empty = route.gives is None and (route.status == 204 or (route.status is None and route.method == "DELETE"))
    return route.status or (204 if empty or route.gives is NOTHING else 200)


def _success(route: Route, forms: Forms) -> dict[str, Any]:
    if isinstance(route.gives, Media):
        content = {type: {"schema": {"type": "string", "format": "binary"}} for type in route.gives.types}
        return {"description": "Done.", "content": content} if content else {"description": "Done."}
    if route.gives is None:
        return {"description": "Done."}
    found = _answer("The answer.", forms.put(schema_of(route.gives)), route.speaks)
    for choice in route.gives.choices if isinstance(route.gives, Either) else ():
        if isinstance(choice, Media):
            found["content"] |= {type: {"schema": {"type": "string"}} for type in choice.types}
    return found


def _answer(description: str, schema: Schema, type: str = "application/json") -> dict[str, Any]:
    return {"description": description, "content": {type: {"schema": schema}}}


def _path_parameter(name: str) -> dict[str, Any]:
    schema = {"type": "string", "format": "uuid"} if name.endswith("_id") else {"type": "string"}
    return {"name": name, "in": "path", "required": True, "schema": schema, "description": term(name)}


def _operation_id(route: Route) -> str:
    words = re.findall(r"\w+", route.path.replace("_", "__"))  # two paths may differ by a hyphen and a line below
    return "_".join([route.method.lower(), *words])


def _reference(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}


def _summary(thing: object) -> str:
    """The first line of a docstring."""
    return (inspect.getdoc(thing) or "").partition("\n")[0].replace("`", "").rstrip(".")
