"""What the two sides of SAML say of themselves (docs/sso.md): the provider, as it is fetched, and this site, as admins hand it on."""

import datetime
import time
from html import escape
from typing import TYPE_CHECKING, NamedTuple

from kitsulite.areas.directories import samlxml
from kitsulite.areas.directories.samlxml import DSIG, META, PROTOCOL
from kitsulite.settings import Settings

if TYPE_CHECKING:
    from cryptography.x509 import Certificate

SECONDS = 30
"""How long the provider may take to describe itself."""
A_PIECE = 10
"""Seconds of these without a word."""
LARGEST = 4 * 1024**2
"""Bytes of a description."""
REDIRECT = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect"
POST = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST"
E_MAIL = "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress"
NAME_ID = "NameID"
"""What stands for the subject itself in the settings that name an attribute."""
TYPE = "application/samlmetadata+xml"


class Provider(NamedTuple):
    """A provider, as it describes itself.

    address       where people sign in, by the redirect binding; empty where it has no such place
    certificates  of the keys that it signs with
    wants_signed  whether it takes only requests that are signed
    """

    issuer: str
    address: str
    certificates: "tuple[Certificate, ...]"
    wants_signed: bool


class Site(NamedTuple):
    """This site, as the provider knows it: its entity id, and where it takes answers."""

    id: str
    consumer: str


def site_of(settings: Settings) -> Site:
    return Site(f"{settings.site}/api/auth/saml/login", f"{settings.site}/api/auth/saml/sso")


def fetch(settings: Settings) -> Provider:
    """The provider as it is now, so that new keys count at once and old ones no more; ValueError says what is wrong with it."""
    return read(_get(settings.saml_metadata_url))


def read(content: bytes) -> Provider:
    """A provider, out of its description."""
    from cryptography.x509 import load_der_x509_certificate

    root = samlxml.parse(content)
    described = [entity for entity in root.iter(f"{META}EntityDescriptor") if _role_of(entity) is not None]
    if len(described) != 1:
        raise ValueError(f"it describes {len(described)} providers of SAML 2.0; one is needed")
    for element in (root, described[0]):
        until = element.get("validUntil")
        if until and samlxml.moment(until) < datetime.datetime.now(datetime.UTC):
            raise ValueError(f"what it says of itself counted until {until}")
    role = _role_of(described[0])
    assert role is not None
    places = [place.get("Location", "") for place in role.findall(f"{META}SingleSignOnService[@Binding='{REDIRECT}']")]
    keys = [key for key in role.findall(f"{META}KeyDescriptor") if key.get("use", "signing") == "signing"]
    written = [key.find(f"{DSIG}KeyInfo/{DSIG}X509Data/{DSIG}X509Certificate") for key in keys]
    return Provider(
        described[0].get("entityID", ""),
        next((place for place in places if place.startswith(("https://", "http://"))), ""),
        tuple(load_der_x509_certificate(samlxml.decode(item.text or "")) for item in written if item is not None),
        role.get("WantAuthnRequestsSigned") in ("true", "1"),
    )


def of_site(settings: Settings) -> str:
    """What this site says of itself, for the provider to read."""
    id, consumer = site_of(settings)
    named = f"<md:NameIDFormat>{E_MAIL}</md:NameIDFormat>" if settings.saml_email_attribute == NAME_ID else ""
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<md:EntityDescriptor xmlns:md="{META[1:-1]}" entityID="{escape(id)}">'
        f'<md:SPSSODescriptor AuthnRequestsSigned="false" WantAssertionsSigned="true" '
        f'protocolSupportEnumeration="{PROTOCOL[1:-1]}">{named}'
        f'<md:AssertionConsumerService Binding="{POST}" Location="{escape(consumer)}" index="0" isDefault="true"/>'
        "</md:SPSSODescriptor></md:EntityDescriptor>\n"
    )


def _role_of(entity: samlxml.Element) -> samlxml.Element | None:
    """What an entity says of itself as a provider that speaks SAML 2.0."""
    roles: list[samlxml.Element] = entity.findall(f"{META}IDPSSODescriptor")
    return next((role for role in roles if PROTOCOL[1:-1] in role.get("protocolSupportEnumeration", "").split()), None)


def _get(address: str) -> bytes:
    import requests

    end = time.monotonic() + SECONDS
    with requests.Session() as session:
        session.trust_env = False
        answer = session.get(address, timeout=A_PIECE, allow_redirects=False, stream=True)
        if answer.status_code != 200:
            raise ValueError(f"{address} answers {answer.status_code} instead of a description")
        content = b""
        while piece := answer.raw.read1(2**16, decode_content=True):
            content += piece
            if len(content) > LARGEST:
                raise ValueError(f"{address} answers too much")
            if time.monotonic() > end:
                raise ValueError(f"{address} takes too long")
    return content
