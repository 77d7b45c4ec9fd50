"""A coordinator's first production, through the real gazu against a served studio, on both engines."""

from typing import Any

import gazu
import pytest
from serving import Served, served

pytestmark = pytest.mark.usefixtures("served")
__all__ = ["served"]


def test_a_first_production_from_sign_in_to_the_last_comment(served: Served) -> None:
    client = gazu.client.create_client(served.api)
    gazu.log_in(served.email, served.password, client=client)

    # The studio comes with task types, statuses and asset types; two people join.
    animator = gazu.person.new_person("Ada", "Moreau", "ada@caminandes.com", client=client)
    lead = gazu.person.new_person("Bo", "Lind", "bo@caminandes.com", role="supervisor", client=client)
    modeling = gazu.task.get_task_type_by_name("Modeling", client=client)
    animation = gazu.task.get_task_type_by_name("Animation", client=client)
    todo = gazu.task.get_task_status_by_short_name("todo", client=client)
    wip = gazu.task.get_task_status_by_short_name("wip", client=client)
    prop = gazu.asset.get_asset_type_by_name("Prop", client=client)
    vehicle = gazu.asset.new_asset_type("Vehicle", client=client)

    project = gazu.project.new_project(
        "Caminandes",
        production_type="tvshow",
        team=[animator, lead],
        asset_types=[prop, vehicle],
        task_types=[modeling, animation],
        task_statuses=[todo, wip],
        client=client,
    )
    assert set(gazu.project.get_project(project["id"], client=client)["team"]) == {animator["id"], lead["id"]}

    # Breakdown.
    llama = gazu.asset.new_asset(project, prop, "Llama", description="the hero", client=client)
    truck = gazu.asset.new_asset(project, vehicle, "Truck", extra_data={"wheels": 6}, client=client)
    episode = gazu.shot.new_episode(project, "E02", client=client)
    sequence = gazu.shot.new_sequence(project, "SQ01", episode=episode, client=client)
    shots = [
        gazu.shot.new_shot(project, sequence, name, frame_in=1, frame_out=48, nb_frames=48, client=client)
        for name in ("SH010", "SH020")
    ]
    casting = [
        {"asset_id": llama["id"], "nb_occurences": 1},
        {"asset_id": truck["id"], "nb_occurences": 2, "label": "fixed"},
    ]
    gazu.casting.update_shot_casting(project, shots[0], casting, client=client)

    # Work.
    task = gazu.task.new_task(shots[0], animation, assigner=lead, assignees=[animator], client=client)
    model = gazu.task.new_task(llama, modeling, client=client)
    gazu.task.assign_task(model, animator, client=client)
    comment = gazu.task.add_comment(task, wip, comment="Blocking is on its way.", client=client)

    # And all of it read back.
    assert names(gazu.asset.all_assets_for_project(project, client=client)) == {"Llama", "Truck"}
    assert names(gazu.shot.all_shots_for_project(project, client=client)) == {"SH010", "SH020"}
    assert names(gazu.shot.all_sequences_for_project(project, client=client)) == {"SQ01"}
    assert names(gazu.shot.all_episodes_for_project(project, client=client)) == {"E01", "E02"}
    assert names(gazu.asset.all_asset_types_for_project(project, client=client)) == {"Prop", "Vehicle"}
    assert names(gazu.project.all_open_projects(client=client)) == {"Caminandes"}
    assert gazu.project.get_project_by_name("Caminandes", client=client)["id"] == project["id"]
    assert gazu.asset.get_asset_by_name(project, "Truck", client=client)["data"] == {"wheels": 6}
    assert gazu.shot.get_episode_by_name(project, "E02", client=client)["id"] == episode["id"]
    assert gazu.shot.get_sequence_by_name(project, "SQ01", client=client)["parent_id"] == episode["id"]
    found = gazu.shot.get_shot_by_name(sequence, "SH010", client=client)
    assert found["data"] == {"frame_in": 1, "frame_out": 48}
    assert found["nb_entities_out"] == 2
    cast = gazu.casting.get_shot_casting(found, client=client)
    assert {(entry["asset_name"], entry["nb_occurences"]) for entry in cast} == {("Llama", 1), ("Truck", 2)}
    assert gazu.task.get_task_by_entity(shots[0], animation, client=client)["id"] == task["id"]
    assert {each["id"] for each in gazu.task.all_tasks_for_project(project, client=client)} == {task["id"], model["id"]}
    assert [each["id"] for each in gazu.task.all_tasks_for_shot(shots[0], client=client)] == [task["id"]]
    assert {each["id"] for each in gazu.task.all_tasks_for_person(animator, client=client)} == {task["id"], model["id"]}

    after = gazu.task.get_task(task["id"], client=client)
    assert after["task_status_id"] == wip["id"]
    assert after["real_start_date"] is not None
    assert [each["id"] for each in after["persons"]] == [animator["id"]]
    said = gazu.task.all_comments_for_task(task, client=client)
    assert [(each["id"], each["text"]) for each in said] == [(comment["id"], "Blocking is on its way.")]

    # What exists is found rather than made twice.
    assert gazu.shot.new_shot(project, sequence, "SH010", client=client)["id"] == shots[0]["id"]
    assert gazu.project.new_project("Caminandes", client=client)["id"] == project["id"]


def names(rows: list[dict[str, Any]]) -> set[str]:
    return {row["name"] for row in rows}
