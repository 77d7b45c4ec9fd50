"""The pictures of people, organisations and projects (docs/api/previews.md)."""

import tempfile
from functools import partial
from pathlib import Path
from typing import NamedTuple

from kitsulite.access.projects import has_project_access
from kitsulite.access.roles import is_admin, is_manager, is_self
from kitsulite.areas.previews.intake import require_upload
from kitsulite.areas.previews.pictures import make_avatar
from kitsulite.media import BadPicture
from kitsulite.models.base import Record
from kitsulite.models.people import Organisation, Person
from kitsulite.models.productions import Project
from kitsulite.storage import Row
from kitsulite.storage.files import StoredFile, Upload
from kitsulite.work.errors import NotFound, WrongParameter
from kitsulite.work.filekeys import AVATAR, PNG, key_of
from kitsulite.work.organisation import organisation_row
from kitsulite.work.periods import seconds_of
from kitsulite.work.work import Begin, Work


class Kind(NamedTuple):
    """What can have a picture.

    noun  the object of its events
    """

    noun: str
    table: type[Record]


KINDS = {
    "persons": Kind("person", Person),
    "organisations": Kind("organisation", Organisation),
    "projects": Kind("project", Project),
}


def set_avatar(begin: Begin, kind: str, row: Row, upload: Upload | None) -> None:
    """Give a person, an organisation or a project its picture; WrongParameter for no file, or one that is no picture."""
    table = KINDS[kind].table
    with begin(writes=False) as work:
        settings, darkroom = work.settings, work.darkroom
    content = require_upload(upload).content
    with tempfile.TemporaryDirectory(dir=settings.scratch_folder) as folder:
        path = Path(folder) / "avatar.png"
        try:
            make_avatar(darkroom, content, path)
        except BadPicture as problem:
            raise WrongParameter(str(problem)) from None
        with begin() as work:
            row = work.hold(table, row["id"])
            if not row["has_avatar"]:
                work.after_failure(partial(work.files.delete, key_of(AVATAR, row["id"])))
            work.files.take(key_of(AVATAR, row["id"]), path)
            _announce(work, kind, row["id"])


def _announce(work: Work, kind: str, id: str) -> None:
    noun, table = KINDS[kind]
    work.update(table, id, has_avatar=True)
    project_id = id if kind == "projects" else None
    data = {} if kind == "projects" else {f"{noun}_id": id}
    work.emit(f"{noun}:update", data, project_id)
    work.emit(f"{noun}:set-thumbnail", data, project_id)


def is_own(work: Work, person: Row) -> bool:
    """Oneself, or admin."""
    return is_admin(work) or is_self(work, person["id"])


def may_see_picture(work: Work, project: Row) -> bool:
    """In the project's team, or manager."""
    return is_manager(work) or has_project_access(work, project["id"])


def open_avatar(work: Work, kind: str, id: str) -> StoredFile:
    """The picture; NotFound where there is none."""
    row: Row = organisation_row(work) if kind == "organisations" else work.get(KINDS[kind].table, id)
    found = work.files.stat(key_of(AVATAR, row["id"])) if row["has_avatar"] and row["id"] == id.lower() else None
    if found is None:
        raise NotFound
    return StoredFile(work.files, key_of(AVATAR, row["id"]), "", PNG, found.size, seconds_of(row["updated_at"]))
