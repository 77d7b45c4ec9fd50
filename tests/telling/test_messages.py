"""What people are told by mail and by chat, in which language, and when (docs/api/tasks.md)."""

import dataclasses
import logging
import time
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import EmailMessage
from typing import Any

import falcon.testing
import pytest
from servers import ChatServer, SmtpServer
from studio import Member, Studio

from kitsulite import Settings, Tracker, create_app
from kitsulite.areas.telling import messengers
from kitsulite.live import calling
from kitsulite.models.people import Organisation, Person
from kitsulite.models.productions import ProjectPersonLink
from kitsulite.models.reviews import Playlist
from kitsulite.models.tasks import TaskStatus
from kitsulite.storage import Row
from kitsulite.work import jobs

LABEL = "Fox / S01 / SH01 / Animation"


@pytest.fixture
def smtp() -> Iterator[SmtpServer]:
    server = SmtpServer()
    yield server
    server.close()


@pytest.fixture
def chat(monkeypatch: pytest.MonkeyPatch) -> Iterator[ChatServer]:
    server = ChatServer()
    monkeypatch.setattr(messengers, "SLACK", f"{server.url}/slack")
    monkeypatch.setattr(messengers, "DISCORD", f"{server.url}/discord")
    monkeypatch.setattr(calling, "_is_public", lambda address: True)
    yield server
    server.close()


@dataclass
class Shot:
    """A shot in work: Ann comments, Bob animates."""

    studio: Studio
    ann: Member
    bob: Member
    project: Row
    task: Row
    status: Row

    def comment(self, text: str = "Too <dark>", status: Row | None = None) -> Row:
        body = {"task_status_id": (status or self.status)["id"], "comment": text}
        made: Row = self.ann.post(f"/actions/tasks/{self.task['id']}/comment", body)
        return made

    def link(self) -> str:
        return f"https://studio.test/productions/{self.project['id']}/shots/tasks/{self.task['id']}"


@pytest.fixture
def settings(settings: Settings, smtp: SmtpServer) -> Settings:
    sender = "kitsu@studio.test"
    return dataclasses.replace(settings, mail_server="127.0.0.1", mail_port=smtp.port, mail_default_sender=sender)


@pytest.fixture
def shot(studio: Studio) -> Shot:
    return make_shot(studio)


def make_shot(studio: Studio, *, production: Row | None = None, **of_bob: Any) -> Shot:
    ann = studio.person("Ann", "manager")
    bob = studio.person("Bob", **({"notifications_enabled": True} | of_bob))
    project = studio.project("Fox", team=[ann, bob], **(production or {}))
    sequence = studio.entity("Sequence", "S01", project)
    task = studio.task(studio.entity("Shot", "SH01", project, sequence), assignees=[bob])
    status = studio.one_of(TaskStatus, "Work in progress", short_name="wip", color="#3273dc")
    return Shot(studio, ann, bob, project, task, status)


def sent(studio: Studio, smtp: SmtpServer) -> list[EmailMessage]:
    studio.tracker.jobs.run_due()
    return smtp.received


def text_of(letter: EmailMessage) -> str:
    plain = letter.get_body(("plain",))
    assert plain
    return str(plain.get_content())


def page_of(letter: EmailMessage) -> str:
    page = letter.get_body(("html",))
    assert page
    return str(page.get_content())


# --- letters ---


def test_who_works_on_a_task_gets_what_is_said_about_it(shot: Shot, smtp: SmtpServer) -> None:
    shot.studio.add(Organisation, name="Blue Duck")
    shot.comment()
    [letter] = sent(shot.studio, smtp)
    assert letter["To"] == "bob@studio.test"
    assert letter["From"] == "Kitsu Bot <kitsu@studio.test>"
    assert letter["Subject"] == f"[Kitsu] WIP: Ann commented on {LABEL}"
    text, page = text_of(letter), page_of(letter)
    assert f"Ann Test commented on {LABEL} ({shot.link()}). Its status is Work in progress." in text
    assert "Too <dark>" in text
    assert text.rstrip().endswith("Blue Duck")
    assert f'<a href="{shot.link()}">{LABEL}</a>' in page
    assert "<i>Too &lt;dark&gt;</i>" in page


def test_a_comment_without_words_tells_of_the_status(shot: Shot, smtp: SmtpServer) -> None:
    shot.comment("")
    [letter] = sent(shot.studio, smtp)
    assert "Ann Test changed the status of" in text_of(letter)


@pytest.mark.parametrize(
    ("locale", "language", "words"),
    [
        ("fr_FR", "fr", "a commenté"),
        ("de_AT", "de", "kommentiert"),
        ("ja", "ja", "コメントしました"),
        ("zh-Hans-CN", "zh-CN", "评论了"),
        ("pt_PT", "pt-BR", "comentou"),
        ("it_IT", "en", "commented on"),
        ("", "en", "commented on"),
    ],
)
def test_people_are_told_in_their_language(
    studio: Studio, smtp: SmtpServer, locale: str, language: str, words: str
) -> None:
    shot = make_shot(studio, locale=locale)
    shot.comment()
    [letter] = sent(studio, smtp)
    assert letter["Content-Language"] == language
    assert words in text_of(letter)
    assert words in letter["Subject"]


def test_tasks_of_a_series_are_found_by_their_episode(studio: Studio, smtp: SmtpServer) -> None:
    shot = make_shot(studio, production={"production_type": "tvshow"})
    shot.comment()
    [letter] = sent(studio, smtp)
    assert f"/productions/{shot.project['id']}/episodes/main/shots/tasks/{shot.task['id']}" in text_of(letter)


def test_who_is_mentioned_replied_to_or_assigned_is_told(shot: Shot, smtp: SmtpServer) -> None:
    cid = shot.studio.person("Cid", notifications_enabled=True)
    shot.studio.join(shot.project, cid)
    comment = shot.comment("Look at this @Cid Test")
    subjects = {letter["To"]: letter["Subject"] for letter in sent(shot.studio, smtp)}
    assert subjects == {
        "bob@studio.test": f"[Kitsu] WIP: Ann commented on {LABEL}",
        "cid@studio.test": f"[Kitsu] Ann mentioned you on {LABEL}",
    }

    smtp.received.clear()
    path = f"/data/tasks/{shot.task['id']}/comments/{comment['id']}/reply"
    shot.ann.post(path, {"text": "Better so, @Cid Test"}, status=200)
    letters = {letter["To"]: letter for letter in sent(shot.studio, smtp)}
    assert letters["bob@studio.test"]["Subject"] == f"[Kitsu] Ann replied on {LABEL}"
    assert letters["cid@studio.test"]["Subject"] == f"[Kitsu] Ann mentioned you on {LABEL}"
    assert all("Better so, @Cid Test" in text_of(letter) for letter in letters.values())

    smtp.received.clear()
    shot.ann.put(f"/actions/persons/{cid.id}/assign", {"task_ids": [shot.task["id"]]})
    [letter] = sent(shot.studio, smtp)
    assert (letter["To"], letter["Subject"]) == ("cid@studio.test", f"[Kitsu] Ann assigned {LABEL} to you")


def test_who_wants_no_mail_gets_none(studio: Studio, smtp: SmtpServer) -> None:
    shot = make_shot(studio, notifications_enabled=False)
    shot.comment()
    assert sent(studio, smtp) == []


def test_a_comment_that_was_taken_back_is_not_told_of(shot: Shot, smtp: SmtpServer) -> None:
    comment = shot.comment()
    shot.ann.delete(f"/data/tasks/{shot.task['id']}/comments/{comment['id']}")
    assert sent(shot.studio, smtp) == []


def test_who_left_the_team_meanwhile_gets_no_mail(shot: Shot, smtp: SmtpServer) -> None:
    shot.comment()
    shot.ann.delete(f"/data/projects/{shot.project['id']}/team/{shot.bob.id}")
    assert sent(shot.studio, smtp) == []


def test_of_what_a_client_says_an_artist_is_mailed_the_status_alone(shot: Shot, smtp: SmtpServer) -> None:
    client = shot.studio.person("Cleo", "client")
    shot.studio.join(shot.project, client)
    seen = shot.studio.add(TaskStatus, name="Seen", short_name="seen", color="#000000", is_client_allowed=True)
    body = {"task_status_id": seen["id"], "comment": "OUTSIDE"}
    client.post(f"/actions/tasks/{shot.task['id']}/comment", body)
    [letter] = sent(shot.studio, smtp)
    assert "Seen" in text_of(letter)
    assert "OUTSIDE" not in text_of(letter) + page_of(letter)


def test_a_request_that_fails_tells_nobody(shot: Shot, smtp: SmtpServer, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*given: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("kitsulite.areas.tasks.comments._run_automations", fail)
    body = {"task_status_id": shot.status["id"], "comment": "Lost"}
    shot.ann.post(f"/actions/tasks/{shot.task['id']}/comment", body, status=500)
    assert sent(shot.studio, smtp) == []


def test_mail_that_is_off_is_not_even_put_in(shot: Shot, settings: Settings) -> None:
    with Tracker(dataclasses.replace(settings, mail_enabled=False), first_data=False) as tracker:
        shot.ann.client = falcon.testing.TestClient(create_app(tracker))
        shot.comment()
        assert tracker.jobs.run_due() == 0


# --- servers that fail ---


def test_a_server_that_refuses_fails_the_job_and_not_the_request(shot: Shot, smtp: SmtpServer) -> None:
    smtp.refuses = True
    shot.comment()
    assert sent(shot.studio, smtp) == []
    with shot.studio.tracker.work() as work:
        [job] = jobs.list_jobs(work)
        assert job["state"] == "waiting"
        assert "closed today" in job["error"]
        jobs.retry(work, job["id"])
    smtp.refuses = False
    assert len(sent(shot.studio, smtp)) == 1


def test_a_slow_server_holds_up_no_request(shot: Shot, smtp: SmtpServer) -> None:
    smtp.slow = 1.5
    shot.studio.tracker.jobs.start()
    shot.comment("One")
    time.sleep(0.3)  # the mail server is being waited for
    start = time.monotonic()
    shot.comment("Two")
    assert time.monotonic() - start < 1
    assert smtp.received == []
    shot.studio.tracker.jobs.stop()
    assert smtp.received


# --- chats ---


def test_slack_gets_a_message_for_the_person(studio: Studio, chat: ChatServer) -> None:
    studio.add(Organisation, name="Blue Duck", chat_token_slack="xoxb-1")
    shot = make_shot(
        studio, notifications_enabled=False, notifications_slack_enabled=True, notifications_slack_userid="U7"
    )
    chat.answers["/slack/chat.postMessage"] = {"ok": True}
    shot.comment()
    studio.tracker.jobs.run_due()
    [message] = chat.received
    assert message.authorization == "Bearer xoxb-1"
    assert message.body["channel"] == "@U7"
    [block] = message.body["blocks"]
    assert block["text"] == {
        "type": "mrkdwn",
        "text": f"*Ann Test* commented on <{shot.link()}|{LABEL}>. Its status is *Work in progress*.\n\n_Too &lt;dark&gt;_",
    }


def test_what_slack_does_not_take_is_tried_again(studio: Studio, chat: ChatServer) -> None:
    studio.add(Organisation, name="Blue Duck", chat_token_slack="xoxb-1")
    shot = make_shot(
        studio, notifications_enabled=False, notifications_slack_enabled=True, notifications_slack_userid="U7"
    )
    chat.answers["/slack/chat.postMessage"] = {"ok": False, "error": "channel_not_found"}
    shot.comment()
    studio.tracker.jobs.run_due()
    with studio.tracker.work() as work:
        [job] = jobs.list_jobs(work)
    assert job["error"] == "Undelivered: Slack: channel_not_found"


def test_mattermost_gets_a_message_by_its_webhook(studio: Studio, chat: ChatServer) -> None:
    studio.add(Organisation, name="Blue Duck", chat_webhook_mattermost=f"{chat.url}/hooks/1")
    shot = make_shot(
        studio,
        notifications_enabled=False,
        notifications_mattermost_enabled=True,
        notifications_mattermost_userid="bob",
        locale="fr_FR",
    )
    shot.comment("")
    studio.tracker.jobs.run_due()
    [message] = chat.received
    assert message.path == "/hooks/1"
    assert message.body == {
        "text": f"*Ann Test* a mis <{shot.link()}|{LABEL}> au statut *Work in progress*.",
        "channel": "@bob",
        "username": "Kitsu - Fox",
        "icon_url": "https://studio.test/img/kitsu.b07d6464.png",
    }


def test_discord_gets_a_direct_message_to_the_member_of_that_name(studio: Studio, chat: ChatServer) -> None:
    studio.add(Organisation, name="Blue Duck", chat_token_discord="d-1")
    shot = make_shot(
        studio, notifications_enabled=False, notifications_discord_enabled=True, notifications_discord_userid="bob#0042"
    )
    users = [
        {"id": "1", "username": "bob", "discriminator": "0042", "bot": True},
        {"id": "2", "username": "bob", "discriminator": "0001"},
        {"id": "3", "username": "bob", "discriminator": "0042"},
    ]
    chat.answers = {
        "/discord/users/@me/guilds": [{"id": "9"}],
        "/discord/guilds/9/members/search": [{"user": user} for user in users],
        "/discord/users/@me/channels": {"id": "77"},
    }
    shot.comment()
    studio.tracker.jobs.run_due()
    *_, opened, message = chat.received
    assert opened.body == {"recipient_id": "3"}
    assert (message.path, message.authorization) == ("/discord/channels/77/messages", "Bot d-1")
    [embed] = message.body["embeds"]
    assert embed["description"].startswith(f"**Ann Test** commented on [{LABEL}]({shot.link()}).")


def test_without_credentials_a_chat_is_warned_about_and_left_alone(
    studio: Studio, chat: ChatServer, caplog: pytest.LogCaptureFixture
) -> None:
    shot = make_shot(
        studio, notifications_enabled=False, notifications_slack_enabled=True, notifications_slack_userid="U7"
    )
    shot.comment()
    with caplog.at_level(logging.WARNING):
        assert studio.tracker.jobs.run_due() == 1
    assert "chat_token_slack" in caplog.text
    assert chat.received == []
    with studio.tracker.work() as work:
        assert jobs.list_jobs(work) == []


# --- playlists ---


def test_clients_are_mailed_of_a_playlist_when_any_channel_of_theirs_is_on(shot: Shot, smtp: SmtpServer) -> None:
    channels = {"Mia": {"notifications_enabled": True}, "Sly": {"notifications_slack_enabled": True}, "Off": {}}
    for name, on in channels.items():
        shot.studio.join(shot.project, shot.studio.person(name, "client", **on))
    for shots, words in ([{}], ""), ([{}, {}], " It has 2 elements."):
        smtp.received.clear()
        made = shot.studio.add(Playlist, name=f"Dailies {len(shots)}", project_id=shot.project["id"], shots=shots)
        shot.ann.post(f"/data/playlists/{made['id']}/notify-clients", status=200)
        letters = sent(shot.studio, smtp)
        assert {letter["To"] for letter in letters} == {"mia@studio.test", "sly@studio.test"}
        link = f"https://studio.test/productions/{shot.project['id']}/playlists/{made['id']}"
        assert letters[0]["Subject"] == f"[Kitsu] Ann asks you to review {made['name']}"
        asked = f"Ann Test asks you to review the playlist {made['name']} ({link}) of Fox.{words}"
        assert asked in text_of(letters[0]).splitlines()


def test_who_left_before_the_letter_was_written_gets_none(shot: Shot, smtp: SmtpServer) -> None:
    for name in ("Mia", "Sly"):
        shot.studio.join(shot.project, shot.studio.person(name, "client", notifications_enabled=True))
    made = shot.studio.add(Playlist, name="Dailies", project_id=shot.project["id"], shots=[{}])
    shot.ann.post(f"/data/playlists/{made['id']}/notify-clients", status=200)
    with shot.studio.tracker.work() as work:
        [gone] = work.db.values(Person.select(Person.id).where(Person.first_name == "Sly"))
        work.delete(ProjectPersonLink, ProjectPersonLink.person_id == gone)
    assert {letter["To"] for letter in sent(shot.studio, smtp)} == {"mia@studio.test"}


@pytest.mark.parametrize(
    ("of_playlist", "place"),
    [
        ({"for_entity": "shot"}, ""),
        ({"for_entity": "asset", "is_for_all": True}, "/episodes/all"),
        ({"for_entity": "asset"}, "/episodes/main"),
    ],
)
def test_a_playlist_of_a_tv_show_is_found_under_its_episode(
    studio: Studio, smtp: SmtpServer, of_playlist: Row, place: str
) -> None:
    shot = make_shot(studio, production={"production_type": "tvshow"})
    studio.join(shot.project, studio.person("Mia", "client", notifications_enabled=True))
    made = studio.add(Playlist, name="Dailies", project_id=shot.project["id"], **of_playlist)
    shot.ann.post(f"/data/playlists/{made['id']}/notify-clients", status=200)
    [letter] = sent(studio, smtp)
    assert f"/productions/{shot.project['id']}{place}/playlists/{made['id']}" in text_of(letter)


def test_a_playlist_of_an_episode_is_told_of_with_it(studio: Studio, smtp: SmtpServer) -> None:
    shot = make_shot(studio, production={"production_type": "tvshow"})
    studio.join(shot.project, studio.person("Mia", "client", notifications_enabled=True))
    episode = studio.entity("Episode", "E01", shot.project)
    made = studio.add(Playlist, name="Dailies", project_id=shot.project["id"], episode_id=episode["id"])
    shot.ann.post(f"/data/playlists/{made['id']}/notify-clients", status=200)
    [letter] = sent(studio, smtp)
    assert f"/episodes/{episode['id']}/playlists/{made['id']}) of Fox / E01." in text_of(letter)
