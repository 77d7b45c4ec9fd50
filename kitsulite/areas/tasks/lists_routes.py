"""Reading tasks: of projects, of people, of entities, on the board of all projects (docs/api/tasks.md)."""

import msgspec

from kitsulite.access.entities import has_entity_access
from kitsulite.access.roles import require
from kitsulite.access.rules import (
    MEMBER,
    Asked,
    Given,
    Rule,
    admin,
    asked_project,
    is_anybody,
    name_of,
    of_a_human,
    project_access,
    row,
    signed_in,
    vendors_only_oneself,
)
from kitsulite.access.tasks import has_task_access, may_see_task_dates
from kitsulite.areas.tasks import board, dates, details, lists, subscriptions
from kitsulite.areas.telling import notifications
from kitsulite.models import is_uuid
from kitsulite.models.entities import Entity
from kitsulite.models.notification_shapes import ROW as NOTIFICATION
from kitsulite.models.task_shapes import LISTED, TASK
from kitsulite.models.tasks import Task, TaskType
from kitsulite.web.call import Call
from kitsulite.web.inputs import Id
from kitsulite.web.routing import Route, get
from kitsulite.work.errors import WrongParameter
from kitsulite.work.work import Work

PAGE = 100


class OfProject(msgspec.Struct):
    """Which tasks of a project."""

    page: int | None = None
    task_type_id: Id | None = None
    episode_id: Id | None = None


def list_of_person(call: Call, person_id: str) -> object:
    """What somebody has to do."""
    return lists.list_of_person(call.work, person_id, done=False)


def list_done_by_person(call: Call, person_id: str) -> object:
    """What somebody has done."""
    return lists.list_of_person(call.work, person_id, done=True)


def list_related(call: Call, person_id: str, task_type_id: str) -> object:
    """The tasks of a type on everything that somebody works on."""
    return lists.list_related(call.work, person_id, task_type_id)


def list_dates(call: Call) -> object:
    """When people are at work."""
    project_id = call.query.get("project_id", "").strip()
    return dates.task_dates(call.work, project_id.lower() or None)


def get_board(call: Call) -> object:
    """The open tasks, a page at a time, and sums over all of them."""
    persons = call.query.get("person_id", "")
    wanted = board.Wanted(
        project_id=call.id("project_id"),
        task_type_id=call.id("task_type_id"),
        task_status_id=call.id("task_status_id"),
        persons=read_persons(persons) if persons else (),
        studio_id=call.id("studio_id"),
        department_id=call.id("department_id"),
        start_date=call.moment("start_date"),
        due_date=call.moment("due_date"),
        priority=call.argument("priority", TaskType.priority.read),
    )
    page, limit = call.argument("page", int, default=1), call.argument("limit", int, default=PAGE)
    return board.board(call.work, wanted, page=max(1, page), limit=limit if limit > 0 else PAGE)


def read_persons(text: str) -> tuple[str, ...]:
    """Ids of people, separated by commas, or the word for nobody."""
    persons = tuple(part.strip().lower() for part in text.split(","))
    if persons != (board.UNASSIGNED,) and not all(map(is_uuid, persons)):
        raise WrongParameter("Wrong UUID format.")
    return persons


def get_figures(call: Call) -> object:
    """Project by project how many open tasks there are, and how long they take."""
    return board.figures(call.work)


def list_notifications(call: Call, project_id: str) -> object:
    """The notifications about a project's tasks, latest change first."""
    return notifications.list_of_project(call.work, project_id, call.integer("page"))


def list_subscriptions(call: Call, project_id: str) -> object:
    """The subscriptions to a project's tasks."""
    return subscriptions.list_of_project(call.work, project_id)


board_of_query = asked_project(MEMBER, otherwise=is_anybody, hint="the caller's projects")
of_anybody = of_a_human(vendors_only_oneself)


def _may_see_dates(work: Work, asked: Asked) -> Given:
    project_id = asked.query.get("project_id", "").strip()
    if project_id and not is_uuid(project_id):
        raise WrongParameter("Invalid project_id.")
    require(may_see_task_dates(work, project_id.lower() or None))
    return {}


dates_of_query = Rule(name_of(may_see_task_dates), _may_see_dates)
ROUTES: list[Route] = [
    get("/data/tasks/{task_id}/full", row(Task, has_task_access), details.full_task),
    get(
        "/data/projects/{project_id}/tasks",
        project_access,
        lists.list_of_project,
        query=OfProject,
        gives=[TASK.with_relations()],
    ),
    get(
        "/data/entities/{entity_id}/task-types/{task_type_id}/tasks",
        row(Entity, has_entity_access),
        lists.list_of_entity_and_type,
        gives=[TASK],
    ),
    get("/data/persons/{person_id}/tasks", of_anybody, list_of_person, gives=[LISTED]),
    get("/data/persons/{person_id}/done-tasks", of_anybody, list_done_by_person, gives=[LISTED]),
    get("/data/persons/{person_id}/related-tasks/{task_type_id}", of_anybody, list_related, gives=[TASK]),
    get(
        "/data/persons/task-dates",
        dates_of_query,
        list_dates,
    ),
    get("/data/tasks/open-tasks", board_of_query, get_board),
    get("/data/tasks/open-tasks/stats", signed_in, get_figures),
    get("/data/projects/{project_id}/notifications", admin, list_notifications, gives=[NOTIFICATION]),
    get("/data/projects/{project_id}/subscriptions", admin, list_subscriptions, gives=[subscriptions.ROW]),
]
