"""How long a take-over takes: a medium studio with 2 000 previews, as a Zou has it, into an empty studio of ours.

    python -m bench.takeover [--scale medium] [--previews 2000] [--engine sqlite] [--studio FILE.jsonl]

The Zou is written by `export zou`, then taken over, taken over once more with nothing new, followed by one look, once more with much
that changed, and verified.
Each line has seconds of the clock and of our CPU; the Zou's PostgreSQL runs beside it and is not counted in the second.
"""

import argparse
import io
import random
import resource
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg

from bench import studios
from kitsulite import Settings, Tracker
from kitsulite.areas.takeover.here import Here
from kitsulite.areas.takeover.layout import PREVIEW
from kitsulite.areas.takeover.leaving import leave
from kitsulite.areas.takeover.memory import Memory
from kitsulite.areas.takeover.source import Source
from kitsulite.areas.takeover.stores import ZouFolder
from kitsulite.areas.takeover.takingover import TakeOver
from kitsulite.areas.takeover.verifying import verify
from kitsulite.models.reviews import PreviewFile
from kitsulite.models.tasks import Task
from kitsulite.work.filekeys import MOVIE, ORIGINAL, SQUARE, THUMBNAIL, key_of
from kitsulite.work.filekeys import PREVIEW as LARGE

SIZES = {ORIGINAL: 200_000, LARGE: 90_000, THUMBNAIL: 15_000, SQUARE: 10_000}
MOVIE_SIZE = 2_000_000
MOVIES = 10
"""Of so many previews one is a movie."""
LIMIT = 180.0
TOUCHED = (
    "UPDATE task SET priority = priority + 1, updated_at = now() AT TIME ZONE 'UTC'",
    "UPDATE comment SET text = text || ' again', updated_at = now() AT TIME ZONE 'UTC'",
)
"""What was changed there in the weeks until the switch."""


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.takeover", description=__doc__)
    parser.add_argument("--scale", default="medium", choices=("small", "medium", "large"))
    parser.add_argument("--previews", type=int, default=2000)
    parser.add_argument("--engine", default="sqlite", choices=("sqlite", "postgres"))
    parser.add_argument("--studio", type=Path, help="a dump instead of a made-up studio")
    given = parser.parse_args()
    dump = given.studio or studios.dump(given.scale)
    with tempfile.TemporaryDirectory(prefix="kitsulite-bench-") as folder, studios.database() as zou:
        previews = Path(folder) / "previews"
        with studios.copy("sqlite", dump) as settings, timed("writing the Zou"):
            write_zou(settings, given.previews, zou, previews)
        settings = Settings(data=str(Path(folder) / "studio"), secret_key=studios.KEY)
        if given.engine == "sqlite":
            measure(settings, zou, previews)
        else:
            with studios.database() as url:
                measure(Settings(data=settings.data, database=url, secret_key=studios.KEY), zou, previews)


def write_zou(settings: Settings, previews: int, database: str, folder: Path) -> None:
    """A Zou with the rows of a studio, and so many previews with their files."""
    content = random.Random(1)
    with Tracker(settings, first_data=False) as tracker:
        with tracker.work() as work:
            tasks = work.db.values(Task.select(Task.id).limit(previews))
            ids = [(work.insert(PreviewFile, **_preview(number, tasks)), number) for number in range(previews)]
        for id, number in ids:
            kinds = {**SIZES, MOVIE: MOVIE_SIZE} if number % MOVIES == 0 else SIZES
            for kind, size in kinds.items():
                tracker.files.put(key_of(kind, str(id)), io.BytesIO(content.randbytes(size)))
        leave(_here(tracker), database, ZouFolder(folder, ""), quietly)


def _preview(number: int, tasks: list[str]) -> dict[str, Any]:
    is_movie = number % MOVIES == 0
    return {
        "name": f"preview {number}",
        "task_id": tasks[number % len(tasks)],
        "extension": "mp4" if is_movie else "png",
        "is_movie": is_movie,
        "status": "ready",
        "file_size": MOVIE_SIZE if is_movie else SIZES[ORIGINAL],
    }


def measure(settings: Settings, zou: str, previews: Path) -> None:
    """Take over, again, look once for what is new, and verify."""
    with Tracker(settings, first_data=False) as tracker:
        memory, source, here = Memory(tracker.folder), Source(zou), _here(tracker)
        over = TakeOver(here, source, ZouFolder(previews, ""), memory, quietly)
        with timed("taking over", LIMIT):
            report = over.run()
        print(
            f"  {report.total('taken')} rows, {report.files['copied']} files; {PREVIEW}: {report.tables[PREVIEW]['taken']}"
        )
        with timed("again, with nothing new"):
            over.run()
        with timed("one look of --follow"):
            over.catch_up()
        directly = psycopg.connect(zou, autocommit=True)
        changed = [directly.execute(touched.encode()).rowcount for touched in TOUCHED]
        directly.close()
        with timed("again, with much that changed"):
            report = over.run()
        print(f"  {report.total('changed')} of {sum(changed)} rows changed")
        with timed("--verify"):
            differences = [
                found for compared in verify(here, source, over.files, memory, quietly) for found in compared[3]
            ]
        print(f"  {len(differences)} differences")
        source.close()
        memory.close()


def _here(tracker: Tracker) -> Here:
    return Here(tracker.db, tracker.files, tracker.keys.seal, tracker.settings)


def quietly(rows: Iterable[Any], **_: Any) -> Iterable[Any]:
    return rows


@contextmanager
def timed(what: str, limit: float | None = None) -> Iterator[None]:
    started, before = time.perf_counter(), _cpu()
    yield
    cpu = _cpu() - before
    verdict = "" if limit is None else f"  ({'within' if cpu < limit else 'NOT WITHIN'} {limit:g} s)"
    print(f"{what:30} {time.perf_counter() - started:7.1f} s  {cpu:7.1f} s of CPU{verdict}", flush=True)


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    main()
