"""Signing in by OpenID Connect (docs/sso.md): the code flow with PKCE, state and nonce, by authlib.

What the provider says of itself and its keys are asked for at each sign-in, so that new keys count at once and a provider that is
down keeps nobody else out.
"""

import contextlib
import datetime
import importlib.util
import logging
import secrets
import threading
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from kitsulite.areas.people import sso
from kitsulite.areas.people.newcomers import LONGEST_NAME
from kitsulite.areas.people.signin import Device
from kitsulite.areas.people.sso import Identity
from kitsulite.models import new_id
from kitsulite.settings import Settings
from kitsulite.storage import Row
from kitsulite.work import shortlived
from kitsulite.work.errors import ShortlyRefused
from kitsulite.work.work import Begin

if TYPE_CHECKING:
    from authlib.integrations.requests_client import OAuth2Session
    from joserfc.jwt import Token

log = logging.getLogger("kitsulite")

KIND = "oidc"
PURPOSE = "sign-in by OpenID Connect"
LIFE = datetime.timedelta(minutes=10)
SECONDS = 10
"""How long the provider may take to answer."""
LARGEST = 1024**2
"""Bytes of an answer."""
SKEW = 60
"""Seconds by which its clock may be off."""
SIGNED = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", "Ed25519")
"""How a token may be signed: by a key that only the provider has."""
LOGGED_OUT = "http://schemas.openid.net/event/backchannel-logout"
OFF = "OIDC is not enabled."
FAILED = "OIDC authentication failed."
NO_EMAIL = "No email claim returned by the provider."
NOT_PROVED = "Email address is not verified."
AT_ONCE = 4
"""How many threads of a process wait for the provider at once, so that its being slow holds up nobody else."""
BUSY = "Many people are signing in at this moment. Try again."
NOT_INSTALLED = "Signing in by OpenID Connect needs: pip install 'kitsulite[sso]'"

Claims = dict[str, Any]
_turns = threading.BoundedSemaphore(AT_ONCE)


class Start(NamedTuple):
    """Where a browser is sent, and the cookie by which it is known when it comes back."""

    address: str
    cookie: str


def is_possible() -> bool:
    """Whether what it needs is installed; nothing is loaded to find out."""
    return all(importlib.util.find_spec(name) for name in ("authlib", "joserfc", "requests"))


def start(begin: Begin) -> Start:
    """Begin a sign-in; ShortlyRefused where there is none, or no provider to ask."""
    with begin(writes=False) as work:
        settings = _in_use(work.settings)
    state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
    with _asking(), _session(settings) as session:
        provider = _describe(session, settings)
        address, _ = session.create_authorization_url(
            provider["authorization_endpoint"], state=state, nonce=nonce, code_verifier=verifier
        )
    id = new_id()
    with begin() as work:
        shortlived.forget_expired(work)
        shortlived.keep(work, PURPOSE, id, {"state": state, "nonce": nonce, "verifier": verifier}, LIFE)
        return Start(address, work.keys.sign_cookie({KIND: id}))


def finish(begin: Begin, cookie: str | None, code: str, state: str, device: Device) -> dict[str, Any] | None:
    """The session of whom the provider sends back with a code; None for who is closed out. ShortlyRefused says what was wrong."""
    with begin() as work:
        settings = _in_use(work.settings)
        content = work.keys.read_cookie(cookie) if cookie else None
        given = shortlived.take(work, PURPOSE, str(content[KIND])) if content and KIND in content else None
    if given is None or not code or not secrets.compare_digest(given["state"].encode(), state.encode()):
        raise ShortlyRefused(FAILED)
    with _asking(), _session(settings) as session:
        provider = _describe(session, settings)
        token = session.fetch_token(
            provider["token_endpoint"],
            code=code,
            code_verifier=given["verifier"],
            timeout=SECONDS,
            allow_redirects=False,
        )
        wanted = {"nonce": given["nonce"], "client_id": settings.oidc_client_id, "access_token": token["access_token"]}
        claims = _read_id_token(session, settings, provider, token["id_token"], wanted)
        said = _names(settings, claims) or _names(settings, _ask_about(session, provider, claims["sub"]))
    identity = Identity(KIND, provider["issuer"], claims["sub"])
    return sso.admit(
        begin, identity, said, lambda: _proved_email(settings, claims), device, exempt=settings.oidc_skip_2fa
    )


def log_out(begin: Begin, logout_token: str) -> None:
    """End the sessions of whom the provider says that they have left (OpenID Connect Back-Channel Logout)."""
    with begin(writes=False) as work:
        settings = _in_use(work.settings)
    with _asking(), _session(settings) as session:
        provider = _describe(session, settings)
        wanted = {"iat": {"essential": True}, "exp": {"essential": True}}
        claims = _read(session, settings, provider, logout_token, wanted).claims
        if LOGGED_OUT not in claims.get("events", {}) or "nonce" in claims or not isinstance(claims.get("sub"), str):
            raise ValueError("a logout token names the event and its subject, and has no nonce")
    with begin() as work:
        if not shortlived.claim(work, f"{PURPOSE}: logout", str(claims.get("jti"))[:200], LIFE):
            raise ShortlyRefused(FAILED)
    sso.end_sessions(begin, Identity(KIND, provider["issuer"], claims["sub"]))


# --- the provider ---


def _in_use(settings: Settings) -> Settings:
    if not settings.oidc_enabled:
        raise ShortlyRefused(OFF)
    return settings


@contextlib.contextmanager
def _asking() -> Iterator[None]:
    """Whatever a provider answers that makes no sense is told in our log, and to the caller only that it failed."""
    if not _turns.acquire(blocking=False):
        raise ShortlyRefused(BUSY)
    try:
        yield
    except ShortlyRefused:
        raise
    except ImportError:
        raise ShortlyRefused(NOT_INSTALLED) from None
    except Exception as problem:
        log.warning("OpenID Connect: %s: %s", type(problem).__name__, problem)
        raise ShortlyRefused(FAILED) from None
    finally:
        _turns.release()


@contextlib.contextmanager
def _session(settings: Settings) -> "Iterator[OAuth2Session]":
    from authlib.integrations.requests_client import OAuth2Session

    session = OAuth2Session(
        settings.oidc_client_id,
        settings.oidc_client_secret,
        scope=settings.oidc_scopes,
        redirect_uri=f"{settings.site}/api/auth/oidc/callback",
        code_challenge_method="S256",
    )
    session.trust_env = False
    with session:
        yield session


def _describe(session: "OAuth2Session", settings: Settings) -> Row:
    """What the provider says of itself."""
    provider = _get(session, settings.oidc_discovery_url)
    methods = provider.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
    session.token_endpoint_auth_method = next(
        (method for method in ("client_secret_basic", "client_secret_post") if method in methods), "client_secret_basic"
    )
    return provider


def _get(session: "OAuth2Session", address: str, *, with_token: bool = False) -> Row:
    answer = session.get(address, withhold_token=not with_token, timeout=SECONDS, allow_redirects=False, stream=True)
    answer.raise_for_status()
    content = answer.raw.read(LARGEST + 1, decode_content=True)
    if len(content) > LARGEST:
        raise ValueError(f"{address} answers too much")
    answer._content = content
    found = answer.json()
    if not isinstance(found, dict):
        raise ValueError(f"{address} answers no object")
    return found


def _read(session: "OAuth2Session", settings: Settings, provider: Row, token: str, more: Row) -> "Token":
    """A token that the provider signed for this studio."""
    from joserfc import jwt
    from joserfc.jwk import KeySet

    keys = KeySet.import_key_set(cast("Any", _get(session, provider["jwks_uri"])))
    found = jwt.decode(token, keys, algorithms=SIGNED)
    jwt.JWTClaimsRegistry(
        leeway=SKEW,
        iss={"essential": True, "value": provider["issuer"]},
        aud={"essential": True, "value": settings.oidc_client_id},
        **more,
    ).validate(found.claims)
    return found


def _read_id_token(session: "OAuth2Session", settings: Settings, provider: Row, token: str, wanted: Row) -> Claims:
    from authlib.oidc.core import CodeIDToken

    found = _read(session, settings, provider, token, {"sub": {"essential": True}})
    claims = found.claims
    CodeIDToken(claims, found.header, {}, wanted).validate(leeway=SKEW)
    if not isinstance(claims["sub"], str) or not 0 < len(claims["sub"]) <= 255:
        raise ValueError("the subject is no name")
    return claims


def _ask_about(session: "OAuth2Session", provider: Row, subject: str) -> Claims:
    """What the provider says of somebody where its token says too little; nothing when it does not answer, or of another."""
    try:
        found = _get(session, provider["userinfo_endpoint"], with_token=True)
    except Exception as problem:
        log.info("OpenID Connect: no userinfo: %s", problem)
        return {}
    return found if found.get("sub") == subject else {}


def _names(settings: Settings, claims: Claims) -> Row:
    wanted = {"first_name": settings.oidc_given_name_claim, "last_name": settings.oidc_family_name_claim}
    return {
        column: text[:LONGEST_NAME]
        for column, claim in wanted.items()
        if isinstance(text := claims.get(claim), str) and text
    }


def _proved_email(settings: Settings, claims: Claims) -> str:
    email, proved = claims.get(settings.oidc_email_claim), claims.get("email_verified")
    if not isinstance(email, str) or not email.strip():
        raise ShortlyRefused(NO_EMAIL)
    if proved is False or (settings.oidc_require_email_verified and proved is not True):
        raise ShortlyRefused(NOT_PROVED)
    return email.strip().lower()
