"""Shots, scenes, sequences and episodes (docs/api/entities.md)."""

import concurrent.futures
from typing import Any

import pytest
from film import Film, film, names

from kitsulite.models import new_id
from kitsulite.models.entities import Entity, EntityLink
from kitsulite.models.productions import Project
from kitsulite.models.reviews import PreviewFile
from kitsulite.models.tasks import TaskStatus
from kitsulite.storage import Row

__all__ = ["film"]


# --- making ---


def test_a_shot_is_made_once_in_its_sequence(film: Film) -> None:
    film.events()
    body = {"name": "SH10", "sequence_id": film.sequence["id"], "nb_frames": "24", "data": None}
    shot = film.ann.post(f"{film.path}/shots", body)
    assert (shot["type"], shot["nb_frames"], shot["data"], shot["created_by"]) == ("Shot", 24, {}, film.ann.id)
    assert film.events() == [("shot:new", {"shot_id": shot["id"], "episode_id": film.episode["id"]})]
    assert film.ann.post(f"{film.path}/shots", {**body, "nb_frames": 99}) == shot
    assert film.events() == []
    assert film.ann.post(f"{film.path}/shots", {**body, "name": "sh10"})["id"] != shot["id"]
    loose = film.ann.post(f"{film.path}/shots", {"name": "SH10"})
    assert film.ann.post(f"{film.path}/shots", {"name": "SH10"})["id"] == loose["id"] != shot["id"]


@pytest.mark.parametrize("kind", ["shots", "scenes", "sequences", "episodes"])
def test_who_makes_the_same_at_the_same_time_makes_one(film: Film, kind: str) -> None:
    def make(_: int) -> str:
        return str(film.ann.post(f"{film.path}/{kind}", {"name": "New"})["id"])

    with concurrent.futures.ThreadPoolExecutor(6) as pool:
        assert len(set(pool.map(make, range(12)))) == 1


def test_a_parent_is_of_the_right_kind_and_project(film: Film) -> None:
    elsewhere = film.studio.entity("Sequence", "SQ", film.studio.project())
    for wrong in (elsewhere["id"], film.episode["id"], new_id()):
        film.ann.post(f"{film.path}/shots", {"name": "SH", "sequence_id": wrong}, status=404)
        film.ann.post(f"{film.path}/scenes", {"name": "SC", "sequence_id": wrong}, status=404)
    film.ann.post(f"{film.path}/sequences", {"name": "SQ", "episode_id": film.sequence["id"]}, status=404)


def test_a_bad_body_is_told_of_before_the_project_and_the_rights(film: Film) -> None:
    for kind in ("shots", "scenes", "sequences", "episodes"):
        answer = film.stan.call("POST", f"/data/projects/{new_id()}/{kind}", {"name": ""})
        assert answer.json["data"]["errors"][0]["field"] == "name"
        film.stan.post(f"/data/projects/{new_id()}/{kind}", {"name": "X"}, status=404)
        film.stan.post(f"{film.path}/{kind}", {"name": "X"}, status=403)
    film.ann.post(f"{film.path}/sequences", {"name": "SQ", "episode_id": ""}, status=400)


def test_an_episode_runs_unless_it_says_otherwise(film: Film) -> None:
    made = {status: film.ann.post(f"{film.path}/episodes", {"name": status, "status": status})["status"]
            for status in ("standby", "complete", "nonsense")}  # fmt: skip
    assert made == {"standby": "standby", "complete": "complete", "nonsense": "running"}
    assert film.ann.post(f"{film.path}/episodes", {"name": "E01"})["id"] == film.episode["id"]


# --- reading ---


def test_shots_are_listed_under_their_sequence_or_their_project(film: Film) -> None:
    loose = film.studio.entity("Shot", "A loose one", film.project)
    shots = film.ann.get(f"/data/shots?project_id={film.id}")
    assert [(row["name"], row["sequence_name"], row["project_name"]) for row in shots] == [
        ("SH01", "SQ01", "Film"), ("SH02", "SQ01", "Film"),
    ]  # fmt: skip
    assert names(film.ann.get(f"/data/shots/all?project_id={film.id}&name=sh01")) == ["SH01"]
    assert names(film.ann.get(f"{film.path}/shots")) == [loose["name"], "SH01", "SH02"]
    other = film.studio.entity("Sequence", "SQ02", film.project)
    assert film.ann.get(f"/data/shots?project_id={new_id()}&sequence_id={other['id']}") == []
    assert names(film.ann.get(f"/data/sequences/{film.sequence['id']}/shots?nb_frames=50")) == ["SH02"]
    film.ann.get("/data/shots", status=403)
    film.mallory.get(f"/data/shots?project_id={film.id}", status=403)
    film.admin.get("/data/shots?canceled=perhaps", status=400)


def test_what_hangs_under_an_episode_is_found_from_it(film: Film) -> None:
    path = f"/data/episodes/{film.episode['id']}"
    assert names(film.ann.get(f"{path}/sequences")) == ["SQ01"]
    assert film.ann.get(f"{path}/shots?relations=true")[0]["entities_out"] == []
    assert film.ann.get("/data/episodes/nonsense/sequences") == []
    film.ann.get(f"/data/episodes/{new_id()}/sequences", status=404)
    assert names(film.ann.get(f"/data/sequences?episode_id={film.episode['id']}")) == ["SQ01"]


def test_a_vendor_finds_sequences_and_episodes_by_the_work_under_them(film: Film) -> None:
    other = film.studio.entity("Sequence", "SQ02", film.project, film.episode)
    film.studio.entity("Shot", "SH01", film.project, other)
    for kind in ("sequences", "episodes", "shots"):
        assert film.vic.get(f"{film.path}/{kind}") == []
    film.studio.task(film.shot, assignees=[film.vic])
    assert names(film.vic.get(f"{film.path}/sequences")) == names(film.vic.get(f"/data/sequences?project_id={film.id}"))
    assert names(film.vic.get(f"{film.path}/sequences")) == ["SQ01"]
    assert names(film.vic.get(f"{film.path}/episodes")) == ["E01"]
    assert names(film.vic.get(f"{film.path}/shots")) == ["SH01"]
    assert film.vic.get(f"{film.path}/sequences")[0]["type"] == "Entity"
    film.vic.get(f"/data/shots/{film.shot['id']}")
    film.vic.get(f"/data/shots/{film.other_shot['id']}", status=403)
    film.vic.get(f"/data/sequences/{film.sequence['id']}", status=403)
    film.vic.get(f"/data/scenes/all?project_id={film.id}", status=403)
    assert names(film.vic.get(f"/data/sequences/{film.sequence['id']}/shots")) == ["SH01"]


def test_a_vendor_finds_the_episode_of_a_main_asset(film: Film) -> None:
    own = film.studio.entity("Prop", "Bench", film.project, source_id=film.episode["id"])
    film.studio.task(own, "Modeling", assignees=[film.vic])
    assert names(film.vic.get(f"/data/episodes?project_id={film.id}")) == ["E01"]


def test_one_shot_is_told_with_its_place_its_relations_and_all_its_tasks(film: Film) -> None:
    film.studio.task(film.shot, "Animation", assignees=[film.vic])
    film.studio.task(film.shot, "Lighting")
    film.studio.link(EntityLink, entity_in_id=film.shot["id"], entity_out_id=film.asset["id"], id=new_id())
    for who in (film.ann, film.vic):
        shot = who.get(f"/data/shots/{film.shot['id']}")
        assert (shot["type"], shot["entities_out"], len(shot["tasks"])) == ("Shot", [film.asset["id"]], 2)
        assert (shot["sequence_name"], shot["episode_id"], shot["fps"]) == ("SQ01", film.episode["id"], None)
    film.ann.get(f"/data/shots/{film.sequence['id']}", status=404)


def test_what_stands_under_nothing_is_told_all_the_same(film: Film) -> None:
    scene = film.studio.entity("Scene", "SC", film.project)
    alone = film.ann.get(f"/data/scenes/{scene['id']}")
    assert (alone["sequence_id"], alone["sequence_name"], "episode_id" in alone) == (None, "", False)
    shot = film.ann.get(f"/data/shots/{film.studio.entity('Shot', 'SH', film.project)['id']}")
    assert (shot["sequence_id"], shot["sequence_name"], shot["episode_id"], shot["episode_name"]) == (
        None,
        "",
        None,
        "",
    )
    placed = film.ann.get(f"/data/scenes/{film.studio.entity('Scene', 'SC', film.project, film.sequence)['id']}")
    assert (placed["sequence_name"], placed["episode_name"]) == ("SQ01", "E01")
    assert film.ann.get(f"/data/sequences/{film.sequence['id']}")["episode_name"] == "E01"
    assert "episode_id" not in film.ann.get(f"/data/episodes/{film.episode['id']}")


def test_the_data_of_one_entity_is_masked_for_vendors_too(film: Film) -> None:
    fx = film.studio.department("FX")
    for kind, entity in (("Shot", film.shot), ("Sequence", film.sequence), ("Episode", film.episode)):
        film.keep("secret", fx, kind)
        film.admin.put(f"/data/entities/{entity['id']}", {"data": {"secret": 1, "free": 2}})
        film.studio.task(entity, assignees=[film.vic])
        assert film.vic.get(f"/data/{kind.lower()}s/{entity['id']}")["data"] == {"free": 2}
        assert film.stan.get(f"/data/{kind.lower()}s/{entity['id']}")["data"] == {"secret": 1, "free": 2}


# --- changing ---


def test_a_shots_data_is_replaced_and_what_belongs_to_the_server_stays(film: Film) -> None:
    path = f"/data/shots/{film.shot['id']}"
    film.ann.put(path, {"data": {"a": 1}})
    film.events()
    body = {"data": {"b": 2}, "id": new_id(), "created_at": "2001-01-01T00:00:00", "odd": 1}
    for strange in ({"project_id": new_id()}, {"created_by": film.stan.id}, {"entities_out": [film.asset["id"]]}):
        film.ann.put(path, {**body, **strange}, status=400)
    shot = film.ann.put(path, {**body, "project_id": film.project["id"], "created_by": None, "entities_out": []})
    assert (shot["type"], shot["data"], shot["id"], shot["created_by"]) == ("Entity", {"b": 2}, film.shot["id"], None)
    assert shot["created_at"] == film.shot["created_at"]
    assert film.ann.get(path)["entities_out"] == []
    assert film.events() == [("shot:update", {"shot_id": film.shot["id"]})]
    film.stan.put(path, {"name": "Mine"}, status=403)


@pytest.mark.parametrize("parent", ["sequence", "none"])
def test_a_shot_gets_no_namesake_no_strange_parent_and_no_other_type(film: Film, parent: str) -> None:
    above = film.sequence if parent == "sequence" else None
    path = f"/data/shots/{film.studio.entity('Shot', 'SH03', film.project, above)['id']}"
    film.studio.entity("Shot", "SH04", film.project, above)
    film.ann.put(path, {"name": "SH04"}, status=400)
    film.ann.put(path, {"entity_type_id": film.asset["entity_type_id"]}, status=400)
    film.ann.put(path, {"parent_id": film.studio.entity("Sequence", "SQ", film.studio.project())["id"]}, status=400)
    film.ann.put(path, {"status": "nonsense"}, status=400)
    assert film.ann.call("PUT", path, headers={"Content-Type": "text/plain"}).status == 415
    assert film.ann.put(path, {"name": "SH05"})["name"] == "SH05"


def test_a_shot_comes_from_a_scene_of_its_own_project(film: Film) -> None:
    scene = film.studio.entity("Scene", "SC", film.project, film.sequence)
    path = f"/data/scenes/{scene['id']}/shots"
    film.events()
    shot = film.ann.post(path, {"shot_id": film.shot["id"]})
    assert (shot["source_id"], shot["type"]) == (scene["id"], "Entity")
    ids = {"scene_id": scene["id"], "shot_id": film.shot["id"]}
    assert film.events() == [("shot:update", {"shot_id": film.shot["id"]}), ("shot:add-to-scene", ids)]
    assert names(film.ann.get(path)) == ["SH01"]
    film.stan.post(path, {"shot_id": film.shot["id"]}, status=403)
    elsewhere = film.studio.entity("Shot", "SH", film.studio.project(), source_id=scene["id"])
    film.ann.post(path, {"shot_id": elsewhere["id"]}, status=404)
    film.ann.delete(f"{path}/{elsewhere['id']}", status=404)
    film.ann.delete(f"{path}/{film.shot['id']}")
    assert film.ann.get(f"/data/shots/{film.shot['id']}")["source_id"] is None


# --- figures ---


def test_episodes_count_the_tasks_of_what_stands_in_them(film: Film) -> None:
    done = film.studio.add(TaskStatus, name="Done", short_name="done", color="#00ff00", is_done=True)
    retake = film.studio.add(TaskStatus, name="Retake", short_name="retake", color="#ff0000", is_retake=True)
    film.studio.task(film.shot, task_status_id=done["id"], retake_count=1, nb_drawings=4, assignees=[film.vic])
    task = film.studio.task(film.other_shot, task_status_id=retake["id"], retake_count=2)
    film.studio.task(film.studio.entity("Shot", "Loose", film.project))
    animation = task["task_type_id"]
    stats = film.ann.get(f"{film.path}/episodes/stats")
    assert stats.keys() == {film.episode["id"], "all"}
    assert stats["all"] == stats[film.episode["id"]]
    figures = {"name": "done", "color": "#00ff00", "count": 1, "frames": 100, "drawings": 4}
    assert stats["all"][animation][done["id"]] == stats["all"]["all"][done["id"]] == figures
    assert film.vic.get(f"{film.path}/episodes/stats")["all"]["all"].keys() == {done["id"]}

    takes: Row = film.ann.get(f"{film.path}/episodes/retake-stats")
    report: Any = takes[film.episode["id"]][animation]
    nothing = {"count": 0, "frames": 0, "drawings": 0}
    one, other = {"count": 1, "frames": 100, "drawings": 4}, {"count": 1, "frames": 50, "drawings": 0}
    assert (report["max_retake_count"], report["done"], report["retake"]) == (2, one, other)
    assert report["evolution"] == {
        "1": {"done": nothing, "retake": {"count": 2, "frames": 150, "drawings": 4}, "other": nothing},
        "2": {"done": one, "retake": other, "other": nothing},
    }
    assert takes["all"]["all"]["evolution"] == {}


@pytest.mark.parametrize(("fps", "frames"), [("24", 48), (None, 50), ("0", 50), ("nan", 50)])
def test_frames_are_read_off_the_newest_preview(film: Film, fps: str | None, frames: int) -> None:
    with film.studio.tracker.work() as work:
        work.update(Project, film.id, fps=fps)  # as another server may have let it be
    task = film.studio.task(film.shot)
    for number, duration in enumerate((9.0, 2.0)):
        day = f"2026-01-0{number + 1}T00:00:00.000000"
        film.studio.add(PreviewFile, task_id=task["id"], person_id=film.stan.id, duration=duration, created_at=day)
    path = f"/actions/projects/{film.id}/task-types/{task['task_type_id']}/set-shot-nb-frames"
    film.stan.post(path, status=403)
    assert film.ann.post(f"{path}?episode_id={new_id()}", status=200) == []
    film.ann.post(f"{path}?episode_id=x", status=400)
    answer = film.ann.post(f"{path}?episode_id={film.episode['id']}", status=200)
    assert answer == [{"id": film.shot["id"], "nb_frames": frames}]
    assert film.studio.row(Entity, film.shot["id"])["nb_frames"] == frames
