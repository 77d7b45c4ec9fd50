"""A server that speaks the API of Kitsu, asked as one of its admins.

What it does not give whole, as it is due and to this account stops a take-over: it is never taken for something that there is not.
"""

import json
import shutil
import ssl
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from email.utils import parsedate_to_datetime
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from typing import Any, BinaryIO, TypeVar
from urllib.parse import quote, urlencode, urljoin, urlsplit

import msgspec

from kitsulite.areas.takeover.refusals import CannotTakeOver
from kitsulite.storage.full import is_full

API = "/api"
PATIENCE = 60
"""Seconds that an answer may take to begin, and that is waited at most before a busy server is asked again."""
TRIES = 5
"""How often is asked again a server that is busy, gone for a moment, or breaks off."""
SOON = 0.2
OK, UNKNOWN, NOT_FOUND, NOT_ALLOWED, BROKEN = 200, 401, 404, 405, 500
BUSY = {429, 502, 503, 504}
REDIRECTS = {301, 302, 303, 307, 308}
PAGE = 500
PAGES = {"text/html", "application/json"}
"""What is answered in the place of a picture or a movie by who has none to give."""

Row = dict[str, Any]
T = TypeVar("T")


class Rows(msgspec.Struct):
    """A part of a list."""

    data: list[Row]
    nb_pages: int


class NotGiven(CannotTakeOver):
    """The server answers, but not with what was asked for."""


class Site:
    """See the module."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise CannotTakeOver(f"{url} is no web address: say https://kitsu.studio.com.")
        self.host, self.port, self.secure = parts.hostname, parts.port, parts.scheme == "https"
        self.root = parts.path.rstrip("/").removesuffix(API) + API
        self._address = f"{parts.scheme}://{parts.netloc}"
        self._token = ""
        self._account = ("", "")

    def log_in(self, email: str, password: str) -> None:
        """Sign in; CannotTakeOver for who is no admin."""
        self._account = (email, password)
        self._token = ""
        status, said = self._try_to_log_in()
        if status in (NOT_FOUND, NOT_ALLOWED) and self.root.endswith(API):
            self.root = self.root.removesuffix(API)  # the API is not below /api everywhere
            status, said = self._try_to_log_in()
        if not said or status >= BROKEN:
            raise CannotTakeOver(
                f"{self.host} answers {status} to a sign-in, and not as a Kitsu does: is this its address?"
            )
        if status != OK or "access_token" not in said:
            factor = said.get("missing_OTP") or said.get("two_factor_authentication_required")
            why = "it asks for a second factor: use an account without one" if factor else said.get("message", "")
            raise CannotTakeOver(f"{self.host} does not let {email} in. {why}".strip())
        self._token = said["access_token"]
        if said.get("user", {}).get("role") != "admin":
            raise CannotTakeOver(f"{email} is no admin there: only an admin sees everything.")

    def _try_to_log_in(self) -> tuple[int, dict[str, Any]]:
        email, password = self._account
        return self._request("POST", "/auth/login", _said, {"email": email, "password": password})

    def ask(self, path: str, **query: Any) -> list[Row]:
        """The rows that the server answers."""
        return self._list(path, query, list[Row])

    def pages(self, path: str) -> Iterator[Row]:
        """All rows of a list, with their lists of ids. What moves while it is read comes twice."""
        page = 1
        while True:
            found = self._list(path, {"relations": "true", "page": page, "limit": PAGE}, list[Row] | Rows)
            yield from found if isinstance(found, list) else found.data
            if isinstance(found, list) or page >= found.nb_pages:
                return
            page += 1

    def open(self, path: str, *, is_media: bool = False) -> BinaryIO:
        """A file, all of it; FileNotFoundError. OSError for one that cannot be had.

        is_media  whether it is a picture or a movie, as which no page is taken
        """
        try:
            return self._get(path, {}, lambda answer: _whole(answer, is_media))
        except NotGiven as problem:
            raise OSError(str(problem)) from None

    def _list(self, path: str, query: dict[str, Any], kind: Any) -> Any:
        try:
            return self._get(path, query, lambda answer: _rows(answer, kind))
        except FileNotFoundError:
            raise CannotTakeOver(
                f"{self.host} has no {path}, as every Kitsu has. Is something in between that keeps it back?"
            ) from None

    def _get(self, path: str, query: dict[str, Any], read: Callable[[HTTPResponse], T]) -> T:
        """What is read of the answer; FileNotFoundError, NotGiven."""
        place = quote(path) + (f"?{urlencode(query)}" if query else "")
        for is_new in (False, True):
            status, found = self._request("GET", place, lambda answer: read(answer) if answer.status == OK else None)
            if found is not None:
                return found
            if status == NOT_FOUND:
                raise FileNotFoundError(path)
            if status != UNKNOWN:
                raise NotGiven(f"{self.host} answers {status} to {place}.")
            if not is_new:
                self.log_in(*self._account)
        raise CannotTakeOver(f"{self.host} does not let {self._account[0]} see {place}.")

    def _request(self, method: str, place: str, read: Callable[[HTTPResponse], T], body: Any = None) -> tuple[int, T]:
        """The status of an answer, and what is read of it."""
        problem, pause = CannotTakeOver(), 0.0
        for attempt in range(TRIES):
            time.sleep(pause)
            pause = SOON * 2**attempt
            with closing(self._connection()) as connection:
                try:
                    answer = self._send(connection, method, place, body)
                except (OSError, HTTPException) as why:
                    problem = CannotTakeOver(f"{self.host} is not to be had: {why}")
                    continue
                self._must_not_send_on(answer, place)
                if answer.status in BUSY:
                    problem = CannotTakeOver(f"{self.host} has no time for {place}: it answers {answer.status}.")
                    pause = _pause(answer.headers.get("Retry-After", ""), attempt)
                    continue
                try:
                    return answer.status, read(answer)
                except (OSError, HTTPException, msgspec.MsgspecError) as why:
                    if is_full(why):
                        raise CannotTakeOver(
                            f"{tempfile.gettempdir()} is full: a file of the Zou has no room there."
                        ) from None
                    problem = NotGiven(f"{self.host} does not answer {place} as it should: {why}")
        raise problem

    def _send(self, connection: HTTPConnection, method: str, place: str, body: Any) -> HTTPResponse:
        headers = {"Accept": "application/json", "Content-Type": "application/json", "User-Agent": "Kitsulite"}
        if self._token:
            headers["Authorization"] = f"Bearer {self._token}"
        connection.request(method, self.root + place, body and json.dumps(body), headers)
        return connection.getresponse()

    def _must_not_send_on(self, answer: HTTPResponse, place: str) -> None:
        if answer.status in REDIRECTS:
            to = urljoin(f"{self._address}{self.root}{place}", answer.headers.get("Location", ""))
            raise CannotTakeOver(
                f"{self._address} sends on to {to}: say the address itself, --url {to.removesuffix(place)}"
            )

    def _connection(self) -> HTTPConnection:
        if self.secure:
            return HTTPSConnection(self.host, self.port, timeout=PATIENCE, context=ssl.create_default_context())
        return HTTPConnection(self.host, self.port, timeout=PATIENCE)


def _said(answer: HTTPResponse) -> dict[str, Any]:
    try:
        return msgspec.json.decode(answer.read(), type=dict[str, Any])
    except msgspec.MsgspecError:
        return {}


def _rows(answer: HTTPResponse, kind: Any) -> Any:
    found = msgspec.json.decode(answer.read(), type=kind)
    if not all("id" in row for row in (found.data if isinstance(found, Rows) else found)):
        raise msgspec.ValidationError("a row has no id")
    return found


def _whole(answer: HTTPResponse, is_media: bool) -> BinaryIO:
    """What is answered, once all of it is here."""
    if is_media and (kind := answer.headers.get_content_type()) in PAGES:
        raise HTTPException(f"it is {kind}, not a file")
    with ExitStack() as until_whole:
        file = until_whole.enter_context(tempfile.TemporaryFile(prefix="kitsulite-zou-"))
        shutil.copyfileobj(answer, file)
        if answer.length:
            raise HTTPException(f"it breaks off {answer.length} bytes before its end")
        until_whole.pop_all()
    file.seek(0)
    return file


def _pause(wanted: str, attempt: int) -> float:
    """How long a busy server is left alone: as it asks for, by seconds or by a moment, within reason."""
    try:
        seconds = float(wanted) if wanted.isdecimal() else parsedate_to_datetime(wanted).timestamp() - time.time()
    except ValueError:
        seconds = 2.0**attempt
    return min(max(seconds, 0.0), PATIENCE)
