"""Odd requests to a real server, every route by everybody: none ends in an error of ours, none hangs, no worker swells.

    python tests/oddities.py [REQUESTS | SECONDS s] [ENGINE]        python tests/oddities.py 60s postgres

Where `fuzz.py` holds answers against the document, this one is after what breaks a server: bodies of every shape but the right
one, values that no column holds, texts that no engine or file system takes, and rows that were changed so before. A request is
made from /openapi.json with ids of the studio, and one or two things in it are made odd. Every so many requests the studio is
made anew. What went wrong is printed with what it takes to send it again; ends with 1 when anything did.
"""

import contextlib
import http.client
import json
import os
import random
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

sys.path.insert(0, str(Path(__file__).parent))

from engines import bare_database, drop_studio, hurry
from footage import picture

from kitsulite import Settings, Tracker
from kitsulite.areas.demo import production as demo
from kitsulite.areas.people import passwords, sessions
from kitsulite.models import TABLES, Record
from kitsulite.models.people import Person
from kitsulite.work.keys import Keys

SECRET = "a secret for odd requests, long enough for a key"
PROOFS = Keys(SECRET)
SEED, CLIENTS, WORKERS = 2026, 4, 2
A_ROUND = 20_000  # requests to one studio
HANG = 30.0  # seconds
SWOLLEN = 300 << 20  # bytes of a worker
ENDLESS = "text/event-stream"
"""What is answered as long as the client stays."""
SESSIONS = 40  # of each person: odd requests sign out

DEEP = "[" * 900 + "]" * 900
TEXTS: tuple[str, ...] = (
    "",
    " ",
    "\t\n",
    "\0",
    "a\0b",
    "\ud800",
    "é" * 300,
    "x" * 50_000,
    "..",
    "../../etc/passwd",
    "/",
    "a/b",
    "%",
    "_",
    "\\",
)
TEXTS += (
    "'",
    '"',
    "null",
    "None",
    "undefined",
    "NaN",
    "true",
    "0",
    "-1",
    "1e999",
    "𝔘𝔫𝔦",
    "\u202egnp.exe",
    "\x1b[2J",
    "{",
    "[]",
)
TEXTS += (
    "2026-02-30",
    "0000-00-00",
    "9999-12-31T23:59:59.999999",
    "0001-01-01",
    "not-an-id",
    "00000000-0000-0000-0000-000000000000",
)
NUMBERS = (0, -1, 1, 2**31, 2**63, -(2**63) - 1, 10**400, 0.1, -0.0, 1e308, float("nan"), float("inf"))
OTHERS: tuple[Any, ...] = (
    None,
    True,
    False,
    [],
    {},
    [[]],
    [None],
    [1],
    ["x"],
    {"": ""},
    {"id": 1},
    {"a": {"b": {"c": [1, {}]}}},
)
ODD = (*TEXTS, *NUMBERS, *OTHERS, ["x"] * 3_000, {str(n): n for n in range(500)}, json.loads(DEEP))
BODIES: tuple[bytes, ...] = (
    b"",
    b"{",
    b"[]",
    b"null",
    b"1",
    b'"x"',
    b"\xff\xfe{\0}\0",
    b"\xef\xbb\xbf{}",
    b"\x00" * 1_000,
    b"{}{}",
    b"[1,",
    DEEP.encode(),
)
BODIES += (
    b"[" * 100_000,
    b'{"a":' * 20_000,
    b'{"a":1,"a":2}',
    b"a=1&a=2&%zz",
    b"\x80abc",
    b"--x\r\n\r\n",
    b"9" * 5_000,
    b"'" * 70_000,
)
TYPES: tuple[str, ...] = (
    "application/json",
    "application/x-www-form-urlencoded",
    "multipart/form-data",
    "multipart/form-data; boundary=",
    "text/plain",
    "",
)
TYPES += (
    "application/json; charset=utf-16",
    "application/xml",
    "multipart/form-data; boundary=x",
    "nonsense",
    "application/json;;;=",
)
HEADERS = {
    "Range": ("bytes=0-", "bytes=-1", "bytes=9-1", "bytes=0-0,5-9", "bytes=x", "items=1"),
    "If-None-Match": ('"x"', "*", "W/", "x"),
    "Accept": ("text/html", "application/x-ndjson", "*/*;q=x", "", "application/vnd.kitsu.compact+json"),
    "Accept-Language": ("fr", "xx-yy-zz", "*"),
    "Accept-Encoding": ("gzip", "br;q=9", "identity;q=0"),
    "Content-Encoding": ("gzip", "br"),
    "Cookie": ("access_token_cookie=x", "a", "=;=;", "x" * 5_000),
    "Authorization": ("Bearer", "Bearer x", "Basic eDp5", "Bearer " + "a." * 900),
    "Origin": ("null", "https://evil.example"),
    "X-Forwarded-For": ("::1", "x", "1.2.3.4, 5.6.7.8"),
    "User-Agent": ("", "x" * 3_000, "é"),
}


@dataclass(frozen=True)
class Route:
    method: str
    path: str
    document: dict[str, Any]


@dataclass
class Seen:
    """What came of the requests."""

    statuses: Counter[int] = field(default_factory=Counter)
    problems: list[str] = field(default_factory=list)
    slowest: tuple[float, str] = (0.0, "")
    memory: int = 0
    lock: Any = field(default_factory=threading.Lock)

    @property
    def count(self) -> int:
        return self.statuses.total()

    def take(self, status: int, seconds: float, said: str) -> None:
        with self.lock:
            self.statuses[status] += 1
            self.slowest = max(self.slowest, (seconds, said))
            if status in (0, 500) or seconds > HANG:
                self.problems.append(f"{status or 'cut off'} after {seconds:.1f} s: {said}")


class Maker:
    """Makes requests from the document of the API."""

    def __init__(self, document: dict[str, Any], ids: dict[str, list[str]], seed: int) -> None:
        self.schemas = document["components"]["schemas"]
        self.ids = ids
        self.random = random.Random(seed)
        methods = ("get", "post", "put", "delete")
        self.routes = [
            Route(method.upper(), path, operation)
            for path, operations in document["paths"].items()
            for method, operation in operations.items()
            if method in methods and ENDLESS not in str(operation["responses"])
        ]

    def likely(self, chance: float) -> bool:
        return self.random.random() < chance

    def odd(self) -> Any:
        return self.random.choice(ODD)

    def id_for(self, name: str) -> str:
        """An id of what the name speaks of, seldom of something else."""
        known = self.ids.get(name.removesuffix("s").removesuffix("_id"))
        return self.random.choice(known if known and self.likely(0.9) else self.random.choice(list(self.ids.values())))

    def value(self, schema: dict[str, Any], name: str, depth: int = 0) -> Any:
        """A value that the document allows."""
        if "$ref" in schema:
            schema = self.schemas[schema["$ref"].rpartition("/")[2]]
        for key in ("anyOf", "oneOf", "allOf"):
            if key in schema:
                return self.value(self.random.choice(schema[key]), name, depth)
        if "enum" in schema:
            return self.random.choice(schema["enum"])
        kind = schema.get("type")
        if kind == "object":
            known = schema.get("properties", {})
            wanted = [key for key in known if key in schema.get("required", ()) or self.likely(0.4)]
            return {key: self.value(known[key], key, depth + 1) for key in wanted} if depth < 3 else {}
        if kind == "array":
            inner = schema.get("items", {})
            return [self.value(inner, name, depth + 1) for _ in range(self.random.randrange(3))] if depth < 4 else []
        if kind in ("integer", "number"):
            return self.random.choice((0, 1, 2, 25, 100))
        if kind == "boolean":
            return self.likely(0.5)
        if schema.get("format") == "uuid" or name.endswith(("_id", "_ids")):
            return self.id_for(name)
        if schema.get("format") in ("date", "date-time"):
            return "2026-11-29" + "T10:00:00" * (schema["format"] == "date-time")
        return self.random.choice(("Fox", "red", "#FF0000", "fox@studio.test", self.random.choice(TEXTS)))

    def spoil(self, value: Any) -> Any:
        """The value with something odd in it."""
        if isinstance(value, dict) and value and self.likely(0.9):
            key = self.random.choice(list(value))
            return {**value, key: self.spoil(value[key]) if self.likely(0.3) else self.odd()}
        if isinstance(value, list) and value and self.likely(0.7):
            return [*value[1:], self.spoil(value[0])]
        return self.odd()

    def path(self, route: Route) -> str:
        made = route.path
        for parameter in route.document.get("parameters", ()):
            if parameter["in"] == "path":
                name = parameter["name"]
                value = self.id_for(name) if self.likely(0.93) else self._text()
                made = made.replace("{" + name + "}", quote(value, safe=""))
        asked = [one for one in route.document.get("parameters", ()) if one["in"] == "query" and self.likely(0.12)]
        pairs = [
            (one["name"], self.value(one["schema"], one["name"]) if self.likely(0.5) else self._text()) for one in asked
        ]
        if self.likely(0.03):
            pairs.append((self.random.choice(("page", "limit", "name", "id", "x" * 300)), self._text()))
        query = "&".join(f"{quote(name)}={quote(_plain(value))}" for name, value in pairs)
        return f"{made}?{query}" if query else made

    def _text(self) -> str:
        return _plain(self.random.choice(TEXTS))[:3_000]

    def body(self, route: Route) -> tuple[bytes, str]:
        """The bytes of a body and their type."""
        content = route.document.get("requestBody", {}).get("content", {})
        if not content:
            return (self.random.choice(BODIES), self.random.choice(TYPES)) if self.likely(0.1) else (b"", "")
        if self.likely(0.08):
            return self.random.choice(BODIES), self.random.choice((*content, *TYPES))
        kind = self.random.choice(list(content))
        value = self.value(content[kind]["schema"], "")
        for _ in range(self.random.choice((0, 1, 1, 2))):
            value = self.spoil(value)
        if kind == "application/json" or not isinstance(value, dict):
            return json.dumps(value).encode(), kind
        if kind == "application/x-www-form-urlencoded":
            return "&".join(f"{quote(_plain(key))}={quote(_plain(value[key]))}" for key in value).encode(), kind
        return self._form(value), f"{kind}; boundary=odd"

    def _form(self, value: dict[str, Any]) -> bytes:
        parts = []
        for name, inner in [*value.items(), ("file", None)]:
            is_file = inner is None or self.likely(0.3)
            named = f'; filename="{self._text()[:300]}"' if is_file else ""
            head = f'--odd\r\nContent-Disposition: form-data; name="{name}"{named}\r\n\r\n'
            content = (
                self.random.choice((picture(), b"", b"GIF89a", b"<svg/>", os.urandom(50))) if is_file else _bytes(inner)
            )
            parts.append(head.encode("utf-8", "replace") + content + b"\r\n")
        return b"".join(parts) + b"--odd--\r\n" * self.likely(0.95)

    def headers(self) -> dict[str, str]:
        if self.likely(0.85):
            return {}
        name = self.random.choice(list(HEADERS))
        return {name: self.random.choice(HEADERS[name])}


def _plain(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value)
    return text.encode("utf-8", "replace").decode()


def _bytes(value: Any) -> bytes:
    return _plain(value).encode()


class Client(threading.Thread):
    """One connection, over which everybody sends."""

    def __init__(self, maker: Maker, port: int, tokens: dict[str, list[str]], seen: Seen, until: "Until") -> None:
        super().__init__()
        self.maker, self.port, self.seen, self.until = maker, port, seen, until
        self.tokens = {who: list(found) for who, found in tokens.items()}
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=HANG * 2)

    def run(self) -> None:
        while not self.until.is_reached(self.seen.count):
            routes = list(self.maker.routes)
            self.maker.random.shuffle(routes)
            for route in routes:
                if self.until.is_reached(self.seen.count):
                    break
                self.send(route)

    def send(self, route: Route) -> None:
        who = "admin" if self.maker.likely(0.4) else self.maker.random.choice(list(self.tokens))
        token = self.maker.random.choice(self.tokens[who]) if self.tokens[who] else None
        path, (body, kind) = self.maker.path(route), self.maker.body(route)
        headers = {
            **({"Authorization": f"Bearer {token}"} if token else {}),
            **({"Content-Type": kind} if kind else {}),
            "Cookie": "; ".join(f"guest_{id}={PROOFS.sign_guest(id)}" for id in self.maker.ids.get("guest", ())),
        }
        odd = self.maker.headers()
        headers.update(odd)
        started = time.perf_counter()
        status = self.exchange(route.method, path, body, {name: _latin(text) for name, text in headers.items()})
        if status == 401 and token and "Authorization" not in odd:
            self.tokens[who].remove(token)
        said = f"{who} {route.method} {path} {kind} {body[:600]!r}" + f" … {len(body)} bytes" * (len(body) > 600)
        self.seen.take(status, time.perf_counter() - started, said)

    def exchange(self, method: str, path: str, body: bytes, headers: dict[str, str]) -> int:
        """The status of the answer; 0 when there was none."""
        try:
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):  # refused before it was all sent
                self.connection.request(method, path, body, headers)
            answer = self.connection.getresponse()
            answer.read()
        except (OSError, http.client.HTTPException):
            self.connection.close()
            return 0
        return answer.status


def _latin(text: str) -> str:
    return text.encode("latin-1", "replace").decode("latin-1")


def tracebacks(log: str) -> Iterator[str]:
    """What the server said of its errors, each kind once: where, and what."""
    kinds: Counter[str] = Counter()
    for block in log.split("Traceback (most recent call last):")[1:]:
        lines = block.splitlines()
        places = [line.strip() for line in lines if "/kitsulite/" in line and "site-packages" not in line]
        said = next((line for line in lines[1:] if line and not line.startswith(" ")), "")
        kinds[f"{said}\n    " + "\n    ".join(places[-3:])] += 1
    return (f"{count} × {kind}" for kind, count in kinds.most_common())


@dataclass(frozen=True)
class Until:
    """When it is enough: so many requests, or seconds."""

    requests: int | None
    moment: float | None

    def is_reached(self, count: int) -> bool:
        if self.requests is not None:
            return count >= self.requests
        return time.monotonic() >= (self.moment or 0)


class Studio:
    """A demo studio, and what it takes to ask it for anything."""

    def __init__(self, engine: str, folder: str) -> None:
        self.folder, self.url = folder, bare_database(engine)
        tracker = Tracker(Settings(data=folder, database=self.url, secret_key=SECRET, mail_enabled=False))
        hurry(tracker.db)
        with tracker.work() as work:
            demo.fill(work, passwords.hash_password("a password for all"))
        with tracker.db.reading():
            people = {row["role"]: row for row in tracker.db.rows(Person.select())}
        self.tokens: dict[str, list[str]] = {"stranger": []}
        for role, person in people.items():
            with tracker.work() as work:
                opened = [sessions.open_session(work, person["id"]) for _ in range(SESSIONS)]
            self.tokens[role] = [pair["access_token"] for pair in opened]
        self.tracker = tracker

    def ids(self) -> dict[str, list[str]]:
        """Some ids of every table; and of entities by what they are."""
        with self.tracker.db.reading():
            found = {
                name: [row["id"] for row in self.tracker.db.rows(table.select(table.id).limit(60))]
                for name, table in TABLES.items()
                if issubclass(table, Record)
            }
        kinds = ("asset", "shot", "sequence", "episode", "scene", "edit", "concept", "source", "parent", "object")
        return {name: ids for name, ids in {**found, **dict.fromkeys(kinds, found["entity"])}.items() if ids}

    def close(self) -> None:
        self.tracker.close()
        drop_studio(self.url)


@contextlib.contextmanager
def served(studio: Studio) -> Iterator[tuple[int, "subprocess.Popen[bytes]"]]:
    """The port and the process of `kitsulite serve`."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "kitsulite", "serve", "--workers", str(WORKERS), "--port", str(port)]
    settings = {
        "KITSULITE_DATA": studio.folder,
        "KITSULITE_DATABASE": studio.url,
        "SECRET_KEY": SECRET,
        "MAIL_ENABLED": "false",
    }
    with (
        (Path(studio.folder) / "log").open("wb") as log,
        subprocess.Popen(command, env={**os.environ, **settings}, stdout=log, stderr=log) as process,
    ):
        try:
            for _ in range(600):
                with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port)):
                    break
                time.sleep(0.05)
            yield port, process
        finally:
            process.terminate()


def ask(port: int, token: str, method: str, path: str, body: Any = None) -> Any:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=HANG)
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    connection.request(method, path, None if body is None else json.dumps(body), headers)
    answer = connection.getresponse()
    assert answer.status < 300, (path, answer.status, answer.read())
    return json.loads(answer.read())


def furnish(port: int, token: str, ids: dict[str, list[str]]) -> None:
    """Make what the demo has none of: a playlist that is shared, with a guest."""
    shot = ask(port, token, "GET", "/data/shots")[0]
    playlist = ask(
        port, token, "POST", "/data/playlists", {"name": "Odd", "project_id": shot["project_id"], "for_client": True}
    )
    link = ask(port, token, "POST", f"/data/playlists/{playlist['id']}/share", {})
    guest = ask(port, token, "POST", f"/shared/playlists/{link['token']}/guest", {"first_name": "Gus"})
    ids |= {"playlist": [playlist["id"]], "token": [link["token"]], "guest": [guest["id"]]}


def swelling(master: int) -> int:
    """Bytes that the largest worker holds."""
    largest = 0
    for child in Path(f"/proc/{master}/task/{master}/children").read_text().split():
        with contextlib.suppress(OSError):
            pages = int(Path(f"/proc/{child}/statm").read_text().split()[1])
            largest = max(largest, pages * os.sysconf("SC_PAGE_SIZE"))
    return largest


def one_round(engine: str, seed: int, seen: Seen, until: Until) -> None:
    """Requests to one studio."""
    with tempfile.TemporaryDirectory() as folder:
        studio = Studio(engine, folder)
        try:
            with served(studio) as (port, process):
                admin = studio.tokens["admin"][0]
                ids = studio.ids()
                furnish(port, admin, ids)
                document = ask(port, admin, "GET", "/openapi.json")
                before = len(seen.problems)
                makers = [Maker(document, ids, seed * CLIENTS + number) for number in range(CLIENTS)]
                clients = [Client(maker, port, studio.tokens, seen, until) for maker in makers]
                for client in clients:
                    client.start()
                while any(client.is_alive() for client in clients):
                    seen.memory = max(seen.memory, swelling(process.pid))
                    ids.update(studio.ids())  # what was made meanwhile is asked for too
                    clients[0].join(2)
            if len(seen.problems) > before:
                print(*tracebacks((Path(folder) / "log").read_text(errors="replace")), sep="\n")
        finally:
            studio.close()


def main(wanted: str, engine: str) -> int:
    seen, started, number = Seen(), time.monotonic(), 0
    seconds = float(wanted[:-1]) if wanted.endswith("s") else None
    total = None if seconds is not None else int(wanted)
    end = Until(total, None if seconds is None else started + seconds)
    while not end.is_reached(seen.count):
        most = seen.count + A_ROUND if total is None else min(seen.count + A_ROUND, total)
        until = Until(most, None) if seconds is None else end
        one_round(engine, SEED + number, seen, until)
        number += 1
        print(f"{seen.count} requests, {time.monotonic() - started:.0f} s, {len(seen.problems)} problems", flush=True)
    if seen.memory > SWOLLEN:
        seen.problems.append(f"a worker held {seen.memory >> 20} MB")
    print(f"{seen.count} requests on {engine}:", dict(sorted(seen.statuses.items())))
    print(f"the slowest took {seen.slowest[0]:.1f} s: {seen.slowest[1][:300]}")
    print(f"the largest worker held {seen.memory >> 20} MB")
    for problem in seen.problems[:50]:
        print("  " + problem)
    return 1 if seen.problems else 0


if __name__ == "__main__":
    sys.exit(main(*(sys.argv[1:] + ["60s", "sqlite"][len(sys.argv) - 1 :])))
