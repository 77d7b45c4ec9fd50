"""Who follows which task without doing it (docs/api/tasks.md)."""

import peewee

from kitsulite.models.entities import Entity
from kitsulite.models.productions import Project
from kitsulite.models.reviews import Subscription
from kitsulite.models.shapes import Raw, Shape, many
from kitsulite.models.tasks import Task, TaskType
from kitsulite.storage import Row
from kitsulite.work.work import Work

ROW = Shape(Subscription)


def list_of_project(work: Work, project_id: str) -> Raw:
    """The subscriptions to tasks of a project."""
    tasks = Task.select(Task.id).where(Task.project_id == work.get(Project, project_id)["id"])
    return many(work.db, ROW.select(work.db).where(Subscription.task_id.in_(tasks)).order_by(Subscription.created_at))


# --- tasks ---


def is_subscribed(work: Work, task: Row) -> bool:
    """Whether the caller follows a task."""
    return work.exists(Subscription, _to_tasks(work, [task]))


def subscribe(work: Work, task: Row) -> Raw:
    """Let the caller follow a task; the subscription, as it stands where there is one."""
    return subscribe_to_all(work, [task])[0]


def subscribe_to_all(work: Work, rows: list[Row]) -> list[Raw]:
    """Let the caller follow tasks; the subscriptions in the order of the tasks, as they stand where there are some."""
    values = [{"person_id": work.caller.id, "task_id": task["id"]} for task in rows]
    work.db.run(Subscription.insert_many(values).on_conflict_ignore())
    found = dict(work.db.tuples(ROW.select(work.db, Subscription.task_id).where(_to_tasks(work, rows))))
    return [Raw(found[task["id"]]) for task in rows]


def unsubscribe(work: Work, task: Row) -> None:
    """Let the caller follow a task no longer, whether they did or not."""
    work.delete(Subscription, _to_tasks(work, [task]))


def unsubscribe_from_all(work: Work, rows: list[Row]) -> None:
    """Let the caller follow tasks no longer, whether they did or not."""
    work.delete(Subscription, _to_tasks(work, rows))


def _to_tasks(work: Work, rows: list[Row]) -> peewee.Node:
    """The caller's subscriptions to these tasks (a condition)."""
    return (Subscription.person_id == work.caller.id) & Subscription.task_id.in_([task["id"] for task in rows])


# --- sequences: all tasks of a type on the shots of one ---


def is_subscribed_to_sequence(work: Work, sequence: Row, task_type_id: str) -> bool:
    """Whether the caller follows a task type in a sequence."""
    return work.exists(Subscription, _to_sequence(work, sequence, task_type_id))


def subscribe_to_sequence(work: Work, sequence: Row, task_type_id: str) -> Raw:
    """Let the caller follow a task type in a sequence; the subscription, as it stands when there is one."""
    to_sequence = _to_sequence(work, sequence, task_type_id)
    values = {"person_id": work.caller.id, "entity_id": sequence["id"], "task_type_id": task_type_id}
    work.db.run(Subscription.insert(values).on_conflict_ignore())
    return work.one(ROW.select(work.db).where(to_sequence))


def unsubscribe_from_sequence(work: Work, sequence: Row, task_type_id: str) -> None:
    """Let the caller follow a task type in a sequence no longer, whether they did or not."""
    work.delete(Subscription, _to_sequence(work, sequence, task_type_id))


def followed_sequences(work: Work, project_id: str, task_type_id: str) -> list[str]:
    """The sequences of a project in which the caller follows a task type."""
    sequences = Entity.select(Entity.id).where(Entity.project_id == project_id)
    query = Subscription.select(Subscription.entity_id).where(
        Subscription.person_id == work.caller.id,
        Subscription.task_type_id == work.get(TaskType, task_type_id)["id"],
        Subscription.entity_id.in_(sequences),
    )
    return work.db.values(query.order_by(Subscription.created_at))


def _to_sequence(work: Work, sequence: Row, task_type_id: str) -> peewee.Node:
    """The caller's subscription to a task type in a sequence (a condition)."""
    return (
        (Subscription.person_id == work.caller.id)
        & (Subscription.entity_id == sequence["id"])
        & (Subscription.task_type_id == work.get(TaskType, task_type_id)["id"])
    )
