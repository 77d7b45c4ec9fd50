"""What of review rooms is written down, so that a restart of the event process costs nobody their place.

Moments of a review come many a second, and only the last counts: what has changed is written a little later, together.
"""

from typing import NamedTuple

from kitsulite.models import now
from kitsulite.models.rooms import ReviewRoom, ReviewSeat
from kitsulite.serving.rooms import Room, Seat, State
from kitsulite.storage import Database


class Kept(NamedTuple):
    """A room as it is to be written down."""

    playlist_id: str
    state: State | None
    seats: tuple[Seat, ...]


def kept(room: Room) -> Kept:
    seats = (Seat(seat.id, seat.person_id, seat.joined) for seat in room.seats.values())
    return Kept(room.playlist_id, room.state, tuple(seats))


def store(db: Database, node: str, rooms: list[Kept]) -> None:
    """Write down rooms, with the seats that they have at this node."""
    moment = now()
    ids = [room.playlist_id for room in rooms]
    with db.writing():
        db.run(ReviewSeat.delete().where(ReviewSeat.playlist_id.in_(ids), ReviewSeat.node == node))
        for room in rooms:
            for place, seat in enumerate(room.seats):
                created_at = f"{moment[:-3]}{place % 1000:03}"  # so that they keep their order
                db.insert(
                    ReviewSeat,
                    {
                        "id": seat.id,
                        "playlist_id": room.playlist_id,
                        "person_id": seat.person_id,
                        "node": node,
                        "joined": seat.joined,
                        "created_at": created_at,
                        "updated_at": moment,
                    },
                )
            if room.state is None:
                db.run(ReviewRoom.delete().where(ReviewRoom.playlist_id == room.playlist_id))
                continue
            shown = {ReviewRoom.state: room.state, ReviewRoom.updated_at: moment}
            row = ReviewRoom.insert({ReviewRoom.playlist_id: room.playlist_id, **shown})
            db.run(row.on_conflict(conflict_target=[ReviewRoom.playlist_id], update=shown))


def load(db: Database, node: str) -> list[Room]:
    """The rooms in which somebody sat at this node when it ended."""
    with db.reading():
        seats = db.rows(ReviewSeat.select().where(ReviewSeat.node == node).order_by(ReviewSeat.created_at))
        ids = {seat["playlist_id"] for seat in seats}
        rooms = {id: Room(id) for id in ids}
        for row in db.rows(ReviewRoom.select().where(ReviewRoom.playlist_id.in_(ids))):
            rooms[row["playlist_id"]].state = row["state"]
    for seat in seats:
        rooms[seat["playlist_id"]].seats[seat["id"]] = Seat(seat["id"], seat["person_id"], seat["joined"])
    return list(rooms.values())


def elsewhere(db: Database, node: str, playlist_id: str) -> tuple[State | None, dict[str, list[str]]]:
    """What is shown in a room, and the people who have joined at other nodes, by node."""
    people: dict[str, list[str]] = {}
    with db.reading():
        room = db.row(ReviewRoom.select().where(ReviewRoom.playlist_id == playlist_id))
        found = (ReviewSeat.playlist_id == playlist_id) & (ReviewSeat.node != node) & ReviewSeat.joined
        seats = db.rows(ReviewSeat.select().where(found).order_by(ReviewSeat.created_at))
    for seat in seats:
        people.setdefault(seat["node"], []).append(seat["person_id"])
    return (room["state"] if room and people else None), people
