"""How the work on the board of all projects gets done, day by day (docs/api/tasks.md)."""

from typing import Any

import pytest
from studio import Studio

from kitsulite.models.productions import Project
from kitsulite.models.tasks import TaskStatus
from kitsulite.storage import Row

PATH = "/data/tasks/open-tasks/burndown"


class Board:
    """Shots to animate, some of which were done; Art animates, Moe manages."""

    def __init__(self, studio: Studio) -> None:
        self.studio = studio
        self.moe, self.art = studio.person("Moe", role="manager"), studio.person("Art")
        self.project = studio.project("Heist", team=[self.moe, self.art])
        self.animation = studio.task_type("Animation")
        self.done = studio.add(TaskStatus, name="Done", short_name="done", color="#000000", is_done=True)
        self.wip = studio.add(TaskStatus, name="Wip", short_name="wip", color="#000000", is_wip=True)

    def task(self, name: str, *, project: Row | None = None, done: str | None = None, **values: Any) -> Row:
        """A task of a shot of its own; `done` says when it was."""
        shot = self.studio.entity("Shot", name, project or self.project)
        status = {"task_status_id": (self.done if done else self.wip)["id"], "done_date": done}
        return self.studio.task(shot, self.animation, **{**status, **values})

    def burndown(self, query: str = "") -> Any:
        return self.art.get(f"{PATH}?{query}")


@pytest.fixture
def board(studio: Studio) -> Board:
    return Board(studio)


def day(date: str, done: int, estimation: float) -> Row:
    return {"date": date, "done": done, "done_estimation": estimation}


def test_what_is_done_is_counted_day_by_day(board: Board) -> None:
    board.task("SH01", start_date="2026-03-02T09:00:00", due_date="2026-03-10T18:00:00", estimation=60)
    board.task("SH02", done="2026-03-05T23:59:59", estimation=30)
    board.task("SH03", done="2026-03-05T00:00:00", estimation=15)
    board.task("SH04", done="2026-03-03T10:00:00")
    board.task("SH05", done="2026-03-04T10:00:00", task_status_id=board.wip["id"])
    board.task("SH06", task_status_id=board.done["id"])
    assert board.burndown() == {
        "total": 6,
        "total_estimation": 105,
        "start_date": "2026-03-02",
        "end_date": "2026-03-10",
        "done_by_day": [day("2026-03-03", 1, 0), day("2026-03-05", 2, 45)],
    }


def test_what_is_done_before_counts_on_the_first_day_and_after_moves_the_last(board: Board) -> None:
    board.task("SH01", start_date="2026-03-02T00:00:00", due_date="2026-03-10T00:00:00", estimation=5)
    board.task("SH02", done="2026-02-01T10:00:00", estimation=10)
    board.task("SH03", done="2026-02-20T10:00:00", estimation=20)
    board.task("SH04", done="2026-03-02T10:00:00", estimation=40)
    board.task("SH05", done="2026-04-01T10:00:00", estimation=80)
    found = board.burndown()
    assert (found["start_date"], found["end_date"]) == ("2026-03-02", "2026-04-01")
    assert found["done_by_day"] == [day("2026-03-02", 3, 70), day("2026-04-01", 1, 80)]


def test_without_dates_of_tasks_those_of_the_production_count(board: Board) -> None:
    board.task("SH01", done="2026-01-01T10:00:00")
    assert board.burndown()["start_date"] is None
    assert board.burndown()["done_by_day"] == [day("2026-01-01", 1, 0)]
    board.studio.store(Project, board.project["id"], start_date="2026-02-01", end_date="2026-06-30")
    board.studio.project("Elsewhere", start_date="2020-01-01", end_date="2030-01-01")
    mine = board.studio.project("Empty", team=[board.art], start_date="2021-01-01", end_date="2031-01-01")
    for query in ("", f"project_id={board.project['id']}"):
        found = board.burndown(query)
        assert (found["start_date"], found["end_date"]) == ("2026-02-01", "2026-06-30")
        assert found["done_by_day"] == [day("2026-02-01", 1, 0)]
    empty = {"total": 0, "total_estimation": 0, "start_date": "2021-01-01", "end_date": "2031-01-01", "done_by_day": []}
    assert board.burndown(f"project_id={mine['id']}") == empty
    board.task("SH02", due_date="2026-05-01T10:00:00")
    assert (board.burndown()["start_date"], board.burndown()["end_date"]) == ("2026-02-01", "2026-05-01")


def test_there_is_nothing_of_nothing(board: Board) -> None:
    nothing = {"total": 0, "total_estimation": 0, "start_date": None, "end_date": None, "done_by_day": []}
    assert board.burndown() == nothing


def test_it_takes_the_filters_of_the_board(board: Board) -> None:
    board.task("SH01", done="2026-03-05T10:00:00", assignees=[board.art])
    board.task("SH02")
    for query, total in (
        (f"person_id={board.art.id}", 1),
        (f"person_id={board.moe.id},{board.art.id}", 1),
        ("person_id=unassigned", 1),
        (f"task_status_id={board.wip['id']}", 1),
        (f"task_type_id={board.animation['id']}", 2),
        (f"task_type_id={board.done['id']}", 0),
    ):
        assert board.burndown(query)["total"] == total
        assert board.burndown(query)["total"] == board.art.get(f"/data/tasks/open-tasks?{query}")["stats"]["total"]
    for query in ("person_id=x", "project_id=x"):
        board.art.get(f"{PATH}?{query}", status=400)


def test_it_is_of_what_the_caller_sees(board: Board) -> None:
    other = board.studio.project("Other", team=[board.moe])
    board.task("SH01", project=other)
    board.task("SH02", project=board.studio.project("Closed", team=[board.art], status="Closed"))
    mine = board.task("SH03", assignees=[board.art])
    vic = board.studio.person("Vic", role="vendor")
    board.studio.join(board.project, vic)
    assert board.burndown()["total"] == 1
    assert board.moe.get(PATH)["total"] == 2
    assert vic.get(PATH)["total"] == 0
    board.art.get(f"{PATH}?project_id={other['id']}", status=403)
    concept = board.studio.task_type("Sketch", for_entity="Concept")
    board.studio.task(board.studio.entity("Concept", "C1", board.project), concept)
    assert board.burndown()["total"] == 1
    assert mine["project_id"] == board.project["id"]
