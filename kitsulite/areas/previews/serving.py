"""Who sees the files of a preview, and which of them is sent (docs/api/previews.md)."""

import peewee

from kitsulite.access.projects import VENDOR, role_in
from kitsulite.access.roles import is_vendor, require
from kitsulite.access.rules import Asked, Given, Predicate, Rule, name_of
from kitsulite.access.tasks import has_task_access
from kitsulite.areas.previews.names import download_name
from kitsulite.models import is_uuid
from kitsulite.models.entities import Entity
from kitsulite.models.reviews import PreviewFile
from kitsulite.models.tasks import Task
from kitsulite.storage import Row, Statement
from kitsulite.storage.files import StoredFile
from kitsulite.work.errors import NotFound, WrongParameter
from kitsulite.work.filekeys import BINARY, FILE, MOVIES, ORIGINAL, PDF, find_file
from kitsulite.work.work import Work

COLUMNS = ("id", "extension", "file_size", "original_name", "revision", "position", "task_id", "updated_at", "data")


def _with_its_place(id: peewee.Node) -> peewee.Query:
    return (
        PreviewFile.select(
            *(PreviewFile.columns()[name] for name in COLUMNS),
            Task.project_id.alias("project_id"),
            Task.entity_id.alias("entity_id"),
            Entity.is_shared.alias("is_shared"),
            Entity.preview_file_id.alias("main_preview_id"),
        )
        .join(Task, on=Task.id == PreviewFile.task_id)
        .join(Entity, on=Entity.id == Task.entity_id)
        .where(PreviewFile.id == id)
    )


PREVIEW = Statement(_with_its_place)
"""A preview and where it stands: asked for every picture of every page."""


def may_glimpse(work: Work, preview: Row) -> bool:
    """Who may see the task; what stands for a shared entity everybody but vendors."""
    is_open = preview["is_shared"] and preview["main_preview_id"] == preview["id"]
    role = role_in(work, preview["project_id"])
    is_vendor_here = role == VENDOR or (role is None and is_vendor(work))
    return (is_open and not is_vendor_here) or has_task_access(work, preview)


def may_look(work: Work, preview: Row) -> bool:
    """In the project's team; vendors only with a task on its entity."""
    return has_task_access(work, preview)


def placed(condition: Predicate) -> Rule:
    """Who may do it with the preview of the path, which is handed on with its place."""

    def check(work: Work, asked: Asked) -> Given:
        preview = find_preview(work, asked.path["preview_file_id"])
        require(condition(work, preview))
        return {"preview": preview}

    return Rule(name_of(condition), check, hands=("preview",), asks=(condition,))


def find_preview(work: Work, id: str) -> Row:
    """A preview and where it stands, whoever asks; NotFound."""
    rows = work.db.ask(PREVIEW, id) if is_uuid(id) else []
    if not rows:
        raise NotFound
    return rows[0]


def open_as_sent(work: Work, preview: Row, extension: str) -> StoredFile:
    """What is neither picture nor movie, as it came in and under its own ending only."""
    extension = extension.lower()
    if extension != preview["extension"]:
        raise WrongParameter(f"Extension not allowed: {extension}")
    return find_file(work, preview, FILE, mimetype=_mimetype(extension))


def open_to_save(work: Work, preview: Row) -> StoredFile:
    """The file of a preview under the name that tells what it shows."""
    name = download_name(work, preview)
    kinds = kinds_to_save(preview)
    mimetype = _mimetype(preview["extension"]) if kinds == (FILE,) else ""
    return find_file(work, preview, *kinds, name=name, mimetype=mimetype)


def kinds_to_save(preview: Row) -> tuple[str, ...]:
    """Which files of a preview are for who wants it whole; the first that is there is sent."""
    return {"png": (ORIGINAL,), "mp4": MOVIES}.get(preview["extension"], (FILE,))


def _mimetype(extension: str) -> str:
    return PDF if extension == "pdf" else BINARY
