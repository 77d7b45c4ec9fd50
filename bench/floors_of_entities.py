"""Floors of the listings of a production: its entities, their tasks, who is cast where."""

from collections import defaultdict

from bench.floors import Bare, Ids, Rows, encode

PLACED = (
    "SELECT entity.*, project.name AS project_name, parent.id AS sequence_id, parent.name AS sequence_name, "
    "grandparent.id AS episode_id, grandparent.name AS episode_name FROM entity "
    "JOIN project ON project.id = entity.project_id JOIN entity AS parent ON parent.id = entity.parent_id "
    "LEFT JOIN entity AS grandparent ON grandparent.id = parent.parent_id "
)
SHOTS = "entity.project_id = ? AND entity.entity_type_id = (SELECT id FROM entity_type WHERE name = 'Shot')"
ASSETS = (
    "entity.project_id = ? AND entity.entity_type_id NOT IN (SELECT id FROM entity_type WHERE name IN "
    "('Shot', 'Sequence', 'Episode', 'Scene', 'Edit', 'Concept'))"
)


def shots_with_tasks(bare: Bare, ids: Ids) -> bytes:
    return encode(_with_tasks(bare, ids, bare.rows(f"{PLACED} WHERE {SHOTS}", ids["project"]), SHOTS))


def assets_with_tasks(bare: Bare, ids: Ids) -> bytes:
    with_type = "SELECT entity.*, entity_type.name AS asset_type_name FROM entity JOIN entity_type "
    with_type += f"ON entity_type.id = entity.entity_type_id WHERE {ASSETS} ORDER BY entity_type.name, entity.name"
    return encode(_with_tasks(bare, ids, bare.rows(with_type, ids["project"]), ASSETS))


def _with_tasks(bare: Bare, ids: Ids, entities: Rows, condition: str) -> Rows:
    """Entities with their tasks, the tasks with their assignees and whether somebody follows them."""
    of_entities = f"JOIN entity ON entity.id = task.entity_id WHERE {condition}"
    tasks = bare.rows(f"SELECT task.* FROM task {of_entities}", ids["project"])
    links = bare.rows(
        "SELECT link.task_id, link.person_id FROM task_person_link AS link "
        f"JOIN task ON task.id = link.task_id {of_entities}",
        ids["project"],
    )
    followed = {
        row["task_id"] for row in bare.rows("SELECT task_id FROM subscription WHERE person_id = ?", ids["person"])
    }
    assignees, by_entity = defaultdict(list), defaultdict(list)
    for link in links:
        assignees[link["task_id"]].append(link["person_id"])
    for task in tasks:
        task["assignees"] = assignees[task["id"]]
        task["is_subscribed"] = task["id"] in followed
        by_entity[task["entity_id"]].append(task)
    for entity in entities:
        entity["tasks"] = by_entity[entity["id"]]
    return entities


def shots(bare: Bare, ids: Ids) -> bytes:
    return encode(bare.rows(f"{PLACED} WHERE {SHOTS} ORDER BY entity.name", ids["project"]))


def castings(bare: Bare, ids: Ids) -> bytes:
    """Everything that is cast in what stands in a sequence, by what it is cast in."""
    found = bare.rows(
        "SELECT link.entity_in_id, link.entity_out_id AS asset_id, asset.name, asset.name AS asset_name, "
        "entity_type.name AS asset_type_name, parent.name AS sequence_name, asset.preview_file_id, link.nb_occurences, "
        "link.label, asset.is_shared, asset.project_id FROM entity_link AS link "
        "JOIN entity ON entity.id = link.entity_in_id JOIN entity AS parent ON parent.id = entity.parent_id "
        "JOIN entity AS asset ON asset.id = link.entity_out_id "
        "JOIN entity_type ON entity_type.id = asset.entity_type_id WHERE entity.project_id = ? "
        "ORDER BY parent.name, entity.name, entity_type.name, asset.name",
        ids["project"],
    )
    by_container = defaultdict(list)
    for row in found:
        by_container[row.pop("entity_in_id")].append(row)
    return encode(by_container)


def tasks_of_project(bare: Bare, ids: Ids) -> bytes:
    tasks = bare.rows("SELECT * FROM task WHERE project_id = ?", ids["project"])
    assignees = defaultdict(list)
    for link in bare.rows(
        "SELECT link.task_id, link.person_id FROM task_person_link AS link JOIN task ON task.id = link.task_id "
        "WHERE task.project_id = ?",
        ids["project"],
    ):
        assignees[link["task_id"]].append(link["person_id"])
    for task in tasks:
        task["assignees"] = assignees[task["id"]]
    return encode(tasks)


def search(bare: Bare, ids: Ids) -> bytes:
    """What a search without an index would read: the names that begin so."""
    like = "SELECT * FROM entity WHERE project_id = ? AND name LIKE 'SH0001%' ORDER BY name LIMIT 3"
    return encode(bare.rows(like, ids["project"]))
