"""What collections take: references to what is there, keys that they declare, and everything else only as it is shown."""

from collections.abc import Iterator
from typing import Any

import pytest
from callers import Callers
from studio import NOBODY, Answered, Studio
from test_references import TwoStudios, references

from kitsulite.models.fields import Boolean, Column, DateTime, Integer, Pointer
from kitsulite.rows.collection import Collection
from kitsulite.rows.writing import GIVEN_BY_SERVER
from kitsulite.tables import collections

COLLECTIONS = [pytest.param(collection, id=collection.path) for collection in collections()]
BY_SERVER = {
    ("playlists", "created_by"),
    ("entities", "created_by"),
    ("tasks", "project_id"),
    ("comments", "editor_id"),
}
"""What the server says, whatever the body does."""

NOTHING_NEW_POINTS = {"organisations", "salary-scales", "project-templates"}
"""Collections in which nothing new is made, or nothing new points at anything, whatever the body says."""

NOT_FOUND = {
    ("projects", "preview_background_files"),
    ("tasks", "task_type_id"),
    ("production-schedule-version-task-links", "production_schedule_version_id"),
}
"""What is looked up before references are checked; what is not there is not found."""

LOOSE = {("schedule-items", "object_id")}
"""What may be no row of the table that it points to."""


@pytest.fixture
def two(studio: Studio) -> TwoStudios:
    return TwoStudios(studio)


def pointing(collection: Collection, keys: frozenset[str]) -> Iterator[tuple[str, Any]]:
    """Each reference among these keys, and a value that names nothing that is there."""
    for key, _ in references(collection):
        if key in keys and (collection.path, key) not in LOOSE | BY_SERVER:
            yield key, [NOBODY] if key in collection.table.relations else NOBODY


@pytest.mark.parametrize("collection", COLLECTIONS)
def test_no_reference_leads_nowhere(two: TwoStudios, collection: Collection) -> None:
    admin, path = two.people["admin"], f"/data/{collection.path}"
    row = f"{path}/{two.ids[collection.table.table_name()]}"
    problems = []
    for key, value in pointing(collection, collection.writable):
        problems += unless(status_of(collection, key), admin.call("PUT", row, {key: value}), f"PUT {key}")
    if collection.path not in NOTHING_NEW_POINTS:
        for key, value in pointing(collection, collection.writable | collection.at_birth):
            status = 404 if key in collection.create_by.names or (collection.path, key) in NOT_FOUND else 400
            problems += unless(status, admin.call("POST", path, {**two.body(collection), key: value}), f"POST {key}")
    assert not problems, "\n".join(problems)


def status_of(collection: Collection, key: str) -> int:
    """Of a change that names nothing."""
    return 404 if (collection.path, key) == ("projects", "preview_background_files") else 400


def unless(status: int, answer: Answered, what: str) -> list[str]:
    """A complaint, unless that is answered, and told as what is wrong with references is told."""
    told = status == 404 or " names no " in answer.text
    return [] if answer.status == status and told else [f"{what}: {answer}"]


@pytest.mark.parametrize("collection", COLLECTIONS)
def test_what_is_not_writable_is_taken_only_as_it_is_shown(two: TwoStudios, collection: Collection) -> None:
    admin = two.people["admin"]
    path = f"/data/{collection.path}/{two.ids[collection.table.table_name()]}"
    columns = collection.table.columns()
    kept = (columns.keys() | collection.table.relations.keys()) - collection.writable - collection.ignored
    for key in sorted(kept - GIVEN_BY_SERVER):
        shown = admin.get(path)
        if key not in shown or (key in columns and columns[key].hidden):
            continue
        told = shown[key]
        same = admin.call("PUT", path, {key: told})
        assert same.status == 200, f"{key}={told}: {same}"
        for other in others(columns.get(key), told):
            answer = admin.call("PUT", path, {key: other})
            assert answer.status == 400, f"{key}={other}: {answer}"
            assert answer.json["message"] == f"{key} cannot be changed here."
            assert admin.get(path)[key] == told


def others(column: Column | None, told: Any) -> list[Any]:
    """Values that are not the one that is shown."""
    match column:
        case None:
            return [[NOBODY], [{"id": NOBODY}]]
        case Pointer():
            return [NOBODY]
        case Boolean():
            return [not told]
        case Integer():
            return [(told or 0) + 1]
        case DateTime():
            return ["2001-01-01T00:00:00"]
        case _:
            return ["another"]


def test_a_collection_is_walked_by_its_path(studio: Studio) -> None:
    """So that no collection is left out because it has no row."""
    callers = Callers(studio)
    for collection in collections():
        assert callers.ids[collection.table.table_name()]
