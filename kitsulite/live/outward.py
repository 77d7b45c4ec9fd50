"""Telling others of events where jobs are done: webhooks, and the handlers of EVENT_HANDLERS_FOLDER."""

import logging
import time
from pathlib import Path

from kitsulite.live import outbox, webhooks
from kitsulite.live.handlers import Handlers, NoHandlers
from kitsulite.live.pump import Line, Pump
from kitsulite.settings import Settings
from kitsulite.storage import Database
from kitsulite.work.work import Begin

log = logging.getLogger("kitsulite")

AT_ONCE, FAILING_AT_ONCE = 16, 6
"""Webhooks that are called at once, and of those that did not answer well the last time."""
TIDIED = 3600.0
"""Seconds between two looks at what need not be kept any more."""


class Outward:
    """What runs beside the jobs. Of the processes and nodes that may do it, one at a time calls a webhook."""

    def __init__(self, db: Database, begin: Begin, settings: Settings, sender: webhooks.Sender) -> None:
        self.folder = settings.event_handlers_folder
        self._db, self._begin, self._sender = db, begin, sender
        self._handlers: Handlers | None = None
        self._is_loaded = False
        self._tidied = 0.0
        self._pump = Pump(
            db,
            begin,
            self._lines,
            name="kitsulite-webhooks",
            at_once=AT_ONCE,
            failing_at_once=FAILING_AT_ONCE,
            meanwhile=self._tidy,
        )

    def start(self) -> None:
        """Tell in the background until `stop`."""
        self._load()
        self._pump.start()

    def serve_due(self) -> None:
        """Tell what there is to tell now, in this thread."""
        self._load()
        self._pump.serve_due()

    def poke(self) -> None:
        """Something happened: called after the commit."""
        self._pump.poke()

    def start_and_poke(self) -> None:
        """The same where nobody starts it."""
        self.start()
        self.poke()

    def stop(self) -> None:
        self._pump.stop()
        if self._handlers is not None:
            self._handlers.close()
            self._handlers = None

    def _load(self) -> None:
        """Once: what cannot be loaded is said, and everything else goes on."""
        if self.folder and not self._is_loaded:
            self._is_loaded = True
            try:
                self._handlers = Handlers(Path(self.folder))
            except NoHandlers as problem:
                log.error("The handlers of events in %s cannot be loaded: %s", self.folder, problem)
            except Exception:
                log.exception("The handlers of events in %s cannot be loaded", self.folder)

    def _lines(self) -> list[Line]:
        lines = self._sender.lines(self._db, self._begin)
        return [*lines, self._handlers.line()] if self._handlers is not None else lines

    def _tidy(self) -> None:
        if self._db.can_write and (not self._tidied or time.monotonic() - self._tidied >= TIDIED):
            self._tidied = time.monotonic()
            webhooks.tidy(self._begin)
            with self._begin() as work:
                outbox.trim(work, work.settings.events_kept)
