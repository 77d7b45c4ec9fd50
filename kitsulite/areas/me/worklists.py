"""Where the caller has work: tasks of theirs in the open projects that they are in, and what these are of (docs/api/me.md).

The lists of all that there is to do are in `areas/tasks/lists.py`.
"""

import peewee

from kitsulite.access.projects import own_open_projects
from kitsulite.access.tasks import assigned_to
from kitsulite.areas.entities import entities
from kitsulite.models.entities import Entity, EntityType
from kitsulite.models.entity_shapes import ASSET_TYPE, TEMPORAL
from kitsulite.models.lists import Rows
from kitsulite.models.productions import Project
from kitsulite.models.shapes import Raw, Shape, many
from kitsulite.models.task_shapes import TASK
from kitsulite.models.tasks import Task, TaskType
from kitsulite.work import kinds
from kitsulite.work.kinds import ASSET, EPISODE, SEQUENCE, SHOT, Kind
from kitsulite.work.work import Work

TASK_TYPE = Shape(TaskType)


def tasks(work: Work, kind: Kind, entity_id: str) -> Raw:
    """The caller's tasks on an entity of a kind."""
    return many(work.db, TASK.select(work.db).where(_own_on(work, kind, entity_id)).order_by(Task.created_at, Task.id))


def task_types(work: Work, kind: Kind, entity_id: str) -> Raw:
    """The types of the caller's tasks on an entity of a kind."""
    own = Task.select(Task.task_type_id).where(_own_on(work, kind, entity_id))
    return many(work.db, TASK_TYPE.select(work.db).where(TaskType.id.in_(own)).order_by(TaskType.name, TaskType.id))


def asset_types(work: Work, project_id: str) -> Raw:
    """The types of the assets of a project on which the caller has work."""
    types = Entity.select(Entity.entity_type_id).where(_in_project(work, project_id), _has_work(work))
    query = ASSET_TYPE.select(work.db).where(EntityType.id.in_(types), EntityType.name.not_in(TEMPORAL))
    return many(work.db, query.order_by(EntityType.name))


def assets(work: Work, project_id: str, asset_type_id: str) -> Rows:
    """The assets of a type and a project on which the caller has work."""
    asset_type = kinds.get_asset_type(work, asset_type_id)
    of_type = Entity.entity_type_id == asset_type["id"]
    return entities.rows(work, ASSET, _in_project(work, project_id), of_type, _has_work(work))


def sequences(work: Work, project_id: str) -> Rows:
    """The sequences of a project on whose shots the caller has work."""
    return _rows(work, SEQUENCE, _in_project(work, project_id), Entity.id.in_(_sequences(work)))


def episodes(work: Work, project_id: str) -> Rows:
    """The episodes of a project on whose sequences' shots the caller has work."""
    parents = Entity.select(Entity.parent_id).where(Entity.id.in_(_sequences(work)))
    return _rows(work, EPISODE, _in_project(work, project_id), Entity.id.in_(parents))


def children(work: Work, sequence_id: str, kind: Kind) -> Rows:
    """The shots or scenes of a sequence on which the caller has work."""
    sequence = kinds.get_of_kind(work, SEQUENCE, sequence_id)
    return _rows(work, kind, Entity.parent_id == sequence["id"], _has_work(work))


def _rows(work: Work, kind: Kind, *conditions: peewee.Node) -> Rows:
    return entities.rows(work, kind, *conditions, narrowed=False)


def _in_project(work: Work, project_id: str) -> peewee.Node:
    """The entities of a project (a condition)."""
    return Entity.project_id == work.get(Project, project_id)["id"]


def _own(work: Work) -> peewee.Node:
    return assigned_to(work.caller.id) & Task.project_id.in_(own_open_projects(work))


def _own_on(work: Work, kind: Kind, entity_id: str) -> peewee.Node:
    return (Task.entity_id == kinds.get_of_kind(work, kind, entity_id)["id"]) & _own(work)


def _has_work(work: Work) -> peewee.Node:
    return Entity.id.in_(Task.select(Task.entity_id).where(_own(work)))


def _sequences(work: Work) -> peewee.ModelSelect:
    """The ids of what the shots stand in on which the caller has work (a query)."""
    return Entity.select(Entity.parent_id).where(kinds.of_kind(work, SHOT), _has_work(work))
