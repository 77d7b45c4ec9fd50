"""Serving a built web client in front of the API (docs/web-client.md).

What is in its folder is looked up in a table that is made once, so nothing else can be asked for. A browser that goes to any other
address gets the client's page, which finds the way by itself; scripts, which do not ask for pages, get the API.
"""

import base64
import hashlib
import re
from html.parser import HTMLParser
from pathlib import Path

import falcon

from kitsulite.web.downloads import tag_of
from kitsulite.web.sitefiles import ASK_AGAIN, FOR_GOOD, File, Form, goes_somewhere, is_for_a_site, send, type_of

INDEX = "/index.html"
OF_THE_API = ("/pictures", "/movies", "/apidocs", "/openapi")
PAGES_OF_PLUGINS = "/plugins/"
"""Below these a browser that goes there means the API: files that are opened in a tab of their own, and pages that it has."""
PACKED = ".gz"
NAMED_BY_CONTENT = re.compile(r"[-.](?=[\w-]*\d)[\w-]{8,}\.\w+$", re.ASCII)
"""A name that changes with what is in the file, as builds give it."""
POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-eval'{scripts}; style-src 'self' 'unsafe-inline'; img-src * data: blob:; "
    "media-src * data: blob:; font-src 'self' data:; connect-src *; worker-src 'self' blob:; frame-src 'self'; "
    "object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'self'"
)
"""Scripts are the client's own alone, with those that its page holds; pictures and movies may come from a store elsewhere."""


class Client:
    """A built client in a folder. It does not change while it is served."""

    def __init__(self, folder: Path) -> None:
        forms = {f"/{path.relative_to(folder).as_posix()}": _form(path) for path in folder.rglob("*") if path.is_file()}
        self.files = {
            name: File(
                type_of(name),
                FOR_GOOD if NAMED_BY_CONTENT.search(name) else ASK_AGAIN,
                form,
                forms.get(name + PACKED),
            )
            for name, form in forms.items()
            if not (name.endswith(PACKED) and name.removesuffix(PACKED) in forms)
        }
        page = (folder / INDEX.lstrip("/")).read_text(encoding="utf-8")
        self.policy = POLICY.format(scripts="".join(f" '{found}'" for found in hashes_of_scripts(page)))

    def answer(self, request: falcon.Request, response: falcon.Response) -> None:
        """Answer what is the client's."""
        if file := self.asked_for(request):
            send(file, request, response, {"Content-Security-Policy": self.policy})

    def asked_for(self, request: falcon.Request) -> File | None:
        """The file that a request is about; the page, when a browser goes somewhere; None for what is the API's."""
        if not is_for_a_site(request):
            return None
        goes = goes_somewhere(request)
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
