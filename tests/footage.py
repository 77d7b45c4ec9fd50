"""Pictures and movies for tests, made on the spot."""

import functools
import io
import subprocess
import tempfile
from pathlib import Path

from PIL import Image

from kitsulite.media import ffmpeg
from kitsulite.media.movies import Movie, look_at


def picture(size: tuple[int, int] = (180, 101), *, mode: str = "RGB", form: str = "PNG", **options: object) -> bytes:
    """A picture whose left half is red and whose right half is blue."""
    image = Image.new("RGB", size, "red")
    image.paste("blue", (size[0] // 2, 0, *size))
    buffer = io.BytesIO()
    image.convert(mode).save(buffer, form, **options)
    return buffer.getvalue()


def opened(content: bytes) -> Image.Image:
    return Image.open(io.BytesIO(content))


@functools.cache
def movie(
    ending: str = "mp4", *, seconds: float = 0.4, size: str = "64x48", sound: bool = False, options: str = ""
) -> bytes:
    """A short movie of 25 frames a second."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"movie.{ending}"
        tone = ["-f", "lavfi", "-t", str(seconds), "-i", "sine"] if sound else []
        drawn = ["-f", "lavfi", "-i", f"testsrc=size={size}:rate=25:duration={seconds}"]
        command = [
            ffmpeg.find(),
            "-loglevel",
            "error",
            *drawn,
            *tone,
            *options.split(),
            "-pix_fmt",
            "yuv420p",
            str(path),
        ]
        subprocess.run(command, check=True, stdin=subprocess.DEVNULL)
        return path.read_bytes()


def facts(content: bytes) -> Movie:
    """What is in a movie."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "movie"
        path.write_bytes(content)
        return look_at(path, ffmpeg.Deadline(60))
