"""Sending stored files: conditional requests, ranges, what browsers may show (docs/api/requests.md)."""

import io
import os
import re
import time
from email.utils import formatdate, parsedate_to_datetime
from pathlib import Path
from typing import BinaryIO, cast
from urllib.parse import quote

import falcon

from kitsulite.storage.files import StoredFile
from kitsulite.web.call import Call
from kitsulite.web.errors import failure
from kitsulite.web.routing import Answer
from kitsulite.work.turns import Turn, Turns

PICTURES = {"image/jpeg", "image/png", "image/gif", "image/webp", "image/bmp", "image/avif"}
"""What browsers may show of what came with a comment; everything else, which could hold scripts, is saved."""
TYPE = re.compile(r"[\w!#$&^.+-]+/[\w!#$&^.+-]+( *;[\x20-\x7e]*)?", re.ASCII)
BINARY = "application/octet-stream"
"""What a file is that says something else than one type."""
IN_A_BOX = (
    "sandbox; default-src 'none'; img-src 'self'; media-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'self'"
)
"""Nothing in a file runs, asks for anything or knows of the site, should a browser show it as a page after all."""

NO_SUCH_PART = "The requested range is not satisfiable: ask for one part of the file."
SMALL = 64 * 1024
"""Bytes up to which a file is sent from memory."""
RANGE = re.compile(r"bytes=\s*(\d{0,18})-(\d{0,18})\s*")


def send_file(call: Call, file: StoredFile, *, saved: bool = False, kept: bool = True) -> Answer:
    """The file, the part of it that is asked for, or word that it has not changed.

    saved  whether it is to be saved rather than looked at
    kept   whether browsers may keep it without asking again
    """
    mimetype = file.mimetype if TYPE.fullmatch(file.mimetype) else BINARY
    tag = f'"{file.size:x}-{int(file.changed_at * 1000):x}"'
    headers = {
        "ETag": tag,
        "Last-Modified": formatdate(file.changed_at, usegmt=True),
        "Accept-Ranges": "bytes",
        "Content-Disposition": disposition(file.name, saved=saved),
        "Content-Security-Policy": IN_A_BOX,
        "Cache-Control": "no-cache",
    }
    if kept:
        age = call.settings.client_cache_max_age
        headers["Cache-Control"] = f"max-age={age}, private"
        headers["Expires"] = formatdate(time.time() + age, usegmt=True)
    if _is_known(call, tag, file.changed_at):
        return Answer(status=304, headers=headers)
    if link := file.files.link(file.key, {**headers, "Content-Type": mimetype}):
        return Answer(b"", 302, headers={"Location": link, "Cache-Control": "no-store"})
    asked = _range(call, file.size, tag, headers["Last-Modified"])
    if asked is None:
        return Answer(failure(NO_SUCH_PART), 416, headers={"Content-Range": f"bytes */{file.size}"})
    start, end = asked
    headers["Content-Length"] = str(end - start)
    status = 200
    if (start, end) != (0, file.size):
        status, headers["Content-Range"] = 206, f"bytes {start}-{end - 1}/{file.size}"
    if call.request.method == "HEAD":
        return Answer(b"", status, type=mimetype, headers=headers)
    content = Part(file.files.open(file.key, start, end), end - start)
    if end - start <= SMALL:
        with content:
            return Answer(content.read(), status, type=mimetype, headers=headers)
    return Answer(status=status, type=mimetype, headers=headers, chunks=content)


def send_made(call: Call, path: Path, mimetype: str, name: str = "") -> Answer:
    """A file that was made for this one answer: it is opened now, and may be gone from its folder afterwards."""
    content, size = path.open("rb", buffering=0), path.stat().st_size
    headers = {
        "Content-Disposition": disposition(name, saved=bool(name)),
        "Content-Security-Policy": IN_A_BOX,
        "Cache-Control": "no-cache",
        "Content-Length": str(size),
    }
    return Answer(type=mimetype, headers=headers, chunks=Part(cast(BinaryIO, content), size))


def send_page(call: Call, path: Path, mimetype: str) -> Answer:
    """A file of a web page that was installed here, whose scripts run; browsers ask each time whether it has changed."""
    content, known = path.open("rb", buffering=0), path.stat()
    tag = tag_of(known)
    headers = {"ETag": tag, "Cache-Control": "max-age=0, must-revalidate"}
    if _is_known(call, tag, known.st_mtime):
        content.close()
        return Answer(status=304, headers=headers)
    headers["Content-Length"] = str(known.st_size)
    if call.request.method == "HEAD":
        content.close()
        return Answer(b"", type=mimetype, headers=headers)
    return Answer(type=mimetype, headers=headers, chunks=Part(cast(BinaryIO, content), known.st_size))


def wait_for_turn(answer: Answer, turns: Turns) -> None:
    """Wait until a file may be sent, if it is one that takes a while. Nothing else waits with it: what was read is read."""
    if isinstance(answer.chunks, Part) and answer.chunks.in_turn:
        answer.chunks.turn = turns.take()


def is_picture(mimetype: str) -> bool:
    """Whether a type, which may have parameters, is that of a plain picture."""
    return mimetype.partition(";")[0].strip().lower() in PICTURES


def disposition(name: str, *, saved: bool) -> str:
    """The header that says under which name a file is saved, and whether it is saved at all."""
    kind = "attachment" if saved else "inline"
    if not name:
        return f'{kind}; filename=""'
    if re.fullmatch(r"[\w.!#$&+^`|~-]+", name, re.ASCII):
        return f"{kind}; filename={name}"
    plain = re.sub(r'[^\x20-\x7e]|["\\%]', "_", name)
    if plain == name:
        return f'{kind}; filename="{name}"'
    return f"{kind}; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"


class Part(io.RawIOBase):
    """A part of a file, and not a byte more. A server that can send an open file by itself finds it behind `fileno`.

    in_turn  whether it is a file that takes a while
    turn  among those who are sent files, given back when this is closed; a server that goes on sending holds it as well
    """

    in_turn = True
    turn: Turn | None = None

    def __init__(self, content: BinaryIO, size: int) -> None:
        self.content = content
        self.left = size

    def read(self, size: int = -1) -> bytes:
        piece = self.content.read(self.left if size < 0 else min(size, self.left))
        self.left -= len(piece)
        return piece

    def fileno(self) -> int:
        return self.content.fileno()

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Where the server that sends the file by itself left off, in the whole file."""
        return self.content.seek(offset, whence)

    def close(self) -> None:
        self.content.close()
        super().close()
        if turn := self.turn:
            self.turn = None
            turn.give_back()


def tag_of(known: os.stat_result) -> str:
    """What tells a file of this machine from what it was before."""
    return f'"{known.st_size:x}-{known.st_mtime_ns:x}"'


def has_tag(request: falcon.Request, tag: str) -> bool:
    """Whether whoever asks says to have what a tag stands for."""
    tags = request.get_header("If-None-Match") or ""
    return tags.strip() == "*" or tag in [one.strip().removeprefix("W/") for one in tags.split(",")]


def _is_known(call: Call, tag: str, changed_at: float) -> bool:
    """Whether the caller has this very file."""
    if call.request.get_header("If-None-Match"):
        return has_tag(call.request, tag)
    since = _moment(call.request.get_header("If-Modified-Since"))
    return since is not None and int(changed_at) <= since


def _moment(text: str | None) -> float | None:
    """Seconds since 1970."""
    try:
        return parsedate_to_datetime(text).timestamp() if text else None
    except (ValueError, TypeError, OverflowError):
        return None


def _range(call: Call, size: int, tag: str, changed: str) -> tuple[int, int] | None:
    """From where to where the caller wants the file; None when that is nothing it has, or several parts."""
    text = call.request.get_header("Range")
    condition = call.request.get_header("If-Range")
    if not text or not text.startswith("bytes") or (condition and condition not in (tag, changed)):
        return 0, size
    found = RANGE.fullmatch(text.strip())
    if found is None or found.groups() == ("", ""):
        return None
    first, last = found.groups()
    start = int(first) if first else max(0, size - int(last))
    end = min(size, int(last) + 1) if first and last else size
    return (start, end) if start < end else None
