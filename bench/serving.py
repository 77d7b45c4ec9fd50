"""A studio served by `kitsulite serve` in processes of its own, with one worker unless more are asked for."""

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from kitsulite import Settings

PATIENCE = 60
ROOT = Path(__file__).parent.parent


@dataclass(frozen=True)
class Served:
    """A running server; `first_answer` is how many seconds went by from its start to its first answer."""

    url: str
    process: "subprocess.Popen[bytes]"
    first_answer: float

    def memory(self) -> int:
        """Bytes that its worker holds."""
        pages = int(Path(f"/proc/{self.worker()}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE")

    def worker(self) -> int:
        """The process of the worker."""
        return int(Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()[0])


@contextmanager
def serve(settings: Settings, workers: int = 1) -> Iterator[Served]:
    port = free_port()
    command = [sys.executable, "-m", "kitsulite", "serve", "--workers", str(workers), "--port", str(port)]
    environment = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "KITSULITE_DATA": settings.data,
        "KITSULITE_DATABASE": settings.database,
        "SECRET_KEY": settings.secret_key,
        "DOMAIN_NAME": "kitsu.studio.example",
    }
    started = time.perf_counter()
    with subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL) as process:
        try:
            url = f"http://127.0.0.1:{port}"
            wait_for(url, process)
            yield Served(url, process, time.perf_counter() - started)
        finally:
            process.terminate()


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def wait_for(url: str, process: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and process.poll() is None:
        try:
            urllib.request.urlopen(url).close()
        except OSError:
            time.sleep(0.005)
        else:
            return
    raise RuntimeError("the server did not answer")
