"""Nothing undeclared: every request of every test is held against the document of the API.

What a handler, its rule or what they call reads of the query string and of the body must be told by its route, and what is
answered must be as the document says: the status, the type of content, and for JSON each key and each type.
"""

import functools
import gzip
import json
from collections.abc import Iterator
from contextvars import ContextVar
from typing import Any

import falcon
import msgspec
import pytest
from zstandard import ZstdDecompressor

from kitsulite import app
from kitsulite.models.shapes import Shape
from kitsulite.web import openapi
from kitsulite.web.call import Call
from kitsulite.web.routing import Route
from kitsulite.web.schemas import schema_of

TYPES = {"object": dict, "array": list, "string": str, "integer": int, "number": (int, float), "boolean": bool}
Schema = dict[str, Any]


@functools.cache
def document() -> dict[str, Any]:
    """The document that the app serves."""
    return json.loads(msgspec.json.encode(openapi.describe(app.tables())))  # type: ignore[no-any-return]


def resolve(schema: Schema) -> Schema:
    """A schema in full, its reference followed."""
    if "allOf" in schema:
        parts = [resolve(part) for part in schema["allOf"]]
        merged = {key: value for part in parts for key, value in part.items()}
        properties = {key: value for part in parts for key, value in part.get("properties", {}).items()}
        return {
            **merged,
            **({"properties": properties} if properties else {}),
            "nullable": schema.get("nullable", False),
        }
    if "$ref" in schema:
        found: Schema = document()["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
        return found
    return schema


def differences(schema: Schema, value: Any, at: str = "answer") -> Iterator[str]:
    """Where a value is not as its schema says: keys that are not told of, other types, null where none is promised."""
    schema = resolve(schema)
    if "anyOf" in schema:
        found = [list(differences(choice, value, at)) for choice in schema["anyOf"]]
        if all(found) and not (value is None and schema.get("nullable")):
            yield from min(found, key=len)
        return
    kind = schema.get("type")
    if value is None:
        if kind is not None and not schema.get("nullable"):
            yield f"{at} is null and must be {kind}"
        return
    if kind is None:
        return
    if not isinstance(value, TYPES[kind]) or (isinstance(value, bool) and kind != "boolean"):
        yield f"{at} is no {kind}: {value!r:.60}"
    elif "enum" in schema and value not in schema["enum"]:
        yield f"{at} is none of {schema['enum']}: {value!r:.60}"
    elif kind == "array":
        for item in value:
            yield from differences(schema["items"], item, f"{at}[]")
    elif kind == "object":
        yield from _of_object(schema, value, at)


def _of_object(schema: Schema, value: dict[str, Any], at: str) -> Iterator[str]:
    further = schema.get("additionalProperties", "properties" not in schema)
    for key, inner in value.items():
        if key in schema.get("properties", {}):
            yield from differences(schema["properties"][key], inner, f"{at}.{key}")
        elif isinstance(further, dict):
            yield from differences(further, inner, f"{at}.*")
        elif not further:
            yield f"{at}.{key} is not documented"


def read_by(form: Any) -> set[str]:
    """The keys of a form."""
    schema = schema_of(form) if form is not None else {}
    return {
        key
        for choice in schema.get("anyOf", [schema])
        for key in choice.get("properties", choice.get("items", {}).get("properties", {}))
    }


def told(route: Route) -> set[str]:
    """What the route says that it reads, in the query string or in the body."""
    filters = {*route.filters.columns(), *route.filters.relations} if route.filters else set()
    back = (
        read_by(route.gives) if isinstance(route.raw, Shape) else set()
    )  # what is read may be sent back, and is compared
    return read_by(route.query) | read_by(route.takes) | read_by(route.raw) | filters | back


class Watched(dict[str, Any]):
    """A mapping that notes the keys that are looked up in it."""

    def __init__(self, values: Any, seen: set[str]) -> None:
        super().__init__(values)
        self.seen = seen

    def get(self, key: str, default: Any = None) -> Any:
        self.seen.add(key)
        return super().get(key, default)

    def __getitem__(self, key: str) -> Any:
        self.seen.add(key)
        return super().__getitem__(key)

    def __contains__(self, key: object) -> bool:
        self.seen.add(str(key))
        return super().__contains__(key)


class Watch:
    """Notes what was read or answered without being told."""

    def __init__(self) -> None:
        self.problems: dict[str, None] = {}
        self.route: ContextVar[Route | None] = ContextVar("route", default=None)
        self.seen: ContextVar[set[str]] = ContextVar("seen")

    def note(self, route: Route, problem: str) -> None:
        self.problems[f"{route.method} {route.path}: {problem}"] = None

    def install(self, patch: pytest.MonkeyPatch) -> None:
        """Look over the shoulder of every app of this process."""
        patch.setattr(app, "serve", self._serving(app.serve))
        patch.setattr(app, "write", self._writing(app.write))
        patch.setattr(Call, "query", property(lambda call: Watched(dict(reversed(call.pairs)), self._seen())))
        patch.setattr(Call, "form", property(lambda call: Watched(dict(reversed(call.fields)), self._seen())))
        patch.setattr(Call, "body", self._reading(Call.body, "takes"))
        patch.setattr(Call, "asked", self._reading(Call.asked, "query"))
        for name in ("json", "lenient_json"):
            patch.setattr(Call, name, self._decoding(getattr(Call, name)))
        repeated = Call.repeated
        patch.setattr(Call, "repeated", lambda call, name: (self._seen().add(name), repeated(call, name))[1])

    def _seen(self) -> set[str]:
        return self.seen.get(set())

    def _serving(self, serve: Any) -> Any:
        def watched(route: Route, *rest: Any) -> Any:
            seen: set[str] = set()
            self.route.set(route)
            self.seen.set(seen)
            try:
                return serve(route, *rest)
            finally:
                for key in sorted(seen - told(route)):
                    self.note(route, f"reads `{key}`")

        return watched

    def _writing(self, write: Any) -> Any:
        def watched(result: Any, route: Route, request: falcon.Request, response: falcon.Response) -> None:
            write(result, route, request, response)
            for problem in undocumented(route, response):
                self.note(route, problem)

        return watched

    def _reading(self, read: Any, which: str) -> Any:
        """A form is read as a whole: it must be the one that the route tells."""

        def watched(call: Call, form: Any) -> Any:
            route = self.route.get()
            if route is not None and form is not getattr(route, which):
                self.note(route, f"reads a {form.__name__}")
            before = self.seen.get(set())
            self.seen.set(set())
            try:
                return read(call, form)
            finally:
                self.seen.set(before)

        return watched

    def _decoding(self, decode: Any) -> Any:
        def watched(call: Call) -> Any:
            data = decode(call)
            return Watched(data, self._seen()) if isinstance(data, dict) else data

        return watched


def unpacked(body: bytes, way: str | None) -> bytes:
    """What an answer says, however it is sent."""
    if way is None:
        return body
    return gzip.decompress(body) if way == "gzip" else ZstdDecompressor().decompressobj().decompress(body)


def undocumented(route: Route, response: falcon.Response) -> Iterator[str]:
    """What of an answer the document does not tell."""
    status = response.status[:3] if isinstance(response.status, str) else str(int(response.status))
    if status == "500":  # an error of ours, which tests provoke; `fuzz` and the walk over all routes look for it
        return
    answers = document()["paths"][route.path][route.method.lower()]["responses"]
    if status not in answers:
        yield f"answers {status}, with {response.data!r:.90}"
        return
    answer = answers[status]
    if "$ref" in answer:
        answer = document()["components"]["responses"][answer["$ref"].rpartition("/")[2]]
    content = answer.get("content", {})
    if response.data is None and response.stream is None:
        if content:
            yield f"answers {status} with nothing"
        return
    kind = (response.content_type or "").partition(";")[0]
    if kind not in content and "*/*" not in content:
        if response.data != b"":
            yield f"answers {status} with {kind}"
    elif kind in ("application/json", "application/scim+json") and response.data:
        body = unpacked(bytes(response.data), response.get_header("Content-Encoding"))
        for problem in differences(content[kind]["schema"], json.loads(body)):
            yield f"{status}: {problem}"
