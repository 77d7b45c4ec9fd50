"""Metadata descriptors: the fields that a production adds to its assets, shots, tasks and itself (docs/api/productions.md)."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import peewee
from slugify import slugify

from kitsulite.access.hidden import fields_seen
from kitsulite.access.projects import MANAGERS, SUPERVISOR, open_team_projects, role_in, team_role
from kitsulite.access.roles import departments as own_departments
from kitsulite.access.roles import is_admin
from kitsulite.areas.productions.openprojects import OPEN_TO_ADMINS
from kitsulite.models import is_uuid
from kitsulite.models.entities import Entity, EntityVersion
from kitsulite.models.fields import BadValue
from kitsulite.models.people import Department
from kitsulite.models.productions import MetadataDescriptor, Project, ProjectStatus
from kitsulite.models.shapes import Raw, Shape, many
from kitsulite.models.tasks import Task, TaskType
from kitsulite.rows.filters import read_row
from kitsulite.rows.writing import read_ids, write_relation
from kitsulite.storage import ForeignKeyViolation, NotNullViolation, Row, UniqueViolation
from kitsulite.work.errors import NotFound, WrongParameter
from kitsulite.work.kinds import KINDS, of_kind
from kitsulite.work.work import Work

OF_THE_ORIGINAL = {"id", "created_at", "updated_at"}
CANNOT_BE = (UniqueViolation, ForeignKeyViolation, NotNullViolation, BadValue)
DATA_TYPES = MetadataDescriptor.columns()["data_type"].codes
ENTITY_TYPES = ("Asset", "Shot", "Sequence", "Episode", "Edit", "Project")
OF_TASKS = "Task"

DESCRIPTOR = Shape(MetadataDescriptor)
NULLS_LAST = (MetadataDescriptor.position.is_null(), MetadataDescriptor.position, MetadataDescriptor.name)


def field_name_of(name: str) -> str:
    """The key under which the values of a field are kept: `Mon Été` -> `mon_ete`."""
    return slugify(name, separator="_")


# --- reading ---


def seen(work: Work) -> list[peewee.Node]:
    """The conditions of the fields that the caller may know of."""
    return [peewee.SQL(condition) for condition in fields_seen(work)]


def listed(work: Work, project_id: str) -> Raw:
    """The fields of a production in their order, as far as the caller may know of them."""
    query = DESCRIPTOR.with_relations().select(work.db).where(MetadataDescriptor.project_id == project_id, *seen(work))
    return many(work.db, query.order_by(*NULLS_LAST))


def get(work: Work, project_id: str, id: str) -> Row:
    """A field of a production; NotFound for those of others."""
    descriptor = work.get(MetadataDescriptor, id)
    if descriptor["project_id"] != project_id:
        raise NotFound
    return descriptor


def get_seen(work: Work, project_id: str, id: str) -> Row:
    """The same for who only reads; NotFound for those that the caller may not know of, too."""
    descriptor, conditions = get(work, project_id, id), seen(work)
    if conditions and not work.exists(MetadataDescriptor, MetadataDescriptor.id == descriptor["id"], *conditions):
        raise NotFound
    return descriptor


def wire(work: Work, ids: Iterable[str], *, relations: bool = False) -> Raw:
    """Fields as rows, in their order."""
    shape = DESCRIPTOR.with_relations() if relations else DESCRIPTOR
    return many(work.db, shape.select(work.db).where(MetadataDescriptor.id.in_(list(ids))).order_by(*NULLS_LAST))


# --- who may ---


def may_keep(work: Work, project_id: str, departments: Iterable[str]) -> bool:
    """Manager of the project; supervisors where the field is kept to their departments."""
    meant = set(departments)
    role = role_in(work, project_id)
    return role in MANAGERS or (role == SUPERVISOR and bool(meant) and own_departments(work) <= meant)


def departments_of(work: Work, descriptor_id: str) -> list[str]:
    """The departments that a field is kept to."""
    link = MetadataDescriptor.relations["departments"].model.columns()
    model = MetadataDescriptor.relations["departments"].model
    return work.db.values(model.select(link["department_id"]).where(link["metadata_descriptor_id"] == descriptor_id))


# --- making ---


def check_new(work: Work, values: Mapping[str, Any], entity_types: tuple[str, ...]) -> None:
    """Refuse a field for what has none, of no known type, or kept to departments that cannot be."""
    check_entity_type(values["entity_type"], entity_types)
    task_type_id = values.get("task_type_id")
    if values["entity_type"] == OF_TASKS:
        if not task_type_id:
            raise WrongParameter("Task metadata descriptors require a task_type_id.")
        if work.find(TaskType, task_type_id) is None:
            raise WrongParameter("Task type not found.")
    elif task_type_id:
        raise WrongParameter("task_type_id only applies to Task metadata descriptors.")
    check_data_type(values["data_type"])


def check_entity_type(name: str | None, allowed: tuple[str, ...]) -> None:
    """Refuse fields for anything that has no metadata."""
    if name not in allowed:
        words = ", ".join(ENTITY_TYPES[:-1])
        last = "Project, or Task" if OF_TASKS in allowed else "or Project"
        raise WrongParameter(f"Wrong entity type. Please select {words}, {last}.")


def check_data_type(name: str) -> None:
    if name not in DATA_TYPES:
        raise WrongParameter("Invalid data_type")


def create(work: Work, project_id: str, values: Row, departments: Iterable[str]) -> str:
    """A new field; WrongParameter when there is one of that name. Its id."""
    values = read_row(MetadataDescriptor, {**values, "field_name": field_name_of(values["name"])})
    try:
        with work.db.savepoint():
            id = work.insert(MetadataDescriptor, **values, project_id=project_id)
    except UniqueViolation:
        raise WrongParameter("Metadata descriptor already exists.") from None
    assert id
    _keep_to(work, id, departments)
    work.emit("metadata-descriptor:new", {"metadata_descriptor_id": id}, project_id)
    return id


def _keep_to(work: Work, id: str, departments: Iterable[str]) -> None:
    """Keep a field to departments; unknown ones are dropped, what is no id is not found."""
    ids = list(departments)
    if not all(is_uuid(department) for department in ids):
        raise NotFound
    known = work.db.values(Department.select(Department.id).where(Department.id.in_(ids)))
    write_relation(work, MetadataDescriptor.relations["departments"], id, known)


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


# --- changing ---


def update(work: Work, descriptor: Row, values: Row, departments: Iterable[str]) -> None:
    """Change a field; when its name changes, the values kept under the old one move."""
    name = values.get("name") or descriptor["name"]
    field_name = field_name_of(name) if name != descriptor["name"] else descriptor["field_name"]
    values = read_row(MetadataDescriptor, {**values, "name": name, "field_name": field_name})
    try:
        with work.db.savepoint():
            work.update(MetadataDescriptor, descriptor["id"], **values)
    except UniqueViolation:
        raise WrongParameter("Metadata descriptor already exists.") from None
    _keep_to(work, descriptor["id"], departments)
    if field_name != descriptor["field_name"]:
        move_values(work, descriptor, field_name)
    work.emit("metadata-descriptor:update", {"metadata_descriptor_id": descriptor["id"]}, descriptor["project_id"])


def move_values(work: Work, descriptor: Row, field_name: str) -> None:
    """Keep the values of a field under another key, wherever there are any."""
    for table, row in _holders(work, descriptor):
        data = dict(row["data"])
        value = data.pop(descriptor["field_name"])
        if value is not None:
            work.update(table, row["id"], data={**data, field_name: value})


def remove(work: Work, descriptor: Row) -> None:
    """Remove a field, and its values from everything that had one."""
    work.foresee(MetadataDescriptor, descriptor)
    for table, row in _holders(work, descriptor):
        data = {key: value for key, value in row["data"].items() if key != descriptor["field_name"]}
        work.update(table, row["id"], data=data)
    write_relation(work, MetadataDescriptor.relations["departments"], descriptor["id"], [])
    work.delete(MetadataDescriptor, MetadataDescriptor.id == descriptor["id"])
    work.emit("metadata-descriptor:delete", {"metadata_descriptor_id": descriptor["id"]}, descriptor["project_id"])


def _holders(work: Work, descriptor: Row) -> Iterator[tuple[type[Any], Row]]:
    """What keeps a value of a field: the project, its tasks of a type, or its entities of a kind with their versions."""
    for table, condition in _kept_in(work, descriptor):
        for row in work.db.rows(table.select(table.id, table.data).where(condition, table.data.is_null(False))):
            if isinstance(row["data"], dict) and descriptor["field_name"] in row["data"]:
                yield table, row


def _kept_in(work: Work, descriptor: Row) -> list[tuple[type[Any], peewee.Node]]:
    """The tables that keep values of a field, and which rows of theirs may."""
    project_id = descriptor["project_id"]
    if descriptor["entity_type"] == "Project":
        return [(Project, Project.id == project_id)]
    if descriptor["entity_type"] == OF_TASKS:
        return [(Task, (Task.project_id == project_id) & (Task.task_type_id == descriptor["task_type_id"]))]
    if descriptor["entity_type"] not in KINDS:
        return []  # a row that was written as it is, for something that has no metadata
    of_field = (Entity.project_id == project_id) & of_kind(work, KINDS[descriptor["entity_type"]])
    versions = EntityVersion.entity_id.in_(Entity.select(Entity.id).where(of_field))
    return [(Entity, of_field), (EntityVersion, versions)]


def reorder(work: Work, project_id: str, entity_type: str, ids: list[str]) -> Raw:
    """Put the fields of a kind of entity in this order, those not named after them by name."""
    check_entity_type(entity_type, (*ENTITY_TYPES, OF_TASKS))
    of_type = (MetadataDescriptor.project_id == project_id) & (MetadataDescriptor.entity_type == entity_type)
    fields = {row["id"]: row for row in work.db.rows(MetadataDescriptor.select().where(of_type))}
    for id in ids:
        if id not in fields:
            raise WrongParameter(f"Descriptor {id} not found for project {project_id} and entity type {entity_type}")
    rest = sorted((row for id, row in fields.items() if id not in ids), key=lambda row: row["name"])
    for position, id in enumerate([*dict.fromkeys(ids), *(row["id"] for row in rest)], start=1):
        work.update(MetadataDescriptor, id, position=position)
    return wire(work, fields, relations=True)


# --- in all projects at once ---


def managed_projects(work: Work) -> list[str]:
    """The open productions whose fields the caller may change all together."""
    if is_admin(work):
        statuses = ProjectStatus.select(ProjectStatus.id).where(ProjectStatus.name.in_(OPEN_TO_ADMINS))
        return work.db.values(Project.select(Project.id).where(Project.project_status_id.in_(statuses)))
    mine = work.db.values(open_team_projects(work))
    return [id for id in mine if team_role(work, id) == "manager"]


def in_projects(work: Work, project_ids: Iterable[str], entity_type: str, field_name: str) -> list[Row]:
    """The fields of this name in several productions."""
    return work.db.rows(
        MetadataDescriptor.select().where(
            MetadataDescriptor.project_id.in_(list(project_ids)),
            MetadataDescriptor.entity_type == entity_type,
            MetadataDescriptor.field_name == field_name,
        )
    )


def create_everywhere(work: Work, values: Row, departments: list[str]) -> Raw:
    """A new field in every production that has none of its name."""
    check_new(work, {**values, "task_type_id": None}, ENTITY_TYPES)
    projects = managed_projects(work)
    field_name = field_name_of(values["name"])
    having = {row["project_id"] for row in in_projects(work, projects, values["entity_type"], field_name)}
    made = [create(work, id, {**values, "task_type_id": None}, departments) for id in projects if id not in having]
    return wire(work, made)


def update_everywhere(work: Work, entity_type: str, field_name: str, values: Row, departments: list[str]) -> Raw:
    """Change the fields of a name in every production."""
    check_entity_type(entity_type, ENTITY_TYPES)
    check_data_type(values["data_type"])
    found = in_projects(work, managed_projects(work), entity_type, field_name)
    for descriptor in found:
        update(work, descriptor, values, departments)
    return wire(work, [row["id"] for row in found])


def remove_everywhere(work: Work, entity_type: str | None, field_name: str) -> list[str]:
    """Remove the fields of a name from every production; the ids of those that went."""
    check_entity_type(entity_type, ENTITY_TYPES)
    assert entity_type
    found = in_projects(work, managed_projects(work), entity_type, field_name)
    for descriptor in found:
        remove(work, descriptor)
    return [row["id"] for row in found]


def reorder_everywhere(work: Work, entity_type: str, field_order: list[str]) -> list[Raw]:
    """Put the fields of a kind of entity in this order, in every production that has any of them."""
    check_entity_type(entity_type, ENTITY_TYPES)
    lists = []
    for project_id in managed_projects(work):
        rows = work.db.tuples(
            MetadataDescriptor.select(MetadataDescriptor.field_name, MetadataDescriptor.id).where(
                MetadataDescriptor.project_id == project_id,
                MetadataDescriptor.entity_type == entity_type,
                MetadataDescriptor.field_name.in_(field_order),
            )
        )
        ids = dict(rows)
        if ids:
            lists.append(reorder(work, project_id, entity_type, [ids[name] for name in field_order if name in ids]))
    return lists
