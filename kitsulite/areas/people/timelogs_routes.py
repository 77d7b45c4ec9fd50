"""The time that was spent on a task."""

from typing import Annotated

import msgspec

from kitsulite.access.roles import require
from kitsulite.access.rules import Asked, Given, Rule, name_of, row
from kitsulite.access.tasks import accepts_bots, may_log_time, may_see_time
from kitsulite.areas.people import timelogs
from kitsulite.areas.people.timespents import ROW
from kitsulite.models.people import Person
from kitsulite.models.tasks import Task
from kitsulite.web.routing import Mapped, Route, delete, get, post
from kitsulite.work.work import Work


class Duration(msgspec.Struct):
    duration: Annotated[float, msgspec.Meta(gt=0)]


def _may_log(work: Work, asked: Asked) -> Given:
    task, person = work.get(Task, asked.path["task_id"]), work.get(Person, asked.path["person_id"])
    require(accepts_bots(work, person, task["project_id"]) and may_log_time(work, task, person["id"]))
    return {"task": task, "person": person}


time_log = Rule(name_of(may_log_time), _may_log, hands=("task", "person"), asks=(may_log_time,))
seen = row(Task, may_see_time)
of_day = "/actions/tasks/{task_id}/time-spents/{date}"
of_person = of_day + "/persons/{person_id}"
ROUTES: list[Route] = [
    post(of_person, time_log, timelogs.set_time, takes=Duration, gives=ROW, status=201),
    post(of_person + "/add", time_log, timelogs.add_time, takes=Duration, gives=ROW, status=201),
    delete(of_person, time_log, timelogs.forget_time, gives=ROW, status=201),
    get("/actions/tasks/{task_id}/time-spents", seen, timelogs.time_of_task, gives=Mapped([ROW], {"total": float})),
    get(of_day, seen, timelogs.time_of_task, gives=Mapped([ROW], {"total": float})),
]
