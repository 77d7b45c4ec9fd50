"""Radiance pictures (`.hdr`): light as it is, in four bytes a pixel, red, green and blue with an exponent they share.

The format is Greg Ward's: a head of text lines, a line that says the size and the order of pixels, then scan lines, flat or
in one of two run-length codes. Only a small picture is wanted of them, so only some of the pixels are worked out.
"""

import functools
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
CHUNK = 256 * 1024
ENDS = "The picture is broken: it ends too early."
EMPTY_RUN = "The picture is broken: a run of no length."
LONG_RUN = "The picture is broken: a run is too long."


def read_radiance(content: BinaryIO, most: tuple[int, int]) -> Image.Image:
    """A Radiance picture as a screen shows it, large enough to be fitted into `most`; BadPicture.

    It is read from where `content` stands. Of a large one, of every so many pixels one is taken. What is brighter than
    white is white.
    """
    file = _Bytes(content)
    signs, axes, (lines, pixels) = _head(file)
    wide, high = most if axes == "YX" else most[::-1]
    # at least twice what is shown, along the side that decides how small the picture becomes
    step = max(1, lines // (2 * high), pixels // (2 * wide))
    rows = []
    for number in range(lines):
        if number % step == 0:
            rows.append(_as_seen(*(plane[::step] for plane in _line(file, pixels))))
        else:
            _pass_line(file, pixels)
    picture = Image.frombytes("RGB", (len(rows[0]) // 3, len(rows)), b"".join(rows))
    return _upright(picture, signs, axes)


class _Bytes:
    """What a file holds from here on: `held`, of which all before `at` is done with."""

    def __init__(self, content: BinaryIO) -> None:
        self.content = content
        self.held = b""
        self.at = 0

    def hold(self, count: int) -> None:
        """Have so many bytes at hand; fewer where the file ends."""
        while (lacking := count - (len(self.held) - self.at)) > 0:
            more = self.content.read(max(lacking, CHUNK))
            if not more:
                return
            self.held, self.at = self.held[self.at :] + more, 0

    def take(self, count: int) -> bytes:
        """The next bytes; BadPicture when there are not so many."""
        self.hold(count)
        found = self.held[self.at : self.at + count]
        if len(found) != count:
            raise BadPicture(ENDS)
        self.at += count
        return found

    def take_text(self, most: int) -> bytes:
        """A line of text with its end; without it when it is longer than `most`, or the last one."""
        self.hold(most)
        end = self.held.find(b"\n", self.at, self.at + most)
        return self.take(end + 1 - self.at if end >= 0 else min(most, len(self.held) - self.at))


def _head(file: _Bytes) -> tuple[str, str, tuple[int, int]]:
    """How pixels are ordered: signs and axes of lines and of pixels in a line; how many of both there are."""
    if not file.take_text(80).startswith(MAGIC):
        raise BadPicture("The file is no Radiance picture.")
    left = LONGEST_HEAD
    while (line := file.take_text(left)) not in (b"\n", b"\r\n"):
        left -= len(line)
        if not line or left <= 0:
            raise BadPicture("The file is no Radiance picture: its head does not end.")
    found = SIZE.fullmatch(file.take_text(80))
    if found is None or found[2] == found[5]:
        raise BadPicture("The file is no Radiance picture: it does not say its size.")
    lines, pixels = int(found[3]), int(found[6])
    if not 0 < lines * pixels <= MOST_PIXELS:
        raise BadPicture(f"The picture has {pixels}×{lines} pixels, which is more than is allowed, or none.")
    return (found[1] + found[4]).decode(), (found[2] + found[5]).decode(), (lines, pixels)


def _line(file: _Bytes, pixels: int) -> list[bytes]:
    """A scan line: its reds, greens, blues and exponents."""
    if _is_coded(file, pixels):
        return [_coded(file, pixels) for _ in range(4)]
    return _flat(file, pixels)


def _pass_line(file: _Bytes, pixels: int) -> None:
    """Go past a scan line of which nothing is wanted."""
    if not _is_coded(file, pixels):
        _flat(file, pixels)
        return
    file.hold(8 * pixels)
    held, at = file.held, file.at
    try:
        for _ in range(4):
            left = pixels
            while left > 0:
                count = held[at]
                if count > 128:
                    left -= count - 128
                    at += 2
                elif count:
                    left -= count
                    at += count + 1
                else:
                    raise BadPicture(EMPTY_RUN)
            if left:
                raise BadPicture(LONG_RUN)
    except IndexError:
        raise BadPicture(ENDS) from None
    file.take(at - file.at)


def _is_coded(file: _Bytes, pixels: int) -> bool:
    """Whether a line is in the newer code; its head is gone past then."""
    file.hold(4)
    start = file.held[file.at : file.at + 4]
    if not (start[:2] == b"\2\2" and len(start) == 4 and start[2] < 128 and pixels in CODED):
        return False
    if int.from_bytes(start[2:], "big") != pixels:
        raise BadPicture("The picture is broken: a line is of another length.")
    file.at += 4
    return True


def _coded(file: _Bytes, pixels: int) -> bytes:
    """One of the four parts of a line in the newer code: runs of one byte, and bytes as they are."""
    part = bytearray()
    while len(part) < pixels:
        count = file.take(1)[0]
        if count > 128:
            part += file.take(1) * (count - 128)
        elif count:
            part += file.take(count)
        else:
            raise BadPicture(EMPTY_RUN)
    if len(part) != pixels:
        raise BadPicture(LONG_RUN)
    return bytes(part)


def _flat(file: _Bytes, pixels: int) -> list[bytes]:
    """A line of whole pixels; in the older code, 1 1 1 n repeats the last one, and further ones count in 256s."""
    file.hold(4 * pixels)
    if b"\1\1\1" not in file.held[file.at : file.at + 4 * pixels]:
        line = file.take(4 * pixels)
        return [line[part::4] for part in range(4)]
    repeated, shift = bytearray(), 0
    while len(repeated) < 4 * pixels:
        pixel = file.take(4)
        if pixel[:3] == b"\1\1\1" and repeated:
            count = pixel[3] << shift
            if len(repeated) // 4 + count > pixels:
                raise BadPicture(LONG_RUN)
            repeated += repeated[-4:] * count
            shift = min(shift + 8, 24)
        else:
            repeated += pixel
            shift = 0
    return [bytes(repeated[part::4]) for part in range(4)]


def _as_seen(reds: bytes, greens: bytes, blues: bytes, exponents: bytes) -> bytes:
    """Pixels of three bytes."""
    shades = [_shades(exponent) for exponent in exponents]
    seen = bytearray(3 * len(shades))
    for part, values in enumerate((reds, greens, blues)):
        seen[part::3] = bytes([shade[value] for shade, value in zip(shades, values, strict=True)])
    return bytes(seen)


@functools.cache
def _shades(exponent: int) -> bytes:
    """What a screen shows for every value that stands with an exponent."""
    light = 2.0 ** (exponent - 136) if exponent else 0.0
    return bytes(round(255 * min(1.0, value * light) ** GAMMA) for value in range(256))


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
