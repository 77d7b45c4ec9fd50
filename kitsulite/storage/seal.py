"""Secrets at rest: what is written into the database so that only who has the studio's key can read it.

Fernet of `cryptography`: AES with an authentication code, under a key of its own that is derived from the studio's. It is
loaded when the first secret is sealed or opened.
"""

import base64
import functools
import hashlib
import hmac
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cryptography.fernet import Fernet

MARK = "sealed:"


class CannotOpen(ValueError):
    """A secret was sealed with another key than this studio's, or was changed since."""


class Seal:
    """Seals and opens secrets with the key of one studio."""

    def __init__(self, key: str) -> None:
        self._key = key.encode()

    @property
    def fingerprint(self) -> str:
        """What the key can be told by, and not be guessed from."""
        return self._derived("kitsulite.fingerprint").hex()[:32]

    def close(self, text: str) -> str:
        """The sealed form of a secret; what is sealed already stays as it is, if it can be opened."""
        if text.startswith(MARK):
            self.open(text)
            return text
        return MARK + self._fernet.encrypt(text.encode()).decode()

    def open(self, text: str) -> str:
        """A secret in clear; CannotOpen. What was never sealed is given back as it is."""
        if not text.startswith(MARK):
            return text
        from cryptography.fernet import InvalidToken

        try:
            return self._fernet.decrypt(text.removeprefix(MARK)).decode()
        except InvalidToken:
            raise CannotOpen(
                "A secret of this studio was sealed with another key than this one: start with the key that it had."
            ) from None

    @functools.cached_property
    def _fernet(self) -> "Fernet":
        from cryptography.fernet import Fernet

        return Fernet(base64.urlsafe_b64encode(self._derived("kitsulite.seal")))

    def _derived(self, purpose: str) -> bytes:
        return hmac.digest(self._key, purpose.encode(), hashlib.sha256)
