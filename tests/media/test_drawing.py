"""Annotations on pixels: what is drawn is there, and nothing else (kitsulite/media/drawing.py)."""

import math
import random
import time
from typing import Any

import pytest
from PIL import Image

from kitsulite.media import fonts
from kitsulite.media.drawing import draw

RED, GROUND = (255, 0, 0), (10, 20, 30)


def drawn(*objects: Any, size: tuple[int, int] = (100, 100)) -> Image.Image:
    return draw(Image.new("RGB", size, GROUND), objects)


def touched(picture: Image.Image) -> tuple[int, int, int, int] | None:
    """The box around what differs from the ground."""
    from PIL import ImageChops

    return ImageChops.difference(picture, Image.new("RGB", picture.size, GROUND)).getbbox()


def is_about(box: tuple[int, int, int, int] | None, wanted: tuple[int, int, int, int], slack: int = 2) -> bool:
    return box is not None and all(abs(one - two) <= slack for one, two in zip(box, wanted, strict=True))


BOXED = {"left": 20, "top": 30, "width": 40, "height": 20}
SHAPES: dict[str, tuple[dict[str, Any], tuple[int, int, int, int], tuple[int, int]]] = {
    "a rectangle": ({"type": "rect", **BOXED, "fill": "red"}, (20, 30, 60, 50), (40, 40)),
    "a rectangle scaled": ({"type": "Rect", **BOXED, "scaleX": 1.5, "fill": "red"}, (20, 30, 80, 50), (70, 40)),
    "a rectangle turned": ({"type": "rect", **BOXED, "angle": 90, "fill": "red"}, (0, 30, 20, 70), (10, 60)),
    "a rectangle by its middle": (
        {"type": "rect", **BOXED, "originX": "center", "originY": "center", "fill": "red"},
        (0, 20, 40, 40),
        (20, 30),
    ),
    "a circle": ({"type": "circle", "left": 20, "top": 20, "radius": 20, "fill": "#f00"}, (20, 20, 60, 60), (40, 40)),
    "an ellipse": (
        {"type": "ellipse", "left": 10, "top": 20, "rx": 30, "ry": 10, "fill": "rgb(255,0,0)"},
        (10, 20, 70, 40),
        (40, 30),
    ),
    "a line": (
        {"type": "line", "x1": 10, "y1": 10, "x2": 90, "y2": 10, "stroke": "red", "strokeWidth": 4},
        (8, 8, 92, 12),
        (50, 10),
    ),
    "an arrow": (
        {"type": "arrow", "x1": 10, "y1": 50, "x2": 80, "y2": 50, "stroke": "red", "strokeWidth": 4},
        (8, 43, 82, 57),
        (40, 50),
    ),
    "a path": (
        {"type": "path", "path": [["M", 10, 10], ["L", 60, 10], ["L", 60, 60]], "stroke": "red", "strokeWidth": 4},
        (8, 8, 62, 62),
        (60, 40),
    ),
    "a path as text": (
        {"type": "path", "path": "M10,10 L60,10 L60,60 L10,60 Z", "fill": "red", "stroke": "red", "strokeWidth": 2},
        (9, 9, 61, 61),
        (35, 35),
    ),
    "a curve": (
        {"type": "path", "path": "M 10 50 C 10 10 90 10 90 50", "stroke": "red", "strokeWidth": 4},
        (8, 18, 92, 52),
        (50, 20),
    ),
    "a polygon": (
        {"type": "polygon", "points": [{"x": 10, "y": 10}, {"x": 50, "y": 10}, {"x": 10, "y": 50}], "fill": "red"},
        (10, 10, 50, 50),
        (20, 20),
    ),
    "a polyline": (
        {"type": "polyline", "points": [{"x": 10, "y": 10}, {"x": 50, "y": 10}], "stroke": "red", "strokeWidth": 6},
        (7, 7, 53, 13),
        (30, 10),
    ),
    "a pressed stroke": (
        {
            "type": "psstroke",
            "strokePoints": [{"x": 10, "y": 50, "pressure": 0.1}, {"x": 80, "y": 50, "pressure": 1}],
            "strokeWidth": 20,
            "stroke": "red",
        },
        (9, 40, 90, 60),
        (80, 50),
    ),
    "a group": (
        {
            "type": "group",
            **BOXED,
            "objects": [{"type": "rect", "left": -20, "top": -10, "width": 40, "height": 20, "fill": "red"}],
        },
        (20, 30, 60, 50),
        (40, 40),
    ),
}


@pytest.mark.parametrize("what", SHAPES)
def test_shapes_are_where_they_say(what: str) -> None:
    shape, box, inside = SHAPES[what]
    picture = drawn(shape)
    assert is_about(touched(picture), box), touched(picture)
    assert picture.getpixel(inside) == RED
    assert (picture.mode, picture.size) == ("RGB", (100, 100))


def test_a_canvas_of_another_size_is_scaled() -> None:
    shape = {"type": "rect", **BOXED, "fill": "red", "canvasWidth": 100, "canvasHeight": 100}
    assert is_about(touched(drawn(shape, size=(200, 300))), (40, 90, 120, 150))


def test_text_is_written_on_its_ground() -> None:
    text = {
        "type": "i-text",
        "left": 10,
        "top": 10,
        "text": "Hi",
        "fontSize": 40,
        "fill": "red",
        "backgroundColor": "white",
    }
    picture = drawn(text)
    colours = {colour for _, colour in picture.getcolors(10_000) or []}
    assert {RED, (255, 255, 255), GROUND} <= colours
    left, top, _, _ = touched(picture) or (0, 0, 0, 0)
    assert (abs(left - 10) <= 1, abs(top - 10) <= 1) == (True, True)


def written(words: str) -> bytes:
    text = {"type": "text", "left": 5, "top": 5, "text": words, "fontSize": 40, "fill": "red"}
    return drawn(text).tobytes()


def test_letters_of_every_language_are_written(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fonts, "_of_machine", lambda: None)
    assert written("„Straße é…“") == written('"Strasse e..."')
    assert written("日") != written("d")


@pytest.mark.skipif(fonts._of_machine() is None, reason="the machine has no font")
def test_they_are_those_of_a_font_of_the_machine() -> None:
    assert len({written(letter) for letter in "éüßЖ—\uffff"}) == 6


def test_colours_let_through_as_much_as_they_say() -> None:
    half = drawn({"type": "rect", **BOXED, "fill": "rgba(255, 0, 0, 0.5)"}).getpixel((40, 40))
    same = drawn({"type": "rect", **BOXED, "fill": "red", "opacity": 0.5}).getpixel((40, 40))
    assert half == same
    assert abs(half[0] - (255 + GROUND[0]) / 2) <= 2  # type: ignore[index]
    for nothing in ("transparent", "", "none", None):
        assert touched(drawn({"type": "rect", **BOXED, "fill": nothing})) is None


def test_later_shapes_cover_earlier_ones() -> None:
    green = {"type": "rect", **BOXED, "fill": "#00ff00"}
    assert drawn({"type": "rect", **BOXED, "fill": "red"}, green).getpixel((40, 40)) == (0, 255, 0)


def test_an_eraser_cuts_what_it_went_over() -> None:
    eraser = {"type": "eraser", "objects": [{"type": "path", "path": "M -20 0 L 20 0", "strokeWidth": 8}]}
    picture = drawn({"type": "rect", **BOXED, "fill": "red", "eraser": eraser})
    assert picture.getpixel((40, 40)) == GROUND
    assert picture.getpixel((40, 32)) == RED


STRANGE: list[Any] = [
    None,
    5,
    "rect",
    {},
    {"type": "hologram"},
    {"type": "rect", "left": math.nan, "width": 5, "height": 5, "fill": "red"},
    {"type": "rect", **BOXED, "fill": "no colour"},
    {"type": "path", "path": [["X", 1]]},
    {"type": "path", "path": []},
    {"type": "path", "path": [["L", 1, 1]], "stroke": "red"},
    {"type": "polyline", "points": [{"x": "a"}]},
    {"type": "psstroke", "strokePoints": []},
    {"type": "group", "objects": 5},
    {"type": "rect", **BOXED, "fill": "red", "visible": False},
    {"type": "i-text", "text": "x" * 10_000, "fontSize": 1e300, "fill": "red"},
]


@pytest.mark.parametrize("strange", STRANGE)
def test_what_cannot_be_drawn_is_left_out_and_hides_nothing(strange: Any) -> None:
    alone = drawn({"type": "rect", **BOXED, "fill": "red"})
    assert drawn(strange, {"type": "rect", **BOXED, "fill": "red"}).tobytes() == alone.tobytes()


@pytest.mark.long
def test_what_would_take_long_is_left_out_and_hides_nothing() -> None:
    dice = random.Random(3)
    points = [{"x": dice.random() * 1920, "y": dice.random() * 1080, "pressure": 1} for _ in range(20_000)]
    ground = Image.new("RGB", (1920, 1080), GROUND)
    long = [
        {"type": "psstroke", "strokePoints": points, "strokeWidth": 1e300, "stroke": "white"},
        {"type": "polyline", "points": points, "strokeWidth": 500, "stroke": "white"},
    ]
    started = time.perf_counter()
    picture = draw(ground, [*long * 5, {"type": "rect", **BOXED, "fill": "red"}])
    assert time.perf_counter() - started < 60
    assert (picture.getpixel((40, 40)), picture.getpixel((900, 900))) == (RED, GROUND)


def test_text_that_hangs_over_an_edge_is_cut_there() -> None:
    text = {"type": "text", "text": "####", "fontSize": 60, "fill": "red", "backgroundColor": "red"}
    for left, top in ((-30, -20), (80, 80), (-300, 0), (0, 300)):
        box = touched(drawn({**text, "left": left, "top": top}))
        assert (box is None) == (abs(left) + abs(top) == 300), (left, top)
    assert (touched(drawn({**text, "left": -30, "top": -20})) or (9,))[0] == 0


@pytest.mark.long
def test_nothing_takes_long() -> None:
    points = [{"x": x % 100, "y": x % 97, "pressure": 1} for x in range(200_000)]
    nested: dict[str, Any] = {"type": "rect", **BOXED, "fill": "red"}
    for _ in range(50):
        nested = {"type": "group", **BOXED, "objects": [nested] * 3}
    started = time.perf_counter()
    drawn(
        {"type": "psstroke", "strokePoints": points, "strokeWidth": 1e300, "stroke": "red"},
        {"type": "circle", "radius": 1e300, "strokeWidth": 1e300, "stroke": "red"},
        {"type": "rect", "left": -1e300, "width": 1e300, "height": 1e300, "stroke": "red"},
        nested,
    )
    assert time.perf_counter() - started < 20
