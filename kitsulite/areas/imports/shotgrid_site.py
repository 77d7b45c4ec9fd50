"""Reading a ShotGrid site through its REST API, page by page, as politely as it asks for (docs/shotgrid.md)."""

import ipaddress
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any
from urllib.parse import urlencode, urlsplit

import msgspec

from kitsulite.live.calling import Reply, Undelivered, send
from kitsulite.storage import Row

API = "/api/v1"
SEARCH = "application/vnd+shotgun.api3_array+json"
PAGE = 200
"""Records a request: so many are lost at the most when the reading is cut short."""
LONGEST = 64 * 1024**2
"""Bytes of a page."""
SECONDS = 120
ATTEMPTS = 8
LONGEST_WAIT = 120.0
BUSY = {429, 500, 502, 503, 504}
"""What a site answers that may have more time later."""
NOT_FOR_US = {400, 403, 404}
"""What it answers for a kind of record that it does not have, or does not show."""
PEOPLE = ("HumanUser",)
OF_PEOPLE = {"user", "created_by", "task_assignees"}
"""Where scripts and groups may stand as well, which have ids of their own."""

Filter = list[Any]


class SiteError(Exception):
    """The site refuses, or cannot be read; in words for people."""


class NoSuchRecords(SiteError):
    """The site does not have a kind of record, or does not show it to this script."""


class Site:
    """A site, as one of its scripts sees it.

    url     where it is
    script  the name of the script
    key     its key, which is told to nobody but the site
    sleep   waits
    warn    is called with what is wrong, where that may pass
    """

    def __init__(
        self,
        url: str,
        script: str,
        key: str,
        *,
        sleep: Callable[[float], None] = time.sleep,
        warn: Callable[[str], None] = lambda sentence: None,
    ) -> None:
        self.url = url.rstrip("/")
        self.script, self._key, self._sleep, self._warn = script, key, sleep, warn
        self._token, self._has_answered = "", False
        parts = urlsplit(self.url)
        if parts.scheme != "https" and not (parts.scheme == "http" and _is_here(parts.hostname or "")):
            raise SiteError(f"{url} is no https:// address: the script's key would be told to everybody on the way.")

    def pages(self, path: str, fields: Sequence[str], filters: Sequence[Filter], after: int = 0) -> Iterator[list[Row]]:
        """The records of a kind whose ids come after one, in the order of their ids."""
        while True:
            body = {
                "filters": [*filters, ["id", "greater_than", after]],
                "fields": list(fields),
                "sort": "id",
                "page": {"size": PAGE, "number": 1},
            }
            answer = self._ask("POST", f"{API}/entity/{path}/_search", body)
            records = [record for item in _list(answer, "data") if (record := as_record(item)) is not None]
            records = sorted((record for record in records if record["id"] > after), key=lambda record: record["id"])
            if not records:
                return
            after = records[-1]["id"]
            yield records

    def custom_fields(self, type: str) -> list[str]:
        """The fields that a site has added to a kind of record."""
        answer = self._ask("GET", f"{API}/schema/{type}/fields")
        data = answer.get("data") if isinstance(answer, dict) else None
        return sorted(name for name in data if name.startswith("sg_")) if isinstance(data, dict) else []

    # --- one request ---

    def _ask(self, method: str, path: str, body: Any = None) -> Any:
        """What the site answers; the second time with a new token, when the first has run out."""
        content = None if body is None else msgspec.json.encode(body)
        for attempt in (1, 2):
            if not self._token:
                self._sign_in()
            headers = {"Authorization": f"Bearer {self._token}", "Accept": "application/json", "Content-Type": SEARCH}
            reply = self._send(method, path, content, headers)
            if reply.status != 401 or attempt == 2:
                break
            self._token = ""
        if not 200 <= reply.status < 300:
            kind = NoSuchRecords if reply.status in NOT_FOR_US else SiteError
            raise kind(f"{self.host} answered {path} with {reply.status}: {_why(reply)}")
        return self._read(reply, path)

    def _sign_in(self) -> None:
        form = {"grant_type": "client_credentials", "client_id": self.script, "client_secret": self._key}
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
        reply = self._send("POST", f"{API}/auth/access_token", urlencode(form).encode(), headers)
        if reply.status in (400, 401, 403):
            raise SiteError(f"{self.host} does not let in the script {self.script}: its name or its key is another.")
        answer = self._read(reply, "access_token") if 200 <= reply.status < 300 else None
        token = answer.get("access_token") if isinstance(answer, dict) else None
        if not isinstance(token, str) or not token.isascii() or not token.isprintable() or not token:
            raise SiteError(f"{self.host} gave no token: it answered {reply.status}. Is it a ShotGrid site?")
        self._token = token

    def _send(self, method: str, path: str, content: bytes | None, headers: dict[str, str]) -> Reply:
        """The answer of the site, once it has time for one. Where nobody has answered yet, the address may be wrong."""
        problem = ""
        for attempt in range(ATTEMPTS):
            try:
                reply = send(method, self.url + path, content, headers, anywhere=True, seconds=SECONDS, most=LONGEST)
            except Undelivered as undelivered:
                problem, wait = f"{self.host} is not reachable ({str(undelivered).removesuffix('.')})", None
                if not self._has_answered:
                    raise SiteError(f"{problem}. Is {self.url} the address of the site?") from None
            else:
                self._has_answered = True
                if reply.status not in BUSY:
                    return reply
                problem, wait = f"{self.host} answered {reply.status} {reply.reason}", reply.wait
            if attempt + 1 < ATTEMPTS:
                seconds = min(wait if wait is not None else 2.0**attempt, LONGEST_WAIT)
                self._warn(f"{problem}, trying again in {seconds:.0f} seconds.")
                self._sleep(seconds)
        raise SiteError(f"{problem}, {ATTEMPTS} times. Run the same command later: it goes on where it stopped.")

    def _read(self, reply: Reply, path: str) -> Any:
        if len(reply.content) > LONGEST:
            raise SiteError(f"{self.host} answered {path} with more than {LONGEST} bytes.")
        try:
            return msgspec.json.decode(reply.content)
        except (msgspec.DecodeError, UnicodeDecodeError):
            raise SiteError(
                f"{self.host} answered {path} with something that is no JSON. Is it a ShotGrid site?"
            ) from None

    @property
    def host(self) -> str:
        return urlsplit(self.url).netloc


def as_record(item: Any) -> Row | None:
    """A record as it was written before there was a REST API: its values and what it names, side by side."""
    if not isinstance(item, dict) or not isinstance(item.get("id"), int) or isinstance(item["id"], bool):
        return None
    record: Row = {"id": item["id"], "type": item.get("type")}
    attributes, relationships = item.get("attributes"), item.get("relationships")
    if isinstance(attributes, dict):
        record |= attributes
    for name, related in relationships.items() if isinstance(relationships, dict) else ():
        named = related.get("data") if isinstance(related, dict) else None
        record[name] = _people(named) if name in OF_PEOPLE else named
    return record | {"id": item["id"]}


def _people(named: Any) -> Any:
    if isinstance(named, list):
        return [one for one in named if isinstance(one, dict) and one.get("type") in PEOPLE]
    return named if isinstance(named, dict) and named.get("type") in PEOPLE else None


def _list(answer: Any, key: str) -> list[Any]:
    value = answer.get(key) if isinstance(answer, dict) else None
    return value if isinstance(value, list) else []


def _why(reply: Reply) -> str:
    """What the site says of a refusal."""
    try:
        errors = msgspec.json.decode(reply.content)["errors"]
        said = [str(error.get("title") or error.get("detail")) for error in errors]
    except (msgspec.DecodeError, UnicodeDecodeError, KeyError, TypeError, AttributeError):
        said = []
    return "; ".join(said)[:300] or reply.reason


def _is_here(host: str) -> bool:
    """Whether a host is this machine."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
