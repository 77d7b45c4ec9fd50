"""Passwords: argon2id with the library's defaults (docs/api/signing-in.md).

Hashes of an imported studio (bcrypt) are understood; whoever signs in with one gets a new hash. All of this takes tens of
milliseconds on purpose, so none of it may happen while a transaction that writes is open.
"""

import contextlib
import functools
import logging
import os
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from importlib import resources
from typing import Any

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
LIST, REMARK = "commonest_passwords.txt", "#!"
NAMES = ("email", "desktop_login", "first_name", "last_name")


class Few:
    """What costs a core for a while is done by as many at once as there are cores, or who knocks in crowds stops all others.

    while_waiting  what a thread is to hold meanwhile, so that others work
    """

    def __init__(self, most: int) -> None:
        self.while_waiting: Callable[[], AbstractContextManager[None]] = contextlib.nullcontext
        self._turn = threading.BoundedSemaphore(most)

    @contextlib.contextmanager
    def turn(self) -> Iterator[None]:
        """A turn, when it comes."""
        with self.while_waiting(), self._turn:
            yield


hashing = Few(os.cpu_count() or 1)


def hash_password(text: str) -> str:
    """What to store for a password."""
    with hashing.turn():
        return hasher.hash(text)


def verify(stored: str | None, text: str) -> bool:
    """Whether a password is the one that was stored. Without anything stored it takes as long, and is wrong."""
    with hashing.turn():
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


def check_strength(settings: Settings, text: str, owner: Mapping[str, Any]) -> None:
    """Refuse a password of an account that is too short, or that would be guessed at the first tries.

    owner  the person's row, or what is known of it so far
    """
    if len(text) < settings.min_password_length:
        raise Refused(f"Password is too short. It needs at least {settings.min_password_length} characters.")
    plain = text.strip().casefold()
    if len(set(plain)) <= 1:
        raise Refused("Password is too simple. It needs more than one character over and over.")
    if plain in _names_of(owner):
        raise Refused("Password is the name or the e-mail of the account. Choose one that nobody can guess.")
    if plain in commonest():
        raise Refused("Password is too common. It is one of those that are tried first.")


def check_new(settings: Settings, text: str, again: str, owner: Mapping[str, Any]) -> None:
    """Refuse a new password of an account that is not strong enough, or that was typed differently the second time."""
    check_strength(settings, text, owner)
    if text != again:
        raise Refused("Confirmation password doesn't match.")


@functools.cache
def commonest() -> frozenset[str]:
    """The passwords that most people choose, in lower case. Where the list is from is said in it."""
    text = resources.files(__package__).joinpath(LIST).read_text("utf-8")
    return frozenset(line for line in text.splitlines() if line and not line.startswith(REMARK))


def _names_of(owner: Mapping[str, Any]) -> set[str]:
    """What everybody knows of an account: its e-mail and its names, in lower case."""
    said = {key: str(owner.get(key) or "").strip().casefold() for key in NAMES}
    first, last = said["first_name"], said["last_name"]
    return {*said.values(), said["email"].partition("@")[0], f"{first} {last}", first + last, last + first}


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
