"""Whoever is not signed in sends little, to any route: nobody fills the memory or the disk of a studio that way."""

import io
from collections.abc import Iterator

import falcon.testing
import pytest
from full_studio import FullStudio
from sharing import Sharing
from studio import Answered, Studio
from walking import Walker

from kitsulite.answering import LONGEST_OF_STRANGERS
from kitsulite.app import tables
from kitsulite.web.routing import Route

ROUTES = [route for table in tables() for route in table.routes]
HEADS = {
    "application/json": b'{"name": "',
    "application/x-www-form-urlencoded": b"name=",
    "multipart/form-data; boundary=edge": b'--edge\r\nContent-Disposition: form-data; name="file"; filename="a.png"\r\n\r\n',
}
GIGABYTE = 2**30


class Endless(io.RawIOBase):
    """A body without end, which counts what was read of it."""

    def __init__(self, head: bytes) -> None:
        self.head = head
        self.came = 0

    def read(self, size: int = -1) -> bytes:
        piece = (self.head if not self.came else b"").ljust(size, b"x")[:size]
        self.came += len(piece)
        return piece


def bodies() -> Iterator[tuple[dict[str, object], Endless]]:
    """Large bodies of every kind: those that say how long they are, and those that come in chunks."""
    for kind, head in HEADS.items():
        yield {"CONTENT_TYPE": kind, "CONTENT_LENGTH": str(GIGABYTE)}, Endless(head)
        yield (
            {"CONTENT_TYPE": kind, "HTTP_TRANSFER_ENCODING": "chunked", "wsgi.input_terminated": True},
            Endless(head),
        )


def send(full: FullStudio, route: Route, token: str | None) -> Iterator[tuple[int, int]]:
    """The status of each answer, and how much of the body was read."""
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    environ = falcon.testing.create_environ(Walker(full).path(route, full.ids), method=route.method, headers=headers)
    for said, body in bodies():
        answered = falcon.testing.StartResponseMock()
        b"".join(full.studio.app({**environ, **said, "wsgi.input": body}, answered))
        yield int(answered.status[:3]), body.came


@pytest.mark.long
def test_no_route_reads_much_of_a_stranger(studio: Studio) -> None:
    full = FullStudio(studio)
    for route in ROUTES:
        for token in (None, "nonsense"):
            for status, came in send(full, route, token):
                assert status in (401, 413, 422), f"{route.method} {route.path}: {status}"
                assert came <= LONGEST_OF_STRANGERS + 2**16, f"{route.method} {route.path} read {came} bytes"
                assert status == 413 or not came, f"{route.method} {route.path}"


def upload(sharing: Sharing, size: int, path: str) -> Answered:
    return sharing.send(path, ("a.zip", bytes(size), "application/zip"))


def test_a_guest_sends_files_where_files_go_and_nowhere_else(sharing: Sharing) -> None:
    path = sharing.at(f"/comments/{sharing.say()['id']}/attachments?guest_id={sharing.guest['id']}")
    assert upload(sharing, 3 * 2**20, path).status == 201
    assert upload(sharing, 3 * 2**20, sharing.at("/guest")).status == 413
    large = {"first_name": "x" * 2 * 2**20}
    assert sharing.stranger.call("POST", sharing.at("/guest"), large).status == 413


def test_whoever_has_the_link_alone_sends_no_files(sharing: Sharing) -> None:
    said = sharing.say()
    path = sharing.at(f"/comments/{said['id']}/attachments?guest_id={sharing.guest['id']}")
    sharing.stranger.proofs.clear()
    assert upload(sharing, 3 * 2**20, path).status == 413
    assert upload(sharing, 1000, path).status == 403


@pytest.fixture
def sharing(studio: Studio) -> Sharing:
    return Sharing(studio)


def test_what_is_no_file_is_of_a_size_that_memory_can_hold(sharing: Sharing) -> None:
    """JSON takes up to thirty times as much in memory as it has bytes."""
    body = '{"query": "x", "more": [' + "[]," * 3_000_000 + "[]]}"
    assert sharing.art.send("POST", "/data/search", body).status == 413
    assert sharing.art.send("POST", "/data/search", body, type="application/x-www-form-urlencoded").status == 413
    assert sharing.art.send("POST", "/data/search", '{"query": "x"}').status == 200
