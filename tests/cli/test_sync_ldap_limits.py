"""`kitsulite person sync-ldap`: what it refuses, what it leaves, what it shows (docs/sso.md)."""

import importlib.util
import socket
from typing import Any

import pytest
from directory import BASE, SUFFIX, Directory, directory
from footage import opened, picture
from studio import Studio
from syncing import Find, Sync, of_directory, people, told

from kitsulite.areas.directories import ldappeople, ldapsync
from kitsulite.cli import main
from kitsulite.models.people import Person
from kitsulite.settings import Settings

pytestmark = pytest.mark.long

# --- limits ---


def test_there_are_no_more_people_than_may_be(studio: Studio, there: Directory, sync: Sync, find: Find) -> None:
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
    studio: Studio, there: Directory, sync: Sync, find: Find
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
