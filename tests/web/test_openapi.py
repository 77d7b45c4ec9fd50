"""The documentation says what the app does."""

import json
import re
from collections.abc import Iterator
from typing import Annotated, Any

import msgspec
import pytest
from full_studio import FullStudio
from studio import Studio

from kitsulite.app import tables
from kitsulite.models.news_shapes import ITEM_WITH_PREVIEWS
from kitsulite.models.people_shapes import SHORT
from kitsulite.models.tasks import Task
from kitsulite.tables import collections
from kitsulite.web.inputs import Id, Text
from kitsulite.web.openapi import Forms
from kitsulite.web.schemas import schema_of

ALL_ROUTES = [route for table in tables() for route in table.routes]


def resolve(document: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    """A schema in full, its reference followed."""
    if "allOf" in schema:
        return resolve(document, schema["allOf"][0])
    if "$ref" not in schema:
        return schema
    return document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]


def differences(document: dict[str, Any], schema: dict[str, Any], value: Any, at: str) -> Iterator[str]:
    """Where a value is not as its schema says: keys that are not told of, other types."""
    schema = resolve(document, schema)
    kind = schema.get("type")
    if kind is None or value is None:
        return
    types = {"object": dict, "array": list, "string": str, "integer": int, "number": (int, float), "boolean": bool}
    if not isinstance(value, types[kind]):
        yield f"{at} is no {kind}: {value!r:.80}"
    elif kind == "array":
        for item in value:
            yield from differences(document, schema["items"], item, f"{at}[]")
    elif kind == "object" and "properties" in schema:
        for key, inner in value.items():
            if key in schema["properties"]:
                yield from differences(document, schema["properties"][key], inner, f"{at}.{key}")
            elif not schema.get("additionalProperties"):
                yield f"{at}.{key} is not documented"


@pytest.fixture
def document(studio: Studio) -> dict[str, Any]:
    return studio.stranger.get("/openapi.json")


def test_every_route_is_in_the_document(document: dict[str, Any]) -> None:
    assert document["openapi"] == "3.0.2"
    told = {(method.upper(), path) for path, operations in document["paths"].items() for method in operations}
    assert told == {(route.method, route.path) for route in ALL_ROUTES}


def test_every_route_says_what_it_does_and_who_may(document: dict[str, Any]) -> None:
    operations = [operation for operations in document["paths"].values() for operation in operations.values()]
    silent = [
        operation["operationId"] for operation in operations if not operation["summary"] or not operation["x-who"]
    ]
    assert not silent
    assert len({operation["operationId"] for operation in operations}) == len(operations)


def test_path_parameters_and_references_lead_somewhere(document: dict[str, Any]) -> None:
    for path, operations in document["paths"].items():
        for operation in operations.values():
            told = {parameter["name"] for parameter in operation["parameters"] if parameter["in"] == "path"}
            assert told == set(re.findall(r"{(\w+)}", path))
            assert set(operation["tags"]) <= {tag["name"] for tag in document["tags"]}
    for reference in re.findall(r'"\$ref":\s*"#/components/(\w+)/(\w+)"', json.dumps(document)):
        assert reference[1] in document["components"][reference[0]]


def test_a_stranger_needs_no_token_only_where_anyone_may(document: dict[str, Any]) -> None:
    assert document["paths"]["/status"]["get"]["security"] == []
    assert document["paths"]["/stats"]["get"]["security"] == [{"token": []}, {"cookie": []}]


def test_answers_hold_what_the_document_promises(studio: Studio, document: dict[str, Any]) -> None:
    """Every route that can be asked, by an admin who finds a row of each table."""
    full = FullStudio(studio)
    admin = full.members["admin"]
    wrong, answered = [], 0
    for route in ALL_ROUTES:
        if route.method != "GET" or route.writes:  # signing out is one that writes
            continue
        path = re.sub(r"{(\w+)}", lambda found: full.ids.get(found[1].removesuffix("_id"), "x"), route.path)
        answer = admin.call("GET", path)
        if answer.status != 200 or "application/json" not in answer.headers.get("content-type", ""):
            continue
        promised = document["paths"][route.path]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
        answered += 1
        wrong += [
            f"{route.path}: {difference}" for difference in differences(document, promised, answer.json, "answer")
        ]
    assert answered > 2 * len(collections()) - 10
    assert not wrong, "\n".join(dict.fromkeys(wrong))


def test_a_row_is_documented_by_its_columns() -> None:
    row = schema_of([ITEM_WITH_PREVIEWS])["items"]["properties"]
    assert set(row) == ITEM_WITH_PREVIEWS.keys()
    assert row["comment_id"] == {"type": "string", "format": "uuid", "nullable": True}
    assert row["type"] == {"type": "string", "enum": ["News"]}
    assert row["preview_file_revision"] == {"type": "integer", "nullable": True}
    assert set(row["person"]["properties"]) == SHORT.keys()
    assert row["preview_files"]["items"]["properties"]["status"]["enum"] == ["processing", "ready", "broken", "missing"]
    assert Task.columns()["name"].schema == {"type": "string", "maxLength": 80}


def test_a_body_is_documented_by_its_form() -> None:
    class Form(msgspec.Struct):
        """What is sent.

        And more of it.
        """

        name: Text
        task_ids: list[Id]
        count: Annotated[int, msgspec.Meta(ge=1)] = 3
        data: dict[str, Any] | None = None

    assert schema_of(Form) == {
        "title": "Form",
        "type": "object",
        "description": "What is sent.\n\nAnd more of it.",
        "required": ["name", "task_ids"],
        "properties": {
            "name": {"type": "string", "minLength": 1},
            "task_ids": {"type": "array", "items": {"type": "string", "format": "uuid"}},
            "count": {"type": "integer", "minimum": 1, "default": 3},
            "data": {"type": "object", "additionalProperties": {}, "nullable": True},
        },
    }


def test_forms_of_one_name_do_not_overwrite_each_other() -> None:
    forms = Forms()
    one, other = {"title": "Reset", "type": "object"}, {"title": "Reset", "type": "array"}
    assert forms.put([one, other, one]) == [
        {"$ref": "#/components/schemas/Reset"},
        {"$ref": "#/components/schemas/Reset2"},
        {"$ref": "#/components/schemas/Reset"},
    ]


def test_the_page_needs_nothing_from_elsewhere(studio: Studio) -> None:
    for path in ("/apidocs", "/apidocs/"):
        answer = studio.stranger.call("GET", path)
        assert answer.headers["content-type"].startswith("text/html")
        assert not re.search(r"(src|href)=|https?://|@import|url\(", answer.text)


def test_both_documents_are_the_same(studio: Studio, document: dict[str, Any]) -> None:
    assert studio.stranger.get("/openapi-raw.json") == document
