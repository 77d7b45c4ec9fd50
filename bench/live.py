"""Live events beside their bounds: 600 browsers that listen, and how soon after a commit each hears of it.

The moment of a commit is what the outbox says of an event, which is written just before it; so its own time is counted in.
"""

import asyncio
import datetime
import json
import os
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import aiohttp

from bench import serving
from kitsulite import Settings, Tracker
from kitsulite.areas.people import sessions
from kitsulite.models import new_id
from kitsulite.models.outbox import Outgoing
from kitsulite.models.people import Person
from kitsulite.models.productions import Project, ProjectPersonLink, ProjectStatus

LISTENERS, BEGIN_BY_POLLING, TEAM = 600, 300, 60
A_SECOND, SECONDS = 20, 10
REPLAYED = 10_000
WORKERS = 2

Line = Callable[[str, float, float, str], None]


class Told(NamedTuple):
    """When a listener heard of an event."""

    seq: int
    at: float


class Browser:
    """A listener, as the page is one: perhaps it polls first, then it has a websocket."""

    def __init__(self, http: aiohttp.ClientSession, url: str, token: str) -> None:
        self.http = http
        self.url = f"{url}/socket.io/?EIO=4&transport="
        self.token = token
        self.told: list[Told] = []

    async def connect(self, *, by_polling: bool, after: object = "last") -> None:
        hello = "40/events," + json.dumps({"token": self.token, "after": after})
        if not by_polling:
            self.wire = await self.http.ws_connect(f"{self.url}websocket", max_msg_size=0)
            await self.wire.receive_str()
            await self.wire.send_str(hello)
            assert (await self.wire.receive_str()).startswith("40/events")
            return
        async with self.http.get(f"{self.url}polling") as opened:
            sid = json.loads((await opened.text())[1:])["sid"]
        async with self.http.post(f"{self.url}polling&sid={sid}", data=hello) as said:
            assert await said.text() == "OK"
        async with self.http.get(f"{self.url}polling&sid={sid}") as answer:
            assert (await answer.text()).startswith("40/events")
        self.wire = await self.http.ws_connect(f"{self.url}websocket&sid={sid}", max_msg_size=0)
        await self.wire.send_str("2probe")
        assert await self.wire.receive_str() == "3probe"
        await self.wire.send_str("5")

    async def listen(self) -> None:
        async for message in self.wire:
            text = message.data
            if text == "2":
                await self.wire.send_str("3")
            elif text.startswith("42/events,"):
                _, data = json.loads(text[10:])
                self.told.append(Told(data["seq"], time.time()))


class Stage(NamedTuple):
    """The people who listen, by their tokens; the productions whose teams they are; and who is at work."""

    tokens: list[str]
    projects: list[str]
    admin: str


def set_up(settings: Settings) -> Stage:
    """Ten productions with 60 people each, all signed in."""
    with Tracker(settings) as tracker, tracker.work() as work:
        work.events.clear()
        status = work.db.values(ProjectStatus.select(ProjectStatus.id).limit(1))[0]
        projects = [
            str(work.insert(Project, name=f"Live {new_id()}", project_status_id=status))
            for _ in range(LISTENERS // TEAM)
        ]
        tokens = []
        for number in range(LISTENERS + 1):
            role = "user" if number < LISTENERS else "admin"
            email = f"{new_id()}@studio.test"
            person = str(work.insert(Person, first_name="L", last_name=str(number), email=email, role=role))
            tokens.append(sessions.open_session(work, person)["access_token"])
            if number < LISTENERS:
                work.insert(ProjectPersonLink, project_id=projects[number // TEAM], person_id=person)
    return Stage(tokens[:-1], projects, tokens[-1])


def measure(settings: Settings, line: Line) -> None:
    """Print what there is to say."""
    stage = set_up(settings)
    with serving.serve(settings, workers=WORKERS) as served, Tracker(settings) as tracker:
        asyncio.run(_measure(served, tracker, stage, line))


async def _measure(served: serving.Served, tracker: Tracker, stage: Stage, line: Line) -> None:
    timeout = aiohttp.ClientTimeout(total=None)
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0), timeout=timeout) as http:
        write = _writer(served.url, stage)
        alone = Browser(http, served.url, stage.tokens[0])
        await alone.connect(by_polling=False)
        with _listening([alone]):
            for _ in range(100):
                await asyncio.to_thread(write, 0)
                await asyncio.sleep(0.02)
        await alone.wire.close()
        line("live, 1 client, median", _share(_delays(tracker, [alone]), 0.5), 10, "ms")

        quiet, _ = await asyncio.gather(_reading(served.url, stage), _work(write))
        browsers = [Browser(http, served.url, token) for token in stage.tokens]
        begun = time.perf_counter()
        for start in range(0, LISTENERS, 20):
            some = browsers[start : start + 20]
            await asyncio.gather(*(b.connect(by_polling=start < BEGIN_BY_POLLING) for b in some))
        print(f"{'live, 600 have connected':28}{time.perf_counter() - begun:8.2f} s")
        with _listening(browsers):
            busy = _busy(served)
            beside, _ = await asyncio.gather(_reading(served.url, stage), _work(write))
            await asyncio.sleep(0.5)
            print(f"{'live, event process busy':28}{100 * (_busy(served) - busy) / SECONDS:8.2f} % of a core")
            delays = _delays(tracker, browsers)
            assert len(delays) == A_SECOND * SECONDS * TEAM, f"{len(delays)} heard"
            line("live, 20/s to 60, p99", _share(delays, 0.99), 200, "ms")
            line("live, API beside, median", _share(beside, 0.5), 1.1 * _share(quiet, 0.5), "ms")
            for browser in browsers:
                browser.told.clear()
            await asyncio.to_thread(urllib.request.urlopen, f"{served.url}/status/test-event")
            await asyncio.sleep(2)
            burst = _delays(tracker, browsers)
            assert len(burst) == LISTENERS, f"{len(burst)} heard"
            line("live, a burst to 600", max(burst), 1000, "ms")
            line("live, event process", _memory(served), 90, "MiB")
        for browser in browsers:
            await browser.wire.close()
        await _replay(http, served, tracker, stage, line)


async def _replay(
    http: aiohttp.ClientSession, served: serving.Served, tracker: Tracker, stage: Stage, line: Line
) -> None:
    with tracker.work() as work:
        start = work.db.value(Outgoing.select(Outgoing.number).order_by(Outgoing.number.desc()).limit(1)) or 0
        for number in range(REPLAYED):
            work.emit("main:test", {"number": number})
    late = Browser(http, served.url, stage.admin)
    begun = time.perf_counter()
    await late.connect(by_polling=False, after=start)
    with _listening([late]):
        while len(late.told) < REPLAYED:
            await asyncio.sleep(0.01)
    line("live, 10000 told again", time.perf_counter() - begun, 2, "s")


def _writer(url: str, stage: Stage) -> Callable[[int], None]:
    def write(number: int) -> None:
        project = stage.projects[number % len(stage.projects)]
        headers = {"Authorization": f"Bearer {stage.admin}", "Content-Type": "application/json"}
        body = json.dumps({"description": f"{number} {time.time()}"}).encode()
        with urllib.request.urlopen(
            urllib.request.Request(f"{url}/data/projects/{project}", body, headers, method="PUT")
        ):
            pass

    return write


async def _work(write: Callable[[int], None]) -> None:
    """Twenty changes a second, each in the next of the productions."""
    for number in range(A_SECOND * SECONDS):
        due = time.perf_counter() + 1 / A_SECOND
        await asyncio.to_thread(write, number)
        await asyncio.sleep(max(0.0, due - time.perf_counter()))


async def _reading(url: str, stage: Stage) -> list[float]:
    """Milliseconds in which the API answers somebody who reads."""

    def read() -> float:
        begun = time.perf_counter()
        request = urllib.request.Request(f"{url}/data/user/context", headers={"Authorization": f"Bearer {stage.admin}"})
        with urllib.request.urlopen(request) as answer:
            answer.read()
        return 1000 * (time.perf_counter() - begun)

    found = []
    for _ in range(60):
        found.append(await asyncio.to_thread(read))
        await asyncio.sleep(0.05)
    return found


@contextmanager
def _listening(browsers: list[Browser]) -> Iterator[None]:
    tasks = [asyncio.ensure_future(browser.listen()) for browser in browsers]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()


def _delays(tracker: Tracker, browsers: list[Browser]) -> list[float]:
    """Milliseconds from each commit to each who heard of it, the shortest first."""
    heard = [told for browser in browsers for told in browser.told]
    with tracker.db.reading():
        rows = tracker.db.tuples(
            Outgoing.select(Outgoing.number, Outgoing.created_at).where(
                Outgoing.number.in_({told.seq for told in heard})
            )
        )
    at = {number: datetime.datetime.fromisoformat(f"{moment}+00:00").timestamp() for number, moment in rows}
    return sorted(1000 * (told.at - at[told.seq]) for told in heard)


def _share(ordered: list[float], share: float) -> float:
    ordered = sorted(ordered)
    return ordered[int(len(ordered) * share)]


def _memory(served: serving.Served) -> float:
    """MiB that the event process holds."""
    return int((_event_process(served) / "statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20


def _busy(served: serving.Served) -> float:
    """Seconds of a processor that it has used."""
    fields = (_event_process(served) / "stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _event_process(served: serving.Served) -> Path:
    children = Path(f"/proc/{served.process.pid}/task/{served.process.pid}/children").read_text().split()
    return Path(f"/proc/{children[WORKERS]}")
