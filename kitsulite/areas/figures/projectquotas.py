"""What a production's people bring forward, day by day (docs/api/entities.md).

Raw modes count each shot whole on the day on which its task was sent (`feedback`) or done (`done`). Weighted modes share a
shot out over the time noted on its task or, when nobody noted any, over the weekdays that the task took.
"""

import datetime
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from kitsulite.access.projects import CLIENT, SUPERVISORS, acts_as, has_project_access
from kitsulite.access.roles import is_self
from kitsulite.areas.entities.entities import get_project, within_reach
from kitsulite.areas.figures.quotas import COUNT_MODES, WEEKDAYS
from kitsulite.areas.figures.shotframes import frames_per_second
from kitsulite.models.entities import Entity
from kitsulite.models.people import Person, TimeSpent
from kitsulite.models.tasks import Task, TaskPersonLink
from kitsulite.work.errors import WrongParameter
from kitsulite.work.kinds import SHOT, of_kind
from kitsulite.work.periods import ONE_DAY, day_in, zone_named
from kitsulite.work.work import Work

TOTAL = "total"
UNITS = ("day", "week", "month", "year")


class Share(NamedTuple):
    """Part of a shot, brought forward on a day; `key` says whose or which it is."""

    key: str
    day: datetime.date
    frames: int
    drawings: int


@dataclass
class Shot:
    """A task of a shot, finished; `assignees` with the time zones that their days are those of."""

    task_id: str
    task_type_id: str
    began: str | None
    finished: str
    duration: float
    frames: int
    drawings: int
    assignees: dict[str, datetime.tzinfo] = field(default_factory=dict)


def of_task_type(work: Work, project_id: str, task_type_id: str, mode: str, studio_id: str | None) -> dict[str, Any]:
    """Person -> what they brought forward of one task type; `total` for all together."""
    fps = frames_per_second(get_project(work, project_id))
    shots = _shots(work, project_id, mode, Task.task_type_id == task_type_id, studio_id=studio_id)
    found = Quotas(fps)
    if not shots:
        return found.answer()
    for shot in shots.values():
        shares = [] if is_weighted(mode) else _whole(shot, shot.assignees)
        found.add(shares)
        found.add_total(shares[:1])
    if is_weighted(mode):
        times = _times(work, project_id, Task.task_type_id == task_type_id)
        shares = list(_by_time_spent(times, shots, lambda shot, person_id: person_id))
        for shot in _unnoted(times, shots.values()):
            shares.extend(_by_weekdays(shot, shot.assignees))
        found.add(shares)
        found.add_total(shares)
    return found.answer()


def of_person(work: Work, project_id: str, person_id: str, mode: str, studio_id: str | None) -> dict[str, Any]:
    """Task type -> what one person brought forward on a production; `total` for all together."""
    person = work.get(Person, person_id)
    fps = frames_per_second(get_project(work, project_id))
    zone = zone_named(work, person["timezone"])
    shots = _shots(work, project_id, mode, studio_id=studio_id)
    own = [shot for shot in shots.values() if person["id"] in shot.assignees]
    found = Quotas(fps)
    if is_weighted(mode):
        times = _times(work, project_id)
        by_type = _by_time_spent(times, shots, lambda shot, who: shot.task_type_id if who == person["id"] else None)
        shares = list(by_type)
        for shot in _unnoted(times, own):
            shares.extend(_by_weekdays(shot, {shot.task_type_id: zone}))
    else:
        shares = [share for shot in own for share in _whole(shot, {shot.task_type_id: zone})]
    found.add(shares)
    found.add_total(shares)
    return found.answer()


def read_mode(mode: str) -> str:
    """A way to count; WrongParameter for what is none."""
    if mode not in COUNT_MODES:
        raise WrongParameter("count_mode must be equal to weighted, weigtheddone, feedback, or done")
    return mode


def is_weighted(mode: str) -> bool:
    return mode.startswith("weighted")


def may_see_of_person(work: Work, project_id: str, person_id: str) -> bool:
    """Supervisor of the project; oneself in the team, no client."""
    role = acts_as(work, project_id)
    own = is_self(work, person_id) and role != CLIENT
    return (own or role in SUPERVISORS) and has_project_access(work, project_id)


def _shots(work: Work, project_id: str, mode: str, *conditions: Any, studio_id: str | None) -> dict[str, Shot]:
    """The finished tasks on a production's shots, by id."""
    finished = Task.done_date if mode.endswith("done") else Task.end_date
    query = (
        Task.select(
            Task.id,
            Task.task_type_id,
            Task.real_start_date,
            finished,
            Task.duration,
            Entity.nb_frames,
            Task.nb_drawings,
        )
        .join(Entity, on=Entity.id == Task.entity_id)
        .where(
            Task.project_id == project_id,
            of_kind(work, SHOT),
            finished.is_null(False),
            *within_reach(work),
            *conditions,
        )
    )
    links = (
        TaskPersonLink.select(TaskPersonLink.task_id, TaskPersonLink.person_id, Person.timezone)
        .join(Task, on=Task.id == TaskPersonLink.task_id)
        .join(Person, on=Person.id == TaskPersonLink.person_id)
    )
    links = links.where(Task.project_id == project_id, finished.is_null(False), *conditions)
    if studio_id:
        people = Person.select(Person.id).where(Person.studio_id == Person.studio_id.read_filter(studio_id))
        of_studio = TaskPersonLink.select(TaskPersonLink.task_id).where(TaskPersonLink.person_id.in_(people))
        query = query.where(Task.id.in_(of_studio))
    shots = {
        row[0]: Shot(row[0], row[1], row[2], row[3], row[4] or 0.0, row[5] or 0, row[6] or 0)
        for row in work.db.tuples(query)
    }
    if not shots:
        return shots
    zones: dict[str, datetime.tzinfo] = {}
    for task_id, person_id, timezone in work.db.tuples(links.order_by(TaskPersonLink.person_id)):
        if task_id in shots:
            if timezone not in zones:
                zones[timezone] = zone_named(work, timezone)
            shots[task_id].assignees[person_id] = zones[timezone]
    return shots


def _whole(shot: Shot, keys: Mapping[str, datetime.tzinfo]) -> list[Share]:
    """A shot at once: for each key on the day that it was in a time zone."""
    return [Share(key, day_in(zone, shot.finished), shot.frames, shot.drawings) for key, zone in keys.items()]


class Time(NamedTuple):
    """Time that somebody noted on a task."""

    task_id: str
    person_id: str
    date: str
    duration: float


def _times(work: Work, project_id: str, *conditions: Any) -> list[Time]:
    query = (
        TimeSpent.select(TimeSpent.task_id, TimeSpent.person_id, TimeSpent.date, TimeSpent.duration)
        .join(Task, on=Task.id == TimeSpent.task_id)
        .where(Task.project_id == project_id, *conditions)
    )
    return [Time(*row) for row in work.db.tuples(query)]


def _by_time_spent(
    times: Iterable[Time], shots: dict[str, Shot], key_of: Callable[[Shot, str], str | None]
) -> Iterator[Share]:
    """Each time noted on a task brings its part of the shot forward on its day."""
    for time in times:
        shot = shots.get(time.task_id)
        key = key_of(shot, time.person_id) if shot else None
        if shot is not None and key is not None and shot.duration > 0:
            part = time.duration / shot.duration
            day = datetime.date.fromisoformat(time.date)
            yield Share(key, day, round(shot.frames * part), round(shot.drawings * part))


def _unnoted(times: Iterable[Time], shots: Iterable[Shot]) -> list[Shot]:
    """The tasks on which nobody noted time, and which were begun."""
    noted = {time.task_id for time in times}
    return [shot for shot in shots if shot.task_id not in noted and shot.began]


def _by_weekdays(shot: Shot, keys: Mapping[str, datetime.tzinfo]) -> Iterator[Share]:
    """A task brings its shot forward a bit on every weekday that it took, for each key by the days of a time zone."""
    assert shot.began
    for key, zone in keys.items():
        first, last = day_in(zone, shot.began), day_in(zone, shot.finished)
        days = [first + n * ONE_DAY for n in range(max((last - first).days, 0) + 1)]
        after_first = sum(day.weekday() in WEEKDAYS for day in days[1:])
        frames = round(shot.frames / (after_first + 1))
        for day in days:
            if day.weekday() in WEEKDAYS:
                yield Share(key, day, frames, shot.drawings)


class Quotas:
    """Shares, added up by key and by day, week, month and year."""

    def __init__(self, fps: float) -> None:
        self.fps = fps
        self.found: dict[str, dict[str, Any]] = {}
        self.entries: dict[tuple[str, str, str], set[str]] = {}

    def add(self, shares: list[Share]) -> None:
        for share in shares:
            self._add(share.key, share)

    def add_total(self, shares: list[Share]) -> None:
        for share in shares:
            self._add(TOTAL, share)

    def _add(self, key: str, share: Share) -> None:
        quota = self.found.setdefault(key, {unit: {} for unit in UNITS})
        day, month, year = share.day.isoformat(), share.day.strftime("%Y-%m"), str(share.day.year)
        year_of_weeks, number, _ = share.day.isocalendar()
        week = f"{year_of_weeks}-{number}"
        figures = {
            "frames": share.frames,
            "seconds": share.frames / self.fps,
            "count": 1,
            "drawings": share.drawings,
        }
        for unit, period in zip(UNITS, (day, week, month, year), strict=True):
            for name, value in figures.items():
                sums = quota[unit].setdefault(name, {})
                sums[period] = sums.get(period, 0) + value
        for unit, within, entry in (("day", month, day), ("week", str(year_of_weeks), week), ("month", year, month)):
            self.entries.setdefault((key, unit, within), set()).add(entry)

    def answer(self) -> dict[str, Any]:
        for (key, unit, within), entries in self.entries.items():
            self.found[key][unit].setdefault("entries", {})[within] = len(entries)
        return self.found
