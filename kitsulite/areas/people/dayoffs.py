"""Days on which people are away, from `date` to `end_date`, both included (docs/api/people.md)."""

import peewee

from kitsulite.access.people import knows_days_off_of, told_days_off_of
from kitsulite.access.roles import is_admin
from kitsulite.models.people import DayOff, TimeSpent
from kitsulite.models.shapes import Raw, Shape, many, one
from kitsulite.storage import Row, Wire
from kitsulite.work.errors import WrongParameter
from kitsulite.work.periods import Period
from kitsulite.work.work import Work

ROW = Shape(DayOff)


def shape_for(work: Work) -> Shape:
    """What the caller sees of days off: supervisors not what they are for."""
    if is_admin(work):
        return ROW
    told = told_days_off_of(work, "day_off.person_id")
    return ROW.but(plus={"description": Wire(f"CASE WHEN {told} THEN day_off.description END")})


def list_days_off(work: Work, person_id: str, period: Period | None = None) -> Raw:
    """A person's days off, of a period when it is given."""
    conditions = [DayOff.person_id == person_id.lower(), *([_during(*period.days)] if period else [])]
    return many(work.db, shape_for(work).select(work.db).where(*conditions).order_by(DayOff.date))


def find_day_off(work: Work, person_id: str, day: str) -> Raw | dict[str, object]:
    """The day off of a person that covers a day, or an empty object."""
    query = shape_for(work).select(work.db).where(DayOff.person_id == person_id.lower(), _during(day, day))
    return one(work.db, query) or {}


def list_everybodys(work: Work, period: Period) -> Raw:
    """Days off of a period, of everybody whose the caller may see."""
    query = shape_for(work).select(work.db).where(_during(*period.days))
    if not is_admin(work):
        query = query.where(peewee.SQL(knows_days_off_of(work, "day_off.person_id")))
    return many(work.db, query.order_by(DayOff.date, DayOff.created_at))


def require_free(work: Work, day_off: Row) -> None:
    """Refuse a day off that meets another one of the same person; `id` is there when it is stored already."""
    others = (DayOff.person_id == day_off["person_id"]) & _during(day_off["date"], day_off["end_date"])
    if "id" in day_off:
        others &= DayOff.id != day_off["id"]
    if work.exists(DayOff, others):
        raise WrongParameter("Day off already exists for this period")


def clear_time_spents(work: Work, day_off: Row) -> None:
    """Who is away spends no time: take away what was noted for these days. Durations of tasks stay as they are."""
    work.delete(
        TimeSpent,
        TimeSpent.person_id == day_off["person_id"],
        TimeSpent.date.between(day_off["date"], day_off["end_date"]),
    )


def _during(first: str, last: str) -> peewee.Node:
    return (DayOff.date <= last) & (DayOff.end_date >= first)
