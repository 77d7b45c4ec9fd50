"""What the people of the demo show: pictures and two short movies under their comments, a note drawn on one, a playlist."""

import json
import subprocess
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from peewee import JOIN

from kitsulite.areas.demo.production import FPS, PRODUCTION, SHOTS
from kitsulite.areas.demo.working import REVIEWER, SHOWN
from kitsulite.areas.playlists import entries
from kitsulite.areas.playlists.rows import Playlists
from kitsulite.areas.previews import annotations, avatars, intake
from kitsulite.areas.tasks import revisions
from kitsulite.media import ffmpeg, programs
from kitsulite.models.entities import Entity
from kitsulite.models.people import Person
from kitsulite.models.productions import Project
from kitsulite.models.reviews import Comment, CommentPreviewLink, Playlist, PreviewFile
from kitsulite.models.shapes import read
from kitsulite.models.tasks import Task, TaskStatus, TaskType
from kitsulite.storage import Row
from kitsulite.storage.files import Upload
from kitsulite.work.jobs import in_name_of
from kitsulite.work.work import Begin, Work

SKIES = {"SQ010": "night", "SQ020": "dawn"}
PLAIN = ("Modeling", "Layout")
"""The steps that show no colour yet."""
MOVING = "Animation"
MOVIES = (("SQ010", "SH030"), ("SQ020", "SH010"))
"""Shots whose animation is a movie."""
ON_TWOS = 2
"""Frames that each drawing of a movie stands, as animators call it."""
PLAYLIST = "Animation for the client"
NOTED = MOVIES[1]
NOTE: dict[str, Any] = {
    "time": 1.0,
    "drawing": {
        "objects": [
            {
                "type": "ellipse",
                "left": 395,
                "top": 150,
                "width": 90,
                "height": 80,
                "rx": 45,
                "ry": 40,
                "fill": "transparent",
                "stroke": "#ff3860",
                "strokeWidth": 4,
                "canvasWidth": 640,
                "canvasHeight": 360,
            },
            {
                "type": "text",
                "text": "Open up the arm",
                "left": 330,
                "top": 110,
                "fontSize": 22,
                "fill": "#ff3860",
                "canvasWidth": 640,
                "canvasHeight": 360,
            },
        ]
    },
}
POSTER = "poster"
Told = Callable[[int, int], None]


@dataclass(frozen=True)
class Showing:
    """Under which comment something is shown, whose it is, and of what: a shot's sequence and name, an asset's name."""

    comment: Row
    task: Row
    sequence: str | None
    name: str
    step: str
    preview_id: str | None
    file: str | None

    @property
    def moves(self) -> bool:
        return self.step == MOVING and (self.sequence, self.name) in MOVIES

    def wanted(self) -> dict[str, Any]:
        """What is to be drawn (`scenes.py`)."""
        frames, things = SHOTS[self.sequence][self.name] if self.sequence else (1, [self.name])
        last = frames if self.moves else 1
        return {
            "name": self.comment["id"],
            "things": things,
            "sky": SKIES[self.sequence] if self.sequence else "paper",
            "coloured": self.step not in PLAIN,
            "moments": [frame / FPS for frame in range(0, last, ON_TWOS)],
        }


def is_done(begin: Begin) -> bool:
    """Whether all is there that is shown: the playlist is made last."""
    with begin(writes=False) as work:
        return work.exists(Playlist, Playlist.name == PLAYLIST)


def show(begin: Begin, told: Told) -> str | None:
    """Draw what was made and put it where it is looked at; why there are pictures instead of movies, if that is so.

    It goes on where it was broken off.

    told  hears how many of how many are there
    """
    with begin(writes=False) as work:
        showings, project = _showings(work), _production(work)
        reviewer_id = work.db.value(Person.select(Person.id).where(Person.first_name == REVIEWER))
    left = [showing for showing in showings if not showing.file]
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        _draw(folder, [*(showing.wanted() for showing in left), _poster()])
        without = None
        for number, showing in enumerate(left):
            path = folder / f"{showing.comment['id']}.0000.png"
            if showing.moves:
                try:
                    path = _film(folder, showing.comment["id"])
                except (ffmpeg.NoFfmpeg, ffmpeg.BadMovie) as problem:
                    without = str(problem)
            _publish(begin, showing, path)
            told(number + 1, len(left))
        with (folder / f"{POSTER}.0000.png").open("rb") as content:
            avatars.set_avatar(begin, "projects", project, Upload("file", "poster.png", "image/png", content))
    with in_name_of(begin, reviewer_id)() as work:
        moving = [showing for showing in _showings(work) if showing.step == MOVING]
        [noted] = [showing.preview_id for showing in moving if (showing.sequence, showing.name) == NOTED]
        annotations.annotate(work, work.get(PreviewFile, noted), [NOTE], [], [])
        _put_on_a_list(work, project["id"], moving)
    return without


def _showings(work: Work) -> list[Showing]:
    """Comments under which something is to be seen, in the order of the steps, so that the last one stands for its entity."""
    sequence = Entity.alias("sequence")
    query = (
        Comment.select(
            Comment.id,
            Task.id,
            sequence.name,
            Entity.name,
            TaskType.name,
            PreviewFile.id,
            PreviewFile.original_name,
        )
        .join(Task, on=Task.id == Comment.object_id)
        .join_from(Comment, TaskStatus, on=TaskStatus.id == Comment.task_status_id)
        .join_from(Task, TaskType, on=TaskType.id == Task.task_type_id)
        .join_from(Task, Entity, on=Entity.id == Task.entity_id)
        .join_from(Entity, sequence, JOIN.LEFT_OUTER, on=sequence.id == Entity.parent_id)
        .join_from(Comment, CommentPreviewLink, JOIN.LEFT_OUTER, on=CommentPreviewLink.comment == Comment.id)
        .join_from(
            CommentPreviewLink, PreviewFile, JOIN.LEFT_OUTER, on=PreviewFile.id == CommentPreviewLink.preview_file
        )
        .where(Task.project_id == _production(work)["id"], TaskStatus.short_name == SHOWN)
        .order_by(TaskType.priority, sequence.name, Entity.name)
    )
    return [
        Showing(work.get(Comment, comment_id), work.get(Task, task_id), *rest)
        for comment_id, task_id, *rest in work.db.tuples(query)
    ]


def _production(work: Work) -> Row:
    [found] = work.db.rows(Project.select().where(Project.name == PRODUCTION))
    return found


def _poster() -> dict[str, Any]:
    frames = {"things": ["Winter Forest", "Fox", "Lantern", "Snow"], "sky": "night", "moments": [1.0]}
    return {"name": POSTER, "coloured": True, **frames}


def _draw(folder: Path, wanted: list[dict[str, Any]]) -> None:
    command = programs.program("kitsulite.areas.demo.scenes", str(folder))
    subprocess.run(command, input=json.dumps(wanted), text=True, check=True, env=programs.environment())


def _film(folder: Path, name: str) -> Path:
    """The drawings of a movie, one after the other."""
    film = folder / f"{name}.mp4"
    rates = ["-framerate", str(FPS // ON_TWOS), "-i", str(folder / f"{name}.%04d.png"), "-r", str(FPS)]
    ffmpeg.run([*rates, "-pix_fmt", "yuv420p", str(film)], ffmpeg.Deadline(60))
    return film


def _publish(begin: Begin, showing: Showing, path: Path) -> None:
    """Put a file under its comment, in its author's name."""
    by_author = in_name_of(begin, showing.comment["person_id"])
    with by_author() as work:
        id = showing.preview_id or revisions.add_preview(work, showing.task, showing.comment)
        work.update(PreviewFile, id, created_at=showing.comment["created_at"])
    name = "_".join(filter(None, [showing.sequence, showing.name, showing.step])).lower().replace(" ", "_")
    with path.open("rb") as content:
        intake.take_in(by_author, id, Upload("file", f"{name}{path.suffix}", "", content))


def _put_on_a_list(work: Work, project_id: str, showings: list[Showing]) -> None:
    data = {
        "project_id": project_id,
        "name": PLAYLIST,
        "for_client": True,
        "for_entity": "shot",
        "task_type_id": showings[0].task["task_type_id"],
    }
    playlist = read(Playlists().create(work, data))
    shown = [entries.Entry(showing.task["entity_id"], showing.preview_id) for showing in showings]
    entries.add_entries(work, playlist["id"], shown)
