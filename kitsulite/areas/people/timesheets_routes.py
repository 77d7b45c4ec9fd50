"""`/data/persons/…`: the time that people spent, what they got done in it, and when they were away."""

import msgspec

from kitsulite.access.callers import admin, oneself_or_admin, oneself_or_overseer, signed_in
from kitsulite.access.people import may_see_days_off, may_see_quotas
from kitsulite.access.roles import require
from kitsulite.access.rules import Asked, Given, Rule, name_of, of_a_human, whoever
from kitsulite.areas.figures import quotas
from kitsulite.areas.people import dayoffs, timespents
from kitsulite.web.inputs import Id
from kitsulite.web.routing import Mapped, Merged, get
from kitsulite.work.periods import iso_year, read_day, read_period
from kitsulite.work.work import Work

WRONG_DATE = "Invalid date format."
WRONG_MONTH = "Invalid month or year."


# --- time spents ---


class Between(msgspec.Struct):
    """Between which days, both included."""

    start_date: str | None = None
    end_date: str | None = None


class OfDay(msgspec.Struct):
    """Of which day."""

    date: str = ""


class OfProject(msgspec.Struct):
    """On which production."""

    project_id: Id | None = None


class Tabled(msgspec.Struct):
    """Whose time is counted, and on what."""

    project_id: Id | None = None
    department_id: Id | None = None
    studio_id: Id | None = None


class Counted(msgspec.Struct):
    """How quotas are counted, and on what."""

    count_mode: str = "weighted"
    project_id: str | None = None
    task_type_id: Id | None = None


def list_time_spents(work: Work, person_id: str, start_date: str | None, end_date: str | None) -> object:
    """A person's time spents, all or between `start_date` and `end_date`."""
    return timespents.list_between(work, person_id, start_date, end_date)


def list_time_spents_of_day(work: Work, person_id: str, date: str) -> object:
    """A person's time spents of a day, as far as the caller may see them."""
    return timespents.list_of_day(work, person_id, read_day(date, wrong=WRONG_MONTH))


def list_all_of_month(work: Work, person_id: str, **dates: str) -> object:
    """A person's time spents of a month."""
    return timespents.list_of_period(work, person_id, read_period(**dates, wrong=WRONG_MONTH))


def sum_by_task(work: Work, person_id: str, project_id: str | None, **dates: str) -> object:
    """What a person spent in a year, month, week or day: one sum for each task."""
    wrong = WRONG_MONTH if "week" in dates or "day" in dates else WRONG_DATE
    return timespents.sum_by_task(work, person_id, read_period(**dates, wrong=wrong), project_id)


def year_table(work: Work, **filters: str | None) -> object:
    """Minutes by year and person."""
    return timespents.table(work, "year", None, **filters)


def month_table(work: Work, year: str, **filters: str | None) -> object:
    """Minutes by month and person."""
    return timespents.table(work, "month", read_period(year=year, wrong=WRONG_MONTH), **filters)


def week_table(work: Work, year: str, **filters: str | None) -> object:
    """Minutes by week and person, for the ISO weeks of a year."""
    return timespents.table(work, "week", iso_year(year, wrong=WRONG_MONTH), **filters)


def day_table(work: Work, year: str, month: str, **filters: str | None) -> object:
    """Minutes by day and person."""
    return timespents.table(work, "day", read_period(year=year, month=month, wrong=WRONG_MONTH), **filters)


# --- quotas ---


def list_quota_shots(
    work: Work, person_id: str, count_mode: str, project_id: str | None, task_type_id: str | None, **dates: str
) -> object:
    """The shots that a person brought forward in a period, each with its weight."""
    return quotas.list_shots(
        work,
        person_id,
        count_mode=quotas.read_mode(count_mode),
        period=read_period(**dates, wrong=WRONG_MONTH),
        project_id=project_id,
        task_type_id=task_type_id,
    )


# --- days off ---


def list_days_off(work: Work, person_id: str, **dates: str) -> object:
    """A person's days off, all or those of a year, month or week."""
    period = read_period(**dates, wrong=WRONG_DATE) if dates else None
    return dayoffs.list_days_off(work, person_id, period)


def find_day_off(work: Work, person_id: str, date: str) -> object:
    """A person's day off that covers a day, or an empty object."""
    return dayoffs.find_day_off(work, person_id, read_day(date, wrong=WRONG_DATE))


def list_everybodys_days_off(work: Work, **dates: str) -> object:
    """The days off of a year or month: everybody's for admins, one's own for others."""
    return dayoffs.list_everybodys(work, read_period(**dates, wrong=WRONG_DATE))


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
of_their_crew = of_a_human(whoever(may_see_days_off))
own_or_overseer = of_a_human(oneself_or_overseer)
own_or_project_manager = of_a_human(Rule(name_of(may_see_quotas), _may_see_quotas, asks=(may_see_quotas,)))

ROUTES = [
    get(TIME, human_by_admin, list_time_spents, query=Between, gives=[timespents.ROW_WITH_PLACE]),
    get(f"{TIME}/by-date", own_or_overseer, list_time_spents_of_day, query=OfDay, gives=[timespents.ROW]),
    get(f"{TIME}/{{date}}", own_or_overseer, list_time_spents_of_day, gives=[timespents.ROW]),
    get(f"{TIME}/year/{{year}}", own_or_overseer, sum_by_task, query=OfProject, gives=[timespents.SUM]),
    get(f"{TIME}/month/{{year}}/{{month}}", own_or_overseer, sum_by_task, query=OfProject, gives=[timespents.SUM]),
    get(f"{TIME}/week/{{year}}/{{week}}", own_or_overseer, sum_by_task, query=OfProject, gives=[timespents.SUM]),
    get(
        f"{TIME}/day/{{year}}/{{month}}/{{day}}", own_or_overseer, sum_by_task, query=OfProject, gives=[timespents.SUM]
    ),
    get(f"{TIME}/month/all/{{year}}/{{month}}", own_or_admin, list_all_of_month, gives=[timespents.ROW]),
    get(f"{TABLES}/year-table", signed_in, year_table, query=Tabled, gives=Mapped(Mapped(float))),
    get(f"{TABLES}/month-table/{{year}}", signed_in, month_table, query=Tabled, gives=Mapped(Mapped(float))),
    get(f"{TABLES}/week-table/{{year}}", signed_in, week_table, query=Tabled, gives=Mapped(Mapped(float))),
    get(f"{TABLES}/day-table/{{year}}/{{month}}", signed_in, day_table, query=Tabled, gives=Mapped(Mapped(float))),
    get(
        f"{QUOTAS}/year/{{year}}",
        own_or_project_manager,
        list_quota_shots,
        query=Counted,
        gives=[Merged(quotas.SHOT, {"weight": float})],
    ),
    get(
        f"{QUOTAS}/month/{{year}}/{{month}}",
        own_or_project_manager,
        list_quota_shots,
        query=Counted,
        gives=[Merged(quotas.SHOT, {"weight": float})],
    ),
    get(
        f"{QUOTAS}/week/{{year}}/{{week}}",
        own_or_project_manager,
        list_quota_shots,
        query=Counted,
        gives=[Merged(quotas.SHOT, {"weight": float})],
    ),
    get(
        f"{QUOTAS}/day/{{year}}/{{month}}/{{day}}",
        own_or_project_manager,
        list_quota_shots,
        query=Counted,
        gives=[Merged(quotas.SHOT, {"weight": float})],
    ),
    get(AWAY, of_their_crew, list_days_off, gives=[dayoffs.ROW]),
    get(f"{AWAY}/year/{{year}}", of_their_crew, list_days_off, gives=[dayoffs.ROW]),
    get(f"{AWAY}/month/{{year}}/{{month}}", of_their_crew, list_days_off, gives=[dayoffs.ROW]),
    get(f"{AWAY}/week/{{year}}/{{week}}", of_their_crew, list_days_off, gives=[dayoffs.ROW]),
    get(f"{AWAY}/{{date}}", of_their_crew, find_day_off, gives=dayoffs.ROW),
    get("/data/persons/day-offs/{year}", signed_in, list_everybodys_days_off, gives=[dayoffs.ROW]),
    get("/data/persons/day-offs/{year}/{month}", signed_in, list_everybodys_days_off, gives=[dayoffs.ROW]),
]
