"""Single frames of previews, with or without what was drawn on them (docs/api/previews.md).

ffmpeg and Pillow work outside of any transaction: what they need is collected first.
"""

import tempfile
import zipfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeGuard

from kitsulite.areas.entities import entities
from kitsulite.areas.previews import publishing
from kitsulite.areas.previews.intake import PICTURES
from kitsulite.areas.previews.movies import frame_rate
from kitsulite.areas.previews.names import download_name
from kitsulite.areas.previews.pictures import draw_on, make_pdf, make_pictures
from kitsulite.areas.previews.previewfiles import set_main_preview
from kitsulite.media import BadPicture, movies
from kitsulite.media.darkroom import Darkroom
from kitsulite.media.ffmpeg import BadMovie, Deadline
from kitsulite.models.entities import Entity
from kitsulite.models.fields import as_object
from kitsulite.models.productions import Project
from kitsulite.models.tasks import Task
from kitsulite.settings import Settings
from kitsulite.storage import Row
from kitsulite.storage.files import FileStore, MissingFile
from kitsulite.work.errors import NotFound, Refused, ShortlyNotFound, WrongParameter
from kitsulite.work.filekeys import MOVIES, ORIGINAL, TILES, key_of, store
from kitsulite.work.work import Begin, Work

NOT_THERE = "preview file binary is not available"
NOTHING_DRAWN = "Preview file has no annotations"
NOTHING_FOUND = "No annotated frame could be extracted from this preview"
LATEST = 1e9
"""Of frames and of seconds: no movie goes on for so long."""
Frames = list[tuple[str, Path]]
"""Pictures on this machine, and what they are to be called."""


@dataclass(frozen=True)
class Subject:
    """A preview with what is needed to get frames out of it.

    rate  frames a second of its production
    name  under which it is saved, without an ending
    """

    preview: Row
    files: FileStore
    darkroom: Darkroom
    settings: Settings
    rate: float
    name: str

    @property
    def is_movie(self) -> bool:
        return bool(self.preview["extension"] == "mp4")

    @property
    def is_picture(self) -> bool:
        return self.preview["extension"] in PICTURES

    @property
    def annotations(self) -> list[dict[str, Any]]:
        return [entry for entry in self.preview["annotations"] or [] if isinstance(entry, dict)]

    @contextmanager
    def binary(self) -> Iterator[Path]:
        """Its movie, or its picture in full; ShortlyNotFound."""
        if not as_object(self.preview["data"]).get("imported_only"):
            for kind in MOVIES if self.is_movie else (ORIGINAL,):
                try:
                    with self.files.local(key_of(kind, self.preview["id"])) as path:
                        yield path
                        return
                except MissingFile:
                    continue
        raise ShortlyNotFound(NOT_THERE)

    def deadline(self) -> Deadline:
        return Deadline(self.settings.movie_time_limit)


@contextmanager
def scratch(begin: Begin) -> Iterator[Path]:
    """A folder for work that is thrown away afterwards."""
    with begin(writes=False) as work:
        place = work.settings.scratch_folder
    with tempfile.TemporaryDirectory(dir=place) as folder:
        yield Path(folder)


def _subject(begin: Begin, preview: Row) -> Subject:
    with begin(writes=False) as work:
        return _of(work, preview, work.get(Task, preview["task_id"]))


def _of(work: Work, preview: Row, task: Row) -> Subject:
    rate = float(frame_rate(work.get(Entity, task["entity_id"]), work.get(Project, task["project_id"])))
    name = download_name(work, preview).rpartition(".")[0]
    return Subject(preview, work.files, work.darkroom, work.settings, rate, name)


# --- one frame ---


def frame(begin: Begin, preview: Row, number: int, target: Path) -> None:
    """Write a frame of a movie, 1 being the first; NotFound for what is no movie, WrongParameter past its end."""
    subject = _subject(begin, preview)
    if not subject.is_movie:
        raise NotFound
    _write_frame(subject, number, target)


def _write_frame(subject: Subject, number: int, target: Path) -> None:
    if not _is_number(number):
        raise WrongParameter("The movie has no frame of this number.")
    with subject.binary() as path:
        try:
            movies.frame_at(path, max(0, number - 1) / subject.rate, target, subject.deadline())
        except BadMovie as problem:
            raise WrongParameter(str(problem)) from None


def annotated_frame(begin: Begin, preview: Row, number: int | None, target: Path) -> None:
    """Write a frame with what was drawn on it; of a picture the picture. Refused and WrongParameter say what is missing."""
    subject = _subject(begin, preview)
    if subject.is_movie:
        if number is None:
            raise WrongParameter("frame_number is required for movie previews")
        entry = next((entry for entry in subject.annotations if _is_at(entry, number, subject.rate)), None)
        if entry is None:
            raise Refused(f"No annotation found for frame {number}")
        _write_frame(subject, number, target)
    elif subject.is_picture:
        if not subject.annotations:
            raise WrongParameter("No annotation found on picture preview")
        entry = subject.annotations[0]
        with subject.binary() as path:
            target.write_bytes(path.read_bytes())
    else:
        extension = subject.preview["extension"]
        raise WrongParameter(f"Cannot extract annotated frame from preview with extension '{extension}'")
    _draw_on(subject.darkroom, target, entry)


def _is_at(entry: dict[str, Any], number: int, rate: float) -> bool:
    time = entry.get("time")
    return _is_number(time) and _is_number(number) and abs(time - (number - 1) / rate) <= 1 / (2 * rate)


def _is_number(value: Any) -> TypeGuard[float]:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and -LATEST <= value <= LATEST


def _draw_on(darkroom: Darkroom, target: Path, entry: dict[str, Any]) -> None:
    drawing = entry.get("drawing")
    objects = drawing.get("objects") if isinstance(drawing, dict) else None
    try:
        draw_on(darkroom, target, objects if isinstance(objects, list) else [])
    except BadPicture as problem:
        raise WrongParameter(str(problem)) from None


# --- all frames that were drawn on ---


def annotated_frames(begin: Begin, preview: Row, folder: Path) -> tuple[str, Frames]:
    """Write all frames that something is drawn on; the name of the whole, and the frames."""
    subject = _subject(begin, preview)
    if not subject.annotations:
        raise WrongParameter(NOTHING_DRAWN)
    if not (subject.is_movie or subject.is_picture):
        extension = subject.preview["extension"]
        raise WrongParameter(f"Cannot extract annotated frames from preview with extension '{extension}'")
    written = list(_written(subject, folder))
    if not written:
        raise WrongParameter(NOTHING_FOUND)
    return f"{subject.name}_annotated_frames", written


def _written(subject: Subject, folder: Path) -> Iterator[tuple[str, Path]]:
    names: Counter[int] = Counter()
    with subject.binary() as path:
        for count, entry in enumerate(subject.annotations, start=1):
            target, number = folder / f"{count}.png", count
            if subject.is_movie:
                if not _is_number(entry.get("time")):
                    continue
                number = max(1, round(entry["time"] * subject.rate) + 1)
                try:
                    movies.frame_at(path, (number - 1) / subject.rate, target, subject.deadline())
                except BadMovie:  # drawn past the end
                    continue
            else:
                target.write_bytes(path.read_bytes())
            _draw_on(subject.darkroom, target, entry)
            names[number] += 1
            again = f"_{names[number]}" if names[number] > 1 else ""
            yield f"{subject.name}_frame_{number}{again}.png", target


def as_zip(begin: Begin, frames: Frames, target: Path) -> None:
    """All frames in one archive."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        for name, path in frames:
            archive.write(path, name)


def as_pdf(begin: Begin, frames: Frames, target: Path) -> None:
    """All frames in one document, each on its page."""
    with begin(writes=False) as work:
        darkroom = work.darkroom
    make_pdf(darkroom, [path for _, path in frames], target)


# --- tiles, and the picture of an entity ---


def rebuild_tiles(begin: Begin, preview: Row, target: Path) -> None:
    """Make the sheet of tiles of a movie anew, and keep it."""
    subject = _subject(begin, preview)
    if not subject.is_movie:
        raise WrongParameter("Preview file is not a movie")
    with subject.binary() as path:
        try:
            movies.tile_sheet(path, movies.look_at(path, subject.deadline()), target, subject.deadline())
        except BadMovie as problem:
            raise WrongParameter(str(problem)) from None
    with target.open("rb") as file:
        subject.files.put(key_of(TILES, subject.preview["id"]), file)


def set_main(begin: Begin, preview: Row, number: int | None) -> Any:
    """Make a preview the picture of its entity, perhaps by another frame of it; the entity.

    A movie that is only known of, and not stored here, keeps the pictures that it has.
    """
    subject = _subject(begin, preview)
    if number is not None and not subject.is_movie:
        raise WrongParameter("Can't use a given frame on non movie preview")
    with scratch(begin) as folder:
        made = _pictures_of(subject, number, folder) if number is not None else {}
        with begin() as work:
            if made:
                store(work.files, preview["id"], made)
                publishing.fill(work, preview)
            entity = work.get(Entity, work.get(Task, preview["task_id"])["entity_id"])
            set_main_preview(work, entity, preview["id"])
            return entities.wire(work, entity["id"], "Entity")


def _pictures_of(subject: Subject, number: int, folder: Path) -> dict[str, Path]:
    if as_object(subject.preview["data"]).get("imported_only"):
        return {}
    frame = folder / "frame.png"
    _write_frame(subject, number, frame)
    return make_pictures(subject.darkroom, frame, folder)[0]
