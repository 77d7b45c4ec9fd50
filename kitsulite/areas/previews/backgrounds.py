"""The files of preview backgrounds: what 3D previews are lit with (docs/api/previews.md)."""

import tempfile
from functools import partial
from pathlib import Path

from kitsulite.areas.previews.intake import require_upload
from kitsulite.areas.previews.pictures import make_background_picture
from kitsulite.media import BadPicture
from kitsulite.models.reviews import PreviewBackgroundFile
from kitsulite.models.shapes import Raw, Shape
from kitsulite.storage import Row
from kitsulite.storage.files import StoredFile, Upload
from kitsulite.work.errors import NotFound, WrongParameter
from kitsulite.work.filekeys import BACKGROUND, BACKGROUND_PICTURE, PNG, key_of, remove_files
from kitsulite.work.periods import seconds_of
from kitsulite.work.work import Begin, Work

EXTENSION, RADIANCE = "hdr", "image/vnd.radiance"
FILES = (BACKGROUND, BACKGROUND_PICTURE)
ROW = Shape(PreviewBackgroundFile)


def set_file(begin: Begin, id: str, upload: Upload | None) -> Raw:
    """Give a background its file, or another one; the background.

    NotFound; WrongParameter for no file. A file that is no Radiance picture takes its background with it.
    """
    with begin(writes=False) as work:
        row = work.get(PreviewBackgroundFile, id)
        settings, files, darkroom = work.settings, work.files, work.darkroom
    upload = require_upload(upload)
    name, _, extension = upload.name.rpartition(".")
    extension = extension.lower()
    if extension != EXTENSION:
        _remove(begin, row)
        raise WrongParameter(f"Wrong file format, extension: {extension}")
    with tempfile.TemporaryDirectory(dir=settings.scratch_folder) as folder:
        picture = Path(folder) / "picture.png"
        try:
            make_background_picture(darkroom, upload.content, picture)
        except BadPicture:
            _remove(begin, row)
            raise WrongParameter(f"Error while saving preview background file and thumbnail: {row['id']}") from None
        upload.content.seek(0)
        with begin() as work:
            row = work.hold(PreviewBackgroundFile, row["id"])
            if not row["original_name"]:
                for key in (key_of(BACKGROUND, row["id"]), key_of(BACKGROUND_PICTURE, row["id"])):
                    work.after_failure(partial(files.delete, key))
            size = files.put(key_of(BACKGROUND, row["id"]), upload.content)
            files.take(key_of(BACKGROUND_PICTURE, row["id"]), picture)
            kept = name[: PreviewBackgroundFile.original_name.length]
            work.update(PreviewBackgroundFile, row["id"], extension=extension, original_name=kept, file_size=size)
            work.emit("preview-background-file:update", {"preview_background_file_id": row["id"]})
            work.emit(
                "preview-background-file:add-file",
                {"preview_background_file_id": row["id"], "extension": extension},
            )
            return work.show(ROW, row["id"])


def _remove(begin: Begin, row: Row) -> None:
    with begin() as work:
        work.delete(PreviewBackgroundFile, PreviewBackgroundFile.id == row["id"])
        remove_files(work, row["id"], FILES)


def open_file(work: Work, id: str, extension: str) -> StoredFile:
    """The file as it came in; NotFound under another ending than its own."""
    row = work.get(PreviewBackgroundFile, id)
    if extension.lower() != row["extension"]:
        raise NotFound
    return _open(work, row, key_of(BACKGROUND, row["id"]), f"{row['original_name']}.{row['extension']}", RADIANCE)


def open_picture(work: Work, id: str) -> StoredFile:
    """A small picture of it."""
    row = work.get(PreviewBackgroundFile, id)
    return _open(work, row, key_of(BACKGROUND_PICTURE, row["id"]), "", PNG)


def _open(work: Work, row: Row, key: str, name: str, mimetype: str) -> StoredFile:
    size = work.files.size(key)
    if not size or (mimetype == RADIANCE and row["file_size"] and size != row["file_size"]):
        raise NotFound
    return StoredFile(work.files, key, name, mimetype, size, seconds_of(row["updated_at"]))
