"""Project templates: settings, workflow and fields that new productions start from (docs/api/productions.md)."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from kitsulite.areas.productions import descriptors
from kitsulite.models.productions import Project, ProjectTemplate
from kitsulite.storage import (
    CheckViolation,
    ForeignKeyViolation,
    NotNullViolation,
    Row,
    UniqueViolation,
)
from kitsulite.work.errors import PlainlyNotFound, PlainlyRefused
from kitsulite.work.work import Work

SETTINGS = (
    "fps",
    "ratio",
    "resolution",
    "production_type",
    "production_style",
    "max_retakes",
    "is_clients_isolated",
    "is_preview_download_allowed",
    "is_set_preview_automated",
    "is_publish_default_for_artists",
    "homepage",
    "hd_bitrate_compression",
    "ld_bitrate_compression",
    "is_client_stats_visible",
    "is_client_task_list_visible",
    "is_client_task_panel_visible",
)
"""What a template says about a production, beside `file_tree` and `data`."""

LINKS = ("task_types", "task_statuses", "asset_types", "status_automations", "preview_background_files")
"""The lists that templates and projects both have."""

SAID = (
    "priority",
    "roles_for_board",
    "is_client_allowed",
    "hd_bitrate_compression",
    "ld_bitrate_compression",
    "is_client_visible",
)
"""What a link says beside what it links."""


def get_template(work: Work, id: str) -> Row:
    """The template of this id; PlainlyNotFound when there is none."""
    template = work.find(ProjectTemplate, id)
    if template is None:
        raise PlainlyNotFound("Project template not found")
    return template


@contextmanager
def writing_template() -> Iterator[None]:
    """Whatever the database has against a template is put down to its name."""
    try:
        yield
    except (UniqueViolation, ForeignKeyViolation, NotNullViolation, CheckViolation) as refusal:
        raise PlainlyRefused("A project template with this name already exists") from refusal


def apply(work: Work, project: Row, template: Row, given: Mapping[str, Any]) -> None:
    """Give a project what a template has: settings, links that it lacks, fields that it lacks.

    given   what was asked for by whoever makes the project; it comes before what the template says
    """
    values = {key: template[key] for key in SETTINGS if given.get(key) is None}
    values |= {key: template[key] for key in ("file_tree", "data") if not given.get(key)}
    background = "default_preview_background_file_id"
    if background not in given and project[background] is None:
        values[background] = template[background]
    work.update(Project, project["id"], **{key: value for key, value in values.items() if value is not None})
    for name in LINKS:
        _add_links(work, project["id"], template["id"], name)
    items = template["metadata_descriptors"]
    for item in items if isinstance(items, list) else ():
        if isinstance(item, dict):
            _add_descriptor(work, project["id"], item)
    work.emit("project:update", {}, project["id"])


def _add_links(work: Work, project_id: str, template_id: str, name: str) -> None:
    """Link a project to what a template is linked to, with what else the links say; existing links stay as they are."""
    source, target = ProjectTemplate.relations[name], Project.relations[name]
    ours, theirs = target.model.columns()[target.ours], target.model.columns()[target.theirs]
    present = set(work.db.values(target.model.select(theirs).where(ours == project_id)))
    of_template = source.model.columns()[source.ours] == template_id
    said = [key for key in SAID if key in source.model.columns()]
    for link in work.db.rows(source.model.select().where(of_template)):
        if link[source.theirs] not in present:
            values = {key: link[key] for key in said}
            work.insert(target.model, **{target.ours: project_id, target.theirs: link[source.theirs]}, **values)


def _add_descriptor(work: Work, project_id: str, item: Mapping[str, Any]) -> None:
    name, kind = item.get("name"), item.get("entity_type")
    if not isinstance(name, str) or not name or not kind or (kind == "Task" and not item.get("task_type_id")):
        return
    field_name = descriptors.field_name_of(name) or item.get("field_name")
    descriptors.add_copy(work, project_id, {**item, "field_name": field_name, "position": None})
