"""Backgrounds of 3D previews: Radiance pictures (contract 06, 4.4)."""

import io
import struct
import time

import pytest
from footage import opened, picture
from studio import Member, Studio

from kitsulite.media import BadPicture
from kitsulite.media.radiance import read_radiance
from kitsulite.models.reviews import PreviewBackgroundFile

RED, GREEN, DARK = b"\x80\0\0\x81", b"\0\x80\0\x81", b"\0\0\0\0"
KIND = "application/octet-stream"


def radiance(size: str, content: bytes, head: bytes = b"#?RADIANCE\nFORMAT=32-bit_rle_rgbe\n\n") -> bytes:
    return head + size.encode() + b"\n" + content


def flat(width: int = 4, height: int = 2) -> bytes:
    """Red above, green below."""
    half = height // 2
    return radiance(f"-Y {height} +X {width}", RED * width * half + GREEN * width * (height - half))


def coded(width: int, height: int) -> bytes:
    """The same in the newer code."""
    line = b"\2\2" + struct.pack(">H", width)

    def run(value: int) -> bytes:
        whole, rest = divmod(width, 127)
        return bytes([255, value]) * whole + (bytes([128 + rest, value]) if rest else b"")

    lines = [line + b"".join(run(value) for value in (RED if y < height // 2 else GREEN)) for y in range(height)]
    return radiance(f"-Y {height} +X {width}", b"".join(lines))


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


def test_of_a_large_picture_only_some_pixels_are_worked_out() -> None:
    content = coded(4096, 2048)
    started = time.perf_counter()
    image = read_radiance(io.BytesIO(content), (300, 200))
    assert time.perf_counter() - started < 5
    assert 600 <= image.width <= 1500


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


# --- over HTTP ---


@pytest.fixture
def ada(studio: Studio) -> Member:
    return studio.person("Ada", role="admin")


def background(studio: Studio) -> str:
    return str(studio.add(PreviewBackgroundFile, name="Forest")["id"])


def send(member: Member, id: str, name: str, content: bytes, status: int = 201) -> dict[str, object]:
    path = f"/pictures/preview-background-files/{id}"
    answer: dict[str, object] = member.send_form(path, {}, {"file": (name, content, KIND)}, status=status)
    return answer


def test_a_background_has_a_file_and_a_small_picture(studio: Studio, ada: Member) -> None:
    id, content = background(studio), coded(300, 200)
    row = send(ada, id, "Pine Forest.HDR", content)
    assert (row["extension"], row["original_name"], row["file_size"]) == ("hdr", "Pine Forest", len(content))
    art = studio.person()
    fetched = art.call("GET", f"/pictures/preview-background-files/{id}.HDR")
    assert (fetched.content, fetched.headers["content-type"]) == (content, "image/vnd.radiance")
    assert fetched.headers["content-disposition"] == 'inline; filename="Pine Forest.hdr"'
    small = opened(art.call("GET", f"/pictures/thumbnails/preview-background-files/{id}.png").content)
    assert (small.size, small.getpixel((150, 20)), small.getpixel((150, 180))) == (
        (300, 200),
        (255, 0, 0, 255),
        (0, 255, 0, 255),
    )
    assert [(event["name"], event["data"]) for event in ada.get("/data/events")] == [
        ("preview-background-file:update", {"preview_background_file_id": id}),
        ("preview-background-file:add-file", {"preview_background_file_id": id, "extension": "hdr"}),
    ]
    art.get(f"/pictures/preview-background-files/{id}.png", status=404)
    send(ada, id, "other.hdr", flat())
    assert art.call("GET", f"/pictures/preview-background-files/{id}.hdr").content == flat()


def test_backgrounds_are_sent_in_by_admins(studio: Studio, ada: Member) -> None:
    id = background(studio)
    send(studio.person(role="manager"), id, "a.hdr", flat(), status=403)
    send(ada, "00000000-0000-0000-0000-000000000000", "a.hdr", flat(), status=404)
    assert ada.call("POST", f"/pictures/preview-background-files/{id}").json["message"] == "File not provided."
    ada.get(f"/pictures/thumbnails/preview-background-files/{id}.png", status=404)
    assert ada.call("POST", f"/pictures/thumbnails/preview-background-files/{id}.png").status == 405


@pytest.mark.parametrize(("name", "content"), [("a.png", picture()), ("a.hdr", b"no picture")])
def test_a_background_goes_with_a_file_that_is_none(studio: Studio, ada: Member, name: str, content: bytes) -> None:
    id = background(studio)
    send(ada, id, name, content, status=400)
    ada.get(f"/data/preview-background-files/{id}", status=404)
    assert list(studio.tracker.files.list()) == []
