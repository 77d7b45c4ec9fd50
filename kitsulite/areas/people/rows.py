"""Rows of people's time, their departments and the studio (docs/api/rows.md). Persons have a module of their own."""

import itertools
from typing import Any

import peewee

from kitsulite.access.callers import admin, is_any_admin
from kitsulite.access.people import may_see_days_off
from kitsulite.access.roles import is_admin, is_self
from kitsulite.access.rules import Is, new
from kitsulite.access.tasks import may_log_time
from kitsulite.areas.people import dayoffs, timespents
from kitsulite.areas.tasks import history
from kitsulite.models.codes import POSITIONS, SENIORITIES
from kitsulite.models.people import (
    DayOff,
    Department,
    HardwareItem,
    Organisation,
    SalaryScale,
    Software,
    Studio,
    TimeSpent,
)
from kitsulite.models.people_shapes import CHAT_SECRETS, ORGANISATION, PUBLIC_ORGANISATION
from kitsulite.models.shapes import Shape, many
from kitsulite.models.tasks import Task
from kitsulite.rows.collection import Collection
from kitsulite.rows.filters import Listing, read_row
from kitsulite.rows.writing import columns_of
from kitsulite.storage import Row
from kitsulite.work.errors import Forbidden, MissingKey, WrongParameter
from kitsulite.work.work import Work


class Organisations(Collection):
    """Only admins see the keys to the studio's chats."""

    def shape_for(self, work: Work) -> Shape:
        return ORGANISATION if is_admin(work) else PUBLIC_ORGANISATION

    def filterable(self, work: Work, key: str) -> bool:
        return is_admin(work) or key not in CHAT_SECRETS


class DaysOff(Collection):
    """Nobody is away twice at a time, and who is away spends no time on tasks."""

    def shape_for(self, work: Work) -> Shape:
        return dayoffs.shape_for(work)

    def check_create(self, work: Work, data: Row) -> None:
        for key in ("date", "end_date", "person_id"):
            if key not in data:
                raise MissingKey(key)
        dayoffs.require_free(work, read_row(DayOff, data))

    def check_update(self, work: Work, row: Row, data: Row) -> None:
        changes = read_row(DayOff, data)
        if not is_admin(work) and changes.get("person_id", row["person_id"]) != row["person_id"]:
            raise Forbidden
        dayoffs.require_free(work, {**row, **changes, "id": row["id"]})

    def created(self, work: Work, row: Row, data: Row) -> None:
        dayoffs.clear_time_spents(work, row)

    def updated(self, work: Work, before: Row, row: Row, data: Row) -> None:
        dayoffs.clear_time_spents(work, row)


class TimeSpents(Collection):
    """What is spent on a task adds up to its duration."""

    narrowed_by = ("start_date", "end_date")

    def query(self, work: Work, listing: Listing) -> peewee.ModelSelect:
        start, end = listing.filters.get("start_date"), listing.filters.get("end_date")
        return super().query(work, listing).where(timespents.within(start, end))

    def check_create(self, work: Work, data: Row) -> None:
        if data.get("task_id") is None:
            raise MissingKey("task_id")

    def created(self, work: Work, row: Row, data: Row) -> None:
        history.recompute_duration(work, row["task_id"])

    def updated(self, work: Work, before: Row, row: Row, data: Row) -> None:
        for task_id in {before["task_id"], row["task_id"]} - {None}:
            history.recompute_duration(work, task_id)

    def remove(self, work: Work, row: Row, force: bool = False) -> None:
        super().remove(work, row, force)
        history.recompute_duration(work, row["task_id"])


def may_remove_time(work: Work, time_spent: Row) -> bool:
    """The assignee, or manager of the project."""
    return may_log_time(work, work.get(Task, time_spent["task_id"]), time_spent["person_id"])


def is_own_or_admin(work: Work, row: Row) -> bool:
    """Oneself, or admin."""
    return is_admin(work) or is_self(work, row["person_id"])


class SalaryScales(Collection):
    """One row for each department, position and seniority; they are made when they are first looked at."""

    def list(self, work: Work, listing: Listing) -> Any:
        _complete_salary_scales(work)
        return many(work.db, self.shape.select(work.db).order_by(work.db.creation_order(SalaryScale)))

    def check_create(self, work: Work, data: Row) -> None:
        raise WrongParameter("Salary scales cannot be created")


class Softwares(Collection):
    """Tools, which anybody may look up by whatever id."""

    malformed_is_unknown = True


def _complete_salary_scales(work: Work) -> None:
    columns = (SalaryScale.department_id, SalaryScale.position, SalaryScale.seniority)
    present = set(work.db.tuples(SalaryScale.select(*columns)))
    departments = work.db.values(Department.select(Department.id).order_by(Department.name))
    for department_id, position, seniority in itertools.product(departments, POSITIONS, SENIORITIES):
        if (department_id, position, seniority) not in present:
            work.insert(SalaryScale, department_id=department_id, position=position, seniority=seniority)


COLLECTIONS: list[Collection] = [
    Organisations("organisations", Organisation, writable=columns_of(Organisation)),
    Collection("departments", Department, writable=columns_of(Department)),
    Collection("studios", Studio, writable=columns_of(Studio)),
    DaysOff(
        "day-offs",
        DayOff,
        list_by=admin,
        get_by=Is(may_see_days_off),
        create_by=new(is_own_or_admin),
        update_by=is_own_or_admin,
        delete_by=is_own_or_admin,
        writable=columns_of(DayOff),
    ),
    TimeSpents(
        "time-spents",
        TimeSpent,
        list_by=admin,
        get_by=is_any_admin,
        delete_by=may_remove_time,
        writable=columns_of(TimeSpent),
    ),
    SalaryScales(
        "salary-scales",
        SalaryScale,
        list_by=admin,
        get_by=is_any_admin,
        writable=columns_of(SalaryScale, without={"department_id"}),
    ),
    Softwares("softwares", Software, writable=columns_of(Software)),
    Collection("hardware-items", HardwareItem, list_by=admin, get_by=is_any_admin, writable=columns_of(HardwareItem)),
]
