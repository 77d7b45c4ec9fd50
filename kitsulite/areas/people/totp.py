"""Codes of an authenticator app: six digits that change every 30 seconds (docs/api/signing-in.md)."""

import datetime
import hmac

import pyotp

from kitsulite.storage import Row
from kitsulite.work import organisation, shortlived
from kitsulite.work.work import Work

STEP = 30
TOLERANCE = 1
"""Steps by which the clock of a phone may be off."""
USED = "used totp"


def new_secret() -> str:
    return pyotp.random_base32()


def uri(work: Work, person: Row, secret: str) -> str:
    """What the authenticator app is shown as a QR code."""
    issuer = f"Kitsu {organisation.name(work)}"
    return pyotp.TOTP(secret, interval=STEP).provisioning_uri(name=person["email"], issuer_name=issuer)


def use(work: Work, person: Row, code: str) -> bool:
    """Whether a code is right; a right one is used up with that."""
    secret = person["totp_secret"]
    step = _step_of(secret and work.keys.seal.open(secret), code)
    if step is None:
        return False
    life = datetime.timedelta(seconds=STEP * (2 * TOLERANCE + 1))
    return shortlived.claim(work, USED, f"{person['id']}:{step}", life)


def _step_of(secret: str | None, code: str) -> int | None:
    if not secret:
        return None
    totp = pyotp.TOTP(secret, interval=STEP)
    current = int(datetime.datetime.now(datetime.UTC).timestamp()) // STEP
    for step in range(current - TOLERANCE, current + TOLERANCE + 1):
        if hmac.compare_digest(totp.generate_otp(step).encode(), code.encode()):
            return step
    return None
