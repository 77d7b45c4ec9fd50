"""A provider of SAML, pysaml2's own, in a thread of the tests: it knows one person, whom it signs in unasked.

with provider() as there:
    there.person["first_name"] = "Zoe"
"""

import base64
import contextlib
import copy
import datetime
import functools
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import parse_qs, urlencode, urlsplit

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from flask import Flask, Response, redirect, request
from identityprovider import running
from lxml import etree
from programs import needed
from studio import Answered, Visitor
from werkzeug.serving import make_server

E_MAIL = "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress"
BROWSER = {"User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"}


class Key(NamedTuple):
    """A key, and what others know it by."""

    private: Any
    certificate: x509.Certificate

    @property
    def pem(self) -> bytes:
        form = serialization.PrivateFormat.TraditionalOpenSSL
        return self.private.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption())  # type: ignore[no-any-return]

    @property
    def certificate_pem(self) -> bytes:
        return self.certificate.public_bytes(serialization.Encoding.PEM)


def make_key(*, begins: int = -1, ends: int = 365, elliptic: bool = False) -> Key:
    """A key with a certificate that counts from one day to another, as days from now."""
    private = ec.generate_private_key(ec.SECP256R1()) if elliptic else rsa.generate_private_key(65537, 2048)
    now, name = datetime.datetime.now(datetime.UTC), x509.Name.from_rfc4514_string("CN=id.site.com")
    builder = x509.CertificateBuilder(name, name, private.public_key(), x509.random_serial_number())
    builder = builder.not_valid_before(now + datetime.timedelta(begins)).not_valid_after(now + datetime.timedelta(ends))
    return Key(private, builder.sign(private, hashes.SHA256()))


@functools.cache
def usual_key() -> Key:
    return make_key()


class Provider:
    """See the module.

    name_id      who the person is to it; `person` what it says of them
    key          signs; `published` are the keys that it shows
    signs        what it signs: `sign_assertion`, `sign_response`
    description  changes its metadata before they are answered
    asked        the addresses that were asked for
    before       is called before each answer
    is_down      whether it answers nothing but 503
    """

    def __init__(self, site: str) -> None:
        self.site = site
        self.name_id, self.format = "zoe@site.com", E_MAIL
        self.person: dict[str, Any] = {"first_name": ["Zoe"], "last_name": ["Park"]}
        self.key = usual_key()
        self.published = [self.key]
        self.signs: dict[str, Any] = {"sign_assertion": True, "sign_response": False}
        self.description: Callable[[str], str] = lambda text: text
        self.asked: list[str] = []
        self.before: Callable[[], object] = lambda: None
        self.is_down = False
        self.server = make_server("127.0.0.1", 0, self._app(), threaded=True)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        self.metadata, self.issuer = f"{self.url}/metadata", f"{self.url}/me"

    def describe(self) -> str:
        """What it says of itself: pysaml2 knows one key, the others are put beside it."""
        from saml2.metadata import entity_descriptor

        with self._configured("") as (_, config):
            root = etree.fromstring(str(entity_descriptor(config)).encode())
        (one,) = root.iter("{urn:oasis:names:tc:SAML:2.0:metadata}KeyDescriptor")
        for key in reversed(self.published):
            another = copy.deepcopy(one)
            (certificate,) = another.iter("{http://www.w3.org/2000/09/xmldsig#}X509Certificate")
            certificate.text = _bare(key)
            one.addnext(another)
        one.getparent().remove(one)
        return etree.tostring(root).decode()

    def answer(self, asked: str | None, *, site: str | None = None) -> str:
        """What it has a browser post to a site: to its request, else of itself."""
        from saml2 import BINDING_HTTP_REDIRECT
        from saml2.saml import AUTHN_PASSWORD_PROTECTED, NameID

        entity, consumer = f"{self.site}/api/auth/saml/login", f"{self.site}/api/auth/saml/sso"
        with self._configured(site or "") as (server, _):
            wanted = {"in_response_to": None, "destination": consumer, "sp_entity_id": entity}
            if asked:
                message = server.parse_authn_request(asked, BINDING_HTTP_REDIRECT).message
                wanted |= {key: value for key, value in server.response_args(message).items() if key in wanted}
                assert message.issuer.text == entity
            return str(
                server.create_authn_response(
                    self.person,
                    name_id=NameID(format=self.format, text=self.name_id),
                    authn={"class_ref": AUTHN_PASSWORD_PROTECTED, "authn_auth": self.issuer},
                    sign_alg="http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
                    digest_alg="http://www.w3.org/2001/04/xmlenc#sha256",
                    **wanted,
                    **self.signs,
                )
            )

    @contextlib.contextmanager
    def _configured(self, site: str) -> Iterator[tuple[Any, Any]]:
        """pysaml2's server, as it is set up now; `site` is the description of whom it answers."""
        from saml2.config import IdPConfig
        from saml2.server import Server

        with tempfile.TemporaryDirectory() as folder:
            key, certificate = Path(folder, "key.pem"), Path(folder, "certificate.pem")
            key.write_bytes(self.key.pem)
            certificate.write_bytes(self.key.certificate_pem)
            places = [(f"{self.url}/sso", "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect")]
            config = IdPConfig().load(
                {
                    "entityid": self.issuer,
                    "service": {
                        "idp": {
                            "endpoints": {"single_sign_on_service": places},
                            "policy": {"default": {"lifetime": {"minutes": 5}, "attribute_restrictions": None}},
                        }
                    },
                    "key_file": str(key),
                    "cert_file": str(certificate),
                    "xmlsec_binary": needed("xmlsec1"),
                    "metadata": {"inline": [site]} if site else {},
                }
            )
            yield Server(config=config), config

    def _app(self) -> Flask:
        app, there = Flask(__name__), self

        @app.before_request
        def note() -> Response | None:
            there.asked.append(request.path)
            there.before()
            return Response("down", 503) if there.is_down else None

        @app.route("/metadata")
        def metadata() -> Response:
            return Response(there.description(there.describe()), content_type="application/samlmetadata+xml")

        @app.route("/moved")
        def moved() -> Any:
            return redirect("/metadata")

        return app


def _bare(key: Key) -> str:
    return base64.b64encode(key.certificate.public_bytes(serialization.Encoding.DER)).decode()


@contextlib.contextmanager
def provider(site: str) -> Iterator[Provider]:
    there = Provider(site)
    with running(there.server):
        yield there


def request_of(address: str) -> str:
    """The request that a browser takes along to an address."""
    return parse_qs(urlsplit(address).query)["SAMLRequest"][0]


def post(site: Visitor, answer: str, headers: dict[str, str] | None = None) -> Answered:
    """What a browser is answered that posts an answer of the provider."""
    body = urlencode({"SAMLResponse": base64.b64encode(answer.encode()).decode(), "RelayState": "/"})
    given = {"Content-Type": "application/x-www-form-urlencoded", **BROWSER, **(headers or {})}
    return site.call("POST", "/auth/saml/sso", body.encode(), headers=given)
