"""Small pictures of what is posted in a chat (docs/api/previews.md). They are made when somebody first looks."""

import tempfile
from pathlib import Path

from kitsulite.areas.previews.pictures import make_chat_picture
from kitsulite.media import BadPicture
from kitsulite.storage import Row
from kitsulite.storage.files import MissingFile, StoredFile
from kitsulite.work.errors import NotFound
from kitsulite.work.filekeys import ATTACHMENT, CHAT_PICTURE, PNG, key_of
from kitsulite.work.periods import seconds_of
from kitsulite.work.work import Work

PICTURES = ("image/png", "image/jpg", "image/jpeg")


def open_picture(work: Work, row: Row) -> StoredFile:
    """The small picture of an attachment; NotFound for what is no picture in a chat."""
    if row["chat_message_id"] is None or row["mimetype"] not in PICTURES:
        raise NotFound
    if not work.files.exists(key_of(CHAT_PICTURE, row["id"])):
        _make(work, row["id"])
    size = work.files.size(key_of(CHAT_PICTURE, row["id"])) or 0
    return StoredFile(work.files, key_of(CHAT_PICTURE, row["id"]), "", PNG, size, seconds_of(row["updated_at"]))


def _make(work: Work, id: str) -> None:
    settings = work.settings
    try:
        with (
            tempfile.TemporaryDirectory(dir=settings.scratch_folder) as folder,
            work.files.local(key_of(ATTACHMENT, id)) as path,
        ):
            target = Path(folder) / "small.png"
            make_chat_picture(work.darkroom, path, target)
            work.files.take(key_of(CHAT_PICTURE, id), target)
    except (BadPicture, MissingFile):
        raise NotFound from None
