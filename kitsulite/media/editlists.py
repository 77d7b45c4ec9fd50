"""Edit lists, as editors' programs write them: which clip stands where in a cut (`kitsulite[otio]`).

They are read by OpenTimelineIO in a process of its own, `python -m kitsulite.media.editlists`, with bounds on its memory and its
time: its parsers are written for files that one trusts.
"""

import json
import math
import os
import re
import resource
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any, NamedTuple

from kitsulite.media.programs import environment, program

FORMATS = ("edl", "otio", "otioz", "xml")
ADAPTERS = {"edl": "cmx_3600", "otio": "otio_json", "otioz": "otio_json", "xml": "fcp_xml"}
MEMORY = 1024**3
SECONDS = 60
LARGEST = 200 * 1024**2
"""Bytes of what is read, once it is unpacked."""
MOST_CLIPS = 100_000
MOST_FRAMES = 2**31 - 1
LONGEST_WORDS = 200
"""Letters of what a parser says of a file that it cannot read."""

BROADCAST = (24000 / 1001, 30000 / 1001, 60000 / 1001)
NEAR = 0.02
"""By how much 23.98 and the like are off."""

TIME = r"\d+(?:[:;.,]\d\d){3}|\d+"
EVENT = re.compile(rf"(\d+)\s+(.*?)\s+(\S+)\s+([A-Z]\w*)\s+(?:(\d+)\s+)?({TIME})\s+({TIME})\s+({TIME})\s+({TIME})$")
COMMENT = re.compile(r"\*?\s*(FROM CLIP NAME|FROM CLIP|FROM FILE|TO CLIP NAME|SOURCE FILE)\s*(?::|IS)?\s*(.*)", re.I)
NO_REELS = ("AX", "BL", "BLACK", "BARS")
SPARED = ("TITLE:", "FCM")


class BadList(ValueError):
    """A file that cannot be read as an edit list, or not as this one; the message says why."""


class Cut(NamedTuple):
    """A use of a clip.

    number  which one it is in the list, from 1
    name    of the clip, without extension; "" when the list knows none
    first, last  its frames in the track, from 0, both being in it; None where they are not known
    frames  how many of the source it shows
    """

    number: int
    name: str
    first: int | None
    last: int | None
    frames: int | None


def snapped(fps: float) -> float:
    """A rate as it is meant: 23.976 is 24000/1001."""
    return next((rate for rate in BROADCAST if abs(rate - fps) < NEAR and fps != round(fps)), fps)


def read_cuts(path: Path, kind: str, fps: float) -> list[Cut]:
    """The cuts of the video tracks of a file, in their order; BadList.

    kind  one of FORMATS
    fps   frames a second of the list; of one that says another speed itself the message says so
    """
    command = program(__name__, str(path), kind, repr(snapped(fps)))
    try:
        done = subprocess.run(command, capture_output=True, timeout=SECONDS, env=environment(), check=False)
    except subprocess.TimeoutExpired:
        raise BadList("it takes too long to read") from None
    if done.returncode:
        raise BadList("it takes too much memory to read, or breaks what reads it")
    answer = json.loads(done.stdout)
    if "bad" in answer:
        raise BadList(answer["bad"])
    return [Cut(*cut) for cut in answer["cuts"]]


# --- in the process of its own ---


def main(path: str, kind: str, rate: str) -> None:
    """Read a file and print its cuts."""
    if sys.platform == "linux":  # elsewhere the limit is not kept, or cannot be set
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # whatever a library prints is no answer
    try:
        answer: dict[str, Any] = {"cuts": _read(Path(path), kind, float(rate))}
    except MemoryError:
        answer = {"bad": "it takes too much memory to read"}
    except ImportError:
        answer = {"bad": "this server cannot read edit lists: install kitsulite[otio] on it"}
    except BadList as problem:
        answer = {"bad": str(problem)}
    except Exception as problem:
        words = str(problem).strip().partition("\n")[0] or type(problem).__name__
        answer = {"bad": f"it is no .{kind} that can be read: {words[:LONGEST_WORDS]}"}
    json.dump(answer, answers)
    answers.close()


def _read(path: Path, kind: str, rate: float) -> list[Cut]:
    import opentimelineio

    text = _zipped(path) if kind == "otioz" else path.read_bytes()
    content = decoded(text)
    options: dict[str, Any] = {}
    if kind == "edl":
        content = tidied(content, rate)
        options = {"rate": rate, "ignore_timecode_mismatch": True}
    if kind == "xml":
        _check_says_rate(content)
    linking = opentimelineio.media_linker.MediaLinkingPolicy.DoNotLinkMedia
    timeline = opentimelineio.adapters.read_from_string(content, ADAPTERS[kind], media_linker_name=linking, **options)
    tracks = _video_tracks(timeline)
    _check_times(tracks)
    return _cuts(tracks, rate)


def _zipped(path: Path) -> bytes:
    """What an .otioz says of the cut; the media beside it are left packed."""
    with zipfile.ZipFile(path) as bundle, bundle.open("content.otio") as file:
        content = file.read(LARGEST + 1)
    if len(content) > LARGEST:
        raise BadList("what it holds is too large")
    return content


def decoded(content: bytes) -> str:
    """The text of a list: UTF-8, UTF-16 with a byte order mark, or what Windows wrote before."""
    for mark, coding in ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if content.startswith(mark):
            return content.decode(coding)
    try:
        return content.decode()
    except UnicodeDecodeError:
        return content.decode("cp1252")


def tidied(content: str, rate: float) -> str:
    """A CMX 3600 list as the adapter takes it: video alone, reels without blanks, a name for each clip that has one."""
    lines: list[str] = []
    event: re.Match[str] | None = None
    comments: list[str] = []
    counted = round(rate)
    for line in (line.strip() for line in content.splitlines()):
        if found := EVENT.match(line):
            lines += _named(event, comments)
            event, comments = found, []
            _check_frames(found, counted)
            if _is_video(found):
                number, reel, channel, edit, length, *times = found.groups()
                reel = reel.replace(" ", "_") or "AX"
                lines.append("  ".join(filter(None, (number, reel, channel, edit, length, *times))))
        elif line.startswith(SPARED):
            lines.append(line)
        elif event is not None and line:
            comments.append(line.replace(";", ":") if line.startswith("M2") else line)
    if event is None:
        raise BadList("there is no event in it")
    return "\n".join(lines + _named(event, comments))


def _is_video(event: re.Match[str]) -> bool:
    channel = event[3].upper()
    return "V" in channel or not (channel.startswith("A") or channel == "NONE")


def _check_frames(event: re.Match[str], counted: int) -> None:
    """Refuse a list that counts more frames a second than it is said to."""
    for time in event.groups()[5:]:
        parts = re.split("[:;.,]", time)
        if len(parts) > 1 and int(parts[-1]) >= counted:
            raise BadList(
                f"event {event[1]} counts frame {parts[-1]}, but the list is read at {counted} frames a second: "
                "say its speed (fps)"
            )
        if ";" in time and counted not in (30, 60):
            raise BadList(
                f"event {event[1]} drops frames, but the list is read at {counted} frames a second: say its speed (fps)"
            )


def _named(event: re.Match[str] | None, comments: list[str]) -> list[str]:
    """The comments of an event, with the name of its clip first when only its file or its reel say it."""
    if event is None or not _is_video(event):
        return []
    said: dict[str, str] = {}
    for comment in comments:
        if found := COMMENT.match(comment):
            said.setdefault(found[1].upper(), found[2].strip())
    if not said.keys() & {"FROM CLIP NAME", "FROM CLIP", "FROM FILE"}:
        reel = event[2] if event[2].upper() not in NO_REELS else ""
        name = said.get("SOURCE FILE", "").replace("\\", "/").rpartition("/")[2] or reel
        return [f"* FROM CLIP NAME: {name}", *comments] if name else comments
    return comments


def _video_tracks(timeline: Any) -> list[Any]:
    import opentimelineio

    if isinstance(timeline, opentimelineio.schema.SerializableCollection):
        timeline = next(iter(timeline.find_children(opentimelineio.schema.Timeline)), None)
    if not hasattr(timeline, "video_tracks"):
        raise BadList("there is no timeline in it")
    return list(timeline.video_tracks())


def _check_says_rate(content: str) -> None:
    """Refuse a cut of Final Cut that does not say its speed, of which all within it is counted."""
    from xml.etree import ElementTree

    sequence = ElementTree.fromstring(content).find(".//sequence")
    if sequence is not None and not (sequence.findtext("rate/timebase") or "").strip().isdecimal():
        raise BadList("its sequence does not say how many frames a second has: <rate><timebase>25</timebase></rate>")


def _check_times(tracks: list[Any]) -> None:
    """Refuse what stands at no frame, or for no number of them: in JSON of an .otio there may be NaN and Infinity."""
    import opentimelineio

    for track in tracks:
        for item in track.find_children(opentimelineio.core.Item):
            media = getattr(item, "media_reference", None)
            for span in (item.source_range, media and media.available_range):
                if span is not None and not (_is_time(span.start_time) and _is_time(span.duration)):
                    raise BadList(
                        f"the times of {item.name[:LONGEST_WORDS] or 'a gap'!r} in it are no numbers of frames"
                    )


def _is_time(time: Any) -> bool:
    return bool(abs(time.value) <= MOST_FRAMES and 0 < time.rate < math.inf)


def _cuts(tracks: list[Any], rate: float) -> list[Cut]:
    import opentimelineio

    generated = opentimelineio.schema.GeneratorReference
    cuts: list[Cut] = []
    for track in tracks:
        for clip in track.find_clips():
            if not isinstance(clip.media_reference, generated):
                cuts.append(_cut(len(cuts) + 1, clip, rate))
                if len(cuts) > MOST_CLIPS:
                    raise BadList(f"it has more than {MOST_CLIPS} clips")
    return cuts


def _cut(number: int, clip: Any, rate: float) -> Cut:
    first = last = frames = None
    try:
        placed = clip.range_in_parent()
    except Exception:  # what is within something that has no length
        placed = None
    try:
        placed = placed or clip.trimmed_range()
        _check_rate(placed.duration.rate, rate)
        first, last = round(placed.start_time.value), round(placed.end_time_inclusive().value)
        frames = round((clip.source_range or placed).duration.value)
    except BadList:
        raise
    except Exception:
        pass
    return Cut(number, _name(clip), first, last, frames)


def _check_rate(found: float, rate: float) -> None:
    if abs(snapped(found) - rate) > NEAR:
        raise BadList(f"it is cut at {found:g} frames a second, not at {rate:g}: say its speed (fps)")


def _name(clip: Any) -> str:
    """What the clip is called, else what its media is."""
    media = clip.media_reference
    names = (clip.name, *(getattr(media, key, "") or "" for key in ("name_prefix", "name", "target_url")))
    name = next((name for name in names if name), "")
    return os.path.splitext(re.split(r"[/\\]", name)[-1])[0]  # noqa: PTH122 - no path of this machine


if __name__ == "__main__":
    main(*sys.argv[1:])
