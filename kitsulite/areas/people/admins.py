"""A studio keeps an admin: whoever is the last one who can sign in stays that, until there is another."""

from kitsulite.models.people import Organisation, Person
from kitsulite.storage import Row
from kitsulite.work.errors import Refused
from kitsulite.work.organisation import organisation_row
from kitsulite.work.work import Work

LAST = "{} is the last active admin of the studio. Make somebody else an admin first."


def keep_one(work: Work, person: Row, changes: Row | None) -> None:
    """Refused when a person who goes, or becomes something else, is the last admin.

    Of two admins who take each other's role at the same moment the second waits here, and sees what the first has done.

    changes  values of the person that become others; None when the person goes
    """
    if not _is_admin(person) or (changes is not None and _is_admin({**person, **changes})):
        return
    work.hold(Organisation, organisation_row(work)["id"])
    there = (Person.role == "admin", Person.active, ~Person.is_bot, ~Person.is_guest)
    if not work.exists(Person, *there, Person.id != person["id"]):
        raise Refused(LAST.format(f"{person['first_name']} {person['last_name']}".strip()))


def _is_admin(person: Row) -> bool:
    """Whether this is an admin who can sign in."""
    return person["role"] == "admin" and bool(person["active"]) and not (person["is_bot"] or person["is_guest"])
