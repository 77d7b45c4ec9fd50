"""Driving the terminal in tests: keys in, lines of the screen out."""

import asyncio
import os
import re
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from studio import Studio
from textual import events
from textual.pilot import Pilot

from kitsulite.tui.app import Terminal
from kitsulite.tui.desk import Desk
from kitsulite.tui.rows import Rows

SMALL, LARGE = (80, 24), (120, 40)
on_one_engine = pytest.mark.parametrize("engine", ["sqlite"])
"""For what the database has no part in."""
NAMES = {" ": "space", "@": "at", ".": "full_stop", "/": "slash", "-": "minus", "#": "number_sign"}
"""What the terminal calls keys that are no letters."""
PATIENCE = 30
MOMENT = 0.003
ROUNDS = 4
"""How often in a row nothing has to be under way: one message may lead to the next."""
SNAPSHOTS = Path(__file__).parent / "tui" / "snapshots"


class Driver:
    """Somebody at the terminal."""

    def __init__(self, pilot: Pilot[None]) -> None:
        self.pilot = pilot
        self.app: Any = pilot.app

    async def settle(self) -> None:
        """Wait until nothing is under way any more."""
        quiet = 0
        while quiet < ROUNDS:
            await asyncio.sleep(MOMENT)
            self.app.screen._on_timer_update()  # what was put off to the next frame
            quiet = 0 if self._is_busy() else quiet + 1

    async def wait_for(self, words: str) -> None:
        """Wait until this is on the screen, while something else may go on."""
        until = time.monotonic() + PATIENCE
        while words not in " ".join(self.text.split()):
            assert time.monotonic() < until, f"{words} did not come: {self.text}"
            await asyncio.sleep(MOMENT)
            self.app.screen._on_timer_update()

    def _is_busy(self) -> bool:
        pumps = [self.app, *self.app.screen_stack, *self.app.screen.walk_children()]
        return (
            self.app.has_keys
            or any(pump.message_queue_size for pump in pumps)
            or any(not worker.is_finished and not self._waits(worker) for worker in self.app.workers)
        )

    def _waits(self, worker: Any) -> bool:
        """Whether a worker waits for what the person says in a dialog that is open."""
        return self.app.screen.is_modal and worker.node is not self.app.screen

    async def press(self, *keys: str) -> None:
        for key in keys:
            self.app.simulate_key(key)
            await self.settle()

    async def burst(self, *keys: str) -> None:
        """Press keys at once: what stands between < and > by its name, everything else as it is typed."""
        for key in (key.strip("<>") for key in re.findall("<[^>]+>|.", "".join(keys))):
            self.app.post_message(events.Key(NAMES.get(key, key), key if len(key) == 1 else None))
        await self.settle()

    async def type(self, text: str, then: str = "enter") -> None:
        """Paste a text where the cursor is, and end it with a key."""
        self.app.post_message(events.Paste(text))
        await self.press(then)

    async def point_at(self, word: str) -> None:
        """Filter the list to what has this word, and go to it."""
        await self.press("slash")
        self.app.screen.query_one("#filter").value = ""
        await self.type(word)

    @property
    def lines(self) -> list[str]:
        """The text on the screen."""
        width, height = self.app.size
        strips = self.app.screen._compositor.render_strips()
        lines = ["".join(segment.text for segment in strip) for strip in strips]
        return [line.ljust(width)[:width].rstrip() for line in lines[:height]]

    @property
    def text(self) -> str:
        return "\n".join(self.lines)

    @property
    def told(self) -> list[str]:
        """What notifications said, the latest last."""
        return [notification.message for notification in self.app._notifications]

    def shown(self, id: str = "") -> list[Any]:
        """The items of a list."""
        return list(self.app.screen.query_one(f"#{id}" if id else Rows, Rows).shown)


@asynccontextmanager
async def terminal(studio: Studio, size: tuple[int, int] = SMALL, *, as_operator: bool = True) -> AsyncIterator[Driver]:
    """The terminal on a studio; its operator sits there, or somebody who is still to sign in."""
    app = Terminal(Desk(studio.tracker, as_operator=as_operator))
    app.NOTIFICATION_TIMEOUT = PATIENCE  # type: ignore[misc]  # what is told can still be looked at
    async with app.run_test(size=size) as pilot:
        driver = Driver(pilot)
        await driver.settle()
        yield driver


def check_snapshot(name: str, driver: Driver) -> None:
    """Compare the screen with the one kept as `snapshots/<name>.txt`; KITSULITE_TEST_SNAPSHOTS=write keeps it anew."""
    path = SNAPSHOTS / f"{name}.txt"
    found = driver.text + "\n"
    if os.environ.get("KITSULITE_TEST_SNAPSHOTS") == "write":
        path.write_text(found)
    assert found == path.read_text(), f"the screen is another than in {path}"
