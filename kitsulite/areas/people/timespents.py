"""Time that people spent on tasks: rows of a day or a period, and sums task by task (docs/api/people.md).

Durations are minutes. Days are plain calendar days, never shifted by a time zone.
"""

import peewee
from peewee import JOIN, fn

from kitsulite.access.people import may_see_time_of_department, overseen_tasks
from kitsulite.access.projects import SUPERVISORS, team_role, within_key
from kitsulite.access.roles import is_admin, is_overseer, is_self, require
from kitsulite.models.entities import Entity, EntityType
from kitsulite.models.people import Person, TimeSpent
from kitsulite.models.productions import Project
from kitsulite.models.shapes import Raw, Shape, many
from kitsulite.models.tasks import Task, TaskType
from kitsulite.storage import Wire
from kitsulite.work.errors import WrongParameter
from kitsulite.work.periods import Period, read_day
from kitsulite.work.work import Work

EVERYTHING = peewee.SQL("1 = 1")
ROW = Shape(TimeSpent)
_OF_TASK = "(SELECT task.{} FROM task WHERE task.id = time_spent.task_id)"
ROW_WITH_PLACE = ROW.but(
    plus={key: Wire(_OF_TASK.format(key)) for key in ("project_id", "task_type_id")}, title="TimeSpentWithPlace"
)
"""The same with where it was spent."""
SUM = Shape(
    Task,
    type=None,
    only=("task_type_id", "project_id"),
    plus={
        "task_id": Wire('"task"."id"'),
        "project_name": Wire('"project"."name"'),
        "entity_name": Wire('"entity"."name"'),
        "entity_type_name": Wire('"entity_type"."name"'),
        "sequence_name": Wire('"sequence"."name"'),
        "episode_name": Wire('"episode"."name"'),
        "duration": Wire('"spent"."duration"', "float"),
    },
    title="TimeSpentOfTask",
)
"""What somebody spent on one task."""


def list_between(work: Work, person_id: str, start: str | None, end: str | None) -> Raw:
    """A person's rows, between two days when they are given, each with the production and the task type."""
    return _rows(work, person_id, within(start, end), shape=ROW_WITH_PLACE)


def list_of_day(work: Work, person_id: str, day: str) -> Raw:
    """A person's rows of a day, as far as the caller may see them."""
    return _rows(work, person_id, seen(work, person_id), TimeSpent.date == day)


def list_of_period(work: Work, person_id: str, period: Period) -> Raw:
    """A person's rows of a period."""
    return _rows(work, person_id, TimeSpent.date.between(*period.days))


def sum_by_task(work: Work, person_id: str, period: Period, project_id: str | None = None) -> Raw:
    """What a person spent in a period, a sum for each task that the caller may see, of one project when it is named."""
    conditions = [TimeSpent.person_id == person_id.lower(), TimeSpent.date.between(*period.days)]
    conditions.append(seen(work, person_id, project_id))
    spent = TimeSpent.select(TimeSpent.task_id, fn.SUM(TimeSpent.duration).alias("duration"))
    spent = spent.where(*conditions).group_by(TimeSpent.task_id).alias("spent")
    sequence, episode = Entity.alias("sequence"), Entity.alias("episode")
    query = (
        SUM.select(work.db)
        .join_from(Task, spent, on=spent.c.task_id == Task.id)
        .join_from(Task, Project, on=Project.id == Task.project_id)
        .join_from(Task, Entity, on=Entity.id == Task.entity_id)
        .join_from(Entity, EntityType, on=EntityType.id == Entity.entity_type_id)
        .join_from(Entity, sequence, JOIN.LEFT_OUTER, on=sequence.id == Entity.parent_id)
        .join_from(sequence, episode, JOIN.LEFT_OUTER, on=episode.id == sequence.parent_id)
    )
    return many(work.db, query.order_by(Project.name, Entity.name, Task.id))


def within(start: str | None, end: str | None) -> peewee.Node:
    """The rows between two days, both included; all of them when neither is given.

    WrongParameter when there is only one, or when one cannot be read.
    """
    if not start and not end:
        return EVERYTHING
    if not start or not end:
        raise WrongParameter("If querying for a range of dates, both a `start_date` and an `end_date` must be given.")
    wrong = f"Wrong date format for {start} and/or {end}"
    return TimeSpent.date.between(read_day(start, wrong=wrong), read_day(end, wrong=wrong))


def seen(work: Work, person_id: str, project_id: str | None = None) -> peewee.Node:
    """The rows of a person that the caller may see, of one project when it is named.

    One's own, and all for admins; for managers and supervisors those of their tasks. Forbidden for a project that is not
    theirs. Who may ask at all is `oneself_or_overseer`.
    """
    tasks = [Task.project_id == project_id] if project_id else []
    if not is_admin(work) and not is_self(work, person_id):
        require(_is_of_team(work, project_id))
        tasks.append(overseen_tasks(work))
    return _of_tasks(work, tasks)


def table(
    work: Work,
    unit: str,
    period: Period | None = None,
    *,
    project_id: str | None = None,
    department_id: str | None = None,
    studio_id: str | None = None,
) -> dict[str, dict[str, float]]:
    """Minutes by unit (year, month, week or day) and person; only what is not nothing (docs/api/people.md).

    Managers and supervisors get the time of their tasks, everybody else their own. `department_id` is that of the task
    type, `studio_id` that of the person. Forbidden for a project that is not the manager's; WrongParameter for a
    department that is not the supervisor's.
    """
    conditions, tasks = [], []
    if period:
        conditions.append(TimeSpent.date.between(*period.days))
    if studio_id:
        conditions.append(TimeSpent.person_id.in_(Person.select(Person.id).where(Person.studio_id == studio_id)))
    if project_id:
        tasks.append(Task.project_id == project_id)
    if department_id:
        types = TaskType.select(TaskType.id).where(TaskType.department_id == department_id)
        tasks.append(Task.task_type_id.in_(types))
    if not is_overseer(work):
        conditions.append(TimeSpent.person_id == work.caller.id)
    elif not is_admin(work):
        require(_is_of_team(work, project_id))
        if department_id and not may_see_time_of_department(work, department_id):
            raise WrongParameter("Supervisor not allowed to access this department")
        tasks.append(overseen_tasks(work))
    key = work.db.date_part(unit, TimeSpent.date)
    query = TimeSpent.select(key, TimeSpent.person_id, fn.SUM(TimeSpent.duration))
    query = query.where(TimeSpent.person_id.is_null(False), *conditions, _of_tasks(work, tasks))
    minutes: dict[str, dict[str, float]] = {}
    for number, person_id, spent in work.db.tuples(query.group_by(key, TimeSpent.person_id)):
        minutes.setdefault(str(number), {})[person_id] = spent
    return minutes


def _rows(work: Work, person_id: str, *conditions: peewee.Node, shape: Shape = ROW) -> Raw:
    query = shape.select(work.db).where(TimeSpent.person_id == person_id.lower(), *conditions, _of_tasks(work, []))
    return many(work.db, query.order_by(TimeSpent.date, TimeSpent.created_at))


def _of_tasks(work: Work, conditions: list[peewee.Node]) -> peewee.Node:
    conditions = conditions + within_key(work, Task.project_id)
    return TimeSpent.task_id.in_(Task.select(Task.id).where(*conditions)) if conditions else EVERYTHING


def _is_of_team(work: Work, project_id: str | None) -> bool:
    return project_id is None or team_role(work, project_id) in SUPERVISORS
