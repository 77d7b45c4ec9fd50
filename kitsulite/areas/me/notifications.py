"""The caller's notifications, as the bell shows them (docs/api/me.md). `areas/telling/notifications.py` writes them."""

from dataclasses import dataclass

import peewee

from kitsulite.access.hearing import shown_notifications, shown_to_crew
from kitsulite.access.projects import is_all_crew
from kitsulite.models.notification_shapes import ROW, select_views
from kitsulite.models.reviews import Notification, Subscription
from kitsulite.models.shapes import Raw, many
from kitsulite.models.tasks import Task
from kitsulite.storage import Row, Statement
from kitsulite.work.errors import NotFound
from kitsulite.work.work import Work

MOST = 100
UNREAD_OF_CREW = Statement(
    lambda person_id: Notification.select(peewee.fn.COUNT(Notification.id)).where(
        Notification.person_id == person_id, *shown_to_crew(person_id), ~Notification.read
    )
)


@dataclass(frozen=True)
class Wanted:
    """Which notifications.

    after, before    moments, not included
    task_status_id   the status that the task has now
    type             comment, mention and so on
    watching         of tasks that the caller is subscribed to, or only of others
    """

    after: str | None = None
    before: str | None = None
    task_type_id: str | None = None
    task_status_id: str | None = None
    type: str | None = None
    read: bool | None = None
    watching: bool | None = None


def notifications(work: Work, wanted: Wanted) -> Raw:
    """The caller's latest notifications, a hundred at most."""
    latest = (Notification.created_at.desc(), Notification.id)
    cut = Notification.select(Notification.id).where(*_shown(work), *_conditions(work, wanted))
    ids = work.db.values(cut.order_by(*latest).limit(MOST))  # else PostgreSQL joins all before it cuts
    return many(work.db, select_views(work.db).where(Notification.id.in_(ids)).order_by(*latest))


def notification(work: Work, notification_id: str) -> Raw:
    """One of the caller's notifications; NotFound for those of others."""
    row = _get_own(work, notification_id)
    return work.one(select_views(work.db).where(Notification.id == row["id"]))


def mark(work: Work, notification_id: str, *, read: bool) -> Raw:
    """Say that a notification was read, or is to be read again; its row."""
    row = _get_own(work, notification_id)
    work.update(Notification, row["id"], read=read)
    ids = {"person_id": work.caller.id, "notification_id": row["id"]}
    work.emit(f"notification:{'read' if read else 'unread'}", ids)
    return work.show(ROW, row["id"])


def mark_all_read(work: Work) -> None:
    """Say that all notifications of the caller were read; with an API key that is kept to productions, those of these."""
    wanted = [_own(work)] if work.caller.scope.projects is None else _shown(work)
    work.db.run(Notification.update(read=True).where(*wanted, ~Notification.read))
    work.emit("notification:all-read", {"person_id": work.caller.id})


def count_unread(work: Work) -> int:
    """How many notifications the caller has still to read."""
    if is_all_crew(work):
        return int(work.db.ask_value(UNREAD_OF_CREW, work.caller.id))
    return work.db.count(Notification.select(Notification.id).where(*_shown(work), ~Notification.read))


def _own(work: Work) -> peewee.Node:
    return Notification.person_id == work.caller.id


def _shown(work: Work) -> list[peewee.Node]:
    return [_own(work), *shown_notifications(work)]


def _get_own(work: Work, notification_id: str) -> Row:
    row = work.get(Notification, notification_id)
    if not work.exists(Notification, Notification.id == row["id"], *_shown(work)):
        raise NotFound
    return row


def _conditions(work: Work, wanted: Wanted) -> list[peewee.Node]:
    conditions = []
    if wanted.after is not None:
        conditions.append(Notification.created_at > wanted.after)
    if wanted.before is not None:
        conditions.append(Notification.created_at < wanted.before)
    if wanted.type is not None:
        conditions.append(Notification.type == wanted.type)
    if wanted.read is not None:
        conditions.append(Notification.read == wanted.read)
    for column, id in ((Task.task_type_id, wanted.task_type_id), (Task.task_status_id, wanted.task_status_id)):
        if id is not None:
            conditions.append(Notification.task_id.in_(Task.select(Task.id).where(column == id)))
    if wanted.watching is not None:
        watched = Subscription.task_id.is_null(False) & (Subscription.person_id == work.caller.id)
        tasks = Subscription.select(Subscription.task_id).where(watched)
        is_watched = peewee.fn.COALESCE(Notification.task_id.in_(tasks), False)
        conditions.append(is_watched == wanted.watching)
    return conditions
