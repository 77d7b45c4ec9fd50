"""Rows of a production's calendar and money."""

from typing import Any

import peewee

from kitsulite.access.callers import admin, is_any_admin
from kitsulite.access.rules import CREW, MANAGING, Is, asked_project, new_in_project, new_of
from kitsulite.access.tasks import may_plan
from kitsulite.areas.productions import scheduleversions
from kitsulite.models import BadFilter, is_uuid
from kitsulite.models.schedules import (
    Budget,
    BudgetEntry,
    Milestone,
    ProductionScheduleVersion,
    ProductionScheduleVersionTaskLink,
    ScheduleItem,
)
from kitsulite.models.tasks import Task
from kitsulite.rows.collection import Collection
from kitsulite.rows.erase import erase_what_hangs_on
from kitsulite.rows.filters import Listing, read_row
from kitsulite.rows.writing import Points, columns_of
from kitsulite.storage import Row
from kitsulite.work.errors import MissingKey, WrongParameter
from kitsulite.work.work import Work

PLACE = frozenset({"project_id"})
crew_of_query = asked_project(CREW, otherwise=is_any_admin, hint="admin")


class ScheduleItems(Collection):
    """When work of a task type is planned for a production, or for one thing in it: each is planned once."""

    path, table = "schedule-items", ScheduleItem
    list_by = admin
    get_by = Is(is_any_admin)
    update_by = Is(may_plan)
    writable = columns_of(ScheduleItem, without=PLACE)
    at_birth = PLACE
    points = {"object_id": Points(loose=True)}

    def check_create(self, work: Work, data: Row) -> None:
        key = {name: data.get(name) for name in ("project_id", "task_type_id", "object_id")}
        columns = ScheduleItem.columns()
        same = [
            columns[name].is_null() if value is None else columns[name] == value
            for name, value in read_row(ScheduleItem, key).items()
        ]
        if work.exists(ScheduleItem, *same):
            raise WrongParameter("A similar schedule item already exists")

    def alter(self, work: Work, row: Row, data: Row) -> Any:
        if isinstance(data.get("man_days"), str):
            data = {key: value for key, value in data.items() if key != "man_days"}
        return super().alter(work, row, data)


def is_another(work: Work, version: Row, source: Row) -> bool:
    """No version is copied from itself."""
    return source["id"] != version["id"]


class ScheduleVersions(Collection):
    path, table = "production-schedule-versions", ProductionScheduleVersion
    list_by = crew_of_query
    get_by = CREW
    create_by = new_in_project(MANAGING)
    update_by = MANAGING
    writable = columns_of(ProductionScheduleVersion, without=PLACE)
    at_birth = PLACE
    points = {"production_schedule_from": Points(only=is_another)}

    def before_delete(self, work: Work, row: Row, force: bool) -> None:
        erase_what_hangs_on(work, ProductionScheduleVersion, row["id"])


class ScheduleVersionTasks(Collection):
    """When a schedule version plans a task, and for whom. Task and version are of one project and stay what they are."""

    narrowed_by = ("project_id",)

    path, table = "production-schedule-version-task-links", ProductionScheduleVersionTaskLink
    list_by = crew_of_query
    get_by = CREW
    create_by = new_of(Task, MANAGING, key="task_id")
    update_by = delete_by = MANAGING
    writable = frozenset({"start_date", "due_date", "estimation", "assignees"})
    at_birth = frozenset({"task_id", "production_schedule_version_id"})

    def query(self, work: Work, listing: Listing) -> peewee.ModelSelect:
        query = super().query(work, listing)
        project_id = listing.filters.get("project_id")
        if project_id is None:
            return query
        if not is_uuid(project_id):
            raise BadFilter(f"Invalid UUID value: {project_id}")
        versions = ProductionScheduleVersion.select(ProductionScheduleVersion.id)
        of_project = versions.where(ProductionScheduleVersion.project_id == project_id.lower())
        return query.where(ProductionScheduleVersionTaskLink.production_schedule_version_id.in_(of_project))

    def check_create(self, work: Work, data: Row) -> None:
        for key in ("production_schedule_version_id", "task_id"):
            if key not in data:
                raise MissingKey(key)
        version = scheduleversions.known_version(work, data["production_schedule_version_id"])
        task = work.get(Task, data["task_id"])
        if task["project_id"] != version["project_id"]:
            raise WrongParameter("The task and the production schedule version must be in the same project.")


COLLECTIONS: list[Collection] = [
    Collection(
        "milestones",
        Milestone,
        list_by=admin,
        get_by=CREW,
        create_by=new_in_project(MANAGING),
        update_by=MANAGING,
        delete_by=MANAGING,
        writable=columns_of(Milestone, without=PLACE),
        at_birth=PLACE,
    ),
    ScheduleItems(),
    ScheduleVersions(),
    ScheduleVersionTasks(),
    Collection(
        "budgets",
        Budget,
        list_by=admin,
        get_by=is_any_admin,
        writable=frozenset({"name", "currency"}),
        at_birth=frozenset({"project_id", "revision"}),
    ),
    Collection(
        "budget-entries",
        BudgetEntry,
        list_by=admin,
        get_by=is_any_admin,
        writable=columns_of(BudgetEntry, without={"budget_id"}),
        at_birth=frozenset({"budget_id"}),
        ignored=frozenset({"budget_id"}),
    ),
]
