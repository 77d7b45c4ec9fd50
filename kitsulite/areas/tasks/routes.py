"""Tasks: making them, giving them to people, changing and removing them (contract 05, 5.2 and 5.3)."""

from typing import Annotated

import msgspec

from kitsulite.access import Rule, admin, but_not, entity_crew, in_service, project_access, project_manager
from kitsulite.areas.entities.kinds import ASSET, CONCEPT, EDIT, SHOT, Kind
from kitsulite.areas.tasks import assignments, creation, tasks
from kitsulite.models.task_shapes import CREATED, TASK
from kitsulite.web.call import Call
from kitsulite.web.inputs import Text
from kitsulite.web.routing import Route, delete, post, put

Ids = Annotated[list[str], msgspec.Meta(min_length=1)]


class TypesOfTasks(msgspec.Struct):
    task_type_ids: list[str] = []


class Assignee(msgspec.Struct):
    person_id: Text


class AssignedTasks(msgspec.Struct):
    task_ids: Ids


class ClearedTasks(msgspec.Struct):
    task_ids: Ids
    person_id: str | None = None


class Priority(msgspec.Struct):
    task_ids: Ids
    priority: Annotated[int, msgspec.Meta(ge=0)]


# --- making and removing ---


def create_of_kind(kind: Kind, who: Rule = project_manager) -> Route:
    """The route that makes tasks for entities of one kind."""

    def create_tasks(call: Call, project_id: str, task_type_id: str) -> object:
        ids = call.optional_ids()
        return creation.create_for_kind(call.work, project_id, task_type_id, kind, ids=ids, filters=call.query)

    create_tasks.__doc__ = f"A task for each {kind.noun} named, or for all, that has none of this type."
    path = f"/actions/projects/{{project_id}}/task-types/{{task_type_id}}/{kind.noun}s/create-tasks"
    return post(path, who, create_tasks, gives=[CREATED], status=201)


def create_of_type(call: Call, project_id: str, task_type_id: str, entity_type: str) -> object:
    """A task for each entity named, or for all of an entity type, that has none of this type."""
    ids, episode_id = call.optional_ids(), call.id("episode_id")
    return creation.create_for_type(call.work, project_id, task_type_id, entity_type, ids=ids, episode_id=episode_id)


def create_of_entity(call: Call, entity_id: str, body: TypesOfTasks) -> object:
    """Tasks of the types named, or of all that are made for it, on an entity."""
    return creation.create_for_entity(call.work, entity_id, body.task_type_ids)


def delete_of_type(call: Call, project_id: str, task_type_id: str) -> None:
    """Remove all tasks of a type from a project, with all that hangs on them."""
    tasks.remove_of_type(call.work, project_id, task_type_id)


def delete_tasks(call: Call, project_id: str) -> object:
    """Remove tasks of a project, with all that hangs on them; the ids as sent."""
    return tasks.remove_tasks(call.work, project_id, call.ids())


# --- assigning and planning ---


def assign_task(call: Call, task_id: str, body: Assignee) -> object:
    """Give a task to somebody."""
    return assignments.assign_task(call.work, task_id, body.person_id)


def assign_tasks(call: Call, person_id: str, body: AssignedTasks) -> object:
    """Give somebody tasks; those that the caller may not give are left out."""
    return assignments.assign_tasks(call.work, person_id, body.task_ids)


def clear_assignations(call: Call, body: ClearedTasks) -> object:
    """Take tasks from somebody, or from everybody; the ids of those that were taken."""
    return assignments.clear_assignations(call.work, body.task_ids, body.person_id)


def set_priority(call: Call, body: Priority) -> object:
    """Give tasks a priority; those that the caller may not change are left out."""
    return tasks.set_priority(call.work, body.task_ids, body.priority)


ROUTES: list[Route] = [
    create_of_kind(SHOT),
    create_of_kind(ASSET),
    create_of_kind(EDIT),
    create_of_kind(CONCEPT, but_not(project_access, "vendor", "client")),
    post(
        "/actions/projects/{project_id}/task-types/{task_type_id}/create-tasks/{entity_type}",
        project_manager,
        create_of_type,
        gives=[CREATED],
        status=201,
    ),
    post(
        "/data/entities/{entity_id}/tasks",
        entity_crew,
        create_of_entity,
        takes=TypesOfTasks,
        gives=[CREATED],
        status=201,
    ),
    delete("/actions/projects/{project_id}/task-types/{task_type_id}/delete-tasks", admin, delete_of_type),
    post("/actions/projects/{project_id}/delete-tasks", project_manager, delete_tasks, gives=[str]),
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
    put(
        "/actions/tasks/set-priority",
        in_service("managers, the department's supervisors; other tasks are left out"),
        set_priority,
        takes=Priority,
        gives=[TASK],
    ),
]
