"""The queue of jobs: what is done after the commit and holds up no request, such as sending mail.

A job is a row of the studio's own database. It is put in by `Work.enqueue` in the transaction that causes it, so what is
rolled back is never done. Who takes a job pushes `due_at` into the future and keeps pushing while at it; a job whose taker
was killed falls due again by itself. So what was committed is done at least once; done jobs are removed, and those that
failed for good stay to be read and retried.
"""

import datetime
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from kitsulite.models import now
from kitsulite.models.fields import MOMENT
from kitsulite.models.own import Job, JobConsumer
from kitsulite.models.people import Person
from kitsulite.storage import Database, Row
from kitsulite.work.errors import WrongParameter
from kitsulite.work.work import Begin, Caller, Work

Function = Callable[..., None]
"""What does a job: takes a `Begin`, so that slow calls happen between short transactions, and the job's arguments."""

ATTEMPTS = 7
FIRST_PAUSE = 10.0
LONGER = 4
"""Seconds between the first attempt and the second, and how many times longer each further pause is: three hours in all."""
SIGN_OF_LIFE = 20
GIVEN_UP = 60
"""Seconds after its last sign of life at which a consumer counts as lost, and what it was at falls due."""
KEPT = 30 * 24 * 3600
"""Seconds that a job which failed can be looked at."""
LOST = "Whoever did this job was lost while at it, again and again."


@dataclass(frozen=True)
class Duty:
    """What does a job, where there is more to say than a function.

    give_up  is called with the same arguments when the job has failed for good
    is_slow    whether it takes minutes, so that one at a time is done beside others
    calls_out  whether it waits for a server of somebody else, so that one of its name is done at a time, and none for a while
               after a few have failed
    """

    do: Function
    give_up: Function | None = None
    is_slow: bool = False
    calls_out: bool = False


Duties = Mapping[str, Function | Duty]


class UnknownJob(Exception):
    """No job of this name is in the table: another version of Kitsulite put it in."""


def perform(duties: Duties, begin: Begin, name: str, arguments: dict[str, Any]) -> None:
    """Do a job."""
    if name not in duties:
        raise UnknownJob(name)
    duty_of(duties, name).do(begin, **arguments)


def give_up(duties: Duties, begin: Begin, name: str, arguments: dict[str, Any]) -> None:
    """Tell whoever waits for a job that nothing will come of it."""
    if name in duties and (give_up := duty_of(duties, name).give_up):
        give_up(begin, **arguments)


def duty_of(duties: Duties, name: str) -> Duty:
    found = duties[name]
    return found if isinstance(found, Duty) else Duty(found)


def in_name_of(begin: Begin, person_id: str | None) -> Begin:
    """What opens a piece of work that has a person as its caller, if that is still there."""
    with begin(writes=False) as work:
        person = work.find(Person, person_id)
    return partial(begin, Caller(person)) if person else begin


# --- for who does jobs ---


def take(db: Database, *, but: Collection[str] = ()) -> Row | None:
    """The job whose turn it is, now ours; None when nothing is due.

    but  names of jobs that are left for later
    """
    while (job := _next(db, but)) is not None:
        taken = {"due_at": moment(GIVEN_UP), "taken_at": now(), "attempts": job["attempts"] + 1}
        with db.writing():
            ours = db.run(Job.update(taken).where(Job.id == job["id"], Job.due_at == job["due_at"]))
        if ours:  # else somebody was quicker
            return {**job, **taken}
    return None


def _next(db: Database, but: Collection[str]) -> Row | None:
    due = Job.select().where(Job.due_at <= now(), Job.attempts < ATTEMPTS)
    with db.reading():
        return db.row((due.where(Job.name.not_in(list(but))) if but else due).order_by(Job.due_at))


def finish(db: Database, id: str) -> None:
    """The job is done."""
    with db.writing():
        db.run(Job.delete().where(Job.id == id))


def note_failure(db: Database, id: str, error: str, *, until: str | None) -> None:
    """The job failed; it is tried again at `until`, or never when that is None."""
    with db.writing():
        db.run(Job.update(error=error, taken_at=None, updated_at=now(), due_at=until).where(Job.id == id))


def show_life(db: Database, consumer_id: str, at: Collection[str]) -> list[Row]:
    """A consumer says that it lives and which jobs it is `at`; the jobs that nobody could finish, which fail for good now."""
    with db.writing():
        if not db.run(JobConsumer.update(updated_at=now()).where(JobConsumer.id == consumer_id)):
            db.run(JobConsumer.insert(id=consumer_id, created_at=now(), updated_at=now()))
        db.run(JobConsumer.delete().where(JobConsumer.updated_at < moment(-GIVEN_UP)))
        db.run(Job.update(due_at=moment(GIVEN_UP)).where(Job.id.in_(list(at)), Job.taken_at.is_null(False)))
        lost = db.rows(Job.select().where(Job.due_at <= now(), Job.attempts >= ATTEMPTS))
        failed = Job.update(error=LOST, taken_at=None, due_at=None, updated_at=now())
        db.run(failed.where(Job.id.in_([job["id"] for job in lost])))
        db.run(Job.delete().where(Job.due_at.is_null(), Job.updated_at < moment(-KEPT)))
    return lost


def leave(db: Database, consumer_id: str, at: Collection[str]) -> None:
    """A consumer goes; others take up at once what it could not finish."""
    with db.writing():
        db.run(JobConsumer.delete().where(JobConsumer.id == consumer_id))
        db.run(Job.update(due_at=now(), taken_at=None).where(Job.id.in_(list(at)), Job.taken_at.is_null(False)))


def pause_after(attempts: int) -> float:
    """Seconds to wait when so many attempts have failed."""
    return FIRST_PAUSE * LONGER ** (attempts - 1)


def moment(seconds: float) -> str:
    """The moment so many seconds from now, as stored."""
    return (datetime.datetime.now(datetime.UTC) + datetime.timedelta(seconds=seconds)).strftime(MOMENT)


# --- for who looks after them ---


def list_jobs(work: Work) -> list[Row]:
    """Every job that is not done: id, name, state (waiting, running or failed), attempts, due_at and error.

    What is in a letter is not shown.
    """
    columns = (Job.id, Job.name, Job.attempts, Job.due_at, Job.taken_at, Job.error, Job.created_at)
    rows = work.db.rows(Job.select(*columns).order_by(Job.created_at))
    return [{**row, "state": _state(row)} for row in rows]


def _state(job: Row) -> str:
    if job["due_at"] is None:
        return "failed"
    return "running" if job["taken_at"] else "waiting"


def retry(work: Work, id: str) -> None:
    """Do a job that failed once more, at once and with all attempts; NotFound, WrongParameter when somebody is at it."""
    if work.get(Job, id)["taken_at"]:
        raise WrongParameter("This job is running.")
    work.update(Job, id.lower(), attempts=0, due_at=now())
    work.jobs.append(id)


def count_running(work: Work) -> int:
    """How many jobs are being done."""
    return work.db.count(Job.select(Job.id).where(Job.taken_at.is_null(False), Job.due_at > now()))


def are_done(work: Work) -> bool:
    """Whether anybody does jobs."""
    return work.exists(JobConsumer, JobConsumer.updated_at >= moment(-GIVEN_UP))
