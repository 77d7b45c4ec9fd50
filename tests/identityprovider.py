"""A provider of OpenID Connect, authlib's own, in a thread of the tests: it knows one person, whom it signs in unasked.

with provider() as there:
    there.person["email"] = "zoe@site.com"
"""

import contextlib
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import requests
from authlib.integrations.flask_oauth2 import AuthorizationServer
from authlib.oauth2.rfc6749 import AuthorizationCodeMixin, ClientMixin
from authlib.oauth2.rfc6749.grants import AuthorizationCodeGrant
from authlib.oauth2.rfc7636 import CodeChallenge
from authlib.oidc.core.grants import OpenIDCode
from flask import Flask, Response, jsonify, request
from joserfc import jwt
from joserfc.jwk import RSAKey
from werkzeug.serving import BaseWSGIServer, make_server

CLIENT, SECRET = "kitsulite", "a secret between the two"
EVENT = "http://schemas.openid.net/event/backchannel-logout"


class Client(ClientMixin):
    """The studio, as the provider knows it."""

    client_id = CLIENT

    def get_client_id(self) -> str:
        return CLIENT

    def get_default_redirect_uri(self) -> None:
        return None

    def get_allowed_scope(self, scope: str) -> str:
        return scope

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        return redirect_uri.endswith("/api/auth/oidc/callback")

    def check_client_secret(self, client_secret: str) -> bool:
        return client_secret == SECRET

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        return method == "client_secret_basic"

    def check_response_type(self, response_type: str) -> bool:
        return response_type == "code"

    def check_grant_type(self, grant_type: str) -> bool:
        return grant_type == "authorization_code"


class Code(AuthorizationCodeMixin):
    def __init__(self, asked: Any) -> None:
        payload = asked.payload
        self.code = asked.payload.data.get("code", "")
        self.redirect_uri, self.scope = payload.redirect_uri, payload.scope
        self.nonce = payload.data.get("nonce")
        self.code_challenge = payload.data.get("code_challenge")
        self.code_challenge_method = payload.data.get("code_challenge_method")

    def get_redirect_uri(self) -> str:
        return str(self.redirect_uri)

    def get_scope(self) -> str:
        return str(self.scope)

    def get_nonce(self) -> Any:
        return self.nonce

    def get_auth_time(self) -> int:
        return int(time.time())

    def get_acr(self) -> None:
        return None

    def get_amr(self) -> None:
        return None


class Provider:
    """See the module.

    person   what it says of whom it knows
    alter    changes the claims of an id token before they are signed
    key      signs; `published` are the keys that it shows
    asked    the addresses that were asked for
    before   is called before each answer
    is_down  whether it answers nothing but 503
    """

    def __init__(self) -> None:
        self.person: dict[str, Any] = {
            "sub": "0815",
            "email": "zoe@site.com",
            "email_verified": True,
            "given_name": "Zoe",
            "family_name": "Park",
        }
        self.userinfo: dict[str, Any] | None = None
        self.alter: Callable[[dict[str, Any]], None] = lambda claims: None
        self.header: dict[str, Any] = {}
        self.key: Any = RSAKey.generate_key(2048, {"kid": "one"})
        self.published: list[Any] = [self.key]
        self.codes: dict[str, Code] = {}
        self.asked: list[str] = []
        self.before: Callable[[], object] = lambda: None
        self.is_down = False
        self.issuer: str | None = None
        self.says: dict[str, Any] = {}
        self.app = self._app()
        self.server = make_server("127.0.0.1", 0, self.app, threaded=True)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        self.discovery = f"{self.url}/.well-known/openid-configuration"

    def sign(self, claims: dict[str, Any], **header: Any) -> str:
        return str(jwt.encode({"alg": "RS256", "kid": self.key.kid, **self.header, **header}, claims, self.key))

    def logout_token(self, **changed: Any) -> str:
        now = int(time.time())
        claims = {"iss": self.url, "aud": CLIENT, "iat": now, "exp": now + 120, "jti": f"{now}{id(changed)}"}
        claims |= {"sub": self.person["sub"], "events": {EVENT: {}}, **changed}
        return self.sign({key: value for key, value in claims.items() if value is not None}, typ="logout+jwt")

    def _app(self) -> Flask:
        app, there = Flask(__name__), self

        class Grant(AuthorizationCodeGrant):  # type: ignore[misc]
            TOKEN_ENDPOINT_AUTH_METHODS = ["client_secret_basic"]

            def save_authorization_code(self, code: str, request: Any) -> None:
                there.codes[code] = Code(request)

            def query_authorization_code(self, code: str, client: Client) -> Code | None:
                return there.codes.get(code)

            def delete_authorization_code(self, authorization_code: Code) -> None:
                there.codes = {code: row for code, row in there.codes.items() if row is not authorization_code}

            def authenticate_user(self, authorization_code: Code) -> dict[str, Any]:
                return there.person

        class OpenId(OpenIDCode):  # type: ignore[misc]
            def exists_nonce(self, nonce: str, request: Any) -> bool:
                return False

            def generate_user_info(self, user: dict[str, Any], scope: str) -> dict[str, Any]:
                return dict(user)

            def encode_id_token(self, token: dict[str, Any], request: Any) -> str:
                now = int(time.time())
                claims = {"iss": there.url, "aud": CLIENT, "iat": now, "exp": now + 300}
                claims |= self.get_authorization_code_claims(request.authorization_code)
                claims |= self.generate_user_info(request.user, token["scope"])
                there.alter(claims)
                return there.sign(claims)

        server = AuthorizationServer(app, lambda client_id: Client() if client_id == CLIENT else None, lambda *_: None)
        server.register_grant(Grant, [OpenId(), CodeChallenge(required=True)])

        @app.before_request
        def note() -> Response | None:
            there.asked.append(request.path)
            there.before()
            return Response("down", 503) if there.is_down else None

        @app.route("/.well-known/openid-configuration")
        def describe() -> Response:
            said = {
                "issuer": there.issuer or there.url,
                "authorization_endpoint": f"{there.url}/authorize",
                "token_endpoint": f"{there.url}/token",
                "userinfo_endpoint": f"{there.url}/userinfo",
                "jwks_uri": f"{there.url}/keys",
                "token_endpoint_auth_methods_supported": ["client_secret_basic"],
            }
            return jsonify(said | there.says)

        @app.route("/keys")
        def keys() -> Response:
            return jsonify(keys=[key.as_dict(private=False) for key in there.published])

        @app.route("/authorize")
        def authorize() -> Any:
            grant = server.get_consent_grant(end_user=there.person)
            return server.create_authorization_response(grant=grant, grant_user=there.person)

        @app.route("/token", methods=["POST"])
        def token() -> Any:
            return server.create_token_response()

        @app.route("/userinfo")
        def userinfo() -> Any:
            return jsonify(there.userinfo) if there.userinfo else Response("none", 404)

        return app


@contextlib.contextmanager
def running(server: BaseWSGIServer) -> Iterator[None]:
    """A server in a thread of the tests."""
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join()


@contextlib.contextmanager
def provider() -> Iterator[Provider]:
    there = Provider()
    with running(there.server):
        yield there


def consent(address: str) -> str:
    """Where the provider sends a browser that comes with this address."""
    answer = requests.get(address, allow_redirects=False, timeout=10)
    assert answer.status_code == 302, answer.text
    return answer.headers["Location"]
