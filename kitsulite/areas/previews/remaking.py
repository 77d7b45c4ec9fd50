"""Making anew what belongs to previews that are there: their movies, pictures, tiles, sizes, and when something was drawn."""

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kitsulite.access.projects import open_projects
from kitsulite.areas.previews import movies as making
from kitsulite.areas.previews import publishing
from kitsulite.areas.previews.pictures import make_pictures
from kitsulite.media import BadPicture, movies
from kitsulite.media.darkroom import Darkroom
from kitsulite.media.ffmpeg import BadMovie, Deadline
from kitsulite.models import new_id
from kitsulite.models.entities import Entity
from kitsulite.models.entity_shapes import Parent
from kitsulite.models.productions import Project
from kitsulite.models.reviews import PreviewFile
from kitsulite.models.tasks import Task
from kitsulite.settings import Settings
from kitsulite.storage import Row
from kitsulite.storage.files import FileStore, MissingFile
from kitsulite.work.errors import WrongParameter
from kitsulite.work.filekeys import MOVIES, ORIGINAL, PICTURES, SOURCE, TILES, UPLOAD, Made, key_of, store
from kitsulite.work.kinds import SHOT, of_kind
from kitsulite.work.work import Begin, Work

UNFIT = ("broken", "missing", "processing")
"""What has no movie or picture to make anything of."""
MOVIE, PICTURE = "mp4", "png"


@dataclass(frozen=True)
class Wanted:
    """Which previews.

    since     the moment after which they came
    statuses  those that they have; none for all that are fit
    """

    ids: Sequence[str] = ()
    project_id: str | None = None
    entity_id: str | None = None
    episode_ids: Sequence[str] = ()
    only: str | None = None
    extensions: Sequence[str] = (MOVIE, PICTURE)
    statuses: Sequence[str] = ()
    since: str | None = None


def find(begin: Begin, wanted: Wanted) -> list[str]:
    """Their ids, oldest first; of open productions, unless one or a preview itself is named."""
    with begin(writes=False) as work:
        query = (
            PreviewFile.select(PreviewFile.id)
            .join(Task, on=Task.id == PreviewFile.task_id)
            .join(Entity, on=Entity.id == Task.entity_id)
            .order_by(PreviewFile.created_at, PreviewFile.id)
        )
        return work.db.values(query.where(*_conditions(work, wanted)))


def _conditions(work: Work, wanted: Wanted) -> Iterator[Any]:
    if wanted.ids:
        yield PreviewFile.id.in_(list(wanted.ids))
        return
    yield PreviewFile.extension.in_(list(wanted.extensions))
    fit = PreviewFile.status.not_in(UNFIT)
    yield PreviewFile.status.in_(list(wanted.statuses)) if wanted.statuses else fit
    yield Task.project_id == wanted.project_id if wanted.project_id else Task.project_id.in_(open_projects())
    if wanted.since:
        yield PreviewFile.created_at >= wanted.since
    if wanted.entity_id:
        yield Entity.id == wanted.entity_id
    if wanted.episode_ids:
        sequences = Parent.select(Parent.id).where(Parent.parent_id.in_(list(wanted.episode_ids)))
        yield Entity.parent_id.in_(sequences) | Entity.source_id.in_(list(wanted.episode_ids))
    if wanted.only:
        shots = of_kind(work, SHOT)
        yield shots if wanted.only == "shots" else ~shots


@dataclass(frozen=True)
class Means:
    """What it takes to work on a preview outside of a transaction."""

    preview: Row
    files: FileStore
    darkroom: Darkroom
    settings: Settings

    @property
    def is_movie(self) -> bool:
        return bool(self.preview["extension"] == MOVIE)

    @property
    def deadline(self) -> Deadline:
        return Deadline(self.settings.movie_time_limit)

    @contextmanager
    def stored(self) -> Iterator[Path]:
        """Its movie, or its picture in full; MissingFile."""
        for kind in MOVIES if self.is_movie else (ORIGINAL,):
            if self.files.size(key_of(kind, self.preview["id"])):
                with self.files.local(key_of(kind, self.preview["id"])) as path:
                    yield path
                    return
        raise MissingFile(self.preview["id"])


def _means(begin: Begin, preview_id: str) -> Means:
    with begin(writes=False) as work:
        return Means(work.get(PreviewFile, preview_id), work.files, work.darkroom, work.settings)


# --- sizes ---


def measure(begin: Begin, preview_id: str) -> bool:
    """Write down anew how large a preview is, and how long; whether that was another before. BadMovie, BadPicture, MissingFile."""
    means = _means(begin, preview_id)
    with means.stored() as path:
        found: Row = {}
        if means.is_movie:
            movie = movies.look_at(path, means.deadline)
            found = {"width": movie.width, "height": movie.height, "duration": movie.duration}
        else:
            with tempfile.TemporaryDirectory(dir=means.settings.scratch_folder) as folder:
                found["width"], found["height"] = make_pictures(means.darkroom, path, Path(folder))[1]
        found["file_size"] = path.stat().st_size
    with begin() as work:
        preview = work.hold(PreviewFile, preview_id)
        if all(preview[name] == value for name, value in found.items()):
            return False
        publishing.fill(work, preview, **found)
    return True


# --- pictures and tiles ---


def make_extras(begin: Begin, preview_id: str, *, tiles: bool, pictures: bool, again: bool) -> list[str]:
    """Make the pictures of a preview, and the tiles of a movie, that are not there; the kinds that were made.

    again  tiles that are there are made anew, too
    """
    means = _means(begin, preview_id)
    lacks_tiles = means.is_movie and tiles and (again or not means.files.size(key_of(TILES, preview_id)))
    lacks_pictures = pictures and not all(means.files.size(key_of(kind, preview_id)) for kind in PICTURES)
    if not (lacks_tiles or lacks_pictures):
        return []
    with tempfile.TemporaryDirectory(dir=means.settings.scratch_folder) as name, means.stored() as path:
        folder = Path(name)
        made: Made = {}
        if lacks_pictures:
            made.update(_pictures(means, path, folder))
        if lacks_tiles:
            target = folder / "tiles.png"
            movies.tile_sheet(path, movies.look_at(path, means.deadline), target, means.deadline)
            made[TILES] = target
        kinds = sorted(made)
        with begin() as work:
            preview = work.hold(PreviewFile, preview_id)
            store(work.files, preview_id, made)
            publishing.fill(work, preview)
    return kinds


def _pictures(means: Means, path: Path, folder: Path) -> Made:
    source = path
    if means.is_movie:
        source = folder / "frame.png"
        movies.frame_at(path, 0, source, means.deadline)
    made, _ = make_pictures(means.darkroom, source, folder)
    if not means.is_movie:
        del made[ORIGINAL]  # which it is made of
    return made


# --- movies ---


def encode_again(begin: Begin, preview_id: str) -> str:
    """Make the movie of a preview once more of what was sent in; its status then: ready, broken, or missing, where that was not kept."""
    means = _means(begin, preview_id)
    upload = key_of(UPLOAD, new_id())
    try:
        means.files.copy(key_of(SOURCE, preview_id), upload)
    except MissingFile:
        with begin() as work:
            publishing.fill(work, work.hold(PreviewFile, preview_id), status="missing")
        return "missing"
    with begin() as work:
        publishing.fill(work, work.hold(PreviewFile, preview_id), status="processing")
    making.make(begin, preview_id, upload, normalize=True)
    with begin(writes=False) as work:
        return str(work.get(PreviewFile, preview_id)["status"])


# --- annotations ---


def with_annotations(begin: Begin, project_id: str | None) -> list[str]:
    """The movies of a production, or of all, on which something is drawn."""
    query = (
        PreviewFile.select(PreviewFile.id)
        .join(Task, on=Task.id == PreviewFile.task_id)
        .where(PreviewFile.extension == MOVIE, PreviewFile.annotations.is_null(False))
        .order_by(PreviewFile.created_at, PreviewFile.id)
    )
    with begin(writes=False) as work:
        return work.db.values(query.where(Task.project_id == project_id) if project_id else query)


def snap_annotations(begin: Begin, preview_id: str, *, only_look: bool = False) -> int:
    """Have what is drawn on a movie stand at the times of its frames, one entry a frame; how many entries were moved or merged."""
    with begin(writes=not only_look) as work:
        preview = work.get(PreviewFile, preview_id) if only_look else work.hold(PreviewFile, preview_id)
        task = work.get(Task, preview["task_id"])
        rate = float(making.frame_rate(work.get(Entity, task["entity_id"]), work.get(Project, task["project_id"])))
        before = preview["annotations"] or []
        after, changed = snapped(before, rate)
        if changed and not only_look:
            publishing.fill(work, preview, annotations=after)
    return changed


def snapped(entries: Sequence[Any], rate: float) -> tuple[list[Any], int]:
    """Entries at the times of frames, and how many were moved or merged. What has no time stays as it is."""
    found: list[Any] = []
    at: dict[int, dict[str, Any]] = {}
    changed = 0
    for entry in entries:
        time = entry.get("time") if isinstance(entry, dict) else None
        if not isinstance(time, int | float) or isinstance(time, bool) or not 0 <= time < 1e9:
            found.append(entry)
            continue
        frame = round(time * rate)
        right = frame / rate
        if frame in at:
            changed += 1
            _merge(at[frame], entry)
            continue
        moved = abs(time - right) > 1e-9
        changed += moved
        at[frame] = {**entry, "time": right} if moved else dict(entry)
        found.append(at[frame])
    return found, changed


def _merge(entry: dict[str, Any], other: dict[str, Any]) -> None:
    """Add what is drawn in another entry; what is in both stays once."""
    objects = [*_objects(entry)]
    known = {drawn.get("id") for drawn in objects if isinstance(drawn, dict) and isinstance(drawn.get("id"), str | int)}
    objects += [
        drawn
        for drawn in _objects(other)
        if not (isinstance(drawn, dict) and isinstance(drawn.get("id"), str | int) and drawn["id"] in known)
    ]
    drawing = entry.get("drawing")
    entry["drawing"] = {**(drawing if isinstance(drawing, dict) else {}), "objects": objects}


def _objects(entry: dict[str, Any]) -> list[Any]:
    drawing = entry.get("drawing")
    objects = drawing.get("objects") if isinstance(drawing, dict) else None
    return objects if isinstance(objects, list) else []


def find_all(begin: Begin, ids: Sequence[str]) -> list[str]:
    """These previews, in this order; WrongParameter for one that is not there."""
    with begin(writes=False) as work:
        for id in ids:
            if work.find(PreviewFile, id) is None:
                raise WrongParameter(f"There is no preview {id}.")
    return [id.lower() for id in ids]


BROKEN = (BadMovie, BadPicture, MissingFile)
"""What keeps something from being made of one preview, and is no reason to leave out the others."""
