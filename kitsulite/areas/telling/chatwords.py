"""What a webhook of a chat says of events: who did what, and where, in the language of the studio (docs/webhooks.md)."""

import re
from collections.abc import Callable, Sequence
from typing import Any

import peewee

from kitsulite.areas.telling import letters
from kitsulite.areas.telling.letters.media import DISCORD, SLACK, Fact, Medium, Quoted, Strong
from kitsulite.areas.telling.messages import about_task, link_to_task
from kitsulite.live.outbox import Told
from kitsulite.models import is_uuid
from kitsulite.models.entities import Entity
from kitsulite.models.entity_names import FULL_NAME, with_ancestors
from kitsulite.models.people import Person
from kitsulite.models.people_shapes import full_name
from kitsulite.models.productions import Project
from kitsulite.models.replies import well_formed
from kitsulite.models.reviews import Comment, PreviewFile
from kitsulite.models.tasks import Task, TaskStatus
from kitsulite.work import organisation
from kitsulite.work.work import Work

MEDIA: dict[str, Medium] = {"slack": SLACK, "mattermost": SLACK, "discord": DISCORD}
LONGEST = 1900
"""Characters of a message; Discord takes 2000."""
CALLS_ALL = re.compile(r"@(?=(all|channel|here|everyone)\b)", re.IGNORECASE)
"""What would call everybody of a channel, whoever wrote it."""
UNSEEN = "\u200b"
Facts = dict[str, Fact]


def speak(work: Work, chat: str, events: Sequence[Told]) -> dict[str, Any] | None:
    """The message of a chat that tells of events, or says that it is a test when there are none."""
    language, medium = _language(work), MEDIA[chat]
    sentences = [_sentence(work, event, language, medium) for event in events]
    if not events:
        sentences = [letters.texts(language)["channel"]["test"]]
    text = CALLS_ALL.sub("@" + UNSEEN, "\n".join(sentence for sentence in sentences if sentence))
    if not text:
        return None
    text = text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"
    return {"content": text, "allowed_mentions": {"parse": []}} if chat == "discord" else {"text": text}


def _language(work: Work) -> str:
    language = work.settings.default_locale.replace("-", "_").partition("_")[0].lower()
    return language if language in letters.LANGUAGES else letters.FALLBACK


def _sentence(work: Work, event: Told, language: str, medium: Medium) -> str:
    facts: Facts = {"author": Strong(_who(work, event))}
    tell = SENTENCES.get(event.name)
    told = tell(work, event, facts) if tell else None
    if told is None:
        return _anything(work, event, facts, medium)
    if told in letters.texts(language)["channel"]:
        sentence: str = letters.texts(language)["channel"][told]
        return sentence.format_map(medium.write(facts))
    return letters.short(language, told, facts, medium)


def _who(work: Work, event: Told) -> str:
    return _name_of_person(work, event.user_id or event.data.get("person_id")) or organisation.name(work)


def _name_of_person(work: Work, id: Any) -> str:
    if not is_uuid(id):
        return ""
    return work.db.value(Person.select(peewee.SQL(full_name().sql)).where(Person.id == id)) or ""


# --- sentences: each adds its facts, and answers what says them; None when what it is about is gone ---


def _task(work: Work, id: Any, facts: Facts) -> bool:
    if work.find(Task, id) is None:
        return False
    facts["task"] = link_to_task(work, about_task(work, id))
    return True


def _status_changed(work: Work, event: Told, facts: Facts) -> str | None:
    """With what was said at that: a comment is how a status changes."""
    status = work.find(TaskStatus, event.data.get("new_task_status_id"))
    if status is None or not _task(work, event.data.get("task_id"), facts):
        return None
    said = Comment.select().where(
        Comment.object_id == event.data["task_id"],
        Comment.task_status_id == status["id"],
        Comment.created_at <= event.created_at,
    )
    comment = work.db.row(said.order_by(Comment.created_at.desc()))
    facts |= {"status": Strong(status["name"]), "text": Quoted(((comment and comment["text"]) or "").strip())}
    return "comment" if facts["text"] else "status_change"


def _commented(work: Work, event: Told, facts: Facts) -> str | None:
    comment = work.find(Comment, event.data.get("comment_id"))
    if comment is None or not _task(work, comment["object_id"], facts):
        return None
    status = work.find(TaskStatus, comment["task_status_id"])
    facts |= {"status": Strong(status["name"] if status else ""), "text": Quoted((comment["text"] or "").strip())}
    return "comment" if facts["text"] else "status_change"


def _replied(work: Work, event: Told, facts: Facts) -> str | None:
    comment = work.find(Comment, event.data.get("comment_id"))
    if comment is None or not _task(work, comment["object_id"], facts):
        return None
    written = [reply["text"] for reply in well_formed(comment["replies"]) if reply["id"] == event.data.get("reply_id")]
    facts["text"] = Quoted((written[0] or "").strip() if written else "")
    return "reply" if facts["text"] else "replied"


def _assigned(work: Work, event: Told, facts: Facts) -> str | None:
    facts["person"] = Strong(_name_of_person(work, event.data.get("person_id")))
    return "assigned" if _task(work, event.data.get("task_id"), facts) else None


def _published(work: Work, event: Told, facts: Facts) -> str | None:
    preview = work.find(PreviewFile, event.data.get("preview_file_id"))
    return "published" if preview and _task(work, preview["task_id"], facts) else None


SENTENCES: dict[str, Callable[[Work, Told, Facts], str | None]] = {
    "task:status-changed": _status_changed,
    "comment:new": _commented,
    "comment:reply": _replied,
    "task:assign": _assigned,
    "preview-file:new": _published,
}


def _anything(work: Work, event: Told, facts: Facts, medium: Medium) -> str:
    """Who, what and where, as far as that has names yet."""
    place = [project["name"]] if (project := work.find(Project, event.project_id)) else []
    thing = event.data.get(f"{event.name.partition(':')[0].replace('-', '_')}_id")
    if entity := work.find(Entity, thing):
        query = with_ancestors(Entity.select(peewee.SQL(FULL_NAME.sql)).where(Entity.id == entity["id"]))
        place.append(work.db.value(query))
    elif task := work.find(Task, thing):
        about = about_task(work, task["id"])
        place += [about["entity"] or "", about["task_type"]]
    written = medium.write({**facts, "event": event.name, "place": " / ".join(filter(None, place))})
    return f"{written['author']}: {written['event']}" + (f" – {written['place']}" if written["place"] else "")
