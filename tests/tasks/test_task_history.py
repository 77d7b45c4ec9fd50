"""What comments make of a task: posting and replaying are one rule (docs/api/tasks.md)."""

import datetime
import random
from typing import Any

import pytest
import time_machine
from studio import Member, Studio

from kitsulite.areas.tasks import history as taskhistory
from kitsulite.models.people import TimeSpent
from kitsulite.models.reviews import Comment
from kitsulite.models.tasks import Task, TaskStatus
from kitsulite.storage import Row

DERIVED = tuple(taskhistory.untouched(""))
START = datetime.datetime(2026, 3, 2, 9, tzinfo=datetime.UTC)
FLAGS = {
    "wip": {"is_wip": True},
    "wfa": {"is_feedback_request": True},
    "retake": {"is_retake": True},
    "done": {"is_done": True},
    "ready": {},
}


class Shift:
    """A task, somebody who comments it an hour after the other, and the statuses by their short names."""

    def __init__(self, studio: Studio) -> None:
        self.studio = studio
        self.ann: Member = studio.person("Ann", role="manager")
        self.project = studio.project(team=[self.ann])
        self.task = studio.task(studio.entity("Shot", "SH01", self.project))
        self.statuses = {
            name: studio.add(TaskStatus, name=name, short_name=name, color="#000000", **flags)["id"]
            for name, flags in FLAGS.items()
        }
        self.statuses["todo"] = self.task["task_status_id"]
        self.hours = 0

    def says(self, status: str, **more: Any) -> Row:
        """A comment, an hour after the one before."""
        self.hours += 1
        with time_machine.travel(START + datetime.timedelta(hours=self.hours), tick=False):
            body = {"task_status_id": self.statuses[status], **more}
            return self.ann.post(f"/actions/tasks/{self.task['id']}/comment", body)  # type: ignore[no-any-return]

    @property
    def now(self) -> Row:
        """The task as it is stored."""
        return self.studio.stored(Task, self.task["id"])

    def derived(self) -> Row:
        return {key: self.now[key] for key in DERIVED}

    def replayed(self) -> Row:
        with self.studio.tracker.work() as work:
            taskhistory.replay(work, self.now)
        return self.derived()


@pytest.fixture
def shift(studio: Studio) -> Shift:
    return Shift(studio)


def at(hour: int) -> str:
    """The moment of the comment of this number, as stored."""
    return (START + datetime.timedelta(hours=hour)).strftime("%Y-%m-%dT%H:%M:%S.%f")


@pytest.mark.parametrize("seed", range(6))
def test_replaying_the_past_gives_what_posting_gave(shift: Shift, seed: int) -> None:
    for status in random.Random(seed).choices(sorted(shift.statuses), k=9):
        shift.says(status)
    assert shift.replayed() == shift.derived()


def test_the_order_of_posting_does_not_matter_only_the_dates_do(studio: Studio) -> None:
    story = ["wip", "wfa", "retake", "wip", "wfa", "done"]
    results = []
    for order in (range(6), (5, 0, 3, 1, 4, 2)):
        shift = Shift(studio) if not results else results[0][0]
        if results:
            shift.task = studio.task(studio.entity("Shot", "SH02", shift.project))
        for place in order:
            shift.says(story[place], created_at=at(place)[:19])
        results.append((shift, shift.derived()))
    assert results[0][1] == results[1][1]


def test_work_starts_once(shift: Shift) -> None:
    for status in ("ready", "wip", "wfa", "wip"):
        shift.says(status)
    assert shift.now["real_start_date"] == at(2)


def test_the_end_is_the_first_handing_in_whatever_follows(shift: Shift) -> None:
    shift.says("wfa")
    for status in ("retake", "wfa", "done"):
        shift.says(status)
        assert shift.now["end_date"] == at(1)
    assert shift.now["done_date"] == at(4)
    shift.says("wip")
    assert shift.now["done_date"] is None
    assert shift.now["end_date"] == at(1)


def test_what_is_said_of_another_day_counts_on_that_day(shift: Shift) -> None:
    shift.says("wip", created_at="2026-02-02T01:00:00")
    shift.says("wfa", created_at="2026-02-04T20:30:00")
    shift.says("wfa")
    found = shift.derived()
    assert (found["real_start_date"][:19], found["end_date"][:19]) == ("2026-02-02T01:00:00", "2026-02-04T20:30:00")
    assert shift.replayed() == found


def test_a_first_handing_in_counts_even_when_the_task_has_that_status_already(shift: Shift) -> None:
    shift.ann.put(f"/data/tasks/{shift.task['id']}", {"task_status_id": shift.statuses["wfa"]})
    shift.says("wfa")
    assert shift.now["end_date"] == at(1)
    assert shift.replayed() == shift.derived() | {"end_date": at(1)}


@pytest.mark.parametrize("back", [0.0, 0.3, 2.0, 3600.0])
def test_a_clock_that_is_set_back_changes_neither_what_follows_nor_what_is_derived(shift: Shift, back: float) -> None:
    path = f"/actions/tasks/{shift.task['id']}/comment"
    for number, status in enumerate(("wip", "wfa", "retake", "done")):
        moment = START + datetime.timedelta(seconds=0.9 - number * back)
        with time_machine.travel(moment, tick=False):
            shift.ann.post(path, {"task_status_id": shift.statuses[status]})
        assert shift.now["task_status_id"] == shift.statuses[status]
    assert shift.now["retake_count"] == 1
    assert shift.replayed() == shift.derived()


def test_what_somebody_dates_years_ahead_does_not_move_the_present(shift: Shift) -> None:
    shift.says("done", created_at="2036-01-01T00:00:00")
    assert shift.says("wip")["created_at"] == at(2)[:19]
    assert shift.replayed() == shift.derived()


def test_comments_of_one_second_are_walked_as_they_came(shift: Shift) -> None:
    for status in ("wip", "wfa", "retake", "wfa", "done", "wip"):
        shift.says(status, created_at="2026-02-02T01:00:00")
    assert shift.now["task_status_id"] == shift.statuses["wip"]
    assert shift.now["retake_count"] == 1
    assert shift.replayed() == shift.derived()


def test_a_retake_counts_when_it_is_entered(shift: Shift) -> None:
    for status in ("retake", "retake", "wip", "retake"):
        shift.says(status)
    assert shift.now["retake_count"] == 2


def test_a_retake_counts_even_where_nobody_counted_before(shift: Shift) -> None:
    with shift.studio.tracker.work() as work:
        work.update(Task, shift.task["id"], retake_count=None)
    shift.says("retake")
    assert shift.now["retake_count"] == 1


def test_taking_a_comment_back_takes_back_what_it_did(shift: Shift) -> None:
    shift.says("wip")
    retake = shift.says("retake")
    events = listen(shift.studio)
    shift.ann.delete(f"/data/tasks/{shift.task['id']}/comments/{retake['id']}")
    assert shift.now["retake_count"] == 0
    assert shift.now["task_status_id"] == shift.statuses["wip"]
    assert [name for name, _ in events] == ["comment:delete", "task:update", "task:status-changed"]
    assert events[-1][1]["previous_task_status_id"] == shift.statuses["retake"]


def test_without_comments_a_task_is_back_where_tasks_begin(shift: Shift) -> None:
    comment = shift.says("done")
    shift.ann.delete(f"/data/tasks/{shift.task['id']}/comments/{comment['id']}")
    assert shift.derived() == taskhistory.untouched(shift.statuses["todo"])


def test_giving_an_old_comment_another_status_changes_the_past(shift: Shift) -> None:
    old = shift.says("retake")
    shift.says("wip")
    shift.ann.put(f"/data/comments/{old['id']}", {"task_status_id": shift.statuses["wip"]})
    assert shift.now["retake_count"] == 0
    assert shift.now["real_start_date"] == at(1)


def test_a_comment_of_the_same_second_is_the_newest(shift: Shift) -> None:
    path = f"/actions/tasks/{shift.task['id']}/comment"
    with time_machine.travel(START + datetime.timedelta(milliseconds=700), tick=False):
        shift.ann.post(path, {"task_status_id": shift.statuses["wip"]})
        shift.ann.post(path, {"task_status_id": shift.statuses["done"], "created_at": at(0)[:19]})
    assert shift.now["task_status_id"] == shift.statuses["done"]


def test_replaying_counts_the_time_spent_anew(shift: Shift) -> None:
    shift.studio.add(TimeSpent, task_id=shift.task["id"], person_id=shift.ann.id, date="2026-03-02", duration=90.0)
    shift.replayed()
    assert shift.now["duration"] == 90


def test_a_comment_that_is_only_a_row_is_told_with_who_says_it_and_to_whom(shift: Shift) -> None:
    events = listen(shift.studio)
    body = {"object_id": shift.task["id"], "object_type": "Task", "person_id": shift.ann.id, "for_client": True}
    made = shift.studio.person("Ada", "admin").post("/data/comments", {**body, "text": "Hm"})
    told = {"comment_id": made["id"], "person_id": shift.ann.id, "for_client": True}
    assert dict(events)["comment:new"] == told


def test_asking_for_review_is_told(shift: Shift) -> None:
    events = listen(shift.studio)
    comment = shift.says("wfa")
    names = [name for name, _ in events]
    assert names == ["comment:new", "task:update", "task:status-changed", "task:to-review", "news:new"]
    said = {key: comment[key] for key in ("task_status_id", "person_id", "for_client")}
    ids = {"comment_id": comment["id"], "task_id": shift.task["id"], "project_id": shift.task["project_id"]}
    assert dict(events)["comment:new"] == {**ids, **said}
    assert dict(events)["task:to-review"] == {
        "task_id": shift.task["id"],
        "new_task_status_id": shift.statuses["wfa"],
        "previous_task_status_id": shift.statuses["todo"],
        "person_id": shift.ann.id,
        "comment_id": comment["id"],
        "project_id": shift.project["id"],
    }


def test_a_comment_without_a_status_changes_nothing(shift: Shift) -> None:
    shift.says("wip")
    shift.studio.add(Comment, object_id=shift.task["id"], object_type="Task", person_id=shift.ann.id)
    assert shift.replayed()["task_status_id"] == shift.statuses["wip"]


def listen(studio: Studio) -> list[tuple[str, Row]]:
    """The events from now on."""
    heard: list[tuple[str, Row]] = []
    studio.tracker.listeners.append(lambda event: heard.append((event.name, event.data)))
    return heard
