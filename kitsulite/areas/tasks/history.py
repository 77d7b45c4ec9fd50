"""What a task's comments make of it: its status, its dates, how often it was retaken (docs/api/tasks.md).

One rule, `advance`, says what a comment does. A new comment is one step of it; where the past changed (a comment deleted,
moved, backdated or given another status) the whole history is walked anew, by the same steps. So posting and replaying
agree, whatever the order in which things were said.
"""

from collections.abc import Iterable
from typing import Any

from peewee import fn

from kitsulite.areas.tasks.statuses import default_status
from kitsulite.models.entities import Entity
from kitsulite.models.people import TimeSpent
from kitsulite.models.reviews import Comment
from kitsulite.models.tasks import Task, TaskStatus
from kitsulite.storage import Row
from kitsulite.work import kinds
from kitsulite.work.work import Work

SECOND = len("2026-01-01T00:00:00")


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

    Only a change of status moves the dates: the first start of work; the last handing in, until work is asked for
    again; the day it was done, while it is. Each retake that is entered counts.
    """
    after = {**task, "task_status_id": status["id"], "last_comment_date": moment}
    if task["task_status_id"] == status["id"]:
        return after
    after["done_date"] = moment if status["is_done"] else None
    if status["is_retake"]:
        after["retake_count"] = (task["retake_count"] or 0) + 1
    if status["is_wip"] and not task["real_start_date"]:
        after["real_start_date"] = moment
    if status["is_feedback_request"]:
        after["end_date"] = moment
    elif not status["is_done"]:
        after["end_date"] = None
    return after


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
    fields = untouched(default_status(work, for_concept=is_of_concept(work, task))["id"])
    for status, moment in _said(work, task["id"]):
        fields = advance(fields, status, moment)
    work.update(Task, task["id"], **fields)
    recompute_duration(work, task["id"])
    return work.get(Task, task["id"])


def recompute_duration(work: Work, task_id: str) -> None:
    """Make a task's duration the sum of what was spent on it, and tell of it."""
    task = work.get(Task, task_id)
    spent = work.db.value(TimeSpent.select(fn.SUM(TimeSpent.duration)).where(TimeSpent.task_id == task_id))
    work.update(Task, task_id, duration=spent or 0.0)
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
