"""Review rooms, events and polls where several nodes serve one studio on PostgreSQL."""

import http.client
import json
import socket
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from engines import bare_database, drop_studio, engines_wanted
from listening import Live, handshake, listen, soon, status_of
from nodes import KEY, kill
from serving import serve
from studio import Studio

from kitsulite import Settings, Tracker
from kitsulite.models.reviews import Playlist
from kitsulite.models.rooms import EventNode, RoomMessage
from kitsulite.serving.forwarding import address_for
from kitsulite.serving.rooms import SHOWN

ROOM = "preview-room:"
PEOPLE, SHOWS = f"{ROOM}room-people-updated", f"{ROOM}room-updated"
pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif("postgres" not in engines_wanted(), reason="nodes share a PostgreSQL"),
]


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@pytest.fixture
def nodes(tmp_path: Path) -> Iterator[list[Live]]:
    """Two nodes that know of each other."""
    database, files = bare_database("postgres"), (tmp_path / "files").absolute().as_uri()
    with ExitStack() as stack:
        stack.callback(drop_studio, database)
        served = []
        for number in (1, 2):
            port = str(free_port())
            variables = {"SECRET_KEY": KEY, "KITSULITE_FILES": files, "KITSULITE_NODE_ADDRESS": f"127.0.0.1:{port}"}
            served.append(
                stack.enter_context(serve(tmp_path / f"node-{number}", database, "--port", port, **variables))
            )
        settings = Settings(data=str(tmp_path / "here"), database=database, secret_key=KEY, files=files)
        tracker = stack.enter_context(Tracker(settings))
        for node in served:
            assert status_of(f"{node.url}/rooms") == 401

        def have_met() -> bool:
            with tracker.db.reading():
                rows = tracker.db.tuples(EventNode.select(EventNode.created_at, EventNode.updated_at))
            return len(rows) == 2 and all(made != seen for made, seen in rows)

        assert soon(have_met, 20)
        yield [Live(node, Studio(tracker)) for node in served]


def test_a_room_is_one_whichever_node_people_are_at(nodes: list[Live]) -> None:
    here, there = nodes
    studio = here.studio
    ann, bob = studio.person("Ann", role="supervisor"), studio.person("Bob")
    project = studio.project(team=[ann, bob])
    playlist = studio.add(Playlist, name="Dailies", project_id=project["id"])["id"]
    with listen(here.url, ann) as one, listen(there.url, bob) as other:
        one.say(f"{ROOM}join", {"playlist_id": playlist, "current_frame": 7, "user_id": ann.id})
        assert one.next(PEOPLE)["people"] == [ann.id]
        assert one.next(SHOWS)["current_frame"] == 7
        assert soon(lambda: _is_written(studio.tracker, playlist))
        other.say(f"{ROOM}join", {"playlist_id": playlist, "current_frame": 0, "user_id": bob.id})
        assert sorted(other.next(PEOPLE)["people"]) == sorted(one.next(PEOPLE)["people"]) == sorted([ann.id, bob.id])
        assert other.next(SHOWS)["current_frame"] == one.next(SHOWS)["current_frame"] == 7
        for speaker, listener in ((one, other), (other, one)):
            drawn = {"playlist_id": playlist, "data": {"local_id": "3", "obj": {}}}
            speaker.say(f"{ROOM}add-annotation", drawn)
            assert speaker.next(f"{ROOM}add-annotation") == listener.next(f"{ROOM}add-annotation") == drawn
        other.say(SHOWS, {"playlist_id": playlist, "local_id": "5"})
        assert one.next(SHOWS) == other.next(SHOWS) | {"people": [ann.id, bob.id]}
        other.say(f"{ROOM}leave", {"playlist_id": playlist})
        assert one.next(PEOPLE)["people"] == [ann.id]
        other.say(f"{ROOM}join", {"playlist_id": playlist})
        assert len(one.next(PEOPLE)["people"]) == 2
        kill(there.served)
        one.told.queue.clear()
        assert soon(
            lambda: ("people", [ann.id]) in [("people", data[0].get("people")) for _, data in one.told.queue], 20
        )


def _is_written(tracker: Tracker, playlist: str) -> bool:
    from kitsulite.serving.seats import elsewhere

    state, people = elsewhere(tracker.db, "", playlist)
    return state is not None and state["current_frame"] == 7 and bool(people)


def test_an_event_of_one_node_is_heard_at_the_other(nodes: list[Live]) -> None:
    here, there = nodes
    ada = here.studio.person("Ada", role="admin")
    with listen(there.url, ada) as listener:
        row = here.call(ada, "POST", "/data/departments", {"name": "Matte Painting", "color": "#112233"})
        assert listener.next("department:new") == {"department_id": row["id"]}


def test_a_poll_at_the_wrong_node_reaches_the_right_one(nodes: list[Live]) -> None:
    here, there = nodes
    path = handshake(here.url).removeprefix(here.url)
    token = here.studio.person("Ada").token
    connection = http.client.HTTPConnection(urlsplit(there.url).netloc, timeout=10)
    connection.request("POST", path, f'40/events,{{"token":"{token}"}}')
    assert connection.getresponse().read() == b"OK"
    connection.request("GET", path)
    assert connection.getresponse().read().startswith(b"40/events,")
    with here.studio.tracker.work() as work:
        work.emit("main:test", {})
    connection.request("GET", path)
    told = connection.getresponse().read().decode()
    assert json.loads(told.removeprefix("42/events,")) == ["main:test", {}]
    kill(here.served)
    with suppress(http.client.RemoteDisconnected):  # the node was killed with it at hand
        connection.request("GET", path)
        assert connection.getresponse().status in (400, 503)
    assert status_of(f"{there.url}/socket.io/?EIO=4&transport=polling") == 200  # whoever begins anew


def test_who_is_alone_writes_down_nothing_that_is_said(nodes: list[Live]) -> None:
    here, there = nodes
    studio = here.studio
    there.served.stop()

    def is_alone() -> bool:
        with studio.tracker.db.reading():
            return studio.tracker.db.count(EventNode.select()) == 1

    assert soon(is_alone, 10)
    assert not soon(lambda: not is_alone(), 4)
    ann = studio.person("Ann", role="admin")
    playlist = studio.add(Playlist, name="Dailies", project_id=studio.project()["id"])["id"]
    with listen(here.url, ann) as listener:
        listener.say(f"{ROOM}join", {"playlist_id": playlist})
        assert listener.next(SHOWS) == {**SHOWN, "playlist_id": playlist, "people": [ann.id]}
    with studio.tracker.db.reading():
        assert studio.tracker.db.rows(RoomMessage.select()) == []


@pytest.mark.parametrize(
    ("line", "found"),
    [
        (b"GET /socket.io/?EIO=4&sid=abc.def HTTP/1.1", ("10.0.0.7", 5000)),
        (b"GET /socket.io/?sid=abc.def&EIO=4 HTTP/1.1", ("10.0.0.7", 5000)),
        (b"GET /socket.io/?EIO=4&sid=0123.def HTTP/1.1", None),
        (b"GET /socket.io/?EIO=4&sid=fff.def HTTP/1.1", None),
        (b"GET /socket.io/?EIO=4&sid=dead.def HTTP/1.1", None),
        (b"GET /socket.io/?EIO=4 HTTP/1.1\r\nX: ?sid=abc.def", None),
    ],
)
def test_only_polls_of_others_that_can_be_reached_are_handed_on(line: bytes, found: tuple[str, int] | None) -> None:
    others = {"abc": "10.0.0.7:5000", "fff": ""}
    assert address_for(line + b"\r\n\r\n", "0123", others) == found
