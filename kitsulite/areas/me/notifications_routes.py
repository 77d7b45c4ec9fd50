"""The caller's notifications and what brings them: subscriptions to tasks."""

from typing import Annotated, Any

import msgspec

from kitsulite.access.callers import by_a_person, person_only, project_access
from kitsulite.access.entities import has_entity_access
from kitsulite.access.rules import entity, every, row
from kitsulite.access.tasks import has_task_access
from kitsulite.areas.entities.withtasks import read_ids
from kitsulite.areas.me import notifications
from kitsulite.areas.tasks import subscriptions
from kitsulite.models import is_uuid
from kitsulite.models.notification_shapes import ROW, VIEW
from kitsulite.models.tasks import Task
from kitsulite.storage import Row
from kitsulite.web.inputs import Id
from kitsulite.web.routing import Route, delete, get, post, put
from kitsulite.work.errors import WrongParameter
from kitsulite.work.kinds import SEQUENCE
from kitsulite.work.periods import read_moment
from kitsulite.work.work import Work


class Reading(msgspec.Struct):
    read: bool


class TasksToFollow(msgspec.Struct):
    task_ids: Annotated[list[Id], msgspec.Meta(min_length=1)]


# --- notifications ---


class Wanted(msgspec.Struct):
    """Which notifications are listed."""

    after: str | None = None
    before: str | None = None
    type: str | None = None
    read: bool | None = None
    watching: bool | None = None
    task_type_id: str | None = None
    task_status_id: str | None = None


def list_notifications(work: Work, asked: Wanted) -> Any:
    """The caller's latest notifications."""
    values = {name: value for name, value in msgspec.structs.asdict(asked).items() if value is not None}
    values |= {name: _moment(values[name]) for name in ("after", "before") if name in values}
    values |= read_ids(values, ("task_type_id", "task_status_id"))
    return notifications.notifications(work, notifications.Wanted(**values))


def _moment(text: str) -> str:
    if (moment := read_moment(text)) is None:
        raise WrongParameter("Wrong date format for after or before.")
    return moment


def show_notification(work: Work, notification_id: str) -> Any:
    """One of the caller's notifications."""
    if not is_uuid(notification_id):
        raise WrongParameter(f"Invalid UUID format for notification_id: {notification_id}")
    return notifications.notification(work, notification_id)


def mark_all_read(work: Work) -> Any:
    """Say that all of the caller's notifications were read."""
    notifications.mark_all_read(work)
    return {"success": True}


# --- subscriptions ---


def unsubscribe_from_many(work: Work, rows: list[Row], task_ids: list[str]) -> Any:
    """Follow several tasks no longer."""
    subscriptions.unsubscribe_from_all(work, rows)
    return task_ids


def get_task(work: Work, id: str) -> Row:
    return work.get(Task, id)


in_reach = by_a_person(row(Task, has_task_access))
all_in_reach = by_a_person(every(Task, has_task_access, key="task_ids", found=get_task))
sequence_in_reach = by_a_person(entity(SEQUENCE, has_entity_access))
ONE = "/data/user/notifications/{notification_id}"
TASK = "/actions/user/tasks/{task_id}"
IN_SEQUENCE = "sequences/{sequence_id}/task-types/{task_type_id}"
ROUTES: list[Route] = [
    get("/data/user/notifications", person_only, list_notifications, query=Wanted, gives=[VIEW]),
    get(ONE, person_only, show_notification, gives=VIEW),
    put(
        ONE,
        person_only,
        notifications.mark,
        title="Say that a notification was read, or is to be read again",
        takes=Reading,
        gives=ROW,
    ),
    post("/actions/user/notifications/mark-all-as-read", person_only, mark_all_read, gives={"success": bool}),
    get("/data/user/tasks/{task_id}/subscribed", in_reach, subscriptions.is_subscribed, gives=bool),
    post(f"{TASK}/subscribe", in_reach, subscriptions.subscribe, gives=subscriptions.ROW, status=201),
    delete(f"{TASK}/unsubscribe", in_reach, subscriptions.unsubscribe),
    post(
        "/actions/user/tasks/subscribe",
        all_in_reach,
        subscriptions.subscribe_to_all,
        takes=TasksToFollow,
        gives=[subscriptions.ROW],
        status=201,
    ),
    post("/actions/user/tasks/unsubscribe", all_in_reach, unsubscribe_from_many, takes=TasksToFollow, gives=[str]),
    get(f"/data/user/{IN_SEQUENCE}/subscribed", sequence_in_reach, subscriptions.is_subscribed_to_sequence, gives=bool),
    get(
        "/data/user/entities/{sequence_id}/task-types/{task_type_id}/subscribed",
        sequence_in_reach,
        subscriptions.is_subscribed_to_sequence,
        gives=bool,
    ),
    post(
        f"/actions/user/{IN_SEQUENCE}/subscribe",
        sequence_in_reach,
        subscriptions.subscribe_to_sequence,
        gives=subscriptions.ROW,
        status=201,
    ),
    delete(f"/actions/user/{IN_SEQUENCE}/unsubscribe", sequence_in_reach, subscriptions.unsubscribe_from_sequence),
    get(
        "/data/user/projects/{project_id}/task-types/{task_type_id}/sequence-subscriptions",
        by_a_person(project_access),
        subscriptions.followed_sequences,
        gives=[str],
    ),
]
