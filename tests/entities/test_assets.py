"""Assets, asset types, and assets that are shared (docs/api/entities.md)."""

import concurrent.futures

import pytest
from film import Film, film, names

from kitsulite.models import new_id
from kitsulite.models.entities import EntityLink
from kitsulite.storage import Row

__all__ = ["film"]


def cast(film: Film, entity: Row, asset: Row) -> None:
    film.studio.add(EntityLink, entity_in_id=entity["id"], entity_out_id=asset["id"])


def test_an_asset_of_a_name_is_made_once(film: Film) -> None:
    path = f"{film.path}/asset-types/{film.asset['entity_type_id']}/assets/new"
    film.events()
    asset = film.ann.post(path, {"name": "Chair", "episode_id": film.episode["id"], "is_shared": None})
    assert (asset["type"], asset["source_id"], asset["is_shared"]) == ("Asset", film.episode["id"], False)
    facts = {"asset_id": asset["id"], "asset_type": asset["entity_type_id"]}
    assert film.events() == [("asset:new", facts)]
    assert film.ann.post(path, {"name": "Chair", "episode_id": film.episode["id"], "description": "x"}) == asset
    assert film.events() == []
    main = film.ann.post(path, {"name": "Chair"})
    assert main["id"] != asset["id"], "one of the main pack"
    for none in ("all", "main", "", None):
        assert film.ann.post(path, {"name": "Chair", "episode_id": none}) == main
    film.ann.post(path, {"name": "C", "episode_id": "none"}, status=400)
    film.ann.put(f"/data/entities/{main['id']}", {"canceled": True})
    assert film.ann.post(path, {"name": "Chair"})["id"] != main["id"]
    film.ann.post(path, {"name": "C", "episode_id": film.sequence["id"]}, status=404)
    film.ann.post(path, {"name": "C" * 200}, status=400)
    film.stan.post(path, {"name": ""}, status=400)
    film.stan.post(path, {"name": "C"}, status=403)
    temporal = film.shot["entity_type_id"]
    film.ann.post(f"{film.path}/asset-types/{temporal}/assets/new", {"name": "C"}, status=404)


def test_an_asset_that_five_ask_for_at_once_is_made_once(film: Film) -> None:
    path = f"{film.path}/asset-types/{film.asset['entity_type_id']}/assets/new"
    film.events()
    with concurrent.futures.ThreadPoolExecutor(5) as pool:
        rows = list(pool.map(lambda _: film.ann.post(path, {"name": "Chair"}), range(5)))
    assert len({row["id"] for row in rows}) == 1
    assert [name for name, _ in film.events()] == ["asset:new"]


def test_a_studio_may_bring_assets_of_one_name_and_the_first_is_meant(film: Film) -> None:
    film.studio.entity("Prop", "Tree", film.project)
    path = f"{film.path}/asset-types/{film.asset['entity_type_id']}/assets/new"
    assert film.ann.post(path, {"name": "Tree"})["id"] == film.asset["id"]


def test_an_asset_of_all_episodes_is_made_for_none(film: Film) -> None:
    path = f"{film.path}/asset-types/{film.asset['entity_type_id']}/assets/new"
    for number, word in enumerate(("all", "main", "")):
        assert film.ann.post(path, {"name": f"N{number}", "episode_id": word})["source_id"] is None


def test_assets_of_an_episode_are_those_made_for_it_and_those_cast_in_it(film: Film) -> None:
    own = film.studio.entity("Prop", "Bench", film.project, source_id=film.episode["id"])
    cast(film, film.episode, film.asset)
    film.studio.entity("Prop", "Lamp", film.project)
    of_episode = f"episode_id={film.episode['id']}"
    assert names(film.ann.get(f"/data/assets?{of_episode}")) == ["Bench", "Tree"]
    rows = film.ann.get(f"/data/assets/with-tasks?project_id={film.id}&{of_episode}")
    assert {row["name"]: row["casting_episode_ids"] for row in rows} == {"Bench": [], "Tree": [film.episode["id"]]}
    assert names(film.ann.get(f"/data/assets?project_id={film.id}&episode_id=main")) == ["Lamp", "Tree"]
    film.ann.get("/data/assets?episode_id=all", status=404)
    film.ann.get("/data/assets/with-tasks?episode_id=all", status=404)
    film.ann.get(f"/data/assets?project_id={film.id}&episode_id=x", status=400)
    film.studio.task(own, assignees=[film.vic])
    assert names(film.vic.get(f"/data/assets?{of_episode}")) == ["Bench"]


def test_everybody_lists_the_assets_of_their_teams_closed_ones_too(film: Film) -> None:
    old = film.studio.project("Old", team=[film.stan], status="Closed")
    film.studio.entity("Prop", "Antique", old)
    film.studio.entity("Prop", "Hidden", film.studio.project())
    assert names(film.stan.get("/data/assets")) == ["Antique", "Tree"]
    assert film.mallory.get("/data/assets") == []
    film.mallory.get(f"/data/assets?project_id={film.id}", status=403)
    assert names(film.admin.get("/data/assets/all")) == ["Antique", "Hidden", "Tree"]
    kind = film.asset["entity_type_id"]
    assert names(film.stan.get(f"{film.path}/asset-types/{kind}/assets?name=tree")) == ["Tree"]
    assert film.stan.get(f"{film.path}/asset-types/{new_id()}/assets") == []
    film.stan.get(f"{film.path}/asset-types/x/assets", status=400)


def test_one_asset_is_told_as_in_the_listing_with_its_relations(film: Film) -> None:
    bench = film.studio.entity("Prop", "Bench", film.project)
    cast(film, film.asset, bench)
    cast(film, film.episode, film.asset)
    film.studio.task(film.asset, "Modeling")
    asset = film.stan.get(f"/data/assets/{film.asset['id']}")
    assert (asset["project_name"], asset["asset_type_name"], asset["ready_for"]) == ("Film", "Prop", "None")
    assert (asset["entities_out"], asset["casting_episode_ids"]) == ([bench["id"]], [film.episode["id"]])
    assert len(asset["tasks"]) == 1
    assert not {"source_id", "nb_frames"} & asset.keys()
    assert names(film.stan.get(f"/data/assets/{film.asset['id']}/assets")) == ["Bench"]
    film.stan.get(f"/data/assets/{film.shot['id']}", status=404)
    film.vic.get(f"/data/assets/{film.asset['id']}", status=403)


def test_asset_types_are_those_that_are_used_and_never_a_temporal_one(film: Film) -> None:
    film.studio.entity("Character", "Hero", film.studio.project())
    cast(film, film.shot, film.asset)
    assert set(names(film.vic.get("/data/asset-types"))) == {"Prop", "Character"}
    assert names(film.vic.get(f"/data/asset-types?project_id={film.id}")) == ["Prop"]
    assert names(film.ann.get(f"{film.path}/asset-types")) == ["Prop"]
    assert names(film.ann.get(f"/data/shots/{film.shot['id']}/asset-types")) == ["Prop"]
    assert film.vic.get(f"/data/asset-types/{film.asset['entity_type_id']}")["task_types"] == []
    film.vic.get(f"/data/asset-types/{film.shot['entity_type_id']}", status=404)


def test_shared_assets_are_found_in_the_project_that_casts_them(film: Film) -> None:
    library = film.studio.project("Library", team=[film.ann])
    lent, kept, old = (film.studio.entity("Prop", name, library) for name in ("Lent", "Kept", "Old"))
    film.ann.post("/actions/assets/share", {"asset_ids": [lent["id"], old["id"]]}, status=200)
    film.admin.put(f"/data/entities/{old['id']}", {"canceled": True})
    for asset in (lent, kept, old, film.asset):
        cast(film, film.shot, asset)
    other = film.studio.entity("Episode", "E02", film.project)
    path = "assets/shared-used"
    assert names(film.cleo.get(f"{film.path}/{path}")) == ["Lent"]
    assert names(film.cleo.get(f"{film.path}/episodes/{film.episode['id']}/{path}")) == ["Lent"]
    assert names(film.cleo.get(f"{film.path}/episodes/main/{path}")) == ["Lent"]
    assert film.cleo.get(f"{film.path}/episodes/{other['id']}/{path}") == []


@pytest.mark.parametrize("body", [{}, {"asset_ids": []}])
def test_sharing_a_project_takes_all_of_it_unless_a_list_is_named(film: Film, body: Row) -> None:
    film.events()
    shared = film.ann.post(f"/actions/projects/{film.id}/assets/share", body, status=200)
    assert names(shared) == ([] if "asset_ids" in body else ["Tree"])
    assert film.events() == [("asset:update", {"asset_id": row["id"]}) for row in shared]


def test_assets_are_shared_by_managers_of_each_ones_project_or_not_at_all(film: Film) -> None:
    elsewhere = film.studio.entity("Prop", "Elsewhere", film.studio.project())
    path = "/actions/assets/share"
    film.ann.post(path, {"asset_ids": [film.asset["id"], elsewhere["id"]]}, status=403)
    film.ann.post(path, {"asset_ids": [film.asset["id"], film.shot["id"]]}, status=404)
    film.ann.post(path, {"asset_ids": [film.asset["id"]], "is_shared": None}, status=400)
    film.ann.post(path, {"asset_ids": ["x"]}, status=400)
    assert film.ann.get(f"/data/assets?project_id={film.id}&is_shared=true") == []
    assert film.stan.post(path, {}, status=200) == []
    kind = film.asset["entity_type_id"]
    of_type = f"/actions/projects/{film.id}/asset-types/{kind}/assets/share"
    assert names(film.ann.post(of_type, {"is_shared": True, "asset_ids": []}, status=200)) == ["Tree"]
    assert film.ann.post(of_type.replace(kind, new_id()), {}, status=200) == []
