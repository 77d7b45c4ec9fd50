"""Signing in by OpenID Connect (docs/sso.md): the code flow with PKCE, state and nonce, by authlib.

What the provider says of itself and its keys are asked for at each sign-in, so that new keys count at once and a provider that is
down keeps nobody else out.
"""

import datetime
import importlib.util
import logging
import secrets
from typing import TYPE_CHECKING, Any

from kitsulite.areas.directories import sso
from kitsulite.areas.directories.asking import Asking
from kitsulite.areas.directories.oidcclient import SECONDS, SKEW, describe, get, read, session_for
from kitsulite.areas.directories.sso import Identity, Start
from kitsulite.areas.people.newcomers import LONGEST_NAME
from kitsulite.areas.people.signin import Device
from kitsulite.identityproviders import IdentityProvider
from kitsulite.models import new_id
from kitsulite.settings import Settings
from kitsulite.storage import Row
from kitsulite.work import shortlived
from kitsulite.work.errors import ShortlyRefused
from kitsulite.work.work import Begin

if TYPE_CHECKING:
    from authlib.integrations.requests_client import OAuth2Session

log = logging.getLogger("kitsulite")

KIND = "oidc"
PURPOSE = "sign-in by OpenID Connect"
LIFE = datetime.timedelta(minutes=10)
LOGGED_OUT = "http://schemas.openid.net/event/backchannel-logout"
OFF = "OIDC is not enabled."
NO_SUCH = "There is no such provider."
FAILED = "OIDC authentication failed."
NOT_THIS_BROWSER = "who comes back is not the browser that went, or went too long ago. Is DOMAIN_NAME the address that people use here?"
NO_EMAIL = "No email claim returned by the provider."
NOT_PROVED = "Email address is not verified."
NOT_INSTALLED = "Signing in by OpenID Connect needs: pip install 'kitsulite[sso]'"

Claims = dict[str, Any]
_asking = Asking("OpenID Connect", FAILED, NOT_INSTALLED)


def is_possible() -> bool:
    """Whether what it needs is installed; nothing is loaded to find out."""
    return all(importlib.util.find_spec(name) for name in ("authlib", "joserfc", "requests"))


def start(begin: Begin, name: str = "") -> Start:
    """Begin a sign-in with the provider of this name; ShortlyRefused where there is none, or it cannot be asked."""
    with begin(writes=False) as work:
        settings, known = work.settings, choose(work.settings, name)
    state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
    with _asking(), session_for(settings, known) as session:
        provider = describe(session, known)
        address, _ = session.create_authorization_url(
            provider["authorization_endpoint"], state=state, nonce=nonce, code_verifier=verifier
        )
    id = new_id()
    with begin() as work:
        shortlived.forget_expired(work)
        asked = {"state": state, "nonce": nonce, "verifier": verifier, "provider": known.name}
        shortlived.keep(work, PURPOSE, id, asked, LIFE)
        return Start(address, work.keys.sign_cookie({KIND: id}))


def finish(
    begin: Begin, cookie: str | None, code: str, state: str, device: Device, *, error: str = ""
) -> dict[str, Any] | None:
    """The session of whom the provider sends back with a code; None for who is closed out. ShortlyRefused says what was wrong.

    error  what the provider says instead of a code
    """
    with begin() as work:
        settings = work.settings
        choose(settings)
        content = work.keys.read_cookie(cookie) if cookie else None
        given = shortlived.take(work, PURPOSE, str(content[KIND])) if content and KIND in content else None
    if given is None or not code or not secrets.compare_digest(given["state"].encode(), state.encode()):
        log.warning("OpenID Connect: %s", f"the provider says {error}" if error else NOT_THIS_BROWSER)
        raise ShortlyRefused(FAILED)
    known = choose(settings, given["provider"])
    with _asking(), session_for(settings, known) as session:
        provider = describe(session, known)
        token = session.fetch_token(
            provider["token_endpoint"],
            code=code,
            code_verifier=given["verifier"],
            timeout=SECONDS,
            allow_redirects=False,
        )
        wanted = {"nonce": given["nonce"], "client_id": known.client_id, "access_token": token["access_token"]}
        claims = _read_id_token(session, known, provider, token["id_token"], wanted)
        said = _names(known, claims) or _names(known, _ask_about(session, provider, claims["sub"]))
    identity = Identity(KIND, provider["issuer"], claims["sub"])
    return sso.admit(begin, identity, said, lambda: _proved_email(known, claims), device, exempt=known.skip_2fa)


def log_out(begin: Begin, logout_token: str, name: str = "") -> None:
    """End the sessions of whom the provider says that they have left (OpenID Connect Back-Channel Logout)."""
    with begin(writes=False) as work:
        settings, known = work.settings, choose(work.settings, name)
    with _asking(), session_for(settings, known) as session:
        provider = describe(session, known)
        wanted = {"iat": {"essential": True}, "exp": {"essential": True}}
        token = read(session, known, provider, logout_token, wanted)
        claims = token.claims
        if str(token.header.get("typ")).lower().removeprefix("application/") != "logout+jwt":
            raise ValueError("a logout token says that it is one: its typ is logout+jwt")
        if LOGGED_OUT not in claims.get("events", {}) or "nonce" in claims or not isinstance(claims.get("sub"), str):
            raise ValueError("a logout token names the event and its subject, and has no nonce")
    with begin() as work:
        if not shortlived.claim(work, f"{PURPOSE}: logout", str(claims.get("jti"))[:200], LIFE):
            raise ShortlyRefused(FAILED)
    sso.end_sessions(begin, Identity(KIND, provider["issuer"], claims["sub"]))


# --- the provider ---


def choose(settings: Settings, name: str = "") -> IdentityProvider:
    """The provider of this name, the first when none is said; ShortlyRefused."""
    if not settings.identity_providers:
        raise ShortlyRefused(OFF)
    if not name:
        return settings.identity_providers[0]
    found = next((known for known in settings.identity_providers if known.name == name), None)
    if found is None:
        raise ShortlyRefused(NO_SUCH)
    return found


def _read_id_token(session: "OAuth2Session", known: IdentityProvider, provider: Row, token: str, wanted: Row) -> Claims:
    from authlib.oidc.core import CodeIDToken

    found = read(session, known, provider, token, {"sub": {"essential": True}})
    claims = found.claims
    CodeIDToken(claims, found.header, {}, wanted).validate(leeway=SKEW)
    if not isinstance(claims["sub"], str) or not 0 < len(claims["sub"]) <= 255:
        raise ValueError("the subject is no name")
    return claims


def _ask_about(session: "OAuth2Session", provider: Row, subject: str) -> Claims:
    """What the provider says of somebody where its token says too little; nothing when it does not answer, or of another."""
    try:
        found = get(session, provider["userinfo_endpoint"], with_token=True)
    except Exception as problem:
        log.info("OpenID Connect: no userinfo: %s", problem)
        return {}
    return found if found.get("sub") == subject else {}


def _names(known: IdentityProvider, claims: Claims) -> Row:
    wanted = {"first_name": known.given_name_claim, "last_name": known.family_name_claim}
    return {
        column: text[:LONGEST_NAME]
        for column, claim in wanted.items()
        if isinstance(text := claims.get(claim), str) and text
    }


def _proved_email(known: IdentityProvider, claims: Claims) -> str:
    email, proved = claims.get(known.email_claim), claims.get("email_verified")
    if not isinstance(email, str) or not email.strip():
        raise ShortlyRefused(NO_EMAIL)
    if proved is False or (known.require_email_verified and proved is not True):
        raise ShortlyRefused(NOT_PROVED)
    email = email.strip().lower()
    if not known.speaks_for(email):
        log.warning("OpenID Connect: %s sends %s, which is none of its email_domains", known.name, email)
        raise ShortlyRefused(NOT_PROVED)
    return email
