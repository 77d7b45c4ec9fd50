"""Years, months, ISO weeks and days, as paths name them (docs/api/people.md)."""

import datetime
import re
import zoneinfo
from collections.abc import Iterable
from typing import NamedTuple

from kitsulite.models import now
from kitsulite.work.errors import WrongParameter
from kitsulite.work.work import Work

ONE_DAY = datetime.timedelta(days=1)
FORMS = ("%Y-%m-%dT%H:%M:%S", "%Y-%m-%d")
YEAR = re.compile(r"[1-9][0-9]{3}")
NUMBER = re.compile(r"[0-9]{1,2}")


class Period(NamedTuple):
    """The days from `start` up to, but not including, `end`."""

    start: datetime.date
    end: datetime.date

    @property
    def days(self) -> tuple[str, str]:
        """The first and the last day, as stored days are written."""
        return self.start.isoformat(), (self.end - ONE_DAY).isoformat()

    def moments(self, zone: datetime.tzinfo) -> tuple[str, str]:
        """Both bounds as stored moments are written, the days being those of a time zone."""
        start, end = (
            datetime.datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(datetime.UTC) for day in self
        )
        return _stored(start), _stored(end)


def read_period(
    *, year: str, month: str | None = None, week: str | None = None, day: str | None = None, wrong: str
) -> Period:
    """The period that a path names; WrongParameter in the words of `wrong` when there is none such."""
    try:
        number = _number(year, YEAR)
        if week is not None:
            monday = datetime.date.fromisocalendar(number, _number(week), 1)
            return Period(monday, monday + 7 * ONE_DAY)
        if month is None:
            return Period(datetime.date(number, 1, 1), datetime.date(number + 1, 1, 1))
        if day is None:
            first = datetime.date(number, _number(month), 1)
            return Period(first, (first + 31 * ONE_DAY).replace(day=1))
        only = datetime.date(number, _number(month), _number(day))
        return Period(only, only + ONE_DAY)
    except (ValueError, OverflowError):
        raise WrongParameter(wrong) from None


def seconds_of(moment: str | None) -> float:
    """A stored moment as seconds since 1970; where none is stored, this one."""
    return datetime.datetime.fromisoformat(moment or now()).replace(tzinfo=datetime.UTC).timestamp()


def read_day(text: str, *, wrong: str) -> str:
    """A day as `YYYY-MM-DD`; WrongParameter in the words of `wrong` when it is none."""
    try:
        return datetime.datetime.strptime(text, "%Y-%m-%d").date().isoformat()
    except ValueError:
        raise WrongParameter(wrong) from None


def read_range(start: str | None, end: str | None) -> tuple[str | None, str | None]:
    """Two days, of moments the day; none of them, or both. WrongParameter when one is missing or cannot be read."""
    if not start and not end:
        return None, None
    try:
        first, last = (datetime.datetime.fromisoformat(text or "").date().isoformat() for text in (start, end))
    except ValueError:
        raise WrongParameter(f"Wrong date format for {start or None} and/or {end or None}") from None
    return first, last


def read_moment(text: str, forms: Iterable[str] = FORMS) -> str | None:
    """A day or a moment as stored moments are written; None for what is neither."""
    for form in forms:
        try:
            return _stored(datetime.datetime.strptime(text, form))
        except ValueError:
            continue
    return None


def read_instant(text: str) -> str | None:
    """A moment as programs write it (ISO 8601), of UTC when it names no zone, as stored moments are written; None for what is none."""
    try:
        moment = datetime.datetime.fromisoformat(text.strip())
        return _stored(moment.astimezone(datetime.UTC).replace(tzinfo=None) if moment.tzinfo else moment)
    except (ValueError, OverflowError):
        return None


def day_in(zone: datetime.tzinfo, moment: str) -> datetime.date:
    """The day that a stored moment is in a time zone."""
    return datetime.datetime.fromisoformat(moment).replace(tzinfo=datetime.UTC).astimezone(zone).date()


def zone_of(work: Work) -> datetime.tzinfo:
    """The caller's time zone, else the studio's."""
    return zone_named(work, work.caller.person.get("timezone", ""))


def zone_named(work: Work, name: str | None) -> datetime.tzinfo:
    """The time zone of somebody who is in `name`, else the studio's."""
    for zone in (name, work.settings.default_timezone):
        try:
            return zoneinfo.ZoneInfo(zone or "")
        except (zoneinfo.ZoneInfoNotFoundError, ValueError, TypeError, OSError):
            continue
    return datetime.UTC


def iso_year(year: str, *, wrong: str) -> Period:
    """The weeks of a year by ISO 8601: those whose Thursday is in it. WrongParameter in the words of `wrong` for no year."""
    first = read_period(year=year, week="1", wrong=wrong)
    after = read_period(year=str(int(year) + 1), week="1", wrong=wrong)
    return Period(first.start, after.start)


def _stored(moment: datetime.datetime) -> str:
    return moment.replace(tzinfo=None).isoformat(timespec="microseconds")


def _number(text: str, form: re.Pattern[str] = NUMBER) -> int:
    if not form.fullmatch(text):
        raise ValueError(text)
    return int(text)
