"""The steps of a set-up of SAML, one after the other as far as they go (`kitsulite doctor sso`, docs/sso.md)."""

import datetime
from collections.abc import Iterator

from kitsulite.areas.directories import saml, samlmetadata
from kitsulite.areas.directories.samlmetadata import E_MAIL, NAME_ID, Provider
from kitsulite.areas.directories.ssosteps import Step
from kitsulite.settings import Settings

SOON = datetime.timedelta(days=30)


def walk(settings: Settings) -> Iterator[Step]:
    """What a sign-in needs, tried without anybody signing in, and at last what the provider has to be told."""
    if not saml.is_possible():
        yield Step("what SAML needs is installed", saml.NOT_INSTALLED)
        return
    yield Step("what SAML needs is installed")
    told = f"the provider describes itself at {settings.saml_metadata_url}"
    try:
        provider = samlmetadata.fetch(settings)
    except Exception as problem:
        yield Step(told, f"{problem} — open the address on this machine, and see whether SAML_METADATA_URL is right.")
        return
    yield Step(f"{told}, as {provider.issuer}")
    yield from _provider(provider)
    yield from _site(settings)


def _provider(provider: Provider) -> Iterator[Step]:
    if provider.address:
        yield Step(f"people sign in at {provider.address}")
    else:
        yield Step(
            "people sign in there", "It has no address for HTTP-Redirect: switch that binding on at the provider."
        )
    if provider.wants_signed:
        yield Step("it says that it wants signed requests, which ours are not: see that it takes them of this site")
    if not provider.certificates:
        yield Step("it says which keys it signs with", "It names no certificate: have it sign its assertions.")
    now = datetime.datetime.now(datetime.UTC)
    for certificate in provider.certificates:
        begins, ends = certificate.not_valid_before_utc, certificate.not_valid_after_utc
        does = f"its certificate {certificate.serial_number:x} counts until {ends:%Y-%m-%d}"
        if now < begins:
            yield Step(does, f"It does not count before {begins:%Y-%m-%d %H:%M} UTC.")
        elif now > ends:
            yield Step(
                does, "It is over, so nothing counts that is signed with it: have the provider sign with a new one."
            )
        else:
            yield Step(does, "That is soon: have the provider sign with a new one before." if now + SOON > ends else "")


def _site(settings: Settings) -> Iterator[Step]:
    site = samlmetadata.site_of(settings)
    needs = (
        ""
        if settings.domain_protocol == "https"
        else "Browsers keep what a sign-in needs only with DOMAIN_PROTOCOL=https."
    )
    yield Step(f"people come to {settings.site}", needs)
    yield Step(f"the provider knows this site by the entity id {site.id}")
    yield Step(f"it sends signed assertions by HTTP-POST to {site.consumer}")
    if settings.saml_email_attribute == NAME_ID:
        yield Step(f"the NameID is the e-mail, in the format {E_MAIL}")
    else:
        yield Step(f"the e-mail is in the attribute {settings.saml_email_attribute}")
    yield Step(f"all this can be read from {settings.site}/api/auth/saml/metadata")
