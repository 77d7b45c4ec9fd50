"""Tasks: making them, giving them to people, listing them (contract 05, 5)."""

from typing import Annotated

import msgspec

from kitsulite.api.bodies import Text
from kitsulite.api.call import Call
from kitsulite.api.routing import Route, get, post, put
from kitsulite.models.task_shapes import CREATED, LISTED, TASK
from kitsulite.services import assignments, taskdetails, tasklists, tasks
from kitsulite.services.access import (
    in_service,
    of_a_human,
    project_access,
    project_manager,
    task_access,
    vendors_only_oneself,
)
from kitsulite.services.entities import ASSET, SHOT, Kind

Ids = Annotated[list[str], msgspec.Meta(min_length=1)]


class Assignee(msgspec.Struct):
    person_id: Text


class AssignedTasks(msgspec.Struct):
    task_ids: Ids


class ClearedTasks(msgspec.Struct):
    task_ids: Ids
    person_id: str | None = None


# --- making ---


def create_of_kind(kind: Kind) -> Route:
    """The route that makes tasks for entities of one kind."""

    def create_tasks(call: Call, project_id: str, task_type_id: str) -> object:
        ids = call.optional_ids()
        return tasks.create_for_kind(call.work, project_id, task_type_id, kind, ids=ids, filters=call.query)

    create_tasks.__doc__ = f"A task for each {kind.noun} named, or for all, that has none of this type."
    path = f"/actions/projects/{{project_id}}/task-types/{{task_type_id}}/{kind.noun}s/create-tasks"
    return post(path, project_manager, create_tasks, gives=[CREATED], status=201)


# --- assigning ---


def assign_task(call: Call, task_id: str, body: Assignee) -> object:
    """Give a task to somebody."""
    return assignments.assign_task(call.work, task_id, body.person_id)


def assign_tasks(call: Call, person_id: str, body: AssignedTasks) -> object:
    """Give somebody tasks; those that the caller may not give are left out."""
    return assignments.assign_tasks(call.work, person_id, body.task_ids)


def clear_assignations(call: Call, body: ClearedTasks) -> object:
    """Take tasks from somebody, or from everybody; the ids of those that were taken."""
    return assignments.clear_assignations(call.work, body.task_ids, body.person_id)


# --- reading ---


def get_full_task(call: Call, task_id: str) -> object:
    """A task with all around it."""
    return taskdetails.full_task(call.work, task_id)


def list_of_project(call: Call, project_id: str) -> object:
    """The tasks of a project, latest change first."""
    return tasklists.list_of_project(
        call.work,
        project_id,
        page=call.integer("page"),
        task_type_id=call.id("task_type_id"),
        episode_id=call.id("episode_id"),
    )


def list_of_person(call: Call, person_id: str) -> object:
    """What somebody has to do."""
    return tasklists.list_of_person(call.work, person_id, done=False)


def list_done_by_person(call: Call, person_id: str) -> object:
    """What somebody has done."""
    return tasklists.list_of_person(call.work, person_id, done=True)


of_anybody = of_a_human(vendors_only_oneself)
ROUTES: list[Route] = [
    create_of_kind(SHOT),
    create_of_kind(ASSET),
    put(
        "/actions/tasks/{task_id}/assign",
        in_service("who may give the task"),
        assign_task,
        takes=Assignee,
        gives=TASK.with_relations(),
    ),
    put(
        "/actions/persons/{person_id}/assign",
        in_service("who may give the tasks; others are left out"),
        assign_tasks,
        takes=AssignedTasks,
        gives=[TASK.with_relations()],
    ),
    put(
        "/actions/tasks/clear-assignation",
        in_service("who may take the tasks away; others are left out"),
        clear_assignations,
        takes=ClearedTasks,
        gives=[str],
    ),
    get("/data/tasks/{task_id}/full", task_access, get_full_task),
    get("/data/projects/{project_id}/tasks", project_access, list_of_project, gives=[TASK.with_relations()]),
    get("/data/persons/{person_id}/tasks", of_anybody, list_of_person, gives=[LISTED]),
    get("/data/persons/{person_id}/done-tasks", of_anybody, list_done_by_person, gives=[LISTED]),
]
