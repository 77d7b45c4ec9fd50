"""What attackers make of an answer of a provider of SAML: each is refused, for its own reason, where the answer as it was is taken.

An attack changes the root of an answer that pysaml2 made. Some change what is signed and are sealed again with the provider's own
key, so that nothing but the change is wrong; the same answer, sealed again without a change, is taken.
"""

import base64
import copy
import hashlib
import hmac
import logging
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple
from urllib.parse import urlencode

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from lxml import etree
from samlprovider import Key, Provider, make_key, post, provider, usual_key
from signing import set_up
from studio import Answered, Studio, Visitor

from kitsulite import create_app
from kitsulite.areas.directories import saml
from kitsulite.areas.directories.samlanswers import LARGEST

pytestmark = pytest.mark.long

FAILED = {"error": "SAML authentication failed."}
SAML, SAMLP = "{urn:oasis:names:tc:SAML:2.0:assertion}", "{urn:oasis:names:tc:SAML:2.0:protocol}"
DS = "{http://www.w3.org/2000/09/xmldsig#}"
EXCLUSIVE, ENVELOPED = (
    "http://www.w3.org/2001/10/xml-exc-c14n#",
    "http://www.w3.org/2000/09/xmldsig#enveloped-signature",
)
MORE = "http://www.w3.org/2001/04/xmldsig-more#"
RSA_SHA256, SHA256 = f"{MORE}rsa-sha256", "http://www.w3.org/2001/04/xmlenc#sha256"
SEVERAL = "no assertion, or several"
ELSE = "over something else than what is around it"
Root = Any
Change = Callable[[Root], None]


class Attack(NamedTuple):
    """A change, what our log says of it, and how the answer is sealed again: as its provider would, or as said."""

    change: Change
    reason: str
    seal: dict[str, Any] | None = None
    both: bool = False


def assertion_of(root: Root) -> Root:
    return root.find(f"{SAML}Assertion")


def signature_of(element: Root) -> Root:
    return element.find(f"{DS}Signature")


def canonical(element: Root, prefixes: list[str] | None = None) -> bytes:
    return etree.tostring(element, method="c14n", exclusive=True, inclusive_ns_prefixes=prefixes, with_tail=False)  # type: ignore[no-any-return]


def seal(
    root: Root,
    *,
    key: Key | None = None,
    uri: str | None = None,
    transforms: tuple[str, ...] = (ENVELOPED, EXCLUSIVE),
    c14n: str = EXCLUSIVE,
    method: str = RSA_SHA256,
    digest: str = SHA256,
    references: int = 1,
    part: str | None = None,
    prefixes: str = "",
    more: str = "",
) -> None:
    """Sign the assertion of an answer, as the provider does or in another form."""
    key, assertion = key or usual_key(), assertion_of(root)
    if (old := signature_of(assertion)) is not None:
        assertion.remove(old)
    what = assertion if part is None else assertion.find(part)
    hashed = hashlib.new(digest.partition("#")[2], canonical(what, prefixes.split() or None)).digest()
    list_of = f'<e:InclusiveNamespaces xmlns:e="{EXCLUSIVE}" PrefixList="{prefixes}"/>' if prefixes else ""
    done = "".join(
        f'<ds:Transform Algorithm="{name}">{list_of if name == EXCLUSIVE else ""}</ds:Transform>' for name in transforms
    )
    place = f"#{assertion.get('ID')}" if uri is None else uri
    reference = (
        f'<ds:Reference URI="{place}"><ds:Transforms>{done}</ds:Transforms><ds:DigestMethod Algorithm="{digest}"/>'
        f"<ds:DigestValue>{base64.b64encode(hashed).decode()}</ds:DigestValue></ds:Reference>"
    )
    info = (
        f'<ds:SignedInfo xmlns:ds="{DS[1:-1]}"><ds:CanonicalizationMethod Algorithm="{c14n}"/>'
        f'<ds:SignatureMethod Algorithm="{method}"/>{reference * references}</ds:SignedInfo>'
    )
    empty = f'<ds:Signature xmlns:ds="{DS[1:-1]}">{info}<ds:SignatureValue/>{more}</ds:Signature>'
    assertion.insert(1, signature := etree.fromstring(empty))
    value = sign(key, method, canonical(signature[0]))
    signature[1].text = base64.b64encode(value).decode()


def sign(key: Key, method: str, content: bytes) -> bytes:
    if "hmac" in method:
        return hmac.digest(key.certificate_pem, content, "sha256")
    if "ecdsa" in method:
        pair = decode_dss_signature(key.private.sign(content, ec.ECDSA(hashes.SHA256())))
        return b"".join(number.to_bytes(32) for number in pair)
    known = getattr(hashes, method.rpartition("-")[2].upper(), hashes.SHA256)()
    return key.private.sign(content, padding.PKCS1v15(), known)  # type: ignore[no-any-return]


def evil(assertion: Root, *, id: str | None = "evil") -> Root:
    """The same assertion of the admin, not signed."""
    other = copy.deepcopy(assertion)
    other.tail = None
    if (signature := signature_of(other)) is not None:
        other.remove(signature)
    if id:
        other.set("ID", id)
    other.find(f"{SAML}Subject/{SAML}NameID").text = "ann@studio.test"
    return other


def bare(assertion: Root) -> Root:
    """The same assertion without its signature."""
    other = copy.deepcopy(assertion)
    other.remove(signature_of(other))
    return other


# --- one signed thing, and another that is read: XML signature wrapping ---


def xsw1(root: Root) -> None:
    """The answer that was signed lies in the signature of another."""
    signed = copy.deepcopy(root)
    signed.remove(signature_of(signed))
    signature_of(root).append(signed)
    root.set("ID", "evil")
    root.replace(assertion_of(root), evil(assertion_of(root)))


def xsw2(root: Root) -> None:
    """It lies beside it."""
    signed = copy.deepcopy(root)
    signed.remove(signature_of(signed))
    signature_of(root).addprevious(signed)
    root.set("ID", "evil")
    root.replace(assertion_of(root), evil(assertion_of(root)))


def xsw3(root: Root) -> None:
    assertion_of(root).addprevious(evil(assertion_of(root)))


def xsw4(root: Root) -> None:
    signed = assertion_of(root)
    other = evil(signed)
    root.replace(signed, other)
    other.append(signed)


def xsw5(root: Root) -> None:
    signed = assertion_of(root)
    root.append(bare(signed))
    root.replace(signed, other := evil(signed))
    other.insert(1, copy.deepcopy(signature_of(signed)))


def xsw6(root: Root) -> None:
    signed = assertion_of(root)
    root.replace(signed, other := evil(signed))
    other.insert(1, copy.deepcopy(signature_of(signed)))
    signature_of(other).append(bare(signed))


def xsw7(root: Root) -> None:
    extensions = etree.Element(f"{SAMLP}Extensions")
    extensions.append(evil(assertion_of(root), id=None))
    assertion_of(root).addprevious(extensions)


def xsw8(root: Root) -> None:
    signed = assertion_of(root)
    root.replace(signed, other := evil(signed))
    other.insert(1, copy.deepcopy(signature_of(signed)))
    etree.SubElement(signature_of(other), f"{DS}Object").append(bare(signed))


def hidden(root: Root) -> None:
    """What was signed lies in the evil one under another name, with its ID."""
    signed = assertion_of(root)
    root.replace(signed, other := evil(signed))
    other.insert(1, copy.deepcopy(signature_of(signed)))
    inner = etree.SubElement(etree.SubElement(signature_of(other), f"{DS}Object"), "inner", ID=signed.get("ID"))
    inner.extend(bare(signed))
    other.set("ID", signed.get("ID"))


def second(root: Root) -> None:
    root.append(copy.deepcopy(assertion_of(root)))


def another_signature(root: Root) -> None:
    assertion_of(root).insert(1, copy.deepcopy(signature_of(assertion_of(root))))


# --- little changes ---


def nothing(root: Root) -> None:
    pass


def without(path: str) -> Change:
    def change(root: Root) -> None:
        element = root.find(path)
        element.getparent().remove(element)

    return change


def twice(path: str) -> Change:
    return lambda root: root.find(path).addnext(copy.deepcopy(root.find(path)))


def says(path: str, text: str) -> Change:
    def change(root: Root) -> None:
        root.find(path).text = text

    return change


def has(path: str, name: str, value: str | None) -> Change:
    def change(root: Root) -> None:
        element = root.find(path)
        if value is None:
            del element.attrib[name]
        else:
            element.set(name, value)

    return change


def all_of(*changes: Change) -> Change:
    def change(root: Root) -> None:
        for one in changes:
            one(root)

    return change


def holds(path: str, xml: str) -> Change:
    return lambda root: root.find(path).append(etree.fromstring(xml))


def split_by(node: Any) -> Change:
    """admin@studio.com<!---->.evil.com"""

    def change(root: Root) -> None:
        name = root.find(NAME)
        node.tail, name.text = ".evil.com", "zoe@site.com"
        name.append(copy.copy(node))

    return change


def commented(root: Root) -> None:
    """What was signed stays what it was: comments aren't."""
    name = root.find(NAME)
    name.text, node = "zoe@", etree.Comment("")
    node.tail = "site.com"
    name.append(node)


def encrypted(root: Root) -> None:
    old = assertion_of(root)
    new = etree.SubElement(root, f"{SAML}EncryptedAssertion")
    data = etree.SubElement(new, "{http://www.w3.org/2001/04/xmlenc#}EncryptedData")
    etree.SubElement(data, "{http://www.w3.org/2001/04/xmlenc#}CipherValue").text = "Z2FyYmFnZQ=="
    root.remove(old)


def part_signed(root: Root) -> None:
    """Only what it says of the person is."""
    signature = signature_of(assertion_of(root))
    root.find(f"{A}/{SAML}AttributeStatement").set("ID", "part")
    signature.find(f"{DS}SignedInfo/{DS}Reference").set("URI", "#part")


def two_ids(root: Root) -> None:
    root.find(A).set("ID", "#part")
    root.find(f"{A}/{SAML}AttributeStatement").set("ID", "part")


def deeper(root: Root) -> None:
    """A signature of the provider over something lies before the one that is to be looked at."""
    assertion = root.find(A)
    root.find(f"{A}/{SAML}AttributeStatement").set("ID", "part")
    seal(root, uri="#part", part=f"{SAML}AttributeStatement")
    direct = copy.deepcopy(signature_of(assertion))
    direct.find(f"{DS}SignedInfo/{DS}Reference").set("URI", f"#{assertion.get('ID')}")
    assertion.insert(0, before := etree.Element("x"))
    before.append(signature_of(assertion))
    assertion.insert(2, direct)


def renamed(root: Root) -> None:
    root.tag = f"{SAMLP}LogoutResponse"


A = f"{SAML}Assertion"
NAME = f"{A}/{SAML}Subject/{SAML}NameID"
CONFIRMED = f"{A}/{SAML}Subject/{SAML}SubjectConfirmation"
DATA = f"{CONFIRMED}/{SAML}SubjectConfirmationData"
CONDITIONS = f"{A}/{SAML}Conditions"
RESTRICTION = f"{CONDITIONS}/{SAML}AudienceRestriction"
SIGNATURE = f"{A}/{DS}Signature"
STATUS = f"{SAMLP}Status/{SAMLP}StatusCode"
PAST, FUTURE = "2020-01-01T00:00:00Z", "2100-01-01T00:00:00Z"
OTHER = (
    f'<s:AudienceRestriction xmlns:s="{SAML[1:-1]}"><s:Audience>https://evil.test</s:Audience></s:AudienceRestriction>'
)
CODE = "urn:oasis:names:tc:SAML:2.0:status"
AGAIN: dict[str, Any] = {}
OTHERS = make_key()
RSA_KEY = "<ds:KeyInfo><ds:X509Data><ds:X509Certificate>{}</ds:X509Certificate></ds:X509Data></ds:KeyInfo>"
OUR_KEY = RSA_KEY.format("".join(OTHERS.certificate_pem.decode().splitlines()[1:-1]))
NUMBERS = (
    base64.b64encode(number).decode()
    for number in (OTHERS.private.public_key().public_numbers().n.to_bytes(256), b"\1\0\1")
)
OTHERS_NUMBERS = "<ds:KeyInfo><ds:KeyValue><ds:RSAKeyValue><ds:Modulus>{}</ds:Modulus><ds:Exponent>{}</ds:Exponent></ds:RSAKeyValue></ds:KeyValue></ds:KeyInfo>".format(
    *NUMBERS
)
FETCHED = '<ds:KeyInfo><ds:RetrievalMethod URI="http://127.0.0.1:9/key"/></ds:KeyInfo>'

ATTACKS = {
    "XSW1": Attack(xsw1, ELSE, both=True),
    "XSW2": Attack(xsw2, ELSE, both=True),
    "XSW3": Attack(xsw3, SEVERAL),
    "XSW4": Attack(xsw4, SEVERAL),
    "XSW5": Attack(xsw5, SEVERAL),
    "XSW6": Attack(xsw6, SEVERAL),
    "XSW7": Attack(xsw7, SEVERAL),
    "XSW8": Attack(xsw8, SEVERAL),
    "a copy under another name": Attack(hidden, "Ambiguous reference"),
    "two assertions": Attack(second, SEVERAL),
    "two signatures": Attack(another_signature, "holds 2 of"),
    # what is signed, and by whom
    "no signature": Attack(without(SIGNATURE), "holds 0 of"),
    "another name": Attack(says(NAME, "ann@studio.test"), "Digest mismatch"),
    "another attribute": Attack(says(f"{A}//{SAML}AttributeValue", "Ann"), "Digest mismatch"),
    "another value of the signature": Attack(says(f"{SIGNATURE}/{DS}SignatureValue", "AAAA"), "Signature verification"),
    "a value that is no base64": Attack(says(f"{SIGNATURE}/{DS}SignatureValue", "!"), ""),
    "another key": Attack(nothing, "not signed by the provider", {"key": OTHERS}),
    "another key, which it brings": Attack(nothing, "not signed by the provider", {"key": OTHERS, "more": OUR_KEY}),
    "another key, to fetch": Attack(nothing, "not signed by the provider", {"key": OTHERS, "more": FETCHED}),
    "a key of another kind": Attack(nothing, "not signed by the provider", {"key": make_key(elliptic=True), "method": f"{MORE}ecdsa-sha256"}),
    "a signature of the answer alone": Attack(without(SIGNATURE), "", both=True),
    "a broken signature of the answer": Attack(has(".", "IssueInstant", PAST), "Digest mismatch", both=True),
    "a signature over a part": Attack(part_signed, ELSE),
    "another signature before": Attack(deeper, "Signature verification"),
    "a signature over all": Attack(nothing, ELSE, {"uri": ""}),
    "a signature over what lies elsewhere": Attack(nothing, ELSE, {"uri": "http://127.0.0.1:9/"}),
    "a signature by pointer": Attack(nothing, ELSE, {"uri": "#xpointer(/)"}),
    "two things signed": Attack(nothing, "holds 2 of", {"references": 2}),
    "no ID": Attack(has(A, "ID", None), ELSE, {"uri": "#"}),
    "an ID that is read as another": Attack(two_ids, "is not a valid value", {"uri": "##part", "part": f"{SAML}AttributeStatement"}),
    "an ID twice": Attack(lambda root: root.find(NAME).set("ID", root.find(A).get("ID")), "Ambiguous reference", AGAIN),
    # how it is signed
    "SHA-1": Attack(nothing, "RSA_SHA1 forbidden", {"method": f"{DS[1:-1]}rsa-sha1"}),
    "a digest by SHA-1": Attack(nothing, "SHA1 forbidden", {"digest": f"{DS[1:-1]}sha1"}),
    "a digest by SHA-224": Attack(nothing, "SHA224 forbidden", {"digest": f"{MORE}sha224"}),
    "SHA-224": Attack(nothing, "RSA_SHA224 forbidden", {"method": f"{MORE}rsa-sha224"}),
    "HMAC by the public key": Attack(nothing, "HMAC_SHA256 forbidden", {"method": f"{MORE}hmac-sha256"}),
    "no method": Attack(nothing, "Unrecognized SignatureMethod", {"method": "none"}),
    "MD5": Attack(nothing, "Unrecognized SignatureMethod", {"method": f"{MORE}rsa-md5"}),
    "written down with comments": Attack(nothing, "written down", {"c14n": f"{EXCLUSIVE}WithComments"}),
    "written down with what is around": Attack(nothing, "written down", {"c14n": "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"}),
    "written down in no way": Attack(nothing, "written down", {"c14n": "none"}),
    "comments that count": Attack(nothing, "goes by", {"transforms": (ENVELOPED, f"{EXCLUSIVE}WithComments")}),
    "XSLT": Attack(nothing, "goes by", {"transforms": (ENVELOPED, "http://www.w3.org/TR/1999/REC-xslt-19991116", EXCLUSIVE)}),
    "XPath": Attack(nothing, "goes by", {"transforms": (ENVELOPED, "http://www.w3.org/TR/1999/REC-xpath-19991116", EXCLUSIVE)}),
    "XPath by filter": Attack(nothing, "goes by", {"transforms": (ENVELOPED, "http://www.w3.org/2002/06/xmldsig-filter2", EXCLUSIVE)}),
    "base64": Attack(nothing, "goes by", {"transforms": (ENVELOPED, f"{DS[1:-1]}base64")}),
    "a signature in what it signs": Attack(nothing, "goes by", {"transforms": (EXCLUSIVE,)}),
    # names in two pieces
    "a comment in the name": Attack(commented, "comments"),
    "a comment in the name, sealed": Attack(split_by(etree.Comment("")), "comments", AGAIN),
    "an instruction in the name": Attack(split_by(etree.ProcessingInstruction("x")), "comments", AGAIN),
    "an element in the name": Attack(split_by(etree.Element("x")), "more than a text", AGAIN),
    # whom it is of, and for
    "another issuer": Attack(says(f"{A}/{SAML}Issuer", "https://evil.test"), "assertion is of another issuer", AGAIN),
    "no issuer": Attack(without(f"{A}/{SAML}Issuer"), "holds 0 of", AGAIN),
    "two issuers": Attack(twice(f"{A}/{SAML}Issuer"), "holds 2 of", AGAIN),
    "an answer of another issuer": Attack(says(f"{SAML}Issuer", "https://evil.test"), "answer is of another issuer"),
    "an answer for another": Attack(has(".", "Destination", "https://evil.test"), "answer is for https://evil.test"),
    "another audience": Attack(says(f"{RESTRICTION}/{SAML}Audience", "https://evil.test"), "another audience", AGAIN),
    "no audience": Attack(without(f"{RESTRICTION}/{SAML}Audience"), "another audience", AGAIN),
    "no restriction": Attack(without(RESTRICTION), "another audience", AGAIN),
    "another restriction beside": Attack(holds(CONDITIONS, OTHER), "another audience", AGAIN),
    "a condition that nobody knows": Attack(holds(CONDITIONS, "<x/>"), "not known: x", AGAIN),
    "no conditions": Attack(without(CONDITIONS), "holds 0 of", AGAIN),
    "another recipient": Attack(has(DATA, "Recipient", "https://evil.test"), "nothing in the assertion lets", AGAIN),
    "no recipient": Attack(has(DATA, "Recipient", None), "nothing in the assertion lets", AGAIN),
    "no confirmation": Attack(without(CONFIRMED), "nothing in the assertion lets", AGAIN),
    "no confirmation of the bearer": Attack(has(CONFIRMED, "Method", "urn:oasis:names:tc:SAML:2.0:cm:holder-of-key"), "nothing in the assertion lets", AGAIN),
    "nothing confirmed": Attack(without(DATA), "holds 0 of", AGAIN),
    "no subject": Attack(without(f"{A}/{SAML}Subject"), "holds 0 of", AGAIN),
    "no name": Attack(without(NAME), "holds 0 of", AGAIN),
    "two names": Attack(twice(NAME), "holds 2 of", AGAIN),
    "nobody signed in": Attack(without(f"{A}/{SAML}AuthnStatement"), "does not say that somebody signed in", AGAIN),
    # when
    "over": Attack(has(CONDITIONS, "NotOnOrAfter", PAST), "counted until", AGAIN),
    "not begun": Attack(has(CONDITIONS, "NotBefore", FUTURE), "counts from", AGAIN),
    "taken too late": Attack(has(DATA, "NotOnOrAfter", PAST), "nothing in the assertion lets", AGAIN),
    "taken too early": Attack(has(DATA, "NotBefore", FUTURE), "nothing in the assertion lets", AGAIN),
    "taken for ever": Attack(has(DATA, "NotOnOrAfter", None), "nothing in the assertion lets", AGAIN),
    "no date": Attack(has(CONDITIONS, "NotOnOrAfter", "soon"), "Invalid isoformat", AGAIN),
    "the last of all dates": Attack(
        all_of(has(DATA, "NotOnOrAfter", "9999-12-31T23:59:59Z"), has(CONDITIONS, "NotOnOrAfter", "9999-12-31T23:59:59Z")), "OverflowError", AGAIN
    ),
    # what was asked
    "an answer to nobody": Attack(has(DATA, "InResponseTo", "_0"), "made by another browser", AGAIN),
    "an answer around it to nobody": Attack(has(".", "InResponseTo", "_0"), "made by another browser"),
    "an answer to an empty name": Attack(has(DATA, "InResponseTo", ""), "made by another browser", AGAIN),
    "an answer to two": Attack(all_of(has(DATA, "InResponseTo", "_0"), has(".", "InResponseTo", "_1")), "another request", AGAIN),
    # what it is
    "a failure": Attack(has(STATUS, "Value", f"{CODE}:Responder"), "the provider answers"),
    "a failure within": Attack(has(STATUS, "Value", None), "the provider answers"),
    "no status": Attack(without(f"{SAMLP}Status"), "the provider answers"),
    "an encrypted one": Attack(encrypted, "encrypted"),
    "no assertion": Attack(without(A), SEVERAL),
    "an assertion deeper in": Attack(lambda root: root.find(f"{SAMLP}Status").append(assertion_of(root)), "holds 0 of"),
    "something else": Attack(renamed, "no answer but"),
}  # fmt: skip


@pytest.fixture
def there(studio: Studio) -> Iterator[Provider]:
    with provider(studio.tracker.settings.site) as running:
        yield running


@pytest.fixture
def site(studio: Studio, there: Provider) -> Visitor:
    studio.person("Ann", "admin")
    set_up(studio, saml_enabled=True, saml_metadata_url=there.metadata)
    return Visitor(create_app(studio.tracker))


def answer_of(there: Provider, site: Visitor) -> Root:
    return etree.fromstring(there.answer(None, site=site.get("/auth/saml/metadata")).encode())


def sent(site: Visitor, root: Root) -> Answered:
    return post(site, etree.tostring(root).decode())


def refused(answer: Answered, caplog: pytest.LogCaptureFixture, reason: str) -> None:
    assert (answer.status, answer.json, dict(answer.result.cookies)) == (400, FAILED, {})
    told = [record.getMessage() for record in caplog.records if record.levelno == logging.WARNING]
    assert len(told) == 1
    assert reason in told[0]


@pytest.mark.parametrize("name", ATTACKS)
def test_a_changed_answer_is_refused(
    site: Visitor, there: Provider, caplog: pytest.LogCaptureFixture, name: str
) -> None:
    attack = ATTACKS[name]
    there.signs["sign_response"] = attack.both
    original = answer_of(there, site)
    if attack.seal is not None:
        seal(original)
    assert sent(site, original).status == 302
    caplog.clear()
    changed = answer_of(there, site)
    attack.change(changed)
    if attack.seal is not None:
        seal(changed, **attack.seal)
    refused(sent(site, changed), caplog, attack.reason)


def test_it_is_sealed_here_as_providers_do(site: Visitor, there: Provider) -> None:
    for form in ({"method": f"{MORE}rsa-sha512"}, {"more": OUR_KEY}, {"more": OTHERS_NUMBERS}, {"prefixes": "xsi ns0"}):
        root = answer_of(there, site)
        seal(root, **form)
        assert sent(site, root).status == 302, form
    there.published = [key := make_key(elliptic=True)]
    root = answer_of(there, site)
    seal(root, key=key, method=f"{MORE}ecdsa-sha256")
    assert sent(site, root).status == 302


def test_an_answer_is_taken_once(site: Visitor, there: Provider, caplog: pytest.LogCaptureFixture) -> None:
    root = answer_of(there, site)
    assert sent(site, root).status == 302
    root.set("ID", "another")
    refused(sent(site, root), caplog, "used before")


# --- what is no answer at all ---

LAUGHS = "".join(f'<!ENTITY l{n + 1} "{f"&l{n};" * 10}">' for n in range(9))
DOCUMENT_TYPES = {
    "entities": '<!DOCTYPE x [<!ENTITY e "ann@studio.test">]>',
    "a billion laughs": f'<!DOCTYPE x [<!ENTITY l0 "ha">{LAUGHS}]>',
    "a file": '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>',
    "an address": '<!DOCTYPE x [<!ENTITY e SYSTEM "http://127.0.0.1:9/">]>',
    "a document type elsewhere": '<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd">',
    "parameters": '<!DOCTYPE x [<!ENTITY % e SYSTEM "http://127.0.0.1:9/"> %e;]>',
    "IDs of its own": '<!DOCTYPE x [<!ATTLIST x ID CDATA "evil">]>',
}


@pytest.mark.parametrize("name", DOCUMENT_TYPES)
def test_a_document_type_is_refused(
    site: Visitor, there: Provider, caplog: pytest.LogCaptureFixture, name: str
) -> None:
    text = etree.tostring(answer_of(there, site)).decode()
    assert post(site, text).status == 302
    text = etree.tostring(answer_of(there, site)).decode()
    refused(post(site, DOCUMENT_TYPES[name] + text), caplog, "document type")


@pytest.mark.parametrize("encoding", ["utf-16", "utf-7", "cp037"])
def test_no_other_encoding_hides_one(
    site: Visitor, there: Provider, caplog: pytest.LogCaptureFixture, encoding: str
) -> None:
    text = etree.tostring(answer_of(there, site)).decode()
    head = f'<?xml version="1.0" encoding="{encoding}"?>'
    text = DOCUMENT_TYPES["entities"] + text
    if encoding == "utf-7":
        written = (head + text.replace("+", "+-").replace("<", "+ADw-")).encode()
        assert "<!DOCTYPE" in written.decode(encoding)
    else:
        written = (head + text).encode(encoding)
    assert b"<!DOCTYPE" not in written
    refused(raw(site, base64.b64encode(written).decode()), caplog, "")


def raw(site: Visitor, value: str) -> Answered:
    body = urlencode({"SAMLResponse": value}).encode()
    return site.call("POST", "/auth/saml/sso", body, headers={"Content-Type": "application/x-www-form-urlencoded"})


WRITTEN = {
    "nothing": "",
    "blanks": " \n ",
    "no base64": "<xml>",
    "half of it": "PHg+P",
    "other letters": "PHg＋",
    "a NUL within": base64.b64encode(b"<x>\0</x>").decode(),
    "a NUL by number": base64.b64encode(b"<x>&#0;</x>").decode(),
    "no text": base64.b64encode(b"\xff\xfe\xfd").decode(),
    "no XML": base64.b64encode(b"hello").decode(),
    "two roots": base64.b64encode(b"<x/><x/>").decode(),
    "an entity that is not there": base64.b64encode(b"<x>&e;</x>").decode(),
    "a deep one": base64.b64encode(b"<x>" * 9_999 + b"</x>" * 9_999).decode(),
    "a huge one": base64.b64encode(b"<x>" + b" " * LARGEST + b"</x>").decode(),
}


@pytest.mark.parametrize("name", WRITTEN)
def test_what_is_no_answer_is_refused_before_the_provider_is_asked(
    site: Visitor, there: Provider, caplog: pytest.LogCaptureFixture, name: str
) -> None:
    refused(raw(site, WRITTEN[name]), caplog, "")
    assert there.asked == []


def test_a_nul_in_a_form_is_refused(site: Visitor) -> None:
    assert raw(site, "PHg+\x00").status == 400


def test_an_answer_that_is_too_long_is_not_read(
    site: Visitor, there: Provider, caplog: pytest.LogCaptureFixture
) -> None:
    for letters, status in ((LARGEST // 2, 302), (LARGEST, 400)):
        caplog.clear()
        there.person = {"first_name": ["x" * letters]}
        answer = sent(site, answer_of(there, site))
        assert answer.status == status
    refused(answer, caplog, "too long")


def test_nothing_else_is_included(site: Visitor, there: Provider, caplog: pytest.LogCaptureFixture) -> None:
    root = answer_of(there, site)
    root.find(f"{A}//{SAML}AttributeValue").append(
        etree.fromstring(
            '<i:include xmlns:i="http://www.w3.org/2001/XInclude" parse="text" href="file:///etc/hostname"/>'
        )
    )
    seal(root)
    answer = sent(site, root)
    assert answer.status == 302, "no text, and so nothing that is looked at"
    assert saml.FAILED not in answer.text


def test_answers_made_to_take_long_do_not(site: Visitor, there: Provider, caplog: pytest.LogCaptureFixture) -> None:
    """Much that is signed by nobody is not worked at for long: names of spaces, attributes, depth."""
    import time

    root = answer_of(there, site)
    wide = "".join(f' xmlns:n{n}="urn:u{n}" n{n}:a="b"' for n in range(2000))
    deep = f"<x{wide}>" + "<y>" * 200 + "</y>" * 200 + "</x>"
    assertion_of(root).append(etree.fromstring(deep))
    began = time.monotonic()
    refused(sent(site, root), caplog, "Digest mismatch")
    assert time.monotonic() - began < 2
