"""Metadata descriptors: the fields that a production adds to its assets, shots, tasks and itself (contract 04, 4.4)."""

from slugify import slugify

from kitsulite.models.fields import BadValue
from kitsulite.models.productions import MetadataDescriptor
from kitsulite.services.records.collection import read_ids, write_relation
from kitsulite.services.records.filters import read_row
from kitsulite.services.work import Work
from kitsulite.storage import ForeignKeyViolation, NotNullViolation, Row, UniqueViolation

OF_THE_ORIGINAL = {"id", "created_at", "updated_at"}
CANNOT_BE = (UniqueViolation, ForeignKeyViolation, NotNullViolation, BadValue)


def field_name_of(name: str) -> str:
    """The key under which the values of a field are kept: `Mon Été` -> `mon_ete`."""
    return slugify(name, separator="_")


def add_copy(work: Work, project_id: str, descriptor: Row) -> None:
    """Give a project a field that another one has; passed over when the project has it already or cannot have it."""
    given = {key: value for key, value in descriptor.items() if value is not None and key not in OF_THE_ORIGINAL}
    try:
        with work.db.savepoint():
            id = work.insert(MetadataDescriptor, **read_row(MetadataDescriptor, {**given, "project_id": project_id}))
            assert id
            departments = read_ids("departments", descriptor.get("departments"))
            write_relation(work, MetadataDescriptor.relations["departments"], id, departments)
    except CANNOT_BE:
        return
    work.emit("metadata-descriptor:new", {"metadata_descriptor_id": id}, project_id)
