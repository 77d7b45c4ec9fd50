"""Lists of people and departments: filters, pages, and what of each is told."""

import time
from typing import Any
from urllib.parse import urlencode

import pytest
from provisioning import SCIM, Directory
from studio import Studio

from kitsulite.models import new_id
from kitsulite.models.people import Department, DepartmentLink, Person

pytestmark = pytest.mark.long


@pytest.fixture
def directory(studio: Studio) -> Directory:
    return Directory(studio)


@pytest.fixture
def people(directory: Directory) -> dict[str, str]:
    """Ann, who is closed out; Bob, whom the directory knows by another name; Eve, who was there before."""
    eve = directory.studio.person("Eve", "manager", email="eve@site.com", phone="%_\\")
    ann = directory.user(
        "ann@site.com", name={"givenName": "Ann", "familyName": "O'Hara"}, active=False, externalId="A-1"
    )
    bob = directory.user(
        "bob@corp.site.com",
        name={"givenName": "Bob"},
        displayName="Bob the Builder",
        emails=[{"value": "bob@site.com", "type": "work"}],
        phoneNumbers=[{"value": "100%"}],
        roles=[{"value": "supervisor"}],
    )
    directory.group("Layout", ann["id"], bob["id"], externalId="G-1")
    directory.group("Animation", bob["id"])
    return {ann["id"]: "ann", bob["id"]: "bob", eve.id: "eve"}


@pytest.mark.parametrize(
    ("filter", "found"),
    [
        ('userName eq "ann@site.com"', "ann"),
        ('USERNAME EQ "ANN@SITE.COM"', "ann"),
        ('urn:ietf:params:scim:schemas:core:2.0:User:userName eq "ann@site.com"', "ann"),
        ('userName eq "bob@site.com"', ""),
        ('userName ne "ann@site.com"', "bob eve"),
        ('userName sw "bob@"', "bob"),
        ('userName ew "@site.com"', "ann eve"),
        ('userName co "corp"', "bob"),
        ('userName co "%"', ""),
        ('userName co "_"', ""),
        ("userName pr", "ann bob eve"),
        ("userName eq null", ""),
        ('userName gt "b"', "bob eve"),
        ('name.familyName eq "o\'hara"', "ann"),
        ("name.familyName pr", "ann eve"),
        ("not (name.familyName pr)", "bob"),
        ('displayName co "builder"', "bob"),
        ('displayName eq "Eve Test"', "eve"),
        ('not (displayName eq "Eve Test")', "ann bob"),
        ("active eq false", "ann"),
        ('active eq "True"', "bob eve"),
        ("active ne true", "ann"),
        ('emails eq "bob@site.com"', "bob"),
        ('emails.value co "BOB"', "bob"),
        ('emails[type eq "work" and value sw "ann"]', "ann"),
        ('emails[type eq "home"]', ""),
        ('emails[not (value co "a")]', "bob eve"),
        ("emails[primary eq true]", "ann bob eve"),
        ('emails.type eq "work"', "ann bob eve"),
        ('phoneNumbers.value eq "100%"', "bob"),
        ('phoneNumbers.value eq "%_\\\\"', "eve"),
        ("phoneNumbers pr", "bob eve"),
        ('not (phoneNumbers.type eq "work")', "ann"),
        ('roles.value eq "supervisor"', "bob"),
        ("roles pr", "bob eve"),
        ('roles ne "manager"', "ann bob"),
        ('externalId eq "A-1"', "ann"),
        ('externalId eq "a-1"', ""),
        ('externalId sw "A"', "ann"),
        ('externalId ew "-1"', "ann"),
        ('externalId ew "longer than A-1"', ""),
        ('externalId co "-"', "ann"),
        ('externalId co ""', "ann"),
        ('externalId ge "A"', "ann"),
        ("externalId eq null", "bob eve"),
        ('id eq "x"', ""),
        ('id co "-"', "ann bob eve"),
        ('groups.display eq "layout"', "ann bob"),
        ('groups[display eq "Animation"]', "bob"),
        ("not (groups pr)", "eve"),
        ('groups.value eq "x"', ""),
        ('meta.created gt "2020-01-01T00:00:00Z"', "ann bob eve"),
        ('meta.lastModified lt "2020-01-01T00:00:00+02:00"', ""),
        ('active eq true and (userName sw "b" or userName sw "a")', "bob"),
        ('active eq true and userName sw "b" or userName sw "a"', "ann bob"),
        ("""userName eq "x' OR '1'='1" """, ""),
        ('userName eq "\\"; DROP TABLE person; --"', ""),
    ],
)
def test_people_are_found_by_what_they_are(
    directory: Directory, people: dict[str, str], filter: str, found: str
) -> None:
    listed = directory.find(f"({filter}) and (id pr)" if " or " not in filter else filter)["Resources"]
    assert sorted(people[row["id"]] for row in listed) == found.split()
    assert directory.find(filter)["totalResults"] == len(listed)


def test_departments_are_found_by_what_they_are(directory: Directory, people: dict[str, str]) -> None:
    ann, bob, eve = people
    ann, bob, eve = (next(id for id, name in people.items() if name == who) for who in ("ann", "bob", "eve"))

    def named(filter: str) -> list[str]:
        return sorted(row["displayName"] for row in directory.find(filter, "Groups")["Resources"])

    assert named('displayName eq "layout"') == ["Layout"]
    assert named(f'members[value eq "{bob}"]') == ["Animation", "Layout"]
    assert named(f'members.value eq "{ann}"') == ["Layout"]
    assert named(f'not (members eq "{ann}")') == ["Animation"]
    assert named(f'members eq "{eve}"') == []
    assert named('externalId eq "G-1" and members pr') == ["Layout"]
    assert named('meta.created ge "2020-01-01T00:00:00Z"') == ["Animation", "Layout"]


@pytest.mark.parametrize(
    "filter",
    [
        "",
        "userName",
        "userName eq",
        'userName is "x"',
        'nothing eq "x"',
        'active gt "x"',
        "active co true",
        'active eq "perhaps"',
        'meta.created gt "yesterday"',
        'meta.created co "2020"',
        'meta.created gt "0001-01-01T00:00:00+23:00"',
        'meta.version eq "1"',
        'password eq "x"',
        'emails[type eq "work"',
        'userName eq "x" and',
        'userName eq "x" ' + 'or userName eq "x" ' * 60,
        "(" * 400 + "id pr" + ")" * 300,
        'name eq "x"',
        'schemas eq "x"',
    ],
)
def test_filters_that_make_no_sense_are_refused(directory: Directory, filter: str) -> None:
    assert directory.find(filter, status=400)["scimType"] == "invalidFilter"


@pytest.mark.parametrize("filter", ["not (" * 160 + "id pr" + ")" * 160, "(" * 480 + "id pr" + ")" * 480])
def test_a_filter_that_is_nested_deep_is_no_error_of_ours(directory: Directory, filter: str) -> None:
    answer = directory.call("GET", "/Users?" + urlencode({"filter": filter}))
    assert answer.status in (200, 400)


def test_a_character_that_no_text_may_hold_finds_nothing(directory: Directory) -> None:
    assert directory.find('userName eq "\\u0000"')["totalResults"] == 0
    directory.find('userName eq "\x00"', status=400)


def test_pages(directory: Directory, people: dict[str, str]) -> None:
    def page(**asked: Any) -> tuple[int, int, int, int]:
        told = directory.expect(200, "GET", "/Users?" + urlencode(asked))
        return told["totalResults"], told["startIndex"], told["itemsPerPage"], len(told["Resources"])

    assert page() == (3, 1, 3, 3)
    assert page(count=2) == (3, 1, 2, 2)
    assert page(count=2, startIndex=3) == (3, 3, 1, 1)
    assert page(count=0) == (3, 1, 0, 0)
    assert page(count=-5) == (3, 1, 0, 0)
    assert page(startIndex=-1) == (3, 1, 3, 3)
    assert page(startIndex=10**30) == (3, 10**30, 0, 0)
    assert page(count=10**30) == (3, 1, 3, 3)
    first, second = (directory.expect(200, "GET", f"/Users?count=1&startIndex={n}")["Resources"] for n in (1, 2))
    assert first[0]["id"] != second[0]["id"]
    for odd in ("count=x", "startIndex=", "count=1.5"):
        directory.expect(400, "GET", f"/Users?{odd}")


def test_which_attributes_are_told(directory: Directory, people: dict[str, str]) -> None:
    bob = next(id for id, name in people.items() if name == "bob")
    told = directory.expect(200, "GET", f"/Users/{bob}?attributes=userName,emails.value")
    assert told.keys() == {"schemas", "id", "userName", "emails"}
    assert told["emails"] == [{"value": "bob@site.com"}]
    assert len(directory.expect(200, "GET", f"/Users/{bob}?attributes=groups")["groups"]) == 2
    told = directory.expect(200, "GET", f"/Users/{bob}?excludedAttributes=groups,name")
    assert not {"groups", "name"} & told.keys()
    assert "userName" in told
    told = directory.find('displayName eq "Layout"', "Groups", attributes="members")["Resources"][0]
    assert told.keys() == {"schemas", "id", "members"}
    urn = "urn:ietf:params:scim:schemas:core:2.0:Group:members"
    told = directory.find('displayName eq "Layout"', "Groups", excludedAttributes=urn)["Resources"][0]
    assert "members" not in told
    directory.expect(400, "GET", f"/Users/{bob}?attributes=%5B")


def test_a_search_by_a_body(directory: Directory, people: dict[str, str]) -> None:
    search = {"schemas": ["urn:ietf:params:scim:api:messages:2.0:SearchRequest"], "filter": 'userName sw "ann"'}
    told = directory.expect(200, "POST", "/Users/.search", search)
    assert [people[row["id"]] for row in told["Resources"]] == ["ann"]
    assert directory.expect(200, "POST", "/Groups/.search", {**search, "filter": "members pr"})["totalResults"] == 2
    directory.expect(501, "POST", "/.search", search)
    directory.expect(501, "POST", "/Users/.search", {**search, "sortBy": "userName"})
    directory.expect(400, "POST", "/Users/.search", {**search, "filter": "x" * 1001})


def test_what_there_is_describes_itself(directory: Directory) -> None:
    kinds = directory.expect(200, "GET", "/ResourceTypes")["Resources"]
    assert {kind["endpoint"] for kind in kinds} == {"/Users", "/Groups"}
    assert directory.expect(200, "GET", "/ResourceTypes/User")["name"] == "User"
    schemas = directory.expect(200, "GET", "/Schemas")["Resources"]
    user = directory.expect(200, "GET", f"/Schemas/{schemas[0]['id']}")
    assert {attribute["name"] for attribute in user["attributes"]} >= {"userName", "emails", "roles", "groups"}
    directory.expect(404, "GET", "/Schemas/urn:x")
    directory.expect(404, "GET", "/ResourceTypes/x")
    answer = directory.visitor.call("GET", "/scim/v2/Users", headers={"Accept": "application/json"})
    assert (answer.status, answer.headers["content-type"]) == (200, SCIM)


def test_a_list_is_a_fixed_number_of_queries(directory: Directory, people: dict[str, str]) -> None:
    asked: list[str] = []
    db = directory.studio.tracker.db
    execute = db._execute
    db._execute = lambda sql, *rest: asked.append(sql) or execute(sql, *rest)  # type: ignore[method-assign, func-returns-value]

    def queries(path: str) -> int:
        asked.clear()
        directory.expect(200, "GET", path)
        return len(asked)

    few = queries("/Users"), queries("/Groups"), queries("/Groups?excludedAttributes=members")
    for number in range(10):
        directory.group(f"Department {number}", *people)
    assert (queries("/Users"), queries("/Groups"), queries("/Groups?excludedAttributes=members")) == few
    assert few[2] == few[1] - 1


@pytest.mark.long
def test_five_thousand_people_are_listed_at_once(directory: Directory) -> None:
    layout = directory.studio.add(Department, name="Layout", color="#000000")
    with directory.studio.tracker.work() as work:
        for number in range(5000):
            person = {"first_name": "P", "last_name": str(number), "email": f"p{number}@site.com", "role": "user"}
            id = work.insert(Person, id=new_id(), **person)
            work.insert(DepartmentLink, person_id=id, department_id=layout["id"])
    begun = time.monotonic()
    assert directory.expect(200, "GET", "/Users?startIndex=4801&count=1000")["itemsPerPage"] == 200
    assert directory.find('userName eq "p4000@site.com"')["totalResults"] == 1
    assert directory.find('groups.display eq "Layout" and userName ew "9@site.com"')["totalResults"] == 500
    assert time.monotonic() - begun < 2.5
    begun = time.monotonic()
    whole = directory.expect(200, "GET", f"/Groups/{layout['id']}")
    assert len(whole["members"]) == 5000
    ids = [member["value"] for member in whole["members"]]
    gone = [{"op": "remove", "path": f'members[value eq "{id}"]'} for id in ids[:1000]]
    directory.change(f"/Groups/{layout['id']}", *gone, status=204)
    directory.change(
        f"/Groups/{layout['id']}",
        {"op": "remove", "path": "members", "value": [{"value": id} for id in ids[1000:3000]]},
        {"op": "add", "path": "members", "value": [{"value": id} for id in ids[500:1000]]},
        status=204,
    )
    assert time.monotonic() - begun < 10
    assert len(directory.expect(200, "GET", f"/Groups/{layout['id']}")["members"]) == 2500
    assert directory.find(f'members eq "{whole["members"][0]["value"]}"', "Groups")["totalResults"] == 0
