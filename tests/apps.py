"""An app served over HTTP by this process, for tests of what talks to it from outside."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server


class Threads(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class Silent(WSGIRequestHandler):
    def log_message(self, *_: object) -> None:
        """Nothing."""


@contextmanager
def served(app: Any) -> Iterator[str]:
    """The address of a server of an app."""
    server = make_server("127.0.0.1", 0, app, Threads, Silent)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def below(prefix: str, app: Any, *, told: bool = True) -> Any:
    """A site that has an app below a prefix, as another framework mounts it; or as a proxy does that says nothing of it."""

    def site(environ: dict[str, Any], start_response: Any) -> Any:
        path = environ["PATH_INFO"]
        if path != prefix and not path.startswith(f"{prefix}/"):
            start_response("404 Not Found", [("Content-Type", "text/plain")])
            return [b"nowhere"]
        environ["SCRIPT_NAME"] += prefix if told else ""
        environ["PATH_INFO"] = path.removeprefix(prefix)
        return app(environ, start_response)

    return site
