"""The time that was spent on a task (contract 05, 5.5)."""

from typing import Annotated

import msgspec

from kitsulite.access import task_access, time_log
from kitsulite.areas.people import timelogs
from kitsulite.areas.people.timespents import ROW
from kitsulite.web.call import Call
from kitsulite.web.routing import Route, delete, get, post


class Duration(msgspec.Struct):
    duration: Annotated[float, msgspec.Meta(gt=0)]


def set_time(call: Call, task_id: str, date: str, person_id: str, body: Duration) -> object:
    """Say how many minutes somebody spent on a task in a day."""
    return timelogs.log_time(call.work, task_id, person_id, date, body.duration)


def add_time(call: Call, task_id: str, date: str, person_id: str, body: Duration) -> object:
    """Add minutes to what somebody spent on a task in a day."""
    return timelogs.log_time(call.work, task_id, person_id, date, body.duration, add=True)


def delete_time(call: Call, task_id: str, date: str, person_id: str) -> object:
    """Take away what somebody spent on a task in a day."""
    return timelogs.forget_time(call.work, task_id, person_id, date)


def get_time(call: Call, task_id: str, date: str | None = None) -> object:
    """What was spent on a task, perhaps in one day, person by person."""
    return timelogs.time_of_task(call.work, task_id, date)


of_day = "/actions/tasks/{task_id}/time-spents/{date}"
of_person = of_day + "/persons/{person_id}"
ROUTES: list[Route] = [
    post(of_person, time_log, set_time, takes=Duration, gives=ROW, status=201),
    post(of_person + "/add", time_log, add_time, takes=Duration, gives=ROW, status=201),
    delete(of_person, time_log, delete_time, gives=ROW, status=201),
    get("/actions/tasks/{task_id}/time-spents", task_access, get_time),
    get(of_day, task_access, get_time),
]
