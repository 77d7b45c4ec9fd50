"""A file of the pipeline by its id, whichever kind it is of."""

from kitsulite.access.entities import may_list_files
from kitsulite.access.roles import is_admin, require
from kitsulite.access.rules import Asked, Given, Rule, name_of
from kitsulite.areas.pipeline import outputfiles, workingfiles
from kitsulite.models.entities import Entity
from kitsulite.models.files import OutputFile, WorkingFile
from kitsulite.models.shapes import Raw
from kitsulite.storage import Row
from kitsulite.work.errors import NotFound
from kitsulite.work.work import Work


def _find(work: Work, asked: Asked) -> Given:
    row = work.find(WorkingFile, asked.path["file_id"]) or work.find(OutputFile, asked.path["file_id"])
    if row is None:
        raise NotFound
    entity = work.find(Entity, row["entity_id"])
    require(is_admin(work) if entity is None else may_list_files(work, entity))
    return {"file": row}


of_team = Rule(name_of(may_list_files), _find, hands=("file",), asks=(may_list_files,))


def show(work: Work, file: Row) -> Raw:
    """A working file with the ids of its outputs, or an output file."""
    if "output_type_id" in file:
        return outputfiles.show(work, file["id"])
    return workingfiles.show(work, file["id"], relations=True)
