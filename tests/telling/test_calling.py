"""Servers of others: none of them holds up the studio, and none leads into the network that it stands in."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import pytest
from studio import Studio

from kitsulite.live.calling import MOST, Undelivered, call
from kitsulite.storage import Row
from kitsulite.work import consumer, jobs
from kitsulite.work.jobs import Duty

OK = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n"


@contextmanager
def server(talk: Callable[[socket.socket], None]) -> Iterator[str]:
    """A server that talks to one caller; its address."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            client, _ = listening.accept()
            with client:
                client.recv(65536)
                with suppress(OSError):  # the caller went
                    talk(client)
                    client.shutdown(socket.SHUT_WR)
                    while client.recv(65536):
                        pass

        threading.Thread(target=serve, daemon=True).start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}/hook"


@pytest.mark.parametrize(
    "url",
    ["file:///etc/passwd", "ftp://chat.test/", "http://", "//x", "http://x:y/", "http://[::1", "http://a b/", "chat"],
)
def test_only_web_addresses_are_called(url: str) -> None:
    with pytest.raises(Undelivered, match="not a web address"):
        call("POST", url, {})


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "localhost",
        "10.0.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "[64:ff9b::7f00:1]",
        "[2002:7f00:1::]",
        "[fe80::1]",
        "0.0.0.0",
        "224.0.0.1",
    ],
)
def test_private_addresses_are_not_called(host: str) -> None:
    with pytest.raises(Undelivered, match="KITSULITE_PRIVATE_WEBHOOKS"):
        call("POST", f"http://{host}:9/", {})


def test_an_answer_is_read_as_json_or_as_text() -> None:
    with server(lambda client: client.sendall(OK + b'\r\n{"ok": true}')) as url:
        assert call("POST", url, {}, anywhere=True) == {"ok": True}
    with server(lambda client: client.sendall(OK + b"\r\nok")) as url:
        assert call("POST", url, {}, anywhere=True) == "ok"


def test_what_leads_elsewhere_is_not_followed() -> None:
    answer = b"HTTP/1.1 302 Found\r\nLocation: http://169.254.169.254/\r\nContent-Length: 0\r\n\r\n"
    with server(lambda client: client.sendall(answer)) as url, pytest.raises(Undelivered, match="302"):
        call("POST", url, {}, anywhere=True)


def test_a_server_that_drips_is_left_in_time() -> None:
    def drip(client: socket.socket) -> None:
        for byte in OK * 100:
            client.sendall(bytes([byte]))
            time.sleep(0.02)

    begun = time.monotonic()
    with server(drip) as url, pytest.raises(Undelivered, match="did not answer within"):
        call("POST", url, {}, anywhere=True, seconds=0.3)
    assert time.monotonic() - begun < 2


def test_an_answer_without_end_is_not_read() -> None:
    endless = OK + b"\r\n" + b"x" * 2 * MOST
    with server(lambda client: client.sendall(endless)) as url, pytest.raises(Undelivered, match="more than"):
        call("POST", url, {}, anywhere=True)


def doer(studio: Studio, **duties: Duty) -> consumer.Doer:
    return consumer.Doer(studio.tracker.db, studio.tracker.work, duties, threading.Event())


def put(studio: Studio, name: str, count: int = 1) -> None:
    with studio.tracker.work() as work:
        for _ in range(count):
            work.enqueue(name)


def waiting(studio: Studio) -> list[Row]:
    with studio.tracker.work(writes=False) as work:
        return jobs.list_jobs(work)


def test_who_fails_again_and_again_is_left_alone_for_a_while(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    called = []

    def fail(begin: object) -> None:
        called.append(1)
        raise Undelivered("closed")

    someone = doer(studio, chat=Duty(fail, calls_out=True))
    put(studio, "chat", consumer.TROUBLES + 2)
    while someone.do_next():
        pass
    assert len(called) == consumer.TROUBLES
    monkeypatch.setattr(consumer, "REST", 0.0)
    later = time.monotonic() + 3600
    monkeypatch.setattr(consumer.time, "monotonic", lambda: later)
    while someone.do_next():
        pass
    assert len(called) == consumer.TROUBLES + 2


def test_slow_servers_and_movies_leave_a_thread_to_what_is_quick(studio: Studio) -> None:
    names = [f"chat{number}" for number in range(consumer.WORKERS)]
    held, quick = threading.Event(), threading.Event()
    duties = {name: Duty(lambda begin: held.wait(20) and None, calls_out=True) for name in names}
    someone = doer(studio, **duties, quick=Duty(lambda begin: quick.set()))
    for name in names:
        put(studio, name, 2)
    put(studio, "quick")
    someone.start()
    try:
        assert quick.wait(10)
        running = {job["name"] for job in waiting(studio) if job["state"] == "running"} - {"quick"}
        assert len(running) == consumer.WORKERS - 1
    finally:
        held.set()
        someone.stop()
