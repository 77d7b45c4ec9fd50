"""Taking entities away: canceled while there is work on them, gone by force (docs/api/entities.md)."""

from typing import Any

import pytest
from film import Film, film

from kitsulite.models import Record
from kitsulite.models.entities import Entity, EntityLink, EntityVersion
from kitsulite.models.reviews import Comment, Playlist, Subscription
from kitsulite.models.schedules import ScheduleItem
from kitsulite.models.tasks import Task
from kitsulite.storage import Row

__all__ = ["film"]


def exists(film: Film, table: type[Record], row: Row) -> bool:
    with film.studio.tracker.db.reading():
        return film.studio.tracker.db.find(table, row["id"]) is not None


@pytest.mark.parametrize("kind", ["Shot", "Prop", "Edit", "Concept"])
def test_what_has_tasks_is_canceled_and_goes_only_by_force(film: Film, kind: str) -> None:
    noun = "asset" if kind == "Prop" else kind.lower()
    entity = film.studio.entity(kind, "X", film.project)
    task = film.studio.task(entity)
    film.studio.add(Comment, object_id=task["id"], object_type="Task", person_id=film.stan.id, text="well")
    path, ids = f"/data/{noun}s/{entity['id']}", {f"{noun}_id": entity["id"]}
    film.events()
    for _ in range(2):
        film.ann.delete(path)
        assert film.events() == [(f"{noun}:update", ids)]
        assert film.studio.row(Entity, entity["id"])["canceled"] is True
    film.ann.put(f"/data/entities/{entity['id']}", {"canceled": False})
    film.events()
    film.ann.delete(f"{path}?force=True")
    told = [name for name, _ in film.events()]
    assert told == ["task:delete", f"{noun}:delete"]
    assert not exists(film, Entity, entity)
    assert not exists(film, Task, task)
    film.ann.delete(path, status=404)


def test_without_tasks_it_goes_with_its_history(film: Film) -> None:
    version = film.studio.add(EntityVersion, name="SH00", entity_id=film.shot["id"], person_id=film.ann.id)
    film.studio.add(Subscription, entity_id=film.shot["id"], person_id=film.ann.id)
    film.ann.delete(f"/data/shots/{film.shot['id']}")
    assert not exists(film, Entity, film.shot)
    assert not exists(film, EntityVersion, version)


def test_shots_are_told_of_an_asset_that_leaves_their_castings(film: Film) -> None:
    film.ann.put(
        f"{film.path}/entities/{film.shot['id']}/casting", [{"asset_id": film.asset["id"], "nb_occurences": 1}]
    )
    film.events()
    film.ann.delete(f"/data/assets/{film.asset['id']}")
    told = dict(film.events())
    assert told["shot:casting-update"] == {
        "shot_id": film.shot["id"],
        "nb_entities_out": 0,
        "added_asset_ids": [],
        "removed_asset_ids": [film.asset["id"]],
    }
    assert film.studio.row(Entity, film.shot["id"])["nb_entities_out"] == 0
    with film.studio.tracker.db.reading():
        links = film.studio.tracker.db.rows(EntityLink.select().where(EntityLink.entity_out_id == film.asset["id"]))
    assert links == []


def test_a_scene_that_is_needed_is_canceled_and_said_to_be_deleted(film: Film) -> None:
    needed, free = (film.studio.entity("Scene", name, film.project, film.sequence) for name in ("SC1", "SC2"))
    film.studio.task(needed)
    film.events()
    for scene in (needed, free):
        film.ann.delete(f"/data/scenes/{scene['id']}")
        assert film.events() == [("scene:delete", {"scene_id": scene["id"]})]
    assert film.studio.row(Entity, needed["id"])["canceled"] is True
    assert not exists(film, Entity, free)


@pytest.mark.parametrize("kind", ["sequence", "episode"])
def test_what_has_content_goes_only_by_force_and_takes_it_along(film: Film, kind: str) -> None:
    studio = film.studio
    entity: Row = getattr(film, kind)
    task = studio.task(film.shot, assignees=[film.stan])
    scene = studio.entity("Scene", "SC", film.project, film.sequence)
    studio.task(scene)
    studio.add(Entity, **{**bare(film.shot), "name": "From the scene", "source_id": scene["id"]})
    studio.add(EntityVersion, name="SQ00", entity_id=film.sequence["id"], person_id=film.ann.id)
    studio.add(ScheduleItem, project_id=film.id, object_id=entity["id"], task_type_id=task["task_type_id"])
    edit = studio.entity("Edit", "Cut", film.project, film.episode)
    main_asset = studio.entity("Prop", "Bench", film.project, source_id=film.episode["id"])
    studio.add(Playlist, name="Dailies", project_id=film.id, episode_id=film.episode["id"])
    path = f"/data/{kind}s/{entity['id']}"
    answer = film.ann.call("DELETE", path)
    assert (answer.status, answer.json["message"]) == (400, f"Some data are still linked to this {kind}.")
    film.events()
    film.ann.delete(f"{path}?force=true")
    assert film.events()[-1] == (f"{kind}:delete", {f"{kind}_id": entity["id"]})
    gone = [film.shot, film.other_shot, scene, film.sequence]
    if kind == "episode":
        gone += [film.episode, edit, main_asset]
    assert [row["name"] for row in gone if exists(film, Entity, row)] == []
    assert exists(film, Entity, film.asset)


def bare(row: Row) -> dict[str, Any]:
    return {key: row[key] for key in ("project_id", "entity_type_id", "parent_id")}


@pytest.mark.parametrize("kind", ["episode", "sequence", "shot", "asset"])
def test_managers_remove_and_makers_their_own_while_in_the_team(film: Film, kind: str) -> None:
    type_id = film.episode["entity_type_id"] if kind == "episode" else getattr(film, kind)["entity_type_id"]
    own = film.studio.add(Entity, name="Own", project_id=film.id, entity_type_id=type_id, created_by=film.stan.id)
    path = f"/data/{kind}s/{own['id']}"
    for stranger in (film.vic, film.cleo, film.mallory):
        stranger.delete(path, status=403)
    film.ann.delete(f"{film.path}/team/{film.stan.id}")
    film.stan.delete(path, status=403)
    film.ann.post(f"{film.path}/team", {"person_id": film.stan.id})
    film.stan.delete(path)
    assert not exists(film, Entity, own)


def test_many_go_at_once_or_none(film: Film) -> None:
    path = f"/actions/projects/{film.id}/delete-entities"
    film.studio.task(film.shot)
    elsewhere = film.studio.entity("Prop", "Elsewhere", film.studio.project())
    ids = [film.shot["id"], film.asset["id"], film.shot["id"], film.sequence["id"], elsewhere["id"]]
    film.stan.post(path, ids, status=403)
    assert exists(film, Entity, film.asset)
    assert film.ann.post(path, ids, status=200) == [film.shot["id"], film.asset["id"]]
    assert film.studio.row(Entity, film.shot["id"])["canceled"] is True
    assert film.ann.post(path, [film.shot["id"]], status=200) == [film.shot["id"]]
    assert not exists(film, Entity, film.shot)
    assert exists(film, Entity, elsewhere)
    film.ann.post(path, ["x"], status=400)
