"""The set-up of OpenID Connect, walked step by step (docs/sso.md)."""

from collections.abc import Iterator

from kitsulite.areas.directories import oidc, oidcclient
from kitsulite.areas.directories.ssosteps import Step
from kitsulite.identityproviders import IdentityProvider
from kitsulite.settings import Settings
from kitsulite.storage import Row
from kitsulite.work.texts import brief

ENDPOINTS = ("issuer", "authorization_endpoint", "token_endpoint", "jwks_uri")
OF_SITE = "what a provider has to be told is made of DOMAIN_PROTOCOL and DOMAIN_NAME"
LOCAL = "localhost"
LONGEST = 160
"""Characters of what a library says of an address that does not answer."""
OPEN_IT = " — open the address on this machine. It mostly ends in /.well-known/openid-configuration."


def walk(settings: Settings) -> Iterator[Step]:
    """The steps of every provider; of one that fails, those that follow are left out."""
    if not oidc.is_possible():
        yield Step("what it needs is installed", oidc.NOT_INSTALLED)
        return
    yield Step("what it needs is installed")
    yield _site(settings)
    for known in settings.identity_providers:
        yield from _walk_provider(settings, known)


def _site(settings: Settings) -> Step:
    does = f"people come back to {settings.site}/api/auth/oidc/callback"
    if settings.domain_name.startswith(LOCAL):
        return Step(does, "DOMAIN_NAME is this machine's own: set it to the host by which people reach the studio.")
    if settings.domain_protocol != "https":
        return Step(does, "DOMAIN_PROTOCOL is http: most providers send people back by https only.")
    return Step(does)


def _walk_provider(settings: Settings, known: IdentityProvider) -> Iterator[Step]:
    of = known.idp_name or known.name or "the provider"
    with oidcclient.session_for(settings, known) as session:
        try:
            described = oidcclient.describe(session, known)
        except Exception as problem:
            yield Step(f"{of} describes itself", f"{known.discovery_url}: {brief(str(problem), LONGEST)}{OPEN_IT}")
            return
        missing = [name for name in ENDPOINTS if not described.get(name)]
        yield Step(
            f"{of} describes itself", f"{known.discovery_url} does not say {', '.join(missing)}." if missing else ""
        )
        if missing:
            return
        yield Step(f"{of} can do what is asked of it", _of_abilities(described))
        yield Step(f"{of} shows keys that may sign", oidcclient.problem_with_keys(session, described))
        yield Step(
            f"{of} knows this studio as {known.client_id}, by its secret",
            oidcclient.problem_with_secret(session, described),
        )


def _of_abilities(described: Row) -> str:
    """What a provider says that it cannot do; most say little, and can."""
    wanted = {
        "response_types_supported": "code",
        "code_challenge_methods_supported": "S256",
        "scopes_supported": "openid",
    }
    lacking = [
        f"{name} lacks {word}" for name, word in wanted.items() if name in described and word not in described[name]
    ]
    return f"{'; '.join(lacking)}." if lacking else ""
