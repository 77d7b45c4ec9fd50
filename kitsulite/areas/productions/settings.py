"""What a production is set up with: task types, statuses, asset types, automations, backgrounds (docs/api/productions.md).

The five kinds of settings are links of the same sort; a `Setting` says what differs.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from kitsulite.areas.productions.team import project
from kitsulite.models import Record, Table, is_uuid
from kitsulite.models.entities import EntityType
from kitsulite.models.productions import (
    Project,
    ProjectAssetTypeLink,
    ProjectPreviewBackgroundFileLink,
    ProjectStatusAutomationLink,
    ProjectTaskStatusLink,
    ProjectTaskTypeLink,
)
from kitsulite.models.reviews import PreviewBackgroundFile
from kitsulite.models.shapes import Raw, Shape, many
from kitsulite.models.tasks import StatusAutomation, TaskStatus, TaskType
from kitsulite.work.errors import WrongParameter
from kitsulite.work.work import Work


@dataclass(frozen=True)
class Setting:
    """One kind of setting.

    path   the word in the URL
    key    the column of the link that leads to what is set
    """

    path: str
    key: str
    table: type[Record]
    link: type[Table]

    @property
    def shape(self) -> Shape:
        return Shape(self.table)

    def of(self, project_id: str, id: str | None = None) -> tuple[Any, ...]:
        """The condition for the links of a project, or for the one that leads to `id`."""
        columns = self.link.columns()
        of_project = (columns["project_id"] == project_id,)
        return of_project if id is None else (*of_project, columns[self.key] == id)


TASK_TYPES = Setting("task-types", "task_type_id", TaskType, ProjectTaskTypeLink)
TASK_STATUSES = Setting("task-status", "task_status_id", TaskStatus, ProjectTaskStatusLink)
ASSET_TYPES = Setting("asset-types", "asset_type_id", EntityType, ProjectAssetTypeLink)
AUTOMATIONS = Setting("status-automations", "status_automation_id", StatusAutomation, ProjectStatusAutomationLink)
BACKGROUNDS = Setting(
    "preview-background-files",
    "preview_background_file_id",
    PreviewBackgroundFile,
    ProjectPreviewBackgroundFileLink,
)
SETTINGS = (TASK_TYPES, TASK_STATUSES, ASSET_TYPES, AUTOMATIONS, BACKGROUNDS)


def listed(work: Work, setting: Setting, project_id: str) -> Raw:
    """What a project is set up with, as rows of its own table."""
    linked = setting.link.select(setting.link.columns()[setting.key]).where(*setting.of(project_id))
    query = setting.shape.select(work.db).where(setting.table.id.in_(linked))
    return many(work.db, query.order_by(setting.table.columns()["name"] if _has_name(setting) else setting.table.id))


def _has_name(setting: Setting) -> bool:
    return "name" in setting.table.columns()


def add(work: Work, setting: Setting, project_id: str, id: str, **values: Any) -> Raw:
    """Set a project up with something. Answers the project.

    values  what the link says. One that is there already keeps its priority; of the rest it takes what is said.
    """
    if setting is TASK_TYPES and not is_uuid(id):
        raise WrongParameter("task_type_id is required and must be a valid UUID")
    row = work.find(setting.table, id)
    if row is None:
        raise WrongParameter(f"{setting.table.type_name} with id {id} not found")
    work.hold(Project, project_id)  # two who add the same come one after the other
    is_new = not work.exists(setting.link, *setting.of(project_id, row["id"]))
    if is_new:
        work.insert(setting.link, project_id=project_id, **{setting.key: row["id"]}, **values)
    elif said := {key: value for key, value in values.items() if key != "priority"}:
        work.db.run(setting.link.update(**said).where(*setting.of(project_id, row["id"])))
    if is_new or setting is TASK_TYPES:
        work.emit("project:update", {}, project_id)
    return project(work, project_id)


def remove(work: Work, setting: Setting, project_id: str, id: str) -> None:
    """Take something out of a project's setup; nothing happens when it was not in it."""
    if is_uuid(id):
        work.delete(setting.link, *setting.of(project_id, id.lower()))
    work.emit("project:update", {}, project_id)


def set_up(
    work: Work,
    project_id: str,
    *,
    task_types: Mapping[str, int | None],
    task_status_ids: Iterable[str],
    asset_type_ids: Iterable[str],
    replace_task_types: bool,
) -> Raw:
    """Set a project up with many things at once; unknown ids are passed over.

    task_types          id -> priority, None leaving a priority that is there alone
    replace_task_types  whether task types that are not named go
    """
    if replace_task_types:
        others = ProjectTaskTypeLink.task_type_id.not_in(list(task_types))
        work.delete(ProjectTaskTypeLink, *TASK_TYPES.of(project_id), others)
    for id in _missing(work, TASK_TYPES, project_id, task_types):
        work.insert(ProjectTaskTypeLink, project_id=project_id, task_type_id=id, priority=task_types[id])
    for id, priority in task_types.items():
        if priority is not None:
            work.db.run(ProjectTaskTypeLink.update(priority=priority).where(*TASK_TYPES.of(project_id, id)))
    for setting, ids in ((TASK_STATUSES, task_status_ids), (ASSET_TYPES, asset_type_ids)):
        for id in _missing(work, setting, project_id, ids):
            work.insert(setting.link, project_id=project_id, **{setting.key: id})
    work.emit("project:update", {}, project_id)
    return project(work, project_id)


def _missing(work: Work, setting: Setting, project_id: str, ids: Iterable[str]) -> list[str]:
    """Which of these exist and are not yet part of the project's setup."""
    linked = setting.link.select(setting.link.columns()[setting.key]).where(*setting.of(project_id))
    table = setting.table
    return work.db.values(table.select(table.id).where(table.id.in_(list(ids)), table.id.not_in(linked)))
