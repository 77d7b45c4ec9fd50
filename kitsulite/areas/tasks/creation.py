"""Making tasks: one of a type for many entities, or of many types for one (docs/api/tasks.md)."""

from collections.abc import Iterable, Mapping

import peewee

from kitsulite.areas.entities.assets import scope
from kitsulite.areas.entities.entities import criteria
from kitsulite.areas.tasks.statuses import default_status
from kitsulite.models.entities import Entity, EntityType, TaskTypeAssetTypeLink
from kitsulite.models.productions import Project, ProjectTaskTypeLink
from kitsulite.models.shapes import Raw, many
from kitsulite.models.task_shapes import CREATED, described
from kitsulite.models.tasks import Task, TaskType
from kitsulite.storage import Row
from kitsulite.work import kinds
from kitsulite.work.errors import NotFound, Refused, WrongParameter
from kitsulite.work.kinds import Kind, kind_of, of_kind
from kitsulite.work.work import Work

NAME = "main"
"""What a task is called when nobody names it."""


def create_for_kind(
    work: Work, project_id: str, task_type_id: str, kind: Kind, *, ids: list[str], filters: Mapping[str, str]
) -> Raw:
    """A task for each of these entities of a kind or, when none is named, for all of the project that the filters keep.

    Entities that have one of this type get none. NotFound for an id that is of another kind or of another project.
    """
    project, task_type = work.get(Project, project_id), work.get(TaskType, task_type_id)
    of_project = Entity.project_id == project["id"]
    if ids:
        found = work.db.values(Entity.select(Entity.id).where(Entity.id.in_(ids), of_project, of_kind(work, kind)))
        if set(found) != set(ids):
            raise NotFound
    else:
        wanted = criteria(work, filters, without=("project_id", "episode_id"))
        if kind is kinds.ASSET:
            wanted += scope(work, filters.get("episode_id"))
        query = Entity.select(Entity.id).where(of_project, of_kind(work, kind), *wanted)
        found = work.db.values(query)
    return _create_on(work, project["id"], task_type["id"], found)


def create_for_type(
    work: Work, project_id: str, task_type_id: str, type_name: str, *, ids: list[str], episode_id: str | None
) -> Raw:
    """The same for the entities of one entity type, by its name, perhaps of one episode; named ones may be of any type."""
    project, task_type = work.get(Project, project_id), work.get(TaskType, task_type_id)
    entity_type = work.db.row(EntityType.select().where(EntityType.name == type_name.capitalize()))
    if entity_type is None:
        raise NotFound
    if not ids:
        query = Entity.select(Entity.id).where(
            Entity.project_id == project["id"], Entity.entity_type_id == entity_type["id"]
        )
        if episode_id is not None:
            query = query.where(Entity.parent_id == episode_id)
        ids = work.db.values(query)
    return _create_on(work, project["id"], task_type["id"], ids)


def create_for_entity(work: Work, entity: Row, task_type_ids: list[str]) -> Raw:
    """Tasks of these types on an entity or, when none is named, of all types of its project that are made for it.

    WrongParameter says which type does not fit, and why. A type whose task is there already is passed over.
    """
    kind = kind_of(work, entity)
    enabled = _enabled(work, entity["project_id"])
    workflow = _workflow(work, entity["entity_type_id"]) if kind is kinds.ASSET else set()
    if task_type_ids:
        types = [work.get(TaskType, id) for id in task_type_ids]
        for task_type in types:
            _refuse_unfit(task_type, entity, kind, enabled, workflow)
    else:
        query = TaskType.select().where(TaskType.id.in_(list(enabled)), TaskType.for_entity == kind.name)
        types = [row for row in work.db.rows(query) if not workflow or row["id"] in workflow]
    named = Task.select(Task.task_type_id).where(Task.entity_id == entity["id"], Task.name == NAME)
    present = set(work.db.values(named))
    status = default_status(work, for_concept=kind is kinds.CONCEPT)
    missing = dict.fromkeys(row["id"] for row in types if row["id"] not in present)
    return created(work, [create_task(work, entity["project_id"], id, entity["id"], status["id"]) for id in missing])


def types_in(work: Work, project_id: str, made_for: peewee.Node) -> dict[str, str]:
    """The task types of a project that meet a condition, in their order: id -> name."""
    links = ProjectTaskTypeLink.select(ProjectTaskTypeLink.task_type_id)
    query = TaskType.select(TaskType.id, TaskType.name).where(
        TaskType.id.in_(links.where(ProjectTaskTypeLink.project_id == project_id)), made_for
    )
    return dict(work.db.tuples(query.order_by(peewee.fn.COALESCE(TaskType.priority, 0), TaskType.name)))


def _enabled(work: Work, project_id: str) -> set[str]:
    links = ProjectTaskTypeLink.select(ProjectTaskTypeLink.task_type_id)
    return set(work.db.values(links.where(ProjectTaskTypeLink.project_id == project_id)))


def _workflow(work: Work, asset_type_id: str) -> set[str]:
    links = TaskTypeAssetTypeLink.select(TaskTypeAssetTypeLink.task_type_id)
    return set(work.db.values(links.where(TaskTypeAssetTypeLink.asset_type_id == asset_type_id)))


def _refuse_unfit(task_type: Row, entity: Row, kind: Kind, enabled: set[str], workflow: set[str]) -> None:
    name = f"Task type {task_type['id']}"
    if task_type["for_entity"] != kind.name:
        raise WrongParameter(f"{name} is for {task_type['for_entity']} entities, got {kind.name}.")
    if task_type["id"] not in enabled:
        raise WrongParameter(f"{name} is not enabled in project {entity['project_id']}.")
    if workflow and task_type["id"] not in workflow:
        raise WrongParameter(f"{name} is not in the workflow of asset type {entity['entity_type_id']}.")


def fits(work: Work, task_type: Row, entity: Row) -> bool:
    """Whether tasks of a type are made for an entity: of its kind, or of its asset type; for concepts those of assets, too."""
    kind = kind_of(work, entity)
    names = {kind.name, work.get(EntityType, entity["entity_type_id"])["name"]}
    return task_type["for_entity"] in (names | {kinds.ASSET.name} if kind is kinds.CONCEPT else names)


def _create_on(work: Work, project_id: str, task_type_id: str, entity_ids: Iterable[str]) -> Raw:
    served = Task.select(Task.entity_id).where(Task.task_type_id == task_type_id)
    waiting = Entity.select().where(
        Entity.id.in_(list(entity_ids)), Entity.project_id == project_id, Entity.id.not_in(served)
    )
    found = work.db.rows(waiting)
    if not found:
        return Raw(b"[]")
    task_type = work.get(TaskType, task_type_id)
    if not all(fits(work, task_type, row) for row in found):
        raise Refused("Task type of the task does not match entity type.")
    status = default_status(work, for_concept=kind_of(work, found[0]) is kinds.CONCEPT)
    return created(work, [create_task(work, project_id, task_type_id, row["id"], status["id"]) for row in found])


def create_task(work: Work, project_id: str, task_type_id: str, entity_id: str, status_id: str) -> str:
    """A new task of a type on an entity; its id."""
    id = work.insert(
        Task,
        name=NAME,
        project_id=project_id,
        task_type_id=task_type_id,
        entity_id=entity_id,
        task_status_id=status_id,
        assigner_id=work.caller.id,
    )
    assert id
    work.emit("task:new", {"task_id": id}, project_id)
    return id


def created(work: Work, task_ids: list[str]) -> Raw:
    """The tasks that were just made."""
    return many(work.db, described(CREATED.select(work.db)).where(Task.id.in_(task_ids)))
