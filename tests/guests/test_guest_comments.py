"""What guests say, draw and send (docs/api/playlists.md)."""

from collections.abc import Callable
from typing import Any

import pytest
from declared import told
from sharing import Browser, Sharing
from studio import NOBODY, Answered, Studio, Visitor

from kitsulite.app import tables
from kitsulite.models.productions import ProjectTaskStatusLink, ProjectTaskTypeLink
from kitsulite.models.reviews import AttachmentFile, Comment, News, Notification, PreviewFile
from kitsulite.models.tasks import StatusAutomation, Task
from kitsulite.storage import Row

FORBIDDEN = {"error": "Forbidden"}
NOT_FOUND = {"error": "Comment not found"}


@pytest.fixture
def sharing(studio: Studio) -> Sharing:
    return Sharing(studio)


def own(sharing: Sharing, comment: Row, path: str = "") -> str:
    return sharing.at(f"/comments/{comment['id']}{path}")


# --- saying ---


def test_a_guest_comments_and_moves_the_task(sharing: Sharing) -> None:
    sharing.art.post(f"/actions/user/tasks/{sharing.animating['id']}/subscribe", {})
    said = sharing.say(checklist=[{"text": "Ears", "checked": False}])
    assert said == said | {
        "text": "Lovely",
        "checklist": [{"text": "Ears", "checked": False}],
        "person_id": sharing.guest["id"],
        "object_id": sharing.animating["id"],
        "task_status_id": sharing.approved["id"],
        "for_client": False,
        "attachment_files": [],
    }
    assert said["person"]["first_name"] == "Gil"
    assert sharing.studio.row(Task, sharing.animating["id"])["task_status_id"] == sharing.approved["id"]
    db = sharing.studio.tracker.db
    with db.reading():
        assert db.values(News.select(News.author_id).where(News.comment_id == said["id"])) == [sharing.guest["id"]]
        told = db.tuples(Notification.select(Notification.person_id, Notification.author_id))
    assert told == [(sharing.art.id, sharing.guest["id"])]
    [changed] = sharing.events("task:status-changed")
    assert changed["data"]["person_id"] == sharing.guest["id"]
    assert changed["user_id"] is None


def test_the_studio_hears_guests_as_it_hears_clients(sharing: Sharing) -> None:
    sharing.say()
    path = f"/data/tasks/{sharing.animating['id']}/comments"
    assert [comment["person"]["first_name"] for comment in sharing.moe.get(path)] == ["Gil"]
    assert sharing.art.get(path) == []


def test_a_guest_is_told_what_is_wrong_in_this_order(sharing: Sharing) -> None:
    path = sharing.at("/comments")
    foreign = sharing.enter("Foe", sharing.share())
    for guest_id in (foreign["id"], sharing.moe.id, NOBODY):
        refused = sharing.stranger.post(path, sharing.body(guest_id=guest_id, task_id=NOBODY), status=403)
        assert refused == {"error": "Guest not part of this shared playlist"}
    for task in (sharing.lighting_it["id"], sharing.others_task["id"], NOBODY):
        refused = sharing.stranger.post(path, sharing.body(task_id=task, task_status_id=NOBODY), status=403)
        assert refused == {"error": "Task not part of this shared playlist"}
    refused = sharing.stranger.post(path, sharing.body(task_status_id=NOBODY), status=400)
    assert refused == {"error": "Task status not found"}
    refused = sharing.stranger.post(path, sharing.body(task_status_id=sharing.internal["id"]), status=400)
    assert refused == {"error": "Task status not allowed for guests"}
    for missing in ("guest_id", "task_id", "task_status_id"):
        body = {key: value for key, value in sharing.body().items() if key != missing}
        refused = sharing.stranger.post(path, body, status=400)
        assert [error["field"] for error in refused["data"]["errors"]] == [missing]
    sharing.stranger.post(path, sharing.body(text=3), status=400)
    assert sharing.heard() == []


def test_guests_set_the_statuses_that_the_production_gives_to_clients(sharing: Sharing) -> None:
    said = sharing.say()
    for status, allowed in ((sharing.approved, False), (sharing.internal, True)):
        link = {"project_id": sharing.project["id"], "task_status_id": status["id"], "is_client_allowed": allowed}
        sharing.studio.add(ProjectTaskStatusLink, **link)
    refused = sharing.stranger.post(sharing.at("/comments"), sharing.body(), status=400)
    assert refused == {"error": "Task status not allowed for guests"}
    assert sharing.say(task_status_id=sharing.internal["id"])["task_status_id"] == sharing.internal["id"]
    sharing.stranger.put(own(sharing, said), sharing.body(), status=403)
    changed = sharing.stranger.put(own(sharing, said), sharing.body(task_status_id=sharing.internal["id"]))
    assert changed["task_status_id"] == sharing.internal["id"]


def test_text_and_checklist_may_be_missing(sharing: Sharing) -> None:
    said = sharing.say(text=None, checklist=None)
    assert (said["text"], said["checklist"]) == ("", [])


def test_a_link_that_takes_no_comments_takes_nothing(sharing: Sharing) -> None:
    said = sharing.say()
    path = own(sharing, said)
    sharing.change(sharing.link, can_comment=False)
    disabled = {"error": "Comments are disabled for this link"}
    stranger = sharing.stranger
    assert stranger.post(sharing.at("/comments"), {}, status=403) == disabled
    assert stranger.put(path, sharing.body(text="No"), status=403) == disabled
    assert stranger.delete(path, {"guest_id": sharing.guest["id"]}, status=403) == disabled
    assert sharing.send(f"{path}/attachments", guest_id=sharing.guest["id"]).json == disabled
    assert stranger.delete(f"{path}/attachments/{NOBODY}", status=403) == disabled
    assert stranger.put(sharing.at("/annotations"), {}, status=403) == {"error": "Annotations are disabled"}
    assert sharing.heard() == ["Lovely"]
    sharing.enter("Ann")


def test_hashtags_of_guests_lead_nowhere(sharing: Sharing) -> None:
    sharing.say(text="#lighting #all see here")
    assert sharing.moe.get(f"/data/tasks/{sharing.lighting_it['id']}/comments") == []


def test_what_a_guest_says_sets_off_automations(sharing: Sharing) -> None:
    """Which may bring the last revision along, in nobody's name."""
    automation = sharing.studio.add(
        StatusAutomation,
        entity_type="shot",
        in_task_type_id=sharing.animation["id"],
        in_task_status_id=sharing.approved["id"],
        out_field_type="status",
        out_task_type_id=sharing.lighting["id"],
        out_task_status_id=sharing.internal["id"],
        import_last_revision=True,
    )
    with sharing.studio.tracker.work() as work:
        for task_type, priority in ((sharing.animation, 1), (sharing.lighting, 2)):
            work.db.run(
                ProjectTaskTypeLink.update(priority=priority).where(ProjectTaskTypeLink.task_type_id == task_type["id"])
            )
    sharing.moe.post(
        f"/data/projects/{sharing.project['id']}/settings/status-automations",
        {"status_automation_id": automation["id"]},
    )
    sharing.say()
    lit = sharing.studio.row(Task, sharing.lighting_it["id"])
    assert lit["task_status_id"] == sharing.internal["id"]
    [made] = sharing.moe.get(f"/data/tasks/{sharing.lighting_it['id']}/comments")
    assert made["person_id"] == sharing.guest["id"]
    assert [sharing.studio.row(PreviewFile, preview["id"])["person_id"] for preview in made["previews"]] == [None, None]


# --- proving who one is ---


def acts(sharing: Sharing) -> dict[str, Callable[[Visitor], Answered]]:
    """All that is done in the name of the guest, on a comment of theirs with a file."""
    said = sharing.say()
    [file] = attached(sharing, said, ("a.png", b"abc", "image/png"))
    by, drawn = {"guest_id": sharing.guest["id"]}, {"preview_file_id": sharing.shown["id"], "additions": []}
    path = own(sharing, said)
    form = b'--edge\r\nContent-Disposition: form-data; name="f"; filename="a.png"\r\n\r\nabc\r\n--edge--\r\n'
    edge = {"Content-Type": "multipart/form-data; boundary=edge"}
    return {
        "say": lambda visitor: visitor.call("POST", sharing.at("/comments"), sharing.body()),
        "change": lambda visitor: visitor.call("PUT", path, {**by, "text": "No"}),
        "attach": lambda visitor: visitor.call(
            "POST", f"{path}/attachments?guest_id={by['guest_id']}", form, headers=edge
        ),
        "draw": lambda visitor: visitor.call("PUT", sharing.at("/annotations"), {**by, **drawn}),
        "detach": lambda visitor: visitor.call("DELETE", f"{path}/attachments/{file['id']}", by),
        "take back": lambda visitor: visitor.call("DELETE", path, by),
    }


def test_nobody_acts_as_a_guest_whose_cookie_they_do_not_have(sharing: Sharing) -> None:
    """The id of a guest stands beside all that they say."""
    done = acts(sharing)
    thief, forger = Browser(sharing.studio.app), Browser(sharing.studio.app)
    other = thief.post(sharing.at("/guest"), {"first_name": "Eve"})
    theirs = thief.proofs[f"guest_{other['id']}"]
    forger.proofs = {f"guest_{sharing.guest['id']}": theirs}
    forged = Browser(sharing.studio.app)
    forged.proofs = {
        f"guest_{sharing.guest['id']}": sharing.stranger.proofs[f"guest_{sharing.guest['id']}"][:-2] + "xx"
    }
    for name, act in done.items():
        for visitor in (sharing.studio.stranger, thief, forger, forged):
            assert act(visitor).status == 403, name
    for name, act in done.items():
        assert act(sharing.stranger).status in (200, 201, 204), name


def test_every_route_that_takes_a_guest_is_tried_with_another() -> None:
    """A new one belongs among `acts`."""
    taking = {
        (route.method, route.path.removeprefix("/shared/playlists/{token}"))
        for table in tables()
        for route in table.routes
        if "guest_id" in told(route)
    }
    assert taking == {
        ("POST", "/guest"),
        ("POST", "/comments"),
        ("PUT", "/comments/{comment_id}"),
        ("POST", "/comments/{comment_id}/attachments"),
        ("PUT", "/annotations"),
        ("DELETE", "/comments/{comment_id}/attachments/{attachment_file_id}"),
        ("DELETE", "/comments/{comment_id}"),
    }


# --- reading ---


def test_guests_read_what_is_for_clients_and_what_guests_say(sharing: Sharing) -> None:
    sharing.say(text="first")
    task = f"/actions/tasks/{sharing.animating['id']}/comment"
    status = {"task_status_id": sharing.approved["id"]}
    sharing.moe.post(task, {**status, "comment": "among us"})
    sharing.clo.post(task, {**status, "comment": "by a client"})
    sharing.moe.post(task, {**status, "comment": "for clients", "for_client": True})
    sharing.stranger.post(sharing.at("/comments"), sharing.body(text="last"))
    lit = f"/actions/tasks/{sharing.lighting_it['id']}/comment"
    sharing.moe.post(lit, {**status, "comment": "elsewhere", "for_client": True})
    assert sharing.heard() == ["last", "for clients", "first"]


def test_a_comment_tells_who_and_which_status_and_keeps_replies_back(sharing: Sharing) -> None:
    said = sharing.say()
    sent = sharing.send(
        own(sharing, said, "/attachments"), ("a.png", b"abc", "image/png"), guest_id=sharing.guest["id"]
    )
    reply = f"/data/tasks/{sharing.animating['id']}/comments/{said['id']}/reply"
    sharing.moe.send_form(reply, {"text": "Never"}, {"file": ("no.txt", b"no", "text/plain")}, status=200)
    [heard] = sharing.stranger.get(sharing.at("/comments"))
    assert heard["person"] == {
        "id": sharing.guest["id"],
        "first_name": "Gil",
        "last_name": "",
        "full_name": "Gil",
        "has_avatar": False,
        "role": "client",
        "is_guest": True,
    }
    assert heard["task_status"] == {
        "id": sharing.approved["id"],
        "name": "Approved",
        "short_name": "ok",
        "color": "#00ff00",
    }
    assert heard["replies"] == []
    assert heard["attachment_files"] == sent.json["attachment_files"]
    assert "editor" not in heard
    changed = sharing.stranger.put(own(sharing, said), sharing.body(text="Better"))
    assert changed["replies"] == []
    [heard] = sharing.stranger.get(sharing.at("/comments"))
    assert heard["editor"] == {
        "id": sharing.guest["id"],
        "first_name": "Gil",
        "last_name": "",
        "has_avatar": False,
        "role": "client",
    }


# --- changing ---


def test_a_guest_changes_what_they_said(sharing: Sharing) -> None:
    said = sharing.say()
    body = {"guest_id": sharing.guest["id"], "text": "Nearly", "checklist": [{"text": "Ears"}]}
    changed = sharing.stranger.put(own(sharing, said), body)
    assert (changed["text"], changed["checklist"]) == ("Nearly", [{"text": "Ears"}])
    assert (changed["editor_id"], changed["attachment_files"]) == (sharing.guest["id"], [])
    assert not sharing.events("task:status-changed")[1:]
    nothing = {"guest_id": sharing.guest["id"], "text": None, "checklist": None, "task_status_id": None}
    unchanged = sharing.stranger.put(own(sharing, said), nothing)
    assert (unchanged["text"], unchanged["task_status_id"]) == ("Nearly", sharing.approved["id"])
    assert sharing.events("comment:update")[0]["data"] == {
        "comment_id": said["id"],
        "task_id": sharing.animating["id"],
        "project_id": sharing.project["id"],
    }


def test_a_guests_checklist_holds_items_and_nothing_else(sharing: Sharing) -> None:
    said = sharing.say()
    task = {"task_id": sharing.animating["id"], "task_status_id": sharing.approved["id"]}
    for checklist in ([1], ["x"], [{"text": "Ears", "checked": {"a": 1}}]):
        body = {"guest_id": sharing.guest["id"], "text": "x", "checklist": checklist}
        sharing.stranger.post(sharing.at("/comments"), {**body, **task}, status=400)
        sharing.stranger.put(own(sharing, said), body, status=400)


def test_a_changed_status_moves_the_task(sharing: Sharing) -> None:
    said = sharing.say()
    todo = sharing.animating["task_status_id"]
    sharing.stranger.put(own(sharing, said), {"guest_id": sharing.guest["id"], "task_status_id": todo})
    assert sharing.studio.row(Task, sharing.animating["id"])["task_status_id"] == todo
    changed = sharing.events("task:status-changed")[0]["data"]
    assert changed["person_id"] == sharing.guest["id"]
    assert changed["previous_task_status_id"] == sharing.approved["id"]
    for status in (sharing.internal["id"], NOBODY):
        refused = sharing.stranger.put(
            own(sharing, said), {"guest_id": sharing.guest["id"], "task_status_id": status}, status=403
        )
        assert refused == FORBIDDEN


def test_a_guest_takes_back_what_they_said(sharing: Sharing) -> None:
    said = sharing.say()
    by = {"guest_id": sharing.guest["id"]}
    sharing.stranger.delete(own(sharing, said), by)
    assert sharing.stranger.delete(own(sharing, said), by, status=404) == NOT_FOUND
    assert sharing.studio.row(Task, sharing.animating["id"])["task_status_id"] == sharing.animating["task_status_id"]
    assert sharing.events("comment:delete")[0]["data"]["comment_id"] == said["id"]
    again = sharing.say()
    sharing.stranger.delete(f"{own(sharing, again)}?guest_id={sharing.guest['id']}")
    assert sharing.heard() == []


def test_nobody_touches_what_another_said(sharing: Sharing) -> None:
    said = sharing.say()
    task = f"/actions/tasks/{sharing.animating['id']}/comment"
    status = {"task_status_id": sharing.approved["id"]}
    internal = sharing.moe.post(task, {**status, "comment": "among us"})
    [file] = sharing.send(
        own(sharing, said, "/attachments"), ("a.png", b"abc", "image/png"), guest_id=sharing.guest["id"]
    ).json["attachment_files"]
    other, foreign = sharing.enter("Other"), sharing.enter("Foe", sharing.share())
    attempts: list[tuple[str, Row]] = [(id, said) for id in (other["id"], foreign["id"], sharing.moe.id, NOBODY)]
    attempts += [(sharing.guest["id"], internal), (sharing.moe.id, internal)]
    for guest_id, comment in attempts:
        by = {"guest_id": guest_id}
        path = own(sharing, comment)
        assert sharing.stranger.put(path, {**by, "text": "mine"}, status=403) == FORBIDDEN
        assert sharing.stranger.delete(path, by, status=403) == FORBIDDEN
        refused = sharing.send(f"{path}/attachments", ("b.png", b"abc", "image/png"), **by)
        assert (refused.status, refused.json) == (403, FORBIDDEN)
        assert sharing.stranger.delete(f"{path}/attachments/{file['id']}", by, status=403) == FORBIDDEN
    for unknown in (NOBODY, "x"):
        path, by = sharing.at(f"/comments/{unknown}"), {"guest_id": sharing.guest["id"]}
        assert sharing.stranger.put(path, {**by, "text": "mine"}, status=404) == NOT_FOUND
        assert sharing.stranger.delete(path, by, status=404) == NOT_FOUND
        assert sharing.stranger.put(path, {"guest_id": NOBODY}, status=403) == FORBIDDEN
    assert sharing.studio.row(Comment, said["id"])["text"] == "Lovely"
    assert sharing.studio.row(Comment, internal["id"])["text"] == "among us"


def test_a_guest_loses_hold_of_a_comment_when_its_task_is_no_longer_shown(sharing: Sharing) -> None:
    said = sharing.say()
    shots = [{"entity_id": sharing.other["id"], "preview_file_id": sharing.foreign["id"]}]
    sharing.moe.put(f"/data/playlists/{sharing.shared_playlist['id']}", {"shots": shots})
    by = {"guest_id": sharing.guest["id"]}
    assert sharing.stranger.put(own(sharing, said), {**by, "text": "mine"}, status=403) == FORBIDDEN
    assert sharing.stranger.delete(own(sharing, said), by, status=403) == FORBIDDEN
    assert sharing.heard() == []


# --- files ---


def attached(sharing: Sharing, said: Row, *files: tuple[str, bytes, str]) -> list[Row]:
    """The files of a comment after some were added."""
    answer = sharing.send(own(sharing, said, "/attachments"), *files, guest_id=sharing.guest["id"])
    assert answer.status == 201, answer
    return sorted(answer.json["attachment_files"], key=lambda file: str(file["name"]))


def test_files_come_with_a_comment_and_are_read_by_all_guests(sharing: Sharing) -> None:
    said = sharing.say()
    page, picture = attached(
        sharing, said, ("page.html", b"<script>", "text/html"), ("pic.png", b"\x89PNG", "image/png")
    )
    assert picture == {"id": picture["id"], "name": "pic.png", "extension": "png", "size": 4}
    for file, kind, content in ((page, "attachment", b"<script>"), (picture, "inline", b"\x89PNG")):
        answer = sharing.stranger.call("GET", sharing.at(f"/attachment-files/{file['id']}/file/whatever"))
        assert answer.content == content
        assert answer.headers["cache-control"] == "no-cache"
        assert answer.headers["content-disposition"].startswith(kind)


def test_a_large_file_of_a_guest_is_taken_a_strangers_is_not_even_read(sharing: Sharing) -> None:
    said = sharing.say()
    large = b"x" * (3 * 1024 * 1024)
    [file] = attached(sharing, said, ("large.zip", large, "application/zip"))
    assert file["size"] == len(large)
    nowhere = sharing.send(
        f"/shared/playlists/{NOBODY}/comments/{said['id']}/attachments", ("a.zip", large, "application/zip")
    )
    assert nowhere.status == 404


def test_files_without_a_guest_are_refused(sharing: Sharing) -> None:
    path = own(sharing, sharing.say(), "/attachments")
    for fields in ({}, {"guest_id": ""}, {"guest_id": "x"}):
        answer = sharing.send(path, ("a.png", b"abc", "image/png"), **fields)
        assert (answer.status, answer.json) == (403, FORBIDDEN)
    assert sharing.send(f"{path}?guest_id={sharing.guest['id']}", ("a.png", b"abc", "image/png")).status == 201


def test_a_guest_takes_files_away_again_but_only_those_of_the_comment(sharing: Sharing) -> None:
    first, second = sharing.say(), sharing.say()
    [file] = attached(sharing, first, ("a.png", b"abc", "image/png"))
    by = {"guest_id": sharing.guest["id"]}
    for comment, id in ((second, file["id"]), (first, NOBODY), (first, "x")):
        refused = sharing.stranger.delete(own(sharing, comment, f"/attachments/{id}"), by, status=404)
        assert refused == NOT_FOUND
    sharing.stranger.delete(own(sharing, first, f"/attachments/{file['id']}"), by)
    sharing.stranger.get(sharing.at(f"/attachment-files/{file['id']}/file/a.png"), status=404)


def test_files_of_the_studio_stay_there(sharing: Sharing) -> None:
    task = f"/actions/tasks/{sharing.animating['id']}/comment"
    file = {"file": ("secret.png", b"secret", "image/png")}
    fields = {"task_status_id": sharing.approved["id"], "comment": "see"}
    internal = sharing.moe.send_form(task, fields, file)
    shown = sharing.moe.send_form(task, {**fields, "for_client": "true"}, file)
    said = sharing.say()
    reply = f"/data/tasks/{sharing.animating['id']}/comments/{said['id']}/reply"
    replied = sharing.moe.send_form(reply, {"text": "Never"}, file, status=200)
    lit = sharing.moe.send_form(
        f"/actions/tasks/{sharing.lighting_it['id']}/comment", {**fields, "for_client": "true"}, file
    )

    def fetch(files: list[Row], status: int) -> Any:
        path = sharing.at(f"/attachment-files/{files[0]['id']}/file/x")
        return sharing.stranger.get(path, status=status)

    for hidden in (internal, replied, lit):
        assert fetch(hidden["attachment_files"], 404) == {"error": "Attachment not found"}
    fetch(shown["attachment_files"], 200)
    assert fetch([{"id": NOBODY}], 404)["error"] is True
    by = {"guest_id": sharing.guest["id"]}
    id = replied["attachment_files"][0]["id"]
    assert sharing.stranger.delete(own(sharing, said, f"/attachments/{id}"), by, status=404) == NOT_FOUND
    assert sharing.studio.row(AttachmentFile, id)


def test_a_file_that_is_lost_is_not_found(sharing: Sharing) -> None:
    [file] = attached(sharing, sharing.say(), ("a.png", b"abc", "image/png"))
    sharing.studio.tracker.files.delete(f"attachments-{file['id']}")
    assert sharing.stranger.get(sharing.at(f"/attachment-files/{file['id']}/file/a.png"), status=404)["error"] is True


# --- drawing ---


def draw(sharing: Sharing, status: int = 200, **changes: Any) -> Any:
    fixed = {"guest_id": sharing.guest["id"], "preview_file_id": sharing.shown["id"]}
    return sharing.stranger.put(sharing.at("/annotations"), {**fixed, **changes}, status=status)


def test_a_guest_draws_on_what_is_shown(sharing: Sharing) -> None:
    addition = {"time": 1.5, "drawing": {"objects": [{"id": "a", "type": "path"}]}}
    drawn = draw(sharing, additions=[addition], updates=None)
    addition["drawing"]["objects"][0]["createdBy"] = sharing.guest["id"]
    assert drawn["annotations"] == [addition]
    event = sharing.events("preview-file:annotation-update")[0]
    assert event["data"]["person_id"] == sharing.guest["id"]
    assert event["user_id"] is None
    [entry, _] = sharing.stranger.get(sharing.at())["shots"]
    assert entry["preview_file_annotations"] == [addition]
    assert draw(sharing, deletions=[{"time": 1.5, "objects": ["a"]}])["annotations"] == []


def test_what_others_drew_a_guest_leaves_alone(sharing: Sharing) -> None:
    of_studio = {"id": "studio", "type": "i-text", "text": "Fine", "createdBy": sharing.moe.id}
    sharing.studio.store(
        PreviewFile, sharing.shown["id"], annotations=[{"time": 1.5, "drawing": {"objects": [of_studio]}}]
    )
    forged = {"time": 1.5, "drawing": {"objects": [{**of_studio, "text": "FORGED"}]}}
    mine = {"time": 1.5, "drawing": {"objects": [{"id": "mine", "type": "path", "createdBy": sharing.moe.id}]}}
    drawn = draw(sharing, additions=[mine], updates=[forged], deletions=[{"time": 1.5, "objects": ["studio"]}])
    [entry] = drawn["annotations"]
    own = {"id": "mine", "type": "path", "createdBy": sharing.guest["id"]}
    assert entry["drawing"]["objects"] == [of_studio, own]
    changed = draw(sharing, updates=[{"time": 1.5, "drawing": {"objects": [{"id": "mine", "type": "circle"}]}}])
    assert changed["annotations"][0]["drawing"]["objects"] == [of_studio, {**own, "type": "circle"}]
    assert draw(sharing, deletions=[{"time": 1.5, "objects": ["mine"]}])["annotations"][0]["drawing"] == {
        "objects": [of_studio]
    }


def test_a_guest_who_is_kept_out_does_nothing_more(sharing: Sharing) -> None:
    said = sharing.say()
    draw(sharing, additions=[])
    sharing.studio.person("Root", role="admin").put(f"/data/persons/{sharing.guest['id']}", {"active": False})
    draw(sharing, 403, additions=[])
    assert sharing.stranger.call("POST", sharing.at("/comments"), sharing.body()).status == 403
    left = sharing.stranger.call("DELETE", sharing.at(f"/comments/{said['id']}"), {"guest_id": sharing.guest["id"]})
    assert left.status == 403


def test_a_guest_draws_on_nothing_else(sharing: Sharing) -> None:
    for preview in (sharing.older, sharing.lit, sharing.foreign):
        assert draw(sharing, 403, preview_file_id=preview["id"])["error"] is True
    assert draw(sharing, 404, preview_file_id=NOBODY)["error"] is True
    foreign = sharing.enter("Foe", sharing.share())
    for guest_id in (foreign["id"], sharing.moe.id, NOBODY):
        refused = draw(sharing, 403, guest_id=guest_id, preview_file_id=NOBODY)
        assert refused == {"error": "Guest not part of this shared playlist"}
    draw(sharing, 400, additions=["x"])
    draw(sharing, 400, guest_id=None)
    draw(sharing, preview_file_id=sharing.sibling["id"])


def test_talk_is_read_in_a_fixed_number_of_statements(sharing: Sharing, monkeypatch: pytest.MonkeyPatch) -> None:
    def statements() -> int:
        db, counted = sharing.studio.tracker.db, []
        execute = type(db).tuples
        with monkeypatch.context() as patched:
            patched.setattr(type(db), "tuples", lambda self, query: counted.append(1) or execute(self, query))
            sharing.stranger.get(sharing.at("/comments"))
        return len(counted)

    sharing.say()
    few = statements()
    for number in range(5):
        sharing.say(text=str(number))
    assert statements() == few


def test_a_page_of_another_site_says_nothing_in_the_name_of_a_guest(sharing: Sharing) -> None:
    path = sharing.at("/comments")
    for said in ({"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}):
        answer = sharing.stranger.call("POST", path, sharing.body(), headers=said)
        assert (answer.status, "another site" in answer.json["message"]) == (403, True)
    own = {"Origin": f"https://{sharing.studio.tracker.settings.domain_name}"}
    assert sharing.stranger.call("POST", path, sharing.body(), headers=own).status == 201
