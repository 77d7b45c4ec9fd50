"""Accounts made, changed and closed as the studio's directory says (docs/sso.md).

Each change of a plan (`ldapplan.py`) is carried out by itself: what is broken off is simply done again.
"""

import datetime
import io
from collections.abc import Callable

from kitsulite.areas.directories.ldappeople import Left
from kitsulite.areas.directories.ldapplan import NO_ROOM, PHOTO, Change
from kitsulite.areas.people import admins, rights, sessions, signin
from kitsulite.areas.people.newcomers import ROLE
from kitsulite.areas.people.rows_of_persons import RIGHTS, Persons, is_full
from kitsulite.areas.previews.avatars import set_avatar
from kitsulite.models import BadValue
from kitsulite.models.people import Person
from kitsulite.models.shapes import read
from kitsulite.rows.filters import read_row
from kitsulite.storage import Row, UniqueViolation
from kitsulite.storage.files import Upload
from kitsulite.work import shortlived
from kitsulite.work.errors import TradeError, WrongParameter
from kitsulite.work.work import Begin, Work

Fetch = Callable[[str], bytes | None]
PHOTO_LIFE = datetime.timedelta(days=3650)
"""How long it is remembered which picture somebody was given, so that it is given once."""


class FromDirectory(Persons):
    """Persons as the directory writes them: protected accounts too, and addresses that only the studio's network knows."""

    def check_create(self, work: Work, data: Row) -> None:
        """What the directory says was read already."""

    def check_update(self, work: Work, row: Row, data: Row) -> None:
        if data.get("active") and not row["active"] and is_full(work):
            raise WrongParameter(NO_ROOM)
        admins.keep_one(work, row, read_row(Person, data))
        work.memory[RIGHTS] = rights.rights(work, row["id"])

    def updated(self, work: Work, before: Row, row: Row, data: Row) -> None:
        if before["active"] and not row["active"]:
            sessions.end_sessions(work, row["id"])
        elif signin.is_of_directory(work.settings, row) and not before["is_generated_from_ldap"]:
            sessions.end_sessions(work, row["id"], scripts_too=False)  # another password opens it now


def carry_out(begin: Begin, change: Change, fetch: Fetch) -> tuple[bool, list[Left]]:
    """Write a change, and give the account its picture; whether it was written, and what could not be done.

    fetch  the picture of an entry
    """
    persons = FromDirectory()
    try:
        with begin() as work:
            person = work.get(Person, change.person_id or _create(persons, work, change))
            if change.person_id and change.data:
                persons.update(work, person["id"], change.data)
    except (TradeError, BadValue, UniqueViolation) as problem:
        return False, [Left(change.login, _why(problem))]
    return True, _give_photo(begin, change, person, fetch)


def _create(persons: FromDirectory, work: Work, change: Change) -> str:
    return str(read(persons.create(work, {"role": ROLE, **change.data}))["id"])


def _give_photo(begin: Begin, change: Change, person: Row, fetch: Fetch) -> list[Left]:
    content = fetch(change.dn) if change.photo else None
    if not content:
        return []
    try:
        set_avatar(begin, "persons", person, Upload("file", "photo", "image/jpeg", io.BytesIO(content)))
    except TradeError as problem:
        return [Left(change.login, f"Their picture was not taken: {_why(problem)}")]
    with begin() as work:
        shortlived.keep(work, PHOTO, person["id"], change.photo, PHOTO_LIFE)
    return []


def _why(problem: Exception) -> str:
    if isinstance(problem, UniqueViolation):
        return "Another account has the same e-mail or the same identity in the directory."
    return getattr(problem, "message", "") or str(problem)
