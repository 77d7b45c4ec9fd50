"""Which task types and statuses a production uses, and in which order."""

from typing import Any

import msgspec

from kitsulite.access.callers import admin, project_manager
from kitsulite.access.projects import is_project_manager
from kitsulite.access.roles import is_admin, require
from kitsulite.access.rules import Asked, Given, Rule
from kitsulite.areas.productions import links as projectlinks
from kitsulite.areas.productions.links import TASK_STATUS_LINK, TASK_TYPE, TASK_TYPE_LINK
from kitsulite.models.productions import Project
from kitsulite.web.call import Call
from kitsulite.web.inputs import Id
from kitsulite.web.routing import post
from kitsulite.work.errors import WrongParameter
from kitsulite.work.work import Work


class TaskTypeOfProject(msgspec.Struct):
    """A task type for a production, and its priority there."""

    project_id: str
    task_type_id: str
    priority: int | None = 1


class TaskStatusOfProject(msgspec.Struct):
    """A status for a production, its priority there, and who finds it on their board."""

    project_id: str
    task_status_id: str
    priority: int | None = 1
    roles_for_board: list[str] = []


class TaskTypes(msgspec.Struct):
    """Task types in their order."""

    task_type_ids: list[Id]


class TaskStatuses(msgspec.Struct):
    """Statuses in their order."""

    task_status_ids: list[Id]


def link_task_type(call: Call) -> Any:
    """Let a project use a task type, or change its priority there."""
    return projectlinks.link_task_type(
        call.work,
        call.argument("project_id", required=True),
        call.argument("task_type_id", required=True),
        read_priority(call),
    )


def link_task_status(call: Call) -> Any:
    """Let a project use a status, or change its priority and board roles there. No roles given means none."""
    if says_null(call, "roles_for_board"):
        raise WrongParameter("Wrong value for parameter roles_for_board.")
    return projectlinks.link_task_status(
        call.work,
        call.argument("project_id", required=True),
        call.argument("task_status_id", required=True),
        read_priority(call),
        call.arguments("roles_for_board"),
    )


def reorder_task_types_of_project(call: Call, project_id: str) -> Any:
    """Put a project's task types in order."""
    return projectlinks.reorder_task_types_of_project(call.work, project_id, read_list(call, "task_type_ids"))


def reorder_task_statuses_of_project(call: Call, project_id: str) -> Any:
    """Put a project's statuses in order."""
    return projectlinks.reorder_task_statuses_of_project(call.work, project_id, read_list(call, "task_status_ids"))


def reorder_task_types(call: Call) -> Any:
    """Put the studio's task types in order."""
    return projectlinks.reorder_task_types(call.work, read_list(call, "task_type_ids"))


def read_priority(call: Call) -> int | None:
    """The priority asked for, 1 unless said; null is one too."""
    priority: int | None = call.argument("priority", int, default=None if says_null(call, "priority") else 1)
    return priority


def says_null(call: Call, name: str) -> bool:
    """Whether the JSON body gives null for what the query string does not name."""
    data = call.lenient_json()
    return name not in call.query and isinstance(data, dict) and data.get(name, "") is None


def read_list(call: Call, name: str) -> list[Any]:
    """The one list of a body."""
    data = call.lenient_json()
    items = data.get(name) if isinstance(data, dict) else None
    if not isinstance(items, list):
        raise WrongParameter(f"Request body must be a JSON object with a '{name}' list.")
    return items


_task_types = "/actions/projects/{project_id}/task-type-links/reorder"
_task_statuses = "/actions/projects/{project_id}/task-status-links/reorder"


def _manages(work: Work, asked: Asked) -> Given:
    """The project may be named in the query string, a form or a JSON body."""
    project_id = asked.argument("project_id")
    if project_id is None:
        raise WrongParameter("Missing required parameter: project_id")
    if not is_admin(work):
        work.get(Project, project_id)
    require(is_project_manager(work, project_id))
    return {}


_manager = Rule(project_manager.name, _manages, asks=project_manager.asks, names={"project_id": Project})

ROUTES = [
    post("/data/task-type-links", _manager, link_task_type, raw=TaskTypeOfProject, gives=TASK_TYPE_LINK, status=201),
    post(
        "/data/task-status-links",
        _manager,
        link_task_status,
        raw=TaskStatusOfProject,
        gives=TASK_STATUS_LINK,
        status=201,
    ),
    post(_task_types, project_manager, reorder_task_types_of_project, raw=TaskTypes, gives=[TASK_TYPE_LINK]),
    post(_task_statuses, project_manager, reorder_task_statuses_of_project, raw=TaskStatuses, gives=[TASK_STATUS_LINK]),
    post("/actions/task-types/reorder", admin, reorder_task_types, raw=TaskTypes, gives=[TASK_TYPE]),
]
