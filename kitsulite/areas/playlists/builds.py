"""Movies of playlists: what an entry shows, one after another in one file (docs/api/playlists.md).

Joining is a job, unless the studio does without the queue; then it happens while the caller waits. It may be begun again at
any time: nothing is stored before the movie is whole, and one transaction at the end says that it is there.
"""

import logging
import tempfile
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from kitsulite.areas.playlists.titles import title_of_build
from kitsulite.areas.previews.movies import WHOLE_SIZE
from kitsulite.areas.telling import letters
from kitsulite.areas.telling.letters.media import Strong
from kitsulite.media.ffmpeg import BadMovie, Deadline
from kitsulite.media.joining import join_movies
from kitsulite.media.movies import Size, even
from kitsulite.models import is_uuid, now
from kitsulite.models.own import Job
from kitsulite.models.people import Person
from kitsulite.models.playlist_entries import entries_of, may_show, preview_of
from kitsulite.models.playlist_shapes import BUILD
from kitsulite.models.productions import Project
from kitsulite.models.reviews import BuildJob, Playlist, PreviewFile
from kitsulite.models.shapes import Raw, many
from kitsulite.models.tasks import Task
from kitsulite.rows.erase import erase
from kitsulite.storage import Row
from kitsulite.storage.files import FileStore, MissingFile, StoredFile
from kitsulite.work.errors import Conflict, NotFound, Refused
from kitsulite.work.filekeys import BUILT, MOVIES, MP4, key_of
from kitsulite.work.jobs import Duty, in_name_of
from kitsulite.work.work import Begin, Work

log = logging.getLogger("kitsulite")

JOIN = "join-movies"
NO_MOVIE = "There is no movie in this playlist."
IN_PROGRESS = "A build is already in progress for this playlist"
LEFT, GIVEN_UP = "Nobody is at work on it any more.", "It could not be made, however often it was tried."
UNFINISHED = "Build is not finished"


@dataclass(frozen=True)
class Plan:
    """What is to be joined.

    previews  ids, in their order
    size      of the production's movies; None where it does not say
    """

    files: FileStore
    scratch: Path
    seconds: float
    previews: list[str]
    size: Size | None


# --- asking for one ---


def start_build(begin: Begin, playlist_id: str, *, full: bool) -> Raw:
    """Have a movie of a playlist made; the build, which is under way, or done where the studio has no queue.

    full  whether every movie is brought to the production's size, also where they would fit as they are

    Conflict while another one is under way; Refused when there is nothing to join, or when it could not be joined.
    """
    with begin() as work:
        playlist = work.hold(Playlist, playlist_id)
        if not _previews(work, playlist):
            raise Refused(NO_MOVIE)
        queued = work.settings.job_queue
        if queued:
            _settle_earlier_builds(work, playlist)
        id = str(work.insert(BuildJob, playlist_id=playlist["id"]))
        ids = {"build_job_id": id, "playlist_id": playlist["id"]}
        made_at = work.get(BuildJob, id)["created_at"][:19]
        work.emit("build-job:new", {**ids, "created_at": made_at}, playlist["project_id"])
        if queued:
            work.enqueue(JOIN, build_job_id=id, full=full, person_id=work.caller.id)
    if not queued and (problem := build(begin, id, full=full)):
        raise Refused(problem)
    with begin(writes=False) as work:
        return _written(work, id)


def _settle_earlier_builds(work: Work, playlist: Row) -> None:
    """Conflict when the playlist is being built. A build that nobody is at any more has failed."""
    mine = (BuildJob.playlist_id == playlist["id"]) & (BuildJob.status == "running")
    running = work.db.values(BuildJob.select(BuildJob.id).where(mine))
    if not running:
        return
    jobs = work.db.rows(Job.select(Job.arguments).where(Job.name == JOIN, Job.due_at.is_null(False)))
    if {job["arguments"]["build_job_id"] for job in jobs} & set(running):
        raise Conflict(IN_PROGRESS)
    for id in running:
        _end(work, id, "failed", LEFT)


# --- making it ---


def build(begin: Begin, build_job_id: str, *, full: bool, told: str | None = None) -> str | None:
    """Make the movie of a build; what was wrong when none came of it. Nothing happens when nobody waits for it.

    told  the id of who gets a letter when it is there
    """
    with begin(writes=False) as work:
        plan = _plan(work, build_job_id)
    if plan is None:
        return None
    key = key_of(BUILT, build_job_id)
    with tempfile.TemporaryDirectory(dir=plan.scratch) as folder:
        target = Path(folder) / "playlist.mp4"
        try:
            _join(plan, Path(folder), target, full=full, on_progress=partial(_tell_progress, begin, build_job_id))
        except (BadMovie, MissingFile) as problem:
            log.warning("Build %s of a playlist failed: %s", build_job_id, problem)
            with begin() as work:
                _end(work, build_job_id, "failed", str(problem))
            return str(problem)
        plan.files.take(key, target)
    with begin() as work:
        work.after_failure(partial(plan.files.delete, key))
        if _end(work, build_job_id, "succeeded"):
            _tell(work, build_job_id, told)
        elif not work.exists(BuildJob, BuildJob.id == build_job_id, BuildJob.status == "succeeded"):
            work.after_commit(partial(plan.files.delete, key))  # nobody waits for it any more
    return None


def _plan(work: Work, build_job_id: str) -> Plan | None:
    found = work.find(BuildJob, build_job_id)
    if found is None or found["status"] != "running":
        return None
    playlist = work.get(Playlist, found["playlist_id"])
    size = WHOLE_SIZE.fullmatch(work.get(Project, playlist["project_id"])["resolution"] or "")
    return Plan(
        files=work.files,
        scratch=work.settings.scratch_folder,
        seconds=work.settings.movie_time_limit,
        previews=_previews(work, playlist),
        size=(even(int(size[1])), even(int(size[2]))) if size else None,
    )


def _previews(work: Work, playlist: Row) -> list[str]:
    """The movies that a playlist shows, in their order."""
    ids = [preview_of(entry) for entry in entries_of(playlist)]
    query = (
        PreviewFile.select(PreviewFile.id)
        .join(Task, on=Task.id == PreviewFile.task_id)
        .where(
            PreviewFile.id.in_([id for id in ids if is_uuid(id)]), PreviewFile.extension == "mp4", may_show(playlist)
        )
    )
    movies = set(work.db.values(query))
    return [id for id in ids if id in movies]


def _join(plan: Plan, folder: Path, target: Path, *, full: bool, on_progress: Callable[[float], None]) -> None:
    with ExitStack() as opened:
        keys = [key for id in plan.previews if (key := _stored(plan.files, id))]
        local = {key: opened.enter_context(plan.files.local(key)) for key in dict.fromkeys(keys)}
        paths: Sequence[Path] = [local[key] for key in keys]
        deadline = Deadline(plan.seconds)
        join_movies(paths, target, folder, deadline, size=plan.size, always=full, on_progress=on_progress)


def _stored(files: FileStore, preview_id: str) -> str | None:
    """Where the best movie of a preview is stored, if there is any."""
    keys = (key_of(kind, preview_id) for kind in MOVIES)
    return next((key for key in keys if files.size(key)), None)


def _tell_progress(begin: Begin, build_job_id: str, part: float) -> None:
    """Say how far a build is, to whoever listens just now."""
    with begin() as work:
        if found := work.find(BuildJob, build_job_id):
            playlist = work.get(Playlist, found["playlist_id"])
            ids = {"build_job_id": build_job_id, "playlist_id": playlist["id"]}
            work.emit("build-job:progress", {**ids, "progress": round(part, 2)}, playlist["project_id"], live=True)


def _end(work: Work, build_job_id: str, status: str, message: str | None = None) -> bool:
    """Write down and announce how a build ended, and why when it failed; False when it is gone or had ended before."""
    found = work.find(BuildJob, build_job_id) and work.hold(BuildJob, build_job_id)
    if not found or found["status"] != "running":
        return False
    work.update(BuildJob, build_job_id, status=status, ended_at=now(), message=message)
    playlist = work.get(Playlist, found["playlist_id"])
    ids = {"build_job_id": build_job_id, "playlist_id": playlist["id"]}
    work.emit("build-job:update", {**ids, "status": status}, playlist["project_id"])
    return True


def _tell(work: Work, build_job_id: str, person_id: str | None) -> None:
    playlist = work.get(Playlist, work.get(BuildJob, build_job_id)["playlist_id"])
    if person := work.find(Person, person_id):
        link = f"{work.settings.site}/api/data/playlists/{playlist['id']}/jobs/{build_job_id}/build/mp4"
        letters.send(work, person, "playlist_built", playlist=Strong(playlist["name"]), link=link)


# --- as a job ---


def build_for(begin: Begin, build_job_id: str, full: bool, person_id: str | None) -> None:
    """`build`, in the name of whoever asked for it."""
    build(in_name_of(begin, person_id), build_job_id, full=full, told=person_id)


def give_up(begin: Begin, build_job_id: str, full: bool, person_id: str | None) -> None:
    """The movie could not be made, however often that was tried."""
    with in_name_of(begin, person_id)() as work:
        _end(work, build_job_id, "failed", GIVEN_UP)


JOBS = {JOIN: Duty(build_for, give_up=give_up, is_slow=True)}


# --- looking at them ---


def show_build(work: Work, playlist_id: str, build_job_id: str) -> Raw:
    """A build of a playlist; NotFound for one of another."""
    return _written(work, _of_playlist(work, playlist_id, build_job_id)["id"])


def list_builds(work: Work, project_id: str) -> Raw:
    """All builds of the playlists of a project, as they were asked for."""
    playlists = Playlist.select(Playlist.id).where(Playlist.project_id == work.get(Project, project_id)["id"])
    query = BUILD.select(work.db).where(BuildJob.playlist_id.in_(playlists))
    return many(work.db, query.order_by(BuildJob.created_at, BuildJob.id))


def open_movie(work: Work, playlist_id: str, build_job_id: str) -> StoredFile:
    """The movie of a build; Refused while there is none, NotFound when it has been removed."""
    found = _of_playlist(work, playlist_id, build_job_id)
    if found["status"] != "succeeded":
        raise Refused(UNFINISHED)
    key = key_of(BUILT, found["id"])
    stat = work.files.stat(key)
    if stat is None:
        raise NotFound
    name = f"{title_of_build(work, work.get(Playlist, found['playlist_id']), found)}.mp4"
    return StoredFile(work.files, key, name, MP4, stat.size, stat.changed_at)


def delete_build(work: Work, playlist_id: str, build_job_id: str) -> None:
    """Remove a build of a playlist."""
    found = _of_playlist(work, playlist_id, build_job_id)
    erase(work, BuildJob, [found["id"]])


def _of_playlist(work: Work, playlist_id: str, build_job_id: str) -> Row:
    found = work.get(BuildJob, build_job_id)
    if found["playlist_id"] != work.get(Playlist, playlist_id)["id"]:
        raise NotFound
    return found


def _written(work: Work, id: str) -> Raw:
    return work.show(BUILD, id)
