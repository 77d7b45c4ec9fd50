"""`/auth/oidc` and `/auth/saml`: single sign-on (docs/sso.md)."""

from typing import Any

import msgspec

from kitsulite.access.callers import anyone
from kitsulite.areas.directories import oidc, saml, samlmetadata
from kitsulite.areas.people.auth_routes import SESSION_COOKIE, device_of, session_cookie
from kitsulite.web.call import Call
from kitsulite.web.credentials import COOKIE_PATHS, COOKIES
from kitsulite.web.routing import Answer, Media, get, post
from kitsulite.work.work import Begin

PENDING = 600
"""Seconds that a browser remembers a sign-in that is under way."""
SAML_COOKIE = "saml"
"""The cookie by which it does, where the provider sends it back with a form: no other cookie comes along then."""


class Chosen(msgspec.Struct):
    """Which provider, by its name in the settings; the first when none is said."""

    provider: str = ""


class CameBack(msgspec.Struct):
    """What a provider sends a browser back with."""

    code: str = ""
    state: str = ""
    error: str = ""


class Posted(msgspec.Struct):
    """What a provider of SAML has a browser post."""

    answer: str = msgspec.field(name="SAMLResponse", default="")


class LogOut(msgspec.Struct):
    """What a provider says of somebody who has left, signed."""

    logout_token: str


def to_provider(begin: Begin, provider: str) -> Answer:
    """Send a browser to a provider of OpenID Connect."""
    address, cookie = oidc.start(begin, provider)
    return Answer(
        status=302, headers={"Location": address}, cookies={SESSION_COOKIE: (cookie, "/")}, cookie_life=PENDING
    )


def from_provider(call: Call, code: str, state: str, error: str) -> Answer:
    """Let in whom the provider of OpenID Connect sends back, and send them on to the site."""
    entered = oidc.finish(
        call.begin, session_cookie(call), code, state, device_of(call, browser=True), error=error[:200]
    )
    return _on_to_site(call, entered)


def _on_to_site(call: Call, entered: dict[str, Any] | None) -> Answer:
    tokens = {COOKIES[kind]: (entered[f"{kind}_token"], path) for kind, path in COOKIE_PATHS.items()} if entered else {}
    return Answer(status=302, headers={"Location": call.settings.site}, cookies=tokens)


def log_out(begin: Begin, body: LogOut, provider: str) -> dict[str, bool]:
    """End the sessions of somebody who has left the provider of OpenID Connect (back-channel logout)."""
    oidc.log_out(begin, body.logout_token, provider)
    return {"logout": True}


def to_saml_provider(begin: Begin) -> Answer:
    """Send a browser to the provider of SAML."""
    address, cookie = saml.start(begin)
    return Answer(
        status=302,
        headers={"Location": address},
        cookies={SAML_COOKIE: (cookie, "/")},
        cookie_life=PENDING,
        cookies_from_anywhere=True,
    )


def from_saml_provider(call: Call, body: Posted) -> Answer:
    """Let in whom the provider of SAML sends, asked for or not, and send them on to the site."""
    cookie = next(iter(call.request.get_cookie_values(SAML_COOKIE) or []), None)
    return _on_to_site(call, saml.finish(call.begin, cookie, body.answer, device_of(call, browser=True)))


def saml_metadata(call: Call) -> Answer:
    """What this site is to a provider of SAML, for that to read."""
    saved = {"Content-Disposition": "attachment; filename=saml.xml"}
    return Answer(samlmetadata.of_site(call.settings), type=samlmetadata.TYPE, headers=saved)


ROUTES = [
    get("/auth/saml/login", anyone, to_saml_provider, status=302, alone=True),
    post("/auth/saml/sso", anyone, from_saml_provider, takes=Posted, status=302, alone=True),
    get("/auth/saml/metadata", anyone, saml_metadata, gives=Media(samlmetadata.TYPE), alone=True),
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
