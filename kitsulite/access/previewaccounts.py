"""Preview accounts: a production's only one of its kind, lent to outsiders so that they look at it and do nothing else
(docs/api/productions.md).

To everybody else such an account is nobody: no list has it, nothing can be given to it or said in its name.
"""

from typing import Any

from kitsulite.access.roles import Subject, is_self
from kitsulite.models import now
from kitsulite.models.people import Person
from kitsulite.storage import Row
from kitsulite.work.errors import NotFound
from kitsulite.work.work import Caller, Work

READING = ("GET", "HEAD", "OPTIONS")
ONLY_LOOKS = "This account is lent to look at a production: it changes nothing."
ONLY_READS = "This API key only reads."


def is_preview_account(person: Subject) -> bool:
    """Whether an account is lent to look at a production. What is no account of the studio, such as its operator, is none."""
    return person.get("preview_project_id") is not None


def why_only_looks(caller: Caller | None) -> str | None:
    """What is said to a caller who changes nothing, whatever the rights of their role; None where these decide."""
    if caller is not None and caller.scope.only_reads:
        return ONLY_READS
    return ONLY_LOOKS if caller is not None and is_preview_account(caller.person) else None


def is_open(account: Subject) -> bool:
    """Whether one may look by a preview account now."""
    return bool(account["preview_open_until"]) and account["preview_open_until"] > now()


def admits(account: Subject, token: Subject) -> bool:
    """Whether a token of a preview account counts: while the account is open, if it was made since that was opened."""
    return is_open(account) and token["created_at"] >= account["preview_opened_at"]


def find_person(work: Work, id: Any) -> Row | None:
    """Somebody who can be given something, or spoken for; None for nobody, and for the preview account of another."""
    person = work.find(Person, id)
    own = person is not None and work.visitor is not None and is_self(work, person["id"])
    return None if person is None or (is_preview_account(person) and not own) else person


def get_person(work: Work, id: Any) -> Row:
    """The same; NotFound for nobody."""
    person = find_person(work, id)
    if person is None:
        raise NotFound(f"No person {id}.")
    return person


def may_know_of(work: Work, person: Row) -> bool:
    """Everybody of everybody, but of no preview account."""
    return not is_preview_account(person)
