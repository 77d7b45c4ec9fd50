"""Listening without Socket.IO: server-sent events, and answers that wait."""

import http.client
import json
import os
import signal
import threading
import time
import urllib.error
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from listening import Live, Refused, handshake, listen, lively, status_of
from studio import Member, Studio

from kitsulite.models.people import Person

pytestmark = pytest.mark.long


class Stream:
    """What a client of server-sent events reads."""

    def __init__(self, answer: http.client.HTTPResponse) -> None:
        self.answer = answer

    def next(self) -> dict[str, str]:
        """The fields of the next event."""
        found: dict[str, str] = {}
        while True:
            line = self.answer.readline().decode().rstrip("\n")
            if not line and "data" in found:
                return found
            name, _, value = line.partition(": ")
            found |= {name: value} if name and value else {}


@contextmanager
def stream(live: Live, member: Member | None, query: str = "", **headers: str) -> Iterator[Stream]:
    connection = http.client.HTTPConnection(urlsplit(live.url).netloc, timeout=10)
    if member:
        headers["Authorization"] = f"Bearer {member.token}"
    connection.request("GET", f"/data/events/stream{query}", headers=headers)
    answer = connection.getresponse()
    if answer.status != 200:
        raise Refused(f"{answer.status} {answer.read().decode()}")
    assert (answer.getheader("Content-Type") or "").startswith("text/event-stream")
    try:
        yield Stream(answer)
    finally:
        connection.close()


def rename(live: Live, member: Member, entity: Any, name: str) -> None:
    live.call(member, "PUT", f"/data/entities/{entity['id']}", {"name": name})


def test_a_stream_tells_what_happens_and_goes_on_where_it_broke_off(live: Live) -> None:
    ada = live.studio.person("Ada", role="admin")
    asset = live.studio.entity("Character", "Fox", live.studio.project())
    with stream(live, ada) as first:
        rename(live, ada, asset, "Vixen")
        event = first.next()
    listed = live.call(ada, "GET", f"/data/events?after={int(event['id']) - 1}")["events"]
    assert (event["event"], event["retry"]) == ("asset:update", "2000")
    assert [json.loads(event["data"])] == listed
    assert listed[0]["fields"]["name"] == ["Fox", "Vixen"]
    rename(live, ada, asset, "Fox")
    for options in ({"Last-Event-ID": event["id"]}, {"query": f"?after={event['id']}"}):
        with stream(live, ada, **options) as again:
            assert json.loads(again.next()["data"])["fields"]["name"] == ["Vixen", "Fox"]
    with stream(live, ada, f"?after={10**6}") as lost:
        assert lost.next()["event"] == "gap"


def test_a_stream_tells_only_what_may_be_known_and_ends_with_the_token(live: Live) -> None:
    ada, bob = live.studio.person("Ada", role="admin"), live.studio.person("Bob")
    asset = live.studio.entity("Character", "Fox", live.studio.project())
    with stream(live, bob) as events:
        rename(live, ada, asset, "Vixen")
        live.call(ada, "POST", "/data/departments", {"name": "Matte Painting", "color": "#112233"})
        assert events.next()["event"] == "department:new"
        live.studio.store(Person, bob.id, active=False)
        assert events.answer.read() == b"\n" or events.answer.read() == b""


def test_strangers_get_no_stream(live: Live) -> None:
    with pytest.raises(Refused, match="401"), stream(live, None):
        pass
    with pytest.raises(Refused, match=r"400 .*seq"), stream(live, live.studio.person("Ada"), "?after=yesterday"):
        pass


def test_a_plain_server_says_how_to_have_a_stream(studio: Studio) -> None:
    refused = studio.person("Ada").get("/data/events/stream", status=400)
    assert "kitsulite events" in refused["message"]


def test_an_answer_waits_until_there_is_something_and_holds_no_thread(tmp_path: Path) -> None:
    with lively(tmp_path / "studio", "", "--threads", "2") as live:
        ada, bob = live.studio.person("Ada", role="admin"), live.studio.person("Bob")
        asset = live.studio.entity("Character", "Fox", live.studio.project())
        last = live.call(ada, "GET", "/data/events?after=last")["last"]
        answers: list[Any] = []

        def wait(member: Member, seconds: float) -> None:
            begun = time.monotonic()
            answer = live.call(member, "GET", f"/data/events?after={last}&wait={seconds}")
            answers.append((member, time.monotonic() - begun, answer))

        waiting = [threading.Thread(target=wait, args=(ada, 20)) for _ in range(5)]
        waiting.append(threading.Thread(target=wait, args=(bob, 3)))  # who may not know of it
        for thread in waiting:
            thread.start()
        time.sleep(1)
        begun = time.monotonic()
        rename(live, ada, asset, "Vixen")
        assert time.monotonic() - begun < 1
        for thread in waiting:
            thread.join()
        assert [[event["name"] for event in answer["events"]] for _, _, answer in answers[:5]] == [["asset:update"]] * 5
        assert all(1 <= took < 15 for _, took, _ in answers[:5])
        member, took, answer = answers[5]
        assert (member, answer) == (bob, {"events": [], "last": answers[0][2]["last"]})
        assert 2.9 <= took < 15
        begun = time.monotonic()
        assert live.call(ada, "GET", f"/data/events?after={last}&wait=20")["events"]
        assert time.monotonic() - begun < 1


def test_who_waited_when_the_event_process_died_asks_again(live: Live) -> None:
    ada = live.studio.person("Ada", role="admin")
    last = live.call(ada, "GET", "/data/events?after=last")["last"]
    dying = threading.Timer(1, os.kill, (live.event_process(), signal.SIGKILL))
    dying.start()
    with pytest.raises((http.client.HTTPException, urllib.error.URLError, OSError)):
        live.call(ada, "GET", f"/data/events?after={last}&wait=20")
    assert live.call(ada, "GET", f"/data/events?after={last}&wait=0.5") == {"events": [], "last": last}


def test_who_waits_when_the_server_ends_is_answered(live: Live) -> None:
    ada = live.studio.person("Ada", role="admin")
    last = live.call(ada, "GET", "/data/events?after=last")["last"]
    poll = handshake(live.url)
    answers: list[Any] = []

    def wait() -> None:
        answers.append(live.call(ada, "GET", f"/data/events?after={last}&wait=20"))

    def read_until_end() -> None:
        with stream(live, ada) as events:
            answers.append(events.answer.read().startswith(b"retry: "))  # IncompleteRead without the last chunk

    def listen_by_poll() -> None:
        answers.append(status_of(poll))

    waiting = [threading.Thread(target=task) for task in (wait, wait, read_until_end, listen_by_poll)]
    for thread in waiting:
        thread.start()
    time.sleep(1)
    assert answers == []
    begun = time.monotonic()
    assert live.served.stop() == 0
    assert time.monotonic() - begun < 6
    for thread in waiting:
        thread.join()
    assert sorted(answers, key=str) == [200, True, {"events": [], "last": last}, {"events": [], "last": last}]


def test_streams_count_among_the_connections_of_a_person(tmp_path: Path) -> None:
    with lively(tmp_path / "studio", "", KITSULITE_SOCKETS_PER_PERSON="2") as live:
        ada = live.studio.person("Ada")
        with stream(live, ada), listen(live.url, ada), pytest.raises(Refused, match="429"), stream(live, ada):
            pass
