"""Review rooms: who looks at a playlist together sees the same, and nobody else does."""

import os
import signal
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

import pytest
from listening import SOON, Listener, Live, listen, soon
from studio import Member

from kitsulite.models.people import Person
from kitsulite.models.productions import ProjectPersonLink
from kitsulite.models.reviews import Playlist
from kitsulite.models.rooms import ReviewRoom, ReviewSeat
from kitsulite.serving.reviews import RELAYED
from kitsulite.serving.rooms import LONGEST_STATE, SHOWN, shown_after

pytestmark = pytest.mark.long

ROOM = "preview-room:"
PEOPLE, SHOWS = f"{ROOM}room-people-updated", f"{ROOM}room-updated"


@dataclass
class Reviewing:
    """A production whose playlist is looked at."""

    live: Live
    project: Any
    playlist: Any
    ann: Member
    bob: Member
    stack: ExitStack

    def come(self, member: Member, **options: Any) -> Listener:
        return self.stack.enter_context(listen(self.live.url, member, **options))

    def said(self, **more: Any) -> dict[str, Any]:
        return {"playlist_id": self.playlist["id"], **more}

    def who(self, *people: Member) -> dict[str, Any]:
        id = self.playlist["id"]
        return {"people": [person.id for person in people], "playlist_id": id, "id": id}

    def stored(self, table: Any) -> list[Any]:
        db = self.live.studio.tracker.db
        with db.reading():
            return db.rows(table.select())


@pytest.fixture
def reviewing(live: Live) -> Iterator[Reviewing]:
    studio = live.studio
    ann, bob = studio.person("Ann", role="supervisor"), studio.person("Bob")
    project = studio.project(team=[ann, bob])
    playlist = studio.add(Playlist, name="Dailies", project_id=project["id"])
    with ExitStack() as stack:
        yield Reviewing(live, project, playlist, ann, bob, stack)


def test_members_see_what_one_of_them_shows(reviewing: Reviewing) -> None:
    ann, bob = reviewing.come(reviewing.ann), reviewing.come(reviewing.bob)
    ann.say(f"{ROOM}open-playlist", reviewing.said())
    assert ann.next(PEOPLE) == reviewing.who()  # to look is not to take part
    ann.say(f"{ROOM}join", reviewing.said(user_id=reviewing.ann.id, is_playing=True, current_frame=12))
    assert ann.next(PEOPLE) == reviewing.who(reviewing.ann)
    shown = {
        **SHOWN,
        "playlist_id": reviewing.playlist["id"],
        "user_id": reviewing.ann.id,
        "is_playing": True,
        "current_frame": 12,
    }
    assert ann.next(SHOWS) == {**shown, "people": [reviewing.ann.id]}
    bob.say(f"{ROOM}join", reviewing.said(user_id=reviewing.bob.id, is_playing=False))
    for listener in (ann, bob):
        assert listener.next(PEOPLE) == reviewing.who(reviewing.ann, reviewing.bob)
        assert listener.next(SHOWS) == {**shown, "people": [reviewing.ann.id, reviewing.bob.id]}
    bob.say(SHOWS, reviewing.said(user_id=reviewing.bob.id, local_id="7", speed=2), True)
    for listener in (ann, bob):
        update = listener.next(SHOWS)
        assert (update["local_id"], update["speed"], update["current_frame"]) == ("7", 2, 12)
        assert (update["is_playing"], update["only_newcomer"]) == (False, True)
    bob.say(f"{ROOM}leave", reviewing.said())
    assert ann.next(PEOPLE) == bob.next(PEOPLE) == reviewing.who(reviewing.ann)
    bob.say(f"{ROOM}close-playlist", reviewing.said())
    assert PEOPLE not in ann.rest()


@pytest.mark.parametrize("name", sorted(RELAYED))
def test_what_is_drawn_and_moved_goes_to_all_in_the_room_as_it_came(reviewing: Reviewing, name: str) -> None:
    ann, bob, passer_by = reviewing.come(reviewing.ann), reviewing.come(reviewing.bob), reviewing.come(reviewing.ann)
    for listener in (ann, bob):
        listener.say(f"{ROOM}open-playlist", reviewing.said())
    drawn = reviewing.said(
        data={"local_id": "1", "user_id": reviewing.ann.id, "time": 1.5, "obj": {"path": [[0, 1]] * 100}}
    )
    ann.say(name, drawn)
    assert ann.next(name) == bob.next(name) == drawn
    assert name not in passer_by.rest()
    refused = passer_by.say(name, drawn)
    assert refused["message"] == "Open the playlist first: only who is in a room speaks in it."
    assert name not in ann.rest()


def test_only_who_may_see_the_playlist_enters(reviewing: Reviewing) -> None:
    live, studio = reviewing.live, reviewing.live.studio
    stranger, vendor, client, admin = (studio.person(role=role) for role in ("user", "vendor", "client", "admin"))
    for member in (vendor, client):
        studio.join(reviewing.project, member)
    ann = reviewing.come(reviewing.ann)
    ann.say(f"{ROOM}join", reviewing.said())
    for member, may in ((stranger, False), (vendor, False), (client, False), (admin, True)):
        listener = reviewing.come(member)
        for name in ("open-playlist", "join"):
            assert (listener.say(f"{ROOM}{name}", reviewing.said()) is None) is may
        refused = listener.say(f"{ROOM}panzoom-changed", reviewing.said(data={}))
        assert (refused is None) is may
        assert (SHOWS in listener.rest()) is may
    studio.store(Playlist, reviewing.playlist["id"], for_client=True)
    assert reviewing.come(client).say(f"{ROOM}join", reviewing.said()) is None
    assert live.call(admin, "DELETE", f"/data/playlists/{reviewing.playlist['id']}") == ""


def test_people_are_counted_by_their_windows(reviewing: Reviewing) -> None:
    ann, one, other = reviewing.come(reviewing.ann), reviewing.come(reviewing.bob), reviewing.come(reviewing.bob)
    for listener in (ann, one, other):
        listener.say(f"{ROOM}join", reviewing.said())
    assert [ann.next(PEOPLE) for _ in range(3)][-1] == reviewing.who(reviewing.ann, reviewing.bob)
    one.say(f"{ROOM}leave", reviewing.said())
    assert ann.next(PEOPLE) == reviewing.who(reviewing.ann, reviewing.bob)
    other.client.disconnect()
    assert ann.next(PEOPLE) == reviewing.who(reviewing.ann)


def test_who_loses_the_right_or_the_token_is_in_the_room_no_more(reviewing: Reviewing) -> None:
    studio = reviewing.live.studio
    eve = studio.person("Eve")
    studio.join(reviewing.project, eve)
    ann, bob, other = reviewing.come(reviewing.ann), reviewing.come(reviewing.bob), reviewing.come(eve)
    for listener in (ann, bob, other):
        listener.say(f"{ROOM}join", reviewing.said())
    ann.rest()
    with studio.tracker.work() as work:
        link = ProjectPersonLink
        work.delete(link, link.project_id == reviewing.project["id"], link.person_id == reviewing.bob.id)
    refused = bob.say(f"{ROOM}panzoom-changed", reviewing.said(data={}))  # at once, at a message
    assert refused["message"] == "There is no such room that you may enter."
    assert ann.next(PEOPLE) == reviewing.who(reviewing.ann, eve)
    studio.store(Playlist, reviewing.playlist["id"], for_client=True)
    with studio.tracker.work() as work:
        work.db.run(link.update(role="vendor").where(link.person_id == eve.id))
    assert ann.next(PEOPLE) == reviewing.who(reviewing.ann)  # soon, without one
    studio.store(Person, reviewing.ann.id, active=False)
    assert ann.is_gone()
    assert soon(lambda: not reviewing.stored(ReviewRoom))


def test_nothing_is_heard_once_a_right_has_ended(reviewing: Reviewing) -> None:
    studio, link = reviewing.live.studio, ProjectPersonLink
    ann, bob = reviewing.come(reviewing.ann), reviewing.come(reviewing.bob)
    ann.say(f"{ROOM}join", reviewing.said())
    for turn in range(6):
        bob.say(f"{ROOM}join", reviewing.said())
        bob.rest(0.1)
        with studio.tracker.work() as work:
            work.delete(link, link.project_id == reviewing.project["id"], link.person_id == reviewing.bob.id)
        ann.say(f"{ROOM}panzoom-changed", reviewing.said(turn=turn))
        ann.say(SHOWS, reviewing.said(current_frame=turn))
        left = {"turn", "alone"}  # told in whichever order it was noticed
        while left:
            name, (data, *_) = ann.told.get(timeout=SOON)
            if name == f"{ROOM}panzoom-changed" and data["turn"] == turn:
                left.discard("turn")
            elif name == PEOPLE and data == reviewing.who(reviewing.ann):
                left.discard("alone")
        assert bob.rest(0.2) == []
        studio.join(reviewing.project, reviewing.bob)
    studio.store(Person, reviewing.bob.id, active=False)
    ann.say(f"{ROOM}panzoom-changed", reviewing.said())
    assert bob.rest() == []


def test_a_room_outlives_the_event_process(reviewing: Reviewing) -> None:
    ann, bob = reviewing.come(reviewing.ann, reconnection=True), reviewing.come(reviewing.bob)
    ann.say(f"{ROOM}join", reviewing.said(user_id=reviewing.ann.id))
    bob.say(f"{ROOM}join", reviewing.said())
    ann.say(SHOWS, reviewing.said(current_frame=99, local_id="3"))
    assert soon(lambda: len(reviewing.stored(ReviewSeat)) == 2)
    assert soon(lambda: [row["state"]["current_frame"] for row in reviewing.stored(ReviewRoom)] == [99])
    os.kill(reviewing.live.event_process(), signal.SIGKILL)
    assert ann.is_gone()
    assert soon(lambda: ann.client.connected and "/events" in ann.client.namespaces, 10)
    ann.rest()
    drawn = reviewing.said(data={"obj": {}})
    assert ann.say(f"{ROOM}add-annotation", drawn) is None  # without having opened the playlist anew
    assert ann.next(f"{ROOM}add-annotation") == drawn
    bob = reviewing.come(reviewing.bob)
    bob.say(f"{ROOM}join", reviewing.said(current_frame=1))
    assert bob.next(PEOPLE) == reviewing.who(reviewing.ann, reviewing.bob)
    assert bob.next(SHOWS)["current_frame"] == 99


def test_a_burst_is_written_down_together(reviewing: Reviewing) -> None:
    ann = reviewing.come(reviewing.ann)
    ann.say(f"{ROOM}join", reviewing.said())
    seen = set()
    for frame in range(100):
        ann.client.emit(SHOWS, reviewing.said(current_frame=frame), namespace="/events")
        seen |= {row["updated_at"] for row in reviewing.stored(ReviewRoom)}
    assert soon(lambda: [row["state"]["current_frame"] for row in reviewing.stored(ReviewRoom)] == [99])
    assert len(seen) < 20


def test_what_is_shown_is_what_was_said_last() -> None:
    said: dict[str, Any] = {"is_playing": True, "current_frame": 5, "speed": 2, "comparing": {"enable": True, "odd": 1}}
    state = shown_after(SHOWN, said)
    assert state
    assert state["comparing"] == {**SHOWN["comparing"], "enable": True}
    later = shown_after(state, {"local_id": "2"})
    assert later == {**SHOWN, "local_id": "2", "current_frame": 5, "speed": 2, "comparing": state["comparing"]}
    assert shown_after(state, {"speed": "fast"}) == {
        **SHOWN,
        **{key: state[key] for key in ("current_frame", "speed", "comparing")},
    }
    assert shown_after(SHOWN, {"local_id": "x" * LONGEST_STATE}) is None
