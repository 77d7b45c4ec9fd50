"""A server that webhooks call, and short ways to have something happen."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple


class Received(NamedTuple):
    """One call."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def seqs(self) -> list[int]:
        """The places of the events in it."""
        said = self.json
        return [event["seq"] for event in said["data"]] if said["type"] == "events" else [said["seq"]]


class Receiver:
    """What was received, and what is answered: a status, or what a function says of a call.

    headers  of the answers
    """

    def __init__(self) -> None:
        self.received: list[Received] = []
        self.answer: int | Callable[[Received], int] = 204
        self.headers: dict[str, str] = {}
        self.url = ""

    @property
    def seqs(self) -> list[int]:
        return [seq for call in self.received for seq in call.seqs]

    def take(self, call: Received) -> int:
        self.received.append(call)
        return self.answer(call) if callable(self.answer) else self.answer


@contextmanager
def receiver() -> Iterator[Receiver]:
    """One that listens on this machine."""
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            status = receiver.take(Received(self.path, headers, body))
            self.send_response(status)
            for name, value in receiver.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    receiver.url = f"http://127.0.0.1:{server.server_address[1]}/hook"
    yield receiver
    server.shutdown()
    server.server_close()
