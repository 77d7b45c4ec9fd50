"""What a provider of SAML answers of somebody (docs/sso.md): an assertion, believed where it is signed, of now, and for this site.

The answer around it is anybody's: what that says is held against the assertion, and nothing is taken from it.
"""

import datetime
from typing import NamedTuple

from kitsulite.areas.directories import samlxml
from kitsulite.areas.directories.samlmetadata import Provider, Site
from kitsulite.areas.directories.samlxml import ASSERTION, DSIG, PROTOCOL, Element, only, text

LARGEST = 256 * 1024
"""Characters of an answer."""
SKEW = datetime.timedelta(minutes=1)
"""How much the provider's clock may be off."""
BEARER = "urn:oasis:names:tc:SAML:2.0:cm:bearer"
TRANSIENT = "urn:oasis:names:tc:SAML:2.0:nameid-format:transient"
SUCCESS = "urn:oasis:names:tc:SAML:2.0:status:Success"
CONDITIONS = {f"{ASSERTION}{name}" for name in ("AudienceRestriction", "OneTimeUse", "ProxyRestriction")}
"""What is understood of the conditions of an assertion. Each is taken once only as it is."""


class Assertion(NamedTuple):
    """What a provider says of somebody.

    is_passing  whether the name is another one each time
    answers     the request that it answers; None where nobody asked
    until       when it counts no more
    attributes  name -> values
    """

    id: str
    name_id: str
    is_passing: bool
    answers: str | None
    until: datetime.datetime
    attributes: dict[str, list[str]]


def parse(answer: str) -> Element:
    """An answer as it was posted, not believed yet; ValueError for what cannot be one."""
    if len(answer) > LARGEST:
        raise ValueError("the answer is too long")
    response = samlxml.parse(samlxml.decode(answer))
    if response.tag != f"{PROTOCOL}Response":
        raise ValueError(f"it is no answer but {response.tag}")
    if any(not isinstance(node.tag, str) for node in response.iter()):
        raise ValueError("it holds comments, or instructions")
    return response


def read(response: Element, provider: Provider, site: Site) -> Assertion:
    """What an answer says that can be believed; ValueError says why nothing can."""
    _check_around(response, provider, site)
    assertion = samlxml.signed(_assertion_in(response), provider.certificates)
    if text(only(assertion, f"{ASSERTION}Issuer")) != provider.issuer:
        raise ValueError("the assertion is of another issuer")
    until = _check_conditions(only(assertion, f"{ASSERTION}Conditions"), site)
    subject = only(assertion, f"{ASSERTION}Subject")
    confirmed = [data for data in _confirmations(subject) if _is_for_now(data, site)]
    if not confirmed:
        raise ValueError("nothing in the assertion lets this site take it now")
    if assertion.find(f"{ASSERTION}AuthnStatement") is None:
        raise ValueError("the assertion does not say that somebody signed in")
    asked = [value for value in (confirmed[0].get("InResponseTo"), response.get("InResponseTo")) if value is not None]
    if len(set(asked)) > 1:
        raise ValueError("the assertion answers another request than the answer around it")
    name = only(subject, f"{ASSERTION}NameID")
    return Assertion(
        assertion.get("ID"),
        text(name),
        name.get("Format") == TRANSIENT,
        next(iter(asked), None),
        min(until, samlxml.moment(confirmed[0].get("NotOnOrAfter"))) + SKEW,
        _attributes(assertion),
    )


def _check_around(response: Element, provider: Provider, site: Site) -> None:
    """Refuse an answer that tells of a failure, or says itself that it is not of this provider or not for this site."""
    codes = [code.get("Value") for code in response.iterfind(f"{PROTOCOL}Status//{PROTOCOL}StatusCode")]
    if codes[:1] != [SUCCESS]:
        told = " ".join(item.text or "" for item in response.iterfind(f"{PROTOCOL}Status/{PROTOCOL}StatusMessage"))
        raise ValueError(f"the provider answers {', '.join(map(str, codes))} {told[:200]}")
    if response.get("Destination") not in (None, site.consumer):
        raise ValueError(f"the answer is for {response.get('Destination')}")
    if any(text(issuer) != provider.issuer for issuer in response.findall(f"{ASSERTION}Issuer")):
        raise ValueError("the answer is of another issuer")
    if response.find(f"{DSIG}Signature") is not None:
        samlxml.signed(response, provider.certificates)


def _assertion_in(response: Element) -> Element:
    """The assertion of an answer. There is no other one in it, wherever, so that nobody can mistake one for the other."""
    if response.find(f"{ASSERTION}EncryptedAssertion") is not None:
        raise ValueError("the assertion is encrypted, for which this site has no key: switch that off at the provider")
    if len(list(response.iter(f"{ASSERTION}Assertion"))) != 1:
        raise ValueError("the answer has no assertion, or several")
    return only(response, f"{ASSERTION}Assertion")


def _check_conditions(conditions: Element, site: Site) -> datetime.datetime:
    """Until when an assertion counts, if it does now and for this site."""
    now = datetime.datetime.now(datetime.UTC)
    if strange := [item.tag for item in conditions if item.tag not in CONDITIONS]:
        raise ValueError(f"the assertion has a condition that is not known: {strange[0]}")
    begins, ends = conditions.get("NotBefore"), conditions.get("NotOnOrAfter")
    if begins and now + SKEW < samlxml.moment(begins):
        raise ValueError(f"the assertion counts from {begins}")
    until = samlxml.moment(ends) if ends else datetime.datetime.max.replace(tzinfo=datetime.UTC)
    if now - SKEW >= until:
        raise ValueError(f"the assertion counted until {ends}")
    restrictions = conditions.findall(f"{ASSERTION}AudienceRestriction")
    audiences = [{text(item) for item in one.findall(f"{ASSERTION}Audience")} for one in restrictions]
    if not audiences or any(site.id not in named for named in audiences):
        raise ValueError("the assertion is for another audience")
    return until


def _confirmations(subject: Element) -> list[Element]:
    """What is said of how the subject may be taken for who brings the assertion."""
    means = subject.findall(f"{ASSERTION}SubjectConfirmation[@Method='{BEARER}']")
    return [only(way, f"{ASSERTION}SubjectConfirmationData") for way in means]


def _is_for_now(data: Element, site: Site) -> bool:
    now = datetime.datetime.now(datetime.UTC)
    begins, ends = data.get("NotBefore"), data.get("NotOnOrAfter")
    if data.get("Recipient") != site.consumer or not ends or now - SKEW >= samlxml.moment(ends):
        return False
    return not begins or now + SKEW >= samlxml.moment(begins)


def _attributes(assertion: Element) -> dict[str, list[str]]:
    """What is said of the subject; what is no plain text is left out."""
    found: dict[str, list[str]] = {}
    for attribute in assertion.iterfind(f"{ASSERTION}AttributeStatement/{ASSERTION}Attribute"):
        values = [text(value) for value in attribute.findall(f"{ASSERTION}AttributeValue") if not len(value)]
        found.setdefault(attribute.get("Name", ""), []).extend(values)
    return found
