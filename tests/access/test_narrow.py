"""What clients, vendors and supervisors of a department have less of than others in their own production."""

from typing import Any

import pytest
from productions_apart import Apart
from studio import Studio

from kitsulite.models.entities import Entity, EntityLink
from kitsulite.models.productions import DepartmentMetadataDescriptorLink, MetadataDescriptor
from kitsulite.models.reviews import Comment, CommentAcknowledgement, CommentMention, PreviewFile
from kitsulite.storage import Row


@pytest.fixture
def apart(studio: Studio) -> Apart:
    return Apart(studio)


# --- clients ---


def test_clients_meet_no_concepts(apart: Apart) -> None:
    studio, project, concept = apart.studio, f"/data/projects/{apart.ours.project['id']}", apart.ours.concept
    task = studio.task(concept, studio.task_type("Painting", for_entity="Concept"))
    preview = studio.add(PreviewFile, name="Mood", revision=1, task_id=task["id"], extension="png", status="ready")
    hidden = (concept["id"], task["id"], preview["id"])
    apart.hides_from(
        apart.clo,
        f"/data/concepts/{concept['id']}",
        f"/data/entities/{concept['id']}",
        f"/data/entities/{concept['id']}/chat",
        f"/data/entities/{concept['id']}/news",
        f"/data/entities/{concept['id']}/preview-files",
        f"/data/tasks/{task['id']}",
        f"/data/tasks/{task['id']}/full",
        f"/data/tasks/{task['id']}/previews",
        f"/data/preview-files/{preview['id']}",
    )
    status = {"task_status_id": task["task_status_id"], "comment": "x"}
    apart.clo.post(f"/actions/tasks/{task['id']}/comment", status, status=403)
    apart.clo.put(f"/actions/preview-files/{preview['id']}/update-annotations", {"additions": []}, status=403)
    for path in (
        "/data/entities",
        "/data/tasks",
        "/data/preview-files",
        f"{project}/tasks",
        f"/data/tasks/open-tasks?task_type_id={task['task_type_id']}",
    ):
        assert any(id in apart.art.call("GET", path).text for id in hidden), path
        assert not any(id in apart.clo.call("GET", path).text for id in hidden), path
    assert apart.ours.shot["id"] in apart.clo.call("GET", "/data/entities").text
    assert apart.ours.task["id"] in apart.clo.call("GET", "/data/tasks").text


def test_a_related_task_of_a_concept_is_none_for_clients(apart: Apart) -> None:
    task = apart.studio.task(apart.ours.concept, "Painting", assignees=[apart.art])
    path = f"/data/persons/{apart.art.id}/related-tasks/{task['task_type_id']}"
    assert [row["id"] for row in apart.moe.get(path)] == [task["id"]]
    assert task["id"] not in apart.clo.call("GET", path).text


# --- vendors ---


def test_vendors_see_under_what_is_theirs_only_what_is_theirs(apart: Apart) -> None:
    studio, ours = apart.studio, apart.ours
    other = studio.entity("Shot", "Ours SH02", ours.project, ours.sequence, source_id=ours.scene["id"])
    edit = studio.entity("Edit", "Ours ED01", ours.project, ours.episode)
    lamp = studio.entity("Prop", "Ours Bulb", ours.project)
    studio.store(Entity, ours.shot["id"], source_id=ours.scene["id"])
    for user, used in ((ours.shot, ours.asset), (ours.shot, lamp), (ours.asset, lamp)):
        studio.add(EntityLink, entity_in_id=user["id"], entity_out_id=used["id"])
    for entity in (ours.scene, ours.episode, ours.sequence, ours.shot, ours.asset):
        studio.task(entity, "Vending", assignees=[apart.vic])
    beside = studio.entity("Scene", "Ours SC02", ours.project, ours.sequence)
    for path, seen, unseen in (
        (f"/data/scenes/{ours.scene['id']}/shots", ours.shot, other),
        (f"/data/episodes/{ours.episode['id']}/shots", ours.shot, other),
        (f"/data/sequences/{ours.sequence['id']}/scenes", ours.scene, beside),
        (f"/data/shots/{ours.shot['id']}/assets", ours.asset, lamp),
        (f"/data/assets/{ours.asset['id']}/assets", None, lamp),
        (f"/data/episodes/{ours.episode['id']}/edits", None, edit),
    ):
        assert unseen["id"] in {row["id"] for row in apart.art.get(path)}, path
        assert [row["id"] for row in apart.vic.get(path)] == ([seen["id"]] if seen else []), path


# --- supervisors of a department ---


def column(apart: Apart, kind: str, department: Row) -> None:
    """A column `f` of a kind of entities that is kept to a department."""
    values: dict[str, Any] = {"name": "F", "field_name": "f", "data_type": "string", "for_client": True, "choices": []}
    row = apart.studio.add(MetadataDescriptor, project_id=apart.ours.project["id"], entity_type=kind, **values)
    ids = {"metadata_descriptor_id": row["id"], "department_id": department["id"]}
    apart.studio.link(DepartmentMetadataDescriptorLink, **ids)


def test_a_supervisor_writes_the_columns_of_the_kind_that_is_kept_to_the_department(apart: Apart) -> None:
    column(apart, "Asset", apart.studio.department("Mine", apart.sue))
    column(apart, "Shot", apart.studio.department("Other"))
    apart.sue.put(f"/data/entities/{apart.ours.shot['id']}", {"data": {"f": "x"}}, status=403)
    apart.sue.put(f"/data/shots/{apart.ours.shot['id']}", {"data": {"f": "x"}}, status=403)
    assert apart.sue.put(f"/data/entities/{apart.ours.asset['id']}", {"data": {"f": "x"}})["data"] == {"f": "x"}


@pytest.mark.parametrize("data", [5, 0, True, False, "x", "", [], [1], [[1]], [{}]])
def test_data_that_is_no_object_is_refused_whoever_sends_it(apart: Apart, data: Any) -> None:
    column(apart, "Shot", apart.studio.department("Mine", apart.sue))
    for member, kind in ((apart.sue, "entities"), (apart.moe, "entities"), (apart.moe, "shots")):
        member.put(f"/data/{kind}/{apart.ours.shot['id']}", {"data": data}, status=400)


# --- what points at what ---


def test_concepts_illustrate_what_is_none_and_nothing_else_is_linked_so(apart: Apart) -> None:
    ours = apart.ours
    another = apart.studio.entity("Concept", "Ours Light", ours.project)
    for entity, wrong in (
        (ours.shot, (ours.shot, ours.asset, ours.sequence)),
        (ours.asset, (ours.asset, ours.shot)),
        (ours.concept, (ours.concept, another)),
    ):
        for linked in wrong:
            apart.moe.put(f"/data/entities/{entity['id']}", {"entity_concept_links": [linked["id"]]}, status=400)
    apart.moe.put(f"/data/entities/{ours.concept['id']}", {"entity_concept_links": [ours.asset["id"], ours.shot["id"]]})
    apart.moe.put(f"/data/entities/{ours.shot['id']}", {"entity_concept_links": [ours.concept["id"]]})
    made = apart.moe.post(
        f"/data/projects/{ours.project['id']}/concepts",
        {"name": "New", "entity_concept_links": [another["id"], ours.asset["id"]]},
    )
    assert made["entity_concept_links"] == [ours.asset["id"]]


def test_the_picture_of_an_entity_is_one_of_its_previews(apart: Apart) -> None:
    ours = apart.ours
    apart.moe.put(f"/data/entities/{ours.asset['id']}", {"preview_file_id": ours.preview["id"]}, status=400)
    apart.moe.put(f"/data/entities/{ours.shot['id']}", {"preview_file_id": ours.preview["id"]})


def test_no_version_of_a_schedule_is_copied_from_itself(apart: Apart) -> None:
    path = "/data/production-schedule-versions"
    one, two = (apart.moe.post(path, {"name": name, "project_id": apart.ours.project["id"]}) for name in "ab")
    apart.moe.put(f"{path}/{one['id']}", {"production_schedule_from": one["id"]}, status=400)
    apart.moe.put(f"{path}/{one['id']}", {"production_schedule_from": two["id"]})


def test_an_entity_casts_no_fewer_than_none(apart: Apart) -> None:
    for kind in ("entities", "shots"):
        apart.moe.put(f"/data/{kind}/{apart.ours.shot['id']}", {"nb_entities_out": -4}, status=400)


# --- makers whose role changed ---


@pytest.mark.parametrize("role", ["vendor", "client"])
def test_who_made_what_they_see_no_more_changes_nothing_of_it(apart: Apart, role: str) -> None:
    project = apart.ours.project["id"]
    concept = apart.pal.post(f"/data/projects/{project}/concepts", {"name": "Dusk"})
    task = apart.studio.task(concept, apart.studio.task_type("Painting", for_entity="Concept"))
    said = {"task_status_id": task["task_status_id"], "comment": "x"}
    apart.pal.put(f"/data/entities/{concept['id']}", {"description": "mine"})
    apart.pal.post(f"/actions/tasks/{task['id']}/comment", said)
    apart.moe.put(f"/data/projects/{project}/team/{apart.pal.id}", {"role": role})
    apart.pal.get(f"/data/concepts/{concept['id']}", status=403)
    apart.pal.put(f"/data/entities/{concept['id']}", {"description": "still mine"}, status=403)
    apart.pal.post(f"/actions/tasks/{task['id']}/comment", said, status=403)
    apart.pal.delete(f"/data/concepts/{concept['id']}", status=403)
    batch = {"comments": [{**said, "text": "x", "task_id": task["id"]}]}
    assert apart.pal.call("POST", "/actions/tasks/batch-comment", batch).status in (201, 403)
    assert len(apart.moe.get(f"/data/tasks/{task['id']}/comments")) == 1


# --- what a comment says that is not for clients ---


def test_of_a_comment_that_is_not_for_them_clients_learn_the_revision_alone(apart: Apart) -> None:
    said = {
        "text": "INNER",
        "data": {"note": "INNER"},
        "links": ["https://studio.test/INNER"],
        "checklist": [{"text": "INNER", "checked": False}],
    }
    apart.studio.store(Comment, apart.ours.comment["id"], **said)
    apart.studio.link(CommentMention, comment=apart.ours.comment["id"], person=apart.pal.id)
    apart.studio.link(CommentAcknowledgement, comment=apart.ours.comment["id"], person=apart.sue.id)
    path = f"/data/tasks/{apart.ours.task['id']}/comments"
    of_studio, of_client = (who.call("GET", path) for who in (apart.art, apart.clo))
    assert of_studio.json[0]["previews"]
    assert [row["id"] for row in of_client.json[0]["previews"]] == [apart.ours.preview["id"]]
    for secret in ("INNER", apart.pal.id, apart.sue.id, apart.ours.attachment["id"]):
        assert secret in of_studio.text
        assert secret not in of_client.text
