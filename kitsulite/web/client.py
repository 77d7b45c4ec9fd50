"""Serving a built web client in front of the API (docs/web-client.md).

What is in its folder is looked up in a table that is made once, so nothing else can be asked for. A browser that goes to any other
address gets the client's page, which finds the way by itself; scripts, which do not ask for pages, get the API.
"""

import base64
import hashlib
import io
import mimetypes
import re
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path
from typing import BinaryIO, NamedTuple, cast

import falcon

from kitsulite.proxies import MOUNT
from kitsulite.web.downloads import SMALL, Part, has_tag, tag_of

INDEX = "/index.html"
OF_THE_API = ("/pictures", "/movies", "/apidocs", "/openapi")
PAGES_OF_PLUGINS = "/plugins/"
"""Below these a browser that goes there means the API: files that are opened in a tab of their own, and pages that it has."""
PACKED = ".gz"
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
NAMED_BY_CONTENT = re.compile(r"[-.](?=[\w-]*\d)[\w-]{8,}\.\w+$", re.ASCII)
"""A name that changes with what is in the file, as builds give it."""
FOR_GOOD = "public, max-age=31536000, immutable"
ASK_AGAIN = "no-cache"
POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-eval'{scripts}; style-src 'self' 'unsafe-inline'; img-src * data: blob:; "
    "media-src * data: blob:; font-src 'self' data:; connect-src *; worker-src 'self' blob:; frame-src 'self'; "
    "object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'self'"
)
"""Scripts are the client's own alone, with those that its page holds; pictures and movies may come from a store elsewhere."""


class Form(NamedTuple):
    """What is sent of a file, as it is or compressed."""

    path: Path
    size: int
    tag: str


@dataclass(frozen=True)
class File:
    """A file of the client, and how it is sent."""

    type: str
    cache: str
    plain: Form
    packed: Form | None


class Client:
    """A built client in a folder. It does not change while it is served."""

    def __init__(self, folder: Path) -> None:
        forms = {f"/{path.relative_to(folder).as_posix()}": _form(path) for path in folder.rglob("*") if path.is_file()}
        self.files = {
            name: File(
                type_of(form.path),
                FOR_GOOD if NAMED_BY_CONTENT.search(name) else ASK_AGAIN,
                form,
                forms.get(name + PACKED),
            )
            for name, form in forms.items()
            if not (name.endswith(PACKED) and name.removesuffix(PACKED) in forms)
        }
        page = self.files[INDEX].plain.path.read_text(encoding="utf-8")
        self.policy = POLICY.format(scripts="".join(f" '{found}'" for found in hashes_of_scripts(page)))

    def answer(self, request: falcon.Request, response: falcon.Response) -> bool:
        """Answer what is the client's; whether it was."""
        file = self.asked_for(request)
        if file is None:
            return False
        packed = file.packed if accepts_gzip(request.get_header("Accept-Encoding")) else None
        form = packed or file.plain
        response.set_header("ETag", form.tag)
        response.set_header("Cache-Control", file.cache)
        response.set_header("Vary", "Accept-Encoding, Accept")
        response.set_header("Content-Security-Policy", self.policy)
        if has_tag(request, form.tag):
            response.status = falcon.HTTP_304
            return True
        response.content_type = file.type
        if packed:
            response.set_header("Content-Encoding", "gzip")
        response.set_header("Content-Length", str(form.size))
        if request.method == "HEAD":
            return True
        if form.size <= SMALL:
            response.data = form.path.read_bytes()
        else:
            content = cast(BinaryIO, form.path.open("rb", buffering=0))
            response.stream = cast(io.RawIOBase, Part(content, form.size))
        return True

    def asked_for(self, request: falcon.Request) -> File | None:
        """The file that a request is about; the page, when a browser goes somewhere; None for what is the API's."""
        if request.method not in ("GET", "HEAD") or MOUNT in request.env:
            return None
        goes = "text/html" in (request.get_header("Accept") or "")
        if request.path == "/":
            return self.files[INDEX] if goes else None
        if (file := self.files.get(request.path)) is not None:
            return file
        is_apis = request.path.startswith(PAGES_OF_PLUGINS) or any(
            request.path == start or request.path.startswith((f"{start}/", f"{start}.")) for start in OF_THE_API
        )
        return self.files[INDEX] if goes and not is_apis else None


def _form(path: Path) -> Form:
    known = path.stat()
    return Form(path, known.st_size, tag_of(known))


def type_of(path: Path) -> str:
    found = TYPES.get(path.suffix.lower()) or mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    return f"{found}; charset=utf-8" if found.startswith("text/") or found == "application/json" else found


def accepts_gzip(header: str | None) -> bool:
    """Whether a caller takes what is compressed."""
    for part in (header or "").lower().split(","):
        name, _, weight = part.strip().partition(";")
        if name in ("gzip", "*"):
            return weight.replace(" ", "") not in ("q=0", "q=0.0", "q=0.00", "q=0.000")
    return False


def hashes_of_scripts(page: str) -> list[str]:
    """What a policy says to let the scripts run that stand in a page."""
    scripts = _Scripts()
    scripts.feed(page)
    digests = (hashlib.sha256(text.encode()).digest() for text in scripts.found)
    return [f"sha256-{base64.b64encode(digest).decode()}" for digest in digests]


class _Scripts(HTMLParser):
    """The scripts that stand in a page."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=False)
        self.found: list[str] = []
        self._within: list[str] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "script" and "src" not in dict(attrs):
            self._within = []

    def handle_data(self, data: str) -> None:
        if self._within is not None:
            self._within.append(data)

    def handle_endtag(self, tag: str) -> None:
        if tag == "script" and self._within is not None:
            self.found.append("".join(self._within))
            self._within = None
