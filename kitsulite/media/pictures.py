"""Pictures: reading what people send in, and the sizes in which they are shown (docs/api/previews.md).

Pillow's own limit on pixels and its tolerance for files that break off are switches for a whole process, which may be
somebody else's. So pictures are read by `read_picture`, which has a limit of its own, and only by decoders that are safe.
"""

import io
import os
from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO

from PIL import Image, ImageCms, ImageOps

from kitsulite.media import BadPicture

FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF")
"""What is read. Others, such as EPS, would start programs or are no pictures of one look."""

DEEP = {"I;16", "I;16L", "I;16B", "I"}
SIZES_FROM = 3.0
"""How much smaller than its source a picture is at the most made by the exact filter; what is left is averaged first."""

MOST_TIMES = 10
"""How many times as high as wide a picture may become."""

COSTS = {"1": 2, "L": 2, "P": 5, "I;16": 4, "I;16L": 4, "I;16B": 4}
"""Bytes that a pixel takes at the most while pictures are made of it: turned upright, and made smaller with its alpha."""
DEAREST = 8
OF_A_COLOUR = 8
"""More bytes, where one colour is said to be transparent."""
BUDGET = 400_000_000
"""Bytes for all pixels: what is left of the memory of the process in which pictures are made."""
BAND = 256
SMALL, LARGE = 250_000, 2_000_000
OF_SMALL, OF_OTHERS, OF_LARGE = 6, 4, 1
"""How tightly a picture of up to so many pixels is packed, and one of more, of 9.

At 4 it takes a third of the time that it takes at 6, for a tenth more bytes; at 1 a fifth, for a sixth more.
"""
SIGNATURE = b"\x89PNG\r\n\x1a\n"
OF_PIXELS = (b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND")
"""The parts of a PNG that say what its pixels are."""
TURNING = (b"exif", b"icc", b"xmp", b"actl")
"""What stands in the name of a part, or of a text, that may tell of another orientation, other colours or more frames."""
LONGEST_NAME = 80
CHECKSUM = 4
PIECE = 65_536

Size = tuple[int, int]


def read_picture(content: BinaryIO, most_pixels: int, *, at_least: Size | None = None) -> Image.Image:
    """A picture as screens show it: upright, in sRGB; BadPicture.

    Alpha stays; grey, palettes and 16 bits stay as they are.

    at_least  the size that is wanted of it, where that is all: a format that can is decoded smaller then
    """
    picture = _open(content)
    if at_least:
        longer = round(max(at_least) * SIZES_FROM)
        picture.draft(None, (longer, longer))
    width, height = picture.size
    if width * height > most_pixels:
        raise BadPicture(f"The picture has {width}×{height} pixels, more than the {most_pixels} that are allowed.")
    cost = COSTS.get(picture.mode, DEAREST) + ("transparency" in picture.info) * OF_A_COLOUR
    if width * height * cost > BUDGET:
        raise BadPicture(f"The picture has {width}×{height} pixels of its kind, more than there is memory for.")
    try:
        picture.load()
        ImageOps.exif_transpose(picture, in_place=True)
        return _in_srgb(picture)
    except MemoryError:
        raise
    except Exception as problem:  # decoders raise whatever a broken file makes of them
        raise BadPicture(f"The picture is broken: {problem}") from problem


def _open(content: BinaryIO) -> Image.Image:
    Image.init()
    start = content.read(16)
    for name in FORMATS:
        factory, accepts = Image.OPEN[name]
        content.seek(0)
        if accepts is None or not accepts(start):
            continue
        try:
            return factory(content, "")
        except Exception:  # not one of these after all
            continue
    raise BadPicture("The file is no picture that can be read.")


def _in_srgb(picture: Image.Image) -> Image.Image:
    profile = picture.info.get("icc_profile")
    if profile and picture.mode in ("RGB", "RGBA", "CMYK"):
        mode = "RGB" if picture.mode == "CMYK" else picture.mode
        try:
            own = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            turned = ImageCms.profileToProfile(
                picture, own, ImageCms.createProfile("sRGB"), outputMode=mode, inPlace=picture.mode == mode
            )
            picture = turned or picture
        except (ImageCms.PyCMSError, OSError, ValueError):
            pass  # a broken profile says nothing
    return picture.convert("RGB") if picture.mode == "CMYK" else picture


def seen(picture: Image.Image) -> Image.Image:
    """The picture with eight bits a channel, from which smaller ones are made, with no more channels than it needs."""
    if picture.mode in DEEP:
        return _with_eight_bits(picture)
    if picture.mode == "F":
        return picture.convert("L")
    if picture.mode == "1":
        picture = picture.convert("L")
    has_alpha = picture.mode in ("RGBA", "LA", "PA", "La", "RGBa") or "transparency" in picture.info
    if has_alpha:
        return picture if picture.mode == "RGBA" else picture.convert("RGBA")
    return picture if picture.mode in ("RGB", "L") else picture.convert("RGB")


def _with_eight_bits(picture: Image.Image) -> Image.Image:
    """A picture of 16 bits in grey, a band at a time, since it takes twice its memory on the way."""
    made = Image.new("L", picture.size)
    for top in range(0, picture.height, BAND):
        band = picture.crop((0, top, picture.width, min(top + BAND, picture.height)))
        made.paste(band.convert("I").point(lambda value: value * (1 / 257)).convert("L"), (0, top))
    return made


def fit(picture: Image.Image, size: Size) -> Image.Image:
    """A picture of exactly this size with the whole of another in its middle, the rest transparent."""
    scale = min(size[0] / picture.width, size[1] / picture.height)
    inner = (max(1, round(picture.width * scale)), max(1, round(picture.height * scale)))
    small = picture.resize(inner, Image.Resampling.LANCZOS, reducing_gap=SIZES_FROM).convert("RGBA")
    if inner == size:
        return small
    canvas = Image.new("RGBA", size)
    canvas.paste(small, ((size[0] - inner[0]) // 2, (size[1] - inner[1]) // 2))
    return canvas


def as_wide(picture: Image.Image, width: int) -> Size:
    """The size of a picture when it is so wide; one that would be ever so high then is as high as it may be instead."""
    height = max(1, -(-picture.height * width // picture.width))
    if height <= MOST_TIMES * width:
        return width, height
    return max(1, MOST_TIMES * width * width // height), MOST_TIMES * width


def fitted(picture: Image.Image, sizes: Sequence[Size]) -> list[Image.Image]:
    """A picture in several sizes, each made from the smallest larger one: what is seen is the same, and it is quicker."""
    made: dict[Size, Image.Image] = {}
    source = seen(picture)
    for size in sorted(set(sizes), key=lambda size: -size[0] * size[1]):
        larger = [one for one in made if one[0] >= 2 * size[0] and one[1] >= 2 * size[1] and _same_form(one, source)]
        made[size] = fit(made[larger[-1]] if larger else source, size)
    return [made[size] for size in sizes]


def _same_form(size: Size, picture: Image.Image) -> bool:
    """Whether nothing but the picture itself is on a canvas of this size."""
    return size == as_wide(picture, size[0]) and picture.width >= size[0]


def crop(picture: Image.Image, size: Size) -> Image.Image:
    """The middle of a picture, filling exactly this size."""
    return ImageOps.fit(seen(picture), size, Image.Resampling.LANCZOS).convert("RGBA")


def write_png(picture: Image.Image, path: Path) -> int:
    """Write a PNG; its size in bytes. Nothing but the pixels goes along: no profile, no notes of a camera."""
    if picture.mode not in ("1", "L", "LA", "P", "RGB", "RGBA", "I", "I;16"):
        picture = picture.convert("I;16" if picture.mode in DEEP else "RGBA" if "A" in picture.mode else "RGB")
    pixels = picture.width * picture.height
    level = OF_SMALL if pixels <= SMALL else OF_OTHERS if pixels <= LARGE else OF_LARGE
    with path.open("wb") as file:
        picture.save(file, "PNG", icc_profile=None, exif=b"", compress_level=level)
    return path.stat().st_size


def keep_png(picture: Image.Image, source: BinaryIO, path: Path) -> bool:
    """Write the pixels of a PNG as they came, and nothing else of it; not if they are shown otherwise than they are stored.

    To pack those of a large picture anew takes longer than all else that is done with it; small ones are.

    picture  has been read from the source, so that what is kept is known to be one
    """
    if picture.width * picture.height <= SMALL:
        return False
    source.seek(0)
    if source.read(len(SIGNATURE)) != SIGNATURE:
        return False
    with path.open("wb") as target:
        target.write(SIGNATURE)
        while head := source.read(8):
            kind, left = head[4:], int.from_bytes(head[:4], "big") + CHECKSUM
            if kind in OF_PIXELS:
                target.write(head)
                while left and (piece := source.read(min(left, PIECE))):
                    target.write(piece)
                    left -= len(piece)
            else:
                start = source.read(min(left, LONGEST_NAME))
                if any(word in (kind + start).lower() for word in TURNING):
                    return False
                source.seek(left - len(start), os.SEEK_CUR)
            if kind == b"IEND":
                return not left
    return False


def write_pdf(pages: Sequence[Path], target: Path, dots_per_inch: int) -> None:
    """Pictures as the pages of one document; one at a time is in memory."""
    for number, path in enumerate(pages):
        with Image.open(path) as page:
            page.save(target, "PDF", resolution=dots_per_inch, append=number > 0)
