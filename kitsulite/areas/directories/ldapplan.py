"""What has to change for the accounts of the studio to be as its directory says (docs/sso.md)."""

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from kitsulite.areas.directories.ldappeople import Left, Listed
from kitsulite.areas.people.admins import LAST
from kitsulite.models import now
from kitsulite.models.own import Secret
from kitsulite.models.people import Person
from kitsulite.storage import Row
from kitsulite.work.work import Work

DEACTIVATE, UPDATE, CREATE = "deactivate", "update", "create"
NO_ROOM = "There is no room for them: as many people as USER_LIMIT allows are active."
NO_EMAIL = "They have no e-mail, and EMAIL_DOMAIN makes none of their login."
TAKEN = "{} is the e-mail of another account."
TWICE = "The directory has somebody else with the same login or the same identity, who comes first."
PHOTO = "photo of the directory"

COLUMNS = (
    Person.id,
    Person.first_name,
    Person.last_name,
    Person.email,
    Person.desktop_login,
    Person.active,
    Person.role,
    Person.has_avatar,
    Person.ldap_uid,
    Person.is_generated_from_ldap,
    Person.is_bot,
    Person.is_guest,
    Person.preview_project_id,
)

Matches = list[tuple[Listed, Row | None]]


class Change(NamedTuple):
    """What becomes of one account.

    act    deactivate, update, create
    data   the columns that become others
    dn     where the directory has them, "" where it has them no more
    photo  the picture that they are given, None where nothing about it changes
    """

    act: str
    login: str
    email: str
    person_id: str | None
    data: Row
    dn: str = ""
    photo: str | None = None


class Plan(NamedTuple):
    """What has to change, in the order in which it is done.

    left       whom nothing can be done for, or not all
    unchanged  how many are as the directory says already
    empties    whether accounts would be closed, and nobody of the directory who gets in now would go on to
    """

    changes: list[Change]
    left: list[Left]
    unchanged: int
    empties: bool


def plan(work: Work, found: Iterable[Listed | Left]) -> Plan:
    """Compare what the directory lists with the accounts of the studio."""
    planning = Planning(work)
    listed = []
    for one in found:
        if isinstance(one, Listed):
            listed.append(one)
        else:
            planning.leave(one.login, one.why)
    matches = planning.match(listed)
    planning.close_unlisted(matches)
    for one, person in sorted((match for match in matches if match[1]), key=lambda match: match[0].active):
        assert person
        planning.update(one, person)
    for one, person in matches:
        if person is None:
            planning.create(one)
    closed = sum(change.act == DEACTIVATE for change in planning.changes)
    return Plan(planning.changes, planning.left, planning.unchanged, bool(closed) and not planning.stay)


class Planning:
    """A plan that is being made.

    people     whose accounts the directory may say something of
    emails     whose which address is, and will be
    admins     who are active
    room       how many more people may be
    stay       how many are active, and stay so
    """

    def __init__(self, work: Work) -> None:
        everybody = work.db.rows(Person.select(*COLUMNS).order_by(Person.created_at, Person.id))
        self.people = [row for row in everybody if not (row["is_bot"] or row["is_guest"] or row["preview_project_id"])]
        self.emails = {row["email"]: row["id"] for row in everybody if row["email"] and not row["is_bot"]}
        active = [row for row in self.people if row["active"]]
        self.admins = {row["id"] for row in active if row["role"] == "admin"}
        self.room = work.settings.user_limit - len(active)
        photos = Secret.select(Secret.subject, Secret.value).where(Secret.purpose == PHOTO, Secret.expires_at > now())
        self.photos = {row["subject"]: row["value"] for row in work.db.rows(photos)}
        self.changes: list[Change] = []
        self.left: list[Left] = []
        self.unchanged = self.stay = 0

    def leave(self, login: str, why: str) -> None:
        self.left.append(Left(login, why))

    def match(self, listed: list[Listed]) -> Matches:
        """Who of the directory has which account: by identity, then by login, then by any e-mail. Of namesakes those come first
        who are of the directory already, then who was there first."""
        seen: set[tuple[str, str]] = set()
        single: list[Listed] = []
        for one in listed:
            keys = {("login", one.login.lower())} | ({("uid", _identity(one.uid))} if one.uid else set())
            if keys & seen:
                self.leave(one.login, TWICE)
                continue
            seen |= keys
            single.append(one)
        free = {row["id"]: row for row in self.people}
        found: dict[str, Row] = {}
        for of_account, of_listed in KEYS:
            index: dict[str, str] = {}
            for row in sorted(free.values(), key=lambda row: not row["is_generated_from_ldap"]):
                if key := of_account(row):
                    index.setdefault(key, row["id"])
            for one in single:
                id = next((index[key] for key in of_listed(one) if index.get(key) in free), None)
                if id and one.dn not in found:
                    found[one.dn] = free.pop(id)
        return [(one, found.get(one.dn)) for one in single]

    def close_unlisted(self, matches: Matches) -> None:
        """Close the accounts of the directory's people whom it has no more. Whom it has, and cannot be read, it still has."""
        there = {person["id"] for _, person in matches if person}
        unread = {left.login.lower() for left in self.left}
        for person in self.people:
            if not (person["is_generated_from_ldap"] and person["active"]) or person["id"] in there:
                continue
            login = person["desktop_login"] or ""
            if login.lower() not in unread and self._may_close(person):
                self.changes.append(Change(DEACTIVATE, login, person["email"] or "", person["id"], {"active": False}))

    def update(self, one: Listed, person: Row) -> None:
        """Make an account what the directory says."""
        email, active = self._email(one, person), self._active(one, person)
        wanted = {
            "first_name": one.first_name,
            "last_name": one.last_name,
            "desktop_login": one.login,
            "email": email,
            "is_generated_from_ldap": True,
            "active": active,
            **({"ldap_uid": one.uid} if one.uid else {}),
        }
        data = {key: value for key, value in wanted.items() if person[key] != value}
        is_new = one.photo is not None and (self.photos.get(person["id"]) != one.photo or not person["has_avatar"])
        photo = one.photo if is_new and active else None
        self.stay += bool(person["active"] and active)
        if not data and not photo:
            self.unchanged += 1
            return
        act = DEACTIVATE if data.get("active") is False else UPDATE
        self.changes.append(Change(act, one.login, email or "", person["id"], data, one.dn, photo))

    def create(self, one: Listed) -> None:
        """Make an account of somebody who may sign in and has none."""
        if not one.active:
            return None
        email = next((email for email in one.emails if email not in self.emails), None)
        if email is None:
            return self.leave(one.login, TAKEN.format(one.emails[0]) if one.emails else NO_EMAIL)
        if self.room <= 0:
            return self.leave(one.login, NO_ROOM)
        self.room -= 1
        self.emails[email] = one.dn
        data = {
            "first_name": one.first_name,
            "last_name": one.last_name,
            "email": email,
            "desktop_login": one.login,
            "ldap_uid": one.uid,
            "is_generated_from_ldap": True,
        }
        self.changes.append(Change(CREATE, one.login, email, None, data, one.dn, one.photo))
        return None

    def _email(self, one: Listed, person: Row) -> str | None:
        """The address that somebody is mailed at; the one of now where another account has the new one."""
        known: str | None = person["email"]
        email = one.emails[0] if one.emails else known
        if email != known and self.emails.get(email) not in (None, person["id"]):
            self.leave(one.login, TAKEN.format(email))
            return known
        if email != known:
            self.emails.pop(known, None)
            self.emails[email] = person["id"]
        return email

    def _active(self, one: Listed, person: Row) -> bool:
        if one.active == person["active"]:
            return one.active
        if not one.active:
            return not self._may_close(person)
        if self.room <= 0:
            self.leave(one.login, NO_ROOM)
            return False
        self.room -= 1
        return True

    def _may_close(self, person: Row) -> bool:
        """Close an account, unless nobody would be left to look after the studio."""
        if self.admins == {person["id"]}:
            name = f"{person['first_name']} {person['last_name']}".strip()
            self.leave(person["desktop_login"] or name, LAST.format(name))
            return False
        self.admins.discard(person["id"])
        self.room += 1
        return True


def _identity(uid: str) -> str:
    """An identity as it is compared: ids of an Active Directory are also written in braces."""
    return uid.strip("{}").lower()


KEYS: tuple[tuple[Callable[[Row], str | None], Callable[[Listed], Sequence[str]]], ...] = (
    (
        lambda row: _identity(row["ldap_uid"]) if row["ldap_uid"] else None,
        lambda one: [_identity(one.uid)] if one.uid else [],
    ),
    (
        lambda row: row["desktop_login"].lower() if row["desktop_login"] else None,
        lambda one: [one.login.lower()],
    ),
    (lambda row: row["email"], lambda one: one.emails),
)
"""By what accounts are found, the surest first: what it is of an account, and of who is listed."""
