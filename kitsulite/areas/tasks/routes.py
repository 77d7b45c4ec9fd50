"""Tasks: making them, giving them to people, changing and removing them."""

from collections.abc import Mapping
from typing import Annotated

import msgspec

from kitsulite.access.callers import admin, project_exists, project_manager
from kitsulite.access.rules import CREW, MANAGING, Rule, both, project, row, row_for, those, those_for
from kitsulite.access.tasks import may_prioritize
from kitsulite.areas.entities.narrowing import Narrowed
from kitsulite.areas.tasks import assignments, creation, tasks
from kitsulite.models.entities import Entity
from kitsulite.models.task_shapes import CREATED, TASK
from kitsulite.models.tasks import Task
from kitsulite.web.call import Call
from kitsulite.web.inputs import Id, Text
from kitsulite.web.routing import Route, delete, post, put
from kitsulite.work.kinds import ASSET, CONCEPT, EDIT, SHOT, Kind

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

    def create_tasks(call: Call, project_id: str, task_type_id: str, filters: Mapping[str, str]) -> object:
        ids = call.optional_ids()
        return creation.create_for_kind(call.work, project_id, task_type_id, kind, ids=ids, filters=filters)

    create_tasks.__doc__ = f"A task for each {kind.noun} named, or for all, that has none of this type."
    path = f"/actions/projects/{{project_id}}/task-types/{{task_type_id}}/{kind.noun}s/create-tasks"
    return post(path, who, create_tasks, query=Narrowed, filters=Entity, raw=[Id], gives=[CREATED], status=201)


class OfEpisode(msgspec.Struct):
    """Of which episode."""

    episode_id: Id | None = None


def create_of_type(call: Call, project_id: str, task_type_id: str, entity_type: str, episode_id: str | None) -> object:
    """A task for each entity named, or for all of an entity type, that has none of this type."""
    ids = call.optional_ids()
    return creation.create_for_type(call.work, project_id, task_type_id, entity_type, ids=ids, episode_id=episode_id)


ROUTES: list[Route] = [
    create_of_kind(SHOT),
    create_of_kind(ASSET),
    create_of_kind(EDIT),
    create_of_kind(CONCEPT, project(CREW)),
    post(
        "/actions/projects/{project_id}/task-types/{task_type_id}/create-tasks/{entity_type}",
        project_manager,
        create_of_type,
        query=OfEpisode,
        raw=[Id],
        gives=[CREATED],
        status=201,
    ),
    post(
        "/data/entities/{entity_id}/tasks",
        row(Entity, CREW),
        creation.create_for_entity,
        takes=TypesOfTasks,
        gives=[CREATED],
        status=201,
    ),
    delete(
        "/actions/projects/{project_id}/task-types/{task_type_id}/delete-tasks",
        both(admin, project_exists),
        tasks.remove_of_type,
    ),
    post(
        "/actions/projects/{project_id}/delete-tasks",
        both(project_exists, those(Task, MANAGING, within=True)),
        tasks.remove_tasks,
        raw=[Id],
        gives=[Id],
    ),
    put(
        "/actions/tasks/{task_id}/assign",
        row_for(Task, assignments.may_give_task),
        assignments.assign_task,
        takes=Assignee,
        gives=TASK.with_relations(),
    ),
    put(
        "/actions/persons/{person_id}/assign",
        those_for(Task, assignments.may_give_to_person),
        assignments.assign_tasks,
        takes=AssignedTasks,
        gives=[TASK.with_relations()],
    ),
    put(
        "/actions/tasks/clear-assignation",
        those_for(Task, assignments.may_take_away),
        assignments.clear_assignations,
        takes=ClearedTasks,
        gives=[Id],
    ),
    put(
        "/actions/tasks/set-priority",
        those(Task, may_prioritize, key="task_ids"),
        tasks.set_priority,
        takes=Priority,
        gives=[TASK],
    ),
]
