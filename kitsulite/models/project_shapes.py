"""How productions look on the wire (docs/api/entities.md)."""

from collections.abc import Iterable

from kitsulite.models.productions import MetadataDescriptor, Project, ProjectTaskStatusLink, ProjectTaskTypeLink
from kitsulite.models.shapes import Extra, Shape, listed, related
from kitsulite.storage import Database, Wire

PROJECT = Shape(Project)
STATUS_NAME = Wire(
    '(SELECT project_status.name FROM project_status WHERE project_status.id = "project"."project_status_id")'
)
DESCRIPTOR = Shape(
    MetadataDescriptor,
    type=None,
    only=("id", "name", "field_name", "data_type", "choices", "entity_type", "task_type_id", "position"),
    plus={
        "for_client": Wire('coalesce("metadata_descriptor"."for_client", false)', "boolean"),
        "departments": related(MetadataDescriptor, "departments"),
    },
    title="FieldOfProject",
)
"""A metadata descriptor within its production."""

DESCRIPTOR_ORDER = "metadata_descriptor.position IS NULL, metadata_descriptor.position, metadata_descriptor.name"


def descriptors(*conditions: str) -> Extra:
    """The metadata descriptors of the production at hand, in their order."""
    where = " AND ".join(('metadata_descriptor.project_id = "project"."id"', *conditions))
    return listed(
        DESCRIPTOR,
        f"FROM (SELECT * FROM metadata_descriptor WHERE {where} ORDER BY {DESCRIPTOR_ORDER}) AS metadata_descriptor",
    )


def _task_types_priority(db: Database) -> Wire:
    source = 'FROM project_task_type_link AS link WHERE link.project_id = "project"."id"'
    return Wire(db.json_map("link.task_type_id", Wire("link.priority", "integer"), source), "built")


def _task_type_links(db: Database) -> Wire:
    shape = Shape(
        ProjectTaskTypeLink,
        type=None,
        only=("priority", "hd_bitrate_compression", "ld_bitrate_compression", "is_client_visible"),
    )
    source = 'FROM project_task_type_link WHERE project_task_type_link.project_id = "project"."id"'
    return Wire(db.json_map("project_task_type_link.task_type_id", Wire(shape.sql(db), "built"), source), "built")


def _task_statuses_link(db: Database) -> Wire:
    shape = Shape(ProjectTaskStatusLink, type=None, only=("priority", "roles_for_board", "is_client_allowed"))
    source = 'FROM project_task_status_link WHERE project_task_status_link.project_id = "project"."id"'
    value = Wire(shape.sql(db), "built")
    return Wire(db.json_map("project_task_status_link.task_status_id", value, source), "built")


TASK_TYPES_PRIORITY: dict[str, Extra] = {"task_types_priority": _task_types_priority}
LINKS: dict[str, Extra] = {"task_type_links": _task_type_links, "task_statuses_link": _task_statuses_link}
"""What a production says of its task types and of its statuses."""

OF_STUDIO = PROJECT.but(
    plus={
        "project_status_name": STATUS_NAME,
        "descriptors": descriptors("metadata_descriptor.entity_type = 'Project'"),
        **LINKS,
    },
    title="ProjectOfStudio",
)
"""A production in the list of all of them, with the fields of productions."""


def open_project(descriptor_conditions: Iterable[str]) -> Shape:
    """An open production with everything that its pages need to know of it."""
    return PROJECT.with_relations().but(
        plus={
            "descriptors": descriptors(*descriptor_conditions),
            **TASK_TYPES_PRIORITY,
            **LINKS,
        }
    )


OPEN_PROJECT = open_project(()).but(plus={"first_episode_id": Wire("NULL", "text")}, title="OpenProject")
"""What an open production looks like, for the documentation; only series have episodes."""
