"""The documentation says what the app does, with nothing left out. Every test adds to it: see `declared`."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Any

import declared as watching
import msgspec
import pytest
from declared import Watch, differences
from full_studio import FullStudio
from studio import Studio

from kitsulite.app import tables
from kitsulite.models.news_shapes import ITEM_WITH_PREVIEWS
from kitsulite.models.people_shapes import SHORT
from kitsulite.models.tasks import Task, TaskType
from kitsulite.tables import collections
from kitsulite.web.inputs import Id, Text
from kitsulite.web.openapi import Forms
from kitsulite.web.routing import Route
from kitsulite.web.schemas import schema_of

ALL_ROUTES = [route for table in tables() for route in table.routes]
ROUTES = {(route.method, route.path): route for route in ALL_ROUTES}


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
        wrong += [f"{route.path}: {difference}" for difference in differences(promised, answer.json)]
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


def test_two_schemas_of_one_name_are_refused() -> None:
    forms = Forms()
    one, other = {"title": "Reset", "type": "object"}, {"title": "Reset", "type": "array"}
    assert forms.put([one, one]) == [{"$ref": "#/components/schemas/Reset"}] * 2
    with pytest.raises(ValueError, match="Two schemas are called Reset"):
        forms.put(other)


def test_schemas_have_names_that_say_what_they_are(document: dict[str, Any]) -> None:
    assert not [name for name in document["components"]["schemas"] if not re.fullmatch(r"[A-Z][A-Za-z]+", name)]


def test_every_property_and_every_parameter_says_what_it_means(document: dict[str, Any]) -> None:
    silent = {
        f"{name}.{key}"
        for name, schema in document["components"]["schemas"].items()
        for key, value in schema.get("properties", {}).items()
        if not re.fullmatch(r"[A-Z].*\.", value.get("description", ""), re.DOTALL)
    }
    silent |= {
        f"{operation['operationId']}: {parameter['name']}"
        for operations in document["paths"].values()
        for operation in operations.values()
        for parameter in operation["parameters"]
        if not parameter["description"].endswith(".")
    }
    assert not silent


def test_what_is_sent_to_every_route_is_told(document: dict[str, Any]) -> None:
    told = [(route, document["paths"][route.path][route.method.lower()].get("requestBody", {})) for route in ALL_ROUTES]
    assert all(body["content"] for route, body in told if route.method in ("POST", "PUT"))
    nothing = [route for route, body in told if "Nothing of it is looked at." in body.get("description", "")]
    assert all(route.takes is route.raw is None and not route.files for route in nothing)
    uploads = [body["content"] for route, body in told if route.files]
    assert len(uploads) >= 11
    for content in uploads:
        assert "multipart/form-data" in content
        assert '"format": "binary"' in json.dumps(content["multipart/form-data"])


def test_every_answer_is_told_with_its_type(document: dict[str, Any]) -> None:
    untold = [
        f"{method} {path} {status}"
        for path, operations in document["paths"].items()
        for method, operation in operations.items()
        for status, answer in operation["responses"].items()
        if status in ("200", "201")
        and not all(content["schema"] for content in answer.get("content", {"": {"schema": {}}}).values())
    ]
    assert not untold
    movie = document["paths"]["/movies/originals/preview-files/{preview_file_id}.mp4"]["get"]["responses"]
    assert list(movie["200"]["content"]) == ["video/mp4"]
    assert {"206", "304"} <= movie.keys()


@pytest.mark.parametrize("sent", ['{"name": "Fox"', "{name: 1}", "[1,", '{"a": "\\ud8"}'])
@pytest.mark.parametrize(
    "path", ["/auth/login", "/data/projects", "/actions/tasks/batch-comment", "/data/task-type-links"]
)
def test_a_body_that_is_no_json_is_told_as_such(studio: Studio, path: str, sent: str) -> None:
    answer = studio.person(role="admin").send("POST", path, sent)
    assert answer.status == 400
    assert re.fullmatch(r"The body is no JSON: .+\.", answer.json["message"])


@contextmanager
def changed(route: Route, **values: Any) -> Iterator[None]:
    """The route as if its table said something else."""
    before = {name: getattr(route, name) for name in values}
    for name, value in values.items():
        object.__setattr__(route, name, value)
    yield
    for name, value in before.items():
        object.__setattr__(route, name, value)


def test_what_is_read_without_being_told_is_noticed(studio: Studio, declared: Watch) -> None:
    admin = studio.person(role="admin")
    with changed(ROUTES["GET", "/data/asset-types"], query=None):
        admin.get("/data/asset-types")
    with changed(ROUTES["POST", "/data/task-type-links"], raw=None):
        admin.post("/data/task-type-links", status=400)
    problems, declared.problems = declared.problems, {}
    assert "GET /data/asset-types: reads `project_id`" in problems
    assert "POST /data/task-type-links: reads `project_id`" in problems


def test_what_is_answered_without_being_told_is_noticed(
    studio: Studio, declared: Watch, document: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = f"/data/task-types/{studio.one_of(TaskType, 'Animation', color='#000000')['id']}"
    admin = studio.person(role="admin")
    answers = document["paths"]["/data/task-types/{task_type_id}"]["get"]["responses"]
    properties = document["components"]["schemas"]["TaskType"]["properties"]
    monkeypatch.setattr(watching, "document", lambda: document)
    admin.get(path)
    assert not declared.problems
    del properties["priority"]
    properties["name"] = {"type": "integer"}
    admin.get(path)
    answers["200"]["content"] = {"text/csv": {}}
    admin.get(path)
    del answers["200"]
    admin.get(path)
    problems, declared.problems = " ".join(declared.problems), {}
    for problem in (
        "priority is not documented",
        "name is no integer",
        "200 with application/json",
        "answers 200, with",
    ):
        assert problem in problems


def test_the_page_needs_nothing_from_elsewhere(studio: Studio) -> None:
    for path in ("/apidocs", "/apidocs/"):
        answer = studio.stranger.call("GET", path)
        assert answer.headers["content-type"].startswith("text/html")
        assert not re.search(r"(src|href)=|https?://|@import|url\(", answer.text)


def test_both_documents_are_the_same(studio: Studio, document: dict[str, Any]) -> None:
    assert studio.stranger.get("/openapi-raw.json") == document
