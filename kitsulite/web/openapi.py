"""The documentation: an OpenAPI document made of the tables of routes, and a page to browse it (contract 01, E)."""

import functools
import inspect
import re
from collections.abc import Iterable, Iterator
from importlib import resources
from typing import Any

from kitsulite.access import anyone, signed_in
from kitsulite.models.shapes import Schema
from kitsulite.version import API_VERSION, __version__
from kitsulite.web.routing import Route, RouteTable
from kitsulite.web.schemas import schema_of

OPENAPI = "3.0.2"
PARAMETER = re.compile(r"{(\w+)}")
PROBLEMS = {
    400: ("BadRequest", "A value of the request breaks a rule; the message says which."),
    401: ("NotSignedIn", "No token, or one that does not count any more."),
    403: ("Forbidden", "The caller may not do this."),
    404: ("NotFound", "There is no such row, or none that the caller could know of."),
}
PROBLEM: Schema = {
    "type": "object",
    "properties": {"error": {"type": "boolean"}, "message": {"type": "string"}, "data": {}},
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
            "schemas": {"Problem": PROBLEM, **forms.named},
            "responses": {name: _answer(text, _reference("Problem")) for name, text in PROBLEMS.values()},
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
        title = inner.get("title")
        if not isinstance(title, str):
            return inner
        nullable = inner.pop("nullable", False)
        reference = _reference(self._name(title, inner))
        return {"allOf": [reference], "nullable": True} if nullable else reference

    def _name(self, title: str, schema: Schema) -> str:
        """A title of its own for each schema: two shapes of a table are Task and Task2."""
        number = 1
        while self.named.setdefault(name := title if number == 1 else f"{title}{number}", schema) != schema:
            number += 1
        return name


def operation(route: Route, tag: str, forms: Forms) -> dict[str, Any]:
    """One route, as the document tells of it."""
    found: dict[str, Any] = {
        "tags": [tag],
        "operationId": _operation_id(route),
        "summary": _summary(route.handler),
        "description": f"Who may: {route.who.name}.",
        "x-who": route.who.name,
        "parameters": [_path_parameter(name) for name in PARAMETER.findall(route.path)],
        "responses": dict(_responses(route, forms)),
        "security": [] if route.who.public else [{"token": []}, {"cookie": []}],
    }
    if route.takes is not None:
        content = {"application/json": {"schema": forms.put(schema_of(route.takes))}}
        found["requestBody"] = {"required": True, "content": content}
    return found


def _responses(route: Route, forms: Forms) -> Iterator[tuple[str, Any]]:
    empty = route.gives is None and (route.status == 204 or (route.status is None and route.method == "DELETE"))
    status = route.status or (204 if empty else 200)
    schema = {} if route.gives is None else forms.put(schema_of(route.gives))
    yield str(status), {"description": "Done."} if empty else _answer("The answer.", schema)
    possible = {
        400: route.method != "GET",
        401: not route.who.public,
        403: route.who not in (anyone, signed_in),
        404: "{" in route.path,
    }
    for status, (name, _) in PROBLEMS.items():
        if possible[status]:
            yield str(status), {"$ref": f"#/components/responses/{name}"}


def _answer(description: str, schema: Schema) -> dict[str, Any]:
    return {"description": description, "content": {"application/json": {"schema": schema}}}


def _path_parameter(name: str) -> dict[str, Any]:
    schema = {"type": "string", "format": "uuid"} if name.endswith("_id") else {"type": "string"}
    return {"name": name, "in": "path", "required": True, "schema": schema}


def _operation_id(route: Route) -> str:
    words = re.findall(r"\w+", route.path.replace("_", "__"))  # two paths may differ by a hyphen and a line below
    return "_".join([route.method.lower(), *words])


def _reference(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}


def _summary(thing: object) -> str:
    """The first line of a docstring."""
    return (inspect.getdoc(thing) or "").partition("\n")[0].replace("`", "").rstrip(".")
