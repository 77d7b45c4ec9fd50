"""The pictures of the demo, drawn by code: `python -m kitsulite.areas.demo.scenes FOLDER` makes those that its input names.

It is a program of its own, so that a server never loads what draws.
"""

import json
import math
import random
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from PIL import Image, ImageDraw, ImageFilter, ImageOps

Colour = tuple[int, int, int]
Point = tuple[float, float]

SIZE = WIDTH, HEIGHT = 640, 360
FINER = 2
NIGHT: tuple[Colour, Colour] = (18, 24, 58), (120, 98, 150)
DAWN: tuple[Colour, Colour] = (44, 82, 112), (246, 190, 150)
PAPER: tuple[Colour, Colour] = (236, 232, 222), (206, 200, 190)
SNOW: Colour = (228, 234, 246)
FUR: Colour = (214, 98, 40)
INK: Colour = (30, 28, 44)
GLOW: Colour = (255, 206, 120)
CLAY = "#3a3a46", "#dcdae4"
"""From the darkest to the lightest of a picture in which there is no colour yet."""
CLOSE = 0.5
"""How much of the picture a single thing gets around its middle."""


class Stage:
    """What is drawn on, in shares of its width and height; `time` in seconds moves what moves."""

    def __init__(self, things: Sequence[str], sky: tuple[Colour, Colour], time: float) -> None:
        self.things = things
        ramp = Image.linear_gradient("L").resize((WIDTH * FINER, HEIGHT * FINER))
        self.picture = ImageOps.colorize(ramp, sky[0], sky[1])
        self.pen = ImageDraw.Draw(self.picture)
        self.time = time

    def area(self, points: Sequence[Point], colour: Colour) -> None:
        self.pen.polygon([self._at(point) for point in points], fill=colour)

    def disc(self, middle: Point, radius: float, colour: Colour, *, flat: float = 1) -> None:
        """A disc; `radius` is a share of the height."""
        x, y = self._at(middle)
        reach = radius * HEIGHT * FINER
        self.pen.ellipse((x - reach, y - reach * flat, x + reach, y + reach * flat), fill=colour)

    def stroke(self, points: Sequence[Point], colour: Colour, width: float) -> None:
        self.pen.line([self._at(point) for point in points], fill=colour, width=round(width * HEIGHT * FINER))

    def light(self, middle: Point, radius: float, colour: Colour) -> None:
        """A glow around a point."""
        small = self.picture.width // 8, self.picture.height // 8
        mask = Image.new("L", small)
        x, y, reach = middle[0] * small[0], middle[1] * small[1], radius * small[1]
        ImageDraw.Draw(mask).ellipse((x - reach, y - reach, x + reach, y + reach), fill=150)
        mask = mask.filter(ImageFilter.GaussianBlur(reach / 2)).resize(self.picture.size)
        self.picture.paste(Image.new("RGB", self.picture.size, colour), mask=mask)
        self.pen = ImageDraw.Draw(self.picture)

    def done(self, middle: Point | None) -> Image.Image:
        """The picture, or what is around a point of it."""
        if middle:
            left, top = (max(0.0, min(1 - CLOSE, at - CLOSE / 2)) for at in middle)
            self.picture = self.picture.crop((*self._box(left, top), *self._box(left + CLOSE, top + CLOSE)))
        return self.picture.resize(SIZE, Image.Resampling.BOX)

    def _box(self, left: float, top: float) -> tuple[int, int]:
        return round(left * WIDTH * FINER), round(top * HEIGHT * FINER)

    def _at(self, point: Point) -> Point:
        return point[0] * WIDTH * FINER, point[1] * HEIGHT * FINER


def _hill(stage: Stage, height: float, waves: float, colour: Colour) -> None:
    steps = [step / 24 for step in range(25)]
    ridge = [(x, height + 0.03 * math.sin(waves * x + height * 40)) for x in steps]
    stage.area([(0, 1), *ridge, (1, 1)], colour)


def forest(stage: Stage) -> None:
    stage.disc((0.78, 0.2), 0.07, (250, 244, 226))
    stage.light((0.78, 0.2), 0.24, (250, 244, 226))
    _hill(stage, 0.58, 5, (150, 160, 196))
    chance = random.Random(7)  # the same trees each time
    for _ in range(26):
        x, size = chance.random(), chance.uniform(0.12, 0.3)
        shade = round(28 + 60 * (0.3 - size))
        for tier in range(3):
            top, wide = 0.66 - size + tier * size * 0.28, size * (0.11 + 0.05 * tier)
            stage.area(
                [(x, top), (x - wide, top + size * 0.42), (x + wide, top + size * 0.42)], (shade, shade + 14, 56)
            )
    _hill(stage, 0.7, 7, SNOW)


def snow(stage: Stage) -> None:
    chance = random.Random(3)
    for _ in range(170):
        x, start, speed = chance.random(), chance.random(), chance.uniform(0.06, 0.16)
        sway = 0.01 * math.sin(stage.time * 2 + x * 30)
        stage.disc((x + sway, (start + speed * stage.time) % 1), chance.uniform(0.002, 0.007), (255, 255, 255))


def fox(stage: Stage) -> None:
    rows = "Rowing Boat" in stage.things
    pace = 0 if rows else stage.time
    x, y = (0.51, 0.665) if rows else (0.3 + 0.07 * pace, 0.76 - 0.015 * abs(math.sin(pace * 5)))
    tail = [(x - 0.05, y - 0.02), (x - 0.09, y - 0.07), (x - 0.15, y - 0.09), (x - 0.2, y - 0.06)]
    stage.area([*tail, (x - 0.18, y), (x - 0.12, y + 0.02), (x - 0.05, y + 0.02)], FUR)
    stage.area([(x - 0.17, y - 0.08), (x - 0.225, y - 0.07), (x - 0.18, y)], SNOW)
    stage.disc((x, y), 0.09, FUR, flat=0.62)
    for leg in (-0.035, -0.015, 0.025, 0.04):
        swing = 0.012 * math.sin(pace * 10 + leg * 90)
        stage.stroke([(x + leg, y + 0.02), (x + leg + swing, y + 0.12)], INK, 0.018)
    head = x + 0.065, y - 0.08
    stage.area([(head[0] - 0.03, head[1] - 0.02), (head[0] - 0.022, head[1] - 0.11), (head[0], head[1] - 0.04)], FUR)
    stage.area([(head[0] + 0.004, head[1] - 0.03), (head[0] + 0.022, head[1] - 0.11), (head[0] + 0.03, head[1])], FUR)
    stage.disc(head, 0.052, FUR)
    stage.area([(head[0] + 0.015, head[1] - 0.02), (head[0] + 0.065, head[1] + 0.03), (head[0], head[1] + 0.045)], SNOW)
    stage.disc((head[0] + 0.063, head[1] + 0.03), 0.01, INK)
    stage.disc((head[0] + 0.012, head[1] - 0.012), 0.008, INK)


def lantern(stage: Stage) -> None:
    x, y = 0.64 + 0.008 * math.sin(stage.time * 3), 0.68
    stage.light((x, y), 0.2 + 0.015 * math.sin(stage.time * 9), GLOW)
    stage.stroke([(0.64, y - 0.16), (x, y - 0.07)], INK, 0.008)
    stage.area([(x - 0.02, y - 0.07), (x + 0.02, y - 0.07), (x + 0.03, y - 0.045), (x - 0.03, y - 0.045)], INK)
    stage.area([(x - 0.025, y - 0.045), (x + 0.025, y - 0.045), (x + 0.025, y + 0.06), (x - 0.025, y + 0.06)], GLOW)
    stage.disc((x, y + 0.015), 0.025, (255, 246, 214), flat=1.5)
    for side in (-0.025, 0, 0.025):
        stage.stroke([(x + side, y - 0.05), (x + side, y + 0.06)], INK, 0.006)
    stage.area([(x - 0.032, y + 0.06), (x + 0.032, y + 0.06), (x + 0.026, y + 0.085), (x - 0.026, y + 0.085)], INK)


def boat(stage: Stage) -> None:
    stage.area([(0, 0.7), (1, 0.7), (1, 1), (0, 1)], (74, 112, 140))
    y = 0.74 + 0.008 * math.sin(stage.time * 2)
    stage.area([(0.4, y), (0.9, y), (0.84, y + 0.13), (0.47, y + 0.13)], (92, 58, 42))
    stage.stroke([(0.39, y), (0.91, y)], (130, 86, 58), 0.02)
    stage.stroke([(0.6, y - 0.1), (0.36, y + 0.18)], (150, 110, 76), 0.014)
    for row in range(4):
        start = 0.1 + 0.2 * row + 0.02 * math.sin(stage.time + row)
        stage.stroke([(start, 0.91 + 0.02 * (row % 2)), (start + 0.1, 0.91 + 0.02 * (row % 2))], (140, 176, 196), 0.005)


def woman(stage: Stage) -> None:
    x, y = 0.71, 0.46 + 0.006 * math.sin(stage.time * 2)
    stage.area([(x - 0.028, y), (x + 0.028, y), (x + 0.07, y + 0.3), (x - 0.07, y + 0.3)], (96, 44, 66))
    stage.disc((x, y - 0.06), 0.075, (120, 60, 84))
    stage.disc((x - 0.012, y - 0.05), 0.05, (236, 198, 170))
    stage.disc((x - 0.025, y - 0.055), 0.007, INK)
    stage.stroke([(x - 0.02, y + 0.07), (x - 0.08, y + 0.16)], (120, 60, 84), 0.035)


THINGS: dict[str, tuple[Callable[[Stage], None], Point | None]] = {
    "Winter Forest": (forest, None),
    "Old Woman": (woman, (0.7, 0.58)),
    "Fox": (fox, (0.29, 0.74)),
    "Rowing Boat": (boat, (0.65, 0.75)),
    "Lantern": (lantern, (0.64, 0.66)),
    "Snow": (snow, None),
}
"""From the back to the front, with the middle of what has one."""
SKIES = {"night": NIGHT, "dawn": DAWN, "paper": PAPER}


def draw(things: Sequence[str], sky: str, time: float = 0, *, coloured: bool = True) -> Image.Image:
    """What is seen of things at a moment; a single one from near."""
    middle = THINGS[things[0]][1] if len(things) == 1 and sky == "paper" else None
    stage = Stage(things, NIGHT if sky == "paper" and middle is None else SKIES[sky], time)
    if sky != "paper" and "Winter Forest" not in things:
        _hill(stage, 0.72, 6, SNOW)
    for name, (put, _) in THINGS.items():
        if name in things:
            put(stage)
    picture = stage.done(middle)
    return picture if coloured else ImageOps.colorize(ImageOps.grayscale(picture), *CLAY)


def main(folder: Path) -> None:
    """Draw what the standard input says: `{"name", "things", "sky", "coloured", "moments"}`, a file each moment."""
    for wanted in json.load(sys.stdin):
        for number, moment in enumerate(wanted["moments"]):
            picture = draw(wanted["things"], wanted["sky"], moment, coloured=wanted["coloured"])
            picture.save(folder / f"{wanted['name']}.{number:04}.png", compress_level=1)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
