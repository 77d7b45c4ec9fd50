"""The calendar and the money of a production: milestones, schedules, budgets."""

from peewee import CompositeKey

from kitsulite.models.base import Link, Record, Relation
from kitsulite.models.codes import POSITIONS, SENIORITIES
from kitsulite.models.fields import Boolean, Date, DateTime, Float, Integer, Json, Pointer, Reference
from kitsulite.models.textfields import Choice, String


class Milestone(Record):
    date = Date()
    name = String(40, null=False)
    project_id = Reference("project", erased="along")
    task_type_id = Reference("task_type")

    class Meta:
        table_name = "milestone"


class ScheduleItem(Record):
    start_date = Date()
    end_date = Date()
    man_days = Integer()
    project_id = Reference("project", index=False, erased="along")
    task_type_id = Reference("task_type")
    object_id = Pointer("entity", erased="along", index=True)

    class Meta:
        table_name = "schedule_item"
        indexes = ((("project_id", "task_type_id", "object_id"), True),)


class ProductionScheduleVersion(Record):
    name = String(80, null=False)
    project_id = Reference("project", null=False, cascade=True, erased="along")
    production_schedule_from = Reference("production_schedule_version", erased="cleared")
    locked = Boolean(default=False)
    canceled = Boolean(default=False)

    class Meta:
        table_name = "production_schedule_version"
        indexes = ((("name", "project_id"), True),)


class ProductionScheduleVersionTaskLink(Record):
    production_schedule_version_id = Reference("production_schedule_version", null=False, cascade=True, index=False)
    task_id = Reference("task", null=False, cascade=True)
    start_date = DateTime()
    due_date = DateTime()
    estimation = Float(default=0.0)

    relations = {
        "assignees": Relation(
            "production_schedule_version_task_link_person_link", "production_schedule_version_task_link_id", "person_id"
        ),
    }

    class Meta:
        table_name = "production_schedule_version_task_link"
        indexes = ((("production_schedule_version_id", "task_id"), True),)


class ProductionScheduleVersionTaskLinkPersonLink(Link):
    production_schedule_version_task_link_id = Reference(
        "production_schedule_version_task_link", null=False, cascade=True, index=False
    )
    person_id = Reference("person", null=False, cascade=True)

    class Meta:
        table_name = "production_schedule_version_task_link_person_link"
        primary_key = CompositeKey("production_schedule_version_task_link_id", "person_id")


class Budget(Record):
    project_id = Reference("project", erased="along")
    revision = Integer(null=False, default=1)
    name = String(255, null=False)
    currency = String(3)

    class Meta:
        table_name = "budget"


class BudgetEntry(Record):
    budget_id = Reference("budget", null=False, erased="along")
    department_id = Reference("department", null=False)
    person_id = Reference("person")
    start_date = Date(null=False)
    months_duration = Integer(null=False, least=0)
    daily_salary = Float(null=False, least=0)
    position = Choice(*POSITIONS, default="artist")
    seniority = Choice(*SENIORITIES, default="mid")
    exceptions = Json()

    class Meta:
        table_name = "budget_entry"
