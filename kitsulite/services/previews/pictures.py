"""The pictures of a preview: what they are and in which sizes (contract 06, 3.2)."""

from pathlib import Path

from kitsulite.media.pictures import as_wide, fitted, read_picture, write_png
from kitsulite.services.previews.store import ORIGINAL, PICTURES, PREVIEW, SQUARE, THUMBNAIL, Made

THUMBNAIL_SIZE, SQUARE_SIZE, PREVIEW_WIDTH = (150, 100), (100, 100), 1200


def make_pictures(source: Path, folder: Path, most_pixels: int) -> tuple[Made, tuple[int, int]]:
    """All pictures of a preview, and the size of the full one; BadPicture."""
    with source.open("rb") as file:
        picture = read_picture(file, most_pixels)
    made = {kind: folder / f"{kind}.png" for kind in PICTURES}
    write_png(picture, made[ORIGINAL])
    sizes = (as_wide(picture, PREVIEW_WIDTH), THUMBNAIL_SIZE, SQUARE_SIZE)
    for kind, smaller in zip((PREVIEW, THUMBNAIL, SQUARE), fitted(picture, sizes), strict=True):
        write_png(smaller, made[kind])
    return made, picture.size
