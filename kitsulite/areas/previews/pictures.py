"""The pictures that are made of what people send in, and in which sizes (docs/api/previews.md)."""

import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any, BinaryIO

from kitsulite.media.darkroom import Darkroom
from kitsulite.work.filekeys import ORIGINAL, PICTURES, PREVIEW, SQUARE, THUMBNAIL, Made

Size = tuple[int, int]
THUMBNAIL_SIZE, SQUARE_SIZE, PREVIEW_WIDTH = (150, 100), (100, 100), 1200
AVATAR_SIZE, BACKGROUND_SIZE, CHAT_SIZE = (400, 400), (300, 200), (150, 150)
DOTS_PER_INCH = 150


def make_pictures(darkroom: Darkroom, source: Path, folder: Path) -> tuple[Made, Size]:
    """All pictures of a preview, and the size of the full one; BadPicture."""
    made = {kind: folder / f"{kind}.png" for kind in PICTURES}
    sizes: dict[str, Size | int] = {PREVIEW: PREVIEW_WIDTH, THUMBNAIL: THUMBNAIL_SIZE, SQUARE: SQUARE_SIZE}
    size = darkroom.sizes(source, made[ORIGINAL], {made[kind]: wanted for kind, wanted in sizes.items()})
    return made, size


def make_avatar(darkroom: Darkroom, content: BinaryIO, target: Path) -> None:
    """The picture of a person, a project or an organisation; BadPicture."""
    darkroom.fit(_put_aside(content, target), target, AVATAR_SIZE)


def make_chat_picture(darkroom: Darkroom, source: Path, target: Path) -> None:
    """The middle of a picture that was posted in a chat; BadPicture."""
    darkroom.crop(source, target, CHAT_SIZE)


def make_background_picture(darkroom: Darkroom, content: BinaryIO, target: Path) -> None:
    """A small picture of a Radiance picture; BadPicture."""
    darkroom.fit_radiance(_put_aside(content, target), target, BACKGROUND_SIZE)


def draw_on(darkroom: Darkroom, path: Path, objects: Sequence[Any]) -> None:
    """Draw what somebody drew onto a picture; BadPicture."""
    darkroom.draw(path, objects)


def make_pdf(darkroom: Darkroom, pages: Sequence[Path], target: Path) -> None:
    """Pictures as one document, each on its page."""
    darkroom.pdf(pages, target, DOTS_PER_INCH)


def _put_aside(content: BinaryIO, target: Path) -> Path:
    """What somebody sent, as a file beside what is made of it."""
    source = target.with_name("upload")
    with source.open("wb") as file:
        shutil.copyfileobj(content, file)
    return source
