"""Accounts that a directory makes, changes and closes: what it may, and what only the studio does."""

from typing import Any

import pytest
from provisioning import PATCH, SCIM, Directory
from studio import NOBODY, Studio, Visitor

from kitsulite.areas.people import sessions
from kitsulite.areas.scim import protocol
from kitsulite.models.own import Provisioned
from kitsulite.models.people import Person
from kitsulite.models.tools import ApiEvent
from kitsulite.settings import Settings


@pytest.fixture
def directory(studio: Studio) -> Directory:
    return Directory(studio)


def close(**more: Any) -> dict[str, Any]:
    return {"op": "replace", "path": "active", "value": False}


def say(path: str, value: Any) -> dict[str, Any]:
    return {"op": "replace", "path": path, "value": value}


def emails(address: str) -> dict[str, Any]:
    return say('emails[type eq "work"].value', address)


def roles(role: str) -> dict[str, Any]:
    return say("roles", [{"value": role}])


def detail(directory: Directory, method: str, path: str, body: Any = None, *, status: int) -> str:
    return str(directory.expect(status, method, path, body)["detail"])


# --- who may ---


def test_only_admins_are_served_and_others_are_told_in_scims_words(studio: Studio) -> None:
    directory = Directory(studio)
    for role in ("manager", "supervisor", "user", "client", "vendor"):
        for visitor in (studio.person(f"{role}x", role), studio.person(f"bot{role}", role, is_bot=True)):
            directory.visitor.token = visitor.token
            for method, path in (
                ("GET", "/Users"),
                ("DELETE", f"/Users/{visitor.id}"),
                ("GET", "/ServiceProviderConfig"),
            ):
                directory.expect(403, method, path)
            directory.expect(403, "POST", "/Groups", {"displayName": "x"})
    directory.visitor.token = None
    directory.expect(401, "GET", "/Users")
    directory.visitor.token = studio.person("Ada", "admin").token
    directory.expect(200, "GET", "/Users")


def test_a_studio_that_did_not_switch_it_on_has_none_of_it(studio: Studio) -> None:
    assert Settings().scim is False
    admin = studio.person("Ada", "admin")
    answer = admin.call("POST", "/scim/v2/Users", {"userName": "bob@site.com"})
    assert (answer.status, answer.json["detail"]) == (404, protocol.OFF)
    assert answer.headers["content-type"] == SCIM


def test_what_is_not_installed_is_said(directory: Directory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(protocol, "is_possible", lambda: False)
    assert detail(directory, "GET", "/Users", status=503) == protocol.NOT_INSTALLED


def test_what_leads_nowhere_is_refused_in_scims_words(directory: Directory) -> None:
    directory.expect(404, "GET", "/Nothing")
    directory.expect(404, "GET", f"/Users/{NOBODY}")
    directory.expect(404, "GET", "/Users/x")
    directory.expect(405, "PUT", "/Users", {})
    answer = directory.visitor.send("POST", "/scim/v2/Users", "userName=x", type="application/x-www-form-urlencoded")
    assert (answer.status, answer.json["status"]) == (415, "415")
    answer = directory.visitor.send("POST", "/scim/v2/Users", '{"userName": ', type=SCIM)
    assert (answer.status, answer.headers["content-type"]) == (400, SCIM)


# --- making ---


def test_who_is_made_is_an_artist_of_the_studio(directory: Directory) -> None:
    made = directory.user(
        displayName="Bob Stone", phoneNumbers=[{"value": "1", "type": "home"}, {"value": "2", "type": "work"}]
    )
    row = directory.studio.stored(Person, made["id"])
    kept = {key: row[key] for key in ("email", "first_name", "last_name", "role", "active", "phone", "password")}
    assert kept == {
        "email": "bob@site.com",
        "first_name": "Bob",
        "last_name": "Stone",
        "role": "user",
        "active": True,
        "phone": "2",
        "password": None,
    }
    assert made["meta"]["location"].endswith(f"/api/scim/v2/Users/{made['id']}")
    assert "roles" not in made


def test_a_name_that_is_an_email_is_enough(directory: Directory) -> None:
    user = {"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": "Eve@site.com"}
    made = directory.expect(201, "POST", "/Users", user)
    assert (made["emails"][0]["value"], made["active"]) == ("eve@site.com", True)
    for without in (
        {"userName": "eve"},
        {"userName": "eve", "emails": []},
        {"userName": "eve", "emails": [{"value": " "}]},
        {"userName": " ", "emails": [{"value": "x@site.com"}]},
        {"userName": " "},
        {},
    ):
        directory.expect(400, "POST", "/Users", {**user, "userName": None} | without)


def test_the_main_one_of_several_emails_is_kept(directory: Directory) -> None:
    several = [{"value": "home@site.com", "type": "home"}, {"value": "work@site.com", "type": "work"}]
    assert directory.user("one@site.com", emails=several)["emails"][0]["value"] == "work@site.com"
    several = [{"value": "a@site.com", "type": "work"}, {"value": "b@site.com", "type": "home", "primary": True}]
    assert directory.user("two@site.com", emails=several)["emails"][0]["value"] == "b@site.com"


@pytest.mark.parametrize("taken", ["bob@site.com", "BOB@site.com"])
def test_nobody_is_made_twice(directory: Directory, taken: str) -> None:
    directory.user("bob@site.com")
    answer = directory.user(taken, status=409)
    assert answer["scimType"] == "uniqueness"
    other = directory.user("bob@corp.site.com", emails=[{"value": taken}], status=409)
    assert other["scimType"] == "uniqueness"


def test_a_name_and_an_email_of_somebody_else_are_refused_in_a_change(directory: Directory) -> None:
    directory.user("ann@corp.site.com", emails=[{"value": "ann@site.com"}])
    path = f"/Users/{directory.user('bob@site.com')['id']}"
    directory.change(path, say("userName", "Ann@corp.site.com"), status=409)
    directory.change(path, emails("ann@site.com"), status=409)
    directory.change(path, say("userName", directory.studio.person("Eve").row["email"]), status=409)
    assert directory.change(path, say("userName", "robert@corp.site.com"))["userName"] == "robert@corp.site.com"
    assert directory.find('userName eq "bob@site.com"')["totalResults"] == 0


def test_a_full_studio_takes_nobody_in(studio: Studio) -> None:
    directory = Directory(studio, user_limit=1)
    bob = directory.user("bob@site.com")
    assert "User limit" in directory.user("ann@site.com", status=400)["detail"]
    directory.change(f"/Users/{bob['id']}", close())
    directory.user("ann@site.com")
    directory.change(f"/Users/{bob['id']}", say("active", True), status=400)


def test_bots_guests_and_lent_accounts_are_nobody_here(directory: Directory) -> None:
    studio = directory.studio
    project = studio.project("Fox")
    nobody = [
        studio.person("Robot", is_bot=True),
        studio.person("Guest", is_guest=True),
        studio.person("Lent", "client", preview_project_id=project["id"]),
    ]
    listed = {row["id"] for row in directory.expect(200, "GET", "/Users")["Resources"]}
    group = directory.group("Layout")
    for who in nobody:
        assert who.id not in listed
        for method, body in (("GET", None), ("PUT", {"userName": "x@site.com"}), ("DELETE", None)):
            directory.expect(404, method, f"/Users/{who.id}", body)
        directory.change(f"/Users/{who.id}", close(), status=404)
        directory.change(
            f"/Groups/{group['id']}", {"op": "add", "path": "members", "value": [{"value": who.id}]}, status=400
        )
    for who in nobody[1:]:
        answer = directory.user("other@site.com", emails=[{"value": who.row["email"]}], status=409)
        assert answer["scimType"] == "uniqueness"


# --- rights ---


def test_nobody_becomes_an_admin(directory: Directory) -> None:
    assert directory.user("eve@site.com", roles=[{"value": "admin"}], status=403)["detail"].startswith(
        "SCIM makes nobody"
    )
    bob = directory.user("bob@site.com", roles=[{"value": "manager"}])
    assert directory.studio.stored(Person, bob["id"])["role"] == "manager"
    for operation in (roles("admin"), roles("Admin"), say('roles[primary eq "True"].value', "admin")):
        directory.change(f"/Users/{bob['id']}", operation, status=403)
    assert directory.change(f"/Users/{bob['id']}", roles("king"), status=400)["scimType"] == "invalidValue"
    assert "roles" not in directory.change(f"/Users/{bob['id']}", roles("user"))


def test_of_an_admin_neither_email_nor_role_changes(directory: Directory) -> None:
    ada = directory.studio.person("Ada", "admin")
    for operation in (emails("eve@site.com"), roles("user"), {"op": "remove", "path": "roles"}):
        directory.change(f"/Users/{ada.id}", operation, status=403)
    whole = directory.expect(200, "GET", f"/Users/{ada.id}")
    directory.expect(403, "PUT", f"/Users/{ada.id}", {**whole, "emails": [{"value": "eve@site.com"}]})
    assert whole["roles"] == [{"value": "admin", "primary": True}]
    del whole["roles"], whole["emails"]
    whole["name"] = {"givenName": "Ada", "familyName": "Byron"}
    assert directory.expect(200, "PUT", f"/Users/{ada.id}", whole)["name"]["familyName"] == "Byron"
    row = directory.studio.stored(Person, ada.id)
    assert (row["role"], row["email"]) == ("admin", ada.row["email"])


def test_an_admin_who_comes_back_keeps_their_email(directory: Directory) -> None:
    ada = directory.studio.person("Ada", "admin")
    directory.studio.person("Other", "admin")
    directory.expect(204, "DELETE", f"/Users/{ada.id}")
    directory.user(ada.row["email"], emails=[{"value": "eve@site.com"}], status=403)
    assert not directory.studio.stored(Person, ada.id)["active"]
    assert directory.user(ada.row["email"])["id"] == ada.id


def test_a_protected_account_stays(studio: Studio) -> None:
    bob = studio.person("Bob", "manager")
    directory = Directory(studio, protected_accounts=[bob.row["email"]])
    for operation in (close(), roles("user"), emails("eve@site.com")):
        directory.change(f"/Users/{bob.id}", operation, status=403)
    directory.expect(403, "DELETE", f"/Users/{bob.id}")
    row = studio.stored(Person, bob.id)
    assert (row["active"], row["role"], row["email"]) == (True, "manager", bob.row["email"])
    directory.visitor.token = studio.person("Boss", "admin").token
    directory.change(f"/Users/{bob.id}", say("displayName", "Bobby"))
    studio.store(Person, bob.id, role="admin")
    directory.visitor.token = bob.token
    directory.expect(403, "DELETE", f"/Users/{bob.id}")


def test_the_last_admin_stays(directory: Directory) -> None:
    ada = directory.studio.person("Ada", "admin")
    directory.change(f"/Users/{ada.id}", close(), status=400)
    assert "last active admin" in detail(directory, "DELETE", f"/Users/{ada.id}", status=400)
    directory.studio.person("Eve", "admin")
    directory.expect(204, "DELETE", f"/Users/{ada.id}")


def test_what_a_directory_leaves_out_stays(directory: Directory) -> None:
    bob = directory.user("bob@site.com", displayName="Bob Stone", phoneNumbers=[{"value": "1"}], externalId="x")
    group = directory.group("Layout", bob["id"])
    directory.studio.store(Person, bob["id"], role="supervisor", active=False)
    path = f"/Users/{bob['id']}"
    directory.expect(200, "PUT", path, {"schemas": bob["schemas"], "userName": "bob@site.com", "nickName": "B"})
    row = directory.studio.stored(Person, bob["id"])
    assert (row["role"], row["phone"], row["first_name"], row["active"]) == ("supervisor", "1", "Bob", False)
    found = directory.expect(200, "GET", path)
    assert (found["externalId"], found["groups"][0]["value"]) == ("x", group["id"])
    directory.change(path, {"op": "remove", "path": "phoneNumbers"}, {"op": "remove", "path": "name.familyName"})
    row = directory.studio.stored(Person, bob["id"])
    assert (row["phone"], row["last_name"], row["first_name"]) == (None, "", "Bob")


# --- leaving, and coming back ---


def test_who_is_closed_out_is_signed_out_for_good(directory: Directory) -> None:
    studio = directory.studio
    bob = studio.person("Bob")
    with studio.tracker.work() as work:
        script = Visitor(studio.app, sessions.mint_api_token(work, work.get(Person, bob.id)))
    assert bob.call("GET", "/data/user/context").status == script.call("GET", "/data/user/context").status == 200
    key = Visitor(studio.app, bob.post(f"/data/persons/{bob.id}/api-keys", {"name": "Mine"})["key"])
    directory.change(f"/Users/{bob.id}", close())
    assert bob.call("GET", "/data/user/context").status == script.call("GET", "/data/user/context").status == 401
    assert key.call("GET", "/data/user/context").status == 401
    directory.change(f"/Users/{bob.id}", say("active", True))
    assert bob.call("GET", "/data/user/context").status == script.call("GET", "/data/user/context").status == 401


def test_who_is_deleted_is_there_no_more_and_comes_back_as_who_they_were(directory: Directory) -> None:
    bob = directory.user("bob@corp.site.com", emails=[{"value": "bob@site.com"}], externalId="1")
    group = directory.group("Layout", bob["id"])
    studio = directory.studio
    task = studio.task(studio.entity("Shot", "SH01", studio.project()))
    directory.expect(204, "DELETE", f"/Users/{bob['id']}")
    for method, body in (("GET", None), ("PUT", bob), ("DELETE", None)):
        directory.expect(404, method, f"/Users/{bob['id']}", body)
    assert directory.find('userName eq "bob@corp.site.com"')["totalResults"] == 0
    assert "members" not in directory.expect(200, "GET", f"/Groups/{group['id']}")
    row = studio.stored(Person, bob["id"])
    assert (row["active"], row["email"]) == (False, "bob@site.com")
    assert task
    back = directory.user("bob@corp.site.com", emails=[{"value": "robert@site.com"}], externalId="2")
    assert (back["id"], back["externalId"], back["active"]) == (bob["id"], "2", True)
    assert back["groups"][0]["value"] == group["id"]
    assert studio.stored(Person, bob["id"])["email"] == "robert@site.com"
    assert directory.change(f"/Users/{bob['id']}", close())["active"] is False
    directory.expect(204, "DELETE", f"/Users/{bob['id']}")
    assert directory.user("new@corp.site.com", emails=[{"value": "robert@site.com"}])["id"] == bob["id"]


def test_whom_the_studio_lets_in_again_is_there_again(directory: Directory) -> None:
    bob = directory.user("bob@site.com")
    directory.expect(204, "DELETE", f"/Users/{bob['id']}")
    directory.studio.store(Person, bob["id"], active=True)
    directory.expect(200, "GET", f"/Users/{bob['id']}")
    directory.user("bob@site.com", status=409)


def test_what_is_refused_leaves_nothing_behind(directory: Directory) -> None:
    bob = directory.user("bob@site.com", displayName="Bob Stone")
    directory.change(
        f"/Users/{bob['id']}", say("displayName", "X"), say("name.givenName", "X"), roles("admin"), status=403
    )
    directory.group("Layout", NOBODY, status=400)
    assert directory.find('displayName eq "Layout"', "Groups")["totalResults"] == 0
    assert directory.expect(200, "GET", f"/Users/{bob['id']}")["displayName"] == "Bob Stone"


def test_a_person_who_is_erased_takes_along_what_the_directory_said(directory: Directory) -> None:
    bob = directory.user("bob@site.com")
    directory.visitor.delete(f"/data/persons/{bob['id']}?force=true")
    with directory.studio.tracker.db.reading():
        assert directory.studio.tracker.db.count(Provisioned.select(Provisioned.id)) == 0


def test_changes_are_told_as_any(directory: Directory) -> None:
    told: list[Any] = []
    bob = directory.user("bob@site.com")
    directory.change(f"/Users/{bob['id']}", close())
    directory.change(f"/Users/{bob['id']}", say("externalId", "7"))
    group = directory.group("Layout", bob["id"])
    with directory.studio.tracker.db.reading():
        told = directory.studio.tracker.db.rows(ApiEvent.select().order_by(ApiEvent.created_at))
    names = [row["name"] for row in told]
    assert names == ["person:new", "person:update", "person:update", "department:new", "person:update"]
    assert told[1]["data"]["new_active"] is False
    assert told[-1]["data"]["new_departments"] == [group["id"]]


@pytest.mark.parametrize(
    "body",
    [
        {"userName": 7},
        {"userName": ["x"]},
        {"userName": "x" * 300 + "@site.com"},
        {"userName": "x@site.com", "emails": "x@site.com"},
        {"userName": "x@site.com", "emails": [None]},
        {"userName": "x@site.com", "emails": [{"value": "no address"}]},
        {"userName": "x@site.com", "active": "perhaps"},
        {"userName": "x@site.com", "name": "Bob"},
        {"userName": "x@site.com", "roles": ["manager"]},
        {"userName": "x@site.com", "externalId": "x" * 300},
        {"userName": "x@site.com", "phoneNumbers": [{"value": "1" * 300}]},
        {"userName": "x\x00@site.com"},
        {"schemas": ["urn:x"], "userName": "x@site.com"},
        {"schemas": 3, "userName": "x@site.com"},
        [],
        "x",
    ],
)
def test_nonsense_is_refused(directory: Directory, body: Any) -> None:
    schemas = {"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"]}
    directory.expect(400, "POST", "/Users", {**schemas, **body} if isinstance(body, dict) else body)


@pytest.mark.parametrize(
    "operations",
    [
        [],
        {},
        [{}],
        ["add"],
        [{"op": "jump", "path": "active"}],
        [{"op": "remove"}],
        [{"op": "replace", "path": "emails[", "value": 1}],
        [{"op": "replace", "path": 'emails[type eq "work" and]', "value": 1}],
        [{"op": "replace", "path": "(" * 500, "value": 1}],
        [{"op": "replace", "path": f"emails[{'not (' * 150}type pr{')' * 150}].value", "value": "x@site.com"}],
        [{"op": "replace", "path": 'emails[type eq "' + "x" * 1000 + '"].value', "value": "x@site.com"}],
        [{"op": "replace", "path": "active", "value": True}] * 1001,
        [{"op": "remove", "path": "emails[" + "value pr or " * 70 + "type pr]"}] * 100,
        [{"op": "replace", "path": "id", "value": NOBODY}],
        [{"op": "replace", "path": "userName", "value": None}],
        [{"op": "remove", "path": "emails"}],
        [{"op": "replace", "value": "x"}],
        [{"op": "add", "value": [1]}],
    ],
)
def test_changes_that_make_no_sense_are_refused(directory: Directory, operations: Any) -> None:
    bob = directory.user("bob@site.com")
    body = {"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": operations}
    directory.expect(400, "PATCH", f"/Users/{bob['id']}", body)


@pytest.mark.parametrize(
    ("how", "status"), [({"areas": ["scim"]}, 200), ({"areas": ["people"]}, 403), ({"only_reads": True}, 403)]
)
def test_a_key_for_scim_closes_accounts_and_opens_nothing_else(
    directory: Directory, how: dict[str, Any], status: int
) -> None:
    studio = directory.studio
    ada, bob = studio.person("Ada", "admin"), studio.person("Bob")
    made = ada.post(f"/data/persons/{ada.id}/api-keys", {"name": "Directory", **how})
    directory.visitor = Visitor(directory.visitor.client.app, made["key"])
    assert directory.call("PATCH", f"/Users/{bob.id}", {"schemas": [PATCH], "Operations": [close()]}).status == status
    assert bob.call("GET", "/data/user/context").status == (401 if status == 200 else 200)
    directory.visitor.call("PUT", f"/data/persons/{bob.id}", {"role": "admin"})
    assert studio.stored(Person, bob.id)["role"] == "user"
