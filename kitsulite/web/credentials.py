"""Where a request carries its token (docs/api/signing-in.md): a cookie first, then the Authorization header."""

import hashlib
from typing import NamedTuple
from urllib.parse import parse_qsl

import falcon

from kitsulite.work.errors import TokenRefused

COOKIES = {"access": "access_token_cookie", "refresh": "refresh_token_cookie"}
COOKIE_PATHS = {"access": "/", "refresh": "/auth/refresh-token"}
EXPECTED = "Expected 'Authorization: Bearer <JWT>'"


def find_token(request: falcon.Request, kind: str = "access") -> str:
    """The token; TokenRefused when there is none, or when the header cannot be read."""
    cookie = COOKIES[kind]
    for value in request.get_cookie_values(cookie) or []:
        if value:
            return value
    missing = f'Missing JWT in cookies or headers (Missing cookie "{cookie}"; '
    header = request.get_header("Authorization")
    if not header:
        raise TokenRefused("missing", missing + "Missing Authorization Header)")
    bearers = [part.split() for part in header.split(",") if part.split()[:1] == ["Bearer"]]
    if len(bearers) != 1:
        raise TokenRefused("missing", missing + f"Missing 'Bearer' type in 'Authorization' header. {EXPECTED})")
    if len(bearers[0]) != 2:
        raise TokenRefused("malformed", f"Bad Authorization header. {EXPECTED}")
    return bearers[0][1]


def bearer(request: falcon.Request) -> str:
    """Whatever the Authorization header bears; nothing when it is of another kind."""
    scheme, _, word = (request.get_header("Authorization") or "").partition(" ")
    return word.strip() if scheme == "Bearer" else ""


GUEST_COOKIE = "guest_"
"""How the cookie begins that proves who a guest is; their id follows."""


class Invitation(NamedTuple):
    """What a guest brings: the link of the path, its password in the query string, or the pass that a browser keeps, and the
    proofs of the guests that they were before, by their ids."""

    token: str
    password: str | None
    shown_pass: str | None
    proofs: dict[str, str]


def find_invitation(request: falcon.Request, token: str) -> Invitation:
    """What a request to a share link brings with it."""
    query = dict(reversed(parse_qsl(request.query_string, keep_blank_values=True)))
    passes = request.get_cookie_values(name_of_pass(token))
    cookies = request.cookies.items()
    proofs = {name.removeprefix(GUEST_COOKIE): text for name, text in cookies if name.startswith(GUEST_COOKIE)}
    return Invitation(token, query.get("password"), passes[0] if passes else None, proofs)


def name_of_pass(link_token: str) -> str:
    """The cookie that keeps the pass of a link. It does not tell the link to who sees the cookie alone."""
    return f"share_{hashlib.sha256(link_token.encode()).hexdigest()[:16]}"
