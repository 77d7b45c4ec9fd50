"""`kitsulite person sync-ldap`: who reads the directory, and one that is an Active Directory (docs/sso.md)."""

import uuid
from collections.abc import Iterator

import pytest
from directory import BASE, SUFFIX, Directory, directory
from domaincontroller import DOMAIN, controller
from footage import picture
from signing import log_in
from studio import Studio
from syncing import Find, Sync, of_directory, people

pytestmark = pytest.mark.long

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


def test_people_of_a_domain_get_accounts(studio: Studio, domain: tuple[Directory, Sync], find: Find) -> None:
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
    studio: Studio, there: Directory, sync: Sync, find: Find
) -> None:
    there.add_to_ad("Zoe Park", sAMAccountName="zpark", mail="zoe@studio.com")
    there.add_to_ad("Kim Lee", sAMAccountName="klee", mail=None)
    sync.set(ldap_is_ad_simple=True)
    assert "Kim Lee: They have no e-mail, and EMAIL_DOMAIN makes none of their login." in sync(code=1)
    assert people(studio) == ["Zoe Park"]
    assert find("Zoe Park")["ldap_uid"]
    assert log_in(studio, "Zoe Park", "secret").status == 200
