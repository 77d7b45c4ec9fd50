"""What waits for feedback, narrowed down, ordered and paged (docs/api/me.md)."""

from typing import Any

import pytest
from studio import Member, Studio

from kitsulite.models import new_id
from kitsulite.models.tasks import TaskStatus
from kitsulite.storage import Row

CHECK = "/data/user/tasks-to-check"
VALUES = f"{CHECK}/filter-values"
NOTHING = {"total_duration": 0, "total_estimation": 0, "total": 0, "status": []}


class Desk:
    """Mia manages Bunny, where Ann and Art have three tasks to be looked at: S1 of E01, S2 of E02, and a ball."""

    def __init__(self, studio: Studio) -> None:
        self.studio = studio
        self.mia, self.ann, self.art = studio.person("Mia", role="manager"), studio.person("Ann"), studio.person("Art")
        self.ada = studio.person("Ada", role="admin")
        self.bunny = studio.project("Bunny", team=[self.mia, self.ann, self.art])
        self.feedback, self.approval = self.status("Feedback"), self.status("Approval")
        self.layout, self.sculpt = studio.task_type("Layout"), studio.task_type("Sculpt", for_entity="Asset")
        self.episodes = [studio.entity("Episode", name, self.bunny) for name in ("E01", "E02")]
        first, second = (
            studio.entity("Shot", name, self.bunny, studio.entity("Sequence", "SQ", self.bunny, episode))
            for name, episode in zip(("S1", "S2"), self.episodes, strict=True)
        )
        ball = studio.entity("Prop", "Ball", self.bunny)
        due, sooner = "2026-03-02T18:00:00.000000", "2026-03-01T10:00:00.000000"
        long = {"estimation": 90, "priority": 3, "due_date": sooner}
        self.s1 = self.task(first, self.layout, self.feedback, self.ann, due_date=due, duration=7, estimation=30)
        self.s2 = self.task(second, self.layout, self.approval, self.ann, self.art, **long)
        self.ball = self.task(ball, self.sculpt, self.feedback, estimation=60, priority=2)
        self.names = {self.s1["id"]: "S1", self.s2["id"]: "S2", self.ball["id"]: "Ball"}
        studio.task(ball, self.layout, assignees=[self.ann])

    def status(self, name: str) -> Row:
        more = {"short_name": name[:4].lower(), "color": "#ffffff", "is_feedback_request": True}
        return self.studio.one_of(TaskStatus, name, **more)

    def task(self, entity: Row, kind: Row, status: Row, *who: Member, **values: Any) -> Row:
        return self.studio.task(entity, kind, assignees=who, task_status_id=status["id"], **values)

    def listed(self, query: str = "") -> list[str]:
        return [self.names[row["id"]] for row in self.mia.get(f"{CHECK}?{query}")]


@pytest.fixture
def desk(studio: Studio) -> Desk:
    return Desk(studio)


def test_the_list_is_bare_and_in_the_order_of_making(desk: Desk) -> None:
    assert desk.listed() == ["S1", "S2", "Ball"]


def test_it_is_narrowed_down(desk: Desk) -> None:
    desk.studio.join(desk.studio.project("Other"), desk.mia)
    first, second = (episode["id"] for episode in desk.episodes)
    for query, names in (
        (f"project_id={desk.bunny['id'].upper()}", ["S1", "S2", "Ball"]),
        (f"project_id={new_id()}", []),
        (f"task_type_id={desk.layout['id']}", ["S1", "S2"]),
        (f"task_type_id={desk.layout['id']},{desk.sculpt['id']}", ["S1", "S2", "Ball"]),
        (f"task_status_id={desk.approval['id']}", ["S2"]),
        (f"episode_id={second.upper()}", ["S2"]),
        (f"episode_id={first},{second}", ["S1", "S2"]),
        (f"person_id={desk.art.id}", ["S2"]),
        (f"person_id={desk.ann.id},{desk.art.id}", ["S1", "S2"]),
        ("person_id=unassigned", ["Ball"]),
        ("due_date_since=2026-03-02", ["S1"]),
        ("due_date_since=2026-03-01T10:00:00", ["S1", "S2"]),
        ("due_date_until=2026-03-02", ["S1", "S2"]),
        ("due_date_until=2026-03-01", ["S2"]),
        ("due_date_until=2026-03-02T17:00:00", ["S2"]),
        ("due_date_since=2026-03-02&due_date_until=2026-03-02", ["S1"]),
        (f"person_id={desk.ann.id}&task_status_id={desk.feedback['id']}", ["S1"]),
        ("person_id=&project_id=", ["S1", "S2", "Ball"]),
    ):
        assert desk.listed(query) == names, query


def test_it_comes_in_the_order_that_is_asked_for(desk: Desk) -> None:
    for order, names in (
        ("priority", ["S2", "Ball", "S1"]),
        ("due_date", ["S2", "S1", "Ball"]),
        ("entity_name", ["Ball", "S1", "S2"]),
        ("estimation", ["S2", "Ball", "S1"]),
        ("colour", ["S1", "S2", "Ball"]),
    ):
        assert desk.listed(f"order_by={order}") == names, order
        pages = [desk.mia.get(f"{CHECK}?order_by={order}&limit=1&page={page}")["data"][0] for page in (1, 2, 3)]
        assert [desk.names[row["id"]] for row in pages] == names


def test_a_page_tells_of_all_that_is_asked_for(desk: Desk) -> None:
    first = desk.mia.get(f"{CHECK}?page=1&limit=2")
    statuses = first["stats"].pop("status")
    assert {row["task_status_id"]: row["amount"] for row in statuses} == {
        desk.feedback["id"]: 2,
        desk.approval["id"]: 1,
    }
    assert first["stats"] == {"total_duration": 7, "total_estimation": 180, "total": 3}
    assert (first["page"], first["limit"], first["is_more"], len(first["data"])) == (1, 2, True, 2)
    second = desk.mia.get(f"{CHECK}?page=2&limit=2")
    assert (second["stats"]["total"], second["is_more"], len(second["data"])) == (3, False, 1)
    past = desk.mia.get(f"{CHECK}?page=3&limit=2")
    assert (past["stats"]["total"], past["is_more"], past["data"]) == (3, False, [])
    whole = desk.mia.get(f"{CHECK}?page=0&limit=0&person_id={desk.ann.id}")
    assert (whole["page"], whole["limit"], whole["is_more"], whole["stats"]["total"]) == (1, 100, False, 2)
    assert desk.mia.get(f"{CHECK}?page=1")["data"] == desk.mia.get(CHECK)


def test_the_values_are_those_of_what_is_to_be_checked(desk: Desk) -> None:
    values = desk.mia.get(VALUES)
    assert values == desk.ada.get(VALUES)
    assert values == {
        "project_ids": [desk.bunny["id"]],
        "task_type_ids": sorted([desk.layout["id"], desk.sculpt["id"]]),
        "task_status_ids": sorted([desk.feedback["id"], desk.approval["id"]]),
        "episode_ids": sorted(episode["id"] for episode in desk.episodes),
        "person_ids": sorted([desk.ann.id, desk.art.id]),
    }


def test_who_oversees_nothing_has_nothing_to_check(desk: Desk) -> None:
    outside = desk.studio.person(role="manager")
    modeler = desk.studio.person(role="supervisor")
    desk.studio.department("Modeling", modeler)
    desk.studio.join(desk.bunny, modeler)
    for who in (desk.ann, outside, modeler):
        assert who.get(f"{CHECK}?project_id={desk.bunny['id']}") == []
        page = who.get(f"{CHECK}?page=1")
        assert (page["data"], page["stats"], page["is_more"]) == ([], NOTHING, False)
        assert set(map(tuple, who.get(VALUES).values())) == {()}


def test_what_cannot_be_read_is_refused(desk: Desk) -> None:
    for name in ("project_id", "task_type_id", "task_status_id", "episode_id", "person_id"):
        desk.mia.get(f"{CHECK}?{name}=x", status=400)
        desk.mia.get(f"{CHECK}?{name}={new_id()},unassigned", status=400)
        desk.ann.get(f"{CHECK}?{name}=x", status=400)
    for query in ("due_date_since=soon", "due_date_until=soon", "page=x", "limit=x"):
        desk.mia.get(f"{CHECK}?{query}", status=400)
