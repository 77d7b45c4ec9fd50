"""How quick is the terminal? `python -m bench.terminal`: to its first full screen, and from a key in the filter to the redraw.

The first is measured as people feel it: a process of its own in a pseudo-terminal, on the medium studio, until everybody is on
the screen. The second is one key in the filter of ten thousand people until the new list is drawn.
"""

import argparse
import asyncio
import fcntl
import os
import pty
import re
import select
import statistics
import struct
import subprocess
import sys
import tempfile
import termios
import time

from bench import studios
from kitsulite import Settings, Tracker
from kitsulite.models.people import Person

START_LIMIT, REDRAW_LIMIT = 1.0, 50.0
PEOPLE = 10_000
LINES, COLUMNS = 40, 120
LOADED = re.compile(rb"\d\d+ people")
PATIENCE = 30
TYPED = "person 77"


def main() -> int:
    parser = argparse.ArgumentParser("bench.terminal", description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    rounds = parser.parse_args().rounds
    with studios.copy("sqlite", studios.dump("medium")) as settings:
        start = statistics.median(first_screen(settings) for _ in range(rounds))
    redraw = asyncio.run(redraws())
    print(
        f"first full screen, medium studio  {start:8.2f} s   limit {START_LIMIT:.2f} s{' OVER' * (start > START_LIMIT)}"
    )
    print(
        f"filter of {PEOPLE} people, a key    {redraw:8.2f} ms  limit {REDRAW_LIMIT:.2f} ms{' OVER' * (redraw > REDRAW_LIMIT)}"
    )
    return start > START_LIMIT or redraw > REDRAW_LIMIT


def first_screen(settings: Settings) -> float:
    """Seconds until the people are there."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", LINES, COLUMNS, 0, 0))
    environment = {**os.environ, "TERM": "xterm-256color", "SECRET_KEY": settings.secret_key}
    started = time.perf_counter()
    command = [sys.executable, "-m", "kitsulite", "tui", "--data", settings.data]
    process = subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs, env=environment)
    os.close(theirs)
    try:
        seen = b""
        while not LOADED.search(seen):
            if not select.select([ours], [], [], PATIENCE)[0]:
                raise SystemExit("The terminal showed nothing.")
            seen += os.read(ours, 65536)
        return time.perf_counter() - started
    finally:
        process.kill()
        process.wait()
        os.close(ours)


async def redraws() -> float:
    """Milliseconds from a key in the filter to the new list, at worst over a few keys."""
    from kitsulite.tui.app import Terminal
    from kitsulite.tui.desk import Desk
    from kitsulite.tui.rows import Rows

    with tempfile.TemporaryDirectory() as folder, Tracker(Settings(data=folder, user_limit=PEOPLE)) as tracker:
        with tracker.work() as work:
            for number in range(PEOPLE):
                email = f"person{number}@example.com"
                work.insert(Person, first_name="Person", last_name=str(number), email=email)
        app = Terminal(Desk(tracker, as_operator=True))
        async with app.run_test(size=(COLUMNS, LINES)) as pilot:
            rows = app.screen.query_one(Rows)
            while not rows.is_loaded:
                await pilot.pause(0.05)
            await pilot.press("slash")
            words = app.screen.query_one("#filter")
            times = []
            for end in range(1, len(TYPED) + 1):
                started = time.perf_counter()
                words.value = TYPED[:end]
                rows.filter(TYPED[:end])
                for line in range(LINES):
                    rows.render_line(line)
                times.append((time.perf_counter() - started) * 1000)
            return max(times)


if __name__ == "__main__":
    sys.exit(main())
