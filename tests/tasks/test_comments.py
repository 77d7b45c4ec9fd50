"""Comments: who may say what, who hears of it, what it sets off (docs/api/tasks.md)."""

from collections.abc import Callable
from typing import Any

import pytest
from studio import Member, Studio

from kitsulite.models import people
from kitsulite.models.entities import Entity, EntityLink
from kitsulite.models.people import Person
from kitsulite.models.productions import (
    Project,
    ProjectStatusAutomationLink,
    ProjectTaskStatusLink,
    ProjectTaskTypeLink,
)
from kitsulite.models.reviews import AttachmentFile, Comment, CommentPreviewLink, News, Notification, PreviewFile
from kitsulite.models.tasks import StatusAutomation, Task, TaskStatus
from kitsulite.storage import Row


class Production:
    """A shot to animate by Art; Moe manages, Sue supervises animation, Clo and Cy are clients, Vic is a vendor."""

    def __init__(self, studio: Studio) -> None:
        self.studio = studio
        self.admin = studio.person("Ada", role="admin")
        self.moe = studio.person("Moe", role="manager")
        self.sue = studio.person("Sue", role="supervisor")
        self.art = studio.person("Art")
        self.bob = studio.person("Bob")
        self.vic = studio.person("Vic", role="vendor")
        self.clo = studio.person("Clo", role="client")
        self.cy = studio.person("Cy", role="client")
        team = [self.moe, self.sue, self.art, self.bob, self.vic, self.clo, self.cy]
        self.project = studio.project("Caminandes", team=team)
        self.department = studio.department("Animation", self.sue)
        self.animation = studio.task_type("Animation", self.department)
        self.shot = studio.entity("Shot", "SH01", self.project)
        self.task = studio.task(self.shot, self.animation, assignees=[self.art])
        self.todo = self.task["task_status_id"]
        self.wip = self.status("wip", is_wip=True)
        self.done = self.status("done", is_done=True, is_artist_allowed=False, is_client_allowed=False)

    def status(self, name: str, **flags: Any) -> str:
        row = self.studio.add(TaskStatus, name=name.capitalize(), short_name=name, color="#000000", **flags)
        return row["id"]  # type: ignore[no-any-return]

    def say(
        self, who: Member, text: str = "", status: str = "", task: Row | None = None, code: int = 201, **more: Any
    ) -> Any:
        body = {"task_status_id": status or self.wip, "comment": text, **more}
        return who.post(f"/actions/tasks/{(task or self.task)['id']}/comment", body, status=code)

    def talk(self, who: Member) -> list[Row]:
        return who.get(f"/data/tasks/{self.task['id']}/comments")  # type: ignore[no-any-return]

    def told(self) -> set[tuple[str, str]]:
        """Who was notified, and of what kind of thing."""
        names = {member.id: member.row["first_name"] for member in vars(self).values() if isinstance(member, Member)}
        return {(names[row["person_id"]], row["type"]) for row in self.rows(Notification)}

    def rows(self, table: Any, *conditions: Any) -> list[Row]:
        with self.studio.tracker.db.reading():
            query = table.select().where(*conditions) if conditions else table.select()
            return self.studio.tracker.db.rows(query)

    def set_project(self, **values: Any) -> None:
        with self.studio.tracker.work() as work:
            work.update(Project, self.project["id"], **values)


@pytest.fixture
def production(studio: Studio) -> Production:
    return Production(studio)


# --- who may say what ---


def test_who_works_on_a_task_may_comment_it(production: Production) -> None:
    for who in (production.admin, production.moe, production.sue, production.art, production.clo):
        production.say(who)
    for who in (production.bob, production.vic):
        production.say(who, code=403)


def test_a_supervisor_of_another_department_may_not_comment(production: Production) -> None:
    other = production.studio.person("Sam", role="supervisor")
    production.studio.join(production.project, other)
    production.studio.department("Layout", other)
    production.say(other, code=403)


def test_the_role_in_the_team_counts_not_the_one_in_the_studio(production: Production) -> None:
    lent = production.studio.person("Lee", role="manager")
    production.studio.join(production.project, lent, role="user")
    production.say(lent, code=403)


def test_statuses_are_kept_from_artists_and_clients(production: Production) -> None:
    for who in (production.art, production.clo):
        production.say(who, status=production.done, code=403)
    production.say(production.sue, status=production.done)


def test_what_a_production_says_of_clients_counts_before_what_the_studio_says(production: Production) -> None:
    for status in (production.wip, production.done):
        production.studio.add(ProjectTaskStatusLink, project_id=production.project["id"], task_status_id=status)
    settings = f"/data/projects/{production.project['id']}/settings/task-status"

    def allow(status: str, said: bool | None) -> None:
        production.moe.put(f"{settings}/{status}", {"is_client_allowed": said})

    allow(production.done, True)
    production.say(production.clo, status=production.done)
    production.say(production.art, status=production.done, code=403)
    allow(production.wip, False)
    production.say(production.clo, status=production.wip, code=403)
    production.say(production.art, status=production.wip)
    for status in (production.wip, production.done):
        allow(status, None)
    production.say(production.clo, status=production.wip)
    production.say(production.clo, status=production.done, code=403)


def test_what_another_production_says_of_clients_does_not_count(production: Production) -> None:
    other = production.studio.project("Other")
    link = {"task_status_id": production.done, "is_client_allowed": True}
    production.studio.add(ProjectTaskStatusLink, project_id=other["id"], **link)
    production.say(production.clo, status=production.done, code=403)


def test_only_managers_speak_for_others_backdate_and_address_clients(production: Production) -> None:
    more = {"person_id": production.bob.id, "created_at": "2020-01-01 10:00:00", "for_client": True}
    plain = production.say(production.art, **more)
    assert plain["person_id"] == production.art.id
    assert not plain["for_client"]
    assert not plain["created_at"].startswith("2020")
    managed = production.say(production.moe, **more)
    assert managed["person"]["id"] == managed["person_id"] == production.bob.id
    assert managed["for_client"]
    assert managed["created_at"] == "2020-01-01T10:00:00"


def test_a_backdated_comment_is_written_and_told_of_today(production: Production) -> None:
    text = "@Bob Test look"
    said = production.say(production.moe, text, created_at="2020-01-01 10:00:00")
    assert said["created_at"] == "2020-01-01T10:00:00"
    assert said["updated_at"] > "2026"
    told = production.rows(Notification)
    assert {row["type"] for row in told} == {"comment", "mention"}
    assert all(row["created_at"] > "2026" for row in told)


@pytest.mark.parametrize(
    ("written", "stored"),
    [
        ("2020-01-05T10:00:00Z", "2020-01-05T10:00:00"),
        ("2020-01-05T10:00:00.250000+02:00", "2020-01-05T08:00:00"),
        ("2020-01-05T10:00:00.5", "2020-01-05T10:00:00"),
        ("2020-01-05", "2020-01-05T00:00:00"),
    ],
)
def test_a_date_is_read_as_programs_write_it(production: Production, written: str, stored: str) -> None:
    assert production.say(production.moe, created_at=written)["created_at"] == stored


def test_a_date_that_cannot_be_read_is_now(production: Production) -> None:
    assert production.say(production.moe, created_at="yesterday")["created_at"] > "2020"


def test_who_is_mentioned_may_talk_but_not_move_the_task(production: Production) -> None:
    production.say(production.moe, "look at this @Bob Test", status=production.todo)
    production.say(production.bob, "I do", status=production.todo)
    production.say(production.bob, "and now?", status=production.wip, code=403)
    own = production.talk(production.bob)[0]
    production.bob.put(f"/data/comments/{own['id']}", {"task_status_id": production.wip}, status=403)


def test_a_department_mentioned_in_a_reply_lets_its_people_talk(production: Production) -> None:
    production.studio.department("Light", production.bob)
    comment = production.say(production.moe, status=production.todo)
    path = f"/data/tasks/{production.task['id']}/comments/{comment['id']}/reply"
    production.moe.post(path, {"text": "ask @Light"}, status=200)
    production.say(production.bob, status=production.todo)


def test_a_mention_is_no_right_for_vendors(production: Production) -> None:
    production.say(production.moe, "@Vic Test", status=production.todo)
    production.say(production.vic, status=production.todo, code=403)


def test_the_retakes_of_a_project_can_be_limited(production: Production) -> None:
    retake = production.status("retake", is_retake=True)
    production.set_project(max_retakes=1)
    production.say(production.moe, status=retake)
    refused = production.say(production.moe, status=retake, code=400)
    assert refused["message"] == "No more retakes allowed on this task"
    assert len(production.talk(production.moe)) == 1
    with production.studio.tracker.work() as work:
        work.update(Entity, production.shot["id"], data={"max_retakes": 2})
    production.say(production.moe, status=retake)


@pytest.mark.parametrize("body", [{}, {"task_status_id": None}, {"task_status_id": "x", "links": "{"}])
def test_a_bad_comment_is_refused(production: Production, body: Row) -> None:
    production.moe.post(f"/actions/tasks/{production.task['id']}/comment", body, status=400)


# --- who hears of it ---


def test_assignees_subscribers_and_the_mentioned_are_told_once_a_kind(production: Production) -> None:
    production.studio.department("Light", production.bob)
    production.say(production.moe, "@Bob Test @Art Test and @Light")
    assert production.told() == {("Art", "comment"), ("Art", "mention"), ("Bob", "mention")}
    assert len(production.rows(Notification)) == 3


def test_nobody_is_told_of_what_they_did_nor_once_they_left(production: Production) -> None:
    with production.studio.tracker.work() as work:
        work.update(Person, production.bob.id, active=False)
    production.say(production.art, "@Art Test @Bob Test")
    assert production.told() == set()


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("@Bob Test", True),
        ("@Bob Test\n", True),
        ("hi @Bob Test !", True),
        ("@Bob Test, look", False),
        ("@Bob Test\nlook", False),
        ("@bob test", False),
        ("@Bob", False),
    ],
)
def test_a_name_counts_when_a_space_or_the_end_follows(production: Production, text: str, named: bool) -> None:
    assert production.say(production.moe, text)["mentions"] == ([production.bob.id] if named else [])


def test_editing_tells_only_who_is_newly_mentioned(production: Production) -> None:
    comment = production.say(production.moe, "@Bob Test")
    first = {row["id"] for row in production.rows(Notification, Notification.type == "mention")}
    production.moe.put(f"/data/comments/{comment['id']}", {"text": "@Bob Test @Moe Test @Sue Test"})
    mentions = production.rows(Notification, Notification.type == "mention")
    assert sorted(row["person_id"] for row in mentions) == sorted([production.bob.id, production.sue.id])
    assert first < {row["id"] for row in mentions}
    production.moe.put(f"/data/comments/{comment['id']}", {"text": "never mind"})
    assert production.rows(Notification, Notification.type == "mention") == []


def test_a_reply_tells_who_takes_part_in_the_talk(production: Production) -> None:
    comment = production.say(production.moe)
    path = f"/data/tasks/{production.task['id']}/comments/{comment['id']}/reply"
    production.sue.post(path, {"text": "yes"}, status=200)
    production.art.post(path, {"text": None}, status=200)
    replies = production.rows(Notification, Notification.type == "reply")
    told = [(row["person_id"], row["author_id"]) for row in replies]
    assert sorted(told) == sorted(
        [
            (production.moe.id, production.sue.id),
            (production.art.id, production.sue.id),
            (production.moe.id, production.art.id),
            (production.sue.id, production.art.id),
        ]
    )


def test_a_comment_is_news_but_not_about_a_concept(production: Production) -> None:
    production.say(production.moe)
    concept = production.studio.task(production.studio.entity("Concept", "Idea", production.project))
    production.say(production.moe, task=concept)
    assert [row["task_id"] for row in production.rows(News)] == [production.task["id"]]


# --- what it sets off ---


def test_a_hashtag_copies_a_comment_to_the_tasks_it_names(production: Production) -> None:
    light = production.studio.task(production.shot, "Lighting")
    layout = production.studio.task(production.shot, "Layout")
    production.say(production.moe, "for you #lighting")
    copies = production.rows(Comment, Comment.object_id != production.task["id"])
    assert [copy["object_id"] for copy in copies] == [light["id"]]
    assert copies[0]["text"] == "for you #lighting\n\n____\nFrom Animation task"
    assert copies[0]["task_status_id"] == light["task_status_id"]
    production.say(production.moe, "for everybody #all")
    assert len(production.rows(Comment, Comment.object_id == layout["id"])) == 1


def automate(production: Production, before: Row, status: str, after: Row, **values: Any) -> None:
    row = production.studio.add(
        StatusAutomation,
        entity_type="shot",
        in_task_type_id=before["task_type_id"],
        in_task_status_id=status,
        out_task_type_id=after["task_type_id"],
        **values,
    )
    production.studio.link(
        ProjectStatusAutomationLink, project_id=production.project["id"], status_automation_id=row["id"]
    )


def test_automations_that_point_at_each_other_end(production: Production) -> None:
    light = production.studio.task(production.shot, "Lighting")
    automate(production, production.task, production.wip, light, out_task_status_id=production.todo)
    automate(production, light, production.todo, production.task, out_task_status_id=production.wip)
    production.say(production.moe)
    assert len(production.rows(Comment)) == 3


def test_an_automation_never_takes_work_back_a_step(production: Production) -> None:
    light = production.studio.task(production.shot, "Lighting")
    for task, priority in ((production.task, 2), (light, 1)):
        production.studio.add(
            ProjectTaskTypeLink,
            project_id=production.project["id"],
            task_type_id=task["task_type_id"],
            priority=priority,
        )
    automate(production, production.task, production.wip, light, out_task_status_id=production.wip)
    automate(production, light, production.done, production.task, out_task_status_id=production.done)
    production.say(production.moe)
    assert production.studio.stored(Task, light["id"])["task_status_id"] == production.todo
    production.say(production.moe, status=production.done, task=light)
    assert production.studio.stored(Task, production.task["id"])["task_status_id"] == production.done
    [comment] = production.rows(Comment, Comment.task_status_id == production.done, Comment.object_id != light["id"])
    assert comment["text"] == "Change triggered by Lighting set to Done"


def test_an_automation_declares_an_asset_ready_and_counts_anew_where_it_is_cast(production: Production) -> None:
    studio = production.studio
    modeling = studio.task_type("Modeling", for_entity="Asset")
    sequence = studio.entity("Sequence", "SQ01", production.project)
    shot = studio.entity("Shot", "SH02", production.project, sequence)
    task = studio.task(shot, production.animation)
    asset = studio.entity("Prop", "Lamp", production.project)
    work = studio.task(asset, modeling)
    studio.add(EntityLink, entity_in_id=shot["id"], entity_out_id=asset["id"])
    studio.add(
        ProjectTaskTypeLink,
        project_id=production.project["id"],
        task_type_id=production.animation["id"],
        priority=1,
    )
    row = studio.add(
        StatusAutomation,
        in_task_type_id=modeling["id"],
        in_task_status_id=production.done,
        out_field_type="ready_for",
        out_task_type_id=production.animation["id"],
    )
    studio.link(ProjectStatusAutomationLink, project_id=production.project["id"], status_automation_id=row["id"])
    production.say(production.moe, status=production.done, task=work)
    assert studio.stored(Entity, asset["id"])["ready_for"] == production.animation["id"]
    assert studio.stored(Task, task["id"])["nb_assets_ready"] == 1


# --- what clients see ---


def test_a_client_does_not_learn_who_in_the_studio_speaks(production: Production) -> None:
    comment = production.say(production.moe, "for you", for_client=True)
    production.moe.put(f"/data/comments/{comment['id']}", {"text": "for you!"})
    [seen] = production.talk(production.clo)
    assert seen["text"] == "for you!"
    assert seen["person"] is None
    assert seen["editor"] is None
    assert seen["editor_id"] is None
    assert production.clo.get(f"/data/comments/{comment['id']}")["person"] is None


def test_clients_read_what_is_for_them_and_what_clients_say(production: Production) -> None:
    production.say(production.moe, "between us")
    theirs = production.say(production.cy, "nice", status=production.wip)
    assert [row["text"] for row in production.talk(production.clo)] == ["nice"]
    assert [row["text"] for row in production.talk(production.art)] == ["between us"]
    production.set_project(is_clients_isolated=True)
    assert production.talk(production.clo) == []
    production.clo.get(f"/data/comments/{theirs['id']}", status=403)
    assert [row["text"] for row in production.talk(production.cy)] == ["nice"]


def test_of_a_comment_with_a_revision_a_client_sees_the_revision_only(production: Production) -> None:
    comment = production.say(production.moe, "hm", checklist=[{"text": "eyes"}])
    for position, verdict in enumerate(("neutral", "rejected"), start=1):
        preview = production.studio.add(
            PreviewFile, task_id=production.task["id"], position=position, validation_status=verdict, name=verdict
        )
        production.studio.link(CommentPreviewLink, comment=comment["id"], preview_file=preview["id"])
    [seen] = production.talk(production.clo)
    assert (seen["text"], seen["checklist"]) == ("", [])
    assert [preview["validation_status"] for preview in seen["previews"]] == ["neutral"]
    assert len(production.talk(production.moe)[0]["previews"]) == 2


# --- changing and taking back ---


def test_others_may_tick_boxes_but_not_rewrite_them(production: Production) -> None:
    boxes = [{"text": "eyes", "checked": False}, {"text": "nose", "checked": False}]
    path = f"/data/comments/{production.say(production.moe, checklist=boxes)['id']}"
    ticked = [{"text": "eyes", "checked": True}, boxes[1]]
    production.art.put(path, {"checklist": ticked})
    production.sue.put(path, {"checklist": boxes})
    production.bob.put(path, {"checklist": ticked}, status=403)
    production.art.put(path, {"checklist": [{"text": "ears", "checked": True}, boxes[1]]}, status=403)
    production.art.put(path, {"checklist": ticked[:1]}, status=403)
    production.art.put(path, {"text": "mine"}, status=403)


def test_pinning_is_for_supervisors(production: Production) -> None:
    path = f"/data/comments/{production.say(production.art)['id']}"
    production.art.put(path, {"pinned": True}, status=403)
    assert production.sue.put(path, {"pinned": True})["pinned"]


def test_a_comment_can_be_sent_back_as_it_was_read(production: Production) -> None:
    comment = production.say(production.moe, "hello @Bob Test")
    production.art.post(f"/data/tasks/{production.task['id']}/comments/{comment['id']}/reply", {}, status=200)
    read = production.moe.get(f"/data/comments/{comment['id']}")
    production.moe.put(f"/data/comments/{comment['id']}", read)
    assert production.moe.get(f"/data/comments/{comment['id']}")["mentions"] == read["mentions"]
    [reply] = production.studio.stored(Comment, comment["id"])["replies"]
    assert "person" not in reply


def test_authors_and_managers_take_comments_back(production: Production) -> None:
    task, other = production.task["id"], production.studio.task(production.shot, "Layout")["id"]
    comment = production.say(production.art, "@Bob Test")
    production.sue.delete(f"/data/tasks/{task}/comments/{comment['id']}", status=403)
    production.art.delete(f"/data/tasks/{other}/comments/{comment['id']}", status=404)
    production.art.delete(f"/data/tasks/{task}/comments/{comment['id']}")
    assert production.rows(News) == production.rows(Notification) == production.rows(Comment) == []
    production.moe.delete(f"/data/comments/{production.say(production.art)['id']}")


def test_a_comment_moves_to_another_task_of_its_entity(production: Production) -> None:
    layout = production.studio.task(production.shot, "Layout", assignees=[production.bob])
    elsewhere = production.studio.task(production.studio.entity("Shot", "SH02", production.project))
    comment = production.say(production.moe)
    path = f"/actions/tasks/{production.task['id']}/comments/{comment['id']}/move"
    production.art.post(path, {"target_task_id": layout["id"]}, status=403)
    production.moe.post(path, {"target_task_id": elsewhere["id"]}, status=400)
    moved = production.moe.post(path, {"target_task_id": layout["id"]}, status=200)
    assert moved["object_id"] == layout["id"]
    assert production.studio.stored(Task, production.task["id"])["task_status_id"] == production.todo
    assert production.studio.stored(Task, layout["id"])["task_status_id"] == production.wip
    assert production.told() == {("Bob", "comment")}
    assert [row["task_id"] for row in production.rows(News)] == [layout["id"]]


def test_taking_note_is_a_switch(production: Production) -> None:
    comment = production.say(production.moe)
    path = f"/data/tasks/{production.task['id']}/comments/{comment['id']}/ack"
    assert production.art.post(path, status=200)["acknowledgements"] == [production.art.id]
    assert production.art.post(path, status=200)["acknowledgements"] == []


def test_a_reply_is_taken_back_by_its_author(production: Production) -> None:
    comment = production.say(production.moe)
    path = f"/data/tasks/{production.task['id']}/comments/{comment['id']}/reply"
    reply = production.art.post(path, {"text": "ok"}, status=200)
    production.moe.delete(f"{path}/{reply['id']}", status=403)
    assert production.art.delete(f"{path}/{reply['id']}", status=200)["replies"] == []
    assert production.rows(Notification, Notification.type == "reply") == []


def test_clients_do_not_answer_the_clients_of_another_studio(production: Production) -> None:
    comment = production.say(production.cy, "hm", status=production.wip)
    path = f"/data/tasks/{production.task['id']}/comments/{comment['id']}/reply"
    production.clo.post(path, {"text": "indeed"}, status=200)
    other = production.studio.add(people.Studio, name="Other", color="#000000")
    with production.studio.tracker.work() as work:
        work.update(Person, production.cy.id, studio_id=other["id"])
    production.clo.post(path, {"text": "indeed"}, status=403)


# --- several at once ---


def test_several_tasks_are_commented_all_or_none(production: Production) -> None:
    layout = production.studio.task(production.shot, "Layout", assignees=[production.art])
    path = f"/actions/projects/{production.project['id']}/tasks/comment-many"
    assert production.moe.form(path, {"comment": "x"}, {}).status == 400
    items = [
        {"object_id": production.task["id"], "task_status_id": production.wip, "comment": "a"},
        {"object_id": layout["id"], "task_status_id": production.done, "comment": "b"},
        {"object_id": layout["id"]},
    ]
    production.art.post(path, items, status=403)
    assert production.rows(Comment) == []
    assert len(production.moe.post(path, items)) == 2
    assert production.bob.post(path, items) == []


def test_no_more_are_commented_at_once_than_others_can_wait_for(production: Production) -> None:
    path = f"/actions/projects/{production.project['id']}/tasks/comment-many"
    item = {"object_id": production.task["id"], "task_status_id": production.wip, "comment": "a"}
    told = production.moe.post(path, [item] * 1001, status=400)
    assert "1000" in told["message"]
    items = ",".join([f'{{"text": "a", "task_status_id": "{production.wip}"}}'] * 1001)
    batch = f"/actions/tasks/{production.task['id']}/batch-comment"
    production.moe.send_form(batch, {"comments": f"[{items}]"}, {}, status=400)
    assert production.rows(Comment) == []


def test_tasks_of_another_project_are_not_commented_along(production: Production) -> None:
    other = production.studio.task(production.studio.entity("Shot", "SH01", production.studio.project("Other")))
    path = f"/actions/projects/{production.project['id']}/tasks/comment-many"
    item = {"object_id": other["id"], "task_status_id": production.wip, "comment": "a"}
    production.moe.post(path, [item], status=404)


def test_a_batch_gives_each_comment_its_own_files(production: Production) -> None:
    items = ",".join(f'{{"text": "{n}", "task_status_id": "{production.wip}"}}' for n in range(11))
    files = {f"attachment_file-{n}-1": (f"{n}.txt", b"x", "text/plain") for n in (1, 10)}
    path = f"/actions/tasks/{production.task['id']}/batch-comment"
    made = production.art.send_form(path, {"comments": f"[{items}]"}, files)
    names = {row["text"]: [file["name"] for file in row["attachment_files"]] for row in made}
    assert names["1"] == ["1.txt"]
    assert names["10"] == ["10.txt"]
    assert names["0"] == []


@pytest.mark.parametrize("comments", ["", "[", "{}", '["x"]', '[{"text": "x"}]'])
def test_a_bad_batch_is_refused(production: Production, comments: str) -> None:
    path = f"/actions/tasks/{production.task['id']}/batch-comment"
    production.moe.send_form(path, {"comments": comments} if comments else {}, {}, status=400)


# --- files ---


@pytest.fixture
def attach(production: Production) -> Callable[..., Row]:
    def post(name: str = "notes.txt", data: bytes = b"hello", kind: str = "text/plain", **fields: str) -> Row:
        path = f"/actions/tasks/{production.task['id']}/comment"
        fields = {"task_status_id": production.wip, **fields}
        return production.moe.send_form(path, fields, {"file": (name, data, kind)})  # type: ignore[no-any-return]

    return post


def test_a_file_is_kept_with_its_comment(production: Production, attach: Callable[..., Row]) -> None:
    comment = attach(links='["https://a.test"]', comment="see")
    [file] = comment["attachment_files"]
    assert (file["name"], file["extension"], file["size"]) == ("notes.txt", "txt", 5)
    assert comment["links"] == ["https://a.test"]
    answer = production.art.call("GET", f"/data/attachment-files/{file['id']}/file/notes.txt")
    assert answer.content == b"hello"
    assert answer.headers["content-type"].startswith("text/plain")
    assert answer.headers["content-disposition"].startswith("attachment")
    assert answer.headers["cache-control"] == "max-age=604800, private"


def test_a_link_may_come_as_it_is(attach: Callable[..., Row]) -> None:
    assert attach(links="https://a.test")["links"] == ["https://a.test"]


def test_a_long_extension_is_cut(attach: Callable[..., Row]) -> None:
    assert attach("scene.blender-backup")["attachment_files"][0]["extension"] == "blende"


def test_pictures_are_shown_and_drawings_with_scripts_are_not(
    production: Production, attach: Callable[..., Row]
) -> None:
    for kind, disposition in (("image/png", "inline"), ("image/svg+xml", "attachment")):
        [file] = attach(kind=kind)["attachment_files"]
        answer = production.moe.call("GET", f"/data/attachment-files/{file['id']}/file/x")
        assert answer.headers["content-disposition"].startswith(disposition)


def test_a_file_is_sent_in_part_and_not_twice(production: Production, attach: Callable[..., Row]) -> None:
    [file] = attach()["attachment_files"]
    path = f"/data/attachment-files/{file['id']}/file/x"
    for wanted, content, status in (("1-2", b"el", 206), ("-2", b"lo", 206), ("3-", b"lo", 206)):
        answer = production.moe.call("GET", path, headers={"Range": f"bytes={wanted}"})
        assert (answer.content, answer.status) == (content, status)
    for wanted in ("9-", "0-1,3-4", "x"):
        answer = production.moe.call("GET", path, headers={"Range": f"bytes={wanted}"})
        assert (answer.status, answer.json["error"], answer.headers["content-range"]) == (416, True, "bytes */5")
    tag = production.moe.call("GET", path).headers["etag"]
    assert production.moe.call("GET", path, headers={"If-None-Match": tag}).status == 304


def test_a_client_cannot_fetch_what_is_said_among_the_studio(
    production: Production, attach: Callable[..., Row]
) -> None:
    [file] = attach()["attachment_files"]
    production.clo.get(f"/data/attachment-files/{file['id']}/file/x", status=403)
    production.clo.get(f"/data/attachment-files/{file['id']}", status=403)


def test_a_file_that_is_not_whole_is_not_sent(production: Production, attach: Callable[..., Row]) -> None:
    [file] = attach()["attachment_files"]
    production.studio.tracker.files.delete(f"attachments-{file['id']}")
    production.moe.get(f"/data/attachment-files/{file['id']}/file/x", status=404)


def test_no_file_is_left_behind_by_a_comment_that_failed(production: Production) -> None:
    path = f"/actions/tasks/{production.task['id']}/batch-comment"
    wip = production.wip
    retake = production.status("retake", is_retake=True)
    production.set_project(max_retakes=1)
    items = ",".join(f'{{"text": "", "task_status_id": "{status}"}}' for status in (wip, retake, retake))
    production.moe.send_form(
        path, {"comments": f"[{items}]"}, {"attachment_file-0-1": ("a", b"x", "text/plain")}, status=400
    )
    assert production.rows(AttachmentFile) == []
    assert list(production.studio.tracker.files.list()) == []


def test_attachments_are_added_and_removed_by_the_author(production: Production) -> None:
    comment = production.say(production.art)
    base = f"/tasks/{production.task['id']}/comments/{comment['id']}"
    files = {"file": ("a.txt", b"a", "text/plain"), "file-1": ("b.txt", b"b", "text/plain")}
    production.sue.send_form(f"/actions{base}/add-attachment", {}, files, status=403)
    added = production.art.send_form(f"/actions{base}/add-attachment", {}, files)
    assert {file["name"] for file in added} == {"a.txt", "b.txt"}
    production.sue.delete(f"/data{base}/attachments/{added[0]['id']}", status=403)
    production.art.delete(f"/data{base}/attachments/{added[0]['id']}")
    assert [row["id"] for row in production.admin.get(f"/data/tasks/{production.task['id']}/attachment-files")] == [
        added[1]["id"]
    ]


def test_what_is_no_comment_among_many_is_refused(production: Production) -> None:
    path = f"/actions/projects/{production.project['id']}/tasks/comment-many"
    item = {"object_id": production.task["id"], "task_status_id": production.wip, "comment": "a"}
    for wrong in ({"comment": 3}, {"links": "https://a.test"}, {"task_status_id": []}):
        production.moe.post(path, [{**item, **wrong}], status=400)
    production.moe.post(path, {"a": 1}, status=400)
    assert production.moe.post(path, [{"object_id": production.task["id"]}, "what"]) == []
