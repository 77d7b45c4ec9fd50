"""Review rooms: who looks at a playlist together sees the same moment of it, drawn upon by everybody.

A room is that of a playlist. What is shown in it is what its members say; nothing here looks into drawings and movements, which go to
everybody in the room as they came, their sender included. What is kept is kept by `seats.py`.
"""

import copy
from dataclasses import dataclass, field
from typing import Any

import msgspec

State = dict[str, Any]

COMPARING = {"enable": False, "task_type": None, "revision": None, "mode": "sidebyside", "comparison_preview_index": 0}
SHOWN: State = {
    "user_id": None,
    "local_id": None,
    "is_playing": False,
    "current_entity_id": None,
    "current_entity_index": None,
    "current_preview_file_id": None,
    "current_preview_file_index": None,
    "current_frame": 0,
    "is_repeating": None,
    "is_annotations_displayed": False,
    "is_zoom_enabled": False,
    "is_waveform_displayed": False,
    "is_laser_mode": None,
    "handle_in": None,
    "handle_out": None,
    "speed": None,
    "comparing": COMPARING,
}
"""What is shown, and who said so last, before anybody says."""
LONGEST_STATE = 16 * 1024
"""Bytes that what is shown may take up."""


def shown_after(state: State, said: State) -> State | None:
    """What is shown once a member says this: what they do not say is as in the beginning, but for the frame, what is compared and
    the speed, which stay. None when they say too much."""
    shown = {name: said.get(name, default) for name, default in SHOWN.items()}
    if "current_frame" not in said:
        shown["current_frame"] = state["current_frame"]
    comparing = said.get("comparing")
    if isinstance(comparing, dict):
        shown["comparing"] = {name: comparing.get(name, default) for name, default in COMPARING.items()}
    else:
        shown["comparing"] = state["comparing"]
    if isinstance(shown["speed"], bool) or not isinstance(shown["speed"], (int, float)):
        shown["speed"] = state["speed"]
    return shown if len(msgspec.json.encode(shown)) <= LONGEST_STATE else None


@dataclass
class Seat:
    """A connection in a room; one whose connection was lost with the process before waits for its person to come back.

    joined  whether the person takes part, and does not only look
    """

    id: str
    person_id: str
    joined: bool = False


@dataclass
class Room:
    """See the module.

    state      what is shown; None as long as nobody has joined
    seats      by connection; those that are lost by their ids
    elsewhere  the people who have joined at other nodes, by node
    """

    playlist_id: str
    state: State | None = None
    seats: dict[Any, Seat] = field(default_factory=dict)
    elsewhere: dict[str, list[str]] = field(default_factory=dict)

    @property
    def here(self) -> list[str]:
        """Who takes part at this node, in the order in which they joined; in two windows, once."""
        return list(dict.fromkeys(seat.person_id for seat in self.seats.values() if seat.joined))

    @property
    def people(self) -> list[str]:
        """Who takes part."""
        others = (person for people in self.elsewhere.values() for person in people)
        return list(dict.fromkeys([*self.here, *others]))

    def who(self) -> State:
        """What is told when people come and go."""
        return {"people": self.people, "playlist_id": self.playlist_id, "id": self.playlist_id}

    def whole(self) -> State:
        """What is shown, and to whom."""
        return {"playlist_id": self.playlist_id, "people": self.people, **(self.state or copy.deepcopy(SHOWN))}
