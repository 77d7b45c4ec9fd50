"""How a webhook proves who calls: the headers of the Standard Webhooks (docs/webhooks.md)."""

import base64
import binascii
import hashlib
import hmac
import secrets

PREFIX = "whsec_"
BYTES, LEAST, MOST = 32, 24, 64
"""Of a key: how many a new one has, and how many one may have."""


class BadSecret(ValueError):
    """No secret to sign with."""


def new_secret() -> str:
    """A secret that nobody can guess."""
    return PREFIX + base64.b64encode(secrets.token_bytes(BYTES)).decode()


def key_of(secret: str) -> bytes:
    """The bytes that a secret spells; BadSecret."""
    try:
        key = base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if not secret.startswith(PREFIX) or not LEAST <= len(key) <= MOST:
        raise BadSecret(
            f"The secret is {PREFIX} and the base64 of {LEAST} to {MOST} bytes, or left out to get a new one."
        )
    return key


def signed(secret: str, id: str, timestamp: int, body: bytes) -> dict[str, str]:
    """The headers of a call.

    id         of the message, the same each time that it is sent
    timestamp  of this attempt, in seconds since 1970
    """
    content = b".".join((id.encode(), str(timestamp).encode(), body))
    signature = base64.b64encode(hmac.digest(key_of(secret), content, hashlib.sha256)).decode()
    return {"webhook-id": id, "webhook-timestamp": str(timestamp), "webhook-signature": f"v1,{signature}"}
