"""Files that people send in are never pages of the site, whatever they are, say they are, or are called.

The routes are those of the app's own tables that answer with anything but JSON, so that a new one is among them.
"""

import io
from collections.abc import Iterator
from typing import Any

import pytest
from full_studio import FullStudio
from studio import Answered, Studio
from walking import PLACES, Walker

from kitsulite.app import tables
from kitsulite.models.people import Organisation, Person
from kitsulite.models.productions import Project
from kitsulite.models.reviews import AttachmentFile, BuildJob, Comment, PreviewBackgroundFile, PreviewFile
from kitsulite.storage.files import FileStore
from kitsulite.web.routing import Either, Media, Route
from kitsulite.work import filekeys

SCRIPT = "<script>fetch('/data/persons')</script>"
SVG = f'<svg xmlns="http://www.w3.org/2000/svg">{SCRIPT}</svg>'
HOSTILE: dict[str, tuple[str, str, str]] = {
    "a drawing": ("a.svg", "image/svg+xml", SVG),
    "a drawing that is called a picture": ("a.png", "image/svg+xml", SVG),
    "a page": ("a.html", "text/html", f"<html>{SCRIPT}</html>"),
    "a page of another alphabet": ("a.htm", "text/html; charset=utf-7", "+ADw-script+AD4-alert(1)+ADw-/script+AD4-"),
    "a page that says to be a picture": ("a.htm", "image/png", f"<html>{SCRIPT}</html>"),
    "a page that says nothing": ("a.html", "", f"<html>{SCRIPT}</html>"),
    "a strict page": (
        "a.xhtml",
        "application/xhtml+xml",
        f'<html xmlns="http://www.w3.org/1999/xhtml">{SCRIPT}</html>',
    ),
    "a page in a letter": ("a.mhtml", "multipart/related", f"Content-Type: text/html\r\n\r\n{SCRIPT}"),
    "a document with a style that runs": (
        "a.xml",
        "text/xml",
        f'<?xml-stylesheet href="data:text/xsl,x"?><a>{SCRIPT}</a>',
    ),
    "a feed": ("a.rss", "application/rss+xml", f"<rss>{SCRIPT}</rss>"),
    "a script": ("a.js", "text/javascript", "fetch('/data/persons')"),
    "a picture that is a script": ("a.gif", "text/javascript", "GIF89a/*" + " " * 40 + "*/=1;fetch('/data/persons')"),
    "a document with a script": (
        "a.pdf",
        "application/pdf",
        "%PDF-1.7\n1 0 obj<</OpenAction<</S/JavaScript/JS(app.alert(1))>>>>",
    ),
    "a page behind a comma": ("a.png", "image/png, text/html", f"<html>{SCRIPT}</html>"),
    "a type that ends its line": ("a.png", "image/png\ttext/html", f"<html>{SCRIPT}</html>"),
    "a manifest": ("a.appcache", "text/cache-manifest", "CACHE MANIFEST\nFALLBACK:\n/ /data/"),
    "a film with a page in it": ("a.mp4", "video/mp4", f"\0\0\0\x20ftypisom{SCRIPT}"),
}
"""By what it is: its name, the type that its sender gives it, and what is in it."""
HARMLESS = ("image/jpeg", "image/png", "image/gif", "image/webp", "image/bmp", "image/avif", "video/mp4")
"""What browsers show without ever taking it for a page, as they are told not to guess."""
NO_PAGES = ("application/octet-stream", "application/pdf", "image/vnd.radiance")
"""What is no page of the store's own site either."""
OUR_OWN = {"/apidocs", "/data/events/stream", "/status.txt", "/data/assets/with-tasks", "/data/shots/with-tasks"}
"""Routes in whose answers nothing stands that was sent in as a file."""
PLUGINS = {"/plugins/{plugin_id}/frontend", "/plugins/{plugin_id}/frontend/{path}"}
"""Pages of plugins, which only who administers the server itself puts there, by command."""
MADE_ANEW = {
    f"/actions/preview-files/{{preview_file_id}}/{act}"
    for act in (
        "extract-frame",
        "extract-annotated-frame",
        "extract-annotated-frames",
        "extract-annotated-frames-pdf",
        "extract-tile",
    )
}
"""Routes that make a file of another, and make nothing of what is no movie or picture."""


def media_of(route: Route) -> list[Media]:
    choices = route.gives.choices if isinstance(route.gives, Either) else (route.gives,)
    return [one for one in choices if isinstance(one, Media) and one.types]


ROUTES = [
    route for table in tables() for route in table.routes if media_of(route) and route.path not in OUR_OWN | PLUGINS
]


def is_safe(answer: Answered) -> bool:
    headers = answer.headers
    policy = headers.get("content-security-policy", "")
    boxed = "sandbox" in policy and "allow-scripts" not in policy and "default-src 'none'" in policy
    kind = headers["content-type"].partition(";")[0].strip()
    saved = headers.get("content-disposition", "").startswith("attachment")
    return headers["x-content-type-options"] == "nosniff" and (kind in HARMLESS or saved or boxed)


class Spoilt(Walker):
    """A studio in which whatever is stored as a file is something hostile."""

    def __init__(self, full: FullStudio) -> None:
        super().__init__(full)
        self.full = full
        self.admin = full.members["admin"]

    def keys(self) -> Iterator[str]:
        """Under which files are stored."""
        of_rows = {table.table_name(): kinds for table, kinds in filekeys.KINDS_OF.items()}
        of_rows |= dict.fromkeys(("person", "project", "organisation"), (filekeys.AVATAR,))
        for name, kinds in of_rows.items():
            yield from (filekeys.key_of(kind, self.full.ids[name]) for kind in kinds)

    def spoil(self, name: str, mimetype: str, content: str) -> None:
        """Have every file be this one."""
        data, extension = content.encode(), name.rpartition(".")[2]
        tracker, ids = self.full.studio.tracker, self.full.ids
        for key in self.keys():
            tracker.files.put(key, io.BytesIO(data))
        size = len(data)
        with tracker.work() as work:
            row = {"name": name, "extension": extension[:6], "size": size}
            work.update(
                AttachmentFile,
                ids["attachment_file"],
                **row,
                mimetype=mimetype,
                comment_id=ids["comment"],
                reply_id=None,
            )
            work.update(Comment, ids["comment"], object_id=ids["task"], for_client=True)
            work.update(PreviewFile, ids["preview_file"], extension=extension[:6], file_size=size, original_name=name)
            work.update(
                PreviewBackgroundFile,
                ids["preview_background_file"],
                extension=extension[:6],
                file_size=size,
                original_name=name,
            )
            work.update(BuildJob, ids["build_job"], status="succeeded")
            for table in (Person, Project, Organisation):
                work.update(table, ids[table.table_name()], has_avatar=True)
        self.places = {**PLACES, "extension": extension, "file_name": name}

    def fetch(self, route: Route) -> Answered:
        path = route.path.replace("{extension}", self.places["extension"]).replace("{file_name}", "page.html")
        for noun in ("person", "project", "organisation"):
            path = path.replace(f"{noun}s/{{instance_id}}", f"{noun}s/{self.full.ids[noun]}")
        return self.admin.call("GET", self.path(Route("GET", path, route.who, lambda call: None), self.full.ids))


@pytest.fixture
def spoilt(studio: Studio) -> Spoilt:
    return Spoilt(FullStudio(studio))


def answers(spoilt: Spoilt, *names: str) -> Iterator[tuple[Route, Answered]]:
    for name in names or HOSTILE:
        spoilt.spoil(*HOSTILE[name])
        for route in ROUTES:
            yield route, spoilt.fetch(route)


@pytest.mark.long
def test_no_route_shows_a_hostile_file_as_a_page(spoilt: Spoilt) -> None:
    sent = set()
    for route, answer in answers(spoilt):
        if answer.status == 200:
            sent.add(route.path)
            assert is_safe(answer), f"{route.path}: {answer.headers}"
    assert {route.path for route in ROUTES} - sent == MADE_ANEW


def test_a_store_that_sends_files_by_itself_is_told_to_have_them_saved(
    spoilt: Spoilt, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[dict[str, str]] = []

    def link(store: FileStore, key: str, headers: dict[str, str]) -> str:
        told.append(headers)
        return f"https://bucket.example/{key}"

    monkeypatch.setattr(type(spoilt.full.studio.tracker.files), "link", link)
    sent = 0
    for route, answer in answers(spoilt, "a drawing", "a page behind a comma", "a document with a script"):
        if answer.status == 302:
            sent += 1
            kind = told[-1]["Content-Type"]
            assert kind in (*HARMLESS, *NO_PAGES) or told[-1]["Content-Disposition"].startswith("attachment"), route
    assert sent > 60


def test_pictures_and_movies_are_shown_where_they_are(spoilt: Spoilt) -> None:
    spoilt.spoil("a.png", "image/png", "a picture")
    shown = [
        route.path
        for route in ROUTES
        if route.path.endswith((".png", ".mp4"))
        and spoilt.fetch(route).headers["content-disposition"].startswith("inline")
    ]
    assert len(shown) > 15
    [attachment] = [route for route in ROUTES if route.path.startswith("/data/attachment-files")]
    answer = spoilt.fetch(attachment)
    assert (answer.headers["content-type"], answer.headers["content-disposition"]) == (
        "image/png",
        "inline; filename=a.png",
    )


@pytest.mark.parametrize("what", HOSTILE)
def test_what_is_sent_in_hostile_is_sent_out_harmless(studio: Studio, what: str) -> None:
    """From the front door to the front door."""
    name, kind, content = HOSTILE[what]
    full = FullStudio(studio)
    admin, ids = full.members["admin"], full.ids
    path = f"/actions/tasks/{ids['task']}/comments/{ids['comment']}/add-attachment"
    sent: Any = admin.form(path, {}, {"file": (name, content.encode(), kind)})
    assert sent.status in (201, 400), sent
    if sent.status == 201:
        answer = admin.call("GET", f"/data/attachment-files/{sent.json[0]['id']}/file/{name}")
        assert answer.content == content.encode()
        assert is_safe(answer)
