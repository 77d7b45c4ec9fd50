"""How many files a process sends at once (`MEDIA_MAX_CONCURRENT_REQUESTS`), and how long others wait for their turn."""

import contextlib
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import falcon.testing
import gazu
import pytest
from footage import picture
from reviewing import Review
from serving import Served, serve, signed_in
from studio import Studio
from wire import answers, answers_at_once, connect, head

from kitsulite.models.reviews import PreviewFile
from kitsulite.work.errors import NoTurn
from kitsulite.work.turns import Turns

LARGE = 8_000_000


# --- turns ---


def test_a_turn_is_free_when_the_last_who_holds_it_gives_it_back() -> None:
    turns = Turns(1, 0.01)
    turn = turns.take()
    assert turn
    turn.hold()
    turn.give_back()
    with pytest.raises(NoTurn):
        turns.take()
    turn.give_back()
    assert turns.take()


def test_who_waits_gets_the_turn_that_becomes_free_and_lets_others_work_meanwhile() -> None:
    turns, lent = Turns(1, 20), threading.Event()

    @contextlib.contextmanager
    def lends() -> Iterator[None]:
        lent.set()
        yield

    turns.while_waiting = lends
    first = turns.take()
    assert first
    threading.Thread(target=lambda: (lent.wait(10), first.give_back())).start()
    assert turns.take()


# --- an app ---


class Files:
    """A preview with a large file, asked for one answer at a time as a server does."""

    def __init__(self, studio: Studio, review: Review) -> None:
        self.studio, self.review = studio, review
        self.studio.tracker.downloads = Turns(1, 0.01)
        preview = review.preview()
        review.send(preview, "a.pdf", b"%PDF-1.4" + bytes(LARGE))
        assert studio.stored(PreviewFile, preview["id"])["extension"] == "pdf"
        self.path = f"/pictures/originals/preview-files/{preview['id']}/download"

    def ask(self, method: str = "GET", **headers: str) -> tuple[int, Any]:
        """The status, and the answer, which nobody has taken yet."""
        said: list[str] = []
        headers["Authorization"] = f"Bearer {self.review.artist.token}"
        environ = falcon.testing.create_environ(self.path, method=method, headers=headers)
        body = self.studio.app(environ, lambda status, fields, problem=None: said.append(status))
        return int(said[0][:3]), body


@pytest.fixture
def files(studio: Studio, review: Review) -> Files:
    return Files(studio, review)


def test_who_would_be_one_too_many_is_told_to_come_again(files: Files) -> None:
    status, first = files.ask()
    assert status == 200
    status, refused = files.ask()
    assert (status, b"Too many files" in b"".join(refused)) == (503, True)
    assert files.review.artist.get("/data/user/context")  # nothing else waits
    first.close()
    status, second = files.ask()
    assert (status, len(b"".join(second))) == (200, LARGE + 8)
    second.close()
    assert files.ask()[0] == 200


def test_a_turn_is_given_back_though_nobody_closes_the_answer(files: Files) -> None:
    assert files.ask()[0] == 200
    assert files.ask()[0] == 200


def test_what_sends_no_file_needs_no_turn(files: Files) -> None:
    status, first = files.ask()
    assert status == 200
    tag = files.review.artist.call("HEAD", files.path).headers["etag"]
    assert files.ask("HEAD")[0] == 200
    assert files.ask(**{"If-None-Match": tag})[0] == 304
    assert files.ask(Range="bytes=0-9")[0] == 206  # little is sent from memory
    assert files.ask(Range="bytes=99999999-")[0] == 416
    first.close()


# --- a server ---


@pytest.fixture
def one_at_a_time(tmp_path: Path) -> Iterator[Served]:
    limits = {"MEDIA_MAX_CONCURRENT_REQUESTS": "1", "MEDIA_SLOT_WAIT_TIMEOUT": "0.5"}
    with serve(tmp_path / "studio", "", "--threads", "2", **limits) as served:
        yield served


@pytest.mark.long
def test_a_file_is_being_sent_until_its_client_has_it_or_is_gone(one_at_a_time: Served, tmp_path: Path) -> None:
    asked = large_avatar(one_at_a_time, tmp_path)
    for leaves in (True, False):
        with connect(one_at_a_time) as slow, connect(one_at_a_time) as other:
            slow.sendall(asked)
            time.sleep(0.3)
            other.sendall(asked)
            answers_at_once(one_at_a_time)
            assert answers(other)[0][0] == 503
            if leaves:
                slow.close()
            else:
                assert len(answers(slow)[0][2]) == 50_000_000
            assert takes(one_at_a_time, asked) == 200


def takes(served: Served, asked: bytes) -> int:
    with connect(served) as connection:
        connection.sendall(asked)
        return answers(connection)[0][0]


def large_avatar(served: Served, tmp_path: Path) -> bytes:
    """The request of a file that is larger than what lies on the way."""
    client = signed_in(served)
    token = gazu.client.make_auth_header(client=client)["Authorization"]
    person = gazu.client.get_current_user(client=client)["id"]
    path = tmp_path / "avatar.png"
    path.write_bytes(picture())
    gazu.client.upload(f"pictures/thumbnails/persons/{person}", str(path), client=client)
    [stored] = [file for file in (served.errors.parent / "files").rglob("*") if file.is_file()]
    with stored.open("ab") as file:
        file.truncate(50_000_000)
    return head(f"GET /pictures/thumbnails/persons/{person}.png", f"Authorization: {token}")
