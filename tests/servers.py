"""Servers that take what a studio sends, on a port of this machine: mail and chat messages."""

import json
import socketserver
import threading
import time
from collections.abc import Callable
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple

AT_ONCE = 0.01


class SmtpServer:
    """Takes mail and keeps it; `refuses` all of it when told to, and is `slow` to greet by so many seconds."""

    def __init__(self) -> None:
        self.received: list[EmailMessage] = []
        self.refuses = False
        self.slow = 0.0
        smtp = self

        class Conversation(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                time.sleep(smtp.slow)
                self._say("554 closed today" if smtp.refuses else "220 ready")
                for line in self.rfile:
                    if line.upper().startswith(b"DATA"):
                        self._say("354 go on")
                        lines = list(iter(self.rfile.readline, b".\r\n"))
                        parsed = message_from_bytes(b"".join(lines), policy=policy.default)
                        smtp.received.append(parsed)  # type: ignore[arg-type]
                    self._say("221 bye" if line.upper().startswith(b"QUIT") else "250 fine")

            def _say(self, words: str) -> None:
                self.wfile.write(words.encode() + b"\r\n")

        self.server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Conversation)
        self.server.daemon_threads = True
        self.port: int = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, args=(AT_ONCE,), daemon=True).start()

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()


class Sent(NamedTuple):
    """A request that a chat server got."""

    method: str
    path: str
    authorization: str | None
    body: Any


class ChatServer:
    """Takes chat messages and keeps them; what it answers is the table's, by path."""

    def __init__(self) -> None:
        self.received: list[Sent] = []
        self.answers: dict[str, Any] = {}
        chat = self

        class Conversation(BaseHTTPRequestHandler):
            def _take(self) -> None:
                content = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                body = json.loads(content) if content else None
                path = self.path.partition("?")[0]
                chat.received.append(Sent(self.command, self.path, self.headers["Authorization"], body))
                answer = chat.answers.get(path, {})
                self.send_response(answer if isinstance(answer, int) else 200)
                self.end_headers()
                self.wfile.write(json.dumps(answer).encode())

            do_GET: Callable[..., None] = _take
            do_POST: Callable[..., None] = _take

            def log_message(self, *words: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Conversation)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, args=(AT_ONCE,), daemon=True).start()

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()
