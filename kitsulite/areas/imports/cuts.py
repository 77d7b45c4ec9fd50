"""Shots out of the cut that an editor hands over (docs/api/imports.md)."""

import shutil
import tempfile
from pathlib import Path

from kitsulite.areas.entities.changing import change
from kitsulite.areas.entities.entities import create, find_or_create, find_same
from kitsulite.areas.figures.shotframes import frames_per_second
from kitsulite.areas.imports.entities import TV_SHOW, changes_of
from kitsulite.areas.imports.lines import Importer, Report, Taken
from kitsulite.areas.imports.naming import EPISODE, OF_EPISODE, OF_PROJECT, PROJECT, Convention
from kitsulite.areas.imports.tables import Head, Table
from kitsulite.areas.tasks.creation import create_task, types_in
from kitsulite.areas.tasks.statuses import default_status
from kitsulite.media.editlists import FORMATS, BadList, Cut, read_cuts
from kitsulite.models.entities import Entity
from kitsulite.models.entity_shapes import ENTITIES, Parent
from kitsulite.models.fields import as_object
from kitsulite.models.productions import Project
from kitsulite.models.shapes import Raw, by_id
from kitsulite.models.tasks import TaskType
from kitsulite.settings import Settings
from kitsulite.storage import Row
from kitsulite.storage.files import Upload
from kitsulite.work import kinds
from kitsulite.work.errors import NotFound, Refused, WrongParameter
from kitsulite.work.texts import brief
from kitsulite.work.work import Part, Work

NEW, MOVED, TRIMMED, SAME, AGAIN = "new", "moved", "trimmed", "same", "used again"
"""What a cut does to a shot."""


def read_upload(settings: Settings, project: Row, file: Upload, fps: float | None) -> Table[Cut]:
    """The cuts of an edit list; WrongParameter when it cannot be read.

    fps  frames a second of the list; the production's when it is not said
    """
    suffix = Path(file.name).suffix.lower()
    kind = suffix.removeprefix(".")
    if kind not in FORMATS:
        raise WrongParameter(f"Unsupported file type '{brief(suffix)}'. Supported formats: {', '.join(FORMATS)}.")
    with tempfile.TemporaryDirectory(dir=settings.scratch_folder) as folder:
        path = Path(folder) / "list"
        with path.open("wb") as copy:
            shutil.copyfileobj(file.content, copy)
        try:
            cuts = read_cuts(path, kind, fps or frames_per_second(project))
        except BadList as problem:
            raise WrongParameter(f"Failed to parse OTIO file: {problem}") from None
    return Table(Head(), cuts)


class CutImporter(Importer[Cut]):
    """Each clip is a use of a shot, which is found by its name or made. The first use says where its frames are.

    episode     of a TV show, the one that the cut is of
    convention  how clips are called, the usual way when it is not said; `loose` when letters may be large or small
    """

    def __init__(self, project: Row, episode: Row | None, convention: str = "", *, loose: bool = False) -> None:
        self.project, self.episode = project, episode
        names = {PROJECT: project["name"], **({EPISODE: episode["name"]} if episode else {})}
        self.convention = Convention(convention or (OF_EPISODE if episode else OF_PROJECT), names, loose=loose)
        self.used: dict[str, Cut] = {}
        self.again: list[Row] = []
        self.effects: dict[int, str] = {}
        self.sequences: dict[str, str] = {}
        self.status_id = ""

    def prepare(self, work: Work, table: Table[Cut]) -> None:
        placed = Entity.select(Entity.id, Entity.name, Parent.name.alias("sequence")).join(
            Parent, on=Parent.id == Entity.parent_id
        )
        here = [Entity.project_id == self.project["id"], kinds.of_kind(work, kinds.SHOT)]
        if self.episode is not None:
            here.append(Parent.parent_id == self.episode["id"])
        self.there = work.db.rows(placed.where(*here).order_by(Entity.created_at.desc(), Entity.id))
        self.by_name = {self.convention.filled(row["sequence"], row["name"]): row["id"] for row in self.there}
        self.task_types = list(types_in(work, self.project["id"], TaskType.for_entity == kinds.SHOT.name))

    def begin(self, work: Work, lines: list[Cut]) -> None:
        work.hold(Project, self.project["id"])  # who else makes what is in the cut comes before or after
        self._look_again()

    def _look_again(self) -> None:
        """Forget what was found for lines before, as it may be gone."""
        self.sequences.clear()
        self.status_id = ""

    def forget(self, work: Work) -> None:
        for shot_id in [id for id in self.used if work.find(Entity, id) is None]:
            del self.used[shot_id]
        self._look_again()

    def take(self, work: Work, line: Cut) -> Taken:
        shot = self._find(work, line)
        if shot is None:
            return self._make(work, line)
        told = Taken(shot["id"], line.name)
        if shot["id"] in self.used:
            self.again.append(self._use(shot["id"], line))
            self.effects[line.number] = AGAIN
            return told
        self.used[shot["id"]] = line
        frames = _frames_of(line)
        kept = as_object(shot["data"])
        moved = any(kept.get(key) != frames[key] for key in frames)
        trimmed = line.frames is not None and shot["nb_frames"] != line.frames
        self.effects[line.number] = TRIMMED if trimmed else MOVED if moved else SAME
        if moved or trimmed:
            length = {"nb_frames": line.frames} if trimmed else {}
            change(work, shot, {"data": {**kept, **frames}, **length})
        return told

    def _find(self, work: Work, cut: Cut) -> Row | None:
        """The shot that a clip shows; None for one that is to be made."""
        known = self.by_name.get(self.convention.key(cut.name))
        if known is not None:
            return work.get(Entity, known)
        sequence, name = self.convention.read(cut.name)
        return find_same(work, kinds.SHOT, self.project["id"], name, self._sequence(work, sequence))

    def _sequence(self, work: Work, name: str) -> str:
        episode_id = self.episode["id"] if self.episode else None
        values: Row = {"name": name, "parent_id": episode_id, "data": {}, "description": ""}
        if name not in self.sequences:
            facts = {"episode_id": episode_id}
            self.sequences[name] = find_or_create(work, kinds.SEQUENCE, self.project["id"], values, facts=facts)
        return self.sequences[name]

    def _make(self, work: Work, cut: Cut) -> Taken:
        sequence, name = self.convention.read(cut.name)
        values = {
            "name": name,
            "parent_id": self._sequence(work, sequence),
            "nb_frames": cut.frames,
            "data": _frames_of(cut),
        }
        facts = {"episode_id": self.episode["id"] if self.episode else None}
        id = create(work, kinds.SHOT, self.project["id"], values, facts=facts)
        for task_type_id in self.task_types:
            self.status_id = self.status_id or default_status(work)["id"]
            create_task(work, self.project["id"], task_type_id, id, self.status_id)
        self.used[id] = cut
        self.effects[cut.number] = NEW
        return Taken(id, cut.name, is_new=True)

    def _use(self, shot_id: str, cut: Cut) -> Row:
        return {"shot_id": shot_id, "name": cut.name, **_frames_of(cut), "nb_frames": cut.frames}

    # --- telling ---

    def missing(self) -> list[Row]:
        """The shots of the production, or of the episode, that the cut does not show."""
        return [row for row in reversed(self.there) if row["id"] not in self.used]

    def show(self, work: Work, ids: list[str]) -> dict[str, Raw]:
        return by_id(work.db, ENTITIES["Entity"], ids)

    def show_made(self, work: Work, ids: list[str]) -> list[Raw]:
        """Shots that were just made, in this order."""
        rows = by_id(work.db, ENTITIES["Shot"], ids)
        return [rows[id] for id in ids if id in rows]

    def details(self, part: Part, taken: Taken) -> Row:
        return changes_of(part, taken.id)


def _frames_of(cut: Cut) -> Row:
    """Where a cut is, as shots keep it; what is not known is left out."""
    return {key: value for key, value in (("frame_in", cut.first), ("frame_out", cut.last)) if value is not None}


def made_and_changed(report: Report) -> tuple[list[str], list[str]]:
    """The ids of the shots that were made, and of those that were there."""
    made = {taken.id: None for taken in report.taken if taken.is_new and taken.id}
    there = {taken.id: None for taken in report.taken if taken.id and taken.id not in made}
    return list(made), list(there)


def the_episode(work: Work, project: Row, episode_id: str | None) -> Row | None:
    """The episode that a cut is of; Refused where a TV show's is not said. Elsewhere there is none."""
    if project["production_type"] != TV_SHOW:
        return None
    if episode_id is None:
        raise Refused("A cut of a TV show is of one episode: say which.")
    episode = kinds.get_of_kind(work, kinds.EPISODE, episode_id)
    if episode["project_id"] != project["id"]:
        raise NotFound
    return episode
