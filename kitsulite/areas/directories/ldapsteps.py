"""The set-up of LDAP walked step by step, for `kitsulite doctor sso` (docs/sso.md)."""

import socket
from collections.abc import Iterator
from typing import TYPE_CHECKING

from kitsulite.areas.directories.ldappeople import Left, Listed, attributes_of, find_group, list_people, search
from kitsulite.areas.directories.ssosteps import Step
from kitsulite.areas.people import ldap
from kitsulite.settings import Settings

if TYPE_CHECKING:
    from ldap3 import Connection

UNKNOWN_CA = " Give the certificate of who signed it as KITSULITE_LDAP_CA_FILE."
OTHER_NAME = " LDAP_HOST has to be a name that stands in the certificate."
PLAIN = " Speaks this port TLS? LDAP_SSL mostly goes with port 636, KITSULITE_LDAP_STARTTLS with 389."


def walk(settings: Settings) -> Iterator[Step]:
    """Every step that can be taken; the first that fails is the last."""
    installed = "" if ldap.is_possible(settings) else f"{ldap.NOT_INSTALLED}."
    yield Step("what LDAP needs is installed", installed)
    if installed:
        return
    place = f"{settings.ldap_host}:{settings.ldap_port}"
    try:
        socket.create_connection((settings.ldap_host, settings.ldap_port), ldap.SECONDS).close()
    except OSError as problem:
        yield Step(f"{place} is reached", f"{problem}. Look at LDAP_HOST and LDAP_PORT, and at what stands in between.")
        return
    yield Step(f"{place} is reached")
    try:
        with ldap.reached(settings, ldap.name_of_reader(settings), settings.ldap_password) as connection:
            yield Step(*_encrypted(settings))
            if not ldap.bind(connection):
                yield Step("LDAP_USER signs in", "The directory does not take LDAP_USER and LDAP_PASSWORD.")
                return
            yield Step("LDAP_USER signs in" if settings.ldap_user else "the directory is open to be read")
            yield from _look(settings, connection)
    except ldap.Trouble as problem:
        yield Step("the directory answers", f"{str(problem).rstrip('.')}.{_advice(settings, str(problem))}")


def _encrypted(settings: Settings) -> tuple[str, str]:
    uses_tls = settings.ldap_ssl or settings.ldap_starttls
    does = "TLS, and its certificate is right" if uses_tls else "passwords do not leave this machine unencrypted"
    return does, " ".join(ldap.of_encryption(settings))


def _advice(settings: Settings, problem: str) -> str:
    if "certificate" in problem.lower():
        return OTHER_NAME if "mismatch" in problem.lower() else UNKNOWN_CA
    return PLAIN if "ssl" in problem.lower() or settings.ldap_starttls else ""


def _look(settings: Settings, connection: "Connection") -> Iterator[Step]:
    """What is found in the directory."""
    base = settings.ldap_base_dn
    for _ in search(connection, base, "(objectClass=*)", [], "BASE"):
        pass
    yield Step(f"there is {base}")
    if settings.ldap_group:
        yield Step(f"there is the group {find_group(connection, settings)['dn']}")
    found = list(list_people(connection, settings))
    people = [one for one in found if isinstance(one, Listed)]
    names = attributes_of(settings)
    where = f"below {base}" + (f" and in {settings.ldap_group}" if settings.ldap_group else "")
    nobody = f"There is nobody with a {names.login} {where}. LDAP_USER may not be allowed to see them."
    yield Step(f"{len(people)} people are listed", "" if people else nobody)
    if not people:
        return
    active = sum(one.active for one in people)
    closed = f"Nobody is: {names.state} is absent, or not what it has to be" + (
        "." if settings.ldap_is_ad or settings.ldap_is_ad_simple else ": active."
    )
    yield Step(f"{active} of them are active", "" if active else closed)
    for what, lack in (
        (f"they have a {names.uid}", [one.login for one in people if not one.uid]),
        ("they have an e-mail", [one.login for one in people if not one.emails]),
        ("what is said of them can be read", [one.login for one in found if isinstance(one, Left)]),
    ):
        yield Step(what, f"{len(lack)} have none that counts, such as {lack[0]}." if lack else "")
