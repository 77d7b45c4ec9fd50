"""Passwords: argon2id with the library's defaults (docs/api/signing-in.md).

Hashes of an imported studio (bcrypt) are understood; whoever signs in with one gets a new hash. All of this takes tens of
milliseconds on purpose, so none of it may happen while a transaction that writes is open.
"""

import logging

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from kitsulite.settings import Settings
from kitsulite.work.errors import Refused

log = logging.getLogger("kitsulite")
hasher = PasswordHasher()
MUST_BE_CHANGED = "default"
"""The password that opens no session but leads to a new password."""
BCRYPT = ("$2a$", "$2b$", "$2y$")
BCRYPT_BYTES = 72


def hash_password(text: str) -> str:
    """What to store for a password."""
    return hasher.hash(text)


def verify(stored: str | None, text: str) -> bool:
    """Whether a password is the one that was stored. Without anything stored it takes as long, and is wrong."""
    if stored is not None and stored.startswith(BCRYPT):
        return _verify_bcrypt(stored, text)
    try:
        return hasher.verify(stored or "", text)
    except InvalidHashError:
        hasher.hash(text)
        return False
    except VerificationError:
        return False


def is_outdated(stored: str) -> bool:
    """Whether a hash that was just found right should be made anew."""
    return stored.startswith(BCRYPT) or hasher.check_needs_rehash(stored)


def check_length(settings: Settings, text: str) -> None:
    """Refuse a password that is too short."""
    if len(text) < settings.min_password_length:
        raise Refused("Password is too short.")


def check_new(settings: Settings, text: str, again: str) -> None:
    """Refuse a new password that is too short, or that was typed differently the second time."""
    check_length(settings, text)
    if text != again:
        raise Refused("Confirmation password doesn't match.")


def _verify_bcrypt(stored: str, text: str) -> bool:
    try:
        import bcrypt
    except ImportError:
        log.error("This account has a bcrypt password of an imported studio: pip install 'kitsulite[bcrypt]'")
        return verify(None, text)
    try:
        return bcrypt.checkpw(text.encode()[:BCRYPT_BYTES], stored.encode())
    except ValueError:
        return False
