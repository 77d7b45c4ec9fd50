"""Departments that a directory fills: every way of saying who is in, and what is refused."""

from typing import Any

import pytest
from provisioning import GROUP, Directory
from studio import NOBODY, Studio

from kitsulite.models.people import Department, DepartmentLink, Person
from kitsulite.models.tasks import TaskType


@pytest.fixture
def directory(studio: Studio) -> Directory:
    return Directory(studio)


@pytest.fixture
def ids(directory: Directory) -> dict[str, str]:
    names = {name: directory.user(f"{name}@site.com")["id"] for name in ("ann", "bob", "eve")}
    return {**names, "path": f"/Groups/{directory.group('Layout', names['ann'], names['bob'])['id']}"}


def of(*ids: str) -> list[dict[str, str]]:
    return [{"value": id} for id in ids]


URN = f"{GROUP}:members"
SAYINGS: list[tuple[list[dict[str, Any]], str]] = [
    ([{"op": "ADD", "path": "Members", "value": of("{eve}")}], "ann bob eve"),
    ([{"op": "add", "path": "members", "value": {"value": "{eve}"}}], "ann bob eve"),
    ([{"op": "add", "path": "members", "value": of("{ann}", "{ann}")}], "ann bob"),
    ([{"op": "add", "value": {"members": of("{eve}")}}], "ann bob eve"),
    ([{"op": "add", "value": {URN: of("{eve}")}}], "ann bob eve"),
    ([{"op": "add", "path": GROUP, "value": {"members": of("{eve}")}}], "ann bob eve"),
    ([{"op": "replace", "value": {"members": of("{eve}"), "displayName": "Eves"}}], "eve"),
    ([{"op": "replace", "path": "members", "value": of("{eve}")}], "eve"),
    ([{"op": "replace", "path": URN, "value": None}], ""),
    ([{"op": "replace", "path": "members", "value": []}], ""),
    ([{"op": "remove", "path": "members"}], ""),
    ([{"op": "remove", "path": "members", "value": of("{ann}", "{eve}", NOBODY)}], "bob"),
    ([{"op": "remove", "path": 'members[value eq "{ann}"]'}], "bob"),
    ([{"op": "remove", "path": 'members[value eq "{ann}" or value eq "{bob}"]'}], ""),
    ([{"op": "remove", "path": f'members[value eq "{NOBODY}"]'}], "ann bob"),
    (
        [
            {"op": "remove", "path": "members"},
            {"op": "add", "path": "members", "value": of("{eve}", "{bob}")},
            {"op": "remove", "path": 'members[value eq "{bob}"]'},
            {"op": "replace", "path": "displayName", "value": "Eves"},
            {"op": "replace", "path": "externalId", "value": "7"},
        ],
        "eve",
    ),
]


def named(value: Any, ids: dict[str, str]) -> Any:
    if isinstance(value, str):
        for name, id in ids.items():
            value = value.replace(f"{{{name}}}", id)
        return value
    if isinstance(value, dict):
        return {key: named(inner, ids) for key, inner in value.items()}
    return [named(inner, ids) for inner in value] if isinstance(value, list) else value


@pytest.mark.parametrize(("operations", "members"), SAYINGS)
def test_who_is_in_is_said_in_many_ways(
    directory: Directory, ids: dict[str, str], operations: list[dict[str, Any]], members: str
) -> None:
    directory.change(ids["path"], *named(operations, ids), status=204)
    told = directory.expect(200, "GET", ids["path"])
    names = {id: name for name, id in ids.items()}
    assert sorted(names[member["value"]] for member in told.get("members", ())) == members.split()
    if "displayName" in str(operations):
        assert told["displayName"] == "Eves"


@pytest.mark.parametrize(
    "operation",
    [
        {"op": "add", "path": "members", "value": "{eve}"},
        {"op": "add", "path": "members", "value": [7]},
        {"op": "add", "path": "members", "value": [{"value": 7}]},
        {"op": "add", "path": "members", "value": [{"display": "Eve"}]},
        {"op": "add", "path": "members", "value": of("x")},
        {"op": "add", "path": "members", "value": of(NOBODY)},
        {"op": "replace", "path": 'members[value eq "{ann}"]', "value": of("{eve}")},
        {"op": "replace", "path": 'members[value eq "{ann}"].value', "value": "{eve}"},
        {"op": "remove", "path": 'members[value sw "{ann}"]'},
        {"op": "remove", "path": 'members[type eq "User"]'},
        {"op": "remove", "path": 'members[value eq "{ann}" and value eq "{bob}"]'},
        {"op": "remove", "path": "members.value"},
        {"op": "remove", "path": 'members[value eq "{ann}"].type'},
        {"op": "remove", "path": "displayName"},
        {"op": "replace", "path": "displayName", "value": ""},
        {"op": "replace", "path": "displayName", "value": "x" * 100},
    ],
)
def test_what_makes_no_sense_of_a_department_is_refused(
    directory: Directory, ids: dict[str, str], operation: dict[str, Any]
) -> None:
    first = {"op": "replace", "path": "externalId", "value": "changed"}
    directory.change(ids["path"], first, named(operation, ids), status=400)
    told = directory.expect(200, "GET", ids["path"])
    assert len(told["members"]) == 2
    assert "externalId" not in told


def test_a_name_is_taken_once(directory: Directory, ids: dict[str, str]) -> None:
    assert "There is a department Layout" in directory.group("Layout", status=409)["detail"]
    other = directory.group("Animation")
    rename = {"op": "replace", "path": "displayName", "value": "Layout"}
    assert "There is a department Layout" in directory.change(f"/Groups/{other['id']}", rename, status=409)["detail"]


def test_whom_a_directory_cannot_know_of_stays_in(directory: Directory, ids: dict[str, str]) -> None:
    studio, department = directory.studio, ids["path"].rpartition("/")[2]
    robot = studio.person("Robot", is_bot=True)
    studio.link(DepartmentLink, person_id=robot.id, department_id=department)
    directory.change(ids["path"], {"op": "remove", "path": "members"}, status=204)
    with studio.tracker.db.reading():
        left = studio.tracker.db.values(DepartmentLink.select(DepartmentLink.person_id))
    assert left == [robot.id]
    assert "members" not in directory.expect(200, "GET", ids["path"])


def test_a_department_in_use_stays_with_its_people(directory: Directory, ids: dict[str, str]) -> None:
    department = ids["path"].rpartition("/")[2]
    directory.studio.add(TaskType, name="Layout", short_name="lay", color="#000000", department_id=department)
    assert "is in use" in directory.expect(409, "DELETE", ids["path"])["detail"]
    assert len(directory.expect(200, "GET", ids["path"])["members"]) == 2
    other = directory.group("Animation", ids["ann"])
    directory.expect(204, "DELETE", f"/Groups/{other['id']}")
    with directory.studio.tracker.db.reading():
        assert directory.studio.tracker.db.row(Department.select().where(Department.id == other["id"])) is None
        assert directory.studio.tracker.db.row(Person.select().where(Person.id == ids["ann"]))


def test_what_a_put_of_a_department_leaves_out_stays(directory: Directory, ids: dict[str, str]) -> None:
    told = directory.expect(200, "PUT", ids["path"], {"schemas": [GROUP], "displayName": "Set"})
    assert (told["displayName"], len(told["members"])) == ("Set", 2)
    told = directory.expect(
        200, "PUT", ids["path"], {"schemas": [GROUP], "displayName": "Set", "members": of(ids["eve"])}
    )
    assert [member["value"] for member in told["members"]] == [ids["eve"]]
