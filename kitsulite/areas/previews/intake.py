"""Taking in the file of a preview: once, and as what its name says it is (docs/api/previews.md).

The file is read, made smaller and stored outside of any transaction that writes; a short one at the end makes it the
preview's. What comes to nothing leaves the row as it was, and no file.
"""

import re
import shutil
import tempfile
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from kitsulite.areas.previews import movies, publishing
from kitsulite.areas.previews.pictures import make_pictures
from kitsulite.areas.previews.previewfiles import remove_preview_file
from kitsulite.media import BadPicture
from kitsulite.media.darkroom import Darkroom
from kitsulite.models import new_id
from kitsulite.models.reviews import PreviewFile
from kitsulite.models.shapes import Raw, Shape, one
from kitsulite.settings import Settings
from kitsulite.storage import Row
from kitsulite.storage.files import FileStore, Upload
from kitsulite.work.errors import Refused, WrongParameter
from kitsulite.work.filekeys import FILE, UPLOAD, key_of, store
from kitsulite.work.work import Begin, Work

PICTURES = frozenset(["jpe", "jpeg", "jpg", "png"])
MOVIES = frozenset(["avi", "m4v", "mkv", "mov", "mp4", "webm", "wmv"])
"""The endings of names of which pictures and movies are made; every other file is kept as it came."""
ENDING = re.compile(r"[a-z0-9][a-z0-9_+-]*")
WITHOUT_ENDING = "bin"
"""What a file is kept as whose name ends in nothing that could stand in an address."""

ROW = Shape(PreviewFile)
IS_FULL = "The browser (or proxy) sent a request that this server could not understand."
NO_FILE = "File not provided."
EMPTY = (
    "Uploaded movie could not be written to temporary storage or is empty; aborting before dispatching normalization."
)


@dataclass(frozen=True)
class Intake:
    """A file on its way to a preview.

    name       of the file, without its ending
    normalize  whether a movie is encoded
    at_once    whether a movie is made while the caller waits
    """

    begin: Begin
    settings: Settings
    files: FileStore
    darkroom: Darkroom
    preview_id: str
    upload: Upload
    name: str
    extension: str
    normalize: bool
    at_once: bool


def add_file(
    begin: Begin, preview: Row, upload: Upload | None, *, normalize: bool = True, at_once: bool = False
) -> Raw:
    """Take in the file of a preview; the preview.

    Refused when it has its file already; WrongParameter for no file, and for a picture that is none.
    """
    _require_empty(preview)
    take_in(begin, preview["id"], require_upload(upload), normalize=normalize, at_once=at_once)
    with begin(writes=False) as work:
        return show(work, preview["id"])


def require_upload(upload: Upload | None) -> Upload:
    """WrongParameter for no file."""
    if upload is None:
        raise WrongParameter(NO_FILE)
    return upload


def take_in(begin: Begin, preview_id: str, upload: Upload, *, normalize: bool = True, at_once: bool = False) -> None:
    """`add_file` for who may."""
    name, extension = _parts(upload.name)
    with begin(writes=False) as work:
        settings, files, darkroom = work.settings, work.files, work.darkroom
    normalize = normalize and not settings.skip_normalization_full
    at_once = at_once or not settings.job_queue or not normalize
    intake = Intake(begin, settings, files, darkroom, preview_id, upload, name, extension, normalize, at_once)
    if extension in PICTURES:
        _take_picture(intake)
    elif extension in MOVIES:
        _take_movie(intake)
    else:
        _take_other(intake)


def _parts(file_name: str) -> tuple[str, str]:
    """A name without its ending, and the ending."""
    name, dot, ending = file_name.rpartition(".")
    ending = ending.lower()
    if dot and ENDING.fullmatch(ending) and len(ending) <= PreviewFile.extension.length:
        return name or ending, ending
    return file_name, WITHOUT_ENDING


def show(work: Work, id: str) -> Raw:
    """The preview."""
    row = one(work.db, ROW.select(work.db).where(PreviewFile.id == id))
    assert row is not None
    return row


def _require_empty(preview: Row) -> None:
    if preview["original_name"]:
        raise Refused(IS_FULL)


def _hold_empty(work: Work, intake: Intake) -> Row:
    """The row, ours to fill: another file may have come meanwhile."""
    preview = work.hold(PreviewFile, intake.preview_id)
    _require_empty(preview)
    return preview


def _give_up(intake: Intake) -> None:
    with intake.begin() as work:
        remove_preview_file(work, work.get(PreviewFile, intake.preview_id))


def _take_picture(intake: Intake) -> None:
    with tempfile.TemporaryDirectory(dir=intake.settings.scratch_folder) as folder:
        source = Path(folder) / "upload"
        with source.open("wb") as file:
            shutil.copyfileobj(intake.upload.content, file)
        try:
            made, (width, height) = make_pictures(intake.darkroom, source, Path(folder))
        except BadPicture as problem:
            raise WrongParameter(str(problem)) from None
        size = made["originals"].stat().st_size
        with intake.begin() as work:
            preview = _hold_empty(work, intake)
            for kind in made:
                work.after_failure(partial(work.files.delete, key_of(kind, preview["id"])))
            store(work.files, preview["id"], made)
            facts = {"extension": "png", "width": width, "height": height, "file_size": size}
            publishing.fill(work, preview, original_name=_kept_name(intake), status="ready", **facts)
            publishing.follow_up(work, preview)
            publishing.tell_comments(work, preview["id"])


def _take_movie(intake: Intake) -> None:
    """Put the file aside, then make the movie of it: now, or have it made by a job."""
    upload = key_of(UPLOAD, new_id())
    try:
        if not intake.files.put(upload, intake.upload.content):
            _give_up(intake)
            raise WrongParameter(EMPTY)
        if intake.at_once:
            name = _kept_name(intake)
            movies.make(intake.begin, intake.preview_id, upload, normalize=intake.normalize, original_name=name)
            intake.files.delete(upload)
        else:
            _have_movie_made(intake, upload)
    except BaseException:
        intake.files.delete(upload)
        raise


def _have_movie_made(intake: Intake, upload: str) -> None:
    with intake.begin() as work:
        preview = _hold_empty(work, intake)
        publishing.fill(work, preview, original_name=_kept_name(intake), extension="mp4", status="processing")
        publishing.tell_comments(work, preview["id"])
        author_id = work.visitor.id if work.visitor else None
        work.enqueue(movies.MAKE, preview_id=preview["id"], upload=upload, author_id=author_id)


def _take_other(intake: Intake) -> None:
    with intake.begin() as work:
        preview = _hold_empty(work, intake)
        key = key_of(FILE, preview["id"])
        work.after_failure(partial(work.files.delete, key))
        size = work.files.put(key, intake.upload.content)
        publishing.fill(
            work, preview, original_name=_kept_name(intake), extension=intake.extension, file_size=size, status="ready"
        )
        publishing.tell_comments(work, preview["id"])


def _kept_name(intake: Intake) -> str:
    """The name as far as its column can hold it."""
    return intake.name[: PreviewFile.original_name.length]
