"""A server that speaks the API of Kitsu, asked as one of its admins."""

import json
import ssl
import time
from collections.abc import Iterator
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from typing import Any, BinaryIO, cast
from urllib.parse import quote, urlencode, urlsplit

import msgspec

from kitsulite.areas.takeover.refusals import CannotTakeOver

API = "/api"
PATIENCE = 60
"""Seconds that an answer may take to begin."""
TRIES = 5
"""How often is asked again a server that is busy, or gone for a moment."""
NOT_FOUND, REFUSED = 404, range(400, 500)
BUSY = {429, 502, 503, 504}
PAGE = 500


class NotThere(Exception):
    """The server has no such thing, or shows it to nobody of this account."""


class Site:
    """See the module."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise CannotTakeOver(f"{url} is no web address: say https://kitsu.studio.com.")
        self.host, self.port, self.secure = parts.hostname, parts.port, parts.scheme == "https"
        self.root = parts.path.rstrip("/").removesuffix(API) + API
        self._token = ""
        self._account = ("", "")

    def log_in(self, email: str, password: str) -> None:
        """Sign in; CannotTakeOver for who is no admin."""
        self._account = (email, password)
        self._token = ""
        said, answer = self._try_to_log_in()
        if answer.status == NOT_FOUND and self.root.endswith(API):
            self.root = self.root.removesuffix(API)  # the API is not below /api everywhere
            said, answer = self._try_to_log_in()
        if answer.status != 200 or "access_token" not in said:
            factor = said.get("missing_OTP") or said.get("two_factor_authentication_required")
            why = "it asks for a second factor: use an account without one" if factor else said.get("message", "")
            raise CannotTakeOver(f"{self.host} does not let {email} in. {why}".strip())
        self._token = said["access_token"]
        if said.get("user", {}).get("role") != "admin":
            raise CannotTakeOver(f"{email} is no admin there: only an admin sees everything.")

    def _try_to_log_in(self) -> tuple[dict[str, Any], HTTPResponse]:
        email, password = self._account
        answer = self._request("POST", "/auth/login", {"email": email, "password": password})
        return _read(answer), answer

    def ask(self, path: str, **query: Any) -> Any:
        """What the server answers; NotThere."""
        answer = self._get(path, query)
        return msgspec.json.decode(answer.read())

    def pages(self, path: str) -> Iterator[dict[str, Any]]:
        """All rows of a list, with their lists of ids; NotThere. What moves while it is read comes twice."""
        page = 1
        while True:
            found = self.ask(path, relations="true", page=page, limit=PAGE)
            if isinstance(found, list):
                yield from found
                return
            yield from found["data"]
            if page >= found["nb_pages"]:
                return
            page += 1

    def open(self, path: str) -> BinaryIO:
        """A file; FileNotFoundError."""
        try:
            return cast(BinaryIO, self._get(path, {}))
        except NotThere:
            raise FileNotFoundError(path) from None

    def _get(self, path: str, query: dict[str, Any]) -> HTTPResponse:
        place = quote(path) + (f"?{urlencode(query)}" if query else "")
        for attempt in range(TRIES):
            answer = self._request("GET", place)
            if answer.status == 401 and attempt == 0:
                self.log_in(*self._account)
            elif answer.status in BUSY:
                time.sleep(float(answer.headers.get("Retry-After") or 2**attempt))
            elif answer.status in REFUSED:
                raise NotThere(path)
            elif answer.status != 200:
                raise CannotTakeOver(f"{self.host} answers {answer.status} to {place}.")
            else:
                return answer
        raise CannotTakeOver(f"{self.host} has no time for {place}.")

    def _request(self, method: str, place: str, body: Any = None) -> HTTPResponse:
        headers = {"Accept": "application/json", "Content-Type": "application/json", "User-Agent": "Kitsulite"}
        if self._token:
            headers["Authorization"] = f"Bearer {self._token}"
        for attempt in range(TRIES):
            connection = self._connection()
            try:
                connection.request(method, self.root + place, body and json.dumps(body), headers)
                return connection.getresponse()
            except (OSError, HTTPException) as problem:
                connection.close()
                if attempt + 1 == TRIES:
                    raise CannotTakeOver(f"{self.host} is not to be had: {problem}") from None
                time.sleep(0.2 * 2**attempt)
        raise AssertionError

    def _connection(self) -> HTTPConnection:
        if self.secure:
            return HTTPSConnection(self.host, self.port, timeout=PATIENCE, context=ssl.create_default_context())
        return HTTPConnection(self.host, self.port, timeout=PATIENCE)


def _read(answer: HTTPResponse) -> dict[str, Any]:
    try:
        said = msgspec.json.decode(answer.read())
    except msgspec.DecodeError:
        return {}
    return said if isinstance(said, dict) else {}
