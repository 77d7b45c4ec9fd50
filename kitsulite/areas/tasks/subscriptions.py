"""Who follows which task without doing it (contract 05, 7 and 07, 2.6)."""

from collections.abc import Sequence

import peewee

from kitsulite import access
from kitsulite.areas.entities.kinds import SEQUENCE, get_of_kind
from kitsulite.models import is_uuid
from kitsulite.models.entities import Entity
from kitsulite.models.productions import Project
from kitsulite.models.reviews import Subscription
from kitsulite.models.shapes import Raw, Shape, many, one
from kitsulite.models.tasks import Task, TaskType
from kitsulite.work.errors import NotFound
from kitsulite.work.work import Work

ROW = Shape(Subscription)


def list_of_project(work: Work, project_id: str) -> Raw:
    """The subscriptions to tasks of a project."""
    tasks = Task.select(Task.id).where(Task.project_id == work.get(Project, project_id)["id"])
    return many(work.db, ROW.select(work.db).where(Subscription.task_id.in_(tasks)).order_by(Subscription.created_at))


# --- tasks ---


def is_subscribed(work: Work, task_id: str) -> bool:
    """Whether the caller follows a task."""
    return work.exists(Subscription, _to_tasks(work, [task_id]))


def subscribe(work: Work, task_ids: Sequence[str]) -> list[Raw]:
    """Let the caller follow tasks; the subscriptions in the order of the tasks, as they stand where there are some."""
    to_tasks = _to_tasks(work, task_ids)
    rows = [{"person_id": work.caller.id, "task_id": id} for id in task_ids]
    work.db.run(Subscription.insert_many(rows).on_conflict_ignore())
    found = dict(work.db.tuples(ROW.select(work.db, Subscription.task_id).where(to_tasks)))
    return [Raw(found[row["task_id"]]) for row in rows]


def unsubscribe(work: Work, task_ids: Sequence[str]) -> None:
    """Let the caller follow tasks no longer, whether they did or not."""
    work.delete(Subscription, _to_tasks(work, task_ids))


def _to_tasks(work: Work, task_ids: Sequence[str]) -> peewee.Node:
    """The caller's subscriptions to these tasks (a condition). NotFound and Forbidden for tasks that are not theirs to see."""
    tasks = work.db.rows(Task.select().where(Task.id.in_([id for id in task_ids if is_uuid(id)])))
    if {task["id"] for task in tasks} != set(task_ids):
        raise NotFound
    access.require(all(access.has_task_access(work, task) for task in tasks))
    return (Subscription.person_id == work.caller.id) & Subscription.task_id.in_(task_ids)


# --- sequences: all tasks of a type on the shots of one ---


def is_subscribed_to_sequence(work: Work, sequence_id: str, task_type_id: str) -> bool:
    """Whether the caller follows a task type in a sequence."""
    return work.exists(Subscription, _to_sequence(work, sequence_id, task_type_id))


def subscribe_to_sequence(work: Work, sequence_id: str, task_type_id: str) -> Raw:
    """Let the caller follow a task type in a sequence; the subscription, as it stands when there is one."""
    to_sequence = _to_sequence(work, sequence_id, task_type_id)
    row = {"person_id": work.caller.id, "entity_id": sequence_id, "task_type_id": task_type_id}
    work.db.run(Subscription.insert(row).on_conflict_ignore())
    found = one(work.db, ROW.select(work.db).where(to_sequence))
    assert found
    return found


def unsubscribe_from_sequence(work: Work, sequence_id: str, task_type_id: str) -> None:
    """Let the caller follow a task type in a sequence no longer, whether they did or not."""
    work.delete(Subscription, _to_sequence(work, sequence_id, task_type_id))


def followed_sequences(work: Work, project_id: str, task_type_id: str) -> list[str]:
    """The sequences of a project in which the caller follows a task type."""
    sequences = Entity.select(Entity.id).where(Entity.project_id == project_id)
    query = Subscription.select(Subscription.entity_id).where(
        Subscription.person_id == work.caller.id,
        Subscription.task_type_id == work.get(TaskType, task_type_id)["id"],
        Subscription.entity_id.in_(sequences),
    )
    return work.db.values(query.order_by(Subscription.created_at))


def _to_sequence(work: Work, sequence_id: str, task_type_id: str) -> peewee.Node:
    """The caller's subscription to a task type in a sequence (a condition). NotFound and Forbidden as for tasks."""
    sequence, task_type = get_of_kind(work, SEQUENCE, sequence_id), work.get(TaskType, task_type_id)
    access.require_entity_access(work, sequence)
    return (
        (Subscription.person_id == work.caller.id)
        & (Subscription.entity_id == sequence["id"])
        & (Subscription.task_type_id == task_type["id"])
    )
