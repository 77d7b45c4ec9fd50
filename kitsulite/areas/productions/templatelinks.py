"""What project templates are linked to, and templates made from productions (docs/api/productions.md).

The five kinds of links are alike; a `Kind` says what differs.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from peewee import fn

from kitsulite.areas.productions import templates
from kitsulite.areas.productions.descriptors import field_name_of
from kitsulite.models import Record, Table, is_uuid
from kitsulite.models.codes import ROLES
from kitsulite.models.entities import EntityType
from kitsulite.models.productions import (
    MetadataDescriptor,
    Project,
    ProjectTemplate,
    ProjectTemplateAssetTypeLink,
    ProjectTemplatePreviewBackgroundFileLink,
    ProjectTemplateStatusAutomationLink,
    ProjectTemplateTaskStatusLink,
    ProjectTemplateTaskTypeLink,
)
from kitsulite.models.reviews import PreviewBackgroundFile
from kitsulite.models.shapes import Raw, Shape, many, read_list
from kitsulite.models.tasks import StatusAutomation, TaskStatus, TaskType
from kitsulite.rows.filters import read_row
from kitsulite.storage import Row, Wire
from kitsulite.work.errors import PlainlyNotFound, PlainlyRefused, WrongParameter
from kitsulite.work.work import Work

TEMPLATE = Shape(ProjectTemplate)


@dataclass(frozen=True)
class Kind:
    """A kind of link.

    path     the word in the URL
    key      the column of the link that leads to what is linked
    name     what the linked thing is called in refusals
    only     the columns with which the linked thing is told; None for all
    extras   what else the link says
    told     what it says that is told by a name of its own: name -> column of the link
    in_list  the list of a reorder request
    """

    path: str
    key: str
    name: str
    table: type[Record]
    link: type[Table]
    only: tuple[str, ...] | None = None
    extras: tuple[str, ...] = ()
    told: Mapping[str, str] = field(default_factory=dict)
    in_list: str = ""

    def of(self, template_id: str, id: str | None = None) -> tuple[Any, ...]:
        columns = self.link.columns()
        condition = (columns["project_template_id"] == template_id,)
        return condition if id is None else (*condition, columns[self.key] == id)

    @property
    def shape(self) -> Shape:
        """The linked thing, with what its link says."""
        link = self.link.table_name()
        said = {**{key: key for key in self.extras}, **self.told}
        plus = {name: Wire(f'"{link}"."{key}"', self.link.columns()[key].kind) for name, key in said.items()}
        title = f"{self.table.type_name}OfTemplate" if self.only or plus else ""
        return Shape(self.table, type=None if self.only else "", only=self.only, plus=plus, title=title)

    @property
    def linked(self) -> Shape:
        """What answers a new link: the link where it says something, else the linked thing."""
        return Shape(self.link) if self.extras else self.shape


TASK_TYPES = Kind(
    "task-types",
    "task_type_id",
    "Task type",
    TaskType,
    ProjectTemplateTaskTypeLink,
    extras=("priority",),
    in_list="task_type_ids",
)
TASK_STATUSES = Kind(
    "task-statuses",
    "task_status_id",
    "Task status",
    TaskStatus,
    ProjectTemplateTaskStatusLink,
    extras=("priority", "roles_for_board"),
    told={"link_is_client_allowed": "is_client_allowed"},
    in_list="task_status_ids",
)
ASSET_TYPES = Kind(
    "asset-types", "asset_type_id", "Asset type", EntityType, ProjectTemplateAssetTypeLink, only=("id", "name")
)
AUTOMATIONS = Kind(
    "status-automations",
    "status_automation_id",
    "Status automation",
    StatusAutomation,
    ProjectTemplateStatusAutomationLink,
)
BACKGROUNDS = Kind(
    "preview-background-files",
    "preview_background_file_id",
    "Preview background file",
    PreviewBackgroundFile,
    ProjectTemplatePreviewBackgroundFileLink,
    only=("id", "name", "is_default"),
)
KINDS = (TASK_TYPES, TASK_STATUSES, ASSET_TYPES, AUTOMATIONS, BACKGROUNDS)


# --- links ---


def listed(work: Work, kind: Kind, template_id: str) -> Raw:
    """What a template is linked to."""
    template = templates.get_template(work, template_id)
    columns = kind.link.columns()
    query = (
        kind.shape.select(work.db)
        .join(kind.link, on=columns[kind.key] == kind.table.id)
        .where(columns["project_template_id"] == template["id"])
    )
    names = kind.table.columns()
    if kind.extras:
        query = query.order_by(fn.COALESCE(columns["priority"], 0), names["name"])
    else:
        query = query.order_by(names.get("name", kind.table.id))
    return many(work.db, query)


def add(work: Work, kind: Kind, template_id: str, id: Any, extras: Mapping[str, Any]) -> Raw:
    """Link a template to something, or change what the link says; None leaves it."""
    if not is_uuid(id):
        raise PlainlyRefused(f"{kind.key} is required and must be a valid UUID")
    target = _target(work, kind, id, PlainlyRefused)
    template = templates.get_template(work, template_id)
    given = {key: value for key, value in extras.items() if value not in (None, [])}
    if any(role not in ROLES for role in given.get("roles_for_board", ())):
        raise PlainlyRefused(f"roles_for_board may hold {', '.join(ROLES)}")
    _link(work, kind, template["id"], target["id"], given)
    _tell(work, template["id"])
    if kind.extras:
        return _link_row(work, kind, template["id"], target["id"])
    return work.show(kind.shape, target["id"])


def _target(work: Work, kind: Kind, id: str, refusal: type[Exception]) -> Row:
    row = work.find(kind.table, id)
    if row is None:
        raise refusal(f"{kind.name} {id} does not exist")
    return row


def _link(work: Work, kind: Kind, template_id: str, id: str, values: Mapping[str, Any]) -> None:
    if not work.exists(kind.link, *kind.of(template_id, id)):
        work.insert(kind.link, project_template_id=template_id, **{kind.key: id}, **values)
    elif values:
        work.db.run(kind.link.update(**values).where(*kind.of(template_id, id)))


def _link_row(work: Work, kind: Kind, template_id: str, id: str) -> Raw:
    return work.one(Shape(kind.link).select(work.db).where(*kind.of(template_id, id)))


def remove(work: Work, kind: Kind, template_id: str, id: str) -> None:
    """Take a link away; nothing happens when there is none."""
    template = work.find(ProjectTemplate, template_id)
    if template is None:
        if kind.extras:
            return
        raise PlainlyNotFound("Project template not found")
    if is_uuid(id):
        work.delete(kind.link, *kind.of(template["id"], id.lower()))
        if kind is BACKGROUNDS and template["default_preview_background_file_id"] == id.lower():
            work.update(ProjectTemplate, template["id"], default_preview_background_file_id=None)
    _tell(work, template["id"])


def reorder(work: Work, kind: Kind, template_id: str, ids: list[str]) -> list[Raw]:
    """Put task types or statuses in this order; what is not linked yet is."""
    template = work.get(ProjectTemplate, template_id)
    rows = []
    for priority, id in enumerate(ids, start=1):
        target = _target(work, kind, id, WrongParameter)
        _link(work, kind, template["id"], target["id"], {"priority": priority})
        _tell(work, template["id"])
        rows.append(_link_row(work, kind, template["id"], target["id"]))
    return rows


def _tell(work: Work, template_id: str) -> None:
    work.emit("project-template:update", {"project_template_id": template_id})


# --- other parts of a template ---


def set_default_background(work: Work, template_id: str, file_id: str | None) -> Raw:
    """Say which of its backgrounds a template starts with; None for none."""
    template = templates.get_template(work, template_id)
    if file_id is not None:
        file_id = file_id.lower()
        if not is_uuid(file_id) or not work.exists(BACKGROUNDS.link, *BACKGROUNDS.of(template["id"], file_id)):
            raise PlainlyRefused("Preview background file is not linked to this template")
    work.update(ProjectTemplate, template["id"], default_preview_background_file_id=file_id)
    _tell(work, template["id"])
    return wire(work, template["id"])


def set_descriptors(work: Work, template_id: str, items: list[Any]) -> Raw:
    """Replace the fields that a template gives to productions."""
    template = templates.get_template(work, template_id)
    if not all(isinstance(item, dict) for item in items):
        raise PlainlyRefused("Each metadata descriptor must be an object")
    work.update(ProjectTemplate, template["id"], metadata_descriptors=[_snapshot(item) for item in items])
    _tell(work, template["id"])
    return wire(work, template["id"])


def _snapshot(item: Mapping[str, Any]) -> dict[str, Any]:
    """A field as a template remembers it."""
    departments = item.get("departments")
    task_type_id = item.get("task_type_id")
    return {
        "name": item.get("name"),
        "field_name": item.get("field_name") or field_name_of(str(item.get("name") or "")),
        "entity_type": item.get("entity_type"),
        "task_type_id": str(task_type_id) if task_type_id else None,
        "data_type": item.get("data_type"),
        "choices": item.get("choices") or [],
        "for_client": bool(item.get("for_client")),
        "departments": [str(id) for id in departments] if isinstance(departments, list) else [],
        "position": item.get("position"),
    }


# --- from and to productions ---


def create_from_project(work: Work, project_id: str, name: str, description: str | None) -> Raw:
    """A template with the settings, the workflow and the fields of a production."""
    project = _project(work, project_id)
    fields = Shape(MetadataDescriptor).with_relations().select(work.db)
    fields = fields.where(MetadataDescriptor.project_id == project["id"]).order_by(MetadataDescriptor.name)
    copied = (*templates.SETTINGS, "file_tree", "data", "default_preview_background_file_id")
    values = {key: project[key] for key in copied}
    snapshot = [_snapshot(item) for item in read_list(many(work.db, fields))]
    own = read_row(ProjectTemplate, {"name": name, "description": description})
    with templates.writing_template(), work.db.savepoint():
        id = work.insert(ProjectTemplate, **own, metadata_descriptors=snapshot, **values)
    assert id
    for name_of_list in templates.LINKS:
        _copy_links(work, project["id"], id, name_of_list)
    work.emit("project-template:new", {"project_template_id": id})
    return wire(work, id)


def _copy_links(work: Work, project_id: str, template_id: str, name: str) -> None:
    source, target = Project.relations[name], ProjectTemplate.relations[name]
    said = [key for key in templates.SAID if key in target.model.columns()]
    for link in work.db.rows(source.model.select().where(source.model.columns()[source.ours] == project_id)):
        values = {key: link[key] for key in said}
        work.insert(target.model, **{target.ours: template_id, target.theirs: link[source.theirs]}, **values)


def apply_to_project(work: Work, project_id: str, template_id: str) -> str:
    """Give a production what a template has, over its own settings; the project's id."""
    project = _project(work, project_id)
    templates.apply(work, project, templates.get_template(work, template_id), {})
    return str(project["id"])


def _project(work: Work, project_id: str) -> Row:
    project = work.find(Project, project_id)
    if project is None:
        raise PlainlyNotFound("Project not found")
    return project


def wire(work: Work, id: str) -> Raw:
    """A template's own row."""
    return work.show(TEMPLATE, id)
