"""Signing in by SAML 2.0 (docs/sso.md): the browser takes an unsigned request to the provider, and brings a signed assertion back.

What the provider says of itself and its keys are asked for at each sign-in, so that new keys count at once and a provider that is
down keeps nobody else out.
"""

import base64
import datetime
import hashlib
import importlib.util
import zlib
from html import escape
from typing import Any
from urllib.parse import urlencode

from kitsulite.areas.directories import samlanswers, samlmetadata, samlpeople, sso
from kitsulite.areas.directories.asking import Asking
from kitsulite.areas.directories.samlanswers import SKEW, Assertion
from kitsulite.areas.directories.samlmetadata import E_MAIL, NAME_ID, POST, Provider, Site
from kitsulite.areas.directories.samlxml import ASSERTION, PROTOCOL
from kitsulite.areas.directories.sso import Identity, Start
from kitsulite.areas.people.signin import Device
from kitsulite.models import new_id
from kitsulite.settings import Settings
from kitsulite.work import shortlived
from kitsulite.work.errors import ShortlyRefused
from kitsulite.work.work import Begin, Work

KIND = "saml"
PURPOSE, USED = "sign-in by SAML", "sign-in by SAML: used"
LIFE = datetime.timedelta(minutes=10)
OFF = "SAML is not enabled."
FAILED = "SAML authentication failed."
NO_EMAIL = "No email address returned by the provider."
NOT_INSTALLED = "Signing in by SAML needs: pip install 'kitsulite[sso]'"

_asking = Asking("SAML", FAILED, NOT_INSTALLED)


def is_possible() -> bool:
    """Whether what it needs is installed; nothing is loaded to find out."""
    return all(importlib.util.find_spec(name) for name in ("lxml", "requests", "signxml"))


def start(begin: Begin) -> Start:
    """Begin a sign-in; ShortlyRefused where there is none, or no provider to ask."""
    with begin(writes=False) as work:
        settings = _in_use(work.settings)
    id = f"_{new_id()}"
    with _asking():
        provider = samlmetadata.fetch(settings)
        if not provider.address:
            raise ValueError("the provider has no address to redirect people to")
        address = _to(provider, _request(settings, provider, id))
    with begin() as work:
        shortlived.forget_expired(work)
        shortlived.keep(work, PURPOSE, id, True, LIFE)
        return Start(address, work.keys.sign_cookie({KIND: id}))


def finish(begin: Begin, cookie: str | None, answer: str, device: Device) -> dict[str, Any] | None:
    """The session of whom the provider sends with an answer; None for who is closed out. ShortlyRefused says what was wrong."""
    with begin(writes=False) as work:
        settings = _in_use(work.settings)
    with _asking():
        response = samlanswers.parse(answer)
        provider = samlmetadata.fetch(settings)
        found = samlanswers.read(response, provider, samlmetadata.site_of(settings))
        with begin() as work:
            _use(work, found, provider, cookie)
            said = samlpeople.said(work, found)
        identity = Identity(KIND, provider.issuer, _subject(settings, found))
    return sso.admit(begin, identity, said, lambda: _email(settings, found), device, exempt=settings.saml_skip_2fa)


def _in_use(settings: Settings) -> Settings:
    if not settings.saml_enabled:
        raise ShortlyRefused(OFF)
    return settings


def _request(settings: Settings, provider: Provider, id: str) -> str:
    """What the provider is asked: who is it, and, where people go by their e-mail, with what."""
    site: Site = samlmetadata.site_of(settings)
    now = datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    policy = (
        f'<p:NameIDPolicy Format="{E_MAIL}" AllowCreate="true"/>' if settings.saml_email_attribute == NAME_ID else ""
    )
    return (
        f'<p:AuthnRequest xmlns:p="{PROTOCOL[1:-1]}" xmlns:a="{ASSERTION[1:-1]}" ID="{id}" Version="2.0" '
        f'IssueInstant="{now}" Destination="{escape(provider.address)}" ProtocolBinding="{POST}" '
        f'AssertionConsumerServiceURL="{escape(site.consumer)}">'
        f"<a:Issuer>{escape(site.id)}</a:Issuer>{policy}</p:AuthnRequest>"
    )


def _to(provider: Provider, request: str) -> str:
    """The provider's address with a request, by the redirect binding."""
    deflate = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    packed = base64.b64encode(deflate.compress(request.encode()) + deflate.flush()).decode()
    return f"{provider.address}{'&' if '?' in provider.address else '?'}{urlencode({'SAMLRequest': packed})}"


def _use(work: Work, found: Assertion, provider: Provider, cookie: str | None) -> None:
    """Use an assertion up: it counts once, and one that answers a request only for the browser that made it."""
    if found.answers is not None:
        content = work.keys.read_cookie(cookie) if cookie else None
        if not content or content.get(KIND) != found.answers or not shortlived.take(work, PURPOSE, found.answers):
            raise ValueError("the request that is answered is over, or was made by another browser")
    name = hashlib.sha256(f"{provider.issuer} {found.id}".encode()).hexdigest()
    if not shortlived.claim(work, USED, name, found.until - datetime.datetime.now(datetime.UTC) + SKEW):
        raise ValueError("the assertion was used before")


def _subject(settings: Settings, found: Assertion) -> str | None:
    """The name that somebody keeps at the provider; None where people go by their e-mail."""
    if not settings.saml_subject_attribute:
        return None
    if settings.saml_subject_attribute == NAME_ID and found.is_passing:
        raise ValueError("the NameID is another one each time: have the provider send a persistent one")
    subject = samlpeople.value(found, settings.saml_subject_attribute)
    if not 0 < len(subject) <= 255:
        raise ValueError(f"the assertion has no {settings.saml_subject_attribute}, or one that is no name")
    return subject


def _email(settings: Settings, found: Assertion) -> str:
    email = samlpeople.value(found, settings.saml_email_attribute).lower()
    if "@" not in email:
        raise ShortlyRefused(NO_EMAIL)
    return email
