"""Signing a desktop tool in by the browser: a code that only who asked for it can turn into a session (PKCE).

The tool keeps a verifier and opens the browser with its SHA-256, the challenge. Who is signed in there gives the tool a code,
which is good once, for a minute, with the verifier, and no longer than the session that gave it.
"""

import base64
import datetime
import hashlib
import hmac
import secrets
from typing import Any

from kitsulite.access.roles import require
from kitsulite.areas.people import signin
from kitsulite.models import now
from kitsulite.models.own import Token
from kitsulite.models.people import Person
from kitsulite.storage import Row
from kitsulite.work import shortlived
from kitsulite.work.errors import LoginRefused
from kitsulite.work.work import Begin, Work

PURPOSE = "sign-in of an app"
SESSION = "person"
"""What tokens are that somebody has signed in for."""
LIFE = datetime.timedelta(seconds=60)
BYTES = 32


def make_code(work: Work, challenge: str) -> str:
    """A code by which who knows the verifier of a challenge signs in as the caller, whose session may be one of an application around.

    Forbidden with an API token: what it let in would outlive it.
    """
    token = work.caller.token
    require(token is None or token["identity_type"] == SESSION)
    code = secrets.token_urlsafe(BYTES)
    shortlived.forget_expired(work)
    given = {
        "person_id": work.caller.id,
        "session_id": token and token["session_id"],
        "exempt": bool(token and token["exempt"]),
        "challenge": challenge,
    }
    shortlived.keep(work, PURPOSE, _digest(code), given, LIFE)
    return code


def log_in(begin: Begin, code: str, verifier: str, device: signin.Device) -> dict[str, Any]:
    """The session that a code stands for. LoginRefused when it stands for none, and then it is used up all the same."""
    with begin() as work:
        given = shortlived.take(work, PURPOSE, _digest(code))
    if given is None or not hmac.compare_digest(given["challenge"], _digest(verifier)):
        raise _refusal()
    with begin() as work:
        if not _still_signed_in(work, given):
            raise _refusal()
        return signin.open_for(work, work.hold(Person, given["person_id"]), device, exempt=given["exempt"])


def _still_signed_in(work: Work, given: Row) -> bool:
    """Whether the person is active, and the session goes on that the code was given in, if it is one of ours."""
    alive = Token.revoked_at.is_null() & (Token.expires_at.is_null() | (Token.expires_at > now()))
    person = work.find(Person, given["person_id"])
    in_session = (Token.session_id == given["session_id"]) & (Token.person_id == given["person_id"])
    goes_on = given["session_id"] is None or work.exists(Token, in_session, alive)
    return person is not None and bool(person["active"]) and goes_on


def _digest(text: str) -> str:
    """SHA-256 in base64url, without padding: a challenge for its verifier; of a code, what is kept in its place."""
    return base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()


def _refusal() -> LoginRefused:
    return LoginRefused(login=False, message="Wrong or expired code.")
