"""Which files belong to a preview, a person or a background, and under which keys they are stored."""

from collections.abc import Iterable
from functools import partial
from pathlib import Path

from kitsulite.models import Record, now
from kitsulite.models.files import WorkingFile
from kitsulite.models.own import BackupRun, Job
from kitsulite.models.reviews import AttachmentFile, BuildJob, PreviewBackgroundFile, PreviewFile
from kitsulite.storage import Row
from kitsulite.storage.files import FileStore, StoredFile
from kitsulite.work.errors import NotFound
from kitsulite.work.jobs import Duties, moment
from kitsulite.work.periods import seconds_of
from kitsulite.work.work import Begin, Work

ORIGINAL, PREVIEW, THUMBNAIL, SQUARE = "originals", "previews", "thumbnails", "squares"
MOVIE, LOW, SOURCE, TILES = "movies", "lowdefs", "sources", "tiles"
FILE, UPLOAD = "files", "uploads"
AVATAR, BACKGROUND, BACKGROUND_PICTURE = "avatars", "backgrounds", "backgroundpictures"
ATTACHMENT, CHAT_PICTURE, WORKING = "attachments", "chatpictures", "workingfiles"
"""Kinds of files. The first eleven are a preview's, `uploads` are on their way, the others are of what their names say."""

PICTURES = (ORIGINAL, PREVIEW, THUMBNAIL, SQUARE)
MOVIES = (MOVIE, LOW, SOURCE)
"""In the order in which they are sent to who wants the movie, whichever there is."""
EVERYTHING = (*PICTURES, *MOVIES, TILES, FILE)

PNG, MP4, PDF, BINARY = "image/png", "video/mp4", "application/pdf", "application/octet-stream"
MIMETYPES = {ORIGINAL: PNG, PREVIEW: PNG, THUMBNAIL: PNG, SQUARE: PNG, TILES: PNG, MOVIE: MP4, LOW: MP4, SOURCE: MP4}

BUILT = "playlists"
"""What the movie of a build is stored as."""

KINDS_OF: dict[type[Record], tuple[str, ...]] = {
    AttachmentFile: (ATTACHMENT, CHAT_PICTURE),
    BuildJob: (BUILT,),
    PreviewBackgroundFile: (BACKGROUND, BACKGROUND_PICTURE),
    PreviewFile: EVERYTHING,
    WorkingFile: (WORKING,),
}
"""The files that belong to rows of a table, and go with them."""

Made = dict[str, Path]
"""Files that wait to be stored, by what they are."""


def key_of(kind: str, id: str) -> str:
    """Where a file is stored that belongs to the row with this id."""
    return f"{kind}-{id}"


def store(files: FileStore, id: str, made: Made) -> None:
    """Put files away. Whoever calls sees to it that they go again when nothing comes of it."""
    for kind, path in made.items():
        files.take(key_of(kind, id), path)


def remove_files(work: Work, id: str, kinds: Iterable[str] = EVERYTHING) -> None:
    """Have the files of a row that goes removed once that is certain, where the studio wants that.

    While a backup is made they stay: it may have the row already, and come for its files only now.
    """
    if not work.settings.remove_files:
        return
    if is_backed_up(work):
        work.insert(Job, name=REMOVE, arguments={"id": id, "kinds": list(kinds)}, due_at=moment(LATER))
        return
    for kind in kinds:
        work.after_commit(partial(work.files.delete, key_of(kind, id)))


def remove_later(begin: Begin, id: str, kinds: list[str]) -> None:
    """The job of removing them after all."""
    with begin() as work:
        remove_files(work, id, kinds)


def is_backed_up(work: Work) -> bool:
    """Whether somebody makes a backup now."""
    return work.exists(BackupRun, BackupRun.ended_at.is_null(), BackupRun.held_until > now())


REMOVE, LATER = "remove-files", 60.0
"""The job, and after how many seconds it looks whether the backup is made."""
JOBS: Duties = {REMOVE: remove_later}


def copy_files(work: Work, source: Row, id: str) -> None:
    """Give another preview the same files."""
    for kind in EVERYTHING:
        if work.files.exists(key_of(kind, source["id"])):
            work.after_failure(partial(work.files.delete, key_of(kind, id)))
            work.files.copy(key_of(kind, source["id"]), key_of(kind, id))


def find_file(work: Work, preview: Row, *kinds: str, name: str = "", mimetype: str = "") -> StoredFile:
    """The first of these files that a preview has; NotFound. An empty one is as good as none."""
    for kind in kinds:
        key = key_of(kind, preview["id"])
        found = work.files.stat(key)
        if found and found.size and not _is_half(preview, kind, found.size):
            mimetype = mimetype or MIMETYPES.get(kind, BINARY)
            return StoredFile(work.files, key, name, mimetype, found.size, seconds_of(preview["updated_at"]))
    raise NotFound


def _is_half(preview: Row, kind: str, size: int) -> bool:
    """Whether a picture is of another size than its row says, so that something must have happened to it."""
    expected = preview["file_size"] or 0
    return kind == ORIGINAL and preview["extension"] == "png" and expected > 0 and size != expected
