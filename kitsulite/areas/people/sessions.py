"""Sessions and tokens (docs/api/signing-in.md).

A session is an access token and the refresh token it can be renewed with. Every token is signed, registered in the
database, and counts only while it is there and not revoked; a person's API token counts while the person's `jti` is its.
"""

import datetime
from collections.abc import Iterable, Mapping
from typing import Any

from kitsulite.access.previewaccounts import admits, is_preview_account
from kitsulite.areas.people import apikeys
from kitsulite.models import is_uuid, new_id, now
from kitsulite.models.fields import MOMENT
from kitsulite.models.own import Token
from kitsulite.models.people import CALLER_COLUMNS, NO_PREVIEW_ACCOUNT, Person
from kitsulite.storage import Database, Row, Statement
from kitsulite.work.errors import Gone, TokenRefused
from kitsulite.work.keys import Keys
from kitsulite.work.work import Caller, Work

ACCESS_LIFE = datetime.timedelta(days=7)
REFRESH_LIFE = datetime.timedelta(days=15)
LAST_DAY = datetime.date(2999, 12, 30)
"""Accounts that end later, as those do that never should, end on this day."""
UNLIMITED = "unlimited"
"""What events say of a token that never expires."""

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
    registered["exempt"] = bool(claims.get("exempt"))
    in_session = registered["identity_type"] == "person"
    if not person["active"] or person["is_guest"]:
        raise Gone(registered["person_id"], registered["session_id"] if in_session else None)
    if is_preview_account(person) and not admits(person, registered):
        raise TokenRefused("closed", "The preview is closed")
    if not in_session and person["jti"] != registered["id"]:
        raise TokenRefused("revoked", "Token has been revoked")
    return Caller(person, registered["identity_type"], registered)


def still_good(db: Database, token_ids: Iterable[str]) -> set[str]:
    """Those of the tokens and API keys that are let in now, for many at once; none that is good for a second factor alone."""
    asked = set(token_ids)
    good = (
        Token.revoked_at.is_null()
        & (Token.expires_at.is_null() | (Token.expires_at > now()))
        & ~Token.restricted
        & Person.active
        & ~Person.is_guest
        & (NO_PREVIEW_ACCOUNT | ((Person.preview_open_until > now()) & (Token.created_at >= Person.preview_opened_at)))
    )
    found = Token.select(Token.id, Token.identity_type, Person.jti).join(Person, on=Person.id == Token.person_id)
    rows = db.tuples(found.where(Token.id.in_([id for id in asked if is_uuid(id)]), good))
    tokens = {id for id, kind, jti in rows if kind == "person" or jti == id}
    return tokens | apikeys.still_good(db, asked - tokens)


def open_session(
    work: Work,
    person_id: str,
    *,
    restricted: bool = False,
    exempt: bool = False,
    seen: Mapping[str, Any] | None = None,
) -> dict[str, str]:
    """A new pair of tokens for a person.

    exempt  whether nobody asks for a second factor in it, however long it goes on
    seen    the `address` and the `device` that it is opened from, where these are known
    """
    session_id = new_id()
    how: dict[str, Any] = {"session_id": session_id, "restricted": restricted, "exempt": exempt, "seen": seen}
    refresh = register(work, person_id, "refresh", jti=session_id, **how)
    access = register(work, person_id, "access", **how)
    return {"access_token": access, "refresh_token": refresh}


def renew(work: Work, *, restricted: bool = False) -> str:
    """A new access token for the session of the refresh token at hand."""
    token = work.caller.token
    assert token
    how: dict[str, Any] = {"session_id": token["session_id"], "exempt": token["exempt"], "seen": token}
    return register(work, work.caller.id, "access", restricted=restricted, **how)


def register(
    work: Work,
    person_id: str,
    kind: str,
    *,
    session_id: str,
    jti: str | None = None,
    identity_type: str = "person",
    restricted: bool = False,
    exempt: bool = False,
    expires: datetime.datetime | None = None,
    seen: Mapping[str, Any] | None = None,
) -> str:
    """Make and register one token. `expires` matters for API tokens, None being never; sessions have lives of their own."""
    jti = jti or new_id()
    of_session = identity_type == "person"
    if of_session:
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
        used_at=now() if of_session else None,
        address=seen["address"] if seen else None,
        device=seen["device"] if seen else None,
    )
    claims: dict[str, Any] = {"jti": jti, "type": kind, "sub": person_id, "identity_type": identity_type}
    if exempt:
        claims["exempt"] = True
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
    told = told_of_token(work, person["id"])
    last = expires.strftime(MOMENT) if expires else UNLIMITED
    work.emit("person:new-token", {"person_id": person["id"], **told, "new_token": last})
    work.delete(Token, Token.person_id == person["id"], Token.identity_type != "person")
    work.update(Person, person["id"], jti=jti)
    kind = "bot" if person["is_bot"] else "person_api"
    return register(work, person["id"], "access", session_id=jti, jti=jti, identity_type=kind, expires=expires)


def close_session(work: Work, token: Row) -> None:
    """End the session of a token, all of its tokens, and with it the API tokens of the person. A bot's stay."""
    if token["identity_type"] == "bot":
        return
    _end_api_tokens(work, token["person_id"])
    end_session(work, token["session_id"])


def end_sessions(work: Work, person_id: str, *, but: str | None = None, scripts_too: bool = True) -> None:
    """End all sessions of a person, except one when its id is given, and the API tokens and keys of their scripts."""
    condition = (Token.person_id == person_id) & (Token.identity_type == "person")
    if but is not None:
        condition &= Token.session_id != but
    _revoke(work, condition)
    if scripts_too:
        _end_api_tokens(work, person_id)
        apikeys.remove_keys(work, person_id)


def _end_api_tokens(work: Work, person_id: str) -> None:
    """End what a person's scripts sign in with, and tell of it."""
    mine = (Token.person_id == person_id) & (Token.identity_type == "person_api")
    told = told_of_token(work, person_id)
    if _revoke(work, mine):
        work.emit("person:end-token", {"person_id": person_id, **told, "new_token": None})


def told_of_token(work: Work, person_id: str) -> Row:
    """What an event says of the API token of before: its last moment, `unlimited`, or None where there was none."""
    alive = (Token.identity_type != "person") & Token.revoked_at.is_null()
    row = work.db.row(Token.select(Token.expires_at).where(Token.person_id == person_id, alive))
    return {"previous_token": row and (row["expires_at"] or UNLIMITED)}


def list_sessions(work: Work, person_id: str) -> list[Row]:
    """A person's sessions that can still be used, the newest first.

    `id`, `created_at`, `renewed_at`, `expires_at`; and `used_at`, `address`, `device` of when it was last used.
    """
    query = Token.select().where(
        Token.person_id == person_id,
        Token.identity_type == "person",
        Token.revoked_at.is_null(),
        Token.expires_at > now(),
    )
    found: dict[str, Row] = {}
    for token in work.db.rows(query.order_by(Token.created_at, Token.id)):
        session = found.setdefault(token["session_id"], {"id": token["session_id"], "created_at": token["created_at"]})
        session["renewed_at"] = token["created_at"]
        session["expires_at"] = max(token["expires_at"], session.get("expires_at", ""))
        if (token["used_at"] or "") >= session.get("used_at", ""):
            session |= {key: token[key] or "" for key in ("used_at", "address", "device")}
    return sorted(found.values(), key=lambda session: (session["created_at"], session["id"]), reverse=True)


def note_use(work: Work, token_id: str, address: str | None, device: str) -> None:
    """Remember that a token was used right now, and from where."""
    work.db.run(Token.update(used_at=now(), address=address, device=device).where(Token.id == token_id))


def end_session(work: Work, session_id: str) -> None:
    """End one session, all of its tokens."""
    _revoke(work, Token.session_id == session_id)


def leave_session(work: Work, token: str) -> None:
    """End the session of a token that a browser still shows, whoever's it is; of anything else there is nothing to end."""
    claims = work.keys.read_token(token)
    row = work.find(Token, claims["jti"]) if claims else None
    if row is not None and row["identity_type"] == "person":
        end_session(work, row["session_id"])


def _revoke(work: Work, condition: Any) -> int:
    return work.db.run(Token.update(revoked_at=now()).where(condition, Token.revoked_at.is_null()))


def end_all(work: Work, *, with_bots: bool = False) -> int:
    """End every session and API key; of how many people sessions. Tokens and keys of bots stay, unless they are meant too."""
    condition = Token.revoked_at.is_null()
    if not with_bots:
        condition &= Token.identity_type == "person"
    people = work.db.count(Token.select(Token.person_id).where(condition).distinct())
    _revoke(work, condition)
    apikeys.remove_all(work, with_bots=with_bots)
    return people


def forget_expired(work: Work) -> int:
    """Remove what can be used no more; signatures still tell that it expired."""
    return work.delete(Token, Token.expires_at < now())
