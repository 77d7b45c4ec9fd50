"""`kitsulite person sync-ldap`: who gets an account after a real slapd, and who loses it (docs/sso.md)."""

from typing import Any

import pytest
from directory import BASE, SUFFIX, Directory
from footage import picture
from signing import log_in
from studio import Member, Studio
from syncing import Find, Sync, of_directory, people, told

from kitsulite.areas.directories import ldapsync
from kitsulite.models.people import Person
from kitsulite.models.tools import ApiEvent

pytestmark = pytest.mark.long

# --- who gets an account ---


def test_who_is_listed_and_active_gets_an_account(studio: Studio, there: Directory, sync: Sync, find: Find) -> None:
    there.add("zoe", "her secret", givenName="Zoë", sn="Park")
    there.add("kim", givenName=None, cn="Kim Lee", organizationalStatus="ACTIVE", uniqueIdentifier=None)
    there.add("max", organizationalStatus="retired")
    there.add("pia", organizationalStatus=None)
    assert "0 deactivated, 0 updated, 2 created, 0 as they were.\n" in sync()
    zoe, kim = find("zoe"), find("kim")
    assert (zoe["first_name"], zoe["last_name"], zoe["email"]) == ("Zoë", "Park", "zoe@studio.com")
    assert (zoe["role"], zoe["password"], zoe["active"], zoe["is_generated_from_ldap"]) == ("user", None, True, True)
    assert (zoe["ldap_uid"], zoe["timezone"]) == ("id-zoe", "Europe/Paris")
    assert (kim["first_name"], kim["last_name"], kim["ldap_uid"]) == ("Kim Lee", "Test", None)
    assert people(studio) == ["kim", "zoe"]
    assert log_in(studio, "zoe", "her secret").status == 200


def test_what_is_as_the_directory_says_is_left_alone(studio: Studio, there: Directory, sync: Sync) -> None:
    there.add("zoe", jpegPhoto=picture())
    there.add("kim", mail=None)
    sync()
    before = told(studio)
    assert sync() == "0 deactivated, 0 updated, 0 created, 2 as they were.\n"
    assert told(studio) == before


def test_an_account_follows_who_it_belongs_to(studio: Studio, there: Directory, sync: Sync, find: Find) -> None:
    there.add("zoe")
    sync()
    zoe = find("zoe")
    there.remove("zoe")
    there.add("zpark", givenName="Zo", sn="Park", mail="z@studio.com", uniqueIdentifier="ID-ZOE")
    assert "update  zpark  z@studio.com  first name, last name, desktop login, email, ldap uid\n" in sync()
    row = find("zpark")
    assert (row["id"], row["first_name"], row["last_name"], row["email"]) == (zoe["id"], "Zo", "Park", "z@studio.com")
    assert people(studio) == ["zpark"]
    assert told(studio)[-1] == "person:update"


def test_accounts_are_found_by_identity_then_by_login_then_by_any_e_mail(
    studio: Studio, there: Directory, sync: Sync, find: Find
) -> None:
    by_email = studio.person("Eve", email="eve@home.com", role="supervisor")
    by_login = studio.person("Lou", desktop_login="LOU", email="lou@elsewhere.com")
    by_uid = of_directory(studio, "Una", desktop_login="lou", ldap_uid="id-una", email="una@elsewhere.com")
    decoy = studio.person("Decoy", email="una@studio.com")
    there.add("eve", mail=["eve@studio.com", "Eve@Home.com"])
    there.add("lou", mail="lou@studio.com")
    there.add("una", mail="una2@studio.com")
    assert "3 updated, 0 created" in sync()
    assert (find("eve")["id"], find("lou")["id"], find("una")["id"]) == (by_email.id, by_login.id, by_uid.id)
    assert (find("eve")["email"], find("eve")["role"], find("eve")["ldap_uid"]) == (
        "eve@studio.com",
        "supervisor",
        "id-eve",
    )
    assert studio.stored(Person, decoy.id)["is_generated_from_ldap"] is False


def test_of_namesakes_who_is_of_the_directory_comes_first(
    studio: Studio, there: Directory, sync: Sync, find: Find
) -> None:
    local = studio.person("Local", desktop_login="zoe")
    zoe = of_directory(studio, "Zoe")
    there.add("zoe")
    sync()
    assert studio.stored(Person, zoe.id)["ldap_uid"] == "id-zoe"
    assert studio.stored(Person, local.id)["ldap_uid"] is None


@pytest.mark.parametrize("kind", [{"is_bot": True}, {"is_guest": True}])
def test_bots_and_guests_are_nobody_of_the_directory(
    studio: Studio, there: Directory, sync: Sync, kind: dict[str, Any]
) -> None:
    other = studio.person("Zoe", desktop_login="zoe", email="elsewhere@studio.com", **kind)
    there.add("zoe")
    assert "1 created" in sync()
    assert studio.stored(Person, other.id)["is_generated_from_ldap"] is False


def test_an_identity_that_a_bot_has_is_not_given_twice(studio: Studio, there: Directory, sync: Sync) -> None:
    studio.person("Farm", is_bot=True, ldap_uid="id-zoe")
    there.add("zoe")
    there.add("kim")
    assert "zoe: Another account has the same e-mail or the same identity in the directory." in sync(code=1)
    assert people(studio) == ["kim"]


def test_who_held_an_account_before_signs_in_anew(studio: Studio, there: Directory, sync: Sync) -> None:
    zoe, kim = studio.person("Zoe", desktop_login="zoe"), of_directory(studio, "Kim")
    there.add("zoe")
    there.add("kim")
    sync()
    zoe.get("/data/departments", status=401)
    kim.get("/data/departments")


# --- who loses it ---


def test_who_is_not_listed_any_more_is_out_at_once(studio: Studio, there: Directory, sync: Sync) -> None:
    there.add("zoe")
    there.add("kim", "secret of kim")
    local = studio.person("Ann", desktop_login="ann")
    sync()
    kim, elsewhere = (
        Member(studio.app, tokens["access_token"], tokens["user"])
        for tokens in (log_in(studio, "kim", "secret of kim").json for _ in range(2))
    )
    kim.get("/data/departments")
    there.remove("kim")
    assert "1 deactivated, 0 updated, 0 created, 1 as they were" in sync()
    kim.get("/data/departments", status=401)
    local.get("/data/departments")
    with studio.tracker.work(writes=False) as work:
        event = work.db.row(
            ApiEvent.select().where(ApiEvent.name == "person:update").order_by(ApiEvent.created_at.desc())
        )
    assert event is not None
    assert {"previous_active": True, "new_active": False}.items() <= event["data"].items()
    there.add("kim")
    sync()
    assert people(studio) == ["ann", "kim", "zoe"]
    elsewhere.get("/data/departments", status=401)  # the sessions of before do not come back


@pytest.mark.parametrize("status", ["retired", None])
def test_who_is_closed_in_the_directory_is_closed_here(
    studio: Studio, there: Directory, sync: Sync, status: str | None
) -> None:
    there.add("zoe")
    there.add("kim")
    sync()
    there.change("kim", organizationalStatus=status)
    assert "deactivate  kim" in sync()
    assert people(studio) == ["zoe"]
    there.change("kim", organizationalStatus="active")
    sync()
    assert people(studio) == ["kim", "zoe"]


def test_protected_accounts_are_the_directorys_as_well(studio: Studio, there: Directory, sync: Sync) -> None:
    there.add("zoe")
    there.add("kim")
    sync.set(protected_accounts=["zoe@studio.com"])
    sync()
    there.change("zoe", organizationalStatus=None, sn="Kim")
    sync()
    assert people(studio) == ["kim"]


def test_the_last_admin_stays(studio: Studio, there: Directory, sync: Sync) -> None:
    there.add("zoe")
    of_directory(studio, "Zoe")
    ann, bob = (of_directory(studio, name, role="admin") for name in ("Ann", "Bob"))
    assert "Bob Test is the last active admin" in sync("--dry-run", code=1)
    assert "Bob Test is the last active admin" in sync(code=1)
    assert [studio.stored(Person, one.id)["active"] for one in (ann, bob)] == [False, True]


def test_whoever_makes_somebody_the_last_admin_meanwhile_is_heard(
    studio: Studio, there: Directory, sync: Sync, monkeypatch: pytest.MonkeyPatch
) -> None:
    there.add("zoe")
    there.add("kim")
    of_directory(studio, "Zoe")
    of_directory(studio, "Ann", role="admin")
    bob = studio.person("Bob", role="admin")
    carry_out = ldapsync.carry_out

    def later(*arguments: Any) -> Any:
        studio.store(Person, bob.id, role="user")
        return carry_out(*arguments)

    monkeypatch.setattr(ldapsync, "carry_out", later)
    assert "Ann Test is the last active admin" in sync(code=1)
    assert people(studio) == ["ann", "kim", "zoe"]


# --- whom a group, or a list, keeps out ---


@pytest.mark.parametrize("name", ["artists", f"cn=artists,ou=groups,{SUFFIX}"])
def test_a_group_says_who_has_accounts(studio: Studio, there: Directory, sync: Sync, name: str) -> None:
    for login in ("zoe", "kim", "max"):
        there.add(login)
    place = BASE
    if "=" in name:
        place = there.entry(f"ou=groups,{SUFFIX}", ["organizationalUnit"], ou="groups")
    members = [f"uid=zoe,{BASE}", f"UID=Kim, OU=people, {SUFFIX}"]
    there.entry(f"cn=artists,{place}", ["groupOfUniqueNames"], cn="artists", uniqueMember=members)
    sync.set(ldap_group=name)
    sync()
    assert people(studio) == ["kim", "zoe"]


def test_a_group_may_be_one_of_names(studio: Studio, there: Directory, sync: Sync) -> None:
    there.add("zoe")
    there.add("kim")
    there.entry(f"cn=artists,{BASE}", ["groupOfNames"], cn="artists", member=[f"uid=zoe,{BASE}"])
    sync.set(ldap_group="artists")
    sync()
    assert people(studio) == ["zoe"]


def test_a_group_that_is_not_there_changes_nothing(studio: Studio, there: Directory, sync: Sync) -> None:
    of_directory(studio, "Zoe")
    there.add("kim")
    sync.set(ldap_group="a*")
    there.entry(f"cn=artists,{BASE}", ["groupOfNames"], cn="artists", member=[f"uid=kim,{BASE}"])
    assert "The directory has no group a* (LDAP_GROUP)" in sync(code=1)
    assert people(studio) == ["zoe"]


def test_some_accounts_are_left_out(studio: Studio, there: Directory, sync: Sync) -> None:
    there.add("zoe")
    there.add("scanner")
    sync()
    sync.set(ldap_excluded_accounts=["Scanner", "nobody"])
    sync()
    assert people(studio) == ["zoe"]


# --- e-mails ---


@pytest.mark.parametrize(
    ("addresses", "email"),
    [
        (None, "zoe@studio.com"),
        ("no address", "zoe@studio.com"),
        (["Zoe@Home.com", "zoe@studio.com"], "zoe@studio.com"),
        (["one@home.com", "two@home.com"], "one@home.com"),
        (["zoe.p@intra.local"], "zoe.p@intra.local"),
    ],
)
def test_somebody_is_mailed_at_the_studio(there: Directory, sync: Sync, find: Find, addresses: Any, email: str) -> None:
    there.add("zoe", mail=addresses)
    sync()
    assert find("zoe")["email"] == email


def test_a_login_that_is_an_address_is_the_one(there: Directory, sync: Sync, find: Find) -> None:
    there.add("zoe@home.com", mail=["zoe@studio.com", "zoe@home.com"])
    sync()
    assert find("zoe@home.com")["email"] == "zoe@home.com"


def test_addresses_of_the_studios_own_network_are_taken(there: Directory, sync: Sync, find: Find) -> None:
    there.add("zoe", mail=None)
    sync.set(email_domain="studio.local")
    sync()
    assert find("zoe")["email"] == "zoe@studio.local"


def test_an_address_is_one_accounts(studio: Studio, there: Directory, sync: Sync, find: Find) -> None:
    there.add("zoe", mail="artists@studio.com")
    there.add("kim", mail="artists@studio.com")
    there.add("max")
    assert "artists@studio.com is the e-mail of another account." in sync(code=1)
    assert people(studio) == ["max", "zoe"]
    there.change("max", mail="artists@studio.com", sn="Moritz")
    assert "max: artists@studio.com is the e-mail of another account." in sync(code=1)
    assert (find("max")["email"], find("max")["last_name"]) == ("max@studio.com", "Moritz")


def test_an_address_that_somebody_gave_up_is_free(there: Directory, sync: Sync, find: Find) -> None:
    there.add("zoe")
    sync()
    there.change("zoe", mail="zoe2@studio.com")
    there.add("kim", mail="zoe@studio.com")
    sync()
    assert (find("zoe")["email"], find("kim")["email"]) == ("zoe2@studio.com", "zoe@studio.com")


def test_the_address_of_a_guest_is_not_taken_from_them(studio: Studio, there: Directory, sync: Sync) -> None:
    studio.person("Guest", email="zoe@studio.com", is_guest=True)
    there.add("zoe")
    assert "zoe@studio.com is the e-mail of another account." in sync(code=1)
