"""People as a directory sends them: found, made, changed and closed (docs/sso.md).

The rules of accounts are those of all (`Persons`). Beside them: nobody becomes an admin by SCIM, and of admins and of the protected
accounts it changes neither e-mail nor role, by which somebody else could become them.
"""

from typing import Any

from peewee import fn

from kitsulite.access.roles import is_protected
from kitsulite.areas.people import sessions
from kitsulite.areas.people.newcomers import LONGEST_NAME, ROLE
from kitsulite.areas.people.rows_of_persons import Persons
from kitsulite.areas.scim.identities import PEOPLE, keep, mark_removed, said_of
from kitsulite.areas.scim.resources import ROLES, Email, Name, PhoneNumber, Role, User
from kitsulite.models.own import Provisioned
from kitsulite.models.people import Person
from kitsulite.models.shapes import read
from kitsulite.storage import Row
from kitsulite.work.errors import ScimRefused, WrongParameter
from kitsulite.work.work import Work

ADMIN = "admin"
IN_USE = "{} is taken: somebody has it already, or an account that is not the directory's."
NO_EMAIL = "An account needs an e-mail: send one in emails."
NO_ADMINS = "SCIM makes nobody an admin. An admin of the studio does that."
NOT_BY_SCIM = "{} is an admin or a protected account: SCIM changes neither its e-mail nor its role."
PROTECTED = "{} is a protected account: SCIM does not close it."
UNKNOWN_ROLE = "There is no role {}: send one of {}."


def make(work: Work, user: User) -> str:
    """The account of somebody new, or of somebody who comes back; its id."""
    data, said = _columns(user), _said(user)
    if not data.get("email"):
        raise ScimRefused(400, NO_EMAIL, "invalidValue")
    for column, value in (
        (fn.COALESCE(Provisioned.user_name, Person.email), said["user_name"]),
        (Person.email, data["email"]),
    ):
        if found := _find(work, column, value):
            if found["active"] or found["removed_at"] is None:
                raise ScimRefused(409, IN_USE.format(value), "uniqueness")
            change(work, found["id"], user, comes_back=True)
            return str(found["id"])
    _require_free(work, data["email"])
    if data.get("role") == ADMIN:
        raise ScimRefused(403, NO_ADMINS)
    if user.name is None:
        called = (user.display_name or user.user_name or "").strip()
        data["first_name"], _, data["last_name"] = called.partition("@")[0].partition(" ")
    new = {"first_name": "", "last_name": "", "role": ROLE, **data}
    try:
        id = str(read(Persons().create(work, _cut(new)))["id"])
    except WrongParameter:
        _require_free(work, data["email"])  # somebody else can have been quicker since it was looked for
        raise
    keep(work, Provisioned.person_id, id, said_of(work, Provisioned.person_id, id), said)
    return id


def change(work: Work, id: str, user: User, *, comes_back: bool = False) -> None:
    """Make somebody what the directory says; what it does not name stays."""
    person = work.hold(Person, id)
    data, said = _cut(_columns(user)), _said(user)
    if comes_back:
        data, said = {"active": True, **data}, {**said, "removed_at": None}
    data = {key: value for key, value in data.items() if person[key] != value}
    _check(work, person, data)
    before = said_of(work, Provisioned.person_id, id)
    name = said.get("user_name")
    if name != (before["user_name"] or person["email"]):
        taken = _find(work, fn.COALESCE(Provisioned.user_name, Person.email), name)
        if taken and taken["id"] != id:
            raise ScimRefused(409, IN_USE.format(name), "uniqueness")
    kept = keep(work, Provisioned.person_id, id, before, said)
    if data:
        _alter(work, person, data)
    elif kept:
        work.update(Person, id)
        work.emit("person:update", {"person_id": id})


def remove(work: Work, id: str) -> None:
    """Close the account of whom the directory deletes: what they did stays, they are not there for it any more."""
    person = work.hold(Person, id)
    if person["active"]:
        _check(work, person, {"active": False})
        _alter(work, person, {"active": False})
    mark_removed(work, id)


def _alter(work: Work, person: Row, data: Row) -> None:
    """Whoever is closed out is signed out everywhere, for good: it would all count again if the account was opened."""
    Persons().alter(work, person, data)
    if data.get("active") is False:
        sessions.end_sessions(work, person["id"])


def _check(work: Work, person: Row, data: Row) -> None:
    if data.get("role") == ADMIN:
        raise ScimRefused(403, NO_ADMINS)
    protected = is_protected(work, person)
    if (protected or person["role"] == ADMIN) and data.keys() & {"email", "role"}:
        raise ScimRefused(403, NOT_BY_SCIM.format(person["email"]))
    if protected and data.get("active") is False:
        raise ScimRefused(403, PROTECTED.format(person["email"]))
    if "email" in data:
        _require_free(work, data["email"])


def _require_free(work: Work, email: str) -> None:
    if work.exists(Person, Person.email == email, ~Person.is_bot):
        raise ScimRefused(409, IN_USE.format(email), "uniqueness")


def _find(work: Work, column: Any, value: Any) -> Row | None:
    """Somebody by the name that a directory has for them or by their e-mail, whether they are still there for it or not."""
    people = Person.select(Person.id, Person.active, Provisioned.removed_at)
    people = people.left_outer_join(Provisioned, on=Provisioned.person_id == Person.id)
    return work.db.row(people.where(column == value, PEOPLE))


# --- what is sent ---


def _said(user: User) -> Row:
    """What the directory says for itself."""
    said: Row = {"user_name": (user.user_name or "").strip().lower()}
    if not said["user_name"]:
        raise ScimRefused(400, "userName is empty: send the name that somebody has in the directory.", "invalidValue")
    return said | {key: getattr(user, key) or None for key in ("external_id", "display_name") if _names(user, key)}


def _columns(user: User) -> Row:
    """What it says of the account."""
    data: Row = {}
    if _names(user, "name"):
        for column, part in (("first_name", "given_name"), ("last_name", "family_name")):
            if user.name is None or _names(user.name, part):
                data[column] = getattr(user.name, part, None) or ""
    if user.active is not None:
        data["active"] = user.active
    if email := _main(user.emails):
        data["email"] = email.lower()
    if _names(user, "phone_numbers"):
        data["phone"] = _main(user.phone_numbers)
    if _names(user, "roles"):
        data["role"] = _role(user.roles)
    return data


def _names(part: Any, key: str) -> bool:
    return key in part.model_fields_set


def _cut(data: Row) -> Row:
    """Names are kept as far as they fit."""
    return {key: value[:LONGEST_NAME] if key in ("first_name", "last_name") else value for key, value in data.items()}


def _main(entries: list[Any] | None) -> str | None:
    """Of several values the primary one, else the one for work, else the first."""
    found = [entry for entry in entries or () if (entry.value or "").strip()]
    found.sort(key=lambda entry: (not entry.primary, (entry.type or "").lower() != "work"))
    return found[0].value.strip() if found else None


def _role(roles: list[Role] | None) -> str:
    sent = next((entry.value for entry in sorted(roles or (), key=lambda role: not role.primary) if entry.value), ROLE)
    role = sent.strip().lower()
    if role not in (ADMIN, ROLE, *ROLES):
        raise ScimRefused(400, UNKNOWN_ROLE.format(sent[:80], ", ".join((ROLE, *ROLES))), "invalidValue")
    return role


# --- what is shown ---


def described(row: Row) -> dict[str, Any]:
    """The attributes of somebody, but for their departments; `row` holds what `storage.py` asks for."""
    name = " ".join(filter(None, (row["first_name"], row["last_name"])))
    return {
        "user_name": row["user_name"] or row["email"],
        "name": Name(given_name=row["first_name"] or None, family_name=row["last_name"] or None),
        "display_name": row["display_name"] if row["user_name"] else name or None,
        "active": bool(row["active"]),
        "emails": [Email(value=row["email"], type="work", primary=True)] if row["email"] else None,
        "phone_numbers": [PhoneNumber(value=row["phone"], type="work", primary=True)] if row["phone"] else None,
        "roles": [Role(value=row["role"], primary=True)] if row["role"] != ROLE else None,
    }
