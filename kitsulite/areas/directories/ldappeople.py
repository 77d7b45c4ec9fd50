"""Whom the studio's directory lists, as its entries say it (docs/sso.md)."""

import hashlib
import re
import uuid
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

from kitsulite.areas.people.ldap import NO_SUCH_OBJECT, SUCCESS, Trouble, asking
from kitsulite.models.people import Person
from kitsulite.settings import Settings
from kitsulite.work.texts import Unfit, fit

if TYPE_CHECKING:
    from ldap3 import Connection

PAGE = 200
"""Entries that are asked for at once."""
CLOSED = 2
"""The bit of userAccountControl by which an Active Directory closes an account."""
ACTIVE = "active"
EMAIL = re.compile(r"[^@\s]+@[^@\s]+")

Entry = dict[str, Any]


class Left(NamedTuple):
    """Somebody of the directory who is left as they are, and why."""

    login: str
    why: str


class Listed(NamedTuple):
    """Somebody as the directory lists them.

    uid     who they are there, whatever becomes of their names; None where it does not say
    emails  the one to be mailed at first
    photo   what tells one picture from another; None for none
    """

    dn: str
    uid: str | None
    login: str
    first_name: str
    last_name: str
    emails: tuple[str, ...]
    active: bool
    photo: str | None


class Attributes(NamedTuple):
    """What a directory calls what is read of people."""

    login: str
    uid: str
    photo: str
    state: str


def attributes_of(settings: Settings) -> Attributes:
    if settings.ldap_is_ad or settings.ldap_is_ad_simple:
        login = "sAMAccountName" if settings.ldap_is_ad else "cn"
        return Attributes(login, "objectGUID", "thumbnailPhoto", "userAccountControl")
    return Attributes("uid", "uniqueIdentifier", "jpegPhoto", "organizationalStatus")


def list_people(connection: "Connection", settings: Settings) -> Iterator[Listed | Left]:
    """Everybody who shall have an account, one after the other; Trouble when the directory does not tell all of them."""
    of_ad = settings.ldap_is_ad or settings.ldap_is_ad_simple
    members = None if of_ad or not settings.ldap_group else find_members(connection, settings)
    excluded = {login.lower() for login in settings.ldap_excluded_accounts}
    for entry in search(connection, settings.ldap_base_dn, _filter(connection, settings), _wanted(settings)):
        if members is not None and plain_dn(entry["dn"]) not in members:
            continue
        found = read_entry(settings, entry)
        if found is not None and found.login.lower() not in excluded:
            yield found


def fetch_photo(connection: "Connection", settings: Settings, dn: str) -> bytes | None:
    """The picture of an entry."""
    from ldap3 import BASE

    name = attributes_of(settings).photo
    entry = next(search(connection, dn, "(objectClass=*)", [name], BASE), None)
    return _bytes(entry, name) if entry else None


def read_entry(settings: Settings, entry: Entry) -> Listed | Left | None:
    """What an entry says; None for one without a login, which is nobody's."""
    names = attributes_of(settings)
    login = (_bytes(entry, names.login) or b"").decode("utf-8", "replace").strip()
    if not login:
        return None
    try:
        login = _text(entry, names.login)
        cn = _text(entry, "cn") or login
        longest = Person.first_name.length
        found = Listed(
            dn=entry["dn"],
            uid=_uid(entry, names.uid),
            login=login,
            first_name=(_text(entry, "givenName") or cn)[:longest],
            last_name=_text(entry, "sn")[:longest],
            emails=_emails(settings, entry, login),
            active=_is_active(entry, names.state),
            photo=hashlib.sha256(content).hexdigest() if (content := _bytes(entry, names.photo)) else None,
        )
    except (UnicodeDecodeError, Unfit):
        return Left(login, "What the directory says of them is no text in UTF-8.")
    for name, text, longest in (
        (names.login, login, Person.desktop_login.length),
        (names.uid, found.uid or "", Person.ldap_uid.length),
    ):
        if len(text) > longest:
            return Left(login[:longest], f"Their {name} is longer than {longest} characters.")
    return found


# --- asking ---


def search(
    connection: "Connection", base: str, what: str, attributes: list[str], scope: str = "SUBTREE"
) -> Iterator[Entry]:
    """The entries found, page by page; Trouble when the directory does not tell all of them, by a limit of its own for one."""
    cookie = None
    while True:
        with asking(connection):
            connection.search(base, what, scope, attributes=attributes, paged_size=PAGE, paged_cookie=cookie)
        result, entries = connection.result, connection.response or []
        if result["result"] == NO_SUCH_OBJECT:
            raise Trouble(f"The directory has no {base}.")
        if result["result"] != SUCCESS:
            raise Trouble(
                f"The directory does not tell all of {base}: {result['description']} {result['message']}".strip()
            )
        yield from (entry for entry in entries if entry["type"] == "searchResEntry")
        paged = result.get("controls", {}).get("1.2.840.113556.1.4.319")
        cookie = paged["value"]["cookie"] if paged else None
        if not cookie:
            return


def find_group(connection: "Connection", settings: Settings) -> Entry:
    """The entry of LDAP_GROUP; Trouble for none."""
    from ldap3 import BASE, SUBTREE
    from ldap3.utils.conv import escape_filter_chars

    group = settings.ldap_group
    of_ad = settings.ldap_is_ad or settings.ldap_is_ad_simple
    kinds = ["group"] if of_ad else ["groupOfUniqueNames", "groupOfNames"]
    what = "(|{})".format("".join(f"(objectClass={kind})" for kind in kinds))
    if "=" in group:
        base, scope = group, BASE
    else:
        base, scope, what = settings.ldap_base_dn, SUBTREE, f"(&{what}(cn={escape_filter_chars(group)}))"
    entry = next(search(connection, base, what, [] if of_ad else ["uniqueMember", "member"], scope), None)
    if entry is None:
        raise Trouble(
            f"The directory has no group {group} (LDAP_GROUP); say its DN if it is not below {settings.ldap_base_dn}."
        )
    return entry


def find_members(connection: "Connection", settings: Settings) -> set[Any]:
    """The names of those in LDAP_GROUP, where it lists them."""
    group = find_group(connection, settings)
    values = [*_values(group, "uniqueMember"), *_values(group, "member")]
    return {plain_dn(value.decode("utf-8", "replace")) for value in values}


def _filter(connection: "Connection", settings: Settings) -> str:
    from ldap3.utils.conv import escape_filter_chars

    if not (settings.ldap_is_ad or settings.ldap_is_ad_simple):
        return "(objectClass=person)"
    people = "(objectClass=person)(!(objectClass=computer))"
    if settings.ldap_group:
        people += f"(memberOf={escape_filter_chars(find_group(connection, settings)['dn'])})"
    return f"(&{people})"


def _wanted(settings: Settings) -> list[str]:
    return list(dict.fromkeys(("cn", "givenName", "sn", "mail", *attributes_of(settings))))


def plain_dn(dn: str) -> Any:
    """A DN as it is compared: however it is spelled."""
    from ldap3.core.exceptions import LDAPInvalidDnError
    from ldap3.utils.dn import parse_dn

    try:
        return tuple((name.lower(), value.lower(), sign) for name, value, sign in parse_dn(dn, strip=True))
    except LDAPInvalidDnError:
        return dn.lower()


# --- reading ---


def _values(entry: Entry, name: str) -> list[bytes]:
    return list(entry["raw_attributes"].get(name) or [])


def _bytes(entry: Entry, name: str) -> bytes | None:
    return next(iter(_values(entry, name)), None)


def _text(entry: Entry, name: str) -> str:
    return fit((_bytes(entry, name) or b"").decode()).strip()


def _uid(entry: Entry, name: str) -> str | None:
    content = _bytes(entry, name)
    if name == "objectGUID":
        return str(uuid.UUID(bytes_le=content)) if content and len(content) == 16 else None
    return _text(entry, name) or None


def _emails(settings: Settings, entry: Entry, login: str) -> tuple[str, ...]:
    """The addresses of somebody; one of EMAIL_DOMAIN where there is none."""
    found = list(dict.fromkeys(email for value in _values(entry, "mail") if (email := _email(value.decode()))))
    if not found:
        found = [email for email in [_email(f"{login}@{settings.email_domain}")] if email]
    domain = f"@{settings.email_domain.lower()}"
    return tuple(sorted(found, key=lambda email: (email != login.lower(), not email.endswith(domain))))


def _email(text: str) -> str | None:
    """An address in lower case, be it one that only the studio's own network knows."""
    text = fit(text).strip().lower()
    return text if EMAIL.fullmatch(text) and len(text) <= Person.email.length else None


def _is_active(entry: Entry, name: str) -> bool:
    text = _text(entry, name)
    if name == "userAccountControl":
        return not (text.lstrip("-").isdigit() and int(text) & CLOSED)
    return text.lower() == ACTIVE
