"""A production's calendar: time, days off, milestones, schedule items and versions (docs/api/productions.md)."""

from collections.abc import Callable
from typing import Any

import msgspec

from kitsulite.access.rules import (
    CREW,
    MANAGING,
    NO_VENDOR,
    project,
    project_access,
    project_manager,
    project_supervisor,
    row,
)
from kitsulite.areas.productions import schedules, scheduleversions
from kitsulite.areas.productions.schedules import OBJECTS, Objects
from kitsulite.models import is_uuid
from kitsulite.models.schedules import ProductionScheduleVersion
from kitsulite.storage import Row
from kitsulite.web.call import Call
from kitsulite.web.inputs import Text
from kitsulite.web.routing import Route, get, post
from kitsulite.work.errors import WrongParameter
from kitsulite.work.periods import read_range


class Source(msgspec.Struct):
    """The version to copy from."""

    production_schedule_version_id: Text


def list_time_spents(call: Call, project_id: str) -> Any:
    """All time noted on a production."""
    return schedules.time_spents(call.work, project_id)


def list_time_spents_of_task_type(call: Call, project_id: str, task_type_id: str) -> Any:
    """The time noted on the tasks of a type, person by person."""
    bounds = read_range(call.query.get("start_date"), call.query.get("end_date"))
    return schedules.time_spents_of_task_type(call.work, project_id, read_id(task_type_id), *bounds)


def list_days_off(call: Call, project_id: str) -> Any:
    """The days off of a team, person by person."""
    bounds = read_range(call.query.get("start_date"), call.query.get("end_date"))
    return schedules.days_off(call.work, project_id, *bounds)


def list_milestones(call: Call, project_id: str) -> Any:
    """The milestones of a production."""
    return schedules.milestones(call.work, project_id)


def list_items(call: Call, project_id: str) -> Any:
    """The schedule items of a production."""
    return schedules.stored_items(call.work, project_id)


def list_task_type_items(call: Call, project_id: str) -> Any:
    """When the work of each task type is planned; what is not planned yet is planned from today."""
    return schedules.task_type_items(call.work, project_id)


def _list_object_items(objects: Objects) -> Callable[..., Any]:
    def list_object_items(call: Call, project_id: str, task_type_id: str) -> Any:
        episode_id = call.query.get("episode_id") or None
        return schedules.object_items(
            call.work, objects, project_id, read_id(task_type_id), read_id(episode_id) if episode_id else None
        )

    list_object_items.__doc__ = f"When the work of a task type on each of the {objects.path} is planned."
    return list_object_items


def list_task_links(call: Call, version: Row) -> Any:
    """What a version of the schedule says of each task."""
    return scheduleversions.task_links(
        call.work,
        version,
        call.query.get("task_type_id"),
        relations=call.flag("relations"),
    )


def take_from_production(call: Call, version: Row) -> Any:
    """Remember the production's schedule as it is now."""
    count = scheduleversions.take_from_production(call.work, version)
    return {"success": True, "task_link_count": count}


def take_from_version(call: Call, version: Row, body: Source) -> Any:
    """Remember what another version says."""
    count = scheduleversions.take_from_version(call.work, version, body.production_schedule_version_id)
    return {"success": True, "task_link_count": count}


def apply_to_production(call: Call, version: Row) -> Any:
    """Plan the production as a version says."""
    return {"success": True, "task_count": scheduleversions.apply(call.work, version)}


def read_id(text: str) -> str:
    if not is_uuid(text):
        raise WrongParameter("Wrong UUID format.")
    return text.lower()


OF_PROJECT = "/data/projects/{project_id}"
ITEMS = f"{OF_PROJECT}/schedule-items"
VERSION = "/data/production-schedule-versions/{production_schedule_version_id}"
ACTIONS = "/actions/production-schedule-versions/{production_schedule_version_id}"
crew = project(CREW)
no_vendor = project(NO_VENDOR)
managed = row(ProductionScheduleVersion, MANAGING, hands="version")

ROUTES: list[Route] = [
    get(f"{OF_PROJECT}/time-spents", project_supervisor, list_time_spents, gives=[schedules.TIME_SPENT]),
    get(f"{OF_PROJECT}/task-types/{{task_type_id}}/time-spents", project_manager, list_time_spents_of_task_type),
    get(f"{OF_PROJECT}/day-offs", crew, list_days_off),
    get(f"{OF_PROJECT}/milestones", project_access, list_milestones, gives=[schedules.MILESTONE]),
    get(ITEMS, no_vendor, list_items, gives=[schedules.STORED_ITEM]),
    get(f"{ITEMS}/task-types", no_vendor, list_task_type_items, gives=[schedules.ITEM], writes=True),
    *(
        get(f"{ITEMS}/{{task_type_id}}/{objects.path}", no_vendor, _list_object_items(objects), writes=True)
        for objects in OBJECTS
    ),
    get(f"{VERSION}/task-links", row(ProductionScheduleVersion, CREW, hands="version"), list_task_links),
    post(f"{ACTIONS}/set-task-links-from-production", managed, take_from_production, status=200),
    post(
        f"{ACTIONS}/set-task-links-from-production-schedule-version",
        managed,
        take_from_version,
        takes=Source,
        status=200,
    ),
    post(f"{ACTIONS}/apply-to-production", managed, apply_to_production, status=200),
]
