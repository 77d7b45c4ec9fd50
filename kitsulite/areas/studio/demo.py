"""A small production to look around in: `kitsulite serve --demo`.

A short film of two sequences, its cast, the tasks on it and what was said about them; a person of every role. It goes into a
fresh studio, on top of the first data (`areas/studio/firstdata.py`).
"""

import dataclasses
import datetime
from typing import Any

from kitsulite.areas.entities import entities
from kitsulite.areas.entities.recasting import Entry, Recasting
from kitsulite.areas.people.rows_of_persons import Persons
from kitsulite.areas.productions.rows import Projects
from kitsulite.areas.studio import firstdata
from kitsulite.areas.tasks import assignments, comments, creation
from kitsulite.models.entities import EntityType
from kitsulite.models.fields import MOMENT
from kitsulite.models.people import Department, Person
from kitsulite.models.productions import Project
from kitsulite.models.shapes import read, read_list
from kitsulite.models.tasks import Task, TaskStatus, TaskType
from kitsulite.storage import Row
from kitsulite.work import kinds
from kitsulite.work.errors import Refused
from kitsulite.work.kinds import ASSET, SEQUENCE, SHOT
from kitsulite.work.work import Caller, Work, operator

DOMAIN = "example.com"
PRODUCTION = "The Fox and the Lantern"
PEOPLE = (
    ("Ada", "Lind", "admin", None),
    ("Marc", "Oliveira", "manager", None),
    ("Sana", "Rahimi", "supervisor", None),
    ("Alice", "Moreau", "user", "Modeling"),
    ("Ben", "Okafor", "user", "Animation"),
    ("Chiyo", "Tanaka", "user", "Compositing"),
    ("Clara", "Novak", "client", None),
    ("Victor", "Bell", "vendor", "FX"),
)
ADMIN = f"{PEOPLE[0][0].lower()}@{DOMAIN}"
ASSETS = {
    "Fox": "Character",
    "Old Woman": "Character",
    "Lantern": "Prop",
    "Rowing Boat": "Prop",
    "Winter Forest": "Environment",
    "Snow": "FX",
}
SHOTS: dict[str, dict[str, tuple[int, list[str]]]] = {
    "SQ010": {
        "SH010": (96, ["Winter Forest", "Snow"]),
        "SH020": (60, ["Fox", "Winter Forest", "Snow"]),
        "SH030": (48, ["Fox", "Lantern"]),
        "SH040": (120, ["Fox", "Lantern", "Winter Forest"]),
    },
    "SQ020": {
        "SH010": (72, ["Old Woman", "Rowing Boat"]),
        "SH020": (84, ["Old Woman", "Fox", "Rowing Boat"]),
        "SH030": (144, ["Old Woman", "Fox", "Lantern", "Snow"]),
        "SH040": (40, ["Lantern"]),
    },
}
WORKFLOW = (
    (ASSET, "Concept", "Alice"),
    (ASSET, "Modeling", "Alice"),
    (ASSET, "Shading", "Chiyo"),
    (SHOT, "Layout", "Ben"),
    (SHOT, "Animation", "Ben"),
    (SHOT, "FX", "Victor"),
    (SHOT, "Compositing", "Chiyo"),
)
ASSET_STEPS = sum(kind is ASSET for kind, _, _ in WORKFLOW)
PROGRESS = ("done", "done", "wfa", "retake", "wip", "todo")
"""How far tasks are, from those on the first entities to those on the last; later steps start further down."""
REVIEWER = "Sana"
SAID = {
    "wip": "Started on it this morning.",
    "wfa": "First version is up, please have a look.",
    "retake": "Nearly there. The pose reads badly against the trees, can we open it up?",
    "done": "Lovely, approved.",
}
REVIEWED = ("retake", "done")
DAYS_A_TASK = 4
MINUTES_A_DAY = 480


def is_there(work: Work) -> bool:
    """Whether this studio is the demo, whatever has become of it."""
    return work.exists(Project, Project.name == PRODUCTION) and work.exists(Person, Person.email == ADMIN)


def fill(work: Work, password_hash: str) -> list[tuple[str, str]]:
    """Make the production and its people, all with one password; (e-mail, role) of each. Only a fresh studio takes it."""
    if firstdata.has_people(work) or work.exists(Project):
        raise Refused("This studio has data of its own; the demo goes into a fresh one only.")
    people = _people(_as(work, operator()), password_hash)
    work = _as(work, people["Marc"])
    project_id = _production(work, people)
    assets, shots = _assets(work, project_id), _shots(work, project_id)
    for (sequence, name), shot_id in shots.items():
        cast = [Entry(assets[asset]) for asset in SHOTS[sequence][name][1]]
        Recasting(work, kinds.get_of_kind(work, SHOT, shot_id)).replace(cast)
    _tasks(work, project_id, people)
    return [(row["email"], row["role"]) for row in people.values()]


def _as(work: Work, who: Row | Caller) -> Work:
    """The same piece of work in somebody's name."""
    return dataclasses.replace(work, visitor=who if isinstance(who, Caller) else Caller(who), memory={})


def _people(work: Work, password_hash: str) -> dict[str, Row]:
    departments = _ids(work, Department)
    people = {}
    for first_name, last_name, role, department in PEOPLE:
        data = {
            "first_name": first_name,
            "last_name": last_name,
            "email": f"{first_name.lower()}@{DOMAIN}",
            "password": password_hash,
            "role": role,
            "departments": [departments[department]] if department else [],
        }
        people[first_name] = work.get(Person, read(Persons().create(work, data))["id"])
    return people


def _production(work: Work, people: dict[str, Row]) -> str:
    today = datetime.datetime.now(datetime.UTC).date()
    types, statuses = _ids(work, EntityType), work.db.rows(TaskStatus.select().where(~TaskStatus.for_concept))
    data = {
        "name": PRODUCTION,
        "code": "fox",
        "description": "A fox finds a lantern on the ice, and somebody to bring it back to.",
        "production_type": "short",
        "production_style": "3d",
        "fps": "24",
        "start_date": (today - datetime.timedelta(days=30)).isoformat(),
        "end_date": (today + datetime.timedelta(days=60)).isoformat(),
        "team": [row["id"] for row in people.values()],
        "asset_types": [types[name] for name in set(ASSETS.values())],
        "task_types": list(_task_types(work).values()),
        "task_statuses": [row["id"] for row in statuses],
    }
    return str(read(Projects().create(_as(work, people["Ada"]), data))["id"])


def _assets(work: Work, project_id: str) -> dict[str, str]:
    types = _ids(work, EntityType)
    return {
        name: entities.create(work, ASSET, project_id, {"name": name, "entity_type_id": types[kind], "data": {}})
        for name, kind in ASSETS.items()
    }


def _shots(work: Work, project_id: str) -> dict[tuple[str, str], str]:
    ids = {}
    for sequence, shots in SHOTS.items():
        parent_id = entities.create(work, SEQUENCE, project_id, {"name": sequence, "data": {}})
        for name, (frames, _) in shots.items():
            data = {"frame_in": 101, "frame_out": 100 + frames}
            values = {"name": name, "parent_id": parent_id, "nb_frames": frames, "data": data}
            ids[sequence, name] = entities.create(work, SHOT, project_id, values)
    return ids


def _tasks(work: Work, project_id: str, people: dict[str, Row]) -> None:
    """A task for every step of every entity, with somebody to do it, dates, and what was said about it so far."""
    types, statuses = _task_types(work), _ids(work, TaskStatus, "short_name")
    start = datetime.datetime.combine(datetime.datetime.now(datetime.UTC).date(), datetime.time())
    for step, (kind, name, artist) in enumerate(WORKFLOW):
        made = creation.create_for_kind(work, project_id, types[kind.name, name], kind, ids=[], filters={})
        tasks = read_list(made)
        assignments.assign_tasks(work, people[artist]["id"], tasks)
        for place, task in enumerate(tasks):
            first_day = start + datetime.timedelta(days=DAYS_A_TASK * (step - 3) + place)
            work.update(
                Task,
                task["id"],
                estimation=DAYS_A_TASK * MINUTES_A_DAY,
                start_date=first_day.strftime(MOMENT),
                due_date=(first_day + datetime.timedelta(days=DAYS_A_TASK)).strftime(MOMENT),
            )
            progress = PROGRESS[min(place // 2 + step % ASSET_STEPS, len(PROGRESS) - 1)]
            if progress in SAID:
                author = people[REVIEWER if progress in REVIEWED else artist]
                comments.comment_task(_as(work, author), task, statuses[progress], text=SAID[progress])


def _task_types(work: Work) -> dict[tuple[str, str], str]:
    rows = {(row["for_entity"], row["name"]): row["id"] for row in work.db.rows(TaskType.select())}
    return {(kind.name, name): rows[kind.name, name] for kind, name, _ in WORKFLOW}


def _ids(work: Work, table: Any, key: str = "name") -> dict[str, str]:
    """The ids of the first data of a table, by name."""
    return {row[key]: row["id"] for row in work.db.rows(table.select())}
