"""What webhooks of chats say: a sentence that says who did what and where, and leads there."""

from typing import Any

import pytest
from studio import Member, Studio

from kitsulite.areas.telling.chatwords import LONGEST, speak
from kitsulite.live import outbox
from kitsulite.models.tasks import TaskStatus
from kitsulite.storage import Row


class Channel(Studio):
    """A production with a task on which Ann and Bob work."""

    def __init__(self, studio: Studio) -> None:
        super().__init__(studio.tracker)
        self.ann: Member = self.person("Ann", "manager")
        self.bob: Member = self.person("Bob")
        self.project_row = self.project("Fox", team=[self.ann, self.bob])
        self.shot = self.entity("Shot", "SH01", self.project_row, self.entity("Sequence", "SQ01", self.project_row))
        self.work_to_do = self.task(self.shot, assignees=[self.bob])
        self.retake = self.one_of(TaskStatus, "Retake", short_name="retake", color="#ff0000", is_retake=True)

    def comment(self, text: str, status: Row | None = None) -> Row:
        status_id = (status or self.retake)["id"]
        path = f"/actions/tasks/{self.work_to_do['id']}/comment"
        return self.ann.post(path, {"task_status_id": status_id, "comment": text})  # type: ignore[no-any-return]

    def says(self, name: str, chat: str = "slack") -> str:
        """What the chat hears of the last event of this name."""
        with self.tracker.work(writes=False) as work:
            event = [event for event in outbox.read_after(work.db, 0) if event.name == name][-1]
            said: dict[str, Any] | None = speak(work, chat, [event])
        assert said
        return str(said["content" if chat == "discord" else "text"])


@pytest.fixture
def channel(studio: Studio) -> Channel:
    return Channel(studio)


def test_a_retake_says_who_wants_what_where_and_why(channel: Channel) -> None:
    channel.comment("The tail is <too> long.")
    address = f"/productions/{channel.project_row['id']}/shots/tasks/{channel.work_to_do['id']}"
    said = channel.says("task:status-changed")
    assert said.startswith("*Ann Test* ")
    assert f"{address}|Fox / SQ01 / SH01 / Animation>" in said
    assert "*Retake*" in said
    assert "_The tail is &lt;too&gt; long._" in said
    assert channel.says("task:status-changed", "mattermost") == said
    assert f"[Fox / SQ01 / SH01 / Animation](https://studio.test{address})" in channel.says(
        "task:status-changed", "discord"
    )


def test_without_words_a_change_is_told_alone(channel: Channel) -> None:
    channel.comment("")
    assert channel.says("task:status-changed").endswith("to *Retake*.")
    assert channel.says("comment:new") == channel.says("task:status-changed")


def test_a_comment_a_reply_and_an_assignment(channel: Channel) -> None:
    comment = channel.comment("Why?")
    assert "_Why?_" in channel.says("comment:new")
    channel.bob.post(
        f"/data/tasks/{channel.work_to_do['id']}/comments/{comment['id']}/reply", {"text": "Because."}, status=200
    )
    said = channel.says("comment:reply")
    assert said.startswith("*Bob Test* replied")
    assert "_Because._" in said
    channel.ann.put("/actions/persons/" + channel.ann.id + "/assign", {"task_ids": [channel.work_to_do["id"]]})
    assert channel.says("task:assign").startswith("*Ann Test* assigned <")
    assert channel.says("task:assign").endswith("to *Ann Test*.")


def test_a_publication(channel: Channel) -> None:
    comment = channel.comment("Have a look")
    channel.ann.post(f"/actions/tasks/{channel.work_to_do['id']}/comments/{comment['id']}/add-preview", {})
    said = channel.says("preview-file:new")
    assert said.startswith("*Ann Test* published <")


def test_anything_else_is_named_as_far_as_it_has_names(channel: Channel) -> None:
    channel.ann.put(f"/data/shots/{channel.shot['id']}", {"description": "New"})
    assert channel.says("shot:update") == "*Ann Test*: shot:update – Fox / SQ01 / SH01"
    channel.ann.put(f"/data/tasks/{channel.work_to_do['id']}", {"priority": 2})
    assert channel.says("task:update") == "*Ann Test*: task:update – Fox / SQ01 / SH01 / Animation"
    with channel.tracker.work() as work:
        work.emit("task-type:new", {"task_type_id": "x"})
        work.emit("task:assign", {"task_id": channel.ann.id, "person_id": channel.ann.id})
    assert channel.says("task-type:new") == "*Kitsu*: task-type:new"
    assert channel.says("task:assign") == "*Ann Test*: task:assign"


@pytest.mark.parametrize("chat", ["slack", "mattermost", "discord"])
def test_nobody_calls_a_whole_channel_by_a_comment(channel: Channel, chat: str) -> None:
    channel.comment("@channel @here @everyone @All <!channel> look")
    said = channel.says("comment:new", chat)
    for word in ("@channel", "@here", "@everyone", "@All"):
        assert word not in said
    if chat != "discord":
        assert "<!channel>" not in said
    with channel.tracker.work(writes=False) as work:
        test = speak(work, chat, [])
    assert test
    assert (test.get("allowed_mentions") == {"parse": []}) == (chat == "discord")


def test_a_message_is_as_long_as_a_chat_takes(channel: Channel) -> None:
    for _ in range(3):
        channel.comment("x" * 1500)
    with channel.tracker.work(writes=False) as work:
        events = [event for event in outbox.read_after(work.db, 0) if event.name == "comment:new"]
        said = speak(work, "discord", events)
    assert said
    assert len(said["content"]) == LONGEST
    assert said["content"].endswith("…")
