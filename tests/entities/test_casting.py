"""Castings: what shots, episodes and assets are made of (docs/api/entities.md)."""

from collections.abc import Iterator
from typing import Any

import pytest
from studio import Member, Studio

from kitsulite.models import new_id
from kitsulite.models.entities import Entity, EntityLink
from kitsulite.models.productions import ProjectTaskTypeLink
from kitsulite.models.tasks import Task
from kitsulite.storage import Row


class Film:
    """An episode with two shots of a sequence, two assets, and a manager in the team."""

    def __init__(self, studio: Studio) -> None:
        self.studio = studio
        self.ann = studio.person("Ann", role="manager")
        self.project = studio.project("Film", team=[self.ann])
        self.episode = studio.entity("Episode", "E01", self.project)
        self.sequence = studio.entity("Sequence", "SQ01", self.project, self.episode)
        self.shot = studio.entity("Shot", "SH01", self.project, self.sequence)
        self.other_shot = studio.entity("Shot", "SH02", self.project, self.sequence)
        self.tree = studio.entity("Props", "Tree", self.project)
        self.rabbit = studio.entity("Character", "Rabbit", self.project)
        self.path = f"/data/projects/{self.project['id']}"
        self.events: list[tuple[str, Row]] = []
        studio.tracker.listeners.append(lambda event: self.events.append((event.name, event.data)))

    def cast(self, entity: Row, *assets: Row, **how: Any) -> None:
        """Replace a casting."""
        self.ann.put(self.casting_path(entity), [{"asset_id": row["id"], "nb_occurences": 1, **how} for row in assets])

    def casting_path(self, entity: Row) -> str:
        return f"{self.path}/entities/{entity['id']}/casting"

    def cast_in(self, entity: Row) -> list[str]:
        """The names of what an entity casts."""
        return [entry["asset_name"] for entry in self.ann.get(self.casting_path(entity))]

    def count_of(self, entity: Row) -> int:
        return int(self.studio.row(Entity, entity["id"])["nb_entities_out"])

    def told(self, *names: str) -> list[Row]:
        """The payloads of the events of these names, and a fresh page for further ones."""
        found = [data for name, data in self.events if name in names]
        self.events.clear()
        return found


@pytest.fixture
def film(studio: Studio) -> Film:
    return Film(studio)


# --- replacing ---


def test_a_casting_is_replaced_whole_and_read_by_type_and_name(film: Film) -> None:
    entries = [
        {"asset_id": film.tree["id"], "nb_occurences": 3, "label": "animate"},
        {"asset_id": film.rabbit["id"], "nb_occurences": 1},
    ]
    assert film.ann.put(film.casting_path(film.shot), entries) == entries
    assert film.ann.get(film.casting_path(film.shot)) == [
        {
            "asset_id": asset["id"],
            "asset_name": asset["name"],
            "asset_type_name": type_name,
            "ready_for": None,
            "episode_id": None,
            "preview_file_id": None,
            "nb_occurences": count,
            "label": label,
            "is_shared": False,
            "project_id": film.project["id"],
        }
        for asset, type_name, count, label in ((film.rabbit, "Character", 1, ""), (film.tree, "Props", 3, "animate"))
    ]
    assert film.count_of(film.shot) == 2
    film.cast(film.shot, film.tree)
    assert film.cast_in(film.shot) == ["Tree"]
    assert film.count_of(film.shot) == 1


def test_canceled_assets_are_in_no_casting(film: Film) -> None:
    canceled = film.studio.entity("Props", "Axe", film.project, canceled=True)
    film.cast(film.shot, film.tree, canceled)
    assert film.cast_in(film.shot) == ["Tree"]
    castings = film.ann.get(f"{film.path}/sequences/all/casting")
    assert [entry["name"] for entry in castings[film.shot["id"]]] == ["Tree"]
    assert film.ann.get(f"/data/assets/{canceled['id']}/cast-in")[0]["shot_name"] == "SH01"


def test_casting_in_a_shot_is_told_link_by_link(film: Film) -> None:
    film.cast(film.shot, film.tree)
    film.events.clear()
    film.cast(film.shot, film.rabbit)
    names = [name for name, _ in film.events]
    assert names == [
        "asset:update",
        "entity-link:new",
        "shot:casting-update",
        "episode:casting-update",
        "asset:update",
    ]
    payloads = [data for _, data in film.events]
    project = {"project_id": film.project["id"]}
    assert payloads[0] == {"asset_id": film.rabbit["id"]} | project
    assert payloads[1].pop("entity_link_id")
    ends = {"entity_in_id": film.shot["id"], "entity_out_id": film.rabbit["id"]}
    assert payloads[1] == ends | {"nb_occurences": 1} | project
    changes = {"added_asset_ids": [film.rabbit["id"]], "removed_asset_ids": [film.tree["id"]]}
    assert payloads[2] == {"shot_id": film.shot["id"], "nb_entities_out": 1} | changes | project
    changes = {"added_asset_ids": [], "removed_asset_ids": [film.tree["id"]]}
    assert payloads[3] == {"episode_id": film.episode["id"], "nb_entities_out": 1} | changes | project
    assert payloads[4] == {"asset_id": film.tree["id"]} | project


def test_an_episode_casts_what_its_shots_cast(film: Film) -> None:
    film.cast(film.shot, film.tree, film.rabbit, label="fixed")
    film.cast(film.other_shot, film.tree)
    assert film.cast_in(film.episode) == ["Rabbit", "Tree"]
    assert film.count_of(film.episode) == 2
    film.cast(film.shot)
    assert film.cast_in(film.episode) == ["Tree"], "the other shot still has the tree"
    film.cast(film.other_shot)
    assert film.cast_in(film.episode) == []
    assert film.count_of(film.episode) == 0


def test_what_an_episode_casts_on_purpose_stays_when_the_shots_lose_it(film: Film) -> None:
    film.cast(film.episode, film.tree, nb_occurences=3, label="fixed")
    film.cast(film.shot, film.tree, film.rabbit)
    film.cast(film.shot)
    assert film.cast_in(film.episode) == ["Tree"]
    assert film.ann.get(film.casting_path(film.episode))[0]["nb_occurences"] == 3


def test_what_came_of_shots_is_on_purpose_once_somebody_says_how(film: Film) -> None:
    film.cast(film.shot, film.tree, film.rabbit)
    entries = film.ann.get(film.casting_path(film.episode))
    film.ann.put(film.casting_path(film.episode), entries)  # says nothing new
    entries[1]["nb_occurences"] = 2
    film.ann.put(film.casting_path(film.episode), entries)
    film.cast(film.shot)
    assert film.cast_in(film.episode) == ["Tree"]
    one = {"entity_ids": [film.episode["id"]], "nb_occurences": None, "label": None}
    film.cast(film.shot, film.rabbit)
    film.ann.put(f"{film.path}/entities/casting/assets/{film.rabbit['id']}", one)
    film.cast(film.shot)
    assert film.cast_in(film.episode) == ["Rabbit", "Tree"]


def test_what_leaves_an_episode_leaves_its_shots(film: Film) -> None:
    film.cast(film.shot, film.tree, film.rabbit)
    film.events.clear()
    film.cast(film.episode, film.tree)
    assert film.cast_in(film.shot) == ["Tree"]
    assert film.count_of(film.shot) == 1
    gone = {"added_asset_ids": [], "removed_asset_ids": [film.rabbit["id"]]}
    project = {"project_id": film.project["id"]}
    assert film.told("shot:casting-update", "episode:casting-update") == [
        {"shot_id": film.shot["id"], "nb_entities_out": 1} | gone | project,
        {"episode_id": film.episode["id"], "nb_entities_out": 1} | gone | project,
    ]


def test_an_asset_that_is_named_twice_is_cast_as_said_last(film: Film) -> None:
    entries = [{"asset_id": film.tree["id"], "nb_occurences": count, "label": f"take {count}"} for count in (1, 4)]
    film.ann.put(film.casting_path(film.shot), entries)
    (entry,) = film.ann.get(film.casting_path(film.shot))
    assert (entry["nb_occurences"], entry["label"]) == (4, "take 4")
    assert film.count_of(film.shot) == 1
    assert film.told("entity-link:update")[0]["nb_occurences"] == 4


def test_entries_that_are_incomplete_are_passed_over(film: Film) -> None:
    entries = [
        "tree",
        {"asset_id": film.tree["id"]},
        {"nb_occurences": 1},
        {"asset_id": film.rabbit["id"], "nb_occurences": 2, "label": None},
    ]
    assert film.ann.put(film.casting_path(film.shot), entries) == entries
    assert film.cast_in(film.shot) == ["Rabbit"]
    assert film.count_of(film.shot) == 1


BAD = [
    {"asset_id": "tree", "nb_occurences": 1},
    {"asset_id": "{tree}", "nb_occurences": "many"},
    {"asset_id": "{tree}", "nb_occurences": 1, "label": "x" * 81},
]


@pytest.mark.parametrize("bad", BAD)
def test_a_casting_that_cannot_be_changes_nothing(film: Film, bad: Row) -> None:
    film.cast(film.shot, film.rabbit)
    bad = {**bad, "asset_id": bad["asset_id"].format(tree=film.tree["id"])}
    good = {"asset_id": film.tree["id"], "nb_occurences": 1}
    film.ann.put(film.casting_path(film.shot), [good, bad], status=400)
    film.ann.put(f"{film.path}/entities/casting", {film.shot["id"]: [good], film.episode["id"]: [bad]}, status=400)
    assert film.cast_in(film.shot) == ["Rabbit"]


def test_assets_of_other_projects_are_cast_when_they_are_shared(film: Film) -> None:
    elsewhere = film.studio.project("Elsewhere")
    lent = film.studio.entity("Props", "Lent", elsewhere, is_shared=True)
    kept = film.studio.entity("Props", "Kept", elsewhere)
    film.cast(film.shot, lent)
    refused = film.ann.put(film.casting_path(film.shot), [{"asset_id": kept["id"], "nb_occurences": 1}], status=400)
    assert refused["message"] == "The casting names an asset that cannot be used here."
    with film.studio.tracker.work() as work:
        work.update(Entity, lent["id"], is_shared=False)
    film.cast(film.shot, lent, film.tree)
    assert film.cast_in(film.shot) == ["Tree"], "what is lent no longer does not show"
    film.studio.store(Entity, lent["id"], is_shared=True)
    assert film.cast_in(film.shot) == ["Lent", "Tree"], "what is cast already stays"


def test_several_castings_are_replaced_at_once(film: Film) -> None:
    castings = {
        film.shot["id"]: [{"asset_id": film.tree["id"], "nb_occurences": 1}],
        film.tree["id"]: [{"asset_id": film.rabbit["id"], "nb_occurences": 2}],
    }
    assert film.ann.put(f"{film.path}/entities/casting", castings) == castings
    assert film.cast_in(film.shot) == ["Tree"]
    assert film.cast_in(film.tree) == ["Rabbit"]
    elsewhere = film.studio.entity("Shot", "SH01", film.studio.project())
    film.ann.put(f"{film.path}/entities/casting", {film.shot["id"]: [], elsewhere["id"]: []}, status=404)
    film.ann.put(f"{film.path}/entities/casting", {film.shot["id"]: [], "x": []}, status=404)
    assert film.cast_in(film.shot) == ["Tree"]


def test_the_casting_of_an_asset_is_told_of_as_an_asset(film: Film) -> None:
    path = f"/data/assets/{film.tree['id']}/casting"
    film.ann.put(path, [{"asset_id": film.rabbit["id"], "nb_occurences": 2}])
    assert [entry["asset_name"] for entry in film.ann.get(path)] == ["Rabbit"]
    assert film.told("asset:casting-update")[0]["asset_id"] == film.tree["id"]
    film.cast(film.sequence, film.tree)
    assert film.told("asset:casting-update")[0]["asset_id"] == film.sequence["id"]
    film.ann.put(f"/data/assets/{film.shot['id']}/casting", [], status=404)


def test_a_body_that_is_no_casting_is_told_of_after_rights(film: Film) -> None:
    film.studio.person("Stan").put(film.casting_path(film.shot), {}, status=403)
    ann, path = film.ann, film.casting_path(film.shot)
    assert ann.put(path, {}, status=400) == {"error": True, "message": "Request body must be a JSON array"}
    many = f"{film.path}/entities/casting"
    words = "Request body must be a JSON object mapping entity ids to casting arrays"
    for body in ([], {film.shot["id"]: {}}):
        assert ann.put(many, body, status=400) == {"error": True, "message": words}
    answer = ann.put(f"/data/assets/{film.tree['id']}/casting", {}, status=400)
    assert answer == {"error": True, "message": "Request body must be a JSON array.", "data": None}
    assert ann.send("PUT", path, "[]", type="text/plain").status == 415
    assert ann.send("PUT", path, "[").status == 400


# --- one asset at a time ---


def test_one_asset_is_cast_without_touching_the_others(film: Film) -> None:
    film.cast(film.shot, film.rabbit, label="animate")
    path = f"{film.path}/entities/casting/assets/{film.tree['id']}"
    answer = film.ann.put(path, {"entity_ids": [film.shot["id"], film.other_shot["id"]], "label": "fixed"})
    assert [entry["asset_name"] for entry in answer[film.shot["id"]]] == ["Rabbit", "Tree"]
    assert [entry["asset_name"] for entry in answer[film.other_shot["id"]]] == ["Tree"]
    assert film.cast_in(film.episode) == ["Rabbit", "Tree"]
    answer = film.ann.put(path, {"entity_ids": [film.shot["id"]], "nb_occurences": 5})
    tree = answer[film.shot["id"]][1]
    assert (tree["nb_occurences"], tree["label"]) == (5, "fixed")
    answer = film.ann.put(path, {"entity_ids": [film.shot["id"]], "nb_occurences": 0})
    assert [entry["asset_name"] for entry in answer[film.shot["id"]]] == ["Rabbit"]
    assert film.count_of(film.shot) == 1


def test_what_is_cast_no_more_is_counted_no_more(film: Film) -> None:
    path = f"{film.path}/entities/casting/assets/{film.tree['id']}"
    film.ann.put(path, {"entity_ids": [film.shot["id"], film.other_shot["id"]]})
    assert film.count_of(film.shot) == film.count_of(film.other_shot) == 1
    film.ann.put(path, {"entity_ids": [film.shot["id"]], "nb_occurences": 0})
    film.ann.put(f"{film.path}/entities/{film.other_shot['id']}/casting", [])
    assert film.count_of(film.shot) == film.count_of(film.other_shot) == 0


def test_casting_one_asset_asks_for_entities_of_the_project(film: Film) -> None:
    path = f"{film.path}/entities/casting/assets/{film.tree['id']}"
    film.ann.put(path, {"entity_ids": ["x"]}, status=400)
    film.ann.put(path, {"entity_ids": [film.shot["id"]], "nb_occurences": -1}, status=400)
    film.ann.put(path, {"entity_ids": [new_id()]}, status=403)
    elsewhere = film.studio.entity("Shot", "SH01", film.studio.project())
    film.ann.put(path, {"entity_ids": [film.shot["id"], elsewhere["id"]]}, status=403)
    film.ann.put(f"{film.path}/entities/casting/assets/{film.shot['id']}", {"entity_ids": []}, status=404)
    film.studio.person("Stan").put(path, {"entity_ids": []}, status=403)
    assert film.cast_in(film.shot) == []


# --- how many are ready ---


def test_a_shot_knows_how_many_of_its_assets_are_ready(film: Film) -> None:
    layout, animation = film.studio.task_type("Layout"), film.studio.task_type("Animation")
    for priority, task_type in enumerate((layout, animation), start=1):
        link = {"project_id": film.project["id"], "task_type_id": task_type["id"], "priority": priority}
        film.studio.add(ProjectTaskTypeLink, **link)
    tasks = [film.studio.task(film.shot, task_type) for task_type in (layout, animation)]
    with film.studio.tracker.work() as work:
        work.update(Entity, film.tree["id"], ready_for=animation["id"])
        work.update(Entity, film.rabbit["id"], ready_for=layout["id"])
    film.cast(film.shot, film.tree, film.rabbit)
    assert [film.studio.row(Task, task["id"])["nb_assets_ready"] for task in tasks] == [2, 1]
    film.cast(film.episode, film.rabbit)
    assert [film.studio.row(Task, task["id"])["nb_assets_ready"] for task in tasks] == [1, 0]


# --- maps ---


def test_castings_are_read_by_what_casts(film: Film) -> None:
    film.cast(film.shot, film.tree, film.rabbit)
    film.cast(film.tree, film.rabbit)
    entry = {
        "asset_id": film.rabbit["id"],
        "name": "Rabbit",
        "asset_name": "Rabbit",
        "asset_type_name": "Character",
        "preview_file_id": None,
        "nb_occurences": 1,
        "label": "",
    }
    lent = {"is_shared": False, "project_id": film.project["id"]}
    tree_type = film.tree["entity_type_id"]
    assert film.ann.get(f"{film.path}/asset-types/{tree_type}/casting") == {film.tree["id"]: [entry]}
    for place in (
        f"sequences/{film.sequence['id']}",
        "sequences/all",
        f"episodes/{film.episode['id']}/sequences/all",
        "episodes/all/sequences/all",
    ):
        (castings,) = film.ann.get(f"{film.path}/{place}/casting").items()
        assert castings[0] == film.shot["id"]
        assert castings[1][0] == {**entry, **lent, "sequence_name": "SQ01"}
        assert [found["name"] for found in castings[1]] == ["Rabbit", "Tree"]
    everything = film.ann.get(f"{film.path}/episodes/casting")
    assert set(everything) == {film.shot["id"], film.tree["id"], film.episode["id"]}
    assert everything[film.tree["id"]] == [{**entry, **lent}]
    assert film.ann.get(f"{film.path}/episodes/main/sequences/all/casting") == {}


def test_castings_of_what_is_not_there_or_elsewhere(film: Film) -> None:
    elsewhere = film.studio.project("Elsewhere")
    film.ann.get(f"{film.path}/sequences/{new_id()}/casting", status=404)
    film.ann.get(f"{film.path}/sequences/{film.shot['id']}/casting", status=404)
    film.ann.get(f"{film.path}/episodes/x/sequences/all/casting", status=404)
    film.ann.get(f"{film.path}/asset-types/{film.shot['entity_type_id']}/casting", status=404)
    film.ann.get(f"/data/projects/{elsewhere['id']}/sequences/all/casting", status=403)
    sequence = film.studio.entity("Sequence", "SQ01", elsewhere)
    film.ann.get(f"{film.path}/sequences/{sequence['id']}/casting", status=403)
    film.ann.get(film.casting_path(sequence), status=403)
    film.ann.get(film.casting_path({"id": new_id()}), status=404)


def test_vendors_read_the_castings_of_assets_they_work_on_and_no_others(film: Film) -> None:
    victor = film.studio.person("Victor", role="vendor")
    clara = film.studio.person("Clara", role="client")
    film.studio.join(film.project, victor)
    film.studio.join(film.project, clara)
    film.cast(film.tree, film.rabbit)
    film.studio.task(film.tree, assignees=[victor])
    for path in ("sequences/all", "episodes", f"entities/{film.tree['id']}"):
        victor.get(f"{film.path}/{path}/casting", status=403)
        clara.get(f"{film.path}/{path}/casting")
    assert len(victor.get(f"/data/assets/{film.tree['id']}/casting")) == 1
    assert victor.get(f"/data/assets/{film.tree['id']}/cast-in") == []
    victor.get(f"/data/assets/{film.rabbit['id']}/casting", status=403)
    clara.put(film.casting_path(film.shot), [], status=403)


def test_all_castings_of_a_project_are_one_statement(film: Film) -> None:
    def statements() -> int:
        before = film.studio.tracker.db.statements
        film.ann.get(f"{film.path}/sequences/all/casting")
        return film.studio.tracker.db.statements - before

    film.cast(film.shot, film.tree)
    few = statements()
    for number in range(5):
        film.cast(film.studio.entity("Shot", f"More {number}", film.project, film.sequence), film.tree, film.rabbit)
    assert statements() == few


# --- seen from the asset ---


def test_an_asset_knows_what_casts_it(film: Film) -> None:
    bare = film.studio.entity("Sequence", "SQ02", film.project)
    film.cast(film.studio.entity("Shot", "SH03", film.project, bare), film.rabbit)
    film.cast(film.other_shot, film.rabbit)
    film.cast(film.tree, film.rabbit)
    canceled = film.studio.entity("Shot", "SH09", film.project, film.sequence)
    film.cast(canceled, film.rabbit)
    with film.studio.tracker.work() as work:
        work.update(Entity, canceled["id"], canceled=True)
    in_shot, without_episode, in_asset = film.ann.get(f"/data/assets/{film.rabbit['id']}/cast-in")
    assert in_shot == {
        "shot_id": film.other_shot["id"],
        "shot_name": "SH02",
        "sequence_name": "SQ01",
        "episode_id": film.episode["id"],
        "episode_name": "E01",
        "preview_file_id": None,
        "nb_occurences": 1,
    }
    assert (without_episode["episode_id"], without_episode["episode_name"]) == ("None", None)
    assert in_asset == {
        "asset_id": film.tree["id"],
        "asset_name": "Tree",
        "asset_type_name": "Props",
        "preview_file_id": None,
        "nb_occurences": 1,
    }


# --- links ---


def pages(ann: Member, path: str) -> Iterator[Row]:
    """All links, a page after the other."""
    page = 1
    while data := ann.get(f"{path}?page={page}&limit=2")["data"]:
        yield from data
        page += 1


def test_links_come_whole_by_pages_or_after_a_moment(film: Film) -> None:
    path = f"{film.path}/entity-links"
    film.cast(film.tree, film.rabbit)
    film.cast(film.shot, film.tree, film.rabbit)
    links = film.ann.get(path)
    assert len(links) == 5
    assert links[0].keys() == {
        "id", "entity_in_id", "entity_out_id", "nb_occurences", "label", "data", "created_at", "type"
    }  # fmt: skip
    assert [link["id"] for link in pages(film.ann, path)] == [link["id"] for link in links]
    assert film.ann.get(f"{path}?limit=2") == links[:2]
    beyond = film.ann.get(f"{path}?page=9")
    assert (beyond["data"], beyond["total"], beyond["limit"]) == ([], 0, 100)
    cursor = links[1]["created_at"]
    assert len(cursor) == len("2024-01-01T00:00:00.000000")
    after = film.ann.get(f"{path}?cursor_created_at={cursor}")
    assert [link["id"] for link in after["data"]] == [link["id"] for link in links[2:]]
    assert after["total"] == 5
    assert film.ann.get(f"{path}?page=x", status=400)["message"] == "page must be an integer."
    film.ann.get(f"{path}?cursor_created_at=yesterday", status=400)
    film.studio.person("Stan").get(path, status=403)


def test_the_cursor_keeps_microseconds_that_are_zero(film: Film) -> None:
    moment = "2024-01-01T10:00:00.000000"
    ends = {"entity_in_id": film.tree["id"], "entity_out_id": film.rabbit["id"]}
    film.studio.add(EntityLink, **ends, created_at=moment)
    (link,) = film.ann.get(f"{film.path}/entity-links")
    assert link["created_at"] == moment


def test_a_removed_link_leaves_everything_consistent(film: Film) -> None:
    film.cast(film.shot, film.tree)
    (link,) = [row for row in film.ann.get(f"{film.path}/entity-links") if row["entity_in_id"] == film.shot["id"]]
    path = f"{film.path}/entity-links/{link['id']}"
    elsewhere = film.studio.project(team=[film.ann])
    film.ann.delete(f"/data/projects/{elsewhere['id']}/entity-links/{link['id']}", status=403)
    assert film.ann.delete(path, status=200)["id"] == link["id"]
    film.ann.delete(path, status=404)
    film.ann.delete(f"{film.path}/entity-links/x", status=404)
    assert film.count_of(film.shot) == 0
    assert film.cast_in(film.episode) == []
