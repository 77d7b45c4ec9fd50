"""What a production lends (`is_shared`) is looked at by others and nothing more, and neither side learns more of the other."""

from typing import Any

import pytest
from productions_apart import Apart
from sharing import Browser
from studio import Studio

from kitsulite.models.entities import Entity, EntityLink
from kitsulite.models.productions import DepartmentMetadataDescriptorLink, MetadataDescriptor
from kitsulite.models.reviews import Comment, Playlist, PreviewFile
from kitsulite.models.tasks import Task, TaskStatus
from kitsulite.storage import Row

DRAWN = [{"time": 0, "drawing": {"objects": [{"id": "meg1"}]}}]


@pytest.fixture
def apart(studio: Studio) -> Apart:
    """Theirs lends its asset, of which ours knows."""
    apart = Apart(studio)
    studio.store(Entity, apart.theirs.asset["id"], is_shared=True)
    return apart


@pytest.fixture
def lent(apart: Apart) -> Row:
    """A preview of the asset that is lent, with a drawing on it."""
    return apart.studio.add(
        PreviewFile,
        name="Theirs asset preview",
        revision=1,
        task_id=apart.theirs.asset_task["id"],
        extension="png",
        status="ready",
        annotations=DRAWN,
    )


def cast(apart: Apart) -> None:
    """Ours casts what theirs lends in its shot."""
    path = f"/data/projects/{apart.ours.project['id']}/entities/{apart.ours.shot['id']}/casting"
    apart.moe.put(path, [{"asset_id": apart.theirs.asset["id"], "nb_occurences": 1}])


# --- share links ---


class Guest:
    """Somebody who came through a link to a playlist of ours that takes comments."""

    def __init__(self, apart: Apart, *entries: Row) -> None:
        body = {"name": "Review", "project_id": apart.ours.project["id"], "for_entity": "asset", "shots": entries}
        self.playlist = apart.moe.post("/data/playlists", body)
        link = apart.moe.post(f"/data/playlists/{self.playlist['id']}/share", {"can_comment": True})
        self.path, self.browser = f"/shared/playlists/{link['token']}", Browser(apart.studio.app)
        self.id = self.browser.post(f"{self.path}/guest", {"first_name": "Gil"})["id"]

    def say(self, task: Row, status: Row) -> Any:
        body = {"guest_id": self.id, "task_id": task["id"], "task_status_id": status["id"], "text": "x"}
        return self.browser.call("POST", f"{self.path}/comments", body)


@pytest.fixture
def retake(studio: Studio) -> Row:
    return studio.one_of(TaskStatus, "Retake", short_name="retake", color="#000000", is_client_allowed=True)


def test_a_guest_looks_at_what_is_lent_and_neither_reads_nor_says_anything_of_it(
    apart: Apart, lent: Row, retake: Row
) -> None:
    task = apart.theirs.asset_task
    talk = {"object_id": task["id"], "object_type": "Task", "task_status_id": retake["id"], "for_client": True}
    apart.studio.add(Comment, text="Theirs says to clients", person_id=apart.bob.id, **talk)
    guest = Guest(apart, {"entity_id": apart.theirs.asset["id"], "preview_file_id": lent["id"]})
    assert guest.browser.get(f"{guest.path}/preview-files/{lent['id']}")["id"] == lent["id"]
    assert guest.browser.get(f"{guest.path}/comments") == []
    assert guest.say(task, retake).status == 403
    assert apart.studio.row(Task, task["id"])["task_status_id"] == task["task_status_id"]
    erased = {"guest_id": guest.id, "preview_file_id": lent["id"], "deletions": [{"time": 0, "objects": ["meg1"]}]}
    guest.browser.put(f"{guest.path}/annotations", erased, status=403)
    assert apart.studio.row(PreviewFile, lent["id"])["annotations"] == DRAWN


def test_an_entry_of_a_new_playlist_names_an_entity_and_a_preview_and_nothing_else(apart: Apart, retake: Row) -> None:
    others = apart.ours.task
    for task in (apart.theirs.asset_task, others):
        guest = Guest(apart, {"entity_id": apart.ours.asset["id"], "preview_file_task_id": task["id"], "note": "x"})
        assert guest.playlist["shots"] == [{"entity_id": apart.ours.asset["id"]}]
        assert guest.say(task, retake).status == 403


@pytest.mark.parametrize("whose", ["ours", "theirs"])
def test_a_task_that_an_old_playlist_names_is_one_of_its_own_entries(apart: Apart, retake: Row, whose: str) -> None:
    task = apart.ours.task if whose == "ours" else apart.theirs.asset_task
    entity = apart.ours.asset if whose == "ours" else apart.theirs.asset
    guest = Guest(apart)
    entry = {"entity_id": entity["id"], "preview_file_task_id": task["id"]}
    apart.studio.store(Playlist, guest.playlist["id"], shots=[entry])
    assert guest.say(task, retake).status == 403
    own = {"entity_id": apart.ours.asset["id"], "preview_file_task_id": apart.ours.asset_task["id"]}
    apart.studio.store(Playlist, guest.playlist["id"], shots=[own])
    assert guest.say(apart.ours.asset_task, retake).status == 201


# --- columns ---


@pytest.fixture
def columns(apart: Apart) -> None:
    """The asset that is lent has values of three columns: of the studio, of a department, and open to all."""
    department = apart.studio.department("Closed")
    fixed: dict[str, Any] = {"project_id": apart.theirs.project["id"], "entity_type": "Asset", "data_type": "string"}
    for name in ("inner", "kept", "open"):
        row = apart.studio.add(
            MetadataDescriptor, name=name, field_name=name, for_client=name != "inner", choices=[], **fixed
        )
        if name == "kept":
            ids = {"metadata_descriptor_id": row["id"], "department_id": department["id"]}
            apart.studio.link(DepartmentMetadataDescriptorLink, **ids)
    data = {"inner": "INNER", "kept": "KEPT", "open": "OPEN"}
    apart.studio.store(Entity, apart.theirs.asset["id"], data=data)


def shown(apart: Apart, who: str) -> dict[str, Any]:
    """The data of the lent asset, as somebody of ours is shown it."""
    if who == "vic":
        apart.studio.task(apart.ours.shot, "Layout", assignees=[apart.vic])
    ours = apart.ours
    member = getattr(apart, who)
    [used] = member.get(f"/data/projects/{ours.project['id']}/assets/shared-used")
    if who != "vic":
        [in_shot] = member.get(f"/data/shots/{ours.shot['id']}/assets")
        assert in_shot["data"] == used["data"]
    found: dict[str, Any] = used["data"]
    return found


@pytest.mark.parametrize(("who", "keys"), [("clo", "open"), ("vic", "open"), ("art", "inner kept open")])
def test_clients_and_vendors_are_shown_of_what_is_lent_what_everybody_is(
    apart: Apart, columns: None, who: str, keys: str
) -> None:
    cast(apart)
    assert " ".join(sorted(shown(apart, who))) == keys


def test_a_clients_own_role_counts_in_the_production_that_lends(apart: Apart, columns: None) -> None:
    path = f"/data/entities/{apart.theirs.asset['id']}"
    client, vendor = apart.studio.person("Con", role="client"), apart.studio.person("Ven", role="vendor")
    for member in (client, vendor):
        apart.studio.join(apart.theirs.project, member)
    apart.studio.task(apart.theirs.asset, "Rig", assignees=[vendor])
    assert sorted(client.get(path)["data"]) == ["kept", "open"]
    assert sorted(vendor.get(path)["data"]) == ["inner", "open"]


# --- what no longer is lent ---


def test_what_no_longer_is_lent_shows_in_no_casting(apart: Apart) -> None:
    ours, theirs = apart.ours, apart.theirs
    cast(apart)
    path = f"/data/projects/{ours.project['id']}/entities/{ours.shot['id']}/casting"
    apart.moe.put(path, [{"asset_id": id, "nb_occurences": 1} for id in (theirs.asset["id"], ours.asset["id"])])
    project, shot = f"/data/projects/{ours.project['id']}", f"/data/shots/{ours.shot['id']}"
    places = [
        f"{shot}/assets",
        path,
        f"{project}/episodes/casting",
        f"{project}/sequences/all/casting",
        f"{project}/sequences/{ours.sequence['id']}/casting",
        f"{project}/episodes/{ours.episode['id']}/sequences/all/casting",
        f"/export/csv/projects/{ours.project['id']}/casting.csv",
    ]
    for place in places:
        assert "Theirs Lamp" in apart.moe.call("GET", place).text, place
    apart.studio.store(Entity, theirs.asset["id"], is_shared=False, name="Theirs Secret")
    for place in places:
        text = apart.moe.call("GET", place).text
        assert "Theirs" not in text, place
        assert "Ours Lamp" in text, place


# --- what borrowers do ---


def test_nobody_learns_who_casts_what_they_lend(apart: Apart) -> None:
    ours, theirs, studio = apart.ours, apart.theirs, apart.studio
    cast(apart)
    for borrower in (theirs.shot, theirs.episode):
        studio.add(EntityLink, entity_in_id=borrower["id"], entity_out_id=theirs.asset["id"])
    apart.moe.put(f"/data/entities/{ours.concept['id']}", {"entity_concept_links": [theirs.asset["id"]]})
    asset, own = f"/data/assets/{theirs.asset['id']}", {theirs.shot["id"], theirs.episode["id"]}
    assert [row["shot_name"] for row in apart.bob.get(f"{asset}/cast-in")] == ["Theirs SH01"]
    assert set(apart.bob.get(asset)["entities_in"]) == own
    assert set(apart.bob.get(f"/data/entities/{theirs.asset['id']}")["entities_in"]) == own
    listed = {row["id"]: row for row in apart.bob.get("/data/entities?relations=true")}
    assert set(listed[theirs.asset["id"]]["entities_in"]) == own
    assert apart.bob.get(asset)["casting_episode_ids"] == [theirs.episode["id"]]
    for path in ("/data/user/tasks", f"/data/persons/{apart.bob.id}/tasks"):
        assert [row["episode_names"] for row in apart.bob.get(path) if "episode_names" in row] == [["Theirs E01"]]
    assert apart.bob.get(f"/data/entities/{theirs.asset['id']}/entities-linked/with-tasks") == []


def test_who_is_in_both_productions_sees_both(apart: Apart) -> None:
    cast(apart)
    apart.studio.join(apart.ours.project, apart.bob)
    asset = f"/data/assets/{apart.theirs.asset['id']}"
    for member in (apart.bob, apart.ada):
        assert [row["shot_name"] for row in member.get(f"{asset}/cast-in")] == ["Ours SH01"]


# --- instances ---


@pytest.fixture
def instance(apart: Apart) -> Row:
    """What theirs lends, put into a scene of ours and attached to its shot."""
    made: Row = apart.moe.post(
        f"/data/scenes/{apart.ours.scene['id']}/asset-instances", {"asset_id": apart.theirs.asset["id"]}
    )
    apart.moe.post(f"/data/shots/{apart.ours.shot['id']}/asset-instances", {"asset_instance_id": made["id"]})
    return made


def test_an_instance_is_of_the_production_that_it_stands_in(apart: Apart, instance: Row) -> None:
    path = f"/data/asset-instances/{instance['id']}"
    for member in (apart.bob, apart.meg):
        member.get(path, status=403)
        member.put(path, {"name": "HACK"}, status=403)
        for kind in ("scene", "shot"):
            assert member.get(f"/data/assets/{apart.theirs.asset['id']}/{kind}-asset-instances") == {}
    for member in (apart.ada, apart.art):
        assert member.get(path)["id"] == instance["id"]
        assert member.put(path, {"description": "Ok"})["description"] == "Ok"
    assert list(apart.ada.get(f"/data/assets/{apart.theirs.asset['id']}/scene-asset-instances")) == [
        apart.ours.scene["id"]
    ]


def test_another_productions_instance_is_attached_to_no_shot(apart: Apart, instance: Row) -> None:
    path = f"/data/shots/{apart.theirs.shot['id']}/asset-instances"
    apart.meg.post(path, {"asset_instance_id": instance["id"]}, status=404)
    apart.ada.post(path, {"asset_instance_id": instance["id"]}, status=404)


def test_clients_change_no_instances(apart: Apart, instance: Row) -> None:
    path = f"/data/asset-instances/{instance['id']}"
    apart.clo.get(path)
    apart.clo.put(path, {"description": "x"}, status=403)


def test_an_instance_stands_in_a_scene_or_in_another_asset(apart: Apart, instance: Row) -> None:
    ours = apart.ours
    path = f"/data/asset-instances/{instance['id']}"
    for body in (
        {"scene_id": ours.shot["id"]},
        {"scene_id": apart.theirs.scene["id"]},
        {"target_asset_id": ours.shot["id"]},
        {"target_asset_id": apart.theirs.asset["id"]},
    ):
        apart.moe.put(path, body, status=400)
        apart.ada.put(path, body, status=400)
    apart.moe.put(path, {"target_asset_id": ours.asset["id"]})
    body = {"asset_id": ours.asset["id"], "name": "X", "number": 1}
    apart.ada.post("/data/asset-instances", {**body, "scene_id": ours.shot["id"]}, status=400)
    apart.ada.post("/data/asset-instances", {**body, "target_asset_id": ours.asset["id"]}, status=400)
    apart.ada.post(
        "/data/asset-instances", {**body, "asset_id": ours.shot["id"], "scene_id": ours.scene["id"]}, status=400
    )
    apart.ada.post("/data/asset-instances", {**body, "scene_id": ours.scene["id"]})
    within = f"/data/assets/{ours.asset['id']}/asset-asset-instances"
    apart.moe.post(within, {"asset_to_instantiate_id": ours.asset["id"]}, status=400)
    apart.moe.post(within, {"asset_to_instantiate_id": apart.theirs.asset["id"]})
