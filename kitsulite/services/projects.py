"""Productions: what a new one gets, and how one goes away (contract 02, 3.2 and 04, 6.1)."""

import re

from kitsulite.models.codes import STYLES
from kitsulite.models.entities import (
    AssetInstance,
    AssetInstanceLink,
    Entity,
    EntityConceptLink,
    EntityLink,
    EntityVersion,
)
from kitsulite.models.files import OutputFile, WorkingFile
from kitsulite.models.productions import (
    DepartmentMetadataDescriptorLink,
    MetadataDescriptor,
    Project,
    ProjectPreviewBackgroundFileLink,
    ProjectStatus,
)
from kitsulite.models.reviews import Playlist, PreviewBackgroundFile, PreviewFile, Subscription
from kitsulite.models.schedules import Budget, BudgetEntry, Milestone, ProductionScheduleVersion, ScheduleItem
from kitsulite.models.shapes import Shape, many, read_list
from kitsulite.models.tasks import Task
from kitsulite.models.tools import ApiEvent, SearchFilter, SearchFilterGroup
from kitsulite.services import descriptors, entities
from kitsulite.services.errors import WrongParameter
from kitsulite.services.openprojects import OPEN_TO_ADMINS
from kitsulite.services.playlists.rows import remove_playlist
from kitsulite.services.previews.previewfiles import remove_preview_file
from kitsulite.services.tasks import remove_task
from kitsulite.services.work import Work
from kitsulite.storage import Row

OPEN = "Open"
DEFAULT_BACKGROUND = "preview_background_file_id"
"""What clients call a project's default background when they write it."""

RESOLUTION = re.compile(r"(\d{3,4})?x\d{3,4}")


# --- what a project may say ---


def check_settings(data: Row) -> None:
    """Refuse a style or a resolution that makes no sense; the style null is the usual one."""
    if "production_style" in data:
        if data["production_style"] is None:
            data["production_style"] = Project.production_style.default
        if data["production_style"] not in STYLES:
            raise WrongParameter("Invalid production_style")
    resolution = data.get("resolution")
    if resolution not in (None, "") and not (isinstance(resolution, str) and RESOLUTION.fullmatch(resolution)):
        raise WrongParameter(f"Invalid resolution {resolution}. Expected format: '1920x1080' or 'x1080'.")


def check_backgrounds(work: Work, data: Row, current: list[str]) -> None:
    """NotFound for a background file that is not there; a default one has to be among the project's."""
    files = data.get("preview_background_files", current)
    among = [
        work.get(PreviewBackgroundFile, file.get("id") if isinstance(file, dict) else file)["id"]
        for file in (files if isinstance(files, list) else ())
    ]
    if data.get(DEFAULT_BACKGROUND) is not None and data[DEFAULT_BACKGROUND] not in among:
        raise WrongParameter(f"Invalid {DEFAULT_BACKGROUND}")


def backgrounds(work: Work, project_id: str) -> list[str]:
    """The background files that a project uses."""
    link = ProjectPreviewBackgroundFileLink
    return work.db.values(link.select(link.preview_background_file_id).where(link.project_id == project_id))


def is_open(work: Work, project: Row) -> bool:
    return work.exists(ProjectStatus, ProjectStatus.id == project["project_status_id"], ProjectStatus.name == OPEN)


# --- what a new one gets ---


def open_status(work: Work) -> str:
    """The id of the status that new projects have; made when the studio has lost it."""
    id = work.db.value(ProjectStatus.select(ProjectStatus.id).where(ProjectStatus.name == OPEN))
    return id or str(work.insert(ProjectStatus, name=OPEN, color="#000000"))


def first_episode(work: Work, project: Row) -> str | None:
    """The first episode of a TV show, by name; it is made when there is none. Other productions have none."""
    if project["production_type"] != "tvshow":
        return None
    query = Entity.select(Entity.id).where(Entity.project_id == project["id"], entities.of_kind(work, entities.EPISODE))
    id = work.db.value(query.order_by(Entity.name).limit(1))
    return id or entities.create(work, entities.EPISODE, project["id"], {"name": "E01", "status": "running"})


def share_descriptors(work: Work, project: Row) -> None:
    """Give a new project the fields of projects that the other open ones have: each once."""
    open_statuses = ProjectStatus.select(ProjectStatus.id).where(ProjectStatus.name.in_(OPEN_TO_ADMINS))
    others = Project.select(Project.id).where(Project.project_status_id.in_(open_statuses), Project.id != project["id"])
    query = (
        Shape(MetadataDescriptor)
        .with_relations()
        .select(work.db)
        .where(MetadataDescriptor.entity_type == "Project", MetadataDescriptor.project_id.in_(others))
        .order_by(MetadataDescriptor.position.asc(nulls="LAST"), MetadataDescriptor.name)
    )
    for descriptor in read_list(many(work.db, query)):
        descriptors.add_copy(work, project["id"], descriptor)


# --- removal ---


def remove_contents(work: Work, project: Row) -> None:
    """Delete everything that belongs to a project, whatever it is; only the row itself and its own lists stay."""
    id = project["id"]
    here = (Task.project_id == id) | Task.entity_id.in_(Entity.select(Entity.id).where(Entity.project_id == id))
    for preview in work.db.rows(PreviewFile.select().where(PreviewFile.task_id.in_(Task.select(Task.id).where(here)))):
        remove_preview_file(work, preview)
    for task in work.db.rows(Task.select().where(here)):
        remove_task(work, task, force=True)
    for playlist in work.db.rows(Playlist.select().where(Playlist.project_id == id)):
        remove_playlist(work, playlist)
    _remove_entities(work, id)
    work.update(Project, id, from_schedule_version_id=None)
    fields = MetadataDescriptor.select(MetadataDescriptor.id).where(MetadataDescriptor.project_id == id)
    groups = SearchFilterGroup.select(SearchFilterGroup.id).where(SearchFilterGroup.project_id == id)
    work.delete(BudgetEntry, BudgetEntry.budget_id.in_(Budget.select(Budget.id).where(Budget.project_id == id)))
    work.delete(DepartmentMetadataDescriptorLink, DepartmentMetadataDescriptorLink.metadata_descriptor_id.in_(fields))
    work.delete(SearchFilter, (SearchFilter.project_id == id) | SearchFilter.search_filter_group_id.in_(groups))
    for table in (
        Budget,
        MetadataDescriptor,
        Milestone,
        ScheduleItem,
        ProductionScheduleVersion,
        SearchFilterGroup,
        ApiEvent,
    ):
        work.delete(table, table.columns()["project_id"] == id)


def _remove_entities(work: Work, project_id: str) -> None:
    """Delete a project's entities with their castings, versions, instances and files."""
    ours = Entity.select(Entity.id).where(Entity.project_id == project_id)
    instances = AssetInstance.select(AssetInstance.id).where(
        AssetInstance.asset_id.in_(ours)
        | AssetInstance.scene_id.in_(ours)
        | AssetInstance.target_asset_id.in_(ours)
        | AssetInstance.entity_id.in_(ours)
    )
    outputs = OutputFile.select(OutputFile.id).where(
        OutputFile.entity_id.in_(ours)
        | OutputFile.temporal_entity_id.in_(ours)
        | OutputFile.asset_instance_id.in_(instances)
    )
    working = WorkingFile.select(WorkingFile.id).where(WorkingFile.entity_id.in_(ours))
    work.db.run(PreviewFile.update(source_file_id=None).where(PreviewFile.source_file_id.in_(outputs)))
    work.delete(OutputFile, OutputFile.id.in_(outputs))
    work.db.run(OutputFile.update(source_file_id=None).where(OutputFile.source_file_id.in_(working)))
    work.delete(WorkingFile, WorkingFile.id.in_(working))
    work.delete(
        AssetInstanceLink,
        AssetInstanceLink.entity_id.in_(ours) | AssetInstanceLink.asset_instance_id.in_(instances),
    )
    work.delete(AssetInstance, AssetInstance.id.in_(instances))
    for link in (EntityLink, EntityConceptLink):
        work.delete(link, link.entity_in_id.in_(ours) | link.entity_out_id.in_(ours))
    work.delete(EntityVersion, EntityVersion.entity_id.in_(ours))
    work.delete(Subscription, Subscription.entity_id.in_(ours))
    work.delete(Entity, Entity.project_id == project_id)
