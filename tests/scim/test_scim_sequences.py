"""What Entra, Okta and Authentik send one after another, in their own words."""

import pytest
from provisioning import Directory
from studio import Studio

from kitsulite.models.people import Department, Person

pytestmark = pytest.mark.long

ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"


@pytest.fixture
def directory(studio: Studio) -> Directory:
    return Directory(studio)


def test_entra_tries_the_address_sends_somebody_changes_them_and_takes_them_away(directory: Directory) -> None:
    nobody = directory.find('userName eq "2a1b9a0c-0000-4a63-9d39-3e7d6a6ba1f1"')
    assert (nobody["totalResults"], nobody["Resources"]) == (0, [])
    assert directory.find('externalId eq "58342554"')["totalResults"] == 0
    made = directory.user(
        "Ada.Byron@corp.onmicrosoft.com",
        externalId="58342554",
        schemas=["urn:ietf:params:scim:schemas:core:2.0:User", ENTERPRISE],
        displayName="Ada Byron",
        title="Lead",
        preferredLanguage="en-GB",
        name={"formatted": "Ada Byron", "givenName": "Ada", "familyName": "Byron"},
        emails=[{"primary": True, "type": "work", "value": "ada@site.com"}],
        meta={"resourceType": "User"},
        roles=[],
        **{ENTERPRISE: {"department": "Animation"}},
    )
    path = f"/Users/{made['id']}"
    assert (made["userName"], made["externalId"]) == ("ada.byron@corp.onmicrosoft.com", "58342554")
    assert directory.expect(200, "GET", path)["emails"] == [{"value": "ada@site.com", "type": "work", "primary": True}]
    assert directory.find('userName eq "ADA.byron@corp.onmicrosoft.com"')["Resources"][0]["id"] == made["id"]
    changed = directory.change(
        path,
        {"op": "Replace", "path": 'emails[type eq "work"].value', "value": "countess@site.com"},
        {"op": "Replace", "path": "name.familyName", "value": "Lovelace"},
        {"op": "Add", "path": 'phoneNumbers[type eq "work"].value', "value": "0123"},
        {"op": "Add", "path": f"{ENTERPRISE}:department", "value": "Layout"},
        {"op": "Replace", "path": 'roles[primary eq "True"].value', "value": "supervisor"},
    )
    assert changed["emails"][0]["value"] == "countess@site.com"
    assert changed["name"] == {"givenName": "Ada", "familyName": "Lovelace"}
    assert changed["roles"][0]["value"] == "supervisor"
    row = directory.studio.stored(Person, made["id"])
    assert (row["email"], row["last_name"], row["phone"], row["role"]) == (
        "countess@site.com",
        "Lovelace",
        "0123",
        "supervisor",
    )
    assert directory.change(path, {"op": "Replace", "path": "active", "value": "False"})["active"] is False
    assert directory.change(path, {"op": "Replace", "path": "active", "value": "True"})["active"] is True
    assert directory.change(path, {"op": "Add", "value": {"active": "False", "name.givenName": "A"}})["active"] is False
    directory.expect(204, "DELETE", path)
    directory.expect(404, "GET", path)


def test_entra_sends_a_group_and_who_is_in_it(directory: Directory) -> None:
    ann, bob = (directory.user(f"{name}@site.com")["id"] for name in ("ann", "bob"))
    assert directory.find('displayName eq "Layout"', "Groups", excludedAttributes="members")["Resources"] == []
    made = directory.group("Layout", externalId="8aa1a0c0-c4c3-4bc0-b4a5-2ef676900159", meta={"resourceType": "Group"})
    path = f"/Groups/{made['id']}"
    assert "members" not in directory.expect(200, "GET", f"{path}?excludedAttributes=members")
    directory.change(path, {"op": "Add", "path": "members", "value": [{"$ref": None, "value": ann}]}, status=204)
    directory.change(path, {"op": "Add", "path": "members", "value": [{"$ref": None, "value": bob}]}, status=204)
    assert {member["value"] for member in directory.expect(200, "GET", path)["members"]} == {ann, bob}
    asked = f'id eq "{made["id"]}" and members eq "{ann}"'
    assert directory.find(asked, "Groups", excludedAttributes="members")["totalResults"] == 1
    directory.change(path, {"op": "Remove", "path": "members", "value": [{"$ref": None, "value": ann}]}, status=204)
    directory.change(path, {"op": "Replace", "path": "displayName", "value": "Set dressing"}, status=204)
    assert [member["value"] for member in directory.expect(200, "GET", path)["members"]] == [bob]
    assert directory.studio.stored(Department, made["id"])["name"] == "Set dressing"
    assert directory.find(asked, "Groups")["totalResults"] == 0
    directory.expect(204, "DELETE", path)
    directory.expect(404, "GET", path)


def test_okta_sends_somebody_whole_each_time_and_closes_without_a_path(directory: Directory) -> None:
    assert directory.expect(200, "GET", "/Users?startIndex=1&count=2")["itemsPerPage"] <= 2
    assert directory.find('userName eq "isaac@site.com"', startIndex=1, count=100)["Resources"] == []
    whole = {
        "userName": "isaac@site.com",
        "name": {"givenName": "Isaac", "familyName": "Brock"},
        "emails": [{"primary": True, "value": "isaac@site.com", "type": "work"}],
        "displayName": "Isaac Brock",
        "locale": "en-US",
        "externalId": "00ujl29u0le5T6Aj10h7",
        "groups": [],
        "password": "1mz050nq",
        "active": True,
    }
    made = directory.user("isaac@site.com", **whole)
    assert "password" not in made
    path = f"/Users/{made['id']}"
    sent = {**directory.expect(200, "GET", path), "name": {"givenName": "Isaac", "familyName": "Newton"}}
    assert directory.expect(200, "PUT", path, sent)["name"]["familyName"] == "Newton"
    assert directory.change(path, {"op": "replace", "value": {"active": False}})["active"] is False
    assert directory.expect(200, "PUT", path, {**sent, "active": True})["active"] is True


def test_okta_pushes_a_group_and_what_changes_in_it(directory: Directory) -> None:
    ann, bob, eve = (directory.user(f"{name}@site.com")["id"] for name in ("ann", "bob", "eve"))
    members = [{"value": id, "display": "x@site.com"} for id in (ann, bob)]
    made = directory.group("FX team", members=members)
    path = f"/Groups/{made['id']}"
    directory.change(
        path,
        {"op": "remove", "path": f'members[value eq "{ann}"]'},
        {"op": "add", "path": "members", "value": [{"value": eve, "display": "eve@site.com"}]},
        status=204,
    )
    directory.change(path, {"op": "replace", "value": {"id": made["id"], "displayName": "Effects"}}, status=204)
    found = directory.expect(200, "GET", path)
    assert found["displayName"] == "Effects"
    assert {member["value"] for member in found["members"]} == {bob, eve}
    directory.change(path, {"op": "replace", "path": "members", "value": [{"value": ann}]}, status=204)
    whole = {"schemas": found["schemas"], "id": made["id"], "displayName": "FX", "members": [{"value": bob}]}
    assert directory.expect(200, "PUT", path, whole)["members"][0]["value"] == bob


def test_authentik_asks_what_there_is_and_sends_a_group_by_its_own_id(directory: Directory) -> None:
    config = directory.expect(200, "GET", "/ServiceProviderConfig")
    supported = {key: config[key]["supported"] for key in ("patch", "bulk", "filter", "changePassword", "sort", "etag")}
    assert supported == dict.fromkeys(supported, False) | {"patch": True, "filter": True}
    assert config["filter"]["maxResults"] == 200
    user = directory.user("akadmin@site.com", externalId="ak-1", photos=[], locale=None)
    made = directory.group("authentik Admins", user["id"], externalId="ak-2")
    assert directory.expect(200, "GET", f"/Users/{user['id']}")["groups"][0]["display"] == "authentik Admins"
    assert directory.find('externalId eq "ak-2"', "Groups")["Resources"][0]["id"] == made["id"]
    assert directory.find('externalId eq "AK-2"', "Groups")["totalResults"] == 0
