"""How listings grow: `python -m bench.growth` measures them on the small, the medium and the large studio.

Of pages, counts and searches: how long they take, and how many times as long as on the scale before by the processor of this
process (of PostgreSQL's own there is nothing in it); they should grow by half at the most, while a studio grows sevenfold.

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
PAGES: dict[str, tuple[str, str | None]] = {
    "tasks, page 1": ("/data/tasks?project_id={project}&page=1", None),
    "open tasks, page 1": ("/data/tasks/open-tasks?page=1", None),
    "open tasks, stats": ("/data/tasks/open-tasks/stats", None),
    "preview files, page 1": ("/data/projects/{project}/preview-files?page=1", None),
    "news, 50 rows": ("/data/projects/{project}/news", None),
    "quotas of a task type": ("/data/projects/{project}/quotas/{task_type}", None),
    "search, rare": ("/data/search", "SH0001"),
    "search, half of all": ("/data/search", "SH"),
    "search, two words": ("/data/search", "cl 00"),
    "search, misspelt": ("/data/search", "sh0x123"),
    "search, nothing like it": ("/data/search", "sequence"),
}
"""What is a page, a count or a search: its path, and the words that are looked for."""
MOST_GROWTH = 1.5
PAGE_HEAD = f"{'page, count or search':28}{'scale':>8}{'ms':>10}{'CPU ms':>10}{'growth':>9}"
HEAD = f"{'listing':28}{'scale':>8}{'rows':>9}{'MiB':>8}{'ms':>10}{'ms/1000':>9}{'memory':>9}"


def main() -> None:
    parser = argparse.ArgumentParser("bench.growth", description=__doc__)
    parser.add_argument("--engine", choices=("sqlite", "postgres"), default="sqlite")
    parser.add_argument("--scales", nargs="+", default=["small", "medium", "large"])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", choices=("listings", "pages"), help="only these")
    given = parser.parse_args()
    before: dict[str, float] = {}
    for scale in given.scales:
        with studios.copy(given.engine, studios.dump(scale)) as settings:
            if given.only != "pages":
                print(HEAD)
                for name, path in LISTINGS.items():
                    print(measure(settings, name, path, scale, given.rounds), flush=True)
            if given.only != "listings":
                print(PAGE_HEAD)
                before = measure_pages(settings, scale, given.rounds, before)


def measure_pages(settings: Settings, scale: str, rounds: int, before: dict[str, float]) -> dict[str, float]:
    """Print what each page takes, and how many times as long as on the scale before; milliseconds by name."""
    taken = {}
    with InProcess(settings) as inside:
        ids = look_up(inside)
        for name, (path, words) in PAGES.items():
            asked = ("GET", path.format_map(ids)) if words is None else ("POST", path, {"query": words})
            inside.call(*asked)
            times, busy = [], []
            for _ in range(rounds):
                started, began = time.perf_counter(), time.process_time()
                inside.call(*asked)
                times.append((time.perf_counter() - started) * 1000)
                busy.append((time.process_time() - began) * 1000)
            median, taken[name] = statistics.median(times), statistics.median(busy)
            growth = taken[name] / before[name] if name in before else None
            mark = "" if growth is None else f"{growth:>8.2f}x{' OVER' * (growth > MOST_GROWTH)}"
            print(f"{name:28}{scale:>8}{median:>10.1f}{taken[name]:>10.1f}{mark}", flush=True)
    return taken


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
