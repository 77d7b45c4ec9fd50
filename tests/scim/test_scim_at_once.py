"""Two of everything at once: each is done, or told in SCIM's words why not, and nothing is half done or lost."""

import itertools
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from provisioning import GROUP, PATCH, USER, Directory
from studio import Answered, Studio

from kitsulite.models.people import Department, DepartmentLink, Person

pytestmark = pytest.mark.long

FINE = {200, 201, 204, 400, 404, 409}
"""What may be answered: done, of somebody who is gone, gone, or there in the meantime."""


@pytest.fixture
def directory(studio: Studio) -> Directory:
    return Directory(studio, user_limit=10_000)


def both(directory: Directory, *asked: tuple[str, str, Any]) -> list[Answered]:
    with ThreadPoolExecutor(len(asked)) as pool:
        return list(pool.map(lambda request: directory.call(*request), asked))


def patch(*operations: dict[str, Any]) -> dict[str, Any]:
    return {"schemas": [PATCH], "Operations": list(operations)}


def user(name: str) -> dict[str, Any]:
    return {"schemas": [USER], "userName": name, "emails": [{"value": name}]}


def test_of_two_who_are_made_at_once_one_is(directory: Directory) -> None:
    for number in range(8):
        answers = both(directory, *[("POST", "/Users", user(f"bob{number}@site.com"))] * 4)
        assert sorted(answer.status for answer in answers) == [201, 409, 409, 409]
        answers = both(directory, *[("POST", "/Groups", {"schemas": [GROUP], "displayName": f"G{number}"})] * 4)
        assert sorted(answer.status for answer in answers) == [201, 409, 409, 409]


def test_a_name_goes_to_one_of_two_emails(directory: Directory) -> None:
    for number in range(4):
        sent = [{**user(f"x{number}"), "emails": [{"value": f"{letter}{number}@site.com"}]} for letter in "ab"]
        answers = both(directory, *(("POST", "/Users", body) for body in sent))
        assert sorted(answer.status for answer in answers) == [201, 409]


def test_members_who_are_put_in_at_once_are_all_in(directory: Directory) -> None:
    group = directory.group("Layout")
    people = [directory.user(f"p{number}@site.com")["id"] for number in range(8)]
    add: Callable[[str], dict[str, Any]] = lambda id: patch({"op": "add", "path": "members", "value": [{"value": id}]})  # noqa: E731
    answers = both(directory, *(("PATCH", f"/Groups/{group['id']}", add(id)) for id in people))
    assert {answer.status for answer in answers} == {204}
    told = directory.expect(200, "GET", f"/Groups/{group['id']}")
    assert {member["value"] for member in told["members"]} == set(people)


def test_changes_of_one_person_at_once_are_all_kept(directory: Directory) -> None:
    bob = directory.user("bob@site.com")
    says = {"name.givenName": "Bob", "name.familyName": "Stone", "displayName": "B", "externalId": "7"}
    operations = [{"op": "replace", "path": path, "value": value} for path, value in says.items()]
    answers = both(directory, *(("PATCH", f"/Users/{bob['id']}", patch(operation)) for operation in operations))
    assert {answer.status for answer in answers} == {200}
    told = directory.expect(200, "GET", f"/Users/{bob['id']}")
    assert (told["name"], told["displayName"], told["externalId"]) == (
        {"givenName": "Bob", "familyName": "Stone"},
        "B",
        "7",
    )


REQUESTS: list[tuple[str, str, Any]] = [
    ("POST", "/Users", user("ann@site.com")),
    ("POST", "/Users", user("bob@site.com")),
    ("PUT", "/Users/{ann}", user("bob@site.com")),
    ("PUT", "/Users/{ann}", user("ann@site.com")),
    ("PATCH", "/Users/{ann}", patch({"op": "replace", "path": "active", "value": False})),
    ("PATCH", "/Users/{ann}", patch({"op": "replace", "path": "active", "value": True})),
    ("PATCH", "/Users/{ann}", patch({"op": "replace", "path": "userName", "value": "c@site.com"})),
    ("DELETE", "/Users/{ann}", None),
    ("POST", "/Groups", {"schemas": [GROUP], "displayName": "Layout"}),
    ("PATCH", "/Groups/{group}", patch({"op": "replace", "path": "displayName", "value": "Layout"})),
    ("PATCH", "/Groups/{group}", patch({"op": "add", "path": "members", "value": [{"value": "{ann}"}]})),
    ("PATCH", "/Groups/{group}", patch({"op": "remove", "path": "members"})),
    ("DELETE", "/Groups/{group}", None),
    ("GET", "/Users?filter=groups.display%20eq%20%22Layout%22", None),
]


def filled(value: Any, ids: dict[str, str]) -> Any:
    if isinstance(value, str):
        for name, id in ids.items():
            value = value.replace(f"{{{name}}}", id)
        return value
    if isinstance(value, dict):
        return {key: filled(inner, ids) for key, inner in value.items()}
    return [filled(inner, ids) for inner in value] if isinstance(value, list) else value


def is_busy(answer: Answered) -> bool:
    """Whether it says that another was before it for too long, as on a machine that has much to do."""
    return answer.status == 503 and answer.json["detail"].startswith("The studio is busy")


@pytest.mark.long
def test_any_two_at_once(directory: Directory) -> None:
    tracker = directory.studio.tracker
    for pair in itertools.combinations_with_replacement(REQUESTS, 2):
        ids = {"ann": directory.user("ann@site.com")["id"], "group": directory.group("Animation")["id"]}
        answers = both(directory, *(filled(list(request), ids) for request in pair))
        said = [(answer, request) for answer, request in zip(answers, pair, strict=True)]
        assert {answer.status for answer in answers if not is_busy(answer)} <= FINE, said
        for path in ("/Users", "/Groups"):
            directory.expect(200, "GET", path)
        with tracker.work() as work:
            work.delete(DepartmentLink, DepartmentLink.person_id.is_null(False))
            work.delete(Person, ~Person.is_bot)
            work.delete(Department, Department.name != "")
