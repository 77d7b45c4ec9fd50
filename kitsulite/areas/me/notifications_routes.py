"""The caller's notifications and what brings them: subscriptions to tasks (contract 07, 2.5 and 2.6)."""

from typing import Annotated, Any

import msgspec

from kitsulite.access import by_a_person, in_service, person_only, project_access
from kitsulite.areas.entities.withtasks import read_ids
from kitsulite.areas.me import notifications
from kitsulite.areas.tasks import subscriptions
from kitsulite.models import is_uuid
from kitsulite.models.notification_shapes import ROW, VIEW
from kitsulite.web.call import Call
from kitsulite.web.inputs import Id
from kitsulite.web.routing import Route, delete, get, post, put
from kitsulite.work.errors import WrongParameter
from kitsulite.work.periods import read_moment


class Reading(msgspec.Struct):
    read: bool


class Tasks(msgspec.Struct):
    task_ids: Annotated[list[Id], msgspec.Meta(min_length=1)]


# --- notifications ---


def list_notifications(call: Call) -> Any:
    """The caller's latest notifications."""
    wanted = notifications.Wanted(
        after=_moment(call, "after"),
        before=_moment(call, "before"),
        type=call.query.get("type"),
        read=_flag(call, "read"),
        watching=_flag(call, "watching"),
        **read_ids(call.query, ("task_type_id", "task_status_id")),
    )
    return notifications.notifications(call.work, wanted)


def _moment(call: Call, name: str) -> str | None:
    text = call.query.get(name)
    if text is None:
        return None
    if (moment := read_moment(text)) is None:
        raise WrongParameter("Wrong date format for after or before.")
    return moment


def _flag(call: Call, name: str) -> bool | None:
    return call.flag(name) if name in call.query else None


def show_notification(call: Call, notification_id: str) -> Any:
    """One of the caller's notifications."""
    if not is_uuid(notification_id):
        raise WrongParameter(f"Invalid UUID format for notification_id: {notification_id}")
    return notifications.notification(call.work, notification_id)


def mark_notification(call: Call, notification_id: str, body: Reading) -> Any:
    """Say that a notification was read, or is to be read again."""
    return notifications.mark(call.work, notification_id, read=body.read)


def mark_all_read(call: Call) -> Any:
    """Say that all of the caller's notifications were read."""
    notifications.mark_all_read(call.work)
    return {"success": True}


# --- subscriptions ---


def is_subscribed(call: Call, task_id: str) -> bool:
    """Whether the caller follows a task."""
    return subscriptions.is_subscribed(call.work, task_id)


def subscribe(call: Call, task_id: str) -> Any:
    """Follow a task."""
    return subscriptions.subscribe(call.work, [task_id])[0]


def unsubscribe(call: Call, task_id: str) -> None:
    """Follow a task no longer."""
    subscriptions.unsubscribe(call.work, [task_id])


def subscribe_to_many(call: Call, body: Tasks) -> Any:
    """Follow several tasks."""
    return subscriptions.subscribe(call.work, body.task_ids)


def unsubscribe_from_many(call: Call, body: Tasks) -> Any:
    """Follow several tasks no longer."""
    subscriptions.unsubscribe(call.work, body.task_ids)
    return body.task_ids


def is_subscribed_to_sequence(call: Call, sequence_id: str, task_type_id: str) -> bool:
    """Whether the caller follows a task type in a sequence."""
    return subscriptions.is_subscribed_to_sequence(call.work, sequence_id, task_type_id)


def subscribe_to_sequence(call: Call, sequence_id: str, task_type_id: str) -> Any:
    """Follow a task type in a sequence."""
    return subscriptions.subscribe_to_sequence(call.work, sequence_id, task_type_id)


def unsubscribe_from_sequence(call: Call, sequence_id: str, task_type_id: str) -> None:
    """Follow a task type in a sequence no longer."""
    subscriptions.unsubscribe_from_sequence(call.work, sequence_id, task_type_id)


def list_followed_sequences(call: Call, project_id: str, task_type_id: str) -> Any:
    """The sequences of a project in which the caller follows a task type."""
    return subscriptions.followed_sequences(call.work, project_id, task_type_id)


in_reach = by_a_person(in_service("who has access to the task"))
sequence_in_reach = by_a_person(in_service("in the team of the sequence's project; vendors with a task on it"))
ONE = "/data/user/notifications/{notification_id}"
TASK = "/actions/user/tasks/{task_id}"
IN_SEQUENCE = "sequences/{sequence_id}/task-types/{task_type_id}"
ROUTES: list[Route] = [
    get("/data/user/notifications", person_only, list_notifications, gives=[VIEW]),
    get(ONE, person_only, show_notification, gives=VIEW),
    put(ONE, person_only, mark_notification, takes=Reading, gives=ROW),
    post("/actions/user/notifications/mark-all-as-read", person_only, mark_all_read),
    get("/data/user/tasks/{task_id}/subscribed", in_reach, is_subscribed, gives=bool),
    post(f"{TASK}/subscribe", in_reach, subscribe, gives=subscriptions.ROW, status=201),
    delete(f"{TASK}/unsubscribe", in_reach, unsubscribe),
    post(
        "/actions/user/tasks/subscribe",
        in_reach,
        subscribe_to_many,
        takes=Tasks,
        gives=[subscriptions.ROW],
        status=201,
    ),
    post("/actions/user/tasks/unsubscribe", in_reach, unsubscribe_from_many, takes=Tasks, gives=[str]),
    get(f"/data/user/{IN_SEQUENCE}/subscribed", sequence_in_reach, is_subscribed_to_sequence, gives=bool),
    get(
        "/data/user/entities/{sequence_id}/task-types/{task_type_id}/subscribed",
        sequence_in_reach,
        is_subscribed_to_sequence,
        gives=bool,
    ),
    post(
        f"/actions/user/{IN_SEQUENCE}/subscribe",
        sequence_in_reach,
        subscribe_to_sequence,
        gives=subscriptions.ROW,
        status=201,
    ),
    delete(f"/actions/user/{IN_SEQUENCE}/unsubscribe", sequence_in_reach, unsubscribe_from_sequence),
    get(
        "/data/user/projects/{project_id}/task-types/{task_type_id}/sequence-subscriptions",
        by_a_person(project_access),
        list_followed_sequences,
        gives=[str],
    ),
]
