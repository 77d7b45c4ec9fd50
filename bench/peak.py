"""A studio of 600 at its peak: so many requests a second of the mix that its people make, whether the answers come or not.

`python -m bench.peak` serves the medium studio with as many workers as there are cores and asks it for ten minutes; `--until-it-breaks` goes
on with ever more, a minute each, until an answer is an error or one of a hundred takes longer than 250 ms. A request's time begins when it
was due, so that one which waits for others is not counted as quick. The client works on the same machine.
"""

import argparse
import http.client
import json
import os
import queue
import random
import statistics
import threading
import time
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from bench import serving, studios
from bench.processes import children
from bench.visitors import InProcess, look_up
from kitsulite import Settings
from kitsulite.areas.people import sessions
from kitsulite.models.entities import Entity, EntityType
from kitsulite.models.people import Person
from kitsulite.models.productions import ProjectPersonLink
from kitsulite.models.tasks import Task

PEOPLE, CONNECTIONS = 600, 64
RATE, MINUTES = 50.0, 10.0
SLOW = 250.0
"""Milliseconds that one of a hundred answers may take."""
MORE = 1.25

MIX: tuple[tuple[int, str, str], ...] = (
    (180, "GET", "/data/tasks/{task}"),
    (90, "GET", "/data/tasks/{task}/full"),
    (140, "GET", "/data/tasks/{task}/comments"),
    (60, "GET", "/data/shots/{shot}"),
    (40, "GET", "/data/shots/{shot}/tasks"),
    (60, "GET", "/data/user/notifications"),
    (50, "GET", "/data/user/tasks"),
    (60, "GET", "/data/user/context"),
    (50, "GET", "/data/projects/open"),
    (40, "GET", "/data/projects/{project}/news"),
    (20, "GET", "/data/projects/{project}/playlists"),
    (30, "POST", "/data/search"),
    (70, "PUT", "/data/tasks/{task}"),
    (70, "POST", "/actions/tasks/{task}/comment"),
    (12, "GET", "/data/shots/with-tasks?project_id={project}"),
    (8, "GET", "/data/assets/with-tasks?project_id={project}"),
    (4, "GET", "/data/projects/{project}/tasks"),
    (16, "GET", "/data/persons"),
)
"""How often of a thousand what is asked: four of a hundred are lists, one of seven writes."""


@dataclass
class Asked:
    """What is asked of a studio, by whom: everybody reads, who manages the production writes."""

    tokens: list[str]
    managers: list[str]
    tasks: list[str]
    shots: list[str]
    project: str
    status: str

    def one(self, chance: random.Random) -> tuple[str, str, str | None, str]:
        """Method, path, body and token of a request."""
        [(_, method, template)] = chance.choices(MIX, [weight for weight, _, _ in MIX])
        task = chance.choice(self.tasks)
        path = template.format(task=task, shot=chance.choice(self.shots), project=self.project)
        bodies: dict[str, dict[str, object]] = {
            "/data/search": {"query": f"SH{chance.randrange(1000):04}"},
            "/data/tasks/{task}": {"priority": chance.randrange(4)},
            "/actions/tasks/{task}/comment": {"task_status_id": self.status, "comment": "Here is another take."},
        }
        writes = method != "GET" and template in bodies and template != "/data/search"
        token = chance.choice(self.managers if writes else self.tokens)
        return method, path, None if method == "GET" else json.dumps(bodies[template]), token


@dataclass
class Found:
    """Milliseconds of all answers, by what was asked, and the errors."""

    times: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    errors: Counter[str] = field(default_factory=Counter)

    def all_times(self) -> list[float]:
        return sorted(time for times in self.times.values() for time in times)


def prepare(settings: Settings) -> Asked:
    """Sessions for the people of the studio, all in the team of its largest production, one of twelve a manager there, and what there is
    to ask for."""
    with InProcess(settings) as inside:
        ids = look_up(inside)
        with inside.tracker.work() as work:
            here = Person.select(Person.id).where(Person.active, ~Person.is_bot, Person.role == "user")
            people = work.db.values(here.order_by(Person.id).limit(PEOPLE))
            team = ProjectPersonLink.project_id == ids["project"]
            work.db.run(ProjectPersonLink.delete().where(team, ProjectPersonLink.person_id.in_(people)))
            managing = people[::12]
            rows = [(ids["project"], person, "manager" if person in managing else "user") for person in people]
            work.db.insert_many(ProjectPersonLink.table_name(), ("project_id", "person_id", "role"), rows)
            tokens = {person: sessions.open_session(work, person)["access_token"] for person in people}
            shot = EntityType.select(EntityType.id).where(EntityType.name == "Shot")
            shots = work.db.values(
                Entity.select(Entity.id)
                .where(Entity.project_id == ids["project"], Entity.entity_type_id.in_(shot))
                .limit(3000)
            )
            tasks = work.db.values(Task.select(Task.id).where(Task.project_id == ids["project"]).limit(20_000))
    print(f"{len(people)} people, {len(managing)} of them managers; {len(tasks)} tasks", flush=True)
    managers = [tokens[person] for person in managing]
    return Asked(list(tokens.values()), managers, tasks, shots, ids["project"], ids["status"])


def ask_for(url: str, asked: Asked, rate: float, seconds: float, chance: random.Random) -> Found:
    """Ask so often for so long, at moments that come by chance."""
    found, due, lock = Found(), queue.SimpleQueue[tuple[float, str, str, str | None, str] | None](), threading.Lock()

    def client() -> None:
        connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=60)
        while (request := due.get()) is not None:
            moment, method, path, body, token = request
            name = f"{method} {template_of(path)}"
            try:
                headers = {
                    "Authorization": f"Bearer {token}",
                    "Content-Type": "application/json",
                    "Accept-Encoding": "zstd",
                }
                connection.request(method, path, body, headers)
                answer = connection.getresponse()
                answer.read()
                problem = "" if answer.status < 400 else str(answer.status)
            except OSError as error:
                connection.close()
                problem = type(error).__name__
            with lock:
                found.times[name].append((time.monotonic() - moment) * 1000)
                if problem:
                    found.errors[f"{name}: {problem}"] += 1

    threads = [threading.Thread(target=client) for _ in range(CONNECTIONS)]
    for thread in threads:
        thread.start()
    moment = time.monotonic()
    until = moment + seconds
    while moment < until:
        time.sleep(max(0.0, moment - time.monotonic()))
        due.put((moment, *asked.one(chance)))
        moment += chance.expovariate(rate)
    for _ in threads:
        due.put(None)
    for thread in threads:
        thread.join()
    return found


def template_of(path: str) -> str:
    """A path without its ids."""
    plain = path.partition("?")[0].split("/")
    return "/".join("…" if len(part) == 36 and part.count("-") == 4 else part for part in plain)


def memory(process: int) -> float:
    """MiB that a process and those it started hold, what is shared counted once."""
    pss = 0
    for line in Path(f"/proc/{process}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            pss = int(line.split()[1])
    return pss / 1024 + sum(map(memory, children(process)))


def report(rate: float, found: Found, held: tuple[float, float]) -> bool:
    """Print what was found; whether all came well and soon enough."""
    times = found.all_times()
    at = [times[int(len(times) * part)] for part in (0.5, 0.9, 0.99)]
    errors = found.errors.total()
    print(
        f"{rate:6.0f}/s {len(times):8} answers  median {at[0]:6.1f}  p90 {at[1]:6.1f}  p99 {at[2]:7.1f} ms"
        f"  errors {errors}  memory {held[0]:.0f} → {held[1]:.0f} MiB",
        flush=True,
    )
    for name, count in found.errors.most_common(5):
        print(f"         {count} × {name}", flush=True)
    return not errors and at[2] <= SLOW


def main() -> None:
    parser = argparse.ArgumentParser("bench.peak", description=__doc__)
    parser.add_argument("--engine", choices=("sqlite", "postgres"), default="sqlite")
    parser.add_argument("--scale", choices=("small", "medium", "large"), default="medium")
    parser.add_argument("--rate", type=float, default=RATE, help="requests a second")
    parser.add_argument("--minutes", type=float, default=MINUTES)
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--until-it-breaks", action="store_true", help="go on with more, a minute each")
    given = parser.parse_args()
    chance = random.Random(1)
    with studios.copy(given.engine, studios.dump(given.scale)) as settings:
        asked = prepare(settings)
        with serving.serve(settings, workers=given.workers) as served:
            ask_for(served.url, asked, given.rate, 5, chance)
            rate, seconds = given.rate, given.minutes * 60
            while True:
                before = memory(served.process.pid)
                found = ask_for(served.url, asked, rate, seconds, chance)
                is_well = report(rate, found, (before, memory(served.process.pid)))
                if rate == given.rate:
                    for name, times in sorted(found.times.items(), key=lambda one: -statistics.median(one[1])):
                        print(f"         {statistics.median(times):7.1f} ms  {len(times):6} × {name}", flush=True)
                if not given.until_it_breaks or not is_well:
                    return
                rate, seconds = rate * MORE, 60.0


if __name__ == "__main__":
    main()
