"""Rows of a production's calendar and money."""

from typing import Any

import peewee

from kitsulite import access
from kitsulite.access import (
    Rule,
    admin,
    but_not,
    in_service,
    new_in_managed_project,
    of_its_task,
    project_access,
    project_manager,
    that,
)
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
from kitsulite.rows.filters import Listing, read_row
from kitsulite.storage import Row
from kitsulite.work.errors import MissingKey, WrongParameter
from kitsulite.work.work import Work

crew = Rule(
    "in the project's team, no vendor or client", lambda work, row: access.require_crew(work, row["project_id"])
)


class ScheduleItems(Collection):
    """When work of a task type is planned for a production, or for one thing in it: each is planned once."""

    path, table = "schedule-items", ScheduleItem
    list_by = get_by = admin
    update_by = that("manager of the project; supervisor of the department", access.may_plan)

    def check_create(self, work: Work, data: Row) -> None:
        key = {name: data.get(name) for name in ("project_id", "task_type_id", "object_id")}
        columns = ScheduleItem.columns()
        same = [
            columns[name].is_null() if value is None else columns[name] == value
            for name, value in read_row(ScheduleItem, key).items()
        ]
        if work.exists(ScheduleItem, *same):
            raise WrongParameter("A similar schedule item already exists")

    def check_update(self, work: Work, row: Row, data: Row) -> None:
        if isinstance(data.get("man_days"), str):
            del data["man_days"]


class OfProject(Collection):
    """Rows that are listed a project at a time; whoever names none is an admin."""

    list_by = in_service("in the project's team, no vendor or client; admin for all projects")

    def list(self, work: Work, listing: Listing) -> Any:
        rule = crew if "project_id" in listing.filters else admin
        rule.check(work, listing.filters)
        return super().list(work, listing)


class ScheduleVersions(OfProject):
    path, table = "production-schedule-versions", ProductionScheduleVersion
    get_by = crew
    create_by = new_in_managed_project
    update_by = project_manager


class ScheduleVersionTasks(OfProject):
    """When a schedule version plans a task, and for whom. Task and version are of one project and stay what they are."""

    path, table = "production-schedule-version-task-links", ProductionScheduleVersionTaskLink
    get_by = of_its_task(crew)
    create_by = in_service("manager of the task's project")
    update_by = delete_by = of_its_task(project_manager)
    protected = frozenset({"task_id", "production_schedule_version_id"})

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
        version = work.get(ProductionScheduleVersion, data["production_schedule_version_id"])
        task = work.get(Task, data["task_id"])
        if task["project_id"] != version["project_id"]:
            raise WrongParameter("The task and the production schedule version must be in the same project.")
        project_manager.check(work, task)


COLLECTIONS = [
    Collection(
        "milestones",
        Milestone,
        list_by=admin,
        get_by=but_not(project_access, "vendor"),
        create_by=new_in_managed_project,
        update_by=project_manager,
        delete_by=project_manager,
    ),
    ScheduleItems(),
    ScheduleVersions(),
    ScheduleVersionTasks(),
    Collection("budgets", Budget, list_by=admin, get_by=admin, protected={"revision"}),
    Collection("budget-entries", BudgetEntry, list_by=admin, get_by=admin, protected={"budget_id"}),
]
