"""A file of the pipeline by its id, whichever kind it is of (contract 06, 7.5)."""

from kitsulite import access
from kitsulite.areas.pipeline import outputfiles, workingfiles
from kitsulite.models.files import OutputFile, WorkingFile
from kitsulite.models.shapes import Raw
from kitsulite.work.errors import NotFound
from kitsulite.work.work import Work


def show(work: Work, id: str) -> Raw:
    """A working file with the ids of its outputs, or an output file; NotFound."""
    row = work.find(WorkingFile, id) or work.find(OutputFile, id)
    if row is None:
        raise NotFound
    access.require_project_access(work, access.project_of_entity(work, row["entity_id"]))
    if "output_type_id" in row:
        return outputfiles.show(work, row["id"])
    return workingfiles.show(work, row["id"], relations=True)
