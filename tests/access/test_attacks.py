"""What was found by attack once: each must be refused, and leave everything as it was."""

from collections.abc import Callable
from typing import Any

import pytest
from productions_apart import Apart
from studio import NOBODY, Studio

from kitsulite.models import Record
from kitsulite.models.entities import Entity
from kitsulite.models.reviews import AttachmentFile, Comment, Playlist, PreviewFile
from kitsulite.models.schedules import ProductionScheduleVersion
from kitsulite.models.tasks import Task, TaskPersonLink


@pytest.fixture
def apart(studio: Studio) -> Apart:
    return Apart(studio)


def refused(answer: Any, *statuses: int) -> str:
    """The text of a refusal, which never names anything of the other production."""
    assert answer.status in statuses, answer
    assert "Theirs" not in answer.text
    return str(answer.text)


# --- comments ---


def test_another_productions_preview_is_not_put_under_ones_comment(apart: Apart) -> None:
    own, theirs = f"/data/comments/{apart.ours.comment['id']}", apart.theirs.preview["id"]
    refused(apart.art.call("PUT", own, {"previews": [theirs]}), 400, 403)
    assert theirs not in apart.art.get(own)["previews"]
    refused(apart.moe.call("PUT", own, {"previews": [apart.ours.preview["id"], theirs]}), 400, 403)
    apart.art.delete(own)
    assert apart.meg.get(f"/data/preview-files/{theirs}")["name"] == "Theirs preview"


def test_another_productions_attachment_is_not_taken_into_ones_comment(apart: Apart) -> None:
    own, theirs = f"/data/comments/{apart.ours.comment['id']}", apart.theirs.attachment["id"]
    for key in ("attachment_files", "attachments"):
        answer = apart.art.call("PUT", own, {key: [theirs]})
        assert answer.status in (200, 400, 403)
    refused(apart.art.call("PUT", own, {"attachment_files": [theirs]}), 400, 403)
    apart.art.get(f"/data/attachment-files/{theirs}", status=403)
    assert apart.studio.stored(AttachmentFile, theirs)["comment_id"] == apart.theirs.comment["id"]


def test_an_attachment_is_not_moved_to_another_comment(apart: Apart) -> None:
    path = f"/data/attachment-files/{apart.theirs.attachment['id']}"
    refused(apart.ada.call("PUT", path, {"comment_id": apart.ours.comment["id"]}), 400)
    refused(apart.moe.call("PUT", path, {"comment_id": apart.ours.comment["id"]}), 403)
    assert (
        apart.studio.stored(AttachmentFile, apart.theirs.attachment["id"])["comment_id"] == apart.theirs.comment["id"]
    )


@pytest.mark.parametrize("who", ["art", "moe", "ada"])
def test_replies_and_acknowledgements_are_not_forged(apart: Apart, who: str) -> None:
    own = f"/data/comments/{apart.ours.comment['id']}"
    caller = getattr(apart, who)
    forged = {"id": NOBODY, "person_id": apart.ada.id, "text": "Approved", "date": "2024-01-01T00:00:00"}
    for body in ({"replies": [forged]}, {"replies": [{"x": 1}]}, {"acknowledgements": [apart.pal.id]}):
        refused(caller.call("PUT", own, body), 400, 403)
    shown = apart.ada.get(own)
    assert not shown["replies"]
    assert not shown["acknowledgements"]


@pytest.mark.parametrize("stored", [[{"x": 1}], ["x"], [None], {"x": 1}, "x", 7, [{"id": "x", "person_id": 3}]])
def test_malformed_replies_that_are_stored_break_no_reading(apart: Apart, stored: Any) -> None:
    comment, task = apart.ours.comment["id"], apart.ours.task["id"]
    with apart.studio.tracker.work() as work:
        work.update(Comment, comment, replies=stored)
    for who in (apart.ada, apart.moe, apart.art, apart.pal, apart.clo):
        assert who.call("GET", f"/data/tasks/{task}/comments").status == 200
        assert who.call("GET", f"/data/comments/{comment}").status in (200, 403)
        assert who.call("GET", f"/data/tasks/{task}/comments/{comment}").status in (200, 403)
        assert who.call("GET", "/data/user/context").status == 200
    apart.moe.get(f"/data/projects/{apart.ours.project['id']}/comments")
    apart.ada.get("/data/comments?relations=true")
    assert apart.pal.call("DELETE", f"/data/tasks/{task}/comments/{comment}/reply/{NOBODY}").status == 404
    apart.art.post(f"/data/tasks/{task}/comments/{comment}/reply", {"text": "Yes"}, status=200)
    apart.moe.get(f"/data/tasks/{task}/full")


def test_nobody_speaks_in_the_name_of_another(apart: Apart) -> None:
    own = f"/data/comments/{apart.ours.comment['id']}"
    refused(apart.art.call("PUT", own, {"person_id": apart.pal.id}), 403)
    refused(apart.art.call("PUT", own, {"object_id": apart.ours.asset_task["id"]}), 403)
    refused(apart.meg.call("PUT", own, {"object_id": apart.theirs.task["id"]}), 403)
    refused(apart.meg.call("PUT", own, {"person_id": apart.bob.id}), 403)
    for somebody in (apart.pal.id, apart.bob.id, apart.moe.id, NOBODY):
        refused(apart.moe.call("PUT", own, {"person_id": somebody}), 400)
    refused(apart.moe.call("PUT", own, {"object_id": apart.theirs.task["id"]}), 400)
    refused(apart.moe.call("PUT", own, {"object_id": apart.ours.asset_task["id"]}), 400)
    row = apart.studio.stored(Comment, apart.ours.comment["id"])
    assert (row["person_id"], row["object_id"]) == (apart.art.id, apart.ours.task["id"])
    speak = f"/actions/tasks/{apart.ours.task['id']}/comment"
    said = {"task_status_id": apart.ours.task["task_status_id"], "comment": "x"}
    answers = [apart.moe.call("POST", speak, {**said, "person_id": id}) for id in (apart.bob.id, NOBODY)]
    assert [answer.status for answer in answers] == [404, 404]
    assert answers[0].text.replace(apart.bob.id, NOBODY) == answers[1].text
    batch = {"comments": [{**said, "text": "x", "task_id": apart.ours.task["id"], "person_id": apart.bob.id}]}
    refused(apart.moe.call("POST", "/actions/tasks/batch-comment", batch), 404)
    assert apart.moe.post(speak, {**said, "person_id": apart.pal.id})["person_id"] == apart.pal.id


def test_a_comment_is_not_read_by_changing_nothing_of_it(apart: Apart) -> None:
    """What may not be read is not answered to a change, an acknowledgement or a reply either."""
    comment = apart.ours.comment["id"]
    for who in (apart.clo, apart.vic):
        who.get(f"/data/comments/{comment}", status=403)
        refused(who.call("PUT", f"/data/comments/{comment}", {}), 403)
        refused(who.call("POST", f"/data/tasks/{apart.ours.task['id']}/comments/{comment}/ack", {}), 403)


# --- references into another production ---


def entity_of(apart: Apart, name: str) -> tuple[str, type[Record], Any]:
    row = getattr(apart.ours, name)
    paths = {"task": ("tasks", Task), "asset_task": ("tasks", Task), "preview": ("preview-files", PreviewFile)}
    path, table = paths.get(name, ("playlists", Playlist) if name == "playlist" else ("entities", Entity))
    return f"/data/{path}/{row['id']}", table, row


@pytest.mark.parametrize(
    ("of", "key", "to"),
    [
        ("task", "entity_id", "shot"),
        ("task", "project_id", "project"),
        ("shot", "parent_id", "sequence"),
        ("shot", "source_id", "scene"),
        ("shot", "preview_file_id", "preview"),
        ("shot", "project_id", "project"),
        ("sequence", "parent_id", "episode"),
        ("asset", "source_id", "episode"),
        ("playlist", "episode_id", "episode"),
        ("playlist", "project_id", "project"),
        ("preview", "task_id", "task"),
    ],
)
def test_a_manager_leads_no_row_to_another_production(apart: Apart, of: str, key: str, to: str) -> None:
    path, table, row = entity_of(apart, of)
    theirs = getattr(apart.theirs, to)["id"]
    if of == "playlist" and key == "project_id":
        table = Playlist
    for who in (apart.moe, apart.ada):
        told = refused(who.call("PUT", path, {key: theirs}), 400)
        unknown = refused(who.call("PUT", path, {key: NOBODY}), 400)
        assert told == unknown
    assert apart.studio.stored(table, row["id"])[key] == row[key]


def test_a_task_is_not_seen_by_way_of_an_entity_of_another_production(apart: Apart) -> None:
    refused(apart.moe.call("PUT", f"/data/tasks/{apart.ours.task['id']}", {"entity_id": apart.theirs.shot["id"]}), 400)
    assert "Theirs" not in apart.moe.call("GET", f"/data/tasks/{apart.ours.task['id']}/full").text


def test_castings_and_concepts_name_nothing_of_another_production(apart: Apart) -> None:
    ours, theirs = apart.ours, apart.theirs
    project = f"/data/projects/{ours.project['id']}"
    entry = {"asset_id": theirs.asset["id"], "nb_occurences": 1}
    refused(apart.moe.call("PUT", f"{project}/entities/{ours.shot['id']}/casting", [entry]), 400)
    refused(apart.moe.call("PUT", f"/data/assets/{ours.asset['id']}/casting", [entry]), 400)
    refused(apart.moe.call("PUT", f"{project}/entities/casting", {ours.shot["id"]: [entry]}), 400)
    one = {"entity_ids": [ours.shot["id"]]}
    refused(apart.moe.call("PUT", f"{project}/entities/casting/assets/{theirs.asset['id']}", one), 400, 404)
    refused(
        apart.moe.call(
            "PUT", f"{project}/entities/casting/assets/{ours.asset['id']}", {"entity_ids": [theirs.shot["id"]]}
        ),
        403,
    )
    body = {"name": "Night", "entity_concept_links": [theirs.asset["id"]]}
    concept = apart.moe.call("POST", f"{project}/concepts", body)
    assert concept.status == 400 or not apart.moe.get(f"/data/concepts/{concept.json['id']}")["entity_concept_links"]
    refused(
        apart.moe.call("PUT", f"/data/entities/{ours.concept['id']}", {"entity_concept_links": [theirs.asset["id"]]}),
        400,
    )
    assert apart.moe.get(f"{project}/entities/{ours.shot['id']}/casting") == []


@pytest.mark.parametrize("entry", ["shot", "preview", "nobody"])
def test_playlists_show_nothing_of_another_production(apart: Apart, entry: str) -> None:
    ours, theirs = apart.ours, apart.theirs
    entity = {"shot": theirs.shot["id"], "preview": ours.shot["id"], "nobody": NOBODY}[entry]
    preview = {"preview": theirs.preview["id"]}.get(entry)
    shown = {"entity_id": entity, **({"preview_file_id": preview} if preview else {})}
    path = f"/data/playlists/{ours.playlist['id']}"
    texts = {
        refused(apart.moe.call("PUT", path, {"shots": [{"preview_file_id": None, **shown}]}), 400),
        refused(apart.moe.call("POST", f"/actions/playlists/{ours.playlist['id']}/add-entity", shown), 400),
        refused(
            apart.moe.call("POST", f"/actions/playlists/{ours.playlist['id']}/add-entities", {"entities": [shown]}), 400
        ),
        refused(
            apart.moe.call(
                "POST", "/data/playlists", {"name": "New", "project_id": ours.project["id"], "shots": [shown]}
            ),
            400,
        ),
    }
    assert len(texts) == 1
    assert apart.studio.stored(Playlist, ours.playlist["id"])["shots"] == []


def test_new_rows_go_under_nothing_of_another_production(apart: Apart) -> None:
    ours, theirs = apart.ours, apart.theirs
    project = f"/data/projects/{ours.project['id']}"
    for path, body in (
        (f"{project}/shots", {"name": "X", "sequence_id": theirs.sequence["id"]}),
        (f"{project}/scenes", {"name": "X", "sequence_id": theirs.sequence["id"]}),
        (f"{project}/sequences", {"name": "X", "episode_id": theirs.episode["id"]}),
        (f"{project}/edits", {"name": "X", "episode_id": theirs.episode["id"]}),
        (
            f"{project}/asset-types/{ours.asset['entity_type_id']}/assets/new",
            {"name": "X", "episode_id": theirs.episode["id"]},
        ),
        (f"/data/scenes/{ours.scene['id']}/shots", {"shot_id": theirs.shot["id"]}),
    ):
        told = refused(apart.moe.call("POST", path, body), 400, 404)
        key = next(key for key in body if key.endswith("_id"))
        assert refused(apart.moe.call("POST", path, {**body, key: NOBODY}), 400, 404) == told
    body = {"name": "X", "project_id": ours.project["id"], "entity_type_id": ours.shot["entity_type_id"]}
    refused(apart.moe.call("POST", "/data/entities", {**body, "parent_id": theirs.sequence["id"]}), 400)


# --- what a manager in no team sees ---


def test_a_manager_in_no_team_finds_nothing_of_any_production(apart: Apart) -> None:
    lou = apart.studio.person("Lou", role="manager")
    for path in (
        "/data/entities",
        "/data/tasks",
        "/data/projects",
        "/data/playlists",
        "/data/preview-files",
        "/data/projects/open",
        "/data/user/projects/open",
        "/data/user/context",
        "/data/projects/all",
        "/export/csv/tasks.csv",
        "/export/csv/projects.csv",
        "/data/events/last?limit=500",
        "/data/assets/with-tasks",
        "/data/milestones",
        "/data/metadata-descriptors",
        "/data/news",
        "/data/projects/news",
    ):
        answer = lou.call("GET", path)
        assert answer.status in (200, 403, 404), f"{path}: {answer}"
        assert "Ours" not in answer.text, path
        assert "Theirs" not in answer.text, path
    found = lou.post("/data/search", {"query": "Ours"}, status=200)
    assert not any(found.values())


# --- previews under comments ---


def test_previews_go_under_comments_that_one_reads_and_away_by_who_wrote_them(apart: Apart) -> None:
    under = f"/actions/tasks/{apart.ours.task['id']}/comments/{apart.ours.comment['id']}"
    preview = f"{under}/preview-files/{apart.ours.preview['id']}"
    apart.studio.link(TaskPersonLink, task_id=apart.ours.task["id"], person_id=apart.pal.id)
    refused(apart.clo.call("POST", f"{under}/add-preview", {}), 403)
    refused(apart.clo.call("POST", preview), 403)
    for by in (apart.clo, apart.pal, apart.vic):
        refused(by.call("DELETE", preview), 403)
    apart.pal.post(f"{under}/add-preview", {})
    apart.art.delete(preview)
    added = apart.art.post(f"{under}/add-preview", {})
    apart.sue.delete(f"{under}/preview-files/{added['id']}")


# --- what is of others, and what is not there ---


def test_ids_of_another_production_in_a_body_are_answered_as_those_of_nothing(apart: Apart) -> None:
    ours, theirs, moe = apart.ours, apart.theirs, apart.moe
    project = f"/data/projects/{ours.project['id']}"
    versions = [
        apart.studio.add(ProductionScheduleVersion, name="v", project_id=production.project["id"])["id"]
        for production in (ours, theirs)
    ]
    types = f"/actions/projects/{ours.project['id']}/task-types/{ours.task['task_type_id']}"
    copying = f"/actions/production-schedule-versions/{versions[0]}/set-task-links-from-production-schedule-version"

    def answers(foreign: str, method: str, path: str, body: Callable[[str], Any]) -> set[tuple[int, str]]:
        sent = [(id, moe.call(method, path.format(id=id), body(id))) for id in (foreign, NOBODY)]
        assert all(answer.status in (400, 403, 404) for _, answer in sent), sent
        return {(answer.status, answer.text.replace(id, "")) for id, answer in sent}

    asset, shot, version = theirs.asset["id"], theirs.shot["id"], versions[1]
    casting, one = f"{project}/entities/casting", {"entity_ids": [ours.shot["id"]], "nb_occurences": 1}
    entry: Callable[[str], Any] = lambda id: [{"asset_id": id, "nb_occurences": 1}]  # noqa: E731
    link: Callable[[str], Any] = lambda id: {"production_schedule_version_id": id, "task_id": ours.task["id"]}  # noqa: E731
    assert len(answers(asset, "PUT", f"{project}/entities/{ours.shot['id']}/casting", entry)) == 1
    assert len(answers(asset, "PUT", casting, lambda id: {ours.shot["id"]: entry(id)})) == 1
    assert len(answers(shot, "PUT", casting, lambda id: {id: []})) == 1
    assert len(answers(asset, "PUT", casting + "/assets/{id}", lambda id: one)) == 1
    of_ours = f"{casting}/assets/{ours.asset['id']}"
    assert len(answers(shot, "PUT", of_ours, lambda id: {"entity_ids": [id]})) == 1
    assert len(answers(shot, "POST", f"{types}/shots/create-tasks", lambda id: [id])) == 1
    assert len(answers(version, "POST", copying, lambda id: {"production_schedule_version_id": id})) == 1
    assert len(answers(version, "POST", "/data/production-schedule-version-task-links", link)) == 1


def test_what_was_lent_and_cast_is_taken_out_when_it_is_lent_no_more(apart: Apart) -> None:
    ours, lent = apart.ours, apart.theirs.asset
    path = f"/data/projects/{ours.project['id']}/entities/casting/assets/{lent['id']}"
    apart.studio.store(Entity, lent["id"], is_shared=True)
    apart.moe.put(path, {"entity_ids": [ours.shot["id"]], "nb_occurences": 1})
    apart.studio.store(Entity, lent["id"], is_shared=False)
    assert apart.moe.put(path, {"entity_ids": [ours.shot["id"]], "nb_occurences": 0}) == {ours.shot["id"]: []}
    apart.moe.put(path, {"entity_ids": [ours.shot["id"]], "nb_occurences": 1}, status=404)
