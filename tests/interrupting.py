"""Take-overs that are killed at any moment.

    python tests/interrupting.py 100

Before each, the Zou changes in three tables at once. Whatever is left must be of one moment: nothing, or three numbers that agree.
In the end a run finishes, and everything is the same.
"""

import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from serving import command, environment
from zous import Zou, new_zou

from kitsulite import Settings, Tracker
from kitsulite.areas.studio import transfer
from kitsulite.areas.takeover.tables import shared
from kitsulite.models.people import Organisation
from kitsulite.models.productions import Project
from kitsulite.models.tasks import Task

COUNTED = {"project": "description", "task": "description", "organisation": "chat_token_slack"}
"""Where the number is written."""


class TornApart(AssertionError):
    """A studio that is of no single moment."""


def kill_take_overs(zou: Zou, folder: Path, times: int, seed: int = 1) -> dict[str, int]:
    """Kill so many take-overs, each at a random moment; how often there was nothing yet, and how often a whole studio."""
    chance, found = random.Random(seed), {"nothing": 0, "whole": 0}
    longest = 0.0
    for number in range(times):
        _change(zou, number)
        if number % 10 == 0 and number:
            folder = folder.with_name(f"{folder.name}-{number}")  # a first take-over again
        longest = longest or _time_of_one(zou, folder.with_name("timed"))
        process = subprocess.Popen(
            _command(zou, folder), env=environment(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        )
        time.sleep(chance.uniform(0.2, 1.1) * longest)
        process.send_signal(signal.SIGKILL)
        process.communicate()
        found[_look_at(folder)] += 1
    said = subprocess.run(_command(zou, folder), env=environment(), capture_output=True, text=True, check=False)
    assert said.returncode == 0, said.stderr
    said = subprocess.run(
        [*_command(zou, folder), "--verify"], env=environment(), capture_output=True, text=True, check=False
    )
    assert said.returncode == 0, said.stdout
    _look_at(folder)
    return found


def _command(zou: Zou, folder: Path) -> list[str]:
    return [*command(), "import", "zou", "--database", zou.url, "--files", str(zou.folder), "--data", str(folder)]


def _time_of_one(zou: Zou, folder: Path) -> float:
    started = time.monotonic()
    subprocess.run(_command(zou, folder), env=environment(), capture_output=True, check=True)
    return time.monotonic() - started


def _change(zou: Zou, number: int) -> None:
    """Write a number into three tables, and a file, at once."""
    statements = [f"UPDATE {table} SET {column} = '{number}'" for table, column in COUNTED.items()]
    zou.do(f"BEGIN; {'; '.join(statements)}; COMMIT")
    path = next(iter(sorted(zou.folder.rglob(f"*{zou.ids['working_file']}"))))
    path.write_text(f"content {number}")


def _look_at(folder: Path) -> str:
    """What a killed take-over left; TornApart."""
    if not (folder / "studio.db").exists():
        return "nothing"
    with Tracker(Settings(data=str(folder)), first_data=False) as tracker, tracker.db.reading():
        count = transfer.count_rows(tracker.db)
        if count == 0:
            return "nothing"
        numbers: set[Any] = set()
        for table in (Project, Task, Organisation):
            numbers |= set(tracker.db.values(table.select(table.columns()[COUNTED[table.table_name()]])))
        tables = [name for name, table in shared().items() if not tracker.db.count(table.select())]
        if len(numbers) != 1 or tables:
            raise TornApart(f"{numbers}, {tables} are empty")
    return "whole"


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as scratch:
        found = kill_take_overs(new_zou(Path(scratch) / "previews"), Path(scratch) / "studio", int(sys.argv[1]))
        sys.stdout.write(f"{found}\n")
