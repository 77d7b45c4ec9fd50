"""Rows of the pipeline's files."""

from typing import Any

import peewee

from kitsulite.access.callers import not_vendor
from kitsulite.access.entities import outside_of_concepts, project_of_entity
from kitsulite.access.media import has_output_access, may_change_output
from kitsulite.access.places import project_of
from kitsulite.access.projects import may_speak_for, open_team_projects, team_projects
from kitsulite.access.rules import Is
from kitsulite.access.sight import may_change_working_file, may_see_working_file
from kitsulite.access.tasks import may_save_file
from kitsulite.areas.entities.entities import within_reach
from kitsulite.models import Record
from kitsulite.models.entities import Entity
from kitsulite.models.file_shapes import OUTPUT_FILE
from kitsulite.models.files import FileStatus, OutputFile, OutputType, WorkingFile
from kitsulite.models.shapes import Shape
from kitsulite.models.tasks import Task
from kitsulite.models.textfields import Choice
from kitsulite.rows.collection import Collection
from kitsulite.rows.writing import Points, columns_of
from kitsulite.storage import Row
from kitsulite.work.errors import MissingKey, WrongParameter
from kitsulite.work.work import Work


def _may_sign_output(work: Work, output: Row, person: Row) -> bool:
    return may_speak_for(work, project_of(work, OutputFile, output), person)


def _may_sign_working_file(work: Work, file: Row, person: Row) -> bool:
    return may_speak_for(work, project_of(work, WorkingFile, file), person)


def _may_save_under(work: Work, file: Row, task: Row) -> bool:
    """Whether a working file may become one of a task: of its entity, and one that the caller may work on."""
    return may_save_file(work, task) and file["entity_id"] in (None, task["entity_id"])


def _is_of_its_task(work: Work, file: Row, entity: Row) -> bool:
    task = work.find(Task, file["task_id"])
    return task is None or task["entity_id"] == entity["id"]


def _entities_in_sight(work: Work, projects: peewee.ModelSelect) -> peewee.ModelSelect:
    """The entities of these projects that the caller may see (a query)."""
    return Entity.select(Entity.id).where(
        Entity.project_id.in_(projects), *within_reach(work), *outside_of_concepts(work)
    )


def _check_codes(table: type[Record], data: Row, *keys: str) -> None:
    """Refuse a code that there is not, in the words that clients know."""
    for key in keys:
        column = table.columns()[key]
        assert isinstance(column, Choice)
        if data.get(key) is not None and data[key] not in column.codes:
            raise WrongParameter(f"Invalid {key}")


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
    points = {"person_id": Points(only=_may_sign_output)}
    names_may_be_blank = True
    nested = frozenset({"source_file"})
    malformed_is_unknown = True

    def make_shape(self) -> Shape:
        return OUTPUT_FILE

    def visible(self, work: Work) -> peewee.Node:
        return OutputFile.entity_id.in_(_entities_in_sight(work, open_team_projects(work)))

    def check_create(self, work: Work, data: Row) -> None:
        if data.get("entity_id") is None:
            raise MissingKey("entity_id")
        self.check_update(work, {}, data)

    def check_update(self, work: Work, row: Row, data: Row) -> None:
        _check_codes(OutputFile, data, "quality")

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
    points = {
        "task_id": Points(only=_may_save_under),
        "entity_id": Points(only=_is_of_its_task),
        "person_id": Points(only=_may_sign_working_file),
    }
    names_may_be_blank = True
    malformed_is_unknown = True

    def visible(self, work: Work) -> peewee.Node:
        return WorkingFile.entity_id.in_(_entities_in_sight(work, team_projects(work)))

    def check_create(self, work: Work, data: Row) -> None:
        _check_codes(WorkingFile, data, "validation_status")

    def check_update(self, work: Work, row: Row, data: Row) -> None:
        _check_codes(WorkingFile, data, "validation_status")

    def answer_get(self, work: Work, row: Row, relations: bool) -> Any:
        return self.wire(work, row["id"], relations=True)


COLLECTIONS = [
    Collection("file-status", FileStatus, writable=columns_of(FileStatus)),
    OutputTypes(),
    OutputFiles(),
    WorkingFiles(),
]
