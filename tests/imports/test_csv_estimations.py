"""Estimations out of tables (docs/api/imports.md)."""

from typing import Any

import pytest
import tabling
from studio import Member, Studio

from kitsulite.areas.imports import estimations
from kitsulite.models import new_id
from kitsulite.models.people import Organisation
from kitsulite.models.tasks import Task
from kitsulite.storage import Row


@pytest.fixture
def ann(studio: Studio) -> Member:
    return studio.person("Ann", "admin")


class Planned:
    """A shot and an asset with a task each."""

    def __init__(self, studio: Studio) -> None:
        self.studio = studio
        self.project = studio.project("Show", production_type="tvshow")
        self.animation = tabling.task_type(studio, self.project, "Animation", department=studio.department("Anim"))
        self.modeling = tabling.task_type(studio, self.project, "Modeling", for_entity="Asset")
        self.e1, self.e2 = (studio.entity("Episode", name, self.project) for name in ("E01", "E02"))
        self.shots = [
            studio.task(
                studio.entity("Shot", "SH 01", self.project, studio.entity("Sequence", "S1", self.project, e)),
                self.animation,
            )
            for e in (self.e1, self.e2)
        ]
        self.asset = studio.task(studio.entity("Prop", "Tree", self.project), self.modeling)

    def path(self, task_type: Row, episode: str = "") -> str:
        return f"projects/{self.project['id']}/{episode}task-types/{task_type['id']}/estimations"

    def stored(self, task: Row) -> Row:
        return self.studio.stored(Task, task["id"])


@pytest.fixture
def planned(studio: Studio) -> Planned:
    return Planned(studio)


def test_estimations_are_days_of_the_studios_hours(studio: Studio, ann: Member, planned: Planned) -> None:
    studio.add(Organisation, name="Studio", hours_by_day=7.0)
    table = "Parent,Entity,Estimation,Drawings,Start date,Difficulty\nprop,TREE,2.5,12,2026-02-06,4\n"
    assert tabling.take(ann, planned.path(planned.modeling), table) == [None]
    task = planned.stored(planned.asset)
    assert (task["estimation"], task["nb_drawings"], task["difficulty"]) == (1050.0, 12, 4)
    assert (task["start_date"][:10], task["due_date"][:10]) == ("2026-02-06", "2026-02-10")
    before = len(ann.get("/data/events/last?limit=100"))
    tabling.take(ann, planned.path(planned.modeling), table)
    tabling.take(ann, planned.path(planned.modeling), "Parent,Entity,Estimation,Due date\nProp,Tree,,\n")
    assert len(ann.get("/data/events/last?limit=100")) == before
    tabling.take(ann, planned.path(planned.modeling), "Parent,Entity,Due date\nProp,Tree,2026-03-01\n")
    assert planned.stored(planned.asset)["due_date"][:10] == "2026-03-01"


def test_where_times_are_shown_in_hours_estimations_are_hours(studio: Studio, ann: Member, planned: Planned) -> None:
    studio.add(Organisation, name="Studio", format_duration_in_hours=True)
    table = "Parent,Entity,Estimation,Start date\nProp,Tree,0.66,\nProp,Tree,16,2026-02-06\n"
    tabling.take(ann, planned.path(planned.modeling), table)
    task = planned.stored(planned.asset)
    assert (task["estimation"], task["due_date"][:10]) == (960.0, "2026-02-09")
    tabling.take(ann, planned.path(planned.modeling), "Parent,Entity,Estimation\nProp,Tree,0.66\n")
    assert planned.stored(planned.asset)["estimation"] == pytest.approx(39.6)


def test_shots_are_of_the_episode_asked_for(ann: Member, planned: Planned) -> None:
    table = "Parent,Entity,Estimation\nS1,sh-01,1\n"
    tabling.take(ann, planned.path(planned.animation, f"episodes/{planned.e1['id']}/"), table)
    assert [planned.stored(task)["estimation"] for task in planned.shots] == [480.0, 0.0]
    tabling.take(ann, planned.path(planned.animation, "episodes/all/"), table.replace(",1", ",2"))
    assert planned.stored(planned.shots[1])["estimation"] == 960.0
    elsewhere = planned.studio.entity("Episode", "E01", planned.studio.project())
    for episode_id in (new_id(), elsewhere["id"]):
        answer = tabling.send(ann, planned.path(planned.animation, f"episodes/{episode_id}/"), table)
        assert answer.status == 404


def test_metadata_of_tasks_is_that_of_the_type(studio: Studio, ann: Member, planned: Planned) -> None:
    tabling.field(studio, planned.project, "Vendor", of="Task", task_type_id=planned.modeling["id"])
    tabling.field(studio, planned.project, "Other", of="Task", task_type_id=planned.animation["id"])
    studio.store(Task, planned.asset["id"], data={"kept": 1})
    tabling.take(ann, planned.path(planned.modeling), "Parent,Entity,Vendor,Other\nProp,Tree,Acme,x\n")
    assert planned.stored(planned.asset)["data"] == {"kept": 1, "vendor": "Acme"}


@pytest.mark.parametrize(
    ("cells", "message"),
    [
        ("Prop,Nothing,1,", "Entity 'Nothing' with parent 'Prop' not found"),
        ("Prop,Tree,much,", "A value is invalid: Estimation: much"),
        ("Prop,Tree,-1,", "A value is invalid: Estimation: -1"),
        ("Prop,Tree,nan,", "A value is invalid: Estimation: nan"),
        (
            "Prop,Tree,99999999,2026-02-06",
            "A value is invalid: Estimation: 1e+08 days of work from 2026-02-06 on lead beyond every calendar",
        ),
        ("Prop,Tree,1,soon", "A value is invalid: Start date: soon (a day as 2027-01-04 is expected)"),
    ],
)
def test_what_cannot_be_is_refused(ann: Member, planned: Planned, cells: str, message: str) -> None:
    table = f"Parent,Entity,Estimation,Start date\n{cells}\n"
    assert tabling.refused(ann, planned.path(planned.modeling), table) == (message, 2, 0)


@pytest.mark.parametrize(
    ("start", "days", "last"),
    [
        ("2026-11-30", 0.5, "2026-11-30"),  # a Monday
        ("2026-11-30", 5, "2026-12-04"),
        ("2026-11-30", 5.5, "2026-12-07"),
        ("2026-11-27", 2, "2026-11-30"),
        ("2026-11-28", 2, "2026-11-30"),  # a Saturday
        ("2026-11-28", 6, "2026-12-04"),
        ("2026-11-30", 100_001, "2410-03-22"),
    ],
)
def test_there_is_no_work_at_week_ends(start: str, days: float, last: str) -> None:
    assert estimations.after_days_of_work(start, days) == last


def test_without_such_a_task_a_line_is_refused(studio: Studio, ann: Member, planned: Planned) -> None:
    hat = studio.entity("Prop", "Hat", planned.project)
    told = tabling.refused(ann, planned.path(planned.modeling), "Parent,Entity\nProp,Hat\n")
    assert told == (f"A columns is missing: '{hat['id']}'", 2, 0)
    difficult = tabling.send(ann, planned.path(planned.modeling), "Parent,Entity,Difficulty\nProp,Tree,9\n")
    assert (difficult.status, difficult.json["imported_rows"]) == (400, 0)


def test_managers_and_supervisors_of_the_department_may(studio: Studio, planned: Planned) -> None:
    table = "Parent,Entity\nS1,SH 01\n"
    path = planned.path(planned.animation)

    def status(role: str, department: Any = None, *, joins: bool = True) -> int:
        person = studio.person(role=role)
        if department:
            studio.department(department, person)
        if joins:
            studio.join(planned.project, person)
        return tabling.send(person, path, table).status

    assert status("manager") == 201
    assert status("supervisor") == 201
    assert status("supervisor", "Anim") == 201
    assert status("supervisor", "Sound") == 403
    assert status("manager", joins=False) == 403
    assert status("user") == 403
    unknown = planned.path({"id": new_id()})
    assert tabling.send(studio.person(role="admin"), unknown, table).status == 404
