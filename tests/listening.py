"""Listening to a served studio, as browsers and scripts do: a client of Socket.IO that remembers what it was told.

with listen(live.url, ann) as listener:
    live.http(ada).put(...)
    assert listener.next("task:update") == {...}
"""

import json
import queue
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import socketio
from serving import Served, serve
from studio import Member, Studio

from kitsulite import Settings, Tracker

NAMESPACE = "/events"
SOON = 5.0
QUIET = 0.6
"""Seconds in which nothing comes that is not to come: more than two looks of the event process."""


class Refused(Exception):
    """What a client was told when it was not let in."""


class Listener:
    """A client at the namespace, and what it was told."""

    def __init__(self, url: str, member: Member | None, **options: Any) -> None:
        self.told: queue.Queue[tuple[str, list[Any]]] = queue.Queue()
        self.refusal: Any = None
        self.gone = threading.Event()
        extra = {"origin": options.pop("origin")} if "origin" in options else {}
        self.client = socketio.Client(
            reconnection=options.pop("reconnection", False), websocket_extra_options=extra, request_timeout=10
        )
        self.client.on("*", lambda name, *data: self.told.put((name, list(data))), namespace=NAMESPACE)
        self.client.on("connect_error", self._refused, namespace=NAMESPACE)
        self.client.on("disconnect", lambda *why: self.gone.set(), namespace=NAMESPACE)
        headers = {"Authorization": f"Bearer {member.token}"} if member else {}
        headers |= options.pop("headers", {})
        try:
            self.client.connect(url, headers=headers, namespaces=[NAMESPACE], wait_timeout=10, **options)
        except socketio.exceptions.ConnectionError as problem:
            raise Refused(self.refusal or problem) from None

    def _refused(self, said: Any) -> None:
        self.refusal = said["message"] if isinstance(said, dict) else said

    def say(self, name: str, *data: Any) -> Any:
        """Send a message; what is answered to it."""
        return self.client.call(name, data, namespace=NAMESPACE, timeout=SOON)

    def next(self, name: str) -> Any:
        """What comes with the next message of this name."""
        until = time.monotonic() + SOON
        seen = []
        while True:
            try:
                found, data = self.told.get(timeout=max(0.01, until - time.monotonic()))
            except queue.Empty:
                raise AssertionError(f"no {name}, but {seen}") from None
            if found == name:
                return data[0] if len(data) == 1 else data
            seen.append(found)

    def rest(self, seconds: float = QUIET) -> list[str]:
        """The names of all that has come, and still comes."""
        time.sleep(seconds)
        return [self.told.get()[0] for _ in range(self.told.qsize())]

    def is_gone(self) -> bool:
        return self.gone.wait(SOON)


@contextmanager
def listen(url: str, member: Member | None = None, **options: Any) -> Iterator[Listener]:
    listener = Listener(url, member, **options)
    try:
        yield listener
    finally:
        listener.client.disconnect()


@dataclass
class Live:
    """A served studio, and the same studio opened here to fill it."""

    served: Served
    studio: Studio

    @property
    def url(self) -> str:
        return self.served.url

    def call(self, member: Member | None, method: str, path: str, body: Any = None, **headers: str) -> Any:
        """A request to the server: status and JSON, or text."""
        if member:
            headers["Authorization"] = f"Bearer {member.token}"
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(
            self.url + path, data, {"Content-Type": "application/json", **headers}, method=method
        )
        with urllib.request.urlopen(request, timeout=70) as answer:
            content = answer.read()
            return json.loads(content) if "json" in (answer.headers["Content-Type"] or "") else content.decode()

    def event_process(self) -> int:
        """The process that keeps the connections of those who listen."""
        return children(self.served.process.pid)[-1]


def children(process: int) -> list[int]:
    """The processes that one has made, in that order."""
    return [int(pid) for pid in Path(f"/proc/{process}/task/{process}/children").read_text().split()]


@contextmanager
def lively(folder: Path, database: str, *options: str, **variables: str) -> Iterator[Live]:
    """A served studio while the block lasts."""
    with serve(folder, database, *options, **variables) as served:
        with Tracker(Settings(data=str(folder), database=database or "")) as tracker:
            assert status_of(f"{served.url}/rooms") == 401, served.errors.read_text()  # the event process is there
            yield Live(served, Studio(tracker))
        assert "Traceback" not in served.errors.read_text(), served.errors.read_text()


@pytest.fixture
def live(tmp_path: Path, bare: str) -> Iterator[Live]:
    """A fresh studio, served by two workers; once on each engine."""
    with lively(tmp_path / "studio", bare, "--workers", "2") as found:
        yield found


def handshake(url: str) -> str:
    """The address at which a client polls that has said no more than hello."""
    address = f"{url}/socket.io/?EIO=4&transport=polling"
    opened = json.loads(urllib.request.urlopen(address, timeout=SOON).read()[1:])
    return f"{address}&sid={opened['sid']}"


def status_of(url: str | urllib.request.Request) -> int:
    try:
        return int(urllib.request.urlopen(url, timeout=6 * SOON).status)
    except urllib.error.HTTPError as refused:
        return refused.code
    except TimeoutError:
        return 0


def soon(condition: Callable[[], bool], seconds: float = SOON) -> bool:
    """Whether something becomes true before long."""
    until = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > until:
            return False
        time.sleep(0.02)
    return True


BOTH = pytest.mark.parametrize(
    "transports", [None, ["polling"], ["websocket"]], ids=["upgraded", "polling", "websocket"]
)


def tell(live: Live, name: str = "asset:update", project: Any = None, **data: Any) -> None:
    """Have something told of that concerns a production, or everybody."""
    with live.studio.tracker.work() as work:
        work.emit(name, data, project and project["id"])
