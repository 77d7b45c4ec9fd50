"""Doing jobs: a few threads that take them off the table, and one that keeps telling that they are still at them."""

import logging
import threading
import time
from contextlib import suppress

from kitsulite.models import new_id
from kitsulite.storage import OUT_OF_ORDER, Database, Row
from kitsulite.work import jobs
from kitsulite.work.work import Begin

log = logging.getLogger("kitsulite")

WORKERS = 4
"""Threads. One of them is left to what is quick: neither movies nor slow servers hold up the rest."""
TROUBLES = 3
"""Failures in a row after which what calls a server of somebody else leaves it alone for a `REST`, in seconds."""
REST = 60.0
LOOK = 1.0
"""Seconds between two looks at what other processes put in; what this one puts in is done at once."""
LAST_WAIT = 10
"""Seconds that running jobs have to finish at the end."""


class Doer:
    """Does the jobs of one tracker.

    more  is set when there may be something to do
    """

    def __init__(self, db: Database, begin: Begin, duties: jobs.Duties, more: threading.Event) -> None:
        self.db = db
        self.begin = begin
        self.duties = duties
        self.more = more
        self.id = new_id()
        found = {name: jobs.duty_of(duties, name) for name in duties}
        self.slow = frozenset(name for name, duty in found.items() if duty.is_slow)
        self.calling = frozenset(name for name, duty in found.items() if duty.calls_out)
        self._troubles: dict[str, int] = {}
        self._resting: dict[str, float] = {}
        self._at: dict[str, str] = {}
        self._taking = threading.Lock()
        self._stopping = threading.Event()
        self._threads: list[threading.Thread] = []

    def do_next(self) -> bool:
        """Do the job whose turn it is; whether there was one."""
        job = self._take()
        if job is not None:
            self._do(job)
        return job is not None

    def start(self) -> None:
        """Do jobs in threads."""
        duties = [self._work] * WORKERS + [self._show_life]
        self._threads = [threading.Thread(target=duty, name="kitsulite-job", daemon=True) for duty in duties]
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Take no more; what is not finished in a while is left to others, who take it up in a minute."""
        self._stopping.set()
        self.more.set()
        until = time.monotonic() + LAST_WAIT
        for thread in self._threads:
            thread.join(max(0.0, until - time.monotonic()))
        with suppress(*OUT_OF_ORDER):
            jobs.leave(self.db, self.id, list(self._at))

    def _work(self) -> None:
        while not self._stopping.is_set():
            self.more.clear()
            job = None
            try:
                job = self._take()
            except OUT_OF_ORDER:
                pass  # it is told by itself
            except Exception:
                log.exception("Taking a job failed")
            if job is not None:
                self._do(job)
            elif not self._stopping.is_set():
                self.more.wait(LOOK)

    def _show_life(self) -> None:
        while not self._stopping.is_set():
            try:
                for job in jobs.show_life(self.db, self.id, list(self._at)):
                    self._give_up(job)
            except OUT_OF_ORDER:
                pass
            except Exception:
                log.exception("Looking after the jobs failed")
            self._stopping.wait(jobs.SIGN_OF_LIFE)

    def _take(self) -> Row | None:
        with self._taking:
            job = jobs.take(self.db, but=self._not_now())
            if job is not None:
                self._at[job["id"]] = job["name"]
        return job

    def _not_now(self) -> set[str]:
        """The names of jobs that wait for others of their kind, as movies keep all processors busy by themselves."""
        under_way = [name for name in list(self._at.values()) if name in self.slow | self.calling]
        if len(under_way) >= WORKERS - 1:
            return {*self.slow, *self.calling}
        resting = {name for name, until in list(self._resting.items()) if time.monotonic() < until}
        return resting | self.calling.intersection(under_way) | (self.slow if self.slow & set(under_way) else set())

    def _note(self, name: str, *, is_well: bool) -> None:
        """How a call went, for what calls out."""
        if name in self.calling:
            count = self._troubles[name] = 0 if is_well else self._troubles.get(name, 0) + 1
            if count >= TROUBLES:
                self._resting[name] = time.monotonic() + REST

    def _do(self, job: Row) -> None:
        try:
            jobs.perform(self.duties, self.begin, job["name"], job["arguments"])
        except Exception as problem:
            log.exception("The job %s failed", job["name"])
            self._note(job["name"], is_well=False)
            self._failed(job, problem)
        else:
            self._note(job["name"], is_well=True)
            with suppress(*OUT_OF_ORDER):  # it falls due again, as what is done is done at least once
                jobs.finish(self.db, job["id"])
        finally:
            del self._at[job["id"]]

    def _failed(self, job: Row, problem: Exception) -> None:
        is_last = job["attempts"] >= jobs.ATTEMPTS
        with suppress(*OUT_OF_ORDER):
            jobs.note_failure(
                self.db,
                job["id"],
                f"{type(problem).__name__}: {problem}",
                until=None if is_last else jobs.moment(jobs.pause_after(job["attempts"])),
            )
        if is_last:
            self._give_up(job)

    def _give_up(self, job: Row) -> None:
        try:
            jobs.give_up(self.duties, self.begin, job["name"], job["arguments"])
        except Exception:
            log.exception("Giving up %s failed", job["name"])
