"""A coordinator's day, from the first template to the last removal, with every function of gazu's modules for it.

The server runs as a process of its own, once on each engine.
"""

import inspect
from pathlib import Path
from typing import Any

import gazu
from gazudesk import Desk
from serving import Served, served

__all__ = ["served"]

MODULES = ("asset", "casting", "concept", "edit", "entity", "project", "project_template", "scene", "shot")
CANNOT_WORK = {
    "project.create_budget_entry": "it sends a name and an amount, where an entry is a department, a start and a salary",
    "asset.import_assets_with_csv": "imports come with the import area",
    "shot.import_shots_with_csv": "imports come with the import area",
    "shot.import_otio": "imports come with the import area",
}
"""Functions that the day goes without, and why."""


def test_a_coordinators_day(served: Served, tmp_path: Path) -> None:
    desk = Desk(served)
    ada = desk.person.new_person("Ada", "Moreau", "ada@caminandes.com")
    kit = prepare_a_template(desk)
    project = open_the_production(desk, kit, ada)
    episode, sequence, shots = cut_the_production(desk, project)
    llama, truck = break_it_down(desk, project, episode)
    cast_the_assets(desk, project, (episode, sequence, shots), (llama, truck))
    lay_out_the_scene(desk, project, sequence, shots, llama)
    draw_and_assemble(desk, project, episode, llama)
    look_things_up(desk, project, shots, tmp_path)
    plan_the_money(desk, project)
    clear_up(desk, project, kit, (episode, sequence, shots), (llama, truck))
    assert {name for name in desk.called if name.partition(".")[0] in MODULES} == functions() - CANNOT_WORK.keys()


def prepare_a_template(desk: Desk) -> Any:
    """The studio's usual setup becomes a template."""
    template = desk.project_template
    kit = template.new_project_template("Series", description="What we do", fps="24")
    animation = desk.task.get_task_type_by_name("Animation")
    wip = desk.task.get_task_status_by_short_name("wip")
    prop = desk.asset.get_asset_type_by_name("Prop")
    automation, background = make_automation(desk), make_background(desk, "Forest")

    template.add_task_type_to_project_template(kit, animation, priority=1)
    template.add_task_status_to_project_template(kit, wip, priority=1, roles_for_board=["user"])
    template.add_asset_type_to_project_template(kit, prop)
    template.add_status_automation_to_project_template(kit, automation)
    template.add_preview_background_file_to_project_template(kit, background)
    template.set_project_template_default_preview_background_file(kit, background)
    template.set_project_template_metadata_descriptors(kit, [{"name": "Mood", "entity_type": "Shot"}])
    kit = template.update_project_template({"id": kit["id"], "ratio": "2:1"})

    assert names(template.all_task_types_for_project_template(kit)) == ["Animation"]
    assert ids(template.all_task_statuses_for_project_template(kit)) == {wip["id"]}
    assert names(template.all_asset_types_for_project_template(kit)) == ["Prop"]
    assert ids(template.all_status_automations_for_project_template(kit)) == {automation["id"]}
    assert names(template.all_preview_background_files_for_project_template(kit)) == ["Forest"]
    assert names(template.all_project_templates()) == ["Series"]
    assert template.get_project_template(kit["id"])["ratio"] == "2:1"
    return template.get_project_template_by_name("Series")


def make_automation(desk: Desk) -> Any:
    types = desk.task.all_task_types()
    status = desk.task.get_task_status_by_short_name("wip")["id"]
    ways = {"in_task_type_id": types[0]["id"], "out_task_type_id": types[1]["id"]}
    automation = {**ways, "in_task_status_id": status, "out_task_status_id": status, "entity_type": "shot"}
    return gazu.client.post("data/status-automations", automation, client=desk.client)


def make_background(desk: Desk, name: str) -> Any:
    return gazu.client.post("data/preview-background-files", {"name": name}, client=desk.client)


def open_the_production(desk: Desk, kit: Any, ada: Any) -> Any:
    """A production begins as the template says; the team and the settings follow."""
    project = desk.project.new_project("Caminandes", production_type="tvshow", project_template=kit)
    assert (project["fps"], len(project["task_types"])) == ("24", 1)

    desk.project.add_person_to_team(project, ada, role="supervisor")
    desk.project.update_team_member_role(project, ada, "user")
    assert [member["project_role"] for member in desk.project.get_team(project)] == ["user"]

    modeling = desk.task.get_task_type_by_name("Modeling")
    done = desk.task.get_task_status_by_short_name("done")
    vehicle = desk.asset.new_asset_type("Wheels")
    desk.asset.update_asset_type({"id": vehicle["id"], "name": "Vehicle"})
    automation, background = make_automation(desk), make_background(desk, "Desert")
    desk.project.add_task_type(project, modeling, 2)
    desk.project.add_task_status(project, done)
    desk.project.add_asset_type(project, vehicle)
    desk.project.add_status_automation(project, {"status_automation_id": automation["id"]})
    desk.project.add_preview_background_file(project, {"preview_background_file_id": background["id"]})
    assert names(desk.project.get_project_task_types(project)) == ["Animation", "Modeling"]
    assert len(desk.project.get_project_task_statuses(project)) == 2
    assert automation["id"] in ids(desk.project.all_status_automations(project))
    assert background["id"] in ids(desk.project.get_preview_background_files(project))

    describe(desk, project)
    desk.project.update_project({"id": project["id"], "resolution": "1280x720"})
    desk.project.update_project_data(project, {"client": "Blue"})
    found = desk.project.get_project_by_name("Caminandes")
    assert (found["id"], found["resolution"]) == (project["id"], "1280x720")
    assert desk.project.get_project(project["id"])["data"] == {"client": "Blue"}
    assert names(desk.project.all_open_projects()) == names(desk.project.all_projects()) == ["Caminandes"]
    assert project["id"] in desk.project.get_project_url(project)
    return project


def describe(desk: Desk, project: Any) -> None:
    """The production's own fields."""
    mood = desk.project.get_metadata_descriptor_by_field_name(project, "mood")
    lens = desk.project.add_metadata_descriptor(project, "Lens", "Shot", data_type="number")
    order = desk.project.reorder_metadata_descriptors(project, "Shot", [lens, mood])
    assert names(order) == ["Lens", "Mood"]
    desk.project.update_metadata_descriptor(project, {"id": lens["id"], "name": "Focal", "data_type": "number"})
    assert desk.project.get_metadata_descriptor(project, lens["id"])["field_name"] == "focal"
    desk.project.remove_metadata_descriptor(project, lens["id"])
    assert names(desk.project.all_metadata_descriptors(project)) == ["Mood"]


def cut_the_production(desk: Desk, project: Any) -> tuple[Any, Any, list[Any]]:
    """Episodes, sequences, shots."""
    shot = desk.shot
    episode = shot.new_episode(project, "E02")
    sequence = shot.new_sequence(project, "SQ01", episode=episode)
    shots = [shot.new_shot(project, sequence, name, frame_in=1, frame_out=48, nb_frames=48) for name in ("SH1", "SH2")]

    shot.update_episode({"id": episode["id"], "description": "The second"})
    shot.update_episode_data(episode, {"air": "May"})
    shot.update_sequence({"id": sequence["id"], "description": "A road"})
    shot.update_sequence_data(sequence, {"light": "noon"})
    shot.update_shot({"id": shots[0]["id"], "description": "A llama walks"})
    shot.update_shot_data(shots[0], {"mood": "calm"})

    assert names(shot.all_episodes_for_project(project)) == ["E01", "E02"]
    assert names(shot.all_sequences_for_project(project)) == names(shot.all_sequences_for_episode(episode)) == ["SQ01"]
    for found in (
        shot.all_shots_for_project(project),
        shot.all_shots_for_episode(episode),
        shot.all_shots_for_sequence(sequence),
    ):
        assert names(found) == ["SH1", "SH2"]
    assert shot.get_episode(episode["id"])["data"] == {"air": "May"}
    assert shot.get_sequence(sequence["id"])["description"] == "A road"
    assert shot.get_shot(shots[0]["id"])["data"] == {"frame_in": 1, "frame_out": 48, "mood": "calm"}
    assert shot.get_episode_by_name(project, "E02")["id"] == episode["id"]
    assert shot.get_sequence_by_name(project, "SQ01", episode=episode)["id"] == sequence["id"]
    assert shot.get_shot_by_name(sequence, "SH1")["id"] == shots[0]["id"]
    assert shot.get_sequence_from_shot(shots[0])["id"] == sequence["id"]
    assert shot.get_episode_from_sequence(sequence)["id"] == episode["id"]
    return episode, sequence, shots


def break_it_down(desk: Desk, project: Any, episode: Any) -> tuple[Any, Any]:
    """The assets that the production needs."""
    asset = desk.asset
    prop, vehicle = asset.get_asset_type_by_name("Prop"), asset.get_asset_type_by_name("Vehicle")
    llama = asset.new_asset(project, prop, "Llama", description="the hero", episode=episode)
    truck = asset.new_asset(project, vehicle, "Truck", extra_data={"wheels": 4}, is_shared=True)
    asset.update_asset({"id": llama["id"], "description": "The hero"})
    asset.update_asset_data(truck, {"wheels": 6})

    assert names(asset.all_assets_for_project(project)) == ["Llama", "Truck"]
    assert names(asset.all_assets_for_open_projects()) == ["Llama", "Truck"]
    assert names(asset.all_assets_for_project_and_type(project, vehicle)) == ["Truck"]
    assert names(asset.all_assets_for_episode(episode)) == ["Llama"]
    assert names(asset.all_asset_types_for_project(project)) == ["Prop", "Vehicle"]
    assert {"Prop", "Vehicle"} <= set(names(asset.all_asset_types()))
    assert asset.get_asset_type(vehicle["id"])["name"] == "Vehicle"
    assert asset.get_asset_type_from_asset(truck)["name"] == "Vehicle"
    assert asset.get_asset_by_name(project, "Truck")["data"] == {"wheels": 6}
    assert asset.get_asset(llama["id"])["description"] == "The hero"
    assert asset.get_episode_from_asset(llama)["id"] == episode["id"]
    return llama, truck


def cast_the_assets(desk: Desk, project: Any, cut: Any, assets: Any) -> None:
    """What is seen where."""
    casting, (episode, sequence, shots), (llama, truck) = desk.casting, cut, assets
    casting.update_episode_casting(project, episode, [{"asset_id": llama["id"], "nb_occurences": 1}])
    casting.update_shot_casting(project, shots[0], [{"asset_id": llama["id"], "nb_occurences": 2}])
    casting.update_asset_casting(project, truck, [{"asset_id": llama["id"], "nb_occurences": 1}])
    casting.cast_asset(project, shots, truck, nb_occurences=3)

    assert [row["asset_name"] for row in casting.get_episode_casting(episode)] == ["Llama", "Truck"]
    assert [row["nb_occurences"] for row in casting.get_shot_casting(shots[0])] == [2, 3]
    assert [row["asset_name"] for row in casting.get_asset_casting(truck)] == ["Llama"]
    assert {row["shot_name"] for row in casting.get_asset_cast_in(truck) if "shot_name" in row} == {"SH1", "SH2"}
    in_shots = {row["id"] for row in shots}
    assert casting.get_sequence_casting(sequence).keys() == in_shots
    assert casting.get_sequence_shots_casting(project, sequence).keys() == in_shots
    assert casting.get_episode_shots_casting(project, episode).keys() == in_shots
    assert casting.get_project_shots_casting(project).keys() == in_shots
    assert casting.get_episodes_casting(project).keys() == {episode["id"], truck["id"], *in_shots}
    vehicle = desk.asset.get_asset_type_by_name("Vehicle")
    assert casting.get_asset_type_casting(project, vehicle).keys() == {truck["id"]}
    assert set(names(desk.asset.all_assets_for_shot(shots[0]))) == {"Llama", "Truck"}
    assert names(desk.asset.all_asset_types_for_shot(shots[1])) == ["Vehicle"]

    casting.uncast_asset(project, shots[1], truck)
    assert casting.get_shot_casting(shots[1]) == []
    links = casting.all_entity_links_for_project(project)
    within = next(link for link in links if link["entity_in_id"] == truck["id"])
    casting.delete_entity_link(within)
    assert casting.get_asset_casting(truck) == []


def lay_out_the_scene(desk: Desk, project: Any, sequence: Any, shots: list[Any], llama: Any) -> None:
    """A scene with two llamas, one of which is seen in the shot that comes from it."""
    scene = desk.scene
    road = scene.new_scene(project, sequence, "Road")
    scene.update_scene({"id": road["id"], "description": "Dusty"})
    scene.add_shot_to_scene(road, shots[0])
    assert names(scene.all_shots_for_scene(road)) == ["SH1"]
    assert names(scene.all_scenes(project)) == names(scene.all_scenes_for_project(project)) == ["Road"]
    assert names(scene.all_scenes_for_sequence(sequence)) == ["Road"]
    assert scene.get_scene(road["id"])["description"] == "Dusty"
    assert scene.get_scene_by_name(sequence, "Road")["id"] == road["id"]
    assert scene.get_sequence_from_scene(road)["id"] == sequence["id"]

    first, second = (scene.new_scene_asset_instance(road, llama, "One of them") for _ in range(2))
    scene.update_asset_instance_name(first, "Carl")
    scene.update_asset_instance_data(second, {"hat": True})
    assert scene.get_asset_instance_by_name(road, "Carl")["id"] == first["id"]
    assert ids(scene.all_asset_instances_for_scene(road)[llama["id"]]) == {first["id"], second["id"]}
    assert scene.all_camera_instances_for_scene(road) == {}
    shot, asset = desk.shot, desk.asset
    shot.add_asset_instance_to_shot(shots[0], first)
    for found in (
        shot.all_asset_instances_for_shot(shots[0]),
        shot.get_asset_instances_for_shot(shots[0]),
        asset.all_asset_instances_for_shot(shots[0]),
    ):
        assert ids(found[llama["id"]]) == {first["id"]}
    assert asset.all_shot_asset_instances_for_asset(llama).keys() == {shots[0]["id"]}
    assert asset.all_scene_asset_instances_for_asset(llama).keys() == {road["id"]}
    shot.remove_asset_instance_from_shot(shots[0], first)
    assert shot.all_asset_instances_for_shot(shots[0]) == {}
    scene.remove_shot_from_scene(road, shots[0])
    assert scene.all_shots_for_scene(road) == []

    herd = asset.new_asset(project, asset.get_asset_type_by_name("Prop"), "Herd")
    member = asset.new_asset_asset_instance(herd, llama)
    asset.disable_asset_instance(member)
    assert asset.get_asset_instance(member["id"])["active"] is False
    asset.enable_asset_instance(member)
    assert ids(asset.all_asset_instances_for_asset(herd)[llama["id"]]) == {member["id"]}


def draw_and_assemble(desk: Desk, project: Any, episode: Any, llama: Any) -> None:
    """A concept of the hero, and the first cut."""
    concept = desk.concept
    drawing = concept.new_concept(project, "Fur", description="Soft", entity_concept_links=[llama])
    concept.update_concept({"id": drawing["id"], "description": "Softer"})
    assert names(concept.all_concepts()) == names(concept.all_concepts_for_project(project)) == ["Fur"]
    assert concept.get_concept(drawing["id"])["description"] == "Softer"
    assert concept.get_concept_by_name(project, "Fur")["entity_concept_links"] == [llama["id"]]
    assert concept.all_previews_for_concept(drawing) == {}
    assert names(desk.entity.all_entities_with_tasks_linked_to_entity(llama)) == ["Fur"]
    concept.remove_concept(drawing, force=True)

    edit = desk.edit
    cut = edit.new_edit(project, "Animatic", episode=episode)
    edit.update_edit({"id": cut["id"], "description": "First"})
    edit.update_edit_data(cut, {"reel": 1})
    assert names(edit.all_edits_for_project(project)) == ["Animatic"]
    assert edit.get_edit(cut["id"])["data"] == {"reel": 1}
    assert edit.get_edit_by_name(project, "Animatic")["description"] == "First"
    assert edit.all_previews_for_edit(cut) == {}
    assert cut["id"] in edit.get_edit_url(cut)
    edit.remove_edit(cut, force=True)
    assert edit.all_edits_for_project(project) == []


def look_things_up(desk: Desk, project: Any, shots: list[Any], folder: Path) -> None:
    """Somebody asks, and wants it as a table."""
    assert desk.entity.guess_from_path(project["id"], "/simple/productions/caminandes") == []
    entity, asset, shot = desk.entity, desk.asset, desk.shot
    assert entity.get_entity(shots[0]["id"])["type"] == "Shot"
    assert entity.get_entity_by_name("SH1", project)["id"] == shots[0]["id"]
    assert {"Llama", "SH1", "Road"} <= set(names(entity.all_entities()))
    kind = entity.new_entity_type("Matte")
    assert entity.get_entity_type(kind["id"])["name"] == "Matte"
    assert entity.get_entity_type_by_name("Matte")["id"] == kind["id"]
    assert "Matte" in names(entity.all_entity_types())
    entity.remove_entity_type(kind)
    assert shot.all_previews_for_shot(shots[0]) == {}

    sequence, episode = shot.get_sequence_by_name(project, "SQ01"), shot.get_episode_by_name(project, "E02")
    truck, vehicle = asset.get_asset_by_name(project, "Truck"), asset.get_asset_type_by_name("Vehicle")
    for url, id in (
        (shot.get_shot_url(shots[0]), shots[0]["id"]),
        (shot.get_sequence_url(sequence), sequence["id"]),
        (shot.get_episode_url(episode), episode["id"]),
        (shot.get_all_sequences_url(project), project["id"]),
        (shot.get_all_episodes_url(project), project["id"]),
        (asset.get_asset_url(truck), truck["id"]),
        (asset.get_asset_type_url(project, vehicle), project["id"]),
        (asset.get_all_assets_url(project), project["id"]),
    ):
        assert id in url

    asset.export_assets_with_csv(project, str(folder / "assets.csv"))
    shot.export_shots_with_csv(project, str(folder / "shots.csv"))
    assert "Truck" in (folder / "assets.csv").read_text()
    assert "SH1" in (folder / "shots.csv").read_text()


def plan_the_money(desk: Desk, project: Any) -> None:
    """A budget, an entry of it, and what was brought forward so far."""
    money = desk.project
    budget = money.create_budget(project, "Pilot", currency="EUR")
    money.update_budget(project, budget, {"name": "First season"})
    assert money.get_budget(project, budget)["name"] == "First season"
    assert names(money.get_budgets(project)) == ["First season"]
    department = desk.person.new_department("Layout")
    path = f"data/projects/{project['id']}/budgets/{budget['id']}/entries"
    post = {"department_id": department["id"], "start_date": "2026-03-01", "months_duration": 3, "daily_salary": 200}
    entry = gazu.client.post(path, post, client=desk.client)
    money.update_budget_entry(project, budget, entry, {"daily_salary": 220, "months_duration": 4})
    assert money.get_budget_entry(project, budget, entry)["daily_salary"] == 220
    assert ids(money.get_budget_entries(project, budget)) == {entry["id"]}
    money.remove_budget_entry(project, budget, entry)
    money.remove_budget(project, budget)
    assert money.get_budgets(project) == []
    assert money.get_milestones(project) == []
    ada = desk.person.get_person_by_email("ada@caminandes.com")
    animation = desk.task.get_task_type_by_name("Animation")
    assert money.get_project_quotas(project, animation) == money.get_project_person_quotas(project, ada) == {}


def clear_up(desk: Desk, project: Any, kit: Any, cut: tuple[Any, Any, list[Any]], assets: Any) -> None:
    """Canceled, restored, removed; and in the end the production is closed and gone."""
    shot, (episode, sequence, shots), (llama, truck) = desk.shot, cut, assets
    desk.task.new_task(shots[0], desk.task.get_task_type_by_name("Animation"))
    shot.remove_shot(shots[0])
    assert shot.get_shot(shots[0]["id"])["canceled"] is True
    shot.restore_shot(shots[0])
    assert shot.get_shot(shots[0]["id"])["canceled"] is False
    desk.asset.remove_asset(truck, force=True)
    assert desk.entity.remove_entities(project, [shots[1]]) == [shots[1]["id"]]
    herd = desk.asset.get_asset_by_name(project, "Herd")
    desk.asset.remove_asset(herd)
    bench = desk.asset.new_asset(project, desk.asset.get_asset_type_by_name("Prop"), "Bench")
    desk.entity.remove_entity(bench)
    shot.remove_sequence(sequence, force=True)
    shot.remove_episode(episode, force=True)
    assert shot.all_shots_for_project(project) == desk.asset.all_assets_for_project(project) == []
    assert llama["source_id"] == episode["id"]

    template = desk.project_template
    again = template.new_project_template_from_project(project, "As it was")
    for rows, remove in (
        (template.all_task_types_for_project_template(kit), template.remove_task_type_from_project_template),
        (template.all_task_statuses_for_project_template(kit), template.remove_task_status_from_project_template),
        (template.all_asset_types_for_project_template(kit), template.remove_asset_type_from_project_template),
        (
            template.all_status_automations_for_project_template(kit),
            template.remove_status_automation_from_project_template,
        ),
        (
            template.all_preview_background_files_for_project_template(kit),
            template.remove_preview_background_file_from_project_template,
        ),
    ):
        remove(kit, rows[0])
    assert template.get_project_template(kit["id"])["task_types"] == []

    settings = desk.project
    settings.remove_task_type(project, settings.get_project_task_types(project)[0])
    settings.remove_task_status(project, settings.get_project_task_statuses(project)[0])
    settings.remove_status_automation(project, settings.all_status_automations(project)[0])
    settings.remove_preview_background_file(project, settings.get_preview_background_files(project)[0])
    template.apply_project_template(project, again)
    assert len(settings.get_project_task_types(project)) == 2
    template.remove_project_template(again)
    settings.remove_person_from_team(project, desk.person.get_person_by_email("ada@caminandes.com"))
    assert settings.get_team(project) == []

    assert settings.get_project_status_by_name("Closed")["name"] in names(settings.all_project_status())
    settings.close_project(project)
    assert settings.all_open_projects() == []
    settings.remove_project(project, force=True)
    assert settings.all_projects() == []
    desk.asset.remove_asset_type(desk.asset.get_asset_type_by_name("Vehicle"))


def names(rows: list[Any]) -> list[str]:
    return sorted(row["name"] for row in rows)


def ids(rows: list[Any]) -> set[str]:
    return {row["id"] for row in rows}


def functions() -> set[str]:
    """Every public function of gazu's modules that a coordinator works with."""
    return {
        f"{module}.{name}"
        for module in MODULES
        for name, function in inspect.getmembers(getattr(gazu, module), inspect.isfunction)
        if function.__module__ == f"gazu.{module}" and not name.startswith("_")
    }
