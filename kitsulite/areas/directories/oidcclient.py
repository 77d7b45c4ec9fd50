"""What is asked of a provider of OpenID Connect, by authlib, which is loaded when somebody signs in (docs/sso.md)."""

import contextlib
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlsplit

from kitsulite.identityproviders import IdentityProvider
from kitsulite.settings import Settings
from kitsulite.storage import Row

if TYPE_CHECKING:
    from authlib.integrations.requests_client import OAuth2Session
    from joserfc.jwt import Token

WELL_KNOWN = "/.well-known/openid-configuration"
SECONDS = 10
"""How long the provider may take to answer."""
LARGEST = 1024**2
"""Bytes of an answer."""
SKEW = 60
"""Seconds by which its clock may be off."""
SIGNED = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", "Ed25519")
"""How a token may be signed: by a key that only the provider has."""


@contextlib.contextmanager
def session_for(settings: Settings, known: IdentityProvider) -> "Iterator[OAuth2Session]":
    """What speaks to a provider."""
    from authlib.integrations.requests_client import OAuth2Session

    session = OAuth2Session(
        known.client_id,
        known.client_secret,
        scope=known.scopes,
        redirect_uri=f"{settings.site}/api/auth/oidc/callback",
        code_challenge_method="S256",
    )
    session.trust_env = False
    with session:
        yield session


def describe(session: "OAuth2Session", known: IdentityProvider) -> Row:
    """What the provider says of itself. ValueError when it calls itself something else than where it is: so nobody is taken for
    somebody of another provider."""
    provider = get(session, known.discovery_url)
    if (wrong := problem_with_issuer(known, provider)) is not None:
        raise ValueError(wrong)
    methods = provider.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
    session.token_endpoint_auth_method = next(
        (method for method in ("client_secret_basic", "client_secret_post") if method in methods), "client_secret_basic"
    )
    return provider


def problem_with_issuer(known: IdentityProvider, provider: Row) -> str | None:
    """What is wrong with what a provider calls itself: it is the address to which the usual path was added, else of the same host."""
    issuer, asked = str(provider.get("issuer")), known.discovery_url
    if asked.endswith(WELL_KNOWN):
        is_its = issuer.rstrip("/") == asked.removesuffix(WELL_KNOWN)
    else:
        is_its = urlsplit(issuer)[:2] == urlsplit(asked)[:2]
    return None if is_its else f"It calls itself {issuer}, which is not where it was asked: {asked}."


def get(session: "OAuth2Session", address: str, *, with_token: bool = False) -> Row:
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


def problem_with_keys(session: "OAuth2Session", provider: Row) -> str:
    """Why nothing that the provider signs can be believed; empty when it can."""
    from joserfc.jwk import KeySet

    try:
        KeySet.import_key_set(cast("Any", get(session, provider["jwks_uri"])))
    except Exception as problem:
        return f"{provider['jwks_uri']}: {problem}"
    told = provider.get("id_token_signing_alg_values_supported", SIGNED)
    return "" if set(told) & set(SIGNED) else f"It signs with {', '.join(told)}; only {', '.join(SIGNED)} count here."


def problem_with_secret(session: "OAuth2Session", provider: Row) -> str:
    """What the provider says to a code that it never gave: `invalid_grant` from one that knows who asks."""
    answer = session.request(
        "POST",
        provider["token_endpoint"],
        withhold_token=True,
        auth=session.client_auth(session.token_endpoint_auth_method),
        data={"grant_type": "authorization_code", "code": "none", "redirect_uri": session.redirect_uri},
        timeout=SECONDS,
        allow_redirects=False,
    )
    try:
        error = str(answer.json().get("error"))
    except (ValueError, AttributeError):
        error = f"status {answer.status_code}"
    if error == "invalid_grant":
        return ""
    return f"It answers {error}: look at the client's id and secret, and at its redirect address."


def read(session: "OAuth2Session", known: IdentityProvider, provider: Row, token: str, more: Row) -> "Token":
    """A token that the provider signed for this studio."""
    from joserfc import jwt
    from joserfc.jwk import KeySet

    keys = KeySet.import_key_set(cast("Any", get(session, provider["jwks_uri"])))
    found = jwt.decode(token, keys, algorithms=SIGNED)
    jwt.JWTClaimsRegistry(
        leeway=SKEW,
        iss={"essential": True, "value": provider["issuer"]},
        aud={"essential": True, "value": known.client_id},
        **more,
    ).validate(found.claims)
    return found
