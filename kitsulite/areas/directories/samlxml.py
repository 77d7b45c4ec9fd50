"""XML as strangers send it: read without what makes XML dangerous, and believed as far as a signature goes (docs/sso.md)."""

import base64
import datetime
import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cryptography.x509 import Certificate

Element = Any
"""An element of lxml."""
ASSERTION = "{urn:oasis:names:tc:SAML:2.0:assertion}"
PROTOCOL = "{urn:oasis:names:tc:SAML:2.0:protocol}"
META = "{urn:oasis:names:tc:SAML:2.0:metadata}"
DSIG = "{http://www.w3.org/2000/09/xmldsig#}"
ENVELOPED = "http://www.w3.org/2000/09/xmldsig#enveloped-signature"
CANONICAL = "http://www.w3.org/2001/10/xml-exc-c14n#"
"""How what is signed is written down: by itself, wherever it stands, without comments."""
METHODS = re.compile(r"(RSA|ECDSA)_SHA(256|384|512)|SHA(256|384|512)_RSA_MGF1")
"""By which keys it may be signed: those that only the provider has, and with no hash that can be forged."""
DIGESTS = ("SHA256", "SHA384", "SHA512")


def parse(content: bytes) -> Element:
    """The root element; ValueError for what is no XML, or has a document type, which is where entities come from."""
    from lxml import etree

    if "<!DOCTYPE" in content.decode():
        raise ValueError("it has a document type")
    parser = etree.XMLParser(encoding="utf-8", resolve_entities=False, no_network=True, huge_tree=False)
    try:
        return etree.fromstring(content, parser)
    except etree.XMLSyntaxError as problem:
        raise ValueError(f"it is no XML: {problem}") from None


def decode(text: str) -> bytes:
    """What is written in base64, in lines or not."""
    return base64.b64decode("".join(text.split()), validate=True)


def moment(text: str) -> datetime.datetime:
    found = datetime.datetime.fromisoformat(text)
    return found if found.tzinfo else found.replace(tzinfo=datetime.UTC)


def text(element: Element) -> str:
    """What an element says. In two pieces, around something, it says nothing that one could go by."""
    if len(element):
        raise ValueError(f"{element.tag} holds more than a text")
    return (element.text or "").strip()


def only(element: Element, path: str) -> Element:
    """The one element there."""
    found = element.findall(path)
    if len(found) != 1:
        raise ValueError(f"{element.tag} holds {len(found)} of {path}")
    return found[0]


def signed(element: Element, certificates: "Iterable[Certificate]") -> Element:
    """The element again, as one of the certificates' keys signed it, and nothing beside that; ValueError where none did.

    It is looked at by itself, apart from the document that it came in, so the signature can be over nothing else in that.
    """
    from lxml import etree
    from signxml import DigestAlgorithm, SignatureConfiguration, SignatureMethod, XMLVerifier
    from signxml.exceptions import SignXMLException

    _check_form(only(element, f"{DSIG}Signature"), element.get("ID"))
    wanted = SignatureConfiguration(
        location="./",
        signature_methods=frozenset(method for method in SignatureMethod if METHODS.fullmatch(method.name)),
        digest_algorithms=frozenset(DigestAlgorithm[name] for name in DIGESTS),
        ignore_ambiguous_key_info=True,
    )
    document = etree.tostring(element, with_tail=False)
    problem: Exception | str = "the provider names no key"
    for certificate in certificates:
        try:
            found = XMLVerifier().verify(document, x509_cert=certificate, id_attribute="ID", expect_config=wanted)
            return found.signed_xml
        except SignXMLException as wrong:
            problem = wrong
    raise ValueError(f"{element.tag} is not signed by the provider: {problem}")


def _check_form(signature: Element, id: str | None) -> None:
    """Signatures of SAML have one form: over the element around them, by its ID, with nothing done to it."""
    info = only(signature, f"{DSIG}SignedInfo")
    reference = only(info, f"{DSIG}Reference")
    if not id or reference.get("URI") != f"#{id}":
        raise ValueError("the signature is over something else than what is around it")
    if only(info, f"{DSIG}CanonicalizationMethod").get("Algorithm") != CANONICAL:
        raise ValueError("the signature is written down in a way that is not taken")
    transforms = [item.get("Algorithm") for item in reference.findall(f"{DSIG}Transforms/{DSIG}Transform")]
    if transforms.count(ENVELOPED) != 1 or any(name not in (ENVELOPED, CANONICAL) for name in transforms):
        raise ValueError(f"the signature goes by {', '.join(map(str, transforms))}")
