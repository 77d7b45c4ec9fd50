"""A file of the pipeline by its id, whichever kind it is of."""

from kitsulite.access.entities import project_of_entity
from kitsulite.access.projects import has_project_access
from kitsulite.access.roles import require
from kitsulite.access.rules import MEMBER, Asked, Given, Rule
from kitsulite.areas.pipeline import outputfiles, workingfiles
from kitsulite.models.files import OutputFile, WorkingFile
from kitsulite.models.shapes import Raw
from kitsulite.storage import Row
from kitsulite.work.errors import NotFound
from kitsulite.work.work import Work


def _find(work: Work, asked: Asked) -> Given:
    row = work.find(WorkingFile, asked.path["file_id"]) or work.find(OutputFile, asked.path["file_id"])
    if row is None:
        raise NotFound
    require(has_project_access(work, project_of_entity(work, row["entity_id"])))
    return {"file": row}


of_team = Rule(MEMBER.name, _find, hands=("file",), asks=(MEMBER,))


def show(work: Work, file: Row) -> Raw:
    """A working file with the ids of its outputs, or an output file."""
    if "output_type_id" in file:
        return outputfiles.show(work, file["id"])
    return workingfiles.show(work, file["id"], relations=True)
