"""Reading tasks: of projects, of people, of entities, on the board of all projects (contract 05, 5.4)."""

from kitsulite.access import (
    admin,
    entity_in_path,
    in_service,
    of_a_human,
    project_access,
    signed_in,
    task_access,
    vendors_only_oneself,
)
from kitsulite.areas.tasks import board, dates, details, lists, subscriptions
from kitsulite.areas.telling import notifications
from kitsulite.models import is_uuid
from kitsulite.models.notification_shapes import ROW as NOTIFICATION
from kitsulite.models.task_shapes import LISTED, TASK
from kitsulite.models.tasks import TaskType
from kitsulite.web.call import Call
from kitsulite.web.routing import Route, get
from kitsulite.work.errors import WrongParameter

PAGE = 100


def get_full_task(call: Call, task_id: str) -> object:
    """A task with all around it."""
    return details.full_task(call.work, task_id)


def list_of_project(call: Call, project_id: str) -> object:
    """The tasks of a project, latest change first."""
    return lists.list_of_project(
        call.work,
        project_id,
        page=call.integer("page"),
        task_type_id=call.id("task_type_id"),
        episode_id=call.id("episode_id"),
    )


def list_of_entity(call: Call, entity_id: str, task_type_id: str) -> object:
    """The tasks of a type on an entity, by name."""
    return lists.list_of_entity_and_type(call.work, entity_id, task_type_id)


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
    if project_id and not is_uuid(project_id):
        raise WrongParameter("Invalid project_id.")
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


of_anybody = of_a_human(vendors_only_oneself)
ROUTES: list[Route] = [
    get("/data/tasks/{task_id}/full", task_access, get_full_task),
    get("/data/projects/{project_id}/tasks", project_access, list_of_project, gives=[TASK.with_relations()]),
    get(
        "/data/entities/{entity_id}/task-types/{task_type_id}/tasks",
        entity_in_path,
        list_of_entity,
        gives=[TASK],
    ),
    get("/data/persons/{person_id}/tasks", of_anybody, list_of_person, gives=[LISTED]),
    get("/data/persons/{person_id}/done-tasks", of_anybody, list_done_by_person, gives=[LISTED]),
    get("/data/persons/{person_id}/related-tasks/{task_type_id}", of_anybody, list_related, gives=[TASK]),
    get(
        "/data/persons/task-dates",
        in_service("managers and supervisors, of a project those in its team"),
        list_dates,
    ),
    get("/data/tasks/open-tasks", signed_in, get_board),
    get("/data/tasks/open-tasks/stats", signed_in, get_figures),
    get("/data/projects/{project_id}/notifications", admin, list_notifications, gives=[NOTIFICATION]),
    get("/data/projects/{project_id}/subscriptions", admin, list_subscriptions, gives=[subscriptions.ROW]),
]
