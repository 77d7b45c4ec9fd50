"""The chat of an entity: one for each, made when somebody first looks (docs/api/entities.md)."""

from collections.abc import Sequence

import peewee

from kitsulite.access.projects import own_open_projects
from kitsulite.access.roles import is_admin, is_self, require
from kitsulite.areas.entities.entities import within_reach
from kitsulite.areas.tasks.attachments import attach, remove_attachments
from kitsulite.models import now
from kitsulite.models.chat_shapes import CHAT, JOINED, MESSAGE, MESSAGE_WITH_FILES, PLAIN
from kitsulite.models.entities import Entity
from kitsulite.models.entity_names import with_ancestors
from kitsulite.models.reviews import AttachmentFile, Chat, ChatMessage, ChatParticipant
from kitsulite.models.shapes import Raw, many
from kitsulite.storage import Row
from kitsulite.storage.files import Upload
from kitsulite.work.errors import WrongParameter
from kitsulite.work.work import Work


def chat(work: Work, entity_id: str) -> Raw:
    """The chat of an entity."""
    return work.show(CHAT, chat_of(work, entity_id)["id"])


def chat_of(work: Work, entity_id: str) -> Row:
    """The row of an entity's chat."""
    found = work.db.row(Chat.select().where(_of(entity_id)).order_by(Chat.created_at))
    return found or work.get(Chat, work.insert(Chat, object_id=entity_id))


def joined_chats(work: Work) -> Raw:
    """The chats in which the caller takes part, of what they see in open projects, the latest talk first."""
    own = ChatParticipant.select(ChatParticipant.chat_id).where(ChatParticipant.person_id == work.caller.id)
    query = JOINED.select(work.db).join(Entity, on=Entity.id == Chat.object_id)
    query = with_ancestors(query).where(
        Chat.id.in_(own), Entity.project_id.in_(own_open_projects(work)), *within_reach(work)
    )
    return many(work.db, query.order_by(Chat.last_message.desc(nulls="LAST"), Chat.id))


def join(work: Work, entity_id: str) -> Raw:
    """Take part in the chat of an entity; the chat."""
    chat = chat_of(work, entity_id)
    if not work.exists(ChatParticipant, _takes_part(work, chat)):
        work.insert(ChatParticipant, chat_id=chat["id"], person_id=work.caller.id)
    _tell(work, "chat:joined", entity_id, chat_id=chat["id"], person_id=work.caller.id)
    return work.show(PLAIN, chat["id"])


def leave(work: Work, entity_id: str) -> None:
    """Take part no longer."""
    chat = chat_of(work, entity_id)
    work.delete(ChatParticipant, _takes_part(work, chat))
    _tell(work, "chat:left", entity_id, chat_id=chat["id"], person_id=work.caller.id)


def messages(work: Work, entity_id: str) -> Raw:
    """What was said in the chat of an entity, oldest first."""
    chats = Chat.select(Chat.id).where(_of(entity_id))
    query = MESSAGE_WITH_FILES.select(work.db).where(ChatMessage.chat_id.in_(chats))
    return many(work.db, query.order_by(ChatMessage.created_at, ChatMessage.id))


def message(work: Work, entity_id: str, chat_message_id: str) -> Raw:
    """One message; Forbidden when it is of another entity's chat."""
    return work.show(MESSAGE_WITH_FILES, _get(work, entity_id, chat_message_id)["id"])


def say(work: Work, entity_id: str, text: str, files: Sequence[Upload]) -> Raw:
    """Say something in a chat, as one of its participants."""
    chat = chat_of(work, entity_id)
    if not work.exists(ChatParticipant, _takes_part(work, chat)):
        raise WrongParameter("You are not a participant of this chat")
    moment = now()
    id = work.insert(ChatMessage, chat_id=chat["id"], person_id=work.caller.id, text=text, created_at=moment)
    assert id
    attach(work, files, chat_message_id=id)
    work.update(Chat, chat["id"], last_message=moment)
    _tell(work, "chat:new-message", entity_id, chat_id=chat["id"], chat_message_id=id, last_message=moment[:19])
    return work.show(MESSAGE_WITH_FILES if files else MESSAGE, id)


def remove_message(work: Work, entity_id: str, chat_message_id: str) -> None:
    """Take a message back with its files, as its author or an admin."""
    row = _get(work, entity_id, chat_message_id)
    require(is_admin(work) or is_self(work, row["person_id"]))
    work.foresee(ChatMessage, row)
    remove_attachments(work, AttachmentFile.chat_message_id == row["id"])
    work.delete(ChatMessage, ChatMessage.id == row["id"])
    _tell(work, "chat:deleted-message", entity_id, chat_id=row["chat_id"], chat_message_id=row["id"])


def _of(entity_id: str) -> peewee.Node:
    return (Chat.object_id == entity_id) & (Chat.object_type == "entity")


def _get(work: Work, entity_id: str, chat_message_id: str) -> Row:
    row = work.get(ChatMessage, chat_message_id)
    require(work.get(Chat, row["chat_id"])["object_id"] == entity_id)
    return row


def _takes_part(work: Work, chat: Row) -> peewee.Node:
    return (ChatParticipant.chat_id == chat["id"]) & (ChatParticipant.person_id == work.caller.id)


def _tell(work: Work, event: str, entity_id: str, **data: str) -> None:
    work.emit(event, data, work.get(Entity, entity_id)["project_id"], live=True)
