"""Planes, boxes and curves: what drawing needs of geometry."""

import itertools
import math
import re
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

Point = tuple[float, float]

FARTHEST = 1e5
"""How far from the origin a point can be; farther ones are brought back."""
STEPS = 16
"""Lines that a curve is made of."""
COMMAND = re.compile(r"([MLQCZ])([^MLQCZ]*)", re.IGNORECASE)
NUMBER = re.compile(r"[-+]?(?:\d*\.\d+|\d+\.?)(?:[eE][-+]?\d+)?")
TAKES = {"M": 2, "L": 2, "Q": 4, "C": 6, "Z": 0}


def number(value: Any, default: float = 0.0) -> float:
    """A number, within what can be drawn; ValueError for what is none."""
    if value is None:
        return default
    found = float(value)
    if math.isnan(found):
        raise ValueError("not a number")
    return max(-FARTHEST, min(FARTHEST, found))


class Plane(NamedTuple):
    """An affine map: where a point of an object lies on the picture."""

    a: float = 1.0
    b: float = 0.0
    c: float = 0.0
    d: float = 1.0
    e: float = 0.0
    f: float = 0.0

    def at(self, point: Point) -> Point:
        """Where a point lies."""
        x, y = point
        return number(self.a * x + self.c * y + self.e), number(self.b * x + self.d * y + self.f)

    def then(self, inner: "Plane") -> "Plane":
        """The map of what lies on an object that lies here."""
        return Plane(
            self.a * inner.a + self.c * inner.b,
            self.b * inner.a + self.d * inner.b,
            self.a * inner.c + self.c * inner.d,
            self.b * inner.c + self.d * inner.d,
            self.a * inner.e + self.c * inner.f + self.e,
            self.b * inner.e + self.d * inner.f + self.f,
        )

    @property
    def scale(self) -> float:
        """How much thicker lines become."""
        return math.sqrt(abs(self.a * self.d - self.b * self.c)) or 1.0

    @property
    def angle(self) -> float:
        """Degrees by which things are turned, clockwise."""
        return math.degrees(math.atan2(self.b, self.a))


class Box(NamedTuple):
    left: float
    top: float
    width: float
    height: float

    @property
    def centre(self) -> Point:
        return self.left + self.width / 2, self.top + self.height / 2


def box_around(points: Sequence[Point]) -> Box:
    xs, ys = [x for x, _ in points], [y for _, y in points]
    return Box(min(xs), min(ys), max(xs) - min(xs), max(ys) - min(ys))


def placed(shape: dict[str, Any], box: Box) -> Plane:
    """The map of an object whose box stands where it says: scaled, turned, its corner (or its middle) at `left`, `top`.

    What lies in it counts from the middle of the box.
    """
    angle = math.radians(number(shape.get("angle")))
    scale_x, scale_y = number(shape.get("scaleX"), 1.0), number(shape.get("scaleY"), 1.0)
    if shape.get("flipX"):
        scale_x = -scale_x
    if shape.get("flipY"):
        scale_y = -scale_y
    cos, sin = math.cos(angle), math.sin(angle)
    aside = (
        {"left": 0.5, "center": 0.0, "right": -0.5}.get(shape.get("originX") or "left", 0.5) * box.width * abs(scale_x)
    )
    below = (
        {"top": 0.5, "center": 0.0, "bottom": -0.5}.get(shape.get("originY") or "top", 0.5) * box.height * abs(scale_y)
    )
    left, top = number(shape.get("left"), box.left), number(shape.get("top"), box.top)
    return Plane(
        cos * scale_x,
        sin * scale_x,
        -sin * scale_y,
        cos * scale_y,
        left + cos * aside - sin * below,
        top + sin * aside + cos * below,
    )


def outlines(path: Any) -> list[list[Point]]:
    """The lines of a path, given as commands or as text; each curve in short straight pieces."""
    lines: list[list[Point]] = []
    for command, values in _commands(path):
        if command == "M":
            lines.append([(values[0], values[1])])
        elif not lines:
            raise ValueError("a path begins with M")
        elif command == "Z":
            lines[-1].append(lines[-1][0])
        elif command == "L":
            lines[-1].append((values[0], values[1]))
        else:
            given = [lines[-1][-1], *zip(values[::2], values[1::2], strict=True)]
            lines[-1] += [_on_curve(given, step / STEPS) for step in range(1, STEPS + 1)]
    return lines


def _commands(path: Any) -> Iterator[tuple[str, list[float]]]:
    if isinstance(path, str):
        path = [[letter, *NUMBER.findall(rest)] for letter, rest in COMMAND.findall(path)]
    for item in path:
        command, takes = str(item[0]).upper(), TAKES[str(item[0]).upper()]
        values = [number(value) for value in item[1:]]
        if not takes:
            yield command, []
        for at in range(0, len(values) if takes else 0, takes or 1):
            if at + takes <= len(values):
                yield ("L" if command == "M" and at else command), values[at : at + takes]


def _on_curve(points: Sequence[Point], at: float) -> Point:
    """De Casteljau's construction."""
    while len(points) > 1:
        points = [
            (one[0] + (two[0] - one[0]) * at, one[1] + (two[1] - one[1]) * at)
            for one, two in itertools.pairwise(points)
        ]
    return points[0]


def round_outline(rx: float, ry: float) -> list[Point]:
    """An ellipse around the origin."""
    turns = [2 * math.pi * step / 96 for step in range(97)]
    return [(rx * math.cos(turn), ry * math.sin(turn)) for turn in turns]
