"""The files of web pages, in tables that are made once, and how they are sent: compressed to who takes it, once to who keeps them."""

import io
import mimetypes
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, NamedTuple, cast

import falcon

from kitsulite.proxies import MOUNT
from kitsulite.web.downloads import SMALL, Part, has_tag
from kitsulite.web.packing import accepts_gzip

TYPES = {
    ".js": "text/javascript",
    ".mjs": "text/javascript",
    ".map": "application/json",
    ".wasm": "application/wasm",
    ".webmanifest": "application/manifest+json",
    ".woff": "font/woff",
    ".woff2": "font/woff2",
    ".ttf": "font/ttf",
    ".ico": "image/vnd.microsoft.icon",
}
"""What this machine's own list of types may not say, or say otherwise."""
FOR_GOOD = "public, max-age=31536000, immutable"
ASK_AGAIN = "no-cache"


class Form(NamedTuple):
    """What is sent of a file, as it is or compressed: where it lies, or what is in it."""

    content: Path | bytes
    size: int
    tag: str


@dataclass(frozen=True)
class File:
    """A file of a site, and how it is sent.

    varies  what of a request decides whether it is this one
    """

    type: str
    cache: str
    plain: Form
    packed: Form | None
    varies: str = "Accept-Encoding, Accept"


def send(file: File, request: falcon.Request, response: falcon.Response, headers: Mapping[str, str]) -> None:
    """Answer with a file, or with word that it is as it was; `headers` go along."""
    packed = file.packed if accepts_gzip(request.get_header("Accept-Encoding")) else None
    form = packed or file.plain
    response.complete = True
    response.set_headers({**headers, "ETag": form.tag, "Cache-Control": file.cache, "Vary": file.varies})
    if has_tag(request, form.tag):
        response.status = falcon.HTTP_304
        return
    response.content_type = file.type
    if packed:
        response.set_header("Content-Encoding", "gzip")
    response.set_header("Content-Length", str(form.size))
    if request.method == "HEAD":
        return
    if isinstance(form.content, bytes):
        response.data = form.content
    elif form.size <= SMALL:
        response.data = form.content.read_bytes()
    else:
        content = cast(BinaryIO, form.content.open("rb", buffering=0))
        response.stream = cast(io.RawIOBase, Part(content, form.size))


def is_for_a_site(request: falcon.Request) -> bool:
    """Whether a request may be about a page or its files: what goes below /api is the API's."""
    return request.method in ("GET", "HEAD") and MOUNT not in request.env


def goes_somewhere(request: falcon.Request) -> bool:
    """Whether a browser goes to an address, and wants to see a page."""
    return "text/html" in (request.get_header("Accept") or "")


def type_of(name: str) -> str:
    suffix = Path(name).suffix.lower()
    found = TYPES.get(suffix) or mimetypes.guess_type(name)[0] or "application/octet-stream"
    return f"{found}; charset=utf-8" if found.startswith("text/") or found == "application/json" else found
