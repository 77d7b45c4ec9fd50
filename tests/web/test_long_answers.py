"""Long answers: made in pieces, put aside as the client takes them, sent after their transaction (docs/api/requests.md)."""

import errno
import tempfile
import wsgiref.util
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest
from declared import unpacked
from film import Film, film
from studio import Answered, Member, Studio

from kitsulite.models.entities import Entity
from kitsulite.models.lists import PIECE, Rows
from kitsulite.models.people import Department
from kitsulite.models.shapes import Shape
from kitsulite.web import spool

__all__ = ["film"]
MANY = 3 * PIECE + 50
DEPARTMENTS = "/data/departments"


@pytest.fixture
def many(studio: Studio) -> Member:
    """Somebody who asks for more departments than are read at once."""
    names = [f"Department {number:04}" for number in range(MANY)]
    with studio.tracker.work() as work:
        for name in names:
            work.insert(Department, name=name, color="#123456")
    return studio.person("Ann", role="admin")


def asked(member: Member, path: str, taken: str, method: str = "GET", **headers: str) -> Answered:
    return member.call(method, path, headers={"Accept-Encoding": taken, **headers})


def told(answer: Answered) -> bytes:
    """What an answer says, however it came."""
    return unpacked(answer.content, answer.headers.get("content-encoding"))


@pytest.mark.parametrize(
    ("taken", "way"),
    [
        ("", None),
        ("identity", None),
        ("br", None),
        ("gzip", "gzip"),
        ("gzip, deflate, br, zstd", "zstd"),
        ("GZIP;q=0.5, zstd;q=0", "gzip"),
        ("gzip;q=0, zstd;q=0.0", None),
        ("*", "gzip"),
        ("*;q=0", None),
    ],
)
@pytest.mark.parametrize("query", ["", "?page=1&limit=1000", "?fields=name", "?page=1&limit=1000&fields=name"])
def test_a_long_list_is_compressed_as_the_client_takes_it(
    many: Member, taken: str, way: str | None, query: str
) -> None:
    plain = many.call("GET", DEPARTMENTS + query)
    answer = asked(many, DEPARTMENTS + query, taken)
    assert answer.headers.get("content-encoding") == way
    assert answer.headers["vary"] == "Accept-Encoding"
    assert answer.headers["content-length"] == str(len(answer.content))
    assert told(answer) == plain.content
    assert (len(answer.content) < len(plain.content) / 3) is bool(way)
    rows = plain.json if query in ("", "?fields=name") else plain.json["data"]
    assert len({row["id"] for row in rows}) == len(rows) >= MANY
    assert all(set(row) == {"id", "name", "type"} for row in rows) is ("fields" in query)


def test_a_short_answer_stays_as_it_is(studio: Studio) -> None:
    ann = studio.person("Ann", role="admin")
    for path in (DEPARTMENTS, f"/data/persons/{ann.id}"):
        answer = asked(ann, path, "gzip, zstd")
        assert "content-encoding" not in answer.headers
        assert answer.json is not None


def test_the_head_of_a_long_list_says_how_long_it_is(many: Member, monkeypatch: pytest.MonkeyPatch) -> None:
    for most in (spool.IN_MEMORY, 1000):
        monkeypatch.setattr(spool, "IN_MEMORY", most)
        for taken in ("", "gzip"):
            whole, head = asked(many, DEPARTMENTS, taken), asked(many, DEPARTMENTS, taken, "HEAD")
            assert (head.status, head.content) == (200, b"")
            names = ("content-length", "content-type", "vary")
            assert [head.headers[name] for name in names] == [whole.headers[name] for name in names]


class Environ(dict[str, Any]):
    """A request as a server makes it, whose answer is not read yet."""

    def __init__(self, member: Member, path: str) -> None:
        super().__init__(PATH_INFO=path, HTTP_AUTHORIZATION=f"Bearer {member.token}", QUERY_STRING="")
        wsgiref.util.setup_testing_defaults(self)


def test_when_a_long_list_is_sent_its_transaction_is_over(
    studio: Studio, many: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spool, "IN_MEMORY", 1000)
    whole = many.call("GET", DEPARTMENTS)
    sending = studio.app(Environ(many, DEPARTMENTS), lambda *head: None)
    assert not studio.tracker.db.in_transaction
    with studio.tracker.work() as work:
        work.db.run(Department.update(color="#654321"))
    assert b"".join(sending) == whole.content
    assert not list(studio.tracker.settings.scratch_folder.iterdir())


@pytest.fixture(
    params=[OSError(errno.ENOSPC, "No space left on device"), RuntimeError("broken")], ids=["full", "broken"]
)
def trouble(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> tuple[Exception, pytest.MonkeyPatch]:
    return request.param, monkeypatch


def test_what_goes_wrong_in_the_middle_is_an_answer(
    many: Member, trouble: tuple[Exception, pytest.MonkeyPatch]
) -> None:
    problem, patch = trouble

    class Broken(tempfile.SpooledTemporaryFile[bytes]):
        def write(self, data: Any) -> int:
            if self.tell():
                raise problem
            return super().write(data)

    with patch.context() as broken:
        broken.setattr(spool, "SpooledTemporaryFile", Broken)
        for path in (DEPARTMENTS, f"{DEPARTMENTS}?fields=name"):
            answer = many.call("GET", path)
            assert answer.status == (507 if isinstance(problem, OSError) else 500)
            assert answer.json["error"] is True
            assert not {"etag", "content-encoding"} & answer.headers.keys()
    assert len(many.get(DEPARTMENTS)) >= MANY


def test_who_reads_no_further_leaves_the_database_as_it_was(studio: Studio, many: Member) -> None:
    db = studio.tracker.db

    def begin() -> Iterator[list[bytes]]:
        pieces = Rows(db, Shape(Department).select(db)).pieces()
        assert len(next(pieces)) == PIECE
        return pieces

    with db.reading():
        left = begin()
    with suppress(ZeroDivisionError), db.reading():
        left = begin()
        raise ZeroDivisionError
    with db.reading():
        left.close()  # type: ignore[attr-defined]
        assert db.count(Department.select()) >= MANY


def test_lists_with_tasks_are_the_same_in_every_form(film: Film) -> None:
    with film.studio.tracker.work() as work:
        shot = {key: film.shot[key] for key in ("project_id", "entity_type_id", "parent_id")}
        for number in range(MANY):
            work.insert(Entity, name=f"SX{number:04}", **shot)
    path = f"/data/shots/with-tasks?project_id={film.id}"
    for form in ("", "&compact=true", "&stream=true", "&stream=true&compact=true"):
        for fields in ("", "&fields=name"):
            plain = film.ann.call("GET", path + form + fields)
            for taken in ("gzip", "zstd"):
                answer = asked(film.ann, path + form + fields, taken)
                assert answer.headers["content-encoding"] == taken
                assert answer.headers["content-type"] == plain.headers["content-type"]
                assert told(answer) == plain.content
                assert answer.headers["etag"] != plain.headers["etag"]
                same = asked(film.ann, path + form + fields, taken, **{"If-None-Match": answer.headers["etag"]})
                assert (same.status, same.headers["vary"]) == (304, "Accept-Encoding")
    rows = film.ann.get(path)
    lines = film.ann.call("GET", f"{path}&stream=true").text.splitlines()
    assert len(rows) == len(lines) - 1 >= MANY
    compact = film.ann.get(f"{path}&compact=true&fields=name")
    assert compact["shot_fields"] == ["id", "name", "type"]
    assert len(compact["rows"]) == len(rows)


def test_sheets_are_compressed_too(film: Film) -> None:
    for number in range(300):
        film.studio.entity("Shot", f"SX{number:04}", film.project, parent=film.sequence)
    path = f"/export/csv/projects/{film.id}/shots.csv"
    plain, answer = film.ann.call("GET", path), asked(film.ann, path, "gzip")
    assert answer.headers["content-encoding"] == "gzip"
    assert told(answer) == plain.content


def test_postgres_compiles_no_statements(studio: Studio) -> None:
    if studio.tracker.db.name != "postgres":
        pytest.skip("SQLite compiles none")
    for transaction in (studio.tracker.db.reading, studio.tracker.db.writing):
        with transaction():
            assert studio.tracker.db.select("SHOW jit") == [("off",)]
