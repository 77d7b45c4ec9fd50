"""Socket.IO at `/events`: who is let in, who hears what, and what was missed meanwhile."""

import datetime
import json
import socket
import time
import urllib.request
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import socketio
import websocket
from listening import BOTH, QUIET, SOON, Live, Refused, handshake, listen, lively, soon, status_of, tell
from studio import Member

from kitsulite.areas.people import apikeys, sessions
from kitsulite.models.own import ApiKey, Token
from kitsulite.models.people import Person
from kitsulite.work.work import Caller

pytestmark = pytest.mark.long


# --- who comes in ---


def refusal(live: Live, **options: Any) -> str:
    with pytest.raises(Refused) as refused, listen(live.url, **options):
        pass
    return str(refused.value)


def test_a_refusal_says_why(live: Live) -> None:
    studio = live.studio
    ada = studio.person("Ada", role="admin")
    with studio.tracker.work() as work:
        pair = sessions.open_session(work, ada.id)
        short = sessions.open_session(work, ada.id, restricted=True)
        claims = studio.tracker.keys.read_token(ada.token or "")
        assert claims
        expired = studio.tracker.keys.sign_token({**claims, "exp": 1})
    assert "missing" in refusal(live)
    assert "invalid" in refusal(live, auth={"token": "nonsense"})
    assert "refresh token" in refusal(live, auth={"token": pair["refresh_token"]})
    assert "expired" in refusal(live, auth={"token": expired})
    assert "second factor" in refusal(live, auth={"token": short["access_token"]})
    live.call(ada, "GET", "/auth/logout")
    assert "revoked" in refusal(live, member=ada)
    bob, eve = studio.person("Bob"), studio.person("Eve")
    studio.store(Person, bob.id, active=False)
    assert "inactive" in refusal(live, member=bob)
    with studio.tracker.work() as work:
        work.delete(Person, Person.id == eve.id)
    assert "unknown" in refusal(live, member=eve)
    assert "after" in refusal(live, auth={"token": studio.person().token, "after": "yesterday"})


def test_a_token_may_come_by_header_by_cookie_or_in_words(live: Live) -> None:
    ada = live.studio.person("Ada", role="admin")
    for options in (
        {"member": ada},
        {"headers": {"Cookie": f"access_token_cookie={ada.token}"}},
        {"headers": {"Cookie": f"access_token_cookie={ada.token}", "Origin": live.url}},
        {"auth": {"token": ada.token}},
        {"auth": {"token": ada.token}, "headers": {"Origin": "https://elsewhere.test"}},
    ):
        with listen(live.url, **options) as listener:  # type: ignore[arg-type]
            tell(live, "main:test")
            assert listener.next("main:test") == {}


@BOTH
def test_pages_of_other_sites_do_not_come_in_by_the_cookie(live: Live, transports: list[str] | None) -> None:
    ada = live.studio.person("Ada", role="admin")
    site = "https://elsewhere.test"
    headers = {"Cookie": f"access_token_cookie={ada.token}", "Origin": site}
    if transports == ["websocket"]:
        del headers["Origin"]  # its client has one of its own
    assert site in refusal(live, headers=headers, transports=transports, origin=site)


def test_bots_listen_too(live: Live) -> None:
    studio = live.studio
    row = studio.add(Person, first_name="Farm", last_name="", email="farm@studio.test", role="admin", is_bot=True)
    with studio.tracker.work() as work:
        token = sessions.mint_api_token(work, studio.stored(Person, row["id"]))
    with listen(live.url, Member(studio.app, token, row)) as listener:
        tell(live, "main:test")
        assert listener.next("main:test") == {}


def test_at_the_root_there_is_nothing(live: Live) -> None:
    ada = live.studio.person("Ada", role="admin")
    client = socketio.Client(reconnection=False)
    told: list[str] = []
    client.on("*", lambda name, *data: told.append(name))
    client.connect(live.url, headers={"Authorization": f"Bearer {ada.token}"}, namespaces=["/"])
    tell(live, "main:test")
    time.sleep(QUIET)
    client.disconnect()
    assert told == []


# --- API keys ---


def key_of(live: Live, member: Member, **how: Any) -> Member:
    with live.studio.tracker.work() as work:
        as_member = work.in_name_of(Caller(work.get(Person, member.id)))
        return Member(live.studio.app, apikeys.create_key(as_member, member.row, "Listener", **how)[1], member.row)


@BOTH
def test_a_key_hears_until_it_is_removed(live: Live, transports: list[str] | None) -> None:
    ada = live.studio.person("Ada", role="admin")
    with listen(live.url, key_of(live, ada), transports=transports) as listener:
        tell(live, "main:test")
        assert listener.next("main:test") == {}
        with live.studio.tracker.work() as work:
            work.db.run(ApiKey.delete())
        assert listener.is_gone()


def test_a_key_that_was_changed_for_a_new_one_hears_no_more_once_it_is_over(live: Live) -> None:
    ada = live.studio.person("Ada", role="admin")
    member = key_of(live, ada)
    with live.studio.tracker.work() as work:
        (row,) = work.db.rows(ApiKey.select())
        apikeys.rotate_key(work.in_name_of(Caller(ada.row)), row, datetime.timedelta(seconds=3))
    with listen(live.url, member) as listener:
        tell(live, "main:test")
        assert listener.next("main:test") == {}
        assert listener.is_gone()


def test_a_key_that_is_kept_to_a_part_of_the_studio_hears_nothing(live: Live) -> None:
    ada, fox = live.studio.person("Ada", role="admin"), live.studio.project("Fox")
    for how in ({"project_ids": [fox["id"]]}, {"areas": ["tasks"]}):
        assert "hears no events" in refusal(live, member=key_of(live, ada, **how))
    with listen(live.url, key_of(live, ada, areas=["studio"])) as listener:
        tell(live, "main:test")
        assert listener.next("main:test") == {}
    assert "removed" in refusal(live, auth={"token": "klk_nothing"})


# --- who has to go ---


def end_sessions(live: Live, member: Member) -> None:
    with live.studio.tracker.work() as work:
        sessions.end_sessions(work, member.id)


def deactivate(live: Live, member: Member) -> None:
    live.studio.store(Person, member.id, active=False)


def delete(live: Live, member: Member) -> None:
    with live.studio.tracker.work() as work:
        work.delete(Person, Person.id == member.id)


def expire(live: Live, member: Member) -> None:
    with live.studio.tracker.work() as work:
        work.db.run(Token.update(expires_at="2020-01-01T00:00:00.000000").where(Token.person_id == member.id))


def restrict(live: Live, member: Member) -> None:
    with live.studio.tracker.work() as work:
        work.db.run(Token.update(restricted=True).where(Token.person_id == member.id))


@BOTH
@pytest.mark.parametrize("how", [end_sessions, deactivate, delete, expire, restrict])
def test_a_token_that_ends_closes_its_sockets(live: Live, transports: list[str] | None, how: Any) -> None:
    ada, bob = live.studio.person("Ada", role="admin"), live.studio.person("Bob")
    with listen(live.url, bob, transports=transports) as listener, listen(live.url, ada) as other:
        how(live, bob)
        tell(live, "main:test")
        assert other.next("main:test") == {}
        assert listener.is_gone()
        assert "main:test" not in listener.rest(0)


def test_a_token_that_has_ended_is_noticed_when_nothing_happens_and_at_every_message(live: Live) -> None:
    bob = live.studio.person("Bob")
    with listen(live.url, bob, transports=["websocket"]) as listener:
        live.studio.store(Person, bob.id, active=False)
        begun = time.monotonic()
        assert listener.is_gone()
        assert time.monotonic() - begun < 2


def test_a_message_of_who_may_not_any_more_closes_the_socket_at_once(live: Live) -> None:
    """Not at the next look at everybody, which is once a second: four of them would take two."""
    waited = 0.0
    for name in ("Bob", "Eve", "Joe", "Kim"):
        member = live.studio.person(name)
        with listen(live.url, member, transports=["websocket"]) as listener:
            deactivate(live, member)
            begun = time.monotonic()
            listener.client.emit("preview-room:join", {"playlist_id": member.id}, namespace="/events")
            assert listener.is_gone()
            waited += time.monotonic() - begun
    assert waited < 1


def test_nobody_has_more_connections_than_the_settings_say(tmp_path: Path) -> None:
    with lively(tmp_path / "studio", "", KITSULITE_SOCKETS_PER_PERSON="2") as live:
        ada, bob = live.studio.person("Ada"), live.studio.person("Bob")
        with listen(live.url, ada), listen(live.url, ada), listen(live.url, bob):
            assert "2 connections" in refusal(live, member=ada)
        assert soon(lambda: not _refuses(live, ada))


def test_strangers_are_few_and_have_to_say_soon_who_they_are(tmp_path: Path) -> None:
    limits = {"KITSULITE_CONNECTIONS_PER_ADDRESS": "3", "KITSULITE_REQUEST_PATIENCE": "1.5"}
    with lively(tmp_path / "studio", "", **limits) as live:
        ada = live.studio.person("Ada")

        def come(address: str) -> int:
            request = urllib.request.Request(
                f"{live.url}/socket.io/?EIO=4&transport=polling", headers={"X-Forwarded-For": address}
            )
            return status_of(request)

        assert [come("203.0.113.7") for _ in range(4)] == [200, 200, 200, 401]
        assert come("203.0.113.8") == 200
        silent = handshake(live.url)
        with listen(live.url, ada) as known:
            assert soon(lambda: status_of(silent) == 400)
            assert come("203.0.113.7") == 200
            tell(live, "main:test")
            assert known.next("main:test") == {}


def silent(live: Live, query: str = "", **headers: str) -> websocket.WebSocket:
    """A websocket that says nothing."""
    url = f"{live.url.replace('http', 'ws')}/socket.io/?EIO=4&transport=websocket{query}"
    return websocket.create_connection(url, header=headers, timeout=SOON)


@pytest.mark.parametrize("proxies", ["", "1"])
def test_websockets_of_strangers_are_few_and_closed_soon_wherever_they_come_from(tmp_path: Path, proxies: str) -> None:
    limits = {"KITSULITE_CONNECTIONS_PER_ADDRESS": "3", "KITSULITE_REQUEST_PATIENCE": "1.5"}
    with lively(tmp_path / "studio", "", KITSULITE_TRUSTED_PROXIES=proxies, **limits) as live, ExitStack() as stack:

        def come(query: str = "", **headers: str) -> websocket.WebSocket:
            return stack.enter_context(closing(silent(live, query, **headers)))

        wires = [come(**{"X-Forwarded-For": "203.0.113.7"}) for _ in range(3)]
        with pytest.raises(websocket.WebSocketBadStatusException):
            come(**{"X-Forwarded-For": "203.0.113.7"})
        wires += [come() for _ in range(5)]  # a proxy that says nothing of whom it asks for may speak for many
        wires[-1].send("40")  # at the root nobody says who they are
        sid = handshake(live.url).split("&")[-1]
        wires.append(come(f"&{sid}"))
        with pytest.raises(websocket.WebSocketException):
            come(f"&{sid}")
        begun = time.monotonic()
        for raw in wires:
            while not _is_over(raw):
                pass
        assert time.monotonic() - begun < 3
        assert come(**{"X-Forwarded-For": "203.0.113.7"}).recv()


def _is_over(raw: websocket.WebSocket) -> bool:
    """Whether a websocket was closed, or else something has come."""
    try:
        return raw.recv() == ""
    except websocket.WebSocketTimeoutException:
        raise
    except (websocket.WebSocketException, OSError):
        return True


def test_who_does_not_read_is_closed_and_holds_nobody_up(live: Live) -> None:
    ada, bob = live.studio.person("Ada", role="admin"), live.studio.person("Bob", role="admin")
    address = urlsplit(live.url)
    with closing(socket.socket()) as deaf, listen(live.url, ada, transports=["websocket"]) as listener:
        deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        deaf.connect((address.hostname, address.port))
        wire = websocket.create_connection(f"ws://{address.netloc}/socket.io/?EIO=4&transport=websocket", socket=deaf)
        wire.recv()
        wire.send(f'40/events,{{"token":"{bob.token}"}}')
        assert wire.recv().startswith("40/events")
        assert stats(live) == 2
        for _ in range(30):
            tell(live, "main:test", text="x" * 400_000)
            assert listener.next("main:test")
        assert soon(lambda: stats(live) == 1)
    assert "does not take" in live.served.errors.read_text()


def stats(live: Live) -> int:
    """How many websockets the event process holds: connections that its master has not."""
    sockets = Path(f"/proc/{live.event_process()}/net/tcp").read_text().splitlines()
    port = f":{urlsplit(live.url).port:04X}"
    inodes = {line.split()[9] for line in sockets if line.split()[1].endswith(port) and line.split()[3] == "01"}
    links = (str(link.readlink()) for link in Path(f"/proc/{live.event_process()}/fd").iterdir())
    return len({link for link in links if link.startswith("socket:[") and link[8:-1] in inodes})


def _refuses(live: Live, member: Member) -> bool:
    try:
        with listen(live.url, member):
            return False
    except Refused:
        return True


# --- what was before ---


def place(live: Live, member: Member) -> int:
    return int(live.call(member, "GET", "/data/events?after=last")["last"])


@BOTH
def test_who_comes_back_is_told_what_they_missed_and_then_what_happens(
    live: Live, transports: list[str] | None
) -> None:
    ada = live.studio.person("Ada", role="admin")
    start = place(live, ada)
    with live.studio.tracker.work() as work:
        for number in range(1200):
            work.emit("main:old", {"number": number})
    with listen(live.url, ada, auth={"after": start}, transports=transports) as listener:
        for number in range(20):
            tell(live, "main:new", number=number)
        old = [listener.next("main:old") for _ in range(1200)]
        new = [listener.next("main:new") for _ in range(20)]
    told = sorted(
        (*old, *new), key=lambda event: event["seq"]
    )  # its client has a thread for each, which overtake each other
    assert [event["number"] for event in told] == [*range(1200), *range(20)]
    assert len({event["seq"] for event in told}) == len(told)
    assert told[0]["seq"] > start


def test_only_who_says_after_is_told_the_places(live: Live) -> None:
    ada = live.studio.person("Ada", role="admin")
    with listen(live.url, ada, auth={"after": "last"}) as numbered, listen(live.url, ada) as plain:
        tell(live, "main:test")
        assert numbered.next("main:test") == {"seq": place(live, ada)}
        assert plain.next("main:test") == {}


def test_a_gap_is_said(live: Live) -> None:
    ada = live.studio.person("Ada", role="admin")
    tell(live, "main:test")
    last = place(live, ada)
    with listen(live.url, ada, auth={"after": last + 1000}) as listener:
        gap = listener.next("gap")
        assert (gap["after"], gap["last"]) == (last + 1000, last)
        tell(live, "main:test")
        assert listener.next("main:test") == {"seq": last + 1}


def test_ten_thousand_events_are_told_in_two_seconds(live: Live) -> None:
    ada = live.studio.person("Ada", role="admin")
    start = place(live, ada)
    with live.studio.tracker.work() as work:
        for number in range(10_000):
            work.emit("main:test", {"number": number})
    begun, found = time.monotonic(), []
    with closing(
        websocket.create_connection(f"{live.url.replace('http', 'ws')}/socket.io/?EIO=4&transport=websocket")
    ) as raw:
        raw.send(f'40/events,{{"token":"{ada.token}","after":{start}}}')
        while len(found) < 10_000:  # python-socketio's client makes a thread of each
            if (message := str(raw.recv())).startswith("42"):
                found.append(json.loads(message.removeprefix("42/events,"))[1]["number"])
    assert time.monotonic() - begun < 4  # 0.7 s on an idle machine
    assert found == list(range(10_000))
