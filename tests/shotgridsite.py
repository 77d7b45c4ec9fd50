"""A ShotGrid site for tests: a server of its own that speaks as much of the REST API as an import needs."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

SCRIPT, KEY = "kitsulite", "s3cret-key"
Record = dict[str, Any]
TYPES = {
    "statuses": "Status",
    "steps": "Step",
    "human_users": "HumanUser",
    "projects": "Project",
    "project_user_connections": "ProjectUserConnection",
    "episodes": "Episode",
    "sequences": "Sequence",
    "scenes": "Scene",
    "assets": "Asset",
    "shots": "Shot",
    "tasks": "Task",
    "notes": "Note",
    "versions": "Version",
}


class FakeSite:
    """See the module.

    records   by the type in the address; values as the site holds them, links as `{"type", "id", "name"}`
    asked     the requests: path and body
    hook      is called before each answer to a search; what it gives, (status, headers, body), is answered instead
    page      records that a page has at the most, whatever is asked for
    """

    def __init__(self, records: dict[str, list[Record]]) -> None:
        self.records = records
        self.asked: list[tuple[str, Any]] = []
        self.tokens: list[str] = []
        self.signed_in = 0
        self.page = 2
        self.hook: Callable[[str, Any], tuple[int, dict[str, str], Any] | None] = lambda path, body: None
        self.url = ""

    def searches(self, path: str) -> list[Any]:
        return [body for asked, body in self.asked if asked == path]

    def sign_in(self, form: dict[str, list[str]]) -> tuple[int, Any]:
        given = {name: values[0] for name, values in form.items()}
        if given != {"grant_type": "client_credentials", "client_id": SCRIPT, "client_secret": KEY}:
            return 400, _errors(400, "Can't authenticate script")
        self.signed_in += 1
        self.tokens = [f"token-{self.signed_in}"]
        return 200, {"token_type": "Bearer", "access_token": self.tokens[0], "expires_in": 600, "refresh_token": "r"}

    def search(self, path: str, body: Any) -> tuple[int, dict[str, str], Any]:
        if (said := self.hook(path, body)) is not None:
            return said
        if path not in self.records:
            return 400, {}, _errors(400, f"Entity of type {path} does not exist")
        rows = [row for row in self.records[path] if all(_holds(row, *condition) for condition in body["filters"])]
        rows.sort(key=lambda row: row["id"])
        data = [_written(path, row, body["fields"]) for row in rows[: min(self.page, body["page"]["size"])]]
        return 200, {}, {"data": data, "links": {"self": f"/api/v1/entity/{path}/_search"}}

    def schema(self, type: str) -> Any:
        [path] = [path for path, name in TYPES.items() if name == type]
        names = {name for row in self.records.get(path, []) for name in row}
        return {"data": {name: {"data_type": {"value": "text"}} for name in sorted(names)}}


def _errors(status: int, title: str) -> Any:
    return {"errors": [{"id": "1", "status": status, "code": 103, "title": title, "source": None, "detail": None}]}


def _holds(row: Record, name: str, relation: str, value: Any) -> bool:
    held = row.get(name)
    if relation == "greater_than":
        return bool(held > value)
    if relation == "is_not":
        return held not in (value, [])
    assert relation == "in", relation
    return held in value if not isinstance(held, dict) else held["id"] in {one["id"] for one in value}


def _written(path: str, row: Record, fields: list[str]) -> Record:
    links = {name: value for name, value in row.items() if _is_link(value) and name in fields}
    values = {name: value for name, value in row.items() if name in fields and name not in links}
    return {
        "id": row["id"],
        "type": TYPES[path],
        "attributes": values,
        "relationships": {name: {"data": value, "links": {}} for name, value in links.items()},
        "links": {},
    }


def _is_link(value: Any) -> bool:
    items = value if isinstance(value, list) else [value]
    return all(isinstance(item, dict) and "type" in item for item in items)


@contextmanager
def site_of(records: dict[str, list[Record]]) -> Iterator[FakeSite]:
    """A running site that holds these records."""
    site = FakeSite(records)

    class Answering(BaseHTTPRequestHandler):
        def log_message(self, *said: Any) -> None:
            pass

        def do_GET(self) -> None:
            if self._is_let_in():
                self._answer(200, {}, site.schema(self.path.split("/")[4]))

        def do_POST(self) -> None:
            content = self.rfile.read(int(self.headers["Content-Length"]))
            if self.path == "/api/v1/auth/access_token":
                status, said = site.sign_in(parse_qs(content.decode()))
                self._answer(status, {}, said)
            elif self._is_let_in():
                assert self.headers["Content-Type"] == "application/vnd+shotgun.api3_array+json"
                path, body = self.path.split("/")[4], json.loads(content)
                site.asked.append((path, body))
                self._answer(*site.search(path, body))

        def _is_let_in(self) -> bool:
            if self.headers["Authorization"] in [f"Bearer {token}" for token in site.tokens]:
                return True
            self._answer(401, {}, _errors(401, "Unauthorized"))
            return False

        def _answer(self, status: int, headers: dict[str, str], said: Any) -> None:
            content = said if isinstance(said, bytes) else json.dumps(said).encode()
            self.send_response(status)
            for name, value in {"Content-Length": str(len(content)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answering)
    site.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield site
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
