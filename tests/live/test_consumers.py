"""Functions that hear of events: in the process that causes them, and with a place that outlives it."""

import itertools
import logging
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from studio import Studio

from kitsulite import Tracker
from kitsulite.live import consumers, holders, outbox, places, pump
from kitsulite.live.outbox import Told
from kitsulite.models.outbox import Outgoing
from kitsulite.models.own import EventPlace
from kitsulite.work.work import Event


def happen(tracker: Tracker, *names: str, **data: Any) -> None:
    """Events, each committed by itself."""
    for name in names:
        with tracker.work() as work:
            work.emit(name, data)


def soon(holds: Callable[[], object], seconds: float = 10.0) -> None:
    """Wait until something holds."""
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "it never came"
        time.sleep(0.01)


@pytest.fixture
def another(tracker: Tracker) -> Iterator[Tracker]:
    """The same studio, opened by another process."""
    with Tracker(tracker.settings, first_data=False) as other:
        yield other


# --- in the process ---


@pytest.mark.parametrize(
    ("events", "heard"),
    [
        ("task:update", ["task:update"]),
        ("task:*", ["task:update", "task:new"]),
        ("*:new", ["task:new", "shot:new"]),
        ("*", ["task:update", "task:new", "shot:new"]),
        (["shot:new", "task:update"], ["task:update", "shot:new"]),
        ("Task:Update", ["task:update"]),
    ],
)
def test_a_function_hears_of_the_events_that_it_names(tracker: Tracker, events: Any, heard: list[str]) -> None:
    names: list[str] = []
    tracker.on(events, lambda event: names.append(event.name))
    happen(tracker, "task:update", "task:new", "shot:new")
    assert names == heard


def test_a_decorated_function_hears_after_the_commit_and_never_of_what_is_undone(tracker: Tracker) -> None:
    seen: list[tuple[Event, int]] = []

    @tracker.on("task:update")
    def hear(event: Event) -> None:
        with tracker.db.reading():
            seen.append((event, outbox.last(tracker.db)))

    def fail() -> None:
        with tracker.work() as work:
            work.emit("task:update", {"task_id": "1"})
            raise RuntimeError("no")

    with pytest.raises(RuntimeError, match="no"):
        fail()
    assert not seen
    happen(tracker, "task:update", task_id="2")
    ((event, last),) = seen
    assert event.data == {"task_id": "2"}
    assert event.seq == last


def test_what_fails_in_a_function_breaks_nothing_else(tracker: Tracker, caplog: pytest.LogCaptureFixture) -> None:
    heard: list[Event] = []

    @tracker.on("*")
    def fail(event: Event) -> None:
        raise RuntimeError("mine")

    tracker.on("*", heard.append)
    happen(tracker, "task:update")
    assert len(heard) == 1
    assert "A listener failed on task:update" in caplog.text


@pytest.mark.parametrize("events", ["", "task", "task:*:x", "task update", [], "a b:new", "**"])
def test_what_names_no_events_is_refused(tracker: Tracker, events: Any) -> None:
    with pytest.raises(ValueError, match="events"):
        tracker.on(events, print)
    with pytest.raises(ValueError, match="events"):
        tracker.consumer("mine", events=events)(print)


@pytest.mark.parametrize("name", ["", " ", "webhook:1", "x" * 81])
def test_a_consumer_has_a_name_of_its_own(tracker: Tracker, name: str) -> None:
    with pytest.raises(ValueError, match="no name"):
        tracker.consumer(name)(print)
    tracker.consumer("mine")(print)
    with pytest.raises(ValueError, match="already"):
        tracker.consumer("mine")(print)


# --- with a place ---


def test_a_consumer_hears_everything_stored_in_order_from_now_on(tracker: Tracker) -> None:
    told: list[Told] = []
    happen(tracker, "task:new")
    tracker.consumer("mine", events=["task:*"])(told.append)
    tracker.start_consumers()
    with tracker.work() as work:
        work.emit("task:update", {"task_id": "live"}, live=True)
    happen(tracker, "task:update", "shot:new", "task:delete", task_id="1")
    soon(lambda: len(told) == 2)
    assert [event.name for event in told] == ["task:update", "task:delete"]
    assert told[0].data == {"task_id": "1"}
    assert told[0].id
    assert told[0].seq < told[1].seq
    assert told[0].created_at


def test_a_new_consumer_may_begin_with_what_is_kept(tracker: Tracker) -> None:
    told: list[Told] = []
    happen(tracker, "task:new", "task:update")
    tracker.consumer("mine", after=0)(told.append)
    tracker.start_consumers()
    soon(lambda: len(told) == 2)


def test_one_that_was_away_goes_on_where_it_was(tracker: Tracker, another: Tracker) -> None:
    first: list[Told] = []
    another.consumer("mine")(first.append)
    another.start_consumers()
    happen(tracker, "task:new")
    soon(lambda: first)
    another.close()
    happen(tracker, *["task:update"] * 3)
    told: list[Told] = []
    tracker.consumer("mine")(told.append)
    tracker.start_consumers()
    soon(lambda: len(told) == 3)
    happen(tracker, "task:delete")
    soon(lambda: len(told) == 4)
    assert [event.name for event in told] == ["task:update"] * 3 + ["task:delete"]
    assert len(first) == 1


def test_what_fails_holds_up_its_own_line_and_is_tried_again(
    tracker: Tracker, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(pump, "FIRST_PAUSE", 0.05)
    told: list[int] = []
    others: list[Told] = []
    tries: list[int] = []

    @tracker.consumer("mine")
    def hear(event: Told) -> None:
        if event.data["number"] == 1 and len(tries) < 2:
            tries.append(1)
            raise RuntimeError("not yet")
        told.append(event.data["number"])

    tracker.consumer("other")(others.append)
    tracker.start_consumers()
    for number in range(3):
        happen(tracker, "task:update", number=number)
    soon(lambda: len(others) == 3)
    soon(lambda: len(told) == 3)
    assert told == [0, 1, 2]
    assert len(tries) == 2
    failures = [record for record in caplog.records if "tried again in" in record.message]
    assert len(failures) == 2
    assert "not yet" in str(failures[0].exc_info)
    soon(lambda: place(tracker)["attempts"] == 0)


def test_pauses_grow_and_what_is_wrong_is_kept(tracker: Tracker) -> None:
    tracker.consumer("mine")(lambda event: 1 / 0)
    tracker.start_consumers()
    happen(tracker, "task:update")
    soon(lambda: place(tracker)["attempts"] == 1)
    assert place(tracker)["error"] == "ZeroDivisionError: division by zero"
    assert place(tracker)["failing_since"]
    assert place(tracker)["due_at"]
    assert [pump.pause_after(attempts) for attempts in (1, 2, 3, 30)] == [1, 4, 16, 600]


def place(tracker: Tracker, name: str = "mine") -> dict[str, Any]:
    with tracker.db.reading():
        return places.find(tracker.db, [name])[name]


def test_a_consumer_can_be_replayed(tracker: Tracker) -> None:
    told: list[int] = []
    tracker.consumer("mine")(lambda event: told.append(event.seq))
    tracker.start_consumers()
    happen(tracker, *["task:update"] * 3)
    soon(lambda: len(told) == 3)
    tracker.replay("mine", after=told[0])
    soon(lambda: len(told) == 5)
    assert told == [told[0], told[1], told[2], told[1], told[2]]
    with pytest.raises(LookupError, match="no consumer"):
        tracker.replay("nobody", after=0)


def test_what_is_replayed_while_it_is_told_begins_anew_at_once(
    tracker: Tracker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pump, "SAVE", 0.0)
    told: list[int] = []

    @tracker.consumer("mine", after=0)
    def hear(event: Told) -> None:
        if event.seq == 3 and 3 not in told:
            tracker.replay("mine", after=1)
        told.append(event.seq)

    happen(tracker, *["task:update"] * 5)
    tracker.start_consumers()
    soon(lambda: 5 in told)
    assert told == [1, 2, 3, 2, 3, 4, 5]


def test_of_many_processes_one_serves_a_consumer(tracker: Tracker, another: Tracker) -> None:
    told: list[int] = []
    at_once: list[int] = []
    inside = threading.Lock()

    def hear(event: Told) -> None:
        if not inside.acquire(blocking=False):
            at_once.append(event.seq)
            return
        time.sleep(0.002)
        told.append(event.seq)
        inside.release()

    for each in (tracker, another):
        each.consumer("mine")(hear)
        each.start_consumers()
    for number in range(60):
        happen((tracker, another)[number % 2], "task:update")
    soon(lambda: len(told) >= 60)
    assert not at_once
    assert told == sorted(set(told))
    assert len(told) == 60


@pytest.mark.long
def test_whoever_is_lost_while_at_it_is_given_up(tracker: Tracker, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[Told] = []
    tracker.consumer("mine")(told.append)
    tracker.start_consumers()
    soon(lambda: place(tracker))
    with tracker.db.writing():
        held = {"holder": "another node", "held_until": places.moment(2)}
        tracker.db.run(EventPlace.update(held).where(EventPlace.name == "mine"))
    happen(tracker, "task:update")
    time.sleep(1)
    assert not told
    soon(lambda: told)


@pytest.mark.long
def test_on_the_same_machine_whoever_is_gone_is_not_waited_for(tracker: Tracker) -> None:
    process = subprocess.Popen(["true"])
    process.wait()
    gone, alive = (f"{holders.machine()} {pid} x" for pid in (process.pid, os.getpid()))
    elsewhere = f"another {process.pid} x"
    assert holders.is_gone(gone)
    assert not any(map(holders.is_gone, (alive, elsewhere, None, "", "x", f"{holders.machine()} x y")))
    told: list[Told] = []
    tracker.consumer("mine")(told.append)
    tracker.start_consumers()
    soon(lambda: place(tracker))
    for holder, is_served in ((elsewhere, False), (alive, False), (gone, True)):
        with tracker.db.writing():
            held = {"holder": holder, "held_until": places.moment(60)}
            tracker.db.run(EventPlace.update(held).where(EventPlace.name == "mine"))
        happen(tracker, "task:update")
        if is_served:
            soon(lambda: told)
        else:
            time.sleep(pump.LOOK * 2)
            assert not told


def test_who_lost_its_place_stores_nothing_more(tracker: Tracker) -> None:
    with tracker.db.writing():
        places.begin(tracker.db, "mine", 5)
    held = places.take(tracker.db, "mine", "me")
    assert held
    assert places.take(tracker.db, "mine", "another") is None
    with tracker.db.writing():
        assert places.move(tracker.db, "mine", 2)
        assert places.keep(tracker.db, held, 7) is None
    assert place(tracker)["seq"] == 2
    old = places.take(tracker.db, "mine", "me")
    assert old
    with tracker.db.writing():
        places.move(tracker.db, "mine", 1)
    assert places.take(tracker.db, "mine", "me")  # another thread of the same process
    with tracker.db.writing():
        assert places.keep(tracker.db, old, 7) is None
        tracker.db.run(EventPlace.update(held_until=places.moment(-1), seq=2))
    assert places.take(tracker.db, "mine", "another")
    with tracker.db.writing():
        assert places.keep(tracker.db, old, 7) is None


def test_a_gap_is_told_and_passed_over(tracker: Tracker, caplog: pytest.LogCaptureFixture) -> None:
    with tracker.db.writing():
        places.begin(tracker.db, "mine", 0)
    happen(tracker, *["task:update"] * 4)
    with tracker.db.writing():
        tracker.db.run(Outgoing.delete().where(Outgoing.number <= 2))
    told: list[int] = []
    gaps: list[tuple[int, int]] = []
    tracker.consumer("mine", gap=lambda place, first: gaps.append((place, first)))(lambda event: told.append(event.seq))
    with caplog.at_level(logging.WARNING):
        tracker.start_consumers()
        soon(lambda: len(told) == 2)
    assert gaps == [(0, 3)]
    assert told == [3, 4]
    assert "mine missed events" in caplog.text


def test_a_place_that_the_studio_has_not_come_to_is_now(tracker: Tracker) -> None:
    """As when it was put back from a backup without its outbox."""
    with tracker.db.writing():
        places.begin(tracker.db, "mine", 99)
    happen(tracker, "task:new", "task:new")
    told: list[int] = []
    tracker.consumer("mine")(lambda event: told.append(event.seq))
    tracker.start_consumers()
    soon(lambda: place(tracker)["seq"] == 2)
    happen(tracker, "task:update")
    soon(lambda: told == [3])


def test_what_nobody_wants_costs_no_write(tracker: Tracker, monkeypatch: pytest.MonkeyPatch) -> None:
    tracker.consumer("mine", events="shot:new")(print)
    tracker.start_consumers()
    soon(lambda: place(tracker))
    begun = place(tracker)
    happen(tracker, *["task:update"] * 5)
    time.sleep(pump.LOOK * 2)
    assert place(tracker) == begun
    monkeypatch.setattr(pump, "SAVE_SILENCE", 0.0)
    happen(tracker, "task:update")
    soon(lambda: place(tracker)["seq"] == begun["seq"] + 6)


def test_many_events_are_handed_over_in_parts(tracker: Tracker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pump, "BATCH", 7)
    told: list[int] = []
    tracker.consumer("mine", after=0)(lambda event: told.append(event.seq))
    with tracker.work() as work:
        for number in range(50):
            work.emit("task:update", {"number": number})
    tracker.start_consumers()
    soon(lambda: len(told) == 50)
    assert told == sorted(told)


def test_a_consumer_stops_within_what_it_is_at(tracker: Tracker, another: Tracker) -> None:
    told: list[int] = []

    def hear(event: Told) -> None:
        time.sleep(0.05)
        told.append(event.seq)

    another.consumer("mine")(hear)
    another.start_consumers()
    happen(tracker, *["task:update"] * 30)
    soon(lambda: told)
    another.close()
    count = len(told)
    assert count < 30
    assert place(tracker)["seq"] == told[-1]
    assert place(tracker)["holder"] is None
    time.sleep(0.2)
    assert len(told) == count


def test_inline_a_consumer_starts_by_itself(studio: Studio, tracker: Tracker) -> None:
    told: list[Told] = []
    inline = consumers.Consumers(tracker.db, tracker.work, inline=True)
    inline.add("mine", told.append, "*", after=0, gap=None)
    tracker.announced.append(inline.wake)
    happen(tracker, "task:update")
    soon(lambda: told)
    inline.stop()


LISTENER = """
import sys
from kitsulite import Settings, Tracker

tracker = Tracker(Settings(data=sys.argv[1], database=sys.argv[2], secret_key=sys.argv[3]), first_data=False)
told = open(sys.argv[4], "a")

@tracker.consumer("mine", after=0)
def hear(event):
    told.write(f"{event.seq}\\n")
    told.flush()

tracker.start_consumers()
sys.stdin.read()
"""


@pytest.mark.long
def test_none_is_missed_however_often_its_process_is_killed(tracker: Tracker, tmp_path: Path) -> None:
    settings, file = tracker.settings, tmp_path / "told"
    file.touch()
    arguments = [settings.data, settings.database, settings.secret_key, str(file)]

    def listen() -> subprocess.Popen[bytes]:
        return subprocess.Popen([sys.executable, "-c", LISTENER, *arguments], stdin=subprocess.PIPE)

    def count() -> int:
        return len(file.read_text().splitlines())

    begun: list[int] = []
    for _ in range(4):
        process = listen()
        before = count()
        begun.append(before)
        happen(tracker, *["task:update"] * 60)
        soon(lambda before=before: count() > before + 20, 30)
        process.kill()
        process.wait()
        assert process.stdin
        process.stdin.close()
    begun.append(count())
    process = listen()
    with tracker.db.reading():
        newest = outbox.last(tracker.db)
    soon(lambda: str(newest) in file.read_text().splitlines(), 30)
    process.kill()
    process.wait()
    told = [int(line) for line in file.read_text().splitlines()]
    assert set(told) == set(range(1, newest + 1))
    for start, end in itertools.pairwise([*begun, len(told)]):
        run = told[start:end]
        assert not run or run == list(range(run[0], run[0] + len(run)))


@pytest.mark.parametrize("after", [-1, 99999, "last", 1.5])
def test_a_place_that_is_none_is_refused_and_nothing_is_moved(tracker: Tracker, after: Any) -> None:
    tracker.consumer("careful")(lambda event: None)
    tracker.start_consumers()
    with tracker.db.reading():
        before = consumers.list_places(tracker.db)
    with pytest.raises(ValueError, match="There is no event"):
        tracker.replay("careful", after=after)
    with tracker.db.reading():
        assert consumers.list_places(tracker.db) == before


@pytest.mark.parametrize("after", [-1, "last"])
def test_a_consumer_begins_after_an_event_or_now(tracker: Tracker, after: Any) -> None:
    with pytest.raises(ValueError, match="None is from now on"):
        tracker.consumer("careful", after=after)(lambda event: None)
