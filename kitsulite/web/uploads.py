"""Forms with files (multipart/form-data): fields as text, each file put aside so that no transaction waits for a slow sender."""

import re
import shutil
import sys
import tempfile
from pathlib import Path
from typing import BinaryIO, NamedTuple, cast

import falcon
from falcon.media.multipart import BodyPart, MultipartFormHandler

from kitsulite.storage.files import Upload
from kitsulite.web.filetypes import kind_of
from kitsulite.web.incoming import Incoming, TooLarge
from kitsulite.work.texts import Unfit, fit

LONGEST_FIELD = 500_000
MOST_PARTS = 1000
FOLDER_ENDS = re.compile(r"[/\\]")
IN_MEMORY = 1024 * 1024
"""Bytes of a file that are kept in memory; a larger one waits on the disk."""
MOST_IN_MEMORY = 16
"""How many files of a form may be in memory."""


class Form(NamedTuple):
    """What a form holds, in order."""

    fields: list[tuple[str, str]]
    files: list[Upload]


def is_multipart(request: falcon.Request) -> bool:
    return (request.content_type or "").lower().startswith("multipart/form-data")


def read_form(body: Incoming, content_type: str, scratch: Path) -> Form:
    """All parts of a form; TooLarge, and falcon's MediaMalformedError when it cannot be read.

    scratch  the folder for what is large. A file there has no name, so it is gone with whoever held it open.
    """
    handler = MultipartFormHandler()
    handler.parse_options.max_body_part_count = MOST_PARTS + 1
    handler.parse_options.max_body_part_buffer_size = LONGEST_FIELD + 1
    form = Form([], [])
    length = sys.maxsize if body.length is None else body.length
    for number, part in enumerate(handler.deserialize(body, content_type, length), start=1):
        if number > MOST_PARTS:
            raise TooLarge
        name, file_name, kind = _head(part)
        if file_name:
            room = IN_MEMORY if len(form.files) < MOST_IN_MEMORY else 1
            content = cast(BinaryIO, tempfile.SpooledTemporaryFile(room, dir=str(scratch)))  # noqa: SIM115 - lives as long as the call
            shutil.copyfileobj(part.stream, content, IN_MEMORY)
            content.seek(0)
            form.files.append(Upload(name, file_name, kind_of(file_name, kind), content))
        else:
            data = part.stream.read(LONGEST_FIELD + 1)
            if len(data) > LONGEST_FIELD:
                raise TooLarge
            form.fields.append((name, fit(data.decode("utf-8", "replace"))))
    return form


def _head(part: BodyPart) -> tuple[str, str, str]:
    """What a part says of itself: the name of its field, of its file, and its type; Unfit for what is no text."""
    try:
        return fit(part.name or ""), _without_folders(fit(part.filename or "")), part.content_type
    except UnicodeDecodeError:
        raise Unfit("The head of a part of the form is not in UTF-8.") from None


def _without_folders(name: str) -> str:
    """The name of a file of which some clients say the path."""
    parts = [part for part in FOLDER_ENDS.split(name) if part]
    return parts[-1] if parts else name
