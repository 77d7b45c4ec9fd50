"""A tracker: one opened studio. Everything open hangs on it, nothing on modules, so a process may hold several."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from kitsulite.access.hidden import lift_for
from kitsulite.areas.playlists import builds
from kitsulite.areas.previews import leftovers, movies
from kitsulite.areas.studio import firstdata
from kitsulite.areas.telling import letters, messages
from kitsulite.media.darkroom import Darkroom
from kitsulite.models import schema
from kitsulite.settings import Settings
from kitsulite.storage import open_database, open_files, url_of
from kitsulite.work.jobqueue import JobQueue
from kitsulite.work.jobs import Duties
from kitsulite.work.keys import Keys, key_of_studio
from kitsulite.work.mail import Post
from kitsulite.work.work import Caller, Event, Work

log = logging.getLogger("kitsulite")
Listener = Callable[[Event], None]

JOBS: Duties = {**letters.JOBS, **messages.JOBS, **movies.JOBS, **builds.JOBS}
"""What is done by the job queue: a name, and a function that takes a `Begin` and the job's arguments."""


class Tracker:
    """Opens the studio that the settings name; makes it when it is not there yet.

    first_data  whether a studio that is made now gets what a new studio needs (`areas/studio/firstdata.py`)
    is_new      whether this opening made the studio
    """

    def __init__(self, settings: Settings | None = None, *, first_data: bool = True) -> None:
        self.settings = settings or Settings.from_environment()
        self.folder = Path(self.settings.data)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.keys = Keys(self.settings.secret_key or key_of_studio(self.folder))
        self.post = Post(self.settings)
        self.db = open_database(
            self.settings.database or url_of(self.folder / "studio.db"),
            lock_timeout=self.settings.lock_timeout,
            connections=self.settings.connections,
        )
        self.settings.scratch_folder.mkdir(parents=True, exist_ok=True)
        self.files = open_files(
            self.settings.files or (self.folder / "files").absolute().as_uri(), self.settings.scratch_folder
        )
        self.darkroom = Darkroom(self.settings.max_image_pixels, self.settings.picture_time_limit)
        self.listeners: list[Listener] = []
        self.jobs = JobQueue(
            self.db, self.work, dict(JOBS), inline=self.settings.jobs == "inline", tidy=leftovers.sweep
        )
        self.is_new = schema.prepare(self.db)
        if self.is_new and first_data:
            with self.work() as work:
                firstdata.create(work)

    @contextmanager
    def work(self, caller: Caller | None = None, *, writes: bool = True) -> Iterator[Work]:
        """One piece of work: committed at the end, undone when an exception passes; then its events are announced."""
        work = Work(self.db, self.settings, self.keys, self.post, self.files, self.darkroom, caller)
        try:
            with self.db.writing() if writes else self.db.reading():
                self.db.veil(lambda: lift_for(work))
                yield work
        except BaseException:
            self._carry_out(work.regrets, "What was to follow a failure failed")
            raise
        self._announce(work)
        if work.jobs:
            self._carry_out([self.jobs.wake], "The jobs were not woken")
        self._carry_out(work.afterwards, "What was to follow a commit failed")

    def _announce(self, work: Work) -> None:
        for event in work.events:
            for listener in self.listeners:
                try:
                    listener(event)
                except Exception:
                    log.exception("A listener failed on %s", event.name)

    def _carry_out(self, actions: list[Callable[[], None]], complaint: str) -> None:
        for action in actions:
            try:
                action()
            except Exception:
                log.exception(complaint)

    def close(self) -> None:
        """Give back every connection and finish what is on its way."""
        self.jobs.stop()
        self.darkroom.close()
        self.db.close()

    def __enter__(self) -> "Tracker":
        return self

    def __exit__(self, *problem: object) -> None:
        self.close()
