"""A playlist as an archive that is made while it is sent (docs/api/playlists.md).

What goes into it is listed in one short transaction. The files are looked for when their turn comes, so that the first one
leaves at once however many follow.
"""

import datetime
import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass

from kitsulite.areas.playlists.titles import title_of
from kitsulite.areas.previews.names import download_names
from kitsulite.areas.previews.serving import kinds_to_save
from kitsulite.models import is_uuid
from kitsulite.models.playlist_entries import entries_of, may_show, preview_of
from kitsulite.models.reviews import Playlist, PreviewFile
from kitsulite.models.tasks import Task
from kitsulite.storage import Row
from kitsulite.storage.files import PIECE, FileStore, MissingFile
from kitsulite.work.filekeys import key_of
from kitsulite.work.work import Work

OLDEST = (1980, 1, 1, 0, 0, 0)
"""The first moment that an archive can tell of."""


@dataclass(frozen=True)
class Member:
    """A file of the archive.

    keys  where it may be stored; the first that is there is taken
    """

    name: str
    keys: tuple[str, ...]
    made_at: tuple[int, ...]


@dataclass(frozen=True)
class Archive:
    """What will be in an archive, and what it is called."""

    name: str
    files: FileStore
    members: list[Member]

    def pieces(self) -> Iterator[bytes]:
        """The archive, a piece at a time. A file that is not there is left out."""
        sink = _Sink()
        with zipfile.ZipFile(sink, "w") as archive:
            for member in self.members:
                for _ in self._written(member, archive):
                    yield sink.taken()
        yield sink.taken()

    def _written(self, member: Member, archive: zipfile.ZipFile) -> Iterator[None]:
        """Writes a file, and stops after every piece of it."""
        for key in member.keys:
            found = self.files.stat(key)
            if found is None or not found.size:
                continue
            try:
                content = self.files.open(key)
            except MissingFile:  # it has just been removed
                continue
            entry = zipfile.ZipInfo(member.name, member.made_at)  # type: ignore[arg-type]
            entry.file_size = found.size  # tells whether it needs the form for large files
            with content, archive.open(entry, "w") as target:
                while piece := content.read(PIECE):
                    target.write(piece)
                    yield
            return


class _Sink(io.RawIOBase):
    """Takes what an archive writes, until somebody takes it away."""

    def __init__(self) -> None:
        self.pieces: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, piece: bytes) -> int:  # type: ignore[override]
        self.pieces.append(bytes(piece))
        return len(piece)

    def taken(self) -> bytes:
        whole = b"".join(self.pieces)
        self.pieces.clear()
        return whole


def archive(work: Work, playlist_id: str) -> Archive:
    """The archive of a playlist: for each entry all files of the revision that it shows, none twice."""
    playlist = work.get(Playlist, playlist_id)
    previews = _previews(work, playlist)
    names = download_names(work, list(previews))
    taken: set[str] = set()
    members = [
        Member(
            name=_free(_safe(names[id]), taken),
            keys=tuple(key_of(kind, id) for kind in kinds_to_save(preview)),
            made_at=_moment(preview["created_at"]),
        )
        for id, preview in previews.items()
    ]
    return Archive(f"{title_of(work, playlist)}.zip", work.files, members)


def _previews(work: Work, playlist: Row) -> dict[str, Row]:
    """The previews of a playlist, each once, in the order of the entries and by position within a revision."""
    ids = [preview_of(entry) for entry in entries_of(playlist)]
    shown = PreviewFile.alias("shown")
    same_revision = (shown.task_id == PreviewFile.task_id) & (shown.revision == PreviewFile.revision)
    query = (
        PreviewFile.select(PreviewFile.id, PreviewFile.extension, PreviewFile.created_at, shown.id.alias("shown_id"))
        .join(shown, on=same_revision)
        .join_from(PreviewFile, Task, on=Task.id == PreviewFile.task_id)
        .where(shown.id.in_([id for id in ids if is_uuid(id)]), may_show(playlist))
    )
    revisions: dict[str, list[Row]] = {}
    for preview in work.db.rows(query.order_by(PreviewFile.position, PreviewFile.created_at)):
        revisions.setdefault(preview["shown_id"], []).append(preview)
    return {preview["id"]: preview for id in ids for preview in revisions.get(id, ())}


def _safe(name: str) -> str:
    """A name that leads nowhere when the archive is unpacked."""
    return name.replace("/", "_").replace("\\", "_")


def _free(name: str, taken: set[str]) -> str:
    """The name, or one like it that is not in the archive yet; it is taken now."""
    stem, dot, ending = name.rpartition(".")
    free, number = name, 1
    while free.lower() in taken:
        number += 1
        free = f"{stem} ({number}){dot}{ending}"
    taken.add(free.lower())
    return free


def _moment(created_at: str | None) -> tuple[int, ...]:
    if created_at is None:  # as in a studio that came from elsewhere
        return OLDEST
    return max(datetime.datetime.fromisoformat(created_at).timetuple()[:6], OLDEST)
