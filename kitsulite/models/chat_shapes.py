"""How chats look on the wire (docs/api/entities.md)."""

from kitsulite.models.comment_shapes import ATTACHMENT
from kitsulite.models.entities import Entity
from kitsulite.models.entity_names import FULL_NAME
from kitsulite.models.entity_shapes import columns
from kitsulite.models.reviews import Chat, ChatMessage
from kitsulite.models.shapes import Shape, listed
from kitsulite.storage import Wire

PLAIN = Shape(Chat)

CHAT = Shape(Chat, relations=True, plus={"messages": Wire("'[]'", "json")}, title="OpenChat")
"""A chat. Its `messages` are empty, as clients know it: they read them for themselves."""

JOINED = Shape(
    Chat,
    type=None,
    only=("id", "object_id", "last_message"),
    plus={"entity_name": FULL_NAME, **columns(Entity, ("project_id", "preview_file_id"))},
    title="JoinedChat",
)
"""A chat in the list of its participants. Queries bring the entity and its ancestors."""

MESSAGE = Shape(ChatMessage)

MESSAGE_WITH_FILES = MESSAGE.but(
    plus={"attachment_files": listed(ATTACHMENT, "FROM attachment_file WHERE chat_message_id = chat_message.id")},
    title="ChatMessageWithFiles",
)
"""What somebody said, and the files that came with it."""
