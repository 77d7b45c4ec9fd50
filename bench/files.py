"""How fast do files come and go? `python -m bench.files`

An artist sends in a 4K picture and a movie of 5 GiB, pages of thumbnails are loaded, a player jumps about in a movie of 2 GiB.
Everything goes over HTTP to one worker. The exit code says whether a limit was missed.
"""

import argparse
import contextlib
import http.client
import io
import os
import selectors
import socket
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import IO
from urllib.parse import urlsplit

from PIL import Image

from bench import serving
from kitsulite import Settings, Tracker
from kitsulite.areas.people import sessions
from kitsulite.models.entities import Entity, EntityType
from kitsulite.models.people import Person
from kitsulite.models.productions import Project, ProjectPersonLink
from kitsulite.models.reviews import PreviewFile
from kitsulite.models.tasks import Task, TaskPersonLink, TaskStatus, TaskType

THUMBNAILS, CLIENTS, SECONDS = 500, 8, 4
GIB = 2**30
BOUNDARY = b"edge"


class Shoot:
    """A studio with one artist, one shot and as many previews as are wanted."""

    def __init__(self, settings: Settings) -> None:
        self.tracker = Tracker(settings)
        with self.tracker.work() as work:
            person = work.insert(Person, first_name="Art", last_name="Ist", email="art@studio.test", role="user")
            project = work.insert(Project, name="Fox")
            work.insert(ProjectPersonLink, project_id=project, person_id=person)
            kind = work.insert(EntityType, name="Props")
            entity = work.insert(Entity, name="Tree", project_id=project, entity_type_id=kind)
            shading = work.insert(TaskType, name="Fur", color="#000000")
            status = work.insert(TaskStatus, name="Waiting", short_name="wt", color="#000000")
            self.task = work.insert(
                Task, name="main", project_id=project, entity_id=entity, task_type_id=shading, task_status_id=status
            )
            work.insert(TaskPersonLink, task_id=self.task, person_id=person)
            assert person
            self.token = sessions.open_session(work, person)["access_token"]
        self.count = 0

    def preview(self, **values: object) -> str:
        self.count += 1
        with self.tracker.work() as work:
            fixed = {"name": str(self.count), "revision": self.count, "task_id": self.task, "extension": "mp4"}
            id = work.insert(PreviewFile, **{**fixed, "position": 1, "status": "processing", **values})
        assert id
        return id

    def stored(self, kind: str, content: bytes, extension: str) -> str:
        id = self.preview(extension=extension, original_name="a", status="ready")
        self.tracker.files.put(f"{kind}-{id}", io.BytesIO(content))
        return id


def picture_4k() -> bytes:
    """A picture of 3840×2160 such as a renderer makes: smooth, with some grain."""
    size = (3840, 2160)
    layers = [
        Image.linear_gradient("L").resize(size),
        Image.radial_gradient("L").resize(size),
        Image.effect_noise(size, 10),
    ]
    buffer = io.BytesIO()
    Image.merge("RGB", layers).save(buffer, "PNG")
    return buffer.getvalue()


def by_pillow(content: bytes) -> None:
    """What has to be done with a picture, by Pillow alone."""
    picture = Image.open(io.BytesIO(content))
    picture.load()
    picture.save(io.BytesIO(), "PNG")
    whole = picture.convert("RGBA")
    for size in ((1200, 675), (150, 100), (100, 100)):
        scale = min(size[0] / whole.width, size[1] / whole.height)
        inner = (round(whole.width * scale), round(whole.height * scale))
        canvas = Image.new("RGBA", size)
        canvas.paste(
            whole.resize(inner, Image.Resampling.LANCZOS), ((size[0] - inner[0]) // 2, (size[1] - inner[1]) // 2)
        )
        canvas.save(io.BytesIO(), "PNG")


def seconds(action: Callable[[], object]) -> float:
    started = time.perf_counter()
    action()
    return time.perf_counter() - started


class Artist:
    """Calls one server over one connection."""

    def __init__(self, url: str, token: str) -> None:
        self.connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=600)
        self.headers = {"Authorization": f"Bearer {token}"}

    def get(self, path: str, **headers: str) -> bytes:
        self.connection.request("GET", path, headers={**self.headers, **headers})
        answer = self.connection.getresponse()
        content = answer.read()
        assert answer.status in (200, 206), (answer.status, content)
        return content

    def send(self, path: str, name: str, content: IO[bytes], size: int) -> None:
        head = b'--%b\r\nContent-Disposition: form-data; name="file"; filename="%b"\r\n\r\n' % (BOUNDARY, name.encode())
        tail = b"\r\n--%b--\r\n" % BOUNDARY
        length = str(len(head) + size + len(tail))
        kind = f"multipart/form-data; boundary={BOUNDARY.decode()}"
        self.connection.putrequest("POST", path)
        for key, value in {**self.headers, "Content-Type": kind, "Content-Length": length}.items():
            self.connection.putheader(key, value)
        self.connection.endheaders(head)
        while piece := content.read(2**20):
            self.connection.send(piece)
        self.connection.send(tail)
        answer = self.connection.getresponse()
        said = answer.read()
        assert answer.status == 201, (answer.status, said)


def requests_a_second(url: str, token: str, paths: list[str]) -> float:
    """Some browsers that load one picture after the other, each over one connection."""
    netloc = urlsplit(url)
    asked = [f"GET {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\n\r\n".encode() for path in paths]
    selector = selectors.DefaultSelector()
    for number in range(CLIENTS):
        browser = socket.create_connection((netloc.hostname or "", netloc.port or 80))
        browser.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        browser.sendall(asked[number])
        selector.register(browser, selectors.EVENT_READ, bytearray())
    done, next_one = 0, CLIENTS
    started = time.perf_counter()
    while time.perf_counter() - started < SECONDS:
        for key, _ in selector.select():
            got: bytearray = key.data
            got += key.fileobj.recv(2**16)  # type: ignore[union-attr]
            head = got.find(b"\r\n\r\n")
            if head < 0:
                continue
            length = int(got[:head].lower().split(b"content-length: ")[1].split(b"\r")[0])
            if len(got) >= head + 4 + length:
                assert got.startswith(b"HTTP/1.1 200"), bytes(got[:200])
                got.clear()
                key.fileobj.sendall(asked[next_one % len(asked)])  # type: ignore[union-attr]
                done, next_one = done + 1, next_one + 1
    return done / (time.perf_counter() - started)


@contextlib.contextmanager
def on_one_core(served: serving.Served) -> Iterator[None]:
    """The worker has one core for itself, and we have another: its threads take turns anyway, and cores that pass them
    around cost more than they bring."""
    ours, *others = sorted(os.sched_getaffinity(0))
    worker = served.worker()
    for thread in Path(f"/proc/{worker}/task").iterdir():
        os.sched_setaffinity(int(thread.name), others[:1] or {ours})
    os.sched_setaffinity(0, {ours})
    try:
        yield
    finally:
        for process in (0, worker):
            os.sched_setaffinity(process, {ours, *others})


@contextlib.contextmanager
def watching(served: serving.Served) -> Iterator[list[int]]:
    """The bytes that the worker holds, looked at all the time."""
    seen, stop = [served.memory()], threading.Event()

    def look() -> None:
        while not stop.wait(0.02):
            seen.append(served.memory())

    watcher = threading.Thread(target=look)
    watcher.start()
    try:
        yield seen
    finally:
        stop.set()
        watcher.join()


@dataclass
class Bench:
    """What is measured, and what missed its limit."""

    shoot: Shoot
    served: serving.Served
    folder: Path
    missed: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.artist = Artist(self.served.url, self.shoot.token)

    def line(self, name: str, figure: float, limit: float, unit: str, *, at_least: bool = False) -> None:
        over = figure < limit if at_least else figure > limit
        self.missed.extend([name] * over)
        print(
            f"{name:40}{figure:10.2f} {unit:14}{'at least' if at_least else 'at most':9}{limit:10.2f}{' MISSED' * over}"
        )

    def send(self, name: str, content: IO[bytes], size: int) -> float:
        path = f"/pictures/preview-files/{self.shoot.preview()}"
        return seconds(lambda: self.artist.send(path, name, content, size))

    def hole(self, size: int) -> Path:
        """A file of so many zeros, which takes no room."""
        path = self.folder / "hole"
        with path.open("wb") as file:
            file.truncate(size)
        return path

    def picture(self) -> None:
        content = picture_4k()
        ours = [self.send("a.png", io.BytesIO(content), len(content)) for _ in range(3)]
        alone = [seconds(lambda: by_pillow(content)) for _ in range(3)]
        self.line("4K picture, times Pillow alone", statistics.median(ours) / statistics.median(alone), 0.5, "")
        self.line("4K picture as PNG", statistics.median(ours) * 1000, 1200, "ms")
        photo = io.BytesIO()
        Image.open(io.BytesIO(content)).save(photo, "JPEG", quality=92)
        sent = [self.send("a.jpg", io.BytesIO(photo.getvalue()), len(photo.getvalue())) for _ in range(3)]
        self.line("4K picture as JPEG", statistics.median(sent) * 1000, 1500, "ms")

    def thumbnails(self) -> None:
        small = io.BytesIO()
        Image.effect_noise((150, 100), 60).convert("RGBA").save(small, "PNG")
        ids = [self.shoot.stored("thumbnails", small.getvalue(), "png") for _ in range(THUMBNAILS)]
        paths = [f"/pictures/thumbnails/preview-files/{id}.png" for id in ids]
        with on_one_core(self.served):
            rate = requests_a_second(self.served.url, self.shoot.token, paths)
        self.line("thumbnails, a worker on one core", rate, 1500, "requests/s", at_least=True)

    def range(self) -> None:
        id = self.shoot.preview(extension="mp4", original_name="a", status="ready")
        self.shoot.tracker.files.take(f"movies-{id}", self.hole(2 * GIB))
        path = f"/movies/originals/preview-files/{id}.mp4"
        parts = [f"bytes={at}-{at + 199}" for at in range(0, 2 * GIB - 200, 2 * GIB // 50)]
        times = [seconds(partial(self.artist.get, path, Range=part)) for part in parts]
        self.line("200 bytes of a movie of 2 GiB", statistics.median(times) * 1000, 3, "ms")
        with watching(self.served) as seen:
            took = seconds(lambda: self.artist.get(path, Range=f"bytes=0-{GIB // 4}"))
        self.line("memory while sending 256 MiB", (max(seen) - seen[0]) / 2**20, 16, "MiB")
        print(f"{'':40}{0.25 / took:10.2f} GiB/s")

    def upload(self) -> None:
        with watching(self.served) as seen, self.hole(5 * GIB).open("rb") as file:
            took = self.send("a.mp4", file, 5 * GIB)
        self.line("memory for a movie of 5 GiB", (max(seen) - seen[0]) / 2**20, 64, "MiB")
        print(f"{'':40}{5 / took:10.2f} GiB/s")


def main() -> int:
    figures = {"picture": Bench.picture, "thumbnails": Bench.thumbnails, "range": Bench.range, "upload": Bench.upload}
    parser = argparse.ArgumentParser(
        "bench.files", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--only", nargs="+", choices=figures, default=list(figures), help="only these figures")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="kitsulite-bench-") as folder:
        settings = Settings(data=folder, secret_key="bench")
        shoot = Shoot(settings)
        with serving.serve(settings) as served:
            bench = Bench(shoot, served, Path(folder))
            for name in given.only:
                figures[name](bench)
        shoot.tracker.close()
    print(f"\nmissed: {', '.join(bench.missed) or 'nothing'}")
    return bool(bench.missed)


if __name__ == "__main__":
    sys.exit(main())
