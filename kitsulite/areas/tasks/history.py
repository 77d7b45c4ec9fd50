"""What a task's comments make of it: its status, its dates, how often it was retaken (docs/api/tasks.md).

One rule, `advance`, says what a comment does. A new comment is one step of it; where the past changed (a comment deleted,
moved, backdated or given another status) the whole history is walked anew, by the same steps. So posting and replaying
agree, whatever the order in which things were said.
"""

import datetime
from collections.abc import Iterable
from typing import Any

from peewee import fn

from kitsulite.areas.tasks.statuses import default_status
from kitsulite.models import now
from kitsulite.models.entities import Entity
from kitsulite.models.fields import MOMENT
from kitsulite.models.people import TimeSpent
from kitsulite.models.reviews import Comment
from kitsulite.models.tasks import Task, TaskStatus
from kitsulite.storage import Row, Statement
from kitsulite.work import kinds
from kitsulite.work.work import Work

SECOND = len("2026-01-01T00:00:00")
A_BIT = datetime.timedelta(microseconds=1)
CLOCK_IS_SET = datetime.timedelta(days=1)
"""By how much clocks are set back, at the most."""


def untouched(status_id: str) -> Row:
    """The derived fields of a task that nobody spoke about yet."""
    return {
        "task_status_id": status_id,
        "retake_count": 0,
        "real_start_date": None,
        "end_date": None,
        "done_date": None,
        "last_comment_date": None,
    }


def advance(task: Row, status: Row, moment: str) -> Row:
    """What a comment with a status, said at a moment, makes of the derived fields of a task.

    The first start of work and the first handing in stay as they are, whatever follows. Only a change of status moves the
    rest: the day on which the task was done, while it is, and the count of the retakes entered.
    """
    after = {**task, "task_status_id": status["id"], "last_comment_date": moment}
    if status["is_wip"]:
        after["real_start_date"] = task["real_start_date"] or moment
    if status["is_feedback_request"]:
        after["end_date"] = task["end_date"] or moment
    if task["task_status_id"] == status["id"]:
        return after
    after["done_date"] = moment if status["is_done"] else None
    if status["is_retake"]:
        after["retake_count"] = (task["retake_count"] or 0) + 1
    return after


LATEST = Statement(
    lambda task_id, since, until: Comment.select(fn.MAX(Comment.created_at).alias("latest")).where(
        Comment.object_id == task_id, Comment.created_at >= since, Comment.created_at <= until
    )
)


def next_moment(work: Work, task_id: str, said: str | None) -> str:
    """When a new comment is made, so that walking a task's comments by their dates meets them as they were posted.

    said  the moment that somebody gave it, None for the present

    What is told to the second is ordered within it as it comes. The present comes after what was said before, even when the
    clock was set back since; but not after what somebody dated days ahead.
    """
    moment = said or now()
    second = moment[:SECOND]
    until = f"{second}.999999" if said else _shifted(moment, CLOCK_IS_SET)
    [found] = work.db.ask(LATEST, task_id, second, until)
    latest = found["latest"]
    return _shifted(latest, A_BIT) if latest is not None and latest >= moment else moment


def _shifted(moment: str, span: datetime.timedelta) -> str:
    return (datetime.datetime.fromisoformat(moment) + span).strftime(MOMENT)


def record(work: Work, task: Row, comment: Row, status: Row) -> bool:
    """Take in a comment that was just made; whether it changed the task's status.

    To the second, a comment as old as the last one is the newest; an older one only changes how the past reads.
    """
    last = task["last_comment_date"]
    if last is not None and comment["created_at"][:SECOND] < last[:SECOND]:
        replay(work, task)
        return False
    work.update(Task, task["id"], **advance(_derived(task), status, comment["created_at"]))
    work.emit("task:update", {"task_id": task["id"]}, task["project_id"])
    if task["task_status_id"] == status["id"]:
        return False
    announce_change(work, task, status["id"], comment["person_id"])
    if status["is_feedback_request"]:
        work.emit("task:to-review", _change(task, status["id"], comment["person_id"], comment), task["project_id"])
    return True


def replay(work: Work, task: Row) -> Row:
    """Derive a task anew from all of its comments; the task as it is then."""
    work.update(Task, task["id"], **_walked(work, task))
    recompute_duration(work, task["id"])
    return work.get(Task, task["id"])


def mend(work: Work, task: Row) -> bool:
    """Derive a task anew, and what was spent on it; whether that is another than what stood there. Of what was right nothing is told."""
    derived = {**_walked(work, task), "duration": _spent(work, task["id"])}
    if all(task[name] == value for name, value in derived.items()):
        return False
    work.update(Task, task["id"], **derived)
    work.emit("task:update", {"task_id": task["id"]}, task["project_id"])
    return True


def _walked(work: Work, task: Row) -> Row:
    fields = untouched(default_status(work, for_concept=is_of_concept(work, task))["id"])
    for status, moment in _said(work, task["id"]):
        fields = advance(fields, status, moment)
    return fields


def _spent(work: Work, task_id: str) -> float:
    return work.db.value(TimeSpent.select(fn.SUM(TimeSpent.duration)).where(TimeSpent.task_id == task_id)) or 0.0


def recompute_duration(work: Work, task_id: str) -> None:
    """Make a task's duration the sum of what was spent on it, and tell of it."""
    task = work.get(Task, task_id)
    work.update(Task, task_id, duration=_spent(work, task_id))
    work.emit("task:update", {"task_id": task_id}, task["project_id"])


def replay_and_announce(work: Work, task: Row, author_id: str) -> Row:
    """`replay`, and tell when that moved the status: by the comment of `author_id`."""
    after = replay(work, task)
    if after["task_status_id"] != task["task_status_id"]:
        announce_change(work, task, after["task_status_id"], author_id)
    return after


def announce_change(work: Work, task: Row, status_id: str, author_id: str) -> None:
    """Tell that a task left its status for another."""
    work.emit("task:status-changed", _change(task, status_id, author_id), task["project_id"])


def is_of_concept(work: Work, task: Row) -> bool:
    """Whether a task's entity is a concept: those have statuses of their own and make no news."""
    return kinds.kind_of(work, work.get(Entity, task["entity_id"])) is kinds.CONCEPT


def _said(work: Work, task_id: str) -> Iterable[tuple[Row, str]]:
    """The statuses that were given to a task, and when, oldest first."""
    query = (
        Comment.select(Comment.created_at.alias("said_at"), TaskStatus)
        .join(TaskStatus, on=Comment.task_status_id == TaskStatus.id)
        .where(Comment.object_id == task_id)
        .order_by(Comment.created_at, work.db.creation_order(Comment))
    )
    return ((row, row["said_at"]) for row in work.db.rows(query))


def _derived(task: Row) -> Row:
    return {key: task[key] for key in untouched("")}


def _change(task: Row, status_id: str, author_id: str, comment: Row | None = None) -> dict[str, Any]:
    change = {
        "task_id": task["id"],
        "new_task_status_id": status_id,
        "previous_task_status_id": task["task_status_id"],
        "person_id": author_id,
    }
    return change if comment is None else {**change, "comment_id": comment["id"]}
