"""Making the movie of a preview out of what was sent in: encoded twice, with pictures and tiles (docs/api/previews.md).

This is a job, unless the caller waits for it. It may be begun again at any time: what it makes is put aside first, and one
transaction at the end makes all of it the preview's, if that still waits for it.
"""

import logging
import re
import tempfile
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from kitsulite.areas.previews import publishing
from kitsulite.areas.previews.pictures import make_pictures
from kitsulite.media import BadPicture, movies
from kitsulite.media.darkroom import Darkroom
from kitsulite.media.ffmpeg import BadMovie, Deadline, NoFfmpeg
from kitsulite.media.movies import Encoding, Manner, Movie, Size, even
from kitsulite.models import new_id
from kitsulite.models.entities import Entity
from kitsulite.models.fields import as_object
from kitsulite.models.productions import Project, ProjectTaskTypeLink
from kitsulite.models.reviews import PreviewFile
from kitsulite.models.tasks import Task
from kitsulite.settings import Settings
from kitsulite.storage import Row
from kitsulite.storage.files import FileStore, MissingFile
from kitsulite.work.errors import Refused
from kitsulite.work.filekeys import LOW, MOVIE, SOURCE, TILES, UPLOAD, Made, key_of
from kitsulite.work.jobs import Duty, in_name_of
from kitsulite.work.work import Begin, Work

log = logging.getLogger("kitsulite")

MAKE = "make-movie"
PREFIXES = {MOVIE: "previews", LOW: "lowdef", SOURCE: "source"}
"""What clients call the movies of a preview that there are."""
LOW_WIDTH = 1280
HEIGHT, RATE = 1080, "25.000"
"""Where neither entity nor project say otherwise."""
WHOLE_SIZE = re.compile(r"(\d{3,4})x(\d{3,4})")
ONLY_HEIGHT = re.compile(r"x(\d{3,4})")


@dataclass(frozen=True)
class Plan:
    """What is to be made.

    width  None for whatever suits the height
    rate   frames a second, as ffmpeg reads them
    high, low  Mbit a second of the large movie, and of the small one
    """

    settings: Settings
    files: FileStore
    darkroom: Darkroom
    preview: Row
    width: int | None
    height: int
    rate: str
    high: int
    low: int
    normalize: bool


@dataclass
class Result:
    """What came of it: files to store, what the row says then, what is known of the file that was sent in.

    raw  as what the file itself is kept, None for not at all
    """

    made: Made = field(default_factory=dict)
    facts: Row = field(default_factory=dict)
    known: Row = field(default_factory=dict)
    raw: str | None = None


def make(begin: Begin, preview_id: str, upload: str, *, normalize: bool, original_name: str | None = None) -> None:
    """Make the movie of a preview; a file that is none makes it `broken`. Nothing happens when nobody waits for it.

    upload         where the file is stored
    original_name  for a preview that has no file yet: its name, written when all is done
    """
    with begin(writes=False) as work:
        plan = _plan(work, preview_id, normalize=normalize)
        files, scratch = work.files, work.settings.scratch_folder
        awaited = plan is not None and (original_name is not None or plan.preview["status"] == "processing")
    if plan is None or not awaited:
        files.delete(upload)
        return
    with tempfile.TemporaryDirectory(dir=scratch) as folder:
        result = _result(plan, upload, Path(folder))
        staged = {kind: key_of(UPLOAD, new_id()) for kind in result.made}
        try:
            for kind, key in staged.items():
                files.take(key, result.made[kind])
            with begin() as work:
                _publish(work, preview_id, upload, result, staged=staged, original_name=original_name)
        finally:
            for key in staged.values():
                files.delete(key)
    if original_name is None:
        files.delete(upload)


def _publish(
    work: Work, preview_id: str, upload: str, result: Result, *, staged: dict[str, str], original_name: str | None
) -> None:
    preview = work.find(PreviewFile, preview_id)
    preview = preview and work.hold(PreviewFile, preview_id)
    if preview is None:
        return
    if original_name is not None and preview["original_name"]:
        raise Refused("Another file came for this preview meanwhile.")
    if original_name is None and preview["status"] != "processing":
        return  # another worker was quicker
    moves = [(key, kind, work.files.move) for kind, key in staged.items()]
    if result.raw:
        moves.append((upload, result.raw, work.files.copy))
    for key, kind, store in moves:
        work.after_failure(partial(work.files.delete, key_of(kind, preview_id)))
        store(key, key_of(kind, preview_id))
    data = {**as_object(preview["data"]), **result.known}
    if is_ready := result.facts["status"] == "ready":
        data["movie_prefixes"] = sorted(PREFIXES[kind] for kind in {*staged, result.raw} if kind in PREFIXES)
    publishing.fill(work, preview, data=data or None, **result.facts)
    if is_ready:
        publishing.follow_up(work, preview)
    if original_name is not None:
        publishing.fill(work, preview, original_name=original_name, extension="mp4")
        publishing.tell_comments(work, preview_id)


def _plan(work: Work, preview_id: str, *, normalize: bool) -> Plan | None:
    """What is to be made of a preview; None when it is gone."""
    preview = work.find(PreviewFile, preview_id)
    task = preview and work.find(Task, preview["task_id"])
    if preview is None or task is None:
        return None
    entity, project = work.get(Entity, task["entity_id"]), work.get(Project, task["project_id"])
    width, height = wanted_size(entity, project)
    high, low = bit_rates(work, project, task["task_type_id"])
    rate = frame_rate(entity, project)
    return Plan(work.settings, work.files, work.darkroom, preview, width, height, rate, high, low, normalize)


def bit_rates(work: Work, project: Row, task_type_id: str) -> tuple[int, int]:
    """Mbit a second of large and of small movies: as the production says for the task type, else for all, else as the studio does."""
    link = ProjectTaskTypeLink
    of_type = (
        work.db.row(link.select().where(link.project_id == project["id"], link.task_type_id == task_type_id)) or {}
    )
    of_studio = (work.settings.movie_highdef_bitrate, work.settings.movie_lowdef_bitrate)
    keys = ("hd_bitrate_compression", "ld_bitrate_compression")
    high, low = (of_type.get(key) or project[key] or rate for key, rate in zip(keys, of_studio, strict=True))
    return high, low


def wanted_size(entity: Row, project: Row) -> tuple[int | None, int]:
    """Width and height that an entity's movies are to have; None for the width that suits."""
    own = WHOLE_SIZE.fullmatch(str(_said(entity, "resolution") or ""))
    size = own or WHOLE_SIZE.fullmatch(project["resolution"] or "")
    if size:
        return int(size[1]), int(size[2])
    height = ONLY_HEIGHT.fullmatch(project["resolution"] or "")
    return None, int(height[1]) if height else HEIGHT


def frame_rate(entity: Row, project: Row) -> str:
    """Frames a second of an entity's movies, with three decimals."""
    for said in (_said(entity, "fps"), project["fps"]):
        try:
            rate = float(str(said or "").replace(",", "."))
        except ValueError:
            continue
        if 1 <= rate <= 1000:
            return f"{rate:.3f}"
    return RATE


def _said(entity: Row, key: str) -> Any:
    return entity["data"].get(key) if isinstance(entity["data"], dict) else None


# --- the work ---


def _result(plan: Plan, upload: str, folder: Path) -> Result:
    """What can be made of the file; when that is nothing, a result that says so."""
    keeps = plan.settings.preview_save_source_file
    result = Result(raw=SOURCE if keeps else None if plan.normalize else MOVIE)
    try:
        with plan.files.local(upload) as source:
            _work_on(plan, source, folder, result)
    except NoFfmpeg as problem:  # then it is shown as it came
        return Result(facts={"status": "broken"}, known={"problem": str(problem)}, raw=SOURCE if keeps else MOVIE)
    except (BadMovie, BadPicture, MissingFile) as problem:
        log.warning("The movie of preview %s is broken: %s", plan.preview["id"], problem)
        raw = SOURCE if keeps and not isinstance(problem, MissingFile) else None
        return Result(facts={"status": "broken"}, known={**result.known, "problem": str(problem)}, raw=raw)
    return result


def _work_on(plan: Plan, source: Path, folder: Path, result: Result) -> None:
    deadline = Deadline(plan.settings.movie_time_limit)
    movie = movies.look_at(source, deadline)
    result.known = {
        "original_width": movie.width,
        "original_height": movie.height,
        "original_duration": movie.duration,
        "original_file_size": source.stat().st_size,
    }
    shown = source
    if plan.normalize:
        result.made = _encode(plan, source, movie, folder, deadline)
        shown = result.made.get(MOVIE) or result.made[LOW]
        movie = movies.look_at(shown, deadline)
    frame = folder / "frame.png"
    movies.frame_at(shown, 0, frame, deadline)
    pictures, _ = make_pictures(plan.darkroom, frame, folder)
    result.made = {**result.made, **pictures, **_tiles(shown, movie, folder, deadline)}
    size = shown.stat().st_size
    result.facts = {
        "status": "ready",
        "extension": "mp4",
        "width": movie.width,
        "height": movie.height,
        "duration": movie.duration,
        "file_size": size,
    }


def _encode(plan: Plan, source: Path, movie: Movie, folder: Path, deadline: Deadline) -> Made:
    high = size_of(movie, plan.width or int(movie.width * plan.height / movie.height), plan.height)
    low: Size = (min(LOW_WIDTH, high[0]), min(even(LOW_WIDTH * high[1] / high[0]), high[1]))
    wanted = {LOW: Encoding(folder / "low.mp4", low, plan.low)}
    if not plan.settings.skip_normalization_highdef:
        wanted[MOVIE] = Encoding(folder / "high.mp4", high, plan.high)
    manner = Manner(plan.rate, plan.settings.movie_encoding_preset, plan.settings.movie_vbv_bufsize_factor)
    movies.encode(source, movie, wanted.values(), manner, deadline)
    return {kind: encoding.path for kind, encoding in wanted.items()}


def size_of(movie: Movie, width: int, height: int) -> Size:
    """The size of the form that is wanted, and no larger than what the movie fills with its own pixels."""
    own_width = float(movie.width * movie.pixel)
    part = min(1.0, max(own_width / width, movie.height / height))
    return even(width * part), even(height * part)


def _tiles(shown: Path, movie: Movie, folder: Path, deadline: Deadline) -> Made:
    target = folder / "tiles.png"
    try:
        movies.tile_sheet(shown, movie, target, deadline)
    except BadMovie as problem:  # a movie without tiles can still be looked at
        log.warning("No tiles could be made: %s", problem)
        return {}
    return {TILES: target}


# --- as a job ---


def make_for(begin: Begin, preview_id: str, upload: str, author_id: str | None) -> None:
    """`make`, in the name of whoever sent the file in."""
    make(in_name_of(begin, author_id), preview_id, upload, normalize=True)


def give_up(begin: Begin, preview_id: str, upload: str, author_id: str | None) -> None:
    """The movie could not be made, however often that was tried."""
    with in_name_of(begin, author_id)() as work:
        preview = work.find(PreviewFile, preview_id)
        if preview and preview["status"] == "processing":
            publishing.fill(work, preview, status="broken")
        work.after_commit(partial(work.files.delete, upload))


JOBS = {MAKE: Duty(make_for, give_up=give_up, is_slow=True)}
