"""The chats of entities (docs/api/entities.md)."""

from typing import Any

import pytest
from studio import Studio

from kitsulite.models import new_id
from kitsulite.models.reviews import AttachmentFile
from kitsulite.models.tools import ApiEvent
from kitsulite.storage import Row


class Talk:
    """A shot that Ann and Bob may talk about; Ann has joined its chat."""

    def __init__(self, studio: Studio) -> None:
        self.studio = studio
        self.ann, self.bob = studio.person("Ann"), studio.person("Bob", role="manager")
        self.project = studio.project(team=[self.ann, self.bob])
        self.sequence = studio.entity("Sequence", "SQ01", self.project)
        self.shot = studio.entity("Shot", "SH01", self.project, self.sequence)
        self.chat = f"/data/entities/{self.shot['id']}/chat"
        self.messages = f"{self.chat}/messages"
        self.joining = f"/actions/user/chats/{self.shot['id']}/join"
        self.id = self.ann.post(self.joining, status=200)["id"]
        self.events: list[tuple[str, Row]] = []
        studio.tracker.listeners.append(lambda event: self.events.append((event.name, event.data)))


@pytest.fixture
def talk(studio: Studio) -> Talk:
    return Talk(studio)


def test_a_chat_is_made_when_somebody_first_looks(talk: Talk) -> None:
    path = f"/data/entities/{talk.sequence['id']}/chat"
    assert talk.ann.get(f"{path}/messages") == []
    chat = talk.ann.get(path)
    assert (chat["object_id"], chat["object_type"]) == (talk.sequence["id"], "entity")
    assert chat["participants"] == chat["messages"] == []
    assert talk.bob.get(path) == chat


def test_people_join_chats_and_leave_them(talk: Talk) -> None:
    for _ in range(2):
        assert talk.bob.post(talk.joining, status=200)["id"] == talk.id
    assert sorted(talk.ann.get(talk.chat)["participants"]) == sorted([talk.ann.id, talk.bob.id])
    (listed,) = talk.bob.get("/data/user/chats")
    assert listed == {
        "id": talk.id,
        "object_id": talk.shot["id"],
        "last_message": None,
        "entity_name": "SQ01 / SH01",
        "project_id": talk.project["id"],
        "preview_file_id": None,
    }
    talk.bob.delete(talk.joining)
    talk.bob.delete(talk.joining)
    assert talk.ann.get(talk.chat)["participants"] == [talk.ann.id]
    assert talk.bob.get("/data/user/chats") == []
    facts = {"chat_id": talk.id, "person_id": talk.bob.id, "project_id": talk.project["id"]}
    assert talk.events == [(name, facts) for name in ("chat:joined",) * 2 + ("chat:left",) * 2]


def test_participants_talk_and_the_team_reads(talk: Talk) -> None:
    first = talk.ann.post(talk.messages, {"message": "Hello"})
    assert (first["text"], first["person_id"], first["type"]) == ("Hello", talk.ann.id, "ChatMessage")
    assert "attachment_files" not in first
    second = talk.ann.post(talk.messages, {"message": ""})
    read = talk.bob.get(talk.messages)
    assert read == [{**message, "attachment_files": []} for message in (first, second)]
    assert talk.bob.get(f"{talk.messages}/{first['id']}") == read[0]
    assert talk.bob.get(talk.chat)["last_message"] == second["created_at"]
    facts = {"chat_id": talk.id, "chat_message_id": first["id"], "last_message": first["created_at"]}
    assert talk.events[0] == ("chat:new-message", facts | {"project_id": talk.project["id"]})
    with talk.studio.tracker.db.reading():
        assert not talk.studio.tracker.db.count(ApiEvent.select()), "talk is not kept in the event log"


def test_who_does_not_take_part_does_not_talk(talk: Talk) -> None:
    message: Any = {"message": "Hello"}
    for person in (talk.bob, talk.studio.person(role="admin")):
        refused = person.post(talk.messages, message, status=400)
        assert refused == {"error": True, "message": "You are not a participant of this chat", "data": None}
    talk.bob.post(talk.messages, {}, status=400)
    stranger = talk.studio.person("Stan")
    stranger.post(talk.messages, {}, status=403)
    stranger.get(talk.chat, status=403)
    stranger.post(talk.joining, status=403)
    talk.ann.post(f"/data/entities/{new_id()}/chat/messages", {}, status=404)


def test_files_come_with_messages_and_go_with_them(talk: Talk) -> None:
    files = {"file-0": ("Plan.B.PNG", b"picture", "image/png"), "file-1": ("notes.markdown", b"text", "text/plain")}
    message = talk.ann.send_form(talk.messages, {"message": "See"}, files)
    sizes = {(row["name"], row["extension"], row["size"]) for row in message["attachment_files"]}
    assert sizes == {("Plan.B.PNG", "png", 7), ("notes.markdown", "markdo", 4)}
    (read,) = talk.bob.get(talk.messages)
    assert {row["id"] for row in read["attachment_files"]} == {row["id"] for row in message["attachment_files"]}
    row = talk.studio.row(AttachmentFile, message["attachment_files"][0]["id"])
    assert row["chat_message_id"] == message["id"]
    talk.ann.delete(f"{talk.messages}/{message['id']}")
    with talk.studio.tracker.db.reading():
        assert not talk.studio.tracker.db.count(AttachmentFile.select())


def test_messages_are_taken_back_by_their_authors_and_admins(talk: Talk) -> None:
    first, second = (talk.ann.post(talk.messages, {"message": text}) for text in ("One", "Two"))
    talk.bob.delete(f"{talk.messages}/{first['id']}", status=403)
    talk.events.clear()
    talk.ann.delete(f"{talk.messages}/{first['id']}")
    talk.studio.person(role="admin").delete(f"{talk.messages}/{second['id']}")
    assert talk.ann.get(talk.messages) == []
    facts = {"chat_id": talk.id, "chat_message_id": first["id"], "project_id": talk.project["id"]}
    assert talk.events[0] == ("chat:deleted-message", facts)


def test_a_message_is_found_in_its_own_chat_only(talk: Talk) -> None:
    message = talk.ann.post(talk.messages, {"message": "Hello"})
    elsewhere = f"/data/entities/{talk.sequence['id']}/chat/messages"
    talk.ann.get(f"{elsewhere}/{message['id']}", status=403)
    talk.ann.delete(f"{elsewhere}/{message['id']}", status=403)
    for id in (new_id(), "x"):
        talk.ann.get(f"{talk.messages}/{id}", status=404)
