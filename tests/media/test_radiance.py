"""Reading Radiance pictures: all orders and codes, and what is no such picture (kitsulite/media/radiance.py)."""

import contextlib
import gc
import io
import random
import time
from pathlib import Path

import pytest
from footage import picture
from PIL import Image
from radiance import DARK, GREEN, RED, coded, encoded, flat, radiance

from kitsulite.media import BadPicture
from kitsulite.media.radiance import read_radiance


def seen(content: bytes) -> list[list[tuple[int, ...]]]:
    image = read_radiance(io.BytesIO(content), (300, 200))
    return [[image.getpixel((x, y)) for x in range(image.width)] for y in range(image.height)]  # type: ignore[misc]


def test_light_is_shown_as_screens_show_it() -> None:
    half = 255 * 0.5 ** (1 / 2.2)
    [[white, grey, black]] = seen(radiance("-Y 1 +X 3", b"\xff\xff\xff\x90" + b"\x80\x80\x80\x80" + DARK))
    assert (white, black) == ((255, 255, 255), (0, 0, 0))
    assert grey == (round(half),) * 3


def test_all_codes_say_the_same() -> None:
    older = radiance("-Y 2 +X 4", RED + b"\1\1\1\3" + GREEN + b"\1\1\1\3")
    assert seen(flat()) == seen(older) == [[(255, 0, 0)] * 4, [(0, 255, 0)] * 4]
    assert seen(coded(200, 10)) == seen(flat(200, 10))


@pytest.mark.parametrize(
    ("size", "corner"),
    [("-Y 2 +X 2", (0, 0)), ("+Y 2 +X 2", (0, 1)), ("-Y 2 -X 2", (1, 0)), ("+X 2 -Y 2", (0, 0)), ("-X 2 +Y 2", (1, 1))],
)
def test_the_first_pixel_is_where_the_size_says(size: str, corner: tuple[int, int]) -> None:
    image = read_radiance(io.BytesIO(radiance(size, RED + DARK * 3)), (2, 2))
    assert image.getpixel(corner) == (255, 0, 0)


def test_longer_runs_count_in_256s() -> None:
    content = radiance("-Y 1 +X 600", GREEN + RED + b"\1\1\1\x56" + b"\1\1\1\2")
    assert seen(content) == [[(0, 255, 0)] + [(255, 0, 0)] * 599]


@pytest.mark.parametrize(("size", "made"), [("-Y 3000 +X 6000", (600, 300)), ("+X 2000 -Y 4000", (200, 400))])
@pytest.mark.parametrize("is_coded", [True, False])
def test_of_a_large_picture_some_pixels_are_taken(size: str, made: tuple[int, int], is_coded: bool) -> None:
    """Of every tenth line every tenth pixel; ten lines are of one colour."""
    lines, pixels = (int(count) for count in size.split()[1::2])
    colours = [(RED, GREEN, DARK)[number // 10 % 3] for number in range(lines)]
    content = b"".join(encoded(colour, pixels) if is_coded else colour * pixels for colour in colours)
    image = read_radiance(io.BytesIO(radiance(size, content)), (300, 200))
    assert image.size == made
    along = image if size.startswith("-Y") else image.transpose(Image.Transpose.TRANSPOSE)
    shown = [(255, 0, 0), (0, 255, 0), (0, 0, 0)]
    assert [along.getpixel((5, y)) for y in range(along.height)] == [shown[y % 3] for y in range(along.height)]


def test_a_picture_of_many_lines_becomes_small_in_little_time() -> None:
    started = time.perf_counter()
    image = read_radiance(io.BytesIO(coded(400, 100_000)), (300, 200))
    assert time.perf_counter() - started < 5
    assert image.height <= 800


def test_a_file_stays_open(tmp_path: Path) -> None:
    path = tmp_path / "a.hdr"
    path.write_bytes(flat())
    with path.open("rb", buffering=0) as file:
        read_radiance(file, (300, 200))
        gc.collect()
        assert not file.closed


BROKEN = {
    "a text": b"hello",
    "nothing": b"",
    "a PNG": picture(),
    "a head without an end": b"#?RADIANCE\n" + b"x=1\n" * 30_000,
    "no size": b"#?RADIANCE\n\nhuge\n",
    "a size without pixels": radiance("-Y 0 +X 0", b""),
    "a size of one way only": radiance("-Y 2 +Y 2", RED * 4),
    "a size that swells": radiance("-Y 999999 +X 999999", RED),
    "too few pixels": radiance("-Y 2 +X 2", RED),
    "a run that is too long": radiance("-Y 1 +X 2", RED + b"\1\1\1\xff"),
    "a run of no length": radiance("-Y 1 +X 8", b"\2\2\0\x08" + b"\0" * 9),
    "a line of another length": radiance("-Y 1 +X 8", b"\2\2\0\x09" + b"\x89\1" * 4),
}


@pytest.mark.parametrize("what", BROKEN)
def test_what_is_no_radiance_picture_is_refused(what: str) -> None:
    with pytest.raises(BadPicture):
        read_radiance(io.BytesIO(BROKEN[what]), (300, 200))


@pytest.mark.parametrize("content", [flat(8, 4), coded(8, 4), radiance("-Y 1 +X 9", RED + b"\1\1\1\x08")])
def test_a_file_that_breaks_off_anywhere_is_refused(content: bytes) -> None:
    read_radiance(io.BytesIO(content), (2, 1))
    for most in ((300, 200), (2, 1)):
        for length in range(len(content)):
            with pytest.raises(BadPicture):
                read_radiance(io.BytesIO(content[:length]), most)


def test_any_bytes_are_a_picture_or_refused() -> None:
    dice = random.Random(4)
    for content in (flat(40, 20), coded(40, 20)):
        for _ in range(400):
            strange = bytearray(content)
            for _ in range(dice.randint(1, 6)):
                strange[dice.randrange(46, len(strange))] = dice.randrange(256)
            for most in ((300, 200), (3, 2)):
                with contextlib.suppress(BadPicture):
                    assert read_radiance(io.BytesIO(strange), most).mode == "RGB"
