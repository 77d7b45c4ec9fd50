"""`/auth/saml` and `/auth/oidc`: single sign-on. Neither is there yet, and the routes say so."""

from kitsulite.access.callers import anyone
from kitsulite.web.routing import Answer, get, post
from kitsulite.work.work import Begin


def saml(begin: Begin) -> Answer:
    """Sign in by SAML."""
    return Answer({"error": "SAML is not enabled."}, 400)


def oidc(begin: Begin) -> Answer:
    """Sign in by OpenID Connect."""
    return Answer({"error": "OIDC is not enabled."}, 400)


ROUTES = [
    get("/auth/saml/login", anyone, saml, gives={"error": str}, status=400, alone=True),
    post("/auth/saml/sso", anyone, saml, gives={"error": str}, status=400, alone=True),
    get("/auth/oidc/login", anyone, oidc, gives={"error": str}, status=400, alone=True),
    get("/auth/oidc/callback", anyone, oidc, gives={"error": str}, status=400, alone=True),
]
