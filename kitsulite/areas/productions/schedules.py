"""When a production's work is planned: schedule items, milestones, who is away and who did what (docs/api/productions.md)."""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from kitsulite.access.projects import is_project_manager
from kitsulite.models.entities import Entity, EntityType
from kitsulite.models.people import DayOff, TimeSpent
from kitsulite.models.productions import ProjectPersonLink
from kitsulite.models.schedules import Milestone, ScheduleItem
from kitsulite.models.shapes import Raw, Shape, many, read_list
from kitsulite.models.tasks import Task, TaskType
from kitsulite.storage import Row, UniqueViolation
from kitsulite.work.kinds import ASSET, EDIT, EPISODE, SEQUENCE, not_canceled, of_kind
from kitsulite.work.periods import zone_of
from kitsulite.work.work import Work

ITEM = Shape(
    ScheduleItem,
    type=None,
    only=("id", "start_date", "end_date", "man_days", "project_id", "task_type_id", "object_id"),
    title="PlannedItem",
)
STORED_ITEM = Shape(ScheduleItem)
MILESTONE = Shape(
    Milestone, type=None, only=("id", "date", "name", "project_id", "task_type_id"), title="MilestoneOfProject"
)
TIME_SPENT = Shape(TimeSpent)
DAY_OFF = Shape(DayOff)
SCHEDULED = ("Asset", "Shot", "Sequence", "Episode", "Edit")
"""What the task types of a schedule are for."""


# --- schedule items ---


def stored_items(work: Work, project_id: str) -> Raw:
    """The schedule items of a production as they are stored."""
    query = STORED_ITEM.select(work.db).where(ScheduleItem.project_id == project_id)
    return many(work.db, query.order_by(work.db.creation_order(ScheduleItem)))


def task_type_items(work: Work, project_id: str) -> list[Row]:
    """One item a task type that has tasks in the production, made where it is missing; by start date."""
    with_tasks = Task.select(Task.task_type_id).where(Task.project_id == project_id)
    query = TaskType.select(TaskType.id).where(TaskType.id.in_(with_tasks), TaskType.for_entity.in_(SCHEDULED))
    wanted = work.db.values(query)
    whole = (ScheduleItem.project_id == project_id) & ScheduleItem.object_id.is_null()
    present = set(work.db.values(ScheduleItem.select(ScheduleItem.task_type_id).where(whole)))
    for id in wanted:
        if id not in present:
            _make(work, project_id, id, None)
    shown = whole & (ScheduleItem.task_type_id.in_(wanted) | ScheduleItem.task_type_id.is_null())
    items = read_list(many(work.db, ITEM.select(work.db).where(shown)))
    return sorted(items, key=lambda item: item["start_date"] or "")


@dataclass(frozen=True)
class Objects:
    """What the items of a task type can be about: `path` the word in the URL."""

    path: str

    def of(self, work: Work, project_id: str, episode_id: str | None) -> dict[str, str]:
        """Ids and names of the objects of a production, or of one of its episodes."""
        in_project = Entity.project_id == project_id
        if self.path == "asset-types":
            assets = Entity.select(Entity.entity_type_id).where(in_project, of_kind(work, ASSET))
            if episode_id:
                assets = assets.where(Entity.source_id == episode_id)
            query = EntityType.select(EntityType.id, EntityType.name).where(EntityType.id.in_(assets))
            return dict(work.db.tuples(query))
        kind = {"sequences": SEQUENCE, "episodes": EPISODE, "edits": EDIT}[self.path]
        query = Entity.select(Entity.id, Entity.name).where(in_project, of_kind(work, kind))
        if kind is EDIT:
            query = query.where(not_canceled())
        if episode_id:
            query = query.where((Entity.id if kind is EPISODE else Entity.parent_id) == episode_id)
        return dict(work.db.tuples(query))


OBJECTS = tuple(Objects(path) for path in ("asset-types", "sequences", "episodes", "edits"))


def object_items(work: Work, objects: Objects, project_id: str, task_type_id: str, episode_id: str | None) -> list[Row]:
    """One item for each object of a task type, made where it is missing, with the object's name; by name."""
    names = objects.of(work, project_id, episode_id)
    work.get(TaskType, task_type_id)
    of_type = (ScheduleItem.project_id == project_id) & (ScheduleItem.task_type_id == task_type_id)
    present = set(work.db.values(ScheduleItem.select(ScheduleItem.object_id).where(of_type)))
    for id in names:
        if id not in present:
            _make(work, project_id, task_type_id, id)
    items = read_list(many(work.db, ITEM.select(work.db).where(of_type, ScheduleItem.object_id.is_null(False))))
    named = [{**item, "name": names[item["object_id"]]} for item in items if item["object_id"] in names]
    return sorted(named, key=lambda item: item["name"])


def _make(work: Work, project_id: str, task_type_id: str, object_id: str | None) -> None:
    today = datetime.datetime.now(zone_of(work)).date()
    try:
        with work.db.savepoint():
            id = work.insert(
                ScheduleItem,
                project_id=project_id,
                task_type_id=task_type_id,
                object_id=object_id,
                start_date=today.isoformat(),
                end_date=(today + datetime.timedelta(days=1)).isoformat(),
            )
    except UniqueViolation:
        return  # somebody else looked at the schedule at the same time
    work.emit("schedule-item:new", {"schedule_item_id": id}, project_id)


# --- the calendar ---


def milestones(work: Work, project_id: str) -> Raw:
    """The milestones of a production."""
    query = MILESTONE.select(work.db).where(Milestone.project_id == project_id)
    return many(work.db, query.order_by(Milestone.date, Milestone.name))


def time_spents(work: Work, project_id: str) -> Raw:
    """All time noted on the tasks of a production."""
    query = TIME_SPENT.select(work.db).join(Task, on=Task.id == TimeSpent.task_id)
    return many(work.db, query.where(Task.project_id == project_id).order_by(TimeSpent.date))


def time_spents_of_task_type(
    work: Work, project_id: str, task_type_id: str, start: str | None, end: str | None
) -> dict[str, list[Row]]:
    """Person -> the time noted on tasks of a type, the latest first; within two days, both included, when given."""
    query = TIME_SPENT.select(work.db).join(Task, on=Task.id == TimeSpent.task_id)
    query = query.where(Task.project_id == project_id, Task.task_type_id == task_type_id)
    if start and end:
        query = query.where(TimeSpent.date.between(start, end))
    return _by_person(read_list(many(work.db, query.order_by(TimeSpent.date.desc()))))


def days_off(work: Work, project_id: str, start: str | None, end: str | None) -> dict[str, list[Row]]:
    """Person of the team -> their days off, of a period when it is given. Why is for managers and themselves to know."""
    team = ProjectPersonLink.select(ProjectPersonLink.person_id).where(ProjectPersonLink.project_id == project_id)
    query = DAY_OFF.select(work.db).where(DayOff.person_id.in_(team))
    if start and end:
        query = query.where(DayOff.end_date >= start, DayOff.date <= end)
    rows = read_list(many(work.db, query.order_by(DayOff.date)))
    manages = is_project_manager(work, project_id)
    for row in rows:
        if not manages and row["person_id"] != work.caller.id:
            row.pop("description")
    return _by_person(rows)


def _by_person(rows: Iterable[Row]) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    for row in rows:
        found.setdefault(row["person_id"] or "", []).append(row)
    return found
