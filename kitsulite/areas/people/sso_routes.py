"""`/auth/oidc` and `/auth/saml`: single sign-on (docs/sso.md). SAML is not there yet, and its routes say so."""

import msgspec

from kitsulite.access.callers import anyone
from kitsulite.areas.people import oidc
from kitsulite.areas.people.auth_routes import SESSION_COOKIE, device_of, session_cookie
from kitsulite.web.call import Call
from kitsulite.web.credentials import COOKIE_PATHS, COOKIES
from kitsulite.web.routing import Answer, get, post
from kitsulite.work.work import Begin

PENDING = 600
"""Seconds that a browser remembers a sign-in that is under way."""


class Chosen(msgspec.Struct):
    """Which provider, by its name in the settings; the first when none is said."""

    provider: str = ""


class CameBack(msgspec.Struct):
    """What a provider sends a browser back with."""

    code: str = ""
    state: str = ""


class LogOut(msgspec.Struct):
    """What a provider says of somebody who has left, signed."""

    logout_token: str


def to_provider(begin: Begin, provider: str) -> Answer:
    """Send a browser to a provider of OpenID Connect."""
    address, cookie = oidc.start(begin, provider)
    return Answer(
        status=302, headers={"Location": address}, cookies={SESSION_COOKIE: (cookie, "/")}, cookie_life=PENDING
    )


def from_provider(call: Call, code: str, state: str) -> Answer:
    """Let in whom the provider of OpenID Connect sends back, and send them on to the site."""
    entered = oidc.finish(call.begin, session_cookie(call), code, state, device_of(call, browser=True))
    tokens = {COOKIES[kind]: (entered[f"{kind}_token"], path) for kind, path in COOKIE_PATHS.items()} if entered else {}
    return Answer(status=302, headers={"Location": call.settings.site}, cookies=tokens)


def log_out(begin: Begin, body: LogOut, provider: str) -> dict[str, bool]:
    """End the sessions of somebody who has left the provider of OpenID Connect (back-channel logout)."""
    oidc.log_out(begin, body.logout_token, provider)
    return {"logout": True}


def saml(begin: Begin) -> Answer:
    """Sign in by SAML."""
    return Answer({"error": "SAML is not enabled."}, 400)


ROUTES = [
    get("/auth/saml/login", anyone, saml, gives={"error": str}, status=400, alone=True),
    post("/auth/saml/sso", anyone, saml, gives={"error": str}, status=400, alone=True),
    get("/auth/oidc/login", anyone, to_provider, query=Chosen, status=302, alone=True),
    get("/auth/oidc/callback", anyone, from_provider, query=CameBack, status=302, alone=True),
    post(
        "/auth/oidc/backchannel-logout",
        anyone,
        log_out,
        query=Chosen,
        takes=LogOut,
        gives={"logout": bool},
        status=200,
        alone=True,
    ),
]
