"""Rows of the pipeline's files."""

from typing import Any

import peewee

from kitsulite import access
from kitsulite.access import not_vendor, that
from kitsulite.models.entities import Entity
from kitsulite.models.file_shapes import OUTPUT_FILE
from kitsulite.models.files import FileStatus, OutputFile, OutputType, WorkingFile
from kitsulite.models.shapes import Shape
from kitsulite.models.tasks import Task
from kitsulite.rows.collection import Collection
from kitsulite.storage import Row
from kitsulite.work.errors import MissingKey
from kitsulite.work.work import Work


class OutputTypes(Collection):
    path, table = "output-types", OutputType
    malformed_is_unknown = True


class OutputFiles(Collection):
    """What comes out of working files. They are their entity's, and so is the project of their events."""

    path, table = "output-files", OutputFile
    list_by = not_vendor
    get_by = that("in the project's team; vendors with a task on the entity", access.has_output_access)
    update_by = that("manager of the project; who has a task on the entity", access.may_change_output)
    nested = frozenset({"source_file"})
    malformed_is_unknown = True

    def make_shape(self) -> Shape:
        return OUTPUT_FILE

    def visible(self, work: Work) -> peewee.Node:
        entities = Entity.select(Entity.id).where(Entity.project_id.in_(access.open_team_projects(work)))
        return OutputFile.entity_id.in_(entities)

    def check_create(self, work: Work, data: Row) -> None:
        if data.get("entity_id") is None:
            raise MissingKey("entity_id")

    def emit(self, work: Work, action: str, row: Row) -> None:
        project_id = access.project_of_entity(work, row["entity_id"])
        work.emit(f"output-file:{action}", {"output_file_id": row["id"]}, project_id)


class WorkingFiles(Collection):
    """What artists save. One of them always shows what came out of it."""

    path, table = "working-files", WorkingFile
    list_by = not_vendor
    get_by = that("who may see the task", lambda work, row: _of_task(work, row, access.has_task_access))
    update_by = that("who may act on the task", lambda work, row: _of_task(work, row, access.has_task_action_access))
    malformed_is_unknown = True

    def visible(self, work: Work) -> peewee.Node:
        entities = Entity.select(Entity.id).where(Entity.project_id.in_(access.team_projects(work)))
        return WorkingFile.entity_id.in_(entities)

    def answer_get(self, work: Work, row: Row, relations: bool) -> Any:
        return self.wire(work, row["id"], relations=True)


def _of_task(work: Work, row: access.Subject, allowed: Any) -> bool:
    """A rule about the row's task; a row without one is for admins."""
    task = work.find(Task, row["task_id"])
    return allowed(work, task) if task else access.is_admin(work)


COLLECTIONS = [
    Collection("file-status", FileStatus),
    OutputTypes(),
    OutputFiles(),
    WorkingFiles(),
]
