"""When people were at work: desktop logins and the presence sheet of a month (docs/api/people.md)."""

from peewee import SQL, fn

from kitsulite.models import now
from kitsulite.models.people import DesktopLoginLog, Person, TimeSpent
from kitsulite.models.people_shapes import full_name
from kitsulite.models.shapes import Raw, Shape, many, one
from kitsulite.work.periods import Period
from kitsulite.work.work import Work

ROW = Shape(DesktopLoginLog)


def list_logs(work: Work, person_id: str) -> Raw:
    """A person's desktop logins, the newest first. NotFound for nobody."""
    person = work.get(Person, person_id)
    query = ROW.select(work.db).where(DesktopLoginLog.person_id == person["id"])
    return many(work.db, query.order_by(DesktopLoginLog.date.desc()))


def add_log(work: Work, person_id: str, date: str | None = None) -> Raw | None:
    """Note that a person sat down to work, now unless a moment is given. NotFound for nobody."""
    person = work.get(Person, person_id)
    id = work.insert(DesktopLoginLog, person_id=person["id"], date=date or now())
    note_presence(work, person["id"])
    return one(work.db, ROW.select(work.db).where(DesktopLoginLog.id == id))


def note_presence(work: Work, person_id: str) -> None:
    """Make `last_presence` the latest day with a desktop login or time spent, and tell of it."""
    login = work.db.value(
        DesktopLoginLog.select(fn.MAX(DesktopLoginLog.date)).where(DesktopLoginLog.person_id == person_id)
    )
    spent = work.db.value(TimeSpent.select(fn.MAX(TimeSpent.date)).where(TimeSpent.person_id == person_id))
    days = [moment[:10] for moment in (login, spent) if moment]
    work.update(Person, person_id, last_presence=max(days, default=None))
    work.emit("person:update", {"person_id": person_id})


def sheet(work: Work, month: Period) -> list[list[str]]:
    """Who was there on which day of a month: a head, then one row for every active person, by name."""
    logs = DesktopLoginLog.select(DesktopLoginLog.person_id, work.db.date_part("day", DesktopLoginLog.date)).where(
        DesktopLoginLog.date >= month.start.isoformat(), DesktopLoginLog.date < month.end.isoformat()
    )
    present = set(work.db.tuples(logs.distinct()))
    names = Person.select(Person.first_name, Person.last_name, SQL(full_name().sql), Person.id)
    people = sorted(work.db.tuples(names.where(Person.active, ~Person.is_guest)))
    days = range(1, (month.end - month.start).days + 1)
    head = [str(month.start.year), *map(str, days)]
    return [head] + [[name, *("X" if (id, day) in present else "" for day in days)] for _, _, name, id in people]
