"""A Zou that is read through its API by way of what cuts, refuses and makes things up: nothing of that is taken for what is there."""

import errno
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import closing
from email.utils import formatdate
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from apps import served
from peewee import sqlite3
from sites import ADMIN, Fault, Faulty, source_of, taken
from studio import Studio
from zous import PASSWORD, Zou

from kitsulite import Tracker
from kitsulite.areas.takeover import site as sites
from kitsulite.areas.takeover.refusals import CannotTakeOver
from kitsulite.areas.takeover.site import PATIENCE, TRIES, Site
from kitsulite.cli import main
from kitsulite.models.reviews import PreviewFile

pytestmark = pytest.mark.long

HALF = Fault(body=b"half", headers={"Content-Type": "image/png"}, length=100)
HTML = Fault(body=b"<!DOCTYPE html><p>Sign in", headers={"Content-Type": "text/html; charset=utf-8"})


@pytest.fixture
def slept(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """How long was waited, without waiting."""
    slept: list[float] = []
    monkeypatch.setattr(sites.time, "sleep", slept.append)
    return slept


@pytest.fixture
def faulty(site: str, studio: Studio) -> Faulty:
    return Faulty(studio.app)


@pytest.fixture
def url(faulty: Faulty, slept: list[float]) -> Iterator[str]:
    with served(faulty) as url:
        yield url


@pytest.fixture
def cli(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Any:
    """What the command says."""
    monkeypatch.setenv("KITSULITE_PASSWORD", PASSWORD)
    monkeypatch.setenv("SECRET_KEY", "new")

    def run(url: str, *more: str, code: int = 0) -> str:
        assert main(["import", "zou", "--url", url, "--login", ADMIN, "--data", str(tmp_path / "cli"), *more]) == code
        said = capsys.readouterr()
        return said.out + said.err

    return run


def files(tracker: Tracker) -> set[str]:
    return set(tracker.files.list())


# --- lists ---


LISTS = ("/data/attachment-files", "/data/entities", "/data/projects/open", "/data/events/last")


@pytest.mark.parametrize(
    ("status", "path"),
    [*((status, "/data/preview-files") for status in (400, 401, 403, 404, 500, 503)), *((404, path) for path in LISTS)],
)
def test_a_list_that_is_refused_is_not_one_that_is_empty(
    faulty: Faulty, url: str, new: Tracker, status: int, path: str
) -> None:
    taken(url, new)
    before = files(new)
    faulty.faults[path] = Fault(status, b'{"error": true}')
    with pytest.raises(CannotTakeOver, match=path):
        taken(url, new)
    assert files(new) == before


def test_nothing_comes_while_a_list_is_refused(faulty: Faulty, url: str, tmp_path: Path, cli: Any) -> None:
    faulty.faults["/data/entities"] = Fault(403)
    assert "answers 403 to /data/entities" in cli(url, code=1)
    with closing(sqlite3.connect(tmp_path / "cli" / "studio.db")) as db:
        assert db.execute("SELECT count(*) FROM person").fetchall() == [(0,)]


@pytest.mark.parametrize(
    "fault",
    [
        HTML,
        Fault(),
        *(
            Fault(body=text)
            for text in (b"null", b"5", b"{}", b"[5]", b'[{"name": "x"}]', b'{"data": 5, "nb_pages": 1}')
        ),
        Fault(body=b'[{"id": "1"}', length=100),
        Fault(body=b'[{"id": "1"}, {"i'),
    ],
)
def test_what_is_no_list_is_told(faulty: Faulty, url: str, cli: Any, fault: Fault) -> None:
    for path in ("/data/tasks", "/data/events/last"):
        faulty.faults = {path: fault}
        faulty.asked.clear()
        assert f"does not answer {path}" in cli(url, code=1)
        assert len(faulty.asked) == TRIES


def test_a_list_that_breaks_off_is_asked_for_again(faulty: Faulty, url: str, new: Tracker) -> None:
    faulty.faults["/data/tasks"] = Fault(body=b'[{"id": "1"}', length=100)
    faulty.times = 2
    assert taken(url, new).total("taken") > 0
    assert faulty.asked == ["/data/tasks"] * 2


# --- files ---


@pytest.mark.parametrize("fault", [HALF, HTML, Fault(403), Fault(500), Fault(400, b"{}")], ids=str)
def test_what_is_not_the_whole_file_is_none(faulty: Faulty, url: str, new: Tracker, zou: Zou, fault: Fault) -> None:
    key = f"originals-{zou.ids['preview_file']}"
    faulty.faults["/pictures/originals"] = fault
    report = taken(url, new)
    [named] = [issue for issue in report.issues if issue.why.startswith(key)]
    assert (named.what, named.table, named.id) == ("missing", "preview_file", zou.ids["preview_file"])
    assert report.files["missing"] == 1
    assert key not in files(new)
    assert [issue for issue in report.issues if issue.what == "cleaned"] == []
    faulty.faults.clear()
    assert taken(url, new).files["copied"] == 1
    assert key in files(new)


def test_a_file_that_is_here_stays_while_there_is_none_to_be_had(
    faulty: Faulty, url: str, studio: Studio, new: Tracker, zou: Zou
) -> None:
    taken(url, new)
    before = files(new)
    studio.store(PreviewFile, zou.ids["preview_file"], updated_at="2030-01-01T00:00:00.000000")
    faulty.faults["/pictures"] = faulty.faults["/movies"] = HALF
    taken(url, new)
    assert files(new) == before


def test_a_file_that_breaks_off_is_fetched_again(faulty: Faulty, url: str, new: Tracker, zou: Zou) -> None:
    faulty.faults["/pictures/originals"] = HALF
    faulty.times = 1
    assert taken(url, new).files["missing"] == 0
    with new.files.open(f"originals-{zou.ids['preview_file']}") as content:
        assert content.read() == b"originals"


def test_an_attachment_may_be_a_page(faulty: Faulty, url: str, new: Tracker, zou: Zou) -> None:
    faulty.faults["/data/attachment-files/"] = HTML
    taken(url, new)
    with new.files.open(f"attachments-{zou.ids['attachment_file']}") as content:
        assert content.read() == HTML.body


def test_files_that_this_account_may_not_see_end_it(faulty: Faulty, url: str, cli: Any) -> None:
    faulty.faults["/pictures"] = Fault(401)
    assert f"does not let {ADMIN} see /pictures" in cli(url, code=1)


def test_a_full_disk_is_no_fault_of_a_file(
    faulty: Faulty, url: str, new: Tracker, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(shutil, "copyfileobj", full)
    with pytest.raises(CannotTakeOver, match="is full"):
        taken(url, new)


# --- servers ---


def in_seconds(seconds: int) -> str:
    return formatdate(time.time() + seconds, usegmt=True)


def test_a_busy_server_is_left_alone_as_it_asks(faulty: Faulty, url: str, slept: list[float]) -> None:
    site, path = source_of(url).site, "/data/projects/open"
    wanted = {
        "7": (7, 7),
        "99999": (PATIENCE, PATIENCE),
        "9" * 5000: (PATIENCE, PATIENCE),
        in_seconds(40): (20, 40),
        in_seconds(-999): (0, 0),
        in_seconds(9999): (PATIENCE, PATIENCE),
        **dict.fromkeys(("-5", "soon", "", "nan", "1e9"), (1, 1)),
    }
    faulty.times = 1
    for status, (said, (least, most)) in product((429, 503), wanted.items()):
        faulty.faults[path] = Fault(status, headers={"Retry-After": said})
        faulty.asked.clear()
        slept.clear()
        site.ask(path)
        assert least <= sum(slept) <= most, said
        assert faulty.asked == [path]


def test_one_that_is_always_busy_is_told(faulty: Faulty, url: str, cli: Any) -> None:
    faulty.faults["/data/tasks"] = Fault(429)
    assert "has no time for /data/tasks" in cli(url, code=1)


@pytest.mark.parametrize("path", ["/auth/login", "/data/tasks", "/pictures"])
def test_a_server_that_sends_on_is_told_where(faulty: Faulty, url: str, cli: Any, path: str) -> None:
    for status in (301, 302, 307, 308):
        faulty.faults[path] = Fault(status, headers={"Location": f"https://kitsu.studio.com{path}"})
        said = cli(url, code=1)
        assert f"sends on to https://kitsu.studio.com{path}" in said
        assert path != "/auth/login" or said.endswith("--url https://kitsu.studio.com\n")


@pytest.mark.parametrize(
    "fault", [HTML, Fault(500, b'{"message": "No"}'), Fault(404, b"x"), Fault(405), Fault(body=b"5")]
)
def test_what_is_no_kitsu_is_told(faulty: Faulty, url: str, fault: Fault, cli: Any) -> None:
    faulty.faults["/auth/login"] = faulty.faults["/api/auth/login"] = fault
    said = cli(url, code=1)
    assert f"answers {fault.status} to a sign-in, and not as a Kitsu does" in said


def test_a_server_that_is_busy_at_the_sign_in_is_asked_again(faulty: Faulty, url: str) -> None:
    faulty.faults["/auth/login"] = Fault(503)
    faulty.times = 2
    Site(url).log_in(ADMIN, PASSWORD)
    assert len(faulty.asked) == 2


@pytest.mark.parametrize("status", [404, 405])
def test_the_api_may_be_at_the_root(faulty: Faulty, url: str, status: int) -> None:
    faulty.faults["/api"] = Fault(status)
    site = Site(url)
    site.log_in(ADMIN, PASSWORD)
    assert site.ask("/data/projects/open")
    assert faulty.asked == ["/api/auth/login"]
