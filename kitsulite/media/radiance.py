"""Radiance pictures (`.hdr`): light as it is, in four bytes a pixel, red, green and blue with an exponent they share.

The format is Greg Ward's: a head of text lines, a line that says the size and the order of pixels, then scan lines, flat or
in one of two run-length codes. Only a small picture is wanted of them, so only some of the pixels are worked out.
"""

import io
import re
from typing import BinaryIO

from PIL import Image

from kitsulite.media import BadPicture

MAGIC = (b"#?RADIANCE", b"#?RGBE")
LONGEST_HEAD = 64 * 1024
MOST_PIXELS = 400_000_000
SIZE = re.compile(rb"([-+])([XY]) (\d{1,6}) ([-+])([XY]) (\d{1,6})\s*")
GAMMA = 1 / 2.2
CODED = range(8, 32768)
"""Widths of scan lines that the newer code is for."""


def read_radiance(content: BinaryIO, most: tuple[int, int]) -> Image.Image:
    """A Radiance picture as a screen shows it, of every so many pixels one, and not smaller than `most`; BadPicture.

    What is brighter than white is white.
    """
    file = io.BufferedReader(content) if isinstance(content, io.RawIOBase) else content
    signs, axes, (lines, pixels) = _head(file)
    step = max(1, min(lines, pixels) // (2 * max(most)))
    rows = []
    for number in range(lines):
        planes = _line(file, pixels)
        if number % step == 0:
            rows.append([plane[::step] for plane in planes])
    seen = b"".join(_as_seen(*row) for row in rows)
    picture = Image.frombytes("RGB", (len(rows[0][0]), len(rows)), seen)
    return _upright(picture, signs, axes)


def _head(file: BinaryIO) -> tuple[str, str, tuple[int, int]]:
    """How pixels are ordered: signs and axes of lines and of pixels in a line; how many of both there are."""
    if not file.readline(80).startswith(MAGIC):
        raise BadPicture("The file is no Radiance picture.")
    left = LONGEST_HEAD
    while (line := file.readline(left)) not in (b"\n", b"\r\n"):
        left -= len(line)
        if not line or left <= 0:
            raise BadPicture("The file is no Radiance picture: its head does not end.")
    found = SIZE.fullmatch(file.readline(80))
    if found is None or found[2] == found[5]:
        raise BadPicture("The file is no Radiance picture: it does not say its size.")
    lines, pixels = int(found[3]), int(found[6])
    if not 0 < lines * pixels <= MOST_PIXELS:
        raise BadPicture(f"The picture has {pixels}×{lines} pixels, which is more than is allowed, or none.")
    return (found[1] + found[4]).decode(), (found[2] + found[5]).decode(), (lines, pixels)


def _line(file: BinaryIO, pixels: int) -> list[bytes]:
    """A scan line: its reds, greens, blues and exponents."""
    start = _read(file, 4)
    if start[:2] == b"\2\2" and start[2] < 128 and pixels in CODED:
        if int.from_bytes(start[2:], "big") != pixels:
            raise BadPicture("The picture is broken: a line is of another length.")
        return [_coded(file, pixels) for _ in range(4)]
    return _flat(file, start, pixels)


def _coded(file: BinaryIO, pixels: int) -> bytes:
    """One of the four parts of a line in the newer code: runs of one byte, and bytes as they are."""
    part = bytearray()
    while len(part) < pixels:
        count = _read(file, 1)[0]
        if count > 128:
            part += _read(file, 1) * (count - 128)
        elif count:
            part += _read(file, count)
        else:
            raise BadPicture("The picture is broken: a run of no length.")
    if len(part) != pixels:
        raise BadPicture("The picture is broken: a run is too long.")
    return bytes(part)


def _flat(file: BinaryIO, start: bytes, pixels: int) -> list[bytes]:
    """A line of whole pixels; in the older code, 1 1 1 n repeats the last one, and further ones count in 256s."""
    line, shift = bytearray(), 0
    pixel = start
    while True:
        if pixel[:3] == b"\1\1\1" and line:
            count = pixel[3] << shift
            if len(line) // 4 + count > pixels:
                raise BadPicture("The picture is broken: a run is too long.")
            line += line[-4:] * count
            shift = min(shift + 8, 24)
        else:
            line += pixel
            shift = 0
        if len(line) >= 4 * pixels:
            return [bytes(line[part::4]) for part in range(4)]
        pixel = _read(file, 4)


def _read(file: BinaryIO, count: int) -> bytes:
    found = file.read(count)
    if len(found) != count:
        raise BadPicture("The picture is broken: it ends too early.")
    return found


def _as_seen(reds: bytes, greens: bytes, blues: bytes, exponents: bytes) -> bytes:
    seen = bytearray()
    for red, green, blue, exponent in zip(reds, greens, blues, exponents, strict=True):
        light = 2.0 ** (exponent - 136) if exponent else 0.0
        seen += bytes(min(255, round(255 * min(1.0, value * light) ** GAMMA)) for value in (red, green, blue))
    return bytes(seen)


def _upright(picture: Image.Image, signs: str, axes: str) -> Image.Image:
    """The usual order is `-Y +X`: from the top down, from left to right."""
    if axes == "XY":
        picture = picture.transpose(Image.Transpose.TRANSPOSE)
        signs = signs[::-1]
    if signs[0] == "+":
        picture = picture.transpose(Image.Transpose.FLIP_TOP_BOTTOM)
    if signs[1] == "-":
        picture = picture.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    return picture
