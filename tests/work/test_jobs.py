"""The job queue: done after the commit, at least once, by one at a time; retried; readable when it failed."""

import dataclasses
import json
import multiprocessing
import os
import signal
import subprocess
import threading
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import time_machine
from serving import Served, command, environment
from studio import Studio

from kitsulite import Settings, Tracker
from kitsulite.cli import main
from kitsulite.models import new_id
from kitsulite.storage import Row
from kitsulite.work import jobs
from kitsulite.work.errors import NotFound
from kitsulite.work.work import Begin, Work

PATIENCE = 15.0


class Diary(list[str]):
    """A job that writes down what it is given."""

    def __init__(self, studio: Studio) -> None:
        super().__init__()
        self.failures: list[Exception] = []
        studio.tracker.jobs.functions["write"] = self.write

    def write(self, begin: Begin, word: str) -> None:
        if self.failures:
            raise self.failures.pop()
        self.append(word)


@pytest.fixture
def diary(studio: Studio) -> Diary:
    return Diary(studio)


def put_in(tracker: Tracker, *words: str) -> None:
    with tracker.work() as work:
        for word in words:
            work.enqueue("write", word=word)


def listed(tracker: Tracker) -> list[Row]:
    with tracker.work(writes=False) as work:
        return jobs.list_jobs(work)


def wait_until(condition: Callable[[], object]) -> None:
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.01)


def test_jobs_are_done_in_the_order_they_came(studio: Studio, diary: Diary) -> None:
    put_in(studio.tracker, "one", "two")
    put_in(studio.tracker, "three")
    assert diary == []
    assert studio.tracker.jobs.run_due() == 3
    assert diary == ["one", "two", "three"]
    assert listed(studio.tracker) == []


def test_what_is_rolled_back_is_never_done(studio: Studio, diary: Diary) -> None:
    with pytest.raises(ZeroDivisionError), studio.tracker.work() as work:
        _put_in_and_fail(work)
    assert studio.tracker.jobs.run_due() == 0
    assert diary == []


def _put_in_and_fail(work: Work) -> None:
    work.enqueue("write", word="never")
    raise ZeroDivisionError


def test_a_failing_job_is_tried_again_after_ever_longer_pauses(
    studio: Studio, diary: Diary, clock: time_machine.Traveller
) -> None:
    diary.failures = [OSError("line is busy")] * 2
    put_in(studio.tracker, "at last")
    for pause in (10, 40):
        assert studio.tracker.jobs.run_due() == 1
        [job] = listed(studio.tracker)
        assert (job["state"], job["error"]) == ("waiting", "OSError: line is busy")
        clock.shift(pause - 1)
        assert studio.tracker.jobs.run_due() == 0
        clock.shift(2)
    assert diary == []
    assert studio.tracker.jobs.run_due() == 1
    assert diary == ["at last"]
    assert listed(studio.tracker) == []


def fail_for_good(studio: Studio, diary: Diary, clock: time_machine.Traveller) -> Row:
    diary.failures = [OSError("no such host")] * jobs.ATTEMPTS
    put_in(studio.tracker, "in vain")
    for _ in range(jobs.ATTEMPTS):
        assert studio.tracker.jobs.run_due() == 1
        clock.shift(24 * 3600)
    assert studio.tracker.jobs.run_due() == 0
    [job] = listed(studio.tracker)
    return job


def test_a_job_that_failed_for_good_can_be_read_and_retried(
    studio: Studio, diary: Diary, clock: time_machine.Traveller
) -> None:
    job = fail_for_good(studio, diary, clock)
    assert (job["state"], job["attempts"], job["error"]) == ("failed", jobs.ATTEMPTS, "OSError: no such host")
    with studio.tracker.work() as work:
        jobs.retry(work, job["id"])
    assert studio.tracker.jobs.run_due() == 1
    assert diary == ["in vain"]
    with pytest.raises(NotFound), studio.tracker.work() as work:
        jobs.retry(work, job["id"])


def test_failed_jobs_are_forgotten_after_a_month(studio: Studio, diary: Diary, clock: time_machine.Traveller) -> None:
    fail_for_good(studio, diary, clock)
    jobs.show_life(studio.tracker.db, new_id(), [])
    assert len(listed(studio.tracker)) == 1
    clock.shift(jobs.KEPT)
    jobs.show_life(studio.tracker.db, new_id(), [])
    assert listed(studio.tracker) == []


def test_a_job_that_nobody_knows_fails_and_says_so(studio: Studio) -> None:
    with studio.tracker.work() as work:
        work.enqueue("fly", height=3)
    studio.tracker.jobs.run_due()
    assert listed(studio.tracker)[0]["error"] == "UnknownJob: fly"


def test_a_job_whose_consumer_was_lost_is_taken_up_again(
    studio: Studio, diary: Diary, clock: time_machine.Traveller
) -> None:
    put_in(studio.tracker, "again")
    assert jobs.take(studio.tracker.db)
    assert listed(studio.tracker)[0]["state"] == "running"
    clock.shift(jobs.GIVEN_UP - 1)
    assert studio.tracker.jobs.run_due() == 0
    clock.shift(2)
    assert studio.tracker.jobs.run_due() == 1
    assert diary == ["again"]


def test_a_long_job_stays_its_consumers(studio: Studio, diary: Diary, clock: time_machine.Traveller) -> None:
    put_in(studio.tracker, "long")
    job = jobs.take(studio.tracker.db)
    assert job
    for _ in range(5):
        clock.shift(jobs.SIGN_OF_LIFE)
        jobs.show_life(studio.tracker.db, new_id(), [job["id"]])
        assert studio.tracker.jobs.run_due() == 0
    with studio.tracker.work(writes=False) as work:
        assert jobs.count_running(work) == 1
    jobs.leave(studio.tracker.db, new_id(), [job["id"]])
    assert studio.tracker.jobs.run_due() == 1


def test_a_job_that_kills_who_does_it_is_given_up(studio: Studio, diary: Diary, clock: time_machine.Traveller) -> None:
    put_in(studio.tracker, "poison")
    for _ in range(jobs.ATTEMPTS):
        assert jobs.take(studio.tracker.db)
        clock.shift(jobs.GIVEN_UP + 1)
    assert jobs.take(studio.tracker.db) is None
    jobs.show_life(studio.tracker.db, new_id(), [])
    [job] = listed(studio.tracker)
    assert (job["state"], job["error"]) == ("failed", jobs.LOST)


def test_many_consumers_do_each_job_once(studio: Studio, diary: Diary) -> None:
    words = [str(number) for number in range(40)]
    put_in(studio.tracker, *words)
    runs = [threading.Thread(target=studio.tracker.jobs.run_due) for _ in range(6)]
    for run in runs:
        run.start()
    for run in runs:
        run.join()
    assert sorted(diary) == sorted(words)


# --- who does them ---


def test_the_status_says_whether_anybody_does_the_jobs(studio: Studio, diary: Diary) -> None:
    def up() -> bool:
        return bool(studio.stranger.get("/status")["job-queue-up"])

    assert not up()
    studio.tracker.jobs.start()
    wait_until(up)
    put_in(studio.tracker, "in the background")
    wait_until(lambda: diary == ["in the background"])
    studio.tracker.jobs.stop()
    assert not up()


def test_what_another_process_puts_in_is_found(studio: Studio, diary: Diary, settings: Settings) -> None:
    studio.tracker.jobs.start()
    with Tracker(settings, first_data=False) as other:
        put_in(other, "from afar")
    wait_until(lambda: diary == ["from afar"])


def test_a_consumer_that_was_killed_is_soon_known_to_be_gone(studio: Studio, clock: time_machine.Traveller) -> None:
    jobs.show_life(studio.tracker.db, new_id(), [])
    assert studio.stranger.get("/status")["job-queue-up"]
    clock.shift(jobs.GIVEN_UP + 1)
    assert not studio.stranger.get("/status")["job-queue-up"]


def test_an_app_may_do_its_own_jobs_inline(settings: Settings) -> None:
    done: list[str] = []
    with Tracker(dataclasses.replace(settings, jobs="inline"), first_data=False) as tracker:
        tracker.jobs.functions["write"] = lambda begin, word: done.append(word)
        put_in(tracker, "here")
        wait_until(lambda: done == ["here"])


@pytest.mark.long
def test_of_the_processes_of_a_server_one_does_the_jobs(settings: Settings, tmp_path: Path) -> None:
    done: list[str] = []

    def note(name: str) -> Callable[..., None]:
        return lambda begin, word: done.append(name)

    with Tracker(settings, first_data=False) as second:
        second.jobs.functions["write"] = note("second")
        with Tracker(settings, first_data=False) as first:
            first.jobs.functions["write"] = note("first")
            first.jobs.start(alone=tmp_path / "lock")
            put_in(first, "a")
            wait_until(lambda: done)
            second.jobs.start(alone=tmp_path / "lock")
            put_in(second, *"bcd")
            wait_until(lambda: len(done) == 4)
            assert set(done) == {"first"}
        put_in(second, "e")
        wait_until(lambda: done[-1] == "second")


def die_at_work(settings: Settings) -> None:
    def die(begin: Begin, word: str) -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    with Tracker(settings, first_data=False) as tracker:
        tracker.jobs.functions["write"] = die
        tracker.jobs.run_due()


def test_a_job_survives_the_kill_of_its_process(studio: Studio, diary: Diary, settings: Settings) -> None:
    put_in(studio.tracker, "survives")
    process = multiprocessing.get_context("fork").Process(target=die_at_work, args=(settings,))
    process.start()
    process.join(PATIENCE)
    assert process.exitcode == -signal.SIGKILL
    assert studio.tracker.jobs.run_due() == 0
    with time_machine.travel(time.time() + jobs.GIVEN_UP + 1):
        assert studio.tracker.jobs.run_due() == 1
    assert diary == ["survives"]


def test_a_served_studio_does_its_jobs(served: Served) -> None:
    def up() -> bool:
        with urllib.request.urlopen(f"{served.url}/status") as answer:
            return bool(json.load(answer)["job-queue-up"])

    wait_until(up)
    assert served.stop() == 0


# --- from the terminal ---


def test_jobs_are_listed_retried_and_run_from_the_terminal(
    studio: Studio, settings: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SECRET_KEY", settings.secret_key)

    def kitsulite(*arguments: str) -> str:
        assert main(["jobs", *arguments, "--data", settings.data, "--database", settings.database]) == 0
        return capsys.readouterr().out

    with studio.tracker.work() as work:
        work.enqueue("letter", nonsense="secret")
    assert kitsulite("run", "--once") == "1 done or tried.\n"
    said = kitsulite("list")
    [job] = listed(studio.tracker)
    assert job["id"] in said
    assert "TypeError" in said
    assert "secret" not in said
    assert kitsulite("retry", job["id"]) == "It will be tried again at once.\n"
    assert listed(studio.tracker)[0]["attempts"] == 0


def test_a_consumer_of_its_own_ends_when_told_to(studio: Studio, settings: Settings, tmp_path: Path) -> None:
    arguments: list[Any] = command("jobs", "run", "--data", settings.data, "--database", settings.database)
    with subprocess.Popen(
        arguments, env=environment(MAIL_ENABLED="false", SECRET_KEY=settings.secret_key), cwd=tmp_path
    ) as process:
        wait_until(lambda: studio.stranger.get("/status")["job-queue-up"])
        process.terminate()
        assert process.wait(PATIENCE) == 0
    assert not studio.stranger.get("/status")["job-queue-up"]
