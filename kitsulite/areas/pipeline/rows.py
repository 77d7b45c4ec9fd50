"""Rows of the pipeline's files."""

from typing import Any

import peewee

from kitsulite.access.callers import not_vendor
from kitsulite.access.entities import project_of_entity
from kitsulite.access.media import has_output_access, may_change_output
from kitsulite.access.projects import open_team_projects, team_projects
from kitsulite.access.rules import Is
from kitsulite.access.sight import may_change_working_file, may_see_working_file
from kitsulite.areas.entities.entities import within_reach
from kitsulite.models.entities import Entity
from kitsulite.models.file_shapes import OUTPUT_FILE
from kitsulite.models.files import FileStatus, OutputFile, OutputType, WorkingFile
from kitsulite.models.shapes import Shape
from kitsulite.rows.collection import Collection
from kitsulite.rows.writing import columns_of
from kitsulite.storage import Row
from kitsulite.work.errors import MissingKey
from kitsulite.work.work import Work


class OutputTypes(Collection):
    path, table = "output-types", OutputType
    writable = columns_of(OutputType)
    malformed_is_unknown = True


class OutputFiles(Collection):
    """What comes out of working files. They are their entity's, and so is the project of their events."""

    path, table = "output-files", OutputFile
    list_by = not_vendor
    get_by = Is(has_output_access)
    update_by = Is(may_change_output)
    writable = columns_of(OutputFile)
    names_may_be_blank = True
    nested = frozenset({"source_file"})
    malformed_is_unknown = True

    def make_shape(self) -> Shape:
        return OUTPUT_FILE

    def visible(self, work: Work) -> peewee.Node:
        entities = Entity.select(Entity.id).where(Entity.project_id.in_(open_team_projects(work)), *within_reach(work))
        return OutputFile.entity_id.in_(entities)

    def check_create(self, work: Work, data: Row) -> None:
        if data.get("entity_id") is None:
            raise MissingKey("entity_id")

    def emit(self, work: Work, action: str, row: Row) -> None:
        project_id = project_of_entity(work, row["entity_id"])
        work.emit(f"output-file:{action}", {"output_file_id": row["id"]}, project_id)


class WorkingFiles(Collection):
    """What artists save. One of them always shows what came out of it."""

    path, table = "working-files", WorkingFile
    list_by = not_vendor
    get_by = Is(may_see_working_file)
    update_by = Is(may_change_working_file)
    writable = columns_of(WorkingFile)
    names_may_be_blank = True
    malformed_is_unknown = True

    def visible(self, work: Work) -> peewee.Node:
        entities = Entity.select(Entity.id).where(Entity.project_id.in_(team_projects(work)), *within_reach(work))
        return WorkingFile.entity_id.in_(entities)

    def answer_get(self, work: Work, row: Row, relations: bool) -> Any:
        return self.wire(work, row["id"], relations=True)


COLLECTIONS = [
    Collection("file-status", FileStatus, writable=columns_of(FileStatus)),
    OutputTypes(),
    OutputFiles(),
    WorkingFiles(),
]
