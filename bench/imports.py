"""How long a table takes to come in: 10 000 shots with six tasks each, as `kitsulite import csv` takes it.

    python -m bench.imports [--lines 10000] [--engine sqlite]

The table is looked at first (a dry run), taken in, and taken in once more as it is. Each line has seconds of the clock and of our
CPU, and how many lines came to what.
"""

import argparse
import io
import tempfile
from functools import partial
from pathlib import Path

from bench import studios
from bench.takeover import timed
from kitsulite import Settings, Tracker
from kitsulite.areas import imports
from kitsulite.areas.imports import lines
from kitsulite.areas.imports.tables import read_table
from kitsulite.areas.productions import settings as production
from kitsulite.models.people import Person
from kitsulite.models.productions import Project
from kitsulite.models.tasks import TaskType
from kitsulite.work.work import Caller

LIMIT = 60.0
TASKS = ("Layout", "Animation", "Lighting", "Rendering", "Compositing", "FX")
SEQUENCE = 100
"""Shots in each."""


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.imports", description=__doc__)
    parser.add_argument("--lines", type=int, default=10_000)
    parser.add_argument("--engine", default="sqlite", choices=("sqlite", "postgres"))
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="kitsulite-bench-") as folder:
        settings = Settings(data=str(Path(folder) / "studio"), secret_key=studios.KEY)
        if given.engine == "sqlite":
            measure(settings, given.lines)
        else:
            with studios.database() as url:
                measure(Settings(data=settings.data, database=url, secret_key=studios.KEY), given.lines)


def table_of(count: int) -> bytes:
    """Shots in sequences, each with a status for every task."""
    head = ["Sequence", "Name", "Frames", *TASKS]
    rows = ([f"SQ{n // SEQUENCE:03}", f"SH{n:05}", "96", *["todo"] * len(TASKS)] for n in range(count))
    return "\n".join(map(",".join, (head, *rows))).encode()


def measure(settings: Settings, count: int) -> None:
    """Look at a table, take it in, and once more."""
    with Tracker(settings) as tracker:
        with tracker.work() as work:
            admin = work.insert(Person, first_name="Ada", last_name="Min", email="ada@studio.test", role="admin")
            project_id = str(work.insert(Project, name="Feature"))
            for name in TASKS:
                id = work.db.value(TaskType.select(TaskType.id).where(TaskType.name == name))
                id = id or work.insert(TaskType, name=name, for_entity="Shot")
                production.add(work, production.TASK_TYPES, project_id, str(id))
            project, caller = work.get(Project, project_id), Caller(work.get(Person, admin))
        begin, table = partial(tracker.work, caller), table_of(count)
        for what, limit, update, dry in (
            ("a dry run", None, False, True),
            ("taking it in", LIMIT, False, False),
            ("the same again", None, True, False),
        ):
            importer = imports.TABLES["shots"].make(project, update=update)
            with timed(what, limit):
                report = lines.take_in(begin, importer, read_table(io.BytesIO(table)), atomic=not dry, dry=dry)
            print(f"  {', '.join(f'{number} {outcome}' for outcome, number in report.counts.items())}")


if __name__ == "__main__":
    main()
