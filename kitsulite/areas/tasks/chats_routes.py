"""The chats of entities."""

from typing import Any

import msgspec

from kitsulite.access.callers import by_a_person, person_only
from kitsulite.access.entities import has_entity_access
from kitsulite.access.rules import row
from kitsulite.areas.tasks import chats
from kitsulite.models.chat_shapes import CHAT, JOINED, MESSAGE_WITH_FILES, PLAIN
from kitsulite.models.entities import Entity
from kitsulite.storage import Row
from kitsulite.web.call import Call
from kitsulite.web.routing import delete, get, post


class NewMessage(msgspec.Struct):
    """What to say; files of a form go along."""

    message: str


def post_message(call: Call, entity: Row, body: NewMessage) -> Any:
    """Say something in a chat."""
    return chats.say(call.work, entity["id"], body.message, call.files)


reachable = row(Entity, has_entity_access)
CHAT_PATH = "/data/entities/{entity_id}/chat"
JOIN_PATH = "/actions/user/chats/{entity_id}/join"
ROUTES = [
    get("/data/user/chats", person_only, chats.joined_chats, gives=[JOINED]),
    post(JOIN_PATH, by_a_person(reachable), chats.join, gives=PLAIN),
    delete(JOIN_PATH, by_a_person(reachable), chats.leave),
    get(CHAT_PATH, reachable, chats.chat, writes=True, gives=CHAT),
    get(CHAT_PATH + "/messages", reachable, chats.messages, gives=[MESSAGE_WITH_FILES]),
    get(CHAT_PATH + "/messages/{chat_message_id}", reachable, chats.message, gives=MESSAGE_WITH_FILES),
    post(
        CHAT_PATH + "/messages",
        reachable,
        post_message,
        takes=NewMessage,
        files=True,
        gives=MESSAGE_WITH_FILES,
        status=201,
    ),
    delete(CHAT_PATH + "/messages/{chat_message_id}", reachable, chats.remove_message),
]
