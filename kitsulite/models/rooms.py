"""Review rooms as they outlive the process that keeps them: what is shown in a room, and who sits there."""

from kitsulite.models.base import Record, Table
from kitsulite.models.fields import BigInteger, Boolean, DateTime, Json, Uuid
from kitsulite.models.textfields import String


class ReviewRoom(Table):
    """A room, which is that of a playlist, and what is shown there. It is forgotten with the last who has joined."""

    playlist_id = Uuid(null=False, primary_key=True)
    state = Json(null=False)
    updated_at = DateTime(null=False)

    class Meta:
        table_name = "review_room"


class ReviewSeat(Record):
    """A connection that is in a room.

    node    the server that has it
    joined  whether the person takes part, and does not only look
    """

    playlist_id = Uuid(null=False, index=True)
    person_id = Uuid(null=False)
    node = String(80, null=False, index=True)
    joined = Boolean(null=False)

    class Meta:
        table_name = "review_seat"


class EventNode(Record):
    """A server that people listen at; `updated_at` is its last sign of life.

    address  where the others reach it; empty when they cannot
    """

    name = String(80, null=False, unique=True)
    address = String(255, null=False)

    class Meta:
        table_name = "event_node"


class RoomMessage(Table):
    """What is said in a room, for those who sit there at other nodes; let go of soon.

    number  its place among all that is said
    """

    number = BigInteger(null=False, primary_key=True)
    node = String(80, null=False)
    playlist_id = Uuid(null=False)
    name = String(80, null=False)
    data = Json(null=False)
    created_at = DateTime(null=False)

    class Meta:
        table_name = "room_message"
