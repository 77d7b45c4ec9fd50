"""What is no message of Socket.IO ends its connection, is kept by nobody, and fills no log."""

import socket
import urllib.request
from contextlib import closing, suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import websocket
from listening import SOON, Live, handshake, listen, soon, status_of, tell
from studio import Member

pytestmark = pytest.mark.long

BINARY = '4599999999-/events,["x",{"_placeholder":true,"num":0}]'
ODD = (
    "",
    "x",
    "0",
    "4",
    "4[]",
    '4{"a":1}',
    "6",
    "47",
    "42/events",
    "42/events,",
    "42/events,[]",
    "42/events,{}",
    "42/events,[1]",
    "42/events,[null]",
    "42/events,[",
    '42/events,["connect"]',
    '42/events,["x","\\ud800"]',
    f'42/events,["x",{"[" * 100_000}',
    "44/events,{}",
    "40/events,",  # once more
    BINARY,
    BINARY.replace("45", "46", 1),
)


def wire(live: Live, member: Member | None = None) -> websocket.WebSocket:
    """A websocket that says by itself what it says."""
    raw = websocket.create_connection(
        f"{live.url.replace('http', 'ws')}/socket.io/?EIO=4&transport=websocket", timeout=SOON
    )
    raw.recv()
    if member:
        raw.send(f'40/events,{{"token":"{member.token}"}}')
        assert str(raw.recv()).startswith("40/events")
    return raw


def is_closed(raw: websocket.WebSocket) -> bool:
    try:
        return raw.recv() == ""
    except websocket.WebSocketTimeoutException:
        return False
    except (websocket.WebSocketException, OSError):
        return True


def errors(live: Live) -> list[str]:
    """What the log says, but for where links in mails lead."""
    return [line for line in live.served.errors.read_text().splitlines() if "Links in e-mails" not in line]


def memory(process: int) -> int:
    """In kB."""
    status = Path(f"/proc/{process}/status").read_text()
    return int(status.split("VmRSS:")[1].split()[0])


def test_nothing_binary_is_kept(live: Live) -> None:
    ada = live.studio.person("Ada")
    before = memory(live.event_process())
    with closing(wire(live, ada)) as raw, suppress(OSError, websocket.WebSocketException):
        raw.send(BINARY)
        for _ in range(100):
            raw.send_binary(b"x" * 950_000)
    with closing(wire(live, ada)) as raw:
        raw.send_binary(b"x")
        assert is_closed(raw)
    poll = handshake(live.url)
    said = f'40/events,{{"token":"{ada.token}"}}'.encode()
    assert urllib.request.urlopen(poll, said).read() == b"OK"
    assert status_of(urllib.request.Request(poll, b"beHh4")) == 400
    assert status_of(poll) == 400
    assert memory(live.event_process()) - before < 20_000


def test_what_is_odd_ends_its_connection_and_is_told_of_once(live: Live) -> None:
    ada = live.studio.person("Ada", role="admin")
    for said in ODD:
        with closing(wire(live, ada)) as raw:
            raw.send(said)
            assert is_closed(raw), said
    with closing(wire(live)) as raw, suppress(OSError, websocket.WebSocketException):
        for _ in range(300):
            raw.send_binary(b"x")
        assert is_closed(raw)
    for body in (b"\xff", b"d=4", b"x", b"2\x1e", b"6", b'4["x"]', BINARY.encode(), b"42/events,[]"):
        poll = handshake(live.url)
        status_of(urllib.request.Request(poll, body))
        assert soon(lambda poll=poll: status_of(poll) == 400), body  # type: ignore[misc]
    with listen(live.url, ada) as listener:
        tell(live, "main:test")
        assert listener.next("main:test") == {}
    assert [line.split("kitsulite: ")[1] for line in errors(live)] == [
        "Somebody sent what is no message of Socket.IO, and was let go."
    ]


def upgrade(live: Live, path: str, **headers: bytes) -> bytes:
    """The first line of what is answered to a request for a websocket."""
    fields = {"Host": b"x", "Connection": b"Upgrade", "Upgrade": b"websocket", "Sec-WebSocket-Version": b"13"}
    fields |= {"Sec-WebSocket-Key": b"dGhlIHNhbXBsZSBub25jZQ=="} | headers
    address = urlsplit(live.url)
    with closing(socket.create_connection((address.hostname, address.port), timeout=SOON)) as connection:
        lines = b"".join(name.encode() + b": " + value + b"\r\n" for name, value in fields.items())
        connection.sendall(b"GET " + path.encode() + b" HTTP/1.1\r\n" + lines + b"\r\n")
        return connection.recv(100).split(b"\r\n")[0]


def test_odd_requests_are_refused_and_fill_no_log(live: Live) -> None:
    path = "/socket.io/?EIO=4&transport=websocket"
    upgrade(live, path, Host=b"\xff")
    upgrade(live, path, **{"Sec-WebSocket-Protocol": b"\xff"})
    poll = handshake(live.url)
    for method in ("HEAD", "PUT", "OPTIONS"):
        status_of(urllib.request.Request(poll, method=method))
    for query in ("", "EIO=3", "EIO=4&transport=x", "EIO=4&j=x", "EIO=4&sid=x", "EIO=4&transport=websocket"):
        status_of(f"{live.url}/socket.io/?{query}")
        upgrade(live, f"/socket.io/?{query}")
    sid = poll.split("sid=")[1]
    first: Any = websocket.create_connection(
        f"{live.url.replace('http', 'ws')}/socket.io/?EIO=4&transport=websocket&sid={sid}"
    )
    with closing(first):
        upgrade(live, f"{path}&sid={sid}")
        first.send("x")
        assert is_closed(first)
    assert status_of(f"{live.url}/rooms") == 401
    assert "Exception" not in "".join(errors(live))
    assert len(errors(live)) <= 1
