"""Failed logins are counted, and too many of them close the account for a minute (docs/api/signing-in.md).

Names that nobody has are counted as well, or being locked out would tell which names are real.
"""

import datetime
import hashlib

import peewee

from kitsulite.models import now
from kitsulite.models.fields import MOMENT
from kitsulite.models.people import Person
from kitsulite.storage import Row
from kitsulite.work import shortlived
from kitsulite.work.errors import LoginRefused
from kitsulite.work.work import Work

ALLOWED = 5
PAUSE = datetime.timedelta(seconds=60)
UNKNOWN = "failed login"


class LockedOut(LoginRefused):
    """Too many failed logins, right now."""

    def __init__(self) -> None:
        super().__init__(error=True, login=False, too_many_failed_login_attemps=True)


def is_locked(person: Row) -> bool:
    """Whether a person has to wait."""
    failed, last = person["login_failed_attemps"] or 0, person["last_login_failed"]
    return failed >= ALLOWED and last is not None and last > _pause_ago()


def refuse_locked(work: Work, login: str, person: Row | None) -> None:
    """LockedOut when there were too many failures with this name."""
    if is_locked(person) if person else (shortlived.peek(work, UNKNOWN, _digest(login)) or 0) >= ALLOWED:
        raise LockedOut


def count_failure(work: Work, login: str, person: Row | None) -> None:
    """One more failure; the first after a pause counts as one."""
    if person is None:
        shortlived.tally(work, UNKNOWN, _digest(login), PAUSE)
        return
    recent = Person.last_login_failed > _pause_ago()
    count = peewee.Case(None, [(recent, peewee.fn.COALESCE(Person.login_failed_attemps, 0) + 1)], 1)
    work.update(Person, person["id"], login_failed_attemps=count, last_login_failed=now())


def forgive(work: Work, person: Row) -> None:
    """A login went well: start over."""
    if person["login_failed_attemps"]:
        work.update(Person, person["id"], login_failed_attemps=0)


def unlock(work: Work, person_id: str) -> None:
    """Let somebody try again at once."""
    work.update(Person, person_id, login_failed_attemps=0, last_login_failed=None)


def list_failures(work: Work) -> list[Row]:
    """Whose last logins failed, the latest first: `person_id`, `login_failed_attemps`, `last_login_failed`."""
    columns = (Person.id.alias("person_id"), Person.login_failed_attemps, Person.last_login_failed)
    failed = Person.select(*columns).where(Person.login_failed_attemps > 0, Person.last_login_failed.is_null(False))
    return work.db.rows(failed.order_by(Person.last_login_failed.desc(), Person.id))


def _pause_ago() -> str:
    return (datetime.datetime.now(datetime.UTC) - PAUSE).strftime(MOMENT)


def _digest(login: str) -> str:
    """People type their password where the name goes, so what they typed is not kept."""
    return hashlib.sha256(login.lower().encode()).hexdigest()
