"""A tracker: one opened studio. Everything open hangs on it, nothing on modules, so a process may hold several."""

import logging
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from functools import partial
from pathlib import Path
from typing import Any, TypeVar, overload

from kitsulite.access.hearers import hearers_of
from kitsulite.access.hidden import lift_for
from kitsulite.areas.backups import left
from kitsulite.areas.backups.nightly import Nightly
from kitsulite.areas.people import passwords
from kitsulite.areas.people.lastuse import LastUses
from kitsulite.areas.playlists import builds
from kitsulite.areas.previews import leftovers, movies
from kitsulite.areas.studio import firstdata, plugins
from kitsulite.areas.telling import letters, messages, webhooks
from kitsulite.live import outbox
from kitsulite.live.consumers import Consume, Consumers, Gap, replay
from kitsulite.live.outward import Outward
from kitsulite.live.patterns import matches, read
from kitsulite.media.darkroom import Darkroom
from kitsulite.models import keyprint, schema
from kitsulite.models.reviews import AttachmentFile, PreviewFile
from kitsulite.settings import Settings
from kitsulite.storage import Database, Unsure, open_database, open_files, url_of
from kitsulite.storage.private import close_to_others, make_folder
from kitsulite.work import filekeys
from kitsulite.work.jobqueue import JobQueue
from kitsulite.work.jobs import Duties
from kitsulite.work.keys import DATABASE_FILE, KEY_FILE, RESTORING, TAKING_OVER, Keys, key_of_studio, new_key
from kitsulite.work.mail import Post
from kitsulite.work.turns import Turns
from kitsulite.work.work import Caller, Event, Rehearsal, Work

log = logging.getLogger("kitsulite")
Listener = Callable[[Event], object]
F = TypeVar("F", bound=Listener)
C = TypeVar("C", bound=Consume)
JOBS_LOCK, BACKUPS, SCRATCH, FILES = "jobs-lock", "backups", "scratch", "files"
IMPORTS, PLUGINS, TAKEOVER, UI = "imports", "plugins", "takeover", "ui"
"""What else lies in the studio's folder: who does the jobs holds the first; the second keeps what was there before an upgrade."""
OWN = {KEY_FILE, RESTORING, JOBS_LOCK, BACKUPS, SCRATCH, FILES, IMPORTS, PLUGINS, TAKEOVER, TAKING_OVER, UI, left.NOTE}


class StudioLost(RuntimeError):
    """There was a studio in this folder, and its database is not there."""


class HalfFilled(RuntimeError):
    """A backup is being put back into this folder, or a Zou taken over into it."""


class _Undone(Exception):
    """Ends a rehearsal."""


JOBS: Duties = {**filekeys.JOBS, **letters.JOBS, **messages.JOBS, **webhooks.JOBS, **movies.JOBS, **builds.JOBS}
"""What is done by the job queue: a name, and a function that takes a `Begin` and the job's arguments."""


class Tracker:
    """Opens the studio that the settings name; makes it when it is not there yet.

    first_data  whether a studio that is made now gets what a new studio needs (`areas/studio/firstdata.py`)
    also_left   whether it may be opened where it moved away from
    is_new      whether this opening made the studio
    """

    def __init__(self, settings: Settings | None = None, *, first_data: bool = True, also_left: bool = False) -> None:
        self.settings = settings or Settings.from_environment()
        self.folder = Path(self.settings.data)
        self._must_not_be_half_filled(taking_over=not first_data)
        is_ours = _is_ours(self.folder)
        make_folder(self.folder)
        self.post = Post(self.settings)
        self.db = open_database(
            self.settings.database or url_of(self.folder / DATABASE_FILE),
            lock_timeout=self.settings.lock_timeout,
            connections=self.settings.connections,
        )
        files = self.folder / FILES
        self.files = open_files(self.settings.files or files.absolute().as_uri(), self.settings.scratch_folder)
        if not also_left:
            left.refuse(self.folder, "KITSULITE_DATABASE", "rows", self.db.place)
            left.refuse(self.folder, "KITSULITE_FILES", "files", self.files.place)
        self.keys, self.is_new = self._open_studio(lost_if_bare=first_data)
        self._close_to_others(is_ours)
        if self.db.can_write:
            make_folder(self.settings.scratch_folder)
            if not self.settings.files:
                make_folder(files)
        with self.db.reading():
            if any(self.db.tuples(table.select(table.id).limit(1)) for table in (PreviewFile, AttachmentFile)):
                self.files.expect_files()
        plugins.tell_of_broken(self.settings.plugins)
        self.darkroom = Darkroom(self.settings.max_image_pixels, self.settings.picture_time_limit)
        self.listeners: list[Listener] = []
        self.announced: list[Callable[[], None]] = []
        self.last_uses = LastUses()
        self.downloads = Turns(self.settings.media_max_concurrent_requests, self.settings.media_slot_wait_timeout)
        inline = self.settings.jobs == "inline"
        self.consumers = Consumers(self.db, self.work, inline=inline)
        self.outward = Outward(self.db, self.work, self.settings, webhooks.SENDER)
        self.jobs = JobQueue(
            self.db,
            self.work,
            dict(JOBS),
            inline=inline,
            tidy=leftovers.sweep,
            beside=[self.outward, Nightly(self.db, self.work, self.settings)],
        )
        self.announced += [self.consumers.wake, self.outward.start_and_poke if inline else self.outward.poke]
        if self.is_new and first_data:
            with self.work() as work:
                firstdata.create(work)

    def _must_not_be_half_filled(self, *, taking_over: bool) -> None:
        if (self.folder / RESTORING).exists():
            raise HalfFilled(
                f"A backup is being put back into {self.folder}, or that was broken off: run `kitsulite restore` again, or empty the folder."
            )
        if (self.folder / TAKING_OVER).exists() and not taking_over:
            raise HalfFilled(
                f"A Zou is being taken over into {self.folder}, or that was broken off: run `kitsulite import zou` again, or empty the folder."
            )

    def _close_to_others(self, is_ours: bool) -> None:
        """What the studio holds is its owner's alone, also where an older Kitsulite or a careless copy left it open.

        is_ours  whether the whole folder is
        """
        own = [self.folder / name for name in (KEY_FILE, JOBS_LOCK, BACKUPS, SCRATCH, IMPORTS)]
        if is_ours:
            own.insert(0, self.folder)
        mended, open_still = close_to_others([*own, *self.db.private_files(), *self.files.private_files()])
        if mended:
            names = ", ".join(map(str, mended))
            log.warning("Every user of this machine could read %s: now only its owner can.", names)
        if open_still and self.db.can_write:
            names = ", ".join(map(str, open_still))
            log.warning("Every user of this machine can read %s, which belongs to another user: chmod go= it.", names)

    def _open_studio(self, *, lost_if_bare: bool) -> tuple[Keys, bool]:
        """The keys of the studio, its schema ready, and whether it was made just now.

        A new studio is made first and gets its key then; so where there is a key, there was a studio.
        """
        key_file = self.folder / KEY_FILE
        had_key = key_file.exists()
        is_bare = not schema.is_there(self.db)
        if is_bare and had_key and lost_if_bare:
            raise StudioLost(
                f"There was a studio in {self.folder}, as {KEY_FILE} says, but its database {self.db.place} is gone. Put it back from a "
                "backup, or load a dump: `kitsulite load`. Only to start anew, empty the folder."
            )
        if is_bare:
            is_new = schema.prepare(self.db)
        secret = self.settings.secret_key
        if not secret and not had_key and not self.db.can_write:  # a copy without its key: sealed secrets stay sealed
            return Keys(new_key()), False
        if not secret and not had_key and not is_bare and keyprint.is_kept(self.db):
            raise keyprint.OtherKey(
                f"{self.folder / KEY_FILE} is not there, and this studio's secrets cannot be read without it. Put it back from a backup, "
                "or give SECRET_KEY. When the key is lost: `kitsulite new-key`."
            )
        keys = Keys(secret or key_of_studio(self.folder))
        if not is_bare:
            is_new = schema.prepare(self.db, schema.Means(self.folder / BACKUPS, keys.seal))
        keyprint.check(self.db, keys.seal)
        return keys, is_new

    @contextmanager
    def work(
        self,
        caller: Caller | None = None,
        *,
        writes: bool = True,
        patience: float | None = None,
        rehearsal: Rehearsal | None = None,
    ) -> Iterator[Work]:
        """One piece of work: committed at the end, undone when an exception passes; then its events are announced.

        patience   seconds to wait for others that write, when these are fewer than usual
        rehearsal  that nothing of it is to stay, and where it is done
        """
        if rehearsal:
            with self._rehearsing(caller, rehearsal) as work:
                yield work
            return
        work = self._work(self.db, caller)
        try:
            with self.db.writing(patience) if writes else self.db.reading():
                self.db.veil(lambda: lift_for(work))
                yield work
                outbox.put_in(work)
        except Unsure:  # nothing is told; but the rows are there, and what belongs to them stays
            raise
        except BaseException:
            self._carry_out(work.regrets, "What was to follow a failure failed")
            raise
        self._announce(work)
        if work.jobs:
            self._carry_out([self.jobs.wake], "The jobs were not woken")
        self._carry_out(work.afterwards, "What was to follow a commit failed")

    def _work(self, db: Database, caller: Caller | None) -> Work:
        return Work(db, self.settings, self.keys, self.post, self.files, self.darkroom, caller, heard_by=hearers_of)

    @contextmanager
    def _rehearsing(self, caller: Caller | None, rehearsal: Rehearsal) -> Iterator[Work]:
        """A piece of work of which neither rows nor events nor jobs are left."""
        place = self.db.aside(self.settings.scratch_folder) if rehearsal == "aside" else nullcontext(self.db)
        with place as db:
            work = self._work(db, caller)
            try:
                with suppress(_Undone), db.writing():
                    db.veil(lambda: lift_for(work))
                    yield work
                    raise _Undone
            finally:
                self._carry_out(work.regrets, "What was to follow a rehearsal failed")

    def _announce(self, work: Work) -> None:
        if work.events:
            self._carry_out(self.announced, "Who listens was not woken")
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

    # --- listening ---

    @overload
    def on(self, events: str | Iterable[str]) -> Callable[[F], F]: ...

    @overload
    def on(self, events: str | Iterable[str], function: F) -> F: ...

    def on(self, events: str | Iterable[str], function: Any = None) -> Any:
        """Call a function with each of these events (`task:update`, `task:*`, `*:new`, `*`) that this process causes, after the commit.

        Without a function it is a decorator. What fails in it is logged, and breaks nothing else.
        """
        if function is None:
            return partial(self.on, events)
        patterns = read(events)
        self.listeners.append(lambda event: function(event) if matches(patterns, event.name) else None)
        return function

    def consumer(
        self, name: str, *, events: str | Iterable[str] = "*", after: int | None = None, gap: Gap | None = None
    ) -> Callable[[C], C]:
        """A decorator: the function gets each stored event of the studio at least once, in order, whichever process causes it.

        name   under which its place is kept in the database
        after  the event after which a new one begins: 0 for all that are kept, None for those from now on
        gap    is called with (its place, the first that is kept) when it stayed away for too long
        """

        def add(function: C) -> C:
            self.consumers.add(name, function, events, after=after, gap=gap)
            return function

        return add

    def start_consumers(self) -> None:
        """Hand events to the consumers, in the background, until this is closed."""
        self.consumers.start()

    def replay(self, name: str, after: int) -> None:
        """Have a consumer hear again of all that came after an event; LookupError when there is none of that name."""
        replay(self.db, name, after)
        self.consumers.wake()

    def lend_while_waiting(self, lent: Callable[[], AbstractContextManager[None]]) -> None:
        """Have threads that wait for what few do at once (pictures, hashes of passwords, files) hold this, so that others work."""
        self.darkroom.while_waiting = lent
        passwords.hashing.while_waiting = lent
        self.downloads.while_waiting = lent

    def close(self) -> None:
        """Give back every connection and finish what is on its way."""
        self.consumers.stop()
        self.jobs.stop()
        self.outward.stop()
        self.darkroom.close()
        self.db.close()

    def __enter__(self) -> "Tracker":
        return self

    def __exit__(self, *problem: object) -> None:
        self.close()


def _is_ours(folder: Path) -> bool:
    """Whether a folder is there for a studio alone, or for nothing yet. Of one with other things the rights stay."""
    try:
        return all(path.name in OWN or path.name.startswith(DATABASE_FILE) for path in folder.iterdir())
    except OSError:  # it is still to be made
        return True
