"""Joining movies one after another into one (docs/api/playlists.md).

Movies that agree in everything are joined as they are, which takes as long as copying them. Else each is encoded anew to the
same measure, one at a time so that a hundred need no more memory than one, and then they agree.
"""

import re
from collections.abc import Callable, Sequence
from pathlib import Path

from kitsulite.media.ffmpeg import UPLOADED, BadMovie, Deadline, reading, run
from kitsulite.media.movies import Movie, Size, even, fitting, look_at, pictured, silence

NOT_OF_THE_MOVIE = ("#format", "#version", "#hash", "#software", "#stream")
"""Lines at the head of a list of frames that say something of the list, or of who wrote it."""
LONGER_SOUND = 0.1
"""Seconds by which sound that ends after the pictures is meant to: more than what its packets bring along."""
KINDS = re.compile(r"^#media_type \d+: (\w+)", re.MULTILINE)


def join_movies(
    paths: Sequence[Path],
    target: Path,
    folder: Path,
    deadline: Deadline,
    *,
    size: Size | None = None,
    always: bool = False,
    on_progress: Callable[[float], None] = lambda part: None,
) -> None:
    """Join movies into an MP4 with sound; BadMovie when there is none, or one that cannot be read.

    folder  for what is needed on the way
    size    how large movies that are encoded anew are to be; None for as large as the first
    always  whether all have to be of that size, also when they would agree as they are
    on_progress  is told how much is done, from 0 to 1, whenever a movie is
    """
    if not paths:
        raise BadMovie("There is no movie to join.")
    first = look_at(paths[0], deadline)
    if not _agree(paths, first, size if always else None, deadline):
        measure = size or (even(first.width), even(first.height))
        measured = []
        for number, path in enumerate(paths):
            measured.append(_measured(path, folder / f"{number}.mp4", measure, f"{float(first.rate):.3f}", deadline))
            on_progress(len(measured) / (len(paths) + 1))
        paths = measured
    _append(paths, target, folder / "movies.txt", deadline)


def _agree(paths: Sequence[Path], first: Movie, size: Size | None, deadline: Deadline) -> bool:
    """Whether movies can be joined as they are: a picture and a sound each, of one form."""
    if size not in (None, (first.width, first.height)):
        return False
    form = _form(paths[0], deadline)
    return KINDS.findall(form) == ["video", "audio"] and all(_form(path, deadline) == form for path in paths[1:])


def _form(path: Path, deadline: Deadline) -> str:
    """What is true of all frames of a movie, down to the parameters that its decoders start with."""
    frames = run([*reading(path), "-map", "0", "-c", "copy", "-t", "0.001", "-f", "framehash", "-"], deadline).decode()
    lines = (line for line in frames.splitlines() if line.startswith("#") and not line.startswith(NOT_OF_THE_MOVIE))
    movie = look_at(path, deadline)
    return "\n".join((f"shown as {movie.width}x{movie.height}", *lines))


def _measured(source: Path, target: Path, size: Size, frame_rate: str, deadline: Deadline) -> Path:
    """A movie as all are to be, with sound even when it had none."""
    movie = look_at(source, deadline)
    arguments = [*reading(source), *([] if movie.has_audio else silence(movie))]
    arguments += ["-map", "0:v:0", "-map", "0:a:0" if movie.has_audio else "1:a:0"]
    arguments += ["-vf", fitting(size, frame_rate)]
    arguments += ["-c:v", "libx264", "-preset", "veryfast", "-crf", "18", "-video_track_timescale", "90000"]
    arguments += ["-c:a", "aac", "-ac", "2", "-ar", "48000", "-map_metadata", "-1", "-f", "mp4", str(target)]
    run(arguments, deadline)
    return target


def _append(paths: Sequence[Path], target: Path, listing: Path, deadline: Deadline) -> None:
    listing.write_text("".join(_listed(path, deadline) for path in paths), encoding="utf-8")
    opened = ["-protocol_whitelist", "file", "-format_whitelist", f"concat,{UPLOADED}", "-f", "concat", "-safe", "0"]
    copied = ["-map", "0:v:0", "-map", "0:a:0", "-c", "copy", "-map_metadata", "-1", "-movflags", "+faststart"]
    run([*opened, "-i", str(listing), *copied, "-f", "mp4", str(target)], deadline)


def _listed(path: Path, deadline: Deadline) -> str:
    """A movie in the list of those to append, with its length.

    Sound ends a moment after the pictures, since it comes in packets of its own length, and some releases of ffmpeg count
    that as the movie's. The next movie starts where the pictures end, else those of the whole are no longer evenly spaced.
    """
    movie = look_at(path, deadline)
    seconds = pictured(path, movie.rate, deadline)
    if movie.duration - seconds > LONGER_SOUND:
        seconds = movie.duration
    quoted = str(path.absolute()).replace("'", r"'\''")
    return f"file '{quoted}'\nduration {seconds:.6f}\n"
