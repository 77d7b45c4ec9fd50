"""Fonts for what is written on frames.

Pillow brings one along that knows no more than ASCII. Other letters are taken from a font of the machine; where it has
none, they are written as ASCII comes nearest to them, which reads better than boxes.
"""

import functools
import unicodedata

from PIL import ImageFont

Font = ImageFont.FreeTypeFont | ImageFont.ImageFont

OF_MACHINES = (
    "DejaVuSans.ttf",
    "NotoSans-Regular.ttf",
    "LiberationSans-Regular.ttf",
    "Arial Unicode.ttf",
    "Arial.ttf",
    "arial.ttf",
)
NEAREST = str.maketrans(
    {"–": "-", "—": "-", "‘": "'", "’": "'", "‚": "'", "“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "ß": "ss"}
    | {"Æ": "AE", "æ": "ae", "Ø": "O", "ø": "o", "Œ": "OE", "œ": "oe", "Đ": "D", "đ": "d", "Ł": "L", "ł": "l"}
)


def font_for(words: str, size: float) -> tuple[Font, str]:
    """A font in which words can be written, and the words as they are to be written in it."""
    if words.isascii():
        return ImageFont.load_default(size), words
    if path := _of_machine():
        return ImageFont.truetype(path, size), words
    parts = unicodedata.normalize("NFKD", words.translate(NEAREST))
    return ImageFont.load_default(size), "".join(letter for letter in parts if not unicodedata.combining(letter))


@functools.cache
def _of_machine() -> str | None:
    """The path of a font with many letters."""
    for name in OF_MACHINES:
        try:
            return str(ImageFont.truetype(name, 16).path)
        except OSError:
            continue
    return None
