"""What became of backups: a row each, so that every node, and whoever asks, knows the age of the last that was proven."""

import datetime
from contextlib import suppress
from typing import Any

from kitsulite.live.holders import is_gone
from kitsulite.models import new_id, now
from kitsulite.models.fields import MOMENT
from kitsulite.models.own import BackupRun
from kitsulite.storage import Database, Row, UniqueViolation
from kitsulite.work.jobs import moment

SIGN_OF_LIFE, GIVEN_UP = 20.0, 120.0
"""Seconds between two signs of life of who makes a backup, and after how many without one it counts as lost."""
ATTEMPTS, PAUSE = 3, 3600.0
"""How often the backup of a night is tried, and after how many seconds again."""
LATE = 49 * 3600.0
"""Seconds after which the last proven backup is too old: two nights, and an hour to make it."""
LOST = "Whoever made it was gone before the end."


def begin(db: Database, target: str, holder: str) -> str:
    """Somebody makes a backup; the id of the run."""
    id = new_id()
    with db.writing():
        db.run(BackupRun.insert(**_new(id, target, holder), night=None))
    return id


def claim(db: Database, night: str, target: str, holder: str) -> str | None:
    """The backup of a night, now ours to make; None when another makes it, made it, or it is too early to try again."""
    id = new_id()
    with db.writing():
        with suppress(UniqueViolation), db.savepoint():
            db.run(BackupRun.insert(**_new(id, target, holder), night=night))
            return id
        found = db.rows(BackupRun.select().where(BackupRun.night == night))[0]
        if not may_try(found):
            return None
        again = {
            **_new(found["id"], target, holder),
            "attempts": found["attempts"] + 1,
            "created_at": found["created_at"],
        }
        mine = (BackupRun.night == night) & (BackupRun.attempts == found["attempts"])
        return str(found["id"]) if db.run(BackupRun.update(**again, ended_at=None, error=None).where(mine)) else None


def may_try(run: Row) -> bool:
    """Whether a backup of a night can be tried once more: it failed a while ago, or who made it is gone."""
    if run["proven_at"] or run["attempts"] >= ATTEMPTS:
        return False
    if run["ended_at"]:
        return bool(run["ended_at"] < moment(-PAUSE))
    return is_lost(run)


def is_lost(run: Row) -> bool:
    """Whether who makes a backup is gone."""
    return not run["ended_at"] and (run["held_until"] < now() or is_gone(run["holder"]))


def _new(id: str, target: str, holder: str) -> Row:
    at = now()
    return {
        "id": id,
        "created_at": at,
        "updated_at": at,
        "target": target[: BackupRun.target.length],
        "holder": holder,
        "held_until": moment(GIVEN_UP),
    }


def show_life(db: Database, id: str) -> None:
    """It is still being made."""
    note(db, id, held_until=moment(GIVEN_UP))


def note(db: Database, id: str, **values: Any) -> None:
    """What came of a run so far."""
    with db.writing():
        db.run(BackupRun.update(updated_at=now(), **values).where(BackupRun.id == id))


def end(db: Database, id: str, error: str = "") -> None:
    note(db, id, ended_at=now(), error=error or None, holder=None, held_until=None)


def find(db: Database, id: str) -> Row | None:
    with db.reading():
        return db.find(BackupRun, id)


def of_night(db: Database, night: str) -> Row | None:
    with db.reading():
        return db.row(BackupRun.select().where(BackupRun.night == night))


def under_way(db: Database) -> list[Row]:
    """The runs that somebody is at."""
    with db.reading():
        open_runs = db.rows(BackupRun.select().where(BackupRun.ended_at.is_null()))
    return [run for run in open_runs if not is_lost(run)]


def last_proven(db: Database) -> Row | None:
    with db.reading():
        return db.row(BackupRun.select().where(BackupRun.proven_at.is_null(False)).order_by(BackupRun.proven_at.desc()))


def last(db: Database) -> Row | None:
    with db.reading():
        return db.row(BackupRun.select().order_by(BackupRun.created_at.desc()))


def made(db: Database) -> set[str]:
    """The names of backups that this studio made, as far back as it knows."""
    with db.reading():
        return set(db.values(BackupRun.select(BackupRun.snapshot).where(BackupRun.snapshot.is_null(False))))


def age(run: Row | None) -> float | None:
    """Seconds since a backup was proven."""
    if run is None:
        return None
    proven = datetime.datetime.strptime(run["proven_at"], MOMENT).replace(tzinfo=datetime.UTC)
    return (datetime.datetime.now(datetime.UTC) - proven).total_seconds()


def is_late(seconds: float | None) -> bool:
    return seconds is None or seconds > LATE


def in_words(seconds: float | None) -> str:
    """The age of the last proven backup, for people who run a studio."""
    if seconds is None:
        return "never proven"
    hours = round(seconds / 3600)
    return f"proven {hours} h ago" if hours < 48 else f"proven {round(seconds / 86400)} days ago"


def forget_old(db: Database, kept: int = 400) -> None:
    """All but the newest runs."""
    with db.writing():
        newest = BackupRun.select(BackupRun.id).order_by(BackupRun.created_at.desc()).limit(kept)
        db.run(BackupRun.delete().where(BackupRun.id.not_in(newest)))
