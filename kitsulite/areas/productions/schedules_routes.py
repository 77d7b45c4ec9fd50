"""A production's calendar: time, days off, milestones, schedule items and versions."""

from collections.abc import Callable
from typing import Any

import msgspec

from kitsulite.access.callers import project_manager, project_supervisor
from kitsulite.access.rules import CREW, MANAGING, NO_CLIENT, project, row
from kitsulite.areas.productions import schedules, scheduleversions
from kitsulite.areas.productions.schedules import OBJECTS, Objects
from kitsulite.models import is_uuid
from kitsulite.models.schedules import ProductionScheduleVersion
from kitsulite.storage import Row
from kitsulite.web.inputs import Text
from kitsulite.web.routing import Either, Mapped, Merged, Route, get, post
from kitsulite.work.errors import WrongParameter
from kitsulite.work.periods import read_range
from kitsulite.work.work import Work


class Source(msgspec.Struct):
    """The version to copy from."""

    production_schedule_version_id: Text


class Between(msgspec.Struct):
    """Between which days, both included; neither, or both."""

    start_date: str | None = None
    end_date: str | None = None


class OfEpisode(msgspec.Struct):
    """Of which episode."""

    episode_id: str | None = None


class Links(msgspec.Struct):
    """Which of the tasks, and how."""

    task_type_id: str | None = None
    relations: bool = False


def list_time_spents_of_task_type(
    work: Work, project_id: str, task_type_id: str, start_date: str | None, end_date: str | None
) -> Any:
    """The time noted on the tasks of a type, person by person."""
    bounds = read_range(start_date, end_date)
    return schedules.time_spents_of_task_type(work, project_id, read_id(task_type_id), *bounds)


def list_days_off(work: Work, project_id: str, start_date: str | None, end_date: str | None) -> Any:
    """The days off of a team, person by person."""
    return schedules.days_off(work, project_id, *read_range(start_date, end_date))


def _list_object_items(objects: Objects) -> Callable[..., Any]:
    def list_object_items(work: Work, project_id: str, task_type_id: str, episode_id: str | None) -> Any:
        return schedules.object_items(
            work, objects, project_id, read_id(task_type_id), read_id(episode_id) if episode_id else None
        )

    list_object_items.__doc__ = f"When the work of a task type on each of the {objects.path} is planned."
    return list_object_items


def take_from_production(work: Work, version: Row) -> Any:
    """Remember the production's schedule as it is now."""
    count = scheduleversions.take_from_production(work, version)
    return {"success": True, "task_link_count": count}


def take_from_version(work: Work, version: Row, body: Source) -> Any:
    """Remember what another version says."""
    count = scheduleversions.take_from_version(work, version, body.production_schedule_version_id)
    return {"success": True, "task_link_count": count}


def apply_to_production(work: Work, version: Row) -> Any:
    """Plan the production as a version says."""
    return {"success": True, "task_count": scheduleversions.apply(work, version)}


def read_id(text: str) -> str:
    if not is_uuid(text):
        raise WrongParameter("Wrong UUID format.")
    return text.lower()


TAKEN = {"success": bool, "task_link_count": int}
OF_PROJECT = "/data/projects/{project_id}"
ITEMS = f"{OF_PROJECT}/schedule-items"
VERSION = "/data/production-schedule-versions/{production_schedule_version_id}"
ACTIONS = "/actions/production-schedule-versions/{production_schedule_version_id}"
crew = project(CREW)
managed = row(ProductionScheduleVersion, MANAGING, hands="version")

ROUTES: list[Route] = [
    get(f"{OF_PROJECT}/time-spents", project_supervisor, schedules.time_spents, gives=[schedules.TIME_SPENT]),
    get(
        f"{OF_PROJECT}/task-types/{{task_type_id}}/time-spents",
        project_manager,
        list_time_spents_of_task_type,
        query=Between,
        gives=Mapped([schedules.TIME_SPENT]),
    ),
    get(f"{OF_PROJECT}/day-offs", crew, list_days_off, query=Between, gives=Mapped([schedules.DAY_OFF])),
    get(f"{OF_PROJECT}/milestones", project(NO_CLIENT), schedules.milestones, gives=[schedules.MILESTONE]),
    get(ITEMS, crew, schedules.stored_items, gives=[schedules.STORED_ITEM]),
    get(
        f"{ITEMS}/task-types",
        crew,
        schedules.task_type_items,
        title="When the work of each task type is planned; what is not planned yet is planned from today",
        gives=[schedules.ITEM],
        writes=True,
    ),
    *(
        get(
            f"{ITEMS}/{{task_type_id}}/{objects.path}",
            crew,
            _list_object_items(objects),
            query=OfEpisode,
            gives=[Merged(schedules.ITEM, {"name": str})],
            writes=True,
        )
        for objects in OBJECTS
    ),
    get(
        f"{VERSION}/task-links",
        row(ProductionScheduleVersion, CREW, hands="version"),
        scheduleversions.task_links,
        title="What a version of the schedule says of each task",
        query=Links,
        gives=Either([scheduleversions.LINK], [scheduleversions.LINK.with_relations()]),
    ),
    post(f"{ACTIONS}/set-task-links-from-production", managed, take_from_production, gives=TAKEN, status=200),
    post(
        f"{ACTIONS}/set-task-links-from-production-schedule-version",
        managed,
        take_from_version,
        takes=Source,
        gives=TAKEN,
        status=200,
    ),
    post(
        f"{ACTIONS}/apply-to-production",
        managed,
        apply_to_production,
        gives={"success": bool, "task_count": int},
        status=200,
    ),
]
