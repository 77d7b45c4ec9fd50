"""Pages of our own in front of the API (docs/front-page.md): what a browser sees where no web client is installed.

The pages are one page: scripts in `pages/` find by its address what to draw, and ask the API for it as everybody does, so that
who may see what is said in one place. All addresses in it are relative to the one that was asked for, so that it works below any
prefix, whoever takes that off. Its files lie below the digest of all of them and are kept for good.
"""

import functools
import gzip
import hashlib
import json
import re
import tomllib
from collections.abc import Callable, Iterable
from importlib import resources
from importlib.resources.abc import Traversable
from urllib.parse import quote, urlsplit

import falcon

from kitsulite.storage.files import FileStore
from kitsulite.version import __version__
from kitsulite.web.credentials import COOKIES
from kitsulite.web.sitefiles import ASK_AGAIN, FOR_GOOD, File, Form, goes_somewhere, is_for_a_site, send, type_of

FOLDER = "/front"
"""Below this lie the files of the pages, for browsers and scripts alike."""
PAGES = re.compile(
    "/|/login|/reset-password|/reset-change-password|/playlists/shared/[^/]+/?|/productions/[^/]+(?:/[^/]+){0,5}/?",
    re.ASCII,
)
"""Where a page is shown: the addresses that our mails name (`Settings.site`) among them."""
FALLBACK = "en"
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'{store}; media-src 'self'{store}; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'; require-trusted-types-for 'script'"
)
"""Scripts are the pages' own alone, and make no markup of texts; pictures and movies may come from the store of files."""
SAMPLE = "pictures-00000000-0000-4000-8000-000000000000"
"""A key of a file such as the store sends them to browsers."""


class Front:
    """The pages of one studio.

    files   where its pictures and movies lie
    locale  its own, for who asks for no language that is there
    """

    def __init__(self, files: FileStore, locale: str) -> None:
        self.files = files
        self.locale = locale
        self._headers: dict[str, str] | None = None

    def answer(self, request: falcon.Request, response: falcon.Response) -> None:
        """Answer what is for the pages."""
        if not is_for_a_site(request):
            return
        if request.path.startswith(f"{FOLDER}/"):
            file = files().get(request.path)
        elif goes_somewhere(request) and PAGES.fullmatch(request.path):
            if not request.env["PATH_INFO"]:  # of a site that is mounted, without the slash that addresses go by
                response.status, response.complete = falcon.HTTP_308, True
                response.location = quote(request.root_path) + "/"
                return
            language = language_for(request.get_header("Accept-Language"), self.locale)
            file = page(language, request.env["PATH_INFO"].count("/") - 1, who_asks(request))
        else:
            return
        if file is not None:
            send(file, request, response, self.headers())

    def headers(self) -> dict[str, str]:
        """What goes along with all that is sent. An address may hold a token, so nobody is told of it."""
        if self._headers is None:
            link = urlsplit(self.files.link(SAMPLE, {}) or "")
            store = f" {link.scheme}://{link.netloc}" if link.netloc else ""
            self._headers = {
                "Content-Security-Policy": POLICY.format(store=store),
                "Referrer-Policy": "no-referrer",
            }
        return self._headers


@functools.cache
def page(language: str, depth: int, who: str) -> File:
    """The page in a language, for an address so many folders below the studio's.

    who  as `who_asks` says it
    """
    root = "../" * depth or "./"
    here = f"{root}{FOLDER[1:]}/{_digest()}"
    scripts = sorted(name.rpartition("/")[2] for name in files() if name.endswith(".js"))
    text = _read(_folder() / "page.html").format(
        language=language,
        who=who,
        version=__version__,
        root=root,
        here=here,
        preloads="\n".join(f'<link rel="modulepreload" href="{here}/{name}">' for name in scripts),
    )
    return _file("page.html", text.encode(), ASK_AGAIN, varies="Accept, Accept-Encoding, Accept-Language, Cookie")


@functools.cache
def files() -> dict[str, File]:
    """The files of the pages by their addresses: scripts, style, and the texts of each language."""
    found: dict[str, bytes] = {}
    for entry in _entries():
        if entry.name.endswith(".toml"):
            texts = tomllib.loads(_read(entry))
            found[f"{entry.name.removesuffix('.toml')}.json"] = json.dumps(texts, ensure_ascii=False).encode()
        elif entry.name != "page.html":
            found[entry.name] = entry.read_bytes()
    return {f"{FOLDER}/{_digest()}/{name}": _file(name, content, FOR_GOOD) for name, content in found.items()}


@functools.cache
def languages() -> tuple[str, ...]:
    """The languages that there are texts in."""
    return tuple(entry.name.removesuffix(".toml") for entry in _entries() if entry.name.endswith(".toml"))


def who_asks(request: falcon.Request) -> str:
    """What is known of who asks before anybody is asked: `stranger`, `somebody` with a session, good or not, or `named` by the
    application around."""
    if request.context.identify:
        return "named"
    return "somebody" if any(request.get_cookie_values(name) for name in COOKIES.values()) else "stranger"


def language_for(header: str | None, locale: str) -> str:
    """The language that a browser would rather have of those that there are, else the studio's own."""
    asked = []
    for part in (header or "").split(","):
        name, _, weight = part.partition(";")
        number = re.fullmatch(r"q=([01](?:\.[0-9]{1,3})?)", weight.strip())
        asked.append((float(number[1]) if number else 1.0, name.strip()))
    wanted = [name for weight, name in sorted(asked, key=lambda one: -one[0]) if weight]
    spoken: Callable[[str], str] = lambda name: re.split("[-_]", name)[0].lower()  # noqa: E731
    return next((language for name in [*wanted, locale] if (language := spoken(name)) in languages()), FALLBACK)


def _file(name: str, content: bytes, cache: str, varies: str = "Accept-Encoding") -> File:
    packed = gzip.compress(content, 9, mtime=0)
    return File(type_of(name), cache, _form(content), _form(packed), varies)


def _form(content: bytes) -> Form:
    return Form(content, len(content), f'"{hashlib.sha256(content).hexdigest()[:24]}"')


@functools.cache
def _digest() -> str:
    return hashlib.sha256(b"".join(entry.name.encode() + entry.read_bytes() for entry in _entries())).hexdigest()[:16]


@functools.cache
def _entries() -> tuple[Traversable, ...]:
    listed: Iterable[Traversable] = [*_folder().iterdir(), *(_folder() / "texts").iterdir()]
    return tuple(sorted((entry for entry in listed if entry.is_file()), key=lambda entry: entry.name))


def _folder() -> Traversable:
    return resources.files(__package__) / "pages"


def _read(entry: Traversable) -> str:
    return entry.read_text(encoding="utf-8")
