"""Browsers for tests: the JavaScript client that the web client uses, in a process of node's (`tests/live/listener.js`).

with browser(server.url, cookie=...) as page:
    page.wait_for("connected")
"""

import fcntl
import functools
import json
import os
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import programs

LISTENER = Path(__file__).parent / "live" / "listener.js"
PACKAGE = "socket.io-client@4"
USER_AGENT = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
PATIENCE = 20.0
Said = dict[str, Any]


class Browser:
    """A page that listens. `said` is what it printed so far."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self.said: list[Said] = []
        self._process = process
        self._changed = threading.Condition()
        self._seen = 0
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def _read(self) -> None:
        assert self._process.stdout
        for line in self._process.stdout:
            with self._changed:
                self.said.append({**json.loads(line), "at": time.monotonic()})
                self._changed.notify_all()

    def wait_for(self, what: str, within: float = PATIENCE, **said: object) -> Said:
        """The next thing of this kind that it says, after what was waited for before; what it said in between is passed over."""
        return self._wait(lambda line: line["what"] == what and said.items() <= line.items(), f"{what} {said}", within)

    def wait_for_event(self, name: str, within: float = PATIENCE, **ids: object) -> dict[str, Any]:
        """The data of the next event of this name, and of these ids, that it hears."""
        heard = self._wait(
            lambda line: line["what"] == "heard" and line["name"] == name and ids.items() <= line["data"].items(),
            f"{name} {ids}",
            within,
        )
        return dict(heard["data"])

    def _wait(self, holds: Callable[[Said], bool], words: str, within: float) -> Said:
        deadline = time.monotonic() + within
        with self._changed:
            while True:
                for place in range(self._seen, len(self.said)):
                    if holds(self.said[place]):
                        self._seen = place + 1
                        return self.said[place]
                if not self._changed.wait(deadline - time.monotonic()):
                    raise AssertionError(f"it did not say {words}, but {self.said[self._seen :][:20]}")

    def heard(self, name: str) -> list[dict[str, Any]]:
        """The data of all events of a name so far."""
        with self._changed:
            return [line["data"] for line in self.said if line["what"] == "heard" and line["name"] == name]

    def send(self, name: str, data: object) -> None:
        assert self._process.stdin
        self._process.stdin.write(json.dumps([name, data]) + "\n")
        self._process.stdin.flush()


@contextmanager
def browser(
    url: str, *, cookie: str = "", bearer: str = "", after: int | None = None, **options: object
) -> Iterator[Browser]:
    """A page at a server while the block lasts.

    cookie   the cookies of its sign-in
    bearer   or a token, as scripts have one
    after    the place after which it wants to hear all
    options  of the client, as it spells them
    """
    node, modules = programs.needed("node"), _modules()
    page = {"Cookie": cookie, "Origin": url, "User-Agent": USER_AGENT}
    headers = page if cookie else {"Authorization": f"Bearer {bearer}"} if bearer else {}
    given = {
        "url": url,
        "options": {"reconnectionDelay": 50, "reconnectionDelayMax": 500, "extraHeaders": headers, **options},
    }
    if after is not None:
        given["after"] = after
    with subprocess.Popen(
        [node, str(LISTENER), json.dumps(given)],
        env={**os.environ, "NODE_PATH": str(modules)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield Browser(process)
        finally:
            process.kill()


@functools.cache
def _modules() -> Path:
    """The folder with the client in it; got once for all tests of this machine."""
    folder = Path(tempfile.gettempdir()) / f"kitsulite-node-{os.getuid()}"
    modules = folder / "node_modules"
    folder.mkdir(exist_ok=True)
    with open(folder / "lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (modules / "socket.io-client" / "package.json").exists():
            npm = [programs.needed("npm"), "install", "--no-audit", "--no-fund", "--prefix", str(folder), PACKAGE]
            try:
                got = subprocess.run(npm, capture_output=True, text=True, timeout=120, check=False)
                problem = got.stderr if got.returncode else ""
            except subprocess.TimeoutExpired as late:
                problem = str(late)
            if problem:
                programs.missing(f"{PACKAGE} could not be had from npm: {problem[-300:]}")
    return modules
