"""Sessions and tokens (docs/api/signing-in.md).

A session is an access token and the refresh token it can be renewed with. Every token is signed, registered in the
database, and counts only while it is there and not revoked; a person's API token counts while the person's `jti` is its.
"""

import datetime
from typing import Any

from peewee import fn

from kitsulite.models import new_id, now
from kitsulite.models.fields import MOMENT
from kitsulite.models.own import Token
from kitsulite.models.people import Person
from kitsulite.storage import Database, Row, Statement
from kitsulite.work.errors import Gone, TokenRefused
from kitsulite.work.keys import Keys
from kitsulite.work.work import Caller, Work

ACCESS_LIFE = datetime.timedelta(days=7)
REFRESH_LIFE = datetime.timedelta(days=15)
LAST_DAY = datetime.date(2999, 12, 30)
"""Accounts that end later, as those do that never should, end on this day."""

CALLER_COLUMNS = (
    Person.id,
    Person.first_name,
    Person.last_name,
    Person.email,
    Person.role,
    Person.active,
    Person.is_bot,
    Person.is_guest,
    Person.jti,
    Person.timezone,
    Person.locale,
    Person.studio_id,
)


WHOSE = Statement(
    lambda jti: (
        Token.select(*CALLER_COLUMNS, *(column.alias(f"token.{name}") for name, column in Token.columns().items()))
        .join(Person, on=Person.id == Token.person_id)
        .where(Token.id == jti)
    )
)
"""A registered token and its person, which every request asks for."""


def identify(db: Database, keys: Keys, token: str, kind: str = "access") -> Caller:
    """Whose token this is; TokenRefused when it cannot be used as `kind`."""
    claims = keys.read_token(token)
    if claims is None:
        segments = token.count(".") + 1
        raise TokenRefused("malformed", "Not enough segments" if segments < 2 else "Signature verification failed")
    expires = claims.get("exp")
    if expires is not None and expires < datetime.datetime.now(datetime.UTC).timestamp():
        raise TokenRefused("expired", "Signature has expired")
    if claims.get("type") != kind:
        wanted = "Only refresh tokens are allowed" if kind == "refresh" else "Only non-refresh tokens are allowed"
        raise TokenRefused("malformed", wanted)
    found = db.ask(WHOSE, claims["jti"])
    if not found and claims.get("identity_type") == "person":
        raise Gone(str(claims.get("sub")), None)  # the token went with its person
    if not found or found[0]["token.revoked_at"] is not None:
        raise TokenRefused("revoked", "Token has been revoked")
    person = found[0]
    registered = {name: person.pop(f"token.{name}") for name in Token.columns()}
    in_session = registered["identity_type"] == "person"
    if not person["active"] or person["is_guest"]:
        raise Gone(registered["person_id"], registered["session_id"] if in_session else None)
    if not in_session and person["jti"] != registered["id"]:
        raise TokenRefused("revoked", "Token has been revoked")
    return Caller(person, registered["identity_type"], registered)


def open_session(work: Work, person_id: str, *, restricted: bool = False) -> dict[str, str]:
    """A new pair of tokens for a person."""
    session_id = new_id()
    refresh = register(work, person_id, "refresh", session_id=session_id, jti=session_id, restricted=restricted)
    access = register(work, person_id, "access", session_id=session_id, restricted=restricted)
    return {"access_token": access, "refresh_token": refresh}


def renew(work: Work, *, restricted: bool = False) -> str:
    """A new access token for the session of the refresh token at hand."""
    assert work.caller.token
    return register(work, work.caller.id, "access", session_id=work.caller.token["session_id"], restricted=restricted)


def register(
    work: Work,
    person_id: str,
    kind: str,
    *,
    session_id: str,
    jti: str | None = None,
    identity_type: str = "person",
    restricted: bool = False,
    expires: datetime.datetime | None = None,
) -> str:
    """Make and register one token. `expires` matters for API tokens, None being never; sessions have lives of their own."""
    jti = jti or new_id()
    if identity_type == "person":
        expires = datetime.datetime.now(datetime.UTC) + (REFRESH_LIFE if kind == "refresh" else ACCESS_LIFE)
    work.insert(
        Token,
        id=jti,
        person_id=person_id,
        kind=kind,
        identity_type=identity_type,
        session_id=session_id,
        restricted=restricted,
        expires_at=expires.strftime(MOMENT) if expires else None,
    )
    claims: dict[str, Any] = {"jti": jti, "type": kind, "sub": person_id, "identity_type": identity_type}
    if expires:
        claims["exp"] = int(expires.timestamp())
    return work.keys.sign_token(claims)


def mint_api_token(work: Work, person: Row) -> str:
    """The token of a bot, or of a person's scripts. It replaces the one before, and is shown this once."""
    jti = new_id()
    expires = None
    if person["expiration_date"]:
        day = datetime.date.fromisoformat(person["expiration_date"])
        expires = datetime.datetime.combine(min(day, LAST_DAY), datetime.time(), datetime.UTC) + datetime.timedelta(
            days=1
        )
    work.delete(Token, Token.person_id == person["id"], Token.identity_type != "person")
    work.update(Person, person["id"], jti=jti)
    kind = "bot" if person["is_bot"] else "person_api"
    return register(work, person["id"], "access", session_id=jti, jti=jti, identity_type=kind, expires=expires)


def close_session(work: Work, token: Row) -> None:
    """End the session of a token, all of its tokens, and with it the API tokens of the person. A bot's stay."""
    if token["identity_type"] == "bot":
        return
    _revoke(work, (Token.session_id == token["session_id"]) | _api_tokens(token["person_id"]))


def end_sessions(work: Work, person_id: str, *, but: str | None = None) -> int:
    """End all sessions of a person, except one when its id is given, and their API tokens; how many tokens that took."""
    condition = (Token.person_id == person_id) & (Token.identity_type == "person")
    if but is not None:
        condition &= Token.session_id != but
    return _revoke(work, condition | _api_tokens(person_id))


def _api_tokens(person_id: str) -> Any:
    """The tokens that a person's scripts use (a condition)."""
    return (Token.person_id == person_id) & (Token.identity_type == "person_api")


def list_sessions(work: Work, person_id: str) -> list[Row]:
    """A person's sessions that can still be used, the newest first: `id`, `created_at`, `renewed_at`, `expires_at`."""
    moments = (
        fn.MIN(Token.created_at).alias("created_at"),
        fn.MAX(Token.created_at).alias("renewed_at"),
        fn.MAX(Token.expires_at).alias("expires_at"),
    )
    query = (
        Token.select(Token.session_id.alias("id"), *moments)
        .where(
            Token.person_id == person_id,
            Token.identity_type == "person",
            Token.revoked_at.is_null(),
            Token.expires_at > now(),
        )
        .group_by(Token.session_id)
    )
    return work.db.rows(query.order_by(fn.MIN(Token.created_at).desc(), Token.session_id))


def end_session(work: Work, session_id: str) -> None:
    """End one session, all of its tokens."""
    _revoke(work, Token.session_id == session_id)


def _revoke(work: Work, condition: Any) -> int:
    return work.db.run(Token.update(revoked_at=now()).where(condition, Token.revoked_at.is_null()))


def forget_expired(work: Work) -> int:
    """Remove what can be used no more; signatures still tell that it expired."""
    return work.delete(Token, Token.expires_at < now())
