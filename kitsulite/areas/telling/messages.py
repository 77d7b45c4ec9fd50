"""What people are told by mail and by chat of their notifications (docs/api/tasks.md).

A channel that somebody turned on gets one job a notification. The message is written when the job is done, in the language
of who reads it; a notification that was taken back meanwhile is not told of.
"""

import functools
import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import peewee

from kitsulite.access.hearing import may_hear_of_playlist, reads, told_of
from kitsulite.areas.telling import letters, messengers
from kitsulite.areas.telling.letters.media import DISCORD, SLACK, Facts, Link, Medium, Quoted, Strong
from kitsulite.models.entities import Entity
from kitsulite.models.entity_names import EPISODE_ID, FULL_NAME, with_ancestors
from kitsulite.models.people import Person
from kitsulite.models.people_shapes import full_name
from kitsulite.models.playlist_entries import entries_of
from kitsulite.models.productions import Project
from kitsulite.models.replies import well_formed
from kitsulite.models.reviews import Comment, Notification, Playlist
from kitsulite.models.tasks import Task, TaskStatus, TaskType
from kitsulite.storage import Row
from kitsulite.work import organisation
from kitsulite.work.jobs import Duty
from kitsulite.work.work import Begin, Work

log = logging.getLogger("kitsulite.messages")

CHANNELS = {
    "mail": Person.notifications_enabled,
    "slack": Person.notifications_slack_enabled,
    "mattermost": Person.notifications_mattermost_enabled,
    "discord": Person.notifications_discord_enabled,
}
SWITCHES = tuple(CHANNELS.values())
"""The columns of a person that say which channels are on."""

BY_MAIL_AS_WELL = {"playlist-ready"}
"""What goes by mail to whoever has any channel on."""

MAIN_PACK = "main"
EVERYTHING = "all"
SECTIONS = {"Shot": "shots", "Edit": "edits"}
OTHER_SECTION = "assets"


@dataclass(frozen=True)
class Message:
    """What a notification says.

    credentials  those of the organisation, for its chats
    anywhere     whether these may lead into a private network
    """

    person: Row
    letter: str
    facts: Facts
    language: str
    project: str
    site: str
    credentials: Row
    anywhere: bool


def tell(work: Work, notification_id: str | None, person: Row, kind: str) -> None:
    """Tell a person (its `SWITCHES` are enough) of a new notification, once it is stored."""
    channels = [channel for channel, switch in CHANNELS.items() if person[switch.name]]
    if kind in BY_MAIL_AS_WELL and channels and "mail" not in channels:
        channels.append("mail")
    for channel in channels:
        if channel != "mail" or work.settings.mail_enabled:
            work.enqueue(f"notify_by_{channel}", notification_id=notification_id)


# --- the jobs ---


def by_mail(begin: Begin, notification_id: str) -> None:
    with begin(writes=False) as work:
        message = read(work, notification_id)
        if message is None or not message.person["email"]:
            return
        letter = letters.compose(work, message.person, message.letter, message.facts)
        post = work.post
    post.send(**letter)


def by_chat(
    begin: Begin, notification_id: str, *, chat: str, credential: str, medium: Medium, send: Callable[..., None]
) -> None:
    """Send a notification as a chat message; nothing but a warning when the organisation or the person is not known there."""
    with begin(writes=False) as work:
        message = read(work, notification_id)
    if message is None:
        return
    secret, user = message.credentials[credential], message.person[f"notifications_{chat}_userid"]
    if not secret or not user:
        log.warning(
            "%s has no %s for %s", "The person" if secret else "The organisation", "id" if secret else credential, chat
        )
        return
    send(secret, user, letters.short(message.language, message.letter, message.facts, medium), message)


def _mattermost(webhook: str, user: str, text: str, message: Message) -> None:
    name = f"Kitsu - {message.project}"
    messengers.post_to_mattermost(webhook, user, text, name=name, site=message.site, anywhere=message.anywhere)


def _slack(token: str, user: str, text: str, message: Message) -> None:
    messengers.post_to_slack(token, user, text)


def _discord(token: str, user: str, text: str, message: Message) -> None:
    messengers.post_to_discord(token, user, text)


_slack_job = functools.partial(by_chat, chat="slack", credential="chat_token_slack", medium=SLACK, send=_slack)
_mattermost_job = functools.partial(
    by_chat, chat="mattermost", credential="chat_webhook_mattermost", medium=SLACK, send=_mattermost
)
_discord_job = functools.partial(
    by_chat, chat="discord", credential="chat_token_discord", medium=DISCORD, send=_discord
)
JOBS = {
    "notify_by_mail": Duty(by_mail, calls_out=True),
    "notify_by_slack": Duty(_slack_job, calls_out=True),
    "notify_by_mattermost": Duty(_mattermost_job, calls_out=True),
    "notify_by_discord": Duty(_discord_job, calls_out=True),
}


# --- what is told ---


def read(work: Work, notification_id: str) -> Message | None:
    """What a notification says; None when it was taken back, or its reader has left the studio or the team."""
    notification = work.find(Notification, notification_id)
    if notification is None or not _is_still_told(work, notification):
        return None
    person, author = work.get(Person, notification["person_id"]), work.get(Person, notification["author_id"])
    if not person["active"]:
        return None
    name = work.db.value(Person.select(peewee.SQL(full_name().sql)).where(Person.id == author["id"]))
    facts: dict[str, Any] = {"author": Strong(name), "first_name": author["first_name"] or author["last_name"]}
    if notification["task_id"] is not None:
        letter, project = _of_task(work, notification, facts)
    elif notification["playlist_id"] is not None:
        letter, project = _of_playlist(work, notification, facts)
    else:
        return None
    return Message(
        person=person,
        letter=letter,
        facts=facts,
        language=letters.language_of(work, person),
        project=project,
        site=work.settings.site,
        credentials=organisation.chat_credentials(work),
        anywhere=work.settings.private_webhooks,
    )


def _is_still_told(work: Work, notification: Row) -> bool:
    """Whether its reader may hear of the task, or of the playlist, yet."""
    reader = notification["person_id"]
    if playlist := work.find(Playlist, notification["playlist_id"]):
        return may_hear_of_playlist(work, playlist, reader)
    task = work.find(Task, notification["task_id"])
    if task is None:
        return True
    return reader in told_of(work, task, {reader}, work.find(Comment, notification["comment_id"]))


def _of_task(work: Work, notification: Row, facts: dict[str, Any]) -> tuple[str, str]:
    """The letter that tells of a task, and the name of its project; the facts are added."""
    about = about_task(work, notification["task_id"])
    facts["task"] = link_to_task(work, about)
    letter = notification["type"]
    if comment := work.find(Comment, notification["comment_id"]):
        status = work.find(TaskStatus, comment["task_status_id"]) or {"name": "", "short_name": ""}
        facts |= {"status": Strong(status["name"]), "short_status": status["short_name"].upper()}
        is_read = reads(work, notification["person_id"], comment, work.get(Task, notification["task_id"]))
        facts["text"] = Quoted(_text(comment, notification["reply_id"]) if is_read else "")
        if letter == "comment" and not facts["text"]:
            letter = "status_change"
    return "mention" if letter == "reply-mention" else letter, about["project"]


def _of_playlist(work: Work, notification: Row, facts: dict[str, Any]) -> tuple[str, str]:
    """The same for a playlist."""
    playlist = work.get(Playlist, notification["playlist_id"])
    project, episode = work.get(Project, playlist["project_id"]), work.find(Entity, playlist["episode_id"])
    count = len(entries_of(playlist))
    facts["playlist"] = Link(playlist["name"], address_of_playlist(work, playlist, project))
    facts["place"] = f"{project['name']} / {episode['name']}" if episode else project["name"]
    facts["count"] = str(count)
    return "playlist_ready" if count <= 1 else "playlist_of_many_ready", project["name"]


def _text(comment: Row, reply_id: str | None) -> str:
    """What was written: the reply when it is about one, else the comment."""
    said = next((reply for reply in well_formed(comment["replies"]) if reply["id"] == reply_id), comment)
    return (said["text"] or "").strip()


def about_task(work: Work, task_id: str) -> Row:
    """The names around a task."""
    outer = peewee.JOIN.LEFT_OUTER
    columns = (
        Task.id,
        Task.project_id,
        Project.name.alias("project"),
        Project.production_type,
        TaskType.name.alias("task_type"),
        TaskType.for_entity,
        peewee.SQL(FULL_NAME.sql).alias("entity"),
        peewee.SQL(EPISODE_ID.sql).alias("episode_id"),
    )
    query = (
        Task.select(*columns)
        .join(Project, on=Project.id == Task.project_id)
        .join_from(Task, TaskType, on=TaskType.id == Task.task_type_id)
        .join_from(Task, Entity, outer, on=Entity.id == Task.entity_id)
    )
    row = work.db.row(with_ancestors(query).where(Task.id == task_id))
    assert row is not None
    return row


def link_to_task(work: Work, about: Row) -> Link:
    """A task's name among all, and where the web client shows it."""
    return Link(f"{about['project']} / {about['entity']} / {about['task_type']}", address_of_task(work, about))


def address_of_task(work: Work, about: Row) -> str:
    """Where the web client shows a task."""
    episode = f"/episodes/{about['episode_id'] or MAIN_PACK}" if about["production_type"] == "tvshow" else ""
    section = SECTIONS.get(about["for_entity"], OTHER_SECTION)
    return f"{work.settings.site}/productions/{about['project_id']}{episode}/{section}/tasks/{about['id']}"


def address_of_playlist(work: Work, playlist: Row, project: Row) -> str:
    """Where the web client shows a playlist."""
    episode = playlist["episode_id"]
    if episode is None and project["production_type"] == "tvshow" and playlist["for_entity"] == "asset":
        episode = EVERYTHING if playlist["is_for_all"] else MAIN_PACK
    place = f"/episodes/{episode}" if episode else ""
    return f"{work.settings.site}/productions/{project['id']}{place}/playlists/{playlist['id']}"
