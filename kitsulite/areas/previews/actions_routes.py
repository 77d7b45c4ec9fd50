"""What is done with a preview: its place, what is drawn on it, single frames of it."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import msgspec

from kitsulite.access.rules import MANAGING, of_its_task, row
from kitsulite.access.tasks import has_task_access, has_task_action_access, may_annotate, may_set_main_preview
from kitsulite.areas.previews import annotations, frames, intake, positions
from kitsulite.models.entity_shapes import ENTITIES
from kitsulite.models.reviews import PreviewFile
from kitsulite.storage import Row
from kitsulite.web.call import Call
from kitsulite.web.downloads import send_made
from kitsulite.web.inputs import Count
from kitsulite.web.routing import PDF, PICTURE, ZIP, Answer, Route, get, put
from kitsulite.work.work import Begin, Work


class Main(msgspec.Struct):
    frame_number: int | None = None


class PreviewPlace(msgspec.Struct):
    position: Annotated[int, msgspec.Meta(ge=0)] = 0


class Drawn(msgspec.Struct):
    additions: list[Any] = []
    updates: list[Any] = []
    deletions: list[Any] = []


class FrameOfMovie(msgspec.Struct):
    """Which frame of a movie, counted from 0."""

    frame_number: Count = 0


class DrawnFrame(msgspec.Struct):
    """Which frame of a movie, counted from 1; of a picture none."""

    frame_number: Annotated[int, msgspec.Meta(ge=1)] | None = None


def set_main_preview(begin: Begin, preview_file: Row, body: Main) -> object:
    """Make a preview, or one frame of it, the picture of its entity."""
    return frames.set_main(begin, preview_file, body.frame_number)


def move(work: Work, preview_file: Row, body: PreviewPlace) -> object:
    """Put a preview at another place of its revision."""
    return positions.move(work, preview_file, body.position)


def annotate(work: Work, preview_file: Row, body: Drawn) -> object:
    """Change what is drawn on a preview."""
    return annotations.annotate(work, preview_file, body.additions, body.updates, body.deletions)


def frame(call: Call, preview_file: Row, frame_number: int) -> Answer:
    """One frame of a movie."""
    return _made(
        call, lambda folder: frames.frame(call.begin, preview_file, frame_number, folder / "frame"), "image/png"
    )


def annotated_frame(call: Call, preview_file: Row, frame_number: int | None) -> Answer:
    """One frame with what is drawn on it."""
    return _made(
        call,
        lambda folder: frames.annotated_frame(call.begin, preview_file, frame_number, folder / "frame"),
        "image/png",
    )


def tiles(call: Call, preview_file: Row) -> Answer:
    """All frames of a movie on one sheet, made anew."""
    return _made(call, lambda folder: frames.rebuild_tiles(call.begin, preview_file, folder / "frame"), "image/png")


def _made(call: Call, make: Callable[[Path], None], mimetype: str) -> Answer:
    with frames.scratch(call.begin) as folder:
        make(folder)
        return send_made(call, folder / "frame", mimetype)


def _all_annotated(
    write: Callable[[Begin, frames.Frames, Path], None], ending: str, mimetype: str
) -> Callable[[Call, Row], Answer]:
    def send(call: Call, preview_file: Row) -> Answer:
        """All frames of a preview that something is drawn on."""
        with frames.scratch(call.begin) as folder:
            name, made = frames.annotated_frames(call.begin, preview_file, folder)
            target = folder / "all"
            write(call.begin, made, target)
            return send_made(call, target, mimetype, f"{name}.{ending}")

    return send


manages = row(PreviewFile, MANAGING)
PREVIEW = "/actions/preview-files/{preview_file_id}"
ROUTES: list[Route] = [
    put(
        f"{PREVIEW}/set-main-preview",
        row(PreviewFile, of_its_task(may_set_main_preview)),
        set_main_preview,
        takes=Main,
        gives=ENTITIES["Entity"],
        body_first=True,
        alone=True,
    ),
    put(
        f"{PREVIEW}/update-position",
        row(PreviewFile, of_its_task(has_task_action_access)),
        move,
        takes=PreviewPlace,
        gives=[intake.ROW],
        body_first=True,
    ),
    put(
        f"{PREVIEW}/update-annotations",
        row(PreviewFile, of_its_task(may_annotate)),
        annotate,
        takes=Drawn,
        gives=intake.ROW,
    ),
    get(f"{PREVIEW}/extract-frame", manages, frame, query=FrameOfMovie, gives=PICTURE, alone=True),
    get(f"{PREVIEW}/extract-annotated-frame", manages, annotated_frame, query=DrawnFrame, gives=PICTURE, alone=True),
    get(
        f"{PREVIEW}/extract-annotated-frames",
        manages,
        _all_annotated(frames.as_zip, "zip", "application/zip"),
        gives=ZIP,
        alone=True,
    ),
    get(
        f"{PREVIEW}/extract-annotated-frames-pdf",
        manages,
        _all_annotated(frames.as_pdf, "pdf", "application/pdf"),
        gives=PDF,
        alone=True,
    ),
    get(f"{PREVIEW}/extract-tile", row(PreviewFile, of_its_task(has_task_access)), tiles, gives=PICTURE, alone=True),
]
