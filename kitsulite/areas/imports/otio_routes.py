"""Edit lists taken in: shots out of the cut that an editor hands over."""

import math
from typing import Any

import msgspec

from kitsulite.access.rules import MANAGING, project
from kitsulite.areas.imports import cuts, lines
from kitsulite.areas.imports.csv_routes import DryRun
from kitsulite.models.entity_shapes import ENTITIES
from kitsulite.storage import Row
from kitsulite.storage.files import Upload
from kitsulite.web.call import Call
from kitsulite.web.inputs import Given, Sure
from kitsulite.web.routing import Answer, Either, post
from kitsulite.work.errors import WrongParameter

PROJECT = "/import/otio/projects/{project_id}"


class How(msgspec.Struct):
    """How an edit list is taken in.

    naming_convention  how clips are called
    match_case         whether large letters are others than small ones
    fps                frames a second of the list; the production's when it is not said
    atomic             whether all cuts come in or none
    dry_run            whether nothing is written, and the answer says what would become of each cut
    """

    naming_convention: Given = ""
    match_case: Sure = True
    fps: Given = ""
    atomic: Sure = False
    dry_run: Sure = msgspec.field(default=False, name="dry-run")


class UsedAgain(msgspec.Struct):
    """A further use of a shot in the same cut; its frames are not the shot's."""

    shot_id: str
    name: str
    frame_in: int | None = None
    frame_out: int | None = None
    nb_frames: int | None = None


class DryRunOfCut(DryRun):
    """What a cut would make of shots: each use by its `effect` (new, moved, trimmed, same, used again), and which shots it does
    not show."""

    missing_shots: list[dict[str, Any]]


def take_in(
    call: Call,
    file: Upload | None,
    project: Row,
    *,
    asked: How,
    episode_id: str | None = None,
) -> Answer:
    """Make the shots of an edit list, and set the frames of those that are there."""
    if file is None:
        raise WrongParameter("There is no edit list: send it in the field `file` of a form.")
    with call.begin(writes=False) as work:
        episode = cuts.the_episode(work, project, episode_id)
    importer = cuts.CutImporter(project, episode, asked.naming_convention, loose=not asked.match_case)
    table = cuts.read_upload(call.settings, project, file, _speed(asked.fps))
    report = lines.take_in(call.begin, importer, table, atomic=asked.atomic, dry=asked.dry_run)
    if asked.dry_run:
        for line in report.lines:
            line["effect"] = importer.effects.get(line["line_number"], lines.REFUSED)
        return Answer(DryRunOfCut(True, **report.counts, lines=report.lines, missing_shots=importer.missing()), 200)
    made, there = cuts.made_and_changed(report)
    with call.begin(writes=False) as work:
        shown = importer.show(work, there)
        updated = [shown[id] for id in there if id in shown]
        return Answer(
            {
                "updated_shots": updated,
                "created_shots": importer.show_made(work, made),
                "used_again": importer.again,
            }
        )


def _speed(text: str) -> float | None:
    if not text:
        return None
    try:
        fps = float(text)
    except ValueError:
        fps = math.nan
    if not 0 < fps < math.inf:
        raise WrongParameter("Wrong value for parameter fps.")
    return fps


managing = project(MANAGING)
GIVES = Either(
    {
        "updated_shots": [ENTITIES["Entity"]],
        "created_shots": [ENTITIES["Shot"]],
        "used_again": [UsedAgain],
    },
    DryRunOfCut,
)

ROUTES = [
    post(path, managing, take_in, query=How, files=True, gives=GIVES, status=201, also=(200,), alone=True)
    for path in (PROJECT, f"{PROJECT}/episodes/{{episode_id}}")
]
