"""EVENT_HANDLERS_FOLDER: what a studio has of its own to handle events."""

import dataclasses
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from kitsulite import Settings, Tracker
from kitsulite.models.tools import ApiEvent

HANDLERS = """
import json, pathlib

class Handler:
    def handle_event(self, data):
        if data.get("fails"):
            raise RuntimeError("mine")
        with open(pathlib.Path(__file__).parent / "told", "a") as file:
            file.write(json.dumps(data) + "\\n")

event_map = {"task:update": Handler()}
"""


def opened(tracker: Tracker, folder: Path) -> Tracker:
    settings = dataclasses.replace(tracker.settings, event_handlers_folder=str(folder))
    return Tracker(settings, first_data=False)


def happen(tracker: Tracker, name: str, **data: Any) -> str:
    with tracker.work() as work:
        work.emit(name, data)
        return str(work.events[-1].id)


def told(folder: Path) -> str:
    return (folder / "told").read_text() if (folder / "told").exists() else ""


def test_handlers_get_the_payload_with_the_id_of_the_event(tracker: Tracker, tmp_path: Path) -> None:
    (tmp_path / "event_handlers.py").write_text(HANDLERS)
    with opened(tracker, tmp_path) as ours:
        happen(ours, "task:update", task_id="0")
        ours.jobs.run_due()
        assert told(tmp_path) == ""  # it hears from now on
        id = happen(ours, "task:update", task_id="1")
        happen(ours, "task:new", task_id="2")
        ours.jobs.run_due()
    assert told(tmp_path) == f'{{"task_id": "1", "id": "{id}"}}\n'
    with tracker.db.reading():
        assert tracker.db.find(ApiEvent, id)


def test_what_a_handler_fails_on_is_logged_and_passed_over(
    tracker: Tracker, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "event_handlers.py").write_text(HANDLERS)
    with opened(tracker, tmp_path) as ours:
        ours.jobs.run_due()
        happen(ours, "task:update", fails=True)
        happen(ours, "task:update", task_id="1")
        ours.jobs.run_due()
        ours.jobs.run_due()
    assert told(tmp_path).count("task_id") == 1
    assert caplog.text.count("The handler of task:update failed") == 1


def test_they_run_where_jobs_are_done(tracker: Tracker, tmp_path: Path) -> None:
    (tmp_path / "event_handlers.py").write_text(HANDLERS)
    with opened(tracker, tmp_path) as ours:
        ours.jobs.run_due()
        ours.jobs.start()
        happen(ours, "task:update", task_id="1")
        until = time.monotonic() + 10
        while not told(tmp_path):
            assert time.monotonic() < until
            time.sleep(0.01)


def test_two_studios_in_a_process_share_no_module(tracker: Tracker, tmp_path: Path) -> None:
    """A package imports what lies beside it, and leaves nothing behind."""
    before, path = set(sys.modules), list(sys.path)
    folders = [tmp_path / "a", tmp_path / "b"]
    for folder in folders:
        package = folder / "event_handlers"
        package.mkdir(parents=True)
        (package / "__init__.py").write_text("from .own import Handler\n\nanything = {'task:update': Handler()}\n")
        (package / "own.py").write_text(
            HANDLERS.replace("event_map = ", "ours = ").replace("parent /", "parent.parent /")
        )
    trackers = [
        Tracker(Settings(data=str(tmp_path / name), event_handlers_folder=str(folder)), first_data=False)
        for name, folder in zip("xy", folders, strict=True)
    ]
    for each in trackers:
        each.jobs.run_due()
    happen(trackers[0], "task:update", task_id="of a")
    for each in trackers:
        each.jobs.run_due()
    assert "of a" in told(folders[0])
    assert told(folders[1]) == ""
    assert sys.path == path
    assert "event_handlers" not in sys.modules
    for each in trackers:
        each.close()
    assert not [name for name in set(sys.modules) - before if "event_handlers" in name]


@pytest.mark.parametrize(
    ("source", "complaint"),
    [
        (None, "There is no event_handlers.py"),
        ("x = 1", "needs one mapping"),
        ("event_map = {'task:update': 1}", "needs one mapping"),
        ("1 / 0", "division by zero"),
    ],
)
def test_what_cannot_be_loaded_is_said_and_everything_else_goes_on(
    tracker: Tracker, tmp_path: Path, caplog: pytest.LogCaptureFixture, source: str | None, complaint: str
) -> None:
    if source:
        (tmp_path / "event_handlers.py").write_text(source)
    with opened(tracker, tmp_path) as ours:
        happen(ours, "task:update")
        ours.jobs.run_due()
        ours.jobs.run_due()
    assert "cannot be loaded" in caplog.text
    assert complaint in caplog.text
    assert caplog.text.count("cannot be loaded") == 1
