"""A dump that was cut off, or changed, is not taken for a whole one."""

import gzip
import json
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from studio import Studio

from kitsulite import Settings, Tracker
from kitsulite.areas.studio import transfer
from kitsulite.cli import main
from kitsulite.storage.wholefile import whole_file

Load = Callable[[bytes], str]


@pytest.fixture
def whole(tmp_path: Path) -> bytes:
    """The dump of a small studio, as a plain file."""
    with Tracker(Settings(data=str(tmp_path / "fox"))) as tracker:
        studio = Studio(tracker)
        studio.person("Ann", "admin")
        studio.person("Bob")
    assert main(["dump", str(tmp_path / "fox.jsonl"), "--data", str(tmp_path / "fox")]) == 0
    return (tmp_path / "fox.jsonl").read_bytes()


@pytest.fixture
def refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Load:
    """Why a dump is not loaded; nothing of it must be there afterwards."""

    def load(content: bytes) -> str:
        (tmp_path / "cut.jsonl").write_bytes(content)
        where = str(tmp_path / "copy")
        assert main(["load", str(tmp_path / "cut.jsonl"), "--data", where]) == 1
        with Tracker(Settings(data=where), first_data=False) as tracker:
            assert transfer.count_rows(tracker.db) == 0
        said = capsys.readouterr().err
        assert said.endswith("; nothing was loaded.\n")
        return said

    return load


def test_what_is_no_dump_makes_no_studio(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    other = tmp_path / "notes.txt"
    other.write_text("Dear Ann,\n")
    assert main(["load", str(other), "--data", str(tmp_path / "copy")]) == 1
    assert capsys.readouterr().err.startswith(f"kitsulite: {other}, line 1: not ")
    assert not (tmp_path / "copy").exists()


@pytest.mark.parametrize("content", [b"", b"\n", b" \n\n"])
def test_an_empty_file_is_no_dump(content: bytes, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "zero.jsonl").write_bytes(content)
    assert main(["load", str(tmp_path / "zero.jsonl"), "--data", str(tmp_path / "copy")]) == 1
    assert capsys.readouterr().err.endswith("zero.jsonl is not whole: it is empty; nothing was loaded.\n")
    assert not (tmp_path / "copy").exists()


def test_a_dump_goes_through_a_pipe_and_along_a_link(whole: bytes, tmp_path: Path) -> None:
    fox, pipe, link = str(tmp_path / "fox"), tmp_path / "pipe", tmp_path / "link.jsonl"
    os.mkfifo(pipe)
    link.symlink_to("real.jsonl")
    with ThreadPoolExecutor(1) as pool:
        came = pool.submit(pipe.read_bytes)
        assert main(["dump", str(pipe), "--data", fox]) == 0
        assert came.result(timeout=10) == whole
    assert pipe.is_fifo()
    assert main(["dump", str(link), "--data", fox]) == 0
    assert link.is_symlink()
    assert (tmp_path / "real.jsonl").read_bytes() == whole


def test_two_dumps_into_one_file_at_once_are_both_whole(tmp_path: Path) -> None:
    target = tmp_path / "fox.jsonl"
    with whole_file(target) as first, whole_file(target) as second:
        first.write(b"first")
        second.write(b"second")
    assert target.read_bytes() in (b"first", b"second")
    assert [path.name for path in tmp_path.iterdir()] == ["fox.jsonl"]


def test_a_dump_that_was_cut_off_is_refused_wherever_that_was(whole: bytes, refused: Load) -> None:
    lines = whole.splitlines(keepends=True)
    assert "its last line is missing, it ends after 3 rows" in refused(b"".join(lines[:4]))
    assert "its last line is missing" in refused(b"".join(lines[:-1]))
    assert "its last line is missing, it ends after 0 rows" in refused(lines[0])
    assert "its last line was cut off" in refused(whole[:-20])
    assert "line 8" in refused(b"".join(lines[:7]) + lines[7][:15])


def test_a_dump_that_lost_a_row_or_had_one_changed_is_refused(whole: bytes, refused: Load) -> None:
    lines = whole.splitlines(keepends=True)
    ann = next(number for number, line in enumerate(lines) if b'"Ann"' in line)
    lacking = [line for line in lines if b"task_status" not in line or b'"Neutral"' not in line]
    assert f"it has {len(lines) - 3} rows of {len(lines) - 2}" in refused(b"".join(lacking))
    changed = [*lines[:ann], lines[ann].replace(b'"Ann"', b'"Eve"'), *lines[ann + 1 :]]
    assert "not those that were written" in refused(b"".join(changed))
    assert "something follows" in refused(whole + lines[1])


def test_two_dumps_of_the_same_studio_have_the_same_digest_whatever_their_order(whole: bytes, tmp_path: Path) -> None:
    head, *rows, end = whole.splitlines()
    (tmp_path / "turned.jsonl.gz").write_bytes(gzip.compress(b"\n".join([head, *reversed(rows), end])))
    where = ["--data", str(tmp_path / "copy")]
    assert main(["load", str(tmp_path / "turned.jsonl.gz"), *where]) == 0
    assert main(["dump", str(tmp_path / "again.jsonl"), *where]) == 0
    assert (tmp_path / "again.jsonl").read_bytes().splitlines()[-1] == end
    assert json.loads(end)["end"]["tables"]["person"] == 2


def test_a_dump_from_elsewhere_has_no_marks_and_is_taken_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "zou.jsonl").write_text('{"table": "department", "row": {"name": "FX", "color": "#000000"}}\n')
    assert main(["load", str(tmp_path / "zou.jsonl"), "--data", str(tmp_path / "copy")]) == 0
