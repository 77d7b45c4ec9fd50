"""When people were at work: desktop logins and the presence sheet of a month (docs/api/people.md)."""

from peewee import SQL, fn

from kitsulite.access.previewaccounts import get_person
from kitsulite.models import now
from kitsulite.models.people import OF_STUDIO, DesktopLoginLog, Person, TimeSpent
from kitsulite.models.people_shapes import full_name
from kitsulite.models.shapes import Raw, Shape, many
from kitsulite.work.periods import ONE_DAY, Period, day_in, zone_named
from kitsulite.work.work import Work

ROW = Shape(DesktopLoginLog)


def list_logs(work: Work, person_id: str) -> Raw:
    """A person's desktop logins, the newest first. NotFound for nobody."""
    person = get_person(work, person_id)
    query = ROW.select(work.db).where(DesktopLoginLog.person_id == person["id"])
    return many(work.db, query.order_by(DesktopLoginLog.date.desc()))


def add_log(work: Work, person_id: str, date: str | None = None) -> Raw | None:
    """Note that a person sat down to work, now unless a moment is given. NotFound for nobody."""
    person = get_person(work, person_id)
    id = work.insert(DesktopLoginLog, person_id=person["id"], date=date or now())
    note_presence(work, person["id"])
    return work.show(ROW, id)


def note_presence(work: Work, person_id: str) -> None:
    """Make `last_presence` the latest day with a desktop login or time spent, and tell of it."""
    login = work.db.value(
        DesktopLoginLog.select(fn.MAX(DesktopLoginLog.date)).where(DesktopLoginLog.person_id == person_id)
    )
    spent = work.db.value(TimeSpent.select(fn.MAX(TimeSpent.date)).where(TimeSpent.person_id == person_id))
    days = [day for day in (login and _day_of(work, person_id, login), spent) if day]
    work.update(Person, person_id, last_presence=max(days, default=None))
    work.emit("person:update", {"person_id": person_id})


def _day_of(work: Work, person_id: str, moment: str) -> str:
    """The day that a moment was for a person."""
    person = get_person(work, person_id)
    return day_in(zone_named(work, person["timezone"]), moment).isoformat()


def sheet(work: Work, month: Period) -> list[list[str]]:
    """Who was there on which day of a month: a head, then one row for every active person, by name."""
    around = Period(month.start - ONE_DAY, month.end + ONE_DAY)  # a day may begin, or end, on another one of UTC
    logs = DesktopLoginLog.select(DesktopLoginLog.person_id, DesktopLoginLog.date, Person.timezone).where(
        DesktopLoginLog.date >= around.start.isoformat(), DesktopLoginLog.date < around.end.isoformat()
    )
    logs = logs.join(Person, on=Person.id == DesktopLoginLog.person_id)
    zones = {name: zone_named(work, name) for (name,) in work.db.tuples(Person.select(Person.timezone).distinct())}
    seen = {(id, day_in(zones[name], date)) for id, date, name in work.db.tuples(logs)}
    present = {(id, day.day) for id, day in seen if month.start <= day < month.end}
    names = Person.select(Person.first_name, Person.last_name, SQL(full_name().sql), Person.id)
    people = sorted(work.db.tuples(names.where(Person.active, OF_STUDIO)))
    days = range(1, (month.end - month.start).days + 1)
    head = [str(month.start.year), *map(str, days)]
    return [head] + [[name, *("X" if (id, day) in present else "" for day in days)] for _, _, name, id in people]
