"""`kitsulite person sync-ldap`: accounts after a real slapd (docs/sso.md)."""

import dataclasses
import importlib.util
import json
import socket
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from directory import BASE, SUFFIX, Directory, directory
from domaincontroller import DOMAIN, controller
from footage import opened, picture
from signing import log_in, set_up
from studio import Member, Studio

from kitsulite.areas.people import ldappeople, ldapsync
from kitsulite.cli import main
from kitsulite.models.people import Person
from kitsulite.models.tools import ApiEvent
from kitsulite.settings import Settings, written
from kitsulite.storage import Row

VARIABLES = {item.name: item.metadata["variable"] for item in dataclasses.fields(Settings)}


class Sync:
    """The command, on the studio and the directory of a test."""

    def __init__(
        self, studio: Studio, there: Directory, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        self.studio, self.capsys, self.monkeypatch = studio, capsys, monkeypatch
        self.place = ("--data", studio.tracker.settings.data, "--database", studio.tracker.settings.database)
        self.set(**there.settings, secret_key=studio.tracker.settings.secret_key)

    def set(self, **options: Any) -> None:
        """Change the settings of the studio."""
        set_up(self.studio, **options)
        for name, value in options.items():
            text = ",".join(value) if isinstance(value, list) else written(value)
            self.monkeypatch.setenv(VARIABLES[name], text)

    def __call__(self, *arguments: str, code: int = 0) -> str:
        """What it prints; what it complains of, where it does."""
        ended = main(["person", "sync-ldap", *arguments, *self.place])
        said = self.capsys.readouterr()
        assert ended == code, said
        return said.err if code else said.out

    def json(self, *arguments: str, code: int = 0) -> Any:
        ended = main(["person", "sync-ldap", "--json", *arguments, *self.place])
        said = self.capsys.readouterr()
        assert ended == code, said
        return json.loads(said.out)


@pytest.fixture
def there() -> Iterator[Directory]:
    with directory() as running:
        yield running


@pytest.fixture
def sync(studio: Studio, there: Directory, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Sync:
    return Sync(studio, there, capsys, monkeypatch)


@pytest.fixture
def find(studio: Studio) -> Callable[[str], Row | None]:
    """The stored row of somebody, by login."""

    def find(login: str) -> Row | None:
        with studio.tracker.work(writes=False) as work:
            return work.db.row(Person.select().where(Person.desktop_login == login))

    return find


def people(studio: Studio) -> list[str]:
    """The logins of those who are active, in order."""
    with studio.tracker.work(writes=False) as work:
        return sorted(filter(None, work.db.values(Person.select(Person.desktop_login).where(Person.active))))


def told(studio: Studio) -> list[str]:
    with studio.tracker.work(writes=False) as work:
        return list(work.db.values(ApiEvent.select(ApiEvent.name).order_by(ApiEvent.created_at)))


def of_directory(studio: Studio, name: str, **values: Any) -> Member:
    return studio.person(name, **{"desktop_login": name.lower(), "is_generated_from_ldap": True, **values})


# --- who gets an account ---


def test_who_is_listed_and_active_gets_an_account(
    studio: Studio, there: Directory, sync: Sync, find: Callable[[str], Row]
) -> None:
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


def test_an_account_follows_who_it_belongs_to(
    studio: Studio, there: Directory, sync: Sync, find: Callable[[str], Row]
) -> None:
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
    studio: Studio, there: Directory, sync: Sync, find: Callable[[str], Row]
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
    studio: Studio, there: Directory, sync: Sync, find: Callable[[str], Row]
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
def test_somebody_is_mailed_at_the_studio(
    there: Directory, sync: Sync, find: Callable[[str], Row], addresses: Any, email: str
) -> None:
    there.add("zoe", mail=addresses)
    sync()
    assert find("zoe")["email"] == email


def test_a_login_that_is_an_address_is_the_one(there: Directory, sync: Sync, find: Callable[[str], Row]) -> None:
    there.add("zoe@home.com", mail=["zoe@studio.com", "zoe@home.com"])
    sync()
    assert find("zoe@home.com")["email"] == "zoe@home.com"


def test_addresses_of_the_studios_own_network_are_taken(
    there: Directory, sync: Sync, find: Callable[[str], Row]
) -> None:
    there.add("zoe", mail=None)
    sync.set(email_domain="studio.local")
    sync()
    assert find("zoe")["email"] == "zoe@studio.local"


def test_an_address_is_one_accounts(studio: Studio, there: Directory, sync: Sync, find: Callable[[str], Row]) -> None:
    there.add("zoe", mail="artists@studio.com")
    there.add("kim", mail="artists@studio.com")
    there.add("max")
    assert "artists@studio.com is the e-mail of another account." in sync(code=1)
    assert people(studio) == ["max", "zoe"]
    there.change("max", mail="artists@studio.com", sn="Moritz")
    assert "max: artists@studio.com is the e-mail of another account." in sync(code=1)
    assert (find("max")["email"], find("max")["last_name"]) == ("max@studio.com", "Moritz")


def test_an_address_that_somebody_gave_up_is_free(there: Directory, sync: Sync, find: Callable[[str], Row]) -> None:
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


# --- limits ---


def test_there_are_no_more_people_than_may_be(
    studio: Studio, there: Directory, sync: Sync, find: Callable[[str], Row]
) -> None:
    sync.set(user_limit=3)
    gone, closed = of_directory(studio, "Gone"), of_directory(studio, "Closed", active=False)
    of_directory(studio, "Max")
    for login in ("max", "zoe", "kim", "closed"):
        there.add(login)
    assert "kim: There is no room for them" in sync(code=1)
    assert people(studio) == ["closed", "max", "zoe"]  # whoever left made room
    assert studio.stored(Person, gone.id)["active"] is False
    there.change("closed", organizationalStatus=None)
    sync()
    assert people(studio) == ["kim", "max", "zoe"]
    there.change("closed", organizationalStatus="active", sn="Another")
    assert "closed: There is no room for them" in sync(code=1)
    row = studio.stored(Person, closed.id)
    assert (row["active"], row["last_name"]) == (False, "Another")


@pytest.mark.parametrize("known", [True, False])
def test_room_that_is_taken_meanwhile_is_not_given_twice(
    studio: Studio, there: Directory, sync: Sync, monkeypatch: pytest.MonkeyPatch, known: bool
) -> None:
    sync.set(user_limit=1)
    if known:
        of_directory(studio, "Zoe", active=False)
    there.add("zoe")
    carry_out = ldapsync.carry_out

    def later(*arguments: Any) -> Any:
        studio.person("Ann")
        return carry_out(*arguments)

    monkeypatch.setattr(ldapsync, "carry_out", later)
    assert ("There is no room for them" if known else "User limit reached.") in sync(code=1)
    assert people(studio) == []


@pytest.mark.parametrize("attribute", ["uniqueIdentifier", "uid"])
def test_who_comes_twice_counts_once(studio: Studio, there: Directory, sync: Sync, attribute: str) -> None:
    there.add("zoe")
    inner = there.entry(f"ou=inner,{BASE}", ["organizationalUnit"], ou="inner")
    same = {"uniqueIdentifier": "id-zoe"} if attribute == "uniqueIdentifier" else {"uniqueIdentifier": "other"}
    login = "zoe2" if attribute == "uniqueIdentifier" else "zoe"
    there.entry(
        f"uid={login},{inner}",
        ["inetOrgPerson", "known"],
        **same,
        uid=login,
        cn="Z",
        sn="Two",
        mail="z2@studio.com",
        organizationalStatus="active",
    )
    assert f"{login}: The directory has somebody else with the same login or the same identity" in sync(code=1)
    assert people(studio) == ["zoe"]
    sync(code=1)
    assert people(studio) == ["zoe"]


def test_what_an_account_cannot_hold_is_said(studio: Studio, there: Directory, sync: Sync) -> None:
    there.add("z" * 81, cn="Z", givenName="Z", mail="z@studio.com")
    there.add("kim", uniqueIdentifier="k" * 61)
    there.add("max", givenName="M" * 90, sn="x" * 90)
    of_directory(studio, "Kim")
    said = sync(code=1)
    assert f"{'z' * 80}: Their uid is longer than 80 characters." in said
    assert "kim: Their uniqueIdentifier is longer than 60 characters." in said
    assert people(studio) == ["kim", "max"]  # who cannot be read is still there


@pytest.mark.parametrize("value", [b"Z\xff", b"Z\x00"])
def test_what_is_no_text_is_said(value: bytes) -> None:
    entry = {"dn": "uid=zoe", "raw_attributes": {"uid": [b"zoe"], "cn": [b"Zoe"], "sn": [value]}}
    left = ldappeople.Left("zoe", "What the directory says of them is no text in UTF-8.")
    assert ldappeople.read_entry(Settings(), entry) == left


def test_an_entry_without_a_login_is_nobodys() -> None:
    assert ldappeople.read_entry(Settings(), {"dn": "cn=printer", "raw_attributes": {"cn": [b"printer"]}}) is None


# --- pictures ---


def test_pictures_of_the_directory_become_pictures_of_people(
    studio: Studio, there: Directory, sync: Sync, find: Callable[[str], Row]
) -> None:
    there.add("zoe", jpegPhoto=picture(form="JPEG"))
    there.add("kim")
    ann = studio.person("Ann", role="admin")
    sync()
    shown = f"/pictures/thumbnails/persons/{find('zoe')['id']}.png"
    assert opened(ann.call("GET", shown).content).size == (400, 400)
    assert told(studio).count("person:set-thumbnail") == 1
    there.change("zoe", jpegPhoto=picture((50, 50)))
    assert "picture" in sync()
    assert told(studio).count("person:set-thumbnail") == 2
    ann.delete(f"/actions/persons/{find('zoe')['id']}/clear-avatar")
    sync()
    assert ann.call("GET", shown).status == 200
    there.change("zoe", jpegPhoto=None)
    assert "2 as they were" in sync()
    assert ann.call("GET", shown).status == 200


def test_a_picture_that_is_none_stands_in_nobodys_way(studio: Studio, there: Directory, sync: Sync) -> None:
    there.add("zoe", jpegPhoto=b"no picture")
    report = sync.json(code=1)
    assert [change["act"] for change in report["changes"]] == ["create"]
    assert [left["login"] for left in report["left"]] == ["zoe"]
    assert people(studio) == ["zoe"]
    assert "zoe: Their picture was not taken:" in sync(code=1)


# --- mistakes ---


def test_an_empty_answer_closes_nobody_out_unless_that_is_meant(studio: Studio, there: Directory, sync: Sync) -> None:
    of_directory(studio, "Zoe")
    of_directory(studio, "Kim")
    assert "say --allow-empty" in sync(code=1)
    assert "say --allow-empty" in sync("--dry-run", code=1)
    there.add("stranger")
    assert "say --allow-empty" in sync(code=1)
    there.add("zoe", organizationalStatus=None)
    assert "say --allow-empty" in sync(code=1)
    assert people(studio) == ["kim", "zoe"]
    assert "2 deactivated" in sync("--allow-empty")
    assert people(studio) == ["stranger"]


def test_an_answer_that_is_cut_short_closes_nobody_out(
    studio: Studio, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ldappeople, "PAGE", 2)
    with directory(limit=3) as there:
        sync = Sync(studio, there, capsys, monkeypatch)
        for login in ("ann", "bob", "kim", "zoe"):
            there.add(login)
            of_directory(studio, login.capitalize())
        assert "does not tell all of" in sync(code=1)
    assert people(studio) == ["ann", "bob", "kim", "zoe"]


@pytest.mark.parametrize(
    ("options", "why"),
    [
        ({"ldap_password": "wrong"}, "The directory does not take LDAP_USER and LDAP_PASSWORD."),
        ({"ldap_port": 1}, "Connection refused"),
        ({"ldap_base_dn": f"ou=nobody,{SUFFIX}"}, f"The directory has no ou=nobody,{SUFFIX}."),
    ],
)
def test_a_directory_that_cannot_be_read_changes_nothing(
    studio: Studio, sync: Sync, options: dict[str, Any], why: str
) -> None:
    of_directory(studio, "Zoe")
    sync.set(**options)
    assert why in sync(code=1)
    assert people(studio) == ["zoe"]


def test_a_directory_that_sends_elsewhere_is_not_followed(studio: Studio, there: Directory, sync: Sync) -> None:
    """Or LDAP_PASSWORD would go there."""
    with socket.create_server(("127.0.0.1", 0)) as elsewhere:
        address = f"ldap://127.0.0.1:{elsewhere.getsockname()[1]}/{BASE}"
        there.entry(f"ou=moved,{SUFFIX}", ["referral", "extensibleObject"], ou="moved", ref=address)
        sync.set(ldap_base_dn=f"ou=moved,{SUFFIX}")
        assert "does not tell all of" in sync(code=1)
        elsewhere.settimeout(0.1)
        with pytest.raises(TimeoutError):
            elsewhere.accept()


def test_what_it_needs_is_said(sync: Sync, monkeypatch: pytest.MonkeyPatch) -> None:
    find = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name, *more: None if name == "ldap3" else find(name, *more))
    assert "pip install 'kitsulite[ldap]'" in sync(code=3)


def test_what_else_should_be_known_is_said(
    there: Directory, sync: Sync, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    sync.set(auth_strategy="auth_local_classic", ldap_starttls=True, ldap_verify=False)
    main(["person", "sync-ldap", *sync.place])
    said = capsys.readouterr().err
    assert "AUTH_STRATEGY is auth_local_classic" in said
    assert "KITSULITE_LDAP_VERIFY is off" in said


def test_a_server_says_it_at_its_start(
    sync: Sync, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    class NoServer:
        def __init__(self, *arguments: Any, **options: Any) -> None: ...

        def run(self) -> None: ...

    monkeypatch.setattr("kitsulite.server.Server", NoServer)
    sync.set(ldap_starttls=True, ldap_verify=False)
    main(["serve", "--port", "0", *sync.place])
    assert "KITSULITE_LDAP_VERIFY is off" in capsys.readouterr().err
    find = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name, *more: None if name == "ldap3" else find(name, *more))
    main(["serve", "--port", "0", *sync.place])
    assert "AUTH_STRATEGY: Signing in by LDAP needs" in capsys.readouterr().err


def test_broken_off_it_is_done_again(
    studio: Studio, there: Directory, sync: Sync, monkeypatch: pytest.MonkeyPatch
) -> None:
    for login in ("ann", "bob", "zoe"):
        there.add(login, jpegPhoto=picture())
    carry_out, done = ldapsync.carry_out, []

    def once(*arguments: Any) -> Any:
        if done:
            raise KeyboardInterrupt
        done.append(1)
        return carry_out(*arguments)

    monkeypatch.setattr(ldapsync, "carry_out", once)
    with pytest.raises(KeyboardInterrupt):
        sync()
    assert len(people(studio)) == 1
    monkeypatch.setattr(ldapsync, "carry_out", carry_out)
    assert "2 created, 1 as they were" in sync()
    assert people(studio) == ["ann", "bob", "zoe"]


def test_what_would_change_is_shown_and_nothing_changes(studio: Studio, there: Directory, sync: Sync) -> None:
    there.add("zoe", jpegPhoto=picture())
    there.add("kim")
    of_directory(studio, "Kim", ldap_uid="id-kim", email="kim@studio.com", last_name="Other")
    of_directory(studio, "Gone")
    assert [line.split() for line in sync("--dry-run").splitlines()[:-1]] == [
        ["act", "login", "email", "changes"],
        ["deactivate", "gone", "gone@studio.test", "active"],
        ["update", "kim", "kim@studio.com", "last", "name"],
        ["create", "zoe", "zoe@studio.com", "picture"],
    ]
    last = "Nothing was changed, this would be: 1 deactivated, 1 updated, 1 created, 0 as they were.\n"
    assert sync("--dry-run").endswith(last)
    assert people(studio) == ["gone", "kim"]
    report = sync.json("--dry-run")
    assert (report["dry_run"], report["unchanged"], report["left"]) == (True, 0, [])
    assert [(row["act"], row["login"], row["photo"]) for row in report["changes"]] == [
        ("deactivate", "gone", False),
        ("update", "kim", False),
        ("create", "zoe", True),
    ]
    assert report["changes"][1]["data"] == {"last_name": "Test"}
    report = sync.json()
    assert (report["dry_run"], len(report["changes"])) == (False, 3)
    assert people(studio) == ["kim", "zoe"]


def test_what_was_not_done_is_said_to_scripts(there: Directory, sync: Sync) -> None:
    there.add("zoe")
    there.add("kim", mail="zoe@studio.com")
    report = sync.json(code=1)
    assert report["left"] == [{"login": "kim", "why": "zoe@studio.com is the e-mail of another account."}]


@pytest.mark.long
def test_more_people_than_a_directory_tells_at_once(studio: Studio, there: Directory, sync: Sync) -> None:
    for number in range(1100):
        there.add(f"p{number}")
    sync.set(user_limit=2000)
    assert "1100 created" in sync()
    assert "1100 as they were" in sync()


# --- who reads ---


def test_who_reads_may_be_one_of_the_people(
    studio: Studio, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with directory(readers="users") as there:
        there.add("zoe")
        sync = Sync(studio, there, capsys, monkeypatch)
        sync.set(ldap_user="zoe", ldap_password="secret")
        sync()
    assert people(studio) == ["zoe"]


def test_some_directories_are_open_to_all(
    studio: Studio, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with directory(readers="*") as there:
        there.add("zoe")
        sync = Sync(studio, there, capsys, monkeypatch)
        sync.set(ldap_user="", ldap_password="")
        sync()
    assert people(studio) == ["zoe"]


# --- Active Directory ---


@pytest.fixture
def domain(
    studio: Studio, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[Directory, Sync]]:
    """A domain, and the command that reads it by NTLM."""
    with directory(readers="*") as there, controller(there, {"reader": "secret"}, monkeypatch) as port:
        sync = Sync(studio, there, capsys, monkeypatch)
        sync.set(ldap_is_ad=True, ldap_domain=DOMAIN, ldap_port=port, ldap_user="reader", ldap_password="secret")
        yield there, sync


def test_people_of_a_domain_get_accounts(
    studio: Studio, domain: tuple[Directory, Sync], find: Callable[[str], Row]
) -> None:
    there, sync = domain
    guid = uuid.uuid4()
    old = of_directory(studio, "Old", ldap_uid=f"{{{str(guid).upper()}}}")
    there.add_to_ad("zoe", objectGUID=guid.bytes_le, sAMAccountName="ZPark", thumbnailPhoto=picture())
    there.add_to_ad("kim", userAccountControl=512 | 2)
    there.add_to_ad("max", userAccountControl=66048)
    there.add_to_ad("render01$", computer=True)
    there.add("plain")
    assert "1 updated, 1 created" in sync()
    assert people(studio) == ["ZPark", "max"]
    assert (find("ZPark")["id"], find("ZPark")["ldap_uid"], find("ZPark")["has_avatar"]) == (old.id, str(guid), True)
    there.change("max", userAccountControl=66050)
    sync()
    assert people(studio) == ["ZPark"]
    sync.set(ldap_password="wrong")
    assert "does not take LDAP_USER" in sync(code=1)


@pytest.mark.parametrize("name", ["artists (all)", f"CN=artists (all),OU=groups,{SUFFIX}"])
def test_a_group_of_a_domain_says_who_has_accounts(studio: Studio, domain: tuple[Directory, Sync], name: str) -> None:
    there, sync = domain
    place = BASE if "=" not in name else there.entry(f"ou=groups,{SUFFIX}", ["organizationalUnit"], ou="groups")
    group = there.entry(f"cn=artists (all),{place}", ["group"], cn="artists (all)")
    there.add_to_ad("zoe", memberOf=group)
    there.add_to_ad("kim")
    there.add_to_ad("render01$", memberOf=group, computer=True)
    sync.set(ldap_group=name)
    sync()
    assert people(studio) == ["zoe"]


def test_an_active_directory_without_ntlm_is_read_by_a_name_as_it_is(
    studio: Studio, there: Directory, sync: Sync, find: Callable[[str], Row]
) -> None:
    there.add_to_ad("Zoe Park", sAMAccountName="zpark", mail="zoe@studio.com")
    there.add_to_ad("Kim Lee", sAMAccountName="klee", mail=None)
    sync.set(ldap_is_ad_simple=True)
    assert "Kim Lee: They have no e-mail, and EMAIL_DOMAIN makes none of their login." in sync(code=1)
    assert people(studio) == ["Zoe Park"]
    assert find("Zoe Park")["ldap_uid"]
    assert log_in(studio, "Zoe Park", "secret").status == 200
