"""Is an event ever missed? Listeners, event processes, workers and whole nodes are killed in random order while events are made.

python -m bench.restarts --engine postgres --restarts 200 --events 10000

Then what each follower was told is held against what is there. The exit code is 1 when one missed something, or heard it out of order.
"""

import argparse
import http.client
import json
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from bench import followers, processes, studios
from bench.serving import ROOT, free_port, wait_for
from kitsulite import Settings, Tracker
from kitsulite.areas.people import sessions
from kitsulite.models.outbox import Outgoing
from kitsulite.models.people import Department, Person
from kitsulite.models.tools import ApiEvent

ENGINES = ("sqlite", "postgres")
KINDS = ("asking", "stream", "polling", "websocket", "consumer")
VICTIMS = ("listener", "event process", "worker", "node")
WRITERS, WORKERS = 4, 2
PATIENCE = 60
PAUSES = (0.0, 0.4)
"""Seconds between a kill that was got over and the next one."""


class Node:
    """A server that is started again when it was killed."""

    def __init__(self, settings: Settings, folder: Path) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.settings, self.folder = settings, folder
        self.start()

    def start(self) -> None:
        arguments = ["--data", str(self.folder), "--workers", str(WORKERS), "--port", str(self.port)]
        environment = {
            "PATH": "/usr/bin:/bin:/usr/local/bin",
            "PYTHONPATH": str(ROOT),
            "KITSULITE_DATABASE": self.settings.database,
            "KITSULITE_FILES": self.settings.files,
            "SECRET_KEY": self.settings.secret_key,
            "DOMAIN_NAME": "kitsu.studio.example",
        }
        self.folder.mkdir(exist_ok=True)
        with (self.folder / "errors.log").open("a") as errors:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "kitsulite", "serve", *arguments],
                env=environment,
                stdout=subprocess.DEVNULL,
                stderr=errors,
            )
        wait_for(self.url, self.process)
        self.is_whole()

    def is_whole(self) -> None:
        """Wait until all its processes are there."""
        until(lambda: len(self.workers()) == WORKERS and self.event_processes(), "its processes are there")

    def workers(self) -> list[int]:
        return processes.workers(self.process.pid, self.port)

    def event_processes(self) -> list[int]:
        return processes.event_processes(self.process.pid, self.port)

    def end(self) -> None:
        processes.kill(self.process.pid, *processes.children(self.process.pid))
        self.process.wait()


class Follower:
    """A process of `bench.followers` that is started again when it was killed."""

    def __init__(self, kind: str, notes: Path, arguments: list[str]) -> None:
        self.kind, self.notes, self.arguments = kind, notes, arguments
        self.start()

    def start(self) -> None:
        command = [sys.executable, "-m", "bench.followers", self.kind, str(self.notes), *self.arguments]
        self.process = subprocess.Popen(command, cwd=ROOT)

    def end(self) -> None:
        processes.kill(self.process.pid)
        self.process.wait()

    def last(self) -> int:
        """The newest place that it was told of."""
        return max((seq for seq, _ in followers.read(self.notes)), default=0)


@dataclass
class Making:
    """Writers that make so many events in all; they go no faster than the restarts."""

    token: str
    nodes: list[Node]
    total: int
    allowed: float = 0.0
    acknowledged: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def write(self) -> None:
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        while self._has_one_more():
            node = random.choice(self.nodes)
            connection = http.client.HTTPConnection("127.0.0.1", node.port, timeout=PATIENCE)
            try:
                while True:
                    body = json.dumps({"name": uuid.uuid4().hex, "color": "#FFFFFF"})
                    connection.request("POST", "/data/departments", body, headers)
                    answer = connection.getresponse()
                    content = json.loads(answer.read())
                    if answer.status != 201:
                        raise OSError(f"{answer.status} {content}")
                    with self.lock:
                        self.acknowledged.append(content["id"])
                    if not self._has_one_more():
                        return
            except (OSError, http.client.HTTPException, ValueError):
                time.sleep(0.05)  # it is gone; what it did with this one the database says
            finally:
                connection.close()

    def _has_one_more(self) -> bool:
        """Whether one more is to be made; waits for its time."""
        while True:
            with self.lock:
                if len(self.acknowledged) >= self.total:
                    return False
                if len(self.acknowledged) < self.allowed:
                    return True
            time.sleep(0.01)


def until(holds: Callable[[], object], what: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while not holds():
        if time.monotonic() > deadline:
            raise SystemExit(f"waited in vain until {what}")
        time.sleep(0.05)


# --- the run ---


@dataclass
class Run:
    """One engine's: what was killed, and what came of it."""

    engine: str
    killed: Counter[str] = field(default_factory=Counter)
    problems: list[str] = field(default_factory=list)


def kill_one(victim: str, nodes: list[Node], following: list[Follower], chance: random.Random) -> None:
    """Kill one of a kind, and wait until another is in its place."""
    node, follower = chance.choice(nodes), chance.choice(following)
    if victim == "listener":
        follower.end()
        follower.start()
    elif victim == "node":
        node.end()
        node.start()
    else:
        found = node.workers() if victim == "worker" else node.event_processes()
        process = chance.choice(found)
        processes.kill(process)
        until(lambda: process not in processes.children(node.process.pid), "it is gone")
        node.is_whole()


@contextmanager
def studio(engine: str) -> Iterator[tuple[Settings, str]]:
    """An empty studio, and a token of its admin."""
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="kitsulite-restarts-"))
        url = stack.enter_context(studios.database()) if engine == "postgres" else f"sqlite:///{folder}/studio.db"
        files = (Path(folder) / "files").as_uri()
        settings = Settings(data=folder, database=url, files=files, secret_key=uuid.uuid4().hex)
        with Tracker(settings, first_data=False) as tracker, tracker.work() as work:
            ada = work.insert(Person, first_name="Ada", last_name="Min", email="ada@studio.example", role="admin")
            token = sessions.open_session(work, str(ada))["access_token"]
        yield settings, str(token)


def run(engine: str, restarts: int, events: int, seed: int) -> Run:
    found, chance = Run(engine), random.Random(f"{engine} {seed}")
    with studio(engine) as (settings, token), ExitStack() as stack:
        folder = Path(settings.data)
        nodes = [Node(settings, folder / f"node-{number}") for number in range(1 if engine == "sqlite" else 2)]
        for node in nodes:
            stack.callback(node.end)
        following = []
        for kind in KINDS:
            arguments = [token, *(node.url for node in nodes)]
            if kind == "consumer":
                arguments = [str(folder / "embedded"), settings.database, settings.secret_key]
            following.append(Follower(kind, folder / kind, arguments))
            stack.callback(following[-1].end)
        making = Making(token, nodes, events)
        writers = [threading.Thread(target=making.write, daemon=True) for _ in range(WRITERS)]
        for writer in writers:
            writer.start()
        for number in range(restarts):
            making.allowed = events * (number + 1) / restarts
            time.sleep(chance.uniform(*PAUSES))
            victim = chance.choice(VICTIMS)
            kill_one(victim, nodes, following, chance)
            found.killed[victim] += 1
            for follower in following:
                if follower.process.poll() is not None:
                    found.problems.append(f"{follower.kind} gave up")
                    follower.start()
        for writer in writers:
            writer.join()
        look_over(found, settings, making.acknowledged, following)
    return found


def look_over(found: Run, settings: Settings, acknowledged: list[str], following: list[Follower]) -> None:
    """Hold what was told against what is there, once everybody has heard the last of it."""
    with Tracker(settings) as tracker, tracker.db.reading():
        told = tracker.db.tuples(Outgoing.select(Outgoing.number, Outgoing.event_id).order_by(Outgoing.number))
        made = set(tracker.db.values(Department.select(Department.id)))
        logged = tracker.db.count(ApiEvent.select())
    stored = [(seq, id) for seq, id in told if id]
    lost = set(acknowledged) - made
    print(
        f"  {len(acknowledged)} writes acknowledged, {len(lost)} of them lost, {len(stored)} events, {logged} in the log"
    )
    if lost or len(stored) != logged:
        found.problems.append("what was acknowledged is not there")
    for follower in following:
        with suppress(SystemExit):
            until(lambda follower=follower: follower.last() >= stored[-1][0], "it heard the last")  # type: ignore[misc]
        wanted = stored if follower.kind in ("asking", "consumer") else told
        judge(found, follower, [seq for seq, _ in wanted])


def judge(found: Run, follower: Follower, wanted: list[int]) -> None:
    """Whether a follower was told all that there is, in its order."""
    heard = [seq for seq, _ in followers.read(follower.notes)]
    firsts = list(dict.fromkeys(heard))
    missed, odd = set(wanted) - set(heard), set(heard) - set(wanted)
    is_ordered = firsts == sorted(firsts)
    print(
        f"  {follower.kind:10} heard {len(firsts):6}, missed {len(missed)}, doubled {len(heard) - len(firsts)},"
        f" {'in order' if is_ordered else 'OUT OF ORDER'}{f', made up {len(odd)}' if odd else ''}"
    )
    if missed or odd or not is_ordered:
        found.problems.append(f"{follower.kind} missed {len(missed)}, made up {len(odd)}")


def main() -> int:
    parser = argparse.ArgumentParser(
        "bench.restarts", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--engine", choices=(*ENGINES, "both"), default="both")
    parser.add_argument("--restarts", type=int, default=200, help="of an engine (200)")
    parser.add_argument("--events", type=int, default=10_000, help="made meanwhile (10000)")
    parser.add_argument("--seed", type=int, default=1, help="of what is killed when (1)")
    given = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # what was started ends with it
    problems: list[str] = []
    for engine in ENGINES if given.engine == "both" else (given.engine,):
        print(f"{engine}: {given.restarts} restarts, {given.events} events, seed {given.seed}", flush=True)
        started = time.monotonic()
        found = run(engine, given.restarts, given.events, given.seed)
        killed = ", ".join(f"{count} × {victim}" for victim, count in sorted(found.killed.items()))
        print(f"  killed {killed}, in {time.monotonic() - started:.0f} s", flush=True)
        problems += [f"{engine}: {problem}" for problem in found.problems]
    print("\n".join(problems) or "none was missed")
    return bool(problems)


if __name__ == "__main__":
    sys.exit(main())
