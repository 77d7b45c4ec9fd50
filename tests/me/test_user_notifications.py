"""The bell, and what one follows to hear it ring (docs/api/me.md)."""

from typing import Any

import pytest
from studio import Member, Studio

from kitsulite.models import new_id
from kitsulite.models.reviews import (
    Comment,
    CommentMention,
    CommentPreviewLink,
    Notification,
    Playlist,
    PreviewFile,
    Subscription,
)
from kitsulite.models.tasks import TaskStatus
from kitsulite.storage import Row

BELL = "/data/user/notifications"


class Desk:
    """Ann is told of what Mia says about a shot."""

    def __init__(self, studio: Studio) -> None:
        self.studio = studio
        self.ann, self.mia = studio.person("Ann"), studio.person("Mia", role="manager")
        self.project = studio.project("Bunny", team=[self.ann, self.mia])
        self.episode = studio.entity("Episode", "E01", self.project)
        self.sequence = studio.entity("Sequence", "SQ01", self.project, self.episode)
        self.shot = studio.entity("Shot", "SH01", self.project, self.sequence)
        self.task = studio.task(self.shot)
        self.minutes = 0
        self.events: list[tuple[str, Row]] = []
        studio.tracker.listeners.append(lambda event: self.events.append((event.name, event.data)))

    def say(self, author: Member | None = None, **values: Any) -> Row:
        author_id = (author or self.mia).id
        return self.studio.add(
            Comment,
            **{"object_id": self.task["id"], "object_type": "Task", "text": "Faster", "person_id": author_id, **values},
        )

    def ring(self, comment: Row | None = None, **values: Any) -> Row:
        """A notification of Ann, a minute after the last."""
        self.minutes += 1
        fixed: Row = {
            "type": "comment",
            "person_id": self.ann.id,
            "author_id": comment["person_id"] if comment else self.mia.id,
            "comment_id": comment["id"] if comment else None,
            "task_id": self.task["id"],
            "created_at": f"2024-01-01T10:{self.minutes:02}:00.000000",
        }
        return self.studio.add(Notification, **{**fixed, **values})

    def heard(self, query: str = "") -> list[str]:
        return [row["id"] for row in self.ann.get(f"{BELL}?{query}")]


@pytest.fixture
def desk(studio: Studio) -> Desk:
    return Desk(studio)


def test_a_notification_says_what_it_is_about(desk: Desk) -> None:
    status = desk.studio.add(TaskStatus, name="Retake", short_name="rtk", color="#000000")
    comment = desk.say(task_status_id=status["id"])
    desk.studio.link(CommentMention, comment=comment["id"], person=desk.ann.id)
    for position, name in ((2, "second"), (1, "first")):
        preview = desk.studio.add(PreviewFile, name=name, position=position, task_id=desk.task["id"])
        desk.studio.link(CommentPreviewLink, comment=comment["id"], preview_file=preview["id"])
    follows = desk.studio.add(Subscription, person_id=desk.ann.id, task_id=desk.task["id"])
    desk.studio.add(Subscription, person_id=desk.mia.id, task_id=desk.task["id"])
    row = desk.ring(comment, change=True)
    (view,) = desk.ann.get(BELL)
    assert view == {
        "id": row["id"],
        "type": "Notification",
        "notification_type": "comment",
        "author_id": desk.mia.id,
        "comment_id": comment["id"],
        "task_id": desk.task["id"],
        "task_type_id": desk.task["task_type_id"],
        "task_status_id": status["id"],
        "mentions": [desk.ann.id],
        "department_mentions": [],
        "reply_mentions": [],
        "reply_department_mentions": [],
        "preview_file_id": preview["id"],
        "project_id": desk.project["id"],
        "project_name": "Bunny",
        "comment_text": "Faster",
        "reply_text": "",
        "created_at": "2024-01-01T10:01:00",
        "read": False,
        "change": True,
        "full_entity_name": "E01 / SQ01 / SH01",
        "episode_id": desk.episode["id"],
        "entity_preview_file_id": None,
        "subscription_id": follows["id"],
        "playlist_id": None,
        "playlist_name": "",
        "playlist_for_entity": "",
        "playlist_is_for_all": False,
    }
    assert desk.ann.get(f"{BELL}/{row['id']}") == view


def test_a_reply_is_told_in_its_own_words(desk: Desk) -> None:
    replies = [
        {"id": new_id(), "text": "No", "mentions": [], "department_mentions": []},
        {"id": new_id(), "text": 'Yes, "now" 100%', "mentions": [desk.ann.id], "department_mentions": [new_id()]},
    ]
    comment = desk.say(replies=replies)
    desk.ring(comment, type="reply", reply_id=replies[1]["id"])
    desk.ring(comment, type="reply", reply_id=new_id())
    gone, told = desk.ann.get(BELL)
    assert told["reply_text"] == 'Yes, "now" 100%'
    assert told["reply_mentions"] == [desk.ann.id]
    assert told["reply_department_mentions"] == replies[1]["department_mentions"]
    assert (gone["reply_text"], gone["reply_mentions"], gone["comment_text"]) == ("", [], "Faster")


def test_what_a_client_wrote_is_kept_from_artists(desk: Desk) -> None:
    clara, reply_id = desk.studio.person("Clara", role="client"), new_id()
    replies = [{"id": reply_id, "text": "Bluer", "mentions": [], "department_mentions": []}]
    comment = desk.say(clara, text="Blue", replies=replies)
    desk.ring(comment, type="reply", reply_id=reply_id)
    (view,) = desk.ann.get(BELL)
    assert (view["comment_text"], view["reply_text"]) == ("", "")
    desk.ring(comment, type="reply", reply_id=reply_id, person_id=desk.mia.id)
    (view,) = desk.mia.get(BELL)
    assert (view["comment_text"], view["reply_text"]) == ("Blue", "Bluer")


def test_a_playlist_is_told_by_its_name(desk: Desk) -> None:
    playlist = desk.studio.add(
        Playlist, name="Dailies", project_id=desk.project["id"], episode_id=desk.episode["id"], is_for_all=True
    )
    desk.ring(type="playlist-ready", task_id=None, playlist_id=playlist["id"])
    (view,) = desk.ann.get(BELL)
    assert (view["playlist_name"], view["playlist_for_entity"]) == ("Dailies", "shot")
    assert view["playlist_is_for_all"] is True
    assert (view["full_entity_name"], view["task_id"], view["task_type_id"]) == ("", None, None)
    assert (view["project_name"], view["episode_id"]) == ("Bunny", desk.episode["id"])


def test_the_bell_holds_the_latest_hundred(desk: Desk) -> None:
    db = desk.studio.tracker.db
    rung = [desk.ring(created_at=f"2024-01-01T{i // 60:02}:{i % 60:02}:00.000000")["id"] for i in range(101)]
    before = db.statements
    assert desk.heard() == rung[:0:-1]
    assert db.statements - before < 5


def test_the_bell_can_be_asked_for_less(desk: Desk) -> None:
    status = desk.studio.add(TaskStatus, name="Done", short_name="done", color="#000000")
    prop = desk.studio.entity("Prop", "Ball", desk.project)
    modeling = desk.studio.task(prop, "Modeling", task_status_id=status["id"])
    first, second = desk.ring(read=True), desk.ring(desk.say(), type="mention")
    third = desk.ring(task_id=modeling["id"])
    playlist = desk.studio.add(Playlist, name="Dailies", project_id=desk.project["id"])
    fourth = desk.ring(type="playlist-ready", task_id=None, playlist_id=playlist["id"])
    desk.studio.add(Subscription, person_id=desk.ann.id, task_id=desk.task["id"])
    ids = [row["id"] for row in (fourth, third, second, first)]
    assert desk.heard() == ids
    assert desk.heard("after=2024-01-01T10:01:00") == ids[:3]
    assert desk.heard("before=2024-01-01T10:03:00&after=2024-01-01") == ids[2:]
    assert desk.heard("before=2024-01-01") == []
    assert desk.heard(f"task_type_id={modeling['task_type_id']}") == [third["id"]]
    assert desk.heard(f"task_status_id={status['id']}") == [third["id"]]
    assert desk.heard("type=mention") == [second["id"]]
    assert desk.heard("type=unheard-of") == []
    assert desk.heard("read=true") == [first["id"]]
    assert desk.heard("read=false") == ids[:3]
    assert desk.heard("watching=true") == [second["id"], first["id"]]
    assert desk.heard("watching=false") == [fourth["id"], third["id"]]


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("before=", "Wrong date format for after or before."),
        ("after=yesterday", "Wrong date format for after or before."),
        ("task_type_id=x", "Invalid UUID format for task_type_id: x"),
        ("task_status_id=x", "Invalid UUID format for task_status_id: x"),
    ],
)
def test_what_makes_no_sense_is_refused(desk: Desk, query: str, message: str) -> None:
    assert desk.ann.get(f"{BELL}?{query}", status=400)["message"] == message


def test_people_read_their_own_notifications_and_say_so(desk: Desk) -> None:
    row, other = desk.ring(), desk.ring(person_id=desk.mia.id)
    one = f"{BELL}/{row['id']}"
    changed = desk.ann.put(one, {"read": True})
    assert (changed["type"], changed["notification_type"], changed["read"]) == ("Notification", "comment", True)
    assert desk.ann.put(one, {"read": False})["read"] is False
    facts = {"person_id": desk.ann.id, "notification_id": row["id"]}
    assert desk.events == [("notification:read", facts), ("notification:unread", facts)]
    for path in (f"{BELL}/{other['id']}", f"{BELL}/{new_id()}"):
        desk.ann.get(path, status=404)
        desk.ann.put(path, {"read": True}, status=404)
    malformed = desk.ann.get(f"{BELL}/x", status=400)
    assert malformed["message"] == "Invalid UUID format for notification_id: x"
    desk.ann.put(one, {}, status=400)


def test_all_is_read_at_once(desk: Desk) -> None:
    for _ in range(3):
        desk.ring()
    others = desk.ring(person_id=desk.mia.id)
    assert desk.ann.post("/actions/user/notifications/mark-all-as-read", status=200) == {"success": True}
    assert desk.events == [("notification:all-read", {"person_id": desk.ann.id})]
    assert len(desk.heard("read=true")) == 3
    assert desk.studio.row(Notification, others["id"])["read"] is False


# --- following ---


def test_people_follow_a_task_until_they_do_not(desk: Desk) -> None:
    subscribed, action = f"/data/user/tasks/{desk.task['id']}/subscribed", f"/actions/user/tasks/{desk.task['id']}"
    assert desk.ann.get(subscribed) is False
    row = desk.ann.post(f"{action}/subscribe")
    assert (row["type"], row["person_id"], row["task_id"]) == ("Subscription", desk.ann.id, desk.task["id"])
    assert (row["entity_id"], row["task_type_id"]) == (None, None)
    assert desk.ann.post(f"{action}/subscribe") == row
    assert (desk.ann.get(subscribed), desk.mia.get(subscribed)) == (True, False)
    for _ in range(2):
        desk.ann.delete(f"{action}/unsubscribe")
    assert desk.ann.get(subscribed) is False


def test_people_follow_many_tasks_at_once(desk: Desk) -> None:
    tasks = [desk.task, *(desk.studio.task(desk.shot, name) for name in ("Layout", "Lighting"))]
    ids = [task["id"] for task in reversed(tasks)]
    held = desk.ann.post(f"/actions/user/tasks/{ids[1]}/subscribe")
    rows = desk.ann.post("/actions/user/tasks/subscribe", {"task_ids": [ids[0].upper(), *ids[1:]]})
    assert [row["task_id"] for row in rows] == ids
    assert rows[1] == held
    desk.mia.post("/actions/user/tasks/subscribe", {"task_ids": ids})
    assert desk.ann.post("/actions/user/tasks/unsubscribe", {"task_ids": ids[:2]}, status=200) == ids[:2]
    left = [desk.ann.get(f"/data/user/tasks/{id}/subscribed") for id in ids]
    assert left == [False, False, True]
    assert desk.mia.get(f"/data/user/tasks/{ids[0]}/subscribed") is True
    for body in ({}, {"task_ids": []}, {"task_ids": ["x"]}):
        assert desk.ann.post("/actions/user/tasks/subscribe", body, status=400)["message"] == "Validation error."


def test_people_follow_a_task_type_in_a_sequence(desk: Desk) -> None:
    type_id = desk.task["task_type_id"]
    place = f"sequences/{desk.sequence['id']}/task-types/{type_id}"
    listing = f"/data/user/projects/{desk.project['id']}/task-types/{type_id}/sequence-subscriptions"
    told = [f"/data/user/{place}/subscribed", f"/data/user/{place.replace('sequences', 'entities')}/subscribed"]
    assert [desk.ann.get(path) for path in told] == [False, False]
    row = desk.ann.post(f"/actions/user/{place}/subscribe")
    assert (row["entity_id"], row["task_type_id"], row["task_id"]) == (desk.sequence["id"], type_id, None)
    assert desk.ann.post(f"/actions/user/{place}/subscribe") == row
    assert [desk.ann.get(path) for path in told] == [True, True]
    assert (desk.ann.get(listing), desk.mia.get(listing)) == ([desk.sequence["id"]], [])
    desk.mia.post(
        f"/actions/tasks/{desk.task['id']}/comment", {"comment": "", "task_status_id": desk.task["task_status_id"]}
    )
    assert len(desk.heard()) == 1, "who follows is told"
    for _ in range(2):
        desk.ann.delete(f"/actions/user/{place}/unsubscribe")
    assert desk.ann.get(listing) == []


def test_nobody_follows_what_they_may_not_see(desk: Desk) -> None:
    stan, vic = desk.studio.person("Stan", role="manager"), desk.studio.person("Vic", role="vendor")
    desk.studio.join(desk.project, vic)
    type_id = desk.task["task_type_id"]
    place = "sequences/{}/task-types/{}"
    for person, status in ((stan, 403), (vic, 403)):
        ids: list[tuple[str, str, str]] = [(desk.task["id"], desk.sequence["id"], type_id)]
        _refused(person, ids, place, status)
    missing = [(id, id, type_id) for id in (new_id(), "malformed")]
    missing += [(new_id(), desk.sequence["id"], id) for id in (new_id(), "malformed")]
    missing += [(new_id(), desk.shot["id"], type_id)]
    _refused(desk.ann, missing, place, 404)
    listing = "/data/user/projects/{}/task-types/{}/sequence-subscriptions"
    stan.get(listing.format(desk.project["id"], type_id), status=403)
    for project_id, task_type_id in ((new_id(), type_id), (desk.project["id"], new_id()), ("x", type_id)):
        desk.ann.get(listing.format(project_id, task_type_id), status=404)


def _refused(person: Member, ids: list[tuple[str, str, str]], place: str, status: int) -> None:
    for task_id, sequence_id, task_type_id in ids:
        for where in (f"tasks/{task_id}", place.format(sequence_id, task_type_id)):
            person.get(f"/data/user/{where}/subscribed", status=status)
            person.post(f"/actions/user/{where}/subscribe", status=status)
            person.delete(f"/actions/user/{where}/unsubscribe", status=status)
        if task_id != "malformed":
            for action in ("subscribe", "unsubscribe"):
                person.post(f"/actions/user/tasks/{action}", {"task_ids": [task_id]}, status=status)
