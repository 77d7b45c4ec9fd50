"""What people work on, as they see it themselves (docs/api/me.md)."""

from typing import Any

import pytest
from studio import Member, Studio

from kitsulite.models import new_id
from kitsulite.models.entities import EntityLink
from kitsulite.models.productions import DepartmentMetadataDescriptorLink, MetadataDescriptor
from kitsulite.models.reviews import Comment
from kitsulite.models.tasks import TaskStatus
from kitsulite.storage import Row

TODO, DONE, CHECK = "/data/user/tasks", "/data/user/done-tasks", "/data/user/tasks-to-check"


class Film:
    """An episode with a sequence of two shots and a scene, and two props; Ann works on one of each."""

    def __init__(self, studio: Studio) -> None:
        self.studio = studio
        self.ann, self.mia = studio.person("Ann"), studio.person("Mia", role="manager")
        self.project = studio.project("Bunny", team=[self.ann])
        self.episode = studio.entity("Episode", "E01", self.project)
        self.sequence = studio.entity("Sequence", "SQ01", self.project, self.episode)
        self.other_sequence = studio.entity("Sequence", "SQ02", self.project, self.episode)
        self.shot, self.other_shot = (studio.entity("Shot", name, self.project, self.sequence) for name in ("S1", "S2"))
        self.scene = studio.entity("Scene", "SC1", self.project, self.sequence)
        self.prop, self.other_prop = (studio.entity("Prop", name, self.project) for name in ("Ball", "Bat"))
        self.tasks = {
            name: studio.task(entity, assignees=[self.ann])
            for name, entity in (
                ("shot", self.shot),
                ("scene", self.scene),
                ("sequence", self.sequence),
                ("asset", self.prop),
            )
        }
        for entity in (self.other_shot, self.other_prop):
            studio.task(entity, assignees=[self.mia])

    def status(self, name: str, **values: Any) -> Row:
        return self.studio.one_of(TaskStatus, name, short_name=name[:4].lower(), color="#ffffff", **values)


@pytest.fixture
def film(studio: Studio) -> Film:
    return Film(studio)


def ids(rows: list[Row]) -> set[str]:
    return {row["id"] for row in rows}


# --- to do, done, to check ---


def test_a_task_to_do_tells_where_it_stands(film: Film) -> None:
    film.studio.add(
        Comment,
        object_id=film.tasks["shot"]["id"],
        object_type="Task",
        person_id=film.mia.id,
        text="Faster",
        created_at="2024-01-01T10:00:00.000000",
    )
    tasks = {task["id"]: task for task in film.ann.get(TODO)}
    assert set(tasks) == ids(list(film.tasks.values()))
    task = tasks[film.tasks["shot"]["id"]]
    expected = {
        **film.tasks["shot"],
        "project_name": "Bunny",
        "project_has_avatar": False,
        "entity_name": "S1",
        "entity_description": None,
        "entity_data": None,
        "entity_canceled": False,
        "entity_preview_file_id": "",
        "entity_source_id": "",
        "entity_type_name": "Shot",
        "sequence_name": "SQ01",
        "episode_id": film.episode["id"],
        "episode_name": "E01",
        "task_type_for_entity": "Shot",
        "task_type_name": "Animation",
        "task_type_color": "#FFFFFF",
        "task_status_name": "Todo",
        "task_status_color": "#f5f5f5",
        "task_status_short_name": "todo",
        "task_estimation": 0.0,
        "task_duration": 0.0,
        "task_start_date": None,
        "task_due_date": None,
        "last_comment": {"text": "Faster", "date": "2024-01-01T10:00:00", "person_id": film.mia.id},
    }
    assert task == expected
    assert tasks[film.tasks["asset"]["id"]]["last_comment"] == {}


def test_what_is_to_do_is_in_open_productions_of_ones_teams(film: Film) -> None:
    film.studio.task(film.studio.entity("Prop", "Far", film.studio.project()), assignees=[film.ann])
    closed = film.studio.project(team=[film.ann], status="Closed")
    film.studio.task(film.studio.entity("Prop", "Old", closed), assignees=[film.ann])
    assert ids(film.ann.get(TODO)) == ids(list(film.tasks.values()))
    assert film.mia.get(TODO) == []
    ada = film.studio.person("Ada", role="admin")
    film.studio.task(film.studio.entity("Prop", "Mine", film.project), assignees=[ada])
    assert ada.get(TODO) == []
    film.studio.join(film.project, ada)
    assert [task["entity_name"] for task in ada.get(TODO)] == ["Mine"]


def test_what_is_done_comes_last_finished_first(film: Film) -> None:
    done = film.status("Done", is_done=True)
    for name, day in (("One", "01"), ("Two", "03"), ("Three", "02")):
        film.studio.task(
            film.studio.entity("Prop", name, film.project),
            assignees=[film.ann],
            task_status_id=done["id"],
            end_date=f"2024-01-{day}T00:00:00.000000",
        )
    assert [task["entity_name"] for task in film.ann.get(DONE)] == ["Two", "Three", "One"]
    assert ids(film.ann.get(TODO)) == ids(list(film.tasks.values()))


def test_assets_are_told_with_the_episodes_they_are_cast_in(film: Film) -> None:
    second = film.studio.entity("Episode", "E00", film.project)
    for entity in (film.episode, second, film.shot):
        film.studio.add(EntityLink, entity_in_id=entity["id"], entity_out_id=film.prop["id"])
    tasks = {task["id"]: task for task in film.ann.get(TODO)}
    task = tasks[film.tasks["asset"]["id"]]
    assert (task["episode_ids"], task["episode_names"]) == ([second["id"], film.episode["id"]], ["E00", "E01"])
    assert "episode_ids" not in tasks[film.tasks["shot"]["id"]]


def test_who_oversees_checks_what_waits_for_feedback(film: Film) -> None:
    feedback = film.status("Feedback", is_feedback_request=True)
    animation, modeling = (film.studio.department(name) for name in ("Animation", "Modeling"))
    animated, modeled = (
        film.studio.task(film.prop, film.studio.task_type(name, department), task_status_id=feedback["id"])
        for name, department in (("Layout", animation), ("Sculpt", modeling))
    )
    far = film.studio.entity("Prop", "Far", film.studio.project())
    elsewhere = film.studio.task(far, task_status_id=feedback["id"])

    def seen(role: str, *departments: str, in_team: bool = True) -> set[str]:
        person = film.studio.person(role=role)
        if in_team:
            film.studio.join(film.project, person)
        for name in departments:
            film.studio.department(name, person)
        return ids(person.get(CHECK))

    assert seen("admin", in_team=False) == ids([animated, modeled, elsewhere])
    assert seen("manager") == seen("supervisor") == ids([animated, modeled])
    assert seen("supervisor", "Modeling") == ids([modeled])
    assert seen("manager", in_team=False) == set()
    assert seen("user") == seen("vendor") == seen("client") == set()


# --- entities ---


@pytest.mark.parametrize("kind", ["asset", "shot", "scene", "sequence"])
def test_people_find_their_tasks_and_their_types_on_an_entity(film: Film, kind: str) -> None:
    task = film.tasks[kind]
    path = f"/data/user/{kind}s/{task['entity_id']}"
    layout = film.studio.task(
        {"id": task["entity_id"], "project_id": film.project["id"]}, "Layout", assignees=[film.mia]
    )
    (found,) = film.ann.get(f"{path}/tasks")
    assert found == {key: value for key, value in task.items() if key != "assignees"}
    (task_type,) = film.ann.get(f"{path}/task-types")
    assert (task_type["name"], task_type["type"]) == ("Animation", "TaskType")
    assert film.mia.get(f"{path}/tasks") == film.mia.get(f"{path}/task-types") == [], "who is not in the team has none"
    film.studio.join(film.project, film.mia)
    assert [row["id"] for row in film.mia.get(f"{path}/tasks")] == [layout["id"]]
    wrong = film.tasks["asset" if kind != "asset" else "shot"]["entity_id"]
    for id in (wrong, new_id(), "malformed"):
        film.ann.get(f"/data/user/{kind}s/{id}/tasks", status=404)
        film.ann.get(f"/data/user/{kind}s/{id}/task-types", status=404)


def test_people_find_where_they_have_work(film: Film) -> None:
    project, sequence = f"/data/user/projects/{film.project['id']}", f"/data/user/sequences/{film.sequence['id']}"
    type_id = film.prop["entity_type_id"]
    expected = {
        f"{project}/asset-types": (type_id, "AssetType"),
        f"{project}/asset-types/{type_id}/assets": (film.prop["id"], "Asset"),
        f"{project}/sequences": (film.sequence["id"], "Sequence"),
        f"{project}/episodes": (film.episode["id"], "Episode"),
        f"{sequence}/shots": (film.shot["id"], "Shot"),
        f"{sequence}/scenes": (film.scene["id"], "Scene"),
    }
    stranger = film.studio.person("Stan")
    for path, found in expected.items():
        assert [(row["id"], row["type"]) for row in film.ann.get(path)] == [found], path
        assert stranger.get(path) == [], path


def test_work_on_a_sequence_itself_is_none_on_its_shots(film: Film) -> None:
    film.studio.task(film.other_sequence, assignees=[film.ann])
    sequences = film.ann.get(f"/data/user/projects/{film.project['id']}/sequences")
    assert ids(sequences) == ids([film.sequence])


def test_work_in_closed_productions_is_none(film: Film) -> None:
    closed = film.studio.project(status="Closed", team=[film.ann])
    prop = film.studio.entity("Prop", "Old", closed)
    film.studio.task(prop, assignees=[film.ann])
    assert film.ann.get(f"/data/user/assets/{prop['id']}/tasks") == []
    assert film.ann.get(f"/data/user/projects/{closed['id']}/asset-types") == []


def test_what_is_not_there_is_not_found(film: Film) -> None:
    project, sequence = "/data/user/projects/{}", "/data/user/sequences/{}"
    for id in (new_id(), "malformed", film.shot["id"]):
        for path in ("/asset-types", "/sequences", "/episodes", f"/asset-types/{film.prop['entity_type_id']}/assets"):
            film.ann.get(project.format(id) + path, status=404)
        for path in ("/shots", "/scenes"):
            film.ann.get(sequence.format(id) + path, status=404)
    for type_id in (film.shot["entity_type_id"], new_id()):
        film.ann.get(f"{project.format(film.project['id'])}/asset-types/{type_id}/assets", status=404)


def test_vendors_do_not_see_what_is_kept_to_other_departments(film: Film, studio: Studio) -> None:
    vic: Member = studio.person("Vic")
    studio.join(film.project, vic, role="vendor")
    descriptor = studio.add(
        MetadataDescriptor, project_id=film.project["id"], entity_type="Asset", name="Cost", field_name="cost"
    )
    studio.link(
        DepartmentMetadataDescriptorLink,
        metadata_descriptor_id=descriptor["id"],
        department_id=studio.department("Money")["id"],
    )
    prop = studio.entity("Prop", "Gold", film.project, data={"cost": 3, "size": 1})
    studio.task(prop, assignees=[vic])
    path = f"/data/user/projects/{film.project['id']}/asset-types/{prop['entity_type_id']}/assets"
    (found,) = vic.get(path)
    assert found["data"] == {"size": 1}
