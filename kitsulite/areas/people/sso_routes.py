"""`/auth/saml` and `/auth/oidc`: single sign-on (docs/api/signing-in.md). Neither is there yet, and the routes say so."""

from kitsulite.access.rules import anyone
from kitsulite.web.call import Call
from kitsulite.web.routing import Answer, get, post


def saml(call: Call) -> Answer:
    """Sign in by SAML."""
    return Answer({"error": "SAML is not enabled."}, 400)


def oidc(call: Call) -> Answer:
    """Sign in by OpenID Connect."""
    return Answer({"error": "OIDC is not enabled."}, 400)


ROUTES = [
    get("/auth/saml/login", anyone, saml, alone=True),
    post("/auth/saml/sso", anyone, saml, alone=True),
    get("/auth/oidc/login", anyone, oidc, alone=True),
    get("/auth/oidc/callback", anyone, oidc, alone=True),
]
