"""How listings grow: `python -m bench.growth` measures them on the small, the medium and the large studio.

For each listing of the main production: milliseconds, milliseconds for a thousand rows (the same on every scale when time
grows with the length), and how much memory a served worker took at its highest beyond what it had at rest, as a multiple of
the answer's size.
"""

import argparse
import http.client
import json
import re
import statistics
import threading
import time
from pathlib import Path
from urllib.parse import urlsplit

from bench import serving, studios
from bench.visitors import InProcess, look_up
from kitsulite import Settings

LISTINGS = {
    "shots with tasks": "/data/shots/with-tasks?project_id={project}",
    "the same, streamed": "/data/shots/with-tasks?project_id={project}&stream=true",
    "assets with tasks": "/data/assets/with-tasks?project_id={project}",
    "casting of all sequences": "/data/projects/{project}/sequences/all/casting",
    "tasks of a project": "/data/projects/{project}/tasks",
}
HEAD = f"{'listing':28}{'scale':>8}{'rows':>9}{'MiB':>8}{'ms':>10}{'ms/1000':>9}{'memory':>9}"


def main() -> None:
    parser = argparse.ArgumentParser("bench.growth", description=__doc__)
    parser.add_argument("--engine", choices=("sqlite", "postgres"), default="sqlite")
    parser.add_argument("--scales", nargs="+", default=["small", "medium", "large"])
    parser.add_argument("--rounds", type=int, default=5)
    given = parser.parse_args()
    print(HEAD)
    for scale in given.scales:
        with studios.copy(given.engine, studios.dump(scale)) as settings:
            for name, path in LISTINGS.items():
                print(measure(settings, name, path, scale, given.rounds), flush=True)


def measure(settings: Settings, name: str, path: str, scale: str, rounds: int) -> str:
    """One listing of one studio, asked of a worker of its own."""
    with InProcess(settings) as inside:
        token, ids = inside.token, look_up(inside)
    with serving.serve(settings) as served:
        connection = http.client.HTTPConnection(urlsplit(served.url).netloc, timeout=600)
        times, size, rows = [], 0, 0
        with Highest(served.worker()) as highest:
            for _ in range(rounds):
                started = time.perf_counter()
                connection.request("GET", path.format_map(ids), headers={"Authorization": f"Bearer {token}"})
                content = connection.getresponse().read()
                times.append((time.perf_counter() - started) * 1000)
                size, rows = len(content), rows or _count(content)
        connection.close()
    median, memory = statistics.median(times), (highest.bytes - highest.at_first) / size
    return f"{name:28}{scale:>8}{rows:>9}{size / 2**20:>8.1f}{median:>10.1f}{median / rows * 1000:>9.1f}{memory:>8.1f}x"


class Highest:
    """Watches how much memory of its own a process has, every few milliseconds."""

    def __init__(self, process: int) -> None:
        self.status = Path(f"/proc/{process}/status")
        self.at_first = self.bytes = self._now()
        self._ended = threading.Event()
        self._watching = threading.Thread(target=self._watch)

    def __enter__(self) -> "Highest":
        self._watching.start()
        return self

    def __exit__(self, *problem: object) -> None:
        self._ended.set()
        self._watching.join()

    def _watch(self) -> None:
        while not self._ended.wait(0.005):
            self.bytes = max(self.bytes, self._now())

    def _now(self) -> int:
        found = re.search(r"RssAnon:\s+(\d+) kB", self.status.read_text())
        return int(found[1]) * 1024 if found else 0


def _count(content: bytes) -> int:
    if content.startswith(b'{"compact"'):
        return content.count(b"\n") - 1
    return len(json.loads(content))


if __name__ == "__main__":
    main()
