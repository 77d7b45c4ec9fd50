"""Under which name a preview is saved (docs/api/previews.md): `cosmos_landromat_props_tree_shaders_v1.png`."""

import re
from collections.abc import Collection
from typing import Any

import peewee
from slugify import slugify

from kitsulite.models import BadValue
from kitsulite.models.entities import Entity
from kitsulite.models.entity_names import FULL_NAME, with_ancestors
from kitsulite.models.productions import Project
from kitsulite.models.reviews import PreviewFile
from kitsulite.models.tasks import Task, TaskType
from kitsulite.storage import Row
from kitsulite.work.organisation import keeps_file_names
from kitsulite.work.work import Work

EXTENSION = re.compile(r"[.]?[\w-]+([.][\w-]+)*")


def read_extension(work: Work, preview: Row, value: Any) -> Any:
    """An extension as a body of a preview's row gives it; BadValue for what would lead to another folder."""
    if isinstance(value, str) and value and not EXTENSION.fullmatch(value):
        raise BadValue("extension is none of a file")
    return value


def read_original_name(work: Work, preview: Row, value: Any) -> Any:
    """The same for the name that a file was sent in with."""
    if isinstance(value, str) and re.search(r"[/\\]", value):
        raise BadValue("original_name is none of a file")
    return value


def read_path(work: Work, preview: Row, value: Any) -> Any:
    """The same for a path, which climbs nowhere."""
    if isinstance(value, str) and ".." in re.split(r"[/\\]", value):
        raise BadValue("path leads out of its folder")
    return value


def download_name(work: Work, preview: Row) -> str:
    """The name of one preview."""
    return download_names(work, [preview["id"]])[preview["id"]]


def download_names(work: Work, ids: Collection[str]) -> dict[str, str]:
    """The names of previews, by their ids: what they show and their revision, or what they were called when sent in."""
    keeps_names = keeps_file_names(work)
    query = (
        PreviewFile.select(
            PreviewFile.id,
            PreviewFile.original_name,
            PreviewFile.revision,
            PreviewFile.position,
            PreviewFile.extension,
            Project.name.alias("project"),
            peewee.SQL(FULL_NAME.sql).alias("entity"),
            TaskType.name.alias("task_type"),
        )
        .join_from(PreviewFile, Task, on=Task.id == PreviewFile.task_id)
        .join_from(Task, Project, on=Project.id == Task.project_id)
        .join_from(Task, TaskType, peewee.JOIN.LEFT_OUTER, on=TaskType.id == Task.task_type_id)
        .join_from(Task, Entity, peewee.JOIN.LEFT_OUTER, on=Entity.id == Task.entity_id)
        .where(PreviewFile.id.in_(list(ids)))
    )
    return {row["id"]: _name(row, keeps_names) for row in work.db.rows(with_ancestors(query))}


def _name(row: Row, keeps_names: bool) -> str:
    parts = (row["project"], row["entity"], row["task_type"], f"v{row['revision']}")
    name = slugify("_".join(filter(None, parts)), separator="_")
    if keeps_names and row["original_name"]:
        name = row["original_name"]
    place = f"-{row['position']}" if (row["position"] or 1) > 1 else ""
    return f"{name}{place}.{row['extension']}"
