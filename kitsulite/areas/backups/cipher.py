"""What a backup with a key looks like: AES-GCM in pieces, which can be neither exchanged, nor put in another order, nor cut off.

    KLB1 | 16 bytes of salt | pieces of 1 MiB, each with 16 bytes that prove it

Every file is sealed with a key of its own, which the salt makes of the backup's. The number of a piece, and whether it is
the last, is its nonce; the name under which the file lies is proven with each.
"""

import hashlib
import hmac
import os
from collections.abc import Callable
from typing import TYPE_CHECKING, BinaryIO

from kitsulite.settingchecks import SHORTEST_KEY

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

MAGIC, SALT, TAG = b"KLB1", 16, 16
HEAD = len(MAGIC) + SALT
PIECE = 1024 * 1024
COUNTED = 11
"""Bytes of a nonce that count the pieces; the twelfth says whether it is the last."""


class BadKey(ValueError):
    """A key that is none."""


class CannotOpen(ValueError):
    """Another key closed this, somebody changed it, or the disk or the store that it lies in does not give it."""


class Cipher:
    """Closes and opens files with the key of a backup."""

    def __init__(self, key: str) -> None:
        if len(key) < SHORTEST_KEY:
            raise BadKey(
                f"The key of a backup has {SHORTEST_KEY} characters at least; `openssl rand -hex 32` makes a good one."
            )
        self._key = _derived(key.encode(), b"", b"kitsulite backup")

    def name(self, digest: str) -> str:
        """What stands for the digest of a file: who has not the key cannot tell whether a file is here that they know."""
        return hmac.digest(_derived(self._key, b"", b"names"), digest.encode(), hashlib.sha256).hex()

    def size(self, size: int) -> int:
        """How many bytes a file of this size takes when it is closed."""
        return HEAD + size + TAG * max(1, -(-size // PIECE))

    def closing(self, content: BinaryIO, name: str) -> "Pieces":
        """The closed form of what is left of a stream."""
        salt = os.urandom(SALT)
        piece: bytes | None = _exactly(content, PIECE)
        number, is_first = 0, True
        aead = _aead(self._key, salt)

        def close() -> bytes:
            nonlocal piece, number, is_first
            if piece is None:
                return b""
            following = _exactly(content, PIECE) if len(piece) == PIECE else b""
            closed = aead.encrypt(_nonce(number, is_last=not following), piece, name.encode())
            head = MAGIC + salt if is_first else b""
            piece, number, is_first = following or None, number + 1, False
            return head + closed

        return Pieces(close)

    def opening(self, content: BinaryIO, name: str) -> "Pieces":
        """What was closed; CannotOpen, when it is read."""
        from cryptography.exceptions import InvalidTag

        head = _exactly(content, HEAD)
        if len(head) < HEAD or not head.startswith(MAGIC):
            raise CannotOpen(f"{name} was not closed with a key, or was cut off.")
        aead = _aead(self._key, head[len(MAGIC) :])
        closed, number, is_over = _exactly(content, PIECE + TAG), 0, False

        def open() -> bytes:
            nonlocal closed, number, is_over
            while not is_over:
                following = _exactly(content, PIECE + TAG) if len(closed) == PIECE + TAG else b""
                is_over = not following
                try:
                    piece = aead.decrypt(_nonce(number, is_last=is_over), closed, name.encode())
                except InvalidTag:
                    raise CannotOpen(f"{name} was closed with another key, or was changed or cut off.") from None
                closed, number = following, number + 1
                if piece:
                    return piece
            return b""

        return Pieces(open)


class Pieces:
    """A stream of what a function gives piece by piece, until it gives nothing."""

    def __init__(self, more: Callable[[], bytes]) -> None:
        self._more, self._left = more, b""

    def read(self, size: int = -1) -> bytes:
        parts, wanted = [], size if size >= 0 else None
        while wanted is None or wanted > 0:
            if not self._left and not (piece := self._more()):
                break
            self._left = self._left or piece
            part = self._left if wanted is None else self._left[:wanted]
            self._left = self._left[len(part) :]
            parts.append(part)
            wanted = None if wanted is None else wanted - len(part)
        return b"".join(parts)


def _exactly(content: BinaryIO, size: int) -> bytes:
    """So many bytes, fewer only at the end: what lies between may give them in smaller pieces."""
    parts = []
    while size and (part := content.read(size)):
        parts.append(part)
        size -= len(part)
    return b"".join(parts)


def _nonce(number: int, *, is_last: bool) -> bytes:
    return number.to_bytes(COUNTED) + bytes([is_last])


def _aead(key: bytes, salt: bytes) -> "AESGCM":
    """What closes and opens one file."""
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # not needed to start the server, and here and below

    return AESGCM(_derived(key, salt, b"file"))


def _derived(key: bytes, salt: bytes, purpose: bytes) -> bytes:
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    return HKDF(SHA256(), 32, salt, purpose).derive(key)
