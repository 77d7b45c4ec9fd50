"""Doing jobs: huey's workers and retries, on the studio's own table of jobs.

huey's SQL storage is not used. It would hold connections and transactions of its own, beside the one that a job must be
part of; it takes a message out before the work is done, so that a worker that is killed loses it; and it reads pickles. What
huey asks of a storage is little: `JobStorage` answers it out of `work/jobs.py`, and no message is serialised at all.
"""

import datetime
import logging
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from huey.api import Huey
from huey.constants import EmptyData
from huey.consumer import Consumer
from huey.signals import SIGNAL_COMPLETE, SIGNAL_ERROR
from huey.storage import BaseStorage

from kitsulite.models import new_id
from kitsulite.models.fields import MOMENT
from kitsulite.storage import OUT_OF_ORDER, Database, Row
from kitsulite.work import jobs
from kitsulite.work.work import Begin

log = logging.getLogger("kitsulite")

WORKERS = 3  # so that neither a movie nor a slow server holds up the messages to others
SLOW_AT_ONCE = 1  # as ffmpeg keeps all processors busy by itself
LOOK = 1.0
"""Seconds between two looks at what other processes put in; what this one puts in is done at once."""
LAST_WAIT = 10
"""Seconds that running jobs have to finish at the end."""


class JobStorage(BaseStorage):
    """The table of jobs, as huey's workers (`dequeue`, `add_to_schedule`) and its scheduler (`read_schedule`) see it.

    at    the jobs that are being done here, and their names
    lost  is told of jobs that nobody could finish
    """

    blocking = True

    def __init__(
        self, name: str, db: Database, more: threading.Event, slow: frozenset[str], lost: Callable[[Row], None]
    ) -> None:
        super().__init__(name)
        self.db = db
        self.more = more
        self.slow = slow
        self.lost = lost
        self.id = new_id()
        self.at: dict[str, str] = {}
        self._taking = threading.Lock()

    def take(self) -> Row | None:
        with self._taking:
            is_busy = sum(name in self.slow for name in list(self.at.values())) >= SLOW_AT_ONCE
            job = jobs.take(self.db, but=self.slow if is_busy else ())
            if job is not None:
                self.at[job["id"]] = job["name"]
        return job

    def dequeue(self) -> Row | None:
        self.more.clear()
        job = None
        with suppress(*OUT_OF_ORDER):
            job = self.take()
        if job is None:
            self.more.wait(LOOK)
        return job

    def add_to_schedule(self, data: Row, timestamp: datetime.datetime) -> None:
        with suppress(*OUT_OF_ORDER):
            jobs.put_off(self.db, data["id"], timestamp.strftime(MOMENT))

    def read_schedule(self, timestamp: datetime.datetime) -> list[Row]:
        """Nothing, as `dequeue` sees what falls due; but the scheduler is who comes by regularly."""
        with suppress(*OUT_OF_ORDER):
            for job in jobs.show_life(self.db, self.id, list(self.at)):
                self.lost(job)
        return []

    def peek_many(self, keys: list[str]) -> dict[str, bytes]:
        return {}  # no job is revoked

    def pop_data(self, key: str) -> Any:
        return EmptyData


class Doer(Huey):
    """Does the jobs of one tracker. All of them are one task to huey: what is in the table must not decide what is loaded."""

    def __init__(self, db: Database, begin: Begin, duties: jobs.Duties, more: threading.Event) -> None:
        slow = frozenset(name for name in duties if jobs.duty_of(duties, name).is_slow)
        parts = {"db": db, "more": more, "slow": slow, "lost": self._give_up}
        super().__init__("kitsulite", results=False, storage_class=JobStorage, **parts)
        self.db = db
        self.begin = begin
        self.duties = duties
        self.consumer: Background | None = None

        def job(name: str, arguments: dict[str, Any]) -> None:
            jobs.perform(duties, begin, name, arguments)

        self.job = self.task()(job)
        self.signal(SIGNAL_COMPLETE)(self._done)
        self.signal(SIGNAL_ERROR)(self._failed)

    def do_next(self) -> bool:
        """Do the job whose turn it is; whether there was one."""
        job = self.storage.take()
        if job is None:
            return False
        self.execute(self.deserialize_task(job))
        return True

    def start(self) -> None:
        """Do jobs in threads."""
        options = {"scheduler_interval": jobs.SIGN_OF_LIFE, "shutdown_timeout": LAST_WAIT}
        self.consumer = Background(self, workers=WORKERS, periodic=False, **options)
        self.consumer.start()

    def stop(self) -> None:
        if self.consumer is not None:
            self.consumer.stop_flag.set()
            self.storage.more.set()
            with suppress(
                RuntimeError
            ):  # told to stop while it starts: threads that do not run yet cannot be waited for
                self.consumer.stop(graceful=True)
        with suppress(*OUT_OF_ORDER):  # then others take up in a minute what was not finished
            jobs.leave(self.db, self.storage.id, list(self.storage.at))

    def serialize_task(self, task: Any) -> Row:
        return {"id": task.id}

    def deserialize_task(self, data: Row) -> Any:
        return self.job.task_class(
            kwargs={"name": data["name"], "arguments": data["arguments"]},
            id=data["id"],
            retries=jobs.ATTEMPTS - data["attempts"],
            retry_delay=jobs.pause_after(data["attempts"]),
        )

    def _done(self, signal: str, task: Any) -> None:
        self.storage.at.pop(task.id, None)
        with suppress(*OUT_OF_ORDER):  # it falls due again, as what is done is done at least once
            jobs.finish(self.db, task.id)

    def _failed(self, signal: str, task: Any, error: Exception) -> None:
        self.storage.at.pop(task.id, None)
        with suppress(*OUT_OF_ORDER):
            jobs.note_failure(self.db, task.id, f"{type(error).__name__}: {error}", for_good=not task.retries)
        if not task.retries:
            self._give_up(task.kwargs)

    def _give_up(self, job: Row) -> None:
        try:
            jobs.give_up(self.duties, self.begin, job["name"], job["arguments"])
        except Exception:
            log.exception("Giving up %s failed", job["name"])


class Background(Consumer):
    """A consumer within a process that has other things to do: signals are not its business."""

    def _set_signal_handlers(self) -> None:
        pass
