"""Recovery codes: what opens an account when its second factor is lost. Each works once (docs/api/signing-in.md)."""

import secrets
import string

from argon2 import PasswordHasher

from kitsulite.areas.people import passwords
from kitsulite.models.people import Person
from kitsulite.storage import Row
from kitsulite.work.work import Work

COUNT = 16
LENGTH = 10
LETTERS = string.ascii_uppercase + string.digits

hasher = PasswordHasher(time_cost=1, memory_cost=8 * 1024, parallelism=1)
"""Lighter than for passwords: nobody can guess fifty random bits, and all sixteen have to be tried."""


def new_codes() -> list[str]:
    """Fresh codes, in clear: shown once, then only their hashes are kept."""
    return ["".join(secrets.choice(LETTERS) for _ in range(LENGTH)) for _ in range(COUNT)]


def hash_codes(codes: list[str]) -> list[str]:
    return [hasher.hash(code) for code in codes]


def find(person: Row, code: str) -> str | None:
    """The stored form of a code that is right. It takes its time."""
    stored = person["otp_recovery_codes"] or []
    return next((hashed for hashed in stored if passwords.verify(hashed, code)), None)


def use(work: Work, person: Row, found: str | None) -> bool:
    """Whether a code that was found is there still; it is used up with that."""
    left = person["otp_recovery_codes"] or []
    if found not in left:
        return False
    work.update(Person, person["id"], otp_recovery_codes=[hashed for hashed in left if hashed != found])
    return True
