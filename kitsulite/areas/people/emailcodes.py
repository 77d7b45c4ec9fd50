"""Codes by e-mail: six digits, good once and for five minutes (docs/api/signing-in.md)."""

import datetime
import hmac
import secrets

from kitsulite.areas.telling import letters
from kitsulite.storage import Row
from kitsulite.work import shortlived
from kitsulite.work.work import Work

LIFE = datetime.timedelta(minutes=5)
CODE = "code by e-mail"
MAILS = "codes mailed"
MAILS_ALLOWED = 10


def mail_code(work: Work, person: Row, address: str | None) -> None:
    """Send a new code, which replaces the one before. Who asks again and again gets no more for a while."""
    if shortlived.tally(work, MAILS, person["id"], LIFE) > MAILS_ALLOWED:
        return
    code = f"{secrets.randbelow(10**6):06}"
    shortlived.keep(work, CODE, person["id"], code, LIFE)
    letters.send(work, person, "one_time_code", address=address, code=code)


def use(work: Work, person: Row, code: str) -> bool:
    """Whether a code is right; a right one is used up with that."""
    expected = shortlived.peek(work, CODE, person["id"])
    if expected is None or not hmac.compare_digest(expected.encode(), code.encode()):
        return False
    return shortlived.drop(work, CODE, person["id"])
