"""Reading tasks: of projects, of people, of entities, on the board of all projects."""

from typing import Any

import msgspec

from kitsulite.access.callers import admin, is_anybody, project_access, signed_in, vendors_only_oneself
from kitsulite.access.entities import has_entity_access
from kitsulite.access.roles import require
from kitsulite.access.rules import MEMBER, Asked, Given, Rule, asked_project, name_of, of_a_human, row
from kitsulite.access.tasks import has_task_access, may_see_task_dates
from kitsulite.areas.tasks import board, burndown, dates, details, lists, subscriptions
from kitsulite.areas.tasks.asked import read_persons
from kitsulite.areas.telling import notifications
from kitsulite.models import is_uuid
from kitsulite.models.entities import Entity, EntityType
from kitsulite.models.entity_shapes import ENTITIES
from kitsulite.models.notification_shapes import ROW as NOTIFICATION
from kitsulite.models.people_shapes import SAFE
from kitsulite.models.productions import Project
from kitsulite.models.shapes import Shape
from kitsulite.models.task_shapes import BOARD, LISTED, TASK
from kitsulite.models.tasks import Task, TaskStatus, TaskType
from kitsulite.storage import Row
from kitsulite.web.call import Call
from kitsulite.web.inputs import Count, Id, Moment
from kitsulite.web.paged import paged
from kitsulite.web.routing import Either, Mapped, Merged, Route, get
from kitsulite.web.tags import marked
from kitsulite.work.errors import WrongParameter
from kitsulite.work.work import Work

PAGE = 100


class OfProject(msgspec.Struct):
    """Which tasks of a project."""

    page: int | None = None
    task_type_id: Id | None = None
    episode_id: Id | None = None


def list_of_project(call: Call, project: Row, asked: OfProject) -> object:
    """The tasks of a project, latest change first; vendors see their own."""
    work = call.work
    return marked(
        call, work, project["id"], lambda: lists.list_of_project(work, project, **msgspec.structs.asdict(asked))
    )


def list_of_person(work: Work, person_id: str) -> object:
    """What somebody has to do."""
    return lists.list_of_person(work, person_id, done=False)


def list_done_by_person(work: Work, person_id: str) -> object:
    """What somebody has done."""
    return lists.list_of_person(work, person_id, done=True)


class Dated(msgspec.Struct):
    """On which production."""

    project_id: str = ""


class Wanted(msgspec.Struct):
    """Which tasks of the board. `person_id` may be several ids, separated by commas, or `unassigned`."""

    project_id: Id | None = None
    task_type_id: Id | None = None
    task_status_id: Id | None = None
    person_id: str = ""
    studio_id: Id | None = None
    department_id: Id | None = None
    start_date: Moment | None = None
    due_date: Moment | None = None
    priority: Count | None = None


class OnBoard(Wanted):
    """Which tasks of the board, and which page of them."""

    page: Count = 1
    limit: Count = PAGE


class Page(msgspec.Struct):
    """Which page of a list."""

    page: int | None = None


def list_dates(work: Work, project_id: str) -> object:
    """When people are at work."""
    return dates.task_dates(work, project_id.strip().lower() or None)


def get_board(work: Work, person_id: str, page: int, limit: int, **wanted: Any) -> object:
    """The open tasks, a page at a time, and sums over all of them."""
    asked = board.Wanted(persons=read_persons(person_id), **wanted)
    return board.board(work, asked, page=max(1, page), limit=limit if limit > 0 else PAGE)


def get_burndown(work: Work, person_id: str, **wanted: Any) -> object:
    """How the work on the board gets done, day by day."""
    return burndown.burndown(work, board.Wanted(persons=read_persons(person_id), **wanted))


board_of_query = asked_project(MEMBER, otherwise=is_anybody, hint="the caller's projects")
of_anybody = of_a_human(vendors_only_oneself)


def _may_see_dates(work: Work, asked: Asked) -> Given:
    project_id = asked.query.get("project_id", "").strip()
    if project_id and not is_uuid(project_id):
        raise WrongParameter("Invalid project_id.")
    require(may_see_task_dates(work, project_id.lower() or None))
    return {}


dates_of_query = Rule(name_of(may_see_task_dates), _may_see_dates, asks=(may_see_task_dates,))
EPISODES = {"episode_ids": [Id], "episode_names": [str]}
WHOSE = SAFE.with_relations()
FULL = Merged(
    TASK.with_relations(),
    {
        "entity_type": Shape(EntityType),
        "project": Shape(Project),
        "task_status": Shape(TaskStatus),
        "task_type": Shape(TaskType),
        "entity": ENTITIES["Entity"],
        "persons": [SAFE],
        "is_subscribed": bool,
        "assigner": WHOSE,
        "sequence": ENTITIES["Sequence"],
        "episode": ENTITIES["Episode"],
    },
)
DATES = {
    "person_id": Id,
    "min_date": str | None,
    "max_date": str | None,
    "busy_periods": [{"start_date": str, "end_date": str}],
}
SUMS = {"amount": int, "amount_done": int, "total_duration": float, "total_estimation": float}
FIGURES = Mapped(
    {**SUMS, "task_types": [{"task_status_id": Id, "task_type_id": Id, "project_id": Id, **SUMS}]},
)
BOARD_PAGE = {
    "data": [BOARD],
    "stats": {
        "total_duration": float,
        "total_estimation": float,
        "total": int,
        "status": [{"task_status_id": Id, "amount": int}],
    },
    "limit": int,
    "is_more": bool,
    "page": int,
}
BURNDOWN = {
    "total": int,
    "total_estimation": float,
    "start_date": str | None,
    "end_date": str | None,
    "done_by_day": [{"date": str, "done": int, "done_estimation": float}],
}
ROUTES: list[Route] = [
    get("/data/tasks/{task_id}/full", row(Task, has_task_access), details.full_task, gives=FULL),
    get(
        "/data/projects/{project_id}/tasks",
        project_access,
        list_of_project,
        query=OfProject,
        gives=Either([TASK.with_relations()], paged(TASK.with_relations())),
        also=(304,),
    ),
    get(
        "/data/entities/{entity_id}/task-types/{task_type_id}/tasks",
        row(Entity, has_entity_access),
        lists.list_of_entity_and_type,
        gives=[TASK],
    ),
    get("/data/persons/{person_id}/tasks", of_anybody, list_of_person, gives=[Merged(LISTED, EPISODES)]),
    get("/data/persons/{person_id}/done-tasks", of_anybody, list_done_by_person, gives=[Merged(LISTED, EPISODES)]),
    get("/data/persons/{person_id}/related-tasks/{task_type_id}", of_anybody, lists.list_related, gives=[TASK]),
    get(
        "/data/persons/task-dates",
        dates_of_query,
        list_dates,
        gives=[DATES],
        query=Dated,
    ),
    get("/data/tasks/open-tasks", board_of_query, get_board, query=OnBoard, gives=BOARD_PAGE),
    get("/data/tasks/open-tasks/burndown", board_of_query, get_burndown, query=Wanted, gives=BURNDOWN),
    get("/data/tasks/open-tasks/stats", signed_in, board.figures, gives=FIGURES),
    get(
        "/data/projects/{project_id}/notifications",
        admin,
        notifications.list_of_project,
        query=Page,
        gives=Either([NOTIFICATION], paged(NOTIFICATION)),
    ),
    get("/data/projects/{project_id}/subscriptions", admin, subscriptions.list_of_project, gives=[subscriptions.ROW]),
]
