"""The fields that productions add to their assets, shots and tasks."""

from typing import Annotated, Any

import msgspec

from kitsulite.access.callers import manager, project_access, project_manager
from kitsulite.access.roles import require
from kitsulite.access.rules import Asked, Given, Rule, name_of
from kitsulite.areas.productions import descriptors
from kitsulite.areas.productions.descriptors import DESCRIPTOR, ENTITY_TYPES, OF_TASKS
from kitsulite.models.productions import Project
from kitsulite.models.shapes import read_list
from kitsulite.storage import Row
from kitsulite.web.inputs import Id, Name, Text
from kitsulite.web.routing import Route, delete, get, post, put
from kitsulite.work.errors import WrongParameter
from kitsulite.work.work import Work

Listed = Annotated[list[str], msgspec.Meta(min_length=1)]


class Field(msgspec.Struct):
    """What a field is like; what is left out is reset."""

    name: str | None = None
    data_type: str = "string"
    for_client: bool = False
    choices: list[str] = msgspec.field(default_factory=list)
    departments: list[str] = msgspec.field(default_factory=list)


class NewField(msgspec.Struct):
    """A new field."""

    name: Name
    entity_type: str = "Asset"
    task_type_id: str | None = None
    data_type: str = "string"
    for_client: bool = False
    choices: list[str] = msgspec.field(default_factory=list)
    departments: list[str] = msgspec.field(default_factory=list)


class FieldEverywhere(msgspec.Struct):
    """What the fields of a name are like in every production."""

    entity_type: str
    name: str | None = None
    data_type: str = "string"
    for_client: bool = False
    choices: list[str] = msgspec.field(default_factory=list)
    departments: list[str] = msgspec.field(default_factory=list)


class Order(msgspec.Struct):
    """The order of the fields of a kind of entity."""

    entity_type: Text
    descriptor_ids: Listed


class OrderEverywhere(msgspec.Struct):
    """The order of the fields of a kind of entity, by their keys."""

    entity_type: Text
    field_order: Listed


def create_field(work: Work, project_id: str, body: NewField) -> Any:
    """A new field."""
    values = msgspec.structs.asdict(body)
    departments = values.pop("departments")
    descriptors.check_new(work, values, (*ENTITY_TYPES, OF_TASKS))
    return _one(work, descriptors.create(work, project_id, values, departments), relations=True)


def show_field(work: Work, project_id: str, metadata_descriptor_id: str) -> Any:
    """One field."""
    return _one(work, descriptors.get_seen(work, project_id, metadata_descriptor_id)["id"], relations=True)


def update_field(work: Work, metadata_descriptor: Row, body: Field) -> Any:
    """Change a field; what is left out is reset."""
    row = metadata_descriptor
    values = msgspec.structs.asdict(body)
    departments = values.pop("departments")
    if values["name"] == "":
        raise WrongParameter("Name cannot be empty.")
    descriptors.check_data_type(values["data_type"])
    descriptors.update(work, row, values, departments)
    return _one(work, row["id"])


def remove_field(work: Work, metadata_descriptor: Row) -> None:
    """Remove a field and its values."""
    descriptors.remove(work, metadata_descriptor)


def reorder_fields(work: Work, project_id: str, body: Order) -> Any:
    """Put the fields of a kind of entity in order."""
    return descriptors.reorder(work, project_id, body.entity_type, body.descriptor_ids)


def create_everywhere(work: Work, body: NewField) -> Any:
    """A new field in every open production."""
    values = msgspec.structs.asdict(body)
    return descriptors.create_everywhere(work, values, values.pop("departments"))


def update_everywhere(work: Work, field_name: str, body: FieldEverywhere) -> Any:
    """Change the fields of a name in every open production."""
    values = msgspec.structs.asdict(body)
    departments = values.pop("departments")
    entity_type = values.pop("entity_type")
    return descriptors.update_everywhere(work, entity_type, field_name, values, departments)


class OfKind(msgspec.Struct):
    """Of which kind of entity."""

    entity_type: str | None = None


def reorder_everywhere(work: Work, body: OrderEverywhere) -> Any:
    """Put the fields of a kind of entity in order, in every open production."""
    lists = descriptors.reorder_everywhere(work, body.entity_type, body.field_order)
    return [row for rows in lists for row in read_list(rows)]


def _one(work: Work, id: str, *, relations: bool = False) -> Any:
    return read_list(descriptors.wire(work, [id], relations=relations))[0]


OF_PROJECT = "/data/projects/{project_id}/metadata-descriptors"
EVERYWHERE = "/data/metadata-descriptors/all-projects"


def _may_add(work: Work, asked: Asked) -> Given:
    work.get(Project, asked.path["project_id"])
    require(descriptors.may_keep(work, asked.path["project_id"], asked.body().departments))
    return {}


def _may_keep_as(*, wanted: bool) -> Rule:
    """Who may change the field of the path; the departments that it is to be kept to count as well, when they are `wanted`."""

    def check(work: Work, asked: Asked) -> Given:
        row = descriptors.get(work, asked.path["project_id"], asked.path["metadata_descriptor_id"])
        departments = descriptors.departments_of(work, row["id"])
        if wanted:
            departments += asked.body().departments
        require(descriptors.may_keep(work, asked.path["project_id"], departments))
        return {"metadata_descriptor": row}

    return Rule(name_of(descriptors.may_keep), check, hands=("metadata_descriptor",), asks=(descriptors.may_keep,))


adders = Rule(name_of(descriptors.may_keep), _may_add, asks=(descriptors.may_keep,))
keepers = _may_keep_as(wanted=True)
removers = _may_keep_as(wanted=False)

ROUTES: list[Route] = [
    get(
        OF_PROJECT,
        project_access,
        descriptors.listed,
        title="The fields of a production",
        gives=[DESCRIPTOR.with_relations()],
    ),
    post(
        OF_PROJECT, adders, create_field, takes=NewField, body_first=True, gives=DESCRIPTOR.with_relations(), status=201
    ),
    post(
        f"{OF_PROJECT}/reorder",
        project_manager,
        reorder_fields,
        takes=Order,
        body_first=True,
        gives=[DESCRIPTOR.with_relations()],
        status=200,
    ),
    get(f"{OF_PROJECT}/{{metadata_descriptor_id}}", project_access, show_field, gives=DESCRIPTOR.with_relations()),
    put(f"{OF_PROJECT}/{{metadata_descriptor_id}}", keepers, update_field, takes=Field, gives=DESCRIPTOR),
    delete(f"{OF_PROJECT}/{{metadata_descriptor_id}}", removers, remove_field),
    post(EVERYWHERE, manager, create_everywhere, takes=NewField, gives=[DESCRIPTOR], status=201),
    put(f"{EVERYWHERE}/{{field_name}}", manager, update_everywhere, takes=FieldEverywhere, gives=[DESCRIPTOR]),
    delete(
        f"{EVERYWHERE}/{{field_name}}",
        manager,
        descriptors.remove_everywhere,
        title="Remove the fields of a name from every open production",
        query=OfKind,
        gives=[Id],
        status=200,
    ),
    post(
        "/actions/metadata-descriptors/all-projects/reorder",
        manager,
        reorder_everywhere,
        takes=OrderEverywhere,
        gives=[DESCRIPTOR.with_relations()],
        status=200,
    ),
]
