"""The chats of entities (contract 03, 11 and 07, 2.7)."""

from typing import Any

import msgspec

from kitsulite.access import by_a_person, entity_in_path, person_only
from kitsulite.areas.tasks import chats
from kitsulite.models.chat_shapes import CHAT, JOINED, MESSAGE, MESSAGE_WITH_FILES, PLAIN
from kitsulite.web.call import Call
from kitsulite.web.routing import delete, get, post


class NewMessage(msgspec.Struct):
    """What to say; files of a form go along."""

    message: str


def show_chat(call: Call, entity_id: str) -> Any:
    """The chat of an entity, made when there is none yet."""
    return chats.chat(call.work, entity_id)


def list_joined_chats(call: Call) -> Any:
    """The chats in which the caller takes part."""
    return chats.joined_chats(call.work)


def join_chat(call: Call, entity_id: str) -> Any:
    """Take part in the chat of an entity."""
    return chats.join(call.work, entity_id)


def leave_chat(call: Call, entity_id: str) -> None:
    """Take part in the chat of an entity no longer."""
    chats.leave(call.work, entity_id)


def list_messages(call: Call, entity_id: str) -> Any:
    """What was said in the chat of an entity."""
    return chats.messages(call.work, entity_id)


def show_message(call: Call, entity_id: str, chat_message_id: str) -> Any:
    """One message of a chat."""
    return chats.message(call.work, entity_id, chat_message_id)


def post_message(call: Call, entity_id: str, body: NewMessage) -> Any:
    """Say something in a chat."""
    return chats.say(call.work, entity_id, body.message, call.files)


def remove_message(call: Call, entity_id: str, chat_message_id: str) -> None:
    """Take a message back: its author, or an admin."""
    chats.remove_message(call.work, entity_id, chat_message_id)


CHAT_PATH = "/data/entities/{entity_id}/chat"
JOIN_PATH = "/actions/user/chats/{entity_id}/join"
ROUTES = [
    get("/data/user/chats", person_only, list_joined_chats, gives=[JOINED]),
    post(JOIN_PATH, by_a_person(entity_in_path), join_chat, gives=PLAIN),
    delete(JOIN_PATH, by_a_person(entity_in_path), leave_chat),
    get(CHAT_PATH, entity_in_path, show_chat, writes=True, gives=CHAT),
    get(CHAT_PATH + "/messages", entity_in_path, list_messages, gives=[MESSAGE_WITH_FILES]),
    get(CHAT_PATH + "/messages/{chat_message_id}", entity_in_path, show_message, gives=MESSAGE_WITH_FILES),
    post(CHAT_PATH + "/messages", entity_in_path, post_message, takes=NewMessage, gives=MESSAGE, status=201),
    delete(CHAT_PATH + "/messages/{chat_message_id}", entity_in_path, remove_message),
]
