"""What the people of the demo do: tasks with dates, what is said of them, time noted, days off, a schedule, a chat."""

import datetime
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from kitsulite.areas.people import timelogs
from kitsulite.areas.people.rows import COLLECTIONS as OF_PEOPLE
from kitsulite.areas.productions.rows_of_schedules import COLLECTIONS as OF_SCHEDULES
from kitsulite.areas.tasks import assignments, chats, comments, creation
from kitsulite.models.entities import Entity
from kitsulite.models.fields import MOMENT
from kitsulite.models.shapes import read_list
from kitsulite.models.tasks import Task, TaskStatus, TaskType
from kitsulite.storage import Row
from kitsulite.work.kinds import ASSET, SHOT, Kind, of_kind
from kitsulite.work.work import Caller, Work

WORKFLOW = (
    (ASSET, "Concept", "Alice", 0),
    (ASSET, "Modeling", "Alice", 1),
    (ASSET, "Shading", "Chiyo", 2),
    (SHOT, "Layout", "Ben", 0),
    (SHOT, "Animation", "Ben", 1),
    (SHOT, "FX", "Victor", 2),
    (SHOT, "Compositing", "Chiyo", 4),
)
"""Who does what, and how far behind the first step it is."""
PROGRESS = ("done", "done", "wfa", "retake", "wip", "todo")
"""How far tasks are, from those on the first entities to those on the last."""
SHOWN = "wfa"
"""The status with which something is shown."""
MADE = ("done", SHOWN, "retake")
"""How far tasks are of which there is something to look at."""
REVIEWER = "Sana"
SAID = {
    "wip": "Started on it this morning.",
    "wfa": "First version is up, please have a look.",
    "retake": "Nearly there. The pose reads badly against the background, can we open it up?",
    "done": "Lovely, approved.",
}
DAYS_A_TASK = 2
MINUTES_A_DAY = 480
MINUTES_NOTED = 420
DAY = len("2026-01-01")
SATURDAY = 5
MORNING, NOON, EVENING = datetime.time(9), datetime.time(12), datetime.time(17)
DAYS_OFF = {"Ben": (3, 4, "Moving house"), "Chiyo": (6, 6, "Exam"), "Alice": (-30, -29, "Skiing")}
"""Whose, the first and the last of them as working days from today, and why."""
MILESTONES = {"Design locked": -2, "Animation done": 6, "Delivery": 25}
DISCUSSED = "SH030"
TALK = (
    ("Sana", "Could the lantern flicker a little less while the fox looks at it?"),
    ("Ben", "Sure. I hold it still for twelve frames, then."),
    ("Sana", "Perfect, thank you!"),
)


@dataclass(frozen=True)
class Job:
    """A task, who does it and how far it is."""

    task: Row
    artist: Row
    progress: str


def ids_of(work: Work, table: Any, key: str = "name") -> dict[str, str]:
    """The ids of the first data of a table, by name."""
    return {row[key]: row["id"] for row in work.db.rows(table.select())}


def task_types(work: Work) -> dict[tuple[str, str], str]:
    """The task types of the production, by what they are for and name."""
    rows = {(row["for_entity"], row["name"]): row["id"] for row in work.db.rows(TaskType.select())}
    return {(kind.name, name): rows[kind.name, name] for kind, name, _, _ in WORKFLOW}


def workday(count: int) -> datetime.date:
    """So many working days from today, or before it."""
    day, step = datetime.datetime.now(datetime.UTC).date(), datetime.timedelta(days=1 if count > 0 else -1)
    left = abs(count)
    while left:
        day += step
        left -= day.weekday() < SATURDAY
    return day


class Floor:
    """Where a production is worked on, in the name of its manager."""

    def __init__(self, work: Work, project_id: str, people: dict[str, Row]) -> None:
        self.work, self.project_id, self.people = work, project_id, people
        self.types, self.statuses = task_types(work), work.db.rows(TaskStatus.select())
        entities = Entity.select(Entity.id).where(Entity.project_id == project_id)
        self.order = work.db.values(entities.order_by(work.db.creation_order(Entity)))

    def work_on(self) -> None:
        """All that was done so far, and what is planned."""
        jobs = [job for kind, name, artist, behind in WORKFLOW for job in self._jobs(kind, name, artist, behind)]
        jobs.sort(key=lambda job: (job.artist["id"], PROGRESS.index(job.progress)))
        for _, of_artist in groupby(jobs, key=lambda job: job.artist["id"]):
            self._do_in_turn(list(of_artist))
        self._plan()
        self._talk()

    def _jobs(self, kind: Kind, name: str, artist: str, behind: int) -> list[Job]:
        """A task of one type for every entity of its kind."""
        type_id, person = self.types[kind.name, name], self.people[artist]
        made = creation.create_for_kind(self.work, self.project_id, type_id, kind, ids=[], filters={})
        tasks = sorted(read_list(made), key=lambda task: self.order.index(task["entity_id"]))
        assignments.assign_tasks(self.work, person["id"], tasks)
        last = len(PROGRESS) - 1
        return [Job(task, person, PROGRESS[min(place // 2 + behind, last)]) for place, task in enumerate(tasks)]

    def _do_in_turn(self, jobs: list[Job]) -> None:
        """What one artist does, task after task; what can be looked at was made before today, what is begun was begun yesterday."""
        made = sum(job.progress in MADE for job in jobs)
        begun = sum(job.progress == "wip" for job in jobs)
        for place, job in enumerate(jobs):
            first = DAYS_A_TASK * (place - made) - 1
            last = first + DAYS_A_TASK - 1
            if job.progress == "wip":
                first = -1
            self.work.update(
                Task,
                job.task["id"],
                estimation=(last - first + 1) * MINUTES_A_DAY,
                start_date=_moment(first, MORNING),
                due_date=_moment(last, EVENING),
            )
            if job.progress != "todo":
                self._do(job, first, last, MINUTES_NOTED if job.progress in MADE else MINUTES_NOTED // begun)

    def _do(self, job: Job, first: int, last: int, minutes: int) -> None:
        self._say(job.task, job.artist, "wip", _moment(first, MORNING))
        if job.progress in MADE:
            self._say(job.task, job.artist, SHOWN, _moment(last, NOON))
        if job.progress in ("done", "retake"):
            self._say(job.task, self.people[REVIEWER], job.progress, _moment(last, EVENING))
        for day in range(first, min(last + 1, 0)):
            timelogs.set_time(
                self.work.in_name_of(Caller(job.artist)), job.task, job.artist, workday(day).isoformat(), minutes
            )

    def _say(self, task: Row, author: Row, status: str, moment: str) -> None:
        [found] = (row for row in self.statuses if row["short_name"] == status)
        draft = comments.Draft(task, found, author["id"], text=SAID[status], created_at=moment)
        comments.post_comment(self.work.in_name_of(Caller(author)), draft)

    def _plan(self) -> None:
        """A bar for each task type, as long as its tasks take, the days that matter, and who is away."""
        for type_id in self.types.values():
            of_type = Task.select().where(Task.project_id == self.project_id, Task.task_type_id == type_id)
            tasks = self.work.db.rows(of_type)
            bar = {
                "start_date": min(task["start_date"] for task in tasks)[:DAY],
                "end_date": max(task["due_date"] for task in tasks)[:DAY],
            }
            self._add("schedule-items", {"project_id": self.project_id, "task_type_id": type_id, **bar})
        for name, day in MILESTONES.items():
            self._add("milestones", {"project_id": self.project_id, "name": name, "date": workday(day).isoformat()})
        for name, (first, last, why) in DAYS_OFF.items():
            days = {"date": workday(first).isoformat(), "end_date": workday(last).isoformat()}
            self._add("day-offs", {"person_id": self.people[name]["id"], "description": why, **days})

    def _add(self, path: str, data: Row) -> None:
        [collection] = (found for found in (*OF_PEOPLE, *OF_SCHEDULES) if found.path == path)
        collection.make(self.work, data)

    def _talk(self) -> None:
        """A chat about a shot."""
        [shot, *_] = self.work.db.values(
            Entity.select(Entity.id).where(
                Entity.project_id == self.project_id, of_kind(self.work, SHOT), Entity.name == DISCUSSED
            )
        )
        for name in dict.fromkeys(name for name, _ in TALK):
            chats.join(self.work.in_name_of(Caller(self.people[name])), shot)
        for name, text in TALK:
            chats.say(self.work.in_name_of(Caller(self.people[name])), shot, text, ())


def _moment(day: int, time: datetime.time) -> str:
    return datetime.datetime.combine(workday(day), time).strftime(MOMENT)
