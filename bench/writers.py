"""Many clients that write at once: how many writes a second, and what one costs.

`python -m bench.writers` on a studio of its own: sixteen clients that change tasks, and sixteen that post comments, against one worker
and against two. A write counts when it was answered, so it is on the disk.
"""

import argparse
import concurrent.futures
import http.client
import itertools
import json
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

from bench import serving, studios
from bench.processes import children
from bench.visitors import InProcess, look_up
from kitsulite import Settings

CLIENTS = 16
Write = tuple[str, str, dict[str, object], int]
"""Method, path, body, and the status that says it is stored."""


class Rate(NamedTuple):
    """Writes a second, and milliseconds of CPU that the processes of the server took for each."""

    per_second: float
    cpu: float


def writes_a_second(
    settings: Settings, write: Callable[[str, int], Write], *, workers: int, clients: int = CLIENTS, each: int = 60
) -> Rate:
    """Clients that write one thing after the other, each to a task of its own.

    write  what to ask, by the id of a task and a number
    """
    with InProcess(settings) as inside:
        headers = {"Authorization": f"Bearer {inside.token}", "Content-Type": "application/json"}
        project = look_up(inside)["project"]
        page = json.loads(inside.call("GET", f"/data/tasks?project_id={project}&page=1", None))
        tasks = [task["id"] for task in page["data"][:clients]]
    numbers = itertools.count()

    def client(task: str, times: int) -> None:
        connection = http.client.HTTPConnection(urlsplit(served.url).netloc, timeout=60)
        for _ in range(times):
            method, path, body, status = write(task, next(numbers))
            connection.request(method, path, json.dumps(body), headers)
            answer = connection.getresponse()
            told = answer.read()
            assert answer.status == status, told
        connection.close()

    with (
        serving.serve(settings, workers=workers) as served,
        concurrent.futures.ThreadPoolExecutor(clients) as pool,
    ):
        list(pool.map(client, tasks, [3] * clients))
        before, started = _cpu(served.process.pid), time.perf_counter()
        list(pool.map(client, tasks, [each] * clients))
        taken = time.perf_counter() - started
        return Rate(clients * each / taken, 1000 * (_cpu(served.process.pid) - before) / (clients * each))


def change(task: str, number: int) -> Write:
    return "PUT", f"/data/tasks/{task}", {"priority": number % 4}, 200


def comments(status: str) -> Callable[[str, int], Write]:
    def comment(task: str, number: int) -> Write:
        return "POST", f"/actions/tasks/{task}/comment", {"task_status_id": status, "comment": f"Take {number}"}, 201

    return comment


def _cpu(process: int) -> float:
    """Seconds that a process and those it started have worked."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    own = (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return own + sum(map(_cpu, children(process)))


def main() -> None:
    parser = argparse.ArgumentParser("bench.writers", description=__doc__)
    parser.add_argument("--engine", choices=("sqlite", "postgres"), default="sqlite")
    parser.add_argument("--scale", choices=("small", "medium", "large"), default="medium")
    parser.add_argument("--clients", type=int, default=CLIENTS)
    parser.add_argument("--each", type=int, default=60, help="how often each client writes")
    given = parser.parse_args()
    with studios.copy(given.engine, studios.dump(given.scale)) as settings:
        with InProcess(settings) as inside:
            status = look_up(inside)["status"]
        for name, write in (("change a task", change), ("post a comment", comments(status))):
            for workers in (1, 2):
                found = writes_a_second(settings, write, workers=workers, clients=given.clients, each=given.each)
                label = f"{name}, {given.clients} clients, {workers} worker{'s' * (workers > 1)}"
                print(f"{label:44}{found.per_second:8.1f} writes/s{found.cpu:8.2f} ms of CPU each", flush=True)


if __name__ == "__main__":
    main()
