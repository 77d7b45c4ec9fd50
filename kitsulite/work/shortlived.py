"""Short-lived secrets and tallies: a password reset under way, a code that was mailed, a WebAuthn challenge.

Each is known by its purpose and its subject (mostly a person's id); a new one replaces the one before.
"""

import datetime
from typing import Any

from kitsulite.models import new_id, now
from kitsulite.models.fields import MOMENT
from kitsulite.models.own import Secret
from kitsulite.storage import UniqueViolation
from kitsulite.work.work import Work


def keep(work: Work, purpose: str, subject: str, value: Any, life: datetime.timedelta) -> None:
    """Remember a value for a while: what lets somebody in, so that API keys that leave something out cannot (`Work.keep_to_scope`)."""
    work.keep_to_scope(Secret)
    _write(work, purpose, subject, value, _after(life))


def peek(work: Work, purpose: str, subject: str) -> Any:
    """The value, or None when there is none or its time is over."""
    row = work.db.row(Secret.select(Secret.value).where(*_named(purpose, subject), Secret.expires_at > now()))
    return row["value"] if row else None


def take(work: Work, purpose: str, subject: str) -> Any:
    """The value, which is then gone; of two who take it at once, one gets None."""
    value = peek(work, purpose, subject)
    return value if drop(work, purpose, subject) else None


def drop(work: Work, purpose: str, subject: str) -> bool:
    """Forget the value; whether there was one."""
    return work.delete(Secret, *_named(purpose, subject)) > 0


def claim(work: Work, purpose: str, subject: str, life: datetime.timedelta) -> bool:
    """True for the first who claims the subject, False for everybody after."""
    try:
        with work.db.savepoint():
            work.insert(Secret, purpose=purpose, subject=subject, value=True, expires_at=_after(life))
    except UniqueViolation:
        return False
    return True


def tally(work: Work, purpose: str, subject: str, life: datetime.timedelta, *, from_first: bool = False) -> int:
    """Count one more; how many there were without a pause of `life` between them.

    Who counts the same at the same moment waits, so that each of them hears another number.

    from_first  whether `life` begins with the first of them, and nothing lengthens it
    """
    _write(work, purpose, subject, 0, _after(life), changed=("purpose",))  # which holds a row that is there as it is
    row = work.db.row(Secret.select(Secret.value, Secret.expires_at).where(*_named(purpose, subject)))
    assert row is not None
    counts = row["expires_at"] > now()
    count = int(row["value"]) + 1 if counts else 1
    _write(work, purpose, subject, count, row["expires_at"] if from_first and counts else _after(life))
    return count


def forget_expired(work: Work) -> int:
    """Remove what counts no more."""
    return work.delete(Secret, Secret.expires_at < now())


def _write(
    work: Work,
    purpose: str,
    subject: str,
    value: Any,
    expires_at: str,
    *,
    changed: tuple[str, ...] = ("updated_at", "value", "expires_at"),
) -> None:
    """Put a row there, or of the one that is there the columns that are `changed`."""
    row = {
        "id": new_id(),
        "created_at": now(),
        "updated_at": now(),
        "purpose": purpose,
        "subject": subject,
        "value": value,
        "expires_at": expires_at,
    }
    changes = {key: row[key] for key in changed}
    work.db.run(Secret.insert(row).on_conflict(conflict_target=[Secret.purpose, Secret.subject], update=changes))


def _named(purpose: str, subject: str) -> tuple[Any, ...]:
    return Secret.purpose == purpose, Secret.subject == subject


def _after(life: datetime.timedelta) -> str:
    return (datetime.datetime.now(datetime.UTC) + life).strftime(MOMENT)
