"""The outbox: every event in the order of commits, with what was changed; nothing is missing in it, and nothing else is there."""

import threading
from collections.abc import Iterator

import pytest
import time_machine
from studio import Member, Studio

from kitsulite import Tracker
from kitsulite.live import outbox
from kitsulite.live.outbox import Told
from kitsulite.models.outbox import Outgoing
from kitsulite.models.people import Person
from kitsulite.models.tasks import Task
from kitsulite.models.tools import ApiEvent
from kitsulite.storage import Row
from kitsulite.work.work import Work


@pytest.fixture
def ada(studio: Studio) -> Member:
    return studio.person("Ada", role="admin")


def told(tracker: Tracker, after: int = 0, **how: bool) -> list[Told]:
    with tracker.db.reading():
        return outbox.read_after(tracker.db, after, **how)


def say(work: Work, name: str) -> None:
    work.emit(f"{name}:said", {"word": name})


# --- the order of commits ---


def test_what_is_rolled_back_was_never_told(tracker: Tracker) -> None:
    def fail() -> None:
        with tracker.work() as work:
            say(work, "wrong")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    with tracker.work() as work:
        say(work, "right")
    assert [event.name for event in told(tracker)] == ["right:said"]


def test_who_commits_first_is_told_first_whoever_began(tracker: Tracker) -> None:
    """On SQLite, where one writes at a time, the other has to wait; on PostgreSQL both are under way."""
    if tracker.db.name == "sqlite":
        pytest.skip("SQLite has one writer at a time")
    has_spoken, may_end = threading.Event(), threading.Event()

    def first_to_begin() -> None:
        with tracker.work() as work:
            say(work, "first to begin")
            work.insert(Person, first_name="Ann", last_name="")
            has_spoken.set()
            assert may_end.wait(10)

    thread = threading.Thread(target=first_to_begin)
    thread.start()
    assert has_spoken.wait(10)
    with tracker.work() as work:
        say(work, "first to commit")
    seen = told(tracker)
    assert [event.name for event in seen] == ["first to commit:said"]
    may_end.set()
    thread.join()
    assert [event.name for event in told(tracker, seen[-1].seq)] == ["first to begin:said"]


def test_who_follows_misses_nothing_however_many_write(tracker: Tracker) -> None:
    """No number is seen before a smaller one that is still to come."""
    writers, each = 6, 25

    def write(name: str) -> None:
        for number in range(each):
            with tracker.work() as work:
                say(work, f"{name}-{number}")
                say(work, f"{name}-{number}-again")

    threads = [threading.Thread(target=write, args=(f"w{number}",)) for number in range(writers)]
    for thread in threads:
        thread.start()
    heard: list[Told] = []
    while any(thread.is_alive() for thread in threads) or len(heard) < 2 * writers * each:
        heard += told(tracker, heard[-1].seq if heard else 0)
        if not any(thread.is_alive() for thread in threads):
            heard += told(tracker, heard[-1].seq)
            break
    assert [event.seq for event in heard] == list(range(1, 2 * writers * each + 1))
    names = [event.name for event in heard]
    for number in range(writers):
        own = [name for name in names if name.startswith(f"w{number}-")]
        assert own == [f"w{number}-{one}{again}:said" for one in range(each) for again in ("", "-again")]


def test_the_log_and_the_outbox_say_the_same(tracker: Tracker) -> None:
    with tracker.work() as work:
        say(work, "both")
        work.emit("live:said", {}, live=True)
    with tracker.db.reading():
        [logged] = tracker.db.rows(ApiEvent.select())
    both, live = told(tracker)
    assert (both.id, both.name, both.data, both.created_at) == (
        logged["id"],
        logged["name"],
        logged["data"],
        logged["created_at"],
    )
    assert (live.id, live.name) == (None, "live:said")
    assert told(tracker, live=False) == [both]


# --- keeping ---


@pytest.fixture
def a_month_later(tracker: Tracker) -> Iterator[list[Told]]:
    """What was told a month ago, an hour ago and just now."""
    with time_machine.travel("2024-03-04T10:00", tick=False), tracker.work() as work:
        say(work, "old")
    with time_machine.travel("2024-04-04T10:00", tick=False) as clock:
        with tracker.work() as work:
            say(work, "young")
            work.emit("live:said", {}, live=True)
        clock.shift(3601)
        with tracker.work() as work:
            say(work, "now")
        seen = told(tracker)
        with tracker.work() as work:
            outbox.trim(work, 30)
        yield seen


def test_what_is_old_goes_and_what_is_live_sooner(tracker: Tracker, a_month_later: list[Told]) -> None:
    assert [event.name for event in told(tracker)] == ["young:said", "now:said"]
    with tracker.db.reading():
        assert [outbox.has_gap(tracker.db, seq) for seq in range(6)] == [True, False, False, False, False, True]


def test_the_newest_stays_so_that_numbers_go_on(tracker: Tracker, a_month_later: list[Told]) -> None:
    with tracker.work() as work:
        outbox.trim(work, 0.0000001)
    assert [event.seq for event in told(tracker)] == [a_month_later[-1].seq]
    with tracker.work() as work:
        say(work, "next")
    assert told(tracker)[-1].seq == a_month_later[-1].seq + 1


def test_who_was_away_for_too_long_is_told_of_the_gap(studio: Studio, ada: Member, a_month_later: list[Told]) -> None:
    newest = a_month_later[-1].seq
    assert ada.get("/data/events?after=0") == {"events": [], "last": newest, "gap": True}
    assert ada.get(f"/data/events?after={newest + 1}") == {"events": [], "last": newest, "gap": True}
    assert "gap" not in ada.get("/data/events?after=1")


# --- what was changed ---


def fields(studio: Studio, name: str) -> Row | None:
    [event] = [event for event in told(studio.tracker) if event.name == name]
    return event.fields


def test_a_change_says_what_was_there_before_and_what_is_now(studio: Studio, ada: Member) -> None:
    task = studio.task(studio.entity("Shot", "SH01", studio.project(team=[ada])))
    ada.put(f"/data/tasks/{task['id']}", {"priority": 2, "due_date": "2024-03-04", "difficulty": task["difficulty"]})
    assert fields(studio, "task:update") == {"priority": [0, 2], "due_date": [None, "2024-03-04T00:00:00.000000"]}


def test_of_data_only_the_keys_that_differ_are_told(studio: Studio, ada: Member) -> None:
    shot = studio.entity("Shot", "SH01", studio.project(team=[ada]), data={"mood": "calm", "fog": True})
    ada.put(f"/data/entities/{shot['id']}", {"data": {"mood": "wild", "rain": 1}})
    assert fields(studio, "shot:update") == {"data": [{"mood": "calm"}, {"mood": "wild", "rain": 1}]}


def test_lists_of_ids_are_told_too(studio: Studio, ada: Member) -> None:
    department = studio.department("Animation")
    ada.put(f"/data/persons/{ada.id}", {"departments": [department["id"]], "first_name": "Adele"})
    told_of = fields(studio, "person:update")
    assert told_of == {"departments": [[], [department["id"]]], "first_name": ["Ada", "Adele"]}


def test_what_is_secret_is_not_told_to_anybody(studio: Studio, ada: Member) -> None:
    bob = studio.person("Bob")
    ada.post(
        f"/actions/persons/{bob.id}/change-password",
        {"password": "fresh-as-rain", "password_2": "fresh-as-rain"},
        status=200,
    )
    organisation = ada.get("/auth/authenticated")["organisation"]
    ada.put(f"/data/organisations/{organisation['id']}", {"chat_token_slack": "xoxb-secret", "name": "Studio"})
    with studio.tracker.db.reading():
        everything = str(studio.tracker.db.tuples(Outgoing.select()))
    assert "xoxb" not in everything
    assert "argon2" not in everything
    assert "updated_at" not in everything


def test_nothing_is_said_to_have_changed_that_is_as_it_was(studio: Studio, ada: Member) -> None:
    task = studio.task(studio.entity("Shot", "SH01", studio.project(team=[ada])))
    with studio.tracker.work() as work:
        work.update(Task, task["id"], priority=3)
        work.update(Task, task["id"], priority=task["priority"])
        work.emit("task:update", {"task_id": task["id"]}, task["project_id"])
    assert fields(studio, "task:update") is None


def test_of_what_is_long_only_that_it_changed_is_told(studio: Studio, ada: Member) -> None:
    """Else the outbox would hold all drawings once more with each stroke."""
    shot = studio.entity("Shot", "SH01", studio.project(team=[ada]))
    ada.put(f"/data/entities/{shot['id']}", {"data": {"notes": "x" * 70_000}, "description": "y" * 60_000})
    told_of = fields(studio, "shot:update")
    assert told_of == {"data": None, "description": [None, "y" * 60_000]}
    assert ada.get("/data/events?after=0")["events"][-1]["fields"] == told_of


def test_what_was_written_is_forgotten_with_whom_and_what_is_erased(studio: Studio, ada: Member) -> None:
    bob, project = studio.person("Bob"), studio.project(team=[ada], status="Closed")
    shot = studio.entity("Shot", "SH01", project)
    ada.put(f"/data/persons/{bob.id}", {"phone": "0123456789"})
    ada.put(f"/data/persons/{ada.id}", {"phone": "9876543210"})
    ada.put(f"/data/entities/{shot['id']}", {"description": "Secret ending"})
    ada.delete(f"/data/persons/{bob.id}?force=true")
    ada.delete(f"/data/projects/{project['id']}?force=true")
    everything = ada.call("GET", "/data/events?after=0&limit=1000").text
    assert "0123456789" not in everything
    assert "Secret ending" not in everything
    assert "9876543210" in everything
    assert "shot:update" in everything
