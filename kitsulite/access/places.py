"""Which production a row belongs to."""

from collections.abc import Mapping
from typing import Any

from kitsulite.models import TABLES, Table
from kitsulite.models.entities import AssetInstance, EntityLink, EntityVersion
from kitsulite.models.files import OutputFile, WorkingFile
from kitsulite.models.people import TimeSpent
from kitsulite.models.productions import Project
from kitsulite.models.reviews import (
    AttachmentFile,
    BuildJob,
    Chat,
    ChatMessage,
    Comment,
    News,
    Notification,
    PlaylistShareLink,
    PreviewFile,
    Subscription,
)
from kitsulite.models.schedules import BudgetEntry, ProductionScheduleVersionTaskLink
from kitsulite.work.work import Work

THROUGH: dict[type[Table], tuple[str, ...]] = {
    AssetInstance: ("scene_id", "target_asset_id", "asset_id"),
    AttachmentFile: ("comment_id", "chat_message_id"),
    BudgetEntry: ("budget_id",),
    BuildJob: ("playlist_id",),
    Chat: ("object_id",),
    ChatMessage: ("chat_id",),
    Comment: ("object_id",),
    EntityLink: ("entity_in_id",),
    EntityVersion: ("entity_id",),
    News: ("task_id",),
    Notification: ("task_id", "playlist_id"),
    OutputFile: ("entity_id", "temporal_entity_id"),
    PlaylistShareLink: ("playlist_id",),
    PreviewFile: ("task_id",),
    ProductionScheduleVersionTaskLink: ("production_schedule_version_id",),
    Subscription: ("task_id", "entity_id"),
    TimeSpent: ("task_id",),
    WorkingFile: ("task_id", "entity_id"),
}
"""Of tables that do not name a project: the references that lead to one, in the order in which they are tried."""


def has_place(table: type[Table]) -> bool:
    """Whether rows of a table belong to productions; what the studio shares does not."""
    return table is Project or table in THROUGH or "project_id" in table.columns()


def project_of(work: Work, table: type[Table], row: Mapping[str, Any]) -> str | None:
    """The id of the production that a row belongs to; None when it is of none."""
    if table is Project:
        found: str | None = row.get("id")
        return found
    if table not in THROUGH:
        return row.get("project_id")
    for key in THROUGH[table]:
        target = TABLES[table.columns()[key].table]
        if (above := work.find(target, row.get(key))) is not None:
            return project_of(work, target, above)
    return None
