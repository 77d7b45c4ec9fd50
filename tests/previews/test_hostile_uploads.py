"""What nobody should send in gets a clear refusal, and leaves everything as it was."""

import io
import socket
import struct
import time
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import gazu
import pytest
from footage import picture
from gazudesk import Desk
from PIL import Image, PngImagePlugin
from reviewing import Review
from serving import Served
from studio import Answered, Visitor

from kitsulite import create_app
from kitsulite.models import TABLES

PNG_HEAD = b"\x89PNG\r\n\x1a\n"
EDGE = "multipart/form-data; boundary=edge"


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(width: int, height: int, content: bytes = b"", *more: bytes) -> bytes:
    """A PNG that claims to be so large."""
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return PNG_HEAD + head + b"".join(more) + chunk(b"IDAT", content or zlib.compress(b"")) + chunk(b"IEND", b"")


def jpeg(width: int, height: int) -> bytes:
    """A JPEG that claims to be so large."""
    whole = picture(form="JPEG")
    at = whole.index(b"\xff\xc0")
    return whole[: at + 5] + struct.pack(">HH", height, width) + whole[at + 9 :]


def broken_crc() -> bytes:
    whole = bytearray(picture())
    whole[whole.index(b"IDAT") + 8] ^= 0xFF
    return bytes(whole)


def zipped() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("bomb", bytes(10**6))
    return buffer.getvalue()


def with_swollen_text() -> bytes:
    notes = PngImagePlugin.PngInfo()
    notes.add_itxt("note", "x" * 3 * 2**20, zip=True)
    buffer = io.BytesIO()
    Image.new("RGB", (4, 4)).save(buffer, "PNG", pnginfo=notes)
    return buffer.getvalue()


PICTURES: dict[str, tuple[str, bytes]] = {
    "a text": ("a.png", b"hello"),
    "nothing": ("a.png", b""),
    "a page with a script": ("a.png", b"<html><script>alert(1)</script></html>"),
    "a drawing with a script": ("a.png", b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>"),
    "a program for a printer": ("a.png", b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n(/etc/passwd) run\n"),
    "a document": ("a.jpg", b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n"),
    "an archive": ("a.jpeg", zipped()),
    "a movie": ("a.jpg", b"\x00\x00\x00\x20ftypisom" + bytes(64)),
    "a program": ("a.jpe", b"\x7fELF" + bytes(64)),
    "a picture of another make": ("a.png", b"8BPS\x00\x01" + bytes(64)),
    "half a PNG": ("a.png", picture((400, 400))[:-400]),
    "the beginning of a PNG": ("a.png", picture()[:40]),
    "half a JPEG": ("a.jpg", picture((400, 400), form="JPEG")[:-1200]),
    "half a WebP": ("a.png", picture((400, 400), form="WEBP")[:-100]),
    "half a TIFF": ("a.png", picture((40, 40), form="TIFF")[:200]),
    "a PNG of another sum": ("a.png", broken_crc()),
    "a PNG of rubbish": ("a.png", png(40, 40, b"rubbish")),
    "a PNG without pixels": ("a.png", png(0, 0)),
    "a PNG that swells": ("a.png", png(60_000, 60_000, zlib.compress(bytes(10**6)))),
    "a PNG that is all width": ("a.png", png(2**31 - 1, 1)),
    "a JPEG that swells": ("a.jpg", jpeg(65_000, 65_000)),
    "a GIF that swells": ("a.png", b"GIF89a" + struct.pack("<HH", 65_535, 65_535) + b"\x80\0\0" + bytes(6)),
    "a BMP that swells": (
        "a.png",
        b"BM" + struct.pack("<IIIIiiHHI", 60, 0, 54, 40, 90_000, 90_000, 1, 24, 0) + bytes(24),
    ),
    "a PNG with swollen notes": ("a.png", with_swollen_text()),
}
"""By what it is: the name that it goes by, and what is in it."""


def everything(review: Review) -> dict[str, Any]:
    """All rows and all files."""
    db = review.studio.tracker.db
    with db.reading():
        rows = {name: sorted(map(str, db.rows(table.select()))) for name, table in TABLES.items()}
    scratch = review.studio.tracker.settings.scratch_folder
    return {**rows, "files": review.stored(), "scratch": sorted(path.name for path in scratch.iterdir())}


@pytest.fixture
def unchanged(review: Review) -> Iterator[None]:
    """Holds that a test changes nothing; a preview and a picture are there before it."""
    review.waiting = review.preview()  # type: ignore[attr-defined]
    before = everything(review)
    yield
    assert everything(review) == before


@pytest.mark.parametrize("what", PICTURES)
def test_what_is_no_picture_is_refused(review: Review, unchanged: None, what: str) -> None:
    name, content = PICTURES[what]
    answer = review.send(review.waiting, name, content, status=400)  # type: ignore[attr-defined]
    assert answer["message"].startswith(("The picture", "The file")), answer


@pytest.mark.parametrize("what", ["a text", "a PNG that swells", "half a JPEG", "a program for a printer"])
def test_what_is_no_picture_becomes_no_avatar(review: Review, unchanged: None, what: str) -> None:
    files = {"file": (*PICTURES[what], "image/png")}
    review.artist.send_form(f"/pictures/thumbnails/persons/{review.artist.id}", {}, files, status=400)


def posted(visitor: Visitor, path: str, body: bytes, kind: str = EDGE) -> Answered:
    headers = {"Content-Type": kind}
    if visitor.token:
        headers["Authorization"] = f"Bearer {visitor.token}"
    return Answered(visitor.client.simulate_post(path, headers=headers, body=body))


def form(head: str, content: bytes, end: str = "\r\n--edge--\r\n") -> bytes:
    return f"--edge\r\n{head}\r\n\r\n".encode() + content + end.encode()


NAMED = 'Content-Disposition: form-data; name="file"; filename="a.png"'
FORMS: dict[str, tuple[Callable[[], bytes], str, int]] = {
    "a form without an edge": (lambda: form(NAMED, picture()), "multipart/form-data", 400),
    "a form that breaks off": (lambda: form(NAMED, picture(), end=""), EDGE, 400),
    "a form that breaks off in its head": (lambda: b"--edge\r\nContent-Disp", EDGE, 400),
    "a form of another edge": (lambda: form(NAMED, picture()), "multipart/form-data; boundary=other", 400),
    "a text where a file should be": (lambda: form('Content-Disposition: form-data; name="file"', b"x"), EDGE, 400),
    "a file of another name": (lambda: form(NAMED.replace('"file"', '"movie"'), picture()), EDGE, 400),
    "a thousand and one files": (
        lambda: b"".join(form(NAMED, b"x", end="\r\n") for _ in range(1001)) + b"--edge--",
        EDGE,
        413,
    ),
    "a text that never ends": (lambda: form('Content-Disposition: form-data; name="a"', bytes(600_000)), EDGE, 413),
    "no form": (picture, "image/png", 400),
}


@pytest.mark.parametrize("what", FORMS)
def test_a_form_that_is_none_is_refused(review: Review, unchanged: None, what: str) -> None:
    body, kind, status = FORMS[what]
    answer = posted(review.artist, f"/pictures/preview-files/{review.waiting['id']}", body(), kind)  # type: ignore[attr-defined]
    assert (answer.status, answer.json["error"]) == (status, True)


def test_nobody_sends_more_than_the_studio_takes(review: Review, unchanged: None) -> None:
    tracker = review.studio.tracker
    before = tracker.settings
    tracker.settings = replace(before, max_content_length=1000)
    small = Visitor(create_app(tracker), review.artist.token)
    answer = posted(small, f"/pictures/preview-files/{review.waiting['id']}", form(NAMED, bytes(2000)))  # type: ignore[attr-defined]
    tracker.settings = before
    assert answer.status == 413


def test_strangers_and_others_send_nothing_in(review: Review, unchanged: None) -> None:
    path = f"/pictures/preview-files/{review.waiting['id']}"  # type: ignore[attr-defined]
    assert posted(review.studio.stranger, path, form(NAMED, picture())).status == 401
    assert posted(review.outsider, path, form(NAMED, picture())).status == 403
    for id in ("00000000-0000-0000-0000-000000000000", "..%2f..%2fetc", "x"):
        assert posted(review.artist, f"/pictures/preview-files/{id}", form(NAMED, picture())).status == 404


@pytest.mark.parametrize("name", ["a.exe", "a.png.php", "../../etc/passwd", "a.mp4.html", "x" * 5000])
def test_a_file_of_an_unknown_kind_is_kept_and_never_shown_as_a_page(review: Review, name: str) -> None:
    preview = review.preview()
    row = review.send(preview, name, b"<script>")
    for path in (f"{preview['id']}.{row['extension']}", f"{preview['id']}/download"):
        sent = review.artist.call("GET", f"/pictures/originals/preview-files/{path}")
        assert (sent.status, sent.headers["content-type"]) == (200, "application/octet-stream")
    assert [key for key in review.stored() if ".." in key or "/" in key] == []


def test_names_lead_nowhere(review: Review) -> None:
    preview = review.preview()
    row = review.send(preview, "../../../" + "é" * 400 + ".png", picture())
    assert row["original_name"].endswith("é")
    assert {key.rpartition("-")[2] for key in review.stored()} == {preview["id"].rpartition("-")[2]}


def test_a_picture_that_is_all_height_stays_small(review: Review) -> None:
    preview = review.preview()
    row = review.send(preview, "strip.png", picture((4, 8000)))
    assert (row["width"], row["height"]) == (4, 8000)
    wide = review.artist.call("GET", f"/pictures/previews/preview-files/{preview['id']}.png")
    assert Image.open(io.BytesIO(wide.content)).size == (6, 12_000)


def test_a_client_that_goes_away_leaves_nothing_behind(served: Served, tmp_path: Path) -> None:
    """Over a real connection, in the middle of a movie."""
    desk = Desk(served)
    project = desk.project.new_project("Fox", production_type="short")
    asset = desk.asset.new_asset(project, desk.asset.get_asset_type_by_name("Prop"), "Tree")
    task = desk.task.new_task(asset, desk.task.get_task_type_by_name("Modeling"))
    comment = desk.task.add_comment(task, desk.task.get_task_status_by_short_name("wip"))
    preview = gazu.client.post(
        f"actions/tasks/{task['id']}/comments/{comment['id']}/add-preview", {}, client=desk.client
    )
    token = gazu.client.make_auth_header(client=desk.client)["Authorization"]
    address = urlsplit(served.url)
    with socket.create_connection((address.hostname or "", address.port or 80)) as connection:
        head = f"POST /api/pictures/preview-files/{preview['id']} HTTP/1.1\r\nHost: x\r\nAuthorization: {token}\r\n"
        head += f"Content-Type: {EDGE}\r\nContent-Length: {10**9}\r\n\r\n"
        connection.sendall(head.encode() + form(NAMED.replace("a.png", "a.mp4"), bytes(8 * 2**20), end=""))
        time.sleep(0.5)
    until = time.monotonic() + 20
    folder = tmp_path / "studio"
    while left := [path for place in ("files", "scratch") for path in (folder / place).rglob("*") if path.is_file()]:
        assert time.monotonic() < until, left
        time.sleep(0.1)
    row = desk.files.get_preview_file(preview["id"])
    assert (row["status"], row["original_name"]) == ("processing", None)
    path = tmp_path / "a.png"
    path.write_bytes(picture())
    assert desk.task.upload_preview_file(preview, str(path))["status"] == "ready"
