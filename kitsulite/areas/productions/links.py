"""Which task types and statuses a production uses, in which order (docs/api/rows.md)."""

from collections.abc import Iterable
from typing import Any

import peewee

from kitsulite.models import TABLES, is_uuid, now
from kitsulite.models.codes import ROLES
from kitsulite.models.fields import Reference
from kitsulite.models.productions import Project, ProjectTaskStatusLink, ProjectTaskTypeLink
from kitsulite.models.shapes import Raw, Shape, many
from kitsulite.models.tasks import TaskStatus, TaskType
from kitsulite.rows.filters import read_row
from kitsulite.storage import Row
from kitsulite.work.errors import NotFound, WrongParameter
from kitsulite.work.work import Work

TASK_TYPE_LINK = Shape(ProjectTaskTypeLink)
TASK_STATUS_LINK = Shape(ProjectTaskStatusLink)
TASK_TYPE = Shape(TaskType)


def link_task_type(work: Work, project_id: str, task_type_id: str, priority: int | None) -> Raw:
    """Let a project use a task type, or give the type another priority there."""
    key = ProjectTaskTypeLink.task_type_id
    return _link(work, TASK_TYPE_LINK, key, (project_id, task_type_id), {"priority": priority})


def link_task_status(
    work: Work, project_id: str, task_status_id: str, priority: int | None, roles_for_board: list[Any]
) -> Raw:
    """Let a project use a status, or change its priority and whose boards show it."""
    if not all(role in ROLES for role in roles_for_board):
        raise WrongParameter("Wrong value for parameter roles_for_board.")
    values = {"priority": priority, "roles_for_board": roles_for_board}
    return _link(work, TASK_STATUS_LINK, ProjectTaskStatusLink.task_status_id, (project_id, task_status_id), values)


def allow_clients(work: Work, project_id: str, task_status_id: str, is_allowed: bool | None) -> Raw:
    """Say whether the clients of a project may set a status there; None leaves it to the studio. The link."""
    project, status = work.get(Project, project_id), work.get(TaskStatus, task_status_id)
    link = ProjectTaskStatusLink
    id = work.db.value(
        link.select(link.id).where(link.project_id == project["id"], link.task_status_id == status["id"])
    )
    if id is None:
        raise NotFound
    work.update(link, id, is_client_allowed=is_allowed)
    work.emit("project:update", {}, project["id"])
    return work.show(TASK_STATUS_LINK, id)


def _link(work: Work, shape: Shape, key: Reference, ids: tuple[str, str], values: Row) -> Raw:
    """Make the link of a project (the first id) to what `key` refers to (the second), or change it."""
    if not is_uuid(ids[1]):
        raise WrongParameter(f"{key.name} is required and must be a valid UUID")
    project, target = work.get(Project, ids[0]), work.get(TABLES[key.table], ids[1])
    link, columns = shape.table, shape.table.columns()
    values = read_row(link, values)
    id = work.db.value(link.select(link.id).where(columns["project_id"] == project["id"], key == target["id"]))
    if id:
        work.update(link, id, **values)
    else:
        id = work.insert(link, project_id=project["id"], **{key.name: target["id"]}, **values)
    work.emit("project:update", {}, project["id"])
    return work.show(shape, id)


def reorder_task_types_of_project(work: Work, project_id: str, ids: Iterable[Any]) -> Raw:
    """Put the task types of a project in this order; the links, in that order."""
    return _reorder_links(work, TASK_TYPE_LINK, ProjectTaskTypeLink.task_type_id, project_id, ids)


def reorder_task_statuses_of_project(work: Work, project_id: str, ids: Iterable[Any]) -> Raw:
    """Put the statuses of a project in this order; the links, in that order."""
    return _reorder_links(work, TASK_STATUS_LINK, ProjectTaskStatusLink.task_status_id, project_id, ids)


def _reorder_links(work: Work, shape: Shape, key: peewee.Field, project_id: str, ids: Iterable[Any]) -> Raw:
    project = work.get(Project, project_id)
    of_project = shape.table.columns()["project_id"] == project["id"]
    links = _put_in_order(work, shape, key, ids, of_project)
    work.emit("project:update", {}, project["id"])
    return links


def reorder_task_types(work: Work, ids: Iterable[Any]) -> Raw:
    """Put the studio's task types in this order; the types, in that order."""
    return _put_in_order(work, TASK_TYPE, TaskType.id, ids)


def _put_in_order(work: Work, shape: Shape, key: peewee.Field, ids: Iterable[Any], *among: peewee.Node) -> Raw:
    """Make its place in the list the priority of each row, counted from 1; what is no row's id is passed over."""
    table = shape.table
    places = {id.lower(): place for place, id in enumerate(ids, start=1) if is_uuid(id)}
    for id, place in places.items():
        work.db.run(table.update(priority=place, updated_at=now()).where(key == id, *among))
    query = shape.select(work.db).where(key.in_(list(places)), *among)
    return many(work.db, query.order_by(table.columns()["priority"]))
