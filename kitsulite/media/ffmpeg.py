"""Running ffmpeg: the one on PATH, else the one that comes with `imageio-ffmpeg` (`kitsulite[video]`).

What people send in is opened as what it claims to be and nothing else: a text that names other files or addresses, which
ffmpeg would follow, is refused.
"""

import errno
import os
import shutil
import signal
import subprocess
import time
from pathlib import Path

UPLOADED = "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,asf,mpegts"
"""The containers that are read."""
LAST_WORDS = 500
"""Characters of what ffmpeg said that are kept when it fails."""
ENDING, ENDED = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP), 255
"""What a server that stops sends, perhaps to all that it started; and the status of ffmpeg when it ends by that in good order."""


class BadMovie(Exception):
    """No movie, or one that ffmpeg cannot read."""


class Stopped(RuntimeError):
    """ffmpeg was ended from outside, as when the server stops. It says nothing of the movie, which can be tried again."""


class NoFfmpeg(BadMovie):
    """There is no ffmpeg on this machine."""


class TookTooLong(BadMovie):
    """The time for a piece of work has run out."""


class Deadline:
    """The moment at which a piece of work is given up, however many programs it takes."""

    def __init__(self, seconds: float) -> None:
        self.at = time.monotonic() + seconds

    @property
    def left(self) -> float:
        return max(0.0, self.at - time.monotonic())


def find() -> str:
    """Where ffmpeg is; NoFfmpeg."""
    if path := shutil.which("ffmpeg"):
        return path
    try:
        from imageio_ffmpeg import get_ffmpeg_exe

        return str(get_ffmpeg_exe())
    except (ImportError, RuntimeError):
        raise NoFfmpeg("Movies need ffmpeg: install it, or pip install 'kitsulite[video]'.") from None


def reading(path: Path) -> list[str]:
    """The arguments that open a file that came from outside."""
    return ["-protocol_whitelist", "file", "-format_whitelist", UPLOADED, "-i", f"file:{path.absolute()}"]


def run(arguments: list[str], deadline: Deadline) -> bytes:
    """Have ffmpeg do something; what it wrote to its standard output. BadMovie with its last words when it fails; OSError
    when the disk is full, and Stopped, which are no fault of the movie."""
    status, output, said = call(["-loglevel", "error", "-y", *arguments], deadline)
    if status:
        if -status in ENDING or (status == ENDED and not said.strip()):
            raise Stopped(f"ffmpeg was stopped (status {status})")
        if os.strerror(errno.ENOSPC) in said:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        raise BadMovie(said.strip()[-LAST_WORDS:] or f"ffmpeg ended with status {status}")
    return output


def call(arguments: list[str], deadline: Deadline) -> tuple[int, bytes, str]:
    """Run ffmpeg: its status, what it wrote and what it said. It ends with the deadline, even when we are gone by then."""
    limit = ["-timelimit", str(int(deadline.left) + 1)]
    process = subprocess.Popen(
        [find(), "-hide_banner", "-nostdin", *limit, *arguments],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    try:
        output, said = process.communicate(timeout=deadline.left)
    except subprocess.TimeoutExpired:
        raise TookTooLong("The work on this movie took too long and was given up.") from None
    finally:
        if process.poll() is None:
            process.kill()
            process.communicate()
    return process.returncode, output, said.decode("utf-8", "replace")
