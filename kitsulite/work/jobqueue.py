"""The job queue of a tracker: does what `Work.enqueue` put in, in the background or at a command."""

import fcntl
import logging
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from kitsulite.storage import OUT_OF_ORDER, Database, StoreBroken
from kitsulite.storage.private import open_for_its_owner
from kitsulite.work.consumer import Doer
from kitsulite.work.jobs import Duty, Function
from kitsulite.work.work import Begin

log = logging.getLogger("kitsulite")

LOOK_AGAIN = 5
"""Seconds between two looks whether the process that does the jobs is gone."""


class Beside(Protocol):
    """What runs in the background where jobs are done."""

    def start(self) -> None: ...

    def stop(self) -> None: ...

    def serve_due(self) -> None: ...


class JobQueue:
    """See the module. Nothing runs until it is started.

    functions  what does the jobs, by name; an embedding app may add its own before anything runs
    inline     whether the first job that is put in here starts a thread that does it
    tidy       is called before the first job is done
    beside     what else is done where jobs are done
    """

    def __init__(
        self,
        db: Database,
        begin: Begin,
        functions: dict[str, Function | Duty],
        *,
        inline: bool,
        tidy: Callable[[Begin], object] = lambda begin: None,
        beside: Sequence[Beside] = (),
    ) -> None:
        self.db = db
        self.begin = begin
        self.functions = functions
        self.inline = inline
        self.tidy = tidy
        self.beside = beside
        self._more = threading.Event()
        self._stopped = threading.Event()
        self._thread: threading.Thread | None = None

    def wake(self) -> None:
        """There is something to do: called after the commit."""
        self._more.set()
        if self.inline:
            self.start()

    def start(self, *, alone: Path | None = None) -> None:
        """Do jobs in the background until `stop`.

        alone  a file that one process at a time may hold: wait until it is this one
        """
        if self._thread is None:
            self._thread = threading.Thread(target=self._consume, args=(alone,), name="kitsulite-jobs", daemon=True)
            self._thread.start()

    def run(self) -> None:
        """Do jobs in this thread, until an exception such as KeyboardInterrupt ends it."""
        self._consume(None)

    def run_due(self) -> int:
        """Do what is due now, in this thread; how many jobs that were."""
        doer = self._doer()
        count = 0
        while doer.do_next():
            count += 1
        for other in self.beside:
            other.serve_due()
        return count

    def stop(self) -> None:
        """Finish what is on its way, or leave it to others when it takes too long."""
        self._stopped.set()
        if self._thread is not None:
            self._thread.join()

    def _consume(self, alone: Path | None) -> None:
        with self._alone(alone):
            if self._stopped.is_set():
                return
            doer = self._doer()
            self._tidy()
            try:
                doer.start()
                for other in self.beside:
                    other.start()
                self._stopped.wait()
            finally:
                for other in self.beside:
                    other.stop()
                doer.stop()

    def _tidy(self) -> None:
        try:
            self.tidy(self.begin)
        except (*OUT_OF_ORDER, StoreBroken):
            return  # it is told by itself, and the next start tidies up
        except Exception:
            log.exception("Tidying up failed")

    @contextmanager
    def _alone(self, path: Path | None) -> Iterator[None]:
        if path is None:
            yield
            return
        with open(
            path, "w", opener=open_for_its_owner
        ) as file:  # closing it, or the end of the process, gives the lock back
            while not self._stopped.is_set():
                try:
                    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    break
                except BlockingIOError:
                    self._stopped.wait(LOOK_AGAIN)
            yield

    def _doer(self) -> Doer:
        return Doer(self.db, self.begin, self.functions, self._more)
