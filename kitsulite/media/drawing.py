"""Drawing annotations onto a frame, as the review player shows them (docs/api/previews.md).

An annotation holds objects as a fabric.js canvas writes them. Everything is drawn larger and then made smaller, which
leaves smooth edges. What cannot be drawn is left out: a strange object must not hide the others.
"""

import contextlib
import itertools
import math
import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from PIL import Image, ImageChops, ImageColor, ImageDraw

from kitsulite.media.fonts import font_for
from kitsulite.media.geometry import Box, Plane, Point, box_around, number, outlines, placed, round_outline

Colour = tuple[int, int, int, int]
Object = dict[str, Any]

FINER = 2
"""How many times larger things are drawn."""
MOST_PIXELS = 4096 * 2304
"""Of a picture that is drawn on in finer detail."""
BAND = 256
"""Rows of a drawing that are laid onto a frame at once."""
MOST_POINTS = 20_000
MOST_OBJECTS = 2_000
MOST_NESTED = 8
THICKEST = 2_000.0
MOST_WORK = 10_000_000_000
"""Pixels that are painted on one frame, which takes some seconds; what would be too much is left out."""
POINT_WORK = 50_000
ROW_WORK = 100
"""What a point of a line, and a row of a side of a polygon, take, in pixels."""
LARGEST_FONT = 1_000
BLACK: Colour = (0, 0, 0, 255)
LINE_LIKE = {"path", "psstroke", "line", "polyline", "arrow"}
RGB = re.compile(r"rgba?\(\s*([\d.]+)\s*,\s*([\d.]+)\s*,\s*([\d.]+)\s*(?:,\s*([\d.]+)\s*)?\)")


def draw(frame: Image.Image, objects: Iterable[Any]) -> Image.Image:
    """The frame with objects drawn onto it, in RGB and of the same size; the frame itself may be drawn on."""
    finer = FINER if frame.width * frame.height <= MOST_PIXELS else 1
    drawings = [drawn for drawn in list(objects)[:MOST_OBJECTS] if isinstance(drawn, dict)]
    layer = None
    with contextlib.suppress(MemoryError):
        layer = _drawn(drawings, frame.size, finer)
    _lay_on(frame, layer or _drawn(drawings, frame.size, 1))
    return frame if frame.mode == "RGB" else frame.convert("RGB")


def _drawn(drawings: Iterable[Object], size: tuple[int, int], finer: int) -> Image.Image:
    """A layer of this size with nothing but drawings."""
    layer = Image.new("RGBA", (size[0] * finer, size[1] * finer))
    work = _Work()
    for drawn in drawings:
        _draw_one(layer, drawn, size, finer, work)
    return layer.resize(size, Image.Resampling.BOX) if finer > 1 else layer


def _draw_one(layer: Image.Image, drawn: Object, size: tuple[int, int], finer: int, work: "_Work") -> None:
    """Draw one object more onto the layer; nothing when it cannot be drawn."""
    try:
        wide, high = number(drawn.get("canvasWidth")), number(drawn.get("canvasHeight"))
        page = Plane(a=(size[0] / wide if wide > 0 else 1) * finer, d=(size[1] / high if high > 0 else 1) * finer)
        own = Image.new("RGBA", layer.size)
        _Pen(own, work).draw(drawn, page)
    except MemoryError:
        raise
    except Exception:  # whatever a client may have written there
        return
    _lay_on(layer, own)


def _lay_on(below: Image.Image, drawn: Image.Image) -> None:
    """Lay a drawing onto a picture, where there is anything of it, and a band at a time: both are large."""
    left, top, right, bottom = drawn.getbbox() or (0, 0, 0, 0)
    for at in range(top, bottom, BAND):
        box = (left, at, right, min(at + BAND, bottom))
        band = Image.alpha_composite(below.crop(box).convert("RGBA"), drawn.crop(box))
        below.paste(band if below.mode == "RGBA" else band.convert(below.mode), box)


class _Work:
    """How much may still be painted on a frame."""

    def __init__(self) -> None:
        self.left = float(MOST_WORK)

    def take(self, pixels: float) -> None:
        """Before so much is painted; ValueError when it is too much."""
        if pixels > self.left:
            raise ValueError("too much to draw")
        self.left -= pixels


class _Pen:
    """Draws objects onto a layer."""

    def __init__(self, layer: Image.Image, work: _Work) -> None:
        self.layer = layer
        self.work = work
        self.on = ImageDraw.Draw(layer)

    def draw(self, drawn: Object, page: Plane, depth: int = 0) -> None:
        """An object that lies on a page."""
        kind = str(drawn.get("type") or "").lower()
        if kind not in DRAWS or depth > MOST_NESTED or drawn.get("visible") is False:
            return
        DRAWS[kind](self, drawn, page, depth)
        eraser = drawn.get("eraser")
        if isinstance(eraser, dict) and eraser.get("objects"):
            self._erase(drawn, eraser, page, depth)

    def _erase(self, drawn: Object, eraser: Object, page: Plane, depth: int) -> None:
        """Cut out of all that is on the layer what an eraser went over."""
        self.work.take(4 * self.layer.width * self.layer.height)
        gone = Image.new("RGBA", self.layer.size)
        middle = page.then(placed(drawn, _box(drawn, [])))
        for stroke in eraser["objects"]:
            _Pen(gone, self.work).draw({**stroke, "stroke": "black", "opacity": 1}, middle, depth + 1)
        cut = gone.getchannel("A")
        del gone  # it is as large as the layer
        self.layer.putalpha(ImageChops.subtract(self.layer.getchannel("A"), cut))

    # --- kinds ---

    def path(self, drawn: Object, page: Plane, depth: int) -> None:
        lines = outlines(drawn["path"])
        points = [point for line in lines for point in line]
        plane, middle = _plane(drawn, points, page)
        for line in lines:
            self._shape(drawn, [_from(point, middle) for point in line], plane, closed=line[0] == line[-1])

    def polyline(self, drawn: Object, page: Plane, depth: int) -> None:
        points = [(number(point["x"]), number(point["y"])) for point in drawn["points"]]
        plane, middle = _plane(drawn, points, page)
        closed = str(drawn["type"]).lower() == "polygon"
        around = [*points, points[0]] if closed else points
        self._shape(drawn, [_from(point, middle) for point in around], plane, closed=closed)

    def pressed(self, drawn: Object, page: Plane, depth: int) -> None:
        """A stroke of a pen that knows how hard it is pressed."""
        given = drawn["strokePoints"][:MOST_POINTS]
        points = [(number(point["x"]), number(point["y"])) for point in given]
        plane, middle = _plane(drawn, points, page)
        colour = _line_colour(drawn)
        width = number(drawn.get("strokeWidth"), 1.0) * plane.scale
        widths = [min(THICKEST, max(1.0, width * number(point.get("pressure"), 0.5))) for point in given]
        placed_points = [plane.at(_from(point, middle)) for point in points]
        for at, (one, thick) in enumerate(zip(placed_points, widths, strict=True)):
            self._dot(one, thick, colour)
            if at:
                self._tapered(placed_points[at - 1], widths[at - 1], one, thick, colour)

    def rect(self, drawn: Object, page: Plane, depth: int) -> None:
        wide, high = number(drawn.get("width")) / 2, number(drawn.get("height")) / 2
        corners = [(-wide, -high), (wide, -high), (wide, high), (-wide, high), (-wide, -high)]
        self._shape(drawn, corners, _plane(drawn, [], page)[0], closed=True)

    def ellipse(self, drawn: Object, page: Plane, depth: int) -> None:
        radius = drawn.get("radius")
        rx = number(drawn.get("rx") or radius or number(drawn.get("width")) / 2)
        ry = number(drawn.get("ry") or radius or number(drawn.get("height")) / 2)
        sized = {"width": 2 * rx, "height": 2 * ry, **{key: value for key, value in drawn.items() if value is not None}}
        self._shape(drawn, round_outline(rx, ry), _plane(sized, [], page)[0], closed=True)

    def line(self, drawn: Object, page: Plane, depth: int) -> None:
        self._shape(drawn, *self._ends(drawn, page), closed=False)

    def arrow(self, drawn: Object, page: Plane, depth: int) -> None:
        (start, end), plane = self._ends(drawn, page)
        self._shape(drawn, [start, end], plane, closed=False)
        size = number(drawn.get("arrowHeadSize"), 15.0)
        way = math.atan2(end[1] - start[1], end[0] - start[0])
        sides = [(end[0] - size * math.cos(way + turn), end[1] - size * math.sin(way + turn)) for turn in (0.5, -0.5)]
        self.on.polygon([plane.at(point) for point in (end, *sides)], fill=_line_colour(drawn))

    def _ends(self, drawn: Object, page: Plane) -> tuple[list[Point], Plane]:
        ends = [(number(drawn.get(f"x{end}")), number(drawn.get(f"y{end}"))) for end in (1, 2)]
        around = box_around(ends)
        is_placed = drawn.get("left") is not None and drawn.get("width") is not None
        plane, _ = _plane(drawn, ends, page)
        middle = around.centre if is_placed or drawn.get("left") is None else (0.0, 0.0)
        return [_from(end, middle) for end in ends], plane

    def text(self, drawn: Object, page: Plane, depth: int) -> None:
        words = str(drawn.get("text") or "")[:MOST_POINTS]
        plane, _ = _plane(drawn, [], page)
        size = min(LARGEST_FONT, max(1.0, number(drawn.get("fontSize"), 16.0) * plane.scale))
        font, words = font_for(words, size)
        _, _, right, bottom = self.on.multiline_textbbox((0, 0), words, font=font)
        wide, high = math.ceil(max(right, 1)), math.ceil(max(bottom, 1))
        if wide * high > MOST_PIXELS * FINER * FINER:
            return
        ground = _colour(drawn.get("backgroundColor"), drawn) or (0, 0, 0, 0)
        self.work.take(10 * wide * high + POINT_WORK)
        written = Image.new("RGBA", (wide, high), ground)
        ImageDraw.Draw(written).multiline_text(
            (0, 0), words, font=font, fill=_colour(drawn.get("fill"), drawn) or BLACK
        )
        corner = (-number(drawn.get("width")) / 2, -number(drawn.get("height")) / 2)
        turned = written.rotate(-plane.angle, expand=True, resample=Image.Resampling.BICUBIC)
        angle = math.radians(plane.angle)
        x, y = plane.at(corner)
        middle_x = x + (wide * math.cos(angle) - high * math.sin(angle)) / 2
        middle_y = y + (wide * math.sin(angle) + high * math.cos(angle)) / 2
        left, top = round(middle_x - turned.width / 2), round(middle_y - turned.height / 2)
        if left < self.layer.width and top < self.layer.height and left + turned.width > 0 and top + turned.height > 0:
            self.layer.alpha_composite(turned, (max(0, left), max(0, top)), (max(0, -left), max(0, -top)))

    def group(self, drawn: Object, page: Plane, depth: int) -> None:
        plane, _ = _plane(drawn, [], page)
        for inner in drawn["objects"][:MOST_OBJECTS]:
            self.draw(inner, plane, depth + 1)

    # --- strokes ---

    def _shape(self, drawn: Object, points: Sequence[Point], plane: Plane, *, closed: bool) -> None:
        """What all outlines have: an inside, if it is filled, and a line around it."""
        kind = str(drawn["type"]).lower()
        on_page = [plane.at(point) for point in points[:MOST_POINTS]]
        fill = _colour(drawn.get("fill"), drawn)
        stroke = _colour(drawn.get("stroke"), drawn)
        if fill and len(on_page) > 2 and (closed or (kind not in LINE_LIKE) or stroke):
            self.work.take(sum(ROW_WORK * abs(one[1] - two[1]) for one, two in itertools.pairwise(on_page)))
            self.on.polygon(on_page, fill=fill)
        if stroke is None and (kind in LINE_LIKE and not (fill and closed)):
            stroke = fill or BLACK
        if stroke:
            self._line(on_page, number(drawn.get("strokeWidth"), 1.0) * plane.scale, stroke)

    def _line(self, points: Sequence[Point], width: float, colour: Colour) -> None:
        width = min(THICKEST, max(1.0, width))
        if len(points) > 1:
            self.work.take(sum(POINT_WORK + self._pixels(one, two, width) for one, two in itertools.pairwise(points)))
            self.on.line(list(points), fill=colour, width=round(width), joint="curve")
        for end in (points[0], points[-1]):
            self._dot(end, width, colour)

    def _tapered(self, start: Point, thick: float, end: Point, thin: float, colour: Colour) -> None:
        """A piece of a stroke that is as thick at its ends as it says."""
        along = math.dist(start, end)
        self.work.take(self._pixels(start, end, max(thick, thin)))
        if along:
            aside = ((start[1] - end[1]) / along / 2, (end[0] - start[0]) / along / 2)
            corners = [
                (point[0] + aside[0] * width * side, point[1] + aside[1] * width * side)
                for point, width, side in ((start, thick, 1), (end, thin, 1), (end, thin, -1), (start, thick, -1))
            ]
            self.on.polygon(corners, fill=colour)

    def _pixels(self, start: Point, end: Point, width: float) -> float:
        """At the most, of a piece of a stroke."""
        return min(math.dist(start, end) * width + width * width, float(self.layer.width * self.layer.height))

    def _dot(self, point: Point, width: float, colour: Colour) -> None:
        radius = min(THICKEST, max(1.0, width)) / 2
        if radius > 1:
            x, y = point
            self.on.ellipse((x - radius, y - radius, x + radius, y + radius), fill=colour)


Draws = Callable[[_Pen, Object, Plane, int], None]
DRAWS: dict[str, Draws] = {
    "path": _Pen.path,
    "psstroke": _Pen.pressed,
    "rect": _Pen.rect,
    "circle": _Pen.ellipse,
    "ellipse": _Pen.ellipse,
    "line": _Pen.line,
    "polyline": _Pen.polyline,
    "polygon": _Pen.polyline,
    "arrow": _Pen.arrow,
    "i-text": _Pen.text,
    "text": _Pen.text,
    "textbox": _Pen.text,
    "group": _Pen.group,
}


def _plane(drawn: Object, points: Sequence[Point], page: Plane) -> tuple[Plane, Point]:
    """Where an object lies, and the point of its own that is its middle."""
    box = _box(drawn, points)
    offset = drawn.get("pathOffset")
    middle = box_around(points).centre if points else (0.0, 0.0)
    if points and isinstance(offset, dict):
        middle = number(offset.get("x"), middle[0]), number(offset.get("y"), middle[1])
    return page.then(placed(drawn, box)), middle


def _box(drawn: Object, points: Sequence[Point]) -> Box:
    around = box_around(points) if points else Box(0.0, 0.0, 0.0, 0.0)
    return Box(
        number(drawn.get("left"), around.left),
        number(drawn.get("top"), around.top),
        number(drawn.get("width"), around.width),
        number(drawn.get("height"), around.height),
    )


def _from(point: Point, middle: Point) -> Point:
    return point[0] - middle[0], point[1] - middle[1]


def _line_colour(drawn: Object) -> Colour:
    return _colour(drawn.get("stroke"), drawn) or _colour(drawn.get("fill"), drawn) or BLACK


def _colour(text: Any, drawn: Object) -> Colour | None:
    """A colour with the opacity of its object; None for none."""
    if not isinstance(text, str) or text.strip().lower() in ("", "transparent", "none"):
        return None
    opacity = max(0.0, min(1.0, number(drawn.get("opacity"), 1.0)))
    if found := RGB.fullmatch(text.strip().lower()):
        red, green, blue = (min(255, round(float(value))) for value in found.groups()[:3])
        alpha = min(1.0, float(found[4])) if found[4] else 1.0
    else:
        red, green, blue, *rest = ImageColor.getrgb(text.strip())
        alpha = rest[0] / 255 if rest else 1.0
    return red, green, blue, round(255 * alpha * opacity)
