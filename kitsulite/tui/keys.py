"""Keys in their order, whatever the speed of the line: what is typed ahead goes where it was meant to go.

Textual hands a key to what has the focus when the key arrives, while the one before it may still be on its way to the action
that moves the focus or opens a dialog; and Escape that arrives together with the next key is taken for Alt and that key. Here
a key waits until all that came of the one before it is done. What was typed ahead of a refusal is forgotten: it was meant
for what did not come about.
"""

import asyncio
import os
import re
import select
import time
from codecs import getincrementaldecoder
from collections import deque
from collections.abc import Iterable
from contextlib import suppress
from functools import partial

from textual import events
from textual._xterm_parser import XTermParser
from textual.app import App
from textual.drivers.linux_driver import LinuxDriver
from textual.message import Message
from textual.message_pump import MessagePump
from textual.screen import Screen
from textual.worker import Worker

BESIDE = "beside"
"""The name of a worker that keys do not wait for, as it takes its time and can be stopped by one."""
LEAVE = "ctrl+q"
QUIET_ROUNDS = 2
"""How often in a row nothing has to be under way: what is done last may lead to something more."""
MOMENT, TICK, PATIENCE = 0.005, 0.1, 2.0
"""Seconds: between two looks at work under way; for a widget that closes; until `LEAVE` goes before what waits."""

LONE_ESCAPE = re.compile(r"\x1b(?=[^\x1b\[\]OPX^_\\fb\x7f])")
"""Escape with a key behind it; not what begins a sequence, nor Alt with what moves by words."""
ESCAPE = "\x1b[27u"
READ = 4096

Typed = events.Key | events.Paste


class Reader(XTermParser):
    """Reads Escape as Escape, also when the next key comes with it, and Enter as Enter, also when it came before the start."""

    def feed(self, data: str) -> Iterable[Message]:
        return super().feed(LONE_ESCAPE.sub(ESCAPE, data).replace("\n", "\r"))


class Keyboard(LinuxDriver):
    """The terminal, read by `Reader`; bytes that are no text stop nobody."""

    def run_input_thread(self) -> None:
        parser, decode = Reader(self._debug), getincrementaldecoder("utf-8")("replace").decode
        while not self.exit_event.is_set():
            is_there = select.select([self.fileno], [], [], TICK)[0]
            text = decode(os.read(self.fileno, READ)) if is_there else ""
            for message in (*(parser.feed(text) if text else ()), *parser.tick()):
                self.process_message(message)


class KeysInOrder(App[None]):
    """A terminal program in which every key waits for its turn."""

    def __init__(self) -> None:
        super().__init__(driver_class=Keyboard)
        self._typed: deque[Typed] = deque()
        self._turns: asyncio.Task[None] | None = None
        self._since = 0.0

    @property
    def has_keys(self) -> bool:
        """Whether something was typed that was not handled yet."""
        return self._turns is not None and not self._turns.done()

    async def on_event(self, event: events.Event) -> None:
        if not isinstance(event, Typed) or event.is_forwarded or self._is_urgent(event):
            await super().on_event(event)
            return
        self._typed.append(event)
        if not self.has_keys:
            self._since = time.monotonic()
            self._turns = asyncio.create_task(self._take_turns())

    def _is_urgent(self, event: events.Event) -> bool:
        """To leave is always possible, also while the studio does not answer."""
        is_stuck = self.has_keys and time.monotonic() - self._since > PATIENCE
        return is_stuck and isinstance(event, events.Key) and event.key == LEAVE

    def forget_typed(self) -> None:
        """Forget what was typed ahead, and say so."""
        if self._typed:
            self._typed.clear()
            self.notify("What was typed ahead is forgotten.", severity="warning")

    async def _take_turns(self) -> None:
        await self._settled()
        while self._typed and self.is_running:
            self._since = time.monotonic()
            self.call_later(partial(super().on_event, self._typed.popleft()))
            await self._settled()

    async def _settled(self) -> None:
        """Wait until nothing is under way that could move the focus."""
        quiet = 0
        while quiet < QUIET_ROUNDS and self.is_running:
            busy = [pump for pump in self._pumps() if pump.message_queue_size or not pump.is_running]
            is_quiet = not busy
            for pump in [*busy, *self._way_of_keys()]:
                await _passed(pump)
            if any(map(self._holds_up, self.workers)):
                is_quiet = False
                await asyncio.sleep(MOMENT)
            quiet = quiet + 1 if is_quiet else 0

    def _pumps(self) -> list[MessagePump]:
        """All that messages go through on the screen that is seen, what is deepest first."""
        screen = self._seen()
        return [*([] if screen is None else reversed([*screen.walk_children(with_self=True)])), self]

    def _way_of_keys(self) -> list[MessagePump]:
        """What a key goes through, from what has the focus up to the terminal itself."""
        screen = self._seen()
        return [] if screen is None else [*(screen.focused or screen).ancestors_with_self]

    def _holds_up(self, worker: Worker[object]) -> bool:
        """Whether keys wait for it. A worker of a screen that another one is on waits for that one itself."""
        return not worker.is_finished and worker.name != BESIDE and worker.node in (self, self._seen())

    def _seen(self) -> Screen[object] | None:
        return self.screen_stack[-1] if self.screen_stack else None


async def _passed(pump: MessagePump) -> None:
    """Wait until a widget has handled all that is on its way to it now."""
    passed = asyncio.Event()
    if not pump.is_running or not pump.call_later(passed.set):
        return
    while not passed.is_set() and pump.is_running:
        with suppress(TimeoutError):
            await asyncio.wait_for(passed.wait(), TICK)
