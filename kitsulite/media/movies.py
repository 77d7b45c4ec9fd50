"""Movies: what is in a file, and what reviews need of it: two encodings, frames, a sheet of tiles (docs/api/previews.md)."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from kitsulite.media.ffmpeg import BadMovie, Deadline, call, reading, run

Size = tuple[int, int]

COLUMNS, CELL_HEIGHT, MOST_ROWS = 8, 100, 480
"""Of a sheet of tiles."""
EXACT_RATES = {"23.98": Fraction(24000, 1001), "29.97": Fraction(30000, 1001), "59.94": Fraction(60000, 1001)}
"""Rates that ffmpeg writes rounded."""
SQUARE_PIXELS = r"scale=trunc(iw*sar/2+0.5)*2:trunc(ih/2)*2,setsar=1"
HAIR = 0.001
"""Seconds by which a frame is asked for too early, as its time may have been rounded down in the file."""

DURATION = re.compile(r"Duration: (\d+):(\d\d):(\d\d\.\d+)")
STREAM = re.compile(r"^\s*Stream #0:\d+.*?: (Video|Audio): (.*)$", re.MULTILINE)
RASTER = re.compile(r"\b(\d{2,5})x(\d{2,5})\b")
SAR = re.compile(r"SAR (\d+):(\d+)")
RATE = re.compile(r"([\d.]+) (?:fps|tbr)")
ROTATION = re.compile(r"rotation of (-?\d+(?:\.\d+)?) degrees")
TIME_BASE = re.compile(r"^#tb 0: (\d+)/(\d+)", re.MULTILINE)
PACKET = re.compile(r"^0, *-?\d+, *(-?\d+), *(\d+),", re.MULTILINE)
"""When a packet is shown, and for how long."""


@dataclass(frozen=True)
class Movie:
    """What is in a file.

    width, height   pixels, turned as it is shown
    pixel           how much wider than high a pixel is
    rate            frames a second
    duration        seconds
    """

    width: int
    height: int
    pixel: Fraction
    rate: Fraction
    duration: float
    has_audio: bool

    @property
    def shown_as(self) -> Fraction:
        """How much wider than high the picture is shown."""
        return Fraction(self.width, self.height) * self.pixel


def look_at(path: Path, deadline: Deadline) -> Movie:
    """What is in a file; BadMovie when there is no picture that moves."""
    _, _, said = call(reading(path), deadline)
    streams = STREAM.findall(said)
    video = next((text for kind, text in streams if kind == "Video" and "attached pic" not in text), None)
    raster = RASTER.search(video or "")
    if video is None or raster is None:
        raise BadMovie("There is no movie in this file.")
    width, height = int(raster[1]), int(raster[2])
    if (turned := ROTATION.search(said)) and round(float(turned[1])) % 180:
        width, height = height, width
    pixel = SAR.search(video)
    rate = RATE.search(video)
    a_second = (EXACT_RATES.get(rate[1]) or Fraction(rate[1])) if rate else Fraction(0)
    a_second = a_second or Fraction(25)
    found = DURATION.search(said)
    return Movie(
        width=width,
        height=height,
        pixel=Fraction(int(pixel[1]), int(pixel[2])) if pixel and int(pixel[1]) and int(pixel[2]) else Fraction(1),
        rate=a_second,
        duration=_seconds(*found.groups()) if found else pictured(path, a_second, deadline),
        has_audio=any(kind == "Audio" for kind, _ in streams),
    )


def _seconds(hours: str, minutes: str, seconds: str) -> float:
    return int(hours) * 3600 + int(minutes) * 60 + float(seconds)


def pictured(path: Path, rate: Fraction, deadline: Deadline) -> float:
    """Seconds from the first picture of a movie to the end of its last, whatever its sound and its container say.

    The times of its packets tell. What ffmpeg says of its own progress does not: some releases count to the last packet in
    the order of decoding, others without its length.
    """
    listed = run([*reading(path), "-map", "0:v:0", "-c", "copy", "-f", "framecrc", "-"], deadline).decode()
    base, packets = TIME_BASE.search(listed), PACKET.findall(listed)
    if base is None or not packets:
        return 0.0
    tick = Fraction(int(base[1]), int(base[2]))
    starts = [int(start) for start, _ in packets]
    ends = (int(start) * tick + (int(length) * tick or 1 / rate) for start, length in packets)
    return float(max(ends) - min(starts) * tick)


@dataclass(frozen=True)
class Encoding:
    """A movie that is to be made.

    rate      Mbit a second
    """

    path: Path
    size: Size
    rate: int


MOST = 2000
"""Mbit that x264 can count, of a rate and of a buffer alike."""


@dataclass(frozen=True)
class Manner:
    """How movies are encoded.

    frame_rate  frames a second, as ffmpeg reads them
    preset      of x264: how long it looks for what makes a movie smaller
    buffer      how many seconds of a movie a player holds at the most, within which its rate may vary
    """

    frame_rate: str
    preset: str
    buffer: float


def encode(source: Path, movie: Movie, wanted: Iterable[Encoding], manner: Manner, deadline: Deadline) -> None:
    """Make movies that every browser plays and can stop at any frame: H.264 and AAC, each of exactly its size.

    The picture keeps its form, with black bars where that leaves room; what is silent gets a track without sound.
    """
    arguments = [*reading(source), *([] if movie.has_audio else silence(movie))]
    for encoding in wanted:
        arguments += ["-map", "0:v:0", "-map", "0:a:0" if movie.has_audio else "1:a:0"]
        arguments += ["-vf", fitting(encoding.size, manner.frame_rate)]
        rate, buffer = f"{min(encoding.rate, MOST)}M", f"{min(encoding.rate * manner.buffer, MOST):g}M"
        arguments += ["-c:v", "libx264", "-preset", manner.preset, "-b:v", rate, "-maxrate", rate, "-bufsize", buffer]
        arguments += ["-g", "2", "-keyint_min", "1", "-sc_threshold", "0"]
        arguments += ["-c:a", "aac", "-ac", "2", "-map_metadata", "-1", "-movflags", "+faststart", "-f", "mp4"]
        arguments.append(str(encoding.path))
    run(arguments, deadline)


def silence(movie: Movie) -> list[str]:
    """The arguments that open a track without sound for a movie."""
    return ["-f", "lavfi", "-t", f"{movie.duration:.6f}", "-i", "anullsrc=channel_layout=stereo:sample_rate=48000"]


def fitting(size: Size, frame_rate: str) -> str:
    """The filters that make a picture exactly of this size, with black bars where its form leaves room."""
    width, height = size
    fitted = f"scale={width}:{height}:force_original_aspect_ratio=decrease:force_divisible_by=2"
    centred = f"pad={width}:{height}:(ow-iw)/2:(oh-ih)/2:black"
    return f"{SQUARE_PIXELS},{fitted},{centred},setsar=1,fps={frame_rate},format=yuv420p"


def frame_at(path: Path, seconds: float, target: Path, deadline: Deadline) -> None:
    """Write the frame that is shown at a moment as a PNG with square pixels; BadMovie past the end."""
    at = f"{max(0.0, seconds - HAIR):.6f}"
    shot = ["-map", "0:v:0", "-frames:v", "1", "-vf", SQUARE_PIXELS, "-c:v", "png", "-f", "image2", "-update", "1"]
    run(["-ss", at, *reading(path), *shot, str(target)], deadline)
    if not target.exists() or not target.stat().st_size:
        raise BadMovie("The movie has no frame at this moment.")


def tile_sheet(path: Path, movie: Movie, target: Path, deadline: Deadline) -> None:
    """Write all frames of a movie side by side as one PNG: eight in a row, each 100 pixels high."""
    frames = max(1, int(movie.duration * movie.rate))
    rows = min(-(-frames // COLUMNS), MOST_ROWS)
    step = max(1, -(-frames // (COLUMNS * MOST_ROWS)))
    width = -(-CELL_HEIGHT * movie.shown_as.numerator // movie.shown_as.denominator)
    chosen = rf"select=not(mod(n\,{step}))"
    tiles = f"{chosen},scale={width}:{CELL_HEIGHT},setsar=1,tile={COLUMNS}x{rows}"
    sheet = [
        "-map",
        "0:v:0",
        "-vf",
        tiles,
        "-frames:v",
        "1",
        "-fps_mode",
        "passthrough",
        "-f",
        "image2",
        "-update",
        "1",
    ]
    run([*reading(path), *sheet, "-c:v", "png", str(target)], deadline)


def even(number: float) -> int:
    """A whole number of pixels that encoders take: an odd one is one more."""
    whole = int(number)
    return whole + whole % 2
