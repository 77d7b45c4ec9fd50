"""The pictures that are made of what people send in, and in which sizes (contract 06, 3.2 and 4).

Pillow is loaded by the first picture: a server that is asked for rows alone does without.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, BinaryIO

from kitsulite.work.filekeys import ORIGINAL, PICTURES, PREVIEW, SQUARE, THUMBNAIL, Made

Size = tuple[int, int]
THUMBNAIL_SIZE, SQUARE_SIZE, PREVIEW_WIDTH = (150, 100), (100, 100), 1200
AVATAR_SIZE, BACKGROUND_SIZE, CHAT_SIZE = (400, 400), (300, 200), (150, 150)
DOTS_PER_INCH = 150


def make_pictures(source: Path, folder: Path, most_pixels: int) -> tuple[Made, Size]:
    """All pictures of a preview, and the size of the full one; BadPicture."""
    from kitsulite.media.pictures import as_wide, fitted, read_picture, write_png

    with source.open("rb") as file:
        picture = read_picture(file, most_pixels)
    made = {kind: folder / f"{kind}.png" for kind in PICTURES}
    write_png(picture, made[ORIGINAL])
    sizes = (as_wide(picture, PREVIEW_WIDTH), THUMBNAIL_SIZE, SQUARE_SIZE)
    for kind, smaller in zip((PREVIEW, THUMBNAIL, SQUARE), fitted(picture, sizes), strict=True):
        write_png(smaller, made[kind])
    return made, picture.size


def make_avatar(content: BinaryIO, target: Path, most_pixels: int) -> None:
    """The picture of a person, a project or an organisation; BadPicture."""
    from kitsulite.media.pictures import fit, read_picture, shown, write_png

    write_png(fit(shown(read_picture(content, most_pixels)), AVATAR_SIZE), target)


def make_chat_picture(content: BinaryIO, target: Path, most_pixels: int) -> None:
    """The middle of a picture that was posted in a chat; BadPicture."""
    from kitsulite.media.pictures import crop, read_picture, write_png

    write_png(crop(read_picture(content, most_pixels), CHAT_SIZE), target)


def make_background_picture(content: BinaryIO, target: Path) -> None:
    """A small picture of a Radiance picture; BadPicture."""
    from kitsulite.media.pictures import fit, shown, write_png
    from kitsulite.media.radiance import read_radiance

    write_png(fit(shown(read_radiance(content, BACKGROUND_SIZE)), BACKGROUND_SIZE), target)


def draw_on(path: Path, objects: Sequence[Any], most_pixels: int) -> None:
    """Draw what somebody drew onto a picture; BadPicture."""
    from kitsulite.media.drawing import draw
    from kitsulite.media.pictures import read_picture, shown, write_png

    with path.open("rb") as file:
        picture = shown(read_picture(file, most_pixels))
    write_png(draw(picture, objects), path)


def make_pdf(pages: Sequence[Path], target: Path) -> None:
    """Pictures as one document, each on its page."""
    from kitsulite.media.pictures import write_pdf

    write_pdf(pages, target, DOTS_PER_INCH)
