"""The backup of every night, where jobs are done: by one node, in a process of its own that lets everything else go first."""

import datetime
import logging
import os
import subprocess
import sys
import threading
import zoneinfo
from contextlib import suppress
from pathlib import Path
from typing import get_type_hints

from kitsulite.areas.backups.target import open_target
from kitsulite.areas.studio import backupruns as runs
from kitsulite.areas.telling import letters
from kitsulite.live.holders import new_holder
from kitsulite.media.programs import program
from kitsulite.models.people import Person
from kitsulite.settings import Settings, in_force, written
from kitsulite.storage import OUT_OF_ORDER, Database
from kitsulite.work.work import Begin

log = logging.getLogger("kitsulite")

LOOK = 30.0
"""Seconds between two looks at the clock."""
LAST_WAIT = 10
"""Seconds that a backup has to break off when the server stops."""
ONE_DAY = datetime.timedelta(days=1)
SAID = ("snapshot", "target", "rows", "files")
STILL_RUNS = "The backup of the night before is still being made."


class Nightly:
    """See the module. Nothing happens where KITSULITE_BACKUP says nothing."""

    def __init__(self, db: Database, begin: Begin, settings: Settings) -> None:
        self._db, self._begin, self._settings = db, begin, settings
        self._stopped = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Look after the backups in the background until `stop`."""
        if self._settings.backup and self._db.can_write and self._thread is None:
            self._stopped.clear()
            self._thread = threading.Thread(target=self._look_after, name="kitsulite-backups", daemon=True)
            self._thread.start()

    def stop(self) -> None:
        """A backup that is under way is broken off; it is begun again later."""
        self._stopped.set()
        if self._thread is not None:
            self._thread.join()
            self._thread = None

    def serve_due(self) -> None:
        """Make the backup of the last night now, in this thread, if nobody did."""
        if self._settings.backup and self._db.can_write:
            self._make_due()

    def _look_after(self) -> None:
        while not self._stopped.is_set():
            try:
                self._make_due()
            except OUT_OF_ORDER:
                pass  # it is told by itself
            except Exception:
                log.exception("Looking after the backups failed")
            self._stopped.wait(LOOK)

    def _make_due(self) -> None:
        night = last_night(self._settings)
        found = runs.of_night(self._db, night)
        if found is not None and not runs.may_try(found):
            return
        place = _place(self._settings)
        if found is None and (others := [run for run in runs.under_way(self._db) if run["night"]]):
            log.error("%s It began %s.", STILL_RUNS, others[0]["created_at"])
            if id := runs.claim(self._db, night, place, new_holder()):
                runs.note(self._db, id, attempts=runs.ATTEMPTS)
                self._failed(id, STILL_RUNS)
            return
        if id := runs.claim(self._db, night, place, new_holder()):
            self._make(id)

    def _make(self, id: str) -> None:
        """Have it made, and see how it ended: what it could not write down itself is written here."""
        error = _run(id, self._settings, self._stopped)
        run = runs.find(self._db, id)
        if run is None or self._stopped.is_set():
            if run and not run["ended_at"]:  # whoever looks next takes it up
                runs.note(self._db, id, held_until=run["created_at"], attempts=run["attempts"] - 1)
            return
        if not run["proven_at"] or error:
            self._failed(id, run["error"] if run["ended_at"] and run["error"] else error or runs.LOST)
        else:
            log.warning("The backup %s is in %s, and proven: %d rows, %d files.", *map(run.get, SAID))

    def _failed(self, id: str, why: str) -> None:
        """Write it down; when it is not tried again this night, write to the admins."""
        log.error("The backup to %s failed: %s", _place(self._settings), why)
        runs.end(self._db, id, why)
        run = runs.find(self._db, id)
        if run and run["attempts"] >= runs.ATTEMPTS:
            age = runs.age(runs.last_proven(self._db))
            tell_admins(self._begin, _place(self._settings), why, age)


def tell_admins(begin: Begin, place: str, why: str, age: float | None) -> None:
    """A letter to each admin: there is no new backup, and how old the last is that was proven."""
    with begin() as work:
        admins = work.db.rows(
            Person.select().where(Person.role == "admin", Person.active, ~Person.is_bot, ~Person.is_guest)
        )
        for admin in admins:
            letter = "backup_failed" if age is not None else "backup_failed_never"
            letters.send(work, admin, letter, place=place, reason=why, hours=str(round((age or 0) / 3600)))


def last_night(settings: Settings, now: datetime.datetime | None = None) -> str:
    """The night whose backup should be there, or be made now: the day of the last time that it was KITSULITE_BACKUP_AT."""
    zone = zoneinfo.ZoneInfo(settings.default_timezone)
    here = (now or datetime.datetime.now(datetime.UTC)).astimezone(zone)
    hours, minutes = map(int, settings.backup_at.split(":"))
    is_past = (here.hour, here.minute) >= (hours, minutes)
    return (here if is_past else here - ONE_DAY).date().isoformat()


def _place(settings: Settings) -> str:
    """Where backups go, as it may be seen."""
    try:
        return open_target(settings.backup, settings.scratch_folder).place
    except ValueError:
        return settings.backup


def _run(id: str, settings: Settings, stopped: threading.Event) -> str:
    """`kitsulite backup` in a process of its own; what it complained of."""
    command = program("kitsulite", "backup", "--run", id)
    with subprocess.Popen(
        command,
        env=_environment(settings),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        start_new_session=True,
    ) as process:
        said: list[bytes] = []
        listening = threading.Thread(target=lambda: said.append(process.stderr.read() if process.stderr else b""))
        listening.start()
        while process.poll() is None:
            if stopped.wait(1.0):
                process.terminate()
                with suppress(subprocess.TimeoutExpired):
                    process.wait(LAST_WAIT)
                process.kill()
        listening.join()
    last = b"".join(said).decode("utf-8", "replace").strip().rpartition("\n")[2]
    return last.removeprefix("kitsulite: ") if process.returncode else ""


def _environment(settings: Settings) -> dict[str, str]:
    """The settings of this process, for another: an application may have given them in a way of its own."""
    kinds = get_type_hints(Settings)
    said = {
        item.metadata["variable"]: written(getattr(settings, name))
        for name, item in Settings.__dataclass_fields__.items()
        if kinds[name] in (str, int, float, bool)
    }
    inherited = {
        name: value for name, value in os.environ.items() if name not in {one.variable for one in in_force(settings)}
    }
    said["KITSULITE_DATA"] = str(Path(settings.data).absolute())
    return {**inherited, **said, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
