"""A small production to look around in: `kitsulite serve --demo`.

A short film of two sequences, its cast, the tasks on it and what was said about them; a person of every role. It goes into a
fresh studio, on top of the first data (`services/firstdata.py`).
"""

import datetime
from typing import Any

from kitsulite.models.entities import Entity, EntityLink, EntityType
from kitsulite.models.fields import MOMENT
from kitsulite.models.people import Department, DepartmentLink, Person
from kitsulite.models.productions import (
    Project,
    ProjectAssetTypeLink,
    ProjectPersonLink,
    ProjectStatus,
    ProjectTaskStatusLink,
    ProjectTaskTypeLink,
)
from kitsulite.models.reviews import Comment, News
from kitsulite.models.tasks import Task, TaskPersonLink, TaskStatus, TaskType
from kitsulite.services import firstdata
from kitsulite.services.errors import Refused
from kitsulite.services.work import Work
from kitsulite.storage import Row

DOMAIN = "example.com"
PRODUCTION = "The Fox and the Lantern"
PEOPLE = (
    ("Ada", "Lind", "admin", None),
    ("Marc", "Oliveira", "manager", None),
    ("Sana", "Rahimi", "supervisor", "Animation"),
    ("Alice", "Moreau", "user", "Modeling"),
    ("Ben", "Okafor", "user", "Animation"),
    ("Chiyo", "Tanaka", "user", "Compositing"),
    ("Clara", "Novak", "client", None),
    ("Victor", "Bell", "vendor", "FX"),
)
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
    ("Asset", "Concept", "Alice"),
    ("Asset", "Modeling", "Alice"),
    ("Asset", "Shading", "Chiyo"),
    ("Shot", "Layout", "Ben"),
    ("Shot", "Animation", "Ben"),
    ("Shot", "FX", "Victor"),
    ("Shot", "Compositing", "Chiyo"),
)
PROGRESS = ("done", "done", "wfa", "retake", "wip", "ready", "todo")
"""How far the tasks are, from the first step of the first entity to the last step of the last."""
SAID = {
    "wip": ("artist", "Started on it this morning."),
    "wfa": ("artist", "First version is up, please have a look."),
    "retake": ("Sana", "Nearly there. The pose reads badly against the trees, can we open it up?"),
    "done": ("Sana", "Lovely, approved."),
}
DAYS_A_TASK = 4


def fill(work: Work, password_hash: str) -> list[tuple[str, str]]:
    """Make the production and its people, all with one password; (e-mail, role) of each. Only a fresh studio takes it."""
    if firstdata.has_people(work) or work.exists(Project):
        raise Refused("This studio has data of its own; the demo goes into a fresh one only.")
    people = _people(work, password_hash)
    project_id = _production(work, people)
    assets, shots = _assets(work, project_id), _shots(work, project_id)
    _cast(work, assets, shots)
    _tasks(work, project_id, people, {"Asset": list(assets.values()), "Shot": list(shots.values())})
    return [(_email(first_name), role) for first_name, _, role, _ in PEOPLE]


def _email(first_name: str) -> str:
    return f"{first_name.lower()}@{DOMAIN}"


def _people(work: Work, password_hash: str) -> dict[str, Any]:
    departments = _ids(work, Department)
    ids = {}
    for first_name, last_name, role, department in PEOPLE:
        ids[first_name] = work.insert(
            Person,
            first_name=first_name,
            last_name=last_name,
            email=_email(first_name),
            password=password_hash,
            role=role,
            timezone=work.settings.default_timezone,
            locale=work.settings.default_locale,
        )
        if department:
            work.insert(DepartmentLink, person_id=ids[first_name], department_id=departments[department])
    return ids


def _production(work: Work, people: dict[str, Any]) -> Any:
    today = datetime.datetime.now(datetime.UTC).date()
    project_id = work.insert(
        Project,
        name=PRODUCTION,
        code="fox",
        description="A fox finds a lantern on the ice, and somebody to bring it back to.",
        production_type="short",
        production_style="3d",
        fps="24",
        start_date=(today - datetime.timedelta(days=30)).isoformat(),
        end_date=(today + datetime.timedelta(days=60)).isoformat(),
        project_status_id=_ids(work, ProjectStatus)["Open"],
    )
    for person_id in people.values():
        work.insert(ProjectPersonLink, project_id=project_id, person_id=person_id)
    types = _ids(work, EntityType)
    for name in sorted(set(ASSETS.values())):
        work.insert(ProjectAssetTypeLink, project_id=project_id, asset_type_id=types[name])
    for row in _task_types(work).values():
        work.insert(ProjectTaskTypeLink, project_id=project_id, task_type_id=row["id"], priority=row["priority"])
    for row in work.db.rows(TaskStatus.select().where(~TaskStatus.for_concept)):
        work.insert(ProjectTaskStatusLink, project_id=project_id, task_status_id=row["id"], priority=row["priority"])
    return project_id


def _assets(work: Work, project_id: str) -> dict[str, Any]:
    types = _ids(work, EntityType)
    return {
        name: work.insert(Entity, name=name, project_id=project_id, entity_type_id=types[kind], data={})
        for name, kind in ASSETS.items()
    }


def _shots(work: Work, project_id: str) -> dict[tuple[str, str], Any]:
    types = _ids(work, EntityType)
    ids = {}
    for sequence, shots in SHOTS.items():
        parent_id = work.insert(Entity, name=sequence, project_id=project_id, entity_type_id=types["Sequence"], data={})
        for name, (frames, _) in shots.items():
            ids[sequence, name] = work.insert(
                Entity,
                name=name,
                project_id=project_id,
                entity_type_id=types["Shot"],
                parent_id=parent_id,
                nb_frames=frames,
                data={"frame_in": 101, "frame_out": 100 + frames},
            )
    return ids


def _cast(work: Work, assets: dict[str, Any], shots: dict[tuple[str, str], Any]) -> None:
    appearances = dict.fromkeys(assets, 0)
    for (sequence, name), shot_id in shots.items():
        for asset in SHOTS[sequence][name][1]:
            work.insert(EntityLink, entity_in_id=shot_id, entity_out_id=assets[asset])
            appearances[asset] += 1
    for asset, count in appearances.items():
        work.update(Entity, assets[asset], nb_entities_out=count)


def _tasks(work: Work, project_id: str, people: dict[str, Any], entities: dict[str, list[Any]]) -> None:
    """A task for every step of every entity: the earlier the step and the entity, the further it is."""
    statuses = {row["short_name"]: row["id"] for row in work.db.rows(TaskStatus.select())}
    types = _task_types(work)
    start = datetime.datetime.now(datetime.UTC).replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=None)
    for step, (kind, name, artist) in enumerate(WORKFLOW):
        for place, entity_id in enumerate(entities[kind]):
            progress = PROGRESS[min(place // 2 + step % 4, len(PROGRESS) - 1)]
            first_day = start + datetime.timedelta(days=DAYS_A_TASK * (step - 3) + place)
            task_id = work.insert(
                Task,
                name="main",
                project_id=project_id,
                task_type_id=types[kind, name]["id"],
                task_status_id=statuses[progress],
                entity_id=entity_id,
                assigner_id=people["Marc"],
                estimation=DAYS_A_TASK * 480,
                start_date=_moment(first_day),
                due_date=_moment(first_day + datetime.timedelta(days=DAYS_A_TASK)),
                retake_count=int(progress == "retake"),
                data={},
            )
            work.insert(TaskPersonLink, task_id=task_id, person_id=people[artist])
            if progress in SAID:
                who, text = SAID[progress]
                author_id = people[artist if who == "artist" else who]
                _say(work, task_id, author_id, statuses[progress], text)


def _say(work: Work, task_id: Any, author_id: str, task_status_id: str, text: str) -> None:
    comment_id = work.insert(
        Comment,
        object_id=task_id,
        object_type="Task",
        text=text,
        data={},
        checklist=[],
        links=[],
        pinned=False,
        task_status_id=task_status_id,
        person_id=author_id,
    )
    work.insert(News, change=True, author_id=author_id, comment_id=comment_id, task_id=task_id)
    said = work.get(Comment, comment_id)["created_at"]
    work.update(Task, task_id, last_comment_date=said)


def _task_types(work: Work) -> dict[tuple[str, str], Row]:
    rows = work.db.rows(TaskType.select())
    return {
        (kind, name): row
        for kind, name, _ in WORKFLOW
        for row in rows
        if (row["for_entity"], row["name"]) == (kind, name)
    }


def _ids(work: Work, table: Any) -> dict[str, str]:
    """The ids of the first data of a table, by name."""
    return {row["name"]: row["id"] for row in work.db.rows(table.select())}


def _moment(time: datetime.datetime) -> str:
    return time.strftime(MOMENT)
