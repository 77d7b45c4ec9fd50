"""Writing down the time that somebody spent on a task in a day (docs/api/tasks.md)."""

from typing import Any

from kitsulite.access.projects import is_within_key
from kitsulite.areas.people.presence import note_presence
from kitsulite.areas.people.timespents import ROW
from kitsulite.areas.tasks.history import recompute_duration
from kitsulite.models.people import TimeSpent
from kitsulite.models.shapes import Raw, many, one, read_list
from kitsulite.models.tasks import Task
from kitsulite.storage import Row
from kitsulite.work.errors import NotFound
from kitsulite.work.periods import read_day
from kitsulite.work.work import Work


def set_time(work: Work, task: Row, person: Row, date: str, duration: float) -> Raw | None:
    """Say how many minutes somebody spent on a task in a day; the row."""
    return _log_time(work, task, person, date, duration)


def add_time(work: Work, task: Row, person: Row, date: str, duration: float) -> Raw | None:
    """Add minutes to what somebody spent on a task in a day; the row."""
    return _log_time(work, task, person, date, duration, add=True)


def _log_time(work: Work, task: Row, person: Row, day: str, minutes: float, *, add: bool = False) -> Raw | None:
    date = read_day(day, wrong="Invalid date format.")
    row = _find(work, task["id"], person["id"], date)
    if row is None:
        id = work.insert(TimeSpent, task_id=task["id"], person_id=person["id"], date=date, duration=minutes)
        assert id
        note_presence(work, person["id"])
    else:
        id = row["id"]
        work.update(TimeSpent, id, duration=row["duration"] + minutes if add else minutes)
    work.emit(f"time-spent:{'update' if row else 'new'}", {"time_spent_id": id}, task["project_id"])
    recompute_duration(work, task["id"])
    return work.show(ROW, id)


def forget_time(work: Work, task: Row, person: Row, date: str) -> Row:
    """Take away what somebody spent on a task in a day; the row as it was, its duration 0."""
    row = _find(work, task["id"], person["id"], read_day(date, wrong="Invalid date format."))
    if row is None:
        raise NotFound
    gone = ROW.select(work.db).where(TimeSpent.id == row["id"])
    [answer] = read_list(many(work.db, gone))
    work.foresee(TimeSpent, row)
    work.delete(TimeSpent, TimeSpent.id == row["id"])
    work.emit("time-spent:delete", {"time_spent_id": row["id"]}, task["project_id"])
    recompute_duration(work, task["id"])
    return answer | {"duration": 0}


def time_of_task(work: Work, task: Row, date: str | None = None) -> dict[str, Any]:
    """What was spent on a task, perhaps in one day, person by person, and the sum of it."""
    query = ROW.select(work.db).where(TimeSpent.task_id == task["id"])
    if date is not None:
        query = query.where(TimeSpent.date == read_day(date, wrong="Wrong date format."))
    rows = read_list(many(work.db, query.order_by(TimeSpent.date, TimeSpent.id)))
    found: dict[str, Any] = {"total": sum(row["duration"] for row in rows)}
    for row in rows:
        found.setdefault(row["person_id"] or "", []).append(row)
    return found


def own_time_of_task(work: Work, task_id: str, day: str) -> Raw | None:
    """What the caller logged on a task in a day."""
    task, date = work.get(Task, task_id), read_day(day, wrong="Wrong date format.")
    row = _find(work, task["id"], work.caller.id, date) if is_within_key(work, task["project_id"]) else None
    return one(work.db, ROW.select(work.db).where(TimeSpent.id == row["id"])) if row else None


def _find(work: Work, task_id: str, person_id: str, date: str) -> Row | None:
    return work.db.row(
        TimeSpent.select().where(TimeSpent.task_id == task_id, TimeSpent.person_id == person_id, TimeSpent.date == date)
    )
