"""Sending stored files: conditional requests, ranges, what browsers may show (contract 01, A1; 05, 4)."""

import datetime
import re
from collections.abc import Iterator
from email.utils import format_datetime, parsedate_to_datetime
from typing import BinaryIO
from urllib.parse import quote

from kitsulite.api.call import Call
from kitsulite.api.routing import Answer
from kitsulite.storage.files import StoredFile

SHOWN = {"image/jpeg", "image/png", "image/gif", "image/webp", "image/bmp", "image/avif"}
"""What a browser shows in place; everything else, which could hold scripts, is saved."""

PIECE = 64 * 1024
RANGE = re.compile(r"bytes=(\d*)-(\d*)")


def send_file(call: Call, file: StoredFile) -> Answer:
    """The file, the part of it that is asked for, or word that it has not changed."""
    changed = datetime.datetime.fromisoformat(file.changed_at).replace(microsecond=0, tzinfo=datetime.UTC)
    tag = f'"{file.key}-{file.size}-{int(changed.timestamp())}"'
    disposition = "inline" if file.mimetype.partition(";")[0].strip().lower() in SHOWN else "attachment"
    headers = {
        "ETag": tag,
        "Last-Modified": format_datetime(changed, usegmt=True),
        "Cache-Control": f"private, max-age={call.settings.client_cache_max_age}",
        "Accept-Ranges": "bytes",
        "Content-Disposition": f"{disposition}; filename*=UTF-8''{quote(file.name)}",
    }
    if _is_known(call, tag, changed):
        file.content.close()
        return Answer(status=304, headers=headers)
    start, end = _range(call, file.size)
    if start >= end and file.size:
        file.content.close()
        return Answer(b"", 416, headers={**headers, "Content-Range": f"bytes */{file.size}"})
    headers["Content-Length"] = str(end - start)
    status = 200
    if (start, end) != (0, file.size):
        status, headers["Content-Range"] = 206, f"bytes {start}-{end - 1}/{file.size}"
    return Answer(status=status, type=file.mimetype, headers=headers, chunks=_pieces(file.content, start, end))


def _is_known(call: Call, tag: str, changed: datetime.datetime) -> bool:
    """Whether the caller has this very file."""
    if tags := call.request.get_header("If-None-Match"):
        return tags.strip() == "*" or tag in [one.strip().removeprefix("W/") for one in tags.split(",")]
    since = call.request.get_header("If-Modified-Since")
    try:
        return bool(since) and changed <= parsedate_to_datetime(str(since))
    except (ValueError, TypeError):
        return False


def _range(call: Call, size: int) -> tuple[int, int]:
    """From where to where the caller wants the file; all of it for what is no single range."""
    found = RANGE.fullmatch((call.request.get_header("Range") or "").strip())
    if found is None or found.groups() == ("", ""):
        return 0, size
    first, last = found.groups()
    if not first:
        return max(0, size - int(last)), size
    return int(first), min(size, int(last) + 1) if last else size


def _pieces(content: BinaryIO, start: int, end: int) -> Iterator[bytes]:
    with content:
        content.seek(start)
        left = end - start
        while left > 0 and (piece := content.read(min(PIECE, left))):
            left -= len(piece)
            yield piece
