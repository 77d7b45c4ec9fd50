"""How many shots somebody brought forward in a period, whole or by the time spent on them (docs/api/people.md)."""

import datetime

import peewee
from peewee import JOIN, fn

from kitsulite.areas.entities.entities import within_reach
from kitsulite.models.entities import Entity, EntityType
from kitsulite.models.people import Person, TimeSpent
from kitsulite.models.productions import Project
from kitsulite.models.shapes import Shape, many, read_list
from kitsulite.models.tasks import Task, TaskPersonLink
from kitsulite.storage import Row, Wire
from kitsulite.work.errors import WrongParameter
from kitsulite.work.periods import ONE_DAY, Period, day_in, zone_named
from kitsulite.work.work import Work

COUNT_MODES = ("weighted", "weighteddone", "feedback", "done")
WEEKDAYS = range(5)
FULL_NAME = (
    """coalesce("episode"."name" || ' / ', '') || coalesce("sequence"."name" || ' / ', '') || "entity"."name\""""
)
SHOT = Shape(Entity, plus={"full_name": Wire(FULL_NAME)}, title="QuotaShot")


def require_known(work: Work, project_id: str | None) -> None:
    """NotFound when a project is named that is none."""
    if project_id is not None:
        work.get(Project, project_id)


def read_mode(mode: str) -> str:
    """A way to count; WrongParameter for what is none."""
    if mode not in COUNT_MODES:
        raise WrongParameter("count_mode must be equal to weighted, weighteddone, feedback, or done")
    return mode


def list_shots(
    work: Work,
    person_id: str,
    period: Period,
    *,
    project_id: str | None,
    task_type_id: str | None,
    count_mode: str,
) -> list[Row]:
    """The shots that a person's tasks of one type brought forward in a period: rows with `full_name` and `weight`.

    Modes with `done` go by the day on which a task was done, the others by the day on which it was sent for feedback.
    `feedback` and `done` count each shot as 1. The weighted ones share it out over the time noted on its task or, when
    nobody noted any, over the weekdays that it took. Days are those of the person's time zone. Without a project and a task type there are none.
    """
    if not project_id or not task_type_id:
        return []
    person = work.find(Person, person_id.lower())
    zone = zone_named(work, person["timezone"] if person else None)
    finished = Task.done_date if count_mode.endswith("done") else Task.end_date
    tasks = (
        Task.select()
        .join(Entity, on=Entity.id == Task.entity_id)
        .join(EntityType, on=(EntityType.id == Entity.entity_type_id) & (EntityType.name == "Shot"))
        .where(Task.project_id == project_id.lower(), Task.task_type_id == task_type_id, finished.is_null(False))
    )
    assigned = tasks.where(
        Task.id.in_(TaskPersonLink.select(TaskPersonLink.task_id).where(TaskPersonLink.person_id == person_id.lower()))
    )
    if count_mode.startswith("weighted"):
        weights = _by_weekdays(work, assigned, finished, period, zone) | _by_time_spent(work, tasks, person_id, period)
    else:
        start, end = period.moments(zone)
        within = assigned.where(finished >= start, finished < end)
        weights = dict.fromkeys(work.db.values(within.select(Task.entity_id)), 1.0)
    shots = [{**shot, "weight": weights[shot["id"]]} for shot in _named(work, list(weights))]
    return sorted(shots, key=lambda shot: shot["full_name"])


def _by_time_spent(work: Work, tasks: peewee.ModelSelect, person_id: str, period: Period) -> dict[str, float]:
    """Shot by shot, which part of all the time spent on its task a person spent in a period."""
    spent = tasks.select(Task.entity_id, Task.duration, TimeSpent.duration).join_from(
        Task,
        TimeSpent,
        on=(TimeSpent.task_id == Task.id)
        & (TimeSpent.person_id == person_id.lower())
        & TimeSpent.date.between(*period.days),
    )
    weights: dict[str, float] = {}
    for shot_id, whole, part in work.db.tuples(spent):
        weights[shot_id] = weights.get(shot_id, 0.0) + (round(part / whole, 2) if whole else 0.0)
    return weights


def _by_weekdays(
    work: Work, tasks: peewee.ModelSelect, finished: peewee.Field, period: Period, zone: datetime.tzinfo
) -> dict[str, float]:
    """Shot by shot, which part of the weekdays that its task took falls into a period; only tasks without time spent."""
    start, end = period.moments(zone)
    unnoted = ~fn.EXISTS(TimeSpent.select(TimeSpent.id).where(TimeSpent.task_id == Task.id))
    overlapping = tasks.where(unnoted, Task.real_start_date < end, finished >= start)
    weights = {}
    for shot_id, began, ended in work.db.tuples(overlapping.select(Task.entity_id, Task.real_start_date, finished)):
        weights[shot_id] = _share(day_in(zone, began), day_in(zone, ended), period)
    return weights


def _share(began: datetime.date, ended: datetime.date, period: Period) -> float:
    """The part of a task's weekdays that falls into a period that it overlaps."""
    last = period.end - ONE_DAY
    starts_inside, ends_inside = period.start <= began, ended <= last
    if starts_inside and ends_inside:
        return 1.0
    if not starts_inside and not ends_inside:
        inside = 1
    else:
        inside = _weekdays(began if starts_inside else period.start, ended if ends_inside else last) + 1
    return round(inside / (_weekdays(began, ended) + 1), 2)


def _weekdays(start: datetime.date, end: datetime.date) -> int:
    """How many of the days after `start`, up to `end`, are weekdays."""
    weeks, rest = divmod(max((end - start).days, 0), 7)
    return 5 * weeks + sum((start + day * ONE_DAY).weekday() in WEEKDAYS for day in range(1, rest + 1))


def _named(work: Work, shot_ids: list[str]) -> list[Row]:
    """Rows of shots, with the names of what they are in."""
    sequence, episode = Entity.alias("sequence"), Entity.alias("episode")
    query = (
        SHOT.select(work.db)
        .join_from(Entity, sequence, JOIN.LEFT_OUTER, on=sequence.id == Entity.parent_id)
        .join_from(sequence, episode, JOIN.LEFT_OUTER, on=episode.id == sequence.parent_id)
    )
    return read_list(many(work.db, query.where(Entity.id.in_(shot_ids), *within_reach(work))))
