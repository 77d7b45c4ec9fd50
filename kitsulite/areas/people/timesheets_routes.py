"""`/data/persons/…`: the time that people spent, what they got done in it, and when they were away (docs/api/people.md)."""

from kitsulite.access.people import may_see_quotas
from kitsulite.access.roles import require
from kitsulite.access.rules import (
    Asked,
    Given,
    Rule,
    admin,
    name_of,
    of_a_human,
    oneself_or_admin,
    oneself_or_overseer,
    signed_in,
)
from kitsulite.areas.figures import quotas
from kitsulite.areas.people import dayoffs, timespents
from kitsulite.web.call import Call
from kitsulite.web.routing import get
from kitsulite.work.periods import Period, iso_year, read_day, read_period
from kitsulite.work.work import Work

WRONG_DATE = "Invalid date format."
WRONG_MONTH = "Invalid month or year."


# --- time spents ---


def list_time_spents(call: Call, person_id: str) -> object:
    """A person's time spents, all or between `start_date` and `end_date`."""
    query = call.query
    return timespents.list_between(call.work, person_id, query.get("start_date"), query.get("end_date"))


def list_time_spents_of_day(call: Call, person_id: str, date: str) -> object:
    """A person's time spents of a day, as far as the caller may see them."""
    return timespents.list_of_day(call.work, person_id, read_day(date, wrong=WRONG_MONTH))


def list_time_spents_by_date(call: Call, person_id: str) -> object:
    """The same, for clients that give the day as `date` in the query."""
    return list_time_spents_of_day(call, person_id, call.query.get("date", ""))


def list_all_of_month(call: Call, person_id: str, **dates: str) -> object:
    """A person's time spents of a month."""
    return timespents.list_of_period(call.work, person_id, read_period(**dates, wrong=WRONG_MONTH))


def sum_by_task(call: Call, person_id: str, **dates: str) -> object:
    """What a person spent in a year, month, week or day: one sum for each task."""
    wrong = WRONG_MONTH if "week" in dates or "day" in dates else WRONG_DATE
    period = read_period(**dates, wrong=wrong)
    return timespents.sum_by_task(call.work, person_id, period, call.id("project_id"))


def year_table(call: Call) -> object:
    """Minutes by year and person."""
    return _table(call, "year")


def month_table(call: Call, year: str) -> object:
    """Minutes by month and person."""
    return _table(call, "month", read_period(year=year, wrong=WRONG_MONTH))


def week_table(call: Call, year: str) -> object:
    """Minutes by week and person, for the ISO weeks of a year."""
    return _table(call, "week", iso_year(year, wrong=WRONG_MONTH))


def day_table(call: Call, year: str, month: str) -> object:
    """Minutes by day and person."""
    return _table(call, "day", read_period(year=year, month=month, wrong=WRONG_MONTH))


def _table(call: Call, unit: str, period: Period | None = None) -> object:
    return timespents.table(
        call.work,
        unit,
        period,
        project_id=call.id("project_id"),
        department_id=call.id("department_id"),
        studio_id=call.id("studio_id"),
    )


# --- quotas ---


def list_quota_shots(call: Call, person_id: str, **dates: str) -> object:
    """The shots that a person brought forward in a period, each with its weight."""
    project_id = call.query.get("project_id")
    return quotas.list_shots(
        call.work,
        person_id,
        count_mode=quotas.read_mode(call.query.get("count_mode", "weighted")),
        period=read_period(**dates, wrong=WRONG_MONTH),
        project_id=project_id,
        task_type_id=call.id("task_type_id"),
    )


# --- days off ---


def list_days_off(call: Call, person_id: str, **dates: str) -> object:
    """A person's days off, all or those of a year, month or week."""
    period = read_period(**dates, wrong=WRONG_DATE) if dates else None
    return dayoffs.list_days_off(call.work, person_id, period)


def find_day_off(call: Call, person_id: str, date: str) -> object:
    """A person's day off that covers a day, or an empty object."""
    return dayoffs.find_day_off(call.work, person_id, read_day(date, wrong=WRONG_DATE))


def list_everybodys_days_off(call: Call, **dates: str) -> object:
    """The days off of a year or month: everybody's for admins, one's own for others."""
    return dayoffs.list_everybodys(call.work, read_period(**dates, wrong=WRONG_DATE))


def _may_see_quotas(work: Work, asked: Asked) -> Given:
    quotas.require_known(work, asked.query.get("project_id"))
    require(may_see_quotas(work, asked.query.get("project_id"), asked.path["person_id"]))
    return {}


TIME = "/data/persons/{person_id}/time-spents"
TABLES = "/data/persons/time-spents"
QUOTAS = "/data/persons/{person_id}/quota-shots"
AWAY = "/data/persons/{person_id}/day-offs"

human_by_admin = of_a_human(admin)
own_or_admin = of_a_human(oneself_or_admin)
own_or_overseer = of_a_human(oneself_or_overseer)
own_or_project_manager = of_a_human(Rule(name_of(may_see_quotas), _may_see_quotas))

ROUTES = [
    get(TIME, human_by_admin, list_time_spents, gives=[timespents.ROW]),
    get(f"{TIME}/by-date", own_or_overseer, list_time_spents_by_date, gives=[timespents.ROW]),
    get(f"{TIME}/{{date}}", own_or_overseer, list_time_spents_of_day, gives=[timespents.ROW]),
    get(f"{TIME}/year/{{year}}", own_or_overseer, sum_by_task, gives=[timespents.SUM]),
    get(f"{TIME}/month/{{year}}/{{month}}", own_or_overseer, sum_by_task, gives=[timespents.SUM]),
    get(f"{TIME}/week/{{year}}/{{week}}", own_or_overseer, sum_by_task, gives=[timespents.SUM]),
    get(f"{TIME}/day/{{year}}/{{month}}/{{day}}", own_or_overseer, sum_by_task, gives=[timespents.SUM]),
    get(f"{TIME}/month/all/{{year}}/{{month}}", own_or_admin, list_all_of_month, gives=[timespents.ROW]),
    get(f"{TABLES}/year-table", signed_in, year_table),
    get(f"{TABLES}/month-table/{{year}}", signed_in, month_table),
    get(f"{TABLES}/week-table/{{year}}", signed_in, week_table),
    get(f"{TABLES}/day-table/{{year}}/{{month}}", signed_in, day_table),
    get(f"{QUOTAS}/year/{{year}}", own_or_project_manager, list_quota_shots, gives=[quotas.SHOT]),
    get(f"{QUOTAS}/month/{{year}}/{{month}}", own_or_project_manager, list_quota_shots, gives=[quotas.SHOT]),
    get(f"{QUOTAS}/week/{{year}}/{{week}}", own_or_project_manager, list_quota_shots, gives=[quotas.SHOT]),
    get(f"{QUOTAS}/day/{{year}}/{{month}}/{{day}}", own_or_project_manager, list_quota_shots, gives=[quotas.SHOT]),
    get(AWAY, own_or_admin, list_days_off, gives=[dayoffs.ROW]),
    get(f"{AWAY}/year/{{year}}", own_or_admin, list_days_off, gives=[dayoffs.ROW]),
    get(f"{AWAY}/month/{{year}}/{{month}}", own_or_admin, list_days_off, gives=[dayoffs.ROW]),
    get(f"{AWAY}/week/{{year}}/{{week}}", own_or_admin, list_days_off, gives=[dayoffs.ROW]),
    get(f"{AWAY}/{{date}}", own_or_admin, find_day_off, gives=dayoffs.ROW),
    get("/data/persons/day-offs/{year}", signed_in, list_everybodys_days_off, gives=[dayoffs.ROW]),
    get("/data/persons/day-offs/{year}/{month}", signed_in, list_everybodys_days_off, gives=[dayoffs.ROW]),
]
