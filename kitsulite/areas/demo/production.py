"""A small production to look around in: `kitsulite serve --demo`.

A short film of two sequences, its cast and a person of every role; `working.py` has them work on it, `review.py` brings what they
made. It goes into a fresh studio, on top of the first data (`areas/studio/firstdata.py`).
"""

import datetime

from kitsulite.areas.demo import working
from kitsulite.areas.demo.working import ids_of
from kitsulite.areas.entities import entities
from kitsulite.areas.entities.recasting import Entry, Recasting
from kitsulite.areas.people.rows_of_persons import Persons
from kitsulite.areas.productions.rows import Projects
from kitsulite.areas.studio import firstdata
from kitsulite.models.entities import EntityType
from kitsulite.models.people import Department, Person
from kitsulite.models.productions import Project
from kitsulite.models.shapes import read
from kitsulite.models.tasks import TaskStatus
from kitsulite.storage import Row
from kitsulite.work import kinds
from kitsulite.work.errors import Refused
from kitsulite.work.kinds import ASSET, SEQUENCE, SHOT
from kitsulite.work.work import Caller, Work, operator

DOMAIN = "example.com"
PRODUCTION = "The Fox and the Lantern"
FPS = 24
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


def is_there(work: Work) -> bool:
    """Whether this studio is the demo, whatever has become of it."""
    return work.exists(Project, Project.name == PRODUCTION) and work.exists(Person, Person.email == ADMIN)


def fill(work: Work, password_hash: str) -> list[tuple[str, str]]:
    """Make the production and its people, all with one password; (e-mail, role) of each. Only a fresh studio takes it."""
    if firstdata.has_people(work) or work.exists(Project):
        raise Refused("This studio has data of its own; the demo goes into a fresh one only.")
    people = _people(work.in_name_of(operator()), password_hash)
    work = work.in_name_of(Caller(people["Marc"]))
    project_id = _production(work, people)
    assets, shots = _assets(work, project_id), _shots(work, project_id)
    for (sequence, name), shot_id in shots.items():
        cast = [Entry(assets[asset]) for asset in SHOTS[sequence][name][1]]
        Recasting(work, kinds.get_of_kind(work, SHOT, shot_id)).replace(cast)
    working.Floor(work, project_id, people).work_on()
    return [(row["email"], row["role"]) for row in people.values()]


def _people(work: Work, password_hash: str) -> dict[str, Row]:
    departments = ids_of(work, Department)
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
    types, statuses = ids_of(work, EntityType), work.db.rows(TaskStatus.select().where(~TaskStatus.for_concept))
    data = {
        "name": PRODUCTION,
        "code": "fox",
        "description": "A fox finds a lantern on the ice, and somebody to bring it back to.",
        "production_type": "short",
        "production_style": "3d",
        "fps": str(FPS),
        "is_set_preview_automated": True,
        "start_date": (today - datetime.timedelta(days=45)).isoformat(),
        "end_date": (today + datetime.timedelta(days=60)).isoformat(),
        "team": [row["id"] for row in people.values()],
        "asset_types": [types[name] for name in set(ASSETS.values())],
        "task_types": list(working.task_types(work).values()),
        "task_statuses": [row["id"] for row in statuses],
    }
    return str(read(Projects().create(work.in_name_of(Caller(people["Ada"])), data))["id"])


def _assets(work: Work, project_id: str) -> dict[str, str]:
    types = ids_of(work, EntityType)
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
