"""What each task type of a production is worked on with (docs/api/productions.md)."""

import peewee

from kitsulite.access.projects import is_project_manager
from kitsulite.access.rules import Asked
from kitsulite.access.tasks import supervises
from kitsulite.models import is_uuid
from kitsulite.models.people import Software
from kitsulite.models.productions import Project, ProjectTaskTypeLink, ProjectTaskTypeSoftwareLink
from kitsulite.models.shapes import Raw, Shape, many, one
from kitsulite.models.tasks import TaskType
from kitsulite.storage import Row
from kitsulite.work.errors import WrongParameter
from kitsulite.work.work import Work

LINK = Shape(ProjectTaskTypeSoftwareLink, type=None, only=("project_id", "task_type_id", "software_id"))


def may_equip(work: Work, project: Row, asked: Asked) -> bool:
    """Manager of the project; supervisors of the task type's department."""
    return is_project_manager(work, project["id"]) or supervises(
        work, project["id"], asked.path["task_type_id"].lower()
    )


def list_of_project(work: Work, project: Row) -> Raw:
    """Which software each task type of a production is worked on with."""
    link = ProjectTaskTypeSoftwareLink
    query = LINK.select(work.db).where(link.project_id == project["id"])
    return many(work.db, query.order_by(link.task_type_id, link.software_id))


def add(work: Work, project: Row, task_type_id: str, software_id: str) -> Raw | None:
    """Let a task type of a production be worked on with a software; what is so already is answered as it is."""
    task_type = work.get(TaskType, task_type_id)
    software = work.find(Software, software_id)
    if software is None:
        raise WrongParameter(f"Software with id {software_id} not found")
    work.hold(Project, project["id"])  # two who add the same come one after the other
    link = ProjectTaskTypeLink
    if not work.exists(link, link.project_id == project["id"], link.task_type_id == task_type["id"]):
        raise WrongParameter("This production does not use this task type: add the task type to its settings first.")
    if software["archived"]:
        raise WrongParameter("This software is archived: take another one, or bring it back first.")
    linked = _linked(project["id"], task_type["id"], software["id"])
    if not work.exists(ProjectTaskTypeSoftwareLink, *linked):
        ids = {"project_id": project["id"], "task_type_id": task_type["id"], "software_id": software["id"]}
        work.insert(ProjectTaskTypeSoftwareLink, **ids)
        work.emit("project:update", {}, project["id"])
    return one(work.db, LINK.select(work.db).where(*linked))


def remove(work: Work, project: Row, task_type_id: str, software_id: str) -> None:
    """Let a task type of a production be worked on with a software no more; nothing happens when it was not."""
    if not is_uuid(task_type_id) or not is_uuid(software_id):
        return
    linked = _linked(project["id"], task_type_id.lower(), software_id.lower())
    if work.delete(ProjectTaskTypeSoftwareLink, *linked):
        work.emit("project:update", {}, project["id"])


def _linked(project_id: str, task_type_id: str, software_id: str) -> tuple[peewee.Node, ...]:
    link = ProjectTaskTypeSoftwareLink
    return (link.project_id == project_id, link.task_type_id == task_type_id, link.software_id == software_id)
