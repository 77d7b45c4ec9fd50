"""Productions: what a new one gets, and how one goes away (docs/api/rows.md)."""

import math
import re
from typing import Any

from kitsulite.areas.entities import entities
from kitsulite.areas.productions import descriptors
from kitsulite.areas.productions.openprojects import OPEN_TO_ADMINS
from kitsulite.models.codes import STYLES
from kitsulite.models.entities import (
    Entity,
)
from kitsulite.models.productions import (
    MetadataDescriptor,
    Project,
    ProjectPreviewBackgroundFileLink,
    ProjectStatus,
)
from kitsulite.models.reviews import PreviewBackgroundFile
from kitsulite.models.shapes import Shape, many, read_list
from kitsulite.storage import Row
from kitsulite.work import kinds
from kitsulite.work.errors import WrongParameter
from kitsulite.work.work import Work

OPEN = "Open"
DEFAULT_BACKGROUND = "preview_background_file_id"
"""What clients call a project's default background when they write it."""

FIRST_EPISODE = {"name": "E01", "status": "running", "description": "", "data": {}}

RESOLUTION = re.compile(r"(\d{3,4})?x\d{3,4}")


# --- what a project may say ---


def check_settings(data: Row) -> None:
    """Refuse a style, a resolution and more that makes no sense; the style null is the usual one."""
    if "production_style" in data:
        if data["production_style"] is None:
            data["production_style"] = Project.production_style.default
        if data["production_style"] not in STYLES:
            raise WrongParameter("Invalid production_style")
    resolution = data.get("resolution")
    if resolution not in (None, "") and not (isinstance(resolution, str) and RESOLUTION.fullmatch(resolution)):
        raise WrongParameter(f"Invalid resolution {resolution}. Expected format: '1920x1080' or 'x1080'.")
    check_form(data)


def check_form(data: Row) -> None:
    """Refuse a speed that is none and a file tree that is no tree, of a production and of a template alike."""
    if data.get("fps") not in (None, "") and not is_rate(data["fps"]):
        raise WrongParameter("Invalid fps. Expected a number of frames a second, such as '25' or '23.976'.")
    tree = data.get("file_tree")
    if tree is not None and not (isinstance(tree, dict) and all(isinstance(mode, dict) for mode in tree.values())):
        raise WrongParameter("Invalid file_tree. Expected an object that holds an object for each mode.")


def is_rate(fps: Any) -> bool:
    """Whether this is a speed, in frames a second."""
    try:
        return 0 < float(str(fps).replace(",", ".")) < math.inf
    except ValueError:
        return False


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


def bit_rates(work: Work) -> Row:
    """What a new production says of its movies: the server's rates as they are now. One that says null has those of any time."""
    return {
        "hd_bitrate_compression": work.settings.movie_highdef_bitrate,
        "ld_bitrate_compression": work.settings.movie_lowdef_bitrate,
    }


def open_status(work: Work) -> str:
    """The id of the status that new projects have; made when the studio has lost it."""
    id = work.db.value(ProjectStatus.select(ProjectStatus.id).where(ProjectStatus.name == OPEN))
    return id or str(work.insert(ProjectStatus, name=OPEN, color="#000000"))


def first_episode(work: Work, project: Row) -> str | None:
    """The first episode of a TV show, by name; it is made when there is none. Other productions have none."""
    if project["production_type"] != "tvshow":
        return None
    query = Entity.select(Entity.id).where(Entity.project_id == project["id"], kinds.of_kind(work, kinds.EPISODE))
    id = work.db.value(query.order_by(Entity.name).limit(1))
    return id or entities.create(work, kinds.EPISODE, project["id"], FIRST_EPISODE)


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
